//! The keeper on MongoDB, for production and for many machines.
//!
//! Here: the connection and the collections. How each operation is bounded in time and how errors are
//! told is in `run`; what documents look like, in `documents`; the rest is a file for each part of the
//! contract.
//!
//! One document is the unit of atomicity: nothing here needs a transaction, so a standalone `mongod`, a
//! replica set and a sharded cluster all serve. Only `todos` is meant to be sharded, by
//! `{owner: 1, _id: 1}`: every query that has an owner begins with it.
//!
//! What a client says is only ever a value in a query, never a key and never an operator.

mod address;
mod adopt;
mod audit;
mod care;
mod documents;
mod factors;
mod families;
mod feed;
mod figures;
mod idempotency;
mod indexes;
mod keys;
mod lease;
mod lists;
mod mails;
mod migrations;
mod pages;
mod recurrence;
mod reminders;
mod run;
mod sessions;
mod stamps;
#[cfg(test)]
mod tests;
mod tickets;
mod todos;
mod transfer;
mod users;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::options::{DatabaseOptions, ReadConcern};
use mongodb::{Client, Collection, Cursor, Database};
use tokio::sync::OnceCell;

use self::audit::EventDoc;
use self::documents::{CounterDoc, FactDoc, KeyDoc, LockDoc, MigrationDoc, TodoDoc, UserDoc};
use self::feed::Telling;
use self::figures::Pool;
use self::idempotency::AttemptDoc;
use self::lists::ListDoc;
use self::mails::MailDoc;
use self::run::Runner;
use self::sessions::SessionDoc;
use self::stamps::Stamping;
use self::tickets::TicketDoc;
use crate::store::{Result, StoreError};

/// How long connecting may take, DNS records and the server's first answer together.
const CONNECT_LIMIT: Duration = Duration::from_millis(4500);
/// How long a sign of life is waited for.
const PING_LIMIT: Duration = Duration::from_secs(1);
/// How long operations under way, and then the driver, may take to end.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// How long the server may work on a query; shorter than the operation's own limit, so that the server
/// stops before nobody waits for it any more. Writes have no such limit.
const READ_LIMIT: Duration = Duration::from_millis(2500);

/// The keeper on MongoDB.
pub struct Mongo {
    client: Client,
    db: Arc<Db>,
    runner: Runner,
    pool: Arc<Pool>,
}

/// The collections.
struct Db {
    database: Database,
    users: Collection<UserDoc>,
    sessions: Collection<SessionDoc>,
    todos: Collection<TodoDoc>,
    lists: Collection<ListDoc>,
    mails: Collection<MailDoc>,
    tickets: Collection<TicketDoc>,
    attempts: Collection<AttemptDoc>,
    keys: Collection<KeyDoc>,
    facts: Collection<FactDoc>,
    counters: Collection<CounterDoc>,
    audit: Collection<EventDoc>,
    migrations: Collection<MigrationDoc>,
    locks: Collection<LockDoc>,
    /// Found out at the first write of a to-do.
    stamping: OnceCell<Stamping>,
    telling: Arc<Telling>,
}

impl Mongo {
    /// Connects to `mongodb://…` or `mongodb+srv://…` and waits for the server's first answer. The
    /// database is the one that the address names, or `rondo`.
    ///
    /// # Errors
    /// `Unavailable` within 5 s if the server does not answer, with its hosts; `Fault` if the address is
    /// malformed or the server refuses what it says. No error tells the user name or the password.
    pub async fn connect(address: &str) -> Result<Self> {
        let address = address.to_owned();
        let begun = Instant::now();
        let connecting = tokio::spawn(async move {
            let (mut options, hosts) = address::options(&address).await?;
            let name = options.default_database.clone().unwrap_or_else(|| "rondo".into());
            let read_concern = options.read_concern.clone();
            let pool = Arc::new(Pool::default());
            options.cmap_event_handler = Some(pool.handler());
            let client = Client::with_options(options).map_err(|error| address::unusable(&error))?;
            let runner = Runner::default();
            let first = client.database(&name);
            let greeting = async move { Ok(first.run_command(doc! { "hello": 1 }).await?) };
            let greeting = runner
                .run(CONNECT_LIMIT.saturating_sub(begun.elapsed()), greeting)
                .await;
            let greeting = greeting.map_err(|error| address::unreachable(&hosts, error))?;
            let read_concern = read_concern.unwrap_or_else(|| read_concern_for(&greeting));
            let db = Arc::new(Db::of(&client, &name, read_concern));
            Ok(Self {
                client,
                db,
                runner,
                pool,
            })
        });
        run::ended(connecting.await)
    }

