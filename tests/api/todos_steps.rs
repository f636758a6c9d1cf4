//! Steps: to-dos of a to-do. What may be one, what is shown of them, and what follows for them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{NOBODY, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    a_step_is_shown_with_its_to_do_and_that_with_its_progress,
    what_cannot_be_the_parent_is_refused_at_its_place,
    a_to_do_becomes_a_step_and_is_freed_again,
    a_to_do_has_at_most_two_hundred_steps,
    completing_a_to_do_completes_its_open_steps_and_nothing_else_is_carried_over,
    a_step_that_is_sent_twice_under_a_key_is_made_once,
    a_step_that_is_added_while_its_to_do_is_deleted_goes_with_it,
    of_two_to_dos_that_become_steps_of_each_other_at_most_one_does,
}

const TODOS: &str = "/api/v2/todos";

fn path(todo: &Value) -> String {
    format!("{TODOS}/{}", text(&todo["id"]))
}

async fn step(app: &TestApp, person: &Person, title: &str, parent: &Value) -> Value {
    app.todo(person, &json!({ "title": title, "parent_id": parent["id"] }))
        .await
}

async fn a_step_is_shown_with_its_to_do_and_that_with_its_progress(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let plain = app.todo(&person, &json!({ "title": "Plain" })).await;
    let parent = app.todo(&person, &json!({ "title": "Move house" })).await;
    assert_eq!(parent["progress"], Value::Null);
    let before = me.get(&path(&parent)).await;
    let boxes = step(&app, &person, "Pack boxes", &parent).await;
    assert_eq!(
        (&boxes["parent_id"], &boxes["parent_title"], &boxes["progress"]),
        (&parent["id"], &json!("Move house"), &Value::Null)
    );
    let van = step(&app, &person, "Hire a van", &parent).await;

    // What is shown has changed, and the version has not: who read it before may still write.
    let after = me.get(&path(&parent)).await;
    assert_eq!(after.ok()["progress"], json!({ "done": 0, "total": 2 }));
    assert_eq!(after.ok()["version"], 1);
    assert_ne!(after.header("etag"), before.header("etag"));
    let known = |tag: &str| {
        ask(me
            .request(Method::GET, &path(&parent))
            .header("If-None-Match", tag))
    };
    assert_eq!(known(before.header("etag")).await.status, 200);
    assert_eq!(known(after.header("etag")).await.status, 304);
    let rename = me
        .request(Method::PATCH, &path(&parent))
        .header("If-Match", before.header("etag"))
        .json(&json!({ "title": "Move" }));
    let renamed = ask(rename).await.ok();
    assert_eq!(renamed["progress"], json!({ "done": 0, "total": 2 }));

    let done = me.patch(&path(&boxes), json!({ "done": true })).await.ok();
    assert_eq!(done["parent_title"], "Move");
    let shown = me.get(&path(&parent)).await.ok();
    assert_eq!(shown["progress"], json!({ "done": 1, "total": 2 }));
    assert_eq!(shown["done"], false);
    me.delete(&path(&van)).await.expect_empty(204);
    let page = me.get(&format!("{TODOS}?sort=created")).await.ok();
    let of_page: Vec<_> = page["items"].as_array().expect("items").iter().collect();
    let expected = [
        (&plain, json!(null), json!(null)),
        (&parent, json!(null), json!({ "done": 1, "total": 1 })),
        (&boxes, json!("Move"), json!(null)),
    ];
    assert_eq!(of_page.len(), expected.len());
    for (item, (todo, title, progress)) in of_page.into_iter().zip(expected) {
        assert_eq!(item["id"], todo["id"]);
        assert_eq!((&item["parent_title"], &item["progress"]), (&title, &progress));
        assert_eq!(*item, me.get(&path(todo)).await.ok());
    }
    let of_parent = format!("parent={}&sort=title", text(&parent["id"]));
    assert_eq!(app.titles(&person, &of_parent).await, ["Pack boxes"]);
    assert_eq!(
        app.titles(&person, &format!("{of_parent}&deleted=true")).await,
        ["Hire a van"]
    );
    assert_eq!(
        app.titles(&person, &format!("{of_parent}&done=false")).await,
        [""; 0]
    );
    assert_eq!(
        app.titles(&person, "parent=none&sort=title").await,
        ["Move", "Plain"]
    );
    assert_eq!(app.titles(&person, "parent=none&q=pack").await, [""; 0]);
    // Version 1 shows them as it shows all.
    let v1 = me.get(&format!("/todo?id={}", text(&boxes["id"]))).await.ok();
    assert_eq!(v1["data"].get("parent_id"), None);
}

