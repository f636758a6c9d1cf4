//! The audit log.
//!
//! A page is a range of the index of just those filters that are given (see `indexes`); of several kinds, the ranges of
//! each are read at the same time, and merged.

use std::cmp::Reverse;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use futures_util::{StreamExt, TryStreamExt, stream};
use mongodb::Collection;
use serde::{Deserialize, Serialize};

use super::documents::{date, id_of, moment, object_id, parsed};
use super::run::is_duplicate;
use super::{Mongo, READ_LIMIT, limit_of, read_all};
use crate::model::{AuditDetails, AuditEvent, AuditFilter, AuditKind, AuditPlace, Id, Timestamp};
use crate::store::{Audit, Result, StoreError};

/// So many questions for one moment each are under way at a time.
const AT_ONCE: usize = 8;
/// How many events a clean-up removes at a time.
const REMOVED_AT_ONCE: i64 = 200;

/// A document of `audit`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct EventDoc {
    #[serde(rename = "_id")]
    pub(super) id: ObjectId,
    at: DateTime,
    kind: String,
    /// The id of a user, or a word.
    actor: String,
    subject: Option<ObjectId>,
    details: AuditDetails,
    address: String,
    device: String,
    request_id: String,
}

impl From<&AuditEvent> for EventDoc {
    fn from(event: &AuditEvent) -> Self {
        Self {
            id: object_id(event.id),
            at: date(event.at),
            kind: event.kind.name().to_owned(),
            actor: event.actor.to_string(),
            subject: event.subject.map(object_id),
            details: event.details.clone(),
            address: event.address.clone(),
            device: event.device.clone(),
            request_id: event.request_id.clone(),
        }
    }
}

impl TryFrom<EventDoc> for AuditEvent {
    type Error = StoreError;

    fn try_from(document: EventDoc) -> Result<Self> {
        let which = format_args!("audit event {}", document.id);
        let unreadable = || StoreError::Fault(format!("the kind of {which} cannot be read"));
        Ok(Self {
            kind: AuditKind::from_name(&document.kind).ok_or_else(unreadable)?,
            actor: parsed(&document.actor, "actor", which)?,
            id: id_of(document.id),
            at: moment(document.at),
            subject: document.subject.map(id_of),
            details: document.details,
            address: document.address,
            device: document.device,
            request_id: document.request_id,
        })
    }
}

/// What passes the filter and is of this kind, if one is named, behind a place, in up to two ranges, one behind the
/// other: the rest of the moment of the place, and what is older.
pub(super) fn ranges(
    filter: &AuditFilter,
    kind: Option<AuditKind>,
    after: Option<AuditPlace>,
) -> Vec<Document> {
    let of = |range: Document| {
        let mut wanted = Document::new();
        if let Some(actor) = filter.actor {
            wanted.insert("actor", actor.to_string());
        }
        if let Some(subject) = filter.subject {
            wanted.insert("subject", object_id(subject));
        }
        if let Some(kind) = kind {
            wanted.insert("kind", kind.name());
        }
        wanted.extend(range);
        wanted
    };
    let within = |before: Option<Timestamp>| {
        let mut range = Document::new();
        if let Some(since) = filter.since {
            range.insert("$gte", date(since));
        }
        if let Some(before) = before {
            range.insert("$lt", date(before));
        }
        if range.is_empty() {
            range
        } else {
            doc! { "at": range }
        }
    };
    let is_inside = |at: Timestamp| {
        filter.since.is_none_or(|since| at >= since) && filter.until.is_none_or(|until| at < until)
    };
    let mut ranges = Vec::new();
    if let Some(AuditPlace { at, id }) = after.filter(|place| is_inside(place.at)) {
        ranges.push(of(doc! { "at": date(at), "_id": { "$lt": object_id(id) } }));
    }
    let before = after.map(|place| place.at).into_iter().chain(filter.until).min();
    ranges.push(of(within(before)));
    ranges
}

