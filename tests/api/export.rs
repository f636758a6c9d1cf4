//! The export: everything of one person as one file, whatever its size, and the table that spreadsheets open.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, members, moment, on_each_keeper, text};

on_each_keeper! {
    everything_of_a_person_and_nothing_of_others_is_exported,
    an_export_of_many_pages_has_each_todo_once_and_in_order,
    a_table_has_a_header_and_no_cell_that_is_a_formula,
    an_empty_account_exports_sound_files,
    an_export_that_breaks_off_is_no_whole_file,
}

async fn export(app: &TestApp, person: &Person, query: &str) -> Answer {
    let answer = app.by(person).get(&format!("/api/v2/export{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store");
    answer
}

/// The records of a table, by the columns of its header.
pub fn records(table: &Answer) -> Vec<Value> {
    let mut reader = csv::Reader::from_reader(table.body.as_slice());
    let header = reader.headers().expect("a header").clone();
    let records = reader.records().map(|record| record.expect("a record"));
    records
        .map(|record| {
            header
                .iter()
                .zip(record.iter())
                .map(|(name, cell)| (name.to_owned(), json!(cell)))
                .collect()
        })
        .collect()
}

async fn everything_of_a_person_and_nothing_of_others_is_exported(app: TestApp) {
    let (person, other) = (
        app.person("person@example.org").await,
        app.person("other@example.org").await,
    );
    app.todo(&other, &json!({ "title": "Other" })).await;
    let full = json!({
        "title": "Fül \"l\"", "notes": "a\nb", "done": true, "due": "2026-11-22T10:30:00+01:00",
        "time_zone": "Asia/Tokyo", "priority": "low", "tags": ["b", "a"],
    });
    let full = app.todo(&person, &full).await;
    let plain = app.todo(&person, &json!({ "title": "Plain" })).await;
    let trashed = app.todo(&person, &json!({ "title": "Trashed" })).await;
    let path = format!("/api/v2/todos/{}", text(&trashed["id"]));
    app.by(&person).delete(&path).await.expect_empty(204);
    let answer = export(&app, &person, "").await;
    let name = answer.header("content-disposition");
    assert!(
        name.starts_with("attachment; filename=\"rondo-20") && name.ends_with(".json\""),
        "{name}"
    );
    let file = answer.ok();
    assert_eq!(
        members(&file),
        ["exported_at", "format", "lists", "todos", "user", "version"]
    );
    assert_eq!(
        (&file["format"], &file["version"], &file["lists"]),
        (&json!("rondo"), &json!(1), &json!([]))
    );
    moment(&file["exported_at"]);
    assert_eq!(file["user"], app.by(&person).get("/api/v2/users/me").await.ok());
    let todos = file["todos"].as_array().expect("to-dos");
    assert_eq!(todos[..2], [full, plain]);
    assert_eq!((todos.len(), &todos[2]["id"]), (3, &trashed["id"]));
    moment(&todos[2]["deleted_at"]);
    assert_eq!(
        export(&app, &person, "?format=json").await.ok()["todos"],
        file["todos"]
    );
    app.by(&person)
        .get("/api/v2/export?format=todoist")
        .await
        .problem(400, "query");
}

async fn an_export_of_many_pages_has_each_todo_once_and_in_order(app: TestApp) {
    let person = app.person("person@example.org").await;
    let titles: Vec<String> = (0..450).map(|number| format!("To-do {number}")).collect();
    let todos: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
    let file = json!({ "format": "rondo", "version": 1, "todos": todos });
    app.by(&person).post("/api/v2/import", file).await.ok();
    let answer = export(&app, &person, "").await;
    assert!(!answer.has("content-length"), "it is sent as it is read");
    let todos = answer.ok();
    let todos = todos["todos"].as_array().expect("to-dos");
    let found: BTreeSet<String> = todos.iter().map(|todo| text(&todo["title"])).collect();
    assert_eq!((todos.len(), found.len()), (450, 450));
    let table = records(&export(&app, &person, "?format=csv").await);
    let ids = |todos: &[Value]| todos.iter().map(|todo| text(&todo["id"])).collect::<Vec<_>>();
    assert_eq!(ids(&table), ids(todos));
}

async fn a_table_has_a_header_and_no_cell_that_is_a_formula(app: TestApp) {
    let person = app.person("person@example.org").await;
    let titles = [
        "=1+1", "+1", "-1", "@SUM(A1)", "'=1+1", "''-1", "'quoted'", "plain", "＝1+1", "a,b\"c;d",
    ];
    for title in titles {
        let todo =
            json!({ "title": title, "notes": format!("\t{title}\r\n{title}"), "tags": [title, "a;b\\c"] });
        app.todo(&person, &todo).await;
    }
    let answer = export(&app, &person, "?format=csv").await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.header("content-disposition").ends_with(".csv\""));
    let whole = answer.text();
    let header = "id,title,notes,done,completed_at,due,time_zone,recurrence,recurs_from,last_completed_at,priority,tags,list_id,\
                  parent_id,reminder,reminded_at,position,created_at,updated_at,deleted_at\r\n";
    assert!(whole.starts_with(header) && whole.ends_with("\r\n"), "{whole}");
    let table = records(&answer);
    assert_eq!(table.len(), titles.len());
    for (record, title) in table.iter().zip(titles) {
        for (name, cell) in record.as_object().expect("a record") {
            let first = text(cell).chars().next().unwrap_or('a');
            assert!(!"=+-@\t\r\n＝＋－＠".contains(first), "{name}: {cell}");
        }
        let is_armed = !"'=+-@＝".contains(title.chars().next().unwrap_or('a')) || title == "'quoted'";
        let expected = if is_armed {
            title.to_owned()
        } else {
            format!("'{title}")
        };
        assert_eq!(record["title"], expected.as_str());
        assert_eq!(record["done"], "false");
    }
    // Read back it is what it was.
    let other = app.person("other@example.org").await;
    let request = app.by(&other).request(reqwest::Method::POST, "/api/v2/import");
    let report = ask(request
        .header("content-type", "text/csv")
        .body(answer.body.clone()))
    .await
    .ok();
    assert_eq!(
        (&report["created"], &report["refused"]),
        (&json!(titles.len()), &json!(0)),
        "{report}"
    );
    let [before, after] = [
        export(&app, &person, "").await.ok(),
        export(&app, &other, "").await.ok(),
    ];
    let told = |file: &Value| {
        let mut todos = file["todos"].as_array().expect("to-dos").clone();
        for todo in &mut todos {
            todo["id"] = Value::Null;
        }
        todos.sort_by_key(|todo| text(&todo["position"]));
        todos
    };
    assert_eq!(told(&before), told(&after));
}

