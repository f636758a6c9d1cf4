//! Pages of to-dos: their order, their size, and the walk from one to the next.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, on_each_keeper, pointers, text};

on_each_keeper! {
    titles_that_grow_when_they_are_folded_have_pages_too,
    every_sort_orders_both_ways_and_a_walk_by_cursor_is_the_whole,
    a_page_has_twenty_to_dos_or_as_many_as_are_asked_for,
    a_walk_neither_repeats_nor_loses_what_stands_still_while_others_are_written,
    a_cursor_is_good_for_its_own_question_only,
}

const TODOS: &str = "/api/v2/todos";

fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().expect("a page has items").clone()
}

/// The address of the next page, by the header `Link`; checked against the body.
#[track_caller]
fn next(answer: &Answer) -> Option<String> {
    let page = answer.ok();
    if page["next"].is_null() {
        assert!(!answer.has("link"));
        return None;
    }
    let link = answer.header("link");
    let address = link
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix(">; rel=\"next\""))
        .unwrap_or_else(|| panic!("{link}"));
    let cursor = text(&page["next"]);
    assert!(address.ends_with(&format!("cursor={cursor}")), "{link}");
    Some(address.to_owned())
}

/// All to-dos of a query, page by page.
async fn walk(app: &TestApp, person: &Person, query: &str, limit: usize) -> Vec<Value> {
    let mut all = Vec::new();
    let mut path = format!("{TODOS}?{query}&limit={limit}");
    loop {
        let answer = app.by(person).get(&path).await;
        let page = items(&answer.ok());
        assert!(page.len() <= limit);
        let next = next(&answer);
        assert!(
            next.is_none() || page.len() == limit,
            "a page before the last is full"
        );
        all.extend(page);
        match next {
            Some(address) => path = address,
            None => return all,
        }
    }
}

/// What a to-do sorts by, told from what is shown of it.
fn key(sort: &str, todo: &Value) -> Option<String> {
    let shown = |name: &str| todo[name].as_str().map(str::to_owned);
    match sort {
        "position" => shown("position"),
        "created" => shown("created_at"),
        "updated" => shown("updated_at"),
        // Days of this test end in UTC, and moments are written as they sort.
        "due" => shown("due").map(|due| {
            if due.len() == 10 {
                due + "T23:59:59.999Z"
            } else {
                due
            }
        }),
        "priority" => shown("priority").map(|name| {
            let place = ["low", "medium", "high"].iter().position(|known| *known == name);
            place.map_or(String::new(), |place| place.to_string())
        }),
        "title" => shown("title").map(|title| rondo::model::fold(&title)),
        other => panic!("{other} is no sort"),
    }
}

