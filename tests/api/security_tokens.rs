//! Tokens that somebody else made, bent or mixed up: none opens anything, and none makes the service ask
//! anybody else.

use std::io::ErrorKind;
use std::net::TcpListener;

use jsonwebtoken::{Algorithm, EncodingKey};
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::security_jwt::{Attacker, Mint, part, read, token};
use crate::support::{Answer, ask, on_each_keeper};

on_each_keeper!(
    tokens_of_other_algorithms_and_keys_are_refused,
    tokens_whose_header_says_more_or_less_are_refused,
    tokens_whose_claims_are_missing_or_of_another_type_are_refused,
    tokens_of_another_time_issuer_audience_or_kind_are_refused,
    under_es256_no_signature_of_another_kind_counts with [("RONDO_TOKEN_ALGORITHM", "ES256")],
);

const EMAIL: &str = "person@example.org";

/// Asserts that each of these is refused as an access token, in both versions.
pub async fn assert_refused(app: &TestApp, tokens: impl IntoIterator<Item = (String, String)>) {
    for (what, token) in tokens {
        for path in ["/api/v2/users/me", "/user"] {
            let answer = app.with_token(&token).get(path).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.text());
            assert_challenged(&answer, path);
        }
    }
}

pub fn assert_challenged(answer: &Answer, path: &str) {
    let challenge = "Bearer realm=\"rondo\", error=\"invalid_token\"";
    answer.refused(path, 401, "unauthenticated");
    assert_eq!(answer.header("www-authenticate"), challenge);
}

/// A token made by hand is taken if nothing is wrong with it: what is refused is refused for its fault.
pub async fn mint(app: &TestApp, person: &Person) -> (Mint, Value, Value) {
    let mint = Mint::of(app);
    let (header, claims) = (read(&person.access_token, 0), read(&person.access_token, 1));
    assert_eq!(header, mint.header("at+jwt"));
    app.with_token(&mint.signed(&header, &claims))
        .get("/api/v2/users/me")
        .await
        .ok();
    (mint, header, claims)
}

/// `value` with some members put in the place of its own.
pub fn with(value: &Value, others: Value) -> Value {
    let mut value = value.clone();
    for (name, other) in others.as_object().expect("an object") {
        value[name] = other.clone();
    }
    value
}

pub fn without(value: &Value, name: &str) -> Value {
    let mut value = value.clone();
    value.as_object_mut().expect("an object").remove(name);
    value
}

/// SECURITY 7
async fn tokens_of_other_algorithms_and_keys_are_refused(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = mint(&app, &person).await;
    let text = claims.to_string();
    let mut bad = Vec::new();
    let own_signature = person.access_token.rsplit('.').next().expect("a signature");
    for alg in ["none", "None", "NONE", "nOnE", "", "null"] {
        let header = with(&header, json!({ "alg": alg }));
        let unsigned = format!("{}.{}.", part(header.to_string()), part(&text));
        bad.push((format!("alg {alg}"), unsigned.clone()));
        bad.push((format!("alg {alg}, signed"), format!("{unsigned}{own_signature}")));
        bad.push((
            format!("alg {alg}, no dot"),
            unsigned.trim_end_matches('.').to_owned(),
        ));
    }
    for secret in mint.public_forms().into_iter().chain([Vec::new()]) {
        for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let key = EncodingKey::from_secret(&secret);
            for alg in [format!("{algorithm:?}"), "RS256".into()] {
                let header = with(&header, json!({ "alg": alg })).to_string();
                let what = format!("{algorithm:?} as {alg} with {} bytes", secret.len());
                bad.push((what, token(&header, &text, &key, algorithm)));
            }
        }
    }
    for algorithm in [
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
    ] {
        for alg in [format!("{algorithm:?}"), "RS256".into()] {
            let header = with(&header, json!({ "alg": alg })).to_string();
            let what = format!("{algorithm:?} of the right key as {alg}");
            bad.push((what, token(&header, &text, mint.key(), algorithm)));
        }
    }
    for alg in ["RS384", "PS256", "ES256", "EdDSA", "HS256", "rs256", "RS256 "] {
        let header = with(&header, json!({ "alg": alg }));
        bad.push((format!("the header says {alg}"), mint.signed(header, &text)));
    }
    let attacker = Attacker::new();
    bad.push((
        "another key".into(),
        token(&header.to_string(), &text, &attacker.key, Algorithm::RS256),
    ));
    assert_refused(&app, bad).await;
}

