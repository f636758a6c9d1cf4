//! To-dos in version 2: making, reading, changing and deleting one. Preconditions, filters and pages are
//! in files of their own.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::support::{NOBODY, ask, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    a_to_do_is_made_with_defaults_or_with_everything,
    what_a_to_do_may_hold_has_limits,
    each_field_is_changed_by_a_merge_patch_and_reset_by_null,
    ticking_off_sets_the_moment_and_what_changes_nothing_writes_nothing,
    a_due_day_ends_in_the_zone_that_is_given_or_in_that_of_its_owner,
    a_deleted_to_do_and_somebody_elses_are_not_found_by_any_method,
}

const TODOS: &str = "/api/v2/todos";

async fn a_to_do_is_made_with_defaults_or_with_everything(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let defaults = |todo: &Value| {
        json!({
            "id": todo["id"], "notes": "", "done": false, "completed_at": null, "due": null,
            "time_zone": null, "recurrence": null, "recurs_from": "due", "last_completed_at": null,
            "priority": null, "tags": [], "list_id": null, "parent_id": null, "parent_title": null,
            "progress": null,
            "reminder": null, "remind_at": null, "reminded_at": null,
            "deleted_at": null, "position": todo["position"],
            "created_at": todo["created_at"], "updated_at": todo["created_at"], "version": 1,
        })
    };
    let everything = json!({
        "title": "Écrire à l'été 🦀", "notes": "Zwei\nZeilen\twith \"quotes\" and \\", "done": true,
        "due": "2026-11-22T10:30:00+01:00", "time_zone": "Europe/Berlin", "priority": "medium",
        "tags": ["home", "Home", "two words", "$where"],
    });
    let nulls = json!({
        "title": "Nulls", "notes": null, "due": null, "time_zone": null, "priority": null, "tags": null,
    });
    let mut position = String::new();
    for body in [
        json!({ "title": "Milk" }),
        everything,
        nulls,
        json!({ "title": " a ", "due": "2026-02-28" }),
    ] {
        app.clock.advance(1);
        let answer = me.post(TODOS, body.clone()).await;
        let todo = answer.expect(201);
        let mut expected = defaults(&todo);
        for (name, value) in body.as_object().expect("an object") {
            if !value.is_null() {
                expected[name] = value.clone();
            }
        }
        if body["done"] == true {
            expected["completed_at"] = todo["created_at"].clone();
        }
        assert_eq!(todo, expected);
        moment(&todo["created_at"]);
        // What is made later stands behind.
        assert!(text(&todo["position"]) > position);
        position = text(&todo["position"]);

        let path = format!("{TODOS}/{}", text(&todo["id"]));
        assert_eq!(answer.header("location"), path);
        let read = me.get(&path).await;
        assert_eq!(read.ok(), todo);
        assert_eq!(read.header("etag"), answer.header("etag"));
        assert_eq!(read.header("cache-control"), "private, no-cache");
        let head = ask(me.request(Method::HEAD, &path)).await;
        assert!(head.status == 200 && head.body.is_empty());
        assert_eq!(head.header("etag"), answer.header("etag"));
        assert_eq!(head.header("content-length"), read.header("content-length"));
    }
}

async fn what_a_to_do_may_hold_has_limits(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let tags = |count: usize| (0..count).map(|n| format!("tag {n}")).collect::<Vec<_>>();
    let fine = [
        json!({ "title": "é".repeat(500) }),
        json!({ "title": "x", "notes": "🦀".repeat(10_000) }),
        json!({ "title": "x", "tags": tags(20) }),
        json!({ "title": "x", "tags": ["é".repeat(40)] }),
        json!({ "title": "x", "due": "1000-01-01" }),
        json!({ "title": "x", "due": "9998-12-31T23:59:59.999999+00:00" }),
        json!({ "title": "x", "due": "2028-02-29", "time_zone": "America/Argentina/ComodRivadavia" }),
    ];
    for body in fine {
        let todo = app.todo(&person, &body).await;
        for (name, value) in body.as_object().expect("an object") {
            assert_eq!(todo[name], *value);
        }
    }
    let with = |name: &str, value: Value| {
        let mut body = json!({ "title": "x" });
        body[name] = value;
        (body, format!("/{name}"))
    };
    let mut bad = vec![
        (json!({}), "/title".to_owned()),
        with("tags", json!(tags(21))),
        with("tags", json!(["a", "a"])),
        with("due", json!("2026-11-22T10:30:00")),
    ];
    for title in [
        json!(""),
        json!(" "),
        json!("\u{a0}"),
        json!("a\nb"),
        json!("x".repeat(501)),
        json!(null),
        json!(1),
    ] {
        bad.push(with("title", title));
    }
    for due in [
        "",
        "2026-02-30",
        "2026-1-1",
        "tomorrow",
        "0999-12-31",
        "9999-01-01",
        "2026-11-22 10:30:00Z",
    ] {
        bad.push(with("due", json!(due)));
    }
    for zone in ["", "Mars/Olympus", "+01:00", "../etc/passwd"] {
        bad.push(with("time_zone", json!(zone)));
    }
    for (name, value) in [
        ("notes", json!("x".repeat(10_001))),
        ("notes", json!("a\u{0}b")),
        ("done", json!("true")),
        ("done", json!(null)),
        ("done", json!(1)),
        ("priority", json!("urgent")),
        ("priority", json!(1)),
        ("tags", json!("a")),
    ] {
        bad.push(with(name, value));
    }
    for tag in [
        json!(""),
        json!("x".repeat(41)),
        json!("a\tb"),
        json!(1),
        json!({ "$ne": 1 }),
    ] {
        let (body, _) = with("tags", json!(["fine", tag]));
        bad.push((body, "/tags/1".into()));
    }
    // What the service makes, and what is no member at all.
    for name in [
        "id",
        "_id",
        "owner",
        "version",
        "position",
        "created_at",
        "completed_at",
        "deleted_at",
        "$set",
    ] {
        bad.push(with(name, json!("x")));
    }
    for (body, place) in bad {
        let refusal = me.post(TODOS, body.clone()).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place], "{body}");
    }
    let page = me.get(&format!("{TODOS}?limit=100")).await.ok();
    assert_eq!(
        page["items"].as_array().map(Vec::len),
        Some(7),
        "what was refused was not made"
    );
}

