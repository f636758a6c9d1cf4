//! How often somebody may try, and that nobody is shut out by others who try.

use reqwest::Method;
use serde_json::json;

use crate::common::app::PASSWORD;
use crate::common::{Keeper, TestApp};
use crate::security_support::begin_minute;
use crate::support::{Answer, ask, on_each_keeper};

on_each_keeper!(
    a_hundred_failures_on_one_account_are_throttled_and_the_owner_comes_in_again with super::LIMITED,
    one_address_cannot_try_many_accounts
        with [("RONDO_SIGN_IN_LIMIT", "3"), ("RONDO_TRUSTED_PROXIES", "127.0.0.1")],
    guessing_the_current_password_is_throttled_too with super::LIMITED,
    right_sign_ins_are_not_counted with super::LIMITED,
    without_a_limit_nobody_is_throttled with [("RONDO_SIGN_IN_LIMIT", "0")],
    requests_are_limited_by_address_and_by_user_and_probes_are_not with [("RONDO_RATE_LIMIT", "5")],
);

const EMAIL: &str = "person@example.org";

/// A proxy stands in front, so that a test can come from any address.
const LIMITED: [(&str, &str); 2] = [
    ("RONDO_SIGN_IN_LIMIT", "10"),
    ("RONDO_TRUSTED_PROXIES", "127.0.0.1"),
];

/// Four ways to the same door.
const DOORS: [&str; 4] = ["/api/v2/sessions", "/auth", "/login", "/api/v1/auth"];

/// An address that differs with each attempt.
fn address(attempt: usize) -> String {
    if attempt.is_multiple_of(2) {
        format!("203.0.113.{attempt}")
    } else {
        format!("2001:db8:{attempt:x}::1")
    }
}

async fn try_in(app: &TestApp, path: &str, email: &str, password: &str, address: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    ask(app.post(path, &body).header("X-Forwarded-For", address)).await
}

fn assert_throttled(answer: &Answer, path: &str) {
    // This looks at Retry-After too.
    answer.refused(path, 429, "rate-limited");
}

/// Fails a hundred times, at each of the instances in turn, in every way and every spelling.
async fn attack(instances: &[&TestApp]) {
    begin_minute(instances[0]);
    let spellings = [
        "person@example.org",
        "PERSON@example.ORG",
        "ｐｅｒｓｏｎ@example.org",
    ];
    let mut looked_at = 0;
    for attempt in 0..100 {
        let (app, path) = (instances[attempt % instances.len()], DOORS[attempt % DOORS.len()]);
        let spelling = spellings[attempt % spellings.len()];
        let answer = try_in(app, path, spelling, "not the password", &address(attempt)).await;
        if answer.status == 401 {
            looked_at += 1;
            assert!(attempt < 10, "{attempt} were looked at");
        } else {
            assert_throttled(&answer, path);
        }
    }
    assert_eq!(looked_at, 10);
}

/// SECURITY 6
async fn a_hundred_failures_on_one_account_are_throttled_and_the_owner_comes_in_again(app: TestApp) {
    app.register(EMAIL).await;
    app.register("other@example.org").await;
    attack(&[&app]).await;
    // The right password is not looked at either: whoever guesses it now does not learn that.
    assert_throttled(
        &try_in(&app, DOORS[0], EMAIL, PASSWORD, "192.0.2.1").await,
        DOORS[0],
    );
    // Others are not concerned.
    let other = try_in(&app, DOORS[0], "other@example.org", PASSWORD, "192.0.2.1").await;
    other.expect(201);
    // The attempts that were refused do not make it longer.
    app.clock.advance(61_000);
    try_in(&app, DOORS[0], EMAIL, PASSWORD, "192.0.2.1")
        .await
        .expect(201);
}

/// SECURITY 6
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_throttle_as_one() {
    let Some(one) = TestApp::spawn_with(Keeper::Mongo, &LIMITED).await else {
        return;
    };
    let other = one.spawn_beside(&LIMITED).await;
    one.register(EMAIL).await;
    attack(&[&one, &other]).await;
    for app in [&one, &other] {
        assert_throttled(
            &try_in(app, DOORS[0], EMAIL, PASSWORD, "192.0.2.1").await,
            DOORS[0],
        );
    }
    one.clock.advance(61_000);
    for app in [&one, &other] {
        try_in(app, DOORS[0], EMAIL, PASSWORD, "192.0.2.1")
            .await
            .expect(201);
    }
}

