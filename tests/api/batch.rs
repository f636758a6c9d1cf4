//! Several operations in one request: each as the single request, in order and on its own. What becomes of a
//! batch that is sent again is in `batch_repeated`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, NOBODY, on_each_keeper, pointers, text};

on_each_keeper! {
    each_operation_does_and_answers_what_the_single_request_does,
    what_is_refused_is_told_as_by_the_single_request_and_undoes_nothing,
    a_version_that_is_not_the_present_one_is_not_touched,
    what_is_anothers_is_not_there,
    a_batch_of_a_wrong_shape_is_refused_whole_and_nothing_is_done,
    a_hundred_operations_and_not_one_more,
    what_is_made_in_one_batch_stands_in_its_order,
    a_batch_counts_as_one_request with [("RONDO_RATE_LIMIT", "10")],
}

pub const BATCH: &str = "/api/v2/todos/batch";

pub async fn batch(app: &TestApp, person: &Person, operations: &Value) -> Answer {
    app.by(person)
        .post(BATCH, json!({ "operations": operations }))
        .await
}

/// What each operation of a batch that was let in came to.
#[track_caller]
pub fn results(answer: &Answer) -> Vec<Value> {
    answer.ok()["results"].as_array().expect("results").clone()
}

#[track_caller]
pub fn statuses(answer: &Answer) -> Vec<i64> {
    let results = results(answer);
    let statuses = results.iter().map(|result| result["status"].as_i64());
    statuses.map(|status| status.expect("a status")).collect()
}

/// A to-do as it is shown, and its tag.
async fn shown(app: &TestApp, person: &Person, id: &str) -> (Value, String) {
    let answer = app.by(person).get(&format!("/api/v2/todos/{id}")).await;
    (answer.ok(), answer.header("etag").to_owned())
}

async fn todo(app: &TestApp, person: &Person, title: &str) -> String {
    app.clock.advance(1000);
    text(&app.todo(person, &json!({ "title": title })).await["id"])
}

async fn each_operation_does_and_answers_what_the_single_request_does(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut ids = Vec::new();
    for title in ["A", "B", "C", "D", "E"] {
        ids.push(todo(&app, &person, title).await);
    }
    let trashed = &ids[4];
    app.by(&person)
        .delete(&format!("/api/v2/todos/{trashed}"))
        .await
        .expect_empty(204);
    let draft = json!({ "title": "New", "tags": ["a"], "due": "2026-11-22", "time_zone": "Asia/Tokyo" });
    let answer = batch(
        &app,
        &person,
        &json!([
            { "op": "create", "body": draft },
            { "op": "patch", "id": ids[0], "body": { "title": "A2", "priority": "high" } },
            { "op": "complete", "id": ids[1] },
            { "op": "move", "id": ids[2], "body": { "before": ids[0] } },
            { "op": "delete", "id": ids[3] },
            { "op": "restore", "id": trashed },
        ]),
    )
    .await;
    assert_eq!(statuses(&answer), [201, 200, 200, 200, 204, 200]);
    let results = results(&answer);
    for (place, id) in [(1, &ids[0]), (2, &ids[1]), (3, &ids[2]), (5, trashed)] {
        let (todo, tag) = shown(&app, &person, id).await;
        let expected = json!({ "status": 200, "id": id, "etag": tag, "body": todo });
        assert_eq!(results[place], expected);
    }
    let made = text(&results[0]["id"]);
    let (todo, tag) = shown(&app, &person, &made).await;
    assert_eq!(
        results[0],
        json!({ "status": 201, "id": made, "etag": tag, "body": todo })
    );
    for (member, value) in draft.as_object().expect("an object") {
        assert_eq!(&todo[member], value);
    }
    assert_eq!(results[4], json!({ "status": 204, "id": ids[3] }));
    assert_eq!(results[1]["body"]["title"], "A2");
    assert_eq!(results[2]["body"]["done"], true);
    let titles = app.titles(&person, "").await;
    assert_eq!(titles, ["C", "A2", "B", "E", "New"]);
}

