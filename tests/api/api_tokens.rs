//! API tokens: named, held to scopes, shown once, seen to be used, and ended by whatever ends sessions.

use reqwest::Method;
use rondo::model::Role;
use rondo::service::accounts::UserPatch;
use rondo::service::audit::By;
use serde_json::{Value, json};

use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::support::{Answer, NOBODY, members, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    a_token_is_shown_once_and_let_in_as_its_owner,
    a_token_does_what_its_scopes_say_and_no_more,
    a_token_ends_at_its_end_and_when_it_is_revoked,
    a_token_that_signs_out_ends_itself_and_nothing_else,
    what_ends_sessions_ends_tokens_and_signing_out_elsewhere_spares_them,
    nobody_gives_a_token_more_than_they_have,
    that_a_token_was_used_is_seen_to_within_a_minute,
    a_token_that_is_none_is_refused_alike_whatever_is_wrong_with_it,
    what_is_wrong_with_a_new_token_is_told_and_none_is_made,
    an_account_has_at_most_a_hundred,
}

const TOKENS: &str = "/api/v2/tokens";
const ME: &str = "/api/v2/users/me";
const DAY: i64 = 86_400_000;

async fn made(app: &TestApp, person: &Person, scopes: &[&str]) -> Value {
    let body = json!({ "name": "A script", "scopes": scopes });
    app.by(person).post(TOKENS, body).await.expect(201)
}

async fn listed(app: &TestApp, person: &Person) -> Vec<Value> {
    let all = app.by(person).get(TOKENS).await.ok();
    all["items"].as_array().expect("a list").clone()
}

async fn a_token_is_shown_once_and_let_in_as_its_owner(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({ "name": "Backup, nightly", "scopes": ["profile", "todo:read"] });
    let answer = app.by(&person).post(TOKENS, body).await;
    let made = answer.expect(201);
    assert_eq!(
        members(&made),
        [
            "created_at",
            "expires_at",
            "id",
            "last_address",
            "last_used_at",
            "name",
            "scopes",
            "token"
        ]
    );
    assert_eq!(
        answer.header("location"),
        format!("{TOKENS}/{}", text(&made["id"]))
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(made["name"], "Backup, nightly");
    assert_eq!(made["scopes"], json!(["todo:read", "profile"]));
    assert!(made["expires_at"].is_null() && made["last_used_at"].is_null());
    moment(&made["created_at"]);
    let token = text(&made["token"]);
    assert!(
        token.starts_with(&format!("rondo_pat_{}_", text(&made["id"]))),
        "{token}"
    );
    assert!(token.len() > 70, "{token}");

    assert_eq!(app.with_token(&token).get(ME).await.ok()["id"], person.id);
    app.todo(&person, &json!({ "title": "Seen" })).await;
    let seen = app.with_token(&token).get("/todo").await.ok();
    assert_eq!(seen["data"][0]["title"], "Seen", "in version 1, too");

    // Nowhere else is it told again, nor what is kept of it.
    let all = listed(&app, &person).await;
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["id"], made["id"]);
    assert!(all[0].get("token").is_none());
    let secret = token.rsplit_once('_').expect("a secret").1;
    let id = text(&made["id"]).parse().expect("an id");
    let kept = app.services.store.session(id).await.expect("the store answers");
    assert!(!format!("{kept:?}").contains(secret), "{kept:?}");
    // It is no session in the eyes of its owner.
    let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().expect("a list").len(), 1);
}

