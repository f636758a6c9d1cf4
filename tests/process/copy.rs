//! `rondo copy`: an installation moves from one database into another, killed at any moment too, and is the same
//! to those who use it.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::Keeper;
use crate::http::Request;
use crate::installation::{Installation, SECRET};
use crate::migrations::db_mongo;
use crate::server::{PASSWORD, Server, SignedIn, wait_for_end};

/// The ways from a database to another one.
const WAYS: [(Keeper, Keeper); 4] = [
    (Keeper::Sqlite, Keeper::Mongo),
    (Keeper::Mongo, Keeper::Sqlite),
    (Keeper::Sqlite, Keeper::Sqlite),
    (Keeper::Mongo, Keeper::Mongo),
];

/// An installation over a database of its own, with the secret that all of them have here.
pub fn site(keeper: Keeper) -> Option<Installation> {
    let mut site = Installation::on(keeper)?;
    site.set("SECRET", SECRET);
    Some(site)
}

/// Two installations; `None` if one of the databases was left out on purpose.
fn two((from, to): (Keeper, Keeper)) -> Option<(Installation, Installation)> {
    Some((site(from)?, site(to)?))
}

/// The command that copies from one into the other.
fn copying<'a>(from: &'a Installation, to: &'a Installation) -> [&'a str; 6] {
    ["copy", "--yes", "--from", from.address(), "--to", to.address()]
}

/// The mark of a copy that has not come to its end, if there is one, and the id of the first to-do; behind the back
/// of the service.
fn db_state(site: &Installation) -> (Option<String>, Option<String>) {
    if let Some(file) = site.database_file() {
        if !file.exists() {
            return (None, None);
        }
        let connection = rusqlite::Connection::open(file).unwrap();
        // Before the migrations there are no such tables.
        let text = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).ok();
        let mark = text("SELECT value FROM facts WHERE name = 'unfinished_copy'");
        return (mark, text("SELECT id FROM todos ORDER BY owner, id LIMIT 1"));
    }
    db_mongo(site, async |database| {
        let of = |name: &str| database.collection::<bson::Document>(name);
        let mark = of("facts")
            .find_one(bson::doc! { "_id": "unfinished_copy" })
            .await;
        let todos = of("todos");
        let first = todos
            .find_one(bson::doc! {})
            .sort(bson::doc! { "owner": 1, "_id": 1 });
        let id = first
            .await
            .unwrap()
            .map(|todo| todo.get_object_id("_id").unwrap().to_hex());
        (
            mark.unwrap()
                .map(|mark| mark.get_str("value").unwrap().to_owned()),
            id,
        )
    })
}

fn db_put_mark(site: &Installation, mark: &str) {
    if let Some(file) = site.database_file() {
        let connection = rusqlite::Connection::open(file).unwrap();
        let put = "INSERT INTO facts (name, value) VALUES ('unfinished_copy', ?)";
        connection.execute(put, [mark]).unwrap();
        return;
    }
    db_mongo(site, async |database| {
        let facts = database.collection::<bson::Document>("facts");
        let mark = bson::doc! { "_id": "unfinished_copy", "value": mark };
        facts.insert_one(mark).await.unwrap();
    });
}

fn db_remove_todo(site: &Installation, id: &str) {
    if let Some(file) = site.database_file() {
        let connection = rusqlite::Connection::open(file).unwrap();
        assert_eq!(
            connection
                .execute("DELETE FROM todos WHERE id = ?", [id])
                .unwrap(),
            1
        );
        return;
    }
    db_mongo(site, async |database| {
        let own = bson::doc! { "_id": bson::oid::ObjectId::parse_str(id).unwrap() };
        let removed = database
            .collection::<bson::Document>("todos")
            .delete_one(own)
            .await
            .unwrap();
        assert_eq!(removed.deleted_count, 1);
    });
}

