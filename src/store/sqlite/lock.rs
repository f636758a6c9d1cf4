//! The lock by which one process alone serves a data folder.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::connection::cannot_open;
use super::draft::with;
use crate::store::{Result, StoreError};

/// Held by the process that serves; the operating system takes it back when the process ends, however
/// that happens. Commands that only work on the database do without it.
#[derive(Debug)]
pub struct ServingLock {
    /// The lock is the handle's. The file itself stays: to remove it would let two processes lock two
    /// files of one name.
    _file: File,
}

impl ServingLock {
    /// The file of the lock. A database that is reached by links has it beside itself, not beside the link.
    pub fn file_of(path: &Path) -> PathBuf {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        with(&path, ".lock")
    }

    /// Takes the lock that lies beside the database at `path`, or says in words who has it.
    pub fn take(path: &Path) -> Result<Self> {
        let lock = Self::file_of(path);
        if let Some(folder) = lock.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
            made.map_err(|error| cannot_open(folder, &error))?;
        }
        // Nothing is written into it, and what another version may have written is left alone.
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock);
        let file = opened.map_err(|error| cannot_open(&lock, &error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
                "another rondo serves this data folder already ({} is locked); one process serves a SQLite \
                 database, and several instances need MongoDB",
                lock.display()
            ))),
            Err(TryLockError::Error(error)) => Err(cannot_open(&lock, &error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_refused_in_words_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/rondo.db");
        let first = ServingLock::take(&path).unwrap();
        let refused = ServingLock::take(&path).unwrap_err().to_string();
        assert!(
            refused.contains("another rondo serves this data folder"),
            "{refused}"
        );
        assert!(refused.contains("MongoDB"), "{refused}");
        drop(first);
        ServingLock::take(&path).unwrap();
    }
}
