//! A store that counts what it is asked for: it stands in front of a keeper, and neither the keeper nor
//! whoever asks knows of it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use prometheus::{Histogram, IntCounter};

use crate::metrics::{Figure, StoreMetrics};
use crate::model::{
    AuditEvent, AuditFilter, AuditKind, AuditPlace, ChangePage, ChangePlace, DueDigest, DueReminder,
    EndedThere, FamilyChange, Fate, Id, List, Mail, Progress, Purpose, Revocation, Session, Ticket,
    Timestamp, Todo, TodoPage, TodoQuery, Turn, User, UserFilter, Zone,
};
use crate::store::{
    Attempt, Audit, Counters, Families, Feed, Idempotency, Integrity, KeyRow, Keys, Lists, Mails, Migration,
    Reminders, Result, Server, Sessions, Store, StoreError, Tickets, Todos, Touched, Upkeep, Users,
};

/// A store, and the counters of its operations.
pub struct Measured {
    inner: Arc<dyn Store>,
    operations: Operations,
}

impl Measured {
    pub fn new(inner: Arc<dyn Store>, metrics: &StoreMetrics) -> Self {
        Self {
            inner,
            operations: Operations::new(metrics),
        }
    }
}

/// The handles of one operation.
struct Operation {
    seconds: Histogram,
    ok: IntCounter,
    duplicate: IntCounter,
    unavailable: IntCounter,
    fault: IntCounter,
    abandoned: IntCounter,
}

impl Operation {
    fn new(metrics: &StoreMetrics, name: &str) -> Self {
        let outcomes = |outcome| metrics.outcomes(name, outcome);
        Self {
            seconds: metrics.seconds(name),
            ok: outcomes("ok"),
            duplicate: outcomes("duplicate"),
            unavailable: outcomes("unavailable"),
            fault: outcomes("fault"),
            abandoned: outcomes("abandoned"),
        }
    }

    async fn measure<T>(&self, work: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let mut under_way = UnderWay {
            operation: self,
            began: Instant::now(),
            // Until it has ended: whoever asked may stop waiting, and then this is dropped as it is.
            outcome: &self.abandoned,
        };
        let answer = work.await;
        under_way.outcome = match &answer {
            Ok(_) => &self.ok,
            Err(StoreError::Duplicate) => &self.duplicate,
            Err(StoreError::Unavailable(_)) => &self.unavailable,
            Err(StoreError::Fault(_)) => &self.fault,
        };
        answer
    }
}

/// Counts an operation when it ends, however that is.
struct UnderWay<'a> {
    operation: &'a Operation,
    began: Instant,
    outcome: &'a IntCounter,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.outcome.inc();
        self.operation.seconds.observe(self.began.elapsed().as_secs_f64());
    }
}

/// Implements the contract, part by part, by asking the inner store and measuring it; what follows `also` is not
/// measured. One field of [`Operations`] for each operation that is.
macro_rules! measured {
    ($($contract:ident {
        $(fn $operation:ident($($name:ident: $kind:ty),*) -> $answer:ty;)*
        $(also { $($further:tt)* })?
    })*) => {
        struct Operations {
            $($($operation: Operation,)*)*
        }

        impl Operations {
            fn new(metrics: &StoreMetrics) -> Self {
                Self {
                    $($($operation: Operation::new(metrics, stringify!($operation)),)*)*
                }
            }
        }

        $(
            #[async_trait]
            impl $contract for Measured {
                $(
                    async fn $operation(&self $(, $name: $kind)*) -> Result<$answer> {
                        self.operations.$operation.measure(self.inner.$operation($($name),*)).await
                    }
                )*
                $($($further)*)?
            }
        )*
    };
}

