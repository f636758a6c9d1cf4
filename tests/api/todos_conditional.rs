//! Preconditions of to-dos: what a client has (`If-None-Match`), what it means to change (`If-Match`), and
//! many writers at once.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    a_client_that_has_the_representation_is_told_so_without_it,
    a_change_that_names_a_version_happens_to_that_version_only,
    of_writers_that_name_the_same_version_one_wins,
    writers_that_name_no_version_all_succeed_and_none_is_lost,
}

const TODOS: &str = "/api/v2/todos";

async fn make(app: &TestApp, person: &Person) -> (String, String) {
    let answer = app.by(person).post(TODOS, json!({ "title": "Milk" })).await;
    answer.expect(201);
    let tag = answer.header("etag").to_owned();
    (answer.header("location").to_owned(), tag)
}

#[track_caller]
fn check_tag(tag: &str, version: u32) {
    let hash = tag
        .strip_prefix(&format!("\"{version}-"))
        .and_then(|rest| rest.strip_suffix('"'));
    let hash = hash.unwrap_or_else(|| panic!("{tag} is of version {version}"));
    assert!(
        hash.len() >= 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()),
        "{tag}"
    );
}

async fn a_client_that_has_the_representation_is_told_so_without_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (path, tag) = make(&app, &person).await;
    check_tag(&tag, 1);
    let known = |tags: &str| ask(me.request(Method::GET, &path).header("if-none-match", tags));
    for tags in [
        &tag,
        &format!("W/{tag}"),
        "*",
        &format!("\"other\", {tag}"),
        &format!("W/\"x\",W/{tag}"),
    ] {
        let answer = known(tags).await;
        answer.expect_empty(304);
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.header("cache-control"), "private, no-cache");
    }
    for tags in ["\"1-0123456789abcdef\"", "\"x\"", "x", tag.trim_matches('"')] {
        assert_eq!(known(tags).await.ok()["title"], "Milk", "{tags}");
    }
    // After a change the tag of before is another's.
    let changed = me.patch(&path, json!({ "title": "Bread" })).await;
    check_tag(changed.header("etag"), 2);
    let answer = known(&tag).await;
    assert_eq!(answer.ok()["title"], "Bread");
    assert_eq!(answer.header("etag"), changed.header("etag"));
}

async fn a_change_that_names_a_version_happens_to_that_version_only(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (path, first) = make(&app, &person).await;
    let patch = |tags: &str, title: &str| {
        let request = me.request(Method::PATCH, &path).header("if-match", tags);
        ask(request.json(&json!({ "title": title })))
    };
    let delete = |tags: &str| ask(me.request(Method::DELETE, &path).header("if-match", tags));
    let tag = |answer: &Answer| answer.header("etag").to_owned();

    let answer = patch(&first, "By its tag").await;
    assert_eq!(answer.ok()["version"], 2);
    let second = tag(&answer);
    for stale in [
        first.as_str(),
        &format!("W/{first}"),
        "\"1-x\"",
        "\"other\"",
        "\"\"",
        "\"9-x\"",
        "\"-1-x\"",
    ] {
        patch(stale, "Stale").await.problem(412, "stale");
        delete(stale).await.problem(412, "stale");
        // Stale, though it would change nothing.
        patch(stale, "By its tag").await.problem(412, "stale");
    }
    assert_eq!(me.get(&path).await.ok()["title"], "By its tag");
    // A weak tag made by a proxy, one of several, and whatever is there.
    let third = tag(&patch(&format!("W/{second}"), "By a weak tag").await);
    check_tag(&third, 3);
    let fourth = tag(&patch(&format!("\"x\", {first}, {third}"), "By one of several").await);
    check_tag(&fourth, 4);
    check_tag(&tag(&patch("*", "Whatever").await), 5);
    let request = me
        .request(Method::PATCH, &path)
        .header("if-match", &fourth)
        .header("if-match", "\"5-x\"");
    let answer = ask(request.json(&json!({ "title": "By two lines" }))).await;
    assert_eq!(answer.ok()["version"], 6);
    // Nothing to change: nothing is written.
    let sixth = tag(&answer);
    assert_eq!(patch(&sixth, "By two lines").await.ok()["version"], 6);

    for malformed in [
        "6-x",
        "\"6-x",
        "6-x\"",
        "",
        "W/",
        "\"6-x\",",
        "**",
        "\"a\" \"b\"x",
        "\"6-\"x\"",
        "\"6-a b\"",
    ] {
        let refusal = patch(malformed, "Malformed").await.problem(400, "header");
        assert_eq!(pointers(&refusal), ["If-Match"], "{malformed}");
        delete(malformed).await.problem(400, "header");
    }
    assert_eq!(me.get(&path).await.ok()["title"], "By two lines");
    delete(&fourth).await.problem(412, "stale");
    delete(&format!("W/{sixth}")).await.expect_empty(204);
    patch(&sixth, "Gone").await.problem(404, "not-found");
    delete("*").await.problem(404, "not-found");
}

