//! A new password by mail: what it does, and what nobody learns or gains by it who does not read the mail.

use std::collections::BTreeMap;

use reqwest::Method;
use rondo::model::Factors;
use rondo::service::accounts::UserPatch;
use rondo::service::audit::By;
use rondo::service::sessions::Client;
use serde_json::json;

use crate::calendar::made_path;
use crate::common::TestApp;
use crate::common::app::{PASSWORD, PUBLIC_URL};
use crate::factors_support::guard;
use crate::mailed::{Mail, RESET, mails_to, the_mail, until_all_is_sent, wait_for};
use crate::security_support::{begin_minute, db_user};
use crate::support::{Answer, ask, on_each_keeper, pointers, text};

on_each_keeper! {
    a_new_password_is_set_by_mail_and_everything_else_ends,
    nobody_learns_by_asking_whether_an_account_exists,
    being_throttled_tells_nothing_either
        with [("RONDO_SIGN_IN_LIMIT", "3"), ("RONDO_TRUSTED_PROXIES", "127.0.0.1")],
    a_link_works_once_at_two_instances_at_once,
    a_link_ends_after_an_hour_with_another_one_and_with_another_password,
    a_password_that_is_refused_leaves_the_link_good,
    no_flood_of_mails_comes_of_a_flood_of_requests,
    links_lead_to_the_public_address_whatever_the_request_says,
    no_address_and_no_name_puts_anything_into_a_mail,
    a_disabled_account_is_sent_nothing,
    whoever_proves_the_address_is_asked_for_nothing_that_a_stranger_has,
    only_hashes_of_the_secrets_are_kept,
}

const EMAIL: &str = "person@example.org";
const NEW: &str = "another horse battery";
const MINUTE: i64 = 60_000;

async fn ask_for(app: &TestApp, email: &str) -> Answer {
    let body = json!({ "email": email });
    app.anybody().post("/api/v2/password-resets", body).await
}

async fn complete(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "new_password": password });
    app.anybody().post("/api/v2/password-resets/complete", body).await
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> u16 {
    let body = json!({ "email": email, "password": password });
    app.anybody().post("/api/v2/sessions", body).await.status
}

/// The token of the mail that was asked for.
async fn token(app: &TestApp, email: &str) -> String {
    ask_for(app, email).await.expect_empty(204);
    the_mail(app, email, RESET).await.token()
}

/// Somebody makes an account with the address of another, and fits it with what lets in and what reads.
async fn whoever_proves_the_address_is_asked_for_nothing_that_a_stranger_has(app: TestApp) {
    let stranger = app.person(EMAIL).await;
    let feed = made_path(&app, &stranger).await;
    guard(&app, stranger).await;
    complete(&app, &token(&app, EMAIL).await, NEW)
        .await
        .expect_empty(204);
    assert_eq!(sign_in(&app, EMAIL, NEW).await, 201, "nothing else is asked for");
    app.anybody().get(&feed).await.problem(404, "not-found");
    let user = db_user(&app, EMAIL).await;
    assert_eq!((user.factors, user.email_verified), (Factors::default(), true));

    // Who has proved it before keeps what they have set up since.
    let owner = app.person("owner@example.org").await;
    let verified = UserPatch {
        email_verified: Some(true),
        ..UserPatch::default()
    };
    let id = owner.id.parse().expect("an id");
    let accounts = &app.services.accounts;
    let applied = accounts.apply(By::operator(), id, verified, None, "");
    applied.await.expect("it is verified");
    guard(&app, owner).await;
    complete(&app, &token(&app, "owner@example.org").await, NEW)
        .await
        .expect_empty(204);
    assert_eq!(sign_in(&app, "owner@example.org", NEW).await, 202);
}

#[track_caller]
fn is_refused(answer: &Answer) {
    assert_eq!(pointers(&answer.problem(422, "schema")), ["/token"]);
}

