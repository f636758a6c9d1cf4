//! `Idempotency-Key` as clients see it: what is sent again is done once, and answered as the first time.
//! What the store must do for it is in `tests/store`; a real process dies in `tests/process`.

use reqwest::Method;
use reqwest::header::HeaderValue;
use rondo::http::routes::{ENDPOINTS, Endpoint, Mount};
use serde_json::{Value, json};

use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::idempotency_kept::db_attempts;
use crate::support::{Answer, ask, on_each_keeper, text};

on_each_keeper! {
    a_repeat_is_answered_as_the_first_time_byte_for_byte,
    white_space_the_order_of_members_and_quotes_make_no_other_request,
    the_same_key_with_another_body_is_refused_and_does_nothing,
    a_key_is_its_owners_own,
    without_a_key_each_request_is_done_and_version_1_takes_none,
    what_is_no_key_is_refused,
    keys_that_look_like_operators_are_keys_and_no_more,
    what_is_refused_before_anything_is_done_does_not_use_the_key_up,
    of_many_at_once_with_one_key_one_is_done,
    of_many_at_once_with_one_key_and_different_bodies_one_is_done_and_the_others_are_refused,
    the_table_of_routes_says_which_take_a_key,
}

const TODOS: &str = "/api/v2/todos";

/// A POST of a to-do under a key.
pub async fn keyed(app: &TestApp, person: &Person, key: &str, body: &Value) -> Answer {
    keyed_raw(app, person, key.as_bytes(), body.to_string()).await
}

/// The same, with these very bytes.
async fn keyed_raw(app: &TestApp, person: &Person, key: &[u8], body: String) -> Answer {
    let key = HeaderValue::from_bytes(key).expect("it can stand in a header");
    let request = app.by(person).request(Method::POST, TODOS);
    let request = request.header("Content-Type", "application/json").body(body);
    ask(request.header("Idempotency-Key", key)).await
}

#[track_caller]
pub fn assert_repeat(repeat: &Answer, first: &Answer) {
    assert_eq!((repeat.status, &repeat.text()), (201, &first.text()));
    for header in ["location", "etag", "cache-control", "content-type"] {
        assert_eq!(repeat.header(header), first.header(header));
    }
    assert_eq!(repeat.header("idempotency-replayed"), "true");
}

pub async fn count(app: &TestApp, person: &Person) -> usize {
    app.titles(person, "limit=100").await.len()
}

async fn a_repeat_is_answered_as_the_first_time_byte_for_byte(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({
        "title": "Écrire à l'été 🦀", "notes": "Zwei\nZeilen \"quoted\" \\", "done": true,
        "due": "2026-11-22", "time_zone": "Asia/Tokyo", "priority": "high", "tags": ["a", "$where"],
    });
    let first = keyed(&app, &person, "8e03978e-40d5-43e8-bc93-6894a57f9324", &body).await;
    let todo = first.expect(201);
    assert!(!first.has("idempotency-replayed"));
    let path = first.header("location").to_owned();
    assert_eq!(path, format!("{TODOS}/{}", text(&todo["id"])));
    let repeat = async || keyed(&app, &person, "8e03978e-40d5-43e8-bc93-6894a57f9324", &body).await;
    app.clock.advance(60_000);
    assert_repeat(&repeat().await, &first);
    assert_eq!(count(&app, &person).await, 1);
    // Whatever became of it since.
    app.by(&person)
        .patch(&path, json!({ "title": "Other" }))
        .await
        .ok();
    assert_repeat(&repeat().await, &first);
    app.by(&person).delete(&path).await.expect_empty(204);
    assert_repeat(&repeat().await, &first);
    assert_eq!(count(&app, &person).await, 0);
}

async fn white_space_the_order_of_members_and_quotes_make_no_other_request(app: TestApp) {
    let person = app.person("person@example.org").await;
    let bodies = [
        r#"{"title":"Milk é","done":false,"tags":["a","b"]}"#,
        "\r\n{ \"tags\" : [ \"a\" ,\t\"b\" ] , \"title\" : \"Milk \\u00e9\",\n\"done\":false }  ",
    ];
    let first = keyed_raw(&app, &person, b"one", bodies[0].into()).await;
    first.expect(201);
    for key in ["one", "\"one\"", "  one "] {
        for body in bodies {
            assert_repeat(
                &keyed_raw(&app, &person, key.as_bytes(), body.into()).await,
                &first,
            );
        }
    }
    // Nor does another way of writing the path.
    let request = app.by(&person).request(Method::POST, "//api/v2//todos");
    let request = request.header("Content-Type", "application/json").body(bodies[0]);
    assert_repeat(&ask(request.header("Idempotency-Key", "one")).await, &first);
    assert_eq!(count(&app, &person).await, 1);
}

