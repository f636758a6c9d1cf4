//! The clients in `examples/`, each against the real service: what they print, what they do, and how they
//! fail.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::first_run::free_port;
use crate::http::Request;
use crate::installation::{Ended, Installation};
use crate::server::{PASSWORD, Server};

const CLIENTS: [&str; 3] = ["client.rs", "client.py", "client.sh"];

/// An example in Rust, which `cargo test` builds beside the tests.
pub fn built(name: &str) -> String {
    let this = std::env::current_exe().expect("this program has a path");
    let profile = this.ancestors().nth(2).expect("it lies in target/<profile>/deps");
    let client: PathBuf = profile.join("examples").join(name);
    assert!(
        client.is_file(),
        "{} is missing: build it with `cargo build --example {name}`, or run the tests without --test",
        client.display()
    );
    client.display().to_string()
}

/// A client, ready to be started.
fn client(site: &Installation, name: &str, address: &[&str]) -> Command {
    let file = format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let interpreted = |interpreter| site.command_of(interpreter, &[&[file.as_str()], address].concat());
    match name {
        "client.py" => interpreted("python3"),
        "client.sh" => interpreted("sh"),
        _ => site.command_of(&built("client"), address),
    }
}

fn address_of(server: &Server) -> String {
    format!("http://127.0.0.1:{}", server.port)
}

/// Runs a client as this account.
fn run_as(site: &Installation, name: &str, address: &str, email: &str, password: &str) -> Ended {
    let mut command = client(site, name, &[address]);
    command.env("TODO_EMAIL", email).env("TODO_PASSWORD", password);
    site.run_command(command, "")
}

/// What a client prints that meets nothing unexpected.
fn told(first: &str) -> String {
    format!(
        "{first}
signed in; the access token lives 900 s
refreshed the tokens
created \"Buy milk\"
created \"Call the bank\"
created \"Water the plants\"
page 1: \"Buy milk\", \"Call the bank\"
page 2: \"Water the plants\"
changed \"Buy milk\": priority high
\"Buy milk\" has changed meanwhile (412): reading it again
changed \"Buy milk\": notes
completed \"Buy milk\"
deleted \"Water the plants\"
signed out
"
    )
}

/// It failed in one line, with nothing after it: that line.
#[track_caller]
fn failure(ended: &Ended) -> &str {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let line = ended.stderr.strip_suffix('\n').expect("a line");
    assert!(line.starts_with("client: ") && !line.contains('\n'), "{ended:?}");
    line
}

on_each_keeper!(each_client_does_what_it_says);

fn each_client_does_what_it_says(site: Installation) {
    let server = site.serve();
    for name in CLIENTS {
        let email = format!("{name}@example.org");
        // Whatever a password holds comes through arguments, shells and JSON as it is.
        let password = r#"correct "horse" \battery $HOME é"#;
        let ended = run_as(&site, name, &address_of(&server), &email, password);
        assert_eq!(ended.succeeded(), told(&format!("registered {email}")), "{name}");

        let signed_in = server.try_sign_in(&email, password).expect(201);
        let token = signed_in["access_token"].as_str().expect("a token");
        let get = |path: &str| server.ask(&Request::get(path).token(token)).expect(200);
        let kept = get("/api/v2/todos?sort=title");
        let kept: Vec<Value> = kept["items"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|todo| {
                json!([
                    todo["title"],
                    todo["notes"],
                    todo["done"],
                    todo["priority"],
                    todo["version"]
                ])
            })
            .collect();
        let milk = json!(["Buy milk", "two bottles", true, "high", 4]);
        assert_eq!(
            kept,
            [milk, json!(["Call the bank", "", false, null, 1])],
            "{name}"
        );
        // The client's session has ended: this one alone is left.
        let sessions = get("/api/v2/sessions");
        assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{name}");

        let ended = run_as(&site, name, &address_of(&server), &email, password);
        assert_eq!(
            ended.succeeded(),
            told(&format!("{email} has an account already")),
            "{name}"
        );
        assert_eq!(server.titles(token).len(), 4, "{name}");
    }
    // What the answers alone do not show: the tokens were turned, and a stale ETag was refused.
    let log = server.log();
    assert_eq!(
        log.matches("/api/v2/sessions/refresh status=200").count(),
        6,
        "{log}"
    );
    assert_eq!(log.matches("status=412").count(), 6, "{log}");
    server.stop();
}