async fn a_token_does_what_its_scopes_say_and_no_more(app: TestApp) {
    let person = app.person("person@example.org").await;
    let all = [
        (Method::GET, "/api/v2/todos", "todo:read"),
        (Method::POST, "/api/v2/todos", "todo:write"),
        (Method::GET, ME, "profile"),
    ];
    for granted in ["todo:read", "todo:write", "profile"] {
        let token = text(&made(&app, &person, &[granted]).await["token"]);
        for (method, path, needed) in &all {
            let answer = app
                .with_token(&token)
                .send(method.clone(), path, &json!({ "title": "Made" }))
                .await;
            if *needed == granted {
                assert!(answer.status < 300, "{granted} {path}: {}", answer.text());
            } else {
                answer.problem(403, "forbidden");
            }
        }
        app.with_token(&token)
            .post(
                "/api/v1/user",
                json!({ "email": "x@example.org", "password": PASSWORD }),
            )
            .await
            .failure(403, "…");
    }
}

async fn a_token_ends_at_its_end_and_when_it_is_revoked(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ends = app.services.source.now().plus_seconds(3600);
    let body = json!({ "name": "For an hour", "scopes": ["profile"], "expires_at": ends.to_string() });
    let short = app.by(&person).post(TOKENS, body).await.expect(201);
    assert_eq!(short["expires_at"], ends.to_string());
    let long = made(&app, &person, &["profile"]).await;
    let (short, long) = (text(&short["token"]), long);
    app.with_token(&short).get(ME).await.ok();
    app.clock.advance(3_600_000);
    let person = app.person_again("person@example.org").await;
    app.with_token(&short)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
    assert_eq!(
        listed(&app, &person).await.len(),
        1,
        "what has ended is not shown"
    );

    let token = text(&long["token"]);
    app.with_token(&token).get(ME).await.ok();
    let path = format!("{TOKENS}/{}", text(&long["id"]));
    // Somebody else's is not found.
    let other = app.person("other@example.org").await;
    app.by(&other).delete(&path).await.problem(404, "not-found");
    app.with_token(&token).get(ME).await.ok();
    app.by(&person).delete(&path).await.expect_empty(204);
    app.with_token(&token)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
    app.by(&person).delete(&path).await.problem(404, "not-found");
    for id in [NOBODY, "x"] {
        let path = format!("{TOKENS}/{id}");
        app.by(&person).delete(&path).await.problem(404, "not-found");
    }
    // What is no token cannot be revoked as one.
    let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
    let path = format!("{TOKENS}/{}", text(&sessions["items"][0]["id"]));
    app.by(&person).delete(&path).await.problem(404, "not-found");
    app.by(&person).get(ME).await.ok();
}

async fn what_ends_sessions_ends_tokens_and_signing_out_elsewhere_spares_them(app: TestApp) {
    let person = app.person("person@example.org").await;
    let token = text(&made(&app, &person, &["profile"]).await["token"]);
    app.by(&person).delete("/api/v2/sessions").await.expect_empty(204);
    app.with_token(&token).get(ME).await.ok();
    let change = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    app.by(&person)
        .post(&format!("{ME}/password"), change)
        .await
        .expect_empty(204);
    app.with_token(&token)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
    assert_eq!(listed(&app, &person).await, [] as [Value; 0]);

    for ending in ["disabled", "deleted"] {
        let email = format!("{ending}@example.org");
        let person = app.person(&email).await;
        let token = text(&made(&app, &person, &["profile"]).await["token"]);
        app.with_token(&token).get(ME).await.ok();
        let id = person.id.parse().expect("an id");
        let accounts = &app.services.accounts;
        if ending == "disabled" {
            let patch = UserPatch {
                disabled: Some(true),
                ..UserPatch::default()
            };
            accounts
                .apply(By::operator(), id, patch, None, "/password")
                .await
                .expect("it is done");
        } else {
            accounts.erase(By::operator(), id).await.expect("it is done");
        }
        app.with_token(&token)
            .get(ME)
            .await
            .problem(401, "unauthenticated");
    }
}

