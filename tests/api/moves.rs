//! Order by hand, one move after the other: who goes where, and who may. Many at once are in `moves_at_once`.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, NOBODY, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    a_to_do_goes_beside_another_and_nothing_else_is_written,
    where_it_stands_already_nothing_is_written,
    done_ones_have_their_place_among_the_others,
    without_a_neighbour_it_goes_to_the_end_of_the_list,
    another_list_takes_it_beside_one_of_its_own_only,
    a_neighbour_that_is_none_is_refused_the_same_whatever_it_is,
    what_is_moved_must_be_ones_own_and_there,
    a_version_that_is_not_the_present_one_is_not_moved,
    steps_are_ordered_among_their_own,
    a_body_names_one_neighbour_or_a_list,
}

const TODOS: &str = "/api/v2/todos";

/// So many to-dos, called by the letters of the alphabet; their ids.
pub async fn alphabet(app: &TestApp, person: &Person, count: u8) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        // A second apart, so that their order is that of the alphabet whatever their ids are.
        app.clock.advance(1000);
        let title = char::from(b'A' + number).to_string();
        ids.push(text(&app.todo(person, &json!({ "title": title })).await["id"]));
    }
    ids
}

pub async fn move_to(app: &TestApp, person: &Person, id: &str, body: Value) -> Answer {
    app.by(person).post(&format!("{TODOS}/{id}/move"), body).await
}

/// The titles in their order by hand, in one word.
async fn order(app: &TestApp, person: &Person) -> String {
    app.titles(person, "limit=100").await.concat()
}

async fn shown(app: &TestApp, person: &Person, id: &str) -> Value {
    app.by(person).get(&format!("{TODOS}/{id}")).await.ok()
}

async fn a_to_do_goes_beside_another_and_nothing_else_is_written(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 5).await;
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|number: usize| ids[number].as_str());
    for (id, body, expected) in [
        (e, json!({ "after": a }), "AEBCD"),
        (a, json!({ "before": d }), "EBCAD"),
        (d, json!({ "before": e }), "DEBCA"),
        (d, json!({ "after": a }), "EBCAD"),
        (c, json!({ "after": b }), "EBCAD"),
        (b, json!({ "after": c }), "ECBAD"),
        (e, json!({ "before": d, "list_id": null }), "CBAED"),
    ] {
        let mut before = Vec::new();
        for other in ids.iter().filter(|other| *other != id) {
            before.push(shown(&app, &person, other).await);
        }
        let answer = move_to(&app, &person, id, body.clone()).await;
        let moved = answer.ok();
        assert_eq!(order(&app, &person).await, expected, "{body}");
        assert_eq!(shown(&app, &person, id).await, moved);
        assert!(
            answer
                .header("etag")
                .starts_with(&format!("\"{}-", moved["version"]))
        );
        for other in before {
            assert_eq!(shown(&app, &person, &text(&other["id"])).await, other);
        }
    }
}

async fn where_it_stands_already_nothing_is_written(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 3).await;
    for (id, body) in [
        (&ids[1], json!({ "after": ids[0] })),
        (&ids[1], json!({ "before": ids[2] })),
        (&ids[0], json!({ "before": ids[1] })),
        (&ids[2], json!({ "list_id": null })),
    ] {
        let before = shown(&app, &person, id).await;
        assert_eq!(move_to(&app, &person, id, body).await.ok(), before);
    }
    assert_eq!(order(&app, &person).await, "ABC");
}

async fn done_ones_have_their_place_among_the_others(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 4).await;
    for id in [&ids[1], &ids[3]] {
        app.by(&person)
            .patch(&format!("{TODOS}/{id}"), json!({ "done": true }))
            .await
            .ok();
    }
    move_to(&app, &person, &ids[2], json!({ "after": ids[0] }))
        .await
        .ok();
    assert_eq!(order(&app, &person).await, "ACBD");
    move_to(&app, &person, &ids[3], json!({ "after": ids[0] }))
        .await
        .ok();
    move_to(&app, &person, &ids[0], json!({ "after": ids[1] }))
        .await
        .ok();
    assert_eq!(order(&app, &person).await, "DCBA");
}

