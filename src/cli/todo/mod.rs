//! `rondo todo …`: the to-dos of whoever is signed in, one file an action.

mod add;
mod done;
mod edit;
mod export;
mod find;
mod list;
mod remove;
mod table;

use clap::{Args, Subcommand};

use super::remote::{Flags, Site};
use crate::client::{Failure, Result};

#[derive(Args)]
#[command(mut_args(|flag| flag.global(true)))]
pub struct TodoCommand {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a to-do
    Add(add::Add),
    /// List to-dos: the open ones, unless more is said
    List(list::List),
    /// Complete to-dos
    Done(done::Done),
    /// Change a to-do
    Edit(edit::Edit),
    /// Put to-dos into the trash
    Rm(remove::Remove),
    /// Write all that is one's own into a file
    Export(export::Export),
}

/// What names a to-do on the command line.
const ID: &str = "Its id, or the beginning of it, as the list shows it";

impl TodoCommand {
    pub async fn run(self) -> Result<()> {
        let site = Site::of(self.flags)?;
        let remote = site.open()?;
        match self.action {
            Action::Add(add) => add.run(&site, remote).await,
            Action::List(list) => list.run(&site, remote).await,
            Action::Done(done) => done.run(&site, remote).await,
            Action::Edit(edit) => edit.run(&site, remote).await,
            Action::Rm(remove) => remove.run(&site, remote).await,
            Action::Export(export) => export.run(&site, remote).await,
        }
    }
}

/// Says what became of one to-do of several, and goes on with the others; the last failure is that of the command.
fn gather<T>(outcomes: Vec<(String, Result<T>)>, several: bool) -> (Vec<T>, Result<()>) {
    let (mut done, mut end) = (Vec::new(), Ok(()));
    for (id, outcome) in outcomes {
        match outcome {
            Ok(value) => done.push(value),
            Err(failure) => {
                if let Err(before) = std::mem::replace(&mut end, Err(named(&id, failure, several))) {
                    super::remote::warn(before.words());
                }
            }
        }
    }
    (done, end)
}

fn named(id: &str, failure: Failure, several: bool) -> Failure {
    if !several {
        return failure;
    }
    let with = |words: &str| format!("{id}: {words}");
    match failure {
        Failure::Failed(words) => Failure::Failed(with(&words)),
        Failure::NotSignedIn(words) => Failure::NotSignedIn(with(&words)),
        Failure::NotFound(words) => Failure::NotFound(with(&words)),
        Failure::Unreachable(words) => Failure::Unreachable(with(&words)),
    }
}
