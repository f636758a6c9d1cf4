//! To-dos that come again: which rules are taken, and what a completion does.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::support::{moment, on_each_keeper, pointers, text};

on_each_keeper! {
    a_rule_is_shown_in_one_form_and_comes_with_a_due_date,
    what_is_no_rule_is_refused_with_the_reason_and_the_place,
    completing_goes_on_to_the_next_occurrence_and_leaves_it_open,
    the_time_on_the_clocks_of_its_zone_is_kept,
    the_last_occurrence_is_completed_for_good_and_can_be_taken_back,
    from_completion_the_days_are_counted_from_the_day_of_completion,
    a_new_due_date_or_rule_begins_a_new_series_and_none_ends_it,
    version_1_completes_an_occurrence_and_knows_nothing_of_rules,
    its_steps_are_opened_for_the_next_occurrence,
}

pub const TODOS: &str = "/api/v2/todos";

pub fn path(todo: &Value) -> String {
    format!("{TODOS}/{}", text(&todo["id"]))
}

pub fn daily() -> Value {
    json!({ "title": "Water the plants", "due": "2026-11-25", "recurrence": "FREQ=DAILY" })
}

pub fn done() -> Value {
    json!({ "done": true })
}

async fn a_rule_is_shown_in_one_form_and_comes_with_a_due_date(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let plain = app.todo(&person, &json!({ "title": "x" })).await;
    assert_eq!(
        (&plain["recurrence"], &plain["recurs_from"]),
        (&json!(null), &json!("due"))
    );
    assert_eq!(plain["last_completed_at"], json!(null));
    let mut body = daily();
    body["recurrence"] = json!("byday=FR,MO;interval=1;freq=weekly");
    let made = app.todo(&person, &body).await;
    assert_eq!(made["recurrence"], "FREQ=WEEKLY;BYDAY=MO,FR");
    assert_eq!(made["recurs_from"], "due");
    assert_eq!(made["last_completed_at"], json!(null));
    assert_eq!(me.get(&path(&made)).await.ok(), made);
    assert_eq!(me.get(TODOS).await.ok()["items"][1], made);
    // What it was shown as changes nothing when it is sent back.
    app.clock.advance(1000);
    let patch = json!({ "recurrence": made["recurrence"], "recurs_from": "due", "due": made["due"] });
    assert_eq!(me.patch(&path(&made), patch).await.ok(), made);
    let patch = json!({ "recurs_from": "completion" });
    let changed = me.patch(&path(&made), patch).await.ok();
    assert_eq!(changed["recurs_from"], "completion");
    for from in ["due", "completion"] {
        let patch = json!({ "recurs_from": if from == "due" { json!(null) } else { json!(from) } });
        assert_eq!(me.patch(&path(&made), patch).await.ok()["recurs_from"], from);
    }
    let removed = me.patch(&path(&made), json!({ "recurrence": null })).await.ok();
    assert_eq!(
        (&removed["recurrence"], &removed["recurs_from"]),
        (&json!(null), &json!("due"))
    );
    assert_eq!(removed["due"], "2026-11-25");
    // On one that has a due date already, and together with one.
    let patch = json!({ "recurrence": "FREQ=MONTHLY;COUNT=3", "recurs_from": "completion" });
    let again = me.patch(&path(&made), patch).await.ok();
    assert_eq!(again["recurrence"], "FREQ=MONTHLY;COUNT=3");
    let patch = json!({ "recurrence": "FREQ=YEARLY", "due": "2028-02-29" });
    assert_eq!(
        me.patch(&path(&plain), patch).await.ok()["recurrence"],
        "FREQ=YEARLY"
    );
}

