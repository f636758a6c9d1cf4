//! The device flow (RFC 8628): what the device is told, and what the person sees who lets it in. The clock is moved;
//! nothing waits.

use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::device_support::{Device, form, refused};
use crate::support::{on_each_keeper, text};

on_each_keeper!(
    a_device_is_let_in_by_a_person_and_stays_in,
    until_somebody_answers_it_is_pending_and_who_asks_too_often_waits_longer,
    a_device_that_is_refused_is_told_so,
    after_ten_minutes_both_codes_have_ended,
    a_device_may_do_what_it_asked_for_and_what_the_person_may_do,
    who_has_nothing_to_give_of_what_is_asked_for_lets_nothing_in,
    what_ends_the_sessions_of_a_person_takes_the_leave_back,
);

/// SECURITY 14
async fn a_device_is_let_in_by_a_person_and_stays_in(app: TestApp) {
    let person = app.person("person@example.org").await;
    let fields = [("client_id", "rondo-cli")];
    let begun = form(&app, "/oauth/device_authorization", &fields).await;
    assert_eq!(begun.header("cache-control"), "no-store");
    let begun = begun.ok();
    let page = "http://rondo.test/device";
    let user_code = text(&begun["user_code"]);
    assert_eq!(begun["verification_uri"], page);
    assert_eq!(
        begun["verification_uri_complete"],
        format!("{page}?user_code={user_code}")
    );
    assert_eq!(
        (begun["expires_in"].as_i64(), begun["interval"].as_i64()),
        (Some(600), Some(5))
    );

    // As the person may type it.
    let typed = user_code.to_lowercase().replace('-', "");
    let path = format!("/api/v2/device/{typed}");
    let request = app.by(&person).get(&path).await.ok();
    assert_eq!(request["client"], "rondo-cli");
    assert_eq!(request["scopes"], json!(["todo:read", "todo:write", "profile"]));
    assert_eq!(request["device"], "rondo on a laptop");
    assert_eq!(request["address"], "127.0.0.1");
    let allowed = app.by(&person).post(&path, json!({ "allow": true })).await;
    allowed.expect_empty(204);

    let device = Device {
        code: text(&begun["device_code"]),
        user_code,
    };
    let answer = device.ask(&app).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.ok();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["scope"], "todo:read todo:write profile");
    let access = text(&tokens["access_token"]);
    let me = app.with_token(&access).get("/api/v2/users/me").await.ok();
    assert_eq!(me["id"], person.id);
    // Its session is one of the person's, under the name of the device.
    let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
    let sessions = sessions["items"].as_array().cloned().unwrap_or_default();
    assert!(
        sessions.iter().any(|it| it["device"] == "rondo on a laptop"),
        "{sessions:?}"
    );

    // It refreshes, and signs out.
    let refresh = text(&tokens["refresh_token"]);
    let grant = ("grant_type", "refresh_token");
    let with = |client| [grant, ("refresh_token", refresh.as_str()), ("client_id", client)];
    refused(
        &form(&app, "/oauth/token", &with("rondo")).await,
        400,
        "invalid_grant",
    );
    let turned = form(&app, "/oauth/token", &with("rondo-cli")).await.ok();
    assert_ne!(turned["refresh_token"], refresh.as_str());
    let last = text(&turned["refresh_token"]);
    let fields = [("token", last.as_str()), ("client_id", "rondo-cli")];
    assert_eq!(form(&app, "/oauth/revoke", &fields).await.status, 200);
    let me = app.with_token(&access).get("/api/v2/users/me").await;
    me.problem(401, "unauthenticated");
    let fields = [
        grant,
        ("refresh_token", last.as_str()),
        ("client_id", "rondo-cli"),
    ];
    refused(&form(&app, "/oauth/token", &fields).await, 400, "invalid_grant");
    app.by(&person).get("/api/v2/users/me").await.ok();
}

/// SECURITY 14
async fn until_somebody_answers_it_is_pending_and_who_asks_too_often_waits_longer(app: TestApp) {
    let person = app.person("person@example.org").await;
    let device = Device::begin(&app).await;
    refused(&device.ask(&app).await, 400, "authorization_pending");
    app.clock.advance(5_000);
    refused(&device.ask(&app).await, 400, "authorization_pending");
    refused(&device.ask(&app).await, 400, "slow_down");
    // Now it is ten seconds, and then fifteen.
    app.clock.advance(9_000);
    refused(&device.ask(&app).await, 400, "slow_down");
    app.clock.advance(15_000);
    refused(&device.ask(&app).await, 400, "authorization_pending");
    device.allow(&app, &person).await;
    app.clock.advance(15_000);
    device.ask(&app).await.ok();
}

