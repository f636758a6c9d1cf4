//! Lists in version 2: making, ordering, changing and deleting them, and the to-dos in them.

use futures_util::future::join_all;
use reqwest::Method;
use rondo::model::{Fate, Id, List, Todo};
use serde_json::{Value, json};

use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::support::{Answer, NOBODY, ask, members, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    a_list_is_made_shown_changed_and_deleted,
    what_a_list_may_be_has_limits_and_every_refusal_says_where,
    a_list_is_its_owners_own,
    a_change_of_a_list_that_names_a_version_happens_to_that_version_only,
    a_list_that_is_asked_for_twice_under_one_key_is_made_once,
    open_to_dos_are_counted_in_their_lists_and_in_the_inbox,
    a_to_do_goes_into_a_list_that_takes_it_and_into_no_other,
    an_archived_list_takes_no_new_to_dos_and_keeps_its_own,
    steps_go_where_their_to_do_goes,
    lists_are_put_beside_each_other,
    lists_that_are_moved_at_once_are_all_in_one_order,
    who_deletes_a_list_says_what_becomes_of_its_to_dos,
    the_to_dos_of_a_deleted_list_go_into_the_inbox,
    the_to_dos_of_a_deleted_list_go_into_the_trash,
    what_a_crash_left_of_a_deletion_is_finished_and_nothing_is_lost,
    what_comes_into_a_list_while_it_is_deleted_is_not_lost,
    a_deleted_account_leaves_no_lists,
}

const LISTS: &str = "/api/v2/lists";
const TODOS: &str = "/api/v2/todos";

/// Makes a list; its answer.
async fn make(app: &TestApp, person: &Person, name: &str) -> Answer {
    let answer = app.by(person).post(LISTS, json!({ "name": name })).await;
    answer.expect(201);
    answer
}

/// Makes a list; its id.
async fn made(app: &TestApp, person: &Person, name: &str) -> String {
    text(&make(app, person, name).await.json()["id"])
}

async fn names(app: &TestApp, person: &Person) -> Vec<String> {
    let page = app.by(person).get(LISTS).await.ok();
    let items = page["items"].as_array().expect("items").iter();
    items.map(|list| text(&list["name"])).collect()
}