async fn the_same_key_with_another_body_is_refused_and_does_nothing(app: TestApp) {
    let person = app.person("person@example.org").await;
    let first = keyed(&app, &person, "key", &json!({ "title": "Milk" })).await;
    first.expect(201);
    for other in [
        json!({ "title": "milk" }),
        json!({ "title": "Milk", "done": false }),
        json!({ "title": "Milk", "notes": null }),
    ] {
        let answer = keyed(&app, &person, "key", &other).await;
        let problem = answer.problem(422, "idempotency-key");
        assert_eq!(problem["errors"][0]["pointer"], "Idempotency-Key");
        assert!(!answer.has("idempotency-replayed"));
    }
    assert_eq!(app.titles(&person, "").await, ["Milk"]);
    assert_repeat(
        &keyed(&app, &person, "key", &json!({ "title": "Milk" })).await,
        &first,
    );
    keyed(&app, &person, "Key", &json!({ "title": "milk" }))
        .await
        .expect(201);
}

async fn a_key_is_its_owners_own(app: TestApp) {
    let (one, other) = (
        app.person("one@example.org").await,
        app.person("other@example.org").await,
    );
    let body = json!({ "title": "Milk" });
    let mine = keyed(&app, &one, "key", &body).await.expect(201);
    let theirs = keyed(&app, &other, "key", &json!({ "title": "Bread" })).await;
    assert_ne!(theirs.expect(201)["id"], mine["id"]);
    assert!(!theirs.has("idempotency-replayed"));
    // Another session of the same person is the same person.
    let again = app.person_again("one@example.org").await;
    assert_eq!(keyed(&app, &again, "key", &body).await.expect(201), mine);
    assert_eq!((count(&app, &one).await, count(&app, &other).await), (1, 1));
    app.anybody()
        .post(TODOS, body)
        .await
        .problem(401, "unauthenticated");
}

async fn without_a_key_each_request_is_done_and_version_1_takes_none(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    for _ in 0..2 {
        app.by(&person).post(TODOS, body.clone()).await.expect(201);
        let request = app.by(&person).request(Method::POST, "/todo").json(&body);
        ask(request.header("Idempotency-Key", "key")).await.ok();
    }
    assert_eq!(count(&app, &person).await, 4);
}

async fn what_is_no_key_is_refused(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    let (longest, too_long) = ("k".repeat(255), "k".repeat(256));
    let quoted = format!("\"{too_long}\"");
    for key in [
        "",
        "  ",
        "\"\"",
        "\"",
        "\"a",
        "\"a\"b",
        "\"a\", \"b\"",
        "\"a\";p=1",
        "\"\\a\"",
        "a\tb",
        "é",
        "🔑",
        &too_long,
        &quoted,
    ] {
        let answer = keyed_raw(&app, &person, key.as_bytes(), body.to_string()).await;
        let problem = answer.problem(400, "header");
        assert_eq!(problem["errors"][0]["pointer"], "Idempotency-Key");
        let shown = key.trim_matches(['"', ' ']);
        assert!(
            shown.len() < 3 || !answer.text().contains(shown),
            "{}",
            answer.text()
        );
    }
    for keys in [["a", "a"], ["a", "b"]] {
        let mut request = app.by(&person).request(Method::POST, TODOS).json(&body);
        for key in keys {
            request = request.header("Idempotency-Key", key);
        }
        ask(request).await.problem(400, "header");
    }
    assert_eq!(count(&app, &person).await, 0);
    let first = keyed(&app, &person, &longest, &body).await;
    first.expect(201);
    assert_repeat(
        &keyed(&app, &person, &format!("\"{longest}\""), &body).await,
        &first,
    );
}

async fn keys_that_look_like_operators_are_keys_and_no_more(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    let keys = [
        "{\"$ne\":1}",
        "{\"$gt\":\"\"}",
        "$where",
        "a.b",
        "a.$b",
        "[$ne]=1",
        "' OR 1=1 --",
        "'; DROP TABLE attempts; --",
        "%",
        "_",
        "*",
        "\\",
        "null",
        "../../etc/passwd",
        "<script>",
        "%00",
        "a,b",
    ];
    let mut ids = Vec::new();
    for key in keys {
        let first = keyed(&app, &person, key, &body).await;
        assert!(!first.has("idempotency-replayed"), "{key}");
        ids.push(text(&first.expect(201)["id"]));
        assert_repeat(&keyed(&app, &person, key, &body).await, &first);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), keys.len());
    assert_eq!(count(&app, &person).await, keys.len());
}

