//! The one place that bounds every operation in time, and that says what a driver's error means.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use mongodb::error::{Error as DriverError, ErrorKind, RETRYABLE_WRITE_ERROR, WriteFailure};
use mongodb::error::{RETRYABLE_ERROR, TRANSIENT_TRANSACTION_ERROR};
use tokio::sync::Semaphore;
use tokio::task::JoinError;
use tokio::time::{Instant, timeout, timeout_at};

use super::{Db, Mongo};
use crate::store::{Result, StoreError};

/// How long an operation of the contract may take.
const LIMIT: Duration = Duration::from_secs(3);
/// How many operations may be under way at once, so that those whose caller has given up cannot pile up
/// while the server is silent. Many more than there are connections.
const AT_ONCE: u32 = 256;
/// How much of a cause is told.
const CAUSE_LENGTH: usize = 600;

/// Runs operations: each in a task of its own, not too many at once, none waited for too long.
pub(super) struct Runner {
    places: Arc<Semaphore>,
}

impl Default for Runner {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE as usize)),
        }
    }
}

impl Runner {
    /// The driver warns against dropping its futures, so the work goes on in its task when it takes too
    /// long or when the caller goes away; only the waiting ends.
    pub async fn run<T, W>(&self, limit: Duration, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let too_late = || StoreError::Unavailable(format!("no answer within {} ms", limit.as_millis()));
        let end = Instant::now() + limit;
        let place = Arc::clone(&self.places).acquire_owned();
        let place = timeout_at(end, place)
            .await
            .map_err(|_| too_late())?
            .map_err(|_| StoreError::Unavailable("the connection was closed".into()))?;
        let task = tokio::spawn(async move {
            let outcome = work.await;
            drop(place);
            outcome
        });
        timeout_at(end, task)
            .await
            .map_or_else(|_| Err(too_late()), ended)
    }

    /// Takes no more operations, and waits until those under way have ended, at most so long.
    pub async fn drain(&self, limit: Duration) {
        let _ = timeout(limit, self.places.acquire_many(AT_ONCE)).await;
        self.places.close();
    }
}

impl Mongo {
    /// Runs one operation of the contract; `what` names it in errors.
    pub(super) async fn run<T, W>(&self, what: &str, work: impl FnOnce(Arc<Db>) -> W) -> Result<T>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.run_for(what, LIMIT, work).await
    }

    /// The same, with a limit of its own.
    pub(super) async fn run_for<T, W>(
        &self,
        what: &str,
        limit: Duration,
        work: impl FnOnce(Arc<Db>) -> W,
    ) -> Result<T>
    where
        T: Send + 'static,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let outcome = self.runner.run(limit, work(Arc::clone(&self.db))).await;
        outcome.map_err(|error| match error {
            StoreError::Duplicate => StoreError::Duplicate,
            StoreError::Unavailable(cause) => StoreError::Unavailable(format!("{what}: {cause}")),
            StoreError::Fault(cause) => StoreError::Fault(format!("{what}: {cause}")),
        })
    }
}

/// What a task came to.
pub(super) fn ended<T>(outcome: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    outcome.unwrap_or_else(|error| {
        if error.is_panic() {
            Err(StoreError::Fault("the operation panicked".into()))
        } else {
            Err(StoreError::Unavailable("the process is ending".into()))
        }
    })
}

/// Whether a unique index refused the write.
pub(super) fn is_duplicate(error: &DriverError) -> bool {
    code_of(error).is_some_and(is_duplicate_code)
}

/// Which places of an unordered insert of many a unique index refused, if nothing else went wrong.
pub(super) fn duplicates_of(error: &DriverError) -> Option<Vec<usize>> {
    let ErrorKind::InsertMany(failure) = &*error.kind else {
        return None;
    };
    let errors = failure.write_errors.as_deref().unwrap_or_default();
    let is_that = failure.write_concern_error.is_none()
        && !errors.is_empty()
        && errors.iter().all(|error| is_duplicate_code(error.code));
    is_that.then(|| errors.iter().map(|error| error.index).collect())
}

const fn is_duplicate_code(code: i32) -> bool {
    matches!(code, 11_000 | 11_001 | 12_582)
}

/// Whether there is no collection of that name.
pub(super) fn is_unknown_namespace(error: &DriverError) -> bool {
    code_of(error) == Some(26)
}

/// Whether the server stands alone: change streams are for replica sets and clusters of them.
pub(super) fn has_no_change_streams(error: &DriverError) -> bool {
    code_of(error) == Some(40_573)
}

impl From<DriverError> for StoreError {
    fn from(error: DriverError) -> Self {
        if is_duplicate(&error) {
            Self::Duplicate
        } else if is_passing(&error) {
            Self::Unavailable(cause_of(&error))
        } else {
            Self::Fault(cause_of(&error))
        }
    }
}

/// Whether it is the server's state, not what it was asked: another time it may succeed.
fn is_passing(error: &DriverError) -> bool {
    let labels = [
        RETRYABLE_WRITE_ERROR,
        RETRYABLE_ERROR,
        TRANSIENT_TRANSACTION_ERROR,
    ];
    labels.into_iter().any(|label| error.contains_label(label))
        || code_of(error).is_some_and(is_passing_code)
        || match &*error.kind {
            ErrorKind::Io(_)
            | ErrorKind::ConnectionPoolCleared { .. }
            | ErrorKind::ServerSelection { .. }
            | ErrorKind::DnsResolve { .. }
            | ErrorKind::Shutdown => true,
            // A full disk has no code of its own where the storage engine meets it.
            _ => ["No space left on device", "disk full"]
                .iter()
                .any(|text| cause_of(error).contains(text)),
        }
}

