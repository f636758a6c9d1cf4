//! Introspection (RFC 7662), revocation (RFC 7009), and new tokens for old at the token endpoint.

use serde_json::{Value, json};

use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::mailed::until_all_is_sent;
use crate::support::{Answer, members, on_each_keeper, text};

on_each_keeper! {
    whoever_may_introspect_learns_what_each_kind_of_token_is_worth,
    without_that_scope_nobody_learns_anything,
    what_is_worth_nothing_is_inactive_and_nothing_else_is_said,
    revoking_a_token_ends_all_of_its_session_and_an_unknown_one_is_no_error,
    revoking_a_refresh_token_that_was_turned_ends_the_session,
    another_clients_token_stays,
    a_refresh_token_is_turned_at_the_token_endpoint_too,
    a_token_that_was_verified_is_not_looked_up_again,
}

const ME: &str = "/api/v2/users/me";

/// What another service shows to introspect.
async fn service(app: &TestApp) -> String {
    let admin = app.admin("admin@example.org").await;
    crate::support::service(app, &admin).await
}

async fn introspect(app: &TestApp, service: &str, token: &str) -> Answer {
    app.with_token(service)
        .form("/oauth/introspect", &[("token", token)])
        .await
}

/// SECURITY 12
#[track_caller]
fn check_inactive(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.text(), r#"{"active":false}"#);
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn whoever_may_introspect_learns_what_each_kind_of_token_is_worth(app: TestApp) {
    let service = service(&app).await;
    let person = app.person("person@example.org").await;
    let now = app.services.source.now().seconds();

    let answer = introspect(&app, &service, &person.access_token).await;
    let access = answer.ok();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        members(&access),
        [
            "active",
            "aud",
            "client_id",
            "exp",
            "iat",
            "iss",
            "jti",
            "role",
            "scope",
            "sid",
            "sub",
            "token_type"
        ]
    );
    assert_eq!(access["active"], true);
    assert_eq!(access["scope"], "todo:read todo:write profile");
    assert_eq!(
        (&access["client_id"], &access["role"], &access["token_type"]),
        (&json!("rondo"), &json!("user"), &json!("Bearer"))
    );
    assert_eq!(access["sub"], person.id);
    assert_eq!(
        (&access["iss"], &access["aud"]),
        (&json!("http://rondo.test"), &json!("http://rondo.test"))
    );
    let (iat, exp) = (
        access["iat"].as_i64().expect("a number"),
        access["exp"].as_i64().expect("a number"),
    );
    assert!(
        (now - 60..=now + 60).contains(&iat) && exp - iat == 900,
        "{access}"
    );

    let refresh = introspect(&app, &service, &person.refresh_token).await.ok();
    assert_eq!(refresh["active"], true);
    assert_eq!(
        (&refresh["sub"], &refresh["sid"]),
        (&access["sub"], &access["sid"])
    );
    assert!(refresh.get("scope").is_none() && refresh.get("token_type").is_none());

    let body = json!({ "name": "A script", "scopes": ["todo:read"] });
    let made = app.by(&person).post("/api/v2/tokens", body).await.expect(201);
    let api = introspect(&app, &service, &text(&made["token"])).await.ok();
    assert_eq!(
        (&api["active"], &api["scope"]),
        (&json!(true), &json!("todo:read"))
    );
    assert_eq!(api["jti"], made["id"]);
    assert!(api.get("exp").is_none(), "it has no end: {api}");
    // Being looked at is not being used.
    let all = app.by(&person).get("/api/v2/tokens").await.ok();
    assert!(all["items"][0]["last_used_at"].is_null());
    // Its own use is seen, however lately somebody asked about it.
    app.with_token(&text(&made["token"]))
        .get("/api/v2/todos")
        .await
        .ok();
    let all = app.by(&person).get("/api/v2/tokens").await.ok();
    assert!(!all["items"][0]["last_used_at"].is_null());
    // The hint changes nothing, wrong or right.
    for hint in ["refresh_token", "access_token", "x"] {
        let fields = [("token", person.access_token.as_str()), ("token_type_hint", hint)];
        let again = app
            .with_token(&service)
            .form("/oauth/introspect", &fields)
            .await
            .ok();
        assert_eq!(again, access);
    }
}

