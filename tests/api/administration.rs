//! What administrators do with the accounts of others, version 2.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::support::{NOBODY, ask, members, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    accounts_are_found_by_parts_of_names_and_addresses_and_by_ids,
    a_page_of_accounts_repeats_and_loses_nothing,
    an_account_is_shown_with_its_state_and_last_sign_in,
    an_account_is_changed_by_a_merge_patch_on_the_version_that_is_named,
    whoever_is_disabled_is_out_and_comes_back_when_enabled,
    a_role_is_raised_and_lowered,
    somebodys_sessions_are_shown_and_ended,
    somebody_elses_account_is_deleted,
}

const USERS: &str = "/api/v2/users";

fn of(person: &Person) -> String {
    format!("{USERS}/{}", person.id)
}

async fn found(app: &TestApp, admin: &Person, query: &str) -> Vec<String> {
    let page = app.by(admin).get(&format!("{USERS}?{query}")).await.ok();
    let items = page["items"].as_array().expect("items");
    items.iter().map(|user| text(&user["email"])).collect()
}

async fn rename(app: &TestApp, person: &Person, name: &str) {
    app.by(person)
        .patch("/api/v2/users/me", json!({ "name": name }))
        .await
        .ok();
}

async fn accounts_are_found_by_parts_of_names_and_addresses_and_by_ids(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    // An id begins with its second.
    app.clock.advance(1000);
    let ase = app.person("ase@example.org").await;
    app.clock.advance(1000);
    let other = app.person("other@Example.net").await;
    rename(&app, &ase, "Åse ØDEGÅRD").await;
    rename(&app, &other, "100% .* $ne").await;
    let (mine, hers, theirs) = ("admin@example.org", "ase@example.org", "other@Example.net");
    for (query, expected) in [
        ("", vec![mine, hers, theirs]),
        ("q=", vec![mine, hers, theirs]),
        ("q=%C3%98degard", vec![hers]),
        ("q=ASE", vec![hers]),
        ("q=administ", vec![mine]),
        ("q=EXAMPLE.org", vec![mine, hers]),
        ("q=ase+odegard", vec![]),
        ("q=example.org+ase", vec![hers]),
        ("q=.*", vec![theirs]),
        ("q=%25", vec![theirs]),
        ("q=$ne", vec![theirs]),
        ("q=_", vec![]),
        ("role=admin", vec![mine]),
        ("role=user", vec![hers, theirs]),
        ("role=user&q=net", vec![theirs]),
        ("disabled=false", vec![mine, hers, theirs]),
        ("disabled=true", vec![]),
    ] {
        assert_eq!(found(&app, &admin, query).await, expected, "{query}");
    }
    assert_eq!(found(&app, &admin, &format!("q={}", ase.id)).await, [hers]);
    assert_eq!(
        found(&app, &admin, &format!("q={}&role=admin", ase.id)).await,
        [""; 0]
    );
    assert_eq!(found(&app, &admin, &format!("q={NOBODY}")).await, [""; 0]);
    app.by(&admin)
        .patch(&of(&ase), json!({ "disabled": true }))
        .await
        .ok();
    assert_eq!(found(&app, &admin, "disabled=true").await, [hers]);
    assert_eq!(found(&app, &admin, "disabled=false&role=user").await, [theirs]);
    for (query, name) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("role=root", "?role"),
        ("disabled=1", "?disabled"),
        ("cursor=x", "?cursor"),
        ("sort=name", "?sort"),
        ("q=a+b+c+d+e+f+g+h+i+j+k", "?q"),
    ] {
        let refused = app
            .by(&admin)
            .get(&format!("{USERS}?{query}"))
            .await
            .problem(400, "query");
        assert_eq!(pointers(&refused), [name]);
    }
}

