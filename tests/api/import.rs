//! The import: files of our own, once or again, into the same account or another, and what is wrong with them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, members, on_each_keeper, pointers, text};

on_each_keeper! {
    a_dry_run_tells_the_same_and_writes_nothing,
    the_same_file_twice_makes_nothing_twice,
    an_export_comes_back_into_its_own_account_unchanged_and_into_another_whole,
    each_todo_is_checked_by_the_rules_of_the_api_and_nothing_is_half_done,
    what_is_refused_may_be_left_out,
    what_comes_again_comes_along_and_a_rule_without_a_day_is_refused,
    steps_find_their_parents,
    a_table_of_ones_own_needs_a_title_only,
    files_that_cannot_be_read_are_told_with_their_lines,
    a_file_that_is_too_large_is_refused_and_other_bodies_keep_their_limit,
    the_report_is_bounded,
    a_family_keeps_its_rules,
    lists_come_along,
    an_import_needs_its_scope_and_its_media_type,
}

pub async fn send(
    app: &TestApp,
    person: &Person,
    query: &str,
    media_type: &str,
    body: impl Into<reqwest::Body>,
) -> Answer {
    let path = format!("/api/v2/import{query}");
    let request = app.by(person).request(Method::POST, &path);
    ask(request.header("content-type", media_type).body(body)).await
}

async fn import(app: &TestApp, person: &Person, query: &str, todos: Value) -> Answer {
    let file = json!({ "format": "rondo", "version": 1, "todos": todos });
    send(app, person, query, "application/json", file.to_string()).await
}

#[track_caller]
pub fn counts(report: &Value) -> [u64; 3] {
    ["created", "unchanged", "refused"].map(|name| report[name].as_u64().expect("a count"))
}

pub async fn todos(app: &TestApp, person: &Person) -> Vec<Value> {
    let file = app.by(person).get("/api/v2/export").await.ok();
    file["todos"].as_array().expect("to-dos").clone()
}

async fn a_dry_run_tells_the_same_and_writes_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let file = json!([{ "title": "One", "tags": ["a"] }, { "title": "Two", "list_id": "0".repeat(24) }]);
    let mut dry = import(&app, &person, "?dry_run=true", file.clone()).await.ok();
    assert_eq!(
        members(&dry),
        [
            "created",
            "dry_run",
            "format",
            "lines",
            "lines_left_out",
            "lists_created",
            "refused",
            "unchanged"
        ]
    );
    assert_eq!((counts(&dry), &dry["format"]), ([2, 0, 0], &json!("json")));
    assert_eq!(dry["lines"][1]["problems"][0]["pointer"], "/todos/1/list_id");
    assert!(todos(&app, &person).await.is_empty());
    let wet = import(&app, &person, "?dry_run=false", file).await.ok();
    dry["dry_run"] = json!(false);
    assert_eq!(dry, wet);
    let made = todos(&app, &person).await;
    assert_eq!(made.len(), 2);
    for line in wet["lines"].as_array().expect("lines") {
        let todo = made
            .iter()
            .find(|todo| todo["id"] == line["id"])
            .expect("it was made");
        assert_eq!(
            (&todo["title"], &line["status"]),
            (&line["title"], &json!("create"))
        );
    }
}

