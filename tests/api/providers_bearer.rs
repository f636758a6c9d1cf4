//! Bearer tokens of outside issuers on our routes: whose they are, what they may do, and everything that is no such token.

use std::time::{Duration, Instant};

use rondo::model::{AuditKind, Role};
use rondo::service::accounts::UserPatch;
use serde_json::{Value, json};

use crate::audit_recorded::{all, since};
use crate::common::provider::{Answer as Told, CLIENT, Key, Provider, sign_with_text, signed_part};
use crate::common::{Keeper, TestApp};
use crate::providers_support::{Browser, on_each_store, scene};
use crate::security_support::db_user;
use crate::support::{Answer, ask, text};

on_each_store! {
    a_token_of_a_person_acts_as_the_persons_account,
    a_machine_has_scopes_and_what_it_makes_and_no_account,
    an_opaque_token_is_asked_about_once_a_minute,
    a_token_of_somebody_without_an_account_is_not_asked_about_each_time,
}

const AUDIENCE: &str = "https://todo.example/api";
const TAKES: (&str, &str) = ("TOKEN_AUDIENCE", AUDIENCE);
const ME: &str = "/api/v2/users/me";
const TODOS: &str = "/api/v2/todos";
const LOOK_AGAIN: i64 = 61_000;
/// What is worth nothing is remembered for less than that.
const KEPT: i64 = 31_000;
const HOUR: i64 = 3_601_000;

/// A person's claims, changed.
fn claims(app: &TestApp, provider: &Provider, change: impl FnOnce(&mut Value)) -> Value {
    let now = app.services.source.now().seconds();
    let mut claims = json!({
        "iss": provider.issuer, "aud": AUDIENCE, "sub": "person-1", "client_id": "a-program", "iat": now,
        "exp": now + 300, "scope": "todo:read todo:write profile", "email": "person@example.org",
        "email_verified": true, "name": "Person",
    });
    change(&mut claims);
    claims
}

fn token(app: &TestApp, provider: &Provider, change: impl FnOnce(&mut Value)) -> String {
    provider.signs(&json!({ "typ": "at+jwt" }), &claims(app, provider, change))
}

async fn with(app: &TestApp, provider: &Provider, change: impl FnOnce(&mut Value)) -> Answer {
    let token = token(app, provider, change);
    app.with_token(&token).get(TODOS).await
}

async fn a_token_of_a_person_acts_as_the_persons_account(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[TAKES]).await else {
        return;
    };
    let first = token(&app, &provider, |_| {});
    let known = all(&app).await.len();
    let request = app
        .post(TODOS, &json!({ "title": "From elsewhere" }))
        .bearer_auth(&first)
        .header("user-agent", "curl/8.10.1");
    let made = ask(request).await;
    made.expect(201);
    // The account that was made by it is recorded with the request.
    let events = since(&app, known).await;
    assert_eq!(events[0].kind, AuditKind::UserRegistered);
    for event in &events {
        assert_eq!(
            (event.request_id.as_str(), event.device.as_str()),
            (made.header("x-request-id"), "curl")
        );
    }
    let me = app.with_token(&first).get(ME).await.ok();
    assert_eq!(
        (&me["email"], &me["email_verified"], &me["role"]),
        (&json!("person@example.org"), &json!(true), &json!("user"))
    );
    // Another token, and signing in, lead to the same account.
    let second = token(&app, &provider, |claims| claims["scope"] = "todo:read".into());
    let seen = app.with_token(&second).get(TODOS).await.ok();
    assert_eq!(seen["items"][0]["title"], "From elsewhere");
    let mut browser = Browser::new(&app);
    assert_eq!(browser.signs_in(&provider).await.status, 303);
    assert_eq!(browser.user().await["id"], me["id"]);
    // It does what its scopes say.
    let by_second = app.with_token(&second);
    by_second
        .post(TODOS, json!({ "title": "No" }))
        .await
        .problem(403, "forbidden");
    by_second.get(ME).await.problem(403, "forbidden");
    // Nor does it let anybody else in, or change by what an account is taken over.
    let by_first = app.with_token(&first);
    let body = json!({ "name": "A script", "scopes": ["todo:read"] });
    by_first
        .post("/api/v2/tokens", body)
        .await
        .problem(403, "forbidden");
    let body = json!({ "new_password": "a brand new passphrase" });
    by_first
        .post(&format!("{ME}/password"), body)
        .await
        .problem(403, "forbidden");
    // Where it ends, its own issuer says.
    let refused = by_first.delete("/api/v2/sessions/current").await;
    let problem = refused.problem(403, "forbidden");
    assert!(text(&problem["detail"]).contains("at its issuer"), "{problem}");
    by_first.get(ME).await.ok();
    // What it is worth, its own issuer tells.
    let admin = app.admin("admin@example.org").await;
    let service = crate::support::service(&app, &admin).await;
    let worth = app
        .with_token(&service)
        .form("/oauth/introspect", &[("token", &first)])
        .await;
    assert_eq!(worth.ok(), json!({ "active": false }));
    // An account that is disabled is so for every token.
    let id = db_user(&app, "person@example.org").await.id;
    let patch = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    let by = rondo::service::audit::By::operator();
    app.services
        .accounts
        .apply(by, id, patch, None, "")
        .await
        .expect("the store answers");
    by_first.get(ME).await.problem(401, "unauthenticated");
    let third = token(&app, &provider, |claims| claims["jti"] = "third".into());
    app.with_token(&third)
        .get(TODOS)
        .await
        .problem(401, "unauthenticated");
}

