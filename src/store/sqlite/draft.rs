//! A database file that is written beside its later place, under a name of its own, and put there whole.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::connection::{cannot_open, in_words};
use super::failure::Failure;
use crate::store::{Result, StoreError};

/// What SQLite may keep beside a database: what was written last, or what is to be undone.
pub(super) const BESIDE: [&str; 3] = ["-wal", "-journal", "-shm"];

/// A file that its owner alone reads and that nobody else writes; it goes away with this, unless it was put
/// into its place. One that a killed process has left is written anew.
pub(super) struct Draft {
    /// The lock is the handle's. It is open for as long as SQLite has the file: closing any handle of a process
    /// ends the locks that SQLite has in it.
    file: File,
    path: PathBuf,
    target: PathBuf,
    is_in_place: bool,
}

impl Draft {
    /// An empty one, for `target`.
    pub(super) fn beside(target: &Path) -> Result<Self> {
        let path = with(target, ".part");
        let failed = |error: std::io::Error| cannot_write(target, &error);
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = loop {
            let file = options.open(&path).map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::Unavailable(format!(
                        "{} is being written by another rondo; wait until it has ended",
                        path.display()
                    )));
                }
                Err(TryLockError::Error(error)) => return Err(cannot_open(&path, &error)),
            }
            // Another one may have put it into its place between the two steps: then it is no draft any more.
            let own = file.metadata().map_err(failed)?;
            if path
                .metadata()
                .is_ok_and(|named| (named.dev(), named.ino()) == (own.dev(), own.ino()))
            {
                break file;
            }
        };
        let draft = Self {
            file,
            path,
            target: target.to_owned(),
            is_in_place: false,
        };
        draft
            .file
            .set_permissions(Permissions::from_mode(0o600))
            .map_err(failed)?;
        draft.file.set_len(0).map_err(failed)?;
        remove_beside(&draft.path).map_err(failed)?;
        Ok(draft)
    }

    /// The file itself, to be written without SQLite.
    pub(super) fn file(&mut self) -> &mut File {
        &mut self.file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A connection to it that leaves no trace of itself but in it; errors name the file `called`. Nothing is
    /// durable before the end.
    pub(super) fn connect(&self, called: &Path) -> Result<Connection> {
        let named = |error| in_words(called, error);
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(named)?;
        let settings =
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;";
        connection.execute_batch(settings).map_err(named)?;
        Ok(connection)
    }

    /// Makes it durable, and puts it in the place of the target.
    pub(super) fn put_in_place(mut self) -> Result<()> {
        let failed = |error: std::io::Error| cannot_write(&self.target, &error);
        self.file.sync_all().map_err(failed)?;
        std::fs::rename(&self.path, &self.target).map_err(failed)?;
        self.is_in_place = true;
        sync_folder_of(&self.target).map_err(failed)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_in_place {
            // What cannot be removed is written anew the next time.
            let _ = remove_beside(&self.path);
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether the database behind the connection is whole; what is broken, if not.
pub(super) fn look_through(connection: &Connection) -> std::result::Result<(), Failure> {
    let mut statement = connection.prepare("PRAGMA integrity_check(3)")?;
    let lines: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<std::result::Result<_, _>>()?;
    if lines == ["ok"] {
        return Ok(());
    }
    Err(Failure::fault(lines.join("; ").replace('\n', "; ")))
}

/// Leaves nothing beside the file: a database that is to be carried about is one file.
pub(super) fn make_one_file(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

/// The path with this behind its name.
pub(super) fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Removes what SQLite keeps beside a database.
pub(super) fn remove_beside(path: &Path) -> std::io::Result<()> {
    for ending in BESIDE {
        match std::fs::remove_file(with(path, ending)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Makes the names in its folder durable.
pub(super) fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

pub(super) fn cannot_write(path: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Unavailable(format!("{} cannot be written: {error}", path.display()))
}
