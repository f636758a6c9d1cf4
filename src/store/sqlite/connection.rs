//! Opening the database file: who may read it, what kind of file it is, and how SQLite is set.

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::failure::{self, Failure};
use crate::store::{Result, StoreError};

/// Stands in the file's header ("Rond"), so that another program's database is not taken for ours.
/// The first migration writes it.
const APPLICATION_ID: i64 = 0x526f_6e64;

/// How long a statement waits for another process. Less than a caller's patience, so that the caller
/// hears the reason.
const BUSY: Duration = Duration::from_secs(2);

/// How long a migration waits for one that another process runs.
const BUSY_MIGRATION: Duration = Duration::from_secs(60);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Write,
    Read,
    Migrate,
}

/// Creates what is missing of the folder and the file, readable by this user only, and makes sure that
/// it is a database of ours. Answers the writing connection and the absolute path.
pub(super) fn create(path: &Path) -> Result<(Connection, PathBuf)> {
    // Closing any handle to a file drops the locks that SQLite, in this process, holds on it (POSIX).
    // The handle that creates the file must therefore be closed before anybody opens a database.
    static CREATING: Mutex<()> = Mutex::new(());
    let _alone = CREATING.lock().unwrap_or_else(PoisonError::into_inner);

    // An absolute path is never taken for a URI or an option, and does not move with the process.
    let path = std::path::absolute(path).map_err(|error| cannot_open(path, &error))?;
    if let Some(folder) = path.parent() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|error| cannot_open(folder, &error))?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
    {
        Ok(file) => drop(file),
        Err(_) if path.is_dir() => {
            let words = format!("{} is a folder, and no database", path.display());
            return Err(StoreError::Unavailable(words));
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(cannot_open(&path, &error)),
    }
    let connection = connect(&path, Purpose::Write)?;
    check_application(&connection, &path)?;
    use_write_ahead_log(&connection, &path)?;
    Ok((connection, path))
}

/// Makes sure that what exists at `path` is a database of ours, and makes and changes nothing. Answers
/// the writing connection and the absolute path.
pub(super) fn open(path: &Path) -> Result<(Connection, PathBuf)> {
    let path = std::path::absolute(path).map_err(|error| cannot_open(path, &error))?;
    let connection = connect(&path, Purpose::Write)?;
    check_application(&connection, &path)?;
    Ok((connection, path))
}

/// Another connection to a database that exists.
pub(super) fn connect(path: &Path, purpose: Purpose) -> Result<Connection> {
    let named = |error| in_words(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(named)?;
    let busy = if purpose == Purpose::Migrate {
        BUSY_MIGRATION
    } else {
        BUSY
    };
    connection.busy_timeout(busy).map_err(named)?;
    // Without this guarantee SQLite prepares some statements anew whenever other values are bound.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(named)?;
    // The pages of a query differ in their filters, and each is a statement of its own.
    connection.set_prepared_statement_cache_capacity(128);
    // FULL: a commit is on the disk before it is answered. Temporary things stay in memory, so that a
    // read-only root file system is no obstacle. The log is checkpointed every 64 MiB: rarer, since
    // pages that changed often are copied once.
    let settings = "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 16384; PRAGMA journal_size_limit = 67108864;";
    connection.execute_batch(settings).map_err(named)?;
    if purpose == Purpose::Read {
        connection
            .execute_batch("PRAGMA query_only = ON")
            .map_err(named)?;
    }
    Ok(connection)
}

/// Refuses what is not a database, is damaged where one can see it at once, or is another program's.
pub(super) fn check_application(connection: &Connection, path: &Path) -> Result<()> {
    if is_foreign(connection).map_err(|error| in_words(path, error))? {
        return Err(another_programs(path));
    }
    Ok(())
}

/// Whether it is another program's. One that nobody has written to yet is nobody's.
pub(super) fn is_foreign(connection: &Connection) -> rusqlite::Result<bool> {
    let ask = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    Ok(match ask("PRAGMA application_id")? {
        APPLICATION_ID => false,
        0 => {
            let tables = ask("SELECT count(*) FROM sqlite_schema")?;
            tables > 0 && ask("SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'")? == 0
        }
        _ => true,
    })
}

pub(super) fn another_programs(path: &Path) -> StoreError {
    StoreError::Fault(format!("{} is the database of another program", path.display()))
}

fn use_write_ahead_log(connection: &Connection, path: &Path) -> Result<()> {
    let started = Instant::now();
    let mode = loop {
        // While another process makes the same change SQLite answers at once that it is busy.
        match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)) {
            Err(error) if failure::is_busy(&error) && started.elapsed() < BUSY => {
                std::thread::sleep(Duration::from_millis(10));
            }
            answered => break answered.map_err(|error| in_words(path, error))?,
        }
    };
    if mode == "wal" {
        return Ok(());
    }
    Err(StoreError::Fault(format!(
        "{} is on a file system that has no shared memory for SQLite's write-ahead log (a network drive?)",
        path.display()
    )))
}

pub(super) fn in_words(path: &Path, error: rusqlite::Error) -> StoreError {
    let path = path.display();
    match failure::code(&error) {
        Some(ErrorCode::NotADatabase) => StoreError::Fault(format!("{path} is not a SQLite database")),
        Some(ErrorCode::DatabaseCorrupt) => {
            StoreError::Fault(format!("{path} is damaged ({error}): restore a backup"))
        }
        _ => match Failure::from(error).into_store_error() {
            StoreError::Unavailable(words) => StoreError::Unavailable(format!("{path}: {words}")),
            StoreError::Fault(words) => StoreError::Fault(format!("{path}: {words}")),
            StoreError::Duplicate => StoreError::Duplicate,
        },
    }
}

pub(super) fn cannot_open(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{} cannot be opened: {error}", path.display()))
}