async fn a_machine_has_scopes_and_what_it_makes_and_no_account(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[TAKES]).await else {
        return;
    };
    let machine = |claims: &mut Value, name: &str, scope: &str| {
        claims["sub"] = name.into();
        claims["client_id"] = name.into();
        claims["scope"] = scope.into();
    };
    let robot = token(&app, &provider, |it| {
        machine(it, "robot", "todo:read todo:write profile introspect")
    });
    let robot = app.with_token(&robot);
    robot
        .post(TODOS, json!({ "title": "By a machine" }))
        .await
        .expect(201);
    assert_eq!(robot.get(TODOS).await.ok()["items"][0]["title"], "By a machine");
    let list = robot
        .post("/api/v2/lists", json!({ "name": "Its own" }))
        .await
        .expect(201);
    assert_eq!(list["name"], "Its own");
    // Another one sees nothing of it, and itself only what its scopes say.
    let other = token(&app, &provider, |it| machine(it, "another", "todo:read"));
    let other = app.with_token(&other);
    assert_eq!(other.get(TODOS).await.ok()["items"], json!([]));
    other
        .post(TODOS, json!({ "title": "No" }))
        .await
        .problem(403, "forbidden");
    // No account comes of it: there is no profile.
    robot.get(ME).await.problem(403, "forbidden");
    robot.get("/api/v2/users").await.problem(403, "forbidden");
    // It may ask what tokens of ours are worth, as a service that has an API token may.
    let person = app.person("someone@example.org").await;
    let worth = robot
        .form("/oauth/introspect", &[("token", &person.access_token)])
        .await
        .ok();
    assert_eq!(
        (&worth["active"], &worth["sub"]),
        (&json!(true), &json!(person.id))
    );
    // With the scope for it, it administers.
    let admin = token(&app, &provider, |it| machine(it, "governor", "admin"));
    let found = app.with_token(&admin).get("/api/v2/users").await.ok();
    let emails: Vec<_> = found["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|user| text(&user["email"]))
        .collect();
    assert_eq!(emails, ["someone@example.org"]);
}

