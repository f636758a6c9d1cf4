//! `due=overdue|today|upcoming`: in the caller's time zone, by the service's clock.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper! {
    what_is_due_when_depends_on_the_callers_zone,
    a_day_on_which_the_clocks_change_is_as_long_as_it_is,
    without_a_zone_days_are_those_of_utc,
    the_pages_of_a_list_are_of_the_moment_of_its_first_one,
    the_words_go_with_all_other_filters,
    what_contradicts_the_words_is_refused,
}

const TODOS: &str = "/api/v2/todos";

/// Moves the clock to a moment, before anybody signs in.
fn set_clock(app: &TestApp, moment: &str) {
    let moment: rondo::model::Timestamp = moment.parse().expect("a moment");
    let ahead = moment.millis() - app.services.source.now().millis();
    assert!(ahead > 0, "keys that sign from now on must not lie ahead");
    app.clock.advance(ahead);
}

async fn person_in(app: &TestApp, email: &str, zone: &str) -> Person {
    let person = app.person(email).await;
    let patch = json!({ "time_zone": zone });
    app.by(&person).patch("/api/v2/users/me", patch).await.ok();
    person
}

/// To-dos with the names of their due dates.
async fn due(app: &TestApp, person: &Person, dues: &[&str]) {
    for due in dues {
        app.todo(person, &json!({ "title": due, "due": due })).await;
    }
}

async fn found(app: &TestApp, person: &Person, word: &str) -> Vec<String> {
    app.titles(person, &format!("due={word}&sort=due")).await
}

async fn what_is_due_when_depends_on_the_callers_zone(app: TestApp) {
    // The day is the 11th in Adak, and the 13th already on Kiritimati (UTC+14).
    set_clock(&app, "2027-01-12T09:30:00Z");
    let dues = [
        "2027-01-12T09:29:00Z",
        "2027-01-12T09:40:00Z",
        "2027-01-12T09:59:59.999Z",
        "2027-01-12T10:00:00Z",
        "2027-01-13T09:59:59.999Z",
        "2027-01-13T10:00:00Z",
    ];
    // Kiritimati: the 12th ends at 10:00Z; Adak (UTC-10): the 11th ends at 10:00Z.
    for (email, zone) in [
        ("east@example.org", "Pacific/Kiritimati"),
        ("west@example.org", "America/Adak"),
    ] {
        let person = person_in(&app, email, zone).await;
        due(&app, &person, &dues).await;
        assert_eq!(found(&app, &person, "overdue").await, dues[..1], "{zone}");
        assert_eq!(found(&app, &person, "today").await, dues[..3], "{zone}");
        assert_eq!(found(&app, &person, "upcoming").await, dues[3..], "{zone}");
        // Days: each ends with the day that its owner has.
        let (today, tomorrow) = if zone == "America/Adak" {
            ("2027-01-11", "2027-01-12")
        } else {
            ("2027-01-12", "2027-01-13")
        };
        let yesterday = if zone == "America/Adak" {
            "2027-01-10"
        } else {
            "2027-01-11"
        };
        due(&app, &person, &[today, tomorrow, yesterday]).await;
        assert_eq!(
            found(&app, &person, "overdue").await,
            [yesterday, dues[0]],
            "{zone}"
        );
        assert!(
            found(&app, &person, "today").await.contains(&today.to_owned()),
            "{zone}"
        );
        assert!(
            found(&app, &person, "upcoming")
                .await
                .contains(&tomorrow.to_owned()),
            "{zone}"
        );
        assert!(
            !found(&app, &person, "today").await.contains(&tomorrow.to_owned()),
            "{zone}"
        );
    }
    // Who moves to another zone has another day.
    let person = app.person_again("west@example.org").await;
    let patch = json!({ "time_zone": "Asia/Tokyo" });
    app.by(&person).patch("/api/v2/users/me", patch).await.ok();
    let today = found(&app, &person, "today").await;
    assert!(today.contains(&dues[3].to_owned()), "until 15:00Z: {today:?}");
}

