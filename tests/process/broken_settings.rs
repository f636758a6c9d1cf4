//! Files of settings that are broken at the start: each ends it in one line that says which and how to mend
//! it, and stays as it is. (SECURITY 40)

use std::fs;
use std::path::Path;

use crate::broken_data::{Broken, SERVE, garbage, refuses};
use crate::installation::Installation;
use crate::server::PASSWORD;

#[test]
fn a_configuration_file_that_is_none_is_named_with_the_cure() {
    let long = b"[default]\n#".repeat(1024 * 1024);
    let utf16: Vec<u8> = "\u{feff}[default]\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let not_text = &["is not text in UTF-8", "save it as such"][..];
    let cases: [Broken; 8] = [
        (&garbage(5000), not_text),
        (&utf16, not_text),
        (b"[default]\nport = \xe9\n", not_text),
        (&long, &["is larger than 1024 KiB", "another file than was meant"]),
        (
            b"[default]\nport = 4001\nport = 4002\n",
            &["is not TOML, in line 3", "duplicate key"],
        ),
        (
            b"[default]\nport = 4001\n[default]\n",
            &["is not TOML, in line 3", "duplicate key"],
        ),
        (b"[default]\nport = 4001\0\n", &["is not TOML, in line 2"]),
        (
            b"[[default]]\nport = 4001\n",
            &["\"default\" at its top", "[production]"],
        ),
    ];
    for (bytes, words) in cases {
        for (name, arguments) in [
            ("Rocket.toml", SERVE),
            ("my.toml", &["serve", "--config", "my.toml"]),
        ] {
            let site = Installation::empty();
            fs::write(site.path(name), bytes).unwrap();
            refuses(&site, arguments, &[&[name], words].concat());
            assert!(
                !site.path("data").exists(),
                "it was refused before anything was made"
            );
        }
    }
}

#[test]
fn a_folder_or_a_link_to_nothing_in_the_place_of_a_configuration_file_is_named() {
    for (name, arguments) in [
        ("Rocket.toml", SERVE),
        (".env", SERVE),
        ("my.toml", &["serve", "--config", "my.toml"]),
    ] {
        let site = Installation::empty();
        fs::create_dir(site.path(name)).unwrap();
        refuses(&site, arguments, &[name, "cannot be read", "directory"]);
        fs::remove_dir(site.path(name)).unwrap();
        std::os::unix::fs::symlink("nowhere", site.path(name)).unwrap();
        refuses(&site, arguments, &[name, "cannot be read", "No such file"]);
    }
}

#[test]
fn an_environment_file_that_is_none_is_named_with_the_cure() {
    let cases: [Broken; 4] = [
        (&garbage(5000), &["is not text in UTF-8"]),
        (b"SECRET=\xe9\n", &["is not text in UTF-8"]),
        (&[b'a'; 2 * 1024 * 1024], &["is larger than 1024 KiB"]),
        (&[b'a'; 1000], &["has a line that is not NAME=value"]),
    ];
    for (bytes, words) in cases {
        let site = Installation::empty();
        fs::write(site.path(".env"), bytes).unwrap();
        refuses(&site, SERVE, &[&[".env"], words].concat());
    }
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    let site = Installation::empty();
    site.write("Rocket.toml", "\u{feff}[default]\nregistration = 'closed'\n");
    site.write(".env", "\u{feff}RONDO_DATA_DIR=elsewhere\n");
    let server = site.serve();
    let refused = server.post(
        "/api/v2/users",
        &serde_json::json!({ "email": "person@example.org", "password": PASSWORD }),
    );
    assert_eq!(refused.status, 403);
    assert!(site.path("elsewhere/rondo.db").is_file());
    server.stop();
}

#[test]
fn a_secret_file_that_holds_no_secret_is_refused() {
    let control = &["the secret has control characters", "openssl rand"][..];
    let cases: [Broken; 5] = [
        (b"", &["the secret is empty", "openssl rand"]),
        (&[0; 64], control),
        (b"qO4oIZzvN8JYx2bT5mKd\0wLr7uPcEa93\n", control),
        (&garbage(64), &["secret_file key", "is not text in UTF-8"]),
        (&[b'a'; 100_000], &["secret_file key", "is larger than 64 KiB"]),
    ];
    for (bytes, words) in cases {
        let mut site = Installation::empty();
        site.set("SECRET_FILE", "key");
        fs::write(site.path("key"), bytes).unwrap();
        refuses(&site, SERVE, words);
        assert!(
            !site.path("data").exists(),
            "it was refused before anything was made"
        );
    }
    // What never ends is not read to its end.
    let mut site = Installation::empty();
    site.set("SECRET_FILE", "/dev/zero");
    refuses(&site, SERVE, &["secret_file /dev/zero", "is larger than 64 KiB"]);
}

#[test]
fn a_database_file_setting_that_names_no_database_is_refused() {
    let cases: [Broken; 3] = [
        (
            b"",
            &["db_file address: db is neither", "sqlite:PATH", "mongodb://"],
        ),
        (b"hunter2\n", &["db_file address: db is neither", "mongodb://"]),
        (&garbage(64), &["db_file address", "is not text in UTF-8"]),
    ];
    for (bytes, words) in cases {
        let mut site = Installation::empty();
        site.set("DB_FILE", "address");
        fs::write(site.path("address"), bytes).unwrap();
        refuses(&site, SERVE, words);
    }
}

#[test]
fn a_log_configuration_of_which_a_part_is_wrong_is_refused_as_a_whole() {
    let with = |appender: &str, root: &str| {
        format!("appenders:\n  a:\n{appender}root:\n  level: info\n  appenders: [{root}]\n").into_bytes()
    };
    let console = "    kind: console\n";
    let cases: [(Vec<u8>, &[&str]); 8] = [
        (garbage(500), &["UTF-8"]),
        (Vec::new(), &["neither root nor a logger has an appender"]),
        (with(console, ""), &["neither root nor a logger has an appender"]),
        (with(console, "b"), &["nonexistent appender", "`b`"]),
        (with("    kind: nonsense\n", "a"), &["\"a\"", "`nonsense`"]),
        (with("    kind: file\n    path: /dev/null/x\n", "a"), &["\"a\""]),
        (b"root:\n  level: loud\n".to_vec(), &["root.level", "loud"]),
        (b"appenders:\n\t- x\n".to_vec(), &["line 2"]),
    ];
    for (bytes, words) in cases {
        let mut site = Installation::empty();
        site.set("RONDO_LOG_CONFIG", "my-log.yaml");
        fs::write(site.path("my-log.yaml"), bytes).unwrap();
        refuses(
            &site,
            SERVE,
            &[&["log_config my-log.yaml cannot be used"], words].concat(),
        );
    }
    let mut site = Installation::empty();
    site.set("RONDO_LOG_CONFIG", "my-log.yaml");
    fs::create_dir(site.path("my-log.yaml")).unwrap();
    refuses(
        &site,
        SERVE,
        &["log_config my-log.yaml cannot be used", "directory"],
    );
}

#[test]
fn a_log_configuration_that_is_right_is_used() {
    let mut site = Installation::empty();
    site.set("RONDO_LOG_CONFIG", "log4rs.yaml");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("log4rs.yaml");
    site.write("log4rs.yaml", &fs::read_to_string(own).unwrap());
    site.serve().stop();
}