measured! {
    Users {
        fn create_user(user: &User) -> ();
        fn user(id: Id) -> Option<User>;
        fn user_by_identity(identity: &str) -> Option<User>;
        fn replace_user(user: &User, expected: i64) -> bool;
        fn users_page(after: Option<Id>, limit: usize) -> Vec<User>;
        fn find_users(filter: &UserFilter, after: Option<Id>, limit: usize) -> Vec<User>;
        fn deleted_users(before: Timestamp, limit: usize) -> Vec<Id>;
        fn remove_user(id: Id) -> ();
    }
    Sessions {
        fn create_session(session: &Session) -> ();
        fn session(id: Id) -> Option<Session>;
        fn turn_session(id: Id, generation: i64, turn: &Turn) -> bool;
        fn sessions_of(user: Id, now: Timestamp) -> Vec<Session>;
        fn end_session(user: Id, id: Id, at: Timestamp) -> bool;
        fn end_sessions(user: Id, keep: Option<Id>, at: Timestamp) -> ();
        fn end_sessions_of_provider(ended: &EndedThere, at: Timestamp) -> Vec<Id>;
        fn revocations_since(since: Timestamp) -> Vec<Revocation>;
        fn remove_sessions(before: Timestamp) -> ();
    }
    Tickets {
        fn create_ticket(ticket: &Ticket) -> ();
        fn ticket(hash: &str, purpose: Purpose, now: Timestamp) -> Option<Ticket>;
        fn take_ticket(hash: &str, purpose: Purpose, now: Timestamp) -> Option<Ticket>;
        fn tickets_for(purpose: Purpose, now: Timestamp, limit: usize) -> Vec<Ticket>;
        fn replace_ticket(ticket: &Ticket, expected: i64) -> bool;
        fn remove_tickets(before: Timestamp) -> ();
        fn remove_tickets_of(owner: Id, purpose: Option<Purpose>) -> ();
    }
    Todos {
        fn create_todo(todo: &Todo) -> ();
        fn create_todo_in_zone_of_owner(todo: &Todo) -> Option<Zone>;
        fn todo(owner: Id, id: Id) -> Option<Todo>;
        fn create_todos(todos: &[Todo]) -> ();
        fn known_todos(owner: Id, ids: &[Id]) -> Vec<Id>;
        fn replace_todo(todo: &Todo, expected: i64) -> bool;
        fn todo_page(owner: Id, query: &TodoQuery) -> TodoPage;
        fn purge_todo(owner: Id, id: Id, at: Timestamp) -> bool;
        fn purge_trash(owner: Option<Id>, before: Timestamp, at: Timestamp) -> ();
        fn remove_gone_todos(before: Timestamp) -> ();
        fn remove_todos_of(owner: Id) -> ();
    }
    Families {
        fn mark_parent(owner: Id, id: Id) -> bool;
        fn replace_family(todo: &Todo, expected: i64, change: &FamilyChange) -> bool;
        fn resume_families(before: Timestamp) -> ();
        fn titles(owner: Id, ids: &[Id]) -> Vec<(Id, String)>;
        fn progress(owner: Id, parents: &[Id]) -> Vec<(Id, Progress)>;
    }
    Lists {
        fn create_list(list: &List) -> ();
        fn list(owner: Id, id: Id) -> Option<List>;
        fn replace_list(list: &List, expected: i64) -> bool;
        fn lists_of(owner: Id) -> Vec<List>;
        fn lists_shared_with(user: Id) -> Vec<List>;
        fn forget_left(user: Id) -> ();
        fn open_counts(owner: Id) -> BTreeMap<Option<Id>, u64>;
        fn move_todos_of_list(owner: Id, list: Id, fate: Fate, at: Timestamp) -> ();
        fn leaving_lists(limit: usize) -> Vec<List>;
        fn settle_list(owner: Id, id: Id) -> ();
        fn remove_gone_lists(before: Timestamp) -> ();
        fn remove_lists_of(owner: Id) -> ();
    }
    Feed {
        fn changes(owner: Id, after: ChangePlace, limit: usize) -> ChangePage;
        also {
            fn watch(&self) -> tokio::sync::broadcast::Receiver<Touched> {
                self.inner.watch()
            }
        }
    }
    Reminders {
        fn due_reminders(now: Timestamp, limit: usize) -> Vec<DueReminder>;
        fn claim_reminder(reminder: DueReminder, mail: Option<&Mail>) -> bool;
        fn due_digests(now: Timestamp, limit: usize) -> Vec<DueDigest>;
        fn claim_digest(digest: DueDigest, next: Timestamp, mail: Option<&Mail>) -> bool;
    }
    Mails {
        fn create_mail(mail: &Mail) -> ();
        fn take_mail(holder: Id, now: Timestamp, until: Timestamp) -> Option<Mail>;
        fn put_off_mail(id: Id, holder: Id, next_try: Timestamp) -> bool;
        fn finish_mail(id: Id, holder: Id, at: Timestamp) -> bool;
        fn remove_mails(before: Timestamp) -> ();
        fn remove_mails_of(owner: Id) -> ();
    }
    Idempotency {
        fn begin_attempt(attempt: &Attempt, now: Timestamp) -> Attempt;
        fn attempt(owner: Id, key: &str, now: Timestamp) -> Option<Attempt>;
        fn take_over_attempt(attempt: &Attempt, from: Id, now: Timestamp) -> bool;
        fn finish_attempt(attempt: &Attempt) -> bool;
        fn release_attempt(attempt: &Attempt, now: Timestamp) -> ();
        fn forget_attempt(attempt: &Attempt) -> ();
        fn remove_attempts(before: Timestamp) -> ();
        fn remove_attempts_of(owner: Id) -> ();
    }
    Keys {
        fn create_key(key: &KeyRow) -> ();
        fn keys() -> Vec<KeyRow>;
        fn reseal_key(number: i64, old: &[u8], new: &[u8]) -> bool;
        fn remove_key(number: i64) -> ();
        fn fact(name: &str, value: &str) -> String;
        fn known_fact(name: &str) -> Option<String>;
        fn replace_fact(name: &str, old: &str, new: &str) -> bool;
    }
    Counters {
        fn count(counter: &str, amount: i64, expires_at: Timestamp) -> i64;
        fn remove_counters(before: Timestamp) -> ();
    }
    Audit {
        fn append_event(event: &AuditEvent) -> ();
        fn audit_page(filter: &AuditFilter, after: Option<AuditPlace>, limit: usize) -> Vec<AuditEvent>;
        fn last_events(kind: AuditKind, subjects: &[Id]) -> Vec<(Id, Timestamp)>;
        fn remove_events(before: Timestamp) -> ();
    }
    Upkeep {
        fn ping() -> ();
        fn migrations() -> Vec<Migration>;
        fn migrate(now: Timestamp) -> usize;
        fn probe_write() -> ();
        fn missing_indexes() -> Vec<String>;
        fn mend_indexes() -> usize;
        fn integrity() -> Integrity;
        fn server() -> Option<Server>;
        also {
            fn figures(&self) -> Vec<Figure> {
                self.inner.figures()
            }

            async fn close(&self) {
                self.inner.close().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::task::{Context, Waker};

    use super::*;
    use crate::metrics::Metrics;

    #[tokio::test]
    async fn an_operation_counts_once_however_it_ends() {
        let metrics = Metrics::new();
        let operation = Operation::new(&metrics.store, "ping");
        assert!(operation.measure(ready(Ok(()))).await.is_ok());
        for error in [
            StoreError::Duplicate,
            StoreError::Unavailable("away".into()),
            StoreError::Fault("broken".into()),
        ] {
            assert!(operation.measure(ready(Err::<(), _>(error))).await.is_err());
        }
        {
            // Asked for, and no longer waited for.
            let mut waiting = Box::pin(operation.measure(pending::<Result<()>>()));
            let mut context = Context::from_waker(Waker::noop());
            assert!(waiting.as_mut().poll(&mut context).is_pending());
            assert_eq!(metrics.store.outcomes("ping", "abandoned").get(), 0);
        }
        for outcome in ["ok", "duplicate", "unavailable", "fault", "abandoned"] {
            assert_eq!(metrics.store.outcomes("ping", outcome).get(), 1, "{outcome}");
        }
        assert_eq!(metrics.store.seconds("ping").get_sample_count(), 5);
    }
}
