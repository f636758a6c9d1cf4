//! Showing that mail to an address arrives: who is asked, what the link is good for, and until when.

use reqwest::Method;
use serde_json::json;

use crate::audit_recorded;
use crate::common::TestApp;
use crate::common::app::{PASSWORD, PUBLIC_URL, Person};
use crate::mailed::{MOVED, Mail, RESET, VERIFY, mails_to, the_mail, until_all_is_sent, wait_for};
use crate::support::{Answer, ask, on_each_keeper, pointers};

on_each_keeper! {
    whoever_registers_is_sent_a_link_that_verifies_the_address,
    a_link_is_good_once_for_a_day_and_for_nothing_else,
    asking_again_makes_the_link_before_worthless_and_is_bounded,
    another_address_is_verified_anew_and_the_former_one_is_told,
    an_address_that_is_only_written_in_another_way_stays_verified,
    an_account_that_somebody_else_made_is_sent_nothing_until_it_asks,
    where_unverified_addresses_are_refused_nobody_signs_in_before
        with [("RONDO_UNVERIFIED_EMAIL", "refused")],
}

const EMAIL: &str = "person@example.org";
const DAY: i64 = 86_400_000;

async fn verify(app: &TestApp, token: &str) -> Answer {
    let body = json!({ "token": token });
    app.anybody().post("/api/v2/email-verifications", body).await
}

async fn ask_again(app: &TestApp, person: &Person) -> Answer {
    let path = "/api/v2/users/me/verification";
    ask(app.by(person).request(Method::POST, path)).await
}

async fn is_verified(app: &TestApp, person: &Person) -> bool {
    app.by(person).get("/api/v2/users/me").await.ok()["email_verified"] == true
}

/// The one error for whatever is wrong with a token.
#[track_caller]
fn is_refused(answer: &Answer) {
    let problem = answer.problem(422, "schema");
    assert_eq!(pointers(&problem), ["/token"]);
    let detail = problem["detail"].as_str().expect("words");
    assert!(detail.starts_with("the link is not good any more"), "{detail}");
}

async fn whoever_registers_is_sent_a_link_that_verifies_the_address(app: TestApp) {
    let person = app.person(EMAIL).await;
    let mail = the_mail(&app, EMAIL, VERIFY).await;
    assert!(
        mail.link()
            .starts_with(&format!("{PUBLIC_URL}/verify-email#token=")),
        "{}",
        mail.link()
    );
    assert!(!is_verified(&app, &person).await);
    verify(&app, &mail.token()).await.expect_empty(204);
    assert!(is_verified(&app, &person).await);
    let events = audit_recorded::kinds(&audit_recorded::all(&app).await);
    assert_eq!(events.last(), Some(&rondo::model::AuditKind::EmailVerified));
    // The session that asked is untouched by it.
    let problem = ask_again(&app, &person).await.problem(409, "conflict");
    assert_eq!(problem["detail"], "the e-mail address is verified already");
    // Version 1's registration is one, too.
    let old = json!({ "name": "", "email": "old@example.org", "password": PASSWORD });
    app.anybody().post("/register", old).await.ok();
    let mail = the_mail(&app, "old@example.org", VERIFY).await;
    verify(&app, &mail.token()).await.expect_empty(204);
}

async fn a_link_is_good_once_for_a_day_and_for_nothing_else(app: TestApp) {
    let person = app.person(EMAIL).await;
    let token = the_mail(&app, EMAIL, VERIFY).await.token();
    for wrong in ["x", &token[1..], &token.to_lowercase(), &token.to_uppercase()] {
        is_refused(&verify(&app, wrong).await);
    }
    // It sets no password.
    let body = json!({ "token": token, "new_password": "another horse battery" });
    is_refused(&app.anybody().post("/api/v2/password-resets/complete", body).await);
    verify(&app, &token).await.expect_empty(204);
    is_refused(&verify(&app, &token).await);
    assert!(is_verified(&app, &person).await);

    let late = app.person("late@example.org").await;
    let token = the_mail(&app, "late@example.org", VERIFY).await.token();
    app.clock.advance(DAY + 1000);
    is_refused(&verify(&app, &token).await);
    let late = app.person_again(&late.email).await;
    assert!(!is_verified(&app, &late).await);
}

