//! `examples/verify.*`: another service that verifies tokens by the public keys, through a rotation of them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::examples::built;
use crate::first_run::free_port;
use crate::http::Request;
use crate::installation::Installation;
use crate::server::{Server, eventually};

const SOON: Duration = Duration::from_secs(15);

/// One that runs, and is asked again and again.
struct Verifier {
    child: Child,
    tokens: ChildStdin,
    told: Receiver<String>,
}

impl Verifier {
    fn start(site: &Installation, name: &str, issuer: &str, scope: &str) -> Self {
        let mut command: Command = if name == "verify.py" {
            let python = std::env::var("TEST_PYTHON").expect("TEST_PYTHON is set by scripts/test.py");
            let file = format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR"));
            site.command_of(&python, &[&file, issuer, scope])
        } else {
            site.command_of(&built("verify"), &[issuer, scope])
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let (tell, told) = channel();
        std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| tell.send(line)));
        Self {
            tokens: child.stdin.take().expect("a pipe"),
            child,
            told,
        }
    }

    /// What it says of a token.
    fn says(&mut self, token: &str) -> String {
        writeln!(self.tokens, "{token}").expect("it reads");
        self.told
            .recv_timeout(Duration::from_secs(30))
            .expect("it says something")
    }
}

impl Drop for Verifier {
    fn drop(&mut self) {
        // Those that have ended are no matter.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The token with something else in a part of it, and the signature that it had.
fn with(token: &str, part: usize, change: impl Fn(&mut Value)) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let bytes = URL_SAFE_NO_PAD.decode(&parts[part]).expect("base64");
    let mut value: Value = serde_json::from_slice(&bytes).expect("JSON");
    change(&mut value);
    parts[part] = URL_SAFE_NO_PAD.encode(value.to_string());
    parts.join(".")
}

fn published(server: &Server) -> usize {
    let keys = server.ask(&Request::get("/.well-known/jwks.json")).expect(200);
    keys["keys"].as_array().expect("keys").len()
}

#[test]
fn other_services_verify_tokens_through_a_rotation_of_the_keys() {
    let site = Installation::empty();
    // The public address has the port that is configured.
    let port = free_port().to_string();
    let server = site.serve_with(&["serve", "--port", &port]);
    let issuer = format!("http://127.0.0.1:{port}");
    let answer = server.ask(&Request::get("/.well-known/jwks.json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let person = server.person("person@example.org");
    let me = server
        .ask(&Request::get("/api/v2/users/me").token(&person.access_token))
        .expect(200);
    let expected = format!("user {}", me["id"].as_str().expect("an id"));
    let mut verifiers: Vec<Verifier> = ["verify.rs", "verify.py"]
        .map(|name| Verifier::start(&site, name, &issuer, "todo:read"))
        .into();
    let hostile = [
        person.refresh_token.clone(),
        with(&person.access_token, 0, |header| header["alg"] = json!("none")),
        with(&person.access_token, 0, |header| header["alg"] = json!("HS256")),
        with(&person.access_token, 0, |header| {
            header["kid"] = json!("../../etc/passwd")
        }),
        with(&person.access_token, 0, |header| header["typ"] = json!("JWT")),
        with(&person.access_token, 1, |claims| {
            claims["sub"] = json!("000000000000000000000000")
        }),
        with(&person.access_token, 1, |claims| claims["scope"] = json!("admin")),
        "x".into(),
        String::new(),
    ];
    for verifier in &mut verifiers {
        assert_eq!(verifier.says(&person.access_token), expected);
        for token in &hostile {
            let told = verifier.says(token);
            assert!(told.starts_with("refused: "), "{token}: {told}");
        }
    }
    // The next key, while they run: the token of the old one is good still, and that of the new one at once.
    site.run(&["keys", "rotate"]).succeeded();
    eventually(SOON, "the new key is published", || {
        (published(&server) == 2).then_some(())
    });
    let again = server.sign_in("person@example.org");
    for verifier in &mut verifiers {
        assert_eq!(verifier.says(&person.access_token), expected);
        let told = eventually(SOON, "the new key is found", || {
            Some(verifier.says(&again.access_token)).filter(|told| !told.starts_with("refused: no such key"))
        });
        assert_eq!(told, expected);
    }
    // What a token does not allow it does not allow.
    for name in ["verify.rs", "verify.py"] {
        let mut verifier = Verifier::start(&site, name, &issuer, "admin");
        assert_eq!(
            verifier.says(&again.access_token),
            "refused: it does not allow admin"
        );
        let elsewhere = "http://127.0.0.1:1";
        let mut verifier = Verifier::start(&site, name, elsewhere, "todo:read");
        assert_eq!(verifier.says(&again.access_token), "refused: no such key");
    }
    server.stop();
}
