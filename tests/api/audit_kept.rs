//! How much the audit log keeps, and for how long.

use rondo::model::{Actor, AuditKind, AuditReason};
use rondo::service::accounts::UserPatch;
use rondo::service::audit::By;
use serde_json::json;

use crate::audit_recorded::{all, id_of, kinds, since};
use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::on_each_keeper;

const EMAIL: &str = "person@example.org";

on_each_keeper! {
    failed_sign_ins_are_recorded_and_cannot_fill_the_log,
    events_are_kept_for_so_long_and_no_longer with [("RONDO_AUDIT_DAYS", "30")],
    events_are_kept_for_ever_if_that_is_wished with [("RONDO_AUDIT_DAYS", "0")],
}

async fn failed_sign_ins_are_recorded_and_cannot_fill_the_log(app: TestApp) {
    // What is counted by the hour is counted in one.
    let into_hour = app.services.source.now().millis().rem_euclid(3_600_000);
    app.clock.advance(3_600_000 - into_hour);
    let person = app.person(EMAIL).await;
    let shut = app.person("shut@example.org").await;
    let patch = UserPatch {
        disabled: Some(true),
        ..UserPatch::default()
    };
    let disabled = app
        .services
        .accounts
        .apply(By::operator(), id_of(&shut), patch, None, "")
        .await;
    disabled.expect("it is applied");
    let fail = async |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        app.anybody()
            .post("/api/v2/sessions", body)
            .await
            .problem(401, "credentials");
    };
    let known = all(&app).await.len();
    fail(EMAIL, "wrong").await;
    fail("shut@example.org", PASSWORD).await;
    fail("nobody@example.org", PASSWORD).await;
    fail("no address", PASSWORD).await;
    let events = since(&app, known).await;
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event.kind,
                event.actor,
                event.subject,
                event.details.reason.expect("a reason"),
            )
        })
        .collect();
    let failed = |subject, reason| (AuditKind::SignInFailed, Actor::Nobody, subject, reason);
    assert_eq!(
        told,
        [
            failed(Some(id_of(&person)), AuditReason::WrongPassword),
            failed(Some(id_of(&shut)), AuditReason::Disabled),
            failed(None, AuditReason::UnknownAccount),
            failed(None, AuditReason::UnknownAccount),
        ]
    );
    assert!(
        events
            .iter()
            .all(|event| event.address == "127.0.0.1" && !event.request_id.is_empty())
    );

    // At one account, or at one that is none, ten an hour, and once that there were more.
    for email in [EMAIL, "nobody@example.org"] {
        let known = all(&app).await.len();
        for _ in 0..12 {
            fail(email, "wrong").await;
        }
        let events = since(&app, known).await;
        assert_eq!(events.len(), 10, "one of ten was there before: {events:?}");
        let last = events.last().expect("events");
        assert_eq!(
            (last.kind, last.actor),
            (AuditKind::SignInFailuresOmitted, Actor::Service)
        );
        assert_eq!(last.subject, (email == EMAIL).then(|| id_of(&person)));
    }
    // At all, five hundred, and what is told of one is among them: as if they had been.
    let now = app.services.source.now();
    let hour = now.seconds().div_euclid(3600);
    let counted = app
        .services
        .store
        .count(&format!("failures:{hour}"), 474, now.plus_seconds(3600))
        .await;
    assert_eq!(counted.expect("the store answers"), 498);
    let known = all(&app).await.len();
    for number in 0..5 {
        fail(&format!("nobody{number}@example.org"), "wrong").await;
    }
    let events = since(&app, known).await;
    let expected = [
        AuditKind::SignInFailed,
        AuditKind::SignInFailed,
        AuditKind::SignInFailuresOmitted,
    ];
    assert_eq!(kinds(&events), expected);
    // A sign-in that is right is recorded all the same, and the next hour begins anew.
    app.person_again(EMAIL).await;
    app.clock.advance(3_600_000);
    fail(EMAIL, "wrong").await;
    assert_eq!(
        kinds(&since(&app, known + 3).await),
        [AuditKind::SignedIn, AuditKind::SignInFailed]
    );
}

async fn events_are_kept_for_so_long_and_no_longer(app: TestApp) {
    app.person(EMAIL).await;
    let old = all(&app).await.len();
    app.clock.advance(20 * 86_400_000);
    app.person_again(EMAIL).await;
    app.services.clean_once(900).await.expect("the job runs");
    let before = all(&app).await;
    assert!(before.len() > old);
    app.clock.advance(10 * 86_400_000 + 1000);
    app.services.clean_once(900).await.expect("the job runs");
    let left = all(&app).await;
    assert_eq!(left, before[old..]);
}

async fn events_are_kept_for_ever_if_that_is_wished(app: TestApp) {
    app.person(EMAIL).await;
    let before = all(&app).await;
    app.clock.advance(4000 * 86_400_000);
    app.services.clean_once(900).await.expect("the job runs");
    assert_eq!(all(&app).await[..before.len()], before);
}
