//! What `/metrics` counts, by deltas around traffic that is known. Each service counts for itself, so tests that
//! run beside each other do not meet.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rondo::model::User;
use rondo::store::StoreError;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::security_support::{begin_minute, db_user};
use crate::support::{METRICS_TOKEN, NOBODY, ask, on_each_keeper};

on_each_keeper! {
    requests_are_counted_by_route_method_and_status with super::READ,
    requests_in_flight_are_those_that_are_being_served with super::READ,
    operations_of_the_store_are_counted_by_their_outcome with super::READ,
    what_happens_to_sessions_and_passwords_is_counted with super::READ,
    what_a_limit_refuses_is_counted
        with [("RONDO_METRICS_TOKEN", super::METRICS_TOKEN), ("RONDO_SIGN_IN_LIMIT", "2"), ("RONDO_RATE_LIMIT", "6")],
    verified_tokens_are_found_again with super::READ,
    the_keeper_tells_of_its_inside with super::READ,
}

/// Settings under which the metrics can be read.
pub const READ: [(&str, &str); 1] = [("RONDO_METRICS_TOKEN", METRICS_TOKEN)];

/// The samples of one reading, by name and labels as they are written.
pub struct Reading {
    pub text: String,
    pub samples: BTreeMap<String, f64>,
}

impl Reading {
    pub async fn of(app: &TestApp) -> Self {
        let answer = app.with_token(METRICS_TOKEN).get("/metrics").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        let samples = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let (name, value) = line.rsplit_once(' ').expect("a name and a value");
            (name.to_owned(), value.parse().expect("a number"))
        });
        let samples = samples.collect();
        Self { text, samples }
    }

    /// 0 if it is not there yet.
    fn value(&self, sample: &str) -> f64 {
        self.samples.get(sample).copied().unwrap_or(0.0)
    }

    /// The values of a label, wherever it stands.
    pub fn labels(&self, name: &str) -> BTreeSet<&str> {
        let beginning = format!("{name}=\"");
        let found = self
            .samples
            .keys()
            .filter_map(|sample| sample.split_once(&beginning));
        found
            .map(|(_, rest)| rest.split('"').next().unwrap_or(rest))
            .collect()
    }
}

/// Asserts that of what was counted between two readings, these samples grew by so much.
#[track_caller]
fn assert_grew(before: &Reading, after: &Reading, samples: &[(&str, f64)]) {
    for (sample, by) in samples {
        let grew = after.value(sample) - before.value(sample);
        assert!(
            (grew - by).abs() < 1e-9,
            "{sample} grew by {grew}, not {by}:\n{}",
            after.text
        );
    }
}

fn requests(method: &str, route: &str, status: &str) -> String {
    format!("rondo_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}}")
}

fn durations(method: &str, route: &str) -> String {
    format!("rondo_http_request_duration_seconds_count{{method=\"{method}\",route=\"{route}\"}}")
}

async fn requests_are_counted_by_route_method_and_status(app: TestApp) {
    let person = app.person("person@example.org").await;
    let before = Reading::of(&app).await;
    for title in ["one", "two", "three"] {
        app.todo(&person, &json!({ "title": title })).await;
    }
    let me = app.by(&person);
    for _ in 0..4 {
        me.get("/api/v2/todos?limit=2").await.ok();
    }
    me.get("/api/v2/todos?nothing=1").await.problem(400, "query");
    me.get(&format!("/api/v2/todos/{NOBODY}"))
        .await
        .problem(404, "not-found");
    app.anybody()
        .get("/api/v2/todos")
        .await
        .problem(401, "unauthenticated");
    me.get("/todo").await.ok();
    me.get("/api/v1/todo").await.ok();
    me.post("/healthz", json!({})).await.problem(405, "method");
    app.anybody().get("/nothing/here").await.problem(404, "not-found");
    app.anybody().get("/nor/there").await.problem(404, "not-found");
    ask(app.request("PURGE".parse().expect("a method"), "/api/v2/todos"))
        .await
        .problem(405, "method");
    let after = Reading::of(&app).await;
    let todos = "/api/v2/todos";
    let one = "/api/v2/todos/<id>";
    // At the root and under /api/v1 it is one route.
    let v1 = "/api/v1/todo";
    assert_grew(
        &before,
        &after,
        &[
            (&requests("POST", todos, "201"), 3.0),
            (&requests("GET", todos, "200"), 4.0),
            (&requests("GET", todos, "400"), 1.0),
            (&requests("GET", todos, "401"), 1.0),
            (&requests("GET", one, "404"), 1.0),
            (&requests("GET", v1, "200"), 2.0),
            (&requests("POST", "/healthz", "405"), 1.0),
            (&requests("GET", "-", "404"), 2.0),
            (&requests("-", "-", "405"), 1.0),
            // The reading before is counted in the one after.
            (&requests("GET", "/metrics", "200"), 1.0),
            (&durations("POST", todos), 3.0),
            (&durations("GET", todos), 6.0),
            (&durations("GET", one), 1.0),
            (&durations("-", "-"), 1.0),
        ],
    );
    // Each duration is in the widest bucket, and they add up to something.
    let bucket =
        "rondo_http_request_duration_seconds_bucket{method=\"POST\",route=\"/api/v2/todos\",le=\"+Inf\"}";
    assert_grew(&before, &after, &[(bucket, 3.0)]);
    let sum = "rondo_http_request_duration_seconds_sum{method=\"POST\",route=\"/api/v2/todos\"}";
    assert!(after.value(sum) > before.value(sum));
}

