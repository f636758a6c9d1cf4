//! Imported steps and lists: what they find, and what they keep to.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::import::{counts, import, send, todos};
use crate::sharing::{Scene, made};
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper! {
    steps_find_their_parents,
    lists_come_along,
    lists_of_others_do_not_come_along,
    a_family_keeps_its_rules,
}

async fn steps_find_their_parents(app: TestApp) {
    let person = app.person("person@example.org").await;
    let id = |number: u8| format!("{number:024x}");
    let file = json!([
        { "id": id(2), "title": "Step", "parent_id": id(1) },
        { "id": id(1), "title": "Whole" },
        { "id": id(3), "title": "Lost", "parent_id": id(9) },
        { "id": id(1), "title": "Whole again" },
    ]);
    let report = import(&app, &person, "", file).await.ok();
    assert_eq!(counts(&report), [3, 0, 0], "{report}");
    let status = |line: usize| text(&report["lines"][line]["status"]);
    assert_eq!(
        [status(0), status(1), status(2), status(3)],
        ["create", "create", "create", "note"]
    );
    assert_eq!(report["lines"][2]["problems"][0]["pointer"], "/todos/2/parent_id");
    let made = todos(&app, &person).await;
    let of = |title: &str| {
        made.iter()
            .find(|todo| todo["title"] == title)
            .expect("it was made")
    };
    assert_eq!(of("Step")["parent_id"], of("Whole")["id"]);
    assert_eq!(of("Lost")["parent_id"], Value::Null);
    // A step of one that is there already, by its own id or by that of the file.
    for parent in [text(&of("Whole")["id"]), id(1)] {
        let file = json!([{ "title": format!("Another of {parent}"), "parent_id": parent }]);
        assert_eq!(counts(&import(&app, &person, "", file).await.ok()), [1, 0, 0]);
    }
    let whole = text(&of("Whole")["id"]);
    assert_eq!(app.titles(&person, &format!("parent={whole}")).await.len(), 3);
    let kept: rondo::model::Id = whole.parse().expect("an id");
    let owner = person.id.parse().expect("an id");
    let kept = app
        .services
        .store
        .todo(owner, kept)
        .await
        .expect("the store answers");
    assert!(kept.expect("it is there").has_children);
    let deep = json!([
        { "id": id(4), "title": "A" },
        { "id": id(5), "title": "B", "parent_id": id(4) },
        { "id": id(6), "title": "C", "parent_id": id(5) },
    ]);
    let refusal = import(&app, &person, "", deep).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/todos/2/parent_id"]);
}

async fn lists_come_along(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let mut ids = Vec::new();
    for (name, archived) in [("Home", false), ("Old", true)] {
        let list = json!({ "name": name, "color": "#00ff7f" });
        let list = me.post("/api/v2/lists", list).await.expect(201);
        let id = text(&list["id"]);
        app.todo(&person, &json!({ "title": format!("In {name}"), "list_id": id }))
            .await;
        me.patch(&format!("/api/v2/lists/{id}"), json!({ "archived": archived }))
            .await
            .ok();
        ids.push(id);
    }
    let exported = me.get("/api/v2/export").await.ok();
    let shown = me.get("/api/v2/lists").await.ok();
    assert_eq!(exported["lists"], shown["items"]);
    // Its own account has all of it; in another one lists and to-dos are made.
    let again = send(&app, &person, "", "application/json", exported.to_string())
        .await
        .ok();
    assert_eq!(
        (counts(&again), &again["lists_created"]),
        ([0, 2, 0], &json!(0)),
        "{again}"
    );
    let other = app.person("other@example.org").await;
    for (created, lists) in [(2, 2), (0, 0)] {
        let report = send(&app, &other, "", "application/json", exported.to_string())
            .await
            .ok();
        assert_eq!(
            (counts(&report)[0], &report["lists_created"]),
            (created, &json!(lists)),
            "{report}"
        );
    }
    let moved = app.by(&other).get("/api/v2/lists").await.ok();
    let told = |lists: &Value| -> Vec<Value> {
        let lists = lists["items"].as_array().expect("lists").iter();
        lists
            .map(|list| json!([list["name"], list["color"], list["archived"], list["open"]]))
            .collect()
    };
    assert_eq!(told(&moved), told(&shown));
    // The second part of a file finds the lists that the first one made, archived or not.
    let mut rest = exported.clone();
    rest["todos"] = ids
        .iter()
        .map(|list| json!({ "title": "The rest", "list_id": list }))
        .collect();
    let report = send(&app, &other, "", "application/json", rest.to_string())
        .await
        .ok();
    assert_eq!(
        (counts(&report), &report["lists_created"]),
        ([2, 0, 0], &json!(0)),
        "{report}"
    );
    assert_eq!(app.titles(&other, "list=inbox").await, Vec::<String>::new());
    // A list that is archived takes nothing new, and one that is nowhere neither.
    let file = json!([
        { "title": "Into home", "list_id": ids[0] },
        { "title": "Into old", "list_id": ids[1] },
        { "title": "Into nothing", "list_id": "0".repeat(24) },
    ]);
    let report = import(&app, &person, "", file).await.ok();
    let lines = report["lines"].as_array().expect("lines").iter();
    let problems: Vec<usize> = lines
        .map(|line| line["problems"].as_array().map_or(0, Vec::len))
        .collect();
    assert_eq!(problems, [0, 1, 1], "{report}");
    assert_eq!(
        app.titles(&person, &format!("list={}&sort=created", ids[0]))
            .await
            .len(),
        2
    );
    let lists = json!([{ "id": "x" }, { "id": ids[0], "name": "" }]);
    let broken = json!({ "format": "rondo", "version": 1, "todos": [], "lists": lists });
    let refusal = send(&app, &person, "", "application/json", broken.to_string()).await;
    assert_eq!(
        pointers(&refusal.problem(422, "schema")),
        ["/lists/0/id", "/lists/1/name"]
    );
}

