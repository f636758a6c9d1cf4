//! Where settings come from, and which of two counts: defaults < Rocket.toml < `--config` < `.env` <
//! environment < flags.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::first_run::free_port;
use crate::installation::{Installation, SECRET};
use crate::server::Server;

/// An address of this machine at which nobody listens, on whichever port: at 127.0.0.1 a service of the
/// developer's own may run.
const QUIET: &str = "127.83.41.7";

/// The port that a command would ask at that address; the refusal names it.
fn port(site: &Installation, arguments: &[&str]) -> u16 {
    let ended = site.run(&[&["healthcheck"], arguments].concat());
    let line = ended.refusal();
    let (_, rest) = line
        .split_once(&format!("{QUIET}:"))
        .unwrap_or_else(|| panic!("{line}"));
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// The issuer that the tokens of a server name.
fn issuer(server: &Server) -> String {
    let token = server.person("person@example.org").access_token;
    let claims = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    claims["iss"].as_str().unwrap().to_owned()
}

#[test]
fn each_layer_stands_above_those_before_it() {
    let mut site = Installation::empty();
    site.unset("PORT");
    site.set("RONDO_ADDRESS", QUIET);
    assert_eq!(port(&site, &[]), 4000);
    site.write("Rocket.toml", "[default]\nport = 41\n");
    assert_eq!(port(&site, &[]), 41);
    site.write(
        "Rocket.toml",
        "[default]\nport = 41\n[development]\nport = 42\n[production]\nport = 43\n",
    );
    assert_eq!(port(&site, &[]), 42);
    site.write("my.toml", "[default]\nport = 44\n");
    let config = ["--config", "my.toml"];
    assert_eq!(
        port(&site, &config),
        44,
        "a file that was named stands above the other, whatever the table"
    );
    site.write("my.toml", "[default]\nport = 44\n[development]\nport = 45\n");
    assert_eq!(port(&site, &config), 45);
    site.write(".env", "PORT=46\n");
    assert_eq!(port(&site, &config), 46);
    site.write(".env", "PORT=46\nRONDO_PORT=47\n");
    assert_eq!(port(&site, &config), 47, "the newer name counts");
    site.set("PORT", "48");
    assert_eq!(
        port(&site, &config),
        48,
        "the environment stands above .env under either name"
    );
    site.set("RONDO_PORT", "49");
    assert_eq!(port(&site, &config), 49);
    assert_eq!(port(&site, &[&config[..], &["--port", "50"]].concat()), 50);
}

#[test]
fn a_server_takes_each_setting_from_the_highest_layer_that_has_it() {
    let mut site = Installation::empty();
    let port = free_port();
    site.write(
        "Rocket.toml",
        "[default]\npublic_url = 'https://one.example.org'\ndata_dir = 'one'\ndb = 'sqlite:one/one.db'\nport = 1\n",
    );
    site.write(
        "my.toml",
        "[default]\npublic_url = 'https://two.example.org'\ndata_dir = 'two'\nport = 1\n",
    );
    site.write(".env", "RONDO_PUBLIC_URL=https://three.example.org\nPORT=1\n");
    site.set("RONDO_PUBLIC_URL", "https://four.example.org/");
    site.set("PORT", "1");
    let server = site.serve_with(&[
        "--config",
        "my.toml",
        "--port",
        &port.to_string(),
        "--host",
        "127.0.0.1",
    ]);
    assert_eq!(server.port, port);
    assert_eq!(issuer(&server), "https://four.example.org");
    assert!(site.path("two/secret").exists() && site.path("one/one.db").exists());
    assert!(!site.path("data").exists() && !site.path("one/secret").exists());
    server.stop();
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let mut site = Installation::empty();
    for name in [
        "PORT",
        "RONDO_PORT",
        "SECRET",
        "RONDO_SECRET",
        "DB",
        "RONDO_PUBLIC_URL",
        "ENV",
        "ROOT_PATH",
    ] {
        site.set(name, "");
    }
    site.write(
        "Rocket.toml",
        "[default]\nport = 0\npublic_url = 'https://todo.example.org'\n",
    );
    let server = site.serve();
    assert_eq!(issuer(&server), "https://todo.example.org");
    assert!(site.path("data/secret").exists());
    server.stop();
}

#[test]
fn files_of_folders_above_are_not_read() {
    let site = Installation::empty();
    site.write("Rocket.toml", "[default]\nport = 1\nnonsense = 1\n");
    site.write(".env", "RONDO_NONSENSE=1\n");
    site.write("inner/kept", "");
    let mut command = site.command(&["serve"]);
    command.current_dir(site.path("inner"));
    let server = site.start(command).until_it_listens();
    assert!(site.path("inner/data/secret").exists());
    server.stop();
}

#[test]
fn the_names_of_the_older_services_work() {
    let mut site = Installation::empty();
    let port = free_port();
    site.make_production();
    for (name, value) in [
        ("PORT", &*port.to_string()),
        ("DB", "sqlite:kept/rondo.db"),
        ("ROOT_PATH", "logs/deep"),
    ] {
        site.set(name, value);
    }
    let server = site.serve();
    assert_eq!(server.port, port);
    assert_eq!(issuer(&server), "https://todo.example.org");
    assert!(site.path("kept/rondo.db").exists());
    assert!(
        !site.path("data").exists(),
        "a secret that is given is written nowhere"
    );
    assert!(
        fs::read_to_string(site.path("logs/deep/rondo.log"))
            .unwrap()
            .contains("listening")
    );
    server.stop();
}

#[test]
fn secrets_and_database_addresses_may_stand_in_files() {
    let mut site = Installation::production();
    site.write("secret.txt", &format!("{SECRET}\n"));
    site.write("db.txt", &format!("{}\n", site.address()));
    site.unset("SECRET");
    site.unset("DB");
    site.set("SECRET_FILE", "secret.txt");
    site.set("DB_FILE", "db.txt");
    let server = site.serve();
    server.register("person@example.org");
    server.stop();
    // The secret is what stands in the file, not the file: given by name it is the same.
    site.unset("SECRET_FILE");
    site.set("SECRET", SECRET);
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn what_kubernetes_injects_for_a_service_of_this_name_is_passed_over() {
    let mut site = Installation::empty();
    let port = free_port();
    site.set("PORT", &port.to_string());
    for (name, value) in [
        ("RONDO_PORT", "tcp://10.0.0.1:80"),
        ("RONDO_PORT_80_TCP", "tcp://10.0.0.1:80"),
        ("RONDO_PORT_80_TCP_PROTO", "tcp"),
        ("RONDO_PORT_80_TCP_ADDR", "10.0.0.1"),
        ("RONDO_SERVICE_HOST", "10.0.0.1"),
        ("RONDO_SERVICE_PORT", "80"),
    ] {
        site.set(name, value);
    }
    let server = site.serve();
    assert_eq!(server.port, port);
    server.stop();
}

#[test]
fn the_number_of_workers_is_that_of_the_threads() {
    let mut site = Installation::empty();
    let threads = |server: &Server| {
        let tasks = fs::read_dir(format!("/proc/{}/task", server.id())).unwrap();
        let name = |task: &fs::DirEntry| fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        tasks
            .filter(|task| name(task.as_ref().unwrap()).trim() == "rondo")
            .count()
    };
    site.set("RONDO_WORKERS", "1");
    let few = site.serve();
    site.set("RONDO_WORKERS", "24");
    site.set("RONDO_DATA_DIR", "other");
    let many = site.serve();
    assert!(
        threads(&many) >= threads(&few) + 20,
        "{} and {}",
        threads(&many),
        threads(&few)
    );
    few.stop();
    many.stop();
}
