//! Sign-in through a provider: a new account, the same account again, the session that follows, and where people are
//! sent back to.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use rondo::service::audit::By;
use serde_json::{Value, json};

use crate::common::provider::Provider;
use crate::common::{Keeper, TestApp};
use crate::factors_support::{Authenticator, CONFIRM, SECOND, TOTP};
use crate::mailed::{RESET, VERIFY, the_mail, wait_for};
use crate::providers_support::{Browser, NAME, SESSION, SIGN_IN, encoded, on_each_store, scene};
use crate::security_support::db_user;
use crate::support::{ask, text};

on_each_store! {
    somebody_gets_an_account_and_has_it_again_the_next_time,
    the_account_is_the_subjects_whatever_the_address_is,
    without_registration_nobody_gets_an_account,
    an_account_that_is_disabled_or_was_deleted_is_not_signed_in_to,
    fifty_first_sign_ins_at_once_make_one_account,
    without_a_password_a_sign_in_of_a_moment_ago_takes_its_place,
    an_address_that_is_to_be_verified_first_is_told_on_a_page,
    a_second_factor_is_asked_for_behind_the_provider_too,
    whoever_proves_the_address_has_the_account_for_themselves,
}

async fn somebody_gets_an_account_and_has_it_again_the_next_time(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("DISPLAY_NAME", "Work")]).await else {
        return;
    };
    let list = app.anybody().get("/api/v2/providers").await.ok();
    let offered = json!({ "name": NAME, "display_name": "Work", "login_path": "/login/work" });
    assert_eq!(list, json!({ "items": [offered] }));

    let mut browser = Browser::new(&app);
    let answer = browser.signs_in(&provider).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/"),
        "{}",
        answer.text()
    );
    assert!(answer.body.is_empty() && answer.header("cache-control") == "no-store");
    // What belonged to the sign-in is gone, and the session is there.
    assert_eq!(browser.cookies.keys().collect::<Vec<_>>(), [SESSION]);
    let session = browser.session().await;
    let user = &session["user"];
    assert_eq!(
        (
            &user["email"],
            &user["email_verified"],
            &user["name"],
            &user["role"]
        ),
        (
            &json!("person@example.org"),
            &json!(true),
            &json!("Person"),
            &json!("user")
        )
    );
    assert!(session.get("refresh_token").is_none());
    let me = app
        .with_token(&text(&session["access_token"]))
        .get("/api/v2/users/me")
        .await
        .ok();
    assert_eq!(me["id"], user["id"]);

    let mut other = Browser::new(&app);
    assert_eq!(other.signs_in(&provider).await.status, 303);
    assert_eq!(other.user().await["id"], user["id"]);
    let sessions = app
        .with_token(&other.token().await)
        .get("/api/v2/sessions")
        .await
        .ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(2));
    // What it says of itself, and its keys, are asked for once.
    assert_eq!(
        (
            provider.times("/.well-known/openid-configuration"),
            provider.times("/keys")
        ),
        (1, 1)
    );
}

async fn the_account_is_the_subjects_whatever_the_address_is(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let first = browser.user().await;
    // Another address at the provider: the same account, whose address is its own.
    provider.signs_in(json!({ "sub": "person-1", "email": "new@example.org", "email_verified": true }));
    browser.signs_in(&provider).await;
    assert_eq!(browser.user().await, first);
    // Another subject with that address: another account.
    provider.signs_in(json!({ "sub": "person-2", "email": "new@example.org", "email_verified": false }));
    browser.signs_in(&provider).await;
    let second = browser.user().await;
    assert_ne!(second["id"], first["id"]);
    assert_eq!(
        (&second["email"], &second["email_verified"]),
        (&json!("new@example.org"), &json!(false))
    );
    // Without an address there is none to make an account with.
    for person in [
        json!({ "sub": "person-3" }),
        json!({ "sub": "person-3", "email": "no address" }),
    ] {
        provider.signs_in(person);
        let answer = Browser::new(&app).signs_in(&provider).await;
        answer.turned_away(403, "The provider tells no e-mail address");
    }
}

async fn without_registration_nobody_gets_an_account(keeper: Keeper) {
    // To be let in by a provider is no invitation.
    for registration in ["closed", "invite"] {
        let settings = [("RONDO_REGISTRATION", registration)];
        let Some((app, provider)) = scene(keeper, &settings).await else {
            return;
        };
        let answer = Browser::new(&app).signs_in(&provider).await;
        answer.turned_away(403, "You have no account here");
    }
    let Some((app, provider)) = scene(
        keeper,
        &[("RONDO_REGISTRATION", "closed"), ("REGISTRATION", "open")],
    )
    .await
    else {
        return;
    };
    assert_eq!(Browser::new(&app).signs_in(&provider).await.status, 303);
}

