//! Paths that lead elsewhere on a server of files: here they lead nowhere.

use std::fs;

use crate::common::TestApp;
use crate::security_support::{Raw, raw_request};
use crate::support::on_each_keeper;

on_each_keeper!(
    paths_out_of_the_web_app_lead_nowhere,
    other_spellings_of_a_path_open_nothing
);

/// Targets as they are sent. None of them names a page.
const NOWHERE: [&str; 48] = [
    "/..",
    "/../",
    "/../Cargo.toml",
    "/../../../../../../etc/passwd",
    "/..%2f..%2fCargo.toml",
    "/..%2F..%2F..%2F..%2Fetc%2Fpasswd",
    "/%2e%2e/",
    "/%2e%2e/Cargo.toml",
    "/%2e%2e%2fCargo.toml",
    "/%252e%252e%252fCargo.toml",
    "/.%2e/.%2e/etc/passwd",
    "/..%5c..%5cCargo.toml",
    "/..\\..\\Cargo.toml",
    "/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd",
    "/%uff0e%uff0e/etc/passwd",
    "/....//....//etc/passwd",
    "/..;/..;/etc/passwd",
    "/assets/..",
    "/assets/../index.html",
    "/assets/..%2findex.html",
    "/assets/..%5c",
    "/assets/..%5cindex.html",
    "/assets/../../Cargo.toml",
    "/assets/%2e%2e/%2e%2e/data/secret",
    "/assets/.",
    "/assets/",
    "/static/index.html",
    "/static/../data/secret",
    "/static/..%2fdata%2fsecret",
    "/./data/./secret",
    "/index.html%00",
    "/index.html%00.js",
    "/%00",
    "/signin%00",
    "/signin%0d%0aSet-Cookie:x=y",
    "/.git/config",
    "/.git/HEAD",
    "/.git",
    "/.env",
    "/.env.example",
    "/.ssh/id_rsa",
    "/.well-known/../../data/secret",
    "/.DS_Store",
    "/data/.secret",
    "/Cargo.toml",
    "/Rocket.toml",
    "/data/rondo.db",
    "/rondo.db-wal",
];

/// Paths that are as good as any other name of a page.
const PAGES: [&str; 5] = [
    "//etc/passwd",
    "/etc/passwd",
    "/data/secret",
    "/proc/self/environ",
    "//",
];

/// Bytes of files that nobody must see: of this source and of the machine.
fn assert_no_file(app: &TestApp, what: &str, answer: &Raw) {
    let text = answer.text();
    let secret = fs::read_to_string(app.database.data_dir.join("secret")).expect("the secret");
    for bytes in [
        "[package]",
        "root:",
        "repositoryformatversion",
        "SQLite format",
        secret.as_str(),
    ] {
        assert!(!text.contains(bytes), "{what}: {text}");
    }
    assert!(answer.header("set-cookie").is_none(), "{what}");
}

/// SECURITY 30
async fn paths_out_of_the_web_app_lead_nowhere(app: TestApp) {
    let page = raw_request(&app, "GET", "/", "Accept: text/html\r\n").await;
    let page = page.expect("the web app").body;
    for accept in [
        "",
        "Accept: */*\r\n",
        "Accept: text/html,application/xhtml+xml\r\n",
    ] {
        for target in NOWHERE {
            let what = format!("{target} {accept}");
            let answer = raw_request(&app, "GET", target, accept).await.expect("an answer");
            assert!(matches!(answer.status, 400 | 404), "{what}: {}", answer.status);
            assert_no_file(&app, &what, &answer);
        }
        for target in PAGES {
            let answer = raw_request(&app, "GET", target, accept).await.expect("an answer");
            assert_no_file(&app, target, &answer);
            if accept.contains("html") {
                assert!(answer.status == 200 && answer.body == page, "{target}");
            } else {
                assert!(matches!(answer.status, 200 | 404), "{target}");
                assert!(answer.status == 404 || target == "//", "{target}");
            }
        }
    }
    for method in ["PUT", "DELETE", "PATCH", "POST", "TRACE", "OPTIONS"] {
        for target in ["/index.html", "/../Cargo.toml", "/.git/config"] {
            let answer = raw_request(&app, method, target, "").await.expect("an answer");
            assert!(
                matches!(answer.status, 400 | 404 | 405),
                "{method} {target}: {}",
                answer.status
            );
        }
    }
}

/// SECURITY 30. However a path is spelled, the gate of its route stands in front of it.
async fn other_spellings_of_a_path_open_nothing(app: TestApp) {
    for target in [
        "//api//v2//users//me",
        "/api/v2/users/me/",
        "/api/v2/users/%6de",
        "/%61%70%69/v2/users/me",
        "/api/v2/users/me?",
        "/api/v2/users/me%3fx",
        "/api/v2/users/me;x=y",
        "/api/v2/users/me%00",
        "/api/v2/users/me%2f",
        "/api/v2/users%2fme",
        "/API/V2/USERS/ME",
        "/api/v2/./users/me",
        "/api/v2/x/../users/me",
        "/api/v1/../v2/users/me",
        "/user/",
        "//user",
        "/us%65r",
        "/USER",
        "http://evil.example/user",
        "*",
    ] {
        for accept in ["", "Accept: text/html\r\n"] {
            let answer = raw_request(&app, "GET", target, accept).await.expect("an answer");
            let is_page = answer
                .header("content-type")
                .is_some_and(|kind| kind.starts_with("text/html"));
            let is_service = target.to_lowercase().starts_with("/api") && !target.starts_with("/API");
            if is_page {
                assert!(!accept.is_empty() && !is_service, "{target}");
            } else {
                assert!(matches!(answer.status, 400 | 401 | 404), "{target}: {answer:?}");
            }
        }
    }
    app.anybody().get("/healthz").await.ok();
}
