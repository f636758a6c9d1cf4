//! `GET /api/v2/changes`: a client that follows the cursors has what is there, on both keepers.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use rondo::model::Timestamp;
use rondo::service::changes::FEED;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::support::{Answer, members, on_each_keeper, pointers, text};

on_each_keeper! {
    a_client_with_nothing_reads_all_that_there_is_and_then_what_changes,
    what_was_purged_before_is_not_told_to_a_client_with_nothing,
    a_cursor_is_good_for_the_account_that_it_was_made_for_and_nobody_makes_one,
    a_cursor_that_is_too_old_is_told_to_start_over,
    cursors_are_good_for_the_feed_that_the_database_names_and_no_other,
    every_way_of_writing_is_a_change,
}

const CHANGES: &str = "/api/v2/changes";
/// Longer than a write may appear late, and than what was deleted is remembered.
const DAY: i64 = 86_400_000;

async fn changes(app: &TestApp, person: &Person, query: &str) -> Answer {
    app.by(person).get(&format!("{CHANGES}?{query}")).await
}

/// A copy that a client keeps by following the cursors.
#[derive(Default)]
pub struct Copy {
    /// By id: the version, and what is there.
    pub things: BTreeMap<String, (i64, Option<Value>)>,
    pub cursor: Option<String>,
}

impl Copy {
    /// Reads to the end, so many at a time.
    pub async fn follow(&mut self, app: &TestApp, person: &Person, limit: usize) {
        loop {
            let since = self.cursor.as_ref().map(|cursor| format!("&since={cursor}"));
            let query = format!("limit={limit}{}", since.unwrap_or_default());
            let page = changes(app, person, &query).await.ok();
            let items = page["items"].as_array().expect("a list");
            assert!(items.len() <= limit);
            for item in items {
                self.take(item);
            }
            self.cursor = Some(text(&page["cursor"]));
            if page["more"] == false {
                return;
            }
        }
    }

    /// Takes a change as a client does: what it has, or has newer, is not news.
    pub fn take(&mut self, item: &Value) {
        let version = item["version"].as_i64().expect("a version");
        let known = self.things.get(&text(&item["id"]));
        if known.is_none_or(|(known, _)| *known < version) {
            let thing = (item["deleted"] == false).then(|| item[text(&item["kind"])].clone());
            self.things.insert(text(&item["id"]), (version, thing));
        }
    }

    /// The titles of the to-dos that are there and not in the trash, sorted.
    pub fn titles(&self) -> Vec<String> {
        let things = self.things.values().filter_map(|(_, thing)| thing.as_ref());
        let mut titles: Vec<String> = things
            .filter(|thing| thing["title"].is_string() && thing["deleted_at"].is_null())
            .map(|todo| text(&todo["title"]))
            .collect();
        titles.sort();
        titles
    }
}

/// Leaves nothing of a to-do in the trash, as the job does after a month.
async fn db_purge(app: &TestApp, person: &Person, id: &str) {
    let (owner, id) = (person.id.parse().unwrap(), id.parse().unwrap());
    let now = Timestamp::from_millis(1_900_000_000_000);
    assert!(app.services.store.purge_todo(owner, id, now).await.unwrap());
}

async fn a_client_with_nothing_reads_all_that_there_is_and_then_what_changes(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    app.todo(&other, &json!({ "title": "Not yours" })).await;
    let mut copy = Copy::default();
    copy.follow(&app, &person, 100).await;
    assert!(copy.things.is_empty());
    let mut late = Copy::default();

    let mut ids = Vec::new();
    for title in ["Milk", "Bread", "Butter", "Jam", "Honey"] {
        ids.push(text(&app.todo(&person, &json!({ "title": title })).await["id"]));
    }
    for (limit, copy) in [(2, &mut copy), (1, &mut late)] {
        copy.follow(&app, &person, limit).await;
        assert_eq!(copy.titles(), ["Bread", "Butter", "Honey", "Jam", "Milk"]);
    }
    let shown = app.by(&person).get(&format!("/api/v2/todos/{}", ids[0])).await;
    assert_eq!(copy.things[&ids[0]], (1, Some(shown.ok())));

    let todo = |number: usize| format!("/api/v2/todos/{}", ids[number]);
    app.by(&person)
        .patch(&todo(0), json!({ "title": "Oat milk" }))
        .await;
    app.by(&person).delete(&todo(1)).await;
    app.by(&person).delete(&todo(2)).await;
    db_purge(&app, &person, &ids[2]).await;
    for (limit, copy) in [(100, &mut copy), (1, &mut late)] {
        copy.follow(&app, &person, limit).await;
        assert_eq!(copy.titles(), ["Honey", "Jam", "Oat milk"]);
        let (version, trashed) = &copy.things[&ids[1]];
        assert!(*version == 2 && trashed.as_ref().unwrap()["deleted_at"].is_string());
        assert_eq!(copy.things[&ids[2]], (3, None));
    }
    // What is at its end tells nothing that is news, again and again.
    let before = copy.things.clone();
    for _ in 0..3 {
        copy.follow(&app, &person, 2).await;
    }
    assert_eq!(copy.things, before);
}

