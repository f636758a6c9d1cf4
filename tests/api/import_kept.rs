//! What an export keeps and an import brings back beside what people write: what was completed and reminded of, and
//! when the digest comes.

use rondo::model::{Caller, Id, Role, Scope, Scopes};
use rondo::service::transfer::{Format, Reading, Settings, Wish};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::import::{counts, send, todos};
use crate::support::{complete, on_each_keeper, pointers, text};

on_each_keeper! {
    an_export_comes_back_into_its_own_account_unchanged_and_into_another_whole,
    what_comes_again_comes_along_and_a_rule_without_a_day_is_refused,
    what_was_completed_and_reminded_of_comes_along,
    a_reminder_without_a_due_date_rests,
    the_digest_comes_along_where_none_is_chosen,
}

const ME: &str = "/api/v2/users/me";

/// The same but for what a to-do of another account is known by.
fn plain(mut todos: Vec<Value>) -> Vec<Value> {
    for todo in &mut todos {
        todo["id"] = Value::Null;
        todo["version"] = Value::Null;
    }
    todos
}

async fn what_was_completed_and_reminded_of_comes_along(app: TestApp) {
    let person = app.person("person@example.org").await;
    let daily = json!({ "title": "Daily", "due": "2026-11-22T10:00:00+01:00", "recurrence": "FREQ=DAILY" });
    let daily = app.todo(&person, &daily).await;
    let last = json!({ "title": "Last", "due": "2026-11-22", "recurrence": "FREQ=DAILY;COUNT=2" });
    let last = app.todo(&person, &last).await;
    app.clock.advance(120_000);
    let daily = complete(&app, &person, &daily).await;
    assert!(daily["last_completed_at"].is_string() && daily["done"] == false);
    let last = complete(&app, &person, &last).await;
    app.clock.advance(120_000);
    let last = complete(&app, &person, &last).await;
    assert!(last["done"] == true && last["last_completed_at"] == last["completed_at"]);
    for todo in [
        json!({ "title": "Never completed", "due": "2026-11-22", "recurrence": "FREQ=DAILY" }),
        json!({ "title": "Ahead", "due": "2096-11-22", "time_zone": "Asia/Tokyo", "reminder": "-P1DT30M" }),
        json!({ "title": "At a moment", "reminder": "2096-11-22T10:00:00-03:00" }),
        json!({ "title": "Over", "reminder": "2020-11-22T10:00:00Z" }),
        json!({ "title": "Again", "due": "2096-11-22", "recurrence": "FREQ=WEEKLY", "reminder": "-PT0M" }),
    ] {
        app.todo(&person, &todo).await;
    }
    let before = todos(&app, &person).await;
    let of = |title: &str| {
        let found = before.iter().find(|todo| todo["title"] == title);
        found.expect("it is there").clone()
    };
    assert_eq!(of("Over")["reminded_at"], "2020-11-22T10:00:00.000Z");
    assert!(of("Ahead")["remind_at"].is_string());
    app.clock.advance(120_000);
    for (format, media_type) in [("json", "application/json"), ("csv", "text/csv")] {
        let path = format!("/api/v2/export?format={format}");
        let file = app.by(&person).get(&path).await.body;
        let again = send(&app, &person, "", media_type, file.clone()).await.ok();
        assert_eq!(counts(&again), [0, 7, 0], "{again}");
        assert_eq!(todos(&app, &person).await, before);
        let other = app.person(&format!("{format}@example.org")).await;
        let report = send(&app, &other, "", media_type, file).await.ok();
        assert_eq!(counts(&report), [7, 0, 0], "{report}");
        assert_eq!(
            plain(todos(&app, &other).await),
            plain(before.clone()),
            "{format}"
        );
    }
    // Nothing was completed in the future; and what is done was completed, whatever the file leaves out.
    let other = app.person("other@example.org").await;
    let table = "title,due,recurrence,done,completed_at,last_completed_at\n\
                 Ahead,2026-11-22,FREQ=DAILY,,,2096-01-01T00:00:00Z\n\
                 Done,2026-11-22,FREQ=DAILY,true,2026-01-01T00:00:00Z,\n";
    let report = send(&app, &other, "", "text/csv", table).await.ok();
    assert_eq!(counts(&report), [2, 0, 0], "{report}");
    let made = todos(&app, &other).await;
    let of = |title: &str| {
        made.iter()
            .find(|todo| todo["title"] == title)
            .expect("it is there")
    };
    assert_eq!(of("Ahead")["last_completed_at"], of("Ahead")["updated_at"]);
    assert_eq!(of("Done")["last_completed_at"], "2026-01-01T00:00:00.000Z");
    let table = "title,last_completed_at,reminder,reminded_at\nx,yesterday,soon,never\n";
    let refusal = send(&app, &other, "", "text/csv", table).await;
    let places = pointers(&refusal.problem(422, "schema"));
    assert_eq!(
        places,
        [
            "line 2, last_completed_at",
            "line 2, reminded_at",
            "line 2, reminder"
        ]
    );
}

