//! The providers that an account is linked to: what its owner sees of them, what becomes of one that is taken away, and
//! that nobody is locked out by it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use rondo::model::{Actor, AuditKind, Id};
use rondo::service::accounts::UserPatch;
use rondo::service::audit::By;
use serde_json::{Value, json};

use crate::audit_recorded::{all, id_of, kinds, since};
use crate::common::app::PASSWORD;
use crate::common::provider::{CLIENT, CLIENT_SECRET, Provider};
use crate::common::{Keeper, TestApp};
use crate::factors_passkeys::{ALONE, ALONE_OPTIONS, CHALLENGE, Device, NAMED, OPTIONS, PASSKEYS, proof};
use crate::factors_support::{finish, guard};
use crate::mailed::{LINKED, UNLINKED, mails_to, the_mail, until_all_is_sent};
use crate::providers_support::{Browser, NAME, on_each_store, scene};
use crate::security_support::db_user;
use crate::support::{As, NOBODY, ask, pointers, text};

on_each_store! {
    what_is_linked_is_seen_and_taken_away_by_the_owner_alone,
    taking_one_away_needs_the_fresh_check_and_no_token_does_it,
    the_sessions_that_began_there_end_and_no_others,
    a_sign_in_that_is_under_way_comes_to_nothing,
    the_last_way_to_sign_in_stays,
    of_two_that_are_taken_away_at_once_one_stays,
    one_that_is_not_configured_any_more_is_taken_away_all_the_same,
    the_owner_is_told_of_what_comes_and_goes,
    what_is_taken_away_is_recorded_with_who_and_whence,
}

const LINKS: &str = "/api/v2/users/me/providers";
const EMAIL: &str = "person@example.org";
const LAST: &str = "this is the only way to sign in to the account: set a password, or add another way, before it is taken away";

fn fresh() -> Value {
    json!({ "current_password": PASSWORD })
}

/// Whoever signs in at the provider next is this, and says so at this moment.
fn is_there(app: &TestApp, provider: &Provider, subject: &str) {
    let now = app.services.source.now().seconds();
    let email = format!("{}@example.org", subject.replace('|', "."));
    provider.signs_in(json!({ "sub": subject, "email": email, "email_verified": true, "auth_time": now }));
}

/// Links the account of this token.
async fn link(app: &TestApp, provider: &Provider, token: &str, subject: &str) {
    is_there(app, provider, subject);
    let mut browser = Browser::new(app);
    let path = format!("/api/v2/providers/{NAME}/link");
    let asked = browser.ask(app.request(Method::POST, &path).bearer_auth(token));
    let location = text(&asked.await.ok()["location"]);
    let answer = browser.comes_back(&provider.lets_in(&location)).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
}

/// Signs in through the provider.
async fn sign_in<'a>(app: &'a TestApp, provider: &Provider, subject: &str) -> Browser<'a> {
    is_there(app, provider, subject);
    let mut browser = Browser::new(app);
    let answer = browser.signs_in(provider).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    browser
}

async fn links(me: As<'_>) -> Vec<Value> {
    let links = me.get(LINKS).await.ok();
    links["items"].as_array().expect("items").clone()
}

/// The path of the link to this subject.
async fn path_of(me: As<'_>, subject: &str) -> String {
    let links = links(me).await;
    let link = links.iter().find(|link| link["subject"] == subject);
    format!("{LINKS}/{}", text(&link.expect("a link")["id"]))
}

async fn is_signed_in(app: &TestApp, token: &str) -> bool {
    app.with_token(token).get("/api/v2/users/me").await.status == 200
}

