//! The database, and what is kept there: each check is a function, and `examine` is the list of them.
//! A check that needs another one to be well is skipped where that is not.

use std::sync::Arc;
use std::time::Instant;

use super::secrets::{secret, secret_alone, signing_keys};
use super::{Finding, State, in_time};
use crate::app::{StartError, copy, where_it_is};
use crate::clock::Source;
use crate::config::{Config, Database};
use crate::store::mongo::Mongo;
use crate::store::sqlite::Sqlite;
use crate::store::{Integrity, Migration, Result, Store, StoreError};

/// The checks that need a database, in their order.
const OF_A_DATABASE: [&str; 8] = [
    "migrations",
    "writes",
    "indexes",
    "integrity",
    "clock",
    "replica set",
    "secret",
    "signing keys",
];

/// A clock that is so far off makes confusing times; farther, an instance misses the revocations of
/// others, which it reads a minute back.
const CLOCK_WARNING_MILLIS: u64 = 5_000;
const CLOCK_FAILED_MILLIS: u64 = 30_000;

/// What to do when the store fails at something that is not its connection.
pub(super) const MEND: &str = "mend what the store says, then look again";

pub(super) async fn examine(config: &Config, source: &dyn Source) -> Vec<Finding> {
    let opened = in_time(open(config)).await;
    let store = match opened.unwrap_or_else(|words| Err(StartError(words))) {
        Ok(Some(store)) => store,
        Ok(None) => return without_a_database(config, source),
        Err(StartError(words)) => return unreachable(config, source, &words),
    };
    let mut findings = vec![answers(config, &*store).await];
    if findings[0].state == State::Failed {
        findings.extend(skipped("the store does not answer", None));
    } else {
        let migrations = ask(store.migrations()).await;
        let schema = Schema::of(&migrations);
        findings.push(match complete(&*store, schema).await {
            None => schema.finding(migrations),
            Some(unfinished) => unfinished,
        });
        findings.push(writes(&*store, schema).await);
        findings.push(indexes(&*store, schema).await);
        findings.push(integrity(&*store).await);
        findings.extend(server(&*store, source).await);
        let (secret, secrets) = secret(config, &*store, schema, source).await;
        findings.push(secret);
        // More about signing keys (their age, when they are turned) has its place here.
        findings.push(signing_keys(&*store, schema, secrets).await);
    }
    // What does not end now ends with the process.
    let _ = in_time(store.close()).await;
    findings
}

/// Opens what is there; `None` if it is a file that is not made yet.
async fn open(config: &Config) -> std::result::Result<Option<Arc<dyn Store>>, StartError> {
    match &config.db {
        Database::Sqlite(path) => {
            let path = path.clone();
            let opening = tokio::task::spawn_blocking(move || match path.try_exists() {
                Ok(true) => Sqlite::open_as_it_is(&path).map(Some),
                Ok(false) => Ok(None),
                Err(error) => Err(StoreError::Unavailable(format!(
                    "{} cannot be opened: {error}",
                    path.display()
                ))),
            });
            let opened = opening
                .await
                .map_err(|error| StartError(format!("opening the database broke off: {error}")))??;
            Ok(opened.map(|keeper| Arc::new(keeper) as _))
        }
        Database::Mongo(address) => Ok(Some(Arc::new(Mongo::connect(address).await?))),
    }
}

fn without_a_database(config: &Config, source: &dyn Source) -> Vec<Finding> {
    let store = Finding::warning(
        "store",
        format!("there is none yet ({})", config.db),
        "the first start makes it, or `rondo migrate`; if there is one, --db (DB) says where it is looked for",
    );
    let mut findings = vec![store];
    let secret = secret_alone(config, false, source);
    findings.extend(skipped("there is no database yet", Some(secret)));
    findings
}

fn unreachable(config: &Config, source: &dyn Source, words: &str) -> Vec<Finding> {
    let cure = format!("start or mend the database; {}", where_it_is(config));
    let mut findings = vec![Finding::failed("store", words, cure)];
    let secret = secret_alone(config, true, source);
    findings.extend(skipped("the store cannot be reached", Some(secret)));
    findings
}

