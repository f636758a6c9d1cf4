//! Operators, paths and statements of a database where a value is expected: refused, or text like any
//! other.

use reqwest::Method;
use rondo::http::routes::{Access, ENDPOINTS};
use rondo::model::{Todo, User};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::security_support::{Asked, Names, db_user, every_request};
use crate::support::{As, NOBODY, on_each_keeper, text};

on_each_keeper!(
    an_operator_in_a_field_of_a_body_is_refused_and_nothing_is_matched,
    a_key_that_no_schema_knows_is_refused,
    an_operator_in_a_query_is_refused,
    what_is_looked_for_is_literal,
    nothing_is_sorted_or_found_by_hidden_fields,
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
        let sessions = app.by(&person).get("/api/v2/sessions").await.ok();
        let names = Names {
            user: person.id.clone(),
            email: EMAIL.into(),
            todo: text(&todo["id"]),
            session: text(&sessions["items"][0]["id"]),
        };
        Self { person, admin, names }
    }

    /// Those of whom this route asks no more: its refusal is that of the body.
    fn who_may<'a>(&'a self, app: &'a TestApp, request: &Asked) -> Vec<As<'a>> {
        match request.line.access {
            Access::Probe | Access::Open => vec![app.anybody()],
            Access::Scope(_) => vec![app.by(&self.person)],
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

/// SECURITY 23
async fn an_operator_in_a_query_is_refused(app: TestApp) {
    let scene = Scene::new(&app).await;
    for line in ENDPOINTS.iter().filter(|line| line.method.as_str() == "GET") {
        for base in line.mount.bases() {
            let path = format!("{base}{}", line.path)
                .replace("todos/<id>", &format!("todos/{}", scene.names.todo))
                .replace("schemas/<name>", "schemas/common.json")
                .replace("<name>", "schema");
            if line.access == Access::Probe {
                continue;
            }
            let ask = async |query: &str| {
                let answer = app.by(&scene.person).get(&format!("{path}?{query}")).await;
                assert_eq!(answer.status, 400, "{path}?{query}: {}", answer.text());
            };
            for query in [
                "$where=1",
                "admin=true",
                "a.b=1",
                "%00=1",
                "=",
                "=x",
                "role=admin",
                "owner=x",
                "x",
            ] {
                ask(query).await;
            }
            for name in line.query {
                for query in [
                    format!("{name}[$ne]="),
                    format!("{name}[$ne]=1"),
                    format!("{name}%5B%24ne%5D=1"),
                    format!("{name}[]=1"),
                    format!("{name}[0]=1"),
                    format!("{name}.$ne=1"),
                    format!("{name}%00=1"),
                    format!("{}=1", name.to_uppercase()),
                    format!("{name}=%ff"),
                    format!("{name}=%"),
                    format!("{name}=a%00b"),
                    format!("{name}=a%0d%0aX:y"),
                ] {
                    ask(&query).await;
                }
                if *name == "tag" || *name == "q" {
                    continue;
                }
                for value in [
                    "%7B%22%24ne%22%3A1%7D",
                    "%7B%22%24regex%22%3A%22%22%7D",
                    "%24where",
                    "x%27%20OR%201%3D1--",
                ] {
                    ask(&format!("{name}={value}")).await;
                }
                // Twice is refused, whatever it is.
                let sound = match *name {
                    "id" => scene.names.todo.as_str(),
                    "email" => EMAIL,
                    "done" => "true",
                    "priority" => "low",
                    "due" => "none",
                    "due_before" | "due_after" => "2026-11-22",
                    "sort" => "title",
                    "limit" => "5",
                    _ => "x",
                };
                ask(&format!("{name}={sound}&{name}={sound}")).await;
                ask(&format!(
                    "{name}={sound}&%{:02X}{}={sound}",
                    name.as_bytes()[0],
                    &name[1..]
                ))
                .await;
            }
            if line.query.contains(&"q") {
                ask("q=x&q=x").await;
            }
        }
    }
}

/// SECURITY 23
async fn what_is_looked_for_is_literal(app: TestApp) {
    let person = app.person(EMAIL).await;
    let titles = [
        "a.*b",
        "axxb",
        "100%",
        "under_score",
        "undeRscore",
        "back\\slash",
        "it's",
        "say \"so\"",
        "$ne",
        "{$ne:1}",
        "[x]",
        "^start",
        "end$",
        "a|b",
        "(c)",
        "semi;colon",
        "-- comment",
        "' OR 1=1 --",
        "$$ROOT",
        "$title",
        "\\d+",
        "* star",
        "?",
    ];
    for title in titles {
        app.todo(&person, &json!({ "title": title, "tags": [title] }))
            .await;
    }
    let encoded = |text: &str| {
        let bytes = text.bytes().map(|byte| format!("%{byte:02X}"));
        bytes.collect::<String>()
    };
    for title in titles {
        // By all words of the title: each is found by itself, and by itself alone.
        let found = app
            .titles(&person, &format!("limit=100&q={}", encoded(title)))
            .await;
        let words: Vec<String> = title
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let expected: Vec<&str> = titles
            .into_iter()
            .filter(|other| words.iter().all(|word| other.to_lowercase().contains(word)))
            .collect();
        assert_eq!(found, expected, "{title}");
        let tagged = app
            .titles(&person, &format!("limit=100&tag={}", encoded(title)))
            .await;
        assert_eq!(tagged, [title]);
    }
    for nothing in [
        ".*",
        "a.+b",
        ".",
        "\\w",
        "%%",
        "_%",
        "{\"$ne\":1}",
        "$regex",
        "x' OR '1'='1",
        "${jndi:x}",
    ] {
        let found = app
            .titles(&person, &format!("limit=100&q={}", encoded(nothing)))
            .await;
        let expected: Vec<&str> = titles
            .into_iter()
            .filter(|title| title.to_lowercase().contains(&nothing.to_lowercase()))
            .collect();
        let by_words = nothing.contains(' ');
        assert!(by_words || found == expected, "{nothing}: {found:?}");
        let tagged = app
            .titles(&person, &format!("limit=100&tag={}", encoded(nothing)))
            .await;
        assert!(tagged.is_empty(), "{nothing}: {tagged:?}");
    }
    // As they are looked for they are kept.
    let hostile = json!({ "title": "$$ROOT.x", "notes": "{\"$set\":{\"owner\":1}}'; DROP TABLE todos; --",
        "tags": ["$unset", "a.b"] });
    let kept = app.todo(&person, &hostile).await;
    let path = format!("/api/v2/todos/{}", text(&kept["id"]));
    let patched = app
        .by(&person)
        .patch(&path, json!({ "title": "$title", "tags": ["$$NOW"] }))
        .await
        .ok();
    assert_eq!(
        (&patched["title"], &patched["tags"]),
        (&json!("$title"), &json!(["$$NOW"]))
    );
    assert_eq!(patched["notes"], hostile["notes"]);
    assert_eq!(app.by(&person).get(&path).await.ok(), patched);
    let name = json!({ "name": "$$ROOT'; DROP TABLE users; --" });
    app.by(&person).patch("/api/v2/users/me", name.clone()).await.ok();
    assert_eq!(
        app.by(&person).get("/api/v2/users/me").await.ok()["name"],
        name["name"]
    );
}

/// SECURITY 23
async fn nothing_is_sorted_or_found_by_hidden_fields(app: TestApp) {
    let person = app.person(EMAIL).await;
    for sort in [
        "owner",
        "-owner",
        "stamp",
        "_id",
        "id",
        "search",
        "deleted_at",
        "keys.title",
        "key_title",
        "password",
        "$natural",
        "title,id",
        "title%20DESC",
        "title;--",
        "--title",
        "%2Btitle",
        "Title",
        "",
        "-",
        "1",
        "notes",
    ] {
        for path in ["/api/v2/todos", "/todo", "/api/v1/todo"] {
            let answer = app.by(&person).get(&format!("{path}?sort={sort}")).await;
            answer.refused(path, 400, "query");
        }
    }
    for hidden in [
        "owner",
        "user_id",
        "stamp",
        "search",
        "version",
        "deleted_at",
        "deleted",
        "fields",
        "filter",
    ] {
        for path in [
            "/api/v2/todos",
            "/todo",
            "/api/v1/todo",
            "/user",
            "/api/v2/users/me",
            "/api/v2/sessions",
        ] {
            let answer = app.by(&person).get(&format!("{path}?{hidden}=1")).await;
            answer.refused(path, 400, "query");
        }
    }
    // A sign-in matches by the values as they stand.
    for email in [
        "' OR 1=1 --",
        "{\"$ne\":1}",
        ".*",
        "%",
        "person@example.org' --",
        "person@example.or_",
    ] {
        let body = json!({ "email": email, "password": PASSWORD });
        let answer = app.anybody().send(Method::POST, "/auth", &body).await;
        answer.failure(401, "invalid username or password");
    }
}