/// Fills an installation by its API with all that people leave behind.
fn live_in(server: &Server) -> SignedIn {
    let me = server.person("person@example.org");
    let token = me.access_token.as_str();
    let ask = |request: Request, status| server.ask(&request.token(token)).expect(status);
    ask(
        Request::new("PATCH", "/api/v2/users/me")
            .json(&json!({ "name": "Ada 🦀", "time_zone": "Europe/Rome", "language": "it" })),
        200,
    );
    let full = json!({
        "title": "Ünïcode \"quoted\"", "notes": "Two\nlines", "due": "2027-02-03", "priority": "high",
        "tags": ["home", "b c"],
    });
    let first = ask(
        Request::post("/api/v2/todos", &full).header("Idempotency-Key", "a key of mine"),
        201,
    );
    for number in 0..7 {
        server.create_todo(token, &format!("To-do {number}"));
    }
    let of = |todo: &Value| format!("/api/v2/todos/{}", todo["id"].as_str().unwrap());
    ask(
        Request::new("PATCH", &of(&first)).json(&json!({ "done": true })),
        200,
    );
    let list = ask(Request::post("/api/v2/lists", &json!({ "name": "Home" })), 201);
    let inside = json!({ "title": "In a list", "list_id": list["id"] });
    ask(Request::post("/api/v2/todos", &inside), 201);
    // A step of another to-do, one in the trash, and one of which nothing is left.
    let step = json!({ "title": "A step", "parent_id": server.create_todo(token, "In steps")["id"] });
    ask(Request::post("/api/v2/todos", &step), 201);
    for (title, how) in [("In the trash", ""), ("Gone", "?purge=true")] {
        let todo = server.create_todo(token, title);
        ask(Request::new("DELETE", &format!("{}{how}", of(&todo))), 204);
    }

    // A session that was ended, an account that is no more, and one that may not sign in.
    let ended = server.sign_in("person@example.org");
    let out = Request::new("DELETE", "/api/v2/sessions/current").token(&ended.access_token);
    server.ask(&out).expect(204);
    let leaving = server.person("leaving@example.org");
    server.create_todo(&leaving.access_token, "Of nobody");
    let leave = Request::new("DELETE", "/api/v2/users/me").json(&json!({ "current_password": PASSWORD }));
    server.ask(&leave.token(&leaving.access_token)).expect(204);
    let other = server.person("other@example.org");
    server.create_todo(&other.access_token, "Of another");
    // An attempt at a sign-in that is counted.
    assert_eq!(
        server
            .try_sign_in("person@example.org", "a wrong password")
            .status,
        401
    );
    me
}

/// All that somebody who is signed in can see.
fn seen(server: &Server, me: &SignedIn) -> Vec<Value> {
    let paths = [
        "/api/v2/users/me",
        "/api/v2/sessions",
        "/api/v2/todos?limit=100",
        "/api/v2/todos?limit=100&sort=-due&done=true",
        "/api/v2/todos?limit=100&sort=title&q=to-do",
        "/api/v2/todos?limit=100&deleted=true",
        "/api/v2/lists",
    ];
    paths
        .map(|path| {
            let answer = server.ask(&Request::get(path).token(&me.access_token));
            assert_eq!(answer.status, 200, "{path}: {}", server.log());
            answer.json()
        })
        .into()
}