#[test]
fn without_an_account_each_client_makes_a_random_one() {
    let site = Installation::empty();
    let server = site.serve();
    let mut seen = Vec::new();
    for name in [CLIENTS, CLIENTS].concat() {
        let mut command = client(&site, name, &[]);
        command.env("TODO_URL", address_of(&server));
        let ended = site.run_command(command, "");
        let (first, _) = ended.succeeded().split_once('\n').expect("lines");
        let email = first.strip_prefix("registered ").expect("an address");
        assert!(
            email.starts_with("example-") && email.ends_with("@example.org"),
            "{email}"
        );
        assert_eq!(ended.stdout, told(first), "{name}");
        assert!(!seen.contains(&email.to_owned()), "{email}");
        seen.push(email.to_owned());
    }
    let listed = site.run(&["user", "list"]);
    assert!(
        seen.iter().all(|email| listed.succeeded().contains(email)),
        "{listed:?}"
    );
    server.stop();
}

#[test]
fn a_wrong_password_ends_each_client_with_what_the_service_says() {
    let site = Installation::empty();
    let server = site.serve();
    server.register("person@example.org");
    for name in CLIENTS {
        let ended = run_as(
            &site,
            name,
            &address_of(&server),
            "person@example.org",
            "a wrong password",
        );
        let line = failure(&ended);
        assert!(line.starts_with("client: The credentials are wrong: "), "{line}");
        assert_eq!(
            ended.stdout, "person@example.org has an account already\n",
            "{name}"
        );
        let (_, request) = line
            .split_once("(status 401, request ")
            .expect("status and request");
        let id = request.trim_end_matches(')');
        assert!(id.len() >= 16 && server.log().contains(id), "{line}");
        assert!(!ended.stderr.contains("a wrong password"), "{line}");

        let mut command = client(&site, name, &[&address_of(&server)]);
        command.env("TODO_EMAIL", "person@example.org");
        let ended = site.run_command(command, "");
        assert_eq!(
            failure(&ended),
            "client: TODO_EMAIL is set and TODO_PASSWORD is not"
        );
        assert_eq!(ended.stdout, "", "{name}");
    }
    server.stop();
}

#[test]
fn a_port_where_nobody_listens_ends_each_client_in_one_line() {
    let site = Installation::empty();
    let address = format!("http://127.0.0.1:{}", free_port());
    for name in CLIENTS {
        let ended = run_as(&site, name, &address, "person@example.org", PASSWORD);
        let line = failure(&ended);
        assert!(
            line.starts_with(&format!("client: {address} cannot be reached: ")),
            "{line}"
        );
        assert_eq!(ended.stdout, "", "{name}");
    }
}

#[test]
fn an_answer_that_is_not_the_services_ends_each_client_in_one_line() {
    let site = Installation::empty();
    let proxy = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in proxy.incoming().flatten() {
            let head = BufReader::new(&stream).lines().map_while(Result::ok);
            head.take_while(|line| !line.is_empty()).for_each(drop);
            let head = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 3\r\n";
            // A client that has gone needs no answer.
            let _ = write!(stream, "{head}Connection: close\r\n\r\n<p>");
        }
    });
    for name in CLIENTS {
        let ended = run_as(&site, name, &address, "person@example.org", PASSWORD);
        let line = failure(&ended);
        let words = [&address, "something else answers there, with status 502"];
        assert!(words.iter().all(|word| line.contains(word)), "{name}: {line}");
    }
}

#[test]
fn each_client_waits_as_long_as_it_is_asked_to() {
    // Fewer requests than a client makes as a user: the last ones must wait, six seconds each.
    std::thread::scope(|scope| {
        for name in CLIENTS {
            scope.spawn(move || {
                let mut site = Installation::empty();
                site.set("RONDO_RATE_LIMIT", "10");
                let server = site.serve();
                let ended = run_as(&site, name, &address_of(&server), "person@example.org", PASSWORD);
                let asked = |line: &&str| line.starts_with("asked to wait ");
                let lines = ended.succeeded().lines();
                let rest: Vec<&str> = lines.clone().filter(|line| !asked(line)).collect();
                assert_eq!(
                    rest.join("\n") + "\n",
                    told("registered person@example.org"),
                    "{name}"
                );
                let waits = lines.filter(asked).count();
                assert!(waits >= 1, "{name}: {ended:?}");
                // It has asked again once for each, not more often.
                assert_eq!(server.log().matches("status=429").count(), waits, "{name}");
                server.stop();
            });
        }
    });
}

#[test]
fn a_wait_that_is_too_long_ends_each_client_with_what_the_service_says() {
    for name in CLIENTS {
        let mut site = Installation::empty();
        site.set("RONDO_RATE_LIMIT", "1");
        let server = site.serve();
        let ended = run_as(&site, name, &address_of(&server), "person@example.org", PASSWORD);
        assert!(
            failure(&ended).starts_with("client: Too many requests: "),
            "{ended:?}"
        );
        assert_eq!(ended.stdout, "registered person@example.org\n", "{name}");
        server.stop();
    }
}
