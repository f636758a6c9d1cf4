//! `rondo keys …`: the keys that sign tokens, of a running installation too.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Storage, say, services};
use crate::app::StartError;
use crate::error::Error;
use crate::service::Services;
use crate::service::audit::By;
use crate::service::signing::State;

#[derive(Args)]
#[command(mut_args(|storage| storage.global(true)))]
pub struct KeysCommand {
    #[command(flatten)]
    storage: Storage,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the keys: which one signs, and until when the others verify
    List {
        /// Print JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Make a new key that signs from now on; tokens of the others still verify
    Rotate,
    /// Take a key out of use at once: every token that it signed ends
    Retire {
        /// The key's name, as `rondo keys list` shows it
        kid: String,
    },
    /// Sign with a private key that was made elsewhere, from now on
    Import {
        /// A private key in PEM (PKCS#8, PKCS#1 or SEC1)
        file: PathBuf,
    },
}

impl KeysCommand {
    pub async fn run(self) -> Result<(), StartError> {
        // A file that cannot be read is said before anything is opened.
        let pem = match &self.action {
            Action::Import { file } => Some(read(file)?),
            Action::List { .. } | Action::Rotate | Action::Retire { .. } => None,
        };
        let services = services(&self.storage).await?;
        let done = act(&services, self.action, pem.as_deref().unwrap_or_default()).await;
        services.close().await;
        done
    }
}

fn read(file: &std::path::Path) -> Result<String, StartError> {
    std::fs::read_to_string(file)
        .map_err(|error| StartError(format!("{} cannot be read: {error}", file.display())))
}

async fn act(services: &Services, action: Action, pem: &str) -> Result<(), StartError> {
    let signing = services.tokens.signing();
    match action {
        Action::List { json: true } => list_json(services),
        Action::List { json: false } => list(services),
        Action::Rotate => {
            let kid = signing.rotate(By::operator()).await?;
            say(format_args!(
                "{kid} signs from now on; tokens of the keys before still verify"
            ))
        }
        Action::Retire { kid } => match signing.retire(By::operator(), &kid).await {
            Ok(()) => say(format_args!(
                "{kid} is retired; {} signs. Whoever has a token of it signs in anew",
                signing.current().kid
            )),
            Err(Error::NotFound) => Err(StartError(format!(
                "there is no key {kid:?}; rondo keys list shows them"
            ))),
            Err(error) => Err(error.into()),
        },
        Action::Import { file } => match signing.import(By::operator(), pem).await {
            Ok(kid) => say(format_args!(
                "{kid} signs from now on; tokens of the keys before still verify"
            )),
            Err(Error::Invalid(invalid)) => {
                let why = invalid
                    .violations
                    .into_iter()
                    .next()
                    .map_or_else(String::new, |first| first.detail);
                Err(StartError(format!(
                    "{} cannot be imported: {why}",
                    file.display()
                )))
            }
            Err(error) => Err(StartError(format!(
                "{} cannot be imported: {error}",
                file.display()
            ))),
        },
    }
}

fn list(services: &Services) -> Result<(), StartError> {
    for key in services.tokens.signing().list() {
        let state = match key.state {
            State::Signs => format!("signs since {}", key.signs_from),
            State::SignsFrom(from) => format!("published, signs from {from}"),
            State::VerifiesUntil(until) => format!("verifies until {until}"),
        };
        say(format_args!("{}  {}  {state}", key.kid, key.algorithm))?;
    }
    Ok(())
}

fn list_json(services: &Services) -> Result<(), StartError> {
    let keys = services.tokens.signing().list();
    let show = |key: &crate::service::signing::Listed| {
        let (state, until) = match key.state {
            State::Signs => ("signs", None),
            State::SignsFrom(_) => ("published", None),
            State::VerifiesUntil(until) => ("verifies", Some(until)),
        };
        json!({
            "kid": key.kid, "algorithm": key.algorithm, "state": state,
            "signs_from": key.signs_from, "verifies_until": until,
        })
    };
    say(json!({ "keys": keys.iter().map(show).collect::<Vec<_>>() }))
}
