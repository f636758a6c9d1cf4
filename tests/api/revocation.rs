//! Revocation: whatever ends a session ends its access tokens too, on every instance, within two seconds.
//! Here the feed is read by hand; one test waits for the job that reads it.

use std::time::Duration;

use rondo::error::Error;
use rondo::model::Role;
use rondo::service::accounts::UserPatch;
use rondo::service::audit::By;
use rondo::service::sessions::Client;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    what_the_operator_does_beside_the_service_is_kept_once_the_feed_was_read,
    who_has_not_read_the_feed_asks_the_store,
    the_background_job_reads_the_feed,
}

const ME: &str = "/api/v2/users/me";

/// Somebody on this machine.
fn here() -> Client {
    Client {
        address: "127.0.0.1".into(),
        ..Client::default()
    }
}

#[track_caller]
fn check(what: &str, status: u16, expected: u16) {
    assert_eq!(status, expected, "{what}");
}

async fn read_feed(app: &TestApp) {
    app.services
        .revocations
        .run_once()
        .await
        .expect("the feed can be read");
}

/// Asks until the answer is this one; the contract's two seconds, with threefold slack.
async fn wait_for_refusal(app: &TestApp, person: &Person) {
    let deadline = Instant::now() + Duration::from_secs(6);
    while app.by(person).get(ME).await.status != 401 {
        assert!(Instant::now() < deadline, "it is still let in");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What the command line does is done by services of its own on the same database.
async fn what_the_operator_does_beside_the_service_is_kept_once_the_feed_was_read(app: TestApp) {
    let beside = app.services_beside().await;
    let bystander = app.person("bystander@example.org").await;
    for (name, patch) in [
        (
            "disabled",
            UserPatch {
                disabled: Some(true),
                ..UserPatch::default()
            },
        ),
        (
            "lowered",
            UserPatch {
                role: Some(Role::User),
                ..UserPatch::default()
            },
        ),
        (
            "password",
            UserPatch {
                password: Some("a new long one".into()),
                ..UserPatch::default()
            },
        ),
    ] {
        let admin = app.admin(&format!("{name}@example.org")).await;
        app.by(&admin).get(ME).await.ok();
        let id = admin.id.parse().expect("an id");
        beside
            .accounts
            .apply(By::operator(), id, patch, None, "/password")
            .await
            .expect("it is changed");
        read_feed(&app).await;
        check(name, app.by(&admin).get(ME).await.status, 401);
        let refresh = json!({ "refresh_token": admin.refresh_token });
        app.anybody()
            .post("/api/v2/sessions/refresh", refresh)
            .await
            .problem(401, "unauthenticated");
    }
    let deleted = app.person("deleted@example.org").await;
    beside
        .accounts
        .erase(By::operator(), deleted.id.parse().expect("an id"))
        .await
        .expect("it is deleted");
    read_feed(&app).await;
    check("deleted", app.by(&deleted).get(ME).await.status, 401);

    // Who was lowered signs in again, as what they are now; who is disabled does not.
    let lowered = app.person_again("lowered@example.org").await;
    app.by(&lowered)
        .get(&format!("/user?id={}", bystander.id))
        .await
        .failure(403, "…");
    let credentials = json!({ "email": "disabled@example.org", "password": PASSWORD });
    app.anybody()
        .post("/api/v2/sessions", credentials.clone())
        .await
        .problem(401, "credentials");
    // A raised role and an account that is enabled again end nothing.
    for (email, patch) in [
        (
            "lowered@example.org",
            UserPatch {
                role: Some(Role::Admin),
                ..UserPatch::default()
            },
        ),
        (
            "disabled@example.org",
            UserPatch {
                disabled: Some(false),
                ..UserPatch::default()
            },
        ),
    ] {
        let who = rondo::service::accounts::Who::Email(email.parse().expect("an address"));
        let user = beside
            .accounts
            .lookup(&who)
            .await
            .expect("it answers")
            .expect("it is there");
        beside
            .accounts
            .apply(By::operator(), user.id, patch, None, "/password")
            .await
            .expect("it is changed");
    }
    read_feed(&app).await;
    app.by(&lowered).get(ME).await.ok();
    app.anybody()
        .post("/api/v2/sessions", credentials)
        .await
        .expect(201);
    app.by(&bystander).get(ME).await.ok();
    beside.store.close().await;
}

async fn who_has_not_read_the_feed_asks_the_store(app: TestApp) {
    // These services have never read the feed, and no job reads it for them.
    let beside = app.services_beside().await;
    let (ended, deleted) = (
        app.person("ended@example.org").await,
        app.person("deleted@example.org").await,
    );
    let kept = app.person("kept@example.org").await;
    for person in [&ended, &deleted, &kept] {
        let caller = beside
            .tokens
            .authenticate(&person.access_token, &here())
            .await
            .expect("it is let in");
        assert_eq!(caller.user_id.to_string(), person.id);
    }
    app.by(&ended)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    app.by(&deleted)
        .delete_with(ME, json!({ "current_password": PASSWORD }))
        .await
        .expect_empty(204);
    for person in [&ended, &deleted] {
        let refused = beside.tokens.authenticate(&person.access_token, &here()).await;
        assert!(matches!(refused, Err(Error::Unauthenticated(_))), "{refused:?}");
    }
    // Once read, memory is believed for less than two seconds.
    beside.revocations.run_once().await.expect("the feed can be read");
    beside
        .tokens
        .authenticate(&kept.access_token, &here())
        .await
        .expect("it is let in");
    app.by(&kept)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    let deadline = Instant::now() + Duration::from_secs(6);
    while beside
        .tokens
        .authenticate(&kept.access_token, &here())
        .await
        .is_ok()
    {
        assert!(Instant::now() < deadline, "it is still let in");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    beside.store.close().await;
}

async fn the_background_job_reads_the_feed(app: TestApp) {
    let beside = app.services_beside().await;
    let person = app.person("person@example.org").await;
    app.by(&person).get(ME).await.ok();
    beside
        .accounts
        .erase(By::operator(), person.id.parse().expect("an id"))
        .await
        .expect("it is deleted");
    wait_for_refusal(&app, &person).await;
    beside.store.close().await;
}

/// Two instances that serve, which is for MongoDB.
mod instances {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_ends_at_one_instance_is_refused_at_the_other_once_the_feed_was_read() {
        let Some(here) = TestApp::spawn(Keeper::Mongo).await else {
            return;
        };
        let there = here.spawn_beside(&[]).await;
        // Another instance opens the same keys: a token of the one is good at the other.
        assert_eq!(
            here.anybody().get("/public-key").await.json(),
            there.anybody().get("/public-key").await.json()
        );
        for what in ["sign-out", "by id", "all others", "new password", "deleted"] {
            let email = format!("{}@example.org", what.replace(' ', "-"));
            let victim = here.person(&email).await;
            let actor = there.person_again(&email).await;
            for person in [&victim, &actor] {
                check(what, here.by(person).get(ME).await.status, 200);
                check(what, there.by(person).get(ME).await.status, 200);
            }
            let id_of = async |person: &Person| {
                let list: Value = here.by(person).get("/api/v2/sessions").await.ok();
                let items = list["items"].as_array().expect("a list").clone();
                let current = items.iter().find(|session| session["current"] == true);
                text(&current.expect("the present one")["id"])
            };
            let done = match what {
                "sign-out" => here.by(&victim).delete("/api/v2/sessions/current").await,
                "by id" => {
                    let path = format!("/api/v2/sessions/{}", id_of(&victim).await);
                    here.by(&actor).delete(&path).await
                }
                "all others" => here.by(&actor).delete("/api/v2/sessions").await,
                "new password" => {
                    let body = json!({ "current_password": PASSWORD, "new_password": "a new long one" });
                    here.by(&actor).post("/api/v2/users/me/password", body).await
                }
                _ => {
                    here.by(&actor)
                        .delete_with(ME, json!({ "current_password": PASSWORD }))
                        .await
                }
            };
            done.expect_empty(204);
            read_feed(&there).await;
            for app in [&here, &there] {
                check(what, app.by(&victim).get(ME).await.status, 401);
                let expected = if what == "deleted" { 401 } else { 200 };
                check(what, app.by(&actor).get(ME).await.status, expected);
                let refresh = json!({ "refresh_token": victim.refresh_token });
                let refused = app.anybody().post("/api/v2/sessions/refresh", refresh).await;
                refused.problem(401, "unauthenticated");
            }
        }
    }
}
