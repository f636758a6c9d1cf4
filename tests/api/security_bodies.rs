//! Bodies that are too long, too deep, ambiguous or of another kind, and text that is made to keep a
//! pattern busy.

use jsonschema::{Draft, PatternOptions};
use reqwest::Method;
use rondo::http::schemas::{FILES, violations};
use rondo::model::{Due, Email, Timestamp, Zone, search_terms};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::security_support::{Asked, Names, body_schemas, every_request, raw, schema, sound_body};
use crate::support::{As, ask, on_each_keeper};

on_each_keeper!(
    a_body_over_the_limit_is_refused_with_a_length_and_in_chunks,
    a_body_that_could_mean_two_things_is_refused_by_every_route,
    a_body_of_another_media_type_is_refused_by_every_route,
    headers_that_are_long_lists_are_read_and_that_is_all,
);

const LIMIT: usize = 64 * 1024;

/// Every route that takes JSON as its body. For forms see `oauth_forms`.
fn bodies() -> Vec<Asked> {
    let mut all = every_request(&Names::of_nothing());
    all.retain(|request| request.body.is_some() && !request.is_form());
    all
}

/// As somebody who may call all of them.
async fn send(somebody: As<'_>, request: &Asked, media_type: &str, body: impl Into<reqwest::Body>) -> u16 {
    let request = somebody.request(request.method(), &request.path).body(body);
    let answer = ask(match media_type {
        "" => request,
        other => request.header("Content-Type", other),
    })
    .await;
    assert!(answer.json().is_object(), "an error is JSON");
    answer.status
}

/// Who asks for a new token by a bearer's needs no body: there, nobody asks.
fn somebody<'a>(app: &'a TestApp, token: &'a str, request: &Asked) -> As<'a> {
    match request.line.access {
        rondo::http::routes::Access::Open => app.anybody(),
        _ => app.with_token(token),
    }
}

/// SECURITY 26
async fn a_body_over_the_limit_is_refused_with_a_length_and_in_chunks(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let padded = |length: usize| {
        let body = json!({ "title": "Padded" }).to_string();
        format!("{body}{}", " ".repeat(length - body.len()))
    };
    for (path, status) in [("/api/v2/todos", 201), ("/todo", 200)] {
        for (length, status) in [(LIMIT, status), (LIMIT + 1, 413), (1_000_000, 413)] {
            let request = app.by(&admin).request(Method::POST, path).body(padded(length));
            let answer = ask(request.header("Content-Type", "application/json")).await;
            assert_eq!(answer.status, status, "{path} {length}");
        }
    }
    // Files have a limit of their own: see `import`.
    for request in bodies()
        .into_iter()
        .filter(|request| request.line.files.is_empty())
    {
        let token = &admin.access_token;
        let status = send(
            somebody(&app, token, &request),
            &request,
            "application/json",
            padded(LIMIT + 1),
        )
        .await;
        assert_eq!(status, 413, "{}", request.path);
        let authorization = match request.line.access {
            rondo::http::routes::Access::Open => String::new(),
            _ => format!("Authorization: Bearer {token}\r\n"),
        };
        let mut text = format!(
            "{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{authorization}\
             Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
            request.line.method, request.path
        );
        for _ in 0..9 {
            text.push_str(&format!("{:x}\r\n{}\r\n", 8000, " ".repeat(8000)));
        }
        text.push_str("0\r\n\r\n");
        let answer = raw(&app, text.as_bytes()).await.expect("an answer");
        assert_eq!(answer.status, 413, "{}: {}", request.path, answer.text());
    }
    app.anybody().get("/healthz").await.ok();
}

