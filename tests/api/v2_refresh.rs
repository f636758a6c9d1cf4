//! Refreshing: turning from generation to generation, the grace of the one before, reuse, and the ends
//! of a session in time. The clock is moved; nothing waits.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::support::{Answer, moment, on_each_keeper, text};

on_each_keeper! {
    the_token_before_gets_the_same_successor_for_thirty_seconds,
    a_token_used_after_the_grace_ends_its_session,
    a_token_older_than_the_one_before_ends_its_session_even_at_once,
    many_refreshes_at_once_end_in_one_successor,
    signing_out_beats_the_grace,
    a_session_ends_when_it_was_idle_for_thirty_days,
    a_session_ends_after_ninety_days_however_often_it_is_refreshed,
}

const DAY: i64 = 86_400_000;

async fn refresh(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "refresh_token": token });
    app.anybody().post("/api/v2/sessions/refresh", body).await
}

/// The successor of a refresh token that is good.
async fn successor(app: &TestApp, token: &str) -> String {
    text(&refresh(app, token).await.ok()["refresh_token"])
}

/// Asserts that nothing of a session is good any more.
async fn assert_ended(app: &TestApp, access_token: &str, refresh_tokens: &[&str]) {
    for token in refresh_tokens {
        refresh(app, token).await.problem(401, "unauthenticated");
    }
    let me = app.with_token(access_token).get("/api/v2/users/me").await;
    me.problem(401, "unauthenticated");
}

async fn the_token_before_gets_the_same_successor_for_thirty_seconds(app: TestApp) {
    let person = app.person("person@example.org").await;
    let first = person.refresh_token.as_str();
    let second = successor(&app, first).await;
    assert_ne!(first, second);
    app.clock.advance(20_000);
    assert_eq!(successor(&app, first).await, second);
    // By version 1 too.
    let body = json!({ "refresh_token": first });
    let v1 = app.anybody().post("/refresh", body).await.ok();
    assert_eq!(v1["data"]["refresh_token"], second);
    // The access tokens are good, the one from before too.
    for token in [person.access_token, text(&v1["data"]["access_token"])] {
        app.with_token(&token).get("/api/v2/users/me").await.ok();
    }
    let third = successor(&app, &second).await;
    assert_eq!(successor(&app, &second).await, third);
    assert_eq!(app.person_again("person@example.org").await.id, person.id);
}

async fn a_token_used_after_the_grace_ends_its_session(app: TestApp) {
    let person = app.person("person@example.org").await;
    let spared = app.person_again("person@example.org").await;
    let refreshed = refresh(&app, &person.refresh_token).await.ok();
    let (access, second) = (
        text(&refreshed["access_token"]),
        text(&refreshed["refresh_token"]),
    );
    app.clock.advance(31_000);
    refresh(&app, &person.refresh_token)
        .await
        .problem(401, "unauthenticated");
    assert_ended(&app, &access, &[&person.refresh_token, &second]).await;
    // Another session of the same person is not touched.
    app.by(&spared).get("/api/v2/users/me").await.ok();
    let sessions = app.by(&spared).get("/api/v2/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1));
}

async fn a_token_older_than_the_one_before_ends_its_session_even_at_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    let second = successor(&app, &person.refresh_token).await;
    let third = successor(&app, &second).await;
    refresh(&app, &person.refresh_token)
        .await
        .problem(401, "unauthenticated");
    assert_ended(&app, &person.access_token, &[&second, &third]).await;
}

async fn many_refreshes_at_once_end_in_one_successor(app: TestApp) {
    let person = app.person("person@example.org").await;
    let all = (0..20).map(|_| successor(&app, &person.refresh_token));
    let successors = futures_util::future::join_all(all).await;
    assert!(successors.iter().all(|token| *token == successors[0]));
    successor(&app, &successors[0]).await;
}

async fn signing_out_beats_the_grace(app: TestApp) {
    let person = app.person("person@example.org").await;
    let second = successor(&app, &person.refresh_token).await;
    app.by(&person)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    assert_ended(&app, &person.access_token, &[&person.refresh_token, &second]).await;
}

async fn a_session_ends_when_it_was_idle_for_thirty_days(app: TestApp) {
    let person = app.person("person@example.org").await;
    // An access token lives for fifteen minutes.
    app.clock.advance(880_000);
    app.by(&person).get("/api/v2/users/me").await.ok();
    app.clock.advance(20_000);
    app.by(&person)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    app.clock.advance(30 * DAY - 960_000);
    let second = refresh(&app, &person.refresh_token).await.ok();
    app.clock.advance(30 * DAY);
    assert_ended(
        &app,
        &text(&second["access_token"]),
        &[&text(&second["refresh_token"])],
    )
    .await;
    let again = app.person_again("person@example.org").await;
    let sessions = app.by(&again).get("/api/v2/sessions").await.ok();
    assert_eq!(
        sessions["items"].as_array().map(Vec::len),
        Some(1),
        "the ended one is not shown"
    );
}

async fn a_session_ends_after_ninety_days_however_often_it_is_refreshed(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut token = person.refresh_token;
    let mut last = Value::Null;
    // 87 days.
    for _ in 0..3 {
        app.clock.advance(29 * DAY);
        last = refresh(&app, &token).await.ok();
        token = text(&last["refresh_token"]);
    }
    let session = &last["session"];
    let age = moment(&session["last_used_at"]).millis() - moment(&session["created_at"]).millis();
    assert!(age >= 87 * DAY);
    app.clock.advance(3 * DAY - 60_000);
    token = successor(&app, &token).await;
    app.clock.advance(60_000);
    refresh(&app, &token).await.problem(401, "unauthenticated");
}
