//! The care of the database on a server: whether it can be written to, and what the server says of itself.

use bson::DateTime;
use bson::doc;
use bson::oid::ObjectId;

use super::documents::{CounterDoc, moment};
use super::{Db, is_replicated};
use crate::store::{Result, Server, StoreError};

/// A counter of its own, which is removed again; should the process die in between, the job that removes
/// counters does it.
pub(super) async fn probe(db: &Db) -> Result<()> {
    // Otherwise the write would make a database where there is none.
    if db.migrations.find_one(doc! {}).await?.is_none() {
        let words = "the database lacks a migration (run `rondo migrate`)";
        return Err(StoreError::Fault(words.into()));
    }
    let counter = format!("probe:{}", ObjectId::new().to_hex());
    let probe = CounterDoc {
        counter: counter.clone(),
        value: 0,
        expires_at: DateTime::from_millis(0),
    };
    db.counters.insert_one(probe).await?;
    db.counters.delete_one(doc! { "_id": counter }).await?;
    Ok(())
}

pub(super) async fn server(db: &Db) -> Result<Server> {
    let greeting = db.database.run_command(doc! { "hello": 1 }).await?;
    let time = greeting
        .get_datetime("localTime")
        .map_err(|_| StoreError::Fault("the server does not tell its time".into()))?;
    // Not every server tells it to everybody, and nothing depends on it.
    let version = match db.database.run_command(doc! { "buildInfo": 1 }).await {
        Ok(info) => info.get_str("version").unwrap_or_default().to_owned(),
        Err(_) => String::new(),
    };
    Ok(Server {
        version,
        time: moment(*time),
        is_replicated: is_replicated(&greeting),
    })
}
