//! Lists among the changes: what becomes of one is told in pages and in events, by the same cursors.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::changes::Copy;
use crate::common::TestApp;
use crate::common::app::Person;
use crate::events::Events;
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    what_becomes_of_a_list_is_told_in_pages,
    what_becomes_of_a_list_is_told_as_it_happens_once_and_to_nobody_whom_it_does_not_concern,
    pages_and_events_go_on_where_the_other_left_off_among_lists,
    a_list_that_was_deleted_before_is_not_told_to_a_client_with_nothing,
    that_a_list_is_gone_is_known_for_as_long_as_its_cursors_are_good,
}

const LISTS: &str = "/api/v2/lists";
const CHANGES: &str = "/api/v2/changes";
const DAY: i64 = 86_400_000;

async fn make(app: &TestApp, person: &Person, name: &str) -> Value {
    app.by(person)
        .post(LISTS, json!({ "name": name }))
        .await
        .expect(201)
}

fn path(list: &Value) -> String {
    format!("{LISTS}/{}", text(&list["id"]))
}

/// The list as a change shows it.
fn uncounted(list: &Value) -> Value {
    let mut list = list.clone();
    let open = list.as_object_mut().expect("a list").remove("open");
    assert!(open.is_some_and(|open| open.is_number()));
    list
}

/// The change that tells of this list.
fn told(list: &Value) -> Value {
    json!({
        "kind": "list", "id": list["id"], "version": list["version"], "deleted": false, "list": uncounted(list),
    })
}

fn gone(id: &Value, version: i64) -> Value {
    json!({ "kind": "list", "id": id, "version": version, "deleted": true })
}

async fn delete(app: &TestApp, person: &Person, list: &Value, fate: &str) {
    let path = format!("{}?todos={fate}", path(list));
    app.by(person).delete(&path).await.expect_empty(204);
}

/// The copy of this list, if there is one.
fn kept<'a>(copy: &'a Copy, list: &Value) -> Option<&'a (i64, Option<Value>)> {
    copy.things.get(&text(&list["id"]))
}

async fn what_becomes_of_a_list_is_told_in_pages(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    make(&app, &other, "Not yours").await;
    let (mut copy, mut late) = (Copy::default(), Copy::default());
    copy.follow(&app, &person, 100).await;
    assert!(copy.things.is_empty());

    let garden = make(&app, &person, "Garden").await;
    let house = make(&app, &person, "House").await;
    for title in ["Plant", "Water"] {
        let body = json!({ "title": title, "list_id": garden["id"] });
        app.todo(&person, &body).await;
    }
    let page = app.by(&person).get(CHANGES).await.ok();
    let items = page["items"].as_array().expect("items");
    assert_eq!(items[..2], [told(&garden), told(&house)]);
    let kinds: Vec<&Value> = items.iter().map(|item| &item["kind"]).collect();
    assert_eq!(kinds, ["list", "list", "todo", "todo"]);
    for (limit, copy) in [(3, &mut copy), (1, &mut late)] {
        copy.follow(&app, &person, limit).await;
        assert_eq!(copy.things.len(), 4);
        assert_eq!(kept(copy, &garden), Some(&(1, Some(uncounted(&garden)))));
        assert_eq!(copy.titles(), ["Plant", "Water"]);
    }

    let body = json!({ "name": "Balcony", "color": "#0a1b2c" });
    app.by(&person).patch(&path(&garden), body).await.ok();
    let moved = json!({ "after": house["id"] });
    app.by(&person)
        .post(&format!("{}/move", path(&garden)), moved)
        .await
        .ok();
    let body = json!({ "archived": true });
    let archived = app.by(&person).patch(&path(&garden), body).await.ok();
    copy.follow(&app, &person, 1).await;
    assert_eq!(kept(&copy, &garden), Some(&(4, Some(uncounted(&archived)))));
    // What changes nothing is no change.
    let body = json!({ "archived": true });
    app.by(&person).patch(&path(&garden), body).await.ok();

    delete(&app, &person, &garden, "trash").await;
    for (limit, copy) in [(1, &mut copy), (100, &mut late)] {
        copy.follow(&app, &person, limit).await;
        assert_eq!(kept(copy, &garden), Some(&(5, None)));
        assert_eq!(kept(copy, &house), Some(&(1, Some(uncounted(&house)))));
        assert!(copy.titles().is_empty());
        let things = copy.things.values().filter_map(|(_, thing)| thing.as_ref());
        let trashed: Vec<&Value> = things.filter(|thing| thing["title"].is_string()).collect();
        assert_eq!(trashed.len(), 2);
        let is_out = |todo: &&Value| todo["list_id"].is_null() && todo["deleted_at"].is_string();
        assert!(trashed.iter().all(is_out), "{trashed:?}");
    }
    delete(&app, &person, &house, "inbox").await;
    copy.follow(&app, &person, 100).await;
    assert_eq!(kept(&copy, &house), Some(&(2, None)));
}

