//! `rondo check-config`: what holds, and where it came from.

use serde_json::{Value, json};

use crate::installation::{Ended, Installation, SECRET};

/// What it tells of one setting.
fn setting(ended: &Ended, name: &str) -> Value {
    let report: Value = serde_json::from_str(ended.succeeded()).expect("JSON");
    let settings = report["settings"].as_array().expect("a list");
    let found = settings.iter().find(|setting| setting["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {report}")).clone()
}

#[test]
fn each_value_is_told_with_the_place_it_came_from() {
    let mut site = Installation::empty();
    site.unset("PORT");
    site.write(
        "Rocket.toml",
        "[default]\nport = 1001\nrate_limit = 7\nregistration = 'closed'\nbcrypt_cost = 11\ndata_dir = 'a'\n\
         [development]\nsign_in_limit = 9\n[production]\nhash_threads = 9\n",
    );
    site.write(
        "my.toml",
        "[default]\nregistration = 'open'\n[development]\nrefresh_idle_days = 8\n",
    );
    site.write(
        ".env",
        "RONDO_PORT=1002\nRONDO_DRAIN_SECONDS=3\nRONDO_CORS_ORIGINS=http://a.example\n",
    );
    site.unset("RONDO_RATE_LIMIT");
    site.unset("RONDO_SIGN_IN_LIMIT");
    let arguments = [
        "check-config",
        "--config",
        "my.toml",
        "--data-dir",
        "elsewhere",
        "--json",
    ];
    let ended = site.run(&arguments);
    for (name, value, source) in [
        ("port", json!(1002), "RONDO_PORT in .env"),
        ("rate_limit", json!(7), "Rocket.toml [default]"),
        ("sign_in_limit", json!(9), "Rocket.toml [development]"),
        ("registration", json!("open"), "my.toml [default]"),
        ("refresh_idle_days", json!(8), "my.toml [development]"),
        ("drain_seconds", json!(3), "RONDO_DRAIN_SECONDS in .env"),
        ("bcrypt_cost", json!(10), "RONDO_BCRYPT_COST in the environment"),
        (
            "token_algorithm",
            json!("ES256"),
            "RONDO_TOKEN_ALGORITHM in the environment",
        ),
        ("data_dir", json!("elsewhere"), "the flag --data-dir"),
        (
            "cors_origins",
            json!(["http://a.example"]),
            "RONDO_CORS_ORIGINS in .env",
        ),
        // What follows from another value is nobody's choice.
        ("public_url", json!("http://127.0.0.1:1002"), "default"),
        ("db", json!("sqlite:elsewhere/rondo.db"), "default"),
        ("secret", json!(null), "default: the file elsewhere/secret"),
        ("env", json!("development"), "default"),
    ] {
        let found = setting(&ended, name);
        assert_eq!(
            (&found["value"], &found["source"]),
            (&value, &json!(source)),
            "{name}"
        );
        assert_eq!(found["hidden"], false, "{name}");
    }
    assert!(!site.path("elsewhere").exists(), "who only asks makes nothing");
}

