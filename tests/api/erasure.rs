//! An account that was deleted leaves nothing behind: every table is read raw, and nothing of the person is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bson::{Bson, Document, doc};
use futures_util::TryStreamExt as _;
use reqwest::Method;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::factors_support::guard;
use crate::security_support::db_user;
use crate::sharing::share;
use crate::support::{ask, on_each_keeper, text};

on_each_keeper! {
    a_deleted_account_leaves_nothing_behind with [("RONDO_SIGN_IN_LIMIT", "50")],
}

/// A word that stands in everything that the person writes.
const CANARY: &str = "c4n4ryh1dd3n";

/// Each table or collection as text, as it lies in the database.
async fn dump(app: &TestApp) -> BTreeMap<String, String> {
    let address = &app.database.address;
    match address.strip_prefix("sqlite:") {
        Some(file) => dump_of_sqlite(file),
        None => dump_of_mongo(address).await,
    }
}

fn dump_of_sqlite(file: &str) -> BTreeMap<String, String> {
    let connection = rusqlite::Connection::open(file).expect("the file can be opened");
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table'";
    let mut statement = connection.prepare(sql).expect("a statement");
    let names = statement
        .query_map([], |row| row.get::<_, String>(0))
        .expect("tables");
    let names: Vec<String> = names.map(|name| name.expect("a name")).collect();
    let table = |name: String| {
        let mut statement = connection
            .prepare(&format!("SELECT * FROM {name}"))
            .expect("a statement");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("rows");
        let mut text = String::new();
        while let Some(row) = rows.next().expect("a row") {
            for column in 0..columns {
                let value: rusqlite::types::Value = row.get(column).expect("a value");
                // What lies there as bytes is looked through as text.
                match value {
                    rusqlite::types::Value::Blob(bytes) => text.push_str(&String::from_utf8_lossy(&bytes)),
                    value => write!(text, "{value:?}").expect("it is written"),
                }
                text.push('|');
            }
            text.push('\n');
        }
        (name, text)
    };
    names.into_iter().map(table).collect()
}

async fn dump_of_mongo(address: &str) -> BTreeMap<String, String> {
    let client = mongodb::Client::with_uri_str(address).await.expect("a client");
    let database = client.default_database().expect("the address names it");
    let mut dump = BTreeMap::new();
    for name in database.list_collection_names().await.expect("collections") {
        let found = database
            .collection::<Document>(&name)
            .find(doc! {})
            .await
            .expect("documents");
        let documents: Vec<Document> = found.try_collect().await.expect("documents");
        let mut text = String::new();
        for document in documents {
            for (name, value) in document {
                match value {
                    Bson::Binary(binary) => text.push_str(&String::from_utf8_lossy(&binary.bytes)),
                    value => write!(text, "{name}: {value:?}|").expect("it is written"),
                }
            }
            text.push('\n');
        }
        dump.insert(name, text);
    }
    dump
}

/// The tables that hold one of these texts.
fn tables_with(dump: &BTreeMap<String, String>, texts: &[&str]) -> Vec<String> {
    let holds = |table: &String| texts.iter().any(|text| table.to_lowercase().contains(text));
    dump.iter()
        .filter(|(_, table)| holds(table))
        .map(|(name, _)| name.clone())
        .collect()
}

