//! To-dos in version 1.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::support::{NOBODY, V1_TODO_MEMBERS, members, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    to_dos_are_made_read_changed_and_deleted_at_both_mounts,
    pages_take_the_filters_of_version_2_and_go_on_by_next,
    somebody_elses_to_do_is_not_found_and_stays_as_it_is,
}

async fn to_dos_are_made_read_changed_and_deleted_at_both_mounts(app: TestApp) {
    for (mount, email) in [("", "one@example.org"), ("/api/v1", "two@example.org")] {
        let person = app.person(email).await;
        let me = app.by(&person);
        let path = format!("{mount}/todo");
        assert_eq!(me.get(&path).await.ok(), json!({ "ok": true, "data": [] }));

        let whole = json!({
            "title": "Water the plants", "notes": "Not the cactus", "done": true,
            "due": "2026-11-22T10:30:00+01:00", "time_zone": "Europe/Berlin", "priority": "high",
            "tags": ["home", "Garden"],
        });
        let made = me.post(&path, whole.clone()).await.ok();
        assert_eq!(members(&made), ["data", "message", "ok"]);
        assert_eq!(
            (&made["ok"], &made["message"]),
            (&true.into(), &"record created".into())
        );
        let todo = &made["data"];
        assert_eq!(members(todo), V1_TODO_MEMBERS);
        for (name, value) in whole.as_object().expect("an object") {
            assert_eq!(todo[name], *value, "{name}");
        }
        assert_eq!(moment(&todo["completed_at"]), moment(&todo["created_at"]));
        let id = text(&todo["id"]);

        let shown = me.get(&format!("{path}?id={id}")).await.ok();
        assert_eq!(shown, json!({ "ok": true, "data": todo }));
        assert_eq!(me.get(&path).await.ok(), json!({ "ok": true, "data": [todo] }));

        let change =
            |id: &str, payload: Value| me.patch(&path, json!({ "query": { "id": id }, "payload": payload }));
        let updated = json!({ "ok": true, "message": "record updated" });
        let payload = json!({
            "title": "Rest", "done": false, "due": null, "priority": null, "tags": null, "notes": null,
            "time_zone": null,
        });
        assert_eq!(change(&id, payload).await.ok(), updated);
        let shown = me.get(&format!("{path}?id={id}")).await.ok();
        let expected = json!({
            "id": id, "title": "Rest", "notes": "", "done": false, "completed_at": null, "due": null,
            "time_zone": null, "priority": null, "tags": [], "position": todo["position"],
            "created_at": todo["created_at"], "updated_at": shown["data"]["updated_at"], "version": 2,
        });
        assert_eq!(shown["data"], expected);

        for bad in [
            json!({}),
            json!({ "title": "" }),
            json!({ "id": NOBODY }),
            json!({ "done": null }),
        ] {
            change(&id, bad).await.failure(400, "Bad request parameters: …");
        }
        let refusal = me.post(&path, json!({ "titel": "x" })).await;
        let refusal = refusal.failure(400, "Bad request parameters: …");
        assert_eq!(pointers(&refusal), ["/titel", "/title"]);
        assert_eq!(refusal["errors"][0]["schema"], "/schemas/v1-todo-create.json");

        let deleted = json!({ "ok": true, "message": "record deleted" });
        assert_eq!(me.delete_with(&path, json!({ "id": id })).await.ok(), deleted);
        for gone in [id.as_str(), NOBODY] {
            me.delete_with(&path, json!({ "id": gone }))
                .await
                .failure(404, "Not found");
            change(gone, json!({ "title": "x" }))
                .await
                .failure(404, "Not found");
            me.get(&format!("{path}?id={gone}"))
                .await
                .failure(404, "Not found");
        }
        for malformed in ["x", "", &id.to_uppercase()] {
            me.get(&format!("{path}?id={malformed}"))
                .await
                .failure(400, "Bad request parameters: …");
            let body = json!({ "id": malformed });
            me.delete_with(&path, body)
                .await
                .failure(400, "Bad request parameters: …");
        }
        me.get(&format!("{path}?id={id}&done=true"))
            .await
            .failure(400, "Bad request parameters: …");
        assert_eq!(me.get(&path).await.ok(), json!({ "ok": true, "data": [] }));
    }
}