async fn an_empty_account_exports_sound_files(app: TestApp) {
    let person = app.person("person@example.org").await;
    assert_eq!(export(&app, &person, "").await.ok()["todos"], json!([]));
    let table = export(&app, &person, "?format=csv").await;
    assert_eq!(table.text().matches("\r\n").count(), 1, "the header only");
    app.anybody()
        .get("/api/v2/export")
        .await
        .problem(401, "unauthenticated");
}

/// The store goes away while both are being read, long before their ends.
async fn an_export_that_breaks_off_is_no_whole_file(app: TestApp) {
    let person = app.person("person@example.org").await;
    // Far more than sockets hold: the last pages are not asked for before the first ones were read.
    let todos: Vec<Value> = (0..450)
        .map(|number| json!({ "title": format!("{number}"), "notes": "🦀".repeat(10_000) }))
        .collect();
    let file = json!({ "format": "rondo", "version": 1, "todos": todos });
    app.by(&person).post("/api/v2/import", file).await.ok();
    let begin = async |query: &str| {
        let path = format!("/api/v2/export{query}");
        let mut response = app
            .by(&person)
            .request(reqwest::Method::GET, &path)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 200);
        let first = response.chunk().await.expect("a chunk").expect("a beginning");
        (response, first.to_vec())
    };
    let begun = [begin("").await, begin("?format=csv").await];
    app.services.store.close().await;
    let mut files = Vec::new();
    for (mut response, mut body) in begun {
        while let Some(chunk) = response.chunk().await.expect("a chunk") {
            body.extend_from_slice(&chunk);
        }
        files.push(String::from_utf8(body).expect("UTF-8"));
    }
    assert!(files[0].starts_with("{\"format\"") && serde_json::from_str::<Value>(&files[0]).is_err());
    assert!(
        files[1].ends_with("\r\n\"THE EXPORT BROKE OFF HERE: the database did not answer. Export again.")
    );
}
