//! `rondo man`: the manual, one page a command.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_mangen::Man;

use super::{command, say_bytes};
use crate::app::StartError;

#[derive(Args)]
pub struct Manual {
    /// The command whose page is printed, such as `user add` (default: that of rondo itself)
    #[arg(value_name = "COMMAND")]
    of: Vec<String>,
    /// Write the pages of all commands into this folder instead
    #[arg(long, value_name = "FOLDER", conflicts_with = "of")]
    out: Option<PathBuf>,
}

impl Manual {
    pub fn run(self) -> Result<(), StartError> {
        let mut root = command();
        // Gives the commands below their whole names, and their versions and flags.
        root.build();
        if let Some(folder) = &self.out {
            return write_all(&root, folder);
        }
        let mut named = &root;
        for name in &self.of {
            named = named.find_subcommand(name).ok_or_else(|| {
                StartError(format!(
                    "there is no command {:?}; `rondo help` lists them",
                    self.of.join(" ")
                ))
            })?;
        }
        say_bytes(&page(named)?)
    }
}

fn page(command: &clap::Command) -> Result<Vec<u8>, StartError> {
    let mut page = Vec::new();
    // Into memory: nothing can fail there but by a fault of ours.
    manual(command)
        .render(&mut page)
        .map_err(|error| StartError(format!("the page cannot be made: {error}")))?;
    Ok(portable(&String::from_utf8_lossy(&page)))
}

/// What is not ASCII as roff writes it everywhere: some of its programs take bytes for Latin-1.
fn portable(page: &str) -> Vec<u8> {
    let mut text = String::with_capacity(page.len());
    for c in page.chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            text.push_str(&format!("\\[u{:04X}]", u32::from(c)));
        }
    }
    text.into_bytes()
}

fn manual(command: &clap::Command) -> Man {
    Man::new(command.clone())
        .source(concat!("rondo ", env!("CARGO_PKG_VERSION")))
        .manual("Rondo")
}

fn write_all(command: &clap::Command, folder: &Path) -> Result<(), StartError> {
    let failed = |path: &Path, error: &std::io::Error| {
        StartError(format!(
            "{} cannot be written: {error}; name another folder with --out",
            path.display()
        ))
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let path = folder.join(manual(command).get_filename());
    std::fs::write(&path, page(command)?).map_err(|error| failed(&path, &error))?;
    command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
        .try_for_each(|below| write_all(below, folder))
}
