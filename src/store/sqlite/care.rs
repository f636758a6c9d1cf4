//! The care of a database file: whether it can be written to, has its indexes and is whole.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use tokio::time::timeout;

use super::connection::{self, Purpose};
use super::failure::{self, Failure, Outcome};
use super::migrations::{self, Step};
use crate::store::{Integrity, Result, StoreError};

/// How long a look through the file may take.
const LOOK_LIMIT: Duration = Duration::from_millis(2500);

/// Two statements that undo each other, in one transaction: the pages go to the disk all the same.
pub(super) fn probe(connection: &Connection) -> Outcome<()> {
    let insert = "INSERT OR REPLACE INTO counters (counter, value, expires_at) VALUES ('probe', 0, 0)";
    connection.execute(insert, [])?;
    connection.execute("DELETE FROM counters WHERE counter = 'probe'", [])?;
    Ok(())
}

/// The indexes that the applied ones of `steps` make and that are not there as they make them: their
/// names, and how they are made.
pub(super) fn missing_indexes(connection: &Connection, steps: &[Step]) -> Outcome<BTreeMap<String, String>> {
    let ideal = Connection::open_in_memory()?;
    let applied = migrations::list(connection, steps)?;
    for (step, migration) in steps.iter().zip(applied) {
        if migration.applied_at.is_some() {
            step.run(&ideal)?;
        }
    }
    let found = indexes(connection)?;
    let mut missing = indexes(&ideal)?;
    missing.retain(|name, sql| found.get(name) != Some(sql));
    Ok(missing)
}

/// Makes them, all or none.
pub(super) fn mend_indexes(path: &Path, steps: &[Step]) -> Result<usize> {
    let mut connection = connection::connect(path, Purpose::Migrate)?;
    let mut mend = || -> Outcome<usize> {
        if missing_indexes(&connection, steps)?.is_empty() {
            return Ok(0);
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let missing = missing_indexes(&transaction, steps)?;
        let found = indexes(&transaction)?;
        for (name, sql) in &missing {
            if found.contains_key(name) {
                return Err(Failure::fault(format!(
                    "the index {name} is not the one that this program makes; drop it (DROP INDEX {name}) and \
                     run `rondo migrate` again"
                )));
            }
            transaction.execute_batch(sql)?;
        }
        transaction.commit()?;
        Ok(missing.len())
    };
    mend().map_err(Failure::into_store_error)
}

/// Without those that SQLite makes for the keys of a table: they are there if the table is.
fn indexes(connection: &Connection) -> Outcome<BTreeMap<String, String>> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// Looks through the whole file, on a connection of its own: readers and the writer go on.
pub(super) async fn integrity(path: PathBuf) -> Result<Integrity> {
    let connection = connection::connect(&path, Purpose::Read)?;
    let interrupt = connection.get_interrupt_handle();
    let mut looking = tokio::task::spawn_blocking(move || look(&connection));
    if let Ok(ended) = timeout(LOOK_LIMIT, &mut looking).await {
        return ended.map_err(|error| StoreError::Fault(format!("the look broke off: {error}")))?;
    }
    // Nothing must keep the connection when the store is closed.
    interrupt.interrupt();
    let _ = timeout(Duration::from_millis(300), looking).await;
    Ok(Integrity::Unfinished)
}

fn look(connection: &Connection) -> Result<Integrity> {
    let said = || -> std::result::Result<Vec<String>, rusqlite::Error> {
        let mut statement = connection.prepare("PRAGMA quick_check(3)")?;
        statement.query_map([], |row| row.get(0))?.collect()
    };
    match said() {
        Ok(lines) if lines == ["ok"] => Ok(Integrity::Sound),
        Ok(findings) => {
            let lines: Vec<_> = findings.iter().flat_map(|finding| finding.lines()).collect();
            Ok(Integrity::Damaged(lines.join("; ")))
        }
        Err(error) => match failure::code(&error) {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Ok(Integrity::Damaged(error.to_string()))
            }
            Some(ErrorCode::OperationInterrupted) => Ok(Integrity::Unfinished),
            _ => Err(Failure::from(error).into_store_error()),
        },
    }
}
