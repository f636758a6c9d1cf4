//! The first run, and the next one: what is made, who may read it, and what stays.

use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::json;

use crate::installation::{Installation, RONDO};
use crate::server::Server;

fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    metadata.permissions().mode() & 0o777
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

#[test]
fn rondo_alone_serves_from_an_empty_folder_on_loopback_only() {
    let mut site = Installation::empty();
    let port = free_port();
    site.unset("RONDO_TOKEN_ALGORITHM");
    site.set("PORT", &port.to_string());
    let server = site.serve_with(&[]);
    assert_eq!(server.port, port);
    assert_eq!(server.get("/readyz").expect(200), json!({ "status": "ready" }));
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    assert_eq!(server.titles(&me.access_token), ["Milk"]);
    // All of 127.0.0.0/8 is this machine: a server that listened everywhere would answer here too.
    assert!(TcpStream::connect(("127.0.0.2", port)).is_err());
    server.stop();
}

/// Starts it under a umask that takes nothing away.
fn serve_without_umask(site: &Installation) -> Server {
    let script = format!("umask 0; exec {RONDO}");
    site.start(site.command_of("sh", &["-c", &script]))
        .until_it_listens()
}

#[test]
fn what_the_first_run_makes_is_for_its_owner_only() {
    let site = Installation::empty();
    let server = serve_without_umask(&site);
    assert_eq!(mode(&site.path("data")), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(site.path("data")).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    for name in ["secret", "rondo.db", "rondo.db-wal"] {
        assert!(
            names.iter().any(|found| found == name),
            "{name} is not in {names:?}"
        );
    }
    assert!(fs::read_to_string(site.path("data/secret")).unwrap().trim().len() >= 64);
    server.stop();
}

#[test]
fn the_development_server_makes_nothing_but_its_data_folder() {
    let site = Installation::empty();
    site.serve_with(&[]).stop();
    let names = fs::read_dir(site.path("")).unwrap();
    let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".outputs", "data"]);
}

#[test]
fn the_secret_is_written_nowhere_but_into_its_file() {
    let site = Installation::empty();
    let server = site.serve_with(&["--debug"]);
    server.person("person@example.org");
    let secret = fs::read_to_string(site.path("data/secret")).unwrap();
    assert!(!server.log().contains(secret.trim()));
    server.stop();
}

on_each_keeper!(
    the_second_run_keeps_the_secret_the_accounts_and_the_tokens,
    a_lost_or_changed_secret_is_refused_until_it_is_back,
);

fn the_second_run_keeps_the_secret_the_accounts_and_the_tokens(site: Installation) {
    let secret = Path::new(site.variable("RONDO_DATA_DIR")).join("secret");
    let server = site.serve();
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    let first = fs::read_to_string(&secret).unwrap();
    server.stop();

    let server = site.serve();
    assert_eq!(fs::read_to_string(&secret).unwrap(), first);
    // The same signing key, too: a token of the first run still counts.
    assert_eq!(server.titles(&me.access_token), ["Milk"]);
    server.sign_in("person@example.org");
    server.stop();
}

fn a_lost_or_changed_secret_is_refused_until_it_is_back(site: Installation) {
    let secret = Path::new(site.variable("RONDO_DATA_DIR")).join("secret");
    let server = site.serve();
    server.register("person@example.org");
    server.stop();
    let first = fs::read_to_string(&secret).unwrap();

    let words = [
        "the secret is not the one that this database was made with",
        "give the right SECRET",
        "SECRET_PREVIOUS",
    ];
    fs::remove_file(&secret).unwrap();
    let lost = ["is missing", "put it back from a backup", "SECRET"];
    site.run(&["serve"]).refuses_with(&lost);
    // Not only the first time: a start without the secret leaves no other one behind.
    site.run(&["serve"]).refuses_with(&lost);
    site.run(&["user", "list"]).refuses_with(&lost);

    fs::write(&secret, "another secret that is long enough to be one").unwrap();
    let refused = site.run(&["serve"]);
    refused.refuses_with(&words);
    assert!(!refused.stderr.contains("another secret"));

    fs::write(&secret, "cut").unwrap();
    site.run(&["serve"])
        .refuses_with(&["secret", "cut short", "backup"]);

    fs::write(&secret, first).unwrap();
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}
