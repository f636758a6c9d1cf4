//! How long what was answered under an `Idempotency-Key` is kept, and what becomes of it after a crash, by a
//! clock that is moved.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::common::app::PASSWORD;
use crate::common::{Keeper, TestApp};
use crate::failures::behind_a_proxy;
use crate::idempotency::{assert_repeat, count, keyed};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    a_key_is_good_for_24_hours,
    a_deleted_account_leaves_no_keys,
    after_a_crash_the_same_request_goes_on_within_30_seconds_with_the_same_to_do,
}

async fn a_key_is_good_for_24_hours(app: TestApp) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    let first = keyed(&app, &person, "key", &body).await;
    first.expect(201);
    app.clock.advance(DAY - 60_000);
    let person = app.person_again("person@example.org").await;
    app.services.clean_once(900).await.expect("it can be cleaned");
    assert_repeat(&keyed(&app, &person, "key", &body).await, &first);
    // Expired, and not removed yet.
    app.clock.advance(60_000);
    assert_eq!(db_attempts(&app).await, 1);
    let second = keyed(&app, &person, "key", &json!({ "title": "Bread" })).await;
    assert!(!second.has("idempotency-replayed"));
    assert_ne!(second.expect(201)["id"], first.json()["id"]);
    assert_eq!(count(&app, &person).await, 2);
    app.clock.advance(DAY + 1);
    app.services.clean_once(900).await.expect("it can be cleaned");
    assert_eq!(db_attempts(&app).await, 0, "the job removes what has expired");
}

async fn a_deleted_account_leaves_no_keys(app: TestApp) {
    let (person, other) = (
        app.person("person@example.org").await,
        app.person("other@example.org").await,
    );
    for key in ["a", "b"] {
        keyed(&app, &person, key, &json!({ "title": "Milk" }))
            .await
            .expect(201);
    }
    keyed(&app, &other, "a", &json!({ "title": "Bread" }))
        .await
        .expect(201);
    assert_eq!(db_attempts(&app).await, 3);
    let body = json!({ "current_password": PASSWORD });
    app.by(&person)
        .delete_with("/api/v2/users/me", body)
        .await
        .expect_empty(204);
    assert_eq!(db_attempts(&app).await, 1);
}

