//! `rondo migrate`: brings the database to this program's version.

use clap::Args;

use super::{Storage, read_config, say};
use crate::app::{self, StartError};
use crate::clock::{Source as _, System};

#[derive(Args)]
pub struct MigrateCommand {
    #[command(flatten)]
    storage: Storage,
    /// Only show which migrations there are and which were applied
    #[arg(long)]
    status: bool,
}

impl MigrateCommand {
    pub async fn run(self) -> Result<(), StartError> {
        let config = read_config(&self.storage.flags())?;
        let store = app::open_store(&config).await?;
        let done = async {
            if self.status {
                for migration in store.migrations().await? {
                    let applied = migration
                        .applied_at
                        .map_or_else(|| "not applied".into(), |at| at.to_string());
                    say(format_args!(
                        "{:>4}  {applied:<24}  {}",
                        migration.number, migration.name
                    ))?;
                }
                return Ok(());
            }
            let applied = store.migrate(System::default().now()).await?;
            // What was dropped since, or never came over from a backup.
            let mended = store.mend_indexes().await?;
            if applied > 0 {
                say(format_args!("applied {applied} migrations"))?;
            }
            match mended {
                0 if applied == 0 => say("nothing to do: the database is of this program's version"),
                0 => Ok(()),
                _ => say(format_args!("made {mended} indexes that were missing")),
            }
        };
        let done = done.await;
        store.close().await;
        done
    }
}
