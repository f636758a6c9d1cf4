//! The device flow (RFC 8628): what the device is told, what the person sees who lets it in, and that neither of the
//! codes can be guessed or used twice. The clock is moved; nothing waits.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::security_support::begin_minute;
use crate::support::{Answer, ask, on_each_keeper, text};

on_each_keeper!(
    a_device_is_let_in_by_a_person_and_stays_in,
    until_somebody_answers_it_is_pending_and_who_asks_too_often_waits_longer,
    a_device_that_is_refused_is_told_so,
    after_ten_minutes_both_codes_have_ended,
    both_codes_are_good_once,
    a_code_is_good_for_the_client_alone_that_asked_for_it,
    a_device_may_do_what_it_asked_for_and_what_the_person_may_do,
    who_has_nothing_to_give_of_what_is_asked_for_lets_nothing_in,
    what_ends_the_sessions_of_a_person_takes_the_leave_back,
    a_person_who_is_not_signed_in_sees_nothing,
    guessing_the_code_of_a_person_is_throttled with [("RONDO_SIGN_IN_LIMIT", "10")],
);

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const FORM: &str = "application/x-www-form-urlencoded";

/// Asks with a form, whose values need no escapes but for spaces.
async fn form(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect();
    let request = app.request(Method::POST, path).header("content-type", FORM);
    ask(request
        .header("user-agent", "rondo on a laptop")
        .body(pairs.join("&")))
    .await
}

/// A device that asks to be let in.
struct Device {
    code: String,
    user_code: String,
}

impl Device {
    async fn begin(app: &TestApp) -> Self {
        Self::begin_with(app, &[("client_id", "rondo-cli")]).await
    }

    async fn begin_with(app: &TestApp, fields: &[(&str, &str)]) -> Self {
        let begun = form(app, "/oauth/device_authorization", fields).await.ok();
        Self {
            code: text(&begun["device_code"]),
            user_code: text(&begun["user_code"]),
        }
    }

    async fn ask(&self, app: &TestApp) -> Answer {
        self.ask_as(app, "rondo-cli").await
    }

    async fn ask_as(&self, app: &TestApp, client: &str) -> Answer {
        let fields = [
            ("grant_type", DEVICE_CODE),
            ("device_code", self.code.as_str()),
            ("client_id", client),
        ];
        form(app, "/oauth/token", &fields).await
    }

    async fn answer(&self, app: &TestApp, token: &str, allow: bool) -> Answer {
        let path = format!("/api/v2/device/{}", self.user_code);
        app.with_token(token).post(&path, json!({ "allow": allow })).await
    }

    async fn allow(&self, app: &TestApp, person: &Person) {
        self.answer(app, &person.access_token, true)
            .await
            .expect_empty(204);
    }
}

/// A refusal as RFC 6749 has it.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    let failure = answer.expect(status);
    assert_eq!(failure["error"], code, "{failure}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

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

/// SECURITY 14
async fn both_codes_are_good_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let device = Device::begin(&app).await;
    device.allow(&app, &person).await;
    for token in [&person.access_token, &other.access_token] {
        device.answer(&app, token, true).await.problem(404, "not-found");
    }
    let asked = futures_util::future::join_all((0..8).map(|_| device.ask(&app))).await;
    let given = asked.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(given, 1, "{asked:?}");
    for answer in asked.iter().filter(|answer| answer.status != 200) {
        refused(answer, 400, "invalid_grant");
    }
    refused(&device.ask(&app).await, 400, "invalid_grant");
    // Whoever answers first is the one.
    let device = Device::begin(&app).await;
    let token = other.access_token.as_str();
    let answers = futures_util::future::join_all((0..8).map(|_| device.answer(&app, token, true))).await;
    let taken = answers.iter().filter(|answer| answer.status == 204).count();
    assert_eq!(taken, 1, "{answers:?}");
    let tokens = device.ask(&app).await.ok();
    let me = app
        .with_token(&text(&tokens["access_token"]))
        .get("/api/v2/users/me")
        .await;
    assert_eq!(me.ok()["id"], other.id);
}

