//! Streams of events: when they end, and that nothing is missed between two of them.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::changes::Copy;
use crate::common::{Keeper, TestApp};
use crate::events::{Events, PATIENCE};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    a_stream_ends_with_the_session_of_its_token,
    a_stream_ends_when_everybody_else_is_signed_out_and_the_one_that_did_it_stays,
    a_stream_ends_when_its_token_does,
    a_stop_ends_the_streams_and_a_restart_goes_on_where_they_were,
    a_stream_needs_a_token_and_the_scope_to_read,
    what_another_process_writes_is_told_within_half_a_minute,
}

/// Two seconds until an ended session is refused everywhere, and threefold slack.
const SOON: Duration = Duration::from_secs(6);

async fn ends_soon(events: &mut Events) {
    let began = Instant::now();
    timeout(PATIENCE, events.end()).await.expect("it ends");
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
}

async fn a_stream_ends_with_the_session_of_its_token(app: TestApp) {
    let person = app.person("person@example.org").await;
    let elsewhere = app.person_again(&person.email).await;
    let mut events = Events::open(&app, &person, None).await;
    let mut others = Events::open(&app, &elsewhere, None).await;
    app.by(&person)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    ends_soon(&mut events).await;
    app.todo(&elsewhere, &json!({ "title": "Milk" })).await;
    assert_eq!(others.change().await["todo"]["title"], "Milk");
}

async fn a_stream_ends_when_everybody_else_is_signed_out_and_the_one_that_did_it_stays(app: TestApp) {
    let person = app.person("person@example.org").await;
    let elsewhere = app.person_again(&person.email).await;
    let mut events = Events::open(&app, &elsewhere, None).await;
    let mut own = Events::open(&app, &person, None).await;
    // By what another process does, the feed tells of it.
    let beside = app.services_beside().await;
    beside
        .store
        .end_sessions(
            person.id.parse().unwrap(),
            Some(session_of(&app, &person).await),
            beside.source.now(),
        )
        .await
        .unwrap();
    ends_soon(&mut events).await;
    app.todo(&person, &json!({ "title": "Milk" })).await;
    assert_eq!(own.change().await["todo"]["title"], "Milk");
    beside.close().await;
}

async fn session_of(app: &TestApp, person: &crate::common::app::Person) -> rondo::model::Id {
    let list = app.by(person).get("/api/v2/sessions").await.ok();
    let sessions = list["items"].as_array().or_else(|| list["sessions"].as_array());
    let mut sessions = sessions.expect("a list of sessions").iter();
    let current = sessions.find(|session| session["current"] == true);
    text(&current.expect("the one that asks")["id"]).parse().unwrap()
}

async fn a_stream_ends_when_its_token_does(app: TestApp) {
    let person = app.person("person@example.org").await;
    // Almost at the end of the token's life, by a clock that is moved.
    app.clock
        .advance((app.services.tokens.access_seconds() - 2) * 1000);
    let mut events = Events::open(&app, &person, None).await;
    ends_soon(&mut events).await;
    app.by(&person)
        .get("/api/v2/events")
        .await
        .problem(401, "unauthenticated");
    // The next token goes on where this one was.
    let again = app.person_again(&person.email).await;
    app.todo(&again, &json!({ "title": "Milk" })).await;
    let mut events = Events::open(&app, &again, Some(&events.id)).await;
    assert_eq!(events.change().await["todo"]["title"], "Milk");
}