fn parsed(id: &str) -> Id {
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

/// How many are open in each of the lists and in the inbox.
async fn counts(app: &TestApp, person: &Person) -> (Vec<u64>, u64) {
    let page = app.by(person).get(LISTS).await.ok();
    let open = |value: &Value| value["open"].as_u64().expect("a count");
    let items = page["items"].as_array().expect("items");
    (items.iter().map(open).collect(), open(&page["inbox"]))
}

async fn open_to_dos_are_counted_in_their_lists_and_in_the_inbox(app: TestApp) {
    let (person, other) = (
        app.person("a@example.org").await,
        app.person("b@example.org").await,
    );
    let me = app.by(&person);
    let (home, work) = (
        made(&app, &person, "Home").await,
        made(&app, &person, "Work").await,
    );
    for (title, list, done) in [
        ("a", Some(&home), false),
        ("b", Some(&home), false),
        ("c", Some(&home), true),
        ("d", Some(&work), false),
        ("e", None, false),
        ("f", None, false),
        ("g", None, true),
    ] {
        app.todo(&person, &json!({ "title": title, "list_id": list, "done": done }))
            .await;
    }
    app.todo(&other, &json!({ "title": "Somebody else's" })).await;
    assert_eq!(counts(&app, &person).await, (vec![2, 1], 2));
    assert_eq!(counts(&app, &other).await, (vec![], 1));
    assert_eq!(me.get(&format!("{LISTS}/{home}")).await.ok()["open"], 2);
    assert_eq!(
        app.titles(&person, &format!("list={home}")).await,
        ["a", "b", "c"]
    );
    assert_eq!(app.titles(&person, "list=inbox&done=false").await, ["e", "f"]);

    let page = me.get(&format!("{TODOS}?list={home}&limit=3")).await.ok();
    let path = |place: usize| format!("{TODOS}/{}", text(&page["items"][place]["id"]));
    me.patch(&path(0), json!({ "done": true })).await.ok();
    assert_eq!(counts(&app, &person).await, (vec![1, 1], 2));
    me.patch(&path(1), json!({ "list_id": null })).await.ok();
    assert_eq!(counts(&app, &person).await, (vec![0, 1], 3));
    me.patch(&path(2), json!({ "done": false })).await.ok();
    me.delete(&path(1)).await.expect_empty(204);
    assert_eq!(counts(&app, &person).await, (vec![1, 1], 2));
}

async fn a_to_do_goes_into_a_list_that_takes_it_and_into_no_other(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (list, gone) = (
        made(&app, &person, "List").await,
        made(&app, &person, "Gone").await,
    );
    me.delete(&format!("{LISTS}/{gone}?todos=inbox"))
        .await
        .expect_empty(204);
    let todo = app
        .todo(&person, &json!({ "title": "Milk", "list_id": list }))
        .await;
    assert_eq!(todo["list_id"], list.as_str());
    let path = format!("{TODOS}/{}", text(&todo["id"]));
    let none = app
        .todo(&person, &json!({ "title": "Bread", "list_id": null }))
        .await;
    assert_eq!(none["list_id"], Value::Null);
    for bad in [gone.as_str(), NOBODY] {
        let made = me.post(TODOS, json!({ "title": "x", "list_id": bad })).await;
        let changed = me.patch(&path, json!({ "title": "x", "list_id": bad })).await;
        for answer in [made, changed] {
            let problem = answer.problem(422, "schema");
            assert_eq!(pointers(&problem), ["/list_id"]);
            assert_eq!(problem["detail"], "no such list");
        }
    }
    for malformed in [json!("inbox"), json!(7), json!("A".repeat(24)), json!([])] {
        let problem = me
            .post(TODOS, json!({ "title": "x", "list_id": malformed }))
            .await;
        assert_eq!(pointers(&problem.problem(422, "schema")), ["/list_id"]);
    }
    assert_eq!(me.get(&path).await.ok(), todo);
    // A patch that names the list where it is changes nothing.
    assert_eq!(me.patch(&path, json!({ "list_id": list })).await.ok(), todo);
    let moved = me.patch(&path, json!({ "list_id": null })).await.ok();
    assert_eq!((&moved["list_id"], &moved["version"]), (&Value::Null, &json!(2)));
    let back = me
        .patch(&path, json!({ "list_id": list, "done": true }))
        .await
        .ok();
    assert_eq!((&back["list_id"], &back["done"]), (&json!(list), &json!(true)));
    // Version 1 knows of no lists.
    let body = json!({ "title": "x", "list_id": list });
    me.post("/todo", body.clone()).await.failure(400, "…");
    let body = json!({ "query": { "id": todo["id"] }, "payload": { "list_id": null } });
    me.patch("/todo", body).await.failure(400, "…");
    let shown = me.get(&format!("/todo?id={}", text(&todo["id"]))).await.ok();
    assert!(!members(&shown["data"]).contains(&"list_id"), "{shown}");
}

async fn an_archived_list_takes_no_new_to_dos_and_keeps_its_own(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let list = made(&app, &person, "Old").await;
    let inside = app
        .todo(&person, &json!({ "title": "Inside", "list_id": list }))
        .await;
    let outside = app.todo(&person, &json!({ "title": "Outside" })).await;
    let path = |todo: &Value| format!("{TODOS}/{}", text(&todo["id"]));
    me.patch(&format!("{LISTS}/{list}"), json!({ "archived": true }))
        .await
        .ok();
    let refused = [
        me.post(TODOS, json!({ "title": "x", "list_id": list })).await,
        me.patch(&path(&outside), json!({ "list_id": list })).await,
    ];
    for answer in refused {
        let problem = answer.problem(422, "schema");
        assert_eq!(pointers(&problem), ["/list_id"]);
        assert!(text(&problem["detail"]).contains("archived"), "{problem}");
    }
    let patch = json!({ "title": "Still inside", "list_id": list });
    assert_eq!(
        me.patch(&path(&inside), patch).await.ok()["title"],
        "Still inside"
    );
    assert_eq!(counts(&app, &person).await, (vec![1], 1));
    me.patch(&path(&inside), json!({ "list_id": null })).await.ok();
    me.patch(&format!("{LISTS}/{list}"), json!({ "archived": false }))
        .await
        .ok();
    me.patch(&path(&outside), json!({ "list_id": list })).await.ok();
}

async fn steps_go_where_their_to_do_goes(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let list = made(&app, &person, "List").await;
    let now = app.services.source.now();
    let owner = parsed(&person.id);
    let whole = Todo {
        has_children: true,
        ..Todo::new(app.services.source.new_id(), owner, "Whole".into(), now)
    };
    app.services.store.create_todo(&whole).await.expect("a to-do");
    for number in 0..25 {
        let step = Todo {
            parent_id: Some(whole.id),
            deleted_at: (number == 7).then_some(now),
            ..Todo::new(app.services.source.new_id(), owner, format!("Step {number}"), now)
        };
        app.services.store.create_todo(&step).await.expect("a to-do");
    }
    let path = format!("{TODOS}/{}", whole.id);
    me.patch(&path, json!({ "list_id": list })).await.ok();
    assert_eq!(counts(&app, &person).await, (vec![25], 0));
    let trash = app.titles(&person, &format!("list={list}&deleted=true")).await;
    assert_eq!(trash, ["Step 7"]);
    let steps = me.get(&format!("{TODOS}?parent={}&limit=1", whole.id)).await.ok();
    let step = format!("{TODOS}/{}", text(&steps["items"][0]["id"]));
    let refused = me
        .patch(&step, json!({ "list_id": null }))
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&refused), ["/list_id"]);
    assert_eq!(
        me.patch(&step, json!({ "list_id": list, "done": true }))
            .await
            .ok()["done"],
        true
    );
}

