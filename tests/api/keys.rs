//! Tokens and the keys that others verify them by, checked with a library and not with our own code.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PUBLIC_URL, Person};
use crate::support::{members, on_each_keeper, text};

on_each_keeper! {
    tokens_verify_by_the_published_keys_and_say_what_the_contract_says,
    tokens_verify_by_elliptic_keys_where_these_are_configured with [("RONDO_TOKEN_ALGORITHM", "ES256")],
    keys_and_sessions_outlive_a_restart,
}

fn header(token: &str) -> Value {
    let part = token.split('.').next().expect("a token has parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64");
    serde_json::from_slice(&bytes).expect("JSON")
}

async fn check(app: &TestApp, algorithm: Algorithm, public: &[&str]) {
    let answer = app.anybody().get("/.well-known/jwks.json").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/jwk-set+json")
    );
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    let set = answer.json();
    assert_eq!(members(&set), ["keys"]);
    for key in set["keys"].as_array().expect("a list") {
        assert_eq!(members(key), public, "nothing private, and nothing else");
        assert_eq!(
            (&key["use"], &key["alg"]),
            (&json!("sig"), &json!(format!("{algorithm:?}")))
        );
    }
    let current = app.anybody().get("/public-key").await.ok()["key"].clone();
    assert_eq!(current, set["keys"][0]);

    let person = app.person("person@example.org").await;
    let admin = app.admin("admin@example.org").await;
    let keys: JwkSet = serde_json::from_value(set).expect("a key set");
    let claims = |token: &str, typ: &str| -> Value {
        let header = header(token);
        let expected = json!({ "alg": format!("{algorithm:?}"), "typ": typ, "kid": current["kid"] });
        assert_eq!(header, expected);
        let key = keys.find(&text(&header["kid"])).expect("the key is published");
        let key = DecodingKey::from_jwk(key).expect("a sound key");
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[PUBLIC_URL]);
        validation.set_audience(&[PUBLIC_URL]);
        validation.validate_nbf = true;
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        jsonwebtoken::decode(token, &key, &validation)
            .expect("the token verifies")
            .claims
    };
    let mut ids = BTreeMap::new();
    for (person, role, scope) in [
        (&person, "user", "todo:read todo:write profile"),
        (&admin, "admin", "todo:read todo:write profile admin"),
    ] {
        let access = claims(&person.access_token, "at+jwt");
        let named = [
            "aud",
            "client_id",
            "epoch",
            "exp",
            "iat",
            "iss",
            "jti",
            "nbf",
            "role",
            "scope",
            "sid",
            "sub",
        ];
        assert_eq!(members(&access), named);
        assert_eq!(
            (&access["iss"], &access["aud"]),
            (&json!(PUBLIC_URL), &json!(PUBLIC_URL))
        );
        assert_eq!(
            (&access["sub"], &access["client_id"]),
            (&json!(person.id), &json!("rondo"))
        );
        assert_eq!((&access["role"], &access["scope"]), (&json!(role), &json!(scope)));
        let time = |name: &str| access[name].as_i64().expect("whole seconds");
        assert_eq!((time("exp") - time("iat"), time("nbf")), (900, time("iat")));
        let sessions = app.by(person).get("/api/v2/sessions").await.ok();
        assert_eq!(sessions["items"][0]["id"], access["sid"]);
        ids.insert(text(&access["jti"]), ());

        let refresh = claims(&person.refresh_token, "rt+jwt");
        assert_eq!(
            (&refresh["sub"], &refresh["sid"]),
            (&json!(person.id), &access["sid"])
        );
        let time = |name: &str| refresh[name].as_i64().expect("whole seconds");
        assert_eq!(time("exp") - time("iat"), 30 * 86_400);
        ids.insert(text(&refresh["jti"]), ());
    }
    assert_eq!(ids.len(), 4, "each token has an id of its own");
    check_other_parts_are_refused(app, &person).await;
}

/// A token whose parts do not belong together is none, and a refresh token is no access token.
async fn check_other_parts_are_refused(app: &TestApp, person: &Person) {
    let other = app.person_again(&person.email).await;
    let parts = |token: &str| token.split('.').map(str::to_owned).collect::<Vec<_>>();
    let (mine, theirs) = (parts(&person.access_token), parts(&other.access_token));
    for mixed in [
        format!("{}.{}.{}", mine[0], theirs[1], mine[2]),
        format!("{}.{}.", mine[0], mine[1]),
        format!("{}.{}", mine[0], mine[1]),
        person.refresh_token.clone(),
    ] {
        app.with_token(&mixed)
            .get("/api/v2/users/me")
            .await
            .problem(401, "unauthenticated");
    }
    app.by(person).get("/api/v2/users/me").await.ok();
}

async fn tokens_verify_by_the_published_keys_and_say_what_the_contract_says(app: TestApp) {
    check(&app, Algorithm::RS256, &["alg", "e", "kid", "kty", "n", "use"]).await;
}

async fn tokens_verify_by_elliptic_keys_where_these_are_configured(app: TestApp) {
    check(
        &app,
        Algorithm::ES256,
        &["alg", "crv", "kid", "kty", "use", "x", "y"],
    )
    .await;
}

async fn keys_and_sessions_outlive_a_restart(app: TestApp) {
    let person = app.person("person@example.org").await;
    let before = app.anybody().get("/.well-known/jwks.json").await.json();
    let app = TestApp::restart(app.stop().await, &[]).await;
    assert_eq!(app.anybody().get("/.well-known/jwks.json").await.json(), before);
    app.by(&person).get("/api/v2/users/me").await.ok();
    let refresh = json!({ "refresh_token": person.refresh_token });
    let refreshed = app.anybody().post("/api/v2/sessions/refresh", refresh).await.ok();
    // Another algorithm: the old key still verifies, the new one signs.
    let app = TestApp::restart(app.stop().await, &[("RONDO_TOKEN_ALGORITHM", "ES256")]).await;
    for token in [&person.access_token, &text(&refreshed["access_token"])] {
        app.with_token(token).get("/api/v2/users/me").await.ok();
    }
    let after = app.anybody().get("/.well-known/jwks.json").await.json();
    assert_eq!(
        (&after["keys"][0]["alg"], &after["keys"][1]),
        (&json!("ES256"), &before["keys"][0])
    );
    let again = app.person_again("person@example.org").await;
    assert_eq!(header(&again.access_token)["kid"], after["keys"][0]["kid"]);
}