async fn what_cannot_be_the_parent_is_refused_at_its_place(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let me = app.by(&person);
    let todo = app.todo(&person, &json!({ "title": "A to-do" })).await;
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let child = step(&app, &person, "A step", &parent).await;
    let trashed = app.todo(&person, &json!({ "title": "In the trash" })).await;
    me.delete(&path(&trashed)).await.expect_empty(204);
    let theirs = app.todo(&other, &json!({ "title": "Theirs" })).await;

    let mut details = Vec::new();
    for bad in [
        json!(NOBODY),
        theirs["id"].clone(),
        trashed["id"].clone(),
        child["id"].clone(),
    ] {
        let body = json!({ "title": "x", "parent_id": bad });
        let made = me.post(TODOS, body.clone()).await.problem(422, "schema");
        assert_eq!(pointers(&made), ["/parent_id"]);
        let patch = json!({ "parent_id": bad });
        let patched = me.patch(&path(&todo), patch).await.problem(422, "schema");
        assert_eq!(pointers(&patched), ["/parent_id"]);
        assert_eq!(patched["detail"], made["detail"]);
        details.push(text(&made["detail"]));
    }
    assert_eq!(
        details[0], details[1],
        "somebody else's is as one that is not there"
    );
    assert!(details[3].contains("a step itself"), "{details:?}");
    for (which, bad, words) in [
        (&todo, &todo, "of itself"),
        (&parent, &todo, "steps of its own"),
        (&parent, &child, "steps of its own"),
    ] {
        let patch = json!({ "parent_id": bad["id"] });
        let refusal = me.patch(&path(which), patch).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), ["/parent_id"]);
        assert!(text(&refusal["detail"]).contains(words), "{refusal}");
    }
    // What was no id at all breaks the schema, and what is not there is 404 whatever it should become.
    let refusal = me.post(TODOS, json!({ "title": "x", "parent_id": "x" })).await;
    assert_eq!(pointers(&refusal.problem(422, "schema")), ["/parent_id"]);
    let nowhere = format!("{TODOS}/{NOBODY}");
    me.patch(&nowhere, json!({ "parent_id": todo["id"] }))
        .await
        .problem(404, "not-found");
    me.patch(&path(&theirs), json!({ "parent_id": todo["id"] }))
        .await
        .problem(404, "not-found");
    // Nothing came of it.
    assert_eq!(me.get(&path(&todo)).await.ok(), todo);
    assert_eq!(app.titles(&person, "q=x").await, [""; 0]);
    assert_eq!(app.by(&other).get(&path(&theirs)).await.ok(), theirs);
    // Version 1 knows of no parents.
    me.post("/todo", json!({ "title": "x", "parent_id": parent["id"] }))
        .await
        .failure(400, "…");
}