async fn asking_again_makes_the_link_before_worthless_and_is_bounded(app: TestApp) {
    let person = app.person(EMAIL).await;
    let first = the_mail(&app, EMAIL, VERIFY).await.token();
    ask_again(&app, &person).await.expect_empty(204);
    let mails = wait_for(&app, EMAIL, VERIFY, 2).await;
    is_refused(&verify(&app, &first).await);
    let second = mails.iter().map(Mail::token).find(|token| *token != first);
    verify(&app, &second.expect("another link"))
        .await
        .expect_empty(204);

    // All within one hour; the registration has asked for one.
    let left = 3600 - app.services.source.now().seconds().rem_euclid(3600);
    app.clock.advance(left * 1000);
    let busy = app.person("busy@example.org").await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(ask_again(&app, &busy).await.status);
    }
    assert_eq!(statuses, [204, 204, 204, 204, 429, 429]);
    wait_for(&app, "busy@example.org", VERIFY, 5).await;
    until_all_is_sent(&app).await;
    assert_eq!(mails_to(&app, "busy@example.org").await.len(), 5);
}

async fn another_address_is_verified_anew_and_the_former_one_is_told(app: TestApp) {
    let person = app.person(EMAIL).await;
    let old = the_mail(&app, EMAIL, VERIFY).await.token();
    let body = json!({ "email": EMAIL });
    app.anybody()
        .post("/api/v2/password-resets", body)
        .await
        .expect_empty(204);
    let reset = the_mail(&app, EMAIL, RESET).await.token();
    let change = json!({ "email": "new@example.org", "current_password": PASSWORD });
    app.by(&person).patch("/api/v2/users/me", change).await.ok();
    // What came to the former address is worthless, whatever it was for.
    is_refused(&verify(&app, &old).await);
    let body = json!({ "token": reset, "new_password": "another horse battery" });
    is_refused(&app.anybody().post("/api/v2/password-resets/complete", body).await);
    let notice = the_mail(&app, EMAIL, MOVED).await;
    assert!(!notice.0.contains("new@example.org"), "{}", notice.0);
    let mail = the_mail(&app, "new@example.org", VERIFY).await;
    verify(&app, &mail.token()).await.expect_empty(204);
    assert!(is_verified(&app, &person).await);
    // Also not when the address comes back.
    let change = json!({ "email": EMAIL, "current_password": PASSWORD });
    app.by(&person).patch("/api/v2/users/me", change).await.ok();
    is_refused(&verify(&app, &old).await);
    assert!(!is_verified(&app, &person).await);
}

async fn an_address_that_is_only_written_in_another_way_stays_verified(app: TestApp) {
    let person = app.person(EMAIL).await;
    let token = the_mail(&app, EMAIL, VERIFY).await.token();
    let change = json!({ "email": "Person@Example.org" });
    app.by(&person).patch("/api/v2/users/me", change).await.ok();
    verify(&app, &token).await.expect_empty(204);
    let change = json!({ "email": "PERSON@example.org" });
    app.by(&person).patch("/api/v2/users/me", change).await.ok();
    assert!(is_verified(&app, &person).await);
    until_all_is_sent(&app).await;
    assert_eq!(mails_to(&app, EMAIL).await.len(), 1);
}

async fn an_account_that_somebody_else_made_is_sent_nothing_until_it_asks(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    app.by(&admin).post("/api/v1/user", body).await.ok();
    until_all_is_sent(&app).await;
    for email in [EMAIL, "admin@example.org"] {
        assert_eq!(mails_to(&app, email).await.len(), 0, "{email}");
    }
    ask_again(&app, &admin).await.expect_empty(204);
    let mail = the_mail(&app, "admin@example.org", VERIFY).await;
    verify(&app, &mail.token()).await.expect_empty(204);
    assert!(is_verified(&app, &admin).await);
}

async fn where_unverified_addresses_are_refused_nobody_signs_in_before(app: TestApp) {
    app.register(EMAIL).await;
    let first = the_mail(&app, EMAIL, VERIFY).await.token();
    let sign_in = async |password: &str| {
        let body = json!({ "email": EMAIL, "password": password });
        app.anybody().post("/api/v2/sessions", body).await
    };
    // Whoever has not the password learns nothing of it.
    sign_in("not the password").await.problem(401, "credentials");
    let problem = sign_in(PASSWORD).await.problem(403, "forbidden");
    let words = problem["detail"].as_str().expect("words");
    assert!(words.starts_with("confirm your e-mail address first"), "{words}");
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    app.anybody()
        .post("/auth", body)
        .await
        .failure(403, "confirm your e-mail address first…");
    // Another mail was sent for each, and the link of the last one is good.
    let mails = wait_for(&app, EMAIL, VERIFY, 3).await;
    is_refused(&verify(&app, &first).await);
    let mut verified = 0;
    for mail in mails {
        verified += u32::from(verify(&app, &mail.token()).await.status == 204);
    }
    assert_eq!(verified, 1);
    sign_in(PASSWORD).await.expect(201);
}