/// Bodies that are no JSON, or JSON that means two things, made of one that is sound.
fn ambiguous(sound: &Value) -> Vec<Vec<u8>> {
    let text = sound.to_string();
    let (name, value) = sound
        .as_object()
        .and_then(|body| body.iter().next())
        .expect("a member");
    let escaped = format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
    let end = &text[1..];
    let nested = |depth: usize| format!("{{\"{name}\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let mut bodies: Vec<Vec<u8>> = [
        String::new(),
        " ".into(),
        "{".into(),
        text[..text.len() - 1].into(),
        format!("{text}x"),
        format!("{text}{text}"),
        format!("{text}\0"),
        format!("{text},"),
        format!("\u{feff}{text}"),
        format!("/* c */{text}"),
        format!("{{\"{name}\":{value},{end}"),
        format!("{{\"{escaped}\":{value},{end}"),
        format!("{{\"x\":{{\"a\":1,\"\\u0061\":1}},{end}"),
        format!("{{\"x\":1e400,{end}"),
        format!("{{\"x\":-1e400,{end}"),
        format!("{{\"x\":123456789012345678901234567890,{end}"),
        format!("{{\"x\":NaN,{end}"),
        format!("{{\"x\":01,{end}"),
        format!("{{\"x\":\"\\ud800\",{end}"),
        format!("{{\"x\":\"\\udc00\\ud800\",{end}"),
        format!("{{\"\\ud800\":1,{end}"),
        format!("{{\"x\":\"a\nb\",{end}"),
        format!("{{\"x\":\"\\q\",{end}"),
        format!("{{'x':1,{end}"),
        format!("{{x:1,{end}"),
        format!("{{\"x\":1,,{end}"),
        nested(33),
        nested(1000),
        "[".repeat(60_000),
        "{\"a\":".repeat(10_000),
    ]
    .map(String::into_bytes)
    .into();
    for bytes in [
        &b"\xff"[..],
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xe2\x82",
    ] {
        bodies.push([b"{\"x\":\"", bytes, b"\",", end.as_bytes()].concat());
    }
    bodies.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    bodies
}

/// SECURITY 26
async fn a_body_that_could_mean_two_things_is_refused_by_every_route(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let users = app.services.store.users_page(None, 10).await.expect("users");
    for request in bodies() {
        let somebody = somebody(&app, &admin.access_token, &request);
        for body in ambiguous(request.body.as_ref().expect("a body")) {
            let beginning = String::from_utf8_lossy(&body[..body.len().min(200)]).into_owned();
            let status = send(somebody, &request, "application/json", body).await;
            assert_eq!(status, 400, "{}: {beginning}", request.path);
        }
        // 100,000 brackets are over the limit before anybody looks at them; a file may be longer, and not as deep.
        let expected = if request.line.files.is_empty() { 413 } else { 400 };
        let brackets = send(somebody, &request, "application/json", "[".repeat(100_000)).await;
        assert_eq!(brackets, expected, "{}", request.path);
        let broken = if request.path.starts_with("/api/v2") {
            422
        } else {
            400
        };
        let deepest = format!("{}{}", "[".repeat(32), "]".repeat(32));
        for body in ["null", "[]", "0", "true", "\"x\"", "[{}]", &deepest] {
            let status = send(somebody, &request, "application/json", body.to_owned()).await;
            assert_eq!(status, broken, "{}: {body}", request.path);
        }
    }
    app.anybody().get("/healthz").await.ok();
    assert_eq!(
        app.services.store.users_page(None, 10).await.expect("users"),
        users
    );
    assert_eq!(app.by(&admin).get("/api/v2/todos").await.ok()["items"], json!([]));
}

/// SECURITY 26
async fn a_body_of_another_media_type_is_refused_by_every_route(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    for request in bodies() {
        let somebody = somebody(&app, &admin.access_token, &request);
        let text = request.body.as_ref().expect("a body").to_string();
        for media_type in [
            "",
            "text/plain",
            "text/json",
            "text/html",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "application/xml",
            "application/octet-stream",
            "application/gzip",
            "application/json; charset=latin1",
            "application/json; charset=utf-16",
            "application/json; charset=utf-8; charset=utf-7",
            "application/json; boundary=x",
            "application/jsonx",
            "application/json-seq",
            "application/problem+json",
            "application/json, text/plain",
            "*/*",
            "json",
        ] {
            let status = send(somebody, &request, media_type, text.clone()).await;
            assert_eq!(status, 415, "{}: {media_type:?}", request.path);
        }
        for encoding in ["gzip", "deflate", "br", "identity, gzip", "x"] {
            let body = somebody
                .request(request.method(), &request.path)
                .body(text.clone());
            let body = body.header("Content-Type", "application/json");
            let answer = ask(body.header("Content-Encoding", encoding)).await;
            assert_eq!(answer.status, 415, "{}: {encoding}", request.path);
        }
        let twice = somebody
            .request(request.method(), &request.path)
            .body(text.clone());
        let twice = twice.header("Content-Type", "application/json");
        let answer = ask(twice.header("Content-Type", "text/plain")).await;
        assert_eq!(answer.status, 415, "{}", request.path);
        let merge_patch = "application/merge-patch+json";
        let takes_it = request.path.starts_with("/api/v2") && request.method() == Method::PATCH;
        if !takes_it {
            let status = send(somebody, &request, merge_patch, text).await;
            assert_eq!(status, 415, "{}: {merge_patch}", request.path);
        }
    }
    app.anybody().get("/healthz").await.ok();
    let nobody_came = json!({ "email": "new@example.org", "password": PASSWORD });
    app.anybody()
        .post("/api/v2/sessions", nobody_came)
        .await
        .problem(401, "credentials");
}

