//! Every kind of error in the form of the version that owns the path: the envelope of version 1, or
//! `application/problem+json`. Nothing of what went wrong inside is told.

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::{Answer, As, ask, on_each_keeper, pointers};

on_each_keeper! {
    every_refusal_has_the_form_of_the_version_that_owns_the_path,
    a_body_may_have_64_kibibytes_and_no_more,
    too_many_requests_are_refused_until_later with [("RONDO_RATE_LIMIT", "20"), ("RONDO_SIGN_IN_LIMIT", "2")],
}

/// Where to-dos are made: twice in version 1, once in version 2.
const CREATE: [&str; 3] = ["/todo", "/api/v1/todo", "/api/v2/todos"];

fn header(name: &'static str, value: &'static str) -> (HeaderName, HeaderValue) {
    (HeaderName::from_static(name), HeaderValue::from_static(value))
}

async fn every_refusal_has_the_form_of_the_version_that_owns_the_path(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let with = |path: &str, headers: &[(HeaderName, HeaderValue)], body: &'static str| {
        let request = me.request(Method::POST, path).body(body);
        request.headers(headers.iter().cloned().collect())
    };
    let json_type = header("content-type", "application/json");
    let bad = "Bad request parameters: …";
    let title = r#"{"title":"x"}"#;
    for path in CREATE {
        let typed = |body| with(path, std::slice::from_ref(&json_type), body);
        let of_type = |value| with(path, &[header("content-type", value)], title);
        let encoded = |value| {
            with(
                path,
                &[json_type.clone(), header("content-encoding", value)],
                title,
            )
        };
        let authorized = |value: &'static str| {
            let request = app.request(Method::GET, path);
            request.headers([header("authorization", value)].into_iter().collect())
        };
        // What is sent; in version 2 its status and problem; in version 1 its status and message.
        let cases: Vec<(RequestBuilder, u16, &str, u16, &str)> = vec![
            (typed("{"), 400, "malformed", 400, bad),
            (typed(""), 400, "malformed", 400, bad),
            (typed(r#"{"title":"x","title":"x"}"#), 400, "malformed", 400, bad),
            (typed(r#"{"title":"\ud800"}"#), 400, "malformed", 400, bad),
            (typed("{}"), 422, "schema", 400, bad),
            (typed("[]"), 422, "schema", 400, bad),
            (typed(r#"{"title":1}"#), 422, "schema", 400, bad),
            (
                me.request(Method::POST, path).body(title),
                415,
                "media-type",
                415,
                "Unsupported media type: …",
            ),
            (
                of_type("text/plain"),
                415,
                "media-type",
                415,
                "Unsupported media type: …",
            ),
            (
                of_type("application/merge-patch+json"),
                415,
                "media-type",
                415,
                "Unsupported media type: …",
            ),
            (
                of_type("application/json; charset=latin1"),
                415,
                "media-type",
                415,
                "Unsupported media type: …",
            ),
            (
                encoded("gzip"),
                415,
                "media-type",
                415,
                "Unsupported media type: …",
            ),
            (
                me.request(Method::GET, &format!("{path}?nothing=1")),
                400,
                "query",
                400,
                bad,
            ),
            (
                me.request(Method::GET, &format!("{path}?q=%ff")),
                400,
                "query",
                400,
                bad,
            ),
            (
                me.request(Method::PUT, path),
                405,
                "method",
                405,
                "Method not allowed: …",
            ),
            (
                app.get(path),
                401,
                "unauthenticated",
                401,
                "an access token is needed",
            ),
            (
                authorized("Bearer x"),
                401,
                "unauthenticated",
                401,
                "the token is not valid, or no longer",
            ),
            (
                authorized("Basic eDp4"),
                401,
                "unauthenticated",
                401,
                "the token is not valid, or no longer",
            ),
        ];
        for (request, status, problem, v1_status, message) in cases {
            let answer = ask(request).await;
            if path.starts_with("/api/v2") {
                answer.problem(status, problem);
            } else {
                answer.failure(v1_status, message);
            }
            if status == 401 {
                let error = if message.starts_with("the token") {
                    ", error=\"invalid_token\""
                } else {
                    ""
                };
                let challenge = format!("Bearer realm=\"rondo\"{error}");
                assert_eq!(answer.header("www-authenticate"), challenge);
            }
        }
        // What is well: the table above refuses for the reasons that it says.
        let made = ask(of_type("Application/JSON; Charset=\"UTF-8\"")).await;
        assert!(matches!(made.status, 200 | 201), "{made:?}");
        assert!(matches!(ask(encoded("identity")).await.status, 200 | 201));
    }
    // Every violation is told, with its place and its schema, and no value is repeated.
    let many = json!({ "title": "", "tags": ["a", "a"], "priority": "hunter2", "due": "hunter2", "_id": 1 });
    let refusal = me.post("/api/v2/todos", many).await;
    assert!(!refusal.text().contains("hunter2"), "{}", refusal.text());
    let refusal = refusal.problem(422, "schema");
    assert_eq!(
        pointers(&refusal),
        ["/_id", "/due", "/priority", "/tags", "/title"]
    );
    let errors = refusal["errors"].as_array().expect("a list");
    assert!(
        errors
            .iter()
            .all(|error| error["schema"] == "/schemas/todo-create.json")
    );

    for method in [Method::GET, Method::POST, Method::DELETE, Method::OPTIONS] {
        let unknown = |path| ask(me.request(method.clone(), path));
        unknown("/api/v1/nothing").await.failure(404, "Not found");
        unknown("/api/v2/nothing").await.problem(404, "not-found");
        unknown("/nothing").await.problem(404, "not-found");
    }
}

async fn a_body_may_have_64_kibibytes_and_no_more(app: TestApp) {
    let person = app.person("person@example.org").await;
    for path in CREATE {
        for (length, is_fine) in [(65_536, true), (65_537, false), (1_000_000, false)] {
            // Blanks behind the value are JSON too.
            let title = r#"{"title":"x"}"#;
            let body = format!("{title}{}", " ".repeat(length - title.len()));
            let request = app.request(Method::POST, path).bearer_auth(&person.access_token);
            let answer = ask(request.header("content-type", "application/json").body(body)).await;
            if is_fine {
                assert!(matches!(answer.status, 200 | 201), "{answer:?}");
            } else if path.starts_with("/api/v2") {
                answer.problem(413, "too-large");
            } else {
                answer.failure(413, "Too large: …");
            }
        }
    }
}

async fn too_many_requests_are_refused_until_later(app: TestApp) {
    let person = app.person("person@example.org").await;
    // Attempts to sign in are counted by the minute: one begins now.
    let into_minute = app.services.source.now().millis() % 60_000;
    app.clock.advance(60_000 - into_minute);
    // Two at one account are let through; right ones do not count.
    let credentials = |email: &str, password: &str| json!({ "email": email, "password": password });
    let sign_in = |body| app.anybody().post("/api/v2/sessions", body);
    sign_in(credentials("person@example.org", PASSWORD))
        .await
        .expect(201);
    for _ in 0..2 {
        let wrong = credentials("Person@example.org", "not the password");
        sign_in(wrong).await.problem(401, "credentials");
    }
    let right = credentials("person@example.org", PASSWORD);
    sign_in(right.clone()).await.problem(429, "rate-limited");
    app.anybody()
        .post("/auth", right.clone())
        .await
        .failure(429, "too many requests");
    // Nobody is locked out for good.
    app.clock.advance(60_000);
    sign_in(right).await.expect(201);

    // In general: by user for whoever is signed in, by address for everybody else; probes are free.
    let (me, anybody) = (app.by(&person), app.anybody());
    let v2 = until_refused(me, "/api/v2/users/me").await;
    v2.problem(429, "rate-limited");
    let v1 = until_refused(me, "/user").await;
    v1.failure(429, "too many requests");
    let v2 = until_refused(anybody, "/.well-known/jwks.json").await;
    v2.problem(429, "rate-limited");
    // Tokens that are none count for the address.
    let v1 = until_refused(app.with_token("x"), "/api/v1/todo").await;
    v1.failure(429, "too many requests");
    for _ in 0..30 {
        anybody.get("/healthz").await.ok();
    }
}

/// Asks more often than a minute allows. Some are let through anew while these are asked.
async fn until_refused(who: As<'_>, path: &str) -> Answer {
    for _ in 0..200 {
        let answer = who.get(path).await;
        if answer.status == 429 {
            return answer;
        }
    }
    panic!("{path} was never refused");
}
