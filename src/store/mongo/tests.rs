//! What is particular to MongoDB; what every keeper must do is in `tests/store`.
//!
//! The tests want a server in `MONGODB_TEST_URI`, one that takes test commands (`configureFailPoint`).
//! Each has a database of its own.

mod adoption;
mod families;
mod migrating;
mod outages;
mod queries;
mod telling;

use std::io::Write as _;
use std::panic::{AssertUnwindSafe, resume_unwind};

use bson::oid::ObjectId;
use bson::{Document, doc};
use futures_util::{FutureExt, TryStreamExt};
use mongodb::Database;

use super::Mongo;
use crate::model::{Id, Timestamp, Todo, User};
use crate::store::{Result, StoreError, Upkeep};

/// How many migrations there are.
const STEPS: usize = super::migrations::STEPS.len();

/// A database of a test's own.
struct Trial {
    /// Also the name of the application, so that fail points meet nobody else.
    name: String,
    address: String,
    database: Database,
}

impl Trial {
    async fn connect(&self) -> Mongo {
        Mongo::connect(&self.address)
            .await
            .expect("the server can be reached")
    }

    /// A keeper that is ready.
    async fn ready(&self) -> Mongo {
        let keeper = self.connect().await;
        keeper
            .migrate(at(0))
            .await
            .expect("an empty database can be migrated");
        keeper
    }

    /// Puts documents in, behind the keeper's back.
    async fn db_insert(&self, collection: &str, documents: impl IntoIterator<Item = Document>) {
        self.database
            .collection(collection)
            .insert_many(documents)
            .await
            .unwrap();
    }

    /// All documents of a collection, by their ids.
    async fn db_all(&self, collection: &str) -> Vec<Document> {
        let found = self
            .database
            .collection(collection)
            .find(doc! {})
            .sort(doc! { "_id": 1 })
            .await
            .unwrap();
        found.try_collect().await.unwrap()
    }
}

/// Runs a test on a database of its own, and takes that away even if the test fails.
async fn on_database(test: &str, work: impl AsyncFnOnce(&Trial)) {
    let Some(server) = server_address(test) else {
        return;
    };
    let name = format!("rondo_unit_{}", ObjectId::new());
    let address = with_database(&server, &name);
    let client = mongodb::Client::with_uri_str(&server)
        .await
        .expect("MONGODB_TEST_URI is an address");
    let trial = Trial {
        database: client.database(&name),
        name,
        address,
    };
    let outcome = AssertUnwindSafe(work(&trial)).catch_unwind().await;
    let dropped = trial.database.drop().await;
    client.shutdown().immediate(true).await;
    outcome.unwrap_or_else(|panic| resume_unwind(panic));
    dropped.expect("the test's database can be dropped");
}

/// The server to test against. That there is none must be seen, so the tests are left out only if the
/// environment says so, and then in plain sight.
fn server_address(test: &str) -> Option<String> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let address = variable("MONGODB_TEST_URI");
    if !address.is_empty() {
        return Some(address);
    }
    assert!(
        variable("TEST_SKIP").contains("mongo"),
        "MONGODB_TEST_URI is not set: run `make test`, or skip on purpose with TEST_SKIP=mongo"
    );
    println!("SKIPPED: {test} (MONGODB_TEST_URI is not set)");
    let log = variable("TEST_SKIP_LOG");
    if !log.is_empty() {
        let file = std::fs::File::options().append(true).create(true).open(&log);
        let mut file = file.expect("the log named in TEST_SKIP_LOG can be written");
        writeln!(file, "store::mongo {test}: MONGODB_TEST_URI is not set")
            .expect("TEST_SKIP_LOG can be written");
    }
    None
}

/// The server's address with a database and a name of the application in it. The driver asks the server
/// how it is at intervals: that a fail point is over would otherwise be noticed late.
fn with_database(server: &str, name: &str) -> String {
    let (place, options) = server.split_once('?').unwrap_or((server, ""));
    let (scheme, rest) = place.split_once("://").expect("MONGODB_TEST_URI is an address");
    let hosts = rest.split('/').next().unwrap_or(rest);
    let own = ["appName", "serverMonitoringMode", "heartbeatFrequencyMS"];
    let mut all: Vec<String> = options
        .split('&')
        .filter(|option| !option.is_empty() && !own.iter().any(|own| option.starts_with(own)))
        .map(str::to_owned)
        .collect();
    all.extend([
        format!("appName={name}"),
        "serverMonitoringMode=poll".into(),
        "heartbeatFrequencyMS=500".into(),
    ]);
    format!("{scheme}://{hosts}/{name}?{}", all.join("&"))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000).plus_seconds(seconds)
}

fn id(number: u8) -> Id {
    Id::from_bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number])
}

fn user(number: u8) -> User {
    User::new(
        id(number),
        format!("person{number}@example.org").parse().unwrap(),
        at(0),
    )
}

fn todo(owner: Id, number: u8) -> Todo {
    Todo::new(id(number), owner, format!("To-do {number}"), at(0))
}

/// The sentence of a fault.
fn fault<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome {
        Err(StoreError::Fault(cause)) => cause,
        other => panic!("a fault was expected, not {other:?}"),
    }
}
