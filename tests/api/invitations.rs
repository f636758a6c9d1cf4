//! Invitations: who may invite, what the link makes, and when it makes nothing.

use reqwest::Method;
use rondo::model::AuditKind;
use rondo::service::sessions::Client;
use serde_json::{Value, json};

use crate::audit_recorded;
use crate::common::TestApp;
use crate::common::app::{PASSWORD, PUBLIC_URL, Person};
use crate::mailed::{INVITED, Mail, the_mail, until_all_is_sent, wait_for};
use crate::support::{Answer, ask, members, on_each_keeper, pointers, text};

on_each_keeper! {
    whoever_is_invited_makes_an_account_with_that_address_and_that_role with super::BY_INVITATION,
    without_an_invitation_there_is_no_account with super::BY_INVITATION,
    an_invitation_makes_one_account_at_two_instances_at_once with super::BY_INVITATION,
    what_is_wrong_leaves_the_invitation_open with super::BY_INVITATION,
    an_invitation_ends_when_it_is_withdrawn_or_replaced_or_after_a_week with super::BY_INVITATION,
    only_administrators_invite with super::BY_INVITATION,
    nobody_is_flooded_with_invitations with super::BY_INVITATION,
    where_registration_is_open_an_invitation_works_too,
    where_registration_is_closed_nobody_is_invited with [("RONDO_REGISTRATION", "closed")],
}

const BY_INVITATION: [(&str, &str); 1] = [("RONDO_REGISTRATION", "invite")];

const INVITATIONS: &str = "/api/v2/invitations";
const GUEST: &str = "guest@example.org";
const DAY: i64 = 86_400_000;

async fn invite(app: &TestApp, admin: &Person, email: &str) -> Value {
    let answer = app.by(admin).post(INVITATIONS, json!({ "email": email })).await;
    let invitation = answer.expect(201);
    let location = format!("{INVITATIONS}/{}", text(&invitation["id"]));
    assert_eq!(answer.header("location"), location);
    invitation
}

async fn join(app: &TestApp, email: &str, secret: &str) -> Answer {
    let body = json!({ "name": "Guest", "email": email, "password": PASSWORD, "invitation": secret });
    app.anybody().post("/api/v2/users", body).await
}

#[track_caller]
fn is_refused(answer: &Answer) {
    let problem = answer.problem(422, "schema");
    assert_eq!(pointers(&problem), ["/invitation"]);
    let detail = text(&problem["detail"]);
    assert!(
        detail.starts_with("the invitation is not good any more"),
        "{detail}"
    );
}

async fn open(app: &TestApp, admin: &Person) -> Vec<Value> {
    let page = app.by(admin).get(INVITATIONS).await.ok();
    page["items"].as_array().expect("items").clone()
}

async fn whoever_is_invited_makes_an_account_with_that_address_and_that_role(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let body = json!({ "email": "Guest@Example.org", "role": "admin" });
    let invitation = app.by(&admin).post(INVITATIONS, body).await.expect(201);
    assert_eq!(
        members(&invitation),
        ["created_at", "email", "expires_at", "id", "invited_by", "role"]
    );
    assert_eq!(invitation["invited_by"], admin.id.as_str());
    let mail = the_mail(&app, "Guest@example.org", INVITED).await;
    assert!(
        mail.link()
            .starts_with(&format!("{PUBLIC_URL}/register#invitation=")),
        "{}",
        mail.link()
    );
    // What is told of it is told without its secret, before and after the mail has left.
    assert_eq!(open(&app, &admin).await, [invitation]);
    let user = join(&app, "guest@EXAMPLE.org", &mail.token()).await.expect(201);
    assert_eq!(user["email"], "Guest@Example.org");
    assert_eq!(
        (&user["role"], &user["email_verified"]),
        (&json!("admin"), &json!(true))
    );
    assert!(open(&app, &admin).await.is_empty());
    is_refused(&join(&app, GUEST, &mail.token()).await);
    app.sign_in(GUEST).await;
    until_all_is_sent_to_others(&app, &admin).await;
    let mails = crate::mailed::mails_to(&app, "Guest@example.org").await;
    assert_eq!(mails.len(), 1, "nothing is left to be verified: {mails:?}");
}

/// Where nobody registers: what leaves last is an invitation.
async fn until_all_is_sent_to_others(app: &TestApp, admin: &Person) {
    app.clock.advance(10);
    invite(app, admin, "last@example.org").await;
    the_mail(app, "last@example.org", INVITED).await;
}

