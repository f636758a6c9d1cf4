//! Lists in version 2: making, ordering, changing and deleting them, and the to-dos in them.

use futures_util::future::join_all;
use reqwest::Method;
use rondo::model::{Id, List};
use serde_json::{Value, json};

use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::support::{Answer, NOBODY, ask, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    a_list_is_made_shown_changed_and_deleted,
    what_a_list_may_be_has_limits_and_every_refusal_says_where,
    a_list_is_its_owners_own,
    a_change_of_a_list_that_names_a_version_happens_to_that_version_only,
    a_list_that_is_asked_for_twice_under_one_key_is_made_once,
}

pub const LISTS: &str = "/api/v2/lists";
pub const TODOS: &str = "/api/v2/todos";

/// Makes a list; its answer.
async fn make(app: &TestApp, person: &Person, name: &str) -> Answer {
    let answer = app.by(person).post(LISTS, json!({ "name": name })).await;
    answer.expect(201);
    answer
}

/// Makes a list; its id.
pub async fn made(app: &TestApp, person: &Person, name: &str) -> String {
    text(&make(app, person, name).await.json()["id"])
}

pub async fn names(app: &TestApp, person: &Person) -> Vec<String> {
    let page = app.by(person).get(LISTS).await.ok();
    let items = page["items"].as_array().expect("items").iter();
    items.map(|list| text(&list["name"])).collect()
}

pub fn parsed(id: &str) -> Id {
    id.parse().expect("an id")
}

async fn a_list_is_made_shown_changed_and_deleted(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    assert_eq!(
        me.get(LISTS).await.ok(),
        json!({ "items": [], "inbox": { "open": 0 } })
    );
    let answer = me
        .post(LISTS, json!({ "name": "Garden 🌱", "color": "#0a1b2c" }))
        .await;
    let list = answer.expect(201);
    let expected = json!({
        "id": list["id"], "name": "Garden 🌱", "color": "#0a1b2c", "archived": false,
        "position": list["position"], "role": "owner", "shared": false, "open": 0, "created_at": list["created_at"],
        "updated_at": list["created_at"], "version": 1,
    });
    assert_eq!(list, expected);
    moment(&list["created_at"]);
    let path = format!("{LISTS}/{}", text(&list["id"]));
    assert_eq!(answer.header("location"), path);
    let shown = me.get(&path).await;
    assert_eq!(shown.ok(), list);
    assert_eq!(shown.header("etag"), answer.header("etag"));
    assert_eq!(shown.header("cache-control"), "private, no-cache");
    let known = me
        .request(Method::GET, &path)
        .header("if-none-match", shown.header("etag"));
    ask(known).await.expect_empty(304);

    app.clock.advance(5);
    let same = me
        .patch(&path, json!({ "name": "Garden 🌱", "color": "#0a1b2c" }))
        .await;
    assert_eq!(same.ok(), list, "what changes nothing writes nothing");
    assert_eq!(me.patch(&path, json!({})).await.ok(), list);
    let patch = json!({ "name": "Balcony", "color": null, "archived": true });
    let answer = me.patch(&path, patch).await;
    let changed = answer.ok();
    let mut expected = list.clone();
    for (name, value) in [
        ("name", json!("Balcony")),
        ("color", Value::Null),
        ("archived", json!(true)),
        ("version", json!(2)),
        ("updated_at", changed["updated_at"].clone()),
    ] {
        expected[name] = value;
    }
    assert_eq!(changed, expected);
    assert!(moment(&changed["updated_at"]) > moment(&list["updated_at"]));
    assert_eq!(me.get(LISTS).await.ok()["items"], json!([changed]));

    me.delete(&format!("{path}?todos=inbox")).await.expect_empty(204);
    me.get(&path).await.problem(404, "not-found");
    me.patch(&path, json!({ "name": "Back" }))
        .await
        .problem(404, "not-found");
    me.delete(&format!("{path}?todos=inbox"))
        .await
        .problem(404, "not-found");
    assert_eq!(me.get(LISTS).await.ok()["items"], json!([]));
}

