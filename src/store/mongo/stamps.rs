//! Change stamps: the place of a write in the database's own order.
//!
//! MongoDB has such an order, its cluster time: an empty timestamp at the top level of an inserted
//! document, and `$currentDate` in an update, are filled in by the server, each later than all before.
//! Servers that only speak MongoDB's protocol do not all do so; there a counter in one document gives
//! the stamps, and goes with the server's clock as cluster time does. Which it is, is not believed but
//! tried, once a process.

use bson::{Document, Timestamp, doc, oid::ObjectId};
use mongodb::options::ReturnDocument;

use super::Db;
use super::run::is_duplicate;
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
    /// Makes sure that whatever is written from now on gets a stamp later than this one, which was given
    /// elsewhere.
    pub(super) async fn stamps_go_beyond(&self, stamp: u64) -> Result<()> {
        match self.stamping.get_or_try_init(|| tried(self)).await? {
            Stamping::Server => {
                let trials = self.raw(COLLECTION);
                let id = ObjectId::new();
                trials.insert_one(doc! { "_id": id, "stamp": EMPTY }).await?;
                let trial = trials.find_one_and_delete(doc! { "_id": id }).await?;
                if trial.as_ref().and_then(stamp_of) > Some(stamp) {
                    return Ok(());
                }
                Err(StoreError::Fault(
                    "the server's clock is behind what was written elsewhere, so that new changes would seem older \
                     than those; set the clocks (NTP), and try again"
                        .into(),
                ))
            }
            Stamping::Counter => {
                let last = i64::try_from(stamp)
                    .map_err(|_| StoreError::Fault(format!("the stamp {stamp} is beyond what is counted")))?;
                self.raw(COLLECTION)
                    .update_one(doc! { "_id": "todos" }, doc! { "$max": { "last": last } })
                    .upsert(true)
                    .await?;
                Ok(())
            }
        }
    }

    /// The stamp of the next write.
    pub(super) async fn next_stamp(&self) -> Result<Stamp> {
        match self.stamping.get_or_try_init(|| tried(self)).await? {
            Stamping::Server => Ok(Stamp::Server),
            Stamping::Counter => Ok(counted(self, 1).await?.next().unwrap_or(Stamp::Server)),
        }
    }

    /// The stamps of so many writes, in their order.
    pub(super) async fn next_stamps(&self, count: usize) -> Result<Vec<Stamp>> {
        Ok(match self.stamping.get_or_try_init(|| tried(self)).await? {
            Stamping::Server => vec![Stamp::Server; count],
            Stamping::Counter => counted(self, count).await?.collect(),
        })
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

/// Takes so many numbers from the counter at once: of this second, or behind those that were taken.
async fn counted(db: &Db, count: usize) -> Result<impl Iterator<Item = Stamp> + use<>> {
    let unreadable = || StoreError::Fault("the counter of stamps cannot be read".into());
    let more = i64::try_from(count).unwrap_or(i64::MAX).saturating_sub(1);
    let seconds = doc! { "$toLong": { "$divide": [{ "$toLong": "$$NOW" }, 1000] } };
    let first = doc! { "$max": [
        { "$add": [{ "$ifNull": ["$last", 0_i64] }, 1_i64] },
        { "$multiply": [seconds, SECOND] },
    ] };
    let taking = [doc! { "$set": { "last": { "$add": [first, more] } } }];
    let counters = db.raw(COLLECTION);
    let last = loop {
        let taken = counters
            .find_one_and_update(doc! { "_id": "todos" }, taking.to_vec())
            .return_document(ReturnDocument::After);
        if let Some(counter) = taken.await? {
            let last = counter
                .get_i64("last")
                .ok()
                .and_then(|last| u64::try_from(last).ok());
            break last.ok_or_else(unreadable)?;
        }
        match counters.insert_one(doc! { "_id": "todos", "last": 0_i64 }).await {
            // Somebody else was faster.
            Err(error) if is_duplicate(&error) => {}
            outcome => drop(outcome?),
        }
    };
    let first = last.saturating_sub(count as u64) + 1;
    Ok((first..=last).map(|number| Stamp::Given(timestamp(number))))
}

/// The seconds of a stamp stand in its upper half.
const SECOND: i64 = 1 << 32;

/// The first stamp of this second since 1970.
pub(super) const fn at_second(seconds: u64) -> u64 {
    seconds << 32
}

/// A stamp as a number that sorts the same way.
pub(super) fn number(stamp: Timestamp) -> u64 {
    u64::from(stamp.time) << 32 | u64::from(stamp.increment)
}

pub(super) fn timestamp(number: u64) -> Timestamp {
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    Timestamp {
        time: u32::from_be_bytes([a, b, c, d]),
        increment: u32::from_be_bytes([e, f, g, h]),
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
