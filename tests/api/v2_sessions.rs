//! Sessions in version 2: signing in by body and by cookie, the list of one's sessions, and their ends.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::support::{Answer, NOBODY, ask, members, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    a_session_begins_with_the_refresh_token_in_the_body,
    with_the_cookie_transport_the_refresh_token_is_in_no_body,
    people_see_their_sessions_and_where_they_are_used,
    people_end_one_session_the_present_one_or_all_others,
}

const SESSIONS: &str = "/api/v2/sessions";
const REFRESH: &str = "/api/v2/sessions/refresh";
const COOKIE: &str = "__Host-rondo_refresh";

async fn a_session_begins_with_the_refresh_token_in_the_body(app: TestApp) {
    let user = app.register("Person@example.org").await;
    for transport in [None, Some("body")] {
        let mut body = json!({ "email": "person@EXAMPLE.org", "password": PASSWORD });
        if let Some(transport) = transport {
            body["transport"] = transport.into();
        }
        let answer = app.anybody().post(SESSIONS, body).await;
        let session = answer.expect(201);
        check_session(&session, &user);
        assert_eq!(text(&session["refresh_token"]).split('.').count(), 3);
        assert!(!answer.has("set-cookie"));
        assert_eq!(answer.header("cache-control"), "no-store");
        let id = text(&session["session"]["id"]);
        assert_eq!(answer.header("location"), format!("{SESSIONS}/{id}"));
    }
    for (email, password) in [
        ("person@example.org", "not the password"),
        ("nobody@example.org", PASSWORD),
        ("not an address", PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        let refusal = app
            .anybody()
            .post(SESSIONS, body)
            .await
            .problem(401, "credentials");
        assert_eq!(refusal["detail"], "invalid username or password");
    }
    for (bad, places) in [
        (json!({}), vec!["/email", "/password"]),
        (
            json!({ "email": "a@example.org", "password": "" }),
            vec!["/password"],
        ),
        (
            json!({ "email": "a@example.org", "password": PASSWORD, "transport": "header" }),
            vec!["/transport"],
        ),
        (
            json!({ "email": { "$ne": 1 }, "password": { "$ne": 1 } }),
            vec!["/email", "/password"],
        ),
    ] {
        let refusal = app.anybody().post(SESSIONS, bad).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), places);
    }
}

/// What a sign-in answers, but for the refresh token.
#[track_caller]
fn check_session(answer: &Value, user: &Value) {
    let mut names = members(answer);
    names.retain(|name| *name != "refresh_token");
    assert_eq!(
        names,
        ["access_token", "expires_in", "session", "token_type", "user"]
    );
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"]),
        (&"Bearer".into(), &900.into())
    );
    assert_eq!(answer["user"], *user);
    let session = &answer["session"];
    let expected = [
        "address",
        "created_at",
        "current",
        "device",
        "expires_at",
        "id",
        "last_used_at",
    ];
    assert_eq!(members(session), expected);
    assert_eq!(session["current"], true);
    assert_eq!(session["address"], "127.0.0.1");
    let days = moment(&session["expires_at"]).seconds() - moment(&session["created_at"]).seconds();
    assert_eq!(days, 90 * 86_400);
}

/// The refresh token of `Set-Cookie`, whose attributes must be exactly those of the contract.
#[track_caller]
fn token_of_cookie(answer: &Answer, seconds: std::ops::RangeInclusive<u32>) -> String {
    let line = answer.header("set-cookie");
    let (pair, attributes) = line.split_once("; ").expect("attributes");
    let (age, rest) = attributes
        .strip_prefix("Path=/; Max-Age=")
        .and_then(|rest| rest.split_once("; "))
        .unwrap_or_else(|| panic!("{line}"));
    assert!(
        seconds.contains(&age.parse::<u32>().expect("whole seconds")),
        "{line}"
    );
    assert_eq!(rest, "Secure; HttpOnly; SameSite=Strict");
    let (name, value) = pair.split_once('=').expect("a value");
    assert_eq!(name, COOKIE);
    value.to_owned()
}

