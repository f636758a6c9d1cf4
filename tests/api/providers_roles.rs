//! Who is let in, and as what, by what a provider tells of roles and claims; and how a provider is added to an account
//! that is there.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::provider::CLIENT;
use crate::common::{Keeper, TestApp};
use crate::providers_support::{Browser, SESSION, on_each_store, scene};
use crate::security_support::db_user;
use crate::support::{Answer, text};

on_each_store! {
    a_provider_is_added_to_the_account_that_is_signed_in,
    roles_of_a_provider_come_and_go,
}

const MISSING: &str = "You may not use this service";

/// Signs in as somebody with these claims, at a provider that is set up like this.
async fn sign_in(settings: &[(&str, &str)], claims: Value) -> Answer {
    let (app, provider) = scene(Keeper::Sqlite, settings)
        .await
        .expect("SQLite is never left out");
    let mut person = json!({ "sub": "person-1", "email": "person@example.org" });
    for (name, value) in claims.as_object().expect("claims") {
        person[name] = value.clone();
    }
    provider.signs_in(person);
    Browser::new(&app).signs_in(&provider).await
}

#[tokio::test]
async fn who_lacks_the_role_or_the_claim_sees_why_and_is_let_in_nowhere() {
    let role: &[(&str, &str)] = &[("REQUIRED_ROLE", "todo-user")];
    let nested: &[(&str, &str)] = &[
        ("REQUIRED_ROLE", "todo-user"),
        ("ROLES_CLAIM", "/realm_access/roles"),
    ];
    let named: &[(&str, &str)] = &[
        ("REQUIRED_ROLE", "todo-user"),
        ("ROLES_CLAIM", "https://todo.example/roles"),
    ];
    let claim: &[(&str, &str)] = &[("REQUIRED_CLAIM", "department=tools")];
    let any: &[(&str, &str)] = &[("REQUIRED_CLAIM", "employee")];
    for (settings, claims, is_let_in) in [
        (role, json!({ "roles": ["a", "todo-user"] }), true),
        (role, json!({ "roles": "a todo-user" }), true),
        (role, json!({ "roles": ["todo-user2"] }), false),
        (role, json!({ "roles": { "todo-user": true } }), false),
        (role, json!({ "groups": ["todo-user"] }), false),
        (role, json!({}), false),
        (
            nested,
            json!({ "realm_access": { "roles": ["todo-user"] } }),
            true,
        ),
        (nested, json!({ "roles": ["todo-user"] }), false),
        (
            named,
            json!({ "https://todo.example/roles": ["todo-user"] }),
            true,
        ),
        (claim, json!({ "department": "tools" }), true),
        (claim, json!({ "department": ["toys", "tools"] }), true),
        (claim, json!({ "department": "toolsmiths" }), false),
        (any, json!({ "employee": true }), true),
        (any, json!({ "employee": false }), false),
        (any, json!({}), false),
    ] {
        let answer = sign_in(settings, claims.clone()).await;
        if is_let_in {
            assert_eq!(answer.status, 303, "{claims} {}", answer.text());
        } else {
            answer.turned_away(403, MISSING);
            // In words, with a way on, and with what whoever runs the service looks for.
            let page = answer.text();
            assert!(
                page.contains("lack the role") && page.contains("href=\"/signin\""),
                "{page}"
            );
            assert!(page.contains(answer.header("x-request-id")), "{page}");
        }
    }
}

#[tokio::test]
async fn roles_stand_in_the_user_info_or_in_the_access_token_where_that_is_said() {
    let of_user_info = [("ROLES_FROM", "user_info"), ("REQUIRED_ROLE", "todo-user")];
    let of_access_token = [("ROLES_FROM", "access_token"), ("REQUIRED_ROLE", "todo-user")];
    // Of the ID token they count no more.
    let claims = json!({ "roles": ["todo-user"], "scope": "todo-user" });
    sign_in(&of_user_info, claims.clone())
        .await
        .turned_away(403, MISSING);
    let (app, provider) = scene(Keeper::Sqlite, &of_user_info)
        .await
        .expect("SQLite is never left out");
    for (roles, status) in [(json!(["todo-user"]), 303), (json!(["other"]), 403)] {
        provider.tells_at_user_info(json!({ "sub": "person-1", "roles": roles }));
        assert_eq!(Browser::new(&app).signs_in(&provider).await.status, status);
    }
    // What nobody can read has the scopes that came with it.
    assert_eq!(sign_in(&of_access_token, json!({})).await.status, 303);
    let other = [("ROLES_FROM", "access_token"), ("REQUIRED_ROLE", "todo-admin")];
    sign_in(&other, claims).await.turned_away(403, MISSING);
    // A JWT says it itself, as IBM App ID has it.
    let (app, provider) = scene(Keeper::Sqlite, &of_access_token)
        .await
        .expect("SQLite is never left out");
    let issuer = provider.issuer.clone();
    for (claims, status) in [
        (
            json!({ "iss": issuer, "aud": [CLIENT], "scope": "openid todo-user" }),
            303,
        ),
        (json!({ "iss": issuer, "aud": [CLIENT], "scope": "openid" }), 403),
    ] {
        provider.tells_in_access_token(claims);
        assert_eq!(Browser::new(&app).signs_in(&provider).await.status, status);
    }
}