async fn the_same_file_twice_makes_nothing_twice(app: TestApp) {
    let person = app.person("person@example.org").await;
    // Two that say the same are two, the first time and the second.
    let file = json!([{ "title": "Same" }, { "title": "Same" }, { "title": "Other", "done": true }]);
    assert_eq!(
        counts(&import(&app, &person, "", file.clone()).await.ok()),
        [3, 0, 0]
    );
    assert_eq!(
        counts(&import(&app, &person, "", file.clone()).await.ok()),
        [0, 3, 0]
    );
    let before = todos(&app, &person).await;
    let titles: Vec<String> = app.titles(&person, "sort=position").await;
    assert_eq!(titles, ["Same", "Same", "Other"], "in the order of the file");
    // What was changed since, or deleted, is not brought back.
    let path = format!("/api/v2/todos/{}", text(&before[0]["id"]));
    app.by(&person)
        .patch(&path, json!({ "title": "Changed" }))
        .await
        .ok();
    let path = format!("/api/v2/todos/{}", text(&before[1]["id"]));
    app.by(&person).delete(&path).await.expect_empty(204);
    let more = json!([{ "title": "Same" }, { "title": "Same" }, { "title": "Other", "done": true }, { "title": "New" }]);
    assert_eq!(counts(&import(&app, &person, "", more).await.ok()), [1, 3, 0]);
    assert_eq!(todos(&app, &person).await.len(), 4);
    // Another person's import of the same file is their own.
    let other = app.person("other@example.org").await;
    assert_eq!(counts(&import(&app, &other, "", file).await.ok()), [3, 0, 0]);
}

async fn an_export_comes_back_into_its_own_account_unchanged_and_into_another_whole(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = json!({ "time_zone": "Asia/Tokyo" });
    app.by(&person).patch("/api/v2/users/me", me).await.ok();
    for todo in [
        json!({ "title": "Day", "due": "2026-11-22", "notes": "n\r\n\t\u{1f980}", "tags": ["x"], "priority": "high" }),
        json!({ "title": "Done", "done": true, "due": "2026-11-22T10:00:00.25-03:00" }),
        json!({ "title": "Trashed" }),
    ] {
        let made = app.todo(&person, &todo).await;
        if made["title"] == "Trashed" {
            let path = format!("/api/v2/todos/{}", text(&made["id"]));
            app.by(&person).delete(&path).await.expect_empty(204);
        }
    }
    app.clock.advance(86_400_000);
    let (person, other) = (
        app.person_again(&person.email).await,
        app.person("other@example.org").await,
    );
    let before = todos(&app, &person).await;
    for (format, media_type) in [("json", "application/json"), ("csv", "text/csv")] {
        let file = app
            .by(&person)
            .get(&format!("/api/v2/export?format={format}"))
            .await
            .body;
        let report = send(&app, &person, "", media_type, file.clone()).await.ok();
        assert_eq!(counts(&report), [0, 3, 0], "{report}");
        assert_eq!(todos(&app, &person).await, before);
        // The second form of the same export finds what the first one made.
        let report = send(&app, &other, "", media_type, file).await.ok();
        let expected = if format == "json" { [3, 0, 0] } else { [0, 3, 0] };
        assert_eq!(counts(&report), expected, "{report}");
    }
    let plain = |todos: Vec<Value>| {
        let mut todos = todos;
        for todo in &mut todos {
            // A moved one is another, at its first version.
            todo["id"] = Value::Null;
            todo["version"] = Value::Null;
        }
        todos
    };
    assert_eq!(plain(todos(&app, &other).await), plain(before.clone()));
    let ids = |todos: &[Value]| todos.iter().map(|todo| text(&todo["id"])).collect::<Vec<_>>();
    let moved = todos(&app, &other).await;
    assert!(
        ids(&moved).iter().all(|id| !ids(&before).contains(id)),
        "they get ids of their own"
    );
}

