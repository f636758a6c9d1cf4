//! The end of sessions: where signing out leads, and what a provider may tell.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::app::PUBLIC_URL;
use crate::common::provider::{CLIENT, Key, Provider, sign_with_text, signed_part};
use crate::common::{Keeper, TestApp};
use crate::providers_support::{Browser, on_each_store, scene};
use crate::support::{Answer, ask};

on_each_store! {
    a_logout_token_ends_the_sessions_that_it_names,
}

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[tokio::test]
async fn signing_out_leads_to_the_end_of_the_providers_session() {
    let (app, provider) = scene(Keeper::Sqlite, &[])
        .await
        .expect("SQLite is never left out");
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let answer = browser.get("/logout").await;
    let address = format!(
        "{}/logout?client_id={CLIENT}&post_logout_redirect_uri=http%3A%2F%2Frondo.test%2F",
        provider.issuer
    );
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, address.as_str())
    );
    // Of a session that began with a password nothing is there to end.
    app.register("other@example.org").await;
    let body = json!({ "email": "other@example.org", "password": crate::common::app::PASSWORD, "transport": "cookie" });
    browser.ask(app.post("/api/v2/sessions", &body)).await.expect(201);
    assert_eq!(browser.get("/logout").await.header("location"), "/");
    // A provider that says nothing of it may have such a page all the same.
    let pattern = "https://id.example/v2/logout?client_id={client_id}&returnTo={return_to}";
    let (app, provider) = scene(Keeper::Sqlite, &[("LOGOUT_URL", pattern)])
        .await
        .expect("SQLite is never left out");
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let address =
        format!("https://id.example/v2/logout?client_id={CLIENT}&returnTo=http%3A%2F%2Frondo.test%2F");
    assert_eq!(browser.get("/logout").await.header("location"), address);
    assert_eq!(PUBLIC_URL, "http://rondo.test");
}

/// A sound logout token's claims, changed.
fn claims(app: &TestApp, provider: &Provider, change: impl FnOnce(&mut Value)) -> Value {
    let now = app.services.source.now().seconds();
    let id = app.services.source.new_id();
    let mut claims = json!({
        "iss": provider.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": id, "events": { EVENT: {} },
        "sub": "person-1",
    });
    change(&mut claims);
    claims
}

async fn tells(app: &TestApp, token: &str) -> Answer {
    let request = app
        .request(Method::POST, "/logout/work")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("logout_token={token}"));
    ask(request).await
}

async fn is_signed_in(app: &TestApp, token: &str) -> bool {
    app.with_token(token).get("/api/v2/users/me").await.status == 200
}

async fn a_logout_token_ends_the_sessions_that_it_names(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let mut tokens = Vec::new();
    for (subject, sid) in [
        ("person-1", "a"),
        ("person-1", "b"),
        ("person-2", "a"),
        ("person-2", "c"),
    ] {
        provider.signs_in(json!({ "sub": subject, "sid": sid, "email": format!("{subject}@example.org") }));
        let mut browser = Browser::new(&app);
        assert_eq!(browser.signs_in(&provider).await.status, 303);
        tokens.push(browser.token().await);
    }
    let header = json!({ "typ": "logout+jwt" });
    let left = async || {
        let mut left = Vec::new();
        for token in &tokens {
            left.push(is_signed_in(&app, token).await);
        }
        left
    };
    let told = claims(&app, &provider, |claims| claims["sid"] = "a".into());
    tells(&app, &provider.signs(&header, &told))
        .await
        .expect_empty(204);
    assert_eq!(left().await, [false, true, true, true]);
    // What is told twice is not believed the second time: it would end what began in between.
    tells(&app, &provider.signs(&header, &told))
        .await
        .problem(400, "request");
    let told = claims(&app, &provider, |claims| {
        claims.as_object_mut().unwrap().remove("sub");
        claims["sid"] = "c".into();
        claims["aud"] = json!(["another", CLIENT]);
    });
    tells(&app, &provider.signs(&json!({}), &told))
        .await
        .expect_empty(204);
    assert_eq!(left().await, [false, true, true, false]);
    let told = claims(&app, &provider, |_| {});
    tells(&app, &provider.signs(&header, &told))
        .await
        .expect_empty(204);
    assert_eq!(left().await, [false, false, true, false]);
    // Of somebody who has no session here nothing is said.
    let told = claims(&app, &provider, |claims| claims["sub"] = "nobody".into());
    tells(&app, &provider.signs(&header, &told))
        .await
        .expect_empty(204);
}

#[tokio::test]
async fn a_logout_token_that_is_none_ends_nothing() {
    let (app, provider) = scene(Keeper::Sqlite, &[])
        .await
        .expect("SQLite is never left out");
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let token = browser.token().await;
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 14] = [
        ("another issuer", |claims| {
            claims["iss"] = "https://evil.example".into()
        }),
        ("another audience", |claims| claims["aud"] = "another".into()),
        ("no audience", |claims| claims["aud"] = Value::Null),
        ("too old", |claims| {
            claims["iat"] = (claims["iat"].as_i64().unwrap() - 700).into()
        }),
        ("of the future", |claims| {
            claims["iat"] = (claims["iat"].as_i64().unwrap() + 700).into()
        }),
        ("of no time", |claims| claims["iat"] = "now".into()),
        ("it has ended", |claims| {
            claims["exp"] = (claims["iat"].as_i64().unwrap() - 100).into()
        }),
        ("no event", |claims| claims["events"] = json!({})),
        ("another event", |claims| {
            claims["events"] = json!({ "https://evil.example": {} })
        }),
        ("an event that is none", |claims| {
            claims["events"] = json!({ EVENT: true })
        }),
        ("an ID token", |claims| claims["nonce"] = "x".into()),
        ("of nobody", |claims| {
            claims.as_object_mut().unwrap().remove("sub");
        }),
        ("of numbers", |claims| claims["sub"] = 7.into()),
        ("without a name", |claims| claims["jti"] = "".into()),
    ];
    let header = json!({ "typ": "logout+jwt" });
    for (what, change) in changes {
        let told = claims(&app, &provider, change);
        let answer = tells(&app, &provider.signs(&header, &told)).await;
        println!("{what}: {}", answer.status);
        answer.problem(400, "request");
    }
    let sound = claims(&app, &provider, |_| {});
    let key = Key::new("first");
    let named = json!({ "alg": "RS256", "kid": "first" });
    let none = json!({ "alg": "none" });
    for token in [
        String::new(),
        "x".into(),
        "a.b.c".into(),
        key.sign(&named, &sound),
        format!("{}.", signed_part(&none, &sound)),
        sign_with_text(
            &json!({ "alg": "HS256", "kid": "first" }),
            &sound,
            &key.public_pem,
        ),
        provider.signs(&json!({ "typ": "at+jwt" }), &sound),
        provider.signs(&json!({ "crit": ["x"] }), &sound),
    ] {
        tells(&app, &token).await.problem(400, "request");
    }
    let request = app
        .request(Method::POST, "/logout/nobody")
        .header("content-type", "application/x-www-form-urlencoded");
    ask(request.body("logout_token=x"))
        .await
        .problem(404, "not-found");
    assert!(is_signed_in(&app, &token).await);
}
