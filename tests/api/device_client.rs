//! The device flow as the command line follows it, where that takes longer than a test of the program would: what it does
//! when it is told to slow down, that it is told when the code has ended, and what a provider elsewhere says of itself.

use std::time::{Duration, Instant};

use rondo::client::oauth::{Begun, Provider, Wish};
use rondo::client::{Address, Failure, Wire};
use serde_json::json;

use crate::common::{Keeper, TestApp};
use crate::support::on_each_keeper;

on_each_keeper!(
    who_is_told_to_slow_down_waits_longer_and_is_let_in,
    who_comes_too_late_is_told_to_begin_again,
);

/// A command line in front of a service.
struct Program {
    wire: Wire,
    provider: Provider,
    begun: Begun,
}

async fn begin(app: &TestApp) -> Program {
    let server: Address = app.base.parse().expect("an address");
    let wire = Wire::new(server.url(), false).expect("it can ask");
    let provider = Provider::of_server(&server);
    let begun = provider.begin(&wire, &Wish::default()).await;
    let begun = begun.unwrap_or_else(|failure| panic!("{failure:?}"));
    Program {
        wire,
        provider,
        begun,
    }
}

async fn allow(app: &TestApp, code: &str) {
    let person = app.person("person@example.org").await;
    let path = format!("/api/v2/device/{code}");
    let allowed = app.by(&person).post(&path, json!({ "allow": true })).await;
    allowed.expect_empty(204);
}

/// SECURITY 14
async fn who_is_told_to_slow_down_waits_longer_and_is_let_in(app: TestApp) {
    let Program {
        wire,
        provider,
        begun,
    } = begin(&app).await;
    let code = begun.user_code.clone();
    let began = Instant::now();
    let waiting = tokio::spawn(async move { provider.wait(&wire, &begun).await.map(|_| began.elapsed()) });
    // It asks after five seconds. By the clock of the service, which is put back, it then asks again after two.
    tokio::time::sleep(Duration::from_millis(7_500)).await;
    app.clock.advance(-3_000);
    tokio::time::sleep(Duration::from_millis(6_500)).await;
    allow(&app, &code).await;
    let took = waiting.await.expect("it ends");
    let took = took.unwrap_or_else(|failure| panic!("{failure:?}"));
    // Five, five, and then ten.
    assert!(took >= Duration::from_millis(19_500), "{took:?}");
}

/// SECURITY 14
async fn who_comes_too_late_is_told_to_begin_again(app: TestApp) {
    let Program {
        wire,
        provider,
        begun,
    } = begin(&app).await;
    app.clock.advance(600_000);
    let Err(Failure::Failed(words)) = provider.wait(&wire, &begun).await else {
        panic!("it is let in");
    };
    assert!(words.contains("nobody has answered in time"), "{words}");
}

/// A service is no OpenID provider, and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_provider_is_not_taken_for_one() {
    let Some(app) = TestApp::spawn(Keeper::Sqlite).await else {
        return;
    };
    let issuer: Address = app.base.parse().expect("an address");
    let wire = Wire::new(issuer.url(), false).expect("it can ask");
    let found = Provider::discover(&wire, &issuer, "program", false).await;
    let Err(Failure::Failed(words)) = found else {
        panic!("it is taken for one");
    };
    assert!(
        words.contains("does not exist") && words.contains("--issuer"),
        "{words}"
    );
}
