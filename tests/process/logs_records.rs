//! What the logs hold: one record a request, for machines in production, for people in development.

use std::fs;

use serde_json::Value;
use serde_json::json;

use crate::http::{Answer, Request};
use crate::installation::Installation;
use crate::server::Server;

/// The records of a production, of its file or its console: each line is one.
#[track_caller]
pub fn records(text: &str) -> Vec<Value> {
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(parse).collect()
}

/// The lines that are written to their ends.
pub fn complete(log: &str) -> &str {
    log.rsplit_once('\n').map_or("", |(lines, _)| lines)
}

/// Those of requests: what stands in the record itself.
#[track_caller]
pub fn request_records(text: &str) -> Vec<Value> {
    let records = records(text).into_iter();
    let of_requests = records.filter(|record| record["target"] == "rondo::request");
    of_requests.map(|record| record["attributes"].clone()).collect()
}

/// The log file, once the server has ended: until then the last records may be on their way.
pub fn log_file(site: &Installation) -> String {
    fs::read_to_string(site.path("logs/rondo.log")).expect("a log file")
}

/// What was asked, and what must stand in its record.
fn asked(server: &Server) -> Vec<(Answer, Value)> {
    let me = server.person("person@example.org");
    let token = me.access_token.as_str();
    let id = server.me(token).expect(200)["id"].clone();
    let todo = server.create_todo(token, "Milk")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let absent = "000000000000000000000000";
    [
        (Request::get("/healthz"), json!(["GET", "/healthz", "200", "-"])),
        (
            Request::get("/public-key?a=1"),
            json!(["GET", "/api/v1/public-key", "400", "-"]),
        ),
        (
            Request::get("/api/v2/users/me").token(token),
            json!(["GET", "/api/v2/users/me", "200", id]),
        ),
        (
            Request::get("/api/v2/users/me"),
            json!(["GET", "/api/v2/users/me", "401", "-"]),
        ),
        (
            Request::get("/api/v2/users/me").token("no token"),
            json!(["GET", "/api/v2/users/me", "401", "-"]),
        ),
        (
            Request::get(&format!("/api/v2/todos/{todo}")).token(token),
            json!(["GET", "/api/v2/todos/<id>", "200", id]),
        ),
        (
            Request::get(&format!("/api/v2/todos/{absent}")).token(token),
            json!(["GET", "/api/v2/todos/<id>", "404", id]),
        ),
        (
            Request::post("/api/v2/todos", &json!({ "title": "" })).token(token),
            json!(["POST", "/api/v2/todos", "422", id]),
        ),
        (
            Request::new("PATCH", "/api/v2/todos"),
            json!(["PATCH", "/api/v2/todos", "405", "-"]),
        ),
        // Under both of its paths it is one route.
        (
            Request::get("/todo?limit=1").token(token),
            json!(["GET", "/api/v1/todo", "200", id]),
        ),
        (
            Request::get("/api/v1/todo").token(token),
            json!(["GET", "/api/v1/todo", "200", id]),
        ),
        (Request::get("/nothing/here"), json!(["GET", "-", "404", "-"])),
    ]
    .map(|(request, record)| (server.ask(&request), record))
    .into()
}

#[test]
fn in_production_each_request_is_one_json_record_in_the_file_and_on_the_console() {
    let site = Installation::production();
    let mut server = site.serve();
    let asked = asked(&server);
    server.signal(rustix::process::Signal::TERM);
    server.end(std::time::Duration::from_secs(30));
    for text in [server.log(), log_file(&site)] {
        let records = request_records(&text);
        for (answer, expected) in &asked {
            let id = answer.header("X-Request-Id").expect("each answer has an id");
            let found: Vec<_> = records.iter().filter(|record| record["id"] == id).collect();
            let [record] = found[..] else {
                panic!("{expected}: {found:?}")
            };
            let shown = json!([
                record["method"],
                record["route"],
                record["status"],
                record["user"]
            ]);
            assert_eq!(&shown, expected);
            assert_eq!(answer.status.to_string(), record["status"].as_str().unwrap());
            assert_eq!(record["address"], "127.0.0.1");
            let milliseconds: f64 = record["ms"].as_str().unwrap().parse().unwrap();
            assert!((0.0..60_000.0).contains(&milliseconds), "{record}");
        }
        // The four before those made the person: two with a body, two signed.
        assert_eq!(records.len(), asked.len() + 4, "{records:?}");
        let messages: Vec<Value> = crate::logs_records::records(&text);
        for word in ["listening on http://127.0.0.1:", "stopping", "stopped"] {
            let told = messages
                .iter()
                .filter(|record| record["message"].as_str().unwrap().contains(word));
            assert!(told.count() >= 1, "{word}");
        }
    }
}

