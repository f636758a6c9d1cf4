//! Reading the audit log, version 2. What is recorded is in `audit_recorded`.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::support::{NOBODY, ask, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    an_event_tells_who_did_what_to_whom_when_and_whence,
    every_filter_narrows_the_log_and_pages_repeat_and_lose_nothing,
    what_administrators_do_to_others_is_recorded_as_theirs,
    people_read_what_happened_to_them_and_not_where_administrators_sit,
}

const AUDIT: &str = "/api/v2/audit";
const OWN: &str = "/api/v2/users/me/audit";

async fn events(app: &TestApp, by: &Person, path: &str) -> Vec<Value> {
    let page = app.by(by).get(path).await.ok();
    page["items"].as_array().expect("items").clone()
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["kind"].as_str().expect("a kind"))
        .collect()
}

async fn an_event_tells_who_did_what_to_whom_when_and_whence(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person("person@example.org").await;
    let before = app.services.source.now();
    let credentials = json!({ "email": "person@example.org", "password": PASSWORD });
    let request = app
        .post("/api/v2/sessions", &credentials)
        .header("user-agent", "curl/8.11.0");
    let answer = ask(request).await;
    let session = answer.expect(201)["session"]["id"].clone();
    let newest = events(&app, &admin, &format!("{AUDIT}?limit=1")).await.remove(0);
    assert!(moment(&newest["at"]) >= before);
    let expected = json!({
        "id": newest["id"], "at": newest["at"], "kind": "signed_in",
        "actor": { "kind": "user", "id": person.id }, "subject": person.id,
        "details": { "session": session, "method": "password" },
        "address": "127.0.0.1", "device": "curl", "request_id": answer.header("x-request-id"),
    });
    assert_eq!(newest, expected);
    let made = events(&app, &admin, &format!("{AUDIT}?kind=user_created"))
        .await
        .remove(0);
    let expected = json!({
        "id": made["id"], "at": made["at"], "kind": "user_created",
        "actor": { "kind": "operator", "id": null }, "subject": admin.id, "details": { "role": "admin" },
        "address": null, "device": null, "request_id": null,
    });
    assert_eq!(made, expected);
}

