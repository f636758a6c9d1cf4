//! What the table of routes promises for every line: methods, query parameters, media types; and who owns
//! the paths that it does not name.

use reqwest::Method;
use rondo::http::routes::{Access, ENDPOINTS, Endpoint, Mount};
use rondo::http::schemas;
use rondo::model::Scope;
use serde_json::json;

use crate::common::TestApp;
use crate::support::{Answer, METRICS_TOKEN, NOBODY, ask, on_each_keeper, pointers, service};

on_each_keeper! {
    every_path_answers_its_methods_and_names_them_to_others,
    every_route_refuses_query_parameters_that_it_does_not_know_or_that_are_repeated with [("RONDO_METRICS_TOKEN", super::METRICS_TOKEN)],
    every_body_has_a_schema_and_needs_its_media_type,
    unknown_paths_of_the_service_are_not_found_in_json_even_by_browsers,
    a_method_that_nobody_knows_is_an_error_like_any_other,
}

/// Every route, at each of its paths, with something in the place of the variables.
fn routes() -> Vec<(&'static Endpoint, String)> {
    let mut routes = Vec::new();
    for line in ENDPOINTS {
        let file = "swagger-ui.css";
        for base in line.mount.bases() {
            let path = line
                .path
                .replace("<id>", NOBODY)
                .replace("<member>", NOBODY)
                .replace("<code>", "BCDF-GHJK")
                .replace("<session>", NOBODY)
                .replace("<schema>", "common.json")
                .replace("<problem>", "schema")
                .replace("<file>", file)
                .replace("<address>", "nobodys.ics")
                .replace("<provider>", "nobody");
            routes.push((line, format!("{base}{path}")));
        }
    }
    routes
}

fn method(line: &Endpoint) -> Method {
    line.method.as_str().parse().expect("a method")
}

/// The paths at which a GET is a page of the web app.
const PAGES: [&str; 4] = ["/register", "/auth", "/login", "/refresh"];

/// What is answered by a route at which a browser signs in through a provider, where there is none.
fn without_provider(line: &Endpoint) -> Option<u16> {
    match (line.method.as_str(), line.path) {
        ("GET", "/login" | "/logout") => Some(303),
        ("GET", "/login/<provider>") => Some(404),
        ("GET", "/callback" | "/callback/<provider>") => Some(400),
        ("POST", "/callback" | "/callback/<provider>" | "/logout/<provider>") => Some(415),
        _ => None,
    }
}

/// Whether a path speaks the language of version 1.
fn is_v1(path: &str) -> bool {
    path.starts_with("/api/v1/") || PAGES.contains(&path) || ["/user", "/todo", "/public-key"].contains(&path)
}

/// Asserts that an answer is this refusal, in the language of its path.
#[track_caller]
fn check_refusal(answer: &Answer, path: &str, status: u16, problem: &str) {
    if path.starts_with("/oauth") {
        answer.oauth(status, "invalid_request");
    } else if is_v1(path) {
        answer.failure(status, "…");
    } else {
        answer.problem(status, problem);
    }
}

async fn every_path_answers_its_methods_and_names_them_to_others(app: TestApp) {
    let routes = routes();
    let mut paths: Vec<&str> = routes.iter().map(|(_, path)| path.as_str()).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let lines: Vec<&Endpoint> = routes
            .iter()
            .filter(|(_, at)| at == path)
            .map(|(line, _)| *line)
            .collect();
        let mut allow: Vec<&str> = lines.iter().map(|line| line.method.as_str()).collect();
        let may_be_page = PAGES.contains(&path);
        if allow.contains(&"GET") || may_be_page {
            allow.extend(["GET", "HEAD"]);
        }
        allow.sort_unstable();
        allow.dedup();
        for name in [
            "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
        ] {
            let answer = ask(app.request(name.parse().expect("a method"), path)).await;
            let is_get = matches!(name, "GET" | "HEAD");
            let line = lines
                .iter()
                .find(|line| line.method.as_str() == name || (is_get && line.method.as_str() == "GET"));
            let what = format!("{name} {path}: {}", answer.text());
            match line {
                // Nobody is signed in, and no body is sent.
                Some(line) => {
                    let expected = match (line.access, line.body) {
                        _ if without_provider(line).is_some() => without_provider(line).expect("a status"),
                        (access, _) if access.needs().is_some() => 401,
                        // There is no token by which they could be asked for.
                        (Access::Metrics, _) => 404,
                        // Nobody has this address.
                        (Access::Open, None) if path.starts_with("/calendar/") => 404,
                        (Access::Open | Access::Probe, Some(_)) if line.body_is_optional => 401,
                        (_, Some(_)) => 415,
                        (_, None) => 200,
                    };
                    assert_eq!(answer.status, expected, "{what}");
                }
                None if name == "OPTIONS" => {
                    answer.expect_empty(204);
                    assert_eq!(answer.header("allow"), allow.join(", "), "{what}");
                }
                // A program gets no page.
                None if is_get && may_be_page => assert_eq!(answer.status, 404, "{what}"),
                None => {
                    assert_eq!(answer.status, 405, "{what}");
                    assert_eq!(answer.header("allow"), allow.join(", "), "{what}");
                    if name != "HEAD" {
                        check_refusal(&answer, path, 405, "method");
                    }
                }
            }
            if name == "HEAD" {
                assert!(answer.body.is_empty(), "{what}");
            }
        }
    }
}