async fn an_account_that_is_disabled_or_was_deleted_is_not_signed_in_to(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let id = text(&browser.user().await["id"]).parse().expect("an id");
    let disabled = |disabled| rondo::service::accounts::UserPatch {
        disabled: Some(disabled),
        ..Default::default()
    };
    let accounts = &app.services.accounts;
    accounts
        .apply(By::operator(), id, disabled(true), None, "")
        .await
        .expect("an account");
    browser
        .signs_in(&provider)
        .await
        .turned_away(403, "Your account is disabled");
    accounts
        .apply(By::operator(), id, disabled(false), None, "")
        .await
        .expect("an account");
    assert_eq!(browser.signs_in(&provider).await.status, 303);
    accounts.erase(By::operator(), id).await.expect("an account");
    browser.signs_in(&provider).await;
    assert_ne!(browser.user().await["id"], id.to_string());
}

async fn fifty_first_sign_ins_at_once_make_one_account(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let sign_in = async || {
        let mut browser = Browser::new(&app);
        let answer = browser.signs_in(&provider).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        text(&browser.user().await["id"])
    };
    let mut ids = futures_util::future::join_all((0..50).map(|_| sign_in())).await;
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

async fn whoever_proves_the_address_has_the_account_for_themselves(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    // Somebody makes an account with an address that is not theirs, and a way in of their own.
    let stranger = app.person("person@example.org").await;
    let path = format!("/api/v2/providers/{NAME}/link");
    let mut browser = Browser::new(&app);
    let asked = browser
        .ask(
            app.request(Method::POST, &path)
                .bearer_auth(&stranger.access_token),
        )
        .await;
    provider.signs_in(json!({ "sub": "stranger", "email": "stranger@example.org" }));
    let location = text(&asked.ok()["location"]);
    assert_eq!(browser.comes_back(&provider.lets_in(&location)).await.status, 303);
    // Whose address it is asks for a new password.
    let body = json!({ "email": "person@example.org" });
    app.anybody()
        .post("/api/v2/password-resets", body)
        .await
        .expect_empty(204);
    let mail = the_mail(&app, "person@example.org", RESET).await;
    let body = json!({ "token": mail.token(), "new_password": "a quite different one" });
    app.anybody()
        .post("/api/v2/password-resets/complete", body)
        .await
        .expect_empty(204);
    let user = db_user(&app, "person@example.org").await;
    assert_eq!(user.identities, ["email:person@example.org"]);
    let mut browser = Browser::new(&app);
    assert_eq!(browser.signs_in(&provider).await.status, 303);
    assert_ne!(
        browser.user().await["id"],
        user.id.to_string(),
        "an account of their own"
    );
}

async fn an_address_that_is_to_be_verified_first_is_told_on_a_page(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("RONDO_UNVERIFIED_EMAIL", "refused")]).await else {
        return;
    };
    provider.signs_in(json!({ "sub": "person-1", "email": "person@example.org" }));
    let mut browser = Browser::new(&app);
    let answer = browser.signs_in(&provider).await;
    answer.turned_away(403, "You were not signed in");
    let page = answer.text();
    assert!(page.contains("<p>Confirm your e-mail address first: "), "{page}");
    assert!(browser.cookies.is_empty(), "the sign-in is at its end");
    // The account was made, and asked to be signed in to; the link of the last mail is good.
    let mut verified = 0;
    for mail in wait_for(&app, "person@example.org", VERIFY, 2).await {
        let body = json!({ "token": mail.token() });
        let answer = app.anybody().post("/api/v2/email-verifications", body).await;
        verified += u32::from(answer.status == 204);
    }
    assert_eq!(verified, 1);
    assert_eq!(browser.signs_in(&provider).await.status, 303);
}