async fn what_is_refused_before_anything_is_done_does_not_use_the_key_up(app: TestApp) {
    let person = app.person("person@example.org").await;
    let refused = keyed(&app, &person, "key", &json!({ "title": "" })).await;
    refused.problem(422, "schema");
    keyed_raw(&app, &person, b"key", "{".into())
        .await
        .problem(400, "malformed");
    let request = app.by(&person).request(Method::POST, TODOS).body("title=Milk");
    ask(request.header("Idempotency-Key", "key"))
        .await
        .problem(415, "media-type");
    let request = app
        .request(Method::POST, TODOS)
        .json(&json!({ "title": "Bread" }));
    ask(request.header("Idempotency-Key", "key"))
        .await
        .problem(401, "unauthenticated");
    assert_eq!(db_attempts(&app).await, 0);
    let made = keyed(&app, &person, "key", &json!({ "title": "Milk" })).await;
    made.expect(201);
    assert!(!made.has("idempotency-replayed"));
}

/// What many requests at once under one key came to: each is the to-do or says that it is in progress, and
/// at least one is the to-do.
async fn check_all_alike(app: &TestApp, person: &Person, answers: Vec<Answer>, body: &Value) {
    let first = loop {
        // All were answered, so that nothing is in progress for long.
        let answer = keyed(app, person, "key", body).await;
        if answer.status == 201 {
            break answer;
        }
        answer.problem(409, "in-progress");
    };
    let mut made = 0;
    for answer in answers {
        if answer.status == 201 {
            made += usize::from(!answer.has("idempotency-replayed"));
            assert_eq!(answer.text(), first.text());
        } else {
            answer.problem(409, "in-progress");
            assert_eq!(answer.header("retry-after"), "1");
        }
    }
    assert_eq!(made, 1, "one did it, and the others were told");
    assert_eq!(count(app, person).await, 1);
}

async fn of_many_at_once_with_one_key_one_is_done(app: TestApp) {
    let person = app.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    let requests = (0..50).map(|_| keyed(&app, &person, "key", &body));
    let answers = futures_util::future::join_all(requests).await;
    check_all_alike(&app, &person, answers, &body).await;
}

async fn of_many_at_once_with_one_key_and_different_bodies_one_is_done_and_the_others_are_refused(
    app: TestApp,
) {
    let person = app.person("person@example.org").await;
    let bodies: Vec<Value> = (0..20).map(|n| json!({ "title": format!("{n}") })).collect();
    let requests = bodies.iter().map(|body| keyed(&app, &person, "key", body));
    let answers = futures_util::future::join_all(requests).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((made.len(), refused.len()), (1, 19));
    for answer in refused {
        answer.problem(422, "idempotency-key");
    }
    assert_eq!(app.titles(&person, "").await, [text(&made[0].json()["title"])]);
}

async fn the_table_of_routes_says_which_take_a_key(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut lines: Vec<&Endpoint> = ENDPOINTS.iter().filter(|line| line.mount == Mount::V2).collect();
    let takes_it = |line: &Endpoint| line.headers.contains(&"Idempotency-Key");
    // Among the others are those that end the session.
    lines.sort_by_key(|line| !takes_it(line));
    assert!(takes_it(lines[0]));
    for line in lines {
        let path = format!("/api/v2{}", line.path.replace("<id>", crate::support::NOBODY));
        let method: Method = line.method.as_str().parse().expect("a method");
        let request = app
            .by(&person)
            .request(method, &path)
            .json(&json!({ "title": 1 }));
        let answer = ask(request.header("Idempotency-Key", "\"")).await;
        if takes_it(line) {
            answer.problem(400, "header");
        } else {
            assert_ne!(answer.status, 400, "{path}: {}", answer.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_at_once_over_two_instances_one_is_done() {
    let Some(here) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let there = here.spawn_beside(&[]).await;
    let person = here.person("person@example.org").await;
    let body = json!({ "title": "Milk" });
    let requests = (0..50).map(|number| {
        let app = if number % 2 == 0 { &here } else { &there };
        keyed(app, &person, "key", &body)
    });
    let answers = futures_util::future::join_all(requests).await;
    check_all_alike(&there, &person, answers, &body).await;
}
