//! A batch under an `Idempotency-Key`: what is sent again is done once, also after a crash, and what the store
//! did not answer is told.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::batch::{BATCH, results, statuses};
use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::failures::behind_a_proxy;
use crate::idempotency::count;
use crate::idempotency_kept::{db_attempts, db_remove_todo, db_sqlite, db_take_answers_back};
use crate::support::{Answer, ask, on_each_keeper, text};

on_each_keeper! {
    a_repeated_batch_is_answered_as_the_first_time_and_done_once,
    the_same_key_with_another_batch_is_refused,
    a_batch_that_is_done_again_after_a_crash_makes_nothing_twice,
    a_batch_whose_operations_are_all_refused_is_answered_again_so,
}

async fn keyed(app: &TestApp, person: &Person, operations: &Value) -> Answer {
    let body = json!({ "operations": operations });
    let request = app.by(person).request(Method::POST, BATCH).json(&body);
    ask(request.header("Idempotency-Key", "key")).await
}

#[track_caller]
fn assert_repeat(repeat: &Answer, first: &Answer) {
    assert_eq!((repeat.status, repeat.text()), (200, first.text()));
    assert_eq!(repeat.header("idempotency-replayed"), "true");
    assert!(!first.has("idempotency-replayed"));
}

fn creates(count: usize) -> Value {
    (0..count)
        .map(|number| json!({ "op": "create", "body": { "title": number.to_string() } }))
        .collect()
}

async fn a_repeated_batch_is_answered_as_the_first_time_and_done_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    let id = text(&app.todo(&person, &json!({ "title": "A" })).await["id"]);
    let operations = json!([
        { "op": "create", "body": { "title": "B" } },
        { "op": "patch", "id": id, "body": { "title": "A2" } },
        { "op": "create", "body": { "title": "" } },
        { "op": "delete", "id": id },
    ]);
    let first = keyed(&app, &person, &operations).await;
    assert_eq!(statuses(&first), [201, 200, 422, 204]);
    for _ in 0..2 {
        assert_repeat(&keyed(&app, &person, &operations).await, &first);
    }
    assert_eq!(app.titles(&person, "").await, ["B"]);
    // Without a key it is done as often as it is sent.
    for _ in 0..2 {
        app.by(&person)
            .post(BATCH, json!({ "operations": creates(2) }))
            .await
            .ok();
    }
    assert_eq!(count(&app, &person).await, 5);
}

async fn the_same_key_with_another_batch_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    // A batch of a wrong shape uses no key up.
    keyed(&app, &person, &json!([])).await.problem(422, "schema");
    assert_eq!(db_attempts(&app).await, 0);
    keyed(&app, &person, &creates(2)).await.ok();
    keyed(&app, &person, &creates(3))
        .await
        .problem(422, "idempotency-key");
    assert_eq!(count(&app, &person).await, 2);
}

async fn a_batch_that_is_done_again_after_a_crash_makes_nothing_twice(app: TestApp) {
    let person = app.person("person@example.org").await;
    let id = text(&app.todo(&person, &json!({ "title": "A" })).await["id"]);
    let mut operations = creates(6);
    let patch = json!({ "op": "patch", "id": id, "body": { "title": "A2" } });
    operations.as_array_mut().expect("a list").insert(3, patch);
    let first = keyed(&app, &person, &operations).await;
    let ids = |answer: &Answer| -> Vec<String> {
        let results = results(answer);
        results.iter().map(|result| text(&result["id"])).collect()
    };
    assert_eq!(statuses(&first), [201, 201, 201, 200, 201, 201, 201]);
    let made = ids(&first);
    // As after a death in the middle: some are written, nothing is answered.
    db_take_answers_back(&app, app.clock_in(30_000)).await;
    for id in &made[4..] {
        db_remove_todo(&app, id).await;
    }
    keyed(&app, &person, &operations)
        .await
        .problem(409, "in-progress");
    app.clock.advance(30_000);
    let again = keyed(&app, &person, &operations).await;
    assert_eq!(statuses(&again), [201, 201, 201, 200, 201, 201, 201]);
    assert_eq!(ids(&again), made);
    assert_repeat(&keyed(&app, &person, &operations).await, &again);
    let mut titles = app.titles(&person, "").await;
    titles.sort_unstable();
    assert_eq!(titles, ["0", "1", "2", "3", "4", "5", "A2"]);
}

