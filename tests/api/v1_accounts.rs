//! Accounts in version 1: registering, signing in, refreshing, and what people may do with themselves
//! and administrators with others.

use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::{NOBODY, V1_USER_MEMBERS, check_new_user, members, on_each_keeper, pointers, text};

on_each_keeper! {
    an_account_is_made_signed_in_and_refreshed_at_both_mounts,
    people_read_change_and_delete_themselves_and_nobody_else,
    an_administrator_names_anybody_and_is_told_when_there_is_nobody,
    closed_registration_is_forbidden_but_to_administrators with [("RONDO_REGISTRATION", "closed")],
    the_key_that_signs_now_is_shown_at_both_mounts,
}

const MOUNTS: [&str; 2] = ["", "/api/v1"];

const NOT_YOURS: &str = "only an administrator may name another account";

async fn an_account_is_made_signed_in_and_refreshed_at_both_mounts(app: TestApp) {
    let anybody = app.anybody();
    for (mount, email) in MOUNTS.into_iter().zip(["One@example.org", "two@example.org"]) {
        let at = |path: &str| format!("{mount}{path}");
        let body = json!({ "name": "A name", "email": email, "password": PASSWORD });
        let made = anybody.post(&at("/register"), body.clone()).await.ok();
        assert_eq!(members(&made), ["data", "message", "ok"]);
        assert_eq!(made["ok"], true);
        assert_eq!(made["message"], "User created successfully!");
        check_new_user(&made["data"], "A name", email, "user");
        assert_eq!(members(&made["data"]), V1_USER_MEMBERS);
        // The name may be left out; the address is taken, however it is written.
        let again = json!({ "email": email.to_uppercase(), "password": PASSWORD });
        let taken = anybody.post(&at("/register"), again).await;
        taken.failure(409, "an account with this e-mail address exists");

        for path in ["/auth", "/login"] {
            let body = json!({ "email": email, "password": PASSWORD });
            let answer = anybody.post(&at(path), body).await;
            assert_eq!(answer.header("cache-control"), "no-store");
            check_tokens(&answer.ok(), &made["data"]);
            for (email, password) in [
                (email, "not the password"),
                ("nobody@example.org", PASSWORD),
                ("x", "y"),
            ] {
                let body = json!({ "email": email, "password": password });
                let refused = anybody.post(&at(path), body).await;
                refused.failure(401, "invalid username or password");
            }
        }

        let body = json!({ "email": email, "password": PASSWORD });
        let first = anybody.post(&at("/auth"), body).await.ok();
        let token = text(&first["data"]["refresh_token"]);
        let second = app
            .with_token(&token)
            .request(reqwest::Method::POST, &at("/refresh"));
        let second = crate::support::ask(second).await.ok();
        check_tokens(&second, &made["data"]);
        let token = text(&second["data"]["refresh_token"]);
        let body = json!({ "refresh_token": token });
        let third = anybody.post(&at("/refresh"), body).await.ok();
        check_tokens(&third, &made["data"]);
        assert_ne!(third["data"]["refresh_token"], second["data"]["refresh_token"]);
        // The new access token is one.
        let token = text(&third["data"]["access_token"]);
        assert_eq!(
            app.with_token(&token).get(&at("/user")).await.ok()["data"],
            made["data"]
        );

        let bad = "the token is not valid, or no longer";
        for refresh_token in ["garbage", token.as_str()] {
            let body = json!({ "refresh_token": refresh_token });
            anybody.post(&at("/refresh"), body).await.failure(401, bad);
            let bearer = app.with_token(refresh_token);
            bearer.post(&at("/refresh"), json!({})).await.failure(401, bad);
        }
        anybody
            .post(&at("/refresh"), json!({}))
            .await
            .failure(400, "Bad request parameters: …");
        // Neither a bearer nor a body: no token is shown.
        let nothing = anybody.request(reqwest::Method::POST, &at("/refresh"));
        crate::support::ask(nothing)
            .await
            .failure(401, "an access token is needed");
    }
}

#[track_caller]
fn check_tokens(answer: &Value, user: &Value) {
    assert_eq!(members(answer), ["data", "ok"]);
    assert_eq!(answer["ok"], true);
    let data = &answer["data"];
    let expected = json!({
        "id": user["id"], "name": user["name"], "email": user["email"], "role": user["role"],
        "access_token": data["access_token"], "refresh_token": data["refresh_token"],
        "token_type": "Bearer", "expires_in": 900,
    });
    assert_eq!(*data, expected);
    for token in ["access_token", "refresh_token"] {
        assert_eq!(text(&data[token]).split('.').count(), 3);
    }
}

