//! Signing keys that turn: by hand, by age, by retirement; on every instance. (SECURITY 8)

use std::time::{Duration, Instant};

use rondo::service::audit::By;
use serde_json::{Value, json};

use crate::common::app::Person;
use crate::common::{Keeper, TestApp};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    after_a_rotation_the_old_key_verifies_until_its_longest_token_has_lapsed,
    the_background_job_sees_a_key_that_another_process_made,
    a_key_is_followed_by_age_and_published_before_it_signs with [("RONDO_KEY_ROTATION_DAYS", "10")],
    a_key_is_not_followed_by_age_where_that_is_off with [("RONDO_KEY_ROTATION_DAYS", "0")],
    the_tokens_of_a_retired_key_end_at_once,
    a_flood_of_unknown_names_costs_one_reading_a_cool_down,
}

const DAY: i64 = 86_400;

/// Every instance signs and verifies with a new key within this time, with threefold slack.
const WITHIN: Duration = Duration::from_secs(15);

fn kid_of(token: &str) -> String {
    use base64::Engine as _;
    let header = token.split('.').next().expect("a header");
    let header = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(header)
        .expect("base64");
    text(&serde_json::from_slice::<Value>(&header).expect("JSON")["kid"])
}

async fn published(app: &TestApp) -> Vec<String> {
    let set = app.anybody().get("/.well-known/jwks.json").await.json();
    for key in set["keys"].as_array().expect("keys") {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
    set["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| text(&key["kid"]))
        .collect()
}

async fn holds(app: &TestApp, token: &str) -> bool {
    match app.with_token(token).get("/api/v2/users/me").await.status {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

async fn refresh(app: &TestApp, token: &str) -> Option<Person> {
    let answer = app
        .anybody()
        .post("/api/v2/sessions/refresh", json!({ "refresh_token": token }))
        .await;
    let body = answer.json();
    (answer.status == 200).then(|| Person {
        id: text(&body["user"]["id"]),
        email: text(&body["user"]["email"]),
        access_token: text(&body["access_token"]),
        refresh_token: text(&body["refresh_token"]),
    })
}

async fn after_a_rotation_the_old_key_verifies_until_its_longest_token_has_lapsed(app: TestApp) {
    let before = app.person("person@example.org").await;
    let old = kid_of(&before.access_token);
    let signing = app.services.tokens.signing();
    let new = signing.rotate(By::operator()).await.expect("a new key");
    assert_eq!(published(&app).await, [new.clone(), old.clone()]);
    assert!(holds(&app, &before.access_token).await);
    let after = app.person_again("person@example.org").await;
    assert_eq!(kid_of(&after.access_token), new);
    assert_eq!(
        text(&app.anybody().get("/public-key").await.ok()["key"]["kid"]),
        new
    );
    // A refresh token of the old key is still one.
    let refreshed = refresh(&app, &before.refresh_token).await.expect("a successor");
    assert_eq!(kid_of(&refreshed.refresh_token), new);

    // Shortly before the last token of the old key ends, the key is there; after it, it is gone.
    app.clock.advance((30 * DAY - 5) * 1000);
    signing.keep_up().await.expect("the store answers");
    assert_eq!(published(&app).await, [new.clone(), old.clone()]);
    app.clock.advance((10) * 1000);
    assert_eq!(
        published(&app).await,
        std::slice::from_ref(&new),
        "even before anybody cleans up"
    );
    signing.keep_up().await.expect("the store answers");
    assert_eq!(app.services.store.keys().await.expect("keys").len(), 1);
    assert!(!holds(&app, &before.access_token).await);
    assert!(refresh(&app, &before.refresh_token).await.is_none());
}

async fn the_background_job_sees_a_key_that_another_process_made(app: TestApp) {
    let before = app.person("person@example.org").await;
    let beside = app.services_beside().await;
    let new = beside
        .tokens
        .signing()
        .rotate(By::operator())
        .await
        .expect("a new key");
    let began = Instant::now();
    while app.services.tokens.signing().current().kid != new {
        assert!(began.elapsed() < WITHIN, "the new key is not seen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(
        kid_of(&app.person_again("person@example.org").await.access_token),
        new
    );
    assert!(holds(&app, &before.access_token).await);
    // And one that is taken away.
    let old = kid_of(&before.access_token);
    beside
        .tokens
        .signing()
        .retire(By::operator(), &old)
        .await
        .expect("it is there");
    beside.store.close().await;
    while holds(&app, &before.access_token).await {
        assert!(began.elapsed() < WITHIN + WITHIN, "the old key is still there");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(published(&app).await, [new]);
}

async fn a_key_is_followed_by_age_and_published_before_it_signs(app: TestApp) {
    let signing = app.services.tokens.signing();
    let first = published(&app).await;
    app.clock.advance((10 * DAY - 5) * 1000);
    signing.keep_up().await.expect("the store answers");
    assert_eq!(published(&app).await, first);
    app.clock.advance((10) * 1000);
    for _ in 0..3 {
        signing.keep_up().await.expect("the store answers");
    }
    // Published, and not yet in use: whoever keeps the key set for five minutes has it by then.
    let both = published(&app).await;
    assert_eq!(
        (both.len(), &both[0]),
        (2, &first[0]),
        "one, however often it is looked at"
    );
    let person = app.person("person@example.org").await;
    assert_eq!(kid_of(&person.access_token), first[0]);
    app.clock.advance((601) * 1000);
    let later = app.person_again("person@example.org").await;
    assert_eq!(kid_of(&later.access_token), both[1]);
    assert_eq!(published(&app).await, [both[1].clone(), first[0].clone()]);
    assert!(holds(&app, &person.access_token).await);
}

async fn a_key_is_not_followed_by_age_where_that_is_off(app: TestApp) {
    let first = published(&app).await;
    app.clock.advance((3000 * DAY) * 1000);
    app.services
        .tokens
        .signing()
        .keep_up()
        .await
        .expect("the store answers");
    assert_eq!(published(&app).await, first);
}

async fn the_tokens_of_a_retired_key_end_at_once(app: TestApp) {
    let person = app.person("person@example.org").await;
    // It was verified before, and is remembered.
    assert!(holds(&app, &person.access_token).await);
    let (signing, old) = (app.services.tokens.signing(), kid_of(&person.access_token));
    assert!(signing.retire(By::operator(), "nothing").await.is_err());
    signing.retire(By::operator(), &old).await.expect("it is there");
    assert!(!holds(&app, &person.access_token).await);
    assert!(refresh(&app, &person.refresh_token).await.is_none());
    let again = app.person_again("person@example.org").await;
    assert_ne!(kid_of(&again.access_token), old);
    assert!(holds(&app, &again.access_token).await);
    assert!(signing.retire(By::operator(), &old).await.is_err(), "it is gone");
}

async fn a_flood_of_unknown_names_costs_one_reading_a_cool_down(app: TestApp) {
    let person = app.person("person@example.org").await;
    let parts: Vec<&str> = person.access_token.split('.').collect();
    let began = Instant::now();
    let before = app.services.tokens.signing().readings();
    for number in 0..200 {
        use base64::Engine as _;
        let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": format!("{number:043}") }).to_string();
        let header = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header);
        assert!(!holds(&app, &format!("{header}.{}.{}", parts[1], parts[2])).await);
    }
    // One a second for the names, and the job's own every two.
    let most = began.elapsed().as_secs() * 2 + 2;
    let readings = app.services.tokens.signing().readings() - before;
    assert!(readings <= most, "{readings} readings in {:?}", began.elapsed());
    assert!(holds(&app, &person.access_token).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_turn_to_one_new_key_and_take_each_others_tokens() {
    let settings = [("RONDO_KEY_ROTATION_DAYS", "10")];
    let Some(one) = TestApp::spawn_with(Keeper::Mongo, &settings).await else {
        return;
    };
    let two = one.spawn_beside(&settings).await;
    let person = one.person("person@example.org").await;
    one.clock.advance((10 * DAY + 1) * 1000);
    let (first, second) = (one.services.tokens.signing(), two.services.tokens.signing());
    let (a, b) = tokio::join!(first.keep_up(), second.keep_up());
    a.and(b).expect("the store answers");
    assert_eq!(
        one.services.store.keys().await.expect("keys").len(),
        2,
        "one of them made it"
    );
    // By hand on one: a token of the new key is taken by the other at once, though no job has run there.
    let new = first.rotate(By::operator()).await.expect("a key");
    let fresh = one.person_again(&person.email).await;
    assert_eq!(kid_of(&fresh.access_token), new);
    let began = Instant::now();
    while !holds(&two, &fresh.access_token).await {
        // Not in the second after the last reading.
        assert!(began.elapsed() < WITHIN, "the other does not know the new key");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
