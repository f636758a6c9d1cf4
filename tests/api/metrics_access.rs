//! Who may read `/metrics`, that nothing in it was chosen by a client, and that operators are told of all of it.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use rondo::http::routes::ENDPOINTS;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::metrics::{READ, Reading};
use crate::support::{Answer, METRICS_TOKEN, ask, on_each_keeper, text};

on_each_keeper! {
    no_label_holds_what_a_client_chose with super::READ,
    the_operators_table_has_every_metric_and_no_other with super::READ,
    only_the_token_opens_them with super::READ,
    without_a_token_they_are_not_there,
    guessing_the_token_is_limited_by_address
        with [("RONDO_METRICS_TOKEN", super::METRICS_TOKEN), ("RONDO_RATE_LIMIT", "5")],
}

async fn no_label_holds_what_a_client_chose(app: TestApp) {
    let person = app.person("canary@example.org").await;
    let todo = text(&app.todo(&person, &json!({ "title": "canary-title" })).await["id"]);
    let me = app.by(&person);
    let odd = |number: usize| {
        [
            format!("/canary-path-{number}/canary@example.org"),
            format!("/api/v2/todos/canary-id-{number}"),
            format!("/api/v2/canary-{number}?canary={number}"),
            format!("/api/v2/todos?q=canary-{number}&cursor=canary"),
            format!("/assets/canary-{number}.js"),
            format!("/schemas/canary-{number}.json"),
            format!("//api//v2//todos//{todo}"),
            format!("/api/v2/todos/{todo}"),
        ]
    };
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CANARY",
    ] {
        for path in odd(0) {
            let method: Method = method.parse().expect("a method");
            ask(me.request(method, &path).header("User-Agent", "canary-agent")).await;
        }
    }
    Reading::of(&app).await;
    let first = Reading::of(&app).await;
    for number in 1..30 {
        for path in odd(number) {
            me.get(&path).await;
        }
    }
    let second = Reading::of(&app).await;
    assert_eq!(
        first.samples.keys().collect::<BTreeSet<_>>(),
        second.samples.keys().collect::<BTreeSet<_>>(),
        "more paths make no more series"
    );
    for secret in [
        "canary",
        "CANARY",
        &todo,
        &person.id,
        &person.access_token,
        METRICS_TOKEN,
        PASSWORD,
        "127.0.0.1",
    ] {
        assert!(!second.text.contains(secret), "{secret}: {}", second.text);
    }
    let mut routes: BTreeSet<String> = BTreeSet::from(["-".to_owned()]);
    for line in ENDPOINTS {
        routes.extend(
            line.mount
                .bases()
                .iter()
                .map(|base| format!("{base}{}", line.path)),
        );
    }
    for route in second.labels("route") {
        assert!(routes.contains(route), "{route} is no route of the table");
    }
    for method in second.labels("method") {
        assert!(
            method == "-" || method.bytes().all(|byte| byte.is_ascii_uppercase()),
            "{method}"
        );
    }
    for status in second.labels("status") {
        assert!(status.len() == 3, "{status}");
    }
}

/// The rows of the table in docs/OPERATIONS.md: name and type of each metric.
fn documented() -> BTreeMap<String, String> {
    let text = include_str!("../../docs/OPERATIONS.md");
    let (_, section) = text.split_once("\n## Metrics\n").expect("a section on metrics");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let name = cells.first()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.to_owned(), (*cells.get(1)?).to_owned()))
    });
    rows.collect()
}

async fn the_operators_table_has_every_metric_and_no_other(app: TestApp) {
    app.person("person@example.org").await;
    let reading = Reading::of(&app).await;
    let types = reading
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE "));
    let found: BTreeMap<String, String> = types
        .filter_map(|line| line.split_once(' '))
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect();
    let of_others = if app.database.address.starts_with("sqlite:") {
        "rondo_mongodb_"
    } else {
        "rondo_sqlite_"
    };
    let mut expected = documented();
    expected.retain(|name, _| !name.starts_with(of_others));
    assert_eq!(found, expected);
}

async fn only_the_token_opens_them(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let refused = |answer: &Answer| {
        answer.problem(401, "unauthenticated");
        assert!(!answer.text().contains("rondo_"), "{}", answer.text());
    };
    refused(&app.anybody().get("/metrics").await);
    refused(&app.by(&admin).get("/metrics").await);
    let almost = &METRICS_TOKEN[..METRICS_TOKEN.len() - 1];
    for token in [
        almost,
        "x",
        &format!("{METRICS_TOKEN}x"),
        &METRICS_TOKEN.to_lowercase(),
    ] {
        refused(&app.with_token(token).get("/metrics").await);
    }
    for header in [
        format!("Basic {METRICS_TOKEN}"),
        METRICS_TOKEN.to_owned(),
        "Bearer".to_owned(),
    ] {
        refused(&ask(app.get("/metrics").header("Authorization", header)).await);
    }
    // Nor in the address, where it would be in logs.
    refused(
        &app.anybody()
            .get(&format!("/metrics?token={METRICS_TOKEN}"))
            .await,
    );
    let answer = app.with_token(METRICS_TOKEN).get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    // The token opens nothing else.
    app.with_token(METRICS_TOKEN)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
}

async fn without_a_token_they_are_not_there(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    app.anybody().get("/metrics").await.problem(404, "not-found");
    app.by(&admin).get("/metrics").await.problem(404, "not-found");
    app.with_token(METRICS_TOKEN)
        .get("/metrics")
        .await
        .problem(404, "not-found");
}

async fn guessing_the_token_is_limited_by_address(app: TestApp) {
    let mut statuses = Vec::new();
    for number in 0..8 {
        let guess = app.with_token(&format!("guess-{number}")).get("/metrics").await;
        statuses.push(guess.status);
    }
    assert_eq!(statuses[0], 401, "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
    // Whoever has it is not kept out by whoever guesses.
    Reading::of(&app).await;
}