async fn a_stop_ends_the_streams_and_a_restart_goes_on_where_they_were(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut events = Events::open(&app, &person, None).await;
    for number in 0..30 {
        app.todo(&person, &json!({ "title": format!("before {number}") }))
            .await;
    }
    let mut copy = Copy::default();
    for _ in 0..7 {
        copy.take(&events.change().await);
    }
    let id = events.id.clone();
    let began = Instant::now();
    let stopping = app.stop();
    let (database, ()) = tokio::join!(stopping, events.end());
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());

    let app = TestApp::restart(database, &[]).await;
    let person = app.person_again(&person.email).await;
    for number in 0..3 {
        app.todo(&person, &json!({ "title": format!("after {number}") }))
            .await;
    }
    let mut events = Events::open(&app, &person, Some(&id)).await;
    while copy.things.len() < 33 {
        copy.take(&events.change().await);
    }
    let mut fresh = Copy::default();
    fresh.follow(&app, &person, 100).await;
    assert_eq!(copy.things, fresh.things);
}

async fn a_stream_needs_a_token_and_the_scope_to_read(app: TestApp) {
    app.anybody()
        .get("/api/v2/events")
        .await
        .problem(401, "unauthenticated");
    app.with_token("no.token.atall")
        .get("/api/v2/events")
        .await
        .problem(401, "unauthenticated");
    // An address cannot carry it: addresses stand in logs.
    let person = app.person("person@example.org").await;
    let path = format!("/api/v2/events?access_token={}", person.access_token);
    app.anybody().get(&path).await.problem(401, "unauthenticated");
    let head = app
        .by(&person)
        .request(Method::HEAD, "/api/v2/events")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (head.status().as_u16(), head.bytes().await.unwrap().len()),
        (200, 0)
    );
}

/// An embedded store does not hear of what a command writes beside the service; whoever listens looks by himself.
async fn what_another_process_writes_is_told_within_half_a_minute(app: TestApp) {
    let person = app.person("person@example.org").await;
    let mut events = Events::open(&app, &person, None).await;
    let beside = app.services_beside().await;
    let owner = person.id.parse().unwrap();
    let todo = rondo::model::Todo::new(beside.source.new_id(), owner, "Milk".into(), beside.source.now());
    beside.store.create_todo(&todo).await.unwrap();
    let began = Instant::now();
    assert_eq!(events.change().await["todo"]["title"], "Milk");
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    beside.close().await;
}

/// Two instances on one database: what is written at one is told at the other, and a stream goes on at the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_at_one_instance_is_told_at_the_other_and_a_stream_goes_on_there() {
    let Some(app) = TestApp::spawn(Keeper::Mongo).await else {
        return;
    };
    let beside = app.spawn_beside(&[]).await;
    let person = app.person("person@example.org").await;
    let mut here = Events::open(&app, &person, None).await;
    let mut there = Events::open(&beside, &person, None).await;
    for (at, title) in [(&app, "Milk"), (&beside, "Bread")] {
        let began = Instant::now();
        at.todo(&person, &json!({ "title": title })).await;
        assert_eq!(here.change().await["todo"]["title"], title);
        assert_eq!(there.change().await["todo"]["title"], title);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
    // Broken off here, it goes on there, without what was written in between being lost.
    let id = here.id.clone();
    drop(here);
    app.todo(&person, &json!({ "title": "Butter" })).await;
    let mut on = Events::open(&beside, &person, Some(&id)).await;
    let mut copy = Copy::default();
    while !copy.titles().contains(&"Butter".to_owned()) {
        copy.take(&on.change().await);
    }
    // A writer at each instance, a listener at each: both have all of it in the end.
    let write = async |at: &TestApp, name: &str| {
        for number in 0..40 {
            at.todo(&person, &json!({ "title": format!("{name} {number}") }))
                .await;
        }
    };
    tokio::join!(write(&app, "here"), write(&beside, "there"));
    let of_both = |copy: &Copy| {
        let titles = copy.titles();
        let by_writers = titles
            .iter()
            .filter(|title| title.starts_with("here") || title.starts_with("there"));
        by_writers.count()
    };
    let (mut by_there, mut by_on) = (Copy::default(), copy);
    while of_both(&by_there) < 80 {
        by_there.take(&there.change().await);
    }
    while of_both(&by_on) < 80 {
        by_on.take(&on.change().await);
    }
}
