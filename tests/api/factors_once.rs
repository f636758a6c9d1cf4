//! The second step of a sign-in: what is shown is good once, also at two instances at the same moment; and guessing.

use reqwest::Method;
use rondo::service::audit::By;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::common::app::PASSWORD;
use crate::common::{Keeper, TestApp};
use crate::factors_support::{EMAIL, Guarded, SECOND, TOTP, begin_step, finish, guarded, sign_in, ticket};
use crate::security_support::{begin_minute, db_user};
use crate::support::{Answer, ask, on_each_keeper, pointers, text};

on_each_keeper!(
    a_right_password_is_answered_with_a_ticket,
    a_code_is_good_once_and_a_clock_may_be_off_by_a_step,
    a_recovery_code_is_good_once,
    a_ticket_is_good_once_and_not_for_long,
    what_ends_sessions_ends_a_sign_in_that_is_under_way,
    the_second_step_gives_the_cookie_too,
    an_authenticator_outlives_a_turned_secret with [super::OLD],
    of_many_at_once_one_comes_in,
    guessing_codes_is_throttled_by_the_minute_and_by_the_day with super::LIMITED,
);

const OLD: (&str, &str) = ("SECRET", "qO4oIZzvN8JYx2bT5mKd0wLr7uPcEa93");

const LIMITED: [(&str, &str); 2] = [
    ("RONDO_SIGN_IN_LIMIT", "3"),
    ("RONDO_TRUSTED_PROXIES", "127.0.0.1"),
];