async fn a_second_factor_is_asked_for_behind_the_provider_too(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let token = browser.token().await;
    let me = app.with_token(&token);
    let made = me.post(TOTP, json!({})).await.ok();
    let authenticator = Authenticator::of(&text(&made["secret"]));
    let code = authenticator.code(&app, 0);
    me.post(CONFIRM, json!({ "code": code })).await.ok();

    let mut browser = Browser::new(&app);
    let location = browser.goes(&format!("/login/{NAME}?return_to=%2Flists")).await;
    let answer = browser.comes_back(&provider.lets_in(&location)).await;
    let (page, asked) = answer.header("location").split_once('#').expect("what is asked");
    assert_eq!((answer.status, page), (303, "/signin?next=%2Flists"));
    assert!(
        browser.cookies.is_empty(),
        "nobody is signed in yet: {:?}",
        browser.cookies
    );
    let asked = asked.strip_prefix("second_factor=").expect("what is asked");
    let asked = URL_SAFE_NO_PAD.decode(asked).expect("base64url");
    let asked: Value = serde_json::from_slice(&asked).expect("JSON");
    assert_eq!(asked["methods"], json!(["code", "recovery_code"]));

    let shown = |code: String| {
        let factor = json!({ "code": code });
        json!({ "ticket": asked["ticket"], "second_factor": factor, "transport": "cookie" })
    };
    let wrong = app.post(SECOND, &shown(authenticator.wrong_code(&app)));
    browser.ask(wrong).await.problem(401, "credentials");
    let right = app.post(SECOND, &shown(authenticator.next_code(&app)));
    browser.ask(right).await.expect(201);
    assert_eq!(browser.user().await["email"], "person@example.org");
    // It is a session of the provider's all the same.
    let there = browser.get("/logout").await;
    assert!(
        there.header("location").starts_with(&provider.issuer),
        "{}",
        there.header("location")
    );
}

async fn without_a_password_a_sign_in_of_a_moment_ago_takes_its_place(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let (mut browser, path) = (Browser::new(&app), "/api/v2/users/me/password");
    browser.signs_in(&provider).await;
    let token = browser.token().await;
    app.clock.advance(601_000);
    let new = json!({ "new_password": "a quite different one" });
    let me = app.with_token(&token);
    me.post(path, new.clone()).await.problem(403, "forbidden");
    ask(me.request(Method::DELETE, "/api/v2/users/me").json(&json!({})))
        .await
        .problem(403, "forbidden");
    // One whose provider does not say when it asked is not known to be of a moment ago.
    provider.signs_in(json!({ "sub": "person-1", "email": "person@example.org", "auth_time": null }));
    browser.signs_in(&provider).await;
    let token = browser.token().await;
    app.with_token(&token)
        .post(path, new.clone())
        .await
        .problem(403, "forbidden");
    let now = app.services.source.now().seconds();
    provider.signs_in(json!({ "sub": "person-1", "email": "person@example.org", "auth_time": now }));
    let again = browser.goes(&format!("/login/{NAME}?again=true")).await;
    assert!(
        again.contains("prompt=login") && again.contains("max_age=0"),
        "{again}"
    );
    browser.comes_back(&provider.lets_in(&again)).await;
    let token = browser.token().await;
    let me = app.with_token(&token);
    me.post(path, new.clone()).await.expect_empty(204);
    // From now on there is one to be asked for.
    me.post(path, new).await.problem(422, "schema");
    let body = json!({ "email": "person@example.org", "password": "a quite different one" });
    app.anybody().post("/api/v2/sessions", body).await.expect(201);
    // Somebody else, who never has one, can leave.
    let now = app.services.source.now().seconds();
    provider.signs_in(json!({ "sub": "person-2", "email": "other@example.org", "auth_time": now }));
    let mut other = Browser::new(&app);
    other.signs_in(&provider).await;
    let me = other.token().await;
    ask(app
        .with_token(&me)
        .request(Method::DELETE, "/api/v2/users/me")
        .json(&json!({})))
    .await
    .expect_empty(204);
}

async fn app() -> (TestApp, Provider) {
    scene(Keeper::Sqlite, &[])
        .await
        .expect("SQLite is never left out")
}

#[tokio::test]
async fn people_return_to_where_they_were_headed() {
    let (app, provider) = app().await;
    let mut browser = Browser::new(&app);
    // With one provider there is nothing to choose.
    for path in [
        "/login/work?return_to=%2Flists%2F1%3Fa%3Db",
        "/login?return_to=%2Flists%2F1%3Fa%3Db",
    ] {
        let location = browser.goes(path).await;
        let answer = browser.comes_back(&provider.lets_in(&location)).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/lists/1?a=b"));
    }
    app.anybody().get("/login/nobody").await.problem(404, "not-found");
    for query in ["return_to=/&return_to=/", "next=/", "return_to[]=/"] {
        let path = format!("/login/work?{query}");
        app.anybody().get(&path).await.problem(400, "query");
    }
}

