//! To-dos that come again, completed by many at once or by one twice: an occurrence is completed once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Keeper, TestApp};
use crate::support::{Answer, ask, on_each_keeper};
use crate::todos_recurring::{TODOS, daily, done, path};

on_each_keeper! {
    a_client_that_names_the_version_completes_that_occurrence_or_none,
    of_many_completions_at_once_that_name_the_version_one_counts,
    of_many_completions_at_once_that_name_none_one_counts_and_all_are_answered,
    what_is_completed_again_within_a_minute_is_the_same_completion,
}

async fn a_client_that_names_the_version_completes_that_occurrence_or_none(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = me.post(TODOS, daily()).await;
    let path = path(&made.expect(201));
    let complete = |tag: String| {
        let request = me.request(Method::PATCH, &path).header("if-match", tag);
        ask(request.json(&done()))
    };
    let first = complete(made.header("etag").to_owned()).await;
    assert_eq!(first.ok()["due"], "2026-11-26");
    // The same request again.
    complete(made.header("etag").to_owned())
        .await
        .problem(412, "stale");
    assert_eq!(me.get(&path).await.ok(), first.ok());
    // The next one, as soon as one likes.
    let second = complete(first.header("etag").to_owned()).await;
    assert_eq!(second.ok()["due"], "2026-11-27");
    // "*" names no version.
    assert_eq!(complete("*".into()).await.ok(), second.ok());
}

async fn of_many_completions_at_once_that_name_the_version_one_counts(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = me.post(TODOS, daily()).await;
    let path = path(&made.expect(201));
    let answers = join_all((0..20).map(|_| {
        let request = me
            .request(Method::PATCH, &path)
            .header("if-match", made.header("etag"));
        ask(request.json(&done()))
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 19));
    lost.iter().for_each(|answer| drop(answer.problem(412, "stale")));
    let now = me.get(&path).await.ok();
    assert_eq!((&now["due"], &now["version"]), (&json!("2026-11-26"), &json!(2)));
    assert_eq!(won[0].ok(), now);
}

async fn of_many_completions_at_once_that_name_none_one_counts_and_all_are_answered(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = app.todo(&person, &daily()).await;
    let path = path(&made);
    let answers = join_all((0..20).map(|_| me.patch(&path, done()))).await;
    let answers: Vec<Value> = answers.iter().map(Answer::ok).collect();
    let now = me.get(&path).await.ok();
    assert_eq!((&now["due"], &now["version"]), (&json!("2026-11-26"), &json!(2)));
    assert!(answers.iter().all(|answer| *answer == now), "{answers:?}");
    // Beside other changes of each: those are all made.
    app.clock.advance(61_000);
    let patches = (0..20).map(|n| {
        let patch = match n % 2 {
            0 => json!({ "done": true, "notes": format!("{n}") }),
            _ => json!({ "done": true, "tags": [format!("{n}")] }),
        };
        me.patch(&path, patch)
    });
    let answers = join_all(patches).await;
    assert!(answers.iter().all(|answer| answer.ok()["due"] == "2026-11-27"));
    assert_eq!(me.get(&path).await.ok()["version"], 22);
}

async fn what_is_completed_again_within_a_minute_is_the_same_completion(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let path = path(&app.todo(&person, &daily()).await);
    let first = me.patch(&path, done()).await.ok();
    app.clock.advance(30_000);
    assert_eq!(me.patch(&path, done()).await.ok(), first);
    // What else the request says is done.
    let renamed = me
        .patch(&path, json!({ "done": true, "title": "Water them" }))
        .await
        .ok();
    assert_eq!(
        (&renamed["due"], &renamed["title"]),
        (&json!("2026-11-26"), &json!("Water them"))
    );
    app.clock.advance(31_000);
    assert_eq!(me.patch(&path, done()).await.ok()["due"], "2026-11-27");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_completions_at_once_over_two_instances_one_counts() {
    let Some(here) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let there = here.spawn_beside(&[]).await;
    let person = here.person("person@example.org").await;
    let path = path(&here.todo(&person, &daily()).await);
    for due in ["2026-11-26", "2026-11-27", "2026-11-28"] {
        let completions = (0..20).map(|n| {
            let app = if n % 2 == 0 { &here } else { &there };
            app.by(&person).patch(&path, done())
        });
        for answer in join_all(completions).await {
            assert_eq!(answer.ok()["due"], due);
        }
        here.clock.advance(61_000);
    }
    assert_eq!(here.by(&person).get(&path).await.ok()["version"], 4);
}