async fn what_is_linked_is_seen_and_taken_away_by_the_owner_alone(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("DISPLAY_NAME", "Work")]).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    let me = app.by(&person);
    assert_eq!(me.get(LINKS).await.ok(), json!({ "items": [] }));
    // The second as Auth0 writes subjects.
    for subject in ["person-1", "auth0|2"] {
        link(&app, &provider, &person.access_token, subject).await;
    }
    let seen = links(me).await;
    let shown = |place: usize, subject: &str| {
        let id: Id = text(&seen[place]["id"]).parse().expect("an id");
        json!({
            "id": id, "name": NAME, "display_name": "Work", "issuer": provider.issuer, "subject": subject,
        })
    };
    assert_eq!(seen, [shown(0, "person-1"), shown(1, "auth0|2")]);
    assert_ne!(seen[0]["id"], seen[1]["id"]);
    assert!(!me.get(LINKS).await.text().contains(CLIENT_SECRET));

    let other = app.person("other@example.org").await;
    assert_eq!(links(app.by(&other)).await, Vec::<Value>::new());
    let path = path_of(me, "person-1").await;
    let refused = app.by(&other).delete_with(&path, fresh()).await;
    refused.problem(404, "not-found");
    for nothing in [NOBODY, "x", "person-1", NAME] {
        let refused = me.delete_with(&format!("{LINKS}/{nothing}"), fresh()).await;
        refused.problem(404, "not-found");
    }
    assert_eq!(links(me).await, seen);

    me.delete_with(&path, fresh()).await.expect_empty(204);
    me.delete_with(&path, fresh()).await.problem(404, "not-found");
    assert_eq!(links(me).await, seen[1..]);
    // It leads to this account no more, and the other one does.
    let mut browser = sign_in(&app, &provider, "auth0|2").await;
    assert_eq!(browser.user().await["id"], person.id);
    let mut browser = sign_in(&app, &provider, "person-1").await;
    assert_ne!(browser.user().await["id"], person.id);
}

async fn taking_one_away_needs_the_fresh_check_and_no_token_does_it(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("TOKEN_AUDIENCE", CLIENT)]).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    link(&app, &provider, &person.access_token, "person-1").await;
    let me = app.by(&person);
    let path = path_of(me, "person-1").await;
    let refusal = me.delete_with(&path, json!({})).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/current_password"]);
    let wrong = json!({ "current_password": "not the password" });
    me.delete_with(&path, wrong).await.problem(401, "credentials");
    // Tokens that were given away see what there is, and take nothing away.
    let made = json!({ "name": "A script", "scopes": ["profile"] });
    let made = me.post("/api/v2/tokens", made).await.expect(201);
    let now = app.services.source.now().seconds();
    let claims = json!({
        "iss": provider.issuer, "aud": CLIENT, "sub": "person-1", "client_id": "a-program", "iat": now,
        "exp": now + 300, "scope": "profile",
    });
    for token in [
        text(&made["token"]),
        provider.signs(&json!({ "typ": "at+jwt" }), &claims),
    ] {
        let delegated = app.with_token(&token);
        assert_eq!(links(delegated).await.len(), 1);
        let refused = delegated.delete_with(&path, fresh()).await;
        refused.problem(403, "forbidden");
    }
    let guarded = guard(&app, person.clone()).await;
    let refusal = me.delete_with(&path, fresh()).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/second_factor"]);
    let with_code = |code: String| json!({ "current_password": PASSWORD, "second_factor": { "code": code } });
    let wrong = with_code(guarded.authenticator.wrong_code(&app));
    me.delete_with(&path, wrong).await.problem(401, "credentials");
    assert_eq!(links(me).await.len(), 1);
    let right = with_code(guarded.authenticator.next_code(&app));
    me.delete_with(&path, right).await.expect_empty(204);

    // Without a password, a sign-in of a moment ago takes its place.
    let token = sign_in(&app, &provider, "person-2").await.token().await;
    link(&app, &provider, &token, "person-3").await;
    let path = path_of(app.with_token(&token), "person-3").await;
    app.clock.advance(601_000);
    let refused = app.with_token(&token).delete_with(&path, json!({})).await;
    refused.problem(403, "forbidden");
    let token = sign_in(&app, &provider, "person-2").await.token().await;
    let me = app.with_token(&token);
    me.delete_with(&path, json!({})).await.expect_empty(204);
    assert_eq!(links(me).await.len(), 1);
}

