//! The trash: what is in it, out of it again, and gone for good.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    what_is_deleted_comes_back_with_the_steps_that_went_with_it,
    a_step_does_not_come_back_without_its_to_do,
    what_is_restored_has_to_be_what_was_meant,
    what_is_purged_is_gone_with_its_steps,
    the_trash_is_emptied_of_what_is_ones_own,
    the_job_purges_what_has_been_in_the_trash_for_so_long with [("RONDO_TRASH_DAYS", "3")],
}

const TODOS: &str = "/api/v2/todos";
const DAY: i64 = 86_400_000;

fn path(todo: &Value) -> String {
    format!("{TODOS}/{}", text(&todo["id"]))
}

async fn step(app: &TestApp, person: &Person, title: &str, parent: &Value) -> Value {
    app.todo(person, &json!({ "title": title, "parent_id": parent["id"] }))
        .await
}

async fn restore(app: &TestApp, person: &Person, todo: &Value) -> Answer {
    ask(app
        .by(person)
        .request(Method::POST, &format!("{}/restore", path(todo))))
    .await
}

async fn purge(app: &TestApp, person: &Person, todo: &Value) -> Answer {
    app.by(person).delete(&format!("{}?purge=true", path(todo))).await
}

async fn what_is_deleted_comes_back_with_the_steps_that_went_with_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let before = step(&app, &person, "Deleted before", &parent).await;
    let with = step(&app, &person, "With it", &parent).await;
    let done = step(&app, &person, "With it, done", &parent).await;
    me.patch(&path(&done), json!({ "done": true })).await.ok();
    me.delete(&path(&before)).await.expect_empty(204);
    app.clock.advance(1000);
    me.delete(&path(&parent)).await.expect_empty(204);
    assert_eq!(app.titles(&person, "").await, [""; 0]);
    let trash = me.get(&format!("{TODOS}?deleted=true&sort=title")).await.ok();
    let trash = trash["items"].as_array().expect("items").clone();
    let titles: Vec<String> = trash.iter().map(|todo| text(&todo["title"])).collect();
    assert_eq!(titles, ["A parent", "Deleted before", "With it", "With it, done"]);
    assert_eq!(trash[2]["deleted_at"], trash[0]["deleted_at"]);
    assert_ne!(trash[1]["deleted_at"], trash[0]["deleted_at"]);
    assert_eq!(trash[2]["parent_title"], "A parent");
    assert_eq!(trash[0]["progress"], json!({ "done": 0, "total": 0 }));
    // In the trash it is not there for anything else.
    for todo in [&parent, &with] {
        me.get(&path(todo)).await.problem(404, "not-found");
        me.patch(&path(todo), json!({ "title": "x" }))
            .await
            .problem(404, "not-found");
        me.delete(&path(todo)).await.problem(404, "not-found");
    }
    app.clock.advance(1000);
    let answer = restore(&app, &person, &parent).await;
    let restored = answer.ok();
    assert_eq!(
        (&restored["deleted_at"], &restored["version"]),
        (&Value::Null, &json!(3))
    );
    assert_eq!(restored["progress"], json!({ "done": 1, "total": 2 }));
    assert_eq!(me.get(&path(&parent)).await.header("etag"), answer.header("etag"));
    assert_eq!(
        app.titles(&person, "sort=title").await,
        ["A parent", "With it", "With it, done"]
    );
    assert_eq!(app.titles(&person, "done=true").await, ["With it, done"]);
    assert_eq!(app.titles(&person, "deleted=true").await, ["Deleted before"]);
    let back = restore(&app, &person, &before).await.ok();
    assert_eq!(
        (&back["parent_title"], &back["deleted_at"]),
        (&json!("A parent"), &Value::Null)
    );
}

async fn a_step_does_not_come_back_without_its_to_do(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let child = step(&app, &person, "A step", &parent).await;
    me.delete(&path(&parent)).await.expect_empty(204);
    let refusal = restore(&app, &person, &child).await.problem(409, "conflict");
    assert!(text(&refusal["detail"]).contains("restore that one"), "{refusal}");
    assert_eq!(app.titles(&person, "").await, [""; 0]);
    restore(&app, &person, &parent).await.ok();
    assert_eq!(app.titles(&person, "sort=title").await, ["A parent", "A step"]);
}

