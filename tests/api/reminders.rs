//! Reminders of to-dos and the choice of a digest, as clients set and see them. How they go out is in
//! `reminders_mailed`.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper! {
    a_reminder_is_kept_as_written_and_its_moment_is_shown,
    a_reminder_that_counts_from_a_due_date_needs_one,
    what_is_no_reminder_and_no_time_of_day_is_refused,
    a_reminder_of_a_moment_that_lies_behind_is_passed_over,
    what_is_handed_out_is_a_change_of_its_to_do_and_is_armed_anew_by_another_due with [("RONDO_ACCESS_TOKEN_SECONDS", "86400")],
    what_comes_again_is_reminded_of_again,
    a_digest_is_chosen_and_taken_back,
    version_1_knows_nothing_of_reminders_and_digests,
}

const TODOS: &str = "/api/v2/todos";
const ME: &str = "/api/v2/users/me";

fn path(todo: &Value) -> String {
    format!("{TODOS}/{}", text(&todo["id"]))
}

async fn a_reminder_is_kept_as_written_and_its_moment_is_shown(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    me.patch(ME, json!({ "time_zone": "Europe/Berlin" })).await.ok();
    for (due, reminder, moment) in [
        (
            json!("2096-11-22T10:30:00+01:00"),
            "-PT30M",
            "2096-11-22T09:00:00.000Z",
        ),
        (json!("2096-11-22"), "-P1D", "2096-11-21T08:00:00.000Z"),
        (json!("2096-11-22"), "-PT0M", "2096-11-22T08:00:00.000Z"),
        (
            Value::Null,
            "2096-11-20T08:00:00+01:00",
            "2096-11-20T07:00:00.000Z",
        ),
    ] {
        let body = json!({ "title": "Pay", "due": due, "reminder": reminder });
        let made = me.post(TODOS, body).await.expect(201);
        assert_eq!(made["reminder"], reminder);
        assert_eq!(made["remind_at"], moment, "{reminder}");
        assert_eq!(made["reminded_at"], Value::Null);
        assert_eq!(me.get(&path(&made)).await.ok(), made);
        let done = me.patch(&path(&made), json!({ "done": true })).await.ok();
        assert_eq!(
            (&done["reminder"], &done["remind_at"]),
            (&json!(reminder), &Value::Null)
        );
        let cleared = json!({ "done": false, "reminder": null });
        let cleared = me.patch(&path(&made), cleared).await.ok();
        assert_eq!(
            (&cleared["reminder"], &cleared["remind_at"]),
            (&Value::Null, &Value::Null)
        );
    }
}

async fn a_reminder_that_counts_from_a_due_date_needs_one(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let refused = |answer: crate::support::Answer| {
        let problem = answer.problem(422, "schema");
        assert_eq!(pointers(&problem), ["/reminder"]);
    };
    refused(
        me.post(TODOS, json!({ "title": "Pay", "reminder": "-P1D" }))
            .await,
    );
    let due = "2096-11-22T10:30:00Z";
    let plain = me.post(TODOS, json!({ "title": "Pay" })).await.expect(201);
    refused(me.patch(&path(&plain), json!({ "reminder": "-P1D" })).await);
    let both = me
        .patch(&path(&plain), json!({ "reminder": "-P1D", "due": due }))
        .await
        .ok();
    assert_eq!(both["remind_at"], "2096-11-21T10:30:00.000Z");
    refused(
        me.patch(&path(&plain), json!({ "reminder": "-P2D", "due": null }))
            .await,
    );
    // It rests while there is nothing due, and counts from what is due next.
    let resting = me.patch(&path(&plain), json!({ "due": null })).await.ok();
    assert_eq!(
        (&resting["reminder"], &resting["remind_at"]),
        (&json!("-P1D"), &Value::Null)
    );
    let again = me
        .patch(&path(&plain), json!({ "due": "2096-12-01T10:30:00Z" }))
        .await
        .ok();
    assert_eq!(again["remind_at"], "2096-11-30T10:30:00.000Z");
    me.patch(
        &format!("{TODOS}/000000000000000000000000"),
        json!({ "reminder": "-P1D" }),
    )
    .await
    .problem(404, "not-found");
}

async fn what_is_no_reminder_and_no_time_of_day_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for bad in [
        json!("-P31D"),
        json!("P1D"),
        json!("tomorrow"),
        json!(""),
        json!(30),
        json!("-P1D\r\n"),
    ] {
        let body = json!({ "title": "Pay", "due": "2096-11-22", "reminder": bad });
        let problem = me.post(TODOS, body).await.problem(422, "schema");
        assert_eq!(pointers(&problem), ["/reminder"], "{bad}");
    }
    for bad in [
        json!("24:00"),
        json!("7:30"),
        json!("07:30:00"),
        json!(7),
        json!(""),
    ] {
        let problem = me
            .patch(ME, json!({ "digest": bad }))
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&problem), ["/digest"], "{bad}");
    }
}

