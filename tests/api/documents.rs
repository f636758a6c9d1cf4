//! What the service says of itself: its schemas, its problems, its keys, its health; and the id that every
//! answer carries.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::Method;
use rondo::http::routes::{Content, ENDPOINTS};
use rondo::http::schemas;
use serde_json::json;

use crate::common::TestApp;
use crate::support::{Answer, PROBLEMS, ask, members, moment, on_each_keeper, text};

on_each_keeper! {
    the_schemas_that_validate_are_the_files_and_are_served,
    every_problem_can_be_opened_and_explains_itself,
    health_is_of_the_process_and_readiness_ends_when_a_stop_begins,
    every_answer_has_an_id_of_its_own_that_clients_cannot_choose,
    a_trusted_proxy_says_who_asks_and_under_which_id with [("RONDO_TRUSTED_PROXIES", "[\"127.0.0.0/8\", \"10.0.0.0/8\"]")],
}

async fn the_schemas_that_validate_are_the_files_and_are_served(app: TestApp) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut files = BTreeSet::new();
    for entry in folder.read_dir().expect("schemas/ can be listed") {
        let path = entry.expect("schemas/ can be listed").path();
        assert_eq!(
            path.extension().and_then(|ending| ending.to_str()),
            Some("json"),
            "{path:?}"
        );
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a plain name")
            .to_owned();
        let answer = app.anybody().get(&format!("/schemas/{name}.json")).await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(answer.header("content-type"), "application/schema+json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        assert_eq!(
            answer.body,
            std::fs::read(&path).expect("a schema can be read"),
            "{name}"
        );
        let schema = answer.json();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], format!("{name}.json"));
        files.insert(name);
    }
    let listed: BTreeSet<String> = schemas::FILES
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(listed, files);
    let of_requests = ENDPOINTS.iter().filter_map(|line| line.body);
    let answers = ENDPOINTS.iter().flat_map(|line| line.answers);
    let of_answers = answers.filter_map(|answer| match answer.content {
        Content::Json(name) | Content::Other(_, Some(name)) => Some(name),
        Content::None | Content::Other(_, None) => None,
    });
    // Those that others refer to, and those of refusals.
    let shared = [
        "common",
        "parameters",
        "session",
        "audit-event",
        "user",
        "todo",
        "change",
        "change-list",
        "api-token",
        "oauth-failure",
        "problem",
        "v1-account",
        "v1-failure",
        "v1-todo",
    ];
    let used: BTreeSet<String> = of_requests
        .chain(of_answers)
        .chain(shared)
        .map(str::to_owned)
        .collect();
    assert_eq!(
        used, files,
        "every schema is that of a body, and every body has one"
    );
}

async fn every_problem_can_be_opened_and_explains_itself(app: TestApp) {
    for name in PROBLEMS {
        let page = app.anybody().get(&format!("/problems/{name}")).await;
        assert_eq!(page.status, 200, "{name}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        let text = page.text();
        // Two are the service's fault.
        let status = if ["internal", "unavailable"].contains(name) {
            "<dd>5"
        } else {
            "<dd>4"
        };
        for part in [
            "<html lang=\"en\">",
            "<meta name=\"viewport\"",
            "<h1>",
            status,
            "href=\"/docs\"",
        ] {
            assert!(text.contains(part), "{name}: {part}: {text}");
        }
        // The policy of pages lets nothing inline through.
        assert!(!text.contains("<style") && !text.contains("style=") && !text.contains("<script"));
    }
    // The type of a problem leads to its own explanation.
    let problem = app
        .anybody()
        .get("/api/v2/todos")
        .await
        .problem(401, "unauthenticated");
    let page = app.anybody().get(&text(&problem["type"])).await;
    assert!(page.text().contains(&text(&problem["title"])));
    for unknown in ["/problems/x", "/problems/Schema", "/problems/schema.html"] {
        app.anybody().get(unknown).await.problem(404, "not-found");
    }
}

async fn health_is_of_the_process_and_readiness_ends_when_a_stop_begins(app: TestApp) {
    let check_health = |health: &Answer| {
        let body = health.ok();
        assert_eq!(members(&body), ["status", "time", "version"]);
        assert_eq!(
            (&body["status"], &body["version"]),
            (&json!("ok"), &json!(env!("CARGO_PKG_VERSION")))
        );
        moment(&body["time"]);
        assert_eq!(health.header("cache-control"), "no-store");
    };
    let ready = app.anybody().get("/readyz").await;
    assert_eq!(ready.ok(), json!({ "status": "ready" }));
    assert!(!ready.has("connection"));
    check_health(&app.anybody().get("/healthz").await);

    app.drain().await;
    let stopping = app.anybody().get("/readyz").await;
    assert_eq!(stopping.expect(503), json!({ "status": "stopping" }));
    assert_eq!(stopping.header("connection"), "close");
    // What comes all the same is served, on connections that are then closed.
    let health = app.anybody().get("/healthz").await;
    check_health(&health);
    assert_eq!(health.header("connection"), "close");
    app.register("person@example.org").await;
}

async fn every_answer_has_an_id_of_its_own_that_clients_cannot_choose(app: TestApp) {
    let mut ids = BTreeSet::new();
    let mut count = 0;
    for path in [
        "/healthz",
        "/public-key",
        "/todo",
        "/api/v2/todos",
        "/api/v1/x",
        "/nothing",
        "/schemas/common.json",
    ] {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT] {
            let request = app
                .request(method, path)
                .header("x-request-id", "chosen-by-the-client");
            let answer = ask(request).await;
            let id = answer.header("x-request-id").to_owned();
            let is_sound = id.len() >= 16
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
            assert!(is_sound, "{id}");
            ids.insert(id);
            count += 1;
        }
    }
    assert_eq!(ids.len(), count);
    assert!(!ids.contains("chosen-by-the-client"));
    // Nor where they ask from.
    app.register("person@example.org").await;
    let body = json!({ "email": "person@example.org", "password": crate::common::app::PASSWORD });
    let request = app.post("/api/v2/sessions", &body);
    let request = request
        .header("x-forwarded-for", "192.0.2.1")
        .header("x-real-ip", "192.0.2.2");
    assert_eq!(ask(request).await.expect(201)["session"]["address"], "127.0.0.1");
}

async fn a_trusted_proxy_says_who_asks_and_under_which_id(app: TestApp) {
    let with_id = |id: &str| ask(app.get("/api/v2/todos").header("x-request-id", id));
    for id in ["8letters", "0123456789-abc_DEF", &"x".repeat(64)] {
        let answer = with_id(id).await;
        assert_eq!(answer.header("x-request-id"), id);
        assert_eq!(answer.problem(401, "unauthenticated")["request_id"], id);
    }
    for id in ["short", &"x".repeat(65), "with blank", "with/slash", "<script>"] {
        assert_ne!(with_id(id).await.header("x-request-id"), id);
    }
    app.register("person@example.org").await;
    for (forwarded, expected) in [
        ("192.0.2.1", "192.0.2.1"),
        ("198.51.100.7, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 10.1.2.3", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, nonsense", "127.0.0.1"),
        ("", "127.0.0.1"),
    ] {
        let body = json!({ "email": "person@example.org", "password": crate::common::app::PASSWORD });
        let request = app
            .post("/api/v2/sessions", &body)
            .header("x-forwarded-for", forwarded);
        let session = ask(request).await.expect(201);
        assert_eq!(session["session"]["address"], expected, "{forwarded}");
    }
}
