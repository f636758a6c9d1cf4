//! What the calendar says of to-dos that come again, as another program reckons it.

use rondo::model::Timestamp;
use serde_json::{Value, json};

use crate::calendar::{Days as _, feed, made_path, read};
use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{complete, on_each_keeper, text};

on_each_keeper! {
    what_comes_again_comes_when_completing_it_says_so,
    what_is_counted_from_its_completion_is_told_once,
}

/// What a to-do is due at, and at each of its next occurrences, up to so many: days, or moments in UTC.
async fn dues(app: &TestApp, person: &Person, made: &Value, most: usize) -> Vec<String> {
    let mut todo = made.clone();
    let mut dues = Vec::new();
    while todo["done"] == false && dues.len() < most {
        let due = text(&todo["due"]);
        dues.push(match due.parse::<Timestamp>() {
            Ok(moment) => moment.to_string().replace(".000Z", "+00:00"),
            Err(_) => due,
        });
        todo = complete(app, person, &todo).await;
    }
    dues
}

async fn what_comes_again_comes_when_completing_it_says_so(app: TestApp) {
    let person = app.person("person@example.org").await;
    let day = app.services.source_day(-20);
    let until = app.services.source_day(2).replace('-', "");
    let other_day = if day.ends_with("11") { 12 } else { 11 };
    let written = [
        (day.clone(), "UTC", "FREQ=DAILY;INTERVAL=3".to_owned()),
        (
            day.clone(),
            "Asia/Tokyo",
            "FREQ=WEEKLY;COUNT=5;BYDAY=MO,TU,WE,TH,FR,SA,SU".to_owned(),
        ),
        (day.clone(), "Europe/Berlin", format!("FREQ=WEEKLY;UNTIL={until}")),
        // Hours that are skipped, and hours that are there twice.
        (
            format!("{day}T02:30:00+02:00"),
            "Europe/Berlin",
            "FREQ=DAILY;INTERVAL=29".to_owned(),
        ),
        (
            format!("{day}T20:15:00-05:00"),
            "America/New_York",
            "FREQ=MONTHLY;COUNT=14".to_owned(),
        ),
        (
            format!("{day}T00:15:00Z"),
            "UTC",
            format!("FREQ=DAILY;UNTIL={until}T001500Z"),
        ),
        (
            format!("{day}T23:45:00+03:30"),
            "Africa/Casablanca",
            "FREQ=DAILY;INTERVAL=30".to_owned(),
        ),
        // The beginning is none of its days.
        (day.clone(), "UTC", format!("FREQ=MONTHLY;BYMONTHDAY={other_day}")),
        (
            format!("{day}T12:00:00Z"),
            "Australia/Lord_Howe",
            format!("FREQ=MONTHLY;COUNT=12;BYMONTHDAY=-{other_day}"),
        ),
    ];
    let mut made = Vec::new();
    for (due, zone, rule) in &written {
        let todo = json!({ "title": rule, "due": due, "time_zone": zone, "recurrence": rule });
        made.push(app.todo(&person, &todo).await);
    }
    let path = made_path(&app, &person).await;
    let calendar = feed(&app, &path).await;
    let events = read(&calendar);
    let event = |uid: String| events.iter().find(|event| event["uid"] == uid.as_str());
    let mut zones = Vec::new();
    for ((_, zone, rule), todo) in written.iter().zip(&made) {
        let id = text(&todo["id"]);
        let first = event(format!("{id}@rondo")).expect("it is there");
        let mut told: Vec<String> = Vec::new();
        let series = if first["comes"].is_null() {
            told.push(text(&first["start"]));
            event(format!("{id}-next@rondo")).expect("the rest is there")
        } else {
            assert_eq!(event(format!("{id}-next@rondo")), None);
            first
        };
        assert_eq!(series["summary"], rule.as_str());
        told.extend(series["comes"].as_array().expect("times").iter().map(text));
        told.truncate(14);
        assert_eq!(told, dues(&app, &person, todo, 14).await, "{zone} {rule}");
        if !series["zone"].is_null() {
            assert_eq!(series["zone"], *zone);
            zones.push(*zone);
        }
    }
    assert_eq!(
        zones,
        [
            "Europe/Berlin",
            "America/New_York",
            "Africa/Casablanca",
            "Australia/Lord_Howe"
        ]
    );
    let text = calendar.text();
    for zone in zones {
        let count = text
            .matches(&format!("BEGIN:VTIMEZONE\r\nTZID:{zone}\r\n"))
            .count();
        assert_eq!(count, 1, "{zone}");
    }
    // Completed, it begins where it stands now.
    let again = read(&feed(&app, &path).await);
    let daily = again
        .iter()
        .find(|event| event["summary"] == "FREQ=DAILY;INTERVAL=3");
    assert_eq!(
        daily.expect("it is there")["start"],
        app.services.source_day(-20 + 14 * 3)
    );
}

async fn what_is_counted_from_its_completion_is_told_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    let todo = json!({
        "title": "x", "due": app.services.source_day(1), "recurrence": "FREQ=DAILY", "recurs_from": "completion",
    });
    app.todo(&person, &todo).await;
    let events = read(&feed(&app, &made_path(&app, &person).await).await);
    assert_eq!(events.len(), 1);
    assert_eq!(
        (&events[0]["start"], &events[0]["comes"]),
        (&todo["due"], &Value::Null)
    );
}