async fn a_to_do_becomes_a_step_and_is_freed_again(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let (first, second) = (
        app.todo(&person, &json!({ "title": "First" })).await,
        app.todo(&person, &json!({ "title": "Second" })).await,
    );
    let todo = app.todo(&person, &json!({ "title": "A to-do" })).await;
    let progress = async |of: &Value| me.get(&path(of)).await.ok()["progress"].clone();
    for (parent, version) in [(&first, 2), (&first, 2), (&second, 3)] {
        let moved = me
            .patch(&path(&todo), json!({ "parent_id": parent["id"] }))
            .await
            .ok();
        assert_eq!(
            (&moved["parent_id"], &moved["parent_title"]),
            (&parent["id"], &parent["title"])
        );
        assert_eq!(moved["version"], version, "what changes nothing writes nothing");
    }
    assert_eq!(progress(&first).await, json!({ "done": 0, "total": 0 }));
    assert_eq!(progress(&second).await, json!({ "done": 0, "total": 1 }));
    let freed = me.patch(&path(&todo), json!({ "parent_id": null })).await.ok();
    assert_eq!(
        (&freed["parent_id"], &freed["parent_title"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(progress(&second).await, json!({ "done": 0, "total": 0 }));
    // One that had steps cannot become one.
    let refusal = me
        .patch(&path(&first), json!({ "parent_id": second["id"] }))
        .await;
    assert_eq!(pointers(&refusal.problem(422, "schema")), ["/parent_id"]);
    // A precondition that does not hold is told first, and then nothing is marked.
    let fresh = app.todo(&person, &json!({ "title": "Fresh" })).await;
    let patch = me
        .request(Method::PATCH, &path(&todo))
        .header("If-Match", "\"1-x\"")
        .json(&json!({ "parent_id": fresh["id"] }));
    ask(patch).await.problem(412, "stale");
    assert_eq!(progress(&fresh).await, Value::Null);
}

async fn a_to_do_has_at_most_two_hundred_steps(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let first = step(&app, &person, "0", &parent).await;
    for number in 1..200 {
        step(&app, &person, &number.to_string(), &parent).await;
    }
    let body = json!({ "title": "One more", "parent_id": parent["id"] });
    let refusal = me.post(TODOS, body.clone()).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/parent_id"]);
    assert!(text(&refusal["detail"]).contains("200"), "{refusal}");
    // One that is there already stays, and where one goes another may come; then it does not come back.
    me.patch(&path(&first), json!({ "parent_id": parent["id"] }))
        .await
        .ok();
    me.delete(&path(&first)).await.expect_empty(204);
    me.post(TODOS, body).await.expect(201);
    ask(me.request(Method::POST, &format!("{}/restore", path(&first))))
        .await
        .problem(409, "conflict");
    let done = me.patch(&path(&parent), json!({ "done": true })).await.ok();
    assert_eq!(done["progress"], json!({ "done": 200, "total": 200 }));
}

async fn completing_a_to_do_completes_its_open_steps_and_nothing_else_is_carried_over(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let open = step(&app, &person, "Open", &parent).await;
    let done = step(&app, &person, "Done", &parent).await;
    let trashed = step(&app, &person, "In the trash", &parent).await;
    app.clock.advance(1000);
    let done = me.patch(&path(&done), json!({ "done": true })).await.ok();
    me.delete(&path(&trashed)).await.expect_empty(204);
    app.clock.advance(1000);
    let patch = json!({ "done": true, "title": "A parent, done" });
    let completed = me.patch(&path(&parent), patch).await.ok();
    assert_eq!(completed["progress"], json!({ "done": 2, "total": 2 }));
    let followed = me.get(&path(&open)).await.ok();
    assert_eq!(
        (&followed["done"], &followed["version"]),
        (&json!(true), &json!(2))
    );
    assert_eq!(followed["completed_at"], completed["completed_at"]);
    assert_eq!(followed["updated_at"], completed["updated_at"]);
    let kept = me.get(&path(&done)).await.ok();
    assert_eq!(
        (&kept["completed_at"], &kept["version"]),
        (&done["completed_at"], &json!(2))
    );
    let trash = me.get(&format!("{TODOS}?deleted=true")).await.ok();
    assert_eq!(trash["items"][0]["done"], false);

    // Reopening either leaves the other as it is, and so does a new step.
    me.patch(&path(&open), json!({ "done": false })).await.ok();
    step(&app, &person, "Another", &parent).await;
    let shown = me.get(&path(&parent)).await.ok();
    assert_eq!(
        (&shown["done"], &shown["progress"]),
        (&json!(true), &json!({ "done": 1, "total": 3 }))
    );
    me.patch(&path(&parent), json!({ "done": false })).await.ok();
    assert_eq!(me.get(&path(&done)).await.ok(), kept);
    // The last of them does not complete the to-do.
    for todo in me
        .get(&format!("{TODOS}?parent={}", text(&parent["id"])))
        .await
        .ok()["items"]
        .as_array()
        .expect("items")
    {
        me.patch(&path(todo), json!({ "done": true })).await.ok();
    }
    let shown = me.get(&path(&parent)).await.ok();
    assert_eq!(
        (&shown["done"], &shown["progress"]),
        (&json!(false), &json!({ "done": 3, "total": 3 }))
    );
    // Version 1 completes them, too.
    me.patch(&path(&open), json!({ "done": false })).await.ok();
    let update = json!({ "query": { "id": parent["id"] }, "payload": { "done": true } });
    me.patch("/todo", update).await.ok();
    assert_eq!(me.get(&path(&open)).await.ok()["done"], true);
}

async fn a_step_that_is_sent_twice_under_a_key_is_made_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
    let body = json!({ "title": "A step", "parent_id": parent["id"] });
    let send = async || {
        let request = me
            .request(Method::POST, TODOS)
            .header("Idempotency-Key", "\"one\"");
        ask(request.json(&body)).await
    };
    let first = send().await;
    let made = first.expect(201);
    me.delete(&path(&parent)).await.expect_empty(204);
    let again = send().await;
    assert_eq!(again.expect(201), made, "whatever became of it");
    assert_eq!(
        app.titles(&person, "deleted=true&parent=none").await,
        ["A parent"]
    );
    assert_eq!(app.titles(&person, "deleted=true&q=step").await, ["A step"]);
}

async fn a_step_that_is_added_while_its_to_do_is_deleted_goes_with_it(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for round in 0..12 {
        let parent = app.todo(&person, &json!({ "title": "A parent" })).await;
        if round % 2 == 0 {
            step(&app, &person, "Another", &parent).await;
        }
        let free = app.todo(&person, &json!({ "title": "Free" })).await;
        let body = json!({ "title": "A step", "parent_id": parent["id"] });
        let (free_path, parent_path) = (path(&free), path(&parent));
        let (made, moved, deleted) = tokio::join!(
            me.post(TODOS, body),
            me.patch(&free_path, json!({ "parent_id": parent["id"] })),
            me.delete(&parent_path),
        );
        deleted.expect_empty(204);
        assert!(matches!(made.status, 201 | 422), "{made:?}");
        assert!(matches!(moved.status, 200 | 422), "{moved:?}");
        let of_it = format!("parent={}", text(&parent["id"]));
        assert_eq!(
            app.titles(&person, &of_it).await,
            [""; 0],
            "nothing is left behind"
        );
        let trash = me.get(&format!("{TODOS}?deleted=true&{of_it}")).await.ok();
        let went = trash["items"].as_array().expect("items").len();
        let expected =
            usize::from(round % 2 == 0) + usize::from(made.status == 201) + usize::from(moved.status == 200);
        assert_eq!(went, expected);
        // And all of them come back with it.
        let restored = ask(me.request(Method::POST, &format!("{parent_path}/restore")))
            .await
            .ok();
        assert_eq!(restored["deleted_at"], Value::Null);
        assert_eq!(app.titles(&person, &of_it).await.len(), expected);
    }
}

async fn of_two_to_dos_that_become_steps_of_each_other_at_most_one_does(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for _ in 0..8 {
        let one = app.todo(&person, &json!({ "title": "One" })).await;
        let two = app.todo(&person, &json!({ "title": "Two" })).await;
        let (path_of_one, path_of_two) = (path(&one), path(&two));
        let (first, second) = tokio::join!(
            me.patch(&path_of_one, json!({ "parent_id": two["id"] })),
            me.patch(&path_of_two, json!({ "parent_id": one["id"] })),
        );
        let done = [&first, &second]
            .iter()
            .filter(|answer| answer.status == 200)
            .count();
        assert!(done <= 1, "{first:?} {second:?}");
        let is_step = async |path: &str| !me.get(path).await.ok()["parent_id"].is_null();
        assert_eq!(
            usize::from(is_step(&path_of_one).await) + usize::from(is_step(&path_of_two).await),
            done
        );
    }
}