async fn of_writers_that_name_the_same_version_one_wins(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (path, mut tag) = make(&app, &person).await;
    for round in 0..10 {
        let writers = (0..4).map(|writer| {
            let request = me.request(Method::PATCH, &path).header("if-match", &tag);
            ask(request.json(&json!({ "title": format!("{round}/{writer}") })))
        });
        let answers = join_all(writers).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!(won.len(), 1, "{answers:?}");
        lost.iter().for_each(|answer| drop(answer.problem(412, "stale")));
        let now = me.get(&path).await;
        assert_eq!(now.ok(), won[0].ok());
        assert_eq!(now.ok()["version"], round + 2);
        tag = now.header("etag").to_owned();
    }
    // A delete and a change: one of them.
    let change = me.request(Method::PATCH, &path).header("if-match", &tag);
    let delete = me.request(Method::DELETE, &path).header("if-match", &tag);
    let (changed, deleted) = tokio::join!(ask(change.json(&json!({ "title": "x" }))), ask(delete));
    match (changed.status, deleted.status) {
        (200, 412) => assert_eq!(me.get(&path).await.ok()["title"], "x"),
        (412 | 404, 204) => drop(me.get(&path).await.problem(404, "not-found")),
        both => panic!("{both:?}"),
    }
}

async fn writers_that_name_no_version_all_succeed_and_none_is_lost(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (path, _) = make(&app, &person).await;
    let fields = ["title", "notes", "due", "tags", "priority"];
    let value = |field: &str, writer: usize| match field {
        "due" => json!(format!("2026-01-{:02}", writer + 1)),
        "tags" => json!([format!("tag {writer}")]),
        "priority" => json!(["low", "medium", "high"][writer / 5 % 3]),
        _ => json!(format!("{field} {writer}")),
    };
    let patches: Vec<(&str, Value)> = (0..20)
        .map(|writer| (fields[writer % 5], value(fields[writer % 5], writer)))
        .collect();
    let writers = patches
        .iter()
        .map(|(field, value)| me.patch(&path, json!({ *field: value })));
    let answers: Vec<Value> = join_all(writers).await.iter().map(Answer::ok).collect();
    // Each writer was answered with what it wrote, and every version but the first is one writer's: no
    // write stood on what another had replaced. (A priority that already stood is no write.)
    let mut by_version: BTreeMap<i64, usize> = BTreeMap::new();
    for (answer, (field, value)) in answers.iter().zip(&patches) {
        assert_eq!(answer[*field], *value);
        let version = answer["version"].as_i64().expect("a number");
        *by_version.entry(version).or_default() += usize::from(*field != "priority");
    }
    assert!(by_version.values().all(|writers| *writers <= 1), "{by_version:?}");
    let last = me.get(&path).await.ok();
    let version = last["version"].as_i64().expect("a number");
    assert!((17..=21).contains(&version), "{version}");
    // Of each field there stands what the last of its writers wrote.
    for field in fields {
        let of_field = answers
            .iter()
            .zip(&patches)
            .filter(|(_, (written, _))| *written == field);
        let (newest, _) = of_field
            .max_by_key(|(answer, _)| answer["version"].as_i64())
            .expect("there are writers of each");
        assert_eq!(last[field], newest[field], "{field}");
    }
    assert!(!text(&last["title"]).is_empty());
}