async fn each_todo_is_checked_by_the_rules_of_the_api_and_nothing_is_half_done(app: TestApp) {
    let person = app.person("person@example.org").await;
    let tags: Vec<String> = (0..10_000).map(|number| format!("tag {number}")).collect();
    let cases = [
        (json!({ "title": "" }), "/title"),
        (json!({}), "/title"),
        (json!({ "title": "two\nlines" }), "/title"),
        (json!({ "title": "t".repeat(501) }), "/title"),
        (json!({ "title": 7 }), "/title"),
        (json!({ "title": "x", "notes": "a\u{0}b" }), "/notes"),
        (json!({ "title": "x", "notes": "n".repeat(10_001) }), "/notes"),
        (json!({ "title": "x", "tags": tags }), "/tags"),
        (json!({ "title": "x", "tags": ["a", "a"] }), "/tags"),
        (json!({ "title": "x", "tags": [""] }), "/tags/0"),
        (json!({ "title": "x", "due": "tomorrow" }), "/due"),
        (json!({ "title": "x", "due": "2026-02-30" }), "/due"),
        (json!({ "title": "x", "time_zone": "Mars" }), "/time_zone"),
        (json!({ "title": "x", "priority": "urgent" }), "/priority"),
        (json!({ "title": "x", "done": "yes" }), "/done"),
        (json!({ "title": "x", "owner": "0".repeat(24) }), "/owner"),
        (json!({ "title": "x", "id": "x" }), "/id"),
        (json!({ "title": "x", "id": { "$ne": 1 } }), "/id"),
        (json!({ "title": "x", "parent_id": 1 }), "/parent_id"),
        (json!({ "title": "x", "position": "1 0" }), "/position"),
        (json!({ "title": "x", "position": "10" }), "/position"),
        (json!({ "title": "x", "created_at": "yesterday" }), "/created_at"),
        (json!({ "title": "x", "deleted_at": 5 }), "/deleted_at"),
        (json!("x"), ""),
        (json!(null), ""),
    ];
    for (wrong, place) in &cases {
        let file = json!([{ "title": "Right" }, wrong]);
        let refusal = import(&app, &person, "", file.clone())
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&refusal), [format!("/todos/1{place}")], "{refusal}");
        let report = import(&app, &person, "?dry_run=true", file).await.ok();
        assert_eq!(counts(&report), [1, 0, 1], "{report}");
        let line = &report["lines"][1];
        assert_eq!((&line["line"], &line["status"]), (&json!(2), &json!("refuse")));
        assert_eq!(line["problems"][0]["pointer"], format!("/todos/1{place}"));
    }
    assert!(todos(&app, &person).await.is_empty(), "nothing is half done");
    // What is wrong with the document around them.
    for (file, place) in [
        (json!({ "format": "other", "version": 1, "todos": [] }), "/format"),
        (
            json!({ "format": "rondo", "version": 2, "todos": [] }),
            "/version",
        ),
        (json!({ "format": "rondo", "version": 1 }), "/todos"),
        (
            json!({ "format": "rondo", "version": 1, "todos": [], "x": 1 }),
            "/x",
        ),
    ] {
        let refusal = send(&app, &person, "", "application/json", file.to_string()).await;
        assert_eq!(pointers(&refusal.problem(422, "schema")), [place]);
    }
}

async fn what_is_refused_may_be_left_out(app: TestApp) {
    let person = app.person("person@example.org").await;
    let file = json!([{ "title": "" }, { "title": "Right" }, { "title": "x", "due": "soon" }]);
    import(&app, &person, "", file.clone())
        .await
        .problem(422, "schema");
    let report = import(&app, &person, "?skip_refused=true", file).await.ok();
    assert_eq!(counts(&report), [1, 0, 2]);
    let made = todos(&app, &person).await;
    assert_eq!((made.len(), &made[0]["title"]), (1, &json!("Right")));
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

async fn a_table_of_ones_own_needs_a_title_only(app: TestApp) {
    let person = app.person("person@example.org").await;
    let table = "\u{feff}title;done;tags;due;priority\r\n\"Buy; milk\";TRUE;\"a\\;b\";2026-11-22;HIGH\r\n\r\nOther;;;;\r\n";
    let report = send(&app, &person, "", "text/csv; charset=utf-8", table)
        .await
        .ok();
    assert_eq!((counts(&report), &report["format"]), ([2, 0, 0], &json!("csv")));
    assert_eq!(report["lines"][1]["line"], 4);
    let made = todos(&app, &person).await;
    let milk = made
        .iter()
        .find(|todo| todo["title"] == "Buy; milk")
        .expect("it was made");
    // One tag: its semicolon is escaped.
    let expected = (json!(true), json!(["a;b"]), json!("2026-11-22"), json!("high"));
    let found = ["done", "tags", "due", "priority"].map(|name| milk[name].clone());
    assert_eq!(found, [expected.0, expected.1, expected.2, expected.3]);
    let table = "title,notes,done\n=cmd|' /C calc'!A0,'=1+1,maybe\nshort\n";
    let refusal = send(&app, &person, "", "text/csv", table)
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&refusal), ["line 2, done", "line 3"], "{refusal}");
    let report = send(&app, &person, "", "text/csv", "title,notes\n=1+1,'=1+1\n")
        .await
        .ok();
    assert_eq!(counts(&report), [1, 0, 0]);
    let made = todos(&app, &person).await;
    let formula = made
        .iter()
        .find(|todo| todo["title"] == "=1+1")
        .expect("it was made");
    assert_eq!(formula["notes"], "=1+1");
}