async fn with_the_cookie_transport_the_refresh_token_is_in_no_body(app: TestApp) {
    let user = app.register("person@example.org").await;
    let body = json!({ "email": "person@example.org", "password": PASSWORD, "transport": "cookie" });
    let answer = app.anybody().post(SESSIONS, body).await;
    let session = answer.expect(201);
    check_session(&session, &user);
    assert!(session.get("refresh_token").is_none());
    let thirty_days = 30 * 86_400;
    let first = token_of_cookie(&answer, thirty_days - 60..=thirty_days);
    assert!(!answer.text().contains(&first));

    let with_cookie = |token: &str| -> RequestBuilder {
        let request = app.request(Method::POST, REFRESH).json(&json!({}));
        request.header("cookie", format!("other=1; {COOKIE}={token}"))
    };
    app.clock.advance(5000);
    let answer = ask(with_cookie(&first)).await;
    let refreshed = answer.ok();
    check_session(&refreshed, &user);
    let second = token_of_cookie(&answer, thirty_days - 60..=thirty_days);
    assert_ne!(first, second);
    assert!(refreshed.get("refresh_token").is_none() && !answer.text().contains(&second));
    assert_eq!(refreshed["session"]["id"], session["session"]["id"]);
    // Two tabs: the same successor, in a cookie again.
    let answer = ask(with_cookie(&first)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(token_of_cookie(&answer, thirty_days - 60..=thirty_days), second);

    // A token out of the cookie is good in no body and as no bearer, and one out of a body in no cookie.
    let stolen = json!({ "refresh_token": second });
    app.anybody()
        .post(REFRESH, stolen.clone())
        .await
        .problem(401, "unauthenticated");
    app.anybody()
        .post("/refresh", stolen)
        .await
        .failure(401, "the token is not valid, or no longer");
    app.with_token(&second)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let by_body = app.person_again("person@example.org").await;
    ask(with_cookie(&by_body.refresh_token))
        .await
        .problem(401, "unauthenticated");
    app.anybody()
        .post(REFRESH, json!({}))
        .await
        .problem(401, "unauthenticated");
    // None of that ended anything.
    let token = text(&ask(with_cookie(&second)).await.ok()["access_token"]);
    let refresh = json!({ "refresh_token": by_body.refresh_token });
    app.anybody().post(REFRESH, refresh).await.ok();

    // The cookie alone authenticates nothing but the refresh.
    let request = app
        .get("/api/v2/users/me")
        .header("cookie", format!("{COOKIE}={second}"));
    ask(request).await.problem(401, "unauthenticated");

    // Signing out takes the cookie away.
    let answer = app.with_token(&token).delete("/api/v2/sessions/current").await;
    answer.expect_empty(204);
    assert_eq!(token_of_cookie(&answer, 0..=0), "");
    app.with_token(&token)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    ask(with_cookie(&second)).await.problem(401, "unauthenticated");
}

async fn people_see_their_sessions_and_where_they_are_used(app: TestApp) {
    app.person("other@example.org").await;
    app.register("person@example.org").await;
    let body = json!({ "email": "person@example.org", "password": PASSWORD });
    let mut people = Vec::new();
    for device in ["Phone", "Laptop"] {
        app.clock.advance(1000);
        let request = app.post(SESSIONS, &body).header("user-agent", device);
        people.push(ask(request).await.expect(201));
    }
    app.clock.advance(1000);
    let phone = text(&people[0]["access_token"]);
    let list = app.with_token(&phone).get(SESSIONS).await.ok();
    assert_eq!(members(&list), ["items"]);
    // Newest first; what the sign-in showed, but for which one asks.
    let mut laptop = people[1]["session"].clone();
    laptop["current"] = false.into();
    assert_eq!(list["items"], json!([laptop, people[0]["session"]]));
    assert_eq!(
        (&laptop["device"], &people[0]["session"]["device"]),
        (&"Laptop".into(), &"Phone".into())
    );
    assert_eq!(laptop["last_used_at"], laptop["created_at"]);

    // A refresh says when and where it was used; a device name is cut, not refused.
    let refresh = json!({ "refresh_token": people[0]["refresh_token"] });
    let request = app.post(REFRESH, &refresh).header("user-agent", "T".repeat(300));
    let refreshed = ask(request).await.ok();
    let list = app.with_token(&phone).get(SESSIONS).await.ok();
    let shown = &list["items"][1];
    assert_eq!(shown["id"], people[0]["session"]["id"]);
    assert_eq!(shown["device"], "T".repeat(200));
    assert!(moment(&shown["last_used_at"]) > moment(&shown["created_at"]));
    for name in [
        "id",
        "device",
        "address",
        "created_at",
        "last_used_at",
        "expires_at",
        "current",
    ] {
        assert_eq!(refreshed["session"][name], shown[name], "{name}");
    }
}

async fn people_end_one_session_the_present_one_or_all_others(app: TestApp) {
    let mut sessions: Vec<(Person, String)> = Vec::new();
    app.register("person@example.org").await;
    for _ in 0..4 {
        let answer = app.sign_in("person@example.org").await;
        let person = Person {
            id: text(&answer["user"]["id"]),
            email: "person@example.org".into(),
            access_token: text(&answer["access_token"]),
            refresh_token: text(&answer["refresh_token"]),
        };
        sessions.push((person, text(&answer["session"]["id"])));
    }
    let other = app.person("other@example.org").await;
    let others = app.by(&other).get(SESSIONS).await.ok();
    let others_id = text(&others["items"][0]["id"]);
    let me = app.by(&sessions[0].0);
    for nothing in [others_id.as_str(), NOBODY, "x", &sessions[1].1.to_uppercase()] {
        me.delete(&format!("{SESSIONS}/{nothing}"))
            .await
            .problem(404, "not-found");
    }
    app.by(&other).get(SESSIONS).await.ok();

    let is_dead = async |person: &Person| {
        app.by(person).get(SESSIONS).await.problem(401, "unauthenticated");
        let refresh = json!({ "refresh_token": person.refresh_token });
        app.anybody()
            .post(REFRESH, refresh)
            .await
            .problem(401, "unauthenticated");
    };
    // One, by its id.
    let path = format!("{SESSIONS}/{}", sessions[1].1);
    me.delete(&path).await.expect_empty(204);
    is_dead(&sessions[1].0).await;
    me.delete(&path).await.problem(404, "not-found");
    assert_eq!(
        me.get(SESSIONS).await.ok()["items"].as_array().map(Vec::len),
        Some(3)
    );
    // All but this one.
    me.delete(SESSIONS).await.expect_empty(204);
    is_dead(&sessions[2].0).await;
    is_dead(&sessions[3].0).await;
    let left = me.get(SESSIONS).await.ok();
    assert_eq!(left["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&left["items"][0]["id"], &left["items"][0]["current"]),
        (&sessions[0].1.as_str().into(), &true.into())
    );
    // This one.
    me.delete("/api/v2/sessions/current").await.expect_empty(204);
    is_dead(&sessions[0].0).await;
    assert_eq!(app.by(&other).get(SESSIONS).await.ok(), others);
    // By its own id it can be ended too.
    let again = app.sign_in("person@example.org").await;
    let token = text(&again["access_token"]);
    let path = format!("{SESSIONS}/{}", text(&again["session"]["id"]));
    app.with_token(&token).delete(&path).await.expect_empty(204);
    app.with_token(&token)
        .get(SESSIONS)
        .await
        .problem(401, "unauthenticated");
}