    async fn answers(&self, limit: Duration) -> Result<()> {
        self.run_for("ping", limit, |db| async move {
            db.database.run_command(doc! { "ping": 1 }).await?;
            Ok(())
        })
        .await
    }

    /// Lets operations under way end, then ends the driver's own work; both within a bounded time.
    async fn shut_down(&self) {
        self.db.telling.end(CLOSE_LIMIT).await;
        self.runner.drain(CLOSE_LIMIT).await;
        let shutdown = self.client.clone().shutdown().immediate(true);
        let ending = tokio::spawn(async move { shutdown.await });
        // What has not ended by now ends with the process.
        let _ = tokio::time::timeout(CLOSE_LIMIT, ending).await;
    }
}

impl Db {
    fn of(client: &Client, name: &str, read_concern: ReadConcern) -> Self {
        let options = DatabaseOptions::builder().read_concern(read_concern).build();
        let database = client.database_with_options(name, options);
        Self {
            users: database.collection("users"),
            sessions: database.collection("sessions"),
            todos: database.collection("todos"),
            lists: database.collection("lists"),
            mails: database.collection("mails"),
            tickets: database.collection("tickets"),
            attempts: database.collection("attempts"),
            keys: database.collection("keys"),
            facts: database.collection("facts"),
            counters: database.collection("counters"),
            audit: database.collection("audit"),
            migrations: database.collection("migrations"),
            locks: database.collection("locks"),
            stamping: OnceCell::new(),
            telling: Arc::default(),
            database,
        }
    }

    fn raw(&self, name: &str) -> Collection<Document> {
        self.database.collection(name)
    }
}

/// What is read has been taken by a majority, and is not taken back. A server that stands alone knows no
/// majorities, and takes nothing back.
fn read_concern_for(greeting: &Document) -> ReadConcern {
    if is_replicated(greeting) {
        ReadConcern::majority()
    } else {
        ReadConcern::local()
    }
}

/// Whether the server that greets so belongs to a replica set, or passes on to a cluster of them.
fn is_replicated(greeting: &Document) -> bool {
    let is_router = greeting.get_str("msg").is_ok_and(|text| text == "isdbgrid");
    is_router || greeting.contains_key("setName")
}

/// Whether a document is there, as the unique indexes see it: what is not yet replicated counts.
async fn exists<T: Send + Sync>(collection: &Collection<T>, filter: Document) -> Result<bool> {
    let documents = collection.clone_with_type::<Document>();
    let find = documents
        .find_one(filter)
        .projection(doc! { "_id": 1 })
        .read_concern(ReadConcern::local());
    Ok(find.max_time(READ_LIMIT).await?.is_some())
}

/// All documents behind a cursor, as values of the model.
async fn read_all<D, T>(cursor: Cursor<D>) -> Result<Vec<T>>
where
    D: serde::de::DeserializeOwned,
    T: TryFrom<D, Error = StoreError>,
{
    cursor
        .map_err(StoreError::from)
        .and_then(|document| async { T::try_from(document) })
        .try_collect()
        .await
}

/// A limit as the driver takes it. It must not be 0, which means none to MongoDB.
fn limit_of(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).min(i64::from(i32::MAX))
}
