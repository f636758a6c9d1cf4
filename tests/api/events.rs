//! `GET /api/v2/events`: what changes, as it happens.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::changes::Copy;
use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    a_change_is_told_to_everybody_who_listens_and_to_nobody_else,
    a_listener_begins_at_now_or_behind_a_cursor,
    of_many_writes_in_a_row_the_last_of_each_thing_is_told,
    a_cursor_that_is_too_old_is_told_to_start_over_and_goes_on_from_now,
    more_listeners_than_twenty_are_refused_until_one_has_left,
    what_listens_is_counted,
}

const EVENTS: &str = "/api/v2/events";

/// Longer than any event takes; a test that waits so long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// An open stream of events.
pub struct Events {
    response: Response,
    rest: String,
    /// The last `id` that was read.
    pub id: String,
}

/// What stands between two empty lines.
#[derive(Debug, PartialEq)]
pub struct Event {
    pub name: String,
    pub data: Value,
}

impl Events {
    /// Begins to listen, and reads the first block: from then on every change is told.
    pub async fn open(app: &TestApp, person: &Person, last: Option<&str>) -> Self {
        let mut events = Self::open_unread(app, person, last).await;
        if last.is_none() {
            assert_eq!(events.block().await, Some(None), "the first thing is the cursor");
        }
        events
    }

    pub async fn open_unread(app: &TestApp, person: &Person, last: Option<&str>) -> Self {
        let mut request = app.by(person).request(Method::GET, EVENTS);
        if let Some(id) = last {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200);
        for (name, value) in [
            ("content-type", "text/event-stream"),
            ("cache-control", "no-store"),
            ("x-accel-buffering", "no"),
        ] {
            assert_eq!(response.headers()[name], value);
        }
        Self {
            response,
            rest: String::new(),
            id: String::new(),
        }
    }

    /// The next block: an event, or one that is none. `None` at the end of the stream.
    pub async fn block(&mut self) -> Option<Option<Event>> {
        let whole = loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.rest = rest;
                break block;
            }
            let chunk = timeout(PATIENCE, self.response.chunk()).await.expect("in time");
            let chunk = chunk.ok().flatten()?;
            self.rest += std::str::from_utf8(&chunk).expect("UTF-8, cut between blocks");
        };
        let (mut name, mut data) = (String::new(), None);
        for line in whole.lines() {
            let (field, value) = line.split_once(": ").expect("a field");
            match field {
                "id" => self.id = value.to_owned(),
                "event" => name = value.to_owned(),
                "data" => data = Some(serde_json::from_str(value).expect("JSON")),
                comment => assert_eq!(comment, "", "{line}"),
            }
        }
        Some(data.map(|data| Event { name, data }))
    }

    /// The next event.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.block().await.expect("the stream goes on") {
                return event;
            }
        }
    }

    /// The next change.
    pub async fn change(&mut self) -> Value {
        let event = self.next().await;
        assert_eq!(event.name, "change", "{event:?}");
        event.data
    }

    /// Reads until the stream ends.
    pub async fn end(&mut self) {
        while self.block().await.is_some() {}
    }
}

async fn a_change_is_told_to_everybody_who_listens_and_to_nobody_else(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let mut first = Events::open(&app, &person, None).await;
    let mut second = Events::open(&app, &person, None).await;
    let mut of_other = Events::open(&app, &other, None).await;

    let made = app.todo(&person, &json!({ "title": "Milk" })).await;
    let path = format!("/api/v2/todos/{}", text(&made["id"]));
    let told = json!({ "kind": "todo", "id": made["id"], "version": 1, "deleted": false, "todo": made });
    assert_eq!(first.change().await, told);
    assert_eq!(second.change().await, told);
    let page = app.by(&person).get("/api/v2/changes").await.ok();
    assert_eq!(page["items"], json!([told]));

    let ticked = app.by(&person).patch(&path, json!({ "done": true })).await.ok();
    assert_eq!(first.change().await["todo"], ticked);
    assert_eq!(second.change().await["version"], 2);
    app.by(&person).delete(&path).await.expect_empty(204);
    assert!(first.change().await["todo"]["deleted_at"].is_string());
    let id = text(&made["id"]);
    let store = &app.services.store;
    let purged = store.purge_todo(person.id.parse().unwrap(), id.parse().unwrap(), app_now(&app));
    assert!(purged.await.unwrap());
    let gone = json!({ "kind": "todo", "id": id, "version": 4, "deleted": true });
    assert_eq!(first.change().await, gone);
    // Nothing of that came to the other one: the first that he hears is his own.
    let own = app.todo(&other, &json!({ "title": "Bread" })).await;
    assert_eq!(of_other.change().await["todo"], own);
}

fn app_now(app: &TestApp) -> rondo::model::Timestamp {
    app.services.source.now()
}