async fn the_sessions_that_began_there_end_and_no_others(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    for subject in ["person-1", "person-2"] {
        link(&app, &provider, &person.access_token, subject).await;
    }
    let mut browsers = Vec::new();
    let mut tokens = vec![person.access_token.clone()];
    for subject in ["person-1", "person-1", "person-2", "stranger"] {
        let mut browser = sign_in(&app, &provider, subject).await;
        tokens.push(browser.token().await);
        browsers.push(browser);
    }
    let left = async || {
        let mut left = Vec::new();
        for token in &tokens {
            left.push(is_signed_in(&app, token).await);
        }
        left
    };
    assert_eq!(left().await, [true; 5]);
    let me = app.by(&person);
    let path = path_of(me, "person-1").await;
    me.delete_with(&path, fresh()).await.expect_empty(204);
    assert_eq!(left().await, [true, false, false, true, true]);
    let refresh = app.post("/api/v2/sessions/refresh", &json!({}));
    let refused = browsers[0].ask(refresh).await;
    refused.problem(401, "unauthenticated");
    // Their own, too.
    let by_provider = app.with_token(&tokens[3]);
    let path = path_of(by_provider, "person-2").await;
    by_provider.delete_with(&path, fresh()).await.expect_empty(204);
    assert_eq!(left().await, [true, false, false, false, true]);
    let sessions = me.get("/api/v2/sessions").await.ok();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1));
}

async fn a_sign_in_that_is_under_way_comes_to_nothing(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    for subject in ["person-1", "person-2"] {
        link(&app, &provider, &person.access_token, subject).await;
    }
    let guarded = guard(&app, person.clone()).await;
    // Both wait for the second factor.
    let mut tickets = Vec::new();
    for subject in ["person-1", "person-2"] {
        is_there(&app, &provider, subject);
        let answer = Browser::new(&app).signs_in(&provider).await;
        let (_, asked) = answer
            .header("location")
            .split_once("#second_factor=")
            .expect("it is asked for");
        let asked = URL_SAFE_NO_PAD.decode(asked).expect("base64url");
        let asked: Value = serde_json::from_slice(&asked).expect("JSON");
        tickets.push(text(&asked["ticket"]));
    }
    let me = app.by(&person);
    let path = path_of(me, "person-1").await;
    let proof = json!({ "recovery_code": guarded.codes[0] });
    let shown = json!({ "current_password": PASSWORD, "second_factor": proof });
    me.delete_with(&path, shown).await.expect_empty(204);
    let sessions = async || me.get("/api/v2/sessions").await.ok()["items"].clone();
    let before = sessions().await;
    let proof = |place: usize| json!({ "recovery_code": guarded.codes[place] });
    finish(&app, &tickets[0], proof(1))
        .await
        .problem(401, "unauthenticated");
    assert_eq!(sessions().await, before);
    finish(&app, &tickets[1], proof(2)).await.expect(201);
}