async fn each_field_is_changed_by_a_merge_patch_and_reset_by_null(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = app.todo(&person, &json!({ "title": "Before" })).await;
    let path = format!("{TODOS}/{}", text(&made["id"]));
    let mut expected = made.clone();
    let changes = [
        ("title", json!("After"), None),
        ("notes", json!("Some"), Some(json!(""))),
        ("due", json!("2026-11-22T10:30:00Z"), Some(json!(null))),
        ("time_zone", json!("Asia/Tokyo"), Some(json!(null))),
        ("priority", json!("low"), Some(json!(null))),
        ("tags", json!(["b", "a"]), Some(json!([]))),
    ];
    let mut version = 1;
    let mut tags = vec![me.get(&path).await.header("etag").to_owned()];
    for (name, value, default) in changes {
        for (given, stands) in [(value.clone(), Some(value)), (json!(null), default)] {
            app.clock.advance(1000);
            let Some(stands) = stands else {
                let refusal = me
                    .patch(&path, json!({ name: given }))
                    .await
                    .problem(422, "schema");
                assert_eq!(pointers(&refusal), [format!("/{name}")]);
                continue;
            };
            let answer = me.patch(&path, json!({ name: given })).await;
            let changed = answer.ok();
            version += 1;
            expected[name] = stands;
            expected["version"] = version.into();
            assert!(moment(&changed["updated_at"]) > moment(&expected["updated_at"]));
            expected["updated_at"] = changed["updated_at"].clone();
            assert_eq!(changed, expected, "{name}");
            let read = me.get(&path).await;
            assert_eq!(read.ok(), changed);
            assert_eq!(read.header("etag"), answer.header("etag"));
            assert!(!tags.contains(&answer.header("etag").to_owned()));
            tags.push(answer.header("etag").to_owned());
        }
    }
    // Several at once, by the other media type.
    let request = me
        .request(Method::PATCH, &path)
        .header("content-type", "application/merge-patch+json");
    let changed = ask(request.body(r#"{"title":"Both","tags":["x"]}"#)).await.ok();
    assert_eq!(
        (&changed["title"], &changed["tags"]),
        (&json!("Both"), &json!(["x"]))
    );
    for (bad, place) in [
        (json!({ "done": null }), "/done"),
        (json!({ "id": NOBODY }), "/id"),
        (json!({ "version": 9 }), "/version"),
        (json!({ "owner": NOBODY }), "/owner"),
        (json!({ "position": "0" }), "/position"),
        (json!({ "completed_at": null }), "/completed_at"),
        (json!([]), ""),
    ] {
        let refusal = me.patch(&path, bad).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place]);
    }
    assert_eq!(me.get(&path).await.ok(), changed);
}

