//! Accounts in version 2: making, reading, changing and deleting one's own.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::{ask, check_new_user, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    an_account_is_made_and_read_by_its_owner,
    an_account_is_changed_by_a_merge_patch,
    a_new_address_needs_the_present_password_and_must_be_free,
    a_new_password_ends_every_other_session_and_not_this_one,
    a_deleted_account_is_gone_with_everything_and_its_address_is_free,
}

const ME: &str = "/api/v2/users/me";

async fn an_account_is_made_and_read_by_its_owner(app: TestApp) {
    let new = json!({ "name": "Åse Ødegård", "email": "Person@Example.org", "password": PASSWORD });
    let made = app.anybody().post("/api/v2/users", new).await;
    let location = made.header("location").to_owned();
    let user = made.expect(201);
    check_new_user(&user, "Åse Ødegård", "Person@Example.org", "user");
    assert_eq!(user["digest"], Value::Null, "it is no user of version 1");
    let person = app.person_again("person@example.org").await;
    assert_eq!(person.id, user["id"]);
    assert_eq!(location, ME);
    assert_eq!(app.by(&person).get(&location).await.ok(), user);
    app.anybody().get(ME).await.problem(401, "unauthenticated");

    // A name may be left out; an address that differs in case or in Unicode form only is taken.
    let nameless = json!({ "email": "jose\u{301}@bücher.example", "password": "12345678 is no good" });
    let made = app.anybody().post("/api/v2/users", nameless).await.expect(201);
    check_new_user(&made, "", "jose\u{301}@bücher.example", "user");
    for taken in [
        "PERSON@example.ORG",
        " person@example.org",
        "JOSÉ@xn--bcher-kva.example",
    ] {
        let again = json!({ "email": taken, "password": PASSWORD });
        app.anybody()
            .post("/api/v2/users", again)
            .await
            .problem(409, "conflict");
    }
    for (bad, places) in [
        (json!({}), vec!["/email", "/password"]),
        (
            json!({ "email": "x", "password": "1234567" }),
            vec!["/email", "/password"],
        ),
        (
            json!({ "email": "a@example.org", "password": PASSWORD, "role": "admin" }),
            vec!["/role"],
        ),
        (
            json!({ "email": "a@example.org", "password": "password1" }),
            vec!["/password"],
        ),
        (
            json!({ "email": "a@example.org", "password": PASSWORD, "name": "a\nb" }),
            vec!["/name"],
        ),
        (
            json!({ "email": null, "password": PASSWORD, "name": null }),
            vec!["/email", "/name"],
        ),
        (
            json!({ "email": "a@example.org", "password": "x".repeat(1001), "name": "x".repeat(201) }),
            vec!["/name", "/password"],
        ),
    ] {
        let refusal = app.anybody().post("/api/v2/users", bad.clone()).await;
        assert_eq!(pointers(&refusal.problem(422, "schema")), places, "{bad}");
    }
    // 64 characters of four bytes are a password.
    let long = "🦀".repeat(64);
    let body = json!({ "email": "long@example.org", "password": long });
    app.anybody()
        .post("/api/v2/users", body.clone())
        .await
        .expect(201);
    app.anybody().post("/api/v2/sessions", body).await.expect(201);
}