#[test]
fn an_installation_that_was_copied_is_the_same_to_those_who_use_it() {
    for way in WAYS {
        let Some((from, to)) = two(way) else { continue };
        let server = from.serve();
        let me = live_in(&server);
        from.run(&["user", "disable", "other@example.org"]).succeeded();
        from.run(&["keys", "rotate"]).succeeded();
        let page = Request::get("/api/v2/todos?limit=3").token(&me.access_token);
        let next = server.ask(&page).expect(200)["next"].as_str().unwrap().to_owned();
        let next = Request::get(&format!("/api/v2/todos?limit=3&cursor={next}")).token(&me.access_token);
        let second_page = server.ask(&next).expect(200);
        let before = seen(&server, &me);
        server.stop();

        let said = to.run(&copying(&from, &to));
        let lines: Vec<_> = said.succeeded().lines().collect();
        for (kind, count) in [
            ("users ", "3"),
            ("lists ", "1"),
            ("to-dos ", "14"),
            ("signing keys ", "2"),
            ("attempts ", "1"),
        ] {
            let line = lines.iter().find(|line| line.starts_with(kind));
            let line = line.unwrap_or_else(|| panic!("{way:?}: {kind}: {said:?}"));
            let words: Vec<_> = line[kind.len()..].split_whitespace().collect();
            assert_eq!(
                (words[0], words[1], words[2].len()),
                (count, "sha256", 64),
                "{way:?}: {line}"
            );
        }
        assert!(
            said.stdout.contains("the same in both") && said.stdout.contains("fingerprint"),
            "{said:?}"
        );

        let server = to.serve();
        assert_eq!(
            seen(&server, &me),
            before,
            "{way:?}: also by the access token of before"
        );
        assert_eq!(
            server.ask(&next).expect(200),
            second_page,
            "{way:?}: who leafs through goes on"
        );
        let refresh = json!({ "refresh_token": me.refresh_token });
        server.post("/api/v2/sessions/refresh", &refresh).expect(200);
        server.sign_in("person@example.org");
        for (email, status) in [("leaving@example.org", 401), ("other@example.org", 401)] {
            assert_eq!(
                server.try_sign_in(email, PASSWORD).status,
                status,
                "{way:?}: {email}"
            );
        }
        // What is sent again under its key is done once.
        let again = Request::post(
            "/api/v2/todos",
            &json!({
                "title": "Ünïcode \"quoted\"", "notes": "Two\nlines", "due": "2027-02-03", "priority": "high",
                "tags": ["home", "b c"],
            }),
        );
        let count = server.titles(&me.access_token).len();
        let again = again
            .header("Idempotency-Key", "a key of mine")
            .token(&me.access_token);
        server.ask(&again).expect(201);
        assert_eq!(server.titles(&me.access_token).len(), count, "{way:?}");
        server.create_todo(&me.access_token, "After the move");
        assert_eq!(server.titles(&me.access_token).len(), count + 1, "{way:?}");
        server.stop();
        // The source is as it was, and can be served still.
        let server = from.serve();
        assert_eq!(seen(&server, &me)[2], before[2], "{way:?}");
        server.stop();
        assert!(to.run(&["doctor"]).stdout.contains("ok       secret"), "{way:?}");
    }
}

/// An installation with enough in it that a copy takes a while.
fn large(site: &Installation) -> SignedIn {
    let seed = [
        "seed",
        "--demo",
        "--users",
        "3",
        "--todos",
        "100",
        "--password-stdin",
    ];
    site.run_with(&seed, PASSWORD).succeeded();
    let server = site.serve();
    let me = server.sign_in("demo@example.org");
    server.stop();
    me
}

/// Begins a copy and kills it after so long.
fn cut(from: &Installation, to: &Installation, after: Duration) {
    let mut command = to.command(&copying(from, to));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // Not a wait for something: the moment of the blow is what is tried out.
    std::thread::sleep(after);
    let _ = child.kill();
    wait_for_end(&mut child, Duration::from_secs(10));
}

#[test]
fn a_copy_that_is_killed_is_served_by_nobody_and_goes_on_where_it_was() {
    for way in &WAYS[..2] {
        let Some((from, to)) = two(*way) else { continue };
        let me = large(&from);
        // Else most blows would fall before its first row.
        to.run(&["migrate"]).succeeded();
        let mut was_cut = 0;
        for number in 2..30_u64 {
            cut(&from, &to, Duration::from_millis(number * 25));
            match db_state(&to).0 {
                None if was_cut > 0 => break,
                None => continue,
                Some(_) => was_cut += 1,
            }
            to.run(&["user", "list"])
                .refuses_with(&["unfinished copy of", "run `rondo copy` again"]);
        }
        assert!(was_cut > 1, "{way:?}: it was never cut half-way");
        if db_state(&to).0.is_some() {
            to.run(&["serve"])
                .refuses_with(&["unfinished copy of", "run `rondo copy` again"]);
            let doctor = to.run(&["doctor"]);
            assert!(
                doctor
                    .stdout
                    .contains("failed   migrations      the database is an unfinished copy of")
            );
            let said = to.run(&copying(&from, &to));
            assert!(
                said.succeeded().contains("(what was missing)"),
                "{way:?}: {said:?}"
            );
        }
        let server = from.serve();
        let before = seen(&server, &me);
        server.stop();
        let server = to.serve();
        assert_eq!(seen(&server, &me), before, "{way:?}");
        assert_eq!(server.titles(&me.access_token).len(), 100);
        server.sign_in("demo3@example.org");
        server.stop();
        // A second copy finds a database that is in use.
        to.run(&copying(&from, &to)).refuses_with(&[
            "is not empty (users: 3)",
            "name a database that has nothing in it",
        ]);
    }
}

