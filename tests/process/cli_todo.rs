//! `rondo todo …` against a running service: what it does, what it prints, and how it ends.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::at_the_command_line::{Desk, ended_with};
use crate::http::Request;
use crate::installation::{Installation, read};

on_each_keeper!(to_dos_are_made_listed_changed_completed_and_deleted);

fn to_dos_are_made_listed_changed_completed_and_deleted(site: Installation) {
    let server = site.serve();
    let person = server.person("person@example.org");
    let token = person.access_token.as_str();
    let desk = Desk::signed_in(&site, &server, token);
    let list = Request::post("/api/v2/lists", &json!({ "name": "Shopping" })).token(token);
    let list = server.ask(&list).expect(201)["id"].clone();

    let said = desk.run(&[
        "todo",
        "add",
        "Buy",
        "milk",
        "--due",
        "2026-12-01",
        "--tag",
        "home",
        "--tag",
        "food",
    ]);
    assert!(
        said.succeeded().starts_with("added ") && said.stdout.ends_with("  Buy milk\n"),
        "{said:?}"
    );
    let bread = desk.json(&[
        "todo",
        "add",
        "Buy bread",
        "--list",
        "shopping",
        "--priority",
        "high",
        "--notes",
        "dark",
        "--json",
    ]);
    assert_eq!(bread["list_id"], list);
    assert_eq!(
        (&bread["priority"], &bread["notes"]),
        (&json!("high"), &json!("dark"))
    );

    let table = desk.run(&["todo", "list"]);
    let lines: Vec<&str> = table.succeeded().lines().collect();
    assert_eq!(lines.len(), 3, "{table:?}");
    assert!(
        lines[0].starts_with("ID ") && lines[0].contains("TITLE"),
        "{table:?}"
    );
    assert!(
        !table.stdout.contains('\u{1b}'),
        "no colours where nobody sees them"
    );
    let milk = lines
        .iter()
        .find(|line| line.contains("Buy milk"))
        .expect("a line");
    assert!(
        milk.contains("2026-12-01") && milk.contains("home, food"),
        "{milk}"
    );
    let titles = |arguments: &[&str]| -> BTreeSet<String> {
        let listed = desk.json(&[&["todo", "list", "--json"], arguments].concat());
        let items = listed["items"].as_array().expect("items");
        items
            .iter()
            .map(|todo| todo["title"].as_str().expect("a title").to_owned())
            .collect()
    };
    let only = |title: &str| BTreeSet::from([title.to_owned()]);
    assert_eq!(titles(&["--list", "Shopping"]), only("Buy bread"));
    assert_eq!(titles(&["--list", "inbox"]), only("Buy milk"));
    assert_eq!(titles(&["--tag", "home", "--tag", "food"]), only("Buy milk"));
    assert_eq!(titles(&["--due", "none"]), only("Buy bread"));
    assert_eq!(titles(&["--search", "BREAD"]), only("Buy bread"));
    assert_eq!(titles(&["--priority", "high"]), only("Buy bread"));
    assert_eq!(titles(&["--done"]), BTreeSet::new());
    assert_eq!(titles(&[]).len(), 2);

    // By as much of the id as the table shows.
    let shown = milk.split(' ').next().expect("an id");
    let edited = desk.json(&[
        "todo",
        "edit",
        shown,
        "--title",
        "Buy oat milk",
        "--due",
        "none",
        "--no-tags",
        "--list",
        "shopping",
        "--json",
    ]);
    assert_eq!(
        (&edited["title"], &edited["due"]),
        (&json!("Buy oat milk"), &Value::Null)
    );
    assert_eq!((&edited["tags"], &edited["list_id"]), (&json!([]), &list));
    assert_eq!(
        desk.run(&["todo", "done", shown]).succeeded(),
        "done: Buy oat milk\n"
    );
    assert_eq!(titles(&["--done"]), only("Buy oat milk"));
    assert_eq!(titles(&["--all"]).len(), 2);
    let all = desk.run(&["todo", "list", "--all"]);
    assert!(all.succeeded().contains("DONE"), "{all:?}");
    desk.run(&["todo", "edit", shown, "--reopen"]).succeeded();
    assert_eq!(titles(&[]).len(), 2);

    let bread = bread["id"].as_str().expect("an id");
    let said = desk.run(&["todo", "rm", bread, shown]);
    assert_eq!(said.succeeded().lines().count(), 2, "{said:?}");
    assert_eq!(desk.run(&["todo", "list", "--all"]).succeeded(), "");
    let trash = Request::get("/api/v2/todos?deleted=true").token(token);
    assert_eq!(
        server.ask(&trash).expect(200)["items"].as_array().map(Vec::len),
        Some(2)
    );
}

