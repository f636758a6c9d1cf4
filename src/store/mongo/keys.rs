//! Signing keys, facts about the installation, and counters.

use std::time::Duration;

use async_trait::async_trait;
use bson::doc;
use mongodb::options::ReturnDocument;
use tokio::time::sleep;

use super::documents::{CounterDoc, FactDoc, KeyDoc, binary, date};
use super::run::is_duplicate;
use super::{Mongo, READ_LIMIT, read_all};
use crate::model::Timestamp;
use crate::store::{Counters, KeyRow, Keys, Result, StoreError};

/// How long to wait for what another instance has just written to be read by everybody.
const MOMENT: Duration = Duration::from_millis(20);

#[async_trait]
impl Keys for Mongo {
    async fn create_key(&self, key: &KeyRow) -> Result<()> {
        let document = KeyDoc::from(key);
        self.run("create_key", |db| async move {
            db.keys.insert_one(&document).await?;
            Ok(())
        })
        .await
    }

    async fn keys(&self) -> Result<Vec<KeyRow>> {
        self.run("keys", |db| async move {
            read_all(
                db.keys
                    .find(doc! {})
                    .sort(doc! { "_id": 1 })
                    .max_time(READ_LIMIT)
                    .await?,
            )
            .await
        })
        .await
    }

    async fn reseal_key(&self, number: i64, old: &[u8], new: &[u8]) -> Result<bool> {
        let filter = doc! { "_id": number, "sealed": binary(old) };
        let update = doc! { "$set": { "sealed": binary(new) } };
        self.run("reseal_key", |db| async move {
            Ok(db.keys.update_one(filter, update).await?.matched_count == 1)
        })
        .await
    }

    async fn remove_key(&self, number: i64) -> Result<()> {
        self.run("remove_key", move |db| async move {
            db.keys.delete_one(doc! { "_id": number }).await?;
            Ok(())
        })
        .await
    }

    async fn fact(&self, name: &str, value: &str) -> Result<String> {
        let fact = FactDoc {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        self.run("fact", |db| async move {
            // Ends when the operation has taken too long.
            loop {
                let kept = db.facts.find_one(doc! { "_id": &fact.name }).max_time(READ_LIMIT);
                if let Some(kept) = kept.await? {
                    return Ok(kept.value);
                }
                match db.facts.insert_one(&fact).await {
                    // Another was faster, and a majority does not have it yet.
                    Err(error) if is_duplicate(&error) => sleep(MOMENT).await,
                    outcome => return outcome.map(|_| fact.value).map_err(StoreError::from),
                }
            }
        })
        .await
    }

    async fn known_fact(&self, name: &str) -> Result<Option<String>> {
        let filter = doc! { "_id": name };
        self.run("known_fact", |db| async move {
            let kept = db.facts.find_one(filter).max_time(READ_LIMIT).await?;
            Ok(kept.map(|fact| fact.value))
        })
        .await
    }

    async fn replace_fact(&self, name: &str, old: &str, new: &str) -> Result<bool> {
        let filter = doc! { "_id": name, "value": old };
        let update = doc! { "$set": { "value": new } };
        self.run("replace_fact", |db| async move {
            Ok(db.facts.update_one(filter, update).await?.matched_count == 1)
        })
        .await
    }
}

#[async_trait]
impl Counters for Mongo {
    async fn count(&self, counter: &str, amount: i64, expires_at: Timestamp) -> Result<i64> {
        let new = CounterDoc {
            counter: counter.to_owned(),
            value: amount,
            expires_at: date(expires_at),
        };
        self.run("count", |db| async move {
            let update = doc! { "$inc": { "value": amount }, "$set": { "expires_at": new.expires_at } };
            // No upsert: of two that insert at once one would fail, and not every server says whether
            // it has counted all the same. Ends when the operation has taken too long.
            loop {
                let counting = db
                    .counters
                    .find_one_and_update(doc! { "_id": &new.counter }, update.clone());
                if let Some(counter) = counting.return_document(ReturnDocument::After).await? {
                    return Ok(counter.value);
                }
                match db.counters.insert_one(&new).await {
                    Err(error) if is_duplicate(&error) => {}
                    outcome => return outcome.map(|_| amount).map_err(StoreError::from),
                }
            }
        })
        .await
    }

    async fn remove_counters(&self, before: Timestamp) -> Result<()> {
        self.run("remove_counters", move |db| async move {
            db.counters
                .delete_many(doc! { "expires_at": { "$lt": date(before) } })
                .await?;
            Ok(())
        })
        .await
    }
}