fn sorted(mut todos: Vec<Value>, sort: &str, descending: bool) -> Vec<Value> {
    todos.sort_by(|a, b| {
        let order = match (key(sort, a), key(sort, b)) {
            (Some(a), Some(b)) if descending => b.cmp(&a),
            (Some(a), Some(b)) => a.cmp(&b),
            // Without a value: last, both ways.
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let by_id = text(&a["id"]).cmp(&text(&b["id"]));
        order.then(if descending { by_id.reverse() } else { by_id })
    });
    todos
}

fn titles(todos: &[Value]) -> Vec<String> {
    todos.iter().map(|todo| text(&todo["title"])).collect()
}

async fn every_sort_orders_both_ways_and_a_walk_by_cursor_is_the_whole(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let names = [
        "Äpfel", "apfel", "Zebra", "zebra", "ﬁn", "Fin", "éa", "EB", "10", "9", "🦀", "~",
    ];
    let dues = [
        None,
        Some("2026-03-01"),
        Some("2026-03-01T23:59:59.999Z"),
        Some("2025-12-31"),
        Some("2026-03-02T00:00:00.000Z"),
    ];
    let priorities = [None, Some("low"), Some("high"), Some("medium")];
    let mut paths = Vec::new();
    for number in 0..24 {
        // Some are made in one and the same millisecond, as far as the service knows.
        app.clock.advance(i64::from(number % 3));
        let body = json!({
            "title": names[number as usize % names.len()], "due": dues[number as usize % dues.len()],
            "priority": priorities[number as usize % priorities.len()],
            "tags": if number % 2 == 0 { json!(["even", "é&"]) } else { json!([]) },
        });
        let todo = app.todo(&person, &body).await;
        paths.push(format!("{TODOS}/{}", text(&todo["id"])));
    }
    app.todo(&other, &json!({ "title": "Not mine" })).await;
    for path in [&paths[17], &paths[3], &paths[11]] {
        app.by(&person)
            .patch(path, json!({ "notes": "changed" }))
            .await
            .ok();
    }
    let all = items(&app.by(&person).get(&format!("{TODOS}?limit=100")).await.ok());
    assert_eq!(all.len(), 24);
    assert_eq!(
        titles(&all),
        titles(&sorted(all.clone(), "position", false)),
        "by position without a sort"
    );
    let even: Vec<Value> = all
        .iter()
        .filter(|todo| todo["tags"] != json!([]))
        .cloned()
        .collect();
    for sort in ["position", "created", "updated", "due", "priority", "title"] {
        for descending in [false, true] {
            let name = format!("{}{sort}", if descending { "-" } else { "" });
            let expected = sorted(all.clone(), sort, descending);
            for limit in [100, 7, 1] {
                let found = walk(&app, &person, &format!("sort={name}"), limit).await;
                assert_eq!(titles(&found), titles(&expected), "{name} by {limit}");
                assert_eq!(found, expected, "{name} by {limit}");
            }
            let found = walk(
                &app,
                &person,
                &format!("sort={name}&tag=even&tag=%C3%A9%26&q="),
                5,
            )
            .await;
            assert_eq!(found, sorted(even.clone(), sort, descending), "{name} of a tag");
        }
    }
}

async fn a_page_has_twenty_to_dos_or_as_many_as_are_asked_for(app: TestApp) {
    let person = app.person("person@example.org").await;
    let empty = app.by(&person).get(TODOS).await;
    assert_eq!(empty.ok(), json!({ "items": [], "next": null }));
    assert!(!empty.has("link"));
    let bodies: Vec<Value> = (0..101)
        .map(|number| json!({ "title": format!("{number}") }))
        .collect();
    for some in bodies.chunks(10) {
        join_all(some.iter().map(|body| app.todo(&person, body))).await;
    }
    for (query, expected) in [("", 20), ("?limit=1", 1), ("?limit=99", 99), ("?limit=100", 100)] {
        let answer = app.by(&person).get(&format!("{TODOS}{query}")).await;
        assert_eq!(items(&answer.ok()).len(), expected);
        assert!(next(&answer).is_some());
    }
    // A full last page is known to be the last.
    let whole = walk(&app, &person, "sort=-created", 100).await;
    assert_eq!(whole.len(), 101);
    let path = format!("{TODOS}/{}", text(&whole[0]["id"]));
    app.by(&person).delete(&path).await.expect_empty(204);
    let answer = app.by(&person).get(&format!("{TODOS}?limit=100")).await;
    assert_eq!((items(&answer.ok()).len(), next(&answer)), (100, None));
}

async fn a_walk_neither_repeats_nor_loses_what_stands_still_while_others_are_written(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    for number in 0..20 {
        let priority = (number % 2 == 0).then_some("low");
        let body = json!({ "title": format!("stays {number:02}"), "priority": priority });
        app.todo(&person, &body).await;
    }
    for sort in ["title", "-title", "priority", "-priority", "-created", "position"] {
        let mut found = Vec::new();
        let mut path = format!("{TODOS}?sort={sort}&limit=4");
        for round in 0.. {
            let answer = me.get(&path).await;
            found.extend(titles(&items(&answer.ok())));
            // Meanwhile others come before, behind and between, and go again.
            for title in ["a", "stays 09 and a half", "zz"] {
                let made = app
                    .todo(&person, &json!({ "title": title, "priority": "low" }))
                    .await;
                if round % 2 == 0 {
                    let made = format!("{TODOS}/{}", text(&made["id"]));
                    me.delete(&made).await.expect_empty(204);
                }
            }
            match next(&answer) {
                Some(address) if round < 40 => path = address,
                _ => break,
            }
        }
        found.retain(|title| title.starts_with("stays ") && title.len() == 8);
        found.sort_unstable();
        let expected: Vec<String> = (0..20).map(|number| format!("stays {number:02}")).collect();
        assert_eq!(found, expected, "{sort}");
        for other in walk(&app, &person, "", 100).await {
            if other["title"].as_str().is_some_and(|title| title.len() != 8) {
                me.delete(&format!("{TODOS}/{}", text(&other["id"])))
                    .await
                    .expect_empty(204);
            }
        }
    }
}

async fn a_cursor_is_good_for_its_own_question_only(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    for owner in [&person, &other] {
        for number in 0..5 {
            let body = json!({ "title": format!("{number}"), "tags": ["x"], "due": "2026-03-01" });
            app.todo(owner, &body).await;
        }
    }
    let question = "sort=title&tag=x&done=false&limit=2";
    let first = app.by(&person).get(&format!("{TODOS}?{question}")).await.ok();
    let cursor = text(&first["next"]);
    let ask = async |query: &str, cursor: &str| {
        app.by(&person)
            .get(&format!("{TODOS}?{query}&cursor={cursor}"))
            .await
    };
    // The same question, in another order of its parts and by another number a page.
    for same in [
        question,
        "limit=3&done=false&tag=x&sort=title",
        "done=false&sort=title&tag=x&tag=x",
    ] {
        let page = ask(same, &cursor).await.ok();
        assert_eq!(page["items"][0]["title"], "2", "{same}");
    }
    let refused = |answer: Answer| {
        let refusal = answer.problem(400, "query");
        assert_eq!(pointers(&refusal), ["?cursor"]);
    };
    for another in [
        "",
        "sort=-title&tag=x&done=false",
        "sort=created&tag=x&done=false",
        "sort=title&tag=x",
        "sort=title&tag=x&done=true",
        "sort=title&tag=x&tag=y&done=false",
        "sort=title&tag=x&done=false&q=2",
        "sort=title&tag=x&done=false&priority=low",
        "sort=title&tag=x&done=false&due=none",
        "sort=title&tag=x&done=false&due_before=2027-01-01",
    ] {
        refused(ask(another, &cursor).await);
    }
    // Each of its characters counts, and nothing may be added or left out.
    for place in 0..cursor.len() {
        let mut bytes = cursor.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        refused(ask(question, &String::from_utf8(bytes).expect("ASCII")).await);
    }
    for tampered in [
        &cursor[1..],
        &cursor[..cursor.len() - 1],
        &format!("{cursor}A"),
        &format!("{cursor}="),
        &"A".repeat(5000),
    ] {
        refused(ask(question, tampered).await);
    }
    refused(
        app.by(&other)
            .get(&format!("{TODOS}?{question}&cursor={cursor}"))
            .await,
    );
}

async fn titles_that_grow_when_they_are_folded_have_pages_too(app: TestApp) {
    let person = app.person("person@example.org").await;
    // One character that is eighteen when it is folded.
    let title = "\u{fdfa}".repeat(500);
    for _ in 0..3 {
        app.todo(&person, &json!({ "title": title })).await;
    }
    let (mut seen, mut cursor) = (0, String::new());
    loop {
        let path = format!("/api/v2/todos?sort=title&limit=1{cursor}");
        let page = app.by(&person).get(&path).await.ok();
        seen += page["items"].as_array().expect("items").len();
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, 3);
}