async fn every_route_refuses_query_parameters_that_it_does_not_know_or_that_are_repeated(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let me = app.by(&admin);
    let service = service(&app, &admin).await;
    for (line, path) in routes() {
        // Providers add what they like.
        if line.is_of_provider {
            continue;
        }
        let me = match line.access {
            Access::Metrics => app.with_token(METRICS_TOKEN),
            Access::Scope(Scope::Introspect) => app.with_token(&service),
            _ => me,
        };
        let first = line.query.first().unwrap_or(&"id");
        let mut queries = vec![
            ("nothing=1".to_owned(), "nothing".to_owned()),
            ("nothing".to_owned(), "nothing".to_owned()),
            ("=1".to_owned(), String::new()),
            (format!("{first}[$ne]=1"), format!("{first}[$ne]")),
            (format!("{first}%5B%5D=1"), format!("{first}[]")),
            (format!("{}=1", first.to_uppercase()), first.to_uppercase()),
        ];
        let single = line.query.iter().filter(|name| !matches!(**name, "tag" | "kind"));
        queries.extend(single.map(|name| (format!("{name}=a&{name}=a"), (*name).to_owned())));
        for (query, name) in queries {
            let answer = ask(me.request(method(line), &format!("{path}?{query}"))).await;
            // A GET there is no call of version 1.
            if (line.method.as_str(), path.as_str()) == ("GET", "/login") {
                answer.problem(400, "query");
            } else {
                check_refusal(&answer, &path, 400, "query");
            }
            if path.starts_with("/oauth") {
                continue;
            }
            assert_eq!(
                pointers(&answer.json()),
                [format!("?{name}")],
                "{} {path}?{query}",
                line.method
            );
        }
    }
}

async fn every_body_has_a_schema_and_needs_its_media_type(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let me = app.by(&admin);
    let service = service(&app, &admin).await;
    for (line, path) in routes() {
        let Some(schema) = line.body else { continue };
        assert!(
            schemas::FILES.iter().any(|(name, _)| *name == schema),
            "{schema} is not served"
        );
        // The refresh of version 1 takes its token as bearer, too, and then no body.
        let who = if path.ends_with("/refresh") {
            app.anybody()
        } else if line.access == Access::Scope(Scope::Introspect) {
            app.with_token(&service)
        } else {
            me
        };
        let request = || who.request(method(line), &path);
        check_refusal(&ask(request().body("{}")).await, &path, 415, "media-type");
        if line.mount == Mount::OAuth {
            let json = request().json(&json!({ "token": "x" }));
            check_refusal(&ask(json).await, &path, 415, "media-type");
            // What is not known is passed over (RFC 6749, section 3.2), and what is needed is missed.
            check_refusal(&ask(request().form(&[("x", "1")])).await, &path, 400, "schema");
            continue;
        }
        let form = request()
            .header("content-type", "application/x-www-form-urlencoded")
            .body("title=x");
        check_refusal(&ask(form).await, &path, 415, "media-type");
        // With it, what is wrong is told by the schema.
        let answer = ask(request().json(&json!({ "no such member": 1 }))).await;
        check_refusal(&answer, &path, if is_v1(&path) { 400 } else { 422 }, "schema");
        let refusal = answer.json();
        let errors = refusal["errors"].as_array().expect("errors");
        assert!(
            errors
                .iter()
                .all(|error| error["schema"] == format!("/schemas/{schema}.json")),
            "{refusal}"
        );
        assert!(pointers(&refusal).contains(&"/no such member".to_owned()));
    }
}

async fn unknown_paths_of_the_service_are_not_found_in_json_even_by_browsers(app: TestApp) {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for path in [
        "/api",
        "/api/",
        "/api/x",
        "/api/v1",
        "/api/v1/",
        "/api/v1/x",
        "/api/v1/todo/x",
        "/api/v1/user/me",
        "/api/v1/todos",
        "/api/v2",
        "/api/v2/",
        "/api/v2/x",
        "/api/v2/todo",
        "/api/v2/users/x/y",
        "/api/v3/todos",
        "/api/v2/todos/x/y",
        "/oauth",
        "/oauth/x",
        "/schemas",
        "/schemas/x.json",
        "/schemas/common",
        "/schemas/common.json/x",
        "/.well-known",
        "/.well-known/x",
        "/problems",
        "/problems/x",
        "/healthz/x",
        "/readyz/x",
        "/metrics/x",
        "/docs/x/y",
        "/calendar",
        "/calendar/",
        "/calendar/x",
        "/calendar/x/y",
    ] {
        for accept in ["*/*", "text/html", browser] {
            let answer = ask(app.get(path).header("accept", accept)).await;
            let is_v1 = path.starts_with("/api/v1");
            if path.starts_with("/oauth") {
                answer.oauth(404, "invalid_request");
            } else if is_v1 {
                answer.failure(404, "Not found");
            } else {
                answer.problem(404, "not-found");
            }
        }
    }
}

async fn a_method_that_nobody_knows_is_an_error_like_any_other(app: TestApp) {
    let todo = format!("/api/v2/todos/{NOBODY}");
    for (path, allow) in [
        ("/api/v2/todos", "GET, HEAD, POST"),
        (&todo, "DELETE, GET, HEAD, PATCH"),
        ("/api/v2/sessions/current", "DELETE"),
        ("/api/v1/todo", "DELETE, GET, HEAD, PATCH, POST"),
        ("/todo", "DELETE, GET, HEAD, PATCH, POST"),
        ("/register", "GET, HEAD, POST"),
        ("/problems/schema", "GET, HEAD"),
        ("/nothing", ""),
    ] {
        let answer = ask(app.request("QUERY".parse().expect("a method"), path)).await;
        if allow.is_empty() {
            check_refusal(&answer, path, 400, "request");
        } else {
            check_refusal(&answer, path, 405, "method");
            assert_eq!(answer.header("allow"), allow, "{path}");
        }
        assert!(
            answer.has("content-security-policy") && answer.has("x-content-type-options"),
            "{answer:?}"
        );
    }
}
