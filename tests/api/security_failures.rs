//! When the store fails or a handler panics: an answer in the version's own format that tells nothing of
//! the inside, and a service that lives on.

use std::sync::Arc;

use bson::{Document, doc};
use rondo::app::{self, Migrate};
use rondo::clock::Shifted;
use rondo::http::{self, Draining};
use serde_json::{Value, json};

use crate::common::app::{PASSWORD, Person, test_config};
use crate::common::{Database, Keeper, TestApp};
use crate::security_headers::assert_protected;
use crate::support::{Answer, text};

const EMAIL: &str = "person@example.org";

/// Words of drivers, of their errors, and of where things are on this machine.
const INSIDE: [&str; 30] = [
    "sqlite",
    "rusqlite",
    "mongo",
    "bson",
    "table",
    "column",
    "select",
    "insert",
    "update",
    "index",
    "errorcode",
    "failpoint",
    "failcommand",
    "command",
    "topology",
    "connection",
    "socket",
    "no such",
    "locked",
    "busy",
    "rondo.db",
    "/tmp",
    "/home",
    "/root",
    ".rs",
    "src/",
    "panick",
    "backtrace",
    "thread",
    "unwrap",
];

/// Asserts that this is a failure of the service, told in the format of the path and telling nothing.
fn assert_silent(app: &TestApp, path: &str, answer: &Answer) {
    match answer.status {
        // These look at Retry-After too.
        503 => answer.refused(path, 503, "unavailable"),
        _ => answer.refused(path, 500, "internal"),
    }
    assert_protected(path, answer, false);
    let mut everything = format!("{:?} {}", answer.headers, answer.text()).to_lowercase();
    // What version 2 says of an outage is in words of its own.
    everything = everything.replace("the database or another part does not answer in time", "");
    for word in INSIDE {
        assert!(!everything.contains(word), "{path} tells {word}: {everything}");
    }
    let folder = app.database.data_dir.display().to_string();
    assert!(!everything.contains(&folder.to_lowercase()) && !everything.contains(EMAIL));
}

/// What asks the store for accounts, sessions and to-dos, in both versions.
async fn ask_everything(app: &TestApp, person: &Person, status: u16, skipped: &[&str]) {
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    let refresh = json!({ "refresh_token": person.refresh_token });
    let todo = json!({ "title": "New" });
    let name = json!({ "name": "New" });
    let v1_name = json!({ "query": { "id": person.id }, "payload": name });
    let questions: [(&str, &str, Option<&Value>); 14] = [
        ("GET", "/api/v2/users/me", None),
        ("GET", "/user", None),
        ("GET", "/api/v2/todos", None),
        ("GET", "/todo", None),
        ("GET", "/api/v2/todos/000000000000000000000000", None),
        ("GET", "/api/v2/sessions", None),
        ("POST", "/api/v2/todos", Some(&todo)),
        ("POST", "/todo", Some(&todo)),
        ("PATCH", "/api/v2/users/me", Some(&name)),
        ("PATCH", "/user", Some(&v1_name)),
        ("POST", "/api/v2/sessions", Some(&credentials)),
        ("POST", "/auth", Some(&credentials)),
        ("POST", "/api/v2/sessions/refresh", Some(&refresh)),
        ("POST", "/refresh", Some(&refresh)),
    ];
    let asked = questions.into_iter().filter(|(method, path, _)| {
        let name = format!("{method} {path}");
        !skipped.iter().any(|skipped| name == *skipped)
    });
    // All at once: an outage takes its time with each.
    let answers = asked.map(|(method, path, body)| async move {
        let asker = if path.contains("auth")
            || path.contains("refresh")
            || (method, path) == ("POST", "/api/v2/sessions")
        {
            app.anybody()
        } else {
            app.by(person)
        };
        let method = method.parse().expect("a method");
        let request = asker.request(method, path);
        let answer = crate::support::ask(match body {
            Some(body) => request.json(body),
            None => request,
        });
        (path, answer.await)
    });
    for (path, answer) in futures_util::future::join_all(answers).await {
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_silent(app, path, &answer);
    }
    app.anybody().get("/healthz").await.ok();
}

/// A connection to the database file, beside the service's own.
fn db_beside(app: &TestApp) -> rusqlite::Connection {
    let path = app.database.address.strip_prefix("sqlite:").expect("a file");
    rusqlite::Connection::open(path).expect("the database opens")
}

/// SECURITY 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_lost_its_tables_is_a_500_that_says_nothing() {
    let Some(app) = TestApp::spawn(Keeper::Sqlite).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    let beside = db_beside(&app);
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        beside.execute_batch(&sql).expect("it is renamed");
    };
    for table in ["users", "sessions", "todos"] {
        rename(table, &format!("lost_{table}"));
    }
    ask_everything(&app, &person, 500, &[]).await;
    for table in ["users", "sessions", "todos"] {
        rename(&format!("lost_{table}"), table);
    }
    // A row that nobody can read is a fault too, and of this account alone.
    beside
        .execute_batch("UPDATE users SET role = 'pharaoh'")
        .expect("it is written");
    let me = app.by(&person).get("/api/v2/users/me").await;
    assert_eq!(me.status, 500);
    assert_silent(&app, "/api/v2/users/me", &me);
    assert!(!me.text().contains("pharaoh"));
    beside
        .execute_batch("UPDATE users SET role = 'user'")
        .expect("it is written");
    app.by(&person).get("/api/v2/users/me").await.ok();
    app.sign_in(EMAIL).await;
}

