//! Sign-in through a certified provider: what it really sends, asks for and tells.

use reqwest::Method;
use serde_json::json;

use crate::common::app::PUBLIC_URL;
use crate::common::provider::CLIENT_SECRET;
use crate::common::real_provider::{RealProvider, Visitor};
use crate::common::{Keeper, TestApp};
use crate::providers_support::{Browser, SIGN_IN, on_each_store};
use crate::support::{Answer, ask, text};

on_each_store! {
    somebody_signs_in_with_all_that_a_real_provider_asks_for,
    a_session_that_ends_at_the_provider_ends_here,
    tokens_of_a_machine_are_taken_signed_or_opaque,
}

/// A service that knows the real provider.
async fn scene(keeper: Keeper, more: &[(&str, &str)]) -> Option<(TestApp, RealProvider)> {
    let provider =
        RealProvider::spawn(&format!("{PUBLIC_URL}/callback/work"), &format!("{PUBLIC_URL}/")).await?;
    let mut settings = vec![
        ("RONDO_PROVIDER_WORK_ISSUER", provider.issuer.as_str()),
        ("RONDO_PROVIDER_WORK_CLIENT_ID", "rondo"),
        ("RONDO_PROVIDER_WORK_CLIENT_SECRET", CLIENT_SECRET),
        ("RONDO_PROVIDER_WORK_PRIVATE_ADDRESSES", "true"),
    ];
    settings.extend_from_slice(more);
    let app = TestApp::spawn_with(keeper, &settings).await?;
    Some((app, provider))
}

/// Signs in as this person, from the beginning to the end.
async fn sign_in(browser: &mut Browser<'_>, visitor: &Visitor, name: &str) -> Answer {
    let location = browser.goes("/login/work?return_to=%2Flists").await;
    let back = visitor.goes(&location, name).await;
    assert!(
        back.as_str().starts_with(&format!("{PUBLIC_URL}/callback/work?")),
        "{back}"
    );
    browser
        .get(&format!("/callback/work?{}", back.query().unwrap_or_default()))
        .await
}

async fn somebody_signs_in_with_all_that_a_real_provider_asks_for(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let (mut browser, visitor) = (Browser::new(&app), Visitor::default());
    let answer = sign_in(&mut browser, &visitor, "ada").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/lists"),
        "{}",
        answer.text()
    );
    let user = browser.user().await;
    assert_eq!(
        (&user["email"], &user["email_verified"], &user["name"]),
        (&json!("ada@example.org"), &json!(true), &json!("ada"))
    );
    // Again, without a question; with another key; and somebody else.
    sign_in(&mut browser, &visitor, "nobody is asked").await;
    assert_eq!(browser.user().await["id"], user["id"]);
    provider.rotates().await;
    assert_eq!(sign_in(&mut browser, &visitor, "ada").await.status, 303);
    assert_eq!(browser.user().await["id"], user["id"]);
    let mut other = Browser::new(&app);
    assert_eq!(
        sign_in(&mut other, &Visitor::default(), "grace").await.status,
        303
    );
    assert_eq!(other.user().await["email"], "grace@example.org");
}

async fn tokens_of_a_machine_are_taken_signed_or_opaque(keeper: Keeper) {
    let settings = [
        ("RONDO_PROVIDER_WORK_TOKEN_AUDIENCE", "https://todo.example/api"),
        ("RONDO_PROVIDER_WORK_TOKEN_INTROSPECTION", "true"),
    ];
    let Some((app, provider)) = scene(keeper, &settings).await else {
        return;
    };
    const TODOS: &str = "/api/v2/todos";
    let (jwt, opaque) = ("https://todo.example/jwt", "https://todo.example/opaque");
    let signed = provider.robot(jwt, "todo:read todo:write").await;
    assert_eq!(signed.split('.').count(), 3, "{signed}");
    let made = app
        .with_token(&signed)
        .post(TODOS, json!({ "title": "By a robot" }))
        .await;
    made.expect(201);
    // The same machine, by a token that says nothing by itself.
    let unsigned = provider.robot(opaque, "todo:read").await;
    assert!(!unsigned.contains('.'), "{unsigned}");
    let seen = app.with_token(&unsigned).get(TODOS).await.ok();
    assert_eq!(seen["items"][0]["title"], "By a robot");
    let refused = app
        .with_token(&unsigned)
        .post(TODOS, json!({ "title": "No" }))
        .await;
    refused.problem(403, "forbidden");
    // With a new key on its side.
    provider.rotates().await;
    let later = provider.robot(jwt, "todo:read").await;
    app.with_token(&later).get(TODOS).await.ok();
    let wrong = format!("{unsigned}x");
    app.with_token(&wrong)
        .get(TODOS)
        .await
        .problem(401, "unauthenticated");
}