/// SECURITY 7
async fn tokens_whose_header_says_more_or_less_are_refused(app: TestApp) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a listener");
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = mint(&app, &person).await;
    let attacker = Attacker::new();
    let keys = format!("http://{}/keys.json", listener.local_addr().expect("an address"));
    let mut kid_of_attacker = attacker.jwk.clone();
    kid_of_attacker["kid"] = header["kid"].clone();
    let mut bad = Vec::new();
    for more in [
        json!({ "jwk": attacker.jwk }),
        json!({ "jwk": kid_of_attacker }),
        json!({ "jku": keys }),
        json!({ "jku": keys, "kid": "attacker" }),
        json!({ "x5u": keys }),
        json!({ "x5c": [attacker.der] }),
        json!({ "x5c": [attacker.der], "x5t": "x" }),
        json!({ "kid": keys }),
        json!({ "crit": ["exp"], "exp": 1 }),
        json!({ "crit": ["http://example.org/unknown"], "http://example.org/unknown": true }),
        json!({ "crit": [] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "zip": "DEF" }),
        json!({ "cty": "JWT" }),
        json!({ "typ": "JWT" }),
        json!({ "typ": "rt+jwt" }),
        json!({ "typ": "AT+JWT" }),
        json!({ "typ": "application/at+jwt" }),
        json!({ "typ": "at+jwt " }),
        json!({ "typ": null }),
        json!({ "typ": ["at+jwt"] }),
        json!({ "alg": ["RS256"] }),
        json!({ "alg": null }),
        json!({ "kid": "" }),
        json!({ "kid": null }),
        json!({ "kid": [header["kid"]] }),
        json!({ "kid": { "$ne": 1 } }),
        json!({ "kid": "{\"$ne\":1}" }),
        json!({ "kid": "../../../../../../dev/null" }),
        json!({ "kid": "/proc/self/environ" }),
        json!({ "kid": "x' UNION SELECT 'key" }),
        json!({ "kid": "x' OR '1'='1" }),
        json!({ "kid": "| sleep 9" }),
        json!({ "kid": format!("{}\u{0}", mint.kid()) }),
        json!({ "kid": "k".repeat(64 * 1024) }),
        json!({ "unknown": 1 }),
    ] {
        let header = with(&header, more.clone()).to_string();
        let what: String = more.to_string().chars().take(60).collect();
        let claims = claims.to_string();
        bad.push((format!("{what}, right key"), mint.signed(&header, &claims)));
        let forged = token(&header, &claims, &attacker.key, Algorithm::RS256);
        bad.push((format!("{what}, another key"), forged));
        let empty = EncodingKey::from_secret(b"");
        bad.push((
            format!("{what}, no key"),
            token(&header, &claims, &empty, Algorithm::HS256),
        ));
    }
    for name in ["alg", "typ", "kid"] {
        let less = mint.signed(without(&header, name), &claims);
        bad.push((format!("{name} missing"), less));
        for other in [json!("none"), header[name].clone()] {
            let text = header.to_string();
            let twice = format!("{{\"{name}\":{other},{}", &text[1..]);
            bad.push((format!("{name} twice, before"), mint.signed(twice, &claims)));
            let twice = format!("{},\"{name}\":{other}}}", &text[..text.len() - 1]);
            bad.push((format!("{name} twice, behind"), mint.signed(twice, &claims)));
        }
    }
    for header in [
        "",
        "{",
        "null",
        "[]",
        "\"RS256\"",
        "{}",
        "\u{feff}{}",
        "[\"RS256\",\"at+jwt\",\"kid\"]",
    ] {
        bad.push((format!("header {header}"), mint.signed(header, &claims)));
    }
    let in_order = json!([header["alg"], header["typ"], header["kid"]]);
    bad.push(("a list as the header".into(), mint.signed(in_order, &claims)));
    assert_refused(&app, bad).await;
    let asked = listener.accept().map(|(_, address)| address);
    assert_eq!(asked.expect_err("nobody asks").kind(), ErrorKind::WouldBlock);
}

/// Every other type that a value could be sent as.
pub fn of_other_types(value: &Value) -> Vec<Value> {
    let mut others = vec![
        Value::Null,
        json!([]),
        json!([value]),
        json!({}),
        json!({ "$ne": 1 }),
        json!(true),
    ];
    match value {
        Value::Number(number) => others.extend([
            json!(number.to_string()),
            json!(number.as_f64().expect("a number") + 0.5),
            json!(1e300),
        ]),
        Value::String(_) => others.extend([json!(0), json!("")]),
        _ => unreachable!("claims are text and numbers"),
    }
    others
}