async fn files_that_cannot_be_read_are_told_with_their_lines(app: TestApp) {
    let person = app.person("person@example.org").await;
    for (file, words) in [
        (
            b"title\nfine\n\"open\nmore\n".as_slice(),
            "the cell that begins in line 3",
        ),
        (b"title\na\"b\n", "line 2 has a quotation mark"),
        (b"title\n\"a\"b\n", "line 2 has text behind"),
        (b"title\nfine\n\xe4\n", "line 3 is not UTF-8"),
        (b"title\na\0b\n", "line 2 has a NUL"),
        (b"\xff\xfet\0i\0", "UTF-16"),
        (b"notes\nx\n", "the column title is missing"),
        (b"title,title\nx,y\n", "the column \"title\" twice"),
        (b"title,colour\nx,y\n", "no column \"colour\" is known"),
        (b"", "the file is empty"),
    ] {
        let refusal = send(&app, &person, "?format=csv", "text/csv", file)
            .await
            .problem(400, "malformed");
        assert!(text(&refusal["detail"]).contains(words), "{refusal}");
    }
    for (file, words) in [
        (
            "{\"format\":\"rondo\",\n\"version\":1,\n\"todos\":[{\"title\":1,\"title\":2}]}",
            "line 3",
        ),
        ("{\"format\":\"rondo\",\"version\":1,\"todos\":[]", "EOF"),
        ("{\"todos\":[],\"todos\":[]}", "twice"),
        ("title\nx\n", "line 1"),
        ("{\"format\":\"rondo\",\"version\":1,\"todos\":{}}", "a list"),
    ] {
        let refusal = send(&app, &person, "", "application/json", file)
            .await
            .problem(400, "malformed");
        assert!(text(&refusal["detail"]).contains(words), "{refusal}");
    }
    let refusal = send(
        &app,
        &person,
        "",
        "application/json",
        b"{\"format\":\"\xff\"}".as_slice(),
    )
    .await;
    refusal.problem(400, "malformed");
    assert!(todos(&app, &person).await.is_empty());
}

