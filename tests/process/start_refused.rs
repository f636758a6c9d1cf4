//! Starts that fail although the configuration is sound: each in one line, within five seconds, with a
//! status that says so. (SECURITY 40)

use std::net::TcpListener;

use rusqlite::Connection;

use crate::installation::Installation;

#[test]
fn a_mongodb_that_does_not_answer_is_told_with_its_host_and_without_its_password() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port();
    let refusing = "mongodb://user:hunter2@127.0.0.1:1/x".to_owned();
    let silent_one = format!("mongodb://user:hunter2@127.0.0.1:{port}/x");
    for address in [&refusing, &silent_one] {
        for arguments in [
            &["serve", "--db", address][..],
            &["migrate", "--db", address],
            &["user", "--db", address, "list"],
        ] {
            let refused = Installation::empty().run(arguments);
            refused.refuses_with(&["no MongoDB server answers at 127.0.0.1:", "--db (DB)"]);
            assert!(!refused.stderr.contains("user:"));
        }
    }
}

#[test]
fn a_mongodb_address_that_is_malformed_is_told_without_its_password() {
    for address in [
        "mongodb://user:hunter2@",
        "mongodb://user:hunter2@127.0.0.1:port/x",
        "mongodb://user:hunter2@127.0.0.1/x?tls=perhaps",
        "mongodb://user:hun%ter2@127.0.0.1/x",
    ] {
        let mut site = Installation::empty();
        site.set("DB", address);
        site.run(&["serve"])
            .refuses_with(&["the address of the MongoDB server cannot be used", "mongodb://"]);
    }
}

#[test]
fn a_port_in_use_is_named_with_the_cure() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = Installation::empty().run(&["serve", "--port", &port]);
    refused.refuses_with(&["cannot listen", &port, "in use", "choose another --port"]);
}

#[test]
fn an_address_that_is_not_this_machines_is_named_with_the_cure() {
    let refused = Installation::empty().run(&["serve", "--host", "192.0.2.1"]);
    refused.refuses_with(&["cannot listen", "192.0.2.1", "--host"]);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let site = Installation::empty();
    let notes = "notes of somebody, which are no database\n".repeat(200);
    site.write("data/rondo.db", &notes);
    for arguments in [&["serve"][..], &["migrate"], &["user", "list"]] {
        site.run(arguments)
            .refuses_with(&["data/rondo.db is not a SQLite database", "--db"]);
    }
    assert_eq!(
        std::fs::read_to_string(site.path("data/rondo.db")).unwrap(),
        notes
    );
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let site = Installation::empty();
    site.write("data/kept", "");
    let other = Connection::open(site.path("data/rondo.db")).unwrap();
    other
        .execute_batch("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('kept')")
        .unwrap();
    site.run(&["serve"])
        .refuses_with(&["data/rondo.db is the database of another program", "--db"]);
    let kept: String = other
        .query_row("SELECT text FROM notes", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "kept");
}

#[test]
fn a_damaged_database_is_refused_with_the_cure() {
    let site = Installation::sqlite();
    site.run(&["migrate"]).succeeded();
    let path = site.database_file().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..4096].fill(0xff);
    std::fs::write(&path, bytes).unwrap();
    site.run(&["serve"])
        .refuses_with(&["rondo.db", "damaged", "restore a backup"]);
}

#[test]
fn a_data_folder_that_cannot_be_made_or_written_is_named() {
    let refused = Installation::empty().run(&["serve", "--data-dir", "/dev/null/data"]);
    refused.refuses_with(&["/dev/null/data", "cannot be made", "--data-dir"]);
    // The folder of the database can be had, and that of the secret cannot.
    let refused =
        Installation::empty().run(&["serve", "--db", "sqlite:rondo.db", "--data-dir", "/dev/null/data"]);
    refused.refuses_with(&["/dev/null/data", "--data-dir"]);
    let refused = Installation::empty().run(&["serve", "--db", "sqlite:/dev/null/rondo.db"]);
    refused.refuses_with(&["/dev/null", "--db"]);
    // Not even an administrator writes into this one.
    let refused = Installation::empty().run(&["serve", "--data-dir", "/proc/self"]);
    refused.refuses_with(&["/proc/self", "--data-dir"]);
}

#[test]
fn a_log_folder_that_cannot_be_made_is_named() {
    let mut site = Installation::production();
    site.set("ROOT_PATH", "/dev/null/logs");
    site.run(&["serve"]).refuses_with(&[
        "the log folder /dev/null/logs cannot be used",
        "set RONDO_LOG_DIR",
    ]);
}

#[test]
fn a_log_configuration_that_is_missing_or_broken_is_named() {
    let mut site = Installation::empty();
    site.set("RONDO_LOG_CONFIG", "my-log.yaml");
    site.run(&["serve"])
        .refuses_with(&["log_config my-log.yaml cannot be used"]);
    site.write("my-log.yaml", "appenders: [hunter2\n");
    site.run(&["serve"])
        .refuses_with(&["log_config my-log.yaml cannot be used"]);
    site.write("my-log.yaml", "nonsense: true\n");
    site.run(&["serve"])
        .refuses_with(&["log_config my-log.yaml cannot be used"]);
}

on_each_keeper!(a_database_that_is_newer_than_the_program_is_refused);

fn a_database_that_is_newer_than_the_program_is_refused(site: Installation) {
    site.run(&["migrate"]).succeeded();
    crate::migrations::db_add_migration(&site, 4711);
    for arguments in [
        &["serve"][..],
        &["migrate"],
        &["migrate", "--status"],
        &["user", "list"],
    ] {
        site.run(arguments)
            .refuses_with(&["migration 4711", "newer program", "restore a backup"]);
    }
}