/// SECURITY 14
async fn a_code_is_good_for_the_client_alone_that_asked_for_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let path = "/oauth/device_authorization";
    refused(
        &form(&app, path, &[("client_id", "nobody")]).await,
        401,
        "invalid_client",
    );
    // The web app signs in by itself.
    refused(
        &form(&app, path, &[("client_id", "rondo")]).await,
        401,
        "invalid_client",
    );
    let device = Device::begin(&app).await;
    device.allow(&app, &person).await;
    refused(&device.ask_as(&app, "rondo").await, 400, "invalid_grant");
    refused(&device.ask_as(&app, "nobody").await, 401, "invalid_client");
    let unknown = Device {
        code: "A".repeat(43),
        user_code: device.user_code.clone(),
    };
    refused(&unknown.ask(&app).await, 400, "invalid_grant");
    // The code that the person types is none that a device asks with.
    let typed = Device {
        code: device.user_code.replace('-', ""),
        user_code: device.user_code.clone(),
    };
    refused(&typed.ask(&app).await, 400, "invalid_grant");
    refused(
        &form(
            &app,
            "/oauth/token",
            &[("grant_type", DEVICE_CODE), ("client_id", "rondo-cli")],
        )
        .await,
        400,
        "invalid_request",
    );
    device.ask(&app).await.ok();
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

async fn a_person_who_is_not_signed_in_sees_nothing(app: TestApp) {
    let device = Device::begin(&app).await;
    let path = format!("/api/v2/device/{}", device.user_code);
    app.anybody().get(&path).await.problem(401, "unauthenticated");
    let answer = app.anybody().post(&path, json!({ "allow": true })).await;
    answer.problem(401, "unauthenticated");
    let person = app.person("person@example.org").await;
    for body in [
        json!({}),
        json!({ "allow": "yes" }),
        json!({ "allow": true, "scopes": ["admin"] }),
    ] {
        app.by(&person).post(&path, body).await.problem(422, "schema");
    }
    refused(&device.ask(&app).await, 400, "authorization_pending");
}

/// A code that nobody has been shown.
fn guess(number: usize) -> String {
    let letters = b"BCDFGHJKLMNPQRSTVWXZ";
    let letter = |place: u32| char::from(letters[number / 20_usize.pow(place) % 20]);
    format!("BBBB-{}{}{}{}", letter(3), letter(2), letter(1), letter(0))
}

/// SECURITY 14
async fn guessing_the_code_of_a_person_is_throttled(app: TestApp) {
    let person = app.person("person@example.org").await;
    let victim = app.person("victim@example.org").await;
    let device = Device::begin(&app).await;
    begin_minute(&app);
    let mut looked_at = 0;
    for number in 0..40 {
        let path = format!("/api/v2/device/{}", guess(number));
        let answer = if number % 2 == 0 {
            app.by(&person).get(&path).await
        } else {
            app.by(&person).post(&path, json!({ "allow": true })).await
        };
        if answer.status == 404 {
            looked_at += 1;
        } else {
            answer.problem(429, "rate-limited");
        }
    }
    assert_eq!(looked_at, 10);
    // The right one is not looked at either.
    let path = format!("/api/v2/device/{}", device.user_code);
    app.by(&person).get(&path).await.problem(429, "rate-limited");
    // Another person is not concerned, and right codes are not counted.
    for _ in 0..15 {
        app.by(&victim).get(&path).await.ok();
    }
    app.clock.advance(61_000);
    app.by(&person).get(&path).await.ok();
}

/// SECURITY 14
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_let_a_device_in_once() {
    let Some(one) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let other = one.spawn_beside(&[]).await;
    let person = one.person("person@example.org").await;
    let token = person.access_token.as_str();
    for _ in 0..5 {
        let device = Device::begin(&one).await;
        let path = format!("/api/v2/device/{}", device.user_code);
        other.by(&person).get(&path).await.ok();
        let (here, there) = tokio::join!(
            device.answer(&one, token, true),
            device.answer(&other, token, true)
        );
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 404]);
        let (here, there) = tokio::join!(device.ask(&one), device.ask(&other));
        let mut statuses = [here.status, there.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400]);
        let given: Vec<Value> = [here, there]
            .iter()
            .filter(|answer| answer.status == 200)
            .map(Answer::json)
            .collect();
        let access = text(&given[0]["access_token"]);
        for app in [&one, &other] {
            app.with_token(&access).get("/api/v2/users/me").await.ok();
        }
    }
}