async fn without_a_neighbour_it_goes_to_the_end_of_the_list(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 3).await;
    move_to(&app, &person, &ids[0], json!({ "list_id": null }))
        .await
        .ok();
    assert_eq!(order(&app, &person).await, "BCA");
    // What is made later stands behind it; and it goes behind what a clock of the future made.
    app.clock.advance(10_000);
    let later = app.todo(&person, &json!({ "title": "L" })).await;
    app.clock.advance(-10_000);
    move_to(&app, &person, &ids[1], json!({ "list_id": null }))
        .await
        .ok();
    assert_eq!(order(&app, &person).await, "CALB");
    move_to(&app, &person, &text(&later["id"]), json!({ "list_id": null }))
        .await
        .ok();
    assert_eq!(order(&app, &person).await, "CABL");
}

async fn another_list_takes_it_beside_one_of_its_own_only(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 4).await;
    let list = list(&app, &person).await;
    let moved = move_to(&app, &person, &ids[0], json!({ "list_id": list }))
        .await
        .ok();
    assert_eq!(moved["list_id"], list);
    let body = json!({ "list_id": list, "before": ids[0] });
    move_to(&app, &person, &ids[3], body).await.ok();
    let body = json!({ "after": ids[3] });
    let refused = move_to(&app, &person, &ids[1], body).await;
    assert_eq!(pointers(&refused.problem(422, "schema")), ["/after"]);
    let body = json!({ "list_id": list, "after": ids[3] });
    let moved = move_to(&app, &person, &ids[1], body).await.ok();
    assert_eq!(moved["list_id"], list);
    let in_list = app.titles(&person, &format!("list={list}")).await.concat();
    assert_eq!(
        (in_list.as_str(), app.titles(&person, "list=inbox").await),
        ("DBA", vec!["C".into()])
    );
    // Without a list it stays in its own, and may be named with it.
    move_to(&app, &person, &ids[0], json!({ "before": ids[3] }))
        .await
        .ok();
    let body = json!({ "list_id": list, "before": ids[0] });
    move_to(&app, &person, &ids[1], body).await.ok();
    let in_list = app.titles(&person, &format!("list={list}")).await.concat();
    assert_eq!(in_list, "BAD");
    // Out of it again.
    let body = json!({ "list_id": null, "before": ids[2] });
    assert_eq!(
        move_to(&app, &person, &ids[0], body).await.ok()["list_id"],
        Value::Null
    );
    assert_eq!(app.titles(&person, "list=inbox").await.concat(), "AC");
}

async fn a_neighbour_that_is_none_is_refused_the_same_whatever_it_is(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let ids = alphabet(&app, &person, 4).await;
    let theirs = text(&app.todo(&other, &json!({ "title": "Theirs" })).await["id"]);
    app.by(&person)
        .delete(&format!("{TODOS}/{}", ids[1]))
        .await
        .expect_empty(204);
    let list = list(&app, &person).await;
    move_to(&app, &person, &ids[2], json!({ "list_id": list }))
        .await
        .ok();
    let before = shown(&app, &person, &ids[0]).await;
    for side in ["after", "before"] {
        for neighbour in [&*theirs, NOBODY, &ids[1], &ids[2]] {
            let answer = move_to(&app, &person, &ids[0], json!({ side: neighbour })).await;
            let problem = answer.problem(422, "schema");
            assert_eq!(problem["detail"], "no such to-do in this list");
            assert_eq!(pointers(&problem), [format!("/{side}")]);
        }
        let answer = move_to(&app, &person, &ids[0], json!({ side: ids[0] })).await;
        let problem = answer.problem(422, "schema");
        assert_eq!(problem["detail"], "a to-do is not moved beside itself");
        assert_eq!(pointers(&problem), [format!("/{side}")]);
    }
    assert_eq!(shown(&app, &person, &ids[0]).await, before);
}

async fn what_is_moved_must_be_ones_own_and_there(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let ids = alphabet(&app, &person, 2).await;
    let theirs = text(&app.todo(&other, &json!({ "title": "Theirs" })).await["id"]);
    app.by(&person)
        .delete(&format!("{TODOS}/{}", ids[1]))
        .await
        .expect_empty(204);
    for id in [&*theirs, NOBODY, &ids[1], "no-id"] {
        let answer = move_to(&app, &person, id, json!({ "after": ids[0] })).await;
        answer.problem(404, "not-found");
    }
}