async fn a_token_that_signs_out_ends_itself_and_nothing_else(app: TestApp) {
    let person = app.person("person@example.org").await;
    let (ends, stays) = (
        made(&app, &person, &["profile"]).await,
        made(&app, &person, &["profile"]).await,
    );
    let ends_id = text(&ends["id"]);
    let token = text(&ends["token"]);
    let ends = app.with_token(&token);
    ends.delete("/api/v2/sessions/current").await.expect_empty(204);
    ends.get(ME).await.problem(401, "unauthenticated");
    app.with_token(&text(&stays["token"])).get(ME).await.ok();
    let left = listed(&app, &person).await;
    assert_eq!((left.len(), &left[0]["id"]), (1, &stays["id"]));
    // It is told as what it is.
    let events = app.by(&person).get("/api/v2/users/me/audit").await.ok();
    let newest = &events["items"][0];
    assert_eq!(newest["kind"], "api_token_revoked", "{newest}");
    assert_eq!(newest["details"]["session"], ends_id.as_str(), "{newest}");
}

async fn nobody_gives_a_token_more_than_they_have(app: TestApp) {
    let (person, admin) = (
        app.person("person@example.org").await,
        app.admin("admin@example.org").await,
    );
    for scope in ["admin", "introspect"] {
        let body = json!({ "name": "More", "scopes": ["profile", scope] });
        app.by(&person).post(TOKENS, body).await.problem(403, "forbidden");
    }
    assert_eq!(listed(&app, &person).await.len(), 0);
    // What a token gave leave to would outlive it: it makes none, and lets no device in.
    let little = text(&made(&app, &admin, &["profile"]).await["token"]);
    let body = json!({ "name": "From a token", "scopes": ["profile"] });
    app.with_token(&little)
        .post(TOKENS, body)
        .await
        .problem(403, "forbidden");
    let answer = json!({ "allow": true });
    app.with_token(&little)
        .post("/api/v2/device/BCDFGHJK", answer)
        .await
        .problem(403, "forbidden");
    let full = text(&made(&app, &admin, &["profile", "admin", "introspect"]).await["token"]);
    let user = json!({ "email": "made@example.org", "password": PASSWORD });
    app.with_token(&full).post("/api/v1/user", user).await.ok();
    // Without the role the scope is worth nothing: lowering it ends the token.
    let id = admin.id.parse().expect("an id");
    let patch = UserPatch {
        role: Some(Role::User),
        ..UserPatch::default()
    };
    let accounts = &app.services.accounts;
    accounts
        .apply(By::operator(), id, patch, None, "/password")
        .await
        .expect("it is done");
    app.with_token(&full)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
}

async fn that_a_token_was_used_is_seen_to_within_a_minute(app: TestApp) {
    let person = app.person("person@example.org").await;
    let token = text(&made(&app, &person, &["profile"]).await["token"]);
    let before = app.services.source.now();
    for _ in 0..5 {
        app.with_token(&token).get(ME).await.ok();
    }
    let seen = listed(&app, &person).await;
    let first = moment(&seen[0]["last_used_at"]);
    assert!(first >= before);
    assert_eq!(seen[0]["last_address"], "127.0.0.1");
    app.clock.advance(45_000);
    app.with_token(&token).get(ME).await.ok();
    assert_eq!(moment(&listed(&app, &person).await[0]["last_used_at"]), first);
    app.clock.advance(16_000);
    app.with_token(&token).get(ME).await.ok();
    assert!(moment(&listed(&app, &person).await[0]["last_used_at"]) > first);
    // Long after every session has ended it is good still.
    app.clock.advance(400 * DAY);
    app.with_token(&token).get(ME).await.ok();
}