async fn what_is_no_rule_is_refused_with_the_reason_and_the_place(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let plain = app
        .todo(&person, &json!({ "title": "x", "due": "2026-11-25" }))
        .await;
    let long = format!("FREQ=DAILY;BYMONTHDAY={}", vec!["1"; 300].join(","));
    for (rule, reason) in [
        (json!("FREQ=HOURLY"), "FREQ is DAILY"),
        (json!("FREQ=DAILY;INTERVAL=0"), "from 1 to 1000"),
        (json!("FREQ=DAILY;COUNT=10001"), "from 1 to 10000"),
        (json!("FREQ=DAILY;BYHOUR=9"), "BYHOUR"),
        (json!("RRULE:FREQ=DAILY"), "without RRULE:"),
        (json!("FREQ=DAILY;X-A=1"), "no others"),
        (json!("FREQ=DAILY;FREQ=DAILY"), "FREQ stands there twice"),
        (json!(""), "NAME=VALUE"),
        (json!("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), "no day behind due"),
        (json!("FREQ=DAILY;UNTIL=20261124"), "not before due"),
        (json!("FREQ=DAILY;UNTIL=20261224T000000Z"), "where due is a day"),
        (json!(long), ""),
        (json!(1), ""),
        (json!(["FREQ=DAILY"]), ""),
    ] {
        let body = json!({ "title": "x", "due": "2026-11-25", "recurrence": rule });
        for refusal in [
            me.post(TODOS, body).await,
            me.patch(&path(&plain), json!({ "recurrence": rule })).await,
        ] {
            let refusal = refusal.problem(422, "schema");
            assert_eq!(pointers(&refusal), ["/recurrence"], "{rule}");
            let details = refusal["errors"].to_string();
            assert!(details.contains(reason), "{rule}: {details}");
        }
    }
    let refused = async |body: Value, place: &str| {
        let refusal = me.post(TODOS, body.clone()).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place], "{body}");
    };
    refused(json!({ "title": "x", "recurrence": "FREQ=DAILY" }), "/recurrence").await;
    refused(
        json!({ "title": "x", "recurs_from": "completion" }),
        "/recurs_from",
    )
    .await;
    refused(json!({ "title": "x", "recurs_from": "today" }), "/recurs_from").await;
    refused(
        json!({ "title": "x", "last_completed_at": null }),
        "/last_completed_at",
    )
    .await;
    let without = app.todo(&person, &json!({ "title": "x" })).await;
    for (patch, place) in [
        (json!({ "recurrence": "FREQ=DAILY" }), "/recurrence"),
        (json!({ "recurs_from": "completion" }), "/recurs_from"),
    ] {
        let refusal = me.patch(&path(&without), patch).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place]);
    }
    // A rule that ends on a day does not go with a moment.
    let patch = json!({ "recurrence": "FREQ=DAILY;UNTIL=20261231" });
    me.patch(&path(&plain), patch).await.ok();
    let patch = json!({ "due": "2026-11-25T10:00:00Z" });
    let refusal = me.patch(&path(&plain), patch).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/recurrence"]);
}

async fn completing_goes_on_to_the_next_occurrence_and_leaves_it_open(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = app.todo(&person, &daily()).await;
    app.clock.advance(1000);
    let answer = me
        .patch(&path(&made), json!({ "done": true, "notes": "All" }))
        .await;
    let next = answer.ok();
    let mut expected = made.clone();
    expected["due"] = json!("2026-11-26");
    expected["notes"] = json!("All");
    expected["version"] = json!(2);
    expected["updated_at"] = next["updated_at"].clone();
    expected["last_completed_at"] = next["updated_at"].clone();
    assert_eq!(next, expected);
    assert!(moment(&next["updated_at"]) > moment(&made["updated_at"]));
    let read = me.get(&path(&made)).await;
    assert_eq!(
        (read.ok(), read.header("etag")),
        (next.clone(), answer.header("etag"))
    );
    // One step, even if that is in the past, and to where the filters look for it.
    assert_eq!(
        app.titles(&person, "done=false&due_after=2026-11-26&due_before=2026-11-27")
            .await
            .len(),
        1
    );
    assert_eq!(app.titles(&person, "done=true").await.len(), 0);
    // With another due date, it is that occurrence which is completed.
    app.clock.advance(61_000);
    let moved = me
        .patch(&path(&made), json!({ "done": true, "due": "2027-01-31" }))
        .await
        .ok();
    assert_eq!(
        (&moved["due"], &moved["done"]),
        (&json!("2027-02-01"), &json!(false))
    );
    // Open it was all along.
    assert_eq!(me.patch(&path(&made), json!({ "done": false })).await.ok(), moved);
    // What is made done has its first occurrence behind it.
    let mut body = daily();
    body["done"] = json!(true);
    let made = app.todo(&person, &body).await;
    assert_eq!(
        (&made["due"], &made["done"]),
        (&json!("2026-11-26"), &json!(false))
    );
    assert_eq!(made["last_completed_at"], made["created_at"]);
}