async fn an_opaque_token_is_asked_about_once_a_minute(keeper: Keeper) {
    let settings = [TAKES, ("TOKEN_INTROSPECTION", "true"), ("RONDO_RATE_LIMIT", "0")];
    let Some((app, provider)) = scene(keeper, &settings).await else {
        return;
    };
    let mut worth = claims(&app, &provider, |_| {});
    worth["active"] = true.into();
    provider.answers("/introspect", Told::json(&worth));
    let asked = || provider.times("/introspect");
    for _ in 0..5 {
        app.with_token("opaque-and-good").get(TODOS).await.ok();
    }
    assert_eq!(asked(), 1);
    // What the issuer takes back ends within a minute.
    provider.answers("/introspect", Told::json(&json!({ "active": false })));
    app.with_token("opaque-and-good").get(TODOS).await.ok();
    app.clock.advance(LOOK_AGAIN);
    for _ in 0..5 {
        app.with_token("opaque-and-good")
            .get(TODOS)
            .await
            .problem(401, "unauthenticated");
    }
    assert_eq!(asked(), 2, "that it is worth nothing is remembered, too");
    // Each of these is worth something to the issuer, and nothing here.
    for (number, change) in [
        json!({ "aud": "https://another.example" }),
        json!({ "aud": null, "client_id": "a-program" }),
        json!({ "iss": "https://another.example" }),
        json!({ "exp": 1 }),
        json!({ "active": "true" }),
    ]
    .into_iter()
    .enumerate()
    {
        let mut other = worth.clone();
        for (name, value) in change.as_object().expect("claims") {
            other[name] = value.clone();
        }
        provider.answers("/introspect", Told::json(&other));
        let answer = app.with_token(&format!("opaque-{number}")).get(TODOS).await;
        assert_eq!(answer.status, 401, "{change}");
    }
    // An issuer that says nothing of audiences vouches for what it has given to our own client.
    worth["aud"] = Value::Null;
    worth["client_id"] = CLIENT.into();
    provider.answers("/introspect", Told::json(&worth));
    app.with_token("opaque-of-ours").get(TODOS).await.ok();
    // One that does not answer is no verdict, and is asked again.
    for told in [
        Told::failure(500, "server_error"),
        Told::failure(401, "invalid_client"),
        Told::redirect("http://127.0.0.1:1/"),
        Told {
            body: "[]".into(),
            ..Told::json(&json!({}))
        },
    ] {
        provider.answers("/introspect", told);
        app.with_token("opaque-unknown")
            .get(TODOS)
            .await
            .problem(503, "unavailable");
    }
    provider.answers("/introspect", Told::json(&worth));
    app.with_token("opaque-unknown").get(TODOS).await.ok();
}

async fn a_token_of_somebody_without_an_account_is_not_asked_about_each_time(keeper: Keeper) {
    let settings = [TAKES, ("TOKEN_INTROSPECTION", "true"), ("RONDO_RATE_LIMIT", "0")];
    let Some((app, provider)) = scene(keeper, &settings).await else {
        return;
    };
    provider.tells_at_user_info(json!({ "sub": "person-1" }));
    let mut nameless = claims(&app, &provider, |_| {});
    nameless.as_object_mut().expect("claims").remove("email");
    let signed = provider.signs(&json!({ "typ": "at+jwt" }), &nameless);
    nameless["active"] = true.into();
    provider.answers("/introspect", Told::json(&nameless));
    let refused = async |token: &str| {
        for _ in 0..5 {
            let refused = app.with_token(token).get(TODOS).await.problem(403, "forbidden");
            assert!(
                text(&refused["detail"]).contains("no e-mail address"),
                "{refused}"
            );
        }
    };
    let asked = || (provider.times("/introspect"), provider.times("/userinfo"));
    refused(&signed).await;
    assert_eq!(asked(), (0, 1));
    refused("opaque-and-nameless").await;
    assert_eq!(asked(), (1, 2));
    // That is not for ever.
    app.clock.advance(KEPT);
    refused(&signed).await;
    refused("opaque-and-nameless").await;
    assert_eq!(asked(), (2, 4));
    provider.tells_at_user_info(
        json!({ "sub": "person-1", "email": "late@example.org", "email_verified": true }),
    );
    app.clock.advance(KEPT);
    app.with_token(&signed).get(TODOS).await.ok();
    app.with_token("opaque-and-nameless").get(TODOS).await.ok();
    assert_eq!(asked(), (3, 5));
}

