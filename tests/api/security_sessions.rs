//! Refresh tokens: used twice, by two tabs, by a thief, after a sign-out and after their time.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::support::{Answer, ask, on_each_keeper, text};

on_each_keeper!(
    parallel_refreshes_end_in_one_successor_and_still_do_after_a_restart,
    a_token_that_is_used_again_after_the_grace_ends_the_session,
    a_token_of_two_refreshes_ago_ends_the_session_at_once,
    signing_out_beats_the_grace,
    a_session_ends_when_it_is_idle_and_in_any_case with super::SHORT,
    a_token_is_good_in_the_transport_that_it_was_given_for,
);

const EMAIL: &str = "person@example.org";
const SHORT: [(&str, &str); 2] = [
    ("RONDO_REFRESH_IDLE_DAYS", "1"),
    ("RONDO_REFRESH_ABSOLUTE_DAYS", "3"),
];

async fn refresh(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "refresh_token": token });
    app.anybody().post("/api/v2/sessions/refresh", body).await
}

/// The tokens of an answer: access, refresh.
fn tokens(answer: &Value) -> (String, String) {
    (text(&answer["access_token"]), text(&answer["refresh_token"]))
}

async fn assert_in(app: &TestApp, access_token: &str) {
    app.with_token(access_token).get("/api/v2/users/me").await.ok();
}

async fn assert_out(app: &TestApp, access_token: &str) {
    let answer = app.with_token(access_token).get("/api/v2/users/me").await;
    answer.problem(401, "unauthenticated");
}

/// Refreshes one token fifty times at once, at these instances in turn and in both versions, and answers
/// the one successor.
async fn refresh_at_once(instances: &[&TestApp], token: &str) -> String {
    let mut running = JoinSet::new();
    for number in 0..50 {
        let app = instances[number % instances.len()];
        let body = json!({ "refresh_token": token });
        let path = ["/api/v2/sessions/refresh", "/refresh", "/api/v1/refresh"][number % 3];
        running.spawn(ask(app.post(path, &body)));
    }
    let mut successors = BTreeSet::new();
    while let Some(answer) = running.join_next().await {
        let answer = answer.expect("no panic").ok();
        let answer = answer.get("data").unwrap_or(&answer);
        let (access, refresh) = tokens(answer);
        successors.insert(refresh);
        assert_in(instances[0], &access).await;
    }
    assert_eq!(successors.len(), 1, "{successors:?}");
    successors.pop_first().expect("a successor")
}

/// SECURITY 10
async fn parallel_refreshes_end_in_one_successor_and_still_do_after_a_restart(app: TestApp) {
    let person = app.person(EMAIL).await;
    let second = refresh_at_once(&[&app], &person.refresh_token).await;
    let database = app.stop().await;
    let app = TestApp::restart(database, &[]).await;
    // An answer that was lost in the restart is given again, within the grace.
    assert_eq!(tokens(&refresh(&app, &person.refresh_token).await.ok()).1, second);
    let third = refresh_at_once(&[&app], &second).await;
    // What is two refreshes old is known for such after a restart too.
    let reused = refresh(&app, &person.refresh_token).await;
    reused.problem(401, "unauthenticated");
    refresh(&app, &third).await.problem(401, "unauthenticated");
}

/// SECURITY 10
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parallel_refreshes_at_two_instances_end_in_one_successor() {
    let Some(one) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let other = one.spawn_beside(&[]).await;
    let person = one.person(EMAIL).await;
    let second = refresh_at_once(&[&one, &other], &person.refresh_token).await;
    let third = refresh_at_once(&[&other, &one], &second).await;
    // One goes, a new one comes.
    drop(one);
    let another = other.spawn_beside(&[]).await;
    let fourth = refresh_at_once(&[&another, &other], &third).await;
    assert_eq!(tokens(&refresh(&other, &third).await.ok()).1, fourth);
    refresh(&another, &second).await.problem(401, "unauthenticated");
    refresh(&other, &fourth).await.problem(401, "unauthenticated");
}