async fn lists_of_others_do_not_come_along(app: TestApp) {
    let scene = Scene::set(app).await;
    let (app, editor) = (&scene.app, &scene.editor);
    scene.todo().await;
    made(app, editor, "Mine").await;
    let mut exported = app.by(editor).get("/api/v2/export").await.ok();
    let names = |lists: &Value| -> Vec<String> {
        let lists = lists.as_array().expect("lists").iter();
        lists.map(|list| text(&list["name"])).collect()
    };
    assert_eq!(names(&exported["lists"]), ["Mine"]);
    assert_eq!(exported["todos"], json!([]));
    // Nor of a file that tells of them.
    let shown = app.by(editor).get("/api/v2/lists").await.ok();
    exported["lists"] = shown["items"].clone();
    assert_eq!(names(&exported["lists"]), ["Mine", "Shared"]);
    let report = send(app, editor, "", "application/json", exported.to_string())
        .await
        .ok();
    assert_eq!(report["lists_created"], 0, "{report}");
    assert_eq!(app.by(editor).get("/api/v2/lists").await.ok(), shown);
}

async fn a_family_keeps_its_rules(app: TestApp) {
    let person = app.person("person@example.org").await;
    let parent = app.todo(&person, &json!({ "title": "Parent" })).await;
    let id = text(&parent["id"]);
    let steps = |range: std::ops::Range<u32>| -> Value {
        range
            .map(|number| json!({ "title": format!("{number}"), "parent_id": id }))
            .collect()
    };
    assert_eq!(
        counts(&import(&app, &person, "", steps(0..199)).await.ok()),
        [199, 0, 0]
    );
    let shown = app.by(&person).get(&format!("/api/v2/todos/{id}")).await.ok();
    assert_eq!(shown["progress"], json!({ "done": 0, "total": 199 }));
    let report = import(&app, &person, "?dry_run=true", steps(198..202)).await.ok();
    assert_eq!(counts(&report), [1, 1, 2], "{report}");
    // What it is a step of is in the trash: it is none.
    app.by(&person)
        .delete(&format!("/api/v2/todos/{id}"))
        .await
        .expect_empty(204);
    let report = import(&app, &person, "", steps(500..501)).await.ok();
    assert_eq!(
        (counts(&report), &report["lines"][0]["problems"][0]["pointer"]),
        ([1, 0, 0], &json!("/todos/0/parent_id"))
    );
    let of = |number: u32| format!("{number:024x}");
    let family = json!([
        { "id": of(1), "title": "Trashed", "deleted_at": "2026-01-01T00:00:00Z" },
        { "id": of(2), "title": "Its step", "parent_id": of(1) },
    ]);
    assert_eq!(counts(&import(&app, &person, "", family).await.ok()), [2, 0, 0]);
    let all = todos(&app, &person).await;
    let step = all
        .iter()
        .find(|todo| todo["title"] == "Its step")
        .expect("it was made");
    assert_eq!(
        (&step["deleted_at"], &step["parent_title"]),
        (&json!("2026-01-01T00:00:00.000Z"), &json!("Trashed"))
    );
    // All of it again, with what is in the trash.
    let other = app.person("other@example.org").await;
    let file = app.by(&person).get("/api/v2/export").await.body;
    let report = send(&app, &other, "", "application/json", file.clone())
        .await
        .ok();
    assert_eq!(counts(&report), [203, 0, 0], "{report}");
    assert_eq!(
        counts(&send(&app, &other, "", "application/json", file).await.ok()),
        [0, 203, 0]
    );
}
