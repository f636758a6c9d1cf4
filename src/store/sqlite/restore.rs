//! Puts a backup in the place of a database that nobody serves.
//!
//! The backup is copied beside the database, looked at there, and renamed into its place. What was there has a
//! second name by then, so that at any moment one of the two is there whole.

use std::fs::File;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::backup::{Progress, known_fact};
use super::connection::{another_programs, check_application, in_words};
use super::draft::{
    BESIDE, Draft, cannot_write, look_through, make_one_file, remove_beside, sync_folder_of, with,
};
use super::failure::{self, Failure};
use super::migrations::{self, STEPS};
use crate::store::transfer::Fact;
use crate::store::{Result, StoreError};

/// How long another process is waited for that has the database open.
const BUSY: Duration = Duration::from_secs(2);

/// A backup that was looked at and is ready to be put in its place.
pub struct Restoration {
    draft: Draft,
    database: PathBuf,
    pub bytes: u64,
    /// How many migrations it lacks; the next start applies them.
    pub lacks: usize,
    /// The fact of the name that was asked for, as the backup has it.
    pub fact: Option<String>,
}

/// Copies the backup `file` beside the database at `path`, and looks at the copy: whether it is a database of
/// ours, whole, and not of a newer program. Neither of the two is changed; the copy is given the fact `anew`, by which
/// it is known as a state of its own. Answers also the fact `name` of it.
///
/// # Errors
/// In words: what is wrong with the backup, or that it cannot be read or written.
pub fn prepare(
    file: &Path,
    path: &Path,
    name: &str,
    anew: &Fact,
    progress: Progress<'_>,
) -> Result<Restoration> {
    // Links to the database stay what they are.
    let database = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if database.is_dir() {
        let words = format!("{} is a folder, and no database", database.display());
        return Err(StoreError::Unavailable(words));
    }
    refuse_unfit(file, &database)?;
    let mut draft = Draft::beside(&database)?;
    let bytes = copy_bytes(file, &mut draft, progress)?;
    let copy = draft.connect(file)?;
    check_application(&copy, file)?;
    let named = |error| in_words(file, error);
    make_one_file(&copy).map_err(named)?;
    look_through(&copy).map_err(|failure| {
        let what = failure.into_store_error();
        StoreError::Fault(format!(
            "{} is damaged ({what}): take another backup",
            file.display()
        ))
    })?;
    let of_file = |failure: Failure| match failure.into_store_error() {
        StoreError::Fault(words) => StoreError::Fault(format!("{}: {words}", file.display())),
        other => other,
    };
    let migrations = migrations::list(&copy, STEPS).map_err(of_file)?;
    let lacks = migrations
        .iter()
        .filter(|migration| migration.applied_at.is_none())
        .count();
    if lacks == migrations.len() {
        let words = format!("{} has nothing in it: take another backup", file.display());
        return Err(StoreError::Fault(words));
    }
    let fact = known_fact(&copy, name).map_err(of_file)?;
    let sql = "INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)";
    copy.execute(sql, [&anew.name, &anew.value]).map_err(named)?;
    drop(copy);
    Ok(Restoration {
        draft,
        database,
        bytes,
        lacks,
        fact,
    })
}

/// Refuses what is certainly no backup, before anything is written.
fn refuse_unfit(file: &Path, database: &Path) -> Result<()> {
    let metadata = file.metadata().map_err(|error| cannot_read(file, &error))?;
    let refused = |why: &str| Err(StoreError::Fault(format!("{} {why}", file.display())));
    if metadata.is_dir() {
        return refused("is a folder; name the file of the backup");
    }
    if metadata.len() == 0 {
        return refused("is empty: take another backup");
    }
    let is_database = database
        .metadata()
        .is_ok_and(|there| (there.dev(), there.ino()) == (metadata.dev(), metadata.ino()));
    if is_database {
        return refused("is the database itself; name the file of a backup");
    }
    let is_alone = ["-wal", "-journal"]
        .iter()
        .all(|ending| with(file, ending).metadata().map_or(0, |beside| beside.len()) == 0);
    if !is_alone {
        return refused(
            "is no backup but a database with its log beside it; make a backup of it (rondo backup --db sqlite:…), \
             and restore that",
        );
    }
    Ok(())
}

