//! The lock under which one instance migrates while the others wait.
//!
//! It lapses by itself when its holder has died. Its times are the server's, so that it does not matter
//! how the clocks of the instances differ.

use std::future::Future;
use std::time::Duration;

use bson::{DateTime, doc, oid::ObjectId};
use tokio::time::{interval, sleep};

use super::documents::LockDoc;
use super::run::is_duplicate;
use super::{Db, Mongo};
use crate::store::{Result, StoreError};

const NAME: &str = "migrate";
/// How long the lock holds without a sign of life from its holder.
const LAPSE: Duration = Duration::from_secs(20);
/// How often its holder gives one.
const RENEWAL: Duration = Duration::from_secs(5);
/// How often those who wait look.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// The lock, held. It is to be given back; if that fails it lapses.
pub(super) struct Lease<'a> {
    mongo: &'a Mongo,
    holder: String,
}

impl<'a> Lease<'a> {
    /// Takes the lock, if nobody holds it.
    pub async fn take(mongo: &'a Mongo) -> Result<Option<Self>> {
        let holder = ObjectId::new().to_hex();
        let lock = holder.clone();
        let is_taken = mongo
            .run("lock", |db| async move { taken(&db, lock).await })
            .await?;
        Ok(is_taken.then_some(Self { mongo, holder }))
    }

    /// Does the work and gives signs of life meanwhile. If the lock is lost all the same (a sign came
    /// too late), the work ends: another has begun it. What both did does no harm, since each step of a
    /// migration can be repeated.
    pub async fn keep_during<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let renewals = async {
            let mut ticks = interval(RENEWAL);
            loop {
                ticks.tick().await;
                // A sign that could not be given is not yet a lost lock; the next one tells.
                if let Ok(false) = self.renew().await {
                    return StoreError::Unavailable("another instance took over the migration".into());
                }
            }
        };
        tokio::select! {
            outcome = work => outcome,
            error = renewals => Err(error),
        }
    }

    async fn renew(&self) -> Result<bool> {
        let holder = self.holder.clone();
        self.mongo
            .run("lock", |db| async move {
                let until = server_time(&db).await?.saturating_add_duration(LAPSE);
                let own = doc! { "_id": NAME, "holder": holder };
                Ok(db
                    .locks
                    .update_one(own, doc! { "$set": { "until": until } })
                    .await?
                    .matched_count
                    == 1)
            })
            .await
    }

    pub async fn give_back(self) {
        let own = doc! { "_id": NAME, "holder": self.holder };
        let given_back = self.mongo.run("lock", |db| async move {
            db.locks.delete_one(own).await?;
            Ok(())
        });
        // If not, it lapses.
        let _ = given_back.await;
    }
}

/// Waits a moment before the next look.
pub(super) async fn wait() {
    sleep(LOOK).await;
}

async fn taken(db: &Db, holder: String) -> Result<bool> {
    let now = server_time(db).await?;
    let until = now.saturating_add_duration(LAPSE);
    let lapsed = doc! { "_id": NAME, "until": { "$lt": now } };
    let update = doc! { "$set": { "holder": &holder, "until": until } };
    if db.locks.update_one(lapsed, update).await?.matched_count == 1 {
        return Ok(true);
    }
    match db
        .locks
        .insert_one(LockDoc {
            name: NAME.into(),
            holder,
            until,
        })
        .await
    {
        Err(error) if is_duplicate(&error) => Ok(false),
        outcome => outcome.map(|_| true).map_err(StoreError::from),
    }
}

/// The time by the server's clock.
async fn server_time(db: &Db) -> Result<DateTime> {
    let hello = db.database.run_command(doc! { "hello": 1 }).await?;
    let time = hello.get_datetime("localTime").copied();
    time.map_err(|_| StoreError::Fault("the server does not tell its time".into()))
}