async fn a_version_that_is_not_the_present_one_is_not_moved(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 3).await;
    let path = format!("{TODOS}/{}/move", ids[0]);
    let if_match = async |tag: &str, body: Value| {
        let request = app.by(&person).request(reqwest::Method::POST, &path);
        ask(request.header("If-Match", tag).json(&body)).await
    };
    let shown = app.by(&person).get(&format!("{TODOS}/{}", ids[0])).await;
    let tag = shown.header("etag").to_owned();
    if_match(&tag, json!({ "after": ids[1] })).await.ok();
    if_match(&tag, json!({ "after": ids[2] }))
        .await
        .problem(412, "stale");
    assert_eq!(order(&app, &person).await, "BAC");
    if_match("*", json!({ "after": ids[2] })).await.ok();
    assert_eq!(order(&app, &person).await, "BCA");
    if_match("x", json!({ "after": ids[2] }))
        .await
        .problem(400, "header");
}

async fn steps_are_ordered_among_their_own(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 3).await;
    let steps = [
        step(&app, &person, &ids[0], "1").await,
        step(&app, &person, &ids[0], "2").await,
        step(&app, &person, &ids[0], "3").await,
        step(&app, &person, &ids[1], "4").await,
    ];
    move_to(&app, &person, &steps[2], json!({ "before": steps[0] }))
        .await
        .ok();
    move_to(&app, &person, &steps[0], json!({ "after": steps[1] }))
        .await
        .ok();
    let of = format!("parent={}", ids[0]);
    assert_eq!(app.titles(&person, &of).await.concat(), "321");
    assert_eq!(app.titles(&person, "parent=none").await.concat(), "ABC");
    for (id, neighbour) in [
        (&steps[0], &steps[3]),
        (&steps[0], &ids[0]),
        (&steps[0], &ids[2]),
        (&ids[2], &steps[0]),
    ] {
        let refused = move_to(&app, &person, id, json!({ "after": neighbour })).await;
        let problem = refused.problem(422, "schema");
        assert_eq!(problem["detail"], "no such to-do in this list");
    }
    let list = list(&app, &person).await;
    let refused = move_to(&app, &person, &steps[0], json!({ "list_id": list })).await;
    assert_eq!(pointers(&refused.problem(422, "schema")), ["/list_id"]);
    // To the end of its own.
    move_to(&app, &person, &steps[2], json!({ "list_id": null }))
        .await
        .ok();
    assert_eq!(app.titles(&person, &of).await.concat(), "213");
}

async fn a_body_names_one_neighbour_or_a_list(app: TestApp) {
    let person = app.person("person@example.org").await;
    let ids = alphabet(&app, &person, 2).await;
    for (body, pointer) in [
        (json!({}), ""),
        (json!({ "after": ids[1], "before": ids[1] }), ""),
        (json!({ "after": null }), "/after"),
        (json!({ "before": "x" }), "/before"),
        (json!({ "after": ids[1], "list_id": "inbox" }), "/list_id"),
        (json!({ "after": ids[1], "position": "1" }), "/position"),
        (json!([]), ""),
    ] {
        let answer = move_to(&app, &person, &ids[0], body.clone()).await;
        assert_eq!(pointers(&answer.problem(422, "schema")), [pointer], "{body}");
    }
    let both = json!({ "after": ids[1], "before": ids[1] });
    let problem = move_to(&app, &person, &ids[0], both).await.problem(422, "schema");
    assert_eq!(problem["detail"], "after and before exclude each other");
    assert_eq!(order(&app, &person).await, "AB");
}

/// A list of the person's.
async fn list(app: &TestApp, person: &Person) -> String {
    let made = app
        .by(person)
        .post("/api/v2/lists", json!({ "name": "A list" }))
        .await;
    text(&made.expect(201)["id"])
}

/// A step of a to-do.
async fn step(app: &TestApp, person: &Person, of: &str, title: &str) -> String {
    app.clock.advance(1000);
    let body = json!({ "title": title, "parent_id": of });
    text(&app.todo(person, &body).await["id"])
}
