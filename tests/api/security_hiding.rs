//! What leaves the service, over all its routes: nothing that is only for the service to know.

use std::collections::BTreeSet;
use std::fs;

use rondo::http::routes::Access;
use rondo::model::Scope;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::security_support::{Asked, Names, add_member, db_user, every_request};
use crate::support::{Answer, METRICS_TOKEN, on_each_keeper, service, text};

on_each_keeper!(
    no_answer_of_any_route_tells_what_is_for_the_service_alone
        with [("RONDO_METRICS_TOKEN", super::METRICS_TOKEN)],
);

/// Names of members that are kept, and shown by no route.
const HIDDEN: [&str; 26] = [
    "password",
    "password_hash",
    "hash",
    "epoch",
    "epoch_at",
    "epoch_keep",
    "stamp",
    "search",
    "keys",
    "identities",
    "identity",
    "owner",
    "owner_id",
    "user_id",
    "disabled",
    "generation",
    "turned_at",
    "ended_at",
    "in_cookie",
    "sealed",
    "secret",
    "pepper",
    "jti",
    "_id",
    "place",
    "cause",
];

/// The members of a private key (RFC 7518).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn member_names(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, inner) in members {
                found.insert(name.clone());
                member_names(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| member_names(item, found)),
        _ => {}
    }
}

/// Asserts that an answer tells nothing of what is hidden.
fn assert_hides(what: &str, answer: &Answer, secrets: &[String]) {
    let everything = format!("{:?}\n{}", answer.headers, answer.text());
    for secret in secrets {
        assert!(!everything.contains(secret.as_str()), "{what}: {everything}");
    }
    for hash in ["$2a$", "$2b$", "$2y$", "$argon2", "v1:$", "PRIVATE KEY"] {
        assert!(!everything.contains(hash), "{what}: {everything}");
    }
    // A schema tells the names of what is sent, and so does the document that has them all.
    if what.contains("/schemas/") || what.ends_with("/api/openapi.json") {
        return;
    }
    let mut found = BTreeSet::new();
    if let Ok(body) = serde_json::from_slice(&answer.body) {
        // The one list of keys that is for everybody.
        let is_key_set = what.contains("jwks") || what.contains("public-key");
        member_names(&body, &mut found);
        if is_key_set {
            found.remove("keys");
        }
        // What an authenticator is set up with, shown to its owner this once.
        if what.ends_with("/users/me/factors/totp") {
            found.remove("secret");
        }
        // Administrators are told whether somebody is.
        if what.contains("/api/v2/users") && !what.contains("/users/me") {
            found.remove("disabled");
        }
    }
    for name in HIDDEN.iter().chain(&PRIVATE) {
        assert!(!found.contains(*name), "{what} tells {name}: {everything}");
    }
}

/// Somebody new, and the names of what is theirs.
async fn somebody(app: &TestApp, number: usize) -> (Person, Names) {
    let email = format!("person{number}@example.org");
    let person = app.person(&email).await;
    let todo = app.todo(&person, &json!({ "title": "Kept" })).await;
    let list = app
        .by(&person)
        .post("/api/v2/lists", json!({ "name": "Kept" }))
        .await
        .expect(201);
    let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
    let names = Names {
        user: person.id.clone(),
        email,
        todo: text(&todo["id"]),
        session: text(&sessions["items"][0]["id"]),
        member: add_member(app, &person, &list).await,
        list: text(&list["id"]),
    };
    (person, names)
}

/// The body with what makes it succeed.
fn made_right(request: &Asked, person: &Person, number: usize) -> Option<Value> {
    let text = request.body.as_ref()?.to_string();
    let text = text
        .replace("not the password", PASSWORD)
        .replace("no.refresh.token", &person.refresh_token)
        .replace("new@example.org", &format!("new{number}@example.org"))
        .replace("changed@example.org", &format!("changed{number}@example.org"));
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// SECURITY 24
async fn no_answer_of_any_route_tells_what_is_for_the_service_alone(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let service = service(&app, &admin).await;
    let of_file = fs::read_to_string(app.database.data_dir.join("secret")).expect("the secret");
    let (mut person, mut names) = somebody(&app, 0).await;
    for number in 0..every_request(&names).len() {
        let hash = db_user(&app, &names.email).await.password.expect("a hash");
        let secrets = [of_file.trim(), &hash, PASSWORD, METRICS_TOKEN].map(str::to_owned);
        let request = every_request(&names).swap_remove(number);
        let what = format!("{} {}", request.line.method, request.path);
        let body = made_right(&request, &person, number);
        let is_open = matches!(request.line.access, Access::Open);
        let asker = match request.line.access {
            Access::Admin => app.by(&admin),
            Access::Metrics => app.with_token(METRICS_TOKEN),
            Access::Scope(Scope::Introspect) => app.with_token(&service),
            _ if is_open => app.anybody(),
            _ => app.by(&person),
        };
        if body.is_some() {
            for asker in [app.anybody(), asker] {
                let refused = request.with(asker, Some(&json!({ "password": PASSWORD }))).await;
                assert!((400..500).contains(&refused.status), "{what}");
                assert_hides(&what, &refused, &secrets);
            }
        }
        let answer = request.with(asker, body.as_ref()).await;
        // Nobody has what is asked for or shown there: an address, a code, what came in a mail, a second factor.
        let of_nobody = [
            "/calendar/",
            "/callback",
            "/login/",
            "/logout/",
            "/providers/",
            "/device/",
            "/tokens/",
            "/invitations/",
            "/email-verifications",
            "/password-resets/complete",
            "/sessions/second-factor",
            "/sessions/passkey",
            "/users/me/factors",
            "/users/me/passkeys",
        ];
        let is_of_nobody =
            (400..500).contains(&answer.status) && of_nobody.iter().any(|part| request.path.contains(part));
        assert!(
            (200..300).contains(&answer.status) || answer.status == 303 || is_of_nobody,
            "{what}: {} {}",
            answer.status,
            answer.text()
        );
        assert_hides(&what, &answer, &secrets);
        if request.path.ends_with("/user") && request.line.method.as_str() == "GET" {
            let found = app
                .by(&admin)
                .get(&format!("{}?id={}", request.path, names.user))
                .await;
            assert_hides(&what, &found, &secrets);
            found.ok();
        }
        if !is_open && request.line.method.as_str() != "GET" {
            // What is left may not be enough for the next.
            (person, names) = somebody(&app, number + 1).await;
        }
    }
}