async fn pages_take_the_filters_of_version_2_and_go_on_by_next(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for (title, body) in [
        ("a", json!({ "done": true, "tags": ["x"], "due": "2026-03-01" })),
        (
            "b",
            json!({ "priority": "low", "tags": ["x", "y"], "due": "2026-03-02" }),
        ),
        ("c", json!({ "priority": "high", "notes": "ÄPFEL" })),
    ] {
        let mut body = body;
        body["title"] = title.into();
        me.post("/todo", body).await.ok();
    }
    let titles = |page: &Value| -> String {
        let items = page["data"].as_array().expect("a list");
        items.iter().map(|item| text(&item["title"])).collect()
    };
    for (query, expected) in [
        ("done=true", "a"),
        ("done=false&sort=-title", "cb"),
        ("tag=x", "ab"),
        ("tag=x&tag=y", "b"),
        ("priority=high", "c"),
        ("due=none", "c"),
        ("due_after=2026-03-02", "b"),
        ("due_before=2026-03-02", "a"),
        ("q=apfel", "c"),
        ("sort=-priority", "cba"),
    ] {
        let page = me.get(&format!("/api/v1/todo?{query}")).await.ok();
        assert_eq!(titles(&page), expected, "{query}");
        assert_eq!(members(&page), ["data", "ok"], "{query}");
    }
    let first = me.get("/todo?limit=2&sort=title").await.ok();
    assert_eq!(members(&first), ["data", "next", "ok"]);
    assert_eq!(titles(&first), "ab");
    let next = text(&first["next"]);
    // The same list at both mounts, and in version 2.
    for path in ["/todo", "/api/v1/todo", "/api/v2/todos"] {
        let second = me
            .get(&format!("{path}?limit=2&sort=title&cursor={next}"))
            .await
            .ok();
        let items = if path == "/api/v2/todos" {
            &second["items"]
        } else {
            &second["data"]
        };
        assert_eq!(items.as_array().map(Vec::len), Some(1));
        assert_eq!(items[0]["title"], "c");
        assert!(second.get("next").is_none_or(Value::is_null));
    }
    for bad in [
        "limit=0",
        "limit=101",
        "done=yes",
        "sort=owner",
        "x=1",
        "cursor=x",
        "limit=1&limit=2",
    ] {
        let refusal = me.get(&format!("/todo?{bad}")).await;
        let refusal = refusal.failure(400, "Bad request parameters: …");
        let name = bad.split('=').next().unwrap_or_default();
        assert_eq!(pointers(&refusal), [format!("?{name}")]);
    }
}

async fn somebody_elses_to_do_is_not_found_and_stays_as_it_is(app: TestApp) {
    let (owner, other) = (
        app.person("owner@example.org").await,
        app.admin("other@example.org").await,
    );
    let todo = app.todo(&owner, &json!({ "title": "Mine" })).await;
    let id = text(&todo["id"]);
    let them = app.by(&other);
    for path in ["/todo", "/api/v1/todo"] {
        them.get(&format!("{path}?id={id}"))
            .await
            .failure(404, "Not found");
        let body = json!({ "query": { "id": id }, "payload": { "title": "Theirs" } });
        them.patch(path, body).await.failure(404, "Not found");
        them.delete_with(path, json!({ "id": id }))
            .await
            .failure(404, "Not found");
        assert_eq!(them.get(path).await.ok()["data"], json!([]));
    }
    let kept = app.by(&owner).get(&format!("/api/v2/todos/{id}")).await.ok();
    assert_eq!(kept, todo);
}