async fn an_account_is_changed_by_a_merge_patch(app: TestApp) {
    let person = app.person("person@example.org").await;
    let me = app.by(&person);
    let before = me.get(ME).await.ok();
    app.clock.advance(1000);
    let patch = json!({
        "name": "New name", "time_zone": "Europe/Berlin", "language": "de-CH", "week_start": "sunday",
    });
    let changed = me.patch(ME, patch.clone()).await.ok();
    let mut expected = before.clone();
    for (name, value) in patch.as_object().expect("an object") {
        expected[name] = value.clone();
    }
    expected["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, expected);
    assert!(moment(&changed["updated_at"]) > moment(&before["updated_at"]));
    assert_eq!(me.get(ME).await.ok(), changed);

    // What is absent stays, null takes a setting away; both media types mean the same.
    app.clock.advance(1000);
    let request = me
        .request(Method::PATCH, ME)
        .header("content-type", "application/merge-patch+json");
    let reset = ask(request.body(r#"{"time_zone":null,"language":null}"#))
        .await
        .ok();
    expected["time_zone"] = Value::Null;
    expected["language"] = Value::Null;
    expected["updated_at"] = reset["updated_at"].clone();
    assert_eq!(reset, expected);
    // What changes nothing writes nothing.
    app.clock.advance(1000);
    for nothing in [
        json!({}),
        json!({ "name": "New name" }),
        json!({ "time_zone": null }),
    ] {
        assert_eq!(me.patch(ME, nothing).await.ok(), reset);
    }
    for (bad, place) in [
        (json!({ "name": null }), "/name"),
        (json!({ "week_start": null }), "/week_start"),
        (json!({ "week_start": "friday" }), "/week_start"),
        (json!({ "time_zone": "Mars/Olympus" }), "/time_zone"),
        (json!({ "language": "not a tag" }), "/language"),
        (json!({ "email": null }), "/email"),
        (json!({ "password": "a new long one" }), "/password"),
        (json!({ "role": "admin" }), "/role"),
        (json!({ "email_verified": true }), "/email_verified"),
        (json!({ "id": person.id }), "/id"),
        (json!({ "disabled": false }), "/disabled"),
    ] {
        let refusal = me.patch(ME, bad).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place]);
    }
    assert_eq!(me.get(ME).await.ok(), reset);
}

async fn a_new_address_needs_the_present_password_and_must_be_free(app: TestApp) {
    let person = app.person("person@example.org").await;
    app.person("taken@example.org").await;
    let me = app.by(&person);
    let refusal = me.patch(ME, json!({ "email": "new@example.org" })).await;
    assert_eq!(pointers(&refusal.problem(422, "schema")), ["/current_password"]);
    let wrong = json!({ "email": "new@example.org", "current_password": "not the password" });
    me.patch(ME, wrong).await.problem(401, "credentials");
    let taken = json!({ "email": "TAKEN@example.org", "current_password": PASSWORD });
    me.patch(ME, taken).await.problem(409, "conflict");
    assert_eq!(me.get(ME).await.ok()["email"], "person@example.org");
    // The same address, written in another way, is no new one.
    assert_eq!(
        me.patch(ME, json!({ "email": "Person@Example.org" })).await.ok()["email"],
        "Person@Example.org"
    );

    let new = json!({ "email": "new@example.org", "current_password": PASSWORD, "name": "Both" });
    let changed = me.patch(ME, new).await.ok();
    assert_eq!(
        (&changed["email"], &changed["name"]),
        (&"new@example.org".into(), &"Both".into())
    );
    // Nobody is signed out by it; the old address is free and no longer signs in.
    me.get(ME).await.ok();
    app.sign_in("new@example.org").await;
    let old = json!({ "email": "person@example.org", "password": PASSWORD });
    app.anybody()
        .post("/api/v2/sessions", old)
        .await
        .problem(401, "credentials");
    assert_ne!(app.register("person@example.org").await["id"], changed["id"]);
}

async fn a_new_password_ends_every_other_session_and_not_this_one(app: TestApp) {
    let here = app.person("person@example.org").await;
    let elsewhere = app.person_again("person@example.org").await;
    let (path, new) = ("/api/v2/users/me/password", "a quite different one");
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        app.by(&here).post(path, body)
    };
    change("not the password", new).await.problem(401, "credentials");
    for (body, place) in [
        (json!({ "new_password": new }), "/current_password"),
        (json!({ "current_password": PASSWORD }), "/new_password"),
        (
            json!({ "current_password": PASSWORD, "new_password": "short" }),
            "/new_password",
        ),
        (
            json!({ "current_password": PASSWORD, "new_password": "password1" }),
            "/new_password",
        ),
    ] {
        let refusal = app.by(&here).post(path, body).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), [place]);
    }
    app.by(&elsewhere).get(ME).await.ok();

    change(PASSWORD, new).await.expect_empty(204);
    app.by(&elsewhere).get(ME).await.problem(401, "unauthenticated");
    let refresh = |token: &str| {
        app.anybody()
            .post("/api/v2/sessions/refresh", json!({ "refresh_token": token }))
    };
    refresh(&elsewhere.refresh_token)
        .await
        .problem(401, "unauthenticated");
    // This session goes on, with the tokens it has and by refreshing.
    app.by(&here).get(ME).await.ok();
    let refreshed = refresh(&here.refresh_token).await.ok();
    let token = text(&refreshed["access_token"]);
    let sessions = app.with_token(&token).get("/api/v2/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1));

    let credentials = |password: &str| json!({ "email": "person@example.org", "password": password });
    let sign_in = |password| app.anybody().post("/api/v2/sessions", credentials(password));
    sign_in(PASSWORD).await.problem(401, "credentials");
    let again = text(&sign_in(new).await.expect(201)["access_token"]);
    // The second change ends this session's neighbours once more, the new one included.
    app.with_token(&token).get(ME).await.ok();
    change(new, PASSWORD).await.expect_empty(204);
    app.with_token(&again)
        .get(ME)
        .await
        .problem(401, "unauthenticated");
    app.with_token(&token).get(ME).await.ok();
}