async fn a_token_that_is_none_is_refused_alike_whatever_is_wrong_with_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let made = made(&app, &person, &["profile"]).await;
    let (token, id) = (text(&made["token"]), text(&made["id"]));
    let secret = token.rsplit_once('_').expect("a secret").1;
    let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
    let session = text(&sessions["items"][0]["id"]);
    let told = |answer: &Answer| {
        let mut problem = answer.problem(401, "unauthenticated");
        problem["request_id"] = Value::Null;
        problem
    };
    let expected = told(&app.with_token("rondo_pat_").get(ME).await);
    for wrong in [
        format!("rondo_pat_{id}"),
        format!("rondo_pat_{id}_"),
        format!("rondo_pat_{id}_{}", &secret[..secret.len() - 1]),
        format!("rondo_pat_{id}_{secret}x"),
        format!("rondo_pat_{id}_{}", secret.to_uppercase()),
        format!("rondo_pat_{NOBODY}_{secret}"),
        format!("rondo_pat_{session}_{secret}"),
        format!("rondo_pat_{session}_"),
        format!("rondo_pat__{secret}"),
        format!("rondo_pat_$ne_{secret}"),
        format!("RONDO_PAT_{id}_{secret}"),
        format!("rondo_{id}_{secret}"),
        secret.to_owned(),
        format!("rondo_pat_{}", "x".repeat(20_000)),
    ] {
        let answer = app.with_token(&wrong).get(ME).await;
        assert_eq!(told(&answer), expected, "{wrong}");
    }
    app.with_token(&token).get(ME).await.ok();
}

async fn what_is_wrong_with_a_new_token_is_told_and_none_is_made(app: TestApp) {
    let person = app.person("person@example.org").await;
    for (body, pointer) in [
        (json!({ "scopes": ["profile"] }), "/name"),
        (json!({ "name": "", "scopes": ["profile"] }), "/name"),
        (json!({ "name": " ", "scopes": ["profile"] }), "/name"),
        (json!({ "name": "a\nb", "scopes": ["profile"] }), "/name"),
        (json!({ "name": "x".repeat(501), "scopes": ["profile"] }), "/name"),
        (json!({ "name": "x" }), "/scopes"),
        (json!({ "name": "x", "scopes": [] }), "/scopes"),
        (
            json!({ "name": "x", "scopes": ["profile", "profile"] }),
            "/scopes",
        ),
        (json!({ "name": "x", "scopes": ["everything"] }), "/scopes/0"),
        (json!({ "name": "x", "scopes": "profile" }), "/scopes"),
        (
            json!({ "name": "x", "scopes": ["profile"], "expires_at": "tomorrow" }),
            "/expires_at",
        ),
        (
            json!({ "name": "x", "scopes": ["profile"], "expires_at": "2020-01-01T00:00:00Z" }),
            "/expires_at",
        ),
        (
            json!({ "name": "x", "scopes": ["profile"], "token": "mine" }),
            "/token",
        ),
    ] {
        let problem = app
            .by(&person)
            .post(TOKENS, body.clone())
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&problem), [pointer], "{body}");
    }
    assert_eq!(listed(&app, &person).await.len(), 0);
}

async fn an_account_has_at_most_a_hundred(app: TestApp) {
    let person = app.person("person@example.org").await;
    for _ in 0..100 {
        made(&app, &person, &["profile"]).await;
    }
    let body = json!({ "name": "One more", "scopes": ["profile"] });
    app.by(&person)
        .post(TOKENS, body.clone())
        .await
        .problem(409, "conflict");
    let all = listed(&app, &person).await;
    assert_eq!(all.len(), 100);
    let path = format!("{TOKENS}/{}", text(&all[50]["id"]));
    app.by(&person).delete(&path).await.expect_empty(204);
    app.by(&person).post(TOKENS, body).await.expect(201);
}

/// SECURITY 11
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_revoked_at_one_instance_is_refused_at_the_other() {
    let Some(one) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let other = one.spawn_beside(&[]).await;
    let person = one.person("person@example.org").await;
    let made = made(&one, &person, &["profile"]).await;
    let token = text(&made["token"]);
    other.with_token(&token).get(ME).await.ok();
    let path = format!("{TOKENS}/{}", text(&made["id"]));
    one.by(&person).delete(&path).await.expect_empty(204);
    other
        .services
        .revocations
        .run_once()
        .await
        .expect("the feed is read");
    other
        .with_token(&token)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
}