/// SECURITY 14
async fn a_device_that_is_refused_is_told_so(app: TestApp) {
    let person = app.person("person@example.org").await;
    let device = Device::begin(&app).await;
    let token = person.access_token.as_str();
    device.answer(&app, token, false).await.expect_empty(204);
    for _ in 0..2 {
        refused(&device.ask(&app).await, 400, "access_denied");
        app.clock.advance(5_000);
    }
    device.answer(&app, token, true).await.problem(404, "not-found");
    refused(&device.ask(&app).await, 400, "access_denied");
}

/// SECURITY 14
async fn after_ten_minutes_both_codes_have_ended(app: TestApp) {
    let person = app.person("person@example.org").await;
    let late = Device::begin(&app).await;
    let allowed = Device::begin(&app).await;
    allowed.allow(&app, &person).await;
    app.clock.advance(599_000);
    refused(&late.ask(&app).await, 400, "authorization_pending");
    app.clock.advance(1_000);
    let path = format!("/api/v2/device/{}", late.user_code);
    app.by(&person).get(&path).await.problem(404, "not-found");
    late.answer(&app, &person.access_token, true)
        .await
        .problem(404, "not-found");
    for device in [&late, &allowed] {
        refused(&device.ask(&app).await, 400, "expired_token");
    }
    // Who comes very late is told that there is no such code.
    app.clock.advance(600_000);
    refused(&late.ask(&app).await, 400, "invalid_grant");
}

async fn a_device_may_do_what_it_asked_for_and_what_the_person_may_do(app: TestApp) {
    let person = app.person("person@example.org").await;
    let admin = app.admin("admin@example.org").await;
    let narrow = Device::begin_with(
        &app,
        &[("client_id", "rondo-cli"), ("scope", "profile todo:read")],
    )
    .await;
    narrow.allow(&app, &person).await;
    let held = text(&narrow.ask(&app).await.ok()["access_token"]);
    let wide = "profile todo:read todo:write admin";
    for (scope, token, given) in [
        ("todo:read", &person.access_token, "todo:read"),
        (wide, &person.access_token, "todo:read todo:write profile"),
        (wide, &admin.access_token, "todo:read todo:write profile admin"),
        // Who lets it in with a token that may do less cannot give more.
        (wide, &held, "todo:read profile"),
    ] {
        let device = Device::begin_with(&app, &[("client_id", "rondo-cli"), ("scope", scope)]).await;
        device.answer(&app, token, true).await.expect_empty(204);
        let tokens = device.ask(&app).await.ok();
        assert_eq!(tokens["scope"], given, "{scope}");
    }
    for scope in ["introspect", "root", "todo:read root", " "] {
        let fields = [("client_id", "rondo-cli"), ("scope", scope)];
        refused(
            &form(&app, "/oauth/device_authorization", &fields).await,
            400,
            "invalid_scope",
        );
    }
}

async fn who_has_nothing_to_give_of_what_is_asked_for_lets_nothing_in(app: TestApp) {
    let person = app.person("person@example.org").await;
    let admin = app.admin("admin@example.org").await;
    let device = Device::begin_with(&app, &[("client_id", "rondo-cli"), ("scope", "admin")]).await;
    let answer = device.answer(&app, &person.access_token, true).await;
    answer.problem(403, "forbidden");
    // The code is still there for somebody who may.
    refused(&device.ask(&app).await, 400, "authorization_pending");
    device.allow(&app, &admin).await;
    assert_eq!(device.ask(&app).await.ok()["scope"], "admin");
}

async fn what_ends_the_sessions_of_a_person_takes_the_leave_back(app: TestApp) {
    let person = app.person("person@example.org").await;
    let device = Device::begin(&app).await;
    device.allow(&app, &person).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another horse and battery" });
    let changed = app.by(&person).post("/api/v2/users/me/password", body).await;
    changed.expect_empty(204);
    refused(&device.ask(&app).await, 400, "access_denied");
}