async fn without_an_invitation_there_is_no_account(app: TestApp) {
    let body = json!({ "email": GUEST, "password": PASSWORD });
    let answer = app.anybody().post("/api/v2/users", body.clone()).await;
    let words = "an account is made by invitation only; ask an administrator for one";
    assert_eq!(answer.problem(403, "forbidden")["detail"], words);
    for path in ["/register", "/api/v1/register"] {
        let body = json!({ "name": "", "email": GUEST, "password": PASSWORD });
        app.anybody().post(path, body).await.failure(403, words);
    }
    for wrong in ["x", "rondo_pat_x", &"a".repeat(100)] {
        is_refused(&join(&app, GUEST, wrong).await);
    }
    join(&app, GUEST, &"a".repeat(101)).await.problem(422, "schema");
    // Administrators make accounts as ever.
    let admin = app.admin("admin@example.org").await;
    app.by(&admin).post("/api/v1/user", body).await.ok();
}

async fn an_invitation_makes_one_account_at_two_instances_at_once(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    invite(&app, &admin, GUEST).await;
    let secret = the_mail(&app, GUEST, INVITED).await.token();
    let other = app.services_beside().await;
    let tries = (0..10).map(|number| {
        let services = if number % 2 == 0 { &app.services } else { &other };
        let new = rondo::service::accounts::NewUser {
            name: format!("Guest {number}"),
            email: GUEST.parse().expect("an address"),
            password: PASSWORD.into(),
            role: rondo::model::Role::User,
        };
        let secret = secret.clone();
        async move {
            let from = Client::default();
            services.invitations.join(&from, new, &secret).await.is_ok()
        }
    });
    let made = futures_util::future::join_all(tries).await;
    assert_eq!(made.into_iter().filter(|is_made| *is_made).count(), 1);
    app.sign_in(GUEST).await;
    other.close().await;
}

async fn what_is_wrong_leaves_the_invitation_open(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    invite(&app, &admin, GUEST).await;
    let secret = the_mail(&app, GUEST, INVITED).await.token();
    let problem = join(&app, "other@example.org", &secret)
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&problem), ["/email"]);
    assert!(
        !problem.to_string().contains(GUEST),
        "whose it is, is not told: {problem}"
    );
    for password in ["short", "12345678"] {
        let body = json!({ "email": GUEST, "password": password, "invitation": secret });
        let problem = app
            .anybody()
            .post("/api/v2/users", body)
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&problem), ["/password"]);
    }
    // It is good for nothing else.
    let body = json!({ "token": secret });
    app.anybody()
        .post("/api/v2/email-verifications", body)
        .await
        .problem(422, "schema");
    let body = json!({ "token": secret, "new_password": "another horse battery" });
    app.anybody()
        .post("/api/v2/password-resets/complete", body)
        .await
        .problem(422, "schema");
    assert_eq!(open(&app, &admin).await.len(), 1);
    join(&app, GUEST, &secret).await.expect(201);
}

async fn an_invitation_ends_when_it_is_withdrawn_or_replaced_or_after_a_week(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let invitation = invite(&app, &admin, GUEST).await;
    let first = the_mail(&app, GUEST, INVITED).await.token();
    let path = format!("{INVITATIONS}/{}", text(&invitation["id"]));
    app.by(&admin).delete(&path).await.expect_empty(204);
    app.by(&admin).delete(&path).await.problem(404, "not-found");
    let events = audit_recorded::kinds(&audit_recorded::all(&app).await);
    assert!(
        events.ends_with(&[AuditKind::InvitationMade, AuditKind::InvitationWithdrawn]),
        "{events:?}"
    );
    is_refused(&join(&app, GUEST, &first).await);

    invite(&app, &admin, GUEST).await;
    let second = newest(&app, &[&first]).await;
    invite(&app, &admin, "GUEST@example.org").await;
    assert_eq!(
        open(&app, &admin).await.len(),
        1,
        "of two for one address the later one counts"
    );
    is_refused(&join(&app, GUEST, &second).await);
    the_mail(&app, "GUEST@example.org", INVITED).await;

    invite(&app, &admin, "late@example.org").await;
    let late = the_mail(&app, "late@example.org", INVITED).await.token();
    app.clock.advance(7 * DAY + 1000);
    is_refused(&join(&app, "late@example.org", &late).await);
    let admin = app.person_again("admin@example.org").await;
    assert!(open(&app, &admin).await.is_empty());
    // Nothing of whom it was for is kept.
    app.services.clean_once(900).await.expect("it is cleaned");
    let left = app.services.store.tickets_for(
        rondo::model::Purpose::Invitation,
        rondo::model::Timestamp::from_millis(0),
        10,
    );
    assert_eq!(left.await.expect("an answer"), []);
}

