//! What the commands share that ask a service elsewhere: where it is, what is printed, and how they end.

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::{say, say_bytes};
use crate::app::StartError;
use crate::client::{Address, Failure, Remote, Result, Vault};
use crate::clock::System;
use crate::logging::one_line;

#[derive(Args, Clone)]
pub struct Flags {
    /// The service (default: the one that was signed in to last, or http://127.0.0.1:4000)
    #[arg(long, value_name = "URL")]
    server: Option<Address>,
    /// The file of credentials (default: rondo/credentials.json in the folder of settings, ~/.config)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Ask over plain HTTP, where anybody on the way can read along, another machine than this one
    #[arg(long)]
    pub plain_http: bool,
    /// Print nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
    /// Show each request on standard error, without what is secret in it
    #[arg(short, long)]
    pub debug: bool,
}

/// What a command works with.
pub struct Site {
    pub vault: Vault,
    pub source: System,
    pub server: Address,
    pub flags: Flags,
}

impl Site {
    pub fn of(flags: Flags) -> Result<Self> {
        let vault = Vault::at(flags.config.clone())?;
        let server = match &flags.server {
            Some(server) => server.clone(),
            None => vault.read()?.current().unwrap_or_else(Address::usual),
        };
        server.check(flags.plain_http)?;
        Ok(Self {
            vault,
            source: System::default(),
            server,
            flags,
        })
    }

    /// The service, for whoever is signed in there.
    pub fn open(&self) -> Result<Remote<'_>> {
        Remote::open(&self.vault, &self.source, self.server.clone(), self.flags.debug)
    }

    /// Prints lines for people, unless they want none. Nothing in them moves or colours a terminal.
    pub fn tell(&self, line: impl Display) -> Result<()> {
        if self.flags.quiet {
            return Ok(());
        }
        say(one_line(&line.to_string())).map_err(failed)
    }

    /// Prints what was made for a terminal already.
    pub fn show(&self, lines: &str) -> Result<()> {
        if self.flags.quiet {
            return Ok(());
        }
        say_bytes(lines.as_bytes()).map_err(failed)
    }

    /// Prints JSON, in which whatever a terminal would take for an order is escaped.
    pub fn show_json(&self, value: &Value) -> Result<()> {
        let mut text = String::new();
        for c in format!("{value:#}").chars() {
            // Below these, JSON itself escapes; a line break stands between the members only.
            if c == '\u{7f}' || ('\u{80}'..='\u{9f}').contains(&c) {
                text.push_str(&format!("\\u{:04x}", u32::from(c)));
            } else {
                text.push(c);
            }
        }
        text.push('\n');
        self.show(&text)
    }
}

/// Something on standard error that people must know, and that is no failure.
pub fn warn(words: &str) {
    eprintln!("rondo: {}", one_line(words));
}

pub fn failed(error: StartError) -> Failure {
    Failure::Failed(error.0)
}

/// Runs a command to its end. How it ended is in the exit code, which docs/CLI.md has.
pub fn run(command: impl Future<Output = Result<()>>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => Err(Failure::Failed(format!("this cannot be begun: {error}"))),
    };
    let Err(failure) = done else {
        return ExitCode::SUCCESS;
    };
    warn(failure.words());
    ExitCode::from(code(&failure))
}

/// 2 is a command line that is not understood.
const fn code(failure: &Failure) -> u8 {
    match failure {
        Failure::Failed(_) => 1,
        Failure::NotSignedIn(_) => 3,
        Failure::NotFound(_) => 4,
        Failure::Unreachable(_) => 5,
    }
}