async fn what_a_list_may_be_has_limits_and_every_refusal_says_where(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let list = me
        .post(LISTS, json!({ "name": "é".repeat(200), "color": null }))
        .await;
    let path = format!("{LISTS}/{}", text(&list.expect(201)["id"]));
    let mut bad = vec![(json!({}), "/name")];
    for name in [
        json!(""),
        json!(" \u{a0}"),
        json!("a\nb"),
        json!("x".repeat(201)),
        json!(null),
        json!(7),
    ] {
        bad.push((json!({ "name": name }), "/name"));
    }
    for color in ["", "red", "#fff", "#FFFFFF", "#1234567", "#ggdddd"] {
        bad.push((json!({ "name": "x", "color": color }), "/color"));
    }
    for member in ["id", "owner", "position", "inbox", "stamp", "deleted_at"] {
        let mut body = json!({ "name": "x" });
        body[member] = json!(NOBODY);
        bad.push((body, member));
    }
    for (body, place) in &bad {
        let refusal = me.post(LISTS, body.clone()).await.problem(422, "schema");
        let place = format!("/{}", place.trim_start_matches('/'));
        assert_eq!(pointers(&refusal), [place], "{body}");
    }
    for (body, place) in bad.iter().skip(1) {
        let refusal = me.patch(&path, body.clone()).await.problem(422, "schema");
        let place = format!("/{}", place.trim_start_matches('/'));
        assert_eq!(pointers(&refusal), [place], "{body}");
    }
    for body in [
        json!({ "archived": null }),
        json!({ "archived": "yes" }),
        json!({ "open": 1 }),
    ] {
        me.patch(&path, body).await.problem(422, "schema");
    }
    // The inbox is no list: it has no id, and no word stands for it.
    for id in ["inbox", "null", NOBODY, "0"] {
        let path = format!("{LISTS}/{id}");
        me.get(&path).await.problem(404, "not-found");
        me.delete(&format!("{path}?todos=trash"))
            .await
            .problem(404, "not-found");
    }
    assert_eq!(names(&app, &person).await.len(), 1);
}

async fn a_list_is_its_owners_own(app: TestApp) {
    let (owner, other) = (
        app.person("a@example.org").await,
        app.person("b@example.org").await,
    );
    let list = made(&app, &owner, "Private").await;
    let todo = app
        .todo(&owner, &json!({ "title": "Kept", "list_id": list }))
        .await;
    let before = app.by(&owner).get(LISTS).await.ok();
    let them = app.by(&other);
    for id in [list.as_str(), NOBODY] {
        let path = format!("{LISTS}/{id}");
        them.get(&path).await.problem(404, "not-found");
        them.patch(&path, json!({ "name": "Mine" }))
            .await
            .problem(404, "not-found");
        them.delete(&format!("{path}?todos=trash"))
            .await
            .problem(404, "not-found");
        them.post(&format!("{path}/move"), json!({ "after": NOBODY }))
            .await
            .problem(404, "not-found");
        // Nor does a page of it tell anything.
        let page = them.get(&format!("{TODOS}?list={id}")).await.ok();
        assert_eq!(page, json!({ "items": [], "next": null }));
    }
    assert_eq!(names(&app, &other).await, [""; 0]);
    // Nothing is moved beside it, and nothing goes into it; the refusals are those of nothing.
    let own = made(&app, &other, "Own").await;
    let mut refusals = Vec::new();
    for id in [list.as_str(), NOBODY] {
        let beside = them
            .post(&format!("{LISTS}/{own}/move"), json!({ "after": id }))
            .await;
        let into = them.post(TODOS, json!({ "title": "x", "list_id": id })).await;
        let mut told = Vec::new();
        for (answer, place) in [(beside, "/after"), (into, "/list_id")] {
            let mut problem = answer.problem(422, "schema");
            assert_eq!(pointers(&problem), [place]);
            assert_eq!(problem["detail"], "no such list");
            problem.as_object_mut().expect("an object").remove("request_id");
            told.push(problem);
        }
        refusals.push(told);
    }
    assert_eq!(refusals[0], refusals[1]);
    assert_eq!(app.by(&owner).get(LISTS).await.ok(), before);
    let path = format!("{TODOS}/{}", text(&todo["id"]));
    assert_eq!(app.by(&owner).get(&path).await.ok(), todo);
}