/// The secret of a mail to the guest that is none of these.
async fn newest(app: &TestApp, known: &[&String]) -> String {
    let mails = wait_for(app, GUEST, INVITED, known.len() + 1).await;
    let mut secrets = mails.iter().map(Mail::token);
    secrets
        .find(|secret| !known.contains(&secret))
        .expect("another one")
}

async fn only_administrators_invite(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let invitation = invite(&app, &admin, GUEST).await;
    let secret = the_mail(&app, GUEST, INVITED).await.token();
    join(&app, GUEST, &secret).await.expect(201);
    let person = app.person_again(GUEST).await;
    let other = invite(&app, &admin, "other@example.org").await;
    for id in [&invitation["id"], &other["id"]] {
        let path = format!("{INVITATIONS}/{}", text(id));
        app.by(&person).delete(&path).await.problem(403, "forbidden");
        app.anybody().delete(&path).await.problem(401, "unauthenticated");
    }
    app.by(&person).get(INVITATIONS).await.problem(403, "forbidden");
    let body = json!({ "email": "friend@example.org" });
    app.by(&person)
        .post(INVITATIONS, body)
        .await
        .problem(403, "forbidden");
    assert_eq!(open(&app, &admin).await, [other]);
    // Who has an account is not invited; nor is what is no address.
    let body = json!({ "email": "GUEST@example.org" });
    app.by(&admin)
        .post(INVITATIONS, body)
        .await
        .problem(409, "conflict");
    for body in [
        json!({ "email": "guest@example.org\r\nBcc: victim@example.org" }),
        json!({ "email": GUEST, "role": "owner" }),
        json!({ "email": GUEST, "invited_by": person.id }),
        json!({}),
    ] {
        app.by(&admin)
            .post(INVITATIONS, body)
            .await
            .problem(422, "schema");
    }
    let request = app
        .by(&admin)
        .request(Method::DELETE, &format!("{INVITATIONS}/x"));
    ask(request).await.problem(404, "not-found");
}

async fn nobody_is_flooded_with_invitations(app: TestApp) {
    let left = 3600 - app.services.source.now().seconds().rem_euclid(3600);
    app.clock.advance(left * 1000);
    let admin = app.admin("admin@example.org").await;
    let mut statuses = Vec::new();
    for _ in 0..7 {
        let body = json!({ "email": GUEST });
        statuses.push(app.by(&admin).post(INVITATIONS, body).await.status);
    }
    assert_eq!(statuses, [201, 201, 201, 201, 201, 429, 429]);
    until_all_is_sent_to_others(&app, &admin).await;
    // Those that another one replaced before they left need not leave.
    let mails = crate::mailed::mails_to(&app, GUEST).await;
    assert!(mails.len() <= 5, "{}", mails.len());
}

async fn where_registration_is_open_an_invitation_works_too(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    invite(&app, &admin, GUEST).await;
    let secret = the_mail(&app, GUEST, INVITED).await.token();
    let user = join(&app, GUEST, &secret).await.expect(201);
    assert_eq!(user["email_verified"], true);
    // Whoever registers without one does so as ever, also if an invitation waits.
    invite(&app, &admin, "impatient@example.org").await;
    let user = app.register("impatient@example.org").await;
    assert_eq!(user["email_verified"], false);
    let secret = the_mail(&app, "impatient@example.org", INVITED).await.token();
    join(&app, "impatient@example.org", &secret)
        .await
        .problem(409, "conflict");
    until_all_is_sent(&app).await;
}

async fn where_registration_is_closed_nobody_is_invited(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let body = json!({ "email": GUEST });
    app.by(&admin)
        .post(INVITATIONS, body)
        .await
        .problem(409, "conflict");
    let words = "registration is closed; ask an administrator for an account";
    let refused = join(&app, GUEST, "x").await.problem(403, "forbidden");
    assert_eq!(refused["detail"], words);
}