fn copy_bytes(file: &Path, draft: &mut Draft, progress: Progress<'_>) -> Result<u64> {
    let unreadable = |error: std::io::Error| cannot_read(file, &error);
    let mut from = File::open(file).map_err(unreadable)?;
    let all = from.metadata().map_err(unreadable)?.len();
    let (mut done, mut buffer) = (0, vec![0; 1024 * 1024]);
    loop {
        let count = match from.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.map_err(unreadable)?,
        };
        if count == 0 {
            return Ok(done);
        }
        let path = draft.path().to_owned();
        let written = draft.file().write_all(&buffer[..count]);
        written.map_err(|error| cannot_write(&path, &error))?;
        done += count as u64;
        progress(done, all.max(done));
    }
}

impl Restoration {
    /// Where it will be written from, to be given an owner.
    pub fn path(&self) -> &Path {
        self.draft.path()
    }

    /// Whether there is a database in whose place it is put, or what is left of one.
    pub fn replaces(&self) -> bool {
        self.database.exists() || with(&self.database, "-wal").exists()
    }

    /// Puts it in its place, and answers where that is which was there: the same name with `ending` behind it.
    ///
    /// # Errors
    /// In words: another process has the database open, it is another program's, or the files cannot be written.
    /// What was there is there still.
    pub fn put_in_place(self, ending: &str) -> Result<Option<PathBuf>> {
        let database = self.database;
        let failed = |error: std::io::Error| cannot_write(&database, &error);
        if database.exists() {
            fold(&database)?;
        }
        let aside = free_name(&with(&database, ending));
        let mut is_kept = false;
        for ending in [""].iter().chain(&BESIDE) {
            let (there, kept) = (with(&database, ending), with(&aside, ending));
            if *ending != "-shm" && there.exists() {
                keep(&there, &kept).map_err(failed)?;
                is_kept = true;
            }
        }
        sync_folder_of(&database).map_err(failed)?;
        // The log of one database beside another would be taken for that one's.
        remove_beside(&database).map_err(failed)?;
        sync_folder_of(&database).map_err(failed)?;
        self.draft.put_in_place()?;
        Ok(is_kept.then_some(aside))
    }
}

/// Brings what stands in the log into the file, so that the file alone is the database. One that is too
/// damaged for that is left as it is, and its log is kept with it.
fn fold(database: &Path) -> Result<()> {
    let fold = || {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(database, flags)?;
        connection.busy_timeout(BUSY)?;
        // Else SQLite removes the log of what it could not read.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let is_foreign = super::connection::is_foreign(&connection)?;
        if !is_foreign {
            make_one_file(&connection)?;
        }
        Ok(is_foreign)
    };
    match fold() {
        Ok(false) => Ok(()),
        Ok(true) => Err(another_programs(database)),
        Err(error) if failure::is_busy(&error) => Err(StoreError::Unavailable(format!(
            "another process has {} open; end it, and try again",
            database.display()
        ))),
        Err(error) => match failure::code(&error) {
            // Of the folder, not of the database: nothing could be put in its place either.
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Err(in_words(database, error))
            }
            _ => Ok(()),
        },
    }
}

/// A second name for a file, or a copy where the file system has no such thing.
fn keep(there: &Path, kept: &Path) -> std::io::Result<()> {
    if std::fs::hard_link(there, kept).is_ok() {
        return Ok(());
    }
    std::fs::copy(there, kept)?;
    File::open(kept)?.sync_all()
}

/// The name, or the first of those with a number behind it that nothing has.
fn free_name(name: &Path) -> PathBuf {
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| with(name, &format!("-{number}"))));
    let is_free = |name: &PathBuf| {
        [""].iter()
            .chain(&BESIDE)
            .all(|ending| !with(name, ending).exists())
    };
    names.into_iter().find(is_free).unwrap_or_else(|| name.to_owned())
}

fn cannot_read(file: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{} cannot be read: {error}", file.display()))
}
