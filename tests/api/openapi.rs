//! The OpenAPI document: it has every route and nothing else, stands in docs/ as it is served, and what it
//! says of parameters is kept. That requests and answers fit it is asked of every one that any test sees
//! (`common::contract`).

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::Method;
use rondo::http::openapi;
use rondo::http::routes::{Access, Content, ENDPOINTS};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::{As, NOBODY, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    the_document_is_served_as_it_stands_in_the_documentation,
    every_parameter_refuses_what_its_schema_refuses,
    the_page_that_shows_it_and_its_files_are_served,
}

fn document() -> &'static Value {
    openapi::document().expect("a document")
}

#[test]
fn it_has_an_operation_for_every_route_and_a_route_for_every_operation() {
    let mut routes = BTreeSet::new();
    for line in ENDPOINTS {
        for path in line.paths() {
            routes.insert((path, line.method.as_str().to_ascii_lowercase()));
        }
    }
    let mut operations = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, methods) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            operations.insert((path.clone(), method.clone()));
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id), "{id} stands twice");
        }
    }
    assert_eq!(operations, routes);
}

#[test]
fn every_line_of_the_table_says_what_it_answers() {
    for line in ENDPOINTS {
        let what = format!("{} {}", line.method, line.path);
        assert!(!line.answers.is_empty(), "{what} answers nothing");
        assert!(!line.summary.is_empty() && !line.summary.ends_with('.'), "{what}");
        for answer in line.answers {
            assert!(
                (200..400).contains(&answer.status) || line.access == Access::Probe,
                "{what}"
            );
            assert_eq!(
                answer.content == Content::None,
                // What a revocation answers is not looked at (RFC 7009, section 2.2).
                matches!(answer.status, 204 | 303 | 304) || line.path == "/oauth/revoke",
                "{what}"
            );
        }
    }
}

/// `rondo openapi > docs/openapi.json` brings it up to date; the web app's client is generated from it.
#[test]
fn the_copy_in_the_documentation_is_of_this_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let copy = std::fs::read_to_string(&path).expect("docs/openapi.json can be read");
    let copy: Value = serde_json::from_str(&copy).expect("docs/openapi.json is JSON");
    assert!(
        copy == *document(),
        "docs/openapi.json is not what the program says: run `make frontend`"
    );
}

async fn the_document_is_served_as_it_stands_in_the_documentation(app: TestApp) {
    let answer = app.anybody().get("/api/openapi.json").await;
    assert_eq!(answer.ok(), *document());
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert_eq!(document()["openapi"], "3.1.0");
}

async fn the_page_that_shows_it_and_its_files_are_served(app: TestApp) {
    let page = app.anybody().get("/docs").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let text = page.text();
    let mut count = 0;
    for part in text.split(['"', '\'']).filter(|part| part.starts_with("/docs/")) {
        let file = app.anybody().get(part).await;
        assert_eq!(file.status, 200, "{part}");
        count += 1;
    }
    assert!(count >= 5, "{text}");
    // It loads nothing from elsewhere.
    assert!(!text.contains("http://") && !text.contains("https://"), "{text}");
    let start = app.anybody().get("/docs/swagger-initializer.js").await.text();
    assert!(start.contains("\"/api/openapi.json\""), "{start}");
    for path in [
        "/docs/nothing.js",
        "/docs/index.html",
        "/docs/..%2fCargo.toml",
        "/docs/swagger-ui.css/x",
    ] {
        app.anybody().get(path).await.problem(404, "not-found");
    }
}

async fn every_parameter_refuses_what_its_schema_refuses(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let user = app.person("person@example.org").await;
    let list = app
        .by(&admin)
        .post("/api/v2/lists", json!({ "name": "There" }))
        .await;
    let list = text(&list.expect(201)["id"]);
    let mut count = 0;
    for (path, methods) in document()["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let method: Method = method.to_ascii_uppercase().parse().expect("a method");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let target = parameter["$ref"]
                    .as_str()
                    .and_then(|target| target.strip_prefix('#'));
                let parameter = document()
                    .pointer(target.expect("a reference"))
                    .expect("a parameter");
                for bad in violating(&parameter["schema"]) {
                    let whose = (app.by(&admin), user.id.as_str(), list.as_str());
                    refuses(whose, &method, path, parameter, &bad).await;
                    count += 1;
                }
            }
        }
    }
    assert!(count > 100, "{count}");
}

