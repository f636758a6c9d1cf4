//! `rondo secret …`: turns the secret that everything else is derived from.

use clap::{Args, Subcommand};

use super::{Storage, read_config, say};
use crate::app::{self, StartError};
use crate::clock::System;
use crate::secret::file;

#[derive(Args)]
#[command(mut_args(|storage| storage.global(true)))]
pub struct SecretCommand {
    #[command(flatten)]
    storage: Storage,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Put a new secret in the place of the one in the data folder; where it is given by SECRET or
    /// SECRET_FILE, print a new one and say what to do with it
    Rotate,
    /// Forget the secret of before, once everybody has signed in since
    ForgetPrevious,
}

impl SecretCommand {
    pub async fn run(self) -> Result<(), StartError> {
        let config = read_config(&self.storage.flags())?;
        let source = System::default();
        match self.action {
            Action::Rotate if config.secret.is_some() => {
                eprintln!("{STEPS}");
                say(file::new_secret(&source))
            }
            Action::Rotate => {
                file::turn(&config.data_dir, &source)?;
                say(
                    "a new secret is in place, and the old one beside it. Restart the service now; when everybody has \
                     signed in once, run: rondo secret forget-previous",
                )
            }
            Action::ForgetPrevious if config.secret.is_some() => Err(StartError(
                "the secret is given by SECRET or SECRET_FILE; take SECRET_PREVIOUS (or what is in SECRET_PREVIOUS_FILE) away there, and restart"
                    .into(),
            )),
            Action::ForgetPrevious => {
                let is_turning = file::read_previous(&config.data_dir)?.is_some();
                if is_turning && !app::has_turned(&config, &source).await? {
                    return Err(StartError(
                        "the database still knows the previous secret alone; start the service once with the new one, \
                         and forget the previous one afterwards"
                            .into(),
                    ));
                }
                if file::forget_previous(&config.data_dir)? {
                    return say(
                        "the secret of before is forgotten. Restart the service; who has not signed in since needs a new \
                         password (rondo user set-password)",
                    );
                }
                say("nothing to do: no secret is being turned")
            }
        }
    }
}

/// What to do where the secret is not ours to write. The new one alone goes to standard output.
const STEPS: &str = "\
The secret is given by SECRET or SECRET_FILE, so that nothing was changed here. The line below is a new one. SECRET_FILE and
SECRET_PREVIOUS_FILE name files that hold the same.
1. Give every instance SECRET=<the old one> and SECRET_PREVIOUS=<the new one>, and restart them one by one.
2. Give every instance SECRET=<the new one> and SECRET_PREVIOUS=<the old one>, and restart them one by one.
3. When everybody has signed in once, take SECRET_PREVIOUS away. Back the new one up now.";