/// SECURITY 12
async fn without_that_scope_nobody_learns_anything(app: TestApp) {
    let (person, admin) = (
        app.person("person@example.org").await,
        app.admin("other@example.org").await,
    );
    let fields = [("token", person.access_token.as_str())];
    let answer = app.anybody().form("/oauth/introspect", &fields).await;
    answer.oauth(401, "invalid_client");
    for bad in ["x", "rondo_pat_x", &person.refresh_token] {
        let answer = app.with_token(bad).form("/oauth/introspect", &fields).await;
        answer.oauth(401, "invalid_token");
        assert!(
            answer
                .header("www-authenticate")
                .contains("error=\"invalid_token\"")
        );
    }
    // Nor an administrator who is signed in: the scope is for other services.
    for somebody in [&person, &admin] {
        let answer = app.by(somebody).form("/oauth/introspect", &fields).await;
        answer.oauth(403, "insufficient_scope");
    }
}

/// SECURITY 12
async fn what_is_worth_nothing_is_inactive_and_nothing_else_is_said(app: TestApp) {
    let service = service(&app).await;
    let (ended, used) = (
        app.person("ended@example.org").await,
        app.person("used@example.org").await,
    );
    app.by(&ended)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    let turn = |token: &str| json!({ "refresh_token": token });
    let refresh = "/api/v2/sessions/refresh";
    app.anybody().post(refresh, turn(&used.refresh_token)).await.ok();
    app.clock.advance(31_000);
    let long = "x".repeat(8_000);
    for worthless in [
        ended.access_token.as_str(),
        &ended.refresh_token,
        &used.refresh_token,
        "x",
        "null",
        "{\"$ne\":1}",
        "rondo_pat_",
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        &long,
    ] {
        check_inactive(&introspect(&app, &service, worthless).await);
    }
    // Looking at a token that was used before does not end its session, as using it would.
    let access = introspect(&app, &service, &used.access_token).await.ok();
    assert_eq!(access["active"], true);
    app.clock.advance(900_000);
    check_inactive(&introspect(&app, &service, &used.access_token).await);
}

async fn revoke(app: &TestApp, fields: &[(&str, &str)]) -> Answer {
    app.anybody().form("/oauth/revoke", fields).await
}

async fn is_signed_in(app: &TestApp, person: &Person) -> bool {
    app.by(person).get(ME).await.status == 200
}

/// SECURITY 13
async fn revoking_a_token_ends_all_of_its_session_and_an_unknown_one_is_no_error(app: TestApp) {
    for unknown in ["x", "a.b.c", "rondo_pat_x"] {
        revoke(&app, &[("token", unknown)]).await.expect_empty(200);
    }
    let (by_refresh, by_access) = (
        app.person("one@example.org").await,
        app.person("two@example.org").await,
    );
    let other = app.person_again("one@example.org").await;
    let fields = [
        ("token", by_refresh.refresh_token.as_str()),
        ("token_type_hint", "access_token"),
    ];
    revoke(&app, &fields).await.expect_empty(200);
    assert!(!is_signed_in(&app, &by_refresh).await);
    assert!(
        is_signed_in(&app, &other).await,
        "another session of the same person"
    );
    let fields = [("token", by_access.access_token.as_str()), ("client_id", "rondo")];
    revoke(&app, &fields).await.expect_empty(200);
    assert!(!is_signed_in(&app, &by_access).await);
    let body = json!({ "refresh_token": by_access.refresh_token });
    let refused = app.anybody().post("/api/v2/sessions/refresh", body).await;
    refused.problem(401, "unauthenticated");
    // Again is no error, and an API token is one too.
    revoke(&app, &fields).await.expect_empty(200);
    let body = json!({ "name": "Leaked", "scopes": ["profile"] });
    let made = app.by(&other).post("/api/v2/tokens", body).await.expect(201);
    let token = text(&made["token"]);
    revoke(&app, &[("token", &token)]).await.expect_empty(200);
    app.with_token(&token)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
    assert!(is_signed_in(&app, &other).await);
}

/// SECURITY 13
async fn revoking_a_refresh_token_that_was_turned_ends_the_session(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person_again("person@example.org").await;
    let body = json!({ "refresh_token": person.refresh_token });
    let refresh = "/api/v2/sessions/refresh";
    let turned = app.anybody().post(refresh, body).await.ok();
    // Long after its grace.
    app.clock.advance(60_000);
    let found = person.refresh_token.as_str();
    let of_another = [("token", found), ("client_id", "rondo-cli")];
    revoke(&app, &of_another).await.oauth(400, "unauthorized_client");
    assert!(is_signed_in(&app, &person).await);
    revoke(&app, &[("token", found)]).await.expect_empty(200);
    assert!(!is_signed_in(&app, &person).await);
    let body = json!({ "refresh_token": turned["refresh_token"] });
    let refused = app.anybody().post(refresh, body).await;
    refused.problem(401, "unauthenticated");
    assert!(is_signed_in(&app, &other).await);
    // Again is no error.
    revoke(&app, &[("token", found)]).await.expect_empty(200);
}