async fn the_last_way_to_sign_in_stays(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &NAMED).await else {
        return;
    };
    let token = sign_in(&app, &provider, "person-1").await.token().await;
    let me = app.with_token(&token);
    let path = path_of(me, "person-1").await;
    let kept = db_user(&app, "person-1@example.org").await;
    let refusal = me.delete_with(&path, json!({})).await.problem(409, "conflict");
    assert_eq!(refusal["detail"], LAST);
    assert_eq!(db_user(&app, "person-1@example.org").await, kept);
    assert!(is_signed_in(&app, &token).await);

    // A passkey signs in alone, so that it is one; then it is the last.
    let mut device = Device::new();
    let asked = me.post(OPTIONS, json!({})).await.ok();
    let answer = device.make(&asked["options"]);
    let body = json!({ "ticket": asked["ticket"], "name": "My device", "answer": answer });
    let passkey = me.post(PASSKEYS, body).await.expect(201);
    let challenge = me.post(CHALLENGE, json!({})).await.ok();
    let shown = json!({ "second_factor": proof(&mut device, &challenge) });
    me.delete_with(&path, shown).await.expect_empty(204);
    let asked = app.anybody().post(ALONE_OPTIONS, json!({})).await.ok();
    let answer = device.show_alone(&asked["options"], &kept.id.to_string());
    let body = json!({ "ticket": asked["ticket"], "answer": answer });
    let signed_in = app.anybody().post(ALONE, body).await.expect(201);
    let token = text(&signed_in["access_token"]);
    let me = app.with_token(&token);
    assert_eq!(links(me).await, Vec::<Value>::new());
    let passkey = format!("{PASSKEYS}/{}", text(&passkey["id"]));
    let challenge = me.post(CHALLENGE, json!({})).await.ok();
    let shown = json!({ "second_factor": proof(&mut device, &challenge) });
    let refusal = me.delete_with(&passkey, shown.clone()).await;
    assert_eq!(refusal.problem(409, "conflict")["detail"], LAST);
    // Nor is what was shown used up by that.
    let mut new = shown;
    new["new_password"] = PASSWORD.into();
    let set = me.post("/api/v2/users/me/password", new).await;
    set.expect_empty(204);
    let challenge = me.post(CHALLENGE, json!({})).await.ok();
    let shown = json!({ "current_password": PASSWORD, "second_factor": proof(&mut device, &challenge) });
    me.delete_with(&passkey, shown).await.expect_empty(204);
    app.sign_in("person-1@example.org").await;

    // With a password the only link goes.
    let token = sign_in(&app, &provider, "person-2").await.token().await;
    let me = app.with_token(&token);
    let path = path_of(me, "person-2").await;
    let new = json!({ "new_password": PASSWORD });
    let set = me.post("/api/v2/users/me/password", new).await;
    set.expect_empty(204);
    me.delete_with(&path, fresh()).await.expect_empty(204);
    app.sign_in("person-2@example.org").await;
}

async fn at_once(instances: [&TestApp; 2], provider: &Provider) {
    let app = instances[0];
    for round in 0..8 {
        let subjects = [format!("first-{round}"), format!("second-{round}")];
        let first = sign_in(app, provider, &subjects[0]).await.token().await;
        link(app, provider, &first, &subjects[1]).await;
        let second = sign_in(app, provider, &subjects[1]).await.token().await;
        // Each by the session that it ends itself, if it comes about.
        let paths = [
            path_of(app.with_token(&first), &subjects[0]).await,
            path_of(app.with_token(&first), &subjects[1]).await,
        ];
        let asked = |place: usize, token: &str| {
            let me = instances[place].with_token(token);
            ask(me.request(Method::DELETE, &paths[place]).json(&json!({})))
        };
        let (first_answer, second_answer) = tokio::join!(asked(0, &first), asked(1, &second));
        let (refused, still) = match (first_answer.status, second_answer.status) {
            (204, _) => (second_answer, second),
            (_, 204) => (first_answer, first),
            _ => panic!("{} {}", first_answer.text(), second_answer.text()),
        };
        assert_eq!(refused.problem(409, "conflict")["detail"], LAST);
        assert_eq!(links(app.with_token(&still)).await.len(), 1);
    }
}

