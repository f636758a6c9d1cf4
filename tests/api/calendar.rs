//! The calendar: its secret address, and what programs read there. Python's `icalendar` reads it as they do.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rondo::service::accounts::UserPatch;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, members, moment, on_each_keeper, text};

on_each_keeper! {
    an_address_is_shown_once_and_lasts_until_it_is_replaced_or_revoked,
    a_wrong_address_finds_nothing_whatever_is_wrong_with_it,
    the_feed_of_a_disabled_or_deleted_account_is_not_found,
    other_programs_read_what_is_due_as_it_was_written,
    what_has_not_changed_is_not_sent_again,
    the_feed_is_bounded_in_time_and_shows_nobody_elses,
}

/// Makes an address, and answers its path.
pub async fn made_path(app: &TestApp, person: &Person) -> String {
    let answer = app
        .by(person)
        .post("/api/v2/calendar", json!({}))
        .await
        .expect(201);
    assert_eq!(members(&answer), ["since", "url"]);
    let url = text(&answer["url"]);
    let path = url.strip_prefix("http://rondo.test").expect("the public address");
    path.to_owned()
}

pub async fn feed(app: &TestApp, path: &str) -> Answer {
    let answer = ask(app.get(path)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    answer
}

const READER: &str = r#"
import datetime, itertools, json, sys
import dateutil.rrule, icalendar

def comes(event):
    """The first times, by the calendar's own zones."""
    start = event["DTSTART"].dt
    rule = event["RRULE"].to_ical().decode()
    is_day = not isinstance(start, datetime.datetime)
    if is_day:
        assert "T" not in rule.partition("UNTIL=")[2].partition(";")[0], rule
        start = datetime.datetime.combine(start, datetime.time())
    if zone := event["DTSTART"].params.get("TZID"):
        start = start.replace(tzinfo=zones[zone])
    times = itertools.islice(dateutil.rrule.rrulestr(rule, dtstart=start), 14)
    return [str(time.date()) if is_day else time.astimezone(datetime.UTC).isoformat() for time in times]

calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert not calendar.errors, calendar.errors
zones = {str(zone["TZID"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}
events = []
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    categories = event.get("CATEGORIES")
    events.append({
        "uid": str(event["UID"]), "summary": str(event["SUMMARY"]), "start": event.decoded("DTSTART").isoformat(),
        "notes": str(event.get("DESCRIPTION", "")), "stamp": event.decoded("DTSTAMP").isoformat(),
        "changed": event.decoded("LAST-MODIFIED").isoformat(), "priority": event.get("PRIORITY"),
        "tags": [str(tag) for tag in categories.cats] if categories else [],
        "zone": event["DTSTART"].params.get("TZID"), "comes": comes(event) if "RRULE" in event else None,
    })
print(json.dumps({"version": str(calendar["VERSION"]), "events": events}))
"#;

/// The events, as another program reads them.
pub fn read(calendar: &Answer) -> Vec<Value> {
    let python = std::env::var("TEST_PYTHON")
        .expect("TEST_PYTHON names a Python that has the package icalendar: scripts/test.py sets it");
    let mut child = Command::new(python)
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(&calendar.body).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", calendar.text());
    let read: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(read["version"], "2.0");
    read["events"].as_array().expect("events").clone()
}

async fn an_address_is_shown_once_and_lasts_until_it_is_replaced_or_revoked(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let none = json!({ "active": false, "since": null });
    assert_eq!(me.get("/api/v2/calendar").await.ok(), none);
    let first = made_path(&app, &person).await;
    let secret = first
        .strip_prefix(&format!("/calendar/{}-", person.id))
        .expect("the id");
    assert_eq!(secret.len(), 43 + ".ics".len(), "32 random bytes");
    feed(&app, &first).await;
    let shown = me.get("/api/v2/calendar").await;
    assert_eq!(shown.ok()["active"], true);
    moment(&shown.ok()["since"]);
    assert!(!shown.text().contains(&secret[..20]), "it is shown once");
    assert!(!me.get("/api/v2/users/me").await.text().contains("calendar"));
    let second = made_path(&app, &person).await;
    ask(app.get(&first)).await.problem(404, "not-found");
    feed(&app, &second).await;
    // A new password ends sessions; the address is no session.
    me.delete("/api/v2/calendar").await.expect_empty(204);
    ask(app.get(&second)).await.problem(404, "not-found");
    assert_eq!(me.get("/api/v2/calendar").await.ok(), none);
    me.delete("/api/v2/calendar").await.expect_empty(204);
}

async fn a_wrong_address_finds_nothing_whatever_is_wrong_with_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let path = made_path(&app, &person).await;
    let secret = path
        .strip_prefix(&format!("/calendar/{}-", person.id))
        .expect("the id");
    let mut wrong = vec![
        path.replace(&person.id, &other.id),
        path.replace(".ics", ""),
        format!("/calendar/{}-.ics", person.id),
        format!("/calendar/{}.ics", person.id),
        format!("/calendar/{secret}"),
        format!("/calendar/-{secret}"),
        "/calendar/.ics".to_owned(),
        "/calendar/%00-%ff.ics".to_owned(),
        format!("/calendar/{}", "a".repeat(5000)),
        "/calendar".to_owned(),
        "/calendar/".to_owned(),
        path.to_uppercase()
            .replace("/CALENDAR", "/calendar")
            .replace(".ICS", ".ics"),
    ];
    for place in [0, 20, 42] {
        let letter = if &secret[place..=place] == "A" { "B" } else { "A" };
        let start = path.len() - secret.len() + place;
        wrong.push(format!("{}{letter}{}", &path[..start], &path[start + 1..]));
    }
    for path in wrong {
        let answer = ask(app.get(&path).header("accept", "text/html")).await;
        answer.problem(404, "not-found");
    }
    feed(&app, &path).await;
}

async fn the_feed_of_a_disabled_or_deleted_account_is_not_found(app: TestApp) {
    let person = app.person("person@example.org").await;
    let path = made_path(&app, &person).await;
    // As the operator does it.
    for disabled in [true, false] {
        let patch = UserPatch {
            disabled: Some(disabled),
            ..UserPatch::default()
        };
        let id = person.id.parse().expect("an id");
        let changed = app
            .services
            .accounts
            .apply(rondo::service::audit::By::operator(), id, patch, None, "")
            .await;
        changed.expect("the account is changed");
        let answer = ask(app.get(&path)).await;
        assert_eq!(answer.status, if disabled { 404 } else { 200 });
    }
    let person = app.person_again(&person.email).await;
    let body = json!({ "current_password": crate::common::app::PASSWORD });
    app.by(&person)
        .delete_with("/api/v2/users/me", body)
        .await
        .expect_empty(204);
    ask(app.get(&path)).await.problem(404, "not-found");
}

async fn other_programs_read_what_is_due_as_it_was_written(app: TestApp) {
    let person = app.person("person@example.org").await;
    let day = app.services.source_day(3);
    // A letter of four bytes, and one of several, at every place around the fold.
    let mut written: Vec<Value> = (55..80)
        .map(|length| {
            json!({ "title": format!("{}🦀👩‍👩‍👧e\u{301}é, ; \\ \\n \" end", "x".repeat(length)), "due": day })
        })
        .collect();
    written.push(json!({
        "title": "BEGIN:VEVENT", "due": format!("{day}T10:30:00.5+05:45"), "priority": "high",
        "notes": "one, two; three\r\nEND:VEVENT\n\n\ttab \u{7}bell \\n 🦀", "tags": ["a,b", "c;d", "e"],
    }));
    written.push(json!({ "title": "Long", "due": day, "notes": "ü".repeat(5000) }));
    let mut made_todos = Vec::new();
    for todo in &written {
        made_todos.push(app.todo(&person, todo).await);
    }
    app.todo(&person, &json!({ "title": "Without a date" })).await;
    app.todo(&person, &json!({ "title": "Done", "due": day, "done": true }))
        .await;
    let path = made_path(&app, &person).await;
    let calendar = feed(&app, &path).await;
    let lines = calendar.text();
    assert!(lines.ends_with("END:VCALENDAR\r\n"));
    assert!(
        lines
            .split("\r\n")
            .all(|line| line.len() <= 75 && !line.contains(['\r', '\n']))
    );
    let events = read(&calendar);
    assert_eq!(events.len(), written.len());
    for (todo, made) in written.iter().zip(&made_todos) {
        let uid = format!("{}@rondo", text(&made["id"]));
        let event = events
            .iter()
            .find(|event| event["uid"] == uid.as_str())
            .expect("it is there");
        assert_eq!(event["summary"], todo["title"]);
        assert_eq!(event["stamp"], event["changed"]);
    }
    let event = |summary: &str| {
        events
            .iter()
            .find(|event| event["summary"] == summary)
            .expect("it is there")
    };
    assert_eq!(event("Long")["start"], day.as_str());
    assert_eq!(text(&event("Long")["notes"]), format!("{}…", "ü".repeat(1000)));
    let odd = event("BEGIN:VEVENT");
    assert_eq!(odd["start"], format!("{day}T04:45:00+00:00"));
    assert_eq!(odd["notes"], "one, two; three\nEND:VEVENT\n\n\ttab bell \\n 🦀");
    assert_eq!(
        (&odd["tags"], &odd["priority"]),
        (&json!(["a,b", "c;d", "e"]), &json!(1))
    );
}

async fn what_has_not_changed_is_not_sent_again(app: TestApp) {
    let person = app.person("person@example.org").await;
    let due = app.services.source_day(1);
    app.todo(&person, &json!({ "title": "One", "due": due })).await;
    let path = made_path(&app, &person).await;
    let first = feed(&app, &path).await;
    app.clock.advance(600_000);
    let tag = first.header("etag").to_owned();
    let again = |tag: &str| ask(app.get(&path).header("if-none-match", tag));
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"x\", {tag}"),
        "*".to_owned(),
    ] {
        let answer = again(&known).await;
        answer.expect_empty(304);
        assert_eq!(answer.header("etag"), tag);
    }
    assert_eq!(again("\"other\"").await.status, 200);
    app.todo(&person, &json!({ "title": "Two", "due": due })).await;
    let changed = again(&tag).await;
    assert_eq!((changed.status, read(&changed).len()), (200, 2));
}

async fn the_feed_is_bounded_in_time_and_shows_nobody_elses(app: TestApp) {
    let (person, other) = (
        app.person("person@example.org").await,
        app.person("other@example.org").await,
    );
    for days in [-400, -365, 0, 365, 400] {
        let due = app.services.source_day(days);
        app.todo(
            &person,
            &json!({ "title": format!("In {days} days"), "due": due }),
        )
        .await;
    }
    app.todo(
        &other,
        &json!({ "title": "Other", "due": app.services.source_day(0) }),
    )
    .await;
    let calendar = feed(&app, &made_path(&app, &person).await).await;
    let titles: Vec<String> = read(&calendar)
        .iter()
        .map(|event| text(&event["summary"]))
        .collect();
    assert_eq!(titles, ["In -365 days", "In 0 days", "In 365 days"]);
}

/// Days from now, as the service's clock has them.
pub trait Days {
    fn source_day(&self, days: i64) -> String;
}

impl Days for rondo::service::Services {
    fn source_day(&self, days: i64) -> String {
        let moment = self.source.now().plus_seconds(days * 86_400).to_string();
        moment.split('T').next().expect("a day").to_owned()
    }
}