async fn a_day_on_which_the_clocks_change_is_as_long_as_it_is(app: TestApp) {
    // 2027-03-14 has 23 hours in Adak: from 10:00Z (UTC-10) to 09:00Z (UTC-9).
    set_clock(&app, "2027-03-14T11:00:00Z");
    let dues = [
        "2027-03-14T09:59:59.999Z",
        "2027-03-14T10:00:00Z",
        "2027-03-15T08:59:59.999Z",
        "2027-03-15T09:00:00Z",
    ];
    let person = person_in(&app, "person@example.org", "America/Adak").await;
    due(&app, &person, &dues).await;
    assert_eq!(found(&app, &person, "today").await, dues[1..3]);
    assert_eq!(found(&app, &person, "upcoming").await, dues[3..]);
    // And 2027-11-07 has 25: from 09:00Z to 10:00Z.
    set_clock(&app, "2027-11-07T11:00:00Z");
    let dues = [
        "2027-11-07T08:59:59.999Z",
        "2027-11-07T09:00:00Z",
        "2027-11-08T09:59:59.999Z",
        "2027-11-08T10:00:00Z",
    ];
    let person = person_in(&app, "later@example.org", "America/Adak").await;
    due(&app, &person, &dues).await;
    assert_eq!(found(&app, &person, "today").await, dues[1..3]);
    assert_eq!(found(&app, &person, "upcoming").await, dues[3..]);
    assert_eq!(found(&app, &person, "overdue").await, dues[..2]);
}

async fn without_a_zone_days_are_those_of_utc(app: TestApp) {
    set_clock(&app, "2027-01-12T23:30:00Z");
    let dues = [
        "2027-01-11T23:59:59.999Z",
        "2027-01-12T00:00:00Z",
        "2027-01-12",
        "2027-01-13T00:00:00Z",
        "2027-01-13",
    ];
    let person = app.person("person@example.org").await;
    due(&app, &person, &dues).await;
    app.todo(&person, &json!({ "title": "No due date" })).await;
    let done = json!({ "title": "Done", "due": "2027-01-12T00:00:01Z", "done": true });
    app.todo(&person, &done).await;
    assert_eq!(found(&app, &person, "overdue").await, dues[..2]);
    assert_eq!(found(&app, &person, "today").await, [dues[1], "Done", dues[2]]);
    assert_eq!(found(&app, &person, "today&done=false").await, dues[1..3]);
    assert_eq!(found(&app, &person, "overdue&done=false").await, dues[..2]);
    assert_eq!(found(&app, &person, "upcoming").await, dues[3..]);
    assert_eq!(found(&app, &person, "none").await, ["No due date"]);
}

/// Reads on from page to page, and lets so much time go by before each.
async fn read_on(app: &TestApp, person: &Person, query: &str, millis: i64) -> Vec<String> {
    let (mut titles, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app
            .by(person)
            .get(&format!("{TODOS}?{query}&limit=2{cursor}"))
            .await
            .ok();
        let items = page["items"].as_array().expect("items");
        titles.extend(items.iter().map(|item| text(&item["title"])));
        let Value::String(next) = &page["next"] else {
            return titles;
        };
        cursor = format!("&cursor={next}");
        app.clock.advance(millis);
    }
}

async fn the_pages_of_a_list_are_of_the_moment_of_its_first_one(app: TestApp) {
    set_clock(&app, "2027-01-12T23:58:00Z");
    let person = person_in(&app, "person@example.org", "Europe/London").await;
    let dues = [
        "2027-01-12T10:00:00Z",
        "2027-01-12T11:00:00Z",
        "2027-01-12T12:00:00Z",
        "2027-01-12T23:58:30Z",
        "2027-01-12T23:59:30Z",
        "2027-01-13T00:00:30Z",
        "2027-01-13T00:01:30Z",
        "2027-01-13T10:00:00Z",
    ];
    due(&app, &person, &dues).await;
    // Midnight goes by in between, and things become overdue.
    let minute = 60_000;
    for sort in ["due", "-due", "title", "position"] {
        let of = async |word: &str, millis: i64| {
            let mut titles = read_on(&app, &person, &format!("due={word}&sort={sort}"), millis).await;
            titles.sort_unstable();
            titles
        };
        let now = app.services.source.now();
        let is_past = |due: &str| due.parse::<rondo::model::Timestamp>().expect("a moment") < now;
        let overdue = dues.iter().filter(|due| is_past(due));
        assert_eq!(
            of("overdue", 10_000).await,
            overdue.copied().collect::<Vec<_>>(),
            "{sort}"
        );
        let today = if sort == "due" { &dues[..5] } else { &dues[5..] };
        assert_eq!(of("today", minute).await, today, "{sort}");
    }
    // Whoever asks anew is told of the new day.
    assert_eq!(found(&app, &person, "today").await, dues[5..]);
    // A cursor belongs to the word.
    let first = app
        .by(&person)
        .get(&format!("{TODOS}?due=today&limit=1"))
        .await
        .ok();
    let cursor = text(&first["next"]);
    for other in ["due=overdue&", "due=upcoming&", "due=none&", ""] {
        let refusal = app
            .by(&person)
            .get(&format!("{TODOS}?{other}cursor={cursor}"))
            .await;
        assert_eq!(pointers(&refusal.problem(400, "query")), ["?cursor"], "{other}");
    }
    // And a zone that is changed on the way makes no other day of it.
    let patch = json!({ "time_zone": "Pacific/Kiritimati" });
    app.by(&person).patch("/api/v2/users/me", patch).await.ok();
    let second = format!("{TODOS}?due=today&limit=100&cursor={cursor}");
    let rest = app.by(&person).get(&second).await.ok();
    assert_eq!(rest["items"].as_array().expect("items").len(), 2);
}