async fn a_listener_begins_at_now_or_behind_a_cursor(app: TestApp) {
    let person = app.person("person@example.org").await;
    for title in ["Milk", "Bread"] {
        app.todo(&person, &json!({ "title": title })).await;
    }
    let page = app.by(&person).get("/api/v2/changes?limit=1").await.ok();
    assert_eq!(page["items"][0]["todo"]["title"], "Milk");
    let mut now = Events::open(&app, &person, None).await;
    let before = now.id.clone();
    app.todo(&person, &json!({ "title": "Butter" })).await;
    assert_eq!(now.change().await["todo"]["title"], "Butter");
    // Behind the cursor of a page: what that has not told, by either name.
    let cursor = text(&page["cursor"]);
    let mut behind = Events::open(&app, &person, Some(&cursor)).await;
    let mut copy = Copy::default();
    while !copy.titles().contains(&"Butter".to_owned()) {
        copy.take(&behind.change().await);
    }
    assert!(
        copy.titles()
            .ends_with(&["Bread".to_owned(), "Butter".to_owned()])
            || copy.titles() == ["Bread", "Butter", "Milk"]
    );
    let since = app
        .by(&person)
        .request(Method::GET, &format!("{EVENTS}?since={cursor}"))
        .send()
        .await
        .unwrap();
    let mut since = Events {
        response: since,
        rest: String::new(),
        id: String::new(),
    };
    let mut copy = Copy::default();
    while !copy.titles().contains(&"Butter".to_owned()) {
        copy.take(&since.change().await);
    }
    assert!(copy.titles().contains(&"Bread".to_owned()));
    // The very first id is a cursor, for events and for pages.
    let page = app
        .by(&person)
        .get(&format!("/api/v2/changes?since={before}"))
        .await
        .ok();
    let titles: Vec<&Value> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["todo"]["title"])
        .collect();
    assert!(titles.contains(&&json!("Butter")), "{titles:?}");
}

async fn of_many_writes_in_a_row_the_last_of_each_thing_is_told(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut events = Events::open(&app, &person, None).await;
    let id = text(&app.todo(&person, &json!({ "title": "0" })).await["id"]);
    let path = format!("/api/v2/todos/{id}");
    for number in 1..=60 {
        let title = number.to_string();
        app.by(&person).patch(&path, json!({ "title": title })).await.ok();
        app.todo(&person, &json!({ "title": format!("other {number}") }))
            .await;
    }
    let (mut copy, mut last) = (Copy::default(), 0);
    while copy.things.len() < 61 || copy.things[&id].0 < 61 {
        let change = events.change().await;
        if change["id"] == id {
            let version = change["version"].as_i64().unwrap();
            assert!(
                version > last,
                "nothing is told twice in a row: {version} after {last}"
            );
            last = version;
        }
        copy.take(&change);
    }
    let mut fresh = Copy::default();
    fresh.follow(&app, &person, 100).await;
    assert_eq!(copy.things, fresh.things);
}

async fn a_cursor_that_is_too_old_is_told_to_start_over_and_goes_on_from_now(app: TestApp) {
    let person = app.person("person@example.org").await;
    app.todo(&person, &json!({ "title": "Milk" })).await;
    let old = Events::open(&app, &person, None).await.id;
    app.clock.advance(31 * 86_400_000);
    let person = app.person_again(&person.email).await;
    let mut events = Events::open(&app, &person, Some(&old)).await;
    let reset = events.next().await;
    assert_eq!((reset.name.as_str(), &reset.data), ("reset", &json!({})));
    app.todo(&person, &json!({ "title": "Bread" })).await;
    assert_eq!(events.change().await["todo"]["title"], "Bread");
    let mut again = Events::open(&app, &person, Some(&events.id)).await;
    app.todo(&person, &json!({ "title": "Butter" })).await;
    loop {
        let event = again.next().await;
        assert_eq!(event.name, "change");
        if event.data["todo"]["title"] == "Butter" {
            break;
        }
    }
}

async fn more_listeners_than_twenty_are_refused_until_one_has_left(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let mut all = Vec::new();
    for _ in 0..20 {
        all.push(Events::open(&app, &person, None).await);
    }
    app.by(&person).get(EVENTS).await.problem(429, "rate-limited");
    Events::open(&app, &other, None).await;
    all.pop();
    // Whoever has left without a word is missed when he is told something.
    let left = async {
        while app.by(&person).get(EVENTS).await.status == 429 {
            app.todo(&person, &json!({ "title": "Milk" })).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, left).await.expect("his place is free");
    for events in &mut all {
        assert_eq!(events.change().await["todo"]["title"], "Milk");
    }
}

async fn what_listens_is_counted(app: TestApp) {
    let person = app.person("person@example.org").await;
    let listeners = || app.services.metrics.listeners.get();
    assert_eq!(listeners(), 0);
    let first = Events::open(&app, &person, None).await;
    let second = Events::open(&app, &person, None).await;
    assert_eq!(listeners(), 2);
    drop((first, second));
    let none = async {
        while listeners() > 0 {
            app.todo(&person, &json!({ "title": "Milk" })).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    timeout(PATIENCE, none).await.expect("they are missed");
}
