//! Whatever a client sends, its request is one record, and nothing of it breaks a line or colours a
//! terminal. (SECURITY 29)

use serde_json::json;

use crate::http::Request;
use crate::installation::Installation;
use crate::logs_records::{log_file, request_records};
use crate::server::Server;

/// What would begin a record of its own, or colour one, if it were written as it came.
const FORGED: &str = "x\r\n2026-01-01T00:00:00Z ERROR forged\n{\"level\":\"ERROR\",\"message\":\"forged\"}\r\
                      \u{1b}[31mred\u{1b}]0;title\u{7}\u{2028}forged\u{2029}forged\u{85}forged\u{0}\u{8}\u{9b}31m";

/// The same for where line ends cannot stand at all.
const FORGED_HEADER: &str = "x\t\u{2028}forged\u{2029}forged\u{85}\u{9b}31m";

/// Every byte of it as an escape of an address.
fn escaped() -> String {
    FORGED.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

/// Requests with the forged text in every place that there is.
fn requests(token: &str) -> Vec<Request> {
    let text = escaped();
    let mut requests = vec![
        Request::get(&format!("/{text}")),
        Request::get(&format!("/api/v1/{text}")),
        Request::get(&format!("/api/v2/todos/{text}")).token(token),
        Request::get(&format!("/schemas/{text}")),
        Request::get(&format!("/problems/{text}")),
        Request::get(&format!("/api/v2/todos?{text}=1")).token(token),
        Request::get(&format!("/api/v2/todos?q={text}")).token(token),
        Request::get(&format!("/api/v2/todos?tag={text}&sort={text}&cursor={text}")).token(token),
        Request::get(&format!("/user?email={text}")).token(token),
        Request::get(&format!("/todo?id={text}")).token(token),
        Request::new("DELETE", &format!("/api/v2/sessions/{text}")).token(token),
    ];
    for name in [
        "User-Agent",
        "X-Request-Id",
        "X-Forwarded-For",
        "X-Real-IP",
        "Referer",
        "Origin",
        "Accept",
        "Cookie",
        "Authorization",
        "If-Match",
        "If-None-Match",
        "Content-Encoding",
        "X-Forged",
    ] {
        requests.push(Request::get("/api/v2/users/me").header(name, FORGED_HEADER));
    }
    let sign_in = json!({ "email": "person@example.org", "password": crate::server::PASSWORD });
    requests.push(Request::post("/api/v2/sessions", &sign_in).header("User-Agent", FORGED_HEADER));
    for (path, body) in [
        (
            "/api/v2/users",
            json!({ "email": FORGED, "password": FORGED, "name": FORGED }),
        ),
        (
            "/api/v2/users",
            json!({ "email": format!("{FORGED}@example.org"), "password": "correct horse" }),
        ),
        ("/api/v2/users", json!({ FORGED: FORGED })),
        ("/api/v2/sessions", json!({ "email": FORGED, "password": FORGED })),
        ("/api/v2/sessions/refresh", json!({ "refresh_token": FORGED })),
        (
            "/api/v2/todos",
            json!({ "title": FORGED, "notes": FORGED, "tags": [FORGED], "due": FORGED }),
        ),
        ("/api/v2/todos", json!({ "title": "kept", "notes": FORGED })),
        (
            "/api/v2/todos",
            json!({ "title": "x", FORGED: { FORGED: [FORGED] } }),
        ),
        (
            "/register",
            json!({ "email": FORGED, "password": FORGED, "name": FORGED }),
        ),
        ("/auth", json!({ "email": FORGED, "password": FORGED })),
    ] {
        requests.push(Request::post(path, &body).token(token));
    }
    requests.push(
        Request::new("POST", "/api/v2/todos")
            .body("application/json", FORGED)
            .token(token),
    );
    requests.push(
        Request::new("POST", "/api/v2/todos")
            .body(FORGED_HEADER, FORGED)
            .token(token),
    );
    requests.push(Request::new("POST", "/oauth/token").body("application/x-www-form-urlencoded", escaped()));
    requests
}

/// Asks all of them; how many requests that were, with those that made the person.
fn ask_all(server: &Server) -> usize {
    let me = server.person("person@example.org");
    let requests = requests(&me.access_token);
    for request in &requests {
        let answer = server.ask(request);
        assert!(answer.status != 500, "{request:?}: {}", answer.text());
        let is_clean = |value: &str| !value.contains(|c: char| c.is_control());
        assert!(
            answer.headers.iter().all(|(_, value)| is_clean(value)),
            "{:?}",
            answer.headers
        );
    }
    requests.len() + 2
}

#[track_caller]
fn is_clean(log: &str) {
    let breaks = |c: char| (c.is_control() && c != '\n') || c == '\u{2028}' || c == '\u{2029}';
    if let Some(line) = log.lines().find(|line| line.contains(breaks)) {
        panic!("{line:?}");
    }
    assert!(
        !log.lines()
            .any(|line| line.starts_with("2026-01-01") || line.starts_with("forged")),
        "{log}"
    );
}

#[test]
fn forged_lines_in_any_field_make_one_record_a_request_in_production() {
    for proxies in ["10.0.0.1", "127.0.0.1"] {
        let mut site = Installation::production();
        site.set("RONDO_TRUSTED_PROXIES", proxies);
        let mut server = site.serve_with(&["serve", "--debug"]);
        let count = ask_all(&server);
        server.signal(rustix::process::Signal::TERM);
        server.end(std::time::Duration::from_secs(30));
        for log in [server.log(), log_file(&site)] {
            is_clean(&log);
            assert_eq!(request_records(&log).len(), count);
        }
    }
}

#[test]
fn forged_lines_in_any_field_make_one_line_a_request_in_development() {
    let site = Installation::empty();
    let server = site.serve_with(&["serve", "--debug"]);
    let count = ask_all(&server);
    let log = server.log();
    is_clean(&log);
    assert_eq!(
        log.lines()
            .filter(|line| line.contains(" INFO  request id="))
            .count(),
        count
    );
    server.stop();
}

#[test]
fn names_of_accounts_do_not_break_the_lines_of_a_list() {
    let site = Installation::sqlite();
    site.add_user("person@example.org", crate::server::PASSWORD);
    let connection = rusqlite::Connection::open(site.database_file().unwrap()).unwrap();
    connection.execute("UPDATE users SET name = ?", [FORGED]).unwrap();
    let listed = site.run(&["user", "list"]);
    assert_eq!(listed.succeeded().lines().count(), 1, "{listed:?}");
    is_clean(&listed.stdout);
}
