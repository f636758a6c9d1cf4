//! The to-dos in lists: which lists take them, where they go, and how they are counted.

use rondo::model::Todo;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::lists::{LISTS, TODOS, made, parsed};
use crate::support::{NOBODY, members, on_each_keeper, pointers, text};

on_each_keeper! {
    open_to_dos_are_counted_in_their_lists_and_in_the_inbox,
    a_to_do_goes_into_a_list_that_takes_it_and_into_no_other,
    an_archived_list_takes_no_new_to_dos_and_keeps_its_own,
    steps_go_where_their_to_do_goes,
}

/// How many are open in each of the lists and in the inbox.
pub async fn counts(app: &TestApp, person: &Person) -> (Vec<u64>, u64) {
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
