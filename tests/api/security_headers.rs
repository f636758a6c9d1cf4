//! What browsers are told of every answer, whatever it is.

use std::collections::BTreeSet;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::security_support::{Raw, raw_request};
use crate::support::{Answer, ask, on_each_keeper};

on_each_keeper!(
    every_answer_tells_browsers_what_it_may_do,
    behind_tls_browsers_are_told_to_insist_on_it with [("RONDO_PUBLIC_URL", "https://todo.example")],
    limits_and_unreadable_requests_are_no_exception with [("RONDO_RATE_LIMIT", "4")],
    tokens_and_data_are_kept_by_no_cache,
);

const EMAIL: &str = "person@example.org";

/// Asserts what must stand on every answer; the headers are looked up by name.
fn check<'a>(what: &str, status: u16, is_https: bool, header: impl Fn(&str) -> Option<&'a str>) {
    let expected = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    for (name, value) in expected {
        let found = header(name).unwrap_or_else(|| panic!("{what}: no {name}"));
        assert!(found.eq_ignore_ascii_case(value), "{what}: {name} is {found}");
    }
    for name in ["permissions-policy", "cache-control", "vary"] {
        assert!(header(name).is_some(), "{what}: no {name}");
    }
    // That of a 304 would take the place of the kept page's own.
    match header("content-security-policy") {
        None => assert_eq!(status, 304, "{what}: no policy"),
        Some(policy) => check_policy(what, policy),
    }
    let transport = header("strict-transport-security");
    if is_https {
        let age = transport.and_then(|value| value.strip_prefix("max-age="));
        let age = age.and_then(|rest| rest.split(';').next()?.parse::<u64>().ok());
        assert!(age.is_some_and(|age| age >= 31_536_000), "{what}: {transport:?}");
    } else {
        assert_eq!(transport, None, "{what}");
    }
    for name in ["server", "x-powered-by"] {
        assert_eq!(header(name), None, "{what} tells what it is made of");
    }
}

fn check_policy(what: &str, policy: &str) {
    assert!(policy.starts_with("default-src 'none';"), "{what}: {policy}");
    for directive in ["frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'"] {
        assert!(
            policy.split("; ").any(|part| part == directive),
            "{what}: {policy} lacks {directive}"
        );
    }
    for source in ["unsafe", "*", "http:", "https:"] {
        assert!(!policy.contains(source), "{what}: {policy} has {source}");
    }
    let scripts = policy
        .split("; ")
        .find_map(|part| part.strip_prefix("script-src "));
    assert!(
        scripts.is_none_or(|sources| sources == "'self'"),
        "{what}: {policy}"
    );
}

/// Asserts that an answer has what every answer must have.
pub fn assert_protected(what: &str, answer: &Answer, is_https: bool) {
    check(what, answer.status, is_https, |name| {
        let values: Vec<_> = answer.headers.get_all(name).iter().collect();
        assert!(values.len() < 2, "{what}: {name} stands twice");
        values.first().map(|value| value.to_str().expect("text"))
    });
}

fn assert_raw_protected(what: &str, answer: &Raw) {
    check(what, answer.status, false, |name| answer.header(name));
}

/// Requests for which there is one of every status that needs no damage, and what they answer.
async fn tour(app: &TestApp) -> Vec<(u16, RequestBuilder)> {
    let person = app.person(EMAIL).await;
    let todo = app.todo(&person, &json!({ "title": "Kept" })).await;
    let path = format!("/api/v2/todos/{}", todo["id"].as_str().expect("an id"));
    let by = |method: Method, path: &str| app.request(method, path).bearer_auth(&person.access_token);
    let read = ask(by(Method::GET, &path)).await;
    let page = ask(app.get("/").header("Accept", "text/html")).await;
    let asset = first_asset(&page.text());
    let taken = json!({ "email": EMAIL, "password": PASSWORD });
    let wrong = json!({ "email": EMAIL, "password": "wrong" });
    let create = |body: &str| by(Method::POST, "/api/v2/todos").body(body.to_owned());
    let json_type = |request: RequestBuilder| request.header("Content-Type", "application/json");
    vec![
        (200, app.get("/healthz")),
        (200, app.get("/readyz")),
        (200, by(Method::GET, "/api/v2/users/me")),
        (200, by(Method::GET, "/api/v2/todos")),
        (200, by(Method::GET, "/todo")),
        (200, app.request(Method::HEAD, "/healthz")),
        (200, app.get("/.well-known/jwks.json")),
        (200, app.get("/public-key")),
        (200, app.get("/schemas/common.json")),
        (200, app.get("/problems/not-found")),
        (200, app.get("/").header("Accept", "text/html")),
        (200, app.get("/signin").header("Accept", "text/html")),
        (200, app.get(&asset)),
        (
            201,
            create("{\"title\":\"x\"}").header("Content-Type", "application/json"),
        ),
        (204, by(Method::DELETE, "/api/v2/sessions")),
        (204, app.request(Method::OPTIONS, "/api/v2/todos")),
        (
            304,
            by(Method::GET, &path).header("If-None-Match", read.header("etag")),
        ),
        (
            304,
            app.get("/")
                .header("Accept", "text/html")
                .header("If-None-Match", page.header("etag")),
        ),
        (400, json_type(create("{"))),
        (400, by(Method::GET, "/api/v2/todos?limit=0")),
        (400, by(Method::GET, "/todo?limit=0")),
        (400, by(Method::DELETE, &path).header("If-Match", "x")),
        (401, app.get("/api/v2/users/me")),
        (401, app.get("/api/v1/user")),
        (401, app.post("/auth", &wrong)),
        (401, app.post("/api/v2/sessions", &wrong)),
        (403, by(Method::POST, "/user").json(&json!({}))),
        (
            403,
            app.post("/auth", &wrong).header("Origin", "https://evil.example"),
        ),
        (404, by(Method::GET, "/api/v2/todos/000000000000000000000000")),
        (404, app.get("/nothing")),
        (404, app.get("/api/v1/nothing")),
        (404, app.get("/assets/nothing.js").header("Accept", "text/html")),
        (404, app.request(Method::POST, "/nothing")),
        (405, app.request(Method::PUT, "/api/v2/todos")),
        (405, app.request(Method::PUT, "/todo")),
        (409, app.post("/api/v2/users", &taken)),
        (409, app.post("/register", &taken)),
        (412, by(Method::DELETE, &path).header("If-Match", "\"9-x\"")),
        (413, json_type(create(&" ".repeat(70_000)))),
        (413, json_type(by(Method::POST, "/todo").body(" ".repeat(70_000)))),
        (415, create("{}").header("Content-Type", "text/plain")),
        (422, json_type(create("{}"))),
    ]
}

