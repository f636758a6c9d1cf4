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
            match store.migrate(System::default().now()).await? {
                0 => say("nothing to do: the database is of this program's version"),
                count => say(format_args!("applied {count} migrations")),
            }
        };
        let done = done.await;
        store.close().await;
        done
    }
}
