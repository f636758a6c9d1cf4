//! What goes wrong in a task on the database, and what the contract calls it.

use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Why a task failed: the database's word for it, or already the store's.
#[derive(Debug)]
pub(super) enum Failure {
    Sql(rusqlite::Error),
    Store(StoreError),
}

/// What a task answers.
pub(super) type Outcome<T> = Result<T, Failure>;

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Failure {
    pub(super) fn fault(words: impl Into<String>) -> Self {
        Self::Store(StoreError::Fault(words.into()))
    }

    pub(super) fn into_store_error(self) -> StoreError {
        match self {
            Self::Sql(error) => store_error(&error),
            Self::Store(error) => error,
        }
    }
}

/// The result code, also of a statement that could not be prepared.
pub(super) fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    match error {
        rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    }
}

/// Whether another connection is in the way, so that trying again may help.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        code(error),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Whether the file's folder, disk or another process is to blame, and not what was asked.
fn is_outage(error: &rusqlite::Error) -> bool {
    matches!(
        code(error),
        Some(
            ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OutOfMemory
        )
    )
}

fn store_error(error: &rusqlite::Error) -> StoreError {
    let words = error.to_string();
    if is_outage(error) {
        StoreError::Unavailable(words)
    } else if code(error) == Some(ErrorCode::DatabaseCorrupt) {
        StoreError::Fault(format!("the database is damaged ({words}): restore a backup"))
    } else if words.starts_with("no such table") || words.starts_with("no such column") {
        StoreError::Fault(format!(
            "the database lacks a migration (run `rondo migrate`): {words}"
        ))
    } else {
        StoreError::Fault(words)
    }
}