async fn requests_in_flight_are_those_that_are_being_served(app: TestApp) {
    // What was answered may still be put away while the next is read.
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let reading = Reading::of(&app).await;
        let in_flight = reading.value("rondo_http_requests_in_flight");
        assert!(in_flight >= 1.0, "the reading itself: {in_flight}");
        if in_flight < 1.5 {
            break;
        }
        assert!(Instant::now() < deadline, "{in_flight}");
    }
}

fn operations(operation: &str, outcome: &str) -> String {
    format!("rondo_store_operations_total{{operation=\"{operation}\",outcome=\"{outcome}\"}}")
}

async fn operations_of_the_store_are_counted_by_their_outcome(app: TestApp) {
    let person = app.person("person@example.org").await;
    let before = Reading::of(&app).await;
    app.todo(&person, &json!({ "title": "one" })).await;
    app.todo(&person, &json!({ "title": "two" })).await;
    app.by(&person).get("/api/v2/todos").await.ok();
    // The service looks before it writes; two at once would meet here.
    let taken = User {
        id: app.services.source.new_id(),
        ..db_user(&app, "person@example.org").await
    };
    let again = app.services.store.create_user(&taken).await;
    assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");
    let after = Reading::of(&app).await;
    assert_grew(
        &before,
        &after,
        &[
            (&operations("create_todo", "ok"), 2.0),
            (&operations("todo_page", "ok"), 1.0),
            (&operations("create_user", "ok"), 0.0),
            (&operations("create_user", "duplicate"), 1.0),
            (&operations("create_todo", "unavailable"), 0.0),
            (
                "rondo_store_operation_duration_seconds_count{operation=\"create_todo\"}",
                2.0,
            ),
            (
                "rondo_store_operation_duration_seconds_count{operation=\"create_user\"}",
                1.0,
            ),
        ],
    );
}

fn events(event: &str) -> String {
    format!("rondo_session_events_total{{event=\"{event}\"}}")
}

async fn what_happens_to_sessions_and_passwords_is_counted(app: TestApp) {
    app.register("person@example.org").await;
    let before = Reading::of(&app).await;
    let [first, second, third, _, last] = [
        app.person_again("person@example.org").await,
        app.person_again("person@example.org").await,
        app.person_again("person@example.org").await,
        app.person_again("person@example.org").await,
        app.person_again("person@example.org").await,
    ];
    let wrong = json!({ "email": "person@example.org", "password": "not the password" });
    app.anybody()
        .post("/api/v2/sessions", wrong)
        .await
        .problem(401, "credentials");
    let refresh = async |token: &str| {
        let body = json!({ "refresh_token": token });
        app.anybody().post("/api/v2/sessions/refresh", body).await
    };
    // Turned once; shown again in its grace, it is not turned; after that it was used before.
    refresh(&first.refresh_token).await.ok();
    refresh(&first.refresh_token).await.ok();
    app.clock.advance(31_000);
    refresh(&first.refresh_token)
        .await
        .problem(401, "unauthenticated");
    app.by(&second)
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    // The fourth and the last.
    app.by(&third).delete("/api/v2/sessions").await.expect_empty(204);
    app.by(&last)
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let change = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    assert_eq!(
        app.by(&third)
            .post("/api/v2/users/me/password", change)
            .await
            .status
            / 100,
        2
    );
    let after = Reading::of(&app).await;
    assert_grew(
        &before,
        &after,
        &[
            (&events("begun"), 5.0),
            (&events("refreshed"), 1.0),
            (&events("reused"), 1.0),
            // By the reuse, by signing out, and two by the list.
            (&events("ended"), 4.0),
            (&events("ended_of_account"), 1.0),
            // Six sign-ins, one comparison and one hash of the change.
            ("rondo_hashing_duration_seconds_count", 8.0),
            ("rondo_hashing_refused_total", 0.0),
        ],
    );
    assert_eq!(after.value("rondo_hashing_waiting"), 0.0);
    let age = after.value("rondo_revocation_feed_age_seconds");
    assert!((0.0..20.0).contains(&age), "{age}");
    let sum = "rondo_hashing_duration_seconds_sum";
    assert!(after.value(sum) > before.value(sum));
}