/// All that needs a database is skipped, but for what was found of the secret alone.
fn skipped(why: &str, mut secret: Option<Finding>) -> impl Iterator<Item = Finding> {
    OF_A_DATABASE.iter().map(move |check| {
        let found = secret.take_if(|secret| secret.check == *check);
        found.unwrap_or_else(|| Finding::skipped(*check, why))
    })
}

async fn answers(config: &Config, store: &dyn Store) -> Finding {
    let begun = Instant::now();
    match ask(store.ping()).await {
        Ok(()) => {
            let millis = begun.elapsed().as_secs_f64() * 1000.0;
            Finding::ok("store", format!("{} answers in {millis:.1} ms", config.db))
        }
        Err(error) => Finding::failed("store", words(error), where_it_is(config)),
    }
}

/// How far the database is, as far as it matters to the other checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    /// Nothing was applied yet.
    New,
    /// At least the first migration was.
    Ours,
    /// It could not be read, or is a newer program's.
    Unknown,
}

impl Schema {
    fn of(migrations: &Result<Vec<Migration>>) -> Self {
        match migrations {
            Ok(list) if list.iter().all(|one| one.applied_at.is_none()) => Self::New,
            Ok(_) => Self::Ours,
            Err(_) => Self::Unknown,
        }
    }

    fn finding(self, migrations: Result<Vec<Migration>>) -> Finding {
        const CHECK: &str = "migrations";
        let cure = "the next start applies them, or `rondo migrate`";
        match migrations {
            Ok(_) if self == Self::New => Finding::warning(CHECK, "none was applied yet", cure),
            Ok(list) => {
                let missing = list.iter().filter(|one| one.applied_at.is_none()).count();
                match missing {
                    0 => Finding::ok(CHECK, format!("all {} are applied", list.len())),
                    _ => Finding::warning(CHECK, format!("{missing} of {} are missing", list.len()), cure),
                }
            }
            // A newer program's: the error says so, and what to do.
            Err(error) => Finding::refused(CHECK, words(error)),
        }
    }

    /// Why what needs the tables is skipped.
    pub(super) const fn obstacle(self) -> Option<&'static str> {
        match self {
            Self::New => Some("no migration was applied yet"),
            Self::Ours => None,
            Self::Unknown => Some("the migrations are not those of this program"),
        }
    }
}

/// What is only a part of another database is served by nobody, however well it is otherwise.
async fn complete(store: &dyn Store, schema: Schema) -> Option<Finding> {
    if schema.obstacle().is_some() {
        return None;
    }
    // That it cannot be asked is told by others.
    let from = ask(copy::unfinished(store)).await.ok().flatten()?;
    Some(Finding::failed(
        "migrations",
        format!("the database is an unfinished copy of {from}"),
        "run `rondo copy` again to complete it, or empty it",
    ))
}

async fn writes(store: &dyn Store, schema: Schema) -> Finding {
    const CHECK: &str = "writes";
    if let Some(obstacle) = schema.obstacle() {
        return Finding::skipped(CHECK, obstacle);
    }
    let begun = Instant::now();
    match ask(store.probe_write()).await {
        Ok(()) => {
            let millis = begun.elapsed().as_secs_f64() * 1000.0;
            Finding::ok(CHECK, format!("written, and taken away again, in {millis:.1} ms"))
        }
        Err(error) => Finding::failed(
            CHECK,
            words(error),
            "look for a full disk, a read-only file system, a program that holds a lock, or a user of the \
             database who may only read",
        ),
    }
}

async fn indexes(store: &dyn Store, schema: Schema) -> Finding {
    const CHECK: &str = "indexes";
    if let Some(obstacle) = schema.obstacle() {
        return Finding::skipped(CHECK, obstacle);
    }
    match ask(store.missing_indexes()).await {
        Ok(missing) if missing.is_empty() => Finding::ok(CHECK, "all are there"),
        Ok(missing) => Finding::failed(
            CHECK,
            format!("missing or changed: {}", missing.join(", ")),
            "`rondo migrate` makes them again",
        ),
        Err(error) => Finding::failed(CHECK, words(error), MEND),
    }
}