#[test]
fn whatever_goes_wrong_is_told_by_the_exit_code_and_changes_nothing() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let token = person.access_token.as_str();
    let desk = Desk::signed_in(&site, &server, token);
    let milk = server.create_todo(token, "Buy milk");
    let milk = milk["id"].as_str().expect("an id");
    let nothing = "ffffffffffffffffffffffff";
    for (arguments, code, words) in [
        (&["todo", "add", &"x".repeat(501)][..], 1, &["title"][..]),
        (&["todo", "add", "x", "--due", "someday"], 1, &["due"]),
        (
            &["todo", "add", "x", "--list", "Nowhere"],
            4,
            &["no list", "Nowhere"],
        ),
        (&["todo", "list", "--list", "Nowhere"], 4, &["no list"]),
        (&["todo", "done", nothing], 4, &[]),
        (&["todo", "done", "ffffffff"], 4, &["no to-do", "ffffffff"]),
        (&["todo", "done", "milk"], 4, &["\"milk\" is no id"]),
        (&["todo", "edit", nothing, "--title", "x"], 4, &[]),
        (&["todo", "rm", nothing], 4, &[]),
        // Of several, none is touched if one leads nowhere.
        (&["todo", "rm", milk, "ffffffff"], 4, &["ffffffff"]),
    ] {
        ended_with(&desk.run(arguments), code, words);
    }
    for arguments in [
        &["todo"][..],
        &["todo", "add"],
        &["todo", "done"],
        &["todo", "edit", milk],
        &["todo", "list", "--due", "someday"],
        &["todo", "list", "-n", "0"],
        &["todo", "list", "--done", "--all"],
        &["todo", "edit", milk, "--tag", "a", "--no-tags"],
    ] {
        let ended = desk.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    }
    assert_eq!(server.titles(token), ["Buy milk"]);
    // One of several that is gone by then: the others are done.
    let ended = desk.run(&["todo", "rm", milk, nothing]);
    assert_eq!(ended.code, Some(4), "{ended:?}");
    assert!(
        ended.stderr.contains(nothing) && ended.stdout.contains(milk),
        "{ended:?}"
    );
    assert!(server.titles(token).is_empty());
    // -q says nothing but what went wrong.
    assert_eq!(desk.run(&["todo", "add", "Quiet", "-q"]).succeeded(), "");
    ended_with(&desk.run(&["todo", "done", nothing, "-q"]), 4, &[]);
    server.kill();
    ended_with(&desk.run(&["todo", "list"]), 5, &["cannot be reached"]);
}