async fn ticking_off_sets_the_moment_and_what_changes_nothing_writes_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let made = app
        .todo(&person, &json!({ "title": "Milk", "tags": ["a", "b"] }))
        .await;
    let path = format!("{TODOS}/{}", text(&made["id"]));
    for nothing in [
        json!({}),
        json!({ "done": false }),
        json!({ "title": "Milk" }),
        json!({ "due": null }),
        json!({ "tags": ["a", "b"] }),
    ] {
        app.clock.advance(1000);
        assert_eq!(me.patch(&path, nothing).await.ok(), made);
    }
    let done = me.patch(&path, json!({ "done": true })).await.ok();
    assert_eq!((&done["done"], &done["version"]), (&json!(true), &json!(2)));
    assert_eq!(done["completed_at"], done["updated_at"]);
    assert!(moment(&done["completed_at"]) > moment(&made["created_at"]));
    // Ticked off once more: the first moment stands, also beside another change.
    app.clock.advance(1000);
    assert_eq!(me.patch(&path, json!({ "done": true })).await.ok(), done);
    let renamed = me
        .patch(&path, json!({ "done": true, "title": "Bread" }))
        .await
        .ok();
    assert_eq!(renamed["completed_at"], done["completed_at"]);
    assert!(moment(&renamed["updated_at"]) > moment(&done["updated_at"]));
    let undone = me.patch(&path, json!({ "done": false })).await.ok();
    assert_eq!(
        (&undone["done"], &undone["completed_at"]),
        (&json!(false), &json!(null))
    );
    assert_eq!(undone["version"], 4);
    assert_eq!(undone["position"], made["position"]);
    // The order of tags is theirs.
    let turned = me.patch(&path, json!({ "tags": ["b", "a"] })).await.ok();
    assert_eq!(
        (&turned["tags"], &turned["version"]),
        (&json!(["b", "a"]), &json!(5))
    );
}

async fn a_due_day_ends_in_the_zone_that_is_given_or_in_that_of_its_owner(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let zone = async |body: Value| app.todo(&person, &body).await["time_zone"].clone();
    assert_eq!(
        zone(json!({ "title": "x", "due": "2026-03-01" })).await,
        json!(null)
    );
    let patch = json!({ "time_zone": "Asia/Tokyo" });
    me.patch("/api/v2/users/me", patch).await.ok();
    for (body, expected) in [
        (json!({ "title": "x", "due": "2026-03-01" }), json!("Asia/Tokyo")),
        (
            json!({ "title": "x", "due": "2026-03-01", "time_zone": "UTC" }),
            json!("UTC"),
        ),
        (
            json!({ "title": "x", "due": "2026-03-01T00:00:00Z" }),
            json!(null),
        ),
        (json!({ "title": "x" }), json!(null)),
    ] {
        assert_eq!(zone(body.clone()).await, expected, "{body}");
    }
    let made = app.todo(&person, &json!({ "title": "x" })).await;
    let path = format!("{TODOS}/{}", text(&made["id"]));
    for (patch, expected) in [
        (json!({ "title": "y" }), json!(null)),
        (json!({ "due": "2026-03-01" }), json!("Asia/Tokyo")),
        (json!({ "due": "2026-03-02", "time_zone": "UTC" }), json!("UTC")),
        (json!({ "due": "2026-03-03" }), json!("UTC")),
        (json!({ "time_zone": null }), json!(null)),
    ] {
        assert_eq!(
            me.patch(&path, patch.clone()).await.ok()["time_zone"],
            expected,
            "{patch}"
        );
    }
}

async fn a_deleted_to_do_and_somebody_elses_are_not_found_by_any_method(app: TestApp) {
    let person = app.person("person@example.org").await;
    let admin = app.admin("admin@example.org").await;
    let theirs = app.todo(&person, &json!({ "title": "Theirs" })).await;
    let deleted = app.todo(&admin, &json!({ "title": "Deleted" })).await;
    let me = app.by(&admin);
    let path = format!("{TODOS}/{}", text(&deleted["id"]));
    let answer = me.delete(&path).await;
    answer.expect_empty(204);
    assert!(!answer.has("etag"));
    assert_eq!(me.get(TODOS).await.ok(), json!({ "items": [], "next": null }));

    let (theirs_id, deleted_id) = (text(&theirs["id"]), text(&deleted["id"]));
    let upper = deleted_id.to_uppercase();
    let nothing = [
        theirs_id.as_str(),
        &deleted_id,
        NOBODY,
        &upper,
        "x",
        "0000000000000000000000000",
        "%24ne",
        "..%2fusers",
        "%00",
    ];
    let mut details = Vec::new();
    for id in nothing {
        let path = format!("{TODOS}/{id}");
        for tag in [None, Some("\"1-0123456789abcdef\""), Some("*")] {
            let with_tag = |request: reqwest::RequestBuilder| match tag {
                Some(tag) => request.header("if-match", tag).header("if-none-match", tag),
                None => request,
            };
            let body = json!({ "title": "Mine" });
            for request in [
                me.request(Method::GET, &path),
                me.request(Method::PATCH, &path).json(&body),
                me.request(Method::DELETE, &path),
            ] {
                details.push(ask(with_tag(request)).await.problem(404, "not-found")["detail"].clone());
            }
        }
    }
    details.dedup();
    assert_eq!(details.len(), 1, "the answer tells them apart: {details:?}");
    let path = format!("{TODOS}/{theirs_id}");
    assert_eq!(app.by(&person).get(&path).await.ok(), theirs);
}