/// SECURITY 7
async fn tokens_whose_claims_are_missing_or_of_another_type_are_refused(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = mint(&app, &person).await;
    let mut bad = Vec::new();
    for (name, value) in claims.as_object().expect("an object") {
        bad.push((
            format!("{name} missing"),
            mint.signed(&header, without(&claims, name)),
        ));
        for other in of_other_types(value) {
            // Nobody checks for whom a client asks, or what a token may do if that is nothing.
            if other == "" && ["client_id", "scope"].contains(&name.as_str()) {
                continue;
            }
            let token = mint.signed(&header, with(&claims, json!({ name: other })));
            bad.push((format!("{name}: {other}"), token));
        }
        let text = claims.to_string();
        let twice = format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]);
        bad.push((format!("{name} twice"), mint.signed(&header, twice)));
    }
    for role in ["root", "Admin", "admin,user"] {
        let token = mint.signed(&header, with(&claims, json!({ "role": role })));
        bad.push((format!("role {role}"), token));
    }
    for claims in ["", "{", "null", "[]", "{}", "\"x\""] {
        bad.push((format!("claims {claims}"), mint.signed(&header, claims)));
    }
    assert_refused(&app, bad).await;
    let powerless = mint.signed(&header, with(&claims, json!({ "scope": "" })));
    for path in ["/api/v2/users/me", "/api/v2/todos"] {
        app.with_token(&powerless)
            .get(path)
            .await
            .problem(403, "forbidden");
    }
}

/// SECURITY 7
async fn tokens_of_another_time_issuer_audience_or_kind_are_refused(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = mint(&app, &person).await;
    let now = app.services.source.now().seconds();
    let own = claims["iss"].as_str().expect("an issuer");
    let mut bad = Vec::new();
    for wrong in [
        json!({ "exp": now }),
        json!({ "exp": now - 1 }),
        json!({ "exp": now - 86_400 }),
        json!({ "exp": -1 }),
        json!({ "exp": 0 }),
        json!({ "nbf": now + 60 }),
        json!({ "nbf": i64::MAX }),
        json!({ "iss": "http://evil.example" }),
        json!({ "iss": format!("{own}/") }),
        json!({ "iss": own.to_uppercase() }),
        json!({ "aud": "http://evil.example" }),
        json!({ "aud": format!("{own}.evil.example") }),
        json!({ "sub": "not an id" }),
    ] {
        bad.push((wrong.to_string(), mint.signed(&header, with(&claims, wrong))));
    }
    bad.push(("a refresh token".into(), person.refresh_token.clone()));
    let refresh = read(&person.refresh_token, 1);
    bad.push((
        "a refresh token, typ changed".into(),
        mint.signed(&header, &refresh),
    ));
    assert_refused(&app, bad).await;
    // The other way round.
    let as_refresh = mint.signed(mint.header("rt+jwt"), &claims);
    for token in [&person.access_token, &as_refresh] {
        refuse_refresh(&app, token, "an access token").await;
    }
    // A token that was good and remembered ends with its time all the same.
    app.clock.advance(900_000);
    assert_refused(&app, [("expired".into(), person.access_token.clone())]).await;
}

pub async fn refuse_refresh(app: &TestApp, token: &str, what: &str) {
    let body = json!({ "refresh_token": token });
    let answer = app.anybody().post("/api/v2/sessions/refresh", body.clone()).await;
    // A token over the limit of the schema is not looked at.
    let status = if token.len() > 8192 { 422 } else { 401 };
    assert_eq!(answer.status, status, "{what}: {}", answer.text());
    if status == 401 {
        assert_challenged(&answer, "/api/v2");
    }
    let answer = ask(app.request(Method::POST, "/refresh").bearer_auth(token)).await;
    assert_eq!(answer.status, 401, "{what}: {}", answer.text());
    assert_challenged(&answer, "/refresh");
}

/// SECURITY 7
async fn under_es256_no_signature_of_another_kind_counts(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = mint(&app, &person).await;
    assert_eq!(header["alg"], "ES256");
    let text = claims.to_string();
    let message = format!("{}.{}", part(header.to_string()), part(&text));
    // Twice zero is a signature of everything to a verifier that does not look.
    let mut bad = vec![
        ("nothing".to_owned(), format!("{message}.")),
        ("zeros".to_owned(), format!("{message}.{}", part([0; 64]))),
        (
            "zeros in DER".to_owned(),
            format!("{message}.{}", part([0x30, 6, 2, 1, 0, 2, 1, 0])),
        ),
    ];
    let attacker = Attacker::new();
    for alg in ["ES256", "RS256"] {
        let header = with(&header, json!({ "alg": alg })).to_string();
        let forged = token(&header, &text, &attacker.key, Algorithm::RS256);
        bad.push((format!("RS256 as {alg}"), forged));
        for secret in mint.public_forms() {
            let key = EncodingKey::from_secret(&secret);
            bad.push((
                format!("HS256 as {alg}"),
                token(&header, &text, &key, Algorithm::HS256),
            ));
        }
    }
    for alg in ["none", "HS256", "ES384", "ES256K"] {
        let header = with(&header, json!({ "alg": alg }));
        bad.push((alg.to_owned(), mint.signed(header, &text)));
    }
    assert_refused(&app, bad).await;
}