async fn a_file_that_is_too_large_is_refused_and_other_bodies_keep_their_limit(app: TestApp) {
    use std::io::{Read as _, Write as _};

    let person = app.person("person@example.org").await;
    // A hundred megabytes are announced, and none is waited for.
    let address = app.base.strip_prefix("http://").expect("an address").to_owned();
    let head = format!(
        "POST /api/v2/import HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: text/csv\r\n\
         Content-Length: 104857600\r\nConnection: close\r\n\r\n{}",
        person.access_token,
        // The framework looks at so much of every body.
        "x".repeat(512)
    );
    let answer = tokio::task::spawn_blocking(move || {
        let mut socket = std::net::TcpStream::connect(address).expect("a connection");
        let patience = Some(std::time::Duration::from_secs(20));
        socket.set_read_timeout(patience).expect("a limit");
        socket.write_all(head.as_bytes()).expect("it is sent");
        let mut start = [0; 12];
        socket.read_exact(&mut start).expect("an answer");
        String::from_utf8_lossy(&start).into_owned()
    });
    assert_eq!(answer.await.expect("it ends"), "HTTP/1.1 413");
    // A whole megabyte is taken here, and nowhere else.
    let row = format!("x,{}\n", "n".repeat(9_990));
    let table = format!("title,notes\n{}", row.repeat(110));
    let report = send(&app, &person, "?dry_run=true", "text/csv", table).await.ok();
    assert_eq!(counts(&report), [110, 0, 0]);
    let long = json!({ "title": "x", "notes": "n".repeat(70_000) });
    app.by(&person)
        .post("/api/v2/todos", long)
        .await
        .problem(413, "too-large");
    let many = format!("title\n{}", "x\n".repeat(100_001));
    send(&app, &person, "?dry_run=true", "text/csv", many)
        .await
        .problem(413, "too-large");
}

async fn the_report_is_bounded(app: TestApp) {
    let person = app.person("person@example.org").await;
    let table = format!("title,due\n{}{}", "x,\n".repeat(1500), "x,soon\n".repeat(3));
    let report = send(&app, &person, "?dry_run=true", "text/csv", table).await.ok();
    assert_eq!(counts(&report), [1500, 0, 3]);
    let lines = report["lines"].as_array().expect("lines");
    assert_eq!((lines.len(), &report["lines_left_out"]), (1000, &json!(503)));
    let refused = lines.iter().filter(|line| line["status"] == "refuse").count();
    assert_eq!(
        (refused, &lines[999]["line"]),
        (3, &json!(1504)),
        "what is refused is told first"
    );
    let all = format!("title,due\n{}", "x,soon\n".repeat(100));
    let refusal = send(&app, &person, "", "text/csv", all)
        .await
        .problem(422, "schema");
    assert_eq!(refusal["errors"].as_array().map(Vec::len), Some(50));
}

async fn an_import_needs_its_scope_and_its_media_type(app: TestApp) {
    let person = app.person("person@example.org").await;
    app.anybody()
        .post("/api/v2/import", json!({}))
        .await
        .problem(401, "unauthenticated");
    for media_type in ["text/plain", "application/xml", "text/csv; charset=latin1"] {
        send(&app, &person, "", media_type, "title\nx\n")
            .await
            .problem(415, "media-type");
    }
    for (query, media_type) in [("?format=csv", "application/json"), ("?format=json", "text/csv")] {
        let refusal = send(&app, &person, query, media_type, "{}")
            .await
            .problem(400, "query");
        assert_eq!(pointers(&refusal), ["?format"]);
    }
    for query in ["?format=xml", "?dry_run=1", "?skip_refused=yes"] {
        send(&app, &person, query, "text/csv", "title\nx\n")
            .await
            .problem(400, "query");
    }
    assert!(todos(&app, &person).await.is_empty());
}

async fn what_comes_again_comes_along_and_a_rule_without_a_day_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let csv = "title,due,recurrence,recurs_from\nWater,2026-11-22,FREQ=WEEKLY;BYDAY=SU,completion\nNever,,FREQ=DAILY,\n";
    let report = send(&app, &person, "?format=csv&skip_refused=true", "text/csv", csv)
        .await
        .ok();
    assert_eq!(
        (&report["created"], &report["refused"]),
        (&json!(1), &json!(1)),
        "{report}"
    );
    assert_eq!(
        report["lines"][1]["problems"][0]["column"], "recurrence",
        "{report}"
    );
    let page = app.by(&person).get("/api/v2/todos").await.ok();
    assert_eq!(page["items"][0]["recurrence"], "FREQ=WEEKLY;BYDAY=SU");
    assert_eq!(page["items"][0]["recurs_from"], "completion");
}
