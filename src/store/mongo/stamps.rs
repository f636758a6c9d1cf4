//! Change stamps: the place of a write in the database's own order.
//!
//! MongoDB has such an order, its cluster time: an empty timestamp at the top level of an inserted
//! document, and `$currentDate` in an update, are filled in by the server, each later than all before.
//! Servers that only speak MongoDB's protocol do not all do so; there a counter in one document gives
//! the stamps. Which it is, is not believed but tried, once a process.

use bson::{Bson, Document, Timestamp, doc, oid::ObjectId};
use mongodb::options::ReturnDocument;

use super::Db;
use crate::store::{Result, StoreError};

/// Who gives the stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamping {
    /// The server, at the moment of the write.
    Server,
    /// A document that counts, asked before the write.
    Counter,
}

/// What is written as the stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    Server,
    Given(Timestamp),
}

/// Where trials are made, and where the counter is if there must be one.
const COLLECTION: &str = "stamps";
const EMPTY: Timestamp = Timestamp {
    time: 0,
    increment: 0,
};

impl Stamp {
    /// What an inserted document holds; MongoDB fills in an empty one.
    pub fn inserted(self) -> Timestamp {
        match self {
            Self::Server => EMPTY,
            Self::Given(stamp) => stamp,
        }
    }

    /// The update that sets `fields` and the stamp.
    pub fn update(self, mut fields: Document) -> Document {
        match self {
            Self::Server => doc! { "$set": fields, "$currentDate": { "stamp": { "$type": "timestamp" } } },
            Self::Given(stamp) => {
                fields.insert("stamp", stamp);
                doc! { "$set": fields }
            }
        }
    }
}

impl Db {
    /// The stamp of the next write.
    pub(super) async fn next_stamp(&self) -> Result<Stamp> {
        match self.stamping.get_or_try_init(|| tried(self)).await? {
            Stamping::Server => Ok(Stamp::Server),
            Stamping::Counter => counted(self).await,
        }
    }
}

/// Writes a document as to-dos are written, and looks whether the server's stamps grow.
async fn tried(db: &Db) -> Result<Stamping> {
    let trials = db.raw(COLLECTION);
    let id = ObjectId::new();
    trials.insert_one(doc! { "_id": id, "stamp": EMPTY }).await?;
    let update = Stamp::Server.update(doc! { "tried": true });
    let inserted = trials
        .find_one_and_update(doc! { "_id": id }, update.clone())
        .await?;
    let updated = trials.find_one_and_update(doc! { "_id": id }, update).await?;
    let again = trials.find_one_and_delete(doc! { "_id": id }).await?;
    let stamps = [inserted, updated, again].map(|document| document.as_ref().and_then(stamp_of));
    let is_growing = stamps[0] > Some(0) && stamps.is_sorted_by(|a, b| a < b);
    Ok(if is_growing {
        Stamping::Server
    } else {
        Stamping::Counter
    })
}

fn stamp_of(document: &Document) -> Option<u64> {
    document.get_timestamp("stamp").ok().map(number)
}

async fn counted(db: &Db) -> Result<Stamp> {
    let counters = db.raw(COLLECTION);
    let mut attempts = 0;
    let counter = loop {
        let count = counters
            .find_one_and_update(doc! { "_id": "todos" }, doc! { "$inc": { "last": 1_i64 } })
            .upsert(true)
            .return_document(ReturnDocument::After);
        match count.await {
            // Two that insert the counter at once: one of them finds it the next time.
            Err(error) if super::run::is_duplicate(&error) && attempts < 3 => attempts += 1,
            outcome => break outcome?,
        }
    };
    let last = counter
        .as_ref()
        .and_then(|counter| counter.get("last"))
        .and_then(Bson::as_i64);
    let last = last.and_then(|last| u64::try_from(last).ok());
    let last = last.ok_or_else(|| StoreError::Fault("the counter of stamps cannot be read".into()))?;
    Ok(Stamp::Given(timestamp(last)))
}

/// A stamp as a number that sorts the same way.
pub(super) fn number(stamp: Timestamp) -> u64 {
    u64::from(stamp.time) << 32 | u64::from(stamp.increment)
}

#[expect(clippy::cast_possible_truncation, reason = "the two halves of the number")]
fn timestamp(number: u64) -> Timestamp {
    Timestamp {
        time: (number >> 32) as u32,
        increment: number as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_numbers_in_their_order() {
        let [early, late] = [(7, u32::MAX), (8, 0)].map(|(time, increment)| Timestamp { time, increment });
        assert!(number(early) < number(late));
        assert_eq!(timestamp(number(early)), early);
    }

    #[test]
    fn the_servers_own_stamp_is_asked_for_in_both_ways_of_writing() {
        assert_eq!(Stamp::Server.inserted(), EMPTY);
        let update = Stamp::Server.update(doc! { "a": 1 });
        assert_eq!(
            update,
            doc! { "$set": { "a": 1 }, "$currentDate": { "stamp": { "$type": "timestamp" } } }
        );
        let stamp = timestamp(5);
        assert_eq!(
            Stamp::Given(stamp).update(doc! { "a": 1 }),
            doc! { "$set": { "a": 1, "stamp": stamp } }
        );
    }
}