async fn a_deleted_account_leaves_nothing_behind(app: TestApp) {
    let other = app.person("other@example.org").await;
    app.todo(&other, &json!({ "title": "Stays" })).await;
    let email = format!("{CANARY}@example.org");
    let person = app.person(&email).await;
    let me = app.by(&person);
    me.patch(
        "/api/v2/users/me",
        json!({ "name": CANARY, "language": "de", "time_zone": "Asia/Tokyo" }),
    )
    .await
    .ok();
    // A wrong password is counted, and a device has a name.
    let sign_in = json!({ "email": email, "password": "wrong" });
    app.anybody()
        .post("/api/v2/sessions", sign_in)
        .await
        .problem(401, "credentials");
    let sign_in = json!({ "email": email, "password": PASSWORD });
    let request = app
        .post("/api/v2/sessions", &sign_in)
        .header("user-agent", CANARY);
    let second = ask(request).await.expect(201);
    let list = me.post("/api/v2/lists", json!({ "name": CANARY })).await;
    let list = text(&list.expect(201)["id"]);
    share(&app, &person, &list, "other@example.org", "viewer")
        .await
        .ok();
    // Open, done, in the trash, and gone; the answer to one is kept under a key.
    let body =
        json!({ "title": format!("Kept {CANARY}"), "notes": CANARY, "tags": [CANARY], "due": "2026-11-22" });
    let keyed = me.request(Method::POST, "/api/v2/todos").json(&body);
    ask(keyed.header("idempotency-key", CANARY)).await.expect(201);
    app.todo(&person, &json!({ "title": CANARY, "done": true })).await;
    let imported = json!({ "format": "rondo", "version": 1, "todos": [
        { "id": "0".repeat(24), "title": CANARY }, { "title": CANARY, "parent_id": "0".repeat(24) },
    ] });
    me.post("/api/v2/import", imported).await.ok();
    let owner = person.id.parse().expect("an id");
    for is_purged in [false, true] {
        let made = app.todo(&person, &json!({ "title": CANARY })).await;
        let id = text(&made["id"]);
        me.delete(&format!("/api/v2/todos/{id}")).await.expect_empty(204);
        if is_purged {
            let (id, now) = (id.parse().expect("an id"), app.services.source.now());
            assert!(
                app.services
                    .store
                    .purge_todo(owner, id, now)
                    .await
                    .expect("the store answers")
            );
        }
    }
    let calendar = me.post("/api/v2/calendar", json!({})).await.expect(201);
    let url = text(&calendar["url"]);
    let secret = url
        .split_once(&format!("{}-", person.id))
        .expect("a secret")
        .1
        .replace(".ics", "");
    let hash = rondo_hash(&secret);
    let guarded = guard(&app, person.clone()).await;
    let factors = db_user(&app, &email).await.factors;
    let sealed = factors.totp.expect("it is kept").sealed.to_lowercase();
    me.delete("/api/v2/sessions/current").await;
    let last = app.with_token(second["access_token"].as_str().expect("a token"));

    let before = dump(&app).await;
    let traces = [person.id.as_str(), CANARY, &hash, &sealed, &factors.recovery[0]];
    let held = tables_with(&before, &traces);
    for table in ["users", "sessions", "todos", "lists", "attempts"] {
        assert!(
            held.iter().any(|held| held == table),
            "the test fills {table}: {held:?}"
        );
    }
    assert!(
        tables_with(&before, &[&secret.to_lowercase(), &guarded.codes[0]]).is_empty(),
        "only a hash is kept"
    );
    assert!(!before["counters"].is_empty(), "the test fills counters");

    let proof = json!({ "recovery_code": guarded.codes[9] });
    let body = json!({ "current_password": PASSWORD, "second_factor": proof });
    last.delete_with("/api/v2/users/me", body).await.expect_empty(204);
    // At once: nothing that the person wrote. The id stays where other instances read that sessions ended, and where
    // those who share a list read that it is gone.
    let after = dump(&app).await;
    assert_eq!(
        tables_with(&after, &[&hash, &sealed, &factors.recovery[0]]),
        [""; 0]
    );
    assert_eq!(
        tables_with(&after, &[CANARY]),
        ["sessions"],
        "the name of a device, with its session"
    );
    let mut ids = tables_with(&after, &[&person.id]);
    // On SQLite, whom a list was shared with is a table beside it.
    ids.retain(|table| table != "list_members");
    assert_eq!(ids, ["audit", "lists", "sessions", "users"]);

    // Once no token of theirs can live: nothing at all, and nothing in the audit log once it
    // is as old as that is kept. Counters have hashes, and go with their minute or their day; that
    // a device was seen is counted the longest, for 400 days.
    app.clock.advance(401 * 86_400_000);
    app.services.clean_once(900).await.expect("the job runs");
    let end = dump(&app).await;
    assert_eq!(tables_with(&end, &traces), [""; 0]);
    assert!(end["counters"].is_empty(), "{}", end["counters"]);
    assert!(end["todos"].contains("Stays") && end["users"].contains("other@example.org"));
    assert_eq!(
        app.titles(&app.person_again(&other.email).await, "").await,
        ["Stays"]
    );
    // And in the end not even that.
    app.clock.advance(365 * 86_400_000);
    app.services.clean_once(900).await.expect("the job runs");
    assert_eq!(tables_with(&dump(&app).await, &traces), [""; 0]);
}

/// SHA-256, as it is kept.
fn rondo_hash(secret: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, secret.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