async fn a_reminder_of_a_moment_that_lies_behind_is_passed_over(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let due = app.services.source.now().plus_seconds(3600);
    let body = json!({ "title": "Pay", "due": due, "reminder": "-P1D" });
    let made = me.post(TODOS, body).await.expect(201);
    assert_eq!(made["remind_at"], Value::Null);
    assert_eq!(app.services.reminders.run_once().await.unwrap(), 0);
    let soon = me.patch(&path(&made), json!({ "reminder": "-PT30M" })).await.ok();
    assert_eq!(soon["remind_at"], due.plus_seconds(-1800).to_string());
}

async fn what_is_handed_out_is_a_change_of_its_to_do_and_is_armed_anew_by_another_due(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let due = app.services.source.now().plus_seconds(3600);
    let body = json!({ "title": "Pay", "due": due, "reminder": "-PT30M" });
    let made = me.post(TODOS, body).await.expect(201);
    app.clock.advance(1_800_000);
    app.services.reminders.run_once().await.unwrap();
    // By this run or by the service's own job: it is handed out, and once.
    assert_eq!(app.services.reminders.run_once().await.unwrap(), 0);
    let told = me.get(&path(&made)).await.ok();
    assert_eq!(
        (&told["remind_at"], &told["reminded_at"]),
        (&Value::Null, &made["remind_at"])
    );
    assert_eq!(
        (&told["version"], &told["updated_at"]),
        (&json!(2), &made["updated_at"])
    );
    let next = due.plus_seconds(86_400);
    let moved = me.patch(&path(&made), json!({ "due": next })).await.ok();
    assert_eq!(moved["remind_at"], next.plus_seconds(-1800).to_string());
    assert_eq!(moved["reminded_at"], told["reminded_at"]);
}

async fn what_comes_again_is_reminded_of_again(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let body = json!({
        "title": "Water", "due": "2096-11-22T10:00:00Z", "recurrence": "FREQ=DAILY", "reminder": "-PT30M",
    });
    let made = me.post(TODOS, body).await.expect(201);
    assert_eq!(made["remind_at"], "2096-11-22T09:30:00.000Z");
    let next = me.patch(&path(&made), json!({ "done": true })).await.ok();
    assert_eq!(
        (&next["done"], &next["remind_at"]),
        (&json!(false), &json!("2096-11-23T09:30:00.000Z"))
    );
}

async fn a_digest_is_chosen_and_taken_back(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let chosen = me
        .patch(ME, json!({ "digest": "07:30", "time_zone": "Asia/Tokyo" }))
        .await
        .ok();
    assert_eq!(chosen["digest"], "07:30");
    assert_eq!(me.get(ME).await.ok(), chosen);
    let id = person.id.parse().unwrap();
    let awaited = async || app.services.store.user(id).await.unwrap().unwrap().digest_at;
    // Half past seven in Tokyo.
    let clock = |at: Option<rondo::model::Timestamp>| at.unwrap().to_string()[11..].to_owned();
    assert_eq!(clock(awaited().await), "22:30:00.000Z");
    me.patch(ME, json!({ "time_zone": null })).await.ok();
    assert_eq!(clock(awaited().await), "07:30:00.000Z");
    let never = me.patch(ME, json!({ "digest": null })).await.ok();
    assert_eq!(never["digest"], Value::Null);
    assert_eq!(awaited().await, None);
}

async fn version_1_knows_nothing_of_reminders_and_digests(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let body = json!({ "title": "Pay", "due": "2096-11-22", "reminder": "-P1D" });
    me.post("/api/v1/todo", body.clone()).await.failure(400, "…");
    let made = me.post(TODOS, body).await.expect(201);
    let shown = me
        .get(&format!("/api/v1/todo?id={}", text(&made["id"])))
        .await
        .ok();
    assert_eq!(shown["data"].get("reminder"), None, "{shown}");
    let change = json!({ "query": { "id": made["id"] }, "payload": { "due": "2096-11-23" } });
    me.patch("/api/v1/todo", change).await.ok();
    let moved = me.get(&path(&made)).await.ok();
    assert_eq!(
        moved["remind_at"], "2096-11-22T09:00:00.000Z",
        "what version 2 set goes on to hold"
    );
}
