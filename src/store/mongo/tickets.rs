//! Tickets.

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{DateTime, Document, doc};
use serde::{Deserialize, Serialize};

use super::documents::{date, id_of, moment, object_id};
use super::run::is_duplicate;
use super::{Mongo, READ_LIMIT, limit_of, read_all};
use crate::model::{Id, Purpose, Ticket, Timestamp};
use crate::store::{Result, StoreError, Tickets};

/// A document of `tickets`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct TicketDoc {
    #[serde(rename = "_id")]
    pub(super) hash: String,
    purpose: String,
    owner: Option<ObjectId>,
    data: String,
    created_at: DateTime,
    expires_at: DateTime,
    version: i64,
}

impl From<&Ticket> for TicketDoc {
    fn from(ticket: &Ticket) -> Self {
        Self {
            hash: ticket.hash.clone(),
            purpose: ticket.purpose.name().to_owned(),
            owner: ticket.owner.map(object_id),
            data: ticket.data.clone(),
            created_at: date(ticket.created_at),
            expires_at: date(ticket.expires_at),
            version: ticket.version,
        }
    }
}

impl TryFrom<TicketDoc> for Ticket {
    type Error = StoreError;

    fn try_from(document: TicketDoc) -> Result<Self> {
        // Not by its hash, which is nobody's business.
        let unreadable = || StoreError::Fault("the purpose of a ticket cannot be read".into());
        Ok(Self {
            purpose: Purpose::from_name(&document.purpose).ok_or_else(unreadable)?,
            hash: document.hash,
            owner: document.owner.map(id_of),
            data: document.data,
            created_at: moment(document.created_at),
            expires_at: moment(document.expires_at),
            version: document.version,
        })
    }
}

/// The ticket as long as it is good for this.
fn good(hash: &str, purpose: Purpose, now: Timestamp) -> Document {
    doc! { "_id": hash, "purpose": purpose.name(), "expires_at": { "$gt": date(now) } }
}

#[async_trait]
impl Tickets for Mongo {
    async fn create_ticket(&self, ticket: &Ticket) -> Result<()> {
        let document = TicketDoc::from(ticket);
        self.run("create_ticket", |db| async move {
            match db.tickets.insert_one(&document).await {
                Err(error) if is_duplicate(&error) => {
                    let find = db.tickets.find_one(doc! { "_id": &document.hash });
                    // A retry of a create that succeeded finds its own document.
                    if find.max_time(READ_LIMIT).await?.as_ref() == Some(&document) {
                        Ok(())
                    } else {
                        Err(StoreError::Duplicate)
                    }
                }
                outcome => outcome.map(drop).map_err(StoreError::from),
            }
        })
        .await
    }

    async fn ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>> {
        let filter = good(hash, purpose, now);
        self.run("ticket", |db| async move {
            let found = db.tickets.find_one(filter).max_time(READ_LIMIT).await?;
            found.map(Ticket::try_from).transpose()
        })
        .await
    }

    async fn take_ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>> {
        let filter = good(hash, purpose, now);
        self.run("take_ticket", |db| async move {
            let taken = db.tickets.find_one_and_delete(filter).await?;
            taken.map(Ticket::try_from).transpose()
        })
        .await
    }

    async fn replace_ticket(&self, ticket: &Ticket, expected: i64) -> Result<bool> {
        let document = TicketDoc::from(ticket);
        self.run("replace_ticket", |db| async move {
            let filter = doc! { "_id": &document.hash, "purpose": &document.purpose, "version": expected };
            let update = doc! {
                "$set": {
                    "owner": document.owner, "data": document.data, "expires_at": document.expires_at,
                    "version": document.version,
                },
            };
            Ok(db.tickets.update_one(filter, update).await?.matched_count == 1)
        })
        .await
    }

    async fn tickets_for(&self, purpose: Purpose, now: Timestamp, limit: usize) -> Result<Vec<Ticket>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let good = doc! { "purpose": purpose.name(), "expires_at": { "$gt": date(now) } };
        self.run("tickets_for", |db| async move {
            let found = db
                .tickets
                .find(good)
                .limit(limit_of(limit))
                .max_time(READ_LIMIT)
                .await?;
            read_all(found).await
        })
        .await
    }

    async fn remove_tickets(&self, before: Timestamp) -> Result<()> {
        let expired = doc! { "expires_at": { "$lt": date(before) } };
        self.run("remove_tickets", |db| async move {
            db.tickets.delete_many(expired).await?;
            Ok(())
        })
        .await
    }

    async fn remove_tickets_of(&self, owner: Id, purpose: Option<Purpose>) -> Result<()> {
        let mut own = doc! { "owner": object_id(owner) };
        if let Some(purpose) = purpose {
            own.insert("purpose", purpose.name());
        }
        self.run("remove_tickets_of", |db| async move {
            db.tickets.delete_many(own).await?;
            Ok(())
        })
        .await
    }
}