#[tokio::test]
async fn many_tokens_of_people_without_an_account_are_asked_about_within_the_limit() {
    let settings = [TAKES, ("RONDO_RATE_LIMIT", "3")];
    let (app, provider) = scene(Keeper::Sqlite, &settings)
        .await
        .expect("SQLite is never left out");
    provider.tells_at_user_info(json!({ "sub": "person-1" }));
    let mut statuses = Vec::new();
    for number in 0..6 {
        let answer = with(&app, &provider, |it| {
            it["jti"] = number.into();
            it.as_object_mut().expect("claims").remove("email");
        });
        statuses.push(answer.await.status);
    }
    assert_eq!((statuses[0], statuses[5]), (403, 429), "{statuses:?}");
    assert_eq!(provider.times("/userinfo"), 3);
}

#[tokio::test]
async fn what_is_no_access_token_for_this_service_is_refused() {
    let (app, provider) = scene(Keeper::Sqlite, &[TAKES])
        .await
        .expect("SQLite is never left out");
    let now = app.services.source.now().seconds();
    with(&app, &provider, |_| {}).await.ok();
    with(&app, &provider, |it| it["aud"] = json!(["x", AUDIENCE]))
        .await
        .ok();
    let changes: [(&str, Value); 18] = [
        ("aud", json!("https://todo.example/api2")),
        ("aud", json!(["x"])),
        ("aud", json!([])),
        ("aud", json!({ "https://todo.example/api": 1 })),
        ("aud", json!(7)),
        ("aud", Value::Null),
        ("aud", json!(CLIENT)),
        ("iss", json!("https://another.example")),
        ("iss", json!(["x"])),
        ("exp", json!(now - 61)),
        ("exp", json!("soon")),
        ("nbf", json!(now + 3600)),
        ("iat", json!(now + 3600)),
        ("nonce", json!("n")),
        ("at_hash", json!("h")),
        ("events", json!({})),
        ("typ", json!("ID")),
        ("typ", json!("Refresh")),
    ];
    for (name, value) in changes {
        let answer = with(&app, &provider, |it| it[name] = value.clone()).await;
        assert_eq!(answer.status, 401, "{name} {value}: {}", answer.text());
        answer.problem(401, "unauthenticated");
    }
    for missing in ["aud", "exp"] {
        let answer = with(&app, &provider, |it| {
            // One that was given to our own client names its audience, too.
            it["client_id"] = CLIENT.into();
            it.as_object_mut().expect("claims").remove(missing);
        });
        answer.await.problem(401, "unauthenticated");
    }
    let sound = claims(&app, &provider, |_| {});
    let other = Key::new("first");
    let public = other.public_pem.clone();
    let unsigned = format!(
        "{}.",
        signed_part(&json!({ "alg": "none", "typ": "at+jwt" }), &sound)
    );
    for (what, token) in [
        (
            "another's key",
            other.sign(
                &json!({ "alg": "RS256", "typ": "at+jwt", "kid": "first" }),
                &sound,
            ),
        ),
        (
            "a key nobody knows",
            other.sign(
                &json!({ "alg": "RS256", "typ": "at+jwt", "kid": "other" }),
                &sound,
            ),
        ),
        ("no signature", unsigned),
        (
            "a text",
            sign_with_text(
                &json!({ "alg": "HS256", "typ": "at+jwt", "kid": "first" }),
                &sound,
                &public,
            ),
        ),
        (
            "a logout token",
            provider.signs(&json!({ "typ": "logout+jwt" }), &sound),
        ),
        (
            "another kind",
            provider.signs(&json!({ "typ": "dpop+jwt" }), &sound),
        ),
        (
            "critical",
            provider.signs(&json!({ "typ": "at+jwt", "crit": ["x"] }), &sound),
        ),
        ("garbage", "e30.e30.e30".into()),
        ("long", "x".repeat(9000)),
    ] {
        let answer = app.with_token(&token).get(TODOS).await;
        assert!(
            matches!(answer.status, 400 | 401 | 431),
            "{what}: {} {}",
            answer.status,
            answer.text()
        );
    }
    // None of them has made an account.
    let found = app
        .services
        .store
        .user_by_identity("email:person@example.org")
        .await
        .expect("an answer");
    assert_eq!(found.map(|user| user.identities.len()), Some(2));
}

