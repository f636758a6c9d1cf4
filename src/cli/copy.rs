//! `rondo copy`: a whole installation from one database into another.

use std::time::Instant;

use clap::Args;

use super::progress::Progress;
use super::prompt::confirm;
use super::say;
use crate::app::StartError;
use crate::app::copy::{self, Kind, Stage};
use crate::clock::{Source as _, System};
use crate::config::Database;

#[derive(Args)]
pub struct Copy {
    /// The database to copy: sqlite:PATH, mongodb://…, mongodb+srv://…, or file:PATH of a file with that in it
    #[arg(long, value_name = "ADDRESS")]
    from: String,
    /// The database to copy into, which is empty, or was not copied to its end
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// Do not ask whether the service is stopped, which cannot be seen of MongoDB
    #[arg(long)]
    yes: bool,
}

impl Copy {
    pub async fn run(self) -> Result<(), StartError> {
        let named = |flag: &str, text: &str| {
            Database::given(text).map_err(|error| StartError(format!("{flag}: {}", error.0)))
        };
        let (from, to) = (named("--from", &self.from)?, named("--to", &self.to)?);
        if matches!(from, Database::Mongo(_)) && !self.yes {
            let question = format!(
                "What is written to {} while it is copied may be missing in the copy. Are all instances of the \
                 service stopped?",
                from.named()
            );
            if !confirm(&question)? {
                return Err(StartError("nothing was copied".into()));
            }
        }
        let begun = Instant::now();
        let copied = {
            let mut shown: Option<(String, Progress)> = None;
            let mut watch = |stage, kind: Kind, done, all| {
                let what = match stage {
                    Stage::Revising => format!("looking through {}", kind.name()),
                    Stage::Copying => format!("copying {}", kind.name()),
                    Stage::Comparing => format!("comparing {}", kind.name()),
                };
                let progress = match &mut shown {
                    Some((shown, progress)) if *shown == what => progress,
                    other => {
                        // The line of before goes away first.
                        *other = None;
                        &mut other.insert((what.clone(), Progress::of(what))).1
                    }
                };
                progress.tell(done, all);
            };
            copy::copy(&from, &to, System::default().now(), &mut watch).await?
        };
        let mut rows = 0;
        for table in copied.compared {
            rows += table.rows;
            say(format_args!(
                "{:<12}  {:>9}  sha256 {}",
                table.kind.name(),
                table.rows,
                table.checksum
            ))?;
        }
        let went_on = if copied.was_resumed {
            " (what was missing)"
        } else {
            ""
        };
        say(format_args!(
            "copied {} to {}{went_on} in {:.1} s: {rows} rows, the same in both",
            from.named(),
            to.named(),
            begun.elapsed().as_secs_f64()
        ))?;
        match copied.fingerprint {
            Some(fingerprint) => say(format_args!(
                "Serve it with the secret of before (fingerprint {fingerprint}), which was not copied."
            )),
            None => Ok(()),
        }
    }
}