async fn a_deleted_account_is_gone_with_everything_and_its_address_is_free(app: TestApp) {
    let person = app.person("person@example.org").await;
    let other = app.person("other@example.org").await;
    let me = app.by(&person);
    let mine = app.todo(&person, &json!({ "title": "Mine" })).await;
    let theirs = app.todo(&other, &json!({ "title": "Theirs" })).await;
    let refusal = me.delete_with(ME, json!({})).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/current_password"]);
    me.delete(ME).await.problem(415, "media-type");
    let wrong = json!({ "current_password": "not the password" });
    me.delete_with(ME, wrong).await.problem(401, "credentials");
    me.get(ME).await.ok();

    let right = json!({ "current_password": PASSWORD });
    me.delete_with(ME, right).await.expect_empty(204);
    me.get(ME).await.problem(401, "unauthenticated");
    me.get("/api/v2/todos").await.problem(401, "unauthenticated");
    let refresh = json!({ "refresh_token": person.refresh_token });
    app.anybody()
        .post("/api/v2/sessions/refresh", refresh)
        .await
        .problem(401, "unauthenticated");
    let credentials = json!({ "email": "person@example.org", "password": PASSWORD });
    app.anybody()
        .post("/api/v2/sessions", credentials)
        .await
        .problem(401, "credentials");

    let again = app.person("person@example.org").await;
    assert_ne!(again.id, person.id);
    let path = format!("/api/v2/todos/{}", text(&mine["id"]));
    app.by(&again).get(&path).await.problem(404, "not-found");
    assert_eq!(app.by(&again).get("/api/v2/todos").await.ok()["items"], json!([]));
    // An administrator finds nothing of it either, before and after what is left was removed.
    app.admin("admin@example.org").await;
    for _ in 0..2 {
        let admin = app.person_again("admin@example.org").await;
        let path = format!("/user?id={}", person.id);
        app.by(&admin).get(&path).await.failure(404, "Not found");
        app.clock.advance(3_600_000);
        app.services.clean_once(900).await.expect("cleaning works");
    }
    let other = app.person_again("other@example.org").await;
    let path = format!("/api/v2/todos/{}", text(&theirs["id"]));
    assert_eq!(app.by(&other).get(&path).await.ok(), theirs);
}