#[tokio::test]
async fn the_algorithm_is_that_of_the_configuration() {
    let other = [TAKES, ("TOKEN_ALGORITHMS", "ES256,PS256")];
    let (app, provider) = scene(Keeper::Sqlite, &other)
        .await
        .expect("SQLite is never left out");
    with(&app, &provider, |_| {})
        .await
        .problem(401, "unauthenticated");
    let both = [TAKES, ("TOKEN_ALGORITHMS", "ES256,RS256")];
    let (app, provider) = scene(Keeper::Sqlite, &both)
        .await
        .expect("SQLite is never left out");
    with(&app, &provider, |_| {}).await.ok();
}

#[tokio::test]
async fn without_an_audience_no_outside_token_is_taken() {
    let (app, provider) = scene(Keeper::Sqlite, &[])
        .await
        .expect("SQLite is never left out");
    with(&app, &provider, |_| {})
        .await
        .problem(401, "unauthenticated");
    app.with_token("an-opaque-one")
        .get(TODOS)
        .await
        .problem(401, "unauthenticated");
    assert_eq!(
        provider.times("/.well-known/openid-configuration"),
        0,
        "nobody is asked"
    );
}

#[tokio::test]
async fn an_issuers_new_key_is_fetched_once_and_a_flood_of_unknown_ones_costs_one_reading() {
    let settings = [TAKES, ("RONDO_RATE_LIMIT", "0")];
    let (app, provider) = scene(Keeper::Sqlite, &settings)
        .await
        .expect("SQLite is never left out");
    with(&app, &provider, |_| {}).await.ok();
    let read = provider.times("/keys");
    provider.rotates();
    with(&app, &provider, |_| {}).await.ok();
    assert_eq!(provider.times("/keys"), read + 1);
    let sound = claims(&app, &provider, |_| {});
    let key = Key::new("unknown");
    for number in 0..10 {
        let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": format!("unknown-{number}") });
        let token = key.sign(&header, &sound);
        app.with_token(&token)
            .get(TODOS)
            .await
            .problem(401, "unauthenticated");
    }
    assert_eq!(provider.times("/keys"), read + 1, "the cool-down holds");
    app.clock.advance(LOOK_AGAIN);
    let token = key.sign(
        &json!({ "alg": "RS256", "typ": "at+jwt", "kid": "later" }),
        &sound,
    );
    app.with_token(&token)
        .get(TODOS)
        .await
        .problem(401, "unauthenticated");
    assert_eq!(provider.times("/keys"), read + 2);
}

#[tokio::test]
async fn scopes_and_roles_are_mapped_as_it_is_configured() {
    let settings = [
        TAKES,
        (
            "TOKEN_SCOPES",
            "rondo.read=todo:read,rondo.write=todo:write,helper=profile",
        ),
        ("ADMIN_ROLE", "boss"),
        ("REQUIRED_ROLE", "member"),
        ("ROLES_CLAIM", "/realm_access/roles"),
    ];
    let (app, provider) = scene(Keeper::Sqlite, &settings)
        .await
        .expect("SQLite is never left out");
    let status = async |path: &str, scope: &str, roles: Value| {
        let token = token(&app, &provider, |claims| {
            claims["scope"] = scope.into();
            let mut roles: Vec<_> = roles.as_array().expect("roles").clone();
            roles.push("member".into());
            if scope.contains("stranger") {
                roles.clear();
            }
            claims["realm_access"] = json!({ "roles": roles });
        });
        app.with_token(&token).get(path).await.status
    };
    assert_eq!(status(TODOS, "rondo.read", json!([])).await, 200);
    assert_eq!(status(TODOS, "", json!(["rondo.read"])).await, 200);
    assert_eq!(status(ME, "rondo.read", json!([])).await, 403);
    assert_eq!(status(ME, "rondo.read", json!(["helper"])).await, 200);
    // Our own names mean nothing where there are others, and who lacks the role is not let in.
    assert_eq!(status(ME, "rondo.read profile", json!([])).await, 403);
    assert_eq!(status(TODOS, "rondo.write", json!(["helper"])).await, 403);
    assert_eq!(
        status(TODOS, "stranger member rondo.read", json!([])).await,
        403,
        "a scope is no role"
    );
    assert_eq!(
        status("/api/v2/users", "rondo.read admin boss", json!([])).await,
        403
    );
    assert_eq!(status("/api/v2/users", "rondo.read", json!(["boss"])).await, 200);
    // The role of a token is the token's: the account stays what it is.
    assert_eq!(db_user(&app, "person@example.org").await.role, Role::User);
    assert_eq!(status("/api/v2/users", "rondo.read", json!([])).await, 403);
}