async fn what_a_limit_refuses_is_counted(app: TestApp) {
    begin_minute(&app);
    let refused = |limit: &str| format!("rondo_throttled_total{{limit=\"{limit}\"}}");
    let before = Reading::of(&app).await;
    assert!(
        before.text.contains(&refused("requests")),
        "it is there before anything is refused"
    );
    let wrong = json!({ "email": "nobody@example.org", "password": "not the password" });
    let mut found = BTreeMap::new();
    for _ in 0..4 {
        let answer = app.anybody().post("/api/v2/sessions", wrong.clone()).await;
        *found.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(found, BTreeMap::from([(401, 2), (429, 2)]));
    let between = Reading::of(&app).await;
    assert_grew(
        &before,
        &between,
        &[(&refused("sign_ins"), 2.0), (&refused("requests"), 0.0)],
    );
    let mut throttled = 0.0;
    for _ in 0..10 {
        if app.anybody().get("/public-key").await.status == 429 {
            throttled += 1.0;
        }
    }
    let after = Reading::of(&app).await;
    assert!(throttled >= 1.0);
    assert_grew(
        &between,
        &after,
        &[(&refused("requests"), throttled), (&refused("sign_ins"), 0.0)],
    );
}

async fn verified_tokens_are_found_again(app: TestApp) {
    let person = app.person("person@example.org").await;
    let looks = |outcome: &str| format!("rondo_token_cache_lookups_total{{outcome=\"{outcome}\"}}");
    let before = Reading::of(&app).await;
    for _ in 0..5 {
        app.by(&person).get("/api/v2/users/me").await.ok();
    }
    app.with_token("nothing.of.ours")
        .get("/api/v2/users/me")
        .await
        .problem(401, "unauthenticated");
    let after = Reading::of(&app).await;
    assert_grew(&before, &after, &[(&looks("hit"), 4.0), (&looks("miss"), 2.0)]);
}

async fn the_keeper_tells_of_its_inside(app: TestApp) {
    let person = app.person("person@example.org").await;
    let before = Reading::of(&app).await;
    for number in 0..20 {
        app.todo(&person, &json!({ "title": format!("number {number}") }))
            .await;
    }
    let after = Reading::of(&app).await;
    if app.database.address.starts_with("sqlite:") {
        let tasks = "rondo_sqlite_written_tasks_total";
        assert!(after.value(tasks) - before.value(tasks) >= 20.0, "{}", after.text);
        let groups = "rondo_sqlite_write_groups_total";
        // One after the other: hardly two of them met.
        assert!(
            after.value(groups) - before.value(groups) >= 20.0,
            "{}",
            after.text
        );
        assert!(after.value(groups) <= after.value(tasks));
        assert_eq!(after.value("rondo_sqlite_readers"), 2.0);
        assert!(after.value("rondo_sqlite_readers_busy") <= 2.0);
        assert!(after.samples.contains_key("rondo_sqlite_writes_waiting"));
    } else {
        let created = after.value("rondo_mongodb_connections_created_total");
        let closed = after.value("rondo_mongodb_connections_closed_total");
        let (in_use, idle) = (
            after.value("rondo_mongodb_connections_in_use"),
            after.value("rondo_mongodb_connections_idle"),
        );
        assert!(created >= 1.0, "{}", after.text);
        // Those of a moment: jobs may be at work beside.
        assert!(
            in_use + idle <= created - closed + 1.0 && in_use + idle >= 1.0,
            "{}",
            after.text
        );
        assert_eq!(after.value("rondo_mongodb_connections_refused_total"), 0.0);
    }
}
