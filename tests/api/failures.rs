//! What clients see when the store fails or does not answer: 500 and 503 in the form of each version, soon,
//! without a word of the cause; and that the service goes on.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use crate::common::app::Person;
use crate::common::proxy::Proxy;
use crate::common::{Database, Keeper, TestApp};
use crate::support::{Answer, on_each_keeper, text};

on_each_keeper! {
    what_is_stored_and_cannot_be_read_is_a_fault_of_the_service,
}

/// Writes a value into the person's to-dos that no version of the program has written.
async fn db_spoil_todos(app: &TestApp) {
    if let Some(path) = app.database.address.strip_prefix("sqlite:") {
        let file = rusqlite::Connection::open(path).expect("the file can be opened");
        let spoilt = file.execute("UPDATE todos SET priority = 'hunter2'", ());
        assert_eq!(spoilt.expect("it can be written"), 1);
    } else {
        let client = mongodb::Client::with_uri_str(&app.database.address)
            .await
            .expect("the server answers");
        let todos = client
            .default_database()
            .expect("a database")
            .collection::<bson::Document>("todos");
        let spoil = bson::doc! { "$set": { "priority": "hunter2" } };
        let spoilt = todos
            .update_many(bson::doc! {}, spoil)
            .await
            .expect("it can be written");
        assert_eq!(spoilt.modified_count, 1);
    }
}

async fn what_is_stored_and_cannot_be_read_is_a_fault_of_the_service(app: TestApp) {
    let person = app.person("person@example.org").await;
    let todo = app
        .todo(&person, &json!({ "title": "Milk", "priority": "low" }))
        .await;
    let id = text(&todo["id"]);
    db_spoil_todos(&app).await;
    for path in ["/api/v2/todos".to_owned(), format!("/api/v2/todos/{id}")] {
        let answer = app.by(&person).get(&path).await;
        let problem = answer.problem(500, "internal");
        assert_eq!(
            problem["detail"],
            "A fault of the service. Its log has the cause under the request's id."
        );
        assert!(problem.get("errors").is_none() && !answer.text().contains("hunter2"));
    }
    for path in ["/todo".to_owned(), format!("/api/v1/todo?id={id}")] {
        app.by(&person)
            .get(&path)
            .await
            .failure(500, "the service failed");
    }
    app.anybody().get("/healthz").await.ok();
    let other = app.person("other@example.org").await;
    app.todo(&other, &json!({ "title": "Bread" })).await;
    app.by(&other).get("/api/v2/todos").await.ok();
}

#[track_caller]
fn check_unavailable(v2: &Answer, v1: &Answer) {
    v2.problem(503, "unavailable");
    v1.failure(503, "the service cannot answer now");
}

/// Asks until the store answers again.
async fn wait_for_recovery(app: &TestApp, person: &Person) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = app
            .by(person)
            .post("/api/v2/todos", json!({ "title": "Again" }))
            .await;
        if answer.status == 201 {
            return;
        }
        answer.problem(503, "unavailable");
        assert!(Instant::now() < deadline, "it does not recover");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_process_writes_to_the_embedded_store_reads_go_on_and_writes_are_put_off() {
    let app = TestApp::spawn(Keeper::Sqlite)
        .await
        .expect("SQLite is never left out");
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let path = app.database.address.strip_prefix("sqlite:").expect("a path");
    let other = rusqlite::Connection::open(path).expect("the file can be opened");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody else writes");
    let body = json!({ "title": "Milk" });
    let (v2, v1) = tokio::join!(me.post("/api/v2/todos", body.clone()), me.post("/todo", body));
    check_unavailable(&v2, &v1);
    assert_eq!(me.get("/todo").await.ok()["data"], json!([]));
    app.anybody().get("/readyz").await.ok();
    other.execute_batch("ROLLBACK").expect("it can be ended");
    drop(other);
    wait_for_recovery(&app, &person).await;
}

/// A fresh MongoDB database that is reached through a proxy, or `None` if that kind is left out on purpose.
pub fn behind_a_proxy() -> Option<(Proxy, Database)> {
    let mut database = Database::fresh(Keeper::Mongo)?;
    let (scheme, rest) = database.address.split_once("://").expect("an address");
    let (hosts, rest) = rest.split_once('/').expect("a database");
    let (login, hosts) = hosts
        .rsplit_once('@')
        .map_or(("", hosts), |(login, hosts)| (login, hosts));
    let at = if login.is_empty() { "" } else { "@" };
    let proxy = Proxy::to(hosts.split(',').next().expect("a host"));
    // The server would name its own address, and the proxy be passed by.
    let direct = match rest {
        rest if rest.contains("directConnection") => "",
        rest if rest.contains('?') => "&directConnection=true",
        _ => "?directConnection=true",
    };
    database.address = format!("{scheme}://{login}{at}{}/{rest}{direct}", proxy.address);
    Some((proxy, database))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_of_the_store_is_silent_nobody_is_served_but_the_process_is_well() {
    let Some((proxy, database)) = behind_a_proxy() else {
        return;
    };
    let app = TestApp::spawn_on(database, &[]).await;
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    me.get("/api/v2/todos").await.ok();

    proxy.fall_silent();
    let body = json!({ "title": "Milk" });
    let (v2, v1) = tokio::join!(me.post("/api/v2/todos", body.clone()), me.get("/todo"));
    check_unavailable(&v2, &v1);
    let credentials = json!({ "email": "person@example.org", "password": "x" });
    let (v2, v1) = tokio::join!(
        app.anybody().post("/api/v2/sessions", credentials.clone()),
        app.anybody().post("/auth", credentials)
    );
    check_unavailable(&v2, &v1);
    let (ready, health) = tokio::join!(app.anybody().get("/readyz"), app.anybody().get("/healthz"));
    assert_eq!(
        ready.expect(503),
        json!({ "status": "the store does not answer" })
    );
    health.ok();
    proxy.speak();
    wait_for_recovery(&app, &person).await;
    app.anybody().get("/readyz").await.ok();
}