async fn roles_of_a_provider_come_and_go(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("ADMIN_ROLE", "todo-admin")]).await else {
        return;
    };
    let person = |roles: Value| json!({ "sub": "person-1", "email": "person@example.org", "roles": roles });
    let mut browser = Browser::new(&app);
    provider.signs_in(person(json!(["todo-admin"])));
    browser.signs_in(&provider).await;
    assert_eq!(browser.user().await["role"], "admin");
    let token = browser.token().await;
    app.with_token(&token).get("/api/v2/users/me").await.ok();
    // The role is gone: so are the sessions that had it.
    provider.signs_in(person(json!([])));
    let mut other = Browser::new(&app);
    assert_eq!(other.signs_in(&provider).await.status, 303);
    assert_eq!(other.user().await["role"], "user");
    app.with_token(&token)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    provider.signs_in(person(json!(["todo-admin"])));
    other.signs_in(&provider).await;
    assert_eq!(other.user().await["role"], "admin");
}

/// Asks, as somebody who is signed in, to add the provider.
async fn asks(browser: &mut Browser<'_>, app: &TestApp, token: &str) -> Answer {
    let path = "/api/v2/providers/work/link?return_to=%2Fsettings";
    browser
        .ask(app.request(Method::POST, path).bearer_auth(token))
        .await
}

async fn a_provider_is_added_to_the_account_that_is_signed_in(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let person = app.person("person@example.org").await;
    let mut browser = Browser::new(&app);
    let answer = asks(&mut browser, &app, &person.access_token).await;
    let location = text(&answer.ok()["location"]);
    let answer = browser.comes_back(&provider.lets_in(&location)).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/settings"),
        "{}",
        answer.text()
    );
    assert!(
        !browser.cookies.contains_key(SESSION),
        "nobody is signed in anew by it"
    );
    // From now on it leads to that account, whatever its address is there.
    browser.signs_in(&provider).await;
    assert_eq!(text(&browser.user().await["id"]), person.id);
    // Once more changes nothing; another account cannot have it.
    let location = text(&asks(&mut browser, &app, &person.access_token).await.ok()["location"]);
    assert_eq!(browser.comes_back(&provider.lets_in(&location)).await.status, 303);
    let identities = db_user(&app, "person@example.org").await.identities;
    assert_eq!(identities.len(), 2, "{identities:?}");
    let other = app.person("other@example.org").await;
    let mut browser = Browser::new(&app);
    let location = text(&asks(&mut browser, &app, &other.access_token).await.ok()["location"]);
    let answer = browser.comes_back(&provider.lets_in(&location)).await;
    answer.turned_away(409, "This sign-in belongs to another account");

    // Whoever signs out meanwhile adds nothing.
    provider.signs_in(json!({ "sub": "person-2" }));
    let location = text(&asks(&mut browser, &app, &other.access_token).await.ok()["location"]);
    app.by(&other)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    let answer = browser.comes_back(&provider.lets_in(&location)).await;
    answer.turned_away(403, "You were signed out meanwhile");
    assert_eq!(db_user(&app, "other@example.org").await.identities.len(), 1);
    // Nor does somebody whose sign-in is long ago: a token that was stolen is not to become a way in.
    let again = app.person_again("other@example.org").await;
    app.clock.advance(601_000);
    let refused = asks(&mut browser, &app, &again.access_token)
        .await
        .problem(403, "forbidden");
    assert!(text(&refused["detail"]).contains("sign in again"), "{refused}");
    app.by(&again)
        .request(Method::POST, "/api/v2/providers/nobody/link")
        .send()
        .await
        .map(|answer| assert_eq!(answer.status(), 404))
        .expect("an answer");
}