async fn the_time_on_the_clocks_of_its_zone_is_kept(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    me.patch("/api/v2/users/me", json!({ "time_zone": "Europe/Berlin" }))
        .await
        .ok();
    let body = json!({ "title": "x", "due": "2026-03-28T02:30:00+01:00", "recurrence": "FREQ=DAILY" });
    let made = app.todo(&person, &body).await;
    assert_eq!(
        made["time_zone"], "Europe/Berlin",
        "that of its owner, since it comes again"
    );
    let mut dues = Vec::new();
    for _ in 0..2 {
        app.clock.advance(61_000);
        dues.push(me.patch(&path(&made), done()).await.ok()["due"].clone());
    }
    assert_eq!(dues, ["2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"]);
    // The zone is taken when a rule comes to a moment that had none.
    let made = app
        .todo(
            &person,
            &json!({ "title": "x", "due": "2026-03-28T02:30:00+01:00" }),
        )
        .await;
    assert_eq!(made["time_zone"], json!(null));
    let patch = json!({ "recurrence": "FREQ=DAILY" });
    assert_eq!(
        me.patch(&path(&made), patch).await.ok()["time_zone"],
        "Europe/Berlin"
    );
}

async fn the_last_occurrence_is_completed_for_good_and_can_be_taken_back(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for rule in ["FREQ=WEEKLY;COUNT=2", "FREQ=WEEKLY;UNTIL=20261202"] {
        let mut body = daily();
        body["recurrence"] = json!(rule);
        let made = app.todo(&person, &body).await;
        app.clock.advance(61_000);
        let last = me.patch(&path(&made), done()).await.ok();
        assert_eq!(
            (&last["due"], &last["done"]),
            (&json!("2026-12-02"), &json!(false))
        );
        app.clock.advance(61_000);
        let ended = me.patch(&path(&made), done()).await.ok();
        assert_eq!(
            (&ended["due"], &ended["done"]),
            (&json!("2026-12-02"), &json!(true))
        );
        assert_eq!(ended["completed_at"], ended["updated_at"]);
        assert_eq!(ended["last_completed_at"], ended["updated_at"]);
        assert_eq!(ended["recurrence"], last["recurrence"]);
        assert_eq!(me.patch(&path(&made), done()).await.ok(), ended);
        // Taken back and completed once more, both at once.
        let open = me.patch(&path(&made), json!({ "done": false })).await.ok();
        assert_eq!(
            (&open["due"], &open["completed_at"]),
            (&json!("2026-12-02"), &json!(null))
        );
        assert_eq!(me.patch(&path(&made), done()).await.ok()["done"], true);
    }
}

async fn from_completion_the_days_are_counted_from_the_day_of_completion(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    // Long ago, so that the day of completion is today, whatever day the test runs on.
    let body = json!({
        "title": "x", "due": "2020-01-01", "time_zone": "Asia/Tokyo", "recurrence": "FREQ=DAILY;INTERVAL=3",
        "recurs_from": "completion",
    });
    let made = app.todo(&person, &body).await;
    let next = me.patch(&path(&made), done()).await.ok();
    let completed = moment(&next["last_completed_at"]);
    let tokyo: rondo::model::Zone = "Asia/Tokyo".parse().expect("a zone");
    let day = tokyo.wall_clock(completed).date() + chrono::Days::new(3);
    assert_eq!(next["due"], day.to_string());
}

