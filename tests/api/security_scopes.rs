//! Every route, asked with every scope by every role; and the table of it in docs/SECURITY.md.

use reqwest::Method;
use rondo::http::routes::{Access, ENDPOINTS, Endpoint};
use rondo::model::{Role, Scope, Scopes};
use serde_json::json;

use crate::common::TestApp;
use crate::security_support::{Asked, Names, every_request};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    a_token_with_one_scope_gets_where_that_is_enough_and_nowhere_else,
    an_open_route_is_open_with_a_bad_token_too,
}

/// A token of somebody with these scopes alone; some of what is asked ends the sessions of whoever asks.
async fn token(app: &TestApp, email: &str, scopes: Scopes) -> String {
    let scopes: Vec<&str> = scopes.iter().map(Scope::name).collect();
    let body = json!({ "name": "For one thing", "scopes": scopes });
    let person = app.person_again(email).await;
    let made = app.by(&person).post("/api/v2/tokens", body).await.expect(201);
    text(&made["token"])
}

/// The status of an answer whose body may never end.
async fn status(app: &TestApp, token: Option<&str>, method: Method, path: &str) -> u16 {
    let request = app.request(method, path);
    let request = match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let answer = request.send().await.expect("an answer");
    answer.status().as_u16()
}

/// Whether it ends the token that asks.
fn ends_itself(request: &Asked) -> bool {
    request.path.ends_with("/sessions/current")
}

/// SECURITY 25: routes × roles × scopes. No body is sent: whoever gets through the gate is told that it is missing.
async fn a_token_with_one_scope_gets_where_that_is_enough_and_nowhere_else(app: TestApp) {
    app.register("person@example.org").await;
    app.admin("admin@example.org").await;
    let mut asked = 0;
    for (role, email) in [
        (Role::User, "person@example.org"),
        (Role::Admin, "admin@example.org"),
    ] {
        let grantable = Scopes::grantable(role);
        // Each alone, all, and all but one.
        let mut sets: Vec<Scopes> = grantable.iter().map(|scope| Scopes::NONE.with(scope)).collect();
        sets.push(grantable);
        let others = |left_out: Scope| grantable.iter().filter(move |scope| *scope != left_out);
        sets.extend(
            grantable
                .iter()
                .map(|left_out| others(left_out).fold(Scopes::NONE, Scopes::with)),
        );
        for scopes in sets {
            let mut shown = token(&app, email, scopes).await;
            for request in every_request(&Names::of_nothing()) {
                let Some(needed) = request.line.access.needs() else {
                    continue;
                };
                let is_let_in = scopes.contains_all(needed);
                let answer = status(&app, Some(&shown), request.method(), &request.path).await;
                let what = format!(
                    "{role:?} {scopes}: {} {}: {answer}",
                    request.line.method, request.path
                );
                assert_eq!(answer != 403, is_let_in, "{what}");
                assert!(answer != 401 && answer < 500, "{what}");
                if is_let_in && ends_itself(&request) {
                    let again = status(&app, Some(&shown), Method::GET, "/api/v2/users/me").await;
                    assert_eq!(again, 401, "{what}");
                    shown = token(&app, email, scopes).await;
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 800, "{asked}");
}

/// What is open says nothing of tokens: a bad one is not looked at, so that a probe or a sign-in with an old token in
/// the header does not fail.
async fn an_open_route_is_open_with_a_bad_token_too(app: TestApp) {
    let mut asked = 0;
    for request in every_request(&Names::of_nothing()) {
        let is_open = matches!(request.line.access, Access::Open | Access::Probe);
        // Version 1 takes the refresh token as bearer.
        if !is_open || request.line.path == "/refresh" {
            continue;
        }
        let without = status(&app, None, request.method(), &request.path).await;
        for bad in ["x", "rondo_pat_x", "eyJhbGciOiJub25lIn0.e30."] {
            let with = status(&app, Some(bad), request.method(), &request.path).await;
            assert_eq!(with, without, "{}", request.path);
        }
        asked += 1;
    }
    assert!(asked > 15, "{asked}");
}

/// One line of the table for each route, in the order of the table of routes.
fn table() -> String {
    let line = |line: &Endpoint| {
        let paths: Vec<String> = line
            .paths()
            .map(|path| format!("`{} {path}`", line.method))
            .collect();
        format!("| {} | {} |\n", paths.join(", "), line.access.words())
    };
    ENDPOINTS.iter().map(line).collect()
}

#[test]
fn the_documentation_has_the_table_of_routes_and_what_they_need() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/SECURITY.md");
    let document = std::fs::read_to_string(file).expect("docs/SECURITY.md can be read");
    let whole = format!("| route | needs |\n|---|---|\n{}", table());
    assert!(
        document.contains(&whole),
        "docs/SECURITY.md does not have this table:\n\n{whole}"
    );
}