#[tokio::test]
async fn who_has_no_account_gets_one_only_where_that_is_allowed() {
    let closed = [TAKES, ("REGISTRATION", "closed")];
    let (app, provider) = scene(Keeper::Sqlite, &closed)
        .await
        .expect("SQLite is never left out");
    with(&app, &provider, |_| {}).await.problem(403, "forbidden");
    let (app, provider) = scene(Keeper::Sqlite, &[TAKES])
        .await
        .expect("SQLite is never left out");
    // Without an address there is none, unless the user info has it.
    let without = |it: &mut Value| {
        it.as_object_mut().expect("claims").remove("email");
    };
    let refused = with(&app, &provider, without).await.problem(403, "forbidden");
    assert!(
        text(&refused["detail"]).contains("no e-mail address"),
        "{refused}"
    );
    // An address that is somebody's is nobody else's.
    app.register("taken@example.org").await;
    let refused = with(&app, &provider, |it| it["email"] = "taken@example.org".into()).await;
    let refused = refused.problem(403, "forbidden");
    assert!(text(&refused["detail"]).contains("sign in to it"), "{refused}");
    for subject in ["", "a\u{0}b", &"x".repeat(256)] {
        let answer = with(&app, &provider, |it| {
            it["sub"] = subject.into();
            it["client_id"] = Value::Null;
        });
        assert_eq!(answer.await.status, 401, "{subject:?}");
    }
    provider.tells_at_user_info(
        json!({ "sub": "person-1", "email": "late@example.org", "email_verified": true }),
    );
    app.clock.advance(3_700_000);
    with(&app, &provider, without).await.ok();
    assert_eq!(db_user(&app, "late@example.org").await.identities.len(), 2);
}

/// Waits until so many questions to the provider are without an answer.
async fn until_waiting(provider: &Provider, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while provider.waiting() != count {
        assert!(Instant::now() < deadline, "{} are waiting", provider.waiting());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_hangs_holds_nobody_up_while_what_is_known_is_good() {
    let (app, provider) = scene(Keeper::Sqlite, &[TAKES])
        .await
        .expect("SQLite is never left out");
    // Made now, since that takes a while.
    let key = Key::new("unknown");
    let shown = async |name: &str| with(&app, &provider, |it| it["jti"] = name.into()).await;
    let asked = || provider.times("/.well-known/openid-configuration");
    shown("first").await.ok();
    assert_eq!(asked(), 1);
    provider.hangs(true);
    app.clock.advance(HOUR);
    // One question is under way, and still is when these are answered, with the token's first use and the sign-in.
    shown("second").await.ok();
    until_waiting(&provider, 1).await;
    shown("third").await.ok();
    Browser::new(&app).goes("/login/work").await;
    assert_eq!(
        (provider.waiting(), asked()),
        (1, 2),
        "nobody waits for the answer"
    );
    // The cool-down begins when it is given up, not when it was asked.
    until_waiting(&provider, 0).await;
    app.clock.advance(2000);
    shown("fourth").await.ok();
    assert_eq!(asked(), 2);
    // Nor does a key that nobody knows hold up the others.
    let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": "unknown" });
    let unknown = key.sign(&header, &claims(&app, &provider, |_| {}));
    let unknown = app.with_token(&unknown);
    let (refused, ()) = tokio::join!(unknown.get(TODOS), async {
        until_waiting(&provider, 1).await;
        shown("fifth").await.ok();
        assert_eq!(provider.waiting(), 1);
    });
    refused.problem(503, "unavailable");
    provider.hangs(false);
    app.clock.advance(6000);
    shown("sixth").await.ok();
    shown("seventh").await.ok();
    assert_eq!(asked(), 3, "it is asked once, and what it says is fresh");
    // What is too old is not good any more.
    provider.hangs(true);
    app.clock.advance(25 * HOUR);
    shown("eighth").await.problem(503, "unavailable");
}