/// Asks with one bad parameter, and asserts that it is refused by name. The user and the list are there.
async fn refuses(
    (me, user, list): (As<'_>, &str, &str),
    method: &Method,
    path: &str,
    parameter: &Value,
    bad: &str,
) {
    let name = parameter["name"].as_str().expect("a name");
    let what = format!("{method} {path} with {name} {bad:?}");
    let whole = path.replace("{id}", NOBODY);
    // What a provider adds is looked at in another way (`providers_hostile`).
    if path.starts_with("/callback") {
        return;
    }
    let is_v1 = !(path.starts_with("/api/v2") || path.starts_with("/login"));
    match parameter["in"].as_str() {
        Some("query") => {
            let asked = format!("{whole}?{name}={}", encoded(bad));
            let answer = ask(me.request(method.clone(), &asked)).await;
            let refusal = if is_v1 {
                answer.failure(400, "Bad request parameters: …")
            } else {
                answer.problem(400, "query")
            };
            // What is no text at all is refused before its name is looked at.
            let pointer = &pointers(&refusal)[0];
            assert!(
                *pointer == format!("?{name}") || pointer == "?",
                "{what}: {refusal}"
            );
        }
        // What is no id names nothing; without one it is another path, which may not have the method.
        Some("path") => {
            // What stands in front of it is there, so that this one is what is refused.
            let asked = path.replace(&format!("{{{name}}}"), &encoded(bad));
            let there = if path.contains("/users/") { user } else { list };
            let asked = asked.replace("{id}", there);
            let asked = asked.replace("{member}", user).replace("{session}", user);
            assert!(!asked.contains('{'), "{asked}");
            let mut request = me.request(method.clone(), &asked);
            if *method == Method::PATCH {
                let member = if path.contains("/users/") { "name" } else { "title" };
                request = request.json(&json!({ member: "x" }));
            } else if path.ends_with("/move") {
                request = request.json(&json!({ "list_id": null }));
            } else if path.contains("/passkeys/") || path.contains("/me/providers/") {
                request = request.json(&json!({ "current_password": PASSWORD }));
            } else if path.starts_with("/logout/") {
                let form = "application/x-www-form-urlencoded";
                request = request.header("content-type", form).body("logout_token=x");
            } else if path.contains("/device/") && *method == Method::POST {
                request = request.json(&json!({ "allow": false }));
            }
            let answer = ask(request).await;
            let is_refused = answer.status == 404 || (bad.is_empty() && answer.status == 405);
            assert!(is_refused, "{what}: {}", answer.status);
        }
        Some("header") => {
            // A control character cannot be sent in a header.
            if bad.chars().any(char::is_control) {
                return;
            }
            let made = me.post("/api/v2/todos", json!({ "title": "Meant" })).await;
            let meant = if path.ends_with("/{id}") {
                made.header("location").to_owned()
            } else {
                whole
            };
            let request = me.request(method.clone(), &meant).header(name, bad).json(&if path
                .ends_with("/move")
            {
                json!({ "list_id": null })
            } else {
                json!({})
            });
            ask(request).await.problem(400, "header");
        }
        other => panic!("{what}: {other:?}"),
    }
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Texts that break the schema, each in its own way.
fn violating(schema: &Value) -> Vec<String> {
    let mut bad = Vec::new();
    match schema["type"].as_str() {
        Some("array") => return violating(&schema["items"]),
        Some("integer") => {
            for bound in ["minimum", "maximum"] {
                let step = if bound == "minimum" { -1 } else { 1 };
                bad.push((schema[bound].as_i64().expect("a bound") + step).to_string());
            }
            bad.extend(["1.5", "1e1", "x", "", "+1", "0x10", "99999999999999999999"].map(str::to_owned));
        }
        Some("boolean") => bad.extend(["maybe", "", "1", "TRUE", "null"].map(str::to_owned)),
        Some("string") => {
            if let Some(most) = schema["maxLength"].as_u64() {
                bad.push("a".repeat(usize::try_from(most).expect("a length") + 1));
            }
            if schema["minLength"].as_u64() > Some(0) {
                bad.push(String::new());
            }
            if schema["enum"].is_array() {
                bad.extend(["nothing of the list", "", "*", "{\"$ne\":1}"].map(str::to_owned));
            }
            if schema["format"].is_string() || schema["pattern"].is_string() {
                bad.push("\u{0}\u{1b}[31m".to_owned());
            }
            if schema["format"].is_string() {
                bad.extend(["no such form", "2026-02-30", "@"].map(str::to_owned));
            }
        }
        other => panic!("{other:?}: {schema}"),
    }
    bad
}