async fn lists_are_put_beside_each_other(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        app.clock.advance(1);
        ids.push(made(&app, &person, name).await);
    }
    let [a, b, c, d] = [0, 1, 2, 3].map(|place| ids[place].clone());
    for (moved, side, other, expected) in [
        (&d, "before", &a, "dabc"),
        (&d, "after", &a, "adbc"),
        (&a, "after", &c, "dbca"),
        (&a, "before", &d, "adbc"),
        (&b, "after", &c, "adcb"),
        (&c, "before", &d, "acdb"),
    ] {
        let answer = me
            .post(&format!("{LISTS}/{moved}/move"), json!({ side: other }))
            .await;
        let list = answer.ok();
        assert_eq!(list["id"], moved.as_str());
        assert_eq!(names(&app, &person).await.concat(), expected, "{side}");
        // There it stands already.
        let again = me
            .post(&format!("{LISTS}/{moved}/move"), json!({ side: other }))
            .await;
        assert_eq!(again.ok(), list);
    }
    let path = format!("{LISTS}/{a}/move");
    let still = me.post(&path, json!({ "after": a })).await.ok();
    assert_eq!(names(&app, &person).await.concat(), "acdb");
    for body in [
        json!({}),
        json!({ "after": b, "before": c }),
        json!({ "after": null }),
        json!({ "before": "first" }),
        json!({ "position": "1" }),
    ] {
        me.post(&path, body).await.problem(422, "schema");
    }
    let gone = made(&app, &person, "gone").await;
    me.delete(&format!("{LISTS}/{gone}?todos=inbox"))
        .await
        .expect_empty(204);
    let refused = me
        .post(&path, json!({ "before": gone }))
        .await
        .problem(422, "schema");
    assert_eq!(
        (pointers(&refused), &refused["detail"]),
        (vec!["/before".into()], &json!("no such list"))
    );
    assert_eq!(me.get(&format!("{LISTS}/{a}")).await.ok(), still);
    // A hundred times to the front and back between the same two.
    for _ in 0..50 {
        for (moved, other) in [(&b, &a), (&a, &b)] {
            let answer = me
                .post(&format!("{LISTS}/{moved}/move"), json!({ "before": other }))
                .await;
            answer.ok();
        }
    }
    assert_eq!(names(&app, &person).await.concat(), "abcd");
}

