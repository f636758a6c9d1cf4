//! The two codes of the device flow (RFC 8628): neither can be guessed, used twice, or used by somebody else.

use serde_json::{Value, json};

use crate::common::{Keeper, TestApp};
use crate::device_support::{DEVICE_CODE, Device, form, refused};
use crate::security_support::begin_minute;
use crate::support::{Answer, on_each_keeper, text};

on_each_keeper!(
    both_codes_are_good_once,
    a_code_is_good_for_the_client_alone_that_asked_for_it,
    a_person_who_is_not_signed_in_sees_nothing,
    guessing_the_code_of_a_person_is_throttled with [("RONDO_SIGN_IN_LIMIT", "10")],
);

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
