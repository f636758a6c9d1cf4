//! The command line: one file a command. What is printed is for people; logs go to the log.

mod backup;
mod check_config;
mod completions;
mod copy;
mod doctor;
mod healthcheck;
mod keys;
mod login;
mod logout;
mod man;
mod migrate;
mod openapi;
mod progress;
mod prompt;
mod remote;
mod restore;
mod secret;
mod seed;
mod serve;
mod todo;
mod users;
mod whoami;

use std::fmt::Display;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, CommandFactory as _, Parser, Subcommand};

use crate::app::{self, Migrate, StartError};
use crate::clock::{Source, System};
use crate::config::{Config, Flags, Layers};
use crate::error::Error;
use crate::service::Services;

/// Version, commit and its date.
const VERSION: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    " (",
    env!("BUILD_COMMIT"),
    ", ",
    env!("BUILD_DATE"),
    ")"
);

/// Accounts and to-dos: a JSON API with a web app, over SQLite or MongoDB.
#[derive(Parser)]
#[command(name = "rondo", version = VERSION, about, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the web app (what `rondo` alone does)
    Serve(serve::Serve),
    /// Bring the database to this program's version, or show where it stands
    Migrate(migrate::MigrateCommand),
    /// Look after accounts, on a running installation too
    User(users::UserCommand),
    /// Look after the keys that sign tokens
    Keys(keys::KeysCommand),
    /// Turn the secret that everything else is derived from
    Secret(secret::SecretCommand),
    /// Copy the embedded database into a file, whole, while it is served
    Backup(backup::Backup),
    /// Put a backup in the place of the embedded database, while nobody serves it
    Restore(restore::Restore),
    /// Copy a whole installation from one database into another, from SQLite to MongoDB or back
    Copy(copy::Copy),
    /// Show what is configured, and where each value came from
    CheckConfig(check_config::CheckConfig),
    /// Look whether everything is well, and what to do if not; changes nothing
    Doctor(doctor::Doctor),
    /// Ask a running service whether it is ready; for container health checks
    Healthcheck(healthcheck::Healthcheck),
    /// Print the OpenAPI document of the HTTP API
    Openapi,
    /// Fill the database with something to try out
    Seed(seed::Seed),
    /// Sign this machine in to a service, with a browser wherever there is one
    Login(login::Login),
    /// Sign this machine out
    Logout(logout::Logout),
    /// Show who is signed in, where, and what this machine may do
    Whoami(whoami::Whoami),
    /// Make, list and change to-dos
    Todo(todo::TodoCommand),
    /// Print what a shell reads to complete these commands
    Completions(completions::Completions),
    /// Print the manual
    Man(man::Manual),
}

/// Where the installation is; every command takes these, and one that has actions takes them behind the action, too.
#[derive(Args, Clone, Default)]
struct Storage {
    /// The database: sqlite:PATH, mongodb://… or mongodb+srv://…
    #[arg(long, value_name = "ADDRESS")]
    db: Option<String>,
    /// Where the secret and the embedded database live (default data)
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// A file of settings in TOML, above Rocket.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Storage {
    fn flags(&self) -> Flags {
        Flags {
            db: self.db.clone(),
            data_dir: self.data_dir.clone(),
            config: self.config.clone(),
            ..Flags::default()
        }
    }
}

/// The command line itself, for what is made of it: manuals, completions, tests of the documentation.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command that the arguments name.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(serve) => serve.run(),
        Command::Migrate(migrate) => on_threads(None, migrate.run()),
        Command::User(users) => on_threads(None, users.run()),
        Command::Keys(keys) => on_threads(None, keys.run()),
        Command::Secret(secret) => on_threads(None, secret.run()),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Copy(copy) => on_threads(None, copy.run()),
        Command::CheckConfig(check) => check.run(),
        Command::Doctor(doctor) => on_threads(None, doctor.run()),
        Command::Healthcheck(check) => check.run(),
        Command::Openapi => openapi::run(),
        Command::Seed(seed) => on_threads(None, seed.run()),
        // These ask a service elsewhere, and tell scripts by their exit codes why they failed.
        Command::Login(login) => return remote::run(login.run()),
        Command::Logout(logout) => return remote::run(logout.run()),
        Command::Whoami(whoami) => return remote::run(whoami.run()),
        Command::Todo(todo) => return remote::run(todo.run()),
        Command::Completions(completions) => completions.run(),
        Command::Man(manual) => manual.run(),
    };
    done.map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS)
}

/// Runs a command on so many threads, or on as many as there are cores.
fn on_threads(
    count: Option<usize>,
    command: impl Future<Output = Result<(), StartError>>,
) -> Result<(), StartError> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(count) = count {
        builder.worker_threads(count);
    }
    let runtime = builder
        .enable_all()
        .thread_name("rondo")
        .build()
        .map_err(|error| StartError(format!("no threads can be started: {error}")))?;
    let done = runtime.block_on(command);
    // Tasks that still wait for a database that does not answer must not hold the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    done
}

/// One line, and a status that says that it did not work.
fn fail(error: &StartError) -> ExitCode {
    eprintln!("rondo: {}", crate::logging::one_line(&error.0));
    ExitCode::FAILURE
}

/// Prints a line. Whoever reads no further (`| head`) has had enough, and nothing has failed.
fn say(line: impl Display) -> Result<(), StartError> {
    say_bytes(format!("{line}\n").as_bytes())
}

/// The same, of what is whole lines already.
fn say_bytes(lines: &[u8]) -> Result<(), StartError> {
    let mut out = std::io::stdout();
    match out.write_all(lines).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(StartError(format!("standard output cannot be written: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn read_config(flags: &Flags) -> Result<Config, StartError> {
    Layers::of_process()
        .and_then(|layers| layers.config(flags))
        .map_err(|error| StartError(error.to_string()))
}

/// The services of an installation, for a command that works beside a running one. The first account
/// may be made before the first start.
async fn services(storage: &Storage) -> Result<Arc<Services>, StartError> {
    let config = read_config(&storage.flags())?;
    let source: Arc<dyn Source> = Arc::new(System::default());
    let store = app::open_migrated_store(&config, Migrate::IfNew, &*source).await?;
    app::build_services(&config, store, source).await
}

/// What the services say, for somebody at a terminal.
fn words(error: Error) -> StartError {
    match error {
        Error::Invalid(invalid) => StartError(
            invalid
                .violations
                .iter()
                .map(|violation| violation.detail.as_str())
                .collect::<Vec<_>>()
                .join("; "),
        ),
        Error::Conflict(why) => StartError(why.into()),
        other => other.into(),
    }
}
