//! What a client may say of where it is and of what it asked, and that nobody believes it unless a
//! trusted proxy says so.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, PUBLIC_URL, Person};
use crate::security_support::raw_request;
use crate::support::{ask, on_each_keeper, text};

on_each_keeper!(
    forged_addresses_change_no_limit_and_no_session with [("RONDO_RATE_LIMIT", "8")],
    forged_hosts_change_no_link_and_no_token,
    forged_request_ids_are_not_kept,
    behind_a_trusted_proxy_the_last_foreign_address_counts
        with [("RONDO_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")],
);

const EMAIL: &str = "person@example.org";

/// The headers by which proxies tell where a request comes from, with this address.
fn forged(address: &str) -> Vec<(&'static str, String)> {
    vec![
        ("X-Real-IP", address.into()),
        ("X-Forwarded-For", address.into()),
        ("X-Forwarded", address.into()),
        (
            "Forwarded",
            format!("for={address};host=evil.example;proto=https"),
        ),
        ("X-Client-IP", address.into()),
        ("True-Client-IP", address.into()),
        ("CF-Connecting-IP", address.into()),
    ]
}

/// The address that the newest session is shown with.
async fn address_of_session(app: &TestApp, headers: &[(&str, String)]) -> String {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let mut request = app.post("/api/v2/sessions", &body);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    text(&ask(request).await.expect(201)["session"]["address"])
}

/// SECURITY 31
async fn forged_addresses_change_no_limit_and_no_session(app: TestApp) {
    app.register(EMAIL).await;
    assert_eq!(
        address_of_session(&app, &forged("203.0.113.9")).await,
        "127.0.0.1"
    );
    let mut refused = false;
    for number in 0..60 {
        let mut request = app.get("/.well-known/jwks.json");
        for (name, value) in forged(&format!("203.0.113.{number}")) {
            request = request.header(name, value);
        }
        refused |= ask(request).await.status == 429;
    }
    assert!(refused, "each forged address had a limit of its own");
}

/// SECURITY 31
async fn forged_hosts_change_no_link_and_no_token(app: TestApp) {
    let person = app.person(EMAIL).await;
    for number in 0..3 {
        app.todo(&person, &json!({ "title": format!("{number}") })).await;
    }
    let forged = |method: Method, path: &str, body: Option<Value>| {
        let request = app.request(method, path).bearer_auth(&person.access_token);
        let request = request
            .header("Host", "evil.example")
            .header("X-Forwarded-Host", "evil.example")
            .header("X-Forwarded-Proto", "gopher")
            .header("X-Forwarded-Port", "666")
            .header("X-Original-URL", "/evil.example")
            .header("Forwarded", "host=evil.example;proto=gopher");
        match body {
            Some(body) => request.json(&body),
            None => request,
        }
    };
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    for request in [
        forged(Method::POST, "/api/v2/todos", Some(json!({ "title": "Linked" }))),
        forged(Method::POST, "/api/v2/sessions", Some(credentials)),
        forged(Method::GET, "/api/v2/todos?limit=1", None),
        forged(Method::GET, "/", None).header("Accept", "text/html"),
        forged(Method::GET, "/api/v2/nothing", None),
        forged(Method::PUT, "/user", None),
    ] {
        let answer = ask(request).await;
        let everything = format!("{answer:?} {}", answer.text());
        assert!(!everything.contains("evil.example") && !everything.contains("gopher"));
        if let Some(token) =
            serde_json::from_slice::<Value>(&answer.body).unwrap_or_default()["access_token"].as_str()
        {
            assert_eq!(claims(token)["iss"], PUBLIC_URL);
        }
        if answer.has("location") {
            assert!(answer.header("location").starts_with("/api/v2/"), "{answer:?}");
        }
    }
    links_lead_to_this_service(&app, &person).await;
}

/// A target may begin with two slashes; what is built from it must not lead to another host.
async fn links_lead_to_this_service(app: &TestApp, person: &Person) {
    let headers = format!("Authorization: Bearer {}\r\n", person.access_token);
    for target in [
        "/api/v2/todos?limit=1",
        "//api//v2/todos?limit=1",
        "/%61pi/v2/todos?limit=1",
        "http://evil.example/api/v2/todos?limit=1",
    ] {
        let page = raw_request(app, "GET", target, &headers)
            .await
            .expect("an answer");
        if page.status == 200 {
            let link = page.header("link").expect("there is more");
            assert!(
                link.starts_with("</api/v2/todos?limit=1&cursor="),
                "{target}: {link}"
            );
        } else {
            assert!(matches!(page.status, 400 | 404), "{target}: {page:?}");
        }
    }
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).expect("a payload");
    let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64url");
    serde_json::from_slice(&payload).expect("JSON")
}

/// SECURITY 31
async fn forged_request_ids_are_not_kept(app: TestApp) {
    let forged = "forged-request-id";
    for path in ["/healthz", "/api/v2/users/me", "/nothing"] {
        let answer = ask(app.get(path).header("X-Request-Id", forged)).await;
        assert_ne!(answer.header("x-request-id"), forged);
    }
}

/// SECURITY 31
async fn behind_a_trusted_proxy_the_last_foreign_address_counts(app: TestApp) {
    app.register(EMAIL).await;
    let by = async |lines: &[&str]| {
        let mut headers: Vec<(&str, String)> = lines
            .iter()
            .map(|line| ("X-Forwarded-For", (*line).to_owned()))
            .collect();
        headers.push(("X-Real-IP", "198.51.100.1".into()));
        headers.push(("Forwarded", "for=198.51.100.1".into()));
        address_of_session(&app, &headers).await
    };
    // Whatever the client wrote stands to the left of what the proxies wrote.
    assert_eq!(by(&["1.1.1.1, 203.0.113.9"]).await, "203.0.113.9");
    assert_eq!(by(&["1.1.1.1, 203.0.113.9, 10.0.0.5"]).await, "203.0.113.9");
    assert_eq!(by(&["1.1.1.1", "203.0.113.9", "10.0.0.5"]).await, "203.0.113.9");
    assert_eq!(by(&["10.9.9.9, 203.0.113.9"]).await, "203.0.113.9");
    assert_eq!(by(&["2001:db8::1"]).await, "2001:db8::1");
    assert_eq!(by(&["::ffff:203.0.113.9"]).await, "203.0.113.9");
    // What is no address was written by no proxy of ours, and nothing left of it counts.
    assert_eq!(by(&["203.0.113.9, evil"]).await, "127.0.0.1");
    assert_eq!(by(&["203.0.113.9, evil, 10.0.0.5"]).await, "10.0.0.5");
    assert_eq!(by(&[""]).await, "127.0.0.1");
    assert_eq!(by(&[]).await, "127.0.0.1");

    let kept = ask(app.get("/healthz").header("X-Request-Id", "a-proxy_s-own-id")).await;
    assert_eq!(kept.header("x-request-id"), "a-proxy_s-own-id");
    for bad in [
        "short",
        &"x".repeat(65),
        "with blank-",
        "semi;colon;",
        "äöüäöüäöü",
        "{\"$ne\":1}",
    ] {
        let answer = ask(app.get("/healthz").header("X-Request-Id", bad)).await;
        assert_ne!(answer.headers["x-request-id"].as_bytes(), bad.as_bytes());
    }
}