/// SECURITY 13
async fn another_clients_token_stays(app: TestApp) {
    let person = app.person("person@example.org").await;
    for token in [&person.access_token, &person.refresh_token] {
        let fields = [("token", token.as_str()), ("client_id", "rondo-cli")];
        revoke(&app, &fields).await.oauth(400, "unauthorized_client");
        let fields = [("token", token.as_str()), ("client_id", "nobody")];
        revoke(&app, &fields).await.oauth(401, "invalid_client");
    }
    assert!(is_signed_in(&app, &person).await);
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", person.refresh_token.as_str()),
        ("client_id", "rondo-cli"),
    ];
    let answer = app.anybody().form("/oauth/token", &fields).await;
    answer.oauth(400, "invalid_grant");
    assert!(is_signed_in(&app, &person).await);
}

async fn a_refresh_token_is_turned_at_the_token_endpoint_too(app: TestApp) {
    let person = app.person("person@example.org").await;
    let fields = |token: &str| -> Vec<(String, String)> {
        [("grant_type", "refresh_token"), ("refresh_token", token)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    };
    let turn = async |token: &str| {
        let fields = fields(token);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        app.anybody().form("/oauth/token", &fields).await
    };
    let answer = turn(&person.refresh_token).await;
    let tokens: Value = answer.ok();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        members(&tokens),
        [
            "access_token",
            "expires_in",
            "refresh_token",
            "scope",
            "token_type"
        ]
    );
    assert_eq!(tokens["scope"], "todo:read todo:write profile");
    let next = text(&tokens["refresh_token"]);
    app.with_token(&text(&tokens["access_token"])).get(ME).await.ok();
    // Used again after the grace it ends the session.
    app.clock.advance(31_000);
    turn(&person.refresh_token).await.oauth(400, "invalid_grant");
    turn(&next).await.oauth(400, "invalid_grant");
    for bad in ["x", "a.b.c", &person.access_token] {
        turn(bad).await.oauth(400, "invalid_grant");
    }
    let fields = [("grant_type", "refresh_token")];
    let missing = app.anybody().form("/oauth/token", &fields).await;
    missing.oauth(400, "invalid_request");
    // One that is kept in a cookie is of no use here.
    let body = json!({ "email": person.email, "password": PASSWORD, "transport": "cookie" });
    let answer = app.anybody().post("/api/v2/sessions", body).await;
    let cookie = answer.header("set-cookie").to_owned();
    let token = cookie.split(['=', ';']).nth(1).expect("a value");
    turn(token).await.oauth(400, "invalid_grant");
}

/// How often the store was asked for users and sessions.
fn lookups(app: &TestApp) -> u64 {
    let text = app.services.measurements();
    let asked = ["user", "user_by_identity", "session"].map(|operation| {
        let counted = format!("rondo_store_operation_duration_seconds_count{{operation=\"{operation}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&counted));
        line.map_or(0, |count| count.parse::<u64>().expect("a count"))
    });
    asked.iter().sum()
}

async fn a_token_that_was_verified_is_not_looked_up_again(app: TestApp) {
    let service = service(&app).await;
    let person = app.person("person@example.org").await;
    introspect(&app, &service, &person.access_token).await.ok();
    // Whoever sends the mails of a registration asks for its account.
    until_all_is_sent(&app).await;
    let before = lookups(&app);
    assert!(before > 0, "{}", app.services.measurements());
    for _ in 0..20 {
        introspect(&app, &service, &person.access_token).await.ok();
        app.by(&person).get("/api/v2/todos").await.ok();
    }
    assert_eq!(lookups(&app), before);
}

/// SECURITY 11 and 12
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_revoked_at_one_instance_is_inactive_at_the_other() {
    let Some(one) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let other = one.spawn_beside(&[]).await;
    let service = service(&one).await;
    let person = one.person("person@example.org").await;
    let before = introspect(&other, &service, &person.access_token).await.ok();
    assert_eq!(before["active"], true);
    revoke(&one, &[("token", person.access_token.as_str())])
        .await
        .expect_empty(200);
    other
        .services
        .revocations
        .run_once()
        .await
        .expect("the feed is read");
    for token in [&person.access_token, &person.refresh_token] {
        check_inactive(&introspect(&other, &service, token).await);
    }
}