#[test]
fn in_development_each_record_is_one_line_for_people() {
    let site = Installation::empty();
    let mut server = site.serve_with(&["serve", "--debug"]);
    let asked = asked(&server);
    server.signal(rustix::process::Signal::TERM);
    server.end(std::time::Duration::from_secs(30));
    let log = server.log();
    for line in log.lines() {
        let (time, rest) = line.split_at_checked(8).unwrap_or_else(|| panic!("{line:?}"));
        let shape: String = time
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert_eq!(shape, "00:00:00", "{line}");
        let level = rest.split_whitespace().next();
        assert!(
            level.is_some_and(|level| ["INFO", "WARN", "DEBUG"].contains(&level)),
            "{line}"
        );
    }
    for (answer, expected) in asked {
        let id = format!("id={}", answer.header("X-Request-Id").unwrap());
        let is_its = |line: &&str| line.contains(" request ") && line.contains(&id);
        let lines: Vec<&str> = log.lines().filter(is_its).collect();
        assert_eq!(lines.len(), 1, "{expected}: {lines:?}");
        for (name, value) in ["method", "route", "status", "user"]
            .iter()
            .zip(expected.as_array().unwrap())
        {
            let pair = format!(" {name}={}", value.as_str().unwrap());
            assert!(lines[0].contains(&pair), "{pair} is not in {}", lines[0]);
        }
    }
    assert!(!site.path("logs").exists(), "a log file is for production");
}

#[test]
fn a_request_id_is_kept_from_a_trusted_proxy_only_and_only_if_it_is_one() {
    let mut site = Installation::production();
    let ask = |server: &Server, id: &str| {
        let answer = server.ask(&Request::get("/healthz").header("X-Request-Id", id));
        answer.header("X-Request-Id").unwrap().to_owned()
    };
    let server = site.serve();
    assert_ne!(ask(&server, "abc-DEF_0123456789"), "abc-DEF_0123456789");
    server.stop();
    site.set("RONDO_TRUSTED_PROXIES", "127.0.0.1");
    let server = site.serve();
    assert_eq!(ask(&server, "abc-DEF_0123456789"), "abc-DEF_0123456789");
    for odd in [
        "short",
        "has a blank",
        "quoted\"id\"",
        "back\\slash",
        "\u{2028}\u{2028}\u{2028}",
        &"a".repeat(65),
        "{\"a\":1}xx",
    ] {
        assert_ne!(ask(&server, odd), odd);
    }
    server.stop();
    let log = log_file(&site);
    assert_eq!(log.matches("abc-DEF_0123456789").count(), 1);
    request_records(&log);
}

#[test]
fn a_forwarded_address_is_believed_from_a_trusted_proxy_only() {
    let mut site = Installation::production();
    for (trusted, expected) in [("10.0.0.0/8", "127.0.0.1"), ("127.0.0.1", "203.0.113.7")] {
        site.set("RONDO_TRUSTED_PROXIES", trusted);
        let server = site.serve();
        let forged = Request::get("/healthz")
            .header("X-Real-IP", "198.51.100.1")
            .header("Forwarded", "for=198.51.100.2")
            .header("X-Forwarded-For", "198.51.100.3, 203.0.113.7");
        server.ask(&forged).expect(200);
        server.stop();
        let records = request_records(&log_file(&site));
        assert_eq!(records.last().unwrap()["address"], expected);
        assert!(!log_file(&site).contains("198.51.100."));
    }
}

#[test]
fn a_log_that_has_grown_is_rolled_and_the_oldest_is_dropped() {
    let site = Installation::production();
    for number in 0..10 {
        site.write(&format!("logs/rondo.{number}.log"), &format!("old {number}"));
    }
    site.write("logs/rondo.log", "");
    fs::File::options()
        .write(true)
        .open(site.path("logs/rondo.log"))
        .unwrap()
        .set_len(21 << 20)
        .unwrap();
    let server = site.serve();
    server.get("/healthz").expect(200);
    server.stop();
    let size = |name: &str| fs::metadata(site.path(name)).unwrap().len();
    assert!(size("logs/rondo.0.log") > 20 << 20);
    assert!(size("logs/rondo.log") < 1 << 20);
    assert_eq!(
        fs::read_to_string(site.path("logs/rondo.9.log")).unwrap(),
        "old 8"
    );
    assert!(!site.path("logs/rondo.10.log").exists());
    assert!(log_file(&site).contains("stopped"));
}

#[test]
fn a_log_configuration_of_the_operators_own_takes_the_place_of_ours() {
    let mut site = Installation::production();
    site.set("RONDO_LOG_CONFIG", "my-log.yaml");
    site.write(
        "my-log.yaml",
        "appenders:
  requests: { kind: file, path: requests.log, encoder: { kind: json } }
  console: { kind: console, target: stderr, filters: [{ kind: threshold, level: info }] }
root: { level: warn, appenders: [console] }
loggers:
  rondo: { level: info, appenders: [console], additive: false }
  rondo::request: { level: info, appenders: [requests], additive: false }
",
    );
    let server = site.serve();
    let id = server.get("/healthz").header("X-Request-Id").unwrap().to_owned();
    server.stop();
    let records = request_records(&fs::read_to_string(site.path("requests.log")).unwrap());
    assert_eq!((records.len(), &records[0]["id"]), (1, &json!(id)));
    assert!(!site.path("logs").exists(), "ours is not there besides");
}