/// SECURITY 28. Headers are read by hand: what a list of thousands costs is linear too.
async fn headers_that_are_long_lists_are_read_and_that_is_all(app: TestApp) {
    let person = app.person("person@example.org").await;
    let todo = app.todo(&person, &json!({ "title": "Kept" })).await;
    let path = format!("/api/v2/todos/{}", todo["id"].as_str().expect("an id"));
    for (name, item, status) in [
        ("If-None-Match", "\"x\"", 200),
        ("If-None-Match", ",", 200),
        ("Accept", "text/html;q=0.1", 200),
        ("Accept-Encoding", "gzip;q=0", 200),
        ("X-Forwarded-For", "1.1.1.1", 200),
        ("Cookie", "a=b;", 200),
        ("User-Agent", "🦀\t", 200),
    ] {
        let request = app.by(&person).request(Method::GET, &path);
        let list = vec![item; 60_000 / (item.len() + 1)].join(",");
        assert_eq!(ask(request.header(name, list)).await.status, status, "{name}");
    }
    let request = app.by(&person).request(Method::DELETE, &path);
    let list = vec!["\"9-x\""; 10_000].join(",");
    ask(request.header("If-Match", list)).await.problem(412, "stale");
}

/// Text of 64 KB that keeps a backtracking engine busy at patterns like ours: almost a match, to the end.
fn adversarial() -> Vec<String> {
    let of = |unit: &str, end: &str| {
        let mut text = unit.repeat(LIMIT / unit.len());
        text.push_str(end);
        text
    };
    vec![
        of("a", "\u{0}"),
        of("a", "!"),
        of(" ", "\u{0}"),
        of(" ", ""),
        of("\t", ""),
        of("0", "g"),
        of("a-", "!"),
        of("aaaaaaaa-", "\n"),
        of("a.", "@"),
        of("a@", "a"),
        of("xn--", "@xn--"),
        of("@", ""),
        of("\u{85}", "a"),
        of("é", "\u{9f}"),
        of("ﬃ", "\u{0}"),
        of("ﷺ", "!"),
        of("\u{1f6}a\u{300}", "\u{7f}"),
        of("1-", "T"),
        of("9", "Z"),
        of("2026-11-22T", "+"),
        of("Europe/", "x"),
        of("(a+)+$", "\\"),
    ]
}

/// SECURITY 28
#[test]
fn every_pattern_is_of_the_engine_that_does_not_backtrack() {
    fn patterns(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(members) => {
                for (name, inner) in members {
                    match inner {
                        Value::String(pattern) if name == "pattern" => found.push(pattern.clone()),
                        inner => patterns(inner, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| patterns(item, found)),
            _ => {}
        }
    }
    let linear = |pattern: &str| {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::regex().size_limit(1 << 20))
            .build(&json!({ "pattern": pattern }))
    };
    // That engine knows no look-around and no back-references, and no repeats beyond its bounds.
    for other in ["(?=a)b", "(a)\\1", "(?<!a)b", "(a{1000}){1000}"] {
        assert!(linear(other).is_err(), "{other}");
    }
    let mut found = Vec::new();
    for (name, _) in FILES {
        patterns(&schema(name), &mut found);
    }
    assert!(found.len() >= 6, "{found:?}");
    for pattern in found {
        let validator = linear(&pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        for text in adversarial() {
            // Whether it matches is not the question: that it is answered is.
            std::hint::black_box(validator.is_valid(&Value::String(text)));
        }
    }
}

/// SECURITY 28
#[test]
fn every_field_answers_to_adversarial_text() {
    for name in body_schemas() {
        let sound = sound_body(name, &Names::of_nothing());
        assert_eq!(violations(name, &sound), [], "{name}");
        for text in adversarial() {
            for pointer in leaves(&sound, "") {
                let mut body = sound.clone();
                *body.pointer_mut(&pointer).expect("it is there") = Value::String(text.clone());
                assert!(!violations(name, &body).is_empty(), "{name}{pointer}");
            }
        }
    }
    for text in adversarial() {
        assert!(text.parse::<Email>().is_err());
        assert!(text.parse::<Due>().is_err());
        assert!(text.parse::<Timestamp>().is_err());
        assert!(text.parse::<Zone>().is_err());
        search_terms(&text);
    }
}

/// Pointers to all values that are no objects.
fn leaves(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let inner = |(name, value)| leaves(value, &format!("{at}/{name}"));
            members.iter().flat_map(inner).collect()
        }
        _ => vec![at.to_owned()],
    }
}