/// SECURITY 10
async fn a_token_that_is_used_again_after_the_grace_ends_the_session(app: TestApp) {
    let person = app.person(EMAIL).await;
    let bystander = app.person_again(EMAIL).await;
    let (access, second) = tokens(&refresh(&app, &person.refresh_token).await.ok());
    // Within the grace: two tabs, or a lost answer.
    app.clock.advance(29_000);
    assert_eq!(tokens(&refresh(&app, &person.refresh_token).await.ok()).1, second);
    assert_in(&app, &access).await;
    app.clock.advance(2_000);
    let reused = refresh(&app, &person.refresh_token).await;
    reused.problem(401, "unauthenticated");
    // Who has the newest one cannot be told from the thief: it is dead too, and so are the access tokens.
    refresh(&app, &second).await.problem(401, "unauthenticated");
    assert_out(&app, &access).await;
    assert_out(&app, &person.access_token).await;
    // Another session of the same person goes on.
    assert_in(&app, &bystander.access_token).await;
    refresh(&app, &bystander.refresh_token).await.ok();
}

/// SECURITY 10
async fn a_token_of_two_refreshes_ago_ends_the_session_at_once(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (_, second) = tokens(&refresh(&app, &person.refresh_token).await.ok());
    let (access, third) = tokens(&refresh(&app, &second).await.ok());
    let reused = ask(app
        .request(Method::POST, "/refresh")
        .bearer_auth(&person.refresh_token))
    .await;
    reused.refused("/refresh", 401, "");
    for dead in [&second, &third] {
        refresh(&app, dead).await.problem(401, "unauthenticated");
    }
    assert_out(&app, &access).await;
}

/// SECURITY 10
async fn signing_out_beats_the_grace(app: TestApp) {
    let other = app.person(EMAIL).await;
    for path in [
        "/api/v2/sessions/current",
        "/api/v2/sessions/{id}",
        "/api/v2/sessions",
    ] {
        let person = app.person_again(EMAIL).await;
        let answer = refresh(&app, &person.refresh_token).await.ok();
        let (access, second) = tokens(&answer);
        let id = text(&answer["session"]["id"]);
        let asker = if path.ends_with("current") {
            &access
        } else {
            &other.access_token
        };
        let path = path.replace("{id}", &id);
        app.with_token(asker).delete(&path).await.expect_empty(204);
        for dead in [&person.refresh_token, &second] {
            refresh(&app, dead).await.problem(401, "unauthenticated");
        }
        assert_out(&app, &access).await;
        assert_out(&app, &person.access_token).await;
    }
}

/// SECURITY 10
async fn a_session_ends_when_it_is_idle_and_in_any_case(app: TestApp) {
    const HALF_A_DAY: i64 = 43_200_000;
    let (idle, busy) = (app.person(EMAIL).await, app.person_again(EMAIL).await);
    let mut token = busy.refresh_token;
    for half in 1..6 {
        app.clock.advance(HALF_A_DAY);
        let refreshed = refresh(&app, &token).await;
        token = tokens(&refreshed.ok()).1;
        if half == 3 {
            refresh(&app, &idle.refresh_token)
                .await
                .problem(401, "unauthenticated");
        }
    }
    app.clock.advance(HALF_A_DAY);
    refresh(&app, &token).await.problem(401, "unauthenticated");
    // Nor does it stand among the sessions any more.
    let again = app.person_again(EMAIL).await;
    let sessions = app.by(&again).get("/api/v2/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{sessions}");
}

/// SECURITY 10
async fn a_token_is_good_in_the_transport_that_it_was_given_for(app: TestApp) {
    let Person { refresh_token, .. } = app.person(EMAIL).await;
    let body = json!({ "email": EMAIL, "password": PASSWORD, "transport": "cookie" });
    let signed_in = app.anybody().post("/api/v2/sessions", body).await;
    let cookie = signed_in
        .header("set-cookie")
        .split(';')
        .next()
        .expect("a cookie")
        .to_owned();
    let (name, in_cookie) = cookie.split_once('=').expect("a value");
    let by_cookie = |token: &str| {
        let request = app.post("/api/v2/sessions/refresh", &json!({}));
        ask(request.header("Cookie", format!("{name}={token}")))
    };
    // What a script could read out of a body is of no use as a cookie, and the other way round.
    by_cookie(&refresh_token).await.problem(401, "unauthenticated");
    refresh(&app, in_cookie).await.problem(401, "unauthenticated");
    let as_bearer = ask(app.request(Method::POST, "/refresh").bearer_auth(in_cookie)).await;
    as_bearer.refused("/refresh", 401, "");
    by_cookie(in_cookie).await.ok();
    refresh(&app, &refresh_token).await.ok();
}
