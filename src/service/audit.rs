//! The audit log: recording security events, and reading them.
//!
//! Whatever service does a thing records it, right behind the write that does it. A record that cannot be kept fails
//! nothing that was done, and goes into the log of the process instead, whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::fingerprint::fingerprint;
use crate::model::{
    Actor, AuditDetails, AuditEvent, AuditFilter, AuditKind, AuditMethod, AuditPlace, AuditReason, Caller,
    Id, Role, Timestamp, device_name,
};
use crate::secret::Secrets;
use crate::service::cursors::{Cursors, Question};
use crate::service::sessions::Client;
use crate::store::Store;

/// So many failures at one account, or at an address that is no account's, are recorded in an hour.
const FAILURES_OF_ONE: i64 = 10;
/// And so many of all together: whoever guesses may go on for years and fills no disk.
const FAILURES: i64 = 500;

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// Who does something, and from where.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    pub actor: Actor,
    pub client: &'a Client,
}

/// What does not come by a request comes from nowhere.
static NOWHERE: Client = Client {
    address: String::new(),
    device: String::new(),
    request_id: String::new(),
};

impl<'a> By<'a> {
    /// The operator, on the machine itself.
    pub const fn operator() -> By<'static> {
        By {
            actor: Actor::Operator,
            client: &NOWHERE,
        }
    }

    /// The service, by itself.
    pub const fn service() -> By<'static> {
        By {
            actor: Actor::Service,
            client: &NOWHERE,
        }
    }

    /// Somebody who is not known.
    pub const fn nobody(client: &'a Client) -> Self {
        Self {
            actor: Actor::Nobody,
            client,
        }
    }

    pub const fn user(id: Id, client: &'a Client) -> Self {
        Self {
            actor: Actor::User(id),
            client,
        }
    }
}

/// What is recorded.
#[derive(Debug, Clone)]
pub struct Entry {
    kind: AuditKind,
    subject: Option<Id>,
    details: AuditDetails,
}

impl Entry {
    pub fn of(kind: AuditKind) -> Self {
        Self {
            kind,
            subject: None,
            details: AuditDetails::default(),
        }
    }

    /// Whom it happens to.
    #[must_use]
    pub const fn to(mut self, subject: Id) -> Self {
        self.subject = Some(subject);
        self
    }

    #[must_use]
    pub const fn session(mut self, id: Id) -> Self {
        self.details.session = Some(id);
        self
    }

    #[must_use]
    pub const fn method(mut self, method: AuditMethod) -> Self {
        self.details.method = Some(method);
        self
    }

    #[must_use]
    pub const fn reason(mut self, reason: AuditReason) -> Self {
        self.details.reason = Some(reason);
        self
    }

    #[must_use]
    pub const fn role(mut self, role: Role) -> Self {
        self.details.role = Some(role);
        self
    }

    #[must_use]
    pub fn key(mut self, kid: &str) -> Self {
        self.details.key = Some(kid.to_owned());
        self
    }
}

/// A page that is asked for.
#[derive(Debug, Clone)]
pub struct AuditRequest {
    pub filter: AuditFilter,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// A page, and the cursor of the next one.
#[derive(Debug, Clone)]
pub struct AuditPage {
    pub items: Vec<AuditEvent>,
    pub next: Option<String>,
}

/// The audit log.
pub struct Audit {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    cursors: Cursors,
    /// How long events are kept; 0 for ever.
    days: i64,
    /// The moment of the last event, in milliseconds since 1970.
    last: AtomicI64,
}

impl Audit {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>, secrets: &Secrets, days: i64) -> Self {
        Self {
            store,
            source,
            cursors: Cursors::new(secrets),
            days,
            last: AtomicI64::new(0),
        }
    }

