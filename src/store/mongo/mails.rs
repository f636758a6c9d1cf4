//! Mails that wait to be sent.

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use mongodb::options::ReturnDocument;
use serde::{Deserialize, Serialize};

use super::documents::{date, id_of, moment, object_id, parsed};
use super::indexes::EARLIEST;
use super::run::is_duplicate;
use super::{Db, Mongo};
use crate::model::{Id, Mail, Timestamp};
use crate::store::{Mails, Result, StoreError};

/// A document of `mails`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MailDoc {
    #[serde(rename = "_id")]
    pub(super) id: ObjectId,
    owner: ObjectId,
    about: String,
    created_at: DateTime,
    attempts: i64,
    holder: Option<ObjectId>,
    next_try: Option<DateTime>,
    done_at: Option<DateTime>,
}

impl From<&Mail> for MailDoc {
    fn from(mail: &Mail) -> Self {
        Self {
            id: object_id(mail.id),
            owner: object_id(mail.owner),
            about: mail.about.to_string(),
            created_at: date(mail.created_at),
            attempts: mail.attempts,
            holder: mail.holder.map(object_id),
            next_try: mail.next_try.map(date),
            done_at: mail.done_at.map(date),
        }
    }
}

impl TryFrom<MailDoc> for Mail {
    type Error = StoreError;

    fn try_from(document: MailDoc) -> Result<Self> {
        Ok(Self {
            about: parsed(&document.about, "subject", format_args!("mail {}", document.id))?,
            id: id_of(document.id),
            owner: id_of(document.owner),
            created_at: moment(document.created_at),
            attempts: document.attempts,
            holder: document.holder.map(id_of),
            next_try: document.next_try.map(moment),
            done_at: document.done_at.map(moment),
        })
    }
}

pub(super) async fn create(db: &Db, mail: &MailDoc) -> Result<()> {
    match db.mails.insert_one(mail).await {
        Err(error) if is_duplicate(&error) => Ok(()),
        outcome => outcome.map(drop).map_err(StoreError::from),
    }
}

/// The mail as long as it is its holder's and not done.
fn held(id: Id, holder: Id) -> Document {
    doc! { "_id": object_id(id), "holder": object_id(holder), "done_at": Bson::Null }
}

#[async_trait]
impl Mails for Mongo {
    async fn create_mail(&self, mail: &Mail) -> Result<()> {
        let document = MailDoc::from(mail);
        self.run("create_mail", |db| async move { create(&db, &document).await })
            .await
    }

    async fn take_mail(&self, holder: Id, now: Timestamp, until: Timestamp) -> Result<Option<Mail>> {
        let waiting = doc! { "next_try": { "$gte": EARLIEST, "$lte": date(now) } };
        let update = doc! {
            "$set": { "holder": object_id(holder), "next_try": date(until) }, "$inc": { "attempts": 1_i64 },
        };
        self.run("take_mail", |db| async move {
            let taken = db
                .mails
                .find_one_and_update(waiting, update)
                .sort(doc! { "next_try": 1, "_id": 1 })
                .return_document(ReturnDocument::After)
                .await?;
            taken.map(Mail::try_from).transpose()
        })
        .await
    }

    async fn put_off_mail(&self, id: Id, holder: Id, next_try: Timestamp) -> Result<bool> {
        let update = doc! { "$set": { "next_try": date(next_try) } };
        self.run("put_off_mail", move |db| async move {
            let updated = db.mails.update_one(held(id, holder), update).await?;
            Ok(updated.matched_count == 1)
        })
        .await
    }

    async fn finish_mail(&self, id: Id, holder: Id, at: Timestamp) -> Result<bool> {
        let update = doc! { "$set": { "next_try": Bson::Null, "done_at": date(at) } };
        self.run("finish_mail", move |db| async move {
            let updated = db.mails.update_one(held(id, holder), update).await?;
            Ok(updated.matched_count == 1)
        })
        .await
    }

    async fn remove_mails(&self, before: Timestamp) -> Result<()> {
        let done = doc! { "done_at": { "$gte": EARLIEST, "$lt": date(before) } };
        self.run("remove_mails", |db| async move {
            db.mails.delete_many(done).await?;
            Ok(())
        })
        .await
    }

    async fn remove_mails_of(&self, owner: Id) -> Result<()> {
        let own = doc! { "owner": object_id(owner) };
        self.run("remove_mails_of", |db| async move {
            db.mails.delete_many(own).await?;
            Ok(())
        })
        .await
    }
}