/// SECURITY 16
#[tokio::test]
async fn a_real_provider_refuses_a_code_without_its_verifier() {
    let Some((app, _provider)) = scene(Keeper::Sqlite, &[]).await else {
        return;
    };
    let (mut victim, mut thief) = (Browser::new(&app), Browser::new(&app));
    let location = victim.goes("/login/work").await;
    let stolen = Visitor::default().goes(&location, "ada").await;
    let stolen = stolen
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("a code")
        .1
        .into_owned();
    let location = thief.goes("/login/work").await;
    let state = reqwest::Url::parse(&location).expect("an address");
    let state = state
        .query_pairs()
        .find(|(name, _)| name == "state")
        .expect("a state")
        .1
        .into_owned();
    let issuer = location.split("/auth").next().expect("an issuer");
    let answer = thief
        .get(&format!(
            "/callback/work?code={stolen}&state={state}&iss={issuer}"
        ))
        .await;
    answer.turned_away(400, "The provider's answer cannot be used");
    assert!(!thief.cookies.contains_key(SIGN_IN));
}

#[tokio::test]
async fn a_real_providers_roles_let_in_and_make_administrators() {
    let more = [
        ("RONDO_PROVIDER_WORK_REQUIRED_ROLE", "role-of-ada"),
        ("RONDO_PROVIDER_WORK_ADMIN_ROLE", "role-of-ada"),
        ("RONDO_PROVIDER_WORK_ROLES_FROM", "user_info"),
    ];
    let Some((app, _provider)) = scene(Keeper::Sqlite, &more).await else {
        return;
    };
    let mut browser = Browser::new(&app);
    sign_in(&mut browser, &Visitor::default(), "ada").await;
    assert_eq!(browser.user().await["role"], "admin");
    let answer = sign_in(&mut Browser::new(&app), &Visitor::default(), "grace").await;
    answer.turned_away(403, "You may not use this service");
}

async fn a_session_that_ends_at_the_provider_ends_here(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    provider.tells(&format!("{}/logout/work", app.base)).await;
    let (mut browser, visitor) = (Browser::new(&app), Visitor::default());
    sign_in(&mut browser, &visitor, "ada").await;
    let mut elsewhere = Browser::new(&app);
    sign_in(&mut elsewhere, &Visitor::default(), "ada").await;
    let (token, other) = (browser.token().await, elsewhere.token().await);
    // At the provider, and not by us.
    let end = format!(
        "{}/session/end?client_id=rondo&post_logout_redirect_uri={PUBLIC_URL}/",
        provider.issuer
    );
    let back = visitor.goes(&end, "ada").await;
    assert_eq!(back.as_str(), format!("{PUBLIC_URL}/"));
    app.with_token(&token)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let refresh = app
        .request(Method::POST, "/api/v2/sessions/refresh")
        .json(&json!({}));
    browser.ask(refresh).await.problem(401, "unauthenticated");
    // What the person has elsewhere is another session there.
    app.with_token(&other).get("/api/v2/users/me").await.ok();
}

#[tokio::test]
async fn signing_out_ends_the_session_at_a_real_provider_too() {
    let Some((app, provider)) = scene(Keeper::Sqlite, &[]).await else {
        return;
    };
    provider.tells(&format!("{}/logout/work", app.base)).await;
    let (mut browser, visitor) = (Browser::new(&app), Visitor::default());
    sign_in(&mut browser, &visitor, "ada").await;
    let token = browser.token().await;
    let answer = browser.get("/logout").await;
    assert_eq!(answer.status, 303);
    assert!(browser.cookies.is_empty());
    app.with_token(&token)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let back = visitor.goes(answer.header("location"), "ada").await;
    assert_eq!(back.as_str(), format!("{PUBLIC_URL}/"));
    // Now the provider asks again who it is.
    sign_in(&mut browser, &visitor, "grace").await;
    assert_eq!(text(&browser.user().await["email"]), "grace@example.org");
    ask(app.get("/logout")).await;
}
