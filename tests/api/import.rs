//! The import: files of our own, once or again, into the same account or another, and what is wrong with them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, members, on_each_keeper, pointers, text};

on_each_keeper! {
    a_dry_run_tells_the_same_and_writes_nothing,
    the_same_file_twice_makes_nothing_twice,
    each_todo_is_checked_by_the_rules_of_the_api_and_nothing_is_half_done,
    what_is_refused_may_be_left_out,
    an_import_needs_its_scope_and_its_media_type,
}

pub async fn send(
    app: &TestApp,
    person: &Person,
    query: &str,
    media_type: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let path = format!("/api/v2/import{query}");
    let request = app.by(person).request(Method::POST, &path);
    ask(request.header("content-type", media_type).body(body)).await
}

pub async fn import(app: &TestApp, person: &Person, query: &str, todos: Value) -> Answer {
    let file = json!({ "format": "rondo", "version": 1, "todos": todos });
    send(app, person, query, "application/json", file.to_string()).await
}

#[track_caller]
pub fn counts(report: &Value) -> [u64; 3] {
    ["created", "unchanged", "refused"].map(|name| report[name].as_u64().expect("a count"))
}

pub async fn todos(app: &TestApp, person: &Person) -> Vec<Value> {
    let file = app.by(person).get("/api/v2/export").await.ok();
    file["todos"].as_array().expect("to-dos").clone()
}

async fn a_dry_run_tells_the_same_and_writes_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let file = json!([{ "title": "One", "tags": ["a"] }, { "title": "Two", "list_id": "0".repeat(24) }]);
    let mut dry = import(&app, &person, "?dry_run=true", file.clone()).await.ok();
    assert_eq!(
        members(&dry),
        [
            "created",
            "dry_run",
            "format",
            "lines",
            "lines_left_out",
            "lists_created",
            "refused",
            "unchanged"
        ]
    );
    assert_eq!((counts(&dry), &dry["format"]), ([2, 0, 0], &json!("json")));
    assert_eq!(dry["lines"][1]["problems"][0]["pointer"], "/todos/1/list_id");
    assert!(todos(&app, &person).await.is_empty());
    let wet = import(&app, &person, "?dry_run=false", file).await.ok();
    dry["dry_run"] = json!(false);
    assert_eq!(dry, wet);
    let made = todos(&app, &person).await;
    assert_eq!(made.len(), 2);
    for line in wet["lines"].as_array().expect("lines") {
        let todo = made
            .iter()
            .find(|todo| todo["id"] == line["id"])
            .expect("it was made");
        assert_eq!(
            (&todo["title"], &line["status"]),
            (&line["title"], &json!("create"))
        );
    }
}

async fn the_same_file_twice_makes_nothing_twice(app: TestApp) {
    let person = app.person("person@example.org").await;
    // Two that say the same are two, the first time and the second.
    let file = json!([{ "title": "Same" }, { "title": "Same" }, { "title": "Other", "done": true }]);
    assert_eq!(
        counts(&import(&app, &person, "", file.clone()).await.ok()),
        [3, 0, 0]
    );
    assert_eq!(
        counts(&import(&app, &person, "", file.clone()).await.ok()),
        [0, 3, 0]
    );
    let before = todos(&app, &person).await;
    let titles: Vec<String> = app.titles(&person, "sort=position").await;
    assert_eq!(titles, ["Same", "Same", "Other"], "in the order of the file");
    // What was changed since, or deleted, is not brought back.
    let path = format!("/api/v2/todos/{}", text(&before[0]["id"]));
    app.by(&person)
        .patch(&path, json!({ "title": "Changed" }))
        .await
        .ok();
    let path = format!("/api/v2/todos/{}", text(&before[1]["id"]));
    app.by(&person).delete(&path).await.expect_empty(204);
    let more = json!([{ "title": "Same" }, { "title": "Same" }, { "title": "Other", "done": true }, { "title": "New" }]);
    assert_eq!(counts(&import(&app, &person, "", more).await.ok()), [1, 3, 0]);
    assert_eq!(todos(&app, &person).await.len(), 4);
    // Another person's import of the same file is their own.
    let other = app.person("other@example.org").await;
    assert_eq!(counts(&import(&app, &other, "", file).await.ok()), [3, 0, 0]);
}