async fn a_new_password_is_set_by_mail_and_everything_else_ends(app: TestApp) {
    let person = app.person(EMAIL).await;
    let other = app.person("other@example.org").await;
    let made = json!({ "name": "A script", "scopes": ["todo:read"] });
    let made = app.by(&person).post("/api/v2/tokens", made).await.expect(201);
    // However the address is written.
    ask_for(&app, "PERSON@Example.org").await.expect_empty(204);
    let mail = the_mail(&app, EMAIL, RESET).await;
    assert!(
        mail.link()
            .starts_with(&format!("{PUBLIC_URL}/reset-password#token=")),
        "{}",
        mail.link()
    );
    assert_eq!(
        sign_in(&app, EMAIL, PASSWORD).await,
        201,
        "asking changes nothing"
    );
    complete(&app, &mail.token(), NEW).await.expect_empty(204);
    assert_eq!(sign_in(&app, EMAIL, PASSWORD).await, 401);
    assert_eq!(sign_in(&app, EMAIL, NEW).await, 201);
    app.by(&person)
        .get("/api/v2/todos")
        .await
        .problem(401, "unauthenticated");
    let refresh = json!({ "refresh_token": person.refresh_token });
    let refreshed = app.anybody().post("/api/v2/sessions/refresh", refresh).await;
    refreshed.problem(401, "unauthenticated");
    let script = text(&made["token"]);
    app.with_token(&script)
        .get("/api/v2/todos")
        .await
        .problem(401, "unauthenticated");
    app.by(&other).get("/api/v2/todos").await.ok();
    // The mail came: so the address is theirs.
    assert!(db_user(&app, EMAIL).await.email_verified);
    is_refused(&complete(&app, &mail.token(), "yet another horse").await);
    assert_eq!(sign_in(&app, EMAIL, NEW).await, 201);
}

/// How often each operation that a request makes was asked of the store. (Jobs ask for others.)
fn operations(app: &TestApp) -> BTreeMap<String, String> {
    const NAMES: [&str; 3] = ["user_by_identity", "create_mail", "count"];
    let measurements = app.services.measurements();
    let lines = measurements.lines().filter_map(|line| line.split_once("} "));
    let of_these = lines.filter(|(name, _)| {
        name.starts_with("rondo_store_operations_total{")
            && NAMES
                .iter()
                .any(|operation| name.contains(&format!("operation=\"{operation}\"")))
    });
    of_these
        .map(|(name, count)| (name.to_owned(), count.to_owned()))
        .collect()
}

