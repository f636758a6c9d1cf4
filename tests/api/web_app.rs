//! The web app as the service hands it out: pages for people, files with their caching, and never a page
//! where a program asked for data.

use std::fs;
use std::path::Path;

use reqwest::Method;

use crate::common::TestApp;
use crate::support::{Answer, ask, on_each_keeper};

on_each_keeper! {
    pages_are_the_app_for_browsers_and_not_found_for_programs,
    files_are_served_as_they_were_built_and_may_be_kept,
}

fn built(path: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("static").join(path);
    fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

async fn with_accept(app: &TestApp, path: &str, accept: &str) -> Answer {
    ask(app.get(path).header("accept", accept)).await
}

async fn pages_are_the_app_for_browsers_and_not_found_for_programs(app: TestApp) {
    let index = built("index.html");
    for path in [
        "/",
        "/signin",
        "/register",
        "/auth",
        "/refresh",
        "/device",
        "/a/deep/page",
        "/signin?next=/",
    ] {
        for accept in ["text/html", "application/xhtml+xml, TEXT/HTML;q=0.9, */*;q=0.8"] {
            let page = with_accept(&app, path, accept).await;
            assert_eq!((page.status, &page.body), (200, &index), "{path}");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            assert_eq!(page.header("cache-control"), "no-cache");
            let request = app.request(Method::HEAD, path).header("accept", accept);
            let head = ask(request).await;
            assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
            assert_eq!(head.header("etag"), page.header("etag"));
        }
        for accept in [
            "*/*",
            "application/json",
            "text/*",
            "text/htmlx",
            "image/png, */*;q=0.1",
        ] {
            with_accept(&app, path, accept).await.problem(404, "not-found");
        }
    }
    ask(app.get("/register")).await.problem(404, "not-found");
    // What is version 1's stays so, whoever asks; a page is read, not written.
    for path in ["/user", "/todo"] {
        with_accept(&app, path, "text/html")
            .await
            .failure(401, "an access token is needed");
    }
    assert!(with_accept(&app, "/public-key", "text/html").await.ok()["key"].is_object());
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let request = app.request(method, "/signin").header("accept", "text/html");
        ask(request).await.problem(404, "not-found");
    }
}

async fn files_are_served_as_they_were_built_and_may_be_kept(app: TestApp) {
    let index = String::from_utf8(built("index.html")).expect("UTF-8");
    let mut addresses = vec!["/index.html"];
    for attribute in ["src=\"", "href=\""] {
        let found = index
            .split(attribute)
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        addresses.extend(found);
    }
    assert!(
        addresses.iter().any(|address| address.ends_with(".js")),
        "{addresses:?}"
    );
    for address in addresses {
        let file = app.anybody().get(address).await;
        assert_eq!(
            (file.status, &file.body),
            (200, &built(&address[1..])),
            "{address}"
        );
        let expected = match address.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "html" => "text/html; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            "css" => "text/css; charset=utf-8",
            "svg" => "image/svg+xml",
            other => panic!("what is {other}?"),
        };
        assert_eq!(file.header("content-type"), expected);
        let is_hashed = address.starts_with("/assets/");
        let caching = if is_hashed {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        assert_eq!(file.header("cache-control"), caching, "{address}");
        assert_eq!(file.header("x-content-type-options"), "nosniff");

        let tag = file.header("etag");
        for known in [tag, &format!("W/{tag}"), &format!("\"x\", {tag}"), "*"] {
            let kept = ask(app.get(address).header("if-none-match", known)).await;
            kept.expect_empty(304);
            assert_eq!(
                (kept.header("etag"), kept.header("cache-control")),
                (tag, caching)
            );
        }
        let other = ask(app.get(address).header("if-none-match", "\"x\"")).await;
        assert_eq!((other.status, &other.body), (200, &file.body));
        ask(app.request(Method::POST, address))
            .await
            .problem(404, "not-found");
    }
    // A file that is missing is missing, for browsers too; nothing leads out of the folder.
    for missing in [
        "/assets/missing.js",
        "/favicon.ico",
        "/static/index.html",
        "/assets",
        "/assets/",
        "/.env",
        "/assets/..%2findex.html",
        "/..%2f..%2fCargo.toml",
        "/%2e%2e/Cargo.toml",
        "/assets/%00",
    ] {
        with_accept(&app, missing, "*/*").await.problem(404, "not-found");
        if missing.rsplit('/').next().is_some_and(|name| name.contains('.')) {
            with_accept(&app, missing, "text/html")
                .await
                .problem(404, "not-found");
        }
    }
}