async fn every_filter_narrows_the_log_and_pages_repeat_and_lose_nothing(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let first = app.person("first@example.org").await;
    app.clock.advance(1000);
    let since = app.services.source.now();
    app.clock.advance(1000);
    let second = app.person("second@example.org").await;
    for number in 0..4 {
        let person = app
            .person_again(if number % 2 == 0 {
                "first@example.org"
            } else {
                "second@example.org"
            })
            .await;
        app.by(&person)
            .delete("/api/v2/sessions/current")
            .await
            .expect_empty(204);
        app.by(&admin)
            .patch(
                &format!("/api/v2/users/{}", first.id),
                json!({ "disabled": number % 2 == 0 }),
            )
            .await
            .ok();
        if number == 2 {
            app.by(&admin)
                .patch(
                    &format!("/api/v2/users/{}", first.id),
                    json!({ "disabled": false }),
                )
                .await
                .ok();
        }
    }
    app.clock.advance(1000);
    let until = app.services.source.now();
    app.clock.advance(1000);
    app.person_again("first@example.org").await;

    let all = events(&app, &admin, &format!("{AUDIT}?limit=100")).await;
    assert!(all.len() >= 18, "{}", all.len());
    let times: Vec<_> = all.iter().map(|event| moment(&event["at"])).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest first");
    let (since, until) = (since.to_string(), until.to_string());
    let mut filters = Vec::new();
    for bits in 0_u8..32 {
        let parts = [
            format!("actor={}", admin.id),
            format!("subject={}", first.id),
            "kind=user_disabled&kind=signed_in".to_owned(),
            format!("since={since}"),
            format!("until={until}"),
        ];
        let given = (0..5)
            .filter(|bit| bits >> bit & 1 == 1)
            .map(|bit| parts[bit].clone());
        filters.push((bits, given.collect::<Vec<_>>().join("&")));
    }
    for (bits, query) in &filters {
        let has = |bit: u8| bits >> bit & 1 == 1;
        let passes = |event: &&Value| {
            (!has(0) || event["actor"]["id"] == admin.id)
                && (!has(1) || event["subject"] == first.id)
                && (!has(2) || event["kind"] == "user_disabled" || event["kind"] == "signed_in")
                && (!has(3) || text(&event["at"]) >= since)
                && (!has(4) || text(&event["at"]) < until)
        };
        let expected: Vec<Value> = all.iter().filter(passes).cloned().collect();
        assert!(!expected.is_empty(), "{query}");
        for limit in [3, 100] {
            let (mut seen, mut path) = (Vec::new(), format!("{AUDIT}?{query}&limit={limit}"));
            loop {
                let answer = app.by(&admin).get(&path).await;
                let page = answer.ok();
                seen.extend(page["items"].as_array().expect("items").iter().cloned());
                if page["next"].is_null() {
                    break;
                }
                let link = answer.header("link").to_owned();
                path = link
                    .strip_prefix('<')
                    .and_then(|link| link.strip_suffix(">; rel=\"next\""))
                    .expect("a link")
                    .to_owned();
            }
            assert_eq!(seen, expected, "{query} {limit}");
        }
    }
    // What comes while one reads is in front, and what is read on is the same.
    let page = app.by(&admin).get(&format!("{AUDIT}?limit=5")).await.ok();
    app.person_again("second@example.org").await;
    let rest = format!("{AUDIT}?limit=100&cursor={}", text(&page["next"]));
    assert_eq!(events(&app, &admin, &rest).await, all[5..]);
    // Others who act.
    let by_operator = events(&app, &admin, &format!("{AUDIT}?actor=operator")).await;
    assert_eq!(kinds(&by_operator), ["user_created"]);
    let by_service = events(&app, &admin, &format!("{AUDIT}?actor=service")).await;
    assert_eq!(kinds(&by_service), ["key_rotated"]);
    assert!(
        events(&app, &admin, &format!("{AUDIT}?subject={NOBODY}"))
            .await
            .is_empty()
    );
    assert_eq!(
        events(&app, &admin, &format!("{AUDIT}?since={until}&until={since}"))
            .await
            .len(),
        0
    );
    assert!(
        kinds(&events(&app, &admin, &format!("{AUDIT}?actor={}", second.id)).await).contains(&"signed_out")
    );

    // A cursor is of one question and one reader; what is no filter is refused in words.
    let cursor = text(&page["next"]);
    let other = app.admin("other@example.org").await;
    app.by(&other)
        .get(&format!("{AUDIT}?limit=5&cursor={cursor}"))
        .await
        .problem(400, "query");
    for (query, name) in [
        (format!("actor=operator&cursor={cursor}"), "?cursor"),
        ("cursor=x".into(), "?cursor"),
        ("actor=somebody".into(), "?actor"),
        ("subject=operator".into(), "?subject"),
        ("kind=nothing".into(), "?kind"),
        ("kind=signed_in&kind=".into(), "?kind"),
        ("since=yesterday".into(), "?since"),
        ("until=2026-11-22".into(), "?until"),
        ("limit=0".into(), "?limit"),
        ("limit=101".into(), "?limit"),
        ("kinds=signed_in".into(), "?kinds"),
        ("actor[$ne]=1".into(), "?actor[$ne]"),
    ] {
        let refused = app
            .by(&admin)
            .get(&format!("{AUDIT}?{query}"))
            .await
            .problem(400, "query");
        assert_eq!(pointers(&refused), [name], "{query}");
    }
    // It is only read.
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        ask(app.by(&admin).request(method, AUDIT))
            .await
            .problem(405, "method");
    }
}