async fn a_reminder_without_a_due_date_rests(app: TestApp) {
    let person = app.person("person@example.org").await;
    let todo = json!({ "title": "x", "due": "2096-11-22", "reminder": "-P1D" });
    let made = app.todo(&person, &todo).await;
    let path = format!("/api/v2/todos/{}", text(&made["id"]));
    app.by(&person).patch(&path, json!({ "due": null })).await.ok();
    let file = app.by(&person).get("/api/v2/export").await.body;
    let other = app.person("other@example.org").await;
    let report = send(&app, &other, "", "application/json", file).await.ok();
    assert_eq!(counts(&report), [1, 0, 0], "{report}");
    assert_eq!(report["lines"][0]["problems"][0]["pointer"], "/todos/0/reminder");
    let moved = todos(&app, &other).await;
    assert_eq!(
        (&moved[0]["reminder"], &moved[0]["remind_at"]),
        (&json!("-P1D"), &Value::Null)
    );
}

async fn the_digest_comes_along_where_none_is_chosen(app: TestApp) {
    let person = app.person("person@example.org").await;
    let settings = json!({ "time_zone": "Asia/Tokyo", "digest": "07:30" });
    app.by(&person).patch(ME, settings).await.ok();
    let file = app.by(&person).get("/api/v2/export").await;
    assert_eq!(file.ok()["user"], app.by(&person).get(ME).await.ok());
    let chosen = async |email: &str, own: Value, query: &str| {
        let other = app.person(email).await;
        app.by(&other).patch(ME, own).await.ok();
        send(&app, &other, query, "application/json", file.body.clone())
            .await
            .ok();
        let me = app.by(&other).get(ME).await.ok();
        (me["digest"].clone(), me["time_zone"].clone())
    };
    assert_eq!(
        chosen("none@example.org", json!({}), "").await,
        (json!("07:30"), json!("Asia/Tokyo"))
    );
    assert_eq!(
        chosen("zone@example.org", json!({ "time_zone": "UTC" }), "").await,
        (json!("07:30"), json!("UTC"))
    );
    assert_eq!(
        chosen("own@example.org", json!({ "digest": "21:00" }), "").await,
        (json!("21:00"), Value::Null)
    );
    assert_eq!(
        chosen("dry@example.org", json!({}), "?dry_run=true").await,
        (Value::Null, Value::Null)
    );
    // It comes: the day after tomorrow it is due.
    let later = app.services.source.now().plus_seconds(2 * 86_400);
    let due = app
        .services
        .store
        .due_digests(later, 10)
        .await
        .expect("the store answers");
    assert_eq!(
        due.len(),
        4,
        "the two that took it, and the two that had their own"
    );
    // A token that may not change the account does not.
    let other = app.person("scope@example.org").await;
    let caller = Caller {
        user_id: other.id.parse().expect("an id"),
        session_id: Id::from_bytes([0; 12]),
        role: Role::User,
        scopes: Scopes::default().with(Scope::TodoWrite),
        is_delegated: false,
    };
    let reading = Reading {
        settings: Settings {
            time_zone: None,
            digest: "07:30".parse().ok(),
        },
        ..Reading::default()
    };
    let wish = Wish {
        format: Format::Json,
        dry_run: false,
        skip_refused: false,
    };
    let report = app.services.transfer.import(&caller, reading, wish).await;
    assert!(report.expect("it is taken").is_written);
    assert_eq!(app.by(&other).get(ME).await.ok()["digest"], Value::Null);
}

