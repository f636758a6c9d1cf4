//! Operators, paths and statements of a database where a value is expected: refused, or text like any
//! other.

use rondo::http::routes::Access;
use rondo::model::{Todo, User};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::security_support::{Asked, Names, add_member, db_user, every_request};
use crate::support::{As, NOBODY, on_each_keeper, text};

on_each_keeper!(
    an_operator_in_a_field_of_a_body_is_refused_and_nothing_is_matched,
    a_key_that_no_schema_knows_is_refused,
);

const EMAIL: &str = "person@example.org";

/// What databases and templates would take for more than a value.
fn operators() -> Vec<Value> {
    vec![
        json!({ "$ne": 1 }),
        json!({ "$ne": null }),
        json!({ "$gt": "" }),
        json!({ "$regex": "" }),
        json!({ "$regex": ".*", "$options": "i" }),
        json!({ "$in": ["a", "person@example.org"] }),
        json!({ "$where": "sleep(9000) || true" }),
        json!({ "$exists": true }),
        json!({ "$oid": NOBODY }),
        json!({ "$set": { "role": "admin" } }),
        json!([{ "$ne": 1 }]),
        json!({ "a": { "$ne": 1 } }),
        json!({}),
    ]
}

/// Somebody, an administrator, and what is kept of both.
struct Scene {
    person: Person,
    admin: Person,
    names: Names,
}

impl Scene {
    async fn new(app: &TestApp) -> Self {
        let (person, admin) = (app.person(EMAIL).await, app.admin("admin@example.org").await);
        let todo = app
            .todo(&person, &json!({ "title": "Kept", "tags": ["kept"] }))
            .await;
        let list = app
            .by(&person)
            .post("/api/v2/lists", json!({ "name": "Kept" }))
            .await
            .expect(201);
        let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
        let names = Names {
            user: person.id.clone(),
            email: EMAIL.into(),
            todo: text(&todo["id"]),
            session: text(&sessions["items"][0]["id"]),
            member: add_member(app, &person, &list).await,
            list: text(&list["id"]),
        };
        Self { person, admin, names }
    }

    /// Those of whom this route asks no more: its refusal is that of the body.
    fn who_may<'a>(&'a self, app: &'a TestApp, request: &Asked) -> Vec<As<'a>> {
        match request.line.access {
            Access::Probe | Access::Metrics | Access::Open => vec![app.anybody()],
            Access::Scope(_) | Access::Both(..) => vec![app.by(&self.person)],
            Access::Admin => vec![app.by(&self.person), app.by(&self.admin)],
        }
    }

    /// All that could have been changed.
    async fn kept(&self, app: &TestApp) -> (Vec<User>, Option<Todo>, Value, Value) {
        let id = self.person.id.parse().expect("an id");
        let todo = self.names.todo.parse().expect("an id");
        let user = db_user(app, EMAIL).await;
        let mut users = app.services.store.users_page(None, 100).await.expect("users");
        users.push(user);
        (
            users,
            app.services
                .store
                .todo(id, todo)
                .await
                .expect("the store answers"),
            app.by(&self.person).get("/api/v2/sessions").await.ok(),
            app.by(&self.person).get("/api/v2/todos").await.ok(),
        )
    }
}

/// Pointers to all members of a body, objects too.
fn members(value: &Value, at: &str) -> Vec<String> {
    let Some(object) = value.as_object() else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (name, inner) in object {
        let pointer = format!("{at}/{name}");
        all.extend(members(inner, &pointer));
        all.push(pointer);
    }
    all
}

/// SECURITY 23
async fn an_operator_in_a_field_of_a_body_is_refused_and_nothing_is_matched(app: TestApp) {
    let scene = Scene::new(&app).await;
    let before = scene.kept(&app).await;
    for request in every_request(&scene.names) {
        let Some(sound) = &request.body else { continue };
        // The fields of a form are texts; see `oauth_forms`.
        if request.is_form() {
            continue;
        }
        for pointer in members(sound, "") {
            for operator in operators() {
                let mut body = sound.clone();
                *body.pointer_mut(&pointer).expect("it is there") = operator.clone();
                for somebody in scene.who_may(&app, &request) {
                    let answer = request.with(somebody, Some(&body)).await;
                    let what = format!("{} {pointer}: {operator}: {}", request.path, answer.text());
                    assert!((400..500).contains(&answer.status), "{what}");
                }
            }
        }
    }
    assert!(scene.kept(&app).await == before);
}

/// SECURITY 23 and 24
async fn a_key_that_no_schema_knows_is_refused(app: TestApp) {
    let scene = Scene::new(&app).await;
    let before = scene.kept(&app).await;
    let keys = [
        // Operators and paths.
        "$ne",
        "$set",
        "$where",
        "$or",
        "title.x",
        "query.id",
        "payload.role",
        "identities.0",
        "a.b",
        "",
        "__proto__",
        "constructor",
        "x\u{0}",
        "title ",
        "Title",
        "ＴＩＴＬＥ",
        // What is kept, and is not for clients to say.
        "role",
        "_id",
        "id",
        "owner",
        "owner_id",
        "user_id",
        "userId",
        "scope",
        "scopes",
        "verified",
        "email_verified",
        "is_admin",
        "admin",
        "password",
        "password_hash",
        "hash",
        "version",
        "stamp",
        "epoch",
        "epoch_keep",
        "identities",
        "disabled",
        "created_at",
        "updated_at",
        "deleted_at",
        "deleted",
        "completed_at",
        "position",
        "keys",
        "search",
        "in_cookie",
        "generation",
        "expires_at",
        "sub",
    ];
    for request in every_request(&scene.names) {
        let Some(sound) = &request.body else { continue };
        // The fields of a form are texts; see `oauth_forms`.
        if request.is_form() {
            continue;
        }
        let mut places = vec![String::new()];
        places.extend(
            members(sound, "")
                .into_iter()
                .filter(|at| sound.pointer(at).is_some_and(Value::is_object)),
        );
        for key in keys {
            for place in &places {
                let mut body = sound.clone();
                let object = body
                    .pointer_mut(place)
                    .and_then(Value::as_object_mut)
                    .expect("an object");
                // Some of these names are a member of one body or the other.
                if object.contains_key(key) || is_known(&request.path, key) {
                    continue;
                }
                object.insert(key.into(), json!("admin"));
                for somebody in scene.who_may(&app, &request) {
                    let answer = request.with(somebody, Some(&body)).await;
                    let what = format!("{} {place} {key:?}: {}", request.path, answer.text());
                    assert!((400..500).contains(&answer.status), "{what}");
                }
            }
        }
    }
    assert!(scene.kept(&app).await == before);
}

/// Whether a body of this path may have this member, which the sound one has not.
fn is_known(path: &str, key: &str) -> bool {
    // Deleting names an id; adding another name to it is another error than the one that is looked for.
    path.ends_with("/user") && key == "email"
}