async fn lists_that_are_moved_at_once_are_all_in_one_order(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let first = made(&app, &person, "first").await;
    app.clock.advance(1);
    let last = made(&app, &person, "last").await;
    let mut others = Vec::new();
    for number in 0..6 {
        others.push(made(&app, &person, &format!("{number}")).await);
    }
    let moves = others
        .iter()
        .map(|id| (format!("{LISTS}/{id}/move"), json!({ "before": last })))
        .map(|(path, body)| async move { me.post(&path, body).await });
    for answer in join_all(moves).await {
        answer.ok();
    }
    let page = me.get(LISTS).await.ok();
    let items = page["items"].as_array().expect("items");
    let mut positions: Vec<String> = items.iter().map(|list| text(&list["position"])).collect();
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    positions.dedup();
    assert_eq!(positions.len(), 8);
    assert_eq!((&items[0]["id"], &items[7]["id"]), (&json!(first), &json!(last)));
}

async fn who_deletes_a_list_says_what_becomes_of_its_to_dos(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let path = format!("{LISTS}/{}", made(&app, &person, "Kept").await);
    let refused = me.delete(&path).await.problem(400, "query");
    assert_eq!(pointers(&refused), ["?todos"]);
    let detail = text(&refused["detail"]);
    assert!(
        detail.contains("todos=inbox") && detail.contains("todos=trash"),
        "{detail}"
    );
    for query in [
        "todos=",
        "todos=keep",
        "todos=INBOX",
        "todos=inbox&todos=inbox",
        "todo=inbox",
    ] {
        me.delete(&format!("{path}?{query}")).await.problem(400, "query");
    }
    assert_eq!(names(&app, &person).await, ["Kept"]);
}

/// A list with one that is open, one that is done and one in the trash; its id.
async fn filled(app: &TestApp, person: &Person) -> String {
    let list = made(app, person, "Filled").await;
    for title in ["open", "done", "deleted"] {
        let body = json!({ "title": title, "list_id": list, "done": title == "done" });
        let todo = app.todo(person, &body).await;
        if title == "deleted" {
            let path = format!("{TODOS}/{}", text(&todo["id"]));
            app.by(person).delete(&path).await.expect_empty(204);
        }
    }
    app.todo(person, &json!({ "title": "elsewhere" })).await;
    list
}

/// What is in the inbox, and what of it is in the trash.
async fn inbox(app: &TestApp, person: &Person) -> (Vec<String>, Vec<String>) {
    (
        app.titles(person, "list=inbox").await,
        app.titles(person, "list=inbox&deleted=true").await,
    )
}

fn titles(titles: &[&str]) -> Vec<String> {
    titles.iter().map(|&title| title.to_owned()).collect()
}

async fn the_to_dos_of_a_deleted_list_go_into_the_inbox(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    let gone = app
        .by(&person)
        .delete(&format!("{LISTS}/{list}?todos=inbox"))
        .await;
    gone.expect_empty(204);
    let expected = (titles(&["open", "done", "elsewhere"]), titles(&["deleted"]));
    assert_eq!(inbox(&app, &person).await, expected);
    assert_eq!(counts(&app, &person).await, (vec![], 2));
    assert_eq!(app.titles(&person, &format!("list={list}")).await, [""; 0]);
}

async fn the_to_dos_of_a_deleted_list_go_into_the_trash(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    let gone = app
        .by(&person)
        .delete(&format!("{LISTS}/{list}?todos=trash"))
        .await;
    gone.expect_empty(204);
    let expected = (titles(&["elsewhere"]), titles(&["open", "done", "deleted"]));
    assert_eq!(inbox(&app, &person).await, expected);
    assert_eq!(counts(&app, &person).await, (vec![], 1));
}

/// The first of the two steps of a deletion, as if the process had died behind it.
async fn mark_as_deleted(app: &TestApp, person: &Person, list: &str, fate: Fate) {
    let (owner, list) = (parsed(&person.id), parsed(list));
    let old: List = app
        .services
        .store
        .list(owner, list)
        .await
        .expect("the store answers")
        .expect("a list");
    let mut gone = old.clone();
    gone.erase(fate, app.services.source.now());
    gone.version += 1;
    let replaced = app.services.store.replace_list(&gone, old.version).await;
    assert!(replaced.expect("the store answers"));
}

async fn clean(app: &TestApp) {
    app.services.clean_once(900).await.expect("the store answers");
}