async fn after_a_crash_the_same_request_goes_on_within_30_seconds_with_the_same_to_do(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    for key in ["written", "not yet written"] {
        let first = keyed(&app, &person, key, &body).await;
        let id = text(&first.expect(201)["id"]);
        let until = app.clock_in(30_000);
        db_take_answers_back(&app, until).await;
        if key == "not yet written" {
            db_remove_todo(&app, &id).await;
        }
        let waiting = keyed(&app, &person, key, &body).await;
        waiting.problem(409, "in-progress");
        let other = keyed(&app, &person, key, &json!({ "title": "Bread" })).await;
        other.problem(422, "idempotency-key");
        app.clock.advance(30_000);
        let after = keyed(&app, &person, key, &body).await;
        assert_eq!(text(&after.expect(201)["id"]), id);
        assert!(!after.has("idempotency-replayed"));
        if key == "written" {
            assert_eq!(
                after.text(),
                first.text(),
                "what was made is shown as it was made"
            );
        }
        assert_repeat(&keyed(&app, &person, key, &body).await, &after);
    }
    assert_eq!(count(&app, &person).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_outage_of_the_embedded_store_the_same_request_is_done_at_once() {
    let app = TestApp::spawn(Keeper::Sqlite)
        .await
        .expect("SQLite is never left out");
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    let other = db_sqlite(&app).expect("it is SQLite");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    keyed(&app, &person, "key", &body)
        .await
        .problem(503, "unavailable");
    other.execute_batch("ROLLBACK").expect("it can be ended");
    let done = keyed(&app, &person, "key", &body).await;
    done.expect(201);
    assert!(!done.has("idempotency-replayed"));
    assert_repeat(&keyed(&app, &person, "key", &body).await, &done);
    assert_eq!(count(&app, &person).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_silence_of_the_server_of_the_store_the_same_request_is_done_once() {
    let Some((proxy, database)) = behind_a_proxy() else {
        return;
    };
    let app = TestApp::spawn_on(database, &[]).await;
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    app.by(&person).get("/api/v2/todos").await.ok();
    proxy.fall_silent();
    keyed(&app, &person, "key", &body)
        .await
        .problem(503, "unavailable");
    // What was sent into the silence comes through now, late.
    proxy.speak();
    let deadline = Instant::now() + Duration::from_secs(30);
    let done = loop {
        let answer = keyed(&app, &person, "key", &body).await;
        match answer.status {
            201 => break answer,
            409 => drop(answer.problem(409, "in-progress")),
            _ => drop(answer.problem(503, "unavailable")),
        }
        assert!(Instant::now() < deadline, "it does not go on");
        // The lock of an attempt that nobody could give up lapses.
        app.clock.advance(10_000);
    };
    assert_repeat(&keyed(&app, &person, "key", &body).await, &done);
    assert_eq!(count(&app, &person).await, 1);
}

impl TestApp {
    /// The moment in so many milliseconds, by its clock.
    pub fn clock_in(&self, millis: i64) -> i64 {
        self.services.source.now().plus_millis(millis).millis()
    }
}

pub fn db_sqlite(app: &TestApp) -> Option<rusqlite::Connection> {
    let path = app.database.address.strip_prefix("sqlite:")?;
    Some(rusqlite::Connection::open(path).expect("the file can be opened"))
}

async fn db_mongo(app: &TestApp, collection: &str) -> mongodb::Collection<bson::Document> {
    let client = mongodb::Client::with_uri_str(&app.database.address)
        .await
        .expect("the server answers");
    client
        .default_database()
        .expect("a database")
        .collection(collection)
}

/// How many keys are kept.
pub async fn db_attempts(app: &TestApp) -> i64 {
    if let Some(file) = db_sqlite(app) {
        let count = file.query_row("SELECT count(*) FROM attempts", (), |row| row.get::<_, i64>(0));
        return count.expect("a count");
    }
    let attempts = db_mongo(app, "attempts").await;
    let count = attempts.count_documents(bson::doc! {}).await.expect("a count");
    i64::try_from(count).expect("it is small")
}

/// Leaves all keys as they are after the death of a process that has not kept its answer yet.
pub async fn db_take_answers_back(app: &TestApp, locked_until: i64) {
    let holder = "0123456789abcdef01234567";
    if let Some(file) = db_sqlite(app) {
        let sql = "UPDATE attempts SET answer = NULL, holder = ?, locked_until = ?";
        let changed = file.execute(sql, rusqlite::params![holder, locked_until]);
        assert!(changed.expect("it can be written") > 0);
        return;
    }
    let holder: bson::oid::ObjectId = holder.parse().expect("an id");
    let until = bson::DateTime::from_millis(locked_until);
    let update = bson::doc! { "$set": { "answer": null, "holder": holder, "locked_until": until } };
    let attempts = db_mongo(app, "attempts").await;
    let changed = attempts.update_many(bson::doc! {}, update).await;
    assert!(changed.expect("it can be written").matched_count > 0);
}

/// Takes a to-do away as if it had never been.
pub async fn db_remove_todo(app: &TestApp, id: &str) {
    if let Some(file) = db_sqlite(app) {
        let removed = file.execute("DELETE FROM todos WHERE id = ?", [id]);
        assert_eq!(removed.expect("it can be written"), 1);
        return;
    }
    let id: bson::oid::ObjectId = id.parse().expect("an id");
    let removed = db_mongo(app, "todos")
        .await
        .delete_one(bson::doc! { "_id": id })
        .await;
    assert_eq!(removed.expect("it can be written").deleted_count, 1);
}