/// SECURITY 6
async fn one_address_cannot_try_many_accounts(app: TestApp) {
    app.register(EMAIL).await;
    begin_minute(&app);
    for attempt in 0..20 {
        let email = format!("nobody{attempt}@example.org");
        // Who has one address of IPv6 has 2⁶⁴ of them: they count as one.
        let own = format!("2001:db8::{attempt:x}");
        for (address, most) in [("203.0.113.7", 15), (&own, 15)] {
            let answer = try_in(&app, DOORS[0], &email, "x", address).await;
            // Of each account there may be three attempts, and there are two.
            if attempt < most {
                assert_eq!(answer.status, 401, "{address}");
            } else {
                assert_throttled(&answer, DOORS[0]);
            }
        }
    }
    assert_throttled(
        &try_in(&app, DOORS[0], EMAIL, PASSWORD, "203.0.113.7").await,
        DOORS[0],
    );
    assert_throttled(
        &try_in(&app, DOORS[0], EMAIL, PASSWORD, "2001:db8::ffff:1").await,
        DOORS[0],
    );
    try_in(&app, DOORS[0], EMAIL, PASSWORD, "2001:db8:0:1::1")
        .await
        .expect(201);
    // The same address, written as IPv6 writes it, is no other.
    let mapped = try_in(&app, DOORS[0], EMAIL, PASSWORD, "::ffff:203.0.113.7").await;
    assert_throttled(&mapped, DOORS[0]);
    try_in(&app, DOORS[0], EMAIL, PASSWORD, "203.0.113.8")
        .await
        .expect(201);
}

/// SECURITY 6
async fn guessing_the_current_password_is_throttled_too(app: TestApp) {
    let person = app.person(EMAIL).await;
    begin_minute(&app);
    let change =
        |password: &str| json!({ "current_password": password, "new_password": "another horse battery" });
    let path = "/api/v2/users/me/password";
    for _ in 0..10 {
        let wrong = app.by(&person).post(path, change("not the password")).await;
        wrong.problem(401, "credentials");
    }
    assert_throttled(&app.by(&person).post(path, change(PASSWORD)).await, path);
    let deletion = json!({ "id": person.id, "current_password": PASSWORD });
    let deleted = app.by(&person).send(Method::DELETE, "/user", &deletion).await;
    assert_throttled(&deleted, "/user");
    app.clock.advance(61_000);
    app.by(&person)
        .post(path, change(PASSWORD))
        .await
        .expect_empty(204);
}

/// SECURITY 6
async fn right_sign_ins_are_not_counted(app: TestApp) {
    app.register(EMAIL).await;
    begin_minute(&app);
    for _ in 0..12 {
        try_in(&app, DOORS[0], EMAIL, PASSWORD, "203.0.113.7")
            .await
            .expect(201);
    }
    // Nor do they take back the failures of others.
    for _ in 0..10 {
        try_in(&app, DOORS[0], EMAIL, "x", "203.0.113.8")
            .await
            .problem(401, "credentials");
    }
    assert_throttled(
        &try_in(&app, DOORS[0], EMAIL, PASSWORD, "203.0.113.7").await,
        DOORS[0],
    );
}

/// SECURITY 6
async fn without_a_limit_nobody_is_throttled(app: TestApp) {
    app.register(EMAIL).await;
    for _ in 0..12 {
        let answer = try_in(&app, DOORS[0], EMAIL, "x", "203.0.113.7").await;
        answer.problem(401, "credentials");
    }
    try_in(&app, DOORS[0], EMAIL, PASSWORD, "203.0.113.7")
        .await
        .expect(201);
}

/// SECURITY 6
async fn requests_are_limited_by_address_and_by_user_and_probes_are_not(app: TestApp) {
    let (one, other) = (app.person(EMAIL).await, app.person("other@example.org").await);
    let until_refused = async |path: &str, token: Option<&str>| {
        for _ in 0..50 {
            let somebody = token.map_or(app.anybody(), |token| app.with_token(token));
            let answer = somebody.get(path).await;
            if answer.status == 429 {
                return answer;
            }
        }
        panic!("{path} is not limited")
    };
    // A user is one and the same at every route, of both versions.
    let refused = until_refused("/api/v2/users/me", Some(&one.access_token)).await;
    assert_throttled(&refused, "/api/v2");
    assert_throttled(&app.by(&one).get("/todo").await, "/todo");
    app.by(&other).get("/api/v2/users/me").await.ok();
    // Whoever shows no token, or a wrong one, is an address.
    assert_throttled(&until_refused("/.well-known/jwks.json", None).await, "/api/v2");
    assert_throttled(&app.anybody().get("/api/v2/users/me").await, "/api/v2");
    assert_throttled(&app.with_token("x.y.z").get("/user").await, "/user");
    assert_throttled(&app.anybody().post("/auth", json!({})).await, "/auth");
    app.by(&other).get("/api/v2/users/me").await.ok();
    for _ in 0..20 {
        app.anybody().get("/healthz").await.ok();
        app.anybody().get("/readyz").await.ok();
    }
}