/// Does what a service does to rows that were copied already: some go, some change, others come.
fn serve_meanwhile(site: &Installation, me: &SignedIn) {
    let server = site.serve();
    let token = me.access_token.as_str();
    let todos = server.ask(&Request::get("/api/v2/todos?limit=3").token(token));
    let todos = todos.expect(200)["items"].as_array().unwrap().clone();
    let of = |number: usize| format!("/api/v2/todos/{}", todos[number]["id"].as_str().unwrap());
    let done = Request::new("PATCH", &of(0)).json(&json!({ "done": true }));
    server.ask(&done.token(token)).expect(200);
    let purge = Request::new("DELETE", &format!("{}?purge=true", of(1)));
    server.ask(&purge.token(token)).expect(204);
    server.create_todo(token, "Meanwhile");
    // The address of an account that is no more belongs to another one.
    let leaving = server.sign_in("demo3@example.org");
    let leave = Request::new("DELETE", "/api/v2/users/me").json(&json!({ "current_password": PASSWORD }));
    server.ask(&leave.token(&leaving.access_token)).expect(204);
    server.person("demo3@example.org");
    server.stop();
}

#[test]
fn a_copy_whose_source_was_served_meanwhile_is_completed_by_a_rerun() {
    for way in WAYS {
        let Some((from, to)) = two(way) else { continue };
        let me = large(&from);
        let said = to.run(&copying(&from, &to));
        let (_, rest) = said.succeeded().split_once("copied ").unwrap();
        let (name, _) = rest.split_once(" to ").unwrap();
        // As if it had been cut: before the comparison, among the sessions, and after its first batch.
        for (kinds, after) in [(11, Value::Null), (1, json!("f".repeat(24))), (0, Value::Null)] {
            let mark = json!({ "from": name, "kinds": kinds, "after": after });
            db_put_mark(&to, &mark.to_string());
            serve_meanwhile(&from, &me);
            // Nothing is left in the source of what was removed for good.
            let (_, first) = db_state(&from);
            db_remove_todo(&from, &first.unwrap());
            to.run(&["serve"]).refuses_with(&["unfinished copy of"]);
            let said = to.run(&copying(&from, &to));
            assert!(
                said.succeeded().contains("(what was missing)"),
                "{way:?}: {said:?}"
            );
            assert_eq!(db_state(&to), db_state(&from), "{way:?}");
        }
        let server = from.serve();
        let before = seen(&server, &me);
        server.stop();
        let server = to.serve();
        assert_eq!(seen(&server, &me), before, "{way:?}");
        server.sign_in("demo3@example.org");
        server.stop();
    }
}

#[test]
fn what_is_not_of_this_copy_is_never_removed() {
    for way in &WAYS[..2] {
        let Some((from, to)) = two(*way) else { continue };
        from.run(&["migrate"]).succeeded();
        let server = to.serve();
        let me = server.person("person@example.org");
        server.create_todo(&me.access_token, "Mine");
        server.stop();
        to.run(&copying(&from, &to)).refuses_with(&["is not empty"]);
        // Nor with the mark of another source, which only that one takes away.
        let mark = json!({ "from": "sqlite:elsewhere.db", "kinds": 0, "after": null });
        db_put_mark(&to, &mark.to_string());
        to.run(&copying(&from, &to))
            .refuses_with(&["is an unfinished copy of sqlite:elsewhere.db, not of"]);
        assert!(db_state(&to).1.is_some(), "{way:?}: the to-do is there");
    }
}
