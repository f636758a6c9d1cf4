//! Requests that are to be done once.
//!
//! The `_id` is owner and key, so that the index which every collection has makes the key unique.

use std::time::Duration;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, DateTime, Document, doc};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;

use super::documents::{date, fields_of, id_of, moment, object_id};
use super::run::is_duplicate;
use super::{Db, Mongo, READ_LIMIT};
use crate::model::{Id, Timestamp};
use crate::store::{Attempt, Idempotency, Result, StoreError};

/// How long to wait for what another instance has just written to be read by everybody.
const MOMENT: Duration = Duration::from_millis(20);

/// A document of `attempts`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct AttemptDoc {
    /// See [`place`].
    #[serde(rename = "_id")]
    pub place: String,
    owner: ObjectId,
    key: String,
    request: String,
    resource: ObjectId,
    holder: ObjectId,
    locked_until: DateTime,
    expires_at: DateTime,
    answer: Option<Binary>,
}

/// The `_id` of an attempt: a string, which is no query whatever stands in it.
fn place(owner: Id, key: &str) -> String {
    format!("{owner}:{key}")
}

fn binary(bytes: &[u8]) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.to_vec(),
    }
}

impl From<&Attempt> for AttemptDoc {
    fn from(attempt: &Attempt) -> Self {
        Self {
            place: place(attempt.owner, &attempt.key),
            owner: object_id(attempt.owner),
            key: attempt.key.clone(),
            request: attempt.request.clone(),
            resource: object_id(attempt.resource),
            holder: object_id(attempt.holder),
            locked_until: date(attempt.locked_until),
            expires_at: date(attempt.expires_at),
            answer: attempt.answer.as_deref().map(binary),
        }
    }
}

impl From<AttemptDoc> for Attempt {
    fn from(document: AttemptDoc) -> Self {
        Self {
            owner: id_of(document.owner),
            key: document.key,
            request: document.request,
            resource: id_of(document.resource),
            holder: id_of(document.holder),
            locked_until: moment(document.locked_until),
            expires_at: moment(document.expires_at),
            answer: document.answer.map(|answer| answer.bytes),
        }
    }
}

/// The attempt as long as it is its holder's and has no answer.
fn held(attempt: &Attempt, holder: Id) -> Document {
    doc! {
        "_id": place(attempt.owner, &attempt.key), "holder": object_id(holder), "answer": Bson::Null,
    }
}

async fn begin(db: &Db, new: AttemptDoc, now: DateTime) -> Result<Attempt> {
    // No upsert: of two that insert at once one would fail. Ends when the operation has taken too long.
    loop {
        match db.attempts.insert_one(&new).await {
            Err(error) if is_duplicate(&error) => {}
            outcome => return outcome.map(|_| new.into()).map_err(StoreError::from),
        }
        let expired = doc! { "_id": &new.place, "expires_at": { "$lte": now } };
        let renewed = doc! { "$set": fields_of(&new, &["_id"])? };
        if db.attempts.update_one(expired, renewed).await?.matched_count == 1 {
            return Ok(new.into());
        }
        let kept = doc! { "_id": &new.place, "expires_at": { "$gt": now } };
        if let Some(kept) = db.attempts.find_one(kept).max_time(READ_LIMIT).await? {
            return Ok(kept.into());
        }
        // Another was faster and a majority does not have it yet, or it has just been removed.
        sleep(MOMENT).await;
    }
}

#[async_trait]
impl Idempotency for Mongo {
    async fn begin_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<Attempt> {
        let new = AttemptDoc::from(attempt);
        self.run(
            "begin_attempt",
            |db| async move { begin(&db, new, date(now)).await },
        )
        .await
    }

    async fn attempt(&self, owner: Id, key: &str, now: Timestamp) -> Result<Option<Attempt>> {
        let filter = doc! { "_id": place(owner, key), "expires_at": { "$gt": date(now) } };
        self.run("attempt", |db| async move {
            let found = db.attempts.find_one(filter).max_time(READ_LIMIT).await?;
            Ok(found.map(Attempt::from))
        })
        .await
    }

    async fn take_over_attempt(&self, attempt: &Attempt, from: Id, now: Timestamp) -> Result<bool> {
        let mut lapsed = held(attempt, from);
        lapsed.insert("locked_until", doc! { "$lte": date(now) });
        lapsed.insert("expires_at", doc! { "$gt": date(now) });
        let update = doc! { "$set": {
            "holder": object_id(attempt.holder),
            "locked_until": date(attempt.locked_until),
            "expires_at": date(attempt.expires_at),
        } };
        self.run("take_over_attempt", |db| async move {
            Ok(db.attempts.update_one(lapsed, update).await?.matched_count == 1)
        })
        .await
    }

    async fn finish_attempt(&self, attempt: &Attempt) -> Result<bool> {
        let own = held(attempt, attempt.holder);
        let update = doc! { "$set": {
            "answer": attempt.answer.as_deref().map(binary), "expires_at": date(attempt.expires_at),
        } };
        self.run("finish_attempt", |db| async move {
            Ok(db.attempts.update_one(own, update).await?.matched_count == 1)
        })
        .await
    }

    async fn release_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<()> {
        let own = held(attempt, attempt.holder);
        let update = doc! { "$set": { "locked_until": date(now) } };
        self.run("release_attempt", |db| async move {
            db.attempts.update_one(own, update).await?;
            Ok(())
        })
        .await
    }

    async fn forget_attempt(&self, attempt: &Attempt) -> Result<()> {
        let own = held(attempt, attempt.holder);
        self.run("forget_attempt", |db| async move {
            db.attempts.delete_one(own).await?;
            Ok(())
        })
        .await
    }

    async fn remove_attempts(&self, before: Timestamp) -> Result<()> {
        let expired = doc! { "expires_at": { "$lt": date(before) } };
        self.run("remove_attempts", |db| async move {
            db.attempts.delete_many(expired).await?;
            Ok(())
        })
        .await
    }

    async fn remove_attempts_of(&self, owner: Id) -> Result<()> {
        let own = doc! { "owner": object_id(owner) };
        self.run("remove_attempts_of", |db| async move {
            db.attempts.delete_many(own).await?;
            Ok(())
        })
        .await
    }
}