async fn a_right_password_is_answered_with_a_ticket(app: TestApp) {
    let guarded = guarded(&app).await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let answer = app.anybody().post("/api/v2/sessions", body).await;
    assert!(!answer.has("set-cookie") && !answer.has("location"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let asked = answer.expect(202);
    let ticket = text(&asked["second_factor"]["ticket"]);
    let expected = json!({ "second_factor": { "ticket": ticket, "expires_in": 300,
        "methods": ["code", "recovery_code"], "passkey": null } });
    assert_eq!(asked, expected);
    // It is no token.
    app.with_token(&ticket)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let wrong = json!({ "email": EMAIL, "password": "not the password" });
    app.anybody()
        .post("/api/v2/sessions", wrong)
        .await
        .problem(401, "credentials");
    let refusal = app.anybody().post(SECOND, json!({})).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/second_factor", "/ticket"]);
    let again = sign_in(&app, &guarded).await;
    app.by(&again).get("/api/v2/users/me").await.ok();
}

async fn a_code_is_good_once_and_a_clock_may_be_off_by_a_step(app: TestApp) {
    let guarded = guarded(&app).await;
    let show = async |code: &str| {
        let held = ticket(&app, EMAIL).await;
        finish(&app, &held, json!({ "code": code })).await
    };
    // What the authenticator shows so many steps from now; the present step has just begun.
    let attempt = async |steps: i64| {
        let held = ticket(&app, EMAIL).await;
        begin_step(&app);
        let code = guarded.authenticator.code(&app, steps);
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        (finish(&app, &held, json!({ "code": spaced })).await, code)
    };
    // The code that confirmed the authenticator is used up.
    show(&guarded.confirmed_by).await.problem(401, "credentials");
    app.clock.advance(300_000);
    for steps in [-2, 2] {
        attempt(steps).await.0.problem(401, "credentials");
    }
    for steps in [-1, 0, 1] {
        let (answer, code) = attempt(steps).await;
        answer.expect(201);
        show(&code).await.problem(401, "credentials");
    }
    // After a later one no earlier one is good.
    app.clock.advance(300_000);
    begin_step(&app);
    let earlier = guarded.authenticator.code(&app, 1);
    attempt(1).await.0.expect(201);
    show(&earlier).await.problem(401, "credentials");
}

async fn a_recovery_code_is_good_once(app: TestApp) {
    let guarded = guarded(&app).await;
    let held = ticket(&app, EMAIL).await;
    let typed = guarded.codes[0].to_uppercase().replace('-', " ");
    finish(&app, &held, json!({ "recovery_code": typed }))
        .await
        .expect(201);
    let held = ticket(&app, EMAIL).await;
    for spent in [&typed, &guarded.codes[0]] {
        let refused = finish(&app, &held, json!({ "recovery_code": spent })).await;
        refused.problem(401, "credentials");
    }
    let other = json!({ "recovery_code": guarded.codes[1] });
    finish(&app, &held, other).await.expect(201);
}

async fn a_ticket_is_good_once_and_not_for_long(app: TestApp) {
    let guarded = guarded(&app).await;
    let (used, late) = (ticket(&app, EMAIL).await, ticket(&app, EMAIL).await);
    // A wrong code leaves it as it is.
    let wrong = json!({ "code": guarded.authenticator.wrong_code(&app) });
    finish(&app, &used, wrong).await.problem(401, "credentials");
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    finish(&app, &used, code).await.expect(201);
    let ended = "this sign-in has ended; begin it again";
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    let refused = finish(&app, &used, code).await.problem(401, "credentials");
    assert_eq!(refused["detail"], ended);
    app.clock.advance(300_000);
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    for held in [late.as_str(), "nothing that was given out"] {
        let refused = finish(&app, held, code.clone()).await.problem(401, "credentials");
        assert_eq!(refused["detail"], ended);
    }
    // The code was not looked at.
    let held = ticket(&app, EMAIL).await;
    finish(&app, &held, code).await.expect(201);
}

async fn what_ends_sessions_ends_a_sign_in_that_is_under_way(app: TestApp) {
    let guarded = guarded(&app).await;
    let held = ticket(&app, EMAIL).await;
    let change = json!({ "current_password": PASSWORD, "new_password": PASSWORD.replace("horse", "mule"),
        "second_factor": { "recovery_code": guarded.codes[0] } });
    let me = app.by(&guarded.person);
    me.post("/api/v2/users/me/password", change)
        .await
        .expect_empty(204);
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    let refused = finish(&app, &held, code.clone()).await;
    refused.problem(401, "credentials");

    let body = json!({ "email": EMAIL, "password": PASSWORD.replace("horse", "mule") });
    let asked = app.anybody().post("/api/v2/sessions", body).await.expect(202);
    let held = text(&asked["second_factor"]["ticket"]);
    let disabled = rondo::service::accounts::UserPatch {
        disabled: Some(true),
        ..Default::default()
    };
    let id = guarded.person.id.parse().expect("an id");
    let accounts = &app.services.accounts;
    accounts
        .apply(By::operator(), id, disabled, None, "")
        .await
        .expect("it is done");
    finish(&app, &held, code).await.problem(401, "credentials");
}

async fn the_second_step_gives_the_cookie_too(app: TestApp) {
    let guarded = guarded(&app).await;
    let held = ticket(&app, EMAIL).await;
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    let body = json!({ "ticket": held, "second_factor": code, "transport": "cookie" });
    let answer = app.anybody().post(SECOND, body).await;
    assert!(answer.header("set-cookie").starts_with("__Host-rondo_refresh="));
    assert!(answer.expect(201).get("refresh_token").is_none());
}

/// The secret of an authenticator is sealed with a key of the installation's secret: that may turn.
async fn an_authenticator_outlives_a_turned_secret(app: TestApp) {
    const NEW: (&str, &str) = ("SECRET", "u7Lr2cXq9TnWb4Zk6VdJy8Gh3Sf5Pa1M");
    let guarded = guarded(&app).await;
    let before = db_user(&app, EMAIL).await.factors.totp.expect("it is kept");
    let turning = [NEW, ("SECRET_PREVIOUS", OLD.1)];
    let app = TestApp::restart(app.stop().await, &turning).await;
    sign_in(&app, &guarded).await;
    app.services.clean_once(900).await.expect("the job runs");
    let after = db_user(&app, EMAIL).await.factors.totp.expect("it is kept");
    assert_ne!(after.sealed, before.sealed);
    // Once is enough.
    app.services.clean_once(900).await.expect("the job runs");
    assert_eq!(
        db_user(&app, EMAIL)
            .await
            .factors
            .totp
            .expect("it is kept")
            .sealed,
        after.sealed
    );
    let app = TestApp::restart(app.stop().await, &[NEW]).await;
    app.clock.advance(300_000);
    sign_in(&app, &guarded).await;
}

/// Shows all of these at once, at these instances in turn, and answers how many came in.
async fn all_at_once(instances: &[&TestApp], bodies: &[Value]) -> usize {
    let mut running = JoinSet::new();
    for (number, body) in bodies.iter().enumerate() {
        let app = instances[number % instances.len()];
        running.spawn(ask(app.request(Method::POST, SECOND).json(body)));
    }
    let mut came_in = 0;
    while let Some(answer) = running.join_next().await {
        let answer: Answer = answer.expect("no panic");
        if answer.status == 201 {
            came_in += 1;
        } else {
            answer.problem(401, "credentials");
        }
    }
    came_in
}

/// One code with many tickets, one recovery code with many tickets, and one ticket with many recovery codes.
async fn at_once(instances: &[&TestApp]) {
    const MANY: usize = 12;
    let app = instances[0];
    let Guarded {
        authenticator, codes, ..
    } = guarded(app).await;
    let code = json!({ "code": authenticator.next_code(app) });
    let recovery_code = json!({ "recovery_code": codes[0] });
    for proof in [code, recovery_code] {
        let mut bodies = Vec::new();
        for _ in 0..MANY {
            let held = ticket(app, EMAIL).await;
            bodies.push(json!({ "ticket": held, "second_factor": proof }));
        }
        assert_eq!(all_at_once(instances, &bodies).await, 1, "{proof}");
    }
    let held = ticket(app, EMAIL).await;
    let body = |code| json!({ "ticket": held, "second_factor": { "recovery_code": code } });
    let bodies: Vec<Value> = codes[1..].iter().map(body).collect();
    assert_eq!(all_at_once(instances, &bodies).await, 1);
}

async fn of_many_at_once_one_comes_in(app: TestApp) {
    at_once(&[&app]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_at_two_instances_one_comes_in() {
    let Some(one) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let other = one.spawn_beside(&[]).await;
    at_once(&[&one, &other]).await;
}

async fn guessing_codes_is_throttled_by_the_minute_and_by_the_day(app: TestApp) {
    // The day is not to end meanwhile.
    let second_of_day = app.services.source.now().seconds().rem_euclid(86_400);
    if second_of_day > 82_800 {
        app.clock.advance(7_200_000);
    }
    let guarded = guarded(&app).await;
    let guess = async |address: usize| {
        let held = ticket(&app, EMAIL).await;
        let wrong = json!({ "code": guarded.authenticator.wrong_code(&app) });
        let request = app.post(SECOND, &json!({ "ticket": held, "second_factor": wrong }));
        let address = format!("203.0.113.{address}");
        ask(request.header("X-Forwarded-For", address)).await
    };
    // Thirty in a day, three in each minute.
    begin_minute(&app);
    for minute in 0..10 {
        for _ in 0..3 {
            guess(minute).await.problem(401, "credentials");
        }
        guess(minute).await.problem(429, "rate-limited");
        app.clock.advance(60_000);
    }
    let refused = guess(99).await;
    assert_eq!(refused.status, 429, "{}", refused.text());
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    assert!(wait > 60, "{wait}");
    // A recovery code cannot be guessed, and lets the owner in.
    let held = ticket(&app, EMAIL).await;
    let lost = json!({ "recovery_code": guarded.codes[0] });
    finish(&app, &held, lost).await.expect(201);
    // Who is signed in can still change what is to be changed.
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    let body = json!({ "current_password": PASSWORD, "second_factor": code });
    let me = app.by(&guarded.person);
    me.delete_with(TOTP, body).await.expect_empty(204);
    app.sign_in(EMAIL).await;
}