    /// The moment of an event: later than that of the one before it of this instance, so that they stand in the order in which
    /// they happened. A clock that was set back by more than a second is followed.
    fn moment(&self) -> Timestamp {
        let now = self.source.now().millis();
        let next = |last: i64| {
            if now <= last && last < now + 1000 {
                last + 1
            } else {
                now
            }
        };
        let last = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(next(last)));
        Timestamp::from_millis(last.map_or(now, next))
    }

    /// Records what was done. If that cannot be kept, the log of the process has it.
    pub async fn record(&self, by: By<'_>, entry: Entry) {
        let event = AuditEvent {
            id: self.source.new_id(),
            at: self.moment(),
            kind: entry.kind,
            actor: by.actor,
            subject: entry.subject,
            details: entry.details,
            address: by.client.address.clone(),
            device: device_name(&by.client.device),
            request_id: by.client.request_id.clone(),
        };
        if let Err(error) = self.store.append_event(&event).await {
            log_instead(&event, &error.to_string());
        }
    }

    /// Records that somebody failed to prove who they are: as often as `account`, whatever it is called by, and the
    /// installation may have that in an hour, and once more that there were others. It costs the same whether
    /// there is such an account or not.
    pub async fn record_failure(&self, by: By<'_>, account: &str, entry: Entry) {
        let hour = self.source.now().seconds().div_euclid(HOUR);
        let own = format!("failures:{}:{hour}", fingerprint(account.as_bytes(), 16));
        let all = format!("failures:{hour}");
        for (counter, most, subject) in [
            (own, FAILURES_OF_ONE, entry.subject),
            (all.clone(), FAILURES, None),
        ] {
            let ends = Timestamp::from_millis((hour + 1) * HOUR * 1000);
            match self.store.count(&counter, 1, ends).await {
                Ok(count) if count <= most => {}
                Ok(count) => {
                    let is_first = count == most + 1;
                    let is_of_one = counter != all;
                    // What is told of one counts among all.
                    if is_first && (!is_of_one || self.is_within(&all, ends).await) {
                        let mut omitted = Entry::of(AuditKind::SignInFailuresOmitted);
                        omitted.subject = subject;
                        self.record(By::service(), omitted).await;
                    }
                    return;
                }
                Err(error) => log::warn!("a failed sign-in was not counted: {error}"),
            }
        }
        self.record(by, entry).await;
    }

    /// Whether one more may be recorded of all that fails within the hour.
    async fn is_within(&self, all: &str, ends: Timestamp) -> bool {
        let count = self.store.count(all, 1, ends).await;
        count.is_ok_and(|count| count <= FAILURES)
    }

    /// A page of the log, for administrators.
    ///
    /// # Errors
    /// `Forbidden` to others; `Invalid` for a cursor that this service did not make, or made for another question.
    pub async fn page(&self, caller: &Caller, request: AuditRequest) -> Result<AuditPage> {
        if !caller.is_admin() {
            return Err(Error::Forbidden("the audit log is for administrators"));
        }
        self.read(caller.user_id, request).await
    }

    /// A page of what happened to the caller.
    ///
    /// # Errors
    /// `Invalid` as in [`Audit::page`].
    pub async fn own_page(&self, caller: &Caller, limit: usize, cursor: Option<String>) -> Result<AuditPage> {
        let filter = AuditFilter {
            subject: Some(caller.user_id),
            ..AuditFilter::default()
        };
        let request = AuditRequest {
            filter,
            limit,
            cursor,
        };
        self.read(caller.user_id, request).await
    }

    async fn read(&self, reader: Id, request: AuditRequest) -> Result<AuditPage> {
        let AuditRequest {
            mut filter,
            limit,
            cursor,
        } = request;
        filter.kinds.sort_unstable();
        filter.kinds.dedup();
        let question = Question::of_audit(reader, &filter);
        let place = cursor
            .map(|cursor| self.cursors.read_as(&question, &cursor))
            .transpose()?;
        let after = place.map(|(at, id)| AuditPlace { at, id });
        // One more than is shown: it tells whether there is more.
        let mut items = self.store.audit_page(&filter, after, limit + 1).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        let next = last.map(|event| {
            let place = serde_json::json!([event.at, event.id]);
            self.cursors.seal(&question, &place.to_string())
        });
        Ok(AuditPage { items, next })
    }

    /// Removes what is older than events are kept.
    ///
    /// # Errors
    /// If the store does not answer; what was not removed is removed next time.
    pub async fn run_once(&self) -> Result<()> {
        if self.days == 0 {
            return Ok(());
        }
        let before = self.source.now().plus_seconds(-self.days * DAY);
        Ok(self.store.remove_events(before).await?)
    }
}

/// The event, in the place of where it should stand.
fn log_instead(event: &AuditEvent, cause: &str) {
    let subject = event.subject.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let details = serde_json::json!(event.details).to_string();
    log::error!(
        kind = event.kind.name(),
        actor:% = event.actor,
        subject = subject.as_str(),
        details = details.as_str(),
        address = event.address.as_str(),
        device = event.device.as_str(),
        id = event.request_id.as_str(),
        cause;
        "an event could not be kept in the audit log"
    );
}