async fn what_administrators_do_to_others_is_recorded_as_theirs(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person("person@example.org").await;
    let path = format!("/api/v2/users/{}", person.id);
    let by = app.by(&admin);
    let sessions = by.get(&format!("{path}/sessions")).await.ok();
    let session = text(&sessions["items"][0]["id"]);
    by.delete(&format!("{path}/sessions/{session}"))
        .await
        .expect_empty(204);
    by.delete(&format!("{path}/sessions")).await.expect_empty(204);
    by.patch(&path, json!({ "name": "Renamed" })).await.ok();
    by.patch(&path, json!({ "role": "admin", "disabled": true }))
        .await
        .ok();
    by.patch(&path, json!({ "role": "user", "disabled": false }))
        .await
        .ok();
    by.patch(&path, json!({ "role": "user", "disabled": false }))
        .await
        .ok();
    let refused = by
        .patch(&format!("/api/v2/users/{}", admin.id), json!({ "role": "user" }))
        .await;
    refused.problem(409, "conflict");
    by.delete(&path).await.expect_empty(204);
    let mut done = events(
        &app,
        &admin,
        &format!("{AUDIT}?actor={}&subject={}", admin.id, person.id),
    )
    .await;
    done.reverse();
    let expected = [
        "session_ended",
        "sessions_ended",
        "role_changed",
        "user_disabled",
        "role_changed",
        "user_enabled",
        "user_deleted",
    ];
    assert_eq!(kinds(&done), expected);
    assert_eq!(done[0]["details"], json!({ "session": session }));
    assert_eq!(done[2]["details"], json!({ "role": "admin" }));
    assert_eq!(done[4]["details"], json!({ "role": "user" }));
    for event in &done {
        assert_eq!(event["address"], "127.0.0.1");
        assert!(!text(&event["request_id"]).is_empty());
    }
    let own = events(&app, &admin, &format!("{AUDIT}?subject={}", admin.id)).await;
    assert!(!kinds(&own).contains(&"role_changed"), "nothing was done");
}

async fn people_read_what_happened_to_them_and_not_where_administrators_sit(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let wrong = json!({ "email": "person@example.org", "password": "wrong" });
    app.anybody()
        .post("/api/v2/sessions", wrong)
        .await
        .problem(401, "credentials");
    let path = format!("/api/v2/users/{}", person.id);
    app.by(&admin).patch(&path, json!({ "role": "admin" })).await.ok();
    app.by(&other).get(OWN).await.ok();
    let own = events(&app, &person, OWN).await;
    assert_eq!(
        kinds(&own),
        ["role_changed", "sign_in_failed", "signed_in", "user_registered"]
    );
    let by_admin = json!({
        "id": own[0]["id"], "at": own[0]["at"], "kind": "role_changed",
        "actor": { "kind": "administrator", "id": null }, "subject": person.id, "details": { "role": "admin" },
        "address": null, "device": null, "request_id": own[0]["request_id"],
    });
    assert_eq!(own[0], by_admin);
    let text_of_all = json!(own).to_string();
    assert!(!text_of_all.contains(&admin.id) && !text_of_all.contains(&other.id));
    // From where somebody guessed is for the owner to know.
    assert_eq!(
        (&own[1]["actor"]["kind"], &own[1]["address"]),
        (&json!("nobody"), &json!("127.0.0.1"))
    );
    assert_eq!(own[2]["actor"], json!({ "kind": "user", "id": person.id }));
    // The same page shape, and no filter: nobody asks for others by it.
    let first = app.by(&person).get(&format!("{OWN}?limit=3")).await;
    let next = text(&first.ok()["next"]);
    assert!(
        first
            .header("link")
            .starts_with(&format!("<{OWN}?limit=3&cursor="))
    );
    assert_eq!(
        events(&app, &person, &format!("{OWN}?limit=3&cursor={next}")).await,
        own[3..]
    );
    app.by(&other)
        .get(&format!("{OWN}?cursor={next}"))
        .await
        .problem(400, "query");
    for query in ["subject=x", "actor=x", "kind=signed_in", "since=x", "limit=0"] {
        app.by(&person)
            .get(&format!("{OWN}?{query}"))
            .await
            .problem(400, "query");
    }
    app.anybody().get(OWN).await.problem(401, "unauthenticated");
}
