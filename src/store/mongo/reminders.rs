//! What is to be told at its time.
//!
//! The claim is one write of one document. Its mail is kept before it, under an id that follows from what it is
//! about: whoever comes after a crash keeps it once more, which changes nothing, and whoever sends it looks first
//! whether the claim was made.

use async_trait::async_trait;
use bson::{Document, doc};
use futures_util::TryStreamExt;

use super::documents::{date, id_of, moment, object_id};
use super::indexes::EARLIEST;
use super::mails::{self, MailDoc};
use super::{Mongo, READ_LIMIT, exists, limit_of};
use crate::model::{DueDigest, DueReminder, Mail, Timestamp};
use crate::store::{Reminders, Result, StoreError};

impl Mongo {
    /// The earliest documents of a collection whose date in `field` has come.
    async fn due(
        &self,
        what: &'static str,
        collection: &'static str,
        field: &'static str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Document>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.run(what, move |db| async move {
            let due = doc! { field: { "$gte": EARLIEST, "$lte": date(now) } };
            let found = db
                .raw(collection)
                .find(due)
                .sort(doc! { field: 1, "_id": 1 })
                .projection(doc! { field: 1, "owner": 1 })
                .limit(limit_of(limit))
                .max_time(READ_LIMIT)
                .await?;
            Ok(found.try_collect().await?)
        })
        .await
    }
}

fn unreadable<E>(_: E) -> StoreError {
    StoreError::Fault("what is due cannot be read".into())
}

#[async_trait]
impl Reminders for Mongo {
    async fn due_reminders(&self, now: Timestamp, limit: usize) -> Result<Vec<DueReminder>> {
        let found = self
            .due("due_reminders", "todos", "remind_at", now, limit)
            .await?;
        let reminder = |todo: &Document| {
            Ok(DueReminder {
                at: moment(*todo.get_datetime("remind_at").map_err(unreadable)?),
                owner: id_of(todo.get_object_id("owner").map_err(unreadable)?),
                todo: id_of(todo.get_object_id("_id").map_err(unreadable)?),
            })
        };
        found.iter().map(reminder).collect()
    }

    async fn claim_reminder(&self, reminder: DueReminder, mail: Option<&Mail>) -> Result<bool> {
        let mail = mail.map(MailDoc::from);
        self.run("claim_reminder", move |db| async move {
            let armed = doc! {
                "owner": object_id(reminder.owner), "_id": object_id(reminder.todo),
                "remind_at": date(reminder.at),
            };
            if let Some(mail) = &mail {
                if !exists(&db.todos, armed.clone()).await? {
                    return Ok(false);
                }
                mails::create(&db, mail).await?;
            }
            let fields = doc! { "remind_at": bson::Bson::Null, "reminded_at": date(reminder.at) };
            let mut update = db.next_stamp().await?.update(fields);
            update.insert("$inc", doc! { "version": 1_i64 });
            let is_claimed = db.todos.update_one(armed, update).await?.matched_count == 1;
            if is_claimed {
                db.telling.wrote(object_id(reminder.owner));
            }
            Ok(is_claimed)
        })
        .await
    }

    async fn due_digests(&self, now: Timestamp, limit: usize) -> Result<Vec<DueDigest>> {
        let found = self.due("due_digests", "users", "digest_at", now, limit).await?;
        let digest = |user: &Document| {
            Ok(DueDigest {
                at: moment(*user.get_datetime("digest_at").map_err(unreadable)?),
                user: id_of(user.get_object_id("_id").map_err(unreadable)?),
            })
        };
        found.iter().map(digest).collect()
    }

    async fn claim_digest(&self, digest: DueDigest, next: Timestamp, mail: Option<&Mail>) -> Result<bool> {
        let mail = mail.map(MailDoc::from);
        self.run("claim_digest", move |db| async move {
            let awaiting = doc! { "_id": object_id(digest.user), "digest_at": date(digest.at) };
            if let Some(mail) = &mail {
                if !exists(&db.users, awaiting.clone()).await? {
                    return Ok(false);
                }
                mails::create(&db, mail).await?;
            }
            let update = doc! { "$set": { "digest_at": date(next) } };
            Ok(db.users.update_one(awaiting, update).await?.matched_count == 1)
        })
        .await
    }
}