async fn the_words_go_with_all_other_filters(app: TestApp) {
    set_clock(&app, "2027-01-12T12:00:00Z");
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let parent = app
        .todo(&person, &json!({ "title": "parent", "due": "2027-01-12" }))
        .await;
    let of = async |title: &str, due: &str, more: Value| {
        let mut body = json!({ "title": title, "due": due });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        app.todo(&person, &body).await
    };
    of(
        "Äpfel late",
        "2027-01-11",
        json!({ "parent_id": parent["id"], "tags": ["shop"] }),
    )
    .await;
    of(
        "apfel today",
        "2027-01-12",
        json!({ "parent_id": parent["id"], "priority": "high" }),
    )
    .await;
    of("birnen today", "2027-01-12", json!({ "tags": ["shop"] })).await;
    let trashed = of("APFEL gone", "2027-01-11", json!({ "parent_id": parent["id"] })).await;
    me.delete(&format!("{TODOS}/{}", text(&trashed["id"])))
        .await
        .expect_empty(204);
    let parent = text(&parent["id"]);
    for (query, expected) in [
        ("due=overdue".to_owned(), vec!["Äpfel late"]),
        (
            "due=today".to_owned(),
            vec!["apfel today", "birnen today", "parent"],
        ),
        ("due=today&q=APFEL".to_owned(), vec!["apfel today"]),
        ("due=today&tag=shop".to_owned(), vec!["birnen today"]),
        ("due=today&priority=high".to_owned(), vec!["apfel today"]),
        (format!("due=today&parent={parent}"), vec!["apfel today"]),
        ("due=today&parent=none".to_owned(), vec!["birnen today", "parent"]),
        (format!("due=overdue&parent={parent}&q=apfel"), vec!["Äpfel late"]),
        (
            format!("due=overdue&parent={parent}&deleted=true"),
            vec!["APFEL gone"],
        ),
        ("due=overdue&list=inbox".to_owned(), vec!["Äpfel late"]),
        (
            "due=today&list=inbox&parent=none&q=birnen".to_owned(),
            vec!["birnen today"],
        ),
        ("due=today&list=000000000000000000000000".to_owned(), vec![]),
        ("due=upcoming".to_owned(), vec![]),
        (
            "due=overdue&deleted=true&q=apfel&list=inbox".to_owned(),
            vec!["APFEL gone"],
        ),
        (
            format!("q=apfel&parent={parent}&list=inbox&deleted=true"),
            vec!["APFEL gone"],
        ),
    ] {
        for sort in ["title", "due", "position", "-created"] {
            let mut found = app.titles(&person, &format!("{query}&sort={sort}")).await;
            found.sort_by_key(|title| rondo::model::fold(title));
            assert_eq!(found, expected, "{query} by {sort}");
        }
    }
}

async fn what_contradicts_the_words_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for query in [
        "due=overdue&done=true",
        "due=overdue&due_before=2027-01-01",
        "due=today&due_after=2027-01-01",
        "due=upcoming&due_after=2027-01-01&due_before=2027-01-02",
        "due=Today",
        "due=today&due=overdue",
        "due=tomorrow",
        "due=",
    ] {
        let refusal = me.get(&format!("{TODOS}?{query}")).await.problem(400, "query");
        assert_eq!(pointers(&refusal), ["?due"], "{query}");
    }
    me.get(&format!("{TODOS}?due=today&done=true")).await.ok();
    // Version 1 has what it always had.
    for word in ["overdue", "today", "upcoming"] {
        let refusal = me.get(&format!("/todo?due={word}")).await.failure(400, "…");
        assert_eq!(pointers(&refusal), ["?due"]);
    }
    me.get("/todo?due=none").await.ok();
}
