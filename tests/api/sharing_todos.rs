//! The to-dos of lists that are shared: whose they are, how far an editor reaches, and how one goes to another owner.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::sharing::{Scene, made};
use crate::support::{Answer, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    what_an_editor_makes_is_the_owners,
    an_editor_reaches_nothing_beside_the_shared_list,
    a_to_do_that_goes_to_another_owner_is_another_one,
    steps_go_along_to_another_owner,
    many_who_move_one_to_another_owner_at_once_make_one_of_it,
    what_is_changed_while_it_goes_to_another_owner_is_not_lost,
    what_an_editor_makes_is_in_the_zone_of_the_owner,
}

const LISTS: &str = "/api/v2/lists";
const TODOS: &str = "/api/v2/todos";

async fn what_an_editor_makes_is_the_owners(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let made = app
        .todo(
            &scene.editor,
            &json!({ "title": "Cheese", "list_id": scene.list }),
        )
        .await;
    let path = format!("{TODOS}/{}", text(&made["id"]));
    let step = json!({ "title": "Taste it", "parent_id": made["id"] });
    let step = app.todo(&scene.editor, &step).await;
    assert_eq!(step["list_id"], json!(scene.list));
    assert_eq!(step["parent_title"], "Cheese");
    let shown = app.by(&scene.owner).get(&path).await.ok();
    assert_eq!(shown["progress"], json!({ "done": 0, "total": 1 }));
    // With its steps, as in a list of one's own.
    let done = app
        .by(&scene.editor)
        .patch(&path, json!({ "done": true }))
        .await
        .ok();
    assert_eq!(done["progress"], json!({ "done": 1, "total": 1 }));
    let steps = format!("parent={}", text(&made["id"]));
    assert_eq!(app.titles(&scene.viewer, &steps).await, ["Taste it"]);
    // A repetition under a key makes nothing twice.
    let once = || {
        let body = json!({ "title": "Once", "list_id": scene.list });
        let request = app.by(&scene.editor).request(Method::POST, TODOS);
        ask(request
            .header("Idempotency-Key", "a-key-of-this-test")
            .json(&body))
    };
    assert_eq!(once().await.expect(201), once().await.expect(201));
    // It outlives its maker's membership.
    let editor = scene.editor.id.clone();
    let member = format!("{LISTS}/{}/members/{editor}", scene.list);
    app.by(&scene.editor).delete(&member).await.expect_empty(204);
    assert_eq!(
        app.titles(&scene.owner, &format!("list={}&sort=title", scene.list))
            .await
            .len(),
        3
    );
}

async fn an_editor_reaches_nothing_beside_the_shared_list(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let private = text(&app.todo(&scene.owner, &json!({ "title": "Private" })).await["id"]);
    let other = made(app, &scene.owner, "Private").await;
    let shared = scene.todo().await;
    let editor = || app.by(&scene.editor);
    editor()
        .get(&format!("{TODOS}/{private}"))
        .await
        .problem(404, "not-found");
    editor()
        .get(&format!("{LISTS}/{other}"))
        .await
        .problem(404, "not-found");
    let path = format!("{TODOS}/{shared}");
    for (body, pointer) in [
        // Into what only its owner sees, and out of sight.
        (json!({ "list_id": other }), "/list_id"),
        (json!({ "list_id": null }), "/list_id"),
        (json!({ "parent_id": private }), "/parent_id"),
    ] {
        let refused = editor().patch(&path, body.clone()).await.problem(422, "schema");
        assert_eq!(pointers(&refused), [pointer], "{body}");
    }
    let there = format!("{path}/move");
    let moved = |body: Value| editor().post(&there, body);
    pointed(&moved(json!({ "list_id": other })).await, "/list_id");
    pointed(&moved(json!({ "after": private })).await, "/after");
    let own = text(&app.todo(&scene.editor, &json!({ "title": "Own" })).await["id"]);
    pointed(&moved(json!({ "before": own })).await, "/before");
    let refused = editor()
        .patch(&format!("{TODOS}/{own}"), json!({ "parent_id": shared }))
        .await;
    pointed(&refused, "/parent_id");
    for query in ["deleted=true", "list=inbox", "due=today"] {
        let titles = app.titles(&scene.editor, query).await;
        assert!(!titles.iter().any(|title| title == "Private"), "{query}");
    }
    let steps = app.titles(&scene.editor, &format!("parent={private}")).await;
    assert!(steps.is_empty());
    assert_eq!(app.by(&scene.owner).get(&path).await.ok()["version"], 1);
}

fn pointed(answer: &Answer, pointer: &str) {
    assert_eq!(pointers(&answer.problem(422, "schema")), [pointer]);
}

