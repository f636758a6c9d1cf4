//! `rondo backup`: a copy of the embedded database, while it is served.

use std::path::PathBuf;

use clap::Args;

use super::progress::{Progress, size};
use super::{Storage, read_config, say};
use crate::app::StartError;
use crate::app::backup;
use crate::clock::{Source as _, System};

#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    storage: Storage,
    /// The file to write, or a folder; without it, or in a folder, it is named by the time
    file: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

impl Backup {
    pub fn run(self) -> Result<(), StartError> {
        let config = read_config(&self.storage.flags())?;
        let made = {
            let mut shown = Progress::of("copying");
            backup::back_up(
                &config,
                self.file.as_deref(),
                self.force,
                System::default().now(),
                &mut |done, all| shown.tell(done, all),
            )?
        };
        let secret = made.fingerprint.map_or_else(
            || "it was never served, so that no secret belongs to it yet".to_owned(),
            |fingerprint| {
                format!(
                    "the secret that belongs to it (fingerprint {fingerprint}) is not in it: keep that one in another \
                     safe place"
                )
            },
        );
        say(format_args!(
            "backed up to {} ({}, whole); {secret}",
            made.file.display(),
            size(made.bytes)
        ))
    }
}