async fn a_change_of_a_list_that_names_a_version_happens_to_that_version_only(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (first, other) = (
        make(&app, &person, "First").await,
        made(&app, &person, "Other").await,
    );
    let path = first.header("location").to_owned();
    let stale = first.header("etag").to_owned();
    let present = me.patch(&path, json!({ "name": "Second" })).await;
    let present = present.header("etag").to_owned();
    let with = |method: Method, path: &str, tag: &str| me.request(method, path).header("if-match", tag);
    let (put, gone) = (format!("{path}/move"), format!("{path}?todos=inbox"));
    for refused in [
        with(Method::PATCH, &path, &stale).json(&json!({ "name": "Third" })),
        with(Method::POST, &put, &stale).json(&json!({ "after": other })),
        with(Method::DELETE, &gone, &stale),
    ] {
        ask(refused).await.problem(412, "stale");
    }
    ask(with(Method::DELETE, &gone, "no tag"))
        .await
        .problem(400, "header");
    assert_eq!(names(&app, &person).await, ["Second", "Other"]);
    let moved = ask(with(Method::POST, &put, &present).json(&json!({ "after": other }))).await;
    assert_eq!(moved.ok()["version"], 3);
    let tag = moved.header("etag").to_owned();
    let renamed = ask(with(Method::PATCH, &path, &tag).json(&json!({ "name": "Third" }))).await;
    assert_eq!(renamed.ok()["version"], 4);
    ask(with(Method::DELETE, &gone, renamed.header("etag")))
        .await
        .expect_empty(204);
    // Of many who name the same version one wins.
    let path = format!("{LISTS}/{other}");
    let tag = me.get(&path).await.header("etag").to_owned();
    let writers = (0..8)
        .map(|number| ask(with(Method::PATCH, &path, &tag).json(&json!({ "name": format!("By {number}") }))));
    let won = join_all(writers)
        .await
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(won, 1);
    // Those who name none all succeed.
    let writers = (0..8).map(|number| me.patch(&path, json!({ "name": format!("Again {number}") })));
    assert!(join_all(writers).await.iter().all(|answer| answer.status == 200));
    assert_eq!(me.get(&path).await.ok()["version"], 10);
}

async fn a_list_that_is_asked_for_twice_under_one_key_is_made_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let keyed = |body: Value| {
        let request = me
            .request(Method::POST, LISTS)
            .header("idempotency-key", "\"one\"");
        ask(request.json(&body))
    };
    let first = keyed(json!({ "name": "Once", "color": null })).await;
    assert!(!first.has("idempotency-replayed"));
    let again = keyed(json!({ "color": null, "name": "Once" })).await;
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!((again.status, &again.body), (201, &first.body));
    for name in ["location", "etag"] {
        assert_eq!(again.header(name), first.header(name));
    }
    keyed(json!({ "name": "Twice" }))
        .await
        .problem(422, "idempotency-key");
    assert_eq!(names(&app, &person).await, ["Once"]);
}

/// The limit is the service's, whatever it is kept in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_five_hundred_lists_at_most() {
    let app = TestApp::spawn(Keeper::Sqlite).await.expect("an embedded store");
    let (person, other) = (
        app.person("a@example.org").await,
        app.person("b@example.org").await,
    );
    let owner = parsed(&person.id);
    for number in 0..499 {
        let now = app.services.source.now();
        let list = List::new(app.services.source.new_id(), owner, format!("{number}"), now);
        app.services.store.create_list(&list).await.expect("a list");
    }
    let last = made(&app, &person, "last").await;
    let refused = app
        .by(&person)
        .post(LISTS, json!({ "name": "One too many" }))
        .await;
    let detail = text(&refused.problem(409, "conflict")["detail"]);
    assert!(detail.contains("500"), "{detail}");
    assert_eq!(names(&app, &person).await.len(), 500);
    made(&app, &other, "Another's").await;
    // Where one was deleted there is room again.
    let gone = app
        .by(&person)
        .delete(&format!("{LISTS}/{last}?todos=inbox"))
        .await;
    gone.expect_empty(204);
    made(&app, &person, "again").await;
}