/// The first of what is in these ranges.
async fn read(events: &Collection<EventDoc>, ranges: Vec<Document>, limit: usize) -> Result<Vec<AuditEvent>> {
    let mut found: Vec<AuditEvent> = Vec::new();
    for range in ranges {
        if found.len() >= limit {
            break;
        }
        let missing = limit_of(limit - found.len());
        let find = events.find(range).sort(order()).limit(missing);
        found.extend(read_all::<_, AuditEvent>(find.max_time(READ_LIMIT).await?).await?);
    }
    Ok(found)
}

/// The newest first.
pub(super) fn order() -> Document {
    doc! { "at": -1, "_id": -1 }
}

#[async_trait]
impl Audit for Mongo {
    async fn append_event(&self, event: &AuditEvent) -> Result<()> {
        let document = EventDoc::from(event);
        self.run("append_event", |db| async move {
            match db.audit.insert_one(&document).await {
                Err(error) if is_duplicate(&error) => Ok(()),
                outcome => outcome.map(drop).map_err(StoreError::from),
            }
        })
        .await
    }

    async fn audit_page(
        &self,
        filter: &AuditFilter,
        after: Option<AuditPlace>,
        limit: usize,
    ) -> Result<Vec<AuditEvent>> {
        let mut kinds: Vec<Option<AuditKind>> = filter.kinds.iter().copied().map(Some).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            kinds.push(None);
        }
        let of_each: Vec<Vec<Document>> = kinds
            .into_iter()
            .map(|kind| ranges(filter, kind, after))
            .collect();
        self.run("audit_page", move |db| async move {
            let events = &db.audit;
            let found: Vec<Vec<AuditEvent>> = stream::iter(of_each)
                .map(|ranges| read(events, ranges, limit))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            let mut page = found.concat();
            page.sort_unstable_by_key(|event| Reverse(event.place()));
            page.truncate(limit);
            Ok(page)
        })
        .await
    }

    async fn last_events(&self, kind: AuditKind, subjects: &[Id]) -> Result<Vec<(Id, Timestamp)>> {
        #[derive(Deserialize)]
        struct At {
            at: DateTime,
        }
        let subjects = subjects.to_vec();
        self.run("last_events", move |db| async move {
            let audit = &db.audit.clone_with_type::<At>();
            let last = |subject: Id| async move {
                let filter = doc! { "subject": object_id(subject), "kind": kind.name() };
                let find = audit
                    .find_one(filter)
                    .sort(order())
                    .projection(doc! { "at": 1, "_id": 0 });
                let found = find.max_time(READ_LIMIT).await?;
                Ok::<_, StoreError>(found.map(|At { at }| (subject, moment(at))))
            };
            let found: Vec<Option<(Id, Timestamp)>> = stream::iter(subjects.into_iter().map(last))
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            Ok(found.into_iter().flatten().collect())
        })
        .await
    }

    async fn remove_events(&self, before: Timestamp) -> Result<()> {
        // Some at a time: there may be more than are removed within the time of an operation.
        loop {
            let removed = self
                .run("remove_events", move |db| async move {
                    let audit = db.audit.clone_with_type::<Document>();
                    let old = audit.find(doc! { "at": { "$lt": date(before) } });
                    let old = old.sort(doc! { "at": 1, "_id": 1 }).limit(REMOVED_AT_ONCE);
                    let old = old.projection(doc! { "_id": 1 }).max_time(READ_LIMIT).await?;
                    let old: Vec<Document> = old.try_collect().await?;
                    let ids: Vec<&Bson> = old.iter().filter_map(|event| event.get("_id")).collect();
                    if !ids.is_empty() {
                        audit.delete_many(doc! { "_id": { "$in": ids } }).await?;
                    }
                    Ok(i64::try_from(old.len()).unwrap_or(i64::MAX))
                })
                .await?;
            if removed < REMOVED_AT_ONCE {
                return Ok(());
            }
        }
    }
}
