//! `rondo todo export`: streamed, and never half of it under the name of the whole.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use clap::Args;
use reqwest::{Method, Response};

use super::super::remote::{Site, failed};
use super::super::say_bytes;
use crate::client::whole::{Format, Whole};
use crate::client::{Failure, Remote, Result};

#[derive(Args)]
pub struct Export {
    /// All as JSON, or the to-dos alone as a table
    #[arg(long, value_parser = ["json", "csv"], default_value = "json")]
    format: String,
    /// Write it into this file (default: standard output)
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long, requires = "out")]
    force: bool,
}

impl Export {
    pub async fn run(self, site: &Site, mut remote: Remote<'_>) -> Result<()> {
        if let Some(file) = self.out.as_deref().filter(|file| !self.force && file.exists()) {
            return Err(is_there(file));
        }
        let call = remote.call(Method::GET, "/export").query("format", &self.format);
        let mut response = remote.stream(&call).await?;
        if response.status() != 200 {
            let words = format!("the service answers {}", response.status().as_u16());
            return Err(match response.status().as_u16() {
                502..=504 => Failure::Unreachable(words),
                403 => Failure::Failed(format!(
                    "{words}: an export needs the scopes todo:read and profile"
                )),
                _ => Failure::Failed(words),
            });
        }
        let format = if self.format == "csv" {
            Format::Csv
        } else {
            Format::Json
        };
        let Some(file) = &self.out else {
            return pour(&mut response, format, |piece| say_bytes(piece).map_err(failed)).await;
        };
        let draft = Draft::beside(file)?;
        let mut open = draft.open()?;
        pour(&mut response, format, |piece| {
            open.write_all(piece).map_err(|error| unwritable(file, &error))
        })
        .await?;
        open.sync_all().map_err(|error| unwritable(file, &error))?;
        draft.keep_as(file, self.force)?;
        site.tell(format_args!("written to {}", file.display()))
    }
}

/// Hands each piece on; fails if they do not make the whole.
async fn pour(
    response: &mut Response,
    format: Format,
    mut hand_on: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let cut = || Failure::Unreachable("the export broke off; what came of it is not all".into());
    let mut whole = Whole::of(format);
    while let Some(piece) = response.chunk().await.map_err(|_| cut())? {
        whole.pass(&piece);
        hand_on(&piece)?;
    }
    if whole.is_all() { Ok(()) } else { Err(cut()) }
}

/// The file while it is not whole. It goes away with this.
struct Draft(PathBuf);

impl Draft {
    fn beside(file: &Path) -> Result<Self> {
        let name = file
            .file_name()
            .ok_or_else(|| Failure::Failed(format!("{} is no name of a file", file.display())))?;
        let mut name = name.to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Ok(Self(file.with_file_name(name)))
    }

    /// For its owner alone: it is all of one's own.
    fn open(&self) -> Result<File> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.0)
            .map_err(|error| unwritable(&self.0, &error))
    }

    fn keep_as(&self, file: &Path, is_forced: bool) -> Result<()> {
        let kept = if is_forced {
            std::fs::rename(&self.0, file)
        } else {
            std::fs::hard_link(&self.0, file)
        };
        kept.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => is_there(file),
            _ => unwritable(file, &error),
        })
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It may have become the file.
        let _ = std::fs::remove_file(&self.0);
    }
}

fn is_there(file: &Path) -> Failure {
    Failure::Failed(format!(
        "{} is there already; name another file, or replace it with --force",
        file.display()
    ))
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Failed(format!("{} cannot be written: {error}", file.display()))
}