#[test]
fn lists_of_many_pages_come_whole_and_an_id_that_is_too_short_is_told() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let token = person.access_token.as_str();
    let desk = Desk::signed_in(&site, &server, token);
    let create = |number: usize| json!({ "op": "create", "body": { "title": format!("To-do {number}") } });
    for hundred in 0..2 {
        let operations: Vec<Value> = (0..100).map(|number| create(hundred * 100 + number)).collect();
        let batch = Request::post("/api/v2/todos/batch", &json!({ "operations": operations }));
        server.ask(&batch.token(token)).expect(200);
    }
    server.create_todo(token, "The last one");
    let table = desk.run(&["todo", "list"]);
    let lines: Vec<&str> = table.succeeded().lines().skip(1).collect();
    assert_eq!(lines.len(), 201);
    let shown: BTreeSet<&str> = lines.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(shown.len(), 201, "each is told from the others");
    let listed = desk.json(&["todo", "list", "--json"]);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(201));
    assert_eq!(listed["next"], Value::Null);
    let some = desk.json(&["todo", "list", "--json", "-n", "150"]);
    assert_eq!(some["items"].as_array().map(Vec::len), Some(150));
    assert!(some["next"].is_string());
    // They were made in very few seconds, which their ids begin with.
    let first = &lines[0][..4];
    ended_with(&desk.run(&["todo", "done", first]), 1, &["write more of the id"]);
    // Whoever reads no further has had enough.
    let mut command = desk.command(&["todo", "list"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn what_others_have_written_gives_the_terminal_no_orders() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let token = person.access_token.as_str();
    let desk = Desk::signed_in(&site, &server, token);
    let notes = "\u{1b}[2J\u{9b}31m\u{7f}\u{7}";
    let body = json!({ "title": "Plain \u{202e}title\u{2028}", "notes": notes });
    server
        .ask(&Request::post("/api/v2/todos", &body).token(token))
        .expect(201);
    let table = desk.run(&["todo", "list"]);
    let is_order = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{202e}');
    assert!(!table.succeeded().contains(is_order), "{table:?}");
    let printed = desk.run(&["todo", "list", "--json"]);
    assert!(
        !printed
            .succeeded()
            .contains(|c: char| c.is_control() && c != '\n'),
        "{printed:?}"
    );
    let listed: Value = serde_json::from_str(&printed.stdout).expect("JSON");
    assert_eq!(listed["items"][0]["notes"], notes, "and nothing of it is lost");
}

#[test]
fn an_export_is_whole_or_it_is_not_there() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let token = person.access_token.as_str();
    let desk = Desk::signed_in(&site, &server, token);
    for title in ["Buy milk", "Say \"hello\""] {
        server.create_todo(token, title);
    }
    let exported = desk.json(&["todo", "export"]);
    assert_eq!(exported["format"], "rondo");
    assert_eq!(exported["todos"].as_array().map(Vec::len), Some(2));
    let table = desk.run(&["todo", "export", "--format", "csv"]);
    assert!(table.succeeded().starts_with("id,title,"), "{table:?}");
    assert_eq!(table.stdout.lines().count(), 3);

    let said = desk.run(&["todo", "export", "-o", "mine.json"]);
    assert!(said.succeeded().contains("mine.json"), "{said:?}");
    let written = site.path("mine.json");
    let file: Value = serde_json::from_str(&read(&written)).expect("JSON");
    assert_eq!(file["todos"], exported["todos"]);
    assert_eq!(
        std::fs::metadata(&written).unwrap().permissions().mode() & 0o777,
        0o600
    );
    site.write("mine.json", "mine");
    ended_with(
        &desk.run(&["todo", "export", "-o", "mine.json"]),
        1,
        &["mine.json", "--force"],
    );
    assert_eq!(read(&written), "mine");
    desk.run(&["todo", "export", "--format", "csv", "-o", "mine.json", "--force"])
        .succeeded();
    assert_eq!(read(&written), table.stdout);
    ended_with(
        &desk.run(&["todo", "export", "-o", "nowhere/mine.json"]),
        1,
        &["nowhere", "cannot be written"],
    );
    server.kill();
    ended_with(
        &desk.run(&["todo", "export", "-o", "late.json"]),
        5,
        &["cannot be reached"],
    );
    let files = std::fs::read_dir(site.path(".")).unwrap().flatten();
    let names: Vec<_> = files
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    assert!(
        !names
            .iter()
            .any(|name| name.contains("late") || name.ends_with(".part")),
        "{names:?}"
    );
}
