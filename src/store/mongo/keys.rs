//! Signing keys, facts about the installation, and counters.

use async_trait::async_trait;
use bson::doc;
use mongodb::options::ReturnDocument;

use super::documents::{KeyDoc, date};
use super::run::is_duplicate;
use super::{Mongo, READ_LIMIT, read_all};
use crate::model::Timestamp;
use crate::store::{Counters, KeyRow, Keys, Result, StoreError};

/// How often an upsert is tried. Of two that insert at once one fails, and finds the other's document
/// the next time; that it is removed in between, again and again, is not to be expected.
const ATTEMPTS: usize = 4;

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

    async fn fact(&self, name: &str, value: &str) -> Result<String> {
        let filter = doc! { "_id": name };
        let update = doc! { "$setOnInsert": { "value": value } };
        self.run("fact", |db| async move {
            for _ in 0..ATTEMPTS {
                let upsert = db
                    .facts
                    .find_one_and_update(filter.clone(), update.clone())
                    .upsert(true);
                match upsert.return_document(ReturnDocument::After).await {
                    Ok(Some(fact)) => return Ok(fact.value),
                    Err(error) if !is_duplicate(&error) => return Err(error.into()),
                    Ok(None) | Err(_) => {}
                }
            }
            Err(StoreError::Unavailable("many others write the same fact".into()))
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
        let filter = doc! { "_id": counter };
        let update = doc! { "$inc": { "value": amount }, "$set": { "expires_at": date(expires_at) } };
        self.run("count", |db| async move {
            for _ in 0..ATTEMPTS {
                let upsert = db
                    .counters
                    .find_one_and_update(filter.clone(), update.clone())
                    .upsert(true);
                match upsert.return_document(ReturnDocument::After).await {
                    Ok(Some(counter)) => return Ok(counter.value),
                    Err(error) if !is_duplicate(&error) => return Err(error.into()),
                    Ok(None) | Err(_) => {}
                }
            }
            Err(StoreError::Unavailable(
                "many others write the same counter".into(),
            ))
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