async fn a_batch_whose_operations_are_all_refused_is_answered_again_so(app: TestApp) {
    let person = app.person("person@example.org").await;
    let operations = json!([{ "op": "create", "body": {} }, { "op": "create", "body": { "x": 1 } }]);
    let first = keyed(&app, &person, &operations).await;
    assert_eq!(statuses(&first), [422, 422]);
    assert_repeat(&keyed(&app, &person, &operations).await, &first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_embedded_store_stops_to_answer_in_the_middle_what_was_done_is_told_and_not_done_twice() {
    let app = TestApp::spawn(Keeper::Sqlite)
        .await
        .expect("SQLite is never left out");
    let person = app.person("person@example.org").await;
    let other = db_sqlite(&app).expect("it is SQLite");
    let made = || {
        let made = other.query_row("SELECT count(*) FROM todos", (), |row| row.get::<_, i64>(0));
        made.expect("a count")
    };
    let operations = creates(100);
    let stopping = async {
        // Some are written, and then nobody else may write: whoever waits for its turn as others do would get it
        // after the whole batch only.
        other.busy_timeout(Duration::ZERO).expect("it can be set");
        while made() < 3 || other.execute_batch("BEGIN IMMEDIATE").is_err() {
            tokio::task::yield_now().await;
        }
        made()
    };
    let (first, written) = tokio::join!(keyed(&app, &person, &operations), stopping);
    let written = usize::try_from(written).expect("it is small");
    assert!(written < 100, "the batch was faster than the lock");
    let told = statuses(&first);
    assert_eq!(told[..written], vec![201; written]);
    assert_eq!(told[written..], vec![503; 100 - written]);
    let refused = results(&first).pop().expect("a result");
    assert_eq!(refused["body"]["type"], "/problems/unavailable");
    assert_eq!(refused["body"]["request_id"], first.header("x-request-id"));
    other.execute_batch("ROLLBACK").expect("it can be ended");
    // That is not the answer for all times: the same request is done again, and makes nothing twice. Nobody
    // could give the attempt up meanwhile: its lock lapses.
    app.clock.advance(30_000);
    let again = keyed(&app, &person, &operations).await;
    assert_eq!(statuses(&again), [201; 100]);
    assert_eq!(results(&again)[..written], results(&first)[..written]);
    assert_eq!(count(&app, &person).await, 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_store_does_not_answer_at_the_first_operation_the_batch_may_be_sent_again() {
    let Some((proxy, database)) = behind_a_proxy() else {
        return;
    };
    let app = TestApp::spawn_on(database, &[]).await;
    let person = app.person("person@example.org").await;
    app.by(&person).get("/api/v2/todos").await.ok();
    proxy.fall_silent();
    keyed(&app, &person, &creates(3))
        .await
        .problem(503, "unavailable");
    app.by(&person)
        .post(BATCH, json!({ "operations": creates(3) }))
        .await
        .problem(503, "unavailable");
    proxy.speak();
    let deadline = Instant::now() + Duration::from_secs(30);
    let done = loop {
        let answer = keyed(&app, &person, &creates(3)).await;
        match answer.status {
            200 => break answer,
            409 => drop(answer.problem(409, "in-progress")),
            _ => drop(answer.problem(503, "unavailable")),
        }
        assert!(Instant::now() < deadline, "it does not go on");
        app.clock.advance(10_000);
    };
    assert_eq!(statuses(&done), [201; 3]);
    assert_repeat(&keyed(&app, &person, &creates(3)).await, &done);
}
