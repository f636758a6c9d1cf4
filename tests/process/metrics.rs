//! `/metrics` of the real binary: on a port of its own and on the service's, as Prometheus' own checker sees it.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::http::{Answer, Connection, Request};
use crate::installation::{Installation, OTHER_SECRET, SECRET};
use crate::server::Server;

on_each_keeper!(promtool_finds_nothing_wrong_with_what_is_served);

/// Where the metrics of this server are, by what it wrote to its log.
#[track_caller]
fn metrics_port(server: &Server) -> u16 {
    let log = server.log();
    let (_, rest) = log
        .split_once("metrics on http://127.0.0.1:")
        .unwrap_or_else(|| panic!("it does not say where: {log}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a port")
}

/// Asks on either port. That of the metrics is none of the API, and not compared with the contract.
fn read(port: u16, request: &Request) -> Answer {
    ask(
        &mut Connection::open(port).expect("it takes connections"),
        request,
    )
}

fn ask(connection: &mut Connection, request: &Request) -> Answer {
    connection.send(&request.bytes()).expect("it reads");
    connection.answer().expect("it answers")
}

/// The checker, or `None` if it was left out on purpose.
fn promtool() -> Option<Command> {
    let named = std::env::var("TEST_PROMTOOL_BIN").unwrap_or_else(|_| "promtool".into());
    let skipped = std::env::var("TEST_SKIP").unwrap_or_default();
    if skipped.split(',').any(|part| part.trim() == "promtool") {
        crate::common::database::skip("promtool is left out by TEST_SKIP");
        return None;
    }
    Some(Command::new(named))
}

fn promtool_finds_nothing_wrong_with_what_is_served(mut site: Installation) {
    let Some(mut promtool) = promtool() else { return };
    site.set("RONDO_METRICS_PORT", "0");
    let server = site.serve();
    let person = server.person("person@example.org");
    server.create_todo(&person.access_token, "one");
    assert_eq!(server.titles(&person.access_token), ["one"]);
    server
        .try_sign_in("person@example.org", "not the password")
        .expect(401);
    server.get("/nothing").expect(404);
    server.get("/readyz").expect(200);
    let answer = read(metrics_port(&server), &Request::get("/metrics"));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = answer.text();
    for family in [
        "rondo_http_requests_total",
        "rondo_store_operations_total",
        "process_start_time_seconds",
    ] {
        assert!(
            text.contains(&format!("\n{family}")),
            "{family} is not in it: {text}"
        );
    }
    let mut child = promtool
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool runs: scripts/tools.py installs it, TEST_SKIP=promtool leaves it out");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(&answer.body).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success() && said.is_empty(),
        "{}: {}",
        output.status,
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn the_port_of_the_metrics_serves_nothing_else_and_the_service_not_them() {
    let mut site = Installation::sqlite();
    site.set("RONDO_METRICS_PORT", "0");
    let server = site.serve();
    let port = metrics_port(&server);
    assert_ne!(port, server.port);
    assert_eq!(read(port, &Request::get("/metrics")).status, 200);
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/api/v2/todos",
        "/metrics/x",
        "/index.html",
    ] {
        let answer = read(port, &Request::get(path));
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (404, "only /metrics is here\n"),
            "{path}"
        );
    }
    let post = Request::post("/metrics", &json!({}));
    assert_eq!(read(port, &post).status, 404);
    server.get("/metrics").expect(404);
    server.stop();
}

#[test]
fn a_token_is_asked_for_on_both_ports() {
    let mut site = Installation::sqlite();
    site.write("token", &format!("{SECRET}\n"));
    let file = site.path("token").display().to_string();
    site.set("RONDO_METRICS_TOKEN_FILE", &file);
    site.set("RONDO_METRICS_PORT", "0");
    let server = site.serve();
    for port in [server.port, metrics_port(&server)] {
        for refused in [
            read(port, &Request::get("/metrics")),
            read(port, &Request::get("/metrics").token(OTHER_SECRET)),
        ] {
            assert_eq!(refused.status, 401, "{}", refused.text());
            let challenge = refused.header("WWW-Authenticate").expect("a challenge");
            assert!(challenge.starts_with("Bearer"), "{challenge}");
            assert!(!refused.text().contains("rondo_"));
        }
        let answer = read(port, &Request::get("/metrics").token(SECRET));
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.text().contains("rondo_build_info"));
        assert!(!answer.text().contains(SECRET));
    }
    assert!(!server.log().contains(SECRET));
}