async fn people_read_change_and_delete_themselves_and_nobody_else(app: TestApp) {
    let me = app.person("me@example.org").await;
    let other = app.person("other@example.org").await;
    let mine = app.by(&me);
    for mount in MOUNTS {
        let user = format!("{mount}/user");
        let shown = mine.get(&user).await.ok();
        assert_eq!(members(&shown), ["data", "ok"]);
        check_new_user(&shown["data"], "Somebody", "me@example.org", "user");
        for query in [format!("id={}", me.id), "email=ME@Example.org".into()] {
            assert_eq!(mine.get(&format!("{user}?{query}")).await.ok(), shown);
        }
        // Whoever is named, and whether they exist or not, the answer is the same.
        for (name, value) in [
            ("id", other.id.as_str()),
            ("id", NOBODY),
            ("email", "other@example.org"),
            ("email", "nobody@example.org"),
        ] {
            mine.get(&format!("{user}?{name}={value}"))
                .await
                .failure(403, NOT_YOURS);
            let query = json!({ name: value });
            let body = json!({ "query": query, "payload": { "name": "Changed" } });
            mine.patch(&user, body).await.failure(403, NOT_YOURS);
            let body = json!({ name: value, "current_password": PASSWORD });
            mine.delete_with(&user, body).await.failure(403, NOT_YOURS);
        }
        let new = json!({ "email": "third@example.org", "password": PASSWORD });
        mine.post(&user, new)
            .await
            .failure(403, "this needs a scope or a role that the token does not have");
        for request in [
            format!("{user}?id=x"),
            format!("{user}?email=x"),
            format!("{user}?id={NOBODY}&email=a@b.co"),
        ] {
            mine.get(&request).await.failure(400, "Bad request parameters: …");
        }
        app.anybody()
            .get(&user)
            .await
            .failure(401, "an access token is needed");
    }

    // A name needs nothing; an address and a password need the present password.
    let change =
        |payload: Value| mine.patch("/user", json!({ "query": { "id": me.id }, "payload": payload }));
    let updated = json!({ "ok": true, "message": "record updated" });
    assert_eq!(change(json!({ "name": "Renamed" })).await.ok(), updated);
    for payload in [
        json!({ "email": "new@example.org" }),
        json!({ "password": "another long one" }),
    ] {
        let refusal = change(payload.clone())
            .await
            .failure(400, "Bad request parameters: …");
        assert_eq!(pointers(&refusal), ["/payload/current_password"]);
        let mut with_wrong = payload.clone();
        with_wrong["current_password"] = "not the password".into();
        change(with_wrong)
            .await
            .failure(401, "the current password is wrong");
        let mut with_right = payload;
        with_right["current_password"] = PASSWORD.into();
        assert_eq!(change(with_right).await.ok(), updated);
    }
    let taken = json!({ "email": "OTHER@example.org", "current_password": "another long one" });
    change(taken)
        .await
        .failure(409, "an account with this e-mail address exists");
    let shown = mine.get("/user?email=new@example.org").await.ok();
    assert_eq!(
        (&shown["data"]["name"], &shown["data"]["email"]),
        (&"Renamed".into(), &"new@example.org".into())
    );
    // The other account is as it was.
    let shown = app.by(&other).get("/user").await.ok();
    check_new_user(&shown["data"], "Somebody", "other@example.org", "user");

    let refusal = mine.delete_with("/user", json!({ "id": me.id })).await;
    assert_eq!(
        pointers(&refusal.failure(400, "Bad request parameters: …")),
        ["/current_password"]
    );
    let wrong = json!({ "id": me.id, "current_password": PASSWORD });
    mine.delete_with("/user", wrong)
        .await
        .failure(401, "the current password is wrong");
    let right = json!({ "email": "new@example.org", "current_password": "another long one" });
    let deleted = mine.delete_with("/user", right).await.ok();
    assert_eq!(deleted, json!({ "ok": true, "message": "record deleted" }));
    mine.get("/user")
        .await
        .failure(401, "the token is not valid, or no longer");
    app.by(&other).get("/user").await.ok();
}