async fn what_a_crash_left_of_a_deletion_is_finished_and_nothing_is_lost(app: TestApp) {
    let person = app.person("person@example.org").await;
    for fate in [Fate::Inbox, Fate::Trash] {
        let person = app.person(&format!("{}@example.org", fate.name())).await;
        let list = filled(&app, &person).await;
        mark_as_deleted(&app, &person, &list, fate).await;
        // The list is gone for everybody, and each of its to-dos is still there.
        app.by(&person)
            .get(&format!("{LISTS}/{list}"))
            .await
            .problem(404, "not-found");
        let all = app.titles(&person, "").await;
        assert_eq!(all, ["open", "done", "elsewhere"]);
        // Whoever asks again is told that it is gone; the job does the rest, as often as it runs.
        let again = app
            .by(&person)
            .delete(&format!("{LISTS}/{list}?todos=inbox"))
            .await;
        again.problem(404, "not-found");
        for _ in 0..2 {
            clean(&app).await;
            let expected = match fate {
                Fate::Inbox => (titles(&["open", "done", "elsewhere"]), titles(&["deleted"])),
                Fate::Trash => (titles(&["elsewhere"]), titles(&["open", "done", "deleted"])),
            };
            assert_eq!(inbox(&app, &person).await, expected, "{fate:?}");
        }
    }
    assert_eq!(counts(&app, &person).await, (vec![], 0));
}

async fn what_comes_into_a_list_while_it_is_deleted_is_not_lost(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    let gone = app
        .by(&person)
        .delete(&format!("{LISTS}/{list}?todos=trash"))
        .await;
    gone.expect_empty(204);
    let (owner, store) = (parsed(&person.id), &app.services.store);
    // Written by somebody who had looked before, at the last moment.
    let late = async |title: &str| {
        let now = app.services.source.now();
        let todo = Todo {
            list_id: Some(parsed(&list)),
            ..Todo::new(app.services.source.new_id(), owner, title.into(), now)
        };
        store.create_todo(&todo).await.expect("a to-do");
    };
    late("late").await;
    clean(&app).await;
    let expected = titles(&["open", "done", "deleted", "late"]);
    assert_eq!(inbox(&app, &person).await.1, expected);
    // Still minutes later.
    app.clock.advance(590_000);
    late("later").await;
    clean(&app).await;
    assert_eq!(inbox(&app, &person).await.1.len(), 5);
    // Then nobody is under way any more, and nothing is left to be moved.
    app.clock.advance(20_000);
    clean(&app).await;
    assert!(
        store
            .leaving_lists(10)
            .await
            .expect("the store answers")
            .is_empty()
    );
    // That there was one is known for thirty days, and its id is not used again so long.
    let same = List::new(parsed(&list), owner, "Back".into(), app.services.source.now());
    app.clock.advance(29 * 86_400_000);
    clean(&app).await;
    store.create_list(&same).await.expect("the store answers");
    assert_eq!(store.list(owner, same.id).await.expect("the store answers"), None);
    app.clock.advance(2 * 86_400_000);
    clean(&app).await;
    store.create_list(&same).await.expect("the store answers");
    assert!(
        store
            .list(owner, same.id)
            .await
            .expect("the store answers")
            .is_some()
    );
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

async fn a_deleted_account_leaves_no_lists(app: TestApp) {
    let person = app.person("person@example.org").await;
    let list = filled(&app, &person).await;
    let deleted = filled(&app, &person).await;
    mark_as_deleted(&app, &person, &deleted, Fate::Inbox).await;
    let body = json!({ "current_password": crate::common::app::PASSWORD });
    let gone = app.by(&person).delete_with("/api/v2/users/me", body).await;
    gone.expect_empty(204);
    let (owner, store) = (parsed(&person.id), &app.services.store);
    assert_eq!(
        store.list(owner, parsed(&list)).await.expect("the store answers"),
        None
    );
    assert!(
        store
            .leaving_lists(10)
            .await
            .expect("the store answers")
            .is_empty()
    );
    // What was written while it was deleted is removed by the job.
    let late = List::new(
        app.services.source.new_id(),
        owner,
        "Late".into(),
        app.services.source.now(),
    );
    store.create_list(&late).await.expect("a list");
    app.clock.advance(3_600_000);
    clean(&app).await;
    assert!(store.lists_of(owner).await.expect("the store answers").is_empty());
}