/// What of each count was added.
fn added(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> BTreeMap<String, f64> {
    let number = |text: Option<&String>| text.map_or(0.0, |text| text.parse().expect("a number"));
    after
        .iter()
        .map(|(name, count)| (name.clone(), number(Some(count)) - number(before.get(name))))
        .filter(|(_, count)| *count > 0.0)
        .collect()
}

/// SECURITY 5
async fn nobody_learns_by_asking_whether_an_account_exists(app: TestApp) {
    app.register(EMAIL).await;
    until_all_is_sent(&app).await;
    let mut seen = Vec::new();
    for email in [EMAIL, "nobody@example.org"] {
        let hashings = app.services.accounts.hashings();
        let before = operations(&app);
        let answer = ask_for(&app, email).await;
        let work = added(&before, &operations(&app));
        assert_eq!(app.services.accounts.hashings(), hashings);
        let mut headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
        headers.sort_by(|one, other| one.0.cmp(&other.0));
        seen.push((answer.status, answer.body.clone(), headers, work));
    }
    assert_eq!(seen[0], seen[1]);
    let work = &seen[0].3;
    for operation in ["user_by_identity", "create_mail"] {
        assert!(work.keys().any(|name| name.contains(operation)), "{work:?}");
    }
    // And the mail comes to whom it belongs, alone.
    the_mail(&app, EMAIL, RESET).await;
    until_all_is_sent(&app).await;
    assert_eq!(mails_to(&app, "nobody@example.org").await.len(), 0);
}

async fn being_throttled_tells_nothing_either(app: TestApp) {
    app.register(EMAIL).await;
    let mut seen = Vec::new();
    for (email, network) in [(EMAIL, "203.0.113"), ("nobody@example.org", "198.51.100")] {
        begin_minute(&app);
        let mut answers = Vec::new();
        for attempt in 0..8 {
            let body = json!({ "email": email });
            let request = app
                .post("/api/v2/password-resets", &body)
                .header("X-Forwarded-For", format!("{network}.{attempt}"));
            let answer = ask(request).await;
            if answer.status == 429 {
                answer.problem(429, "rate-limited");
            }
            answers.push(answer.status);
        }
        seen.push(answers);
    }
    assert_eq!(seen[0], [204, 204, 204, 429, 429, 429, 429, 429]);
    assert_eq!(seen[0], seen[1]);
    // Whoever floods somebody with these keeps nobody from signing in.
    begin_minute(&app);
    for attempt in 0..8 {
        let body = json!({ "email": EMAIL });
        let request = app
            .post("/api/v2/password-resets", &body)
            .header("X-Forwarded-For", format!("192.0.2.{attempt}"));
        ask(request).await;
    }
    assert_eq!(sign_in(&app, EMAIL, PASSWORD).await, 201);
}

async fn a_link_works_once_at_two_instances_at_once(app: TestApp) {
    app.register(EMAIL).await;
    let token = token(&app, EMAIL).await;
    let other = app.services_beside().await;
    let tries = (0..12).map(|number| {
        let services = if number % 2 == 0 { &app.services } else { &other };
        let password = format!("{NEW} {number}");
        let token = token.clone();
        async move {
            let from = Client::default();
            let reset = services
                .addresses
                .reset(&token, password.clone(), "/new_password", &from);
            reset.await.is_ok().then_some(password)
        }
    });
    let done: Vec<_> = futures_util::future::join_all(tries).await;
    let won: Vec<_> = done.into_iter().flatten().collect();
    let [password] = &won[..] else {
        panic!("{} came in by one link", won.len())
    };
    assert_eq!(sign_in(&app, EMAIL, password).await, 201);
    is_refused(&complete(&app, &token, NEW).await);
    other.close().await;
}

async fn a_link_ends_after_an_hour_with_another_one_and_with_another_password(app: TestApp) {
    app.register(EMAIL).await;
    let late = token(&app, EMAIL).await;
    app.clock.advance(60 * MINUTE + 1000);
    is_refused(&complete(&app, &late, NEW).await);
    ask_for(&app, EMAIL).await.expect_empty(204);
    let mails = wait_for(&app, EMAIL, RESET, 2).await;
    let first = mails.iter().map(Mail::token).find(|token| *token != late);
    let first = first.expect("another one");
    ask_for(&app, EMAIL).await.expect_empty(204);
    let mails = wait_for(&app, EMAIL, RESET, 3).await;
    let second = mails
        .iter()
        .map(Mail::token)
        .find(|token| ![&late, &first].contains(&token));
    is_refused(&complete(&app, &first, NEW).await);
    // Whoever has set another password since has no use for it, and nobody else has.
    let person = app.person_again(EMAIL).await;
    let change = json!({ "current_password": PASSWORD, "new_password": NEW });
    app.by(&person)
        .post("/api/v2/users/me/password", change)
        .await
        .expect_empty(204);
    is_refused(&complete(&app, &second.expect("a third one"), "yet another horse").await);
    // A link of a reset verifies no address.
    ask_for(&app, EMAIL).await.expect_empty(204);
    let newest = wait_for(&app, EMAIL, RESET, 4).await;
    for mail in newest {
        let body = json!({ "token": mail.token() });
        is_refused(&app.anybody().post("/api/v2/email-verifications", body).await);
    }
    assert!(!db_user(&app, EMAIL).await.email_verified);
}

async fn a_password_that_is_refused_leaves_the_link_good(app: TestApp) {
    app.register(EMAIL).await;
    let token = token(&app, EMAIL).await;
    for bad in ["short", "12345678", EMAIL] {
        let problem = complete(&app, &token, bad).await.problem(422, "schema");
        assert_eq!(pointers(&problem), ["/new_password"], "{bad}");
    }
    assert_eq!(sign_in(&app, EMAIL, PASSWORD).await, 201, "nothing has happened");
    complete(&app, &token, NEW).await.expect_empty(204);
}

async fn no_flood_of_mails_comes_of_a_flood_of_requests(app: TestApp) {
    app.register(EMAIL).await;
    let minutes = app.services.source.now().seconds().rem_euclid(3600);
    // All within one hour.
    app.clock.advance((3600 - minutes) * 1000);
    for _ in 0..40 {
        ask_for(&app, EMAIL).await.expect_empty(204);
    }
    until_all_is_sent(&app).await;
    assert_eq!(wait_for(&app, EMAIL, RESET, 5).await.len(), 5);
    app.clock.advance(61 * MINUTE);
    ask_for(&app, EMAIL).await.expect_empty(204);
    wait_for(&app, EMAIL, RESET, 6).await;
}

/// SECURITY 31
async fn links_lead_to_the_public_address_whatever_the_request_says(app: TestApp) {
    app.register(EMAIL).await;
    let body = json!({ "email": EMAIL });
    let request = app
        .request(Method::POST, "/api/v2/password-resets")
        .json(&body)
        .header("Host", "evil.example")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "gopher")
        .header("Forwarded", "host=evil.example");
    ask(request).await.expect_empty(204);
    let mail = the_mail(&app, EMAIL, RESET).await;
    assert!(mail.link().starts_with(&format!("{PUBLIC_URL}/")), "{}", mail.0);
    assert!(!mail.0.contains("evil"), "{}", mail.0);
}