async fn a_to_do_that_goes_to_another_owner_is_another_one(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let body = json!({
        "title": "Plan", "notes": "By hand", "priority": "high", "tags": ["a"], "due": "2027-02-03",
        "time_zone": "Europe/Rome", "recurrence": "FREQ=WEEKLY", "reminder": "-PT30M",
    });
    let own = app.todo(&scene.editor, &body).await;
    let there = scene.todo().await;
    let path = format!("{TODOS}/{}", text(&own["id"]));
    // A patch does not do it: the answer would be one of another id.
    let refused = app
        .by(&scene.editor)
        .patch(&path, json!({ "list_id": scene.list }))
        .await;
    pointed(&refused, "/list_id");
    let to = json!({ "list_id": scene.list, "before": there });
    // Not if it was changed meanwhile.
    let request = app
        .by(&scene.editor)
        .request(Method::POST, &format!("{path}/move"));
    ask(request.header("If-Match", "\"99\"").json(&to))
        .await
        .problem(412, "stale");
    let moved = app.by(&scene.editor).post(&format!("{path}/move"), to).await.ok();
    assert_ne!(moved["id"], own["id"]);
    assert_eq!(moved["list_id"], json!(scene.list));
    for member in [
        "title",
        "notes",
        "priority",
        "tags",
        "due",
        "time_zone",
        "recurrence",
        "reminder",
        "created_at",
    ] {
        assert_eq!(moved[member], own[member], "{member}");
    }
    app.by(&scene.editor).get(&path).await.problem(404, "not-found");
    let list = format!("list={}&sort=position", scene.list);
    assert_eq!(app.titles(&scene.owner, &list).await, ["Plan", "Shared milk"]);
    assert_eq!(
        app.titles(&scene.editor, "deleted=true").await,
        ["Plan"],
        "and nothing is lost"
    );
    // And back, into the inbox of whoever asks.
    let path = format!("{TODOS}/{}/move", text(&moved["id"]));
    app.by(&scene.viewer)
        .post(&path, json!({ "list_id": null }))
        .await
        .problem(403, "forbidden");
    let back = app
        .by(&scene.editor)
        .post(&path, json!({ "list_id": null }))
        .await
        .ok();
    assert_eq!(back["list_id"], Value::Null);
    assert_eq!(app.titles(&scene.editor, "").await, ["Plan"]);
    assert_eq!(app.titles(&scene.owner, &list).await, ["Shared milk"]);
}

async fn steps_go_along_to_another_owner(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let own = app.todo(&scene.editor, &json!({ "title": "Cake" })).await;
    for (title, done) in [("Bake", true), ("Eat", false)] {
        let step = json!({ "title": title, "parent_id": own["id"], "done": done });
        app.todo(&scene.editor, &step).await;
    }
    let path = format!("{TODOS}/{}/move", text(&own["id"]));
    let moved = app
        .by(&scene.editor)
        .post(&path, json!({ "list_id": scene.list }))
        .await
        .ok();
    assert_eq!(moved["progress"], json!({ "done": 1, "total": 2 }));
    let steps = format!("sort=title&parent={}", text(&moved["id"]));
    assert_eq!(app.titles(&scene.owner, &steps).await, ["Bake", "Eat"]);
    assert!(app.titles(&scene.editor, "").await.is_empty());
}

async fn many_who_move_one_to_another_owner_at_once_make_one_of_it(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    let own = app.todo(&scene.editor, &json!({ "title": "Cake" })).await;
    let step = json!({ "title": "Bake", "parent_id": own["id"] });
    app.todo(&scene.editor, &step).await;
    let path = format!("{TODOS}/{}", text(&own["id"]));
    let shown = app.by(&scene.editor).get(&path).await;
    let tag = shown.header("etag");
    let moves = (0..8).map(|_| {
        let request = app
            .by(&scene.editor)
            .request(Method::POST, &format!("{path}/move"));
        let request = request.header("If-Match", tag);
        ask(request.json(&json!({ "list_id": scene.list })))
    });
    let answers = futures_util::future::join_all(moves).await;
    let mut ids = Vec::new();
    for answer in &answers {
        // Who came late finds it gone; whoever moved it is told of the one copy.
        match answer.status {
            404 => drop(answer.problem(404, "not-found")),
            _ => ids.push(text(&answer.ok()["id"])),
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let list = format!("list={}&sort=title", scene.list);
    assert_eq!(app.titles(&scene.owner, &list).await, ["Bake", "Cake"]);
    assert_eq!(app.titles(&scene.editor, "").await, [""; 0]);
    assert_eq!(app.titles(&scene.owner, "deleted=true").await, [""; 0]);
}

async fn what_is_changed_while_it_goes_to_another_owner_is_not_lost(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    for round in 0..6 {
        let own = app.todo(&scene.editor, &json!({ "title": "Cake" })).await;
        let path = format!("{TODOS}/{}", text(&own["id"]));
        let to = json!({ "list_id": scene.list });
        let move_path = format!("{path}/move");
        let (editor, again) = (app.by(&scene.editor), app.by(&scene.editor));
        let moved = editor.post(&move_path, to);
        let notes = json!({ "notes": format!("Round {round}") });
        let (moved, changed) = tokio::join!(moved, again.patch(&path, notes));
        let moved = moved.ok();
        let shown = format!("{TODOS}/{}", text(&moved["id"]));
        let kept = app.by(&scene.owner).get(&shown).await.ok();
        let was_changed = match changed.status {
            404 => false,
            _ => changed.ok()["notes"] == format!("Round {round}"),
        };
        assert_eq!(kept["notes"] == format!("Round {round}"), was_changed, "{kept}");
        app.by(&scene.owner).delete(&shown).await.expect_empty(204);
    }
}

async fn what_an_editor_makes_is_in_the_zone_of_the_owner(app: TestApp) {
    let scene = Scene::set(app).await;
    let app = &scene.app;
    for (person, zone) in [(&scene.owner, "Europe/Rome"), (&scene.editor, "Pacific/Auckland")] {
        let zone = json!({ "time_zone": zone });
        app.by(person).patch("/api/v2/users/me", zone).await.ok();
    }
    for more in [
        json!({}),
        json!({ "reminder": "-PT30M" }),
        json!({ "recurrence": "FREQ=DAILY" }),
    ] {
        let mut body = json!({ "title": "Milk", "due": "2027-02-03", "list_id": scene.list });
        let members = more.as_object().expect("an object").clone();
        body.as_object_mut().expect("an object").extend(members);
        let made = app.todo(&scene.editor, &body).await;
        assert_eq!(made["time_zone"], "Europe/Rome", "{made}");
    }
}