#[test]
fn the_older_names_and_the_files_of_secrets_are_told_and_the_secrets_are_not() {
    let mut site = Installation::production();
    site.unset("DB");
    site.unset("SECRET");
    site.write(
        "db",
        "mongodb://rondo:hunter2@db1.example:27017,db2.example/rondo?tls=true\n",
    );
    site.write("secret", SECRET);
    site.set("DB_FILE", "db");
    site.set("SECRET_FILE", "secret");
    site.set("SECRET_PREVIOUS", "hunter2hunter2hunter2hunter2-7T!x");
    site.write("token", "hunter2-metrics-4nJx8sWz1qKc6tRb9vYm\n");
    site.set("RONDO_METRICS_TOKEN_FILE", "token");
    let ended = site.run(&["check-config", "--json"]);
    for (name, value, is_hidden, source) in [
        (
            "db",
            json!("mongodb://db1.example:27017,db2.example/rondo"),
            false,
            "the file of db_file",
        ),
        ("db_file", json!("db"), false, "DB_FILE in the environment"),
        ("secret", json!(null), true, "the file of secret_file"),
        (
            "secret_file",
            json!("secret"),
            false,
            "SECRET_FILE in the environment",
        ),
        (
            "secret_previous",
            json!(null),
            true,
            "SECRET_PREVIOUS in the environment",
        ),
        ("secret_previous_file", json!(null), false, "default"),
        (
            "metrics_token",
            json!(null),
            true,
            "the file of metrics_token_file",
        ),
        ("env", json!("production"), false, "ENV in the environment"),
    ] {
        let found = setting(&ended, name);
        assert_eq!(
            (&found["value"], &found["hidden"], &found["source"]),
            (&value, &json!(is_hidden), &json!(source)),
            "{name}"
        );
    }
    site.unset("SECRET_PREVIOUS");
    site.set("SECRET_PREVIOUS_FILE", "previous");
    for (text, is_hidden) in [("hunter2hunter2hunter2hunter2-7T!x\n", true), (" \n", false)] {
        site.write("previous", text);
        let ended = site.run(&["check-config", "--json"]);
        let (previous, file) = (
            setting(&ended, "secret_previous"),
            setting(&ended, "secret_previous_file"),
        );
        assert_eq!(
            (&previous["value"], &previous["hidden"], &previous["source"]),
            (
                &json!(null),
                &json!(is_hidden),
                &json!("the file of secret_previous_file")
            )
        );
        assert_eq!(
            (&file["value"], &file["source"]),
            (
                &json!("previous"),
                &json!("SECRET_PREVIOUS_FILE in the environment")
            )
        );
        assert!(!ended.stdout.contains("hunter2"), "{}", ended.stdout);
    }
    // An address in which nobody can tell where the password ends is not shown at all.
    site.unset("DB_FILE");
    site.set("DB", "mongodb://rondo:hunter2/hunter2@db.example/rondo");
    let unclear = site.run(&["check-config", "--json"]);
    assert_eq!(setting(&unclear, "db")["hidden"], true);
    for ended in [&ended, &unclear, &site.run(&["check-config"])] {
        let all = ended.succeeded();
        assert!(!all.contains("hunter2") && !all.contains(SECRET), "{all}");
    }
}

#[test]
fn for_people_it_is_a_table_within_80_columns() {
    let mut site = Installation::empty();
    site.set(
        "DB",
        "mongodb://mongo1.example:27017,mongo2.example:27017,mongo3.example:27017/rondo",
    );
    let ended = site.run(&["check-config"]);
    let said = ended.succeeded();
    assert!(
        said.starts_with("The configuration is sound. Profile: development\n\n"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'), "no colours");
    for line in said.lines().filter(|line| !line.contains("mongodb://")) {
        assert!(line.chars().count() <= 80 && line.trim_end() == line, "{line:?}");
    }
    assert!(said.contains("\nport                   0 "), "{said}");
    assert!(
        said.contains(":27017/rondo\n                         DB in the environment\n"),
        "{said}"
    );
}

#[test]
fn a_broken_configuration_is_the_same_line_as_at_the_start() {
    let mut site = Installation::empty();
    for (name, value) in [
        ("RONDO_PROT", "1"),
        ("RONDO_BCRYPT_COST", "9"),
        ("DB", "mysql://a:hunter2@b"),
        ("ENV", "staging"),
        ("RONDO_PUBLIC_URL", "example.org"),
    ] {
        let before = site.run(&["check-config"]);
        before.succeeded();
        let old = (name == "RONDO_BCRYPT_COST").then(|| site.variable(name).to_owned());
        site.set(name, value);
        let start = site.run(&["serve"]);
        for arguments in [&["check-config"][..], &["check-config", "--json"]] {
            let ended = site.run(arguments);
            assert_eq!(ended.refusal(), start.refusal());
        }
        site.unset(name);
        if let Some(old) = old {
            site.set(name, &old);
        }
    }
}