/// SECURITY 27
async fn no_address_and_no_name_puts_anything_into_a_mail(app: TestApp) {
    for address in [
        "person@example.org\r\nBcc: victim@example.org",
        "person@example.org\nBcc: victim@example.org",
        "person@example.org, victim@example.org",
        "Person <victim@example.org>",
        "person@example.org\u{2028}Bcc: victim@example.org",
        "person@example.org\0",
    ] {
        ask_for(&app, address).await.problem(422, "schema");
        let body = json!({ "email": address, "password": PASSWORD });
        app.anybody()
            .post("/api/v2/users", body)
            .await
            .problem(422, "schema");
    }
    // A name is whatever its owner likes, and none of the text.
    let name = "You have won! Go to https://evil.example";
    let body = json!({ "name": name, "email": EMAIL, "password": PASSWORD });
    app.anybody().post("/api/v2/users", body).await.expect(201);
    ask_for(&app, EMAIL).await.expect_empty(204);
    the_mail(&app, EMAIL, RESET).await;
    for mail in mails_to(&app, EMAIL).await {
        assert!(!mail.0.contains("evil") && !mail.0.contains("won"), "{}", mail.0);
        let names: Vec<_> = mail
            .head()
            .into_iter()
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split(':').next().expect("a name").to_owned())
            .collect();
        for once in ["From", "To", "Subject"] {
            assert_eq!(names.iter().filter(|name| *name == once).count(), 1, "{names:?}");
        }
        assert!(
            !names.iter().any(|name| name == "Bcc" || name == "Cc"),
            "{names:?}"
        );
    }
}

async fn a_disabled_account_is_sent_nothing(app: TestApp) {
    let user = app.register(EMAIL).await;
    let token = token(&app, EMAIL).await;
    let shut = rondo::service::accounts::UserPatch {
        disabled: Some(true),
        ..Default::default()
    };
    let id = text(&user["id"]).parse().expect("an id");
    let accounts = &app.services.accounts;
    accounts
        .apply(By::operator(), id, shut, None, "/password")
        .await
        .expect("it is shut");
    is_refused(&complete(&app, &token, NEW).await);
    ask_for(&app, EMAIL).await.expect_empty(204);
    until_all_is_sent(&app).await;
    assert_eq!(wait_for(&app, EMAIL, RESET, 1).await.len(), 1);
}

async fn only_hashes_of_the_secrets_are_kept(app: TestApp) {
    app.register(EMAIL).await;
    let token = token(&app, EMAIL).await;
    let store = &app.services.store;
    let (now, purpose) = (app.services.source.now(), rondo::model::Purpose::ResetPassword);
    assert_eq!(store.ticket(&token, purpose, now).await.expect("an answer"), None);
    let kept = store
        .ticket(&rondo::service::Tickets::hash(&token), purpose, now)
        .await
        .expect("an answer")
        .expect("a ticket");
    assert!(!format!("{kept:?}").contains(&token));
    assert!(
        !kept.data.contains("example.org"),
        "nor the address: {}",
        kept.data
    );
}