async fn each_todo_is_checked_by_the_rules_of_the_api_and_nothing_is_half_done(app: TestApp) {
    let person = app.person("person@example.org").await;
    let tags: Vec<String> = (0..10_000).map(|number| format!("tag {number}")).collect();
    let cases = [
        (json!({ "title": "" }), "/title"),
        (json!({}), "/title"),
        (json!({ "title": "two\nlines" }), "/title"),
        (json!({ "title": "t".repeat(501) }), "/title"),
        (json!({ "title": 7 }), "/title"),
        (json!({ "title": "x", "notes": "a\u{0}b" }), "/notes"),
        (json!({ "title": "x", "notes": "n".repeat(10_001) }), "/notes"),
        (json!({ "title": "x", "tags": tags }), "/tags"),
        (json!({ "title": "x", "tags": ["a", "a"] }), "/tags"),
        (json!({ "title": "x", "tags": [""] }), "/tags/0"),
        (json!({ "title": "x", "due": "tomorrow" }), "/due"),
        (json!({ "title": "x", "due": "2026-02-30" }), "/due"),
        (json!({ "title": "x", "time_zone": "Mars" }), "/time_zone"),
        (json!({ "title": "x", "priority": "urgent" }), "/priority"),
        (json!({ "title": "x", "done": "yes" }), "/done"),
        (json!({ "title": "x", "owner": "0".repeat(24) }), "/owner"),
        (json!({ "title": "x", "id": "x" }), "/id"),
        (json!({ "title": "x", "id": { "$ne": 1 } }), "/id"),
        (json!({ "title": "x", "parent_id": 1 }), "/parent_id"),
        (json!({ "title": "x", "position": "1 0" }), "/position"),
        (json!({ "title": "x", "position": "10" }), "/position"),
        (json!({ "title": "x", "created_at": "yesterday" }), "/created_at"),
        (json!({ "title": "x", "deleted_at": 5 }), "/deleted_at"),
        (json!("x"), ""),
        (json!(null), ""),
    ];
    for (wrong, place) in &cases {
        let file = json!([{ "title": "Right" }, wrong]);
        let refusal = import(&app, &person, "", file.clone())
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&refusal), [format!("/todos/1{place}")], "{refusal}");
        let report = import(&app, &person, "?dry_run=true", file).await.ok();
        assert_eq!(counts(&report), [1, 0, 1], "{report}");
        let line = &report["lines"][1];
        assert_eq!((&line["line"], &line["status"]), (&json!(2), &json!("refuse")));
        assert_eq!(line["problems"][0]["pointer"], format!("/todos/1{place}"));
    }
    assert!(todos(&app, &person).await.is_empty(), "nothing is half done");
    // What is wrong with the document around them.
    for (file, place) in [
        (json!({ "format": "other", "version": 1, "todos": [] }), "/format"),
        (
            json!({ "format": "rondo", "version": 2, "todos": [] }),
            "/version",
        ),
        (json!({ "format": "rondo", "version": 1 }), "/todos"),
        (
            json!({ "format": "rondo", "version": 1, "todos": [], "x": 1 }),
            "/x",
        ),
        (
            json!({ "format": "rondo", "version": 1, "todos": "my secret" }),
            "/todos",
        ),
        (
            json!({ "format": "rondo", "version": 1, "todos": { "my secret": 1 } }),
            "/todos",
        ),
        (
            json!({ "format": "rondo", "version": 1, "todos": [], "lists": "my secret" }),
            "/lists",
        ),
        (json!("my secret"), ""),
    ] {
        let refusal = send(&app, &person, "", "application/json", file.to_string()).await;
        let refusal = refusal.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place]);
        assert!(!refusal.to_string().contains("my secret"), "{refusal}");
    }
}

async fn what_is_refused_may_be_left_out(app: TestApp) {
    let person = app.person("person@example.org").await;
    let file = json!([{ "title": "" }, { "title": "Right" }, { "title": "x", "due": "soon" }]);
    import(&app, &person, "", file.clone())
        .await
        .problem(422, "schema");
    let report = import(&app, &person, "?skip_refused=true", file).await.ok();
    assert_eq!(counts(&report), [1, 0, 2]);
    let made = todos(&app, &person).await;
    assert_eq!((made.len(), &made[0]["title"]), (1, &json!("Right")));
}

async fn an_import_needs_its_scope_and_its_media_type(app: TestApp) {
    let person = app.person("person@example.org").await;
    app.anybody()
        .post("/api/v2/import", json!({}))
        .await
        .problem(401, "unauthenticated");
    for media_type in ["text/plain", "application/xml", "text/csv; charset=latin1"] {
        send(&app, &person, "", media_type, "title\nx\n")
            .await
            .problem(415, "media-type");
    }
    for (query, media_type) in [("?format=csv", "application/json"), ("?format=json", "text/csv")] {
        let refusal = send(&app, &person, query, media_type, "{}")
            .await
            .problem(400, "query");
        assert_eq!(pointers(&refusal), ["?format"]);
    }
    for query in ["?format=xml", "?dry_run=1", "?skip_refused=yes"] {
        send(&app, &person, query, "text/csv", "title\nx\n")
            .await
            .problem(400, "query");
    }
    assert!(todos(&app, &person).await.is_empty());
}
