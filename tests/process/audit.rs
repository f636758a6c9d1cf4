//! The audit log of a real installation: what the operator types is in it, and what it cannot keep is not lost.

use std::time::Duration;

use serde_json::Value;

use crate::http::Request;
use crate::installation::Installation;
use crate::logs_records::{log_file, records};
use crate::server::{PASSWORD, Server, eventually};

on_each_keeper!(what_the_operator_types_is_recorded_beside_a_running_service);

fn events(server: &Server, token: &str, query: &str) -> Vec<Value> {
    let page = server.ask(&Request::get(&format!("/api/v2/audit?limit=100&{query}")).token(token));
    page.expect(200)["items"].as_array().expect("items").clone()
}

fn what_the_operator_types_is_recorded_beside_a_running_service(site: Installation) {
    let added = site.run_with(
        &[
            "user",
            "add",
            "--password-stdin",
            "--email",
            "admin@example.org",
            "--admin",
        ],
        PASSWORD,
    );
    added.succeeded();
    let server = site.serve();
    let admin = server.sign_in("admin@example.org").access_token;
    server.register("person@example.org");
    for command in [
        &["user", "set-role", "person@example.org", "admin"][..],
        &["user", "disable", "person@example.org"],
        &["user", "enable", "person@example.org"],
        &["user", "delete", "--yes", "person@example.org"],
        &["keys", "rotate"],
    ] {
        site.run(command).succeeded();
    }
    let found = events(&server, &admin, "actor=operator");
    let mut kinds: Vec<&str> = found
        .iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect();
    kinds.reverse();
    assert_eq!(
        kinds,
        [
            "user_created",
            "role_changed",
            "user_disabled",
            "user_enabled",
            "user_deleted",
            "key_rotated"
        ]
    );
    assert!(
        found
            .iter()
            .all(|event| event["address"].is_null() && event["device"].is_null())
    );
    // The key that it names is the one that signs.
    eventually(Duration::from_secs(15), "the new key signs", || {
        let signs = server.get("/public-key").expect(200)["key"]["kid"].clone();
        (signs == found[0]["details"]["key"]).then_some(())
    });
    server.stop();
}

/// What was done is done, and the log of the process has what the database has not.
#[test]
fn a_record_that_cannot_be_kept_fails_nothing_and_is_in_the_log_whole() {
    let mut site = Installation::sqlite();
    site.make_production();
    let server = site.serve();
    let id = server.register("person@example.org")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let file = site.database_file().unwrap();
    let broken = rusqlite::Connection::open(file).unwrap();
    broken.execute_batch("DROP TABLE audit").unwrap();
    let request = Request::post(
        "/api/v2/sessions",
        &serde_json::json!({ "email": "person@example.org", "password": PASSWORD }),
    );
    server.ask(&request).expect(201);
    server.try_sign_in("person@example.org", "wrong").expect(401);
    server.stop();
    let log = log_file(&site);
    let lost: Vec<Value> = records(&log)
        .into_iter()
        .filter(|record| record["message"] == "an event could not be kept in the audit log")
        .map(|record| record["attributes"].clone())
        .collect();
    for (kind, actor) in [("signed_in", id.as_str()), ("sign_in_failed", "nobody")] {
        let record = lost.iter().find(|record| record["kind"] == kind);
        let record = record.unwrap_or_else(|| panic!("{kind}: {log}"));
        assert_eq!(
            (&record["actor"], &record["subject"]),
            (&Value::from(actor), &Value::from(id.as_str()))
        );
        assert_eq!(record["address"], "127.0.0.1");
        assert!(record["details"].as_str().unwrap().contains("password"));
        assert!(record["cause"].as_str().unwrap().contains("audit"));
        assert!(!record["id"].as_str().unwrap().is_empty());
    }
    assert!(
        !log.contains("person@example.org") && !log.contains(PASSWORD),
        "{log}"
    );
}
