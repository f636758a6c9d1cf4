//! Secrets that are sent, where they belong and where they do not: no log ever holds them. (SECURITY 29)

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::http::Request;
use crate::installation::{Installation, OTHER_SECRET, SECRET};
use crate::server::Server;

/// A word that stands nowhere else. With it in lower case a changed case does not hide it.
const CANARY: &str = "c4n4ryh1dd3n";

/// The canary in every place where a person, a program or an attacker may put a secret.
fn requests(token: &str) -> Vec<Request> {
    let mut requests: Vec<Request> = [
        format!("/{CANARY}"),
        format!("/{CANARY}.js"),
        format!("/api/v1/{CANARY}"),
        format!("/api/v2/{CANARY}"),
        format!("/api/v2/todos/{CANARY}"),
        format!("/api/v2/todos?{CANARY}=1"),
        format!("/api/v2/todos?q={CANARY}"),
        format!("/api/v2/todos?limit={CANARY}&sort={CANARY}&due={CANARY}&priority={CANARY}"),
        format!("/api/v2/todos?cursor={CANARY}"),
        format!("/api/v2/sessions?access_token={CANARY}"),
        format!("/user?id={CANARY}"),
        format!("/user?email={CANARY}@example.org"),
        format!("/todo?id={CANARY}&{CANARY}={CANARY}"),
        format!("/login?code={CANARY}"),
        format!("/callback?code={CANARY}&state={CANARY}"),
        format!("/callback/provider?code={CANARY}"),
        format!("/oauth/authorize?code={CANARY}"),
        format!("/schemas/{CANARY}.json"),
        format!("/problems/{CANARY}"),
        format!("/calendar/{CANARY}"),
        format!("/calendar/{CANARY}-{CANARY}.ics"),
        format!("/calendar/000000000000000000000000-{CANARY}.ics?{CANARY}={CANARY}"),
        format!("/.well-known/{CANARY}"),
        format!("http://user:{CANARY}@127.0.0.1/api/v2/users/me"),
    ]
    .iter()
    .map(|path| Request::get(path).token(token))
    .collect();
    let basic = STANDARD.encode(format!("person:{CANARY}"));
    for (name, value) in [
        ("Authorization", format!("Bearer {CANARY}")),
        ("Authorization", format!("Bearer {CANARY}.{CANARY}.{CANARY}")),
        ("Authorization", format!("Basic {basic}")),
        ("Authorization", CANARY.to_owned()),
        ("Cookie", format!("__Host-rondo_refresh={CANARY}; other={CANARY}")),
        ("X-Request-Id", CANARY.to_owned()),
        ("X-Forwarded-For", CANARY.to_owned()),
        ("User-Agent", CANARY.to_owned()),
        ("Referer", format!("https://example.org/?token={CANARY}")),
        ("Origin", format!("https://{CANARY}.example.org")),
        ("If-Match", CANARY.to_owned()),
        ("Idempotency-Key", CANARY.to_owned()),
        ("X-Api-Key", CANARY.to_owned()),
        ("Accept", format!("text/{CANARY}")),
        ("Content-Encoding", CANARY.to_owned()),
    ] {
        requests.push(Request::get("/api/v2/users/me").header(name, &value));
        requests.push(Request::post("/api/v2/sessions/refresh", &json!({})).header(name, &value));
    }
    let email = "person@example.org";
    for (path, body) in [
        ("/api/v2/users", json!({ "email": email, "password": CANARY })),
        (
            "/api/v2/users",
            json!({ "email": format!("{CANARY}@example.org"), "password": CANARY, "name": CANARY }),
        ),
        (
            "/api/v2/users",
            json!({ "email": format!("{CANARY}@example.org"), "password": CANARY }),
        ),
        ("/api/v2/users", json!({ "email": CANARY, "password": [CANARY] })),
        ("/api/v2/users", json!({ CANARY: CANARY, "role": CANARY })),
        ("/api/v2/users", json!([CANARY])),
        ("/api/v2/sessions", json!({ "email": email, "password": CANARY })),
        ("/api/v2/sessions", json!({ "email": CANARY, "password": CANARY })),
        (
            "/api/v2/sessions",
            json!({ "email": format!("{CANARY}@example.org"), "password": CANARY }),
        ),
        (
            "/api/v2/sessions",
            json!({ "email": email, "password": CANARY, "transport": CANARY }),
        ),
        ("/api/v2/sessions/refresh", json!({ "refresh_token": CANARY })),
        (
            "/api/v2/sessions/refresh",
            json!({ "refresh_token": format!("{CANARY}.{CANARY}.{CANARY}") }),
        ),
        (
            "/api/v2/sessions/second-factor",
            json!({ "ticket": CANARY, "second_factor": { "recovery_code": CANARY } }),
        ),
        (
            "/api/v2/sessions/second-factor",
            json!({ "ticket": CANARY, "second_factor": { "code": CANARY, CANARY: CANARY } }),
        ),
        (
            "/api/v2/sessions/passkey",
            json!({ "ticket": CANARY, "answer": CANARY }),
        ),
        (
            "/api/v2/users/me/factors/totp",
            json!({ "current_password": CANARY, "second_factor": { "recovery_code": CANARY } }),
        ),
        ("/api/v2/users/me/factors/totp/confirm", json!({ "code": CANARY })),
        (
            "/api/v2/users/me/password",
            json!({ "current_password": CANARY, "new_password": CANARY }),
        ),
        (
            "/api/v2/users/me/password",
            json!({ "current_password": CANARY, "new_password": { "$ne": CANARY } }),
        ),
        (
            "/api/v2/todos",
            json!({ "title": CANARY, "notes": CANARY, "tags": [CANARY] }),
        ),
        (
            "/api/v2/todos",
            json!({ "title": CANARY, "due": CANARY, "time_zone": CANARY, "priority": CANARY }),
        ),
        ("/register", json!({ "email": email, "password": CANARY })),
        ("/auth", json!({ "email": email, "password": CANARY })),
        (
            "/login",
            json!({ "email": { "$gt": CANARY }, "password": CANARY }),
        ),
        ("/refresh", json!({ "refresh_token": CANARY })),
        ("/todo", json!({ CANARY: CANARY })),
    ] {
        requests.push(Request::post(path, &body).token(token));
        requests.push(
            Request::post(path, &body)
                .token(token)
                .header("Idempotency-Key", CANARY),
        );
    }
    for (method, path, body) in [
        (
            "PATCH",
            "/api/v2/users/me",
            json!({ "email": "new@example.org", "current_password": CANARY }),
        ),
        (
            "DELETE",
            "/api/v2/users/me",
            json!({ "current_password": CANARY }),
        ),
        (
            "PATCH",
            "/user",
            json!({ "query": { "email": email }, "payload": { "password": CANARY, "current_password": CANARY } }),
        ),
        (
            "DELETE",
            "/user",
            json!({ "email": email, "current_password": CANARY }),
        ),
    ] {
        requests.push(Request::new(method, path).json(&body).token(token));
    }
    let raw = [
        (
            "application/json",
            format!("{{\"email\":\"{email}\",\"password\":\"{CANARY}"),
        ),
        (
            "application/json",
            format!("{{\"password\":\"{CANARY}\",\"password\":\"{CANARY}\"}}"),
        ),
        ("application/json", format!("{{\"{CANARY}\":1,\"{CANARY}\":2}}")),
        ("application/json", format!("{{\"email\": {CANARY}}}")),
        ("application/json", CANARY.to_owned()),
        (
            "application/x-www-form-urlencoded",
            format!("email={email}&password={CANARY}&_method=DELETE"),
        ),
        ("application/x-www-form-urlencoded", format!("_method={CANARY}")),
        (
            "multipart/form-data; boundary=b",
            format!("--b\r\nContent-Disposition: form-data; name=\"_method\"\r\n\r\n{CANARY}\r\n--b--"),
        ),
        ("text/plain", CANARY.to_owned()),
        (CANARY, CANARY.to_owned()),
    ];
    for path in [
        "/api/v2/users",
        "/api/v2/sessions",
        "/register",
        "/auth",
        "/oauth/token",
        "/oauth/introspect",
    ] {
        requests.extend(
            raw.iter()
                .map(|(kind, body)| Request::new("POST", path).body(kind, body.clone())),
        );
    }
    requests
}