/// The address of a file that the page of the web app loads.
fn first_asset(page: &str) -> String {
    let beginning = page.find("=\"/assets/").expect("the page loads a file") + 2;
    page[beginning..].split('"').next().expect("an end").to_owned()
}

/// SECURITY 22
async fn every_answer_tells_browsers_what_it_may_do(app: TestApp) {
    let mut seen = BTreeSet::new();
    for (number, (status, request)) in tour(&app).await.into_iter().enumerate() {
        let answer = ask(request).await;
        assert_eq!(answer.status, status, "request {number}: {}", answer.text());
        assert_protected(&format!("request {number}"), &answer, false);
        seen.insert(status);
    }
    let all = [
        200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422,
    ];
    assert_eq!(seen, BTreeSet::from(all));
}

/// SECURITY 22
async fn behind_tls_browsers_are_told_to_insist_on_it(app: TestApp) {
    for (number, (status, request)) in tour(&app).await.into_iter().enumerate() {
        let answer = ask(request).await;
        assert_eq!(answer.status, status, "request {number}: {}", answer.text());
        assert_protected(&format!("request {number}"), &answer, true);
    }
}

/// SECURITY 22
async fn limits_and_unreadable_requests_are_no_exception(app: TestApp) {
    for path in ["/.well-known/jwks.json", "/public-key"] {
        let mut limited = false;
        for _ in 0..10 {
            let answer = app.anybody().get(path).await;
            assert_protected(path, &answer, false);
            limited |= answer.status == 429;
        }
        assert!(limited);
    }
    // Rocket cannot read these: an unknown method, a target without a path.
    for (method, target) in [
        ("BREW", "/pot"),
        ("get", "/healthz"),
        ("CONNECT", "evil.example:443"),
    ] {
        let answer = raw_request(&app, method, target, "").await.expect("an answer");
        assert!(matches!(answer.status, 400 | 404 | 405), "{answer:?}");
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(body["status"], answer.status);
        let id = body["request_id"].as_str().expect("an id").to_ascii_lowercase();
        assert_eq!(answer.header("x-request-id"), Some(id.as_str()));
        assert_raw_protected(method, &answer);
    }
}

/// SECURITY 22
async fn tokens_and_data_are_kept_by_no_cache(app: TestApp) {
    let person = app.person(EMAIL).await;
    let todo = app.todo(&person, &json!({ "title": "Kept" })).await;
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let cookie = json!({ "email": EMAIL, "password": PASSWORD, "transport": "cookie" });
    let refresh = json!({ "refresh_token": person.refresh_token });
    for (path, body) in [
        ("/api/v2/sessions", &credentials),
        ("/api/v2/sessions", &cookie),
        ("/api/v2/sessions/refresh", &refresh),
        ("/auth", &credentials),
        ("/login", &credentials),
        ("/refresh", &refresh),
    ] {
        let answer = app.anybody().post(path, body.clone()).await;
        assert!(answer.text().contains("access_token"), "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let own = format!("/api/v2/todos/{}", todo["id"].as_str().expect("an id"));
    let paths = [
        "/api/v2/users/me",
        "/api/v2/sessions",
        "/api/v2/todos",
        "/user",
        "/todo",
        own.as_str(),
    ];
    for path in paths {
        let answer = app.by(&person).get(path).await;
        let kept = answer.header("cache-control");
        assert!(
            ["no-store", "private, no-cache"].contains(&kept),
            "{path}: {kept}"
        );
    }
}