async fn integrity(store: &dyn Store) -> Finding {
    const CHECK: &str = "integrity";
    match ask(store.integrity()).await {
        Ok(Integrity::Sound) => Finding::ok(CHECK, "the file is whole"),
        Ok(Integrity::OfTheServer) => Finding::ok(CHECK, "the server looks after it"),
        Ok(Integrity::Damaged(what)) => Finding::failed(
            CHECK,
            what,
            "stop the service and restore a backup; keep the damaged file",
        ),
        Ok(Integrity::Unfinished) => Finding::warning(
            CHECK,
            "the file is too large to be looked through in a few seconds",
            "when there is time: sqlite3 FILE 'PRAGMA integrity_check'",
        ),
        Err(error) => Finding::failed(CHECK, words(error), MEND),
    }
}

/// The server's clock, and whether it stands alone.
async fn server(store: &dyn Store, source: &dyn Source) -> [Finding; 2] {
    const CLOCK: &str = "clock";
    const REPLICAS: &str = "replica set";
    let before = source.now();
    let server = ask(store.server()).await;
    let after = source.now();
    let both = |finding: &dyn Fn(&'static str) -> Finding| [CLOCK, REPLICAS].map(finding);
    match server {
        Ok(None) => both(&|check| Finding::ok(check, "not needed: the database is a file of this machine")),
        Ok(Some(server)) => {
            // The server read its clock somewhere in between.
            let time = server.time.millis();
            let now = time.clamp(before.millis(), after.millis().max(before.millis()));
            let replicas = if server.is_replicated {
                Finding::ok(REPLICAS, format!("there is one (server {})", server.version))
            } else {
                Finding::warning(
                    REPLICAS,
                    format!(
                        "the server ({}) stands alone: it has no change streams, so live events reach at once only \
                         those who listen at the instance that wrote; and its end is an outage",
                        server.version
                    ),
                    "run it as a replica set (--replSet), be it of one",
                )
            };
            [clock(CLOCK, time - now), replicas]
        }
        Err(error) => {
            let words = words(error);
            both(&|check| Finding::failed(check, &words, MEND))
        }
    }
}

/// `ahead`: by how many milliseconds the server's clock goes before this machine's.
fn clock(check: &'static str, ahead: i64) -> Finding {
    let apart = ahead.unsigned_abs();
    let whose = if ahead > 0 {
        "the database's"
    } else {
        "this machine's"
    };
    let says = format!(
        "it and the database's are {} s apart ({whose} is ahead)",
        apart / 1000
    );
    let cure = "let both machines set their clocks by NTP";
    if apart <= CLOCK_WARNING_MILLIS {
        Finding::ok(check, "goes with that of the database")
    } else if apart <= CLOCK_FAILED_MILLIS {
        Finding::warning(check, says, cure)
    } else {
        Finding::failed(check, says, cure)
    }
}

/// What the store answers, or that it does not in time.
pub(super) async fn ask<T>(question: impl Future<Output = Result<T>>) -> Result<T> {
    in_time(question)
        .await
        .unwrap_or_else(|words| Err(StoreError::Unavailable(words)))
}

pub(super) fn words(error: StoreError) -> String {
    StartError::from(error).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_judged_by_how_far_it_is_off_in_either_direction() {
        for (ahead, state, says) in [
            (0, State::Ok, "goes with"),
            (-5_000, State::Ok, "goes with"),
            (5_001, State::Warning, "5 s apart (the database's is ahead)"),
            (-30_000, State::Warning, "30 s apart (this machine's is ahead)"),
            (30_001, State::Failed, "the database's is ahead"),
            (i64::MIN, State::Failed, "this machine's is ahead"),
        ] {
            let finding = clock("clock", ahead);
            assert_eq!(finding.state, state, "{ahead}");
            assert!(finding.says.contains(says), "{finding:?}");
        }
    }
}