async fn what_was_purged_before_is_not_told_to_a_client_with_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let id = text(&app.todo(&person, &json!({ "title": "Milk" })).await["id"]);
    app.by(&person).delete(&format!("/api/v2/todos/{id}")).await;
    db_purge(&app, &person, &id).await;
    let page = changes(&app, &person, "").await.ok();
    assert_eq!(members(&page), ["cursor", "items", "more"]);
    assert_eq!(page["more"], false);
    // A store that may show writes late does not know yet whether it was there before.
    let items = page["items"].as_array().unwrap();
    let told = json!({ "kind": "todo", "id": id, "version": 3, "deleted": true });
    match app.database.address.starts_with("sqlite:") {
        true => assert!(items.is_empty(), "{items:?}"),
        false => assert!(items.iter().all(|item| *item == told), "{items:?}"),
    }
}

async fn a_cursor_is_good_for_the_account_that_it_was_made_for_and_nobody_makes_one(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    app.todo(&person, &json!({ "title": "Milk" })).await;
    let cursor = text(&changes(&app, &person, "").await.ok()["cursor"]);
    let page = app.by(&person).get("/api/v2/todos?limit=1").await.ok();
    assert!(page["next"].is_null());
    let altered = format!(
        "{}{}",
        &cursor[..cursor.len() - 1],
        if cursor.ends_with('A') { "B" } else { "A" }
    );
    for (who, forged) in [
        (&other, cursor.as_str()),
        (&person, &altered),
        (&person, &cursor[1..]),
        (&person, "x"),
        (&person, ""),
        (&person, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    ] {
        let answer = changes(&app, who, &format!("since={forged}")).await;
        assert_eq!(pointers(&answer.problem(400, "query")), ["?since"]);
        let answer = app.by(who).get(&format!("/api/v2/events?since={forged}")).await;
        assert_eq!(pointers(&answer.problem(400, "query")), ["?since"]);
        if !forged.is_empty() {
            let request = app.by(who).request(reqwest::Method::GET, "/api/v2/events");
            let answer = crate::support::ask(request.header("Last-Event-ID", forged)).await;
            assert_eq!(pointers(&answer.problem(400, "header")), ["Last-Event-ID"]);
        }
    }
    changes(&app, &person, &format!("since={cursor}")).await.ok();
    for query in ["limit=0", "limit=101", "limit=x", "limit=1&limit=2", "cursor=x"] {
        changes(&app, &person, query).await.problem(400, "query");
    }
}

async fn a_cursor_that_is_too_old_is_told_to_start_over(app: TestApp) {
    let person = app.person("person@example.org").await;
    app.todo(&person, &json!({ "title": "Milk" })).await;
    let cursor = text(&changes(&app, &person, "").await.ok()["cursor"]);
    app.clock.advance(28 * DAY);
    let person = app.person_again(&person.email).await;
    let page = changes(&app, &person, &format!("since={cursor}")).await.ok();
    let newer = text(&page["cursor"]);
    app.clock.advance(2 * DAY);
    let person = app.person_again(&person.email).await;
    let answer = changes(&app, &person, &format!("since={cursor}")).await;
    answer.problem(410, "start-over");
    let explained = app.anybody().get("/problems/start-over").await;
    assert!(explained.status == 200 && explained.text().contains("410"));
    // Whoever came meanwhile goes on, and so does whoever begins anew.
    changes(&app, &person, &format!("since={newer}")).await.ok();
    let mut copy = Copy::default();
    copy.follow(&app, &person, 100).await;
    assert_eq!(copy.titles(), ["Milk"]);
}

async fn cursors_are_good_for_the_feed_that_the_database_names_and_no_other(app: TestApp) {
    let person = app.person("person@example.org").await;
    app.todo(&person, &json!({ "title": "Milk" })).await;
    let first = text(&changes(&app, &person, "").await.ok()["cursor"]);
    // As a restoration leaves it, and once more.
    let kept = app.services.store.fact(FEED, "second").await.unwrap();
    assert_eq!(kept, "second");
    let app = TestApp::restart(app.stop().await, &[]).await;
    let person = app.person_again("person@example.org").await;
    let answer = changes(&app, &person, &format!("since={first}")).await;
    answer.problem(410, "start-over");
    let second = text(&changes(&app, &person, "").await.ok()["cursor"]);
    changes(&app, &person, &format!("since={second}")).await.ok();
    assert!(
        app.services
            .store
            .replace_fact(FEED, "second", "third")
            .await
            .unwrap()
    );
    let app = TestApp::restart(app.stop().await, &[]).await;
    let person = app.person_again("person@example.org").await;
    for cursor in [first, second] {
        let answer = changes(&app, &person, &format!("since={cursor}")).await;
        answer.problem(410, "start-over");
    }
}

async fn every_way_of_writing_is_a_change(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut copy = Copy::default();
    copy.follow(&app, &person, 100).await;
    let made = app
        .by(&person)
        .post("/todo", json!({ "title": "Old" }))
        .await
        .ok();
    let id = text(&made["data"]["id"]);
    copy.follow(&app, &person, 100).await;
    assert_eq!(copy.titles(), ["Old"]);
    let body = json!({ "query": { "id": id }, "payload": { "title": "Older" } });
    app.by(&person).patch("/todo", body).await.ok();
    copy.follow(&app, &person, 100).await;
    assert_eq!(copy.titles(), ["Older"]);
    app.by(&person)
        .delete_with("/todo", json!({ "id": id }))
        .await
        .ok();
    copy.follow(&app, &person, 100).await;
    assert!(copy.titles().is_empty());
    // What changes nothing writes nothing.
    let version = copy.things[&id].0;
    copy.follow(&app, &person, 100).await;
    assert_eq!(copy.things[&id].0, version);
}

/// Writers on two instances, and a reader that follows the cursors on both in turn: in the end he has all that there
/// is, in its last version, though he never looked at the same place twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_two_instances_write_at_once_a_reader_misses_nothing() {
    const WRITERS: usize = 6;
    const EACH: usize = 25;
    let Some(app) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let beside = app.spawn_beside(&[]).await;
    let person = app.person("person@example.org").await;
    let instances = [&app, &beside];
    let mut copy = Copy::default();
    let reads = Cell::new(0);
    let writing = futures_util::future::join_all((0..WRITERS).map(|writer| {
        let (app, person, reads) = (instances[writer % 2], &person, &reads);
        async move {
            for number in 0..EACH {
                // However fast they are, the reader has his turns meanwhile.
                while number == EACH / 2 && reads.get() <= 3 {
                    sleep(Duration::from_millis(5)).await;
                }
                let title = format!("{writer}-{number}");
                let id = text(&app.todo(person, &json!({ "title": title })).await["id"]);
                let path = format!("/api/v2/todos/{id}");
                match number % 3 {
                    0 => app.by(person).patch(&path, json!({ "done": true })).await,
                    1 => app.by(person).delete(&path).await,
                    _ => app.by(person).get(&path).await,
                };
            }
        }
    }));
    let mut writing = std::pin::pin!(writing);
    loop {
        let follow = copy.follow(instances[reads.get() % 2], &person, 7);
        tokio::select! {
            biased;
            _ = &mut writing => break,
            () = follow => reads.set(reads.get() + 1),
        }
    }
    assert!(reads.get() > 3, "he read meanwhile");
    copy.follow(&app, &person, 7).await;
    let mut fresh = Copy::default();
    fresh.follow(&beside, &person, 100).await;
    assert_eq!(fresh.things.len(), WRITERS * EACH);
    assert_eq!(copy.things, fresh.things);
}