#[tokio::test]
async fn without_one_provider_people_choose_on_the_sign_in_page() {
    let app = TestApp::spawn(Keeper::Sqlite)
        .await
        .expect("SQLite is never left out");
    for (path, location) in [
        ("/login", "/signin"),
        (
            "/login?return_to=%2Flists%3Fa%3Db%26c",
            "/signin?next=%2Flists%3Fa%3Db%26c",
        ),
        ("/login?return_to=https%3A%2F%2Fevil.example", "/signin"),
    ] {
        let answer = app.anybody().get(path).await;
        assert_eq!((answer.status, answer.header("location")), (303, location));
        assert!(!answer.has("set-cookie"));
    }
    assert_eq!(
        app.anybody().get("/api/v2/providers").await.ok(),
        json!({ "items": [] })
    );
}

#[tokio::test]
async fn a_provider_may_send_people_back_by_a_form() {
    let settings = [
        ("FORM_POST", "true"),
        ("REDIRECT_PATH", "/callback"),
        // With CORS every Origin is looked at.
        ("RONDO_CORS_ORIGINS", "https://app.example"),
    ];
    let (app, provider) = scene(Keeper::Sqlite, &settings)
        .await
        .expect("SQLite is never left out");
    let mut browser = Browser::new(&app);
    let answer = browser.get("/login/work").await;
    // The form comes from the provider's page, and brings no other cookie along.
    assert!(
        answer
            .header("set-cookie")
            .ends_with("Secure; HttpOnly; SameSite=None")
    );
    let location = answer.header("location").to_owned();
    assert!(location.contains("response_mode=form_post"), "{location}");
    let mut brought = provider.lets_in(&location);
    brought.insert("session_state".into(), "whatever it adds".into());
    let form = || {
        app.request(Method::POST, "/callback")
            .header("origin", &provider.issuer)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(encoded(&brought))
    };
    ask(form())
        .await
        .turned_away(400, "This sign-in was not begun here");
    let answer = browser.ask(form()).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/"),
        "{}",
        answer.text()
    );
    assert_eq!(browser.user().await["email"], "person@example.org");
    // A code is good once, and so is a sign-in.
    browser
        .ask(form())
        .await
        .turned_away(400, "This sign-in was not begun here");
    ask(app.request(Method::POST, "/callback").json(&json!({})))
        .await
        .problem(415, "media-type");
}

#[tokio::test]
async fn signing_out_ends_the_session_of_this_browser() {
    let (app, provider) = app().await;
    let mut browser = Browser::new(&app);
    browser.signs_in(&provider).await;
    let token = browser.token().await;
    let answer = browser.get("/logout").await;
    assert_eq!(answer.status, 303);
    assert!(browser.cookies.is_empty());
    app.with_token(&token)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    // Whoever is not signed in is sent to the beginning.
    let answer = browser.get("/logout").await;
    assert_eq!((answer.status, answer.header("location")), (303, "/"));
}

#[tokio::test]
async fn the_service_starts_without_its_provider_and_says_so_where_it_is_needed() {
    let (app, provider) = app().await;
    let (issuer, mut browser) = (provider.issuer.clone(), Browser::new(&app));
    drop(provider);
    let answer = browser.get("/login/work").await;
    answer.turned_away(503, "The provider does not answer");
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.text().contains(&issuer) && !browser.cookies.contains_key(SIGN_IN));
    // Everything else goes on.
    app.person("other@example.org").await;
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_once_a_cool_down() {
    let (app, provider) = app().await;
    let discovery = "/.well-known/openid-configuration";
    provider.answers(discovery, crate::common::provider::Answer::failure(500, "broken"));
    for _ in 0..10 {
        let answer = app.anybody().get("/login/work").await;
        answer.turned_away(503, "The provider does not answer");
    }
    assert_eq!(provider.times(discovery), 1);
    provider.is_honest();
    app.clock.advance(6_000);
    assert_eq!(Browser::new(&app).signs_in(&provider).await.status, 303);
    // What is known is good for a while if it goes down again.
    provider.answers(discovery, crate::common::provider::Answer::failure(500, "broken"));
    app.clock.advance(2 * 3_600_000);
    assert_eq!(app.anybody().get("/login/work").await.status, 303);
    assert_eq!(provider.times(discovery), 3);
}
