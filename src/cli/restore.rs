//! `rondo restore`: puts a backup in the place of the embedded database, while nobody serves it.

use std::path::PathBuf;

use clap::Args;

use super::progress::{Progress, size};
use super::prompt::confirm;
use super::{Storage, read_config, say};
use crate::app::StartError;
use crate::app::backup;
use crate::clock::{Source as _, System};

#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    storage: Storage,
    /// A file that `rondo backup` made
    file: PathBuf,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

impl Restore {
    pub fn run(self) -> Result<(), StartError> {
        let config = read_config(&self.storage.flags())?;
        let source = System::default();
        let ready = {
            let mut shown = Progress::of("copying");
            backup::prepare(&config, &self.file, &source, &mut |done, all| {
                shown.tell(done, all)
            })?
        };
        let file = self.file.display();
        let database = ready.database.display().to_string();
        let question = if ready.replaces() {
            format!(
                "Put {file} ({}) in the place of {database}? What is there is kept beside it.",
                size(ready.bytes())
            )
        } else {
            format!("Put {file} ({}) at {database}?", size(ready.bytes()))
        };
        if !self.yes && !confirm(&question)? {
            return Err(StartError("nothing was restored".into()));
        }
        let restored = ready.put_in_place(source.now())?;
        let mut told = format!("restored {file} to {database}");
        if let Some(aside) = restored.aside {
            told += &format!("; what was there is now {}", aside.display());
        }
        if restored.lacks > 0 {
            told += &format!("; the next start applies {} migrations", restored.lacks);
        }
        say(told)
    }
}
