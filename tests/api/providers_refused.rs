//! Sign-ins through a provider that came to nothing: each is in the audit log with its reason, and nothing of what the
//! provider or the browser sent.

use reqwest::Method;
use rondo::model::{Actor, AuditEvent, AuditKind, AuditMethod, AuditReason, Id};
use serde_json::json;

use crate::audit_recorded::{all, id_of, kinds, since};
use crate::common::{Keeper, TestApp};
use crate::providers_support::{Browser, on_each_store, scene};
use crate::support::text;

on_each_store! {
    somebody_who_lacks_the_role_is_recorded_and_so_is_an_answer_that_is_not_believed,
    somebody_who_gets_no_account_is_recorded,
    a_sign_in_of_another_account_is_recorded_for_whom_it_was_to_be_added_to,
    who_declines_or_is_let_in_has_not_failed,
}

/// The one event behind the first `known`: a sign-in that failed for this reason, of this account.
async fn failed(app: &TestApp, known: usize, reason: AuditReason, subject: Option<Id>) {
    let events = since(app, known).await;
    let [event] = &events[..] else {
        panic!("not one event: {events:?}")
    };
    let AuditEvent {
        kind, actor, details, ..
    } = event;
    assert_eq!(
        (*kind, *actor),
        (AuditKind::SignInFailed, Actor::Nobody),
        "{event:?}"
    );
    assert_eq!(details.reason, Some(reason), "{event:?}");
    assert_eq!(details.method, Some(AuditMethod::Provider), "{event:?}");
    assert_eq!(
        (event.subject, event.address.as_str()),
        (subject, "127.0.0.1"),
        "{event:?}"
    );
    assert!(!event.request_id.is_empty(), "{event:?}");
    let written = format!("{event:?}");
    for sent in ["person-", "example.org"] {
        assert!(!written.contains(sent), "{sent}: {written}");
    }
}

async fn count(app: &TestApp) -> usize {
    all(app).await.len()
}

async fn somebody_who_lacks_the_role_is_recorded_and_so_is_an_answer_that_is_not_believed(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("REQUIRED_ROLE", "todo-user")]).await else {
        return;
    };
    let person =
        |sub: &str, roles: &[&str]| json!({ "sub": sub, "email": "person@example.org", "roles": roles });
    provider.signs_in(person("person-1", &["todo-user"]));
    let mut browser = Browser::new(&app);
    assert_eq!(browser.signs_in(&provider).await.status, 303);
    let id = text(&browser.user().await["id"]).parse().expect("an id");
    // One who has an account, and one who is nobody here.
    for (sub, subject) in [("person-1", Some(id)), ("person-2", None)] {
        provider.signs_in(person(sub, &[]));
        let known = count(&app).await;
        let answer = Browser::new(&app).signs_in(&provider).await;
        answer.turned_away(403, "You may not use this service");
        failed(&app, known, AuditReason::MissingRole, subject).await;
    }
    provider.lies(|ready| ready.with(|claims| claims["nonce"] = "of another sign-in".into()));
    let known = count(&app).await;
    let answer = Browser::new(&app).signs_in(&provider).await;
    answer.turned_away(400, "The provider's answer cannot be used");
    failed(&app, known, AuditReason::NotBelieved, None).await;
}

async fn somebody_who_gets_no_account_is_recorded(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[("REGISTRATION", "closed")]).await else {
        return;
    };
    let known = count(&app).await;
    let answer = Browser::new(&app).signs_in(&provider).await;
    answer.turned_away(403, "You have no account here");
    failed(&app, known, AuditReason::RegistrationClosed, None).await;

    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    app.register("person@example.org").await;
    let known = count(&app).await;
    let answer = Browser::new(&app).signs_in(&provider).await;
    answer.turned_away(409, "There is an account with your e-mail address");
    failed(&app, known, AuditReason::EmailTaken, None).await;
    provider.signs_in(json!({ "sub": "person-3" }));
    let known = count(&app).await;
    let answer = Browser::new(&app).signs_in(&provider).await;
    answer.turned_away(403, "The provider tells no e-mail address");
    failed(&app, known, AuditReason::NoEmail, None).await;
}

async fn a_sign_in_of_another_account_is_recorded_for_whom_it_was_to_be_added_to(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    assert_eq!(Browser::new(&app).signs_in(&provider).await.status, 303);
    let other = app.person("other@example.org").await;
    let mut browser = Browser::new(&app);
    let request = app.request(Method::POST, "/api/v2/providers/work/link");
    let asked = browser.ask(request.bearer_auth(&other.access_token)).await;
    let location = text(&asked.ok()["location"]);
    let known = count(&app).await;
    let answer = browser.comes_back(&provider.lets_in(&location)).await;
    answer.turned_away(409, "This sign-in belongs to another account");
    let subject = Some(id_of(&other));
    failed(&app, known, AuditReason::OfAnotherAccount, subject).await;
    // Who it was to be added to sees it.
    let own = app.by(&other).get("/api/v2/users/me/audit?limit=1").await.ok();
    assert_eq!(
        own["items"][0]["details"]["reason"], "of_another_account",
        "{own}"
    );
}

async fn who_declines_or_is_let_in_has_not_failed(keeper: Keeper) {
    let Some((app, provider)) = scene(keeper, &[]).await else {
        return;
    };
    let mut browser = Browser::new(&app);
    let mut brought = provider.lets_in(&browser.goes("/login/work").await);
    brought.remove("code");
    brought.insert("error".into(), "access_denied".into());
    let answer = browser.comes_back(&brought).await;
    answer.turned_away(403, "You were not signed in");
    assert_eq!(browser.signs_in(&provider).await.status, 303);
    // Behind the first key, which was made at the start.
    let kinds = kinds(&all(&app).await);
    assert_eq!(kinds[1..], [AuditKind::UserRegistered, AuditKind::SignedIn]);
}
