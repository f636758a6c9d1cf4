//! What happens when the server is away, slow, or no longer the primary.

use std::time::{Duration, Instant};

use bson::{Document, doc};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, MutexGuard};

use super::{Trial, at, id, on_database, todo, user};
use crate::store::mongo::Mongo;
use crate::store::{Counters, Result, StoreError, Todos, Upkeep, Users};

/// Every method ends within this, the slack of a busy machine included.
const SOON: Duration = Duration::from_millis(3500);

/// A server has one fail point at a time.
static FAIL_POINT: Mutex<()> = Mutex::const_new(());

/// A fail point that is on until it is put off.
pub(super) struct Failing<'a> {
    trial: &'a Trial,
    _only: MutexGuard<'static, ()>,
}

impl<'a> Failing<'a> {
    pub(super) async fn on(trial: &'a Trial, mode: impl Into<bson::Bson>, mut data: Document) -> Self {
        let only = FAIL_POINT.lock().await;
        data.insert("appName", &trial.name);
        configure(
            trial,
            doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data },
        )
        .await;
        Self { trial, _only: only }
    }

    pub(super) async fn off(self) {
        configure(
            self.trial,
            doc! { "configureFailPoint": "failCommand", "mode": "off" },
        )
        .await;
    }
}

async fn configure(trial: &Trial, command: Document) {
    let admin = trial.database.client().database("admin");
    admin
        .run_command(command)
        .await
        .expect("the server takes test commands (enableTestCommands)");
}

fn is_unavailable<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

/// A server that is there and never says anything.
async fn silent_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut connections = Vec::new();
        while let Ok((connection, _)) = listener.accept().await {
            connections.push(connection);
        }
    });
    port
}

/// A port that nobody listens on.
async fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().port()
}

async fn assert_unreachable(port: u16, options: &str) {
    let begun = Instant::now();
    let address = format!("mongodb://somebody:s3cret@127.0.0.1:{port}/x{options}");
    let Err(error) = Mongo::connect(&address).await else {
        panic!("nobody is there")
    };
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&format!("127.0.0.1:{port}")), "{text}");
    assert!(!text.contains("s3cret") && !text.contains("somebody"), "{text}");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_named_soon_and_without_the_password() {
    let (closed, silent) = (closed_port().await, silent_server().await);
    let patient = "?serverSelectionTimeoutMS=60000&connectTimeoutMS=60000";
    tokio::join!(
        assert_unreachable(closed, ""),
        assert_unreachable(closed, patient),
        assert_unreachable(silent, ""),
        assert_unreachable(silent, patient),
    );
}

#[tokio::test]
async fn an_election_is_short_or_not_seen_at_all() {
    on_database("an_election_is_short_or_not_seen_at_all", async |trial| {
        let keeper = trial.ready().await;
        keeper.create_user(&user(1)).await.unwrap();
        for (number, code) in (10..).zip([91, 189, 10_107]) {
            for command in ["find", "insert", "update", "findAndModify"] {
                let data = doc! { "failCommands": [command], "errorCode": code };
                let failing = Failing::on(trial, doc! { "times": 1 }, data).await;
                let begun = Instant::now();
                match command {
                    "find" => assert_passes(&keeper.user(id(1)).await.map(drop)),
                    "insert" => assert_passes(&keeper.create_user(&user(number)).await),
                    "update" => assert_passes(&keeper.replace_user(&user(99), 5).await.map(drop)),
                    _ => assert_passes(&keeper.count("x", 1, at(9)).await.map(drop)),
                }
                assert!(begun.elapsed() < SOON, "{command} {code}: {:?}", begun.elapsed());
                failing.off().await;
                // Whether the write happened is unknown; it can be repeated.
                keeper.create_user(&user(number)).await.unwrap();
                assert!(keeper.user(id(number)).await.unwrap().is_some());
            }
        }
    })
    .await;
}

fn assert_passes(outcome: &Result<()>) {
    assert!(outcome.is_ok() || is_unavailable(outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_stays_away_is_unavailable_soon() {
    on_database("a_server_that_stays_away_is_unavailable_soon", async |trial| {
        let keeper = trial.ready().await;
        for data in [
            doc! { "failCommands": ["find", "insert"], "errorCode": 91 },
            doc! { "failCommands": ["find", "insert"], "closeConnection": true },
            doc! { "failCommands": ["find", "insert"], "errorCode": 50 },
            doc! { "failCommands": ["find", "insert"], "errorCode": 14_031 },
            doc! { "failCommands": ["find", "insert"], "blockConnection": true, "blockTimeMS": 5000 },
        ] {
            let failing = Failing::on(trial, "alwaysOn", data.clone()).await;
            let begun = Instant::now();
            let read = keeper.user(id(1)).await;
            assert!(is_unavailable(&read), "{data}: {read:?}");
            assert!(begun.elapsed() < SOON, "{data}: {:?}", begun.elapsed());
            let begun = Instant::now();
            let written = keeper.create_user(&user(1)).await;
            assert!(is_unavailable(&written), "{data}: {written:?}");
            assert!(begun.elapsed() < SOON, "{data}: {:?}", begun.elapsed());
            failing.off().await;
            assert!(keeper.ping().await.is_ok());
        }
        keeper.create_user(&user(2)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_write_that_no_majority_took_is_unavailable() {
    on_database("a_write_that_no_majority_took_is_unavailable", async |trial| {
        let keeper = trial.ready().await;
        keeper.create_todo(&todo(id(1), 1)).await.unwrap();
        let error = doc! { "code": 64, "codeName": "WriteConcernTimeout", "errmsg": "no majority in time" };
        let data = doc! { "failCommands": ["insert"], "writeConcernError": error };
        let failing = Failing::on(trial, "alwaysOn", data).await;
        let written = keeper.create_todo(&todo(id(1), 2)).await;
        failing.off().await;
        assert!(is_unavailable(&written), "{written:?}");
        keeper.create_todo(&todo(id(1), 2)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_the_server_refuses_is_a_fault_and_says_what_was_asked() {
    on_database("what_the_server_refuses_is_a_fault", async |trial| {
        let keeper = trial.ready().await;
        let data = doc! { "failCommands": ["find"], "errorCode": 13 };
        let failing = Failing::on(trial, doc! { "times": 1 }, data).await;
        let sentence = super::fault(keeper.user(id(1)).await);
        failing.off().await;
        assert!(
            sentence.starts_with("user: ") && sentence.contains("code 13"),
            "{sentence}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_keeper_that_was_closed_says_so_at_once() {
    on_database("a_keeper_that_was_closed_says_so_at_once", async |trial| {
        let keeper = trial.ready().await;
        let begun = Instant::now();
        keeper.close().await;
        keeper.close().await;
        assert!(is_unavailable(&keeper.user(id(1)).await));
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    })
    .await;
}