async fn of_two_that_are_taken_away_at_once_one_stays(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    at_once([&app, &app], &provider).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_are_taken_away_at_once_at_two_instances_one_stays() {
    let Some((app, provider)) = scene(Keeper::Mongo, &[]).await else {
        return;
    };
    let settings = provider.settings(NAME);
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let other = app.spawn_beside(&settings).await;
    at_once([&app, &other], &provider).await;
}

async fn one_that_is_not_configured_any_more_is_taken_away_all_the_same(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    link(&app, &provider, &person.access_token, "person-1").await;
    let without_password = sign_in(&app, &provider, "person-2").await.token().await;
    let app = TestApp::restart(app.stop().await, &[]).await;
    let me = app.by(&person);
    let seen = links(me).await;
    let shown = json!({
        "id": seen[0]["id"], "name": null, "display_name": provider.issuer, "issuer": provider.issuer,
        "subject": "person-1",
    });
    assert_eq!(seen, [shown]);
    let path = path_of(me, "person-1").await;
    me.delete_with(&path, fresh()).await.expect_empty(204);
    assert_eq!(links(me).await, Vec::<Value>::new());
    let mail = the_mail(&app, EMAIL, UNLINKED).await;
    assert!(
        mail.0
            .contains("Provider: one that is not set up here any more\r\n"),
        "{}",
        mail.0
    );
    // It may be configured again: who has nothing else keeps it.
    let other = app.with_token(&without_password);
    let path = path_of(other, "person-2").await;
    let refusal = other.delete_with(&path, json!({})).await;
    assert_eq!(refusal.problem(409, "conflict")["detail"], LAST);
}

async fn the_owner_is_told_of_what_comes_and_goes(keeper: Keeper) {
    let settings = [("DISPLAY_NAME", "Work"), ("LINK_BY_EMAIL", "true")];
    let Some((app, provider)) = scene(keeper, &settings).await else {
        return;
    };
    let parts = [
        "Provider: Work\r\n",
        "(UTC)\r\n",
        "http://rondo.test/reset-password\r\n",
    ];
    let count = async |email: &str, subject: &str| {
        until_all_is_sent(&app).await;
        let mut mails = mails_to(&app, email).await;
        mails.retain(|mail| mail.subject() == subject);
        mails.len()
    };
    let person = app.person(EMAIL).await;
    link(&app, &provider, &person.access_token, "person-1").await;
    let mail = the_mail(&app, EMAIL, LINKED).await;
    assert!(parts.iter().all(|part| mail.0.contains(part)), "{}", mail.0);
    // Once more changes nothing, and so it tells nothing; nor does what was refused.
    link(&app, &provider, &person.access_token, "person-1").await;
    let me = app.by(&person);
    let path = path_of(me, "person-1").await;
    let wrong = json!({ "current_password": "not the password" });
    me.delete_with(&path, wrong).await.problem(401, "credentials");
    assert_eq!(count(EMAIL, LINKED).await, 1);
    assert_eq!(count(EMAIL, UNLINKED).await, 0);
    me.delete_with(&path, fresh()).await.expect_empty(204);
    let mail = the_mail(&app, EMAIL, UNLINKED).await;
    assert!(parts.iter().all(|part| mail.0.contains(part)), "{}", mail.0);

    // By its address, too; and an account that is made by it has nothing to be told.
    let second = app.person("second@example.org").await;
    let verified = UserPatch {
        email_verified: Some(true),
        ..UserPatch::default()
    };
    let accounts = &app.services.accounts;
    accounts
        .apply(By::operator(), id_of(&second), verified, None, "")
        .await
        .expect("an account");
    let mut browser = sign_in(&app, &provider, "second").await;
    assert_eq!(browser.user().await["id"], second.id);
    the_mail(&app, "second@example.org", LINKED).await;
    sign_in(&app, &provider, "third").await;
    assert_eq!(count("third@example.org", LINKED).await, 0);
}

async fn what_is_taken_away_is_recorded_with_who_and_whence(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let person = app.person(EMAIL).await;
    link(&app, &provider, &person.access_token, "person-1").await;
    let there = sign_in(&app, &provider, "person-1").await.session().await;
    let me = app.by(&person);
    let path = path_of(me, "person-1").await;
    let known = all(&app).await.len();
    let wrong = json!({ "current_password": "not the password" });
    me.delete_with(&path, wrong).await.problem(401, "credentials");
    let answer = me.delete_with(&path, fresh()).await;
    answer.expect_empty(204);
    let events = since(&app, known).await;
    let expected = [
        AuditKind::ConfirmationFailed,
        AuditKind::ProviderUnlinked,
        AuditKind::SessionEnded,
    ];
    assert_eq!(kinds(&events), expected);
    let id = id_of(&person);
    for event in &events {
        assert_eq!((event.actor, event.subject), (Actor::User(id), Some(id)));
        assert_eq!(event.address, "127.0.0.1");
    }
    for event in &events[1..] {
        assert_eq!(event.request_id, answer.header("x-request-id"));
    }
    let ended = events[2].details.session.map(|id| id.to_string());
    assert_eq!(ended, Some(text(&there["session"]["id"])));
    let shown = me.get("/api/v2/users/me/audit?limit=2").await.ok();
    assert_eq!(shown["items"][1]["kind"], "provider_unlinked");
}