/// SECURITY 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_another_process_holds_is_a_503_for_writes_and_reads_go_on() {
    let Some(app) = TestApp::spawn(Keeper::Sqlite).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    let beside = db_beside(&app);
    beside.execute_batch("BEGIN IMMEDIATE").expect("it is held");
    let reads = [
        "GET /api/v2/users/me",
        "GET /user",
        "GET /api/v2/todos",
        "GET /todo",
        "GET /api/v2/todos/000000000000000000000000",
        "GET /api/v2/sessions",
    ];
    ask_everything(&app, &person, 503, &reads).await;
    for path in ["/api/v2/users/me", "/todo", "/api/v2/todos"] {
        app.by(&person).get(path).await.ok();
    }
    beside.execute_batch("ROLLBACK").expect("it is let go");
    app.todo(&person, &json!({ "title": "As before" })).await;
}

/// A service on a database of its own, whose connections carry its name: a fail point is for it alone.
async fn named_app() -> Option<(TestApp, String)> {
    let mut database = Database::fresh(Keeper::Mongo)?;
    let name = database.address.rsplit('/').next().expect("a name");
    let name = name.split('?').next().expect("a name").to_owned();
    let join = if database.address.contains('?') { '&' } else { '?' };
    database.address = format!("{}{join}appName={name}", database.address);
    Some((TestApp::restart(Arc::new(database), &[]).await, name))
}

/// Sets the server's fail point; a server has one.
async fn db_fail(app: &TestApp, command: Document) {
    let without_name = app.database.address.replace("appName=", "appName=other-");
    let client = mongodb::Client::with_uri_str(without_name)
        .await
        .expect("an address");
    let set = client.database("admin").run_command(command).await;
    set.expect("the server takes test commands");
}

/// SECURITY 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mongodb_that_fails_says_nothing_of_it_to_clients() {
    let Some((app, name)) = named_app().await else {
        return;
    };
    let person = app.person(EMAIL).await;
    let commands = ["find", "insert", "update", "findAndModify", "delete", "aggregate"];
    for (failure, status) in [
        // An error that no retry mends, and a server that steps down for good.
        (doc! { "errorCode": 8000 }, 500),
        (doc! { "errorCode": 91 }, 503),
        (doc! { "closeConnection": true }, 503),
    ] {
        let mut data = doc! { "failCommands": commands.as_slice(), "appName": &name };
        data.extend(failure);
        db_fail(
            &app,
            doc! { "configureFailPoint": "failCommand", "mode": "alwaysOn", "data": data },
        )
        .await;
        ask_everything(&app, &person, status, &[]).await;
        db_fail(&app, doc! { "configureFailPoint": "failCommand", "mode": "off" }).await;
        app.by(&person).get("/api/v2/users/me").await.ok();
    }
    app.sign_in(EMAIL).await;
}

/// No request is known that makes a handler panic. These do, beside all that the service has.
#[rocket::get("/<_>/panics")]
async fn panics() -> &'static str {
    panic!("the secret is {}", EMAIL)
}

#[rocket::get("/<_>/panics-at-once", rank = 1)]
fn panics_at_once() -> String {
    let nothing: Option<String> = std::hint::black_box(None);
    nothing.expect("a value of src/secret.rs")
}

/// SECURITY 33
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_panics_is_a_500_and_the_service_lives() {
    let database = Database::fresh(Keeper::Sqlite).expect("SQLite is never left out");
    let config = test_config(&database, &[]);
    let clock = Arc::new(Shifted::default());
    let store = app::open_migrated_store(&config, Migrate::Always, &*clock)
        .await
        .expect("a store");
    let services = app::build_services(&config, store, clock.clone())
        .await
        .expect("services");
    let rocket = rocket::custom(rocket::Config {
        log_level: rocket::config::LogLevel::Off,
        ..rocket::Config::debug_default()
    });
    let rocket = http::mount(rocket, &config, services, Arc::new(Draining::default())).expect("routes");
    let routes = rocket::routes![panics, panics_at_once];
    let rocket = rocket.mount("/api", routes);
    let client = rocket::local::asynchronous::Client::untracked(rocket)
        .await
        .expect("it ignites");
    for path in [
        "/api/v1/panics",
        "/api/v2/panics",
        "/api/v1/panics-at-once",
        "/api/v2/panics-at-once",
    ] {
        for _ in 0..3 {
            let answer = client.get(path).dispatch().await;
            assert_eq!(answer.status().code, 500, "{path}");
            let has = |name: &str| answer.headers().contains(name);
            assert!(has("x-request-id") && has("content-security-policy") && has("x-content-type-options"));
            let body = answer.into_string().await.expect("a body");
            let told: Value = serde_json::from_str(&body).expect("JSON");
            if path.contains("v1") {
                assert_eq!(told, json!({ "ok": false, "message": "the service failed" }));
            } else {
                assert_eq!(text(&told["type"]), "/problems/internal");
            }
            for word in ["secret", EMAIL, "panic", ".rs"] {
                assert!(!body.contains(word), "{path}: {body}");
            }
        }
    }
    let lives = client.get("/healthz").dispatch().await;
    assert_eq!(lives.status().code, 200);
}