async fn a_page_of_accounts_repeats_and_loses_nothing(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let mut all = BTreeSet::from(["admin@example.org".to_owned()]);
    for number in 0..11 {
        let email = format!("person{number}@example.org");
        app.register(&email).await;
        all.insert(email);
    }
    for (query, expected) in [
        ("", 12),
        ("q=person", 11),
        ("role=user", 11),
        ("disabled=false", 12),
    ] {
        for limit in [1, 5, 11, 12] {
            let (mut seen, mut path) = (Vec::new(), format!("{USERS}?{query}&limit={limit}"));
            loop {
                let answer = app.by(&admin).get(&path).await;
                let page = answer.ok();
                let items = page["items"].as_array().expect("items").clone();
                assert!(items.len() <= limit && (!items.is_empty() || seen.is_empty()));
                seen.extend(items.iter().map(|user| text(&user["email"])));
                // Whoever is new comes behind all of them.
                if page["next"].is_null() {
                    assert!(!answer.has("link"));
                    break;
                }
                let link = answer.header("link").to_owned();
                path = link
                    .strip_prefix('<')
                    .and_then(|link| link.strip_suffix(">; rel=\"next\""))
                    .expect("a link")
                    .to_owned();
            }
            let distinct: BTreeSet<String> = seen.iter().cloned().collect();
            assert_eq!(
                (seen.len(), distinct.len()),
                (expected, expected),
                "{query} {limit}"
            );
            assert!(distinct.is_subset(&all));
        }
    }
    // A cursor is of one question and one administrator.
    let page = app.by(&admin).get(&format!("{USERS}?limit=1")).await.ok();
    let cursor = text(&page["next"]);
    let other = app.admin("other@example.org").await;
    app.by(&other)
        .get(&format!("{USERS}?limit=1&cursor={cursor}"))
        .await
        .problem(400, "query");
    app.by(&admin)
        .get(&format!("{USERS}?limit=1&role=user&cursor={cursor}"))
        .await
        .problem(400, "query");
    app.by(&admin)
        .get(&format!("{USERS}?limit=5&cursor={cursor}"))
        .await
        .ok();
}

async fn an_account_is_shown_with_its_state_and_last_sign_in(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let made = app.register("person@example.org").await;
    let path = format!("{USERS}/{}", text(&made["id"]));
    let shown = app.by(&admin).get(&path).await.ok();
    let mut expected = made.clone();
    expected["disabled"] = json!(false);
    expected["last_signed_in_at"] = Value::Null;
    assert_eq!(shown, expected);
    app.clock.advance(5000);
    let first = app.services.source.now();
    let person = app.person_again("person@example.org").await;
    let shown = app.by(&admin).get(&path).await;
    assert!(moment(&shown.ok()["last_signed_in_at"]) >= first);
    assert!(shown.header("etag").starts_with("\"1-"));
    // A page tells the same, of each.
    let page = app.by(&admin).get(&format!("{USERS}?q=person")).await.ok();
    assert_eq!(page["items"], json!([shown.ok()]));
    // The person does not see what is for administrators.
    assert!(!members(&app.by(&person).get("/api/v2/users/me").await.ok()).contains(&"disabled"));
    for nobody in [NOBODY, "x", "65F0A1B2C3D4E5F60718293A"] {
        app.by(&admin)
            .get(&format!("{USERS}/{nobody}"))
            .await
            .problem(404, "not-found");
    }
}

async fn an_account_is_changed_by_a_merge_patch_on_the_version_that_is_named(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person("person@example.org").await;
    let (path, by) = (of(&person), app.by(&admin));
    let before = by.get(&path).await;
    let patch = |tag: &str, body: Value| {
        let request = by.request(Method::PATCH, &path).header("if-match", tag);
        ask(request
            .header("content-type", "application/merge-patch+json")
            .body(body.to_string()))
    };
    let first = before.header("etag").to_owned();
    let renamed = patch(&first, json!({ "name": "Renamed" })).await;
    assert_eq!(renamed.ok()["name"], "Renamed");
    patch(&first, json!({ "name": "Late" }))
        .await
        .problem(412, "stale");
    patch("*", json!({})).await.ok();
    patch("no tag", json!({ "name": "Late" }))
        .await
        .problem(400, "header");
    let second = renamed.header("etag").to_owned();
    // What changes nothing writes nothing.
    assert_eq!(
        by.patch(&path, json!({ "role": "user", "disabled": false }))
            .await
            .header("etag"),
        second
    );
    assert_eq!(by.get(&path).await.ok(), renamed.ok());
    for (bad, place) in [
        (json!({ "role": "root" }), "/role"),
        (json!({ "role": null }), "/role"),
        (json!({ "disabled": "yes" }), "/disabled"),
        (json!({ "name": "a\nb" }), "/name"),
        (json!({ "email": "new@example.org" }), "/email"),
        (json!({ "password": "another horse battery" }), "/password"),
        (json!({ "deleted": true }), "/deleted"),
    ] {
        let refused = by.patch(&path, bad).await.problem(422, "schema");
        assert_eq!(pointers(&refused), [place]);
    }
    by.patch(&format!("{USERS}/{NOBODY}"), json!({ "name": "A" }))
        .await
        .problem(404, "not-found");
    // Nobody is signed out by a name.
    app.by(&person).get("/api/v2/users/me").await.ok();
}