async fn what_is_refused_is_told_as_by_the_single_request_and_undoes_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let id = todo(&app, &person, "A").await;
    let path = format!("/api/v2/todos/{id}");
    let wrong = json!({ "title": "", "tags": ["a", "a"], "x": 1 });
    let to_nobody = json!({ "after": NOBODY });
    let answer = batch(
        &app,
        &person,
        &json!([
            { "op": "create", "body": { "title": "First" } },
            { "op": "create", "body": wrong },
            { "op": "patch", "id": id, "body": wrong },
            { "op": "patch", "id": id, "body": [1] },
            { "op": "move", "id": id, "body": to_nobody },
            { "op": "move", "id": id, "body": {} },
            { "op": "delete", "id": NOBODY },
            { "op": "restore", "id": NOBODY },
            { "op": "complete", "id": NOBODY },
            { "op": "create", "body": { "title": "Last" } },
        ]),
    )
    .await;
    assert_eq!(
        statuses(&answer),
        [201, 422, 422, 422, 422, 422, 404, 404, 404, 201]
    );
    let me = app.by(&person);
    let of_nobody = format!("/api/v2/todos/{NOBODY}");
    let singles = [
        me.post("/api/v2/todos", wrong.clone()).await,
        me.patch(&path, wrong).await,
        me.patch(&path, json!([1])).await,
        me.post(&format!("{path}/move"), to_nobody).await,
        me.post(&format!("{path}/move"), json!({})).await,
        me.delete(&of_nobody).await,
        me.delete(&of_nobody).await,
        me.patch(&of_nobody, json!({ "done": true })).await,
    ];
    let results = results(&answer);
    for (result, single) in results[1..].iter().zip(singles) {
        let mut expected = single.json();
        expected["request_id"] = json!(answer.header("x-request-id"));
        assert_eq!(*result, json!({ "status": single.status, "body": expected }));
    }
    assert_eq!(pointers(&results[1]["body"]), ["/tags", "/title", "/x"]);
    assert_eq!(pointers(&results[4]["body"]), ["/after"]);
    assert_eq!(app.titles(&person, "").await, ["A", "First", "Last"]);
}

async fn a_version_that_is_not_the_present_one_is_not_touched(app: TestApp) {
    let person = app.person("person@example.org").await;
    let (one, other) = (todo(&app, &person, "A").await, todo(&app, &person, "B").await);
    let (_, tag) = shown(&app, &person, &one).await;
    let patch = |tag: &str, title: &str| json!({ "op": "patch", "id": one, "if_match": tag, "body": { "title": title } });
    let operations = json!([
        patch(&tag, "A2"),
        patch(&tag, "A3"),
        { "op": "complete", "id": one, "if_match": tag },
        { "op": "move", "id": one, "if_match": tag, "body": { "after": other } },
        { "op": "delete", "id": one, "if_match": tag },
        { "op": "restore", "id": one, "if_match": tag },
        patch("*", "A4"),
        patch(&format!("W/{tag}"), "A5"),
        { "op": "delete", "id": NOBODY, "if_match": "*" },
    ]);
    let answer = batch(&app, &person, &operations).await;
    assert_eq!(statuses(&answer), [200, 412, 412, 412, 412, 412, 200, 412, 404]);
    assert_eq!(results(&answer)[1]["body"]["type"], "/problems/stale");
    assert_eq!(app.titles(&person, "").await, ["A4", "B"]);
    // The tag of a result is good for the next.
    let tag = text(&results(&answer)[6]["etag"]);
    let answer = batch(&app, &person, &json!([patch(&tag, "A6")])).await;
    assert_eq!(statuses(&answer), [200]);
}

async fn what_is_anothers_is_not_there(app: TestApp) {
    let (person, victim) = (
        app.person("person@example.org").await,
        app.person("victim@example.org").await,
    );
    let (mine, theirs) = (
        todo(&app, &person, "Mine").await,
        todo(&app, &victim, "Theirs").await,
    );
    let before = shown(&app, &victim, &theirs).await;
    let operations = |id: &str| {
        json!([
            { "op": "patch", "id": id, "body": { "title": "X" } },
            { "op": "complete", "id": id },
            { "op": "move", "id": id, "body": { "after": mine } },
            { "op": "delete", "id": id },
            { "op": "restore", "id": id },
            { "op": "move", "id": mine, "body": { "after": id } },
        ])
    };
    let of_victim = batch(&app, &person, &operations(&theirs)).await;
    let of_nobody = batch(&app, &person, &operations(NOBODY)).await;
    assert_eq!(statuses(&of_victim), [404, 404, 404, 404, 404, 422]);
    let told = |answer: &Answer| {
        let id = answer.header("x-request-id").to_owned();
        answer.text().replace(&id, "")
    };
    assert_eq!(told(&of_victim), told(&of_nobody));
    assert_eq!(shown(&app, &victim, &theirs).await, before);
}