/// The server's codes (mongo/base/error_codes.yml) for what passes.
const fn is_passing_code(code: i32) -> bool {
    matches!(
        code,
        6 | 7 | 89 | 9001 // hosts unreachable, network timeouts, sockets
            | 24 | 46 | 112 // locks, write conflicts
            | 43 | 175 | 237 // a cursor or a plan that was killed
            | 50 | 202 | 262 | 290 // time limits
            | 63 | 150 | 13_388 // a router that has not heard of a moved chunk
            | 64 | 100 // the write concern cannot be met in time, or now
            | 91 | 189 | 11_600 | 11_601 | 11_602 // stepping down, shutting down, interrupted
            | 133 | 134 // no member to read from
            | 317 | 365 | 384 | 462 // the server's own connections; busy
            | 10_058 | 10_107 | 13_435 | 13_436 // not the primary
            | 14_031 // the disk is full
    )
}

fn code_of(error: &DriverError) -> Option<i32> {
    match &*error.kind {
        ErrorKind::Command(error) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteError(error)) => Some(error.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => Some(error.code),
        ErrorKind::InsertMany(failure) => {
            let errors = failure.write_errors.iter().flatten().map(|error| error.code);
            let concern = failure.write_concern_error.iter().map(|error| error.code);
            errors.chain(concern).find(|code| !is_duplicate_code(*code))
        }
        _ => None,
    }
}

/// What happened, in a line for the log. The driver's own text has the server's whole answer in it,
/// which may quote documents; this has not.
pub(super) fn cause_of(error: &DriverError) -> String {
    let cause = match &*error.kind {
        ErrorKind::Command(error) => format!("{} (code {} {})", error.message, error.code, error.code_name),
        ErrorKind::Write(WriteFailure::WriteError(error)) => {
            format!("{} (code {})", error.message, error.code)
        }
        ErrorKind::Write(WriteFailure::WriteConcernError(error)) => {
            format!(
                "{} (write concern, code {} {})",
                error.message, error.code, error.code_name
            )
        }
        ErrorKind::InsertMany(failure) => {
            let count = failure.write_errors.as_ref().map_or(0, Vec::len);
            let code = code_of(error).unwrap_or_default();
            format!("{count} of many were not inserted (code {code})")
        }
        ErrorKind::ServerSelection { message, .. } => without_details(message),
        ErrorKind::Bson(error) => unreadable(error),
        kind => kind.to_string(),
    };
    match cause.char_indices().nth(CAUSE_LENGTH) {
        Some((end, _)) => format!("{}…", &cause[..end]),
        None => cause,
    }
}

/// The driver's description of the servers it knows, without the inner life of each one's last error.
fn without_details(servers: &str) -> String {
    let mut parts = servers.split(", labels: ");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.find(" }").map_or("", |end| &part[end..]));
    }
    text
}

/// Why a document cannot be read, without what stands in it.
fn unreadable(error: &bson::error::Error) -> String {
    let message = error.message.as_deref().unwrap_or_default();
    let harmless = ["missing field", "expected"]
        .iter()
        .find_map(|word| message.find(word));
    let field = error
        .key
        .as_deref()
        .map(|key| format!(" at `{key}`"))
        .unwrap_or_default();
    format!(
        "a stored document cannot be read{field}: {}",
        &message[harmless.unwrap_or(message.len())..]
    )
}

impl From<bson::error::Error> for StoreError {
    fn from(error: bson::error::Error) -> Self {
        Self::Fault(unreadable(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_servers_own_reason_is_told_and_no_more() {
        let driver = "No available servers. Topology: { Type: X, Servers: [ { Address: a:1, Type: Unknown, \
            Error: Kind: I/O error: refused, labels: {\"A\", \"B\"}, source: None, server response: None }, \
            { Address: b:2, Type: Unknown, Error: Kind: late, labels: {}, source: None, \
            server response: None } ] }";
        assert_eq!(
            without_details(driver),
            "No available servers. Topology: { Type: X, Servers: [ { Address: a:1, Type: Unknown, \
             Error: Kind: I/O error: refused }, { Address: b:2, Type: Unknown, Error: Kind: late } ] }"
        );
    }

    #[tokio::test]
    async fn what_takes_too_long_goes_on_without_being_waited_for() {
        let runner = Runner::default();
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let slow = async move {
            tokio::time::sleep(Duration::from_millis(60)).await;
            let _ = sender.send(());
            Ok(())
        };
        let outcome = runner.run(Duration::from_millis(20), slow).await;
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
        assert!(receiver.await.is_ok(), "the work was not dropped");
        let panicking = runner
            .run(Duration::from_secs(1), async { panic!("a bug") })
            .await;
        assert!(matches!(panicking, Err::<(), _>(StoreError::Fault(_))));
        runner.drain(Duration::from_secs(1)).await;
        assert!(matches!(
            runner.run(LIMIT, async { Ok(()) }).await,
            Err(StoreError::Unavailable(_))
        ));
    }

    #[test]
    fn what_cannot_be_read_is_told_without_its_value() {
        let error = bson::deserialize_from_document::<i64>(bson::doc! { "password": "s3cret" }).unwrap_err();
        assert!(!unreadable(&error).contains("s3cret"), "{}", unreadable(&error));
        let error = bson::deserialize_from_document::<std::collections::HashMap<String, i64>>(
            bson::doc! { "password": "s3cret" },
        );
        let text = unreadable(&error.unwrap_err());
        assert!(!text.contains("s3cret") && text.contains("expected"), "{text}");
    }
}
