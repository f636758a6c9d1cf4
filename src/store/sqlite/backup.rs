//! A copy of a database as it is at one moment, while others write to it.
//!
//! It is SQLite's page-by-page copy under a read transaction that is held from the first page to the last.
//! Without it the copy would begin anew after each write of another process, and never end under constant
//! writes. With it readers and the writer go on as ever; only the log is not begun anew meanwhile, and so
//! grows by what is written. `VACUUM INTO` holds the log up in the same way; it would also leave out free
//! pages, but it tells nothing of how far it is, and the copy would not be the database that was looked at.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::connection::{self, Purpose, check_application, in_words};
use super::draft::{Draft, look_through, make_one_file};
use super::failure::Failure;
use crate::store::{Result, StoreError};

/// How many pages are copied at a time: a mebibyte of the usual ones.
const PAGES_AT_ONCE: i32 = 256;

/// Hears of how many bytes how many are done.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// What a copy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub bytes: u64,
    /// The fact of the name that was asked for, as the copy has it.
    pub fact: Option<String>,
}

/// Writes the database at `from`, as it is at this moment, into the file `to`: for its owner's eyes only, whole,
/// looked through and durable, or not at all. What has that name is replaced. Answers also the fact `name` of it.
///
/// # Errors
/// In words: the database cannot be opened, is another program's or damaged; the file cannot be written.
pub fn copy(from: &Path, to: &Path, name: &str, progress: Progress<'_>) -> Result<Copied> {
    let source = connection::connect(from, Purpose::Read)?;
    check_application(&source, from)?;
    let draft = Draft::beside(to)?;
    let mut copy = draft.connect(to)?;
    let of_copy = |error| in_words(to, error);
    // Reading anything is what begins the transaction.
    source
        .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
        .map_err(|error| in_words(from, error))?;
    copy_pages(&source, &mut copy, progress).map_err(of_copy)?;
    drop(source);
    make_one_file(&copy).map_err(of_copy)?;
    look_through(&copy).map_err(|failure| {
        let what = failure.into_store_error();
        StoreError::Fault(format!(
            "the copy of {} is damaged ({what}), and is not kept; look at the database itself with: rondo doctor",
            from.display()
        ))
    })?;
    let fact = known_fact(&copy, name).map_err(Failure::into_store_error)?;
    drop(copy);
    let bytes = draft.path().metadata().map_or(0, |metadata| metadata.len());
    draft.put_in_place()?;
    Ok(Copied { bytes, fact })
}

fn copy_pages(source: &Connection, copy: &mut Connection, progress: Progress<'_>) -> rusqlite::Result<()> {
    let page: u64 = source.query_row("PRAGMA page_size", [], |row| {
        Ok(u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0))
    })?;
    let bytes = |pages: i32| u64::try_from(pages).unwrap_or(0) * page;
    let backup = Backup::new(source, copy)?;
    loop {
        let step = backup.step(PAGES_AT_ONCE)?;
        let far = backup.progress();
        progress(bytes(far.pagecount - far.remaining), bytes(far.pagecount));
        match step {
            StepResult::Done => return Ok(()),
            // The transaction is there already, and nobody else has the copy: there is nothing to wait for.
            StepResult::Busy | StepResult::Locked => {
                return Err(rusqlite::Error::SqliteFailure(
                    rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY),
                    None,
                ));
            }
            _ => {}
        }
    }
}

/// A fact of a database that may have no table of them yet.
pub(super) fn known_fact(connection: &Connection, name: &str) -> super::failure::Outcome<Option<String>> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'facts'";
    if !connection.prepare(table)?.exists([])? {
        return Ok(None);
    }
    super::rows::first(
        connection,
        "SELECT value FROM facts WHERE name = ?",
        [name],
        |row| Ok(row.get(0)?),
    )
}