#[test]
fn a_port_of_the_metrics_that_is_in_use_is_named_with_the_cure() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut site = Installation::sqlite();
    site.set("RONDO_METRICS_PORT", &port);
    site.run(&["serve"]).refuses_with(&[
        "cannot listen",
        &port,
        "for the metrics",
        "in use",
        "RONDO_METRICS_PORT",
    ]);
    site.set("RONDO_METRICS_PORT", "0");
    site.set("RONDO_METRICS_ADDRESS", "192.0.2.1");
    site.run(&["serve"])
        .refuses_with(&["cannot listen", "192.0.2.1", "for the metrics"]);
}

#[test]
fn a_service_that_does_not_come_up_leaves_no_listener_behind() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut site = Installation::sqlite();
    site.set("RONDO_METRICS_PORT", "0");
    site.set("PORT", &port);
    site.run(&["serve"])
        .refuses_with(&["cannot listen", &port, "choose another --port"]);
}

#[test]
fn the_port_of_the_metrics_ends_with_the_service() {
    let mut site = Installation::sqlite();
    site.set("RONDO_METRICS_PORT", "0");
    let mut server = site.serve();
    let port = metrics_port(&server);
    // One that is kept open, and one that never says anything.
    let mut kept = Connection::open(port).expect("it takes connections");
    assert_eq!(ask(&mut kept, &Request::get("/metrics")).status, 200);
    let silent = TcpStream::connect(("127.0.0.1", port)).expect("it takes connections");
    server.signal(Signal::TERM);
    let status = server.end(Duration::from_secs(30));
    assert!(status.success(), "{status}: {}", server.log());
    assert!(!server.log().contains("panicked"), "{}", server.log());
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    drop(silent);
}

#[test]
fn settings_of_the_metrics_that_contradict_each_other_are_refused() {
    for (set, words) in [
        (
            &[
                ("RONDO_METRICS_TOKEN", SECRET),
                ("RONDO_METRICS_TOKEN_FILE", "token"),
            ][..],
            &["metrics_token and metrics_token_file are both set"][..],
        ),
        (
            &[("RONDO_METRICS_TOKEN_FILE", "nowhere")],
            &["metrics_token_file", "nowhere", "cannot be read"],
        ),
        (
            &[("RONDO_METRICS_ADDRESS", "127.0.0.1")],
            &["metrics_address", "metrics_port is not"],
        ),
        (
            &[("RONDO_METRICS_ADDRESS", "here"), ("RONDO_METRICS_PORT", "1")],
            &["metrics_address"],
        ),
        (
            &[("RONDO_METRICS_PORT", "4001"), ("PORT", "4001")],
            &["metrics_port and port are both 4001"],
        ),
        (&[("RONDO_METRICS_PORT", "many")], &["RONDO_METRICS_PORT"]),
        (
            &[("RONDO_METRICS_TOKEN", "hunter2 hunter2")],
            &["the metrics token", "a header cannot carry"],
        ),
        (
            &[("RONDO_METRICS_TOKEN_FILE", "/dev/null")],
            &["the metrics token is empty", "openssl rand"],
        ),
        (
            &[
                ("ENV", "test"),
                ("SECRET", SECRET),
                ("RONDO_METRICS_TOKEN", "hunter2"),
            ],
            &["the metrics token is shorter than 32"],
        ),
        (
            &[
                ("ENV", "test"),
                ("SECRET", SECRET),
                ("RONDO_METRICS_TOKEN", "changeme-changeme-changeme-changeme"),
            ],
            &["the metrics token looks like a placeholder", "openssl rand"],
        ),
    ] {
        let mut site = Installation::empty();
        set.iter().for_each(|(name, value)| site.set(name, value));
        site.run(&["serve"]).refuses_with(words);
    }
}