async fn an_administrator_names_anybody_and_is_told_when_there_is_nobody(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let by_admin = app.by(&admin);
    for (mount, email) in MOUNTS.into_iter().zip(["one@example.org", "two@example.org"]) {
        let user = format!("{mount}/user");
        let new = json!({ "name": "A name", "email": email, "password": PASSWORD });
        let made = by_admin.post(&user, new.clone()).await.ok();
        assert_eq!(made["message"], "User created successfully!");
        check_new_user(&made["data"], "A name", email, "user");
        let taken = by_admin.post(&user, new).await;
        taken.failure(409, "an account with this e-mail address exists");
        let bad = json!({ "email": "x", "password": "short", "role": "root" });
        let refusal = by_admin
            .post(&user, bad)
            .await
            .failure(400, "Bad request parameters: …");
        assert_eq!(pointers(&refusal), ["/email", "/password", "/role"]);

        let by_id = json!({ "id": made["data"]["id"] });
        let by_email = json!({ "email": email.to_uppercase() });
        let found = by_admin.get(&format!("{user}?email={email}")).await.ok();
        assert_eq!(found, json!({ "ok": true, "data": made["data"] }));
        let updated = json!({ "ok": true, "message": "record updated" });
        // No present password is needed for others: an administrator does not know it.
        for (query, payload) in [
            (&by_id, json!({ "password": "a new long one" })),
            (&by_email, json!({ "name": "B" })),
        ] {
            let body = json!({ "query": query, "payload": payload });
            assert_eq!(by_admin.patch(&user, body).await.ok(), updated);
        }
        let body = json!({ "email": email, "password": "a new long one" });
        assert_eq!(app.anybody().post("/auth", body).await.ok()["data"]["name"], "B");
        let deleted = json!({ "ok": true, "message": "record deleted" });
        assert_eq!(by_admin.delete_with(&user, by_id.clone()).await.ok(), deleted);

        let nothing = json!({ "ok": true, "message": "no record found" });
        for nobody in [by_id, by_email, json!({ "id": NOBODY })] {
            let body = json!({ "query": nobody, "payload": { "name": "B" } });
            assert_eq!(by_admin.patch(&user, body).await.ok(), nothing);
            assert_eq!(by_admin.delete_with(&user, nobody).await.ok(), nothing);
        }
        for query in [format!("id={NOBODY}"), format!("email={email}")] {
            by_admin
                .get(&format!("{user}?{query}"))
                .await
                .failure(404, "Not found");
        }
        // For the own account the present password is needed all the same.
        let own = json!({ "query": { "id": admin.id }, "payload": { "password": "a new long one" } });
        by_admin
            .patch(&user, own)
            .await
            .failure(400, "Bad request parameters: …");
        by_admin
            .delete_with(&user, json!({ "id": admin.id }))
            .await
            .failure(400, "Bad request parameters: …");
    }
    let new = json!({ "email": "second@example.org", "password": PASSWORD, "role": "admin" });
    assert_eq!(by_admin.post("/user", new).await.ok()["data"]["role"], "admin");
    let second = app.person_again("second@example.org").await;
    app.by(&second).get(&format!("/user?id={}", admin.id)).await.ok();
}

async fn closed_registration_is_forbidden_but_to_administrators(app: TestApp) {
    let body = json!({ "email": "person@example.org", "password": PASSWORD });
    let closed = "registration is closed; ask an administrator for an account";
    for mount in MOUNTS {
        let refused = app
            .anybody()
            .post(&format!("{mount}/register"), body.clone())
            .await;
        refused.failure(403, closed);
    }
    let refused = app.anybody().post("/api/v2/users", body.clone()).await;
    assert_eq!(refused.problem(403, "forbidden")["detail"], closed);
    let admin = app.admin("admin@example.org").await;
    app.by(&admin).post("/user", body).await.ok();
    app.person_again("person@example.org").await;
}

async fn the_key_that_signs_now_is_shown_at_both_mounts(app: TestApp) {
    let jwks = app.anybody().get("/.well-known/jwks.json").await.json();
    for mount in MOUNTS {
        let shown = app.anybody().get(&format!("{mount}/public-key")).await;
        assert_eq!(shown.header("cache-control"), "public, max-age=300");
        assert_eq!(shown.ok(), json!({ "key": jwks["keys"][0] }));
    }
}