async fn what_becomes_of_a_list_is_told_as_it_happens_once_and_to_nobody_whom_it_does_not_concern(
    app: TestApp,
) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    app.person("member@example.org").await;
    let mut events = Events::open(&app, &person, None).await;
    let mut of_other = Events::open(&app, &other, None).await;

    let made = make(&app, &person, "Garden").await;
    assert_eq!(events.change().await, told(&made));
    let body = json!({ "title": "Plant", "list_id": made["id"] });
    let todo = app.todo(&person, &body).await;
    assert_eq!(events.change().await["todo"], todo);
    let body = json!({ "name": "Balcony" });
    let renamed = app.by(&person).patch(&path(&made), body).await.ok();
    assert_eq!(events.change().await, told(&renamed));
    let second = make(&app, &person, "House").await;
    assert_eq!(events.change().await, told(&second));
    let body = json!({ "before": made["id"] });
    let put = app
        .by(&person)
        .post(&format!("{}/move", path(&second)), body)
        .await;
    assert_eq!(events.change().await, told(&put.ok()));

    // Whom it is shared with is a part of it.
    let body = json!({ "email": "member@example.org", "role": "viewer" });
    let members = format!("{}/members", path(&made));
    app.by(&person).post(&members, body).await.ok();
    let shared = app.by(&person).get(&path(&made)).await.ok();
    assert_eq!((&shared["shared"], &shared["version"]), (&json!(true), &json!(3)));
    assert_eq!(events.change().await, told(&shared));

    delete(&app, &person, &made, "inbox").await;
    // The list first, then what was in it.
    assert_eq!(events.change().await, gone(&made["id"], 4));
    let moved = events.change().await;
    assert_eq!(moved["id"], todo["id"]);
    assert!(moved["todo"]["list_id"].is_null());
    delete(&app, &person, &second, "trash").await;
    assert_eq!(events.change().await, gone(&second["id"], 3));
    // Nothing of all that is told again before the next, and nothing of it to the other one.
    let last = make(&app, &person, "Last").await;
    assert_eq!(events.change().await, told(&last));
    let own = make(&app, &other, "Own").await;
    assert_eq!(of_other.change().await, told(&own));
}

async fn pages_and_events_go_on_where_the_other_left_off_among_lists(app: TestApp) {
    let person = app.person("person@example.org").await;
    let garden = make(&app, &person, "Garden").await;
    let mut copy = Copy::default();
    copy.follow(&app, &person, 100).await;

    app.todo(&person, &json!({ "title": "Plant", "list_id": garden["id"] }))
        .await;
    let body = json!({ "name": "Balcony" });
    let renamed = app.by(&person).patch(&path(&garden), body).await.ok();
    // From the cursor of a page to events …
    let mut events = Events::open(&app, &person, copy.cursor.as_deref()).await;
    let mut seen = BTreeSet::new();
    while copy.titles() != ["Plant"] || kept(&copy, &garden).is_none_or(|(version, _)| *version < 2) {
        let change = events.change().await;
        let is_first = seen.insert((text(&change["id"]), change["version"].as_i64()));
        assert!(is_first, "{change}");
        copy.take(&change);
    }
    assert_eq!(kept(&copy, &garden), Some(&(2, Some(uncounted(&renamed)))));
    // … and from the id of an event to pages, one at a time, and to events again.
    delete(&app, &person, &garden, "trash").await;
    let mut listening = Copy {
        things: copy.things.clone(),
        cursor: None,
    };
    copy.cursor = Some(events.id.clone());
    copy.follow(&app, &person, 1).await;
    assert_eq!(kept(&copy, &garden), Some(&(3, None)));
    assert!(copy.titles().is_empty());
    let mut again = Events::open(&app, &person, Some(&events.id)).await;
    while listening.things != copy.things {
        listening.take(&again.change().await);
    }
    let mut fresh = Copy::default();
    fresh.follow(&app, &person, 100).await;
    copy.things.remove(&text(&garden["id"]));
    fresh.things.remove(&text(&garden["id"]));
    assert_eq!(fresh.things, copy.things);
}

async fn a_list_that_was_deleted_before_is_not_told_to_a_client_with_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let garden = make(&app, &person, "Garden").await;
    delete(&app, &person, &garden, "inbox").await;
    let page = app.by(&person).get(CHANGES).await.ok();
    let items = page["items"].as_array().expect("items");
    // A store that may show writes late does not know yet whether it was there before.
    match app.database.address.starts_with("sqlite:") {
        true => assert!(items.is_empty(), "{items:?}"),
        false => assert!(
            items.iter().all(|item| *item == gone(&garden["id"], 2)),
            "{items:?}"
        ),
    }
}

async fn that_a_list_is_gone_is_known_for_as_long_as_its_cursors_are_good(app: TestApp) {
    let person = app.person("person@example.org").await;
    let garden = make(&app, &person, "Garden").await;
    let mut copy = Copy::default();
    copy.follow(&app, &person, 100).await;
    let before = copy.cursor.clone().expect("a cursor");
    delete(&app, &person, &garden, "inbox").await;
    let clean = async || app.services.clean_once(900).await.expect("the store answers");

    app.clock.advance(28 * DAY);
    clean().await;
    let person = app.person_again(&person.email).await;
    copy.follow(&app, &person, 100).await;
    assert_eq!(kept(&copy, &garden), Some(&(2, None)));
    app.clock.advance(3 * DAY);
    clean().await;
    let person = app.person_again(&person.email).await;
    // Nothing is left of it, and whoever may have missed that is told so.
    let answer = app.by(&person).get(&format!("{CHANGES}?since={before}")).await;
    answer.problem(410, "start-over");
    let mut events = Events::open(&app, &person, Some(&before)).await;
    assert_eq!(events.next().await.name, "reset");
    let page = app.by(&person).get(CHANGES).await.ok();
    assert_eq!(page["items"], json!([]));
    copy.follow(&app, &person, 100).await;
}