/// Bytes that are no request, with the canary in them.
fn send_garbage(server: &Server) {
    for bytes in [
        format!("GET /{CANARY} HTTP/9.9\r\n\r\n"),
        format!("{CANARY} / HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {CANARY}\r\n{CANARY}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: {CANARY}\0\r\n\r\n"),
        format!(
            "POST /auth HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{CANARY}"
        ),
        format!("POST /auth HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{CANARY}\r\n"),
    ] {
        let mut connection = server.connect();
        connection.send(bytes.as_bytes()).expect("it reads");
        connection.finish();
        // Refused or closed: another file's matter.
        let _ = connection.rest();
    }
}

/// Everything that is secret, sent to a server whose logs are then searched.
fn hides_all_secrets(site: &Installation, arguments: &[&str]) {
    let server = site.serve_with(arguments);
    let me = server.person("person@example.org");
    let password = format!("correct {CANARY} battery");
    let owner = json!({ "email": "owner@example.org", "password": password });
    server.post("/api/v2/users", &owner).expect(201);
    let signed_in = server.try_sign_in("owner@example.org", &password).expect(201);
    let refresh = json!({ "refresh_token": signed_in["refresh_token"] });
    let refreshed = server.post("/api/v2/sessions/refresh", &refresh).expect(200);
    let make = Request::post("/api/v2/calendar", &json!({})).token(&me.access_token);
    let calendar = server.ask(&make).expect(201);
    let address = calendar["url"]
        .as_str()
        .unwrap()
        .split_once("/calendar/")
        .unwrap()
        .1;
    assert_eq!(server.get(&format!("/calendar/{address}")).status, 200);
    for request in requests(&me.access_token) {
        let answer = server.ask(&request);
        assert!(answer.status < 500, "{request:?}: {}", answer.text());
    }
    send_garbage(&server);
    site.run_with(
        &["user", "set-password", "owner@example.org", "--password-stdin"],
        &format!("{CANARY}{CANARY}"),
    )
    .succeeded();

    let mut secrets = vec![
        CANARY.to_owned(),
        STANDARD.encode(format!("person:{CANARY}")),
        crate::server::PASSWORD.into(),
        // The secret of a calendar's address, behind the id.
        address.split_once('-').unwrap().1.replace(".ics", ""),
    ];
    secrets.extend([SECRET.to_owned(), OTHER_SECRET.to_owned()]);
    for answer in [&signed_in, &refreshed] {
        for name in ["access_token", "refresh_token"] {
            // The part that makes it valid.
            secrets.push(
                answer[name]
                    .as_str()
                    .unwrap()
                    .rsplit('.')
                    .next()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
    let mut logs = vec![server.log()];
    server.stop();
    if let Ok(files) = fs::read_dir(site.path("logs")) {
        logs.extend(files.map(|file| fs::read_to_string(file.unwrap().path()).unwrap()));
    }
    for log in logs {
        assert!(
            log.matches("/api/v2/sessions").count() > 10,
            "there is something to search: {log}"
        );
        for secret in &secrets {
            let hit = log
                .lines()
                .find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
            assert!(hit.is_none(), "{secret}: {hit:?}");
        }
    }
}

on_each_keeper!(
    no_secret_is_in_the_console_of_a_talkative_development,
    no_secret_is_in_the_logs_of_a_production,
);

fn no_secret_is_in_the_console_of_a_talkative_development(mut site: Installation) {
    site.set("SECRET", SECRET);
    hides_all_secrets(&site, &["serve", "--debug"]);
}

fn no_secret_is_in_the_logs_of_a_production(mut site: Installation) {
    site.make_production();
    site.set("SECRET_PREVIOUS", OTHER_SECRET);
    hides_all_secrets(&site, &["serve"]);
    let debug = ["serve", "--debug"];
    let server = site.serve_with(&debug);
    let me = server.sign_in("person@example.org");
    for request in requests(&me.access_token) {
        server.ask(&request);
    }
    server.stop();
    for file in fs::read_dir(site.path("logs")).unwrap() {
        let log = fs::read_to_string(file.unwrap().path()).unwrap();
        let hit = log.lines().find(|line| line.contains(CANARY));
        assert!(hit.is_none(), "{hit:?}");
    }
}