async fn a_new_due_date_or_rule_begins_a_new_series_and_none_ends_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let body = json!({ "title": "x", "due": "2026-01-31", "recurrence": "FREQ=MONTHLY" });
    let made = app.todo(&person, &body).await;
    let step = async || {
        app.clock.advance(61_000);
        text(&me.patch(&path(&made), done()).await.ok()["due"])
    };
    assert_eq!(step().await, "2026-03-31");
    me.patch(&path(&made), json!({ "due": "2026-04-15" })).await.ok();
    assert_eq!(step().await, "2026-05-15");
    me.patch(&path(&made), json!({ "recurrence": "FREQ=MONTHLY;INTERVAL=2" }))
        .await
        .ok();
    assert_eq!(step().await, "2026-07-15");
    // Without a due date nothing comes again.
    let plain = me.patch(&path(&made), json!({ "due": null })).await.ok();
    assert_eq!(
        (&plain["recurrence"], &plain["recurs_from"]),
        (&json!(null), &json!("due"))
    );
    app.clock.advance(61_000);
    assert_eq!(me.patch(&path(&made), done()).await.ok()["done"], true);
}

async fn version_1_completes_an_occurrence_and_knows_nothing_of_rules(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = app.todo(&person, &daily()).await;
    app.clock.advance(1000);
    let complete = |payload: Value| json!({ "query": { "id": made["id"] }, "payload": payload });
    me.patch("/todo", complete(done())).await.ok();
    let shown = me.get(&format!("/todo?id={}", text(&made["id"]))).await.ok();
    assert_eq!(
        (&shown["data"]["due"], &shown["data"]["done"]),
        (&json!("2026-11-26"), &json!(false))
    );
    for name in ["recurrence", "recurs_from", "last_completed_at"] {
        assert!(shown["data"].get(name).is_none(), "{name}");
        let refusal = me.patch("/todo", complete(json!({ name: null }))).await;
        refusal.refused("/todo", 400, "schema");
        let body = json!({ "title": "x", name: null });
        me.post("/todo", body).await.refused("/todo", 400, "schema");
    }
    // Once more at once: the same completion.
    me.patch("/todo", complete(done())).await.ok();
    assert_eq!(me.get(&path(&made)).await.ok()["due"], "2026-11-26");
}

async fn its_steps_are_opened_for_the_next_occurrence(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let step_of = async |parent: &Value| {
        let body = json!({ "title": "Step", "parent_id": parent["id"] });
        path(&app.todo(&person, &body).await)
    };
    let (made, other) = (
        app.todo(&person, &daily()).await,
        app.todo(&person, &daily()).await,
    );
    let of_other = step_of(&other).await;
    me.patch(&of_other, done()).await.ok();
    // One stays open, one is done, and one is done and in the trash.
    let (open, finished, trashed) = (step_of(&made).await, step_of(&made).await, step_of(&made).await);
    for step in [&finished, &trashed] {
        me.patch(step, done()).await.ok();
    }
    me.delete(&trashed).await.expect_empty(204);
    app.clock.advance(1000);
    let next = me.patch(&path(&made), done()).await.ok();
    assert_eq!(next["progress"], json!({ "done": 0, "total": 2 }));
    let step = me.get(&finished).await.ok();
    assert_eq!(
        (&step["done"], &step["completed_at"], &step["version"]),
        (&json!(false), &json!(null), &json!(3))
    );
    assert_eq!(me.get(&open).await.ok()["version"], 1);
    assert_eq!(me.get(&of_other).await.ok()["done"], true);
    // What is done since then is for the occurrence that comes, also when the completion is sent again.
    app.clock.advance(1000);
    me.patch(&open, done()).await.ok();
    let same = me.patch(&path(&made), done()).await.ok();
    assert_eq!(
        (&same["due"], &same["progress"]),
        (&next["due"], &json!({ "done": 1, "total": 2 }))
    );
    app.clock.advance(61_000);
    let next = me.patch(&path(&made), done()).await.ok();
    assert_eq!(next["progress"], json!({ "done": 0, "total": 2 }));
    // The last occurrence completes them.
    app.clock.advance(61_000);
    me.patch(&path(&made), json!({ "recurrence": "FREQ=DAILY;COUNT=1" }))
        .await
        .ok();
    let last = me.patch(&path(&made), done()).await.ok();
    assert_eq!(
        (&last["done"], &last["progress"]),
        (&json!(true), &json!({ "done": 2, "total": 2 }))
    );
}