async fn a_batch_of_a_wrong_shape_is_refused_whole_and_nothing_is_done(app: TestApp) {
    let person = app.person("person@example.org").await;
    let id = todo(&app, &person, "A").await;
    let new = json!({ "title": "New" });
    for (wrong, pointer) in [
        (json!({ "op": "erase", "id": id }), "/operations/1/op"),
        (json!({ "op": "Create", "body": new }), "/operations/1/op"),
        (json!({ "id": id }), "/operations/1/op"),
        (json!({ "op": "create" }), "/operations/1/body"),
        (
            json!({ "op": "create", "id": id, "body": new }),
            "/operations/1/id",
        ),
        (
            json!({ "op": "create", "if_match": "*", "body": new }),
            "/operations/1/if_match",
        ),
        (json!({ "op": "patch", "body": new }), "/operations/1/id"),
        (json!({ "op": "patch", "id": id }), "/operations/1/body"),
        (json!({ "op": "move", "id": id }), "/operations/1/body"),
        (json!({ "op": "complete" }), "/operations/1/id"),
        (json!({ "op": "delete", "id": "x" }), "/operations/1/id"),
        (
            json!({ "op": "delete", "id": id, "body": {} }),
            "/operations/1/body",
        ),
        (json!({ "op": "restore", "id": null }), "/operations/1/id"),
        (
            json!({ "op": "delete", "id": id, "if_match": "1-a" }),
            "/operations/1/if_match",
        ),
        (
            json!({ "op": "delete", "id": id, "if_match": "\"1\", \"2\"" }),
            "/operations/1/if_match",
        ),
        (
            json!({ "op": "delete", "id": id, "owner": id }),
            "/operations/1/owner",
        ),
        (json!("create"), "/operations/1"),
    ] {
        let operations = json!([{ "op": "create", "body": new }, wrong]);
        let problem = batch(&app, &person, &operations).await.problem(422, "schema");
        assert!(
            pointers(&problem).contains(&pointer.to_owned()),
            "{wrong}: {problem}"
        );
    }
    let me = app.by(&person);
    for (body, pointer) in [
        (json!({ "operations": [] }), "/operations"),
        (json!({ "operations": {} }), "/operations"),
        (json!({}), "/operations"),
        (
            json!({ "operations": [{ "op": "create", "body": new }], "atomic": true }),
            "/atomic",
        ),
    ] {
        let problem = me.post(BATCH, body).await.problem(422, "schema");
        assert_eq!(pointers(&problem), [pointer]);
    }
    assert_eq!(app.titles(&person, "").await, ["A"]);
    me.send(Method::PATCH, BATCH, &json!({}))
        .await
        .problem(405, "method");
}

async fn a_hundred_operations_and_not_one_more(app: TestApp) {
    let person = app.person("person@example.org").await;
    let many = |count: usize| vec![json!({ "op": "create", "body": { "title": "x" } }); count];
    let problem = batch(&app, &person, &json!(many(101)))
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&problem), ["/operations"]);
    let notes = "n".repeat(10_000);
    let long = json!({ "op": "create", "body": { "title": "x", "notes": notes } });
    let long = batch(&app, &person, &json!(vec![long; 7])).await;
    long.problem(413, "too-large");
    assert_eq!(app.titles(&person, "").await.len(), 0);
    let answer = batch(&app, &person, &json!(many(100))).await;
    assert_eq!(statuses(&answer), [201; 100]);
    let mut ids: Vec<String> = results(&answer)
        .iter()
        .map(|result| text(&result["id"]))
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 100);
    assert_eq!(app.titles(&person, "limit=100").await.len(), 100);
}

async fn what_is_made_in_one_batch_stands_in_its_order(app: TestApp) {
    let person = app.person("person@example.org").await;
    let titles: Vec<String> = (0..60).map(|number| format!("{number}")).collect();
    let operations: Vec<Value> = titles
        .iter()
        .map(|title| json!({ "op": "create", "body": { "title": title } }))
        .collect();
    batch(&app, &person, &json!(operations)).await.ok();
    assert_eq!(app.titles(&person, "limit=100").await, titles);
}

async fn a_batch_counts_as_one_request(app: TestApp) {
    let person = app.person("person@example.org").await;
    let operations = json!(vec![json!({ "op": "create", "body": { "title": "x" } }); 40]);
    for _ in 0..2 {
        let answer = batch(&app, &person, &operations).await;
        assert_eq!(statuses(&answer), [201; 40]);
    }
}