async fn an_export_comes_back_into_its_own_account_unchanged_and_into_another_whole(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = json!({ "time_zone": "Asia/Tokyo" });
    app.by(&person).patch("/api/v2/users/me", me).await.ok();
    for todo in [
        json!({ "title": "Day", "due": "2026-11-22", "notes": "n\r\n\t\u{1f980}", "tags": ["x"], "priority": "high" }),
        json!({ "title": "Done", "done": true, "due": "2026-11-22T10:00:00.25-03:00" }),
        json!({ "title": "Trashed" }),
    ] {
        let made = app.todo(&person, &todo).await;
        if made["title"] == "Trashed" {
            let path = format!("/api/v2/todos/{}", text(&made["id"]));
            app.by(&person).delete(&path).await.expect_empty(204);
        }
    }
    app.clock.advance(86_400_000);
    let (person, other) = (
        app.person_again(&person.email).await,
        app.person("other@example.org").await,
    );
    let before = todos(&app, &person).await;
    for (format, media_type) in [("json", "application/json"), ("csv", "text/csv")] {
        let file = app
            .by(&person)
            .get(&format!("/api/v2/export?format={format}"))
            .await
            .body;
        let report = send(&app, &person, "", media_type, file.clone()).await.ok();
        assert_eq!(counts(&report), [0, 3, 0], "{report}");
        assert_eq!(todos(&app, &person).await, before);
        // The second form of the same export finds what the first one made.
        let report = send(&app, &other, "", media_type, file).await.ok();
        let expected = if format == "json" { [3, 0, 0] } else { [0, 3, 0] };
        assert_eq!(counts(&report), expected, "{report}");
    }
    let plain = |todos: Vec<Value>| {
        let mut todos = todos;
        for todo in &mut todos {
            // A moved one is another, at its first version.
            todo["id"] = Value::Null;
            todo["version"] = Value::Null;
        }
        todos
    };
    assert_eq!(plain(todos(&app, &other).await), plain(before.clone()));
    let ids = |todos: &[Value]| todos.iter().map(|todo| text(&todo["id"])).collect::<Vec<_>>();
    let moved = todos(&app, &other).await;
    assert!(
        ids(&moved).iter().all(|id| !ids(&before).contains(id)),
        "they get ids of their own"
    );
}

async fn what_comes_again_comes_along_and_a_rule_without_a_day_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let csv = "title,due,recurrence,recurs_from\nWater,2026-11-22,FREQ=WEEKLY;BYDAY=SU,completion\nNever,,FREQ=DAILY,\n";
    let report = send(&app, &person, "?format=csv&skip_refused=true", "text/csv", csv)
        .await
        .ok();
    assert_eq!(
        (&report["created"], &report["refused"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    assert_eq!(
        report["lines"][1]["problems"][0]["column"], "recurrence",
        "{report}"
    );
    let page = app.by(&person).get("/api/v2/todos").await.ok();
    assert_eq!(page["items"][0]["recurrence"], "FREQ=WEEKLY;BYDAY=SU");
    assert_eq!(page["items"][0]["recurs_from"], "completion");
}