async fn whoever_is_disabled_is_out_and_comes_back_when_enabled(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person("person@example.org").await;
    let shown = app
        .by(&admin)
        .patch(&of(&person), json!({ "disabled": true }))
        .await
        .ok();
    assert_eq!(shown["disabled"], true);
    app.by(&person)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let refresh = json!({ "refresh_token": person.refresh_token });
    app.anybody()
        .post("/api/v2/sessions/refresh", refresh.clone())
        .await
        .problem(401, "unauthenticated");
    let credentials = json!({ "email": "person@example.org", "password": PASSWORD });
    app.anybody()
        .post("/api/v2/sessions", credentials)
        .await
        .problem(401, "credentials");
    assert_eq!(
        app.by(&admin)
            .get(&format!("{}/sessions", of(&person)))
            .await
            .ok()["items"],
        json!([])
    );

    app.by(&admin)
        .patch(&of(&person), json!({ "disabled": false }))
        .await
        .ok();
    app.person_again("person@example.org").await;
    // The sessions of before stay ended.
    app.anybody()
        .post("/api/v2/sessions/refresh", refresh)
        .await
        .problem(401, "unauthenticated");
}

async fn a_role_is_raised_and_lowered(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person("person@example.org").await;
    app.by(&admin)
        .patch(&of(&person), json!({ "role": "admin" }))
        .await
        .ok();
    // Nobody is signed out, and the next token has the role.
    app.by(&person).get("/api/v2/users/me").await.ok();
    let second = app.person_again("person@example.org").await;
    app.by(&second).get(USERS).await.ok();
    app.by(&second)
        .patch(&of(&admin), json!({ "role": "user" }))
        .await
        .ok();
    app.by(&admin).get(USERS).await.problem(401, "unauthenticated");
    let lowered = app.person_again("admin@example.org").await;
    app.by(&lowered).get(USERS).await.problem(403, "forbidden");
}

async fn somebodys_sessions_are_shown_and_ended(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let first = app.person("person@example.org").await;
    let second = app.person_again("person@example.org").await;
    let third = app.person_again("person@example.org").await;
    let path = format!("{}/sessions", of(&first));
    let own = app.by(&third).get("/api/v2/sessions").await.ok();
    let seen = app.by(&admin).get(&path).await.ok();
    let strip = |page: &Value| -> Vec<Value> {
        let items = page["items"].as_array().expect("items").iter().cloned();
        items
            .map(|mut item| {
                item["current"] = Value::Null;
                item
            })
            .collect()
    };
    assert_eq!(strip(&seen), strip(&own));
    let items = seen["items"].as_array().expect("items");
    assert!(items.len() == 3 && items.iter().all(|item| item["current"] == false));

    let newest = text(&items[0]["id"]);
    let (one, of_another) = (
        format!("{path}/{newest}"),
        format!("{}/sessions/{newest}", of(&admin)),
    );
    for wrong in [&format!("{path}/{NOBODY}"), &format!("{path}/x"), &of_another] {
        app.by(&admin).delete(wrong).await.problem(404, "not-found");
    }
    app.by(&third).get("/api/v2/users/me").await.ok();
    app.by(&admin).delete(&one).await.expect_empty(204);
    app.by(&admin).delete(&one).await.problem(404, "not-found");
    app.by(&third)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    app.by(&second).get("/api/v2/users/me").await.ok();

    app.by(&admin).delete(&path).await.expect_empty(204);
    for person in [&first, &second] {
        app.by(person)
            .get("/api/v2/users/me")
            .await
            .problem(401, "unauthenticated");
    }
    assert_eq!(app.by(&admin).get(&path).await.ok()["items"], json!([]));
    app.by(&admin).delete(&path).await.expect_empty(204);
    // Nobody else's ended, and whoever it was signs in again.
    app.by(&admin).get("/api/v2/users/me").await.ok();
    app.person_again("person@example.org").await;
    for call in ["GET", "DELETE"] {
        let request = app.by(&admin).request(
            call.parse().expect("a method"),
            &format!("{USERS}/{NOBODY}/sessions"),
        );
        ask(request).await.problem(404, "not-found");
    }
}

async fn somebody_elses_account_is_deleted(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let second = app.admin("second@example.org").await;
    let person = app.person("person@example.org").await;
    app.todo(&person, &json!({ "title": "Mine" })).await;
    let own = app.by(&admin).delete(&of(&admin)).await.problem(409, "conflict");
    assert!(text(&own["detail"]).contains("/users/me"));
    app.by(&admin).delete(&of(&person)).await.expect_empty(204);
    app.by(&person)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    for path in [of(&person), format!("{}/sessions", of(&person))] {
        app.by(&admin).get(&path).await.problem(404, "not-found");
        app.by(&admin).delete(&path).await.problem(404, "not-found");
    }
    assert_eq!(found(&app, &admin, "q=person").await, [""; 0]);
    assert_ne!(app.person("person@example.org").await.id, person.id);
    // An administrator, too, while there is another one.
    app.by(&admin).delete(&of(&second)).await.expect_empty(204);
    app.by(&second).get(USERS).await.problem(401, "unauthenticated");
}