async fn what_is_restored_has_to_be_what_was_meant(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let me = app.by(&person);
    let todo = app.todo(&person, &json!({ "title": "A to-do" })).await;
    // One that is not in the trash stays as it is.
    assert_eq!(restore(&app, &person, &todo).await.ok(), todo);
    me.delete(&path(&todo)).await.expect_empty(204);
    restore(&app, &other, &todo).await.problem(404, "not-found");
    let with = |tag: &str| {
        let request = me.request(Method::POST, &format!("{}/restore", path(&todo)));
        ask(request.header("If-Match", tag))
    };
    with("\"1-x\"").await.problem(412, "stale");
    assert_eq!(with("\"2-x\"").await.ok()["version"], 3);
    with("\"2-x\"").await.problem(412, "stale");
    assert_eq!(with("*").await.ok()["version"], 3);
    let nobody = format!("{TODOS}/{}/restore", crate::support::NOBODY);
    ask(me.request(Method::POST, &nobody))
        .await
        .problem(404, "not-found");
}

async fn what_is_purged_is_gone_with_its_steps(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let me = app.by(&person);
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let child = step(&app, &person, "A step", &parent).await;
    let early = step(&app, &person, "A step in the trash", &parent).await;
    me.delete(&path(&early)).await.expect_empty(204);
    let plain = app.todo(&person, &json!({ "title": "Plain" })).await;
    let trashed = app.todo(&person, &json!({ "title": "In the trash" })).await;
    me.delete(&path(&trashed)).await.expect_empty(204);

    purge(&app, &other, &parent).await.problem(404, "not-found");
    purge(&app, &other, &trashed).await.problem(404, "not-found");
    let refusal = me.delete(&format!("{}?purge=maybe", path(&plain))).await;
    assert_eq!(pointers(&refusal.problem(400, "query")), ["?purge"]);
    for (todo, wrong, right) in [(&plain, "\"9-x\"", "\"1-x\""), (&trashed, "\"1-x\"", "\"2-x\"")] {
        let with = |tag: &str| {
            let request = me.request(Method::DELETE, &format!("{}?purge=true", path(todo)));
            ask(request.header("If-Match", tag))
        };
        with(wrong).await.problem(412, "stale");
        with(right).await.expect_empty(204);
    }
    purge(&app, &person, &parent).await.expect_empty(204);
    for gone in [&parent, &child, &early, &plain, &trashed] {
        me.get(&path(gone)).await.problem(404, "not-found");
        restore(&app, &person, gone).await.problem(404, "not-found");
        purge(&app, &person, gone).await.problem(404, "not-found");
    }
    assert_eq!(app.titles(&person, "").await, [""; 0]);
    assert_eq!(app.titles(&person, "deleted=true").await, [""; 0]);
    // Without the word it goes into the trash.
    let again = app.todo(&person, &json!({ "title": "Again" })).await;
    me.delete(&format!("{}?purge=false", path(&again)))
        .await
        .expect_empty(204);
    assert_eq!(app.titles(&person, "deleted=true").await, ["Again"]);
}

async fn the_trash_is_emptied_of_what_is_ones_own(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    step(&app, &person, "A step", &parent).await;
    let kept = app.todo(&person, &json!({ "title": "Kept" })).await;
    let early = step(&app, &person, "Its step in the trash", &kept).await;
    let theirs = app.todo(&other, &json!({ "title": "Theirs" })).await;
    for (whom, what) in [(&person, &parent), (&person, &early), (&other, &theirs)] {
        app.by(whom).delete(&path(what)).await.expect_empty(204);
    }
    assert_eq!(app.titles(&person, "deleted=true").await.len(), 3);
    app.by(&person).delete("/api/v2/trash").await.expect_empty(204);
    assert_eq!(app.titles(&person, "deleted=true").await, [""; 0]);
    assert_eq!(app.titles(&person, "").await, ["Kept"]);
    assert_eq!(app.titles(&other, "deleted=true").await, ["Theirs"]);
    app.by(&person).delete("/api/v2/trash").await.expect_empty(204);
    app.anybody()
        .delete("/api/v2/trash")
        .await
        .problem(401, "unauthenticated");
}

async fn the_job_purges_what_has_been_in_the_trash_for_so_long(app: TestApp) {
    let person = app.person("person@example.org").await;
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    step(&app, &person, "A step", &parent).await;
    app.by(&person).delete(&path(&parent)).await.expect_empty(204);
    app.clock.advance(3 * DAY - 60_000);
    let clean = async || app.services.clean_once(900).await.expect("the job runs");
    clean().await;
    let person = app.person_again("person@example.org").await;
    let later = app.todo(&person, &json!({ "title": "Later" })).await;
    app.by(&person).delete(&path(&later)).await.expect_empty(204);
    assert_eq!(app.titles(&person, "deleted=true").await.len(), 3);
    app.clock.advance(120_000);
    clean().await;
    assert_eq!(app.titles(&person, "deleted=true").await, ["Later"]);
    restore(&app, &person, &parent).await.problem(404, "not-found");
}
