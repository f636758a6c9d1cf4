//! What a page of somebody else can make a browser do with the cookie of a victim, and what it may read.

use reqwest::{Method, RequestBuilder};
use rondo::http::routes::{Access, ENDPOINTS};
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::security_support::{Names, every_request};
use crate::support::{Answer, NOBODY, ask, on_each_keeper};

on_each_keeper!(
    the_cookie_is_for_this_host_tls_and_no_script,
    a_page_of_another_site_does_nothing_with_the_victims_cookie,
    without_configured_origins_no_page_of_another_origin_reads_anything,
    with_configured_origins_these_alone_read_and_write with [("RONDO_CORS_ORIGINS", "https://app.example")],
    in_production_no_page_of_this_machine_is_trusted with super::PRODUCTION,
);

const PRODUCTION: [(&str, &str); 3] = [
    ("ENV", "production"),
    ("SECRET", "qO4oIZzvN8JYx2bT5mKd0wLr7uPcEa93"),
    ("RONDO_PUBLIC_URL", "https://todo.example"),
];

const EMAIL: &str = "person@example.org";

/// Origins that look like those that are allowed, and are not.
const FOREIGN: [&str; 20] = [
    "https://evil.example",
    "null",
    "NULL",
    "http://rondo.test.evil.example",
    "http://evilrondo.test",
    "http://evil.rondo.test",
    "https://rondo.test",
    "http://rondo.test:81",
    "http://rondo.test/",
    "http://rondo.test.",
    "http://rondo.tes",
    "http://rondo.test@evil.example",
    "http://localhost",
    "http://127.0.0.1",
    "http://127.0.0.1.evil.example",
    "file://",
    "no origin",
    "https://",
    "*",
    "",
];

/// Those that look like the configured `https://app.example`.
const NEARLY: [&str; 8] = [
    "http://app.example",
    "https://app.example.evil.example",
    "https://evilapp.example",
    "https://evil.app.example",
    "https://app.example:8443",
    "https://app.example.",
    "https://app.example/",
    "https://app_example",
];

/// The refresh token that the victim's browser has in its cookie.
async fn cookie(app: &TestApp) -> String {
    let body = json!({ "email": EMAIL, "password": PASSWORD, "transport": "cookie" });
    let answer = app.anybody().post("/api/v2/sessions", body).await;
    let cookie = answer.header("set-cookie").split(';').next().expect("a cookie");
    cookie.to_owned()
}

/// SECURITY 19
async fn the_cookie_is_for_this_host_tls_and_no_script(app: TestApp) {
    app.register(EMAIL).await;
    let body = json!({ "email": EMAIL, "password": PASSWORD, "transport": "cookie" });
    let signed_in = app.anybody().post("/api/v2/sessions", body).await;
    let first = check_cookie(&signed_in, 201, true);
    let request = app
        .post("/api/v2/sessions/refresh", &json!({}))
        .header("Cookie", &first);
    let refreshed = ask(request).await;
    let second = check_cookie(&refreshed, 200, true);
    assert_ne!(first, second);
    let token = refreshed.json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let ended = app.with_token(&token).delete("/api/v2/sessions/current").await;
    assert_eq!(check_cookie(&ended, 204, false), "__Host-rondo_refresh=");
    // Nobody else gets a cookie, whatever is asked.
    let names = Names {
        user: NOBODY.into(),
        email: EMAIL.into(),
        todo: NOBODY.into(),
        session: NOBODY.into(),
        list: NOBODY.into(),
        member: NOBODY.into(),
    };
    for request in every_request(&names) {
        let answer = request.by(app.anybody()).await;
        assert!(!answer.has("set-cookie"), "{}", request.path);
    }
}

/// Looks at the one cookie of an answer, and answers its name and value.
fn check_cookie(answer: &Answer, status: u16, is_set: bool) -> String {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(!answer.text().contains("refresh_token"));
    let mut parts = answer.header("set-cookie").split("; ");
    let value = parts.next().expect("a name and a value").to_owned();
    assert!(value.starts_with("__Host-rondo_refresh="));
    let mut attributes: Vec<&str> = parts.collect();
    attributes.sort_unstable();
    let age = attributes.iter().find_map(|part| part.strip_prefix("Max-Age="));
    let age: i64 = age.expect("an age").parse().expect("seconds");
    assert!(if is_set {
        (1..=30 * 86_400).contains(&age)
    } else {
        age == 0
    });
    attributes.retain(|part| !part.starts_with("Max-Age="));
    // No Domain: a `__Host-` cookie has none.
    assert_eq!(attributes, ["HttpOnly", "Path=/", "SameSite=Strict", "Secure"]);
    value
}

/// SECURITY 20
async fn a_page_of_another_site_does_nothing_with_the_victims_cookie(app: TestApp) {
    let victim = app.person(EMAIL).await;
    let cookie = cookie(&app).await;
    let look = async || {
        let me = app.by(&victim).get("/api/v2/users/me").await.ok();
        let sessions = app.by(&victim).get("/api/v2/sessions").await.ok();
        (me, sessions, app.by(&victim).get("/api/v2/todos").await.ok())
    };
    let before = look().await;
    let writes = ENDPOINTS.iter().filter(|line| line.method.as_str() != "GET");
    for line in writes {
        for base in line.mount.bases() {
            let path = format!("{base}{}", line.path).replace("<id>", NOBODY);
            let method: Method = line.method.as_str().parse().expect("a method");
            for (what, request) in attacks(&app, &method, &path) {
                let answer = ask(request.header("Cookie", &cookie)).await;
                let refused = matches!(answer.status, 403 | 415);
                // Without an Origin, what asks for a bearer's token asks for it first.
                let nobody = answer.status == 401 && what == "no origin";
                // A challenge for whoever wants to sign in, which is nobody's yet.
                let is_harmless = line.access == Access::Open
                    && line.body.is_none()
                    && line.form.is_empty()
                    && what == "no origin";
                // A page of a provider sends a form here; of one that is part of no sign-in nothing comes.
                let part_of_nothing = answer.status == 400 && line.is_of_provider;
                assert!(
                    refused || nobody || is_harmless || part_of_nothing,
                    "{what} {path}: {} {}",
                    answer.status,
                    answer.text()
                );
                assert!(!answer.has("access-control-allow-origin") && !answer.has("set-cookie"));
            }
        }
    }
    for form in [
        "_method=delete",
        "_method=DELETE&x=1",
        "_method=patch&title=x",
        "_method=get&xxxxxxx",
        "_method=options",
    ] {
        for path in [
            "/api/v2/sessions/refresh",
            "/api/v2/sessions",
            "/api/v2/users/me",
            "/todo",
            "/user",
        ] {
            let request = app
                .request(Method::POST, path)
                .body(form)
                .header("Cookie", &cookie);
            let request = request.header("Content-Type", "application/x-www-form-urlencoded");
            let answer = ask(request).await;
            assert!(!answer.has("set-cookie"));
            assert!(
                matches!(answer.status, 204 | 401 | 403 | 405 | 415),
                "{form} {path}: {}",
                answer.text()
            );
            assert!(answer.status != 204 || form == "_method=options", "{form} {path}");
        }
    }
    assert_eq!(look().await, before);
    assert!(
        app.services
            .store
            .users_page(None, 10)
            .await
            .expect("users")
            .len()
            == 1
    );
    // The cookie is as good as it was: nobody has turned its session.
    let request = app
        .post("/api/v2/sessions/refresh", &json!({}))
        .header("Cookie", &cookie);
    ask(request.header("Origin", crate::common::app::PUBLIC_URL))
        .await
        .ok();
}

/// What a page can make a browser send without asking first, and what it says of where it comes from.
fn attacks(app: &TestApp, method: &Method, path: &str) -> Vec<(&'static str, RequestBuilder)> {
    let json = |origin: &str| {
        app.send(method.clone(), path, &json!({}))
            .header("Origin", origin)
    };
    let plain = || {
        let request = app.request(method.clone(), path).body("{}");
        request.header("Content-Type", "text/plain")
    };
    let mut attacks = vec![
        ("no origin", plain()),
        ("evil", plain().header("Origin", "https://evil.example")),
        ("cross-site", plain().header("Sec-Fetch-Site", "cross-site")),
        (
            "cross-site",
            app.send(method.clone(), path, &json!({}))
                .header("Sec-Fetch-Site", "cross-site"),
        ),
        (
            "two origins",
            json("http://rondo.test").header("Origin", "https://evil.example"),
        ),
        (
            "two origins",
            json("https://evil.example").header("Origin", "http://rondo.test"),
        ),
        (
            "the own origin as a referrer",
            json("null").header("Referer", "http://rondo.test/"),
        ),
    ];
    // To-dos, accounts and sessions have the same gate: all spellings at one route of each version.
    if ["/api/v2/sessions/refresh", "/auth"].contains(&path) {
        attacks.extend(FOREIGN.map(|origin| ("foreign", json(origin))));
    }
    attacks
}

fn assert_unreadable(answer: &Answer, origin: &str) {
    assert!(answer.status < 500, "{origin}: {answer:?}");
    for header in ["access-control-allow-origin", "access-control-allow-credentials"] {
        assert!(!answer.has(header), "{origin}: {answer:?}");
    }
    assert_varies(answer);
}

/// `Vary` says always that an answer may differ by the origin.
fn assert_varies(answer: &Answer) {
    let lines = answer.headers.get_all("vary").iter();
    let names: Vec<String> = lines
        .flat_map(|line| line.to_str().expect("text").split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    assert!(names.contains(&"origin".to_owned()), "{answer:?}");
}

/// A question of each kind: what is read, written, not there, and asked before.
fn questions(app: &TestApp, token: &str, origin: &str) -> Vec<RequestBuilder> {
    let preflight = |method: &str, headers: &str| {
        let request = app.request(Method::OPTIONS, "/api/v2/todos");
        let request = request.header("Access-Control-Request-Method", method);
        request.header("Access-Control-Request-Headers", headers)
    };
    let requests = [
        app.get("/api/v2/users/me").bearer_auth(token),
        app.get("/user").bearer_auth(token),
        app.get("/.well-known/jwks.json"),
        app.get("/healthz"),
        app.get("/").header("Accept", "text/html"),
        app.get("/api/v2/nothing"),
        app.get("/todo"),
        app.request(Method::PUT, "/todo"),
        app.post("/api/v2/todos", &json!({})).bearer_auth(token),
        app.post("/auth", &json!({})),
        preflight("POST", "authorization, content-type"),
        preflight("DELETE", "x-unknown"),
        preflight("NONSENSE", "%%%"),
        app.request(Method::OPTIONS, "/api/v2/nothing"),
    ];
    requests.map(|request| request.header("Origin", origin)).into()
}

/// SECURITY 21
async fn without_configured_origins_no_page_of_another_origin_reads_anything(app: TestApp) {
    let token = app.person(EMAIL).await.access_token;
    for origin in FOREIGN {
        for request in questions(&app, &token, origin) {
            assert_unreadable(&ask(request).await, origin);
        }
    }
    for path in [
        "/",
        "/healthz",
        "/api/v2/users/me",
        "/user",
        "/problems/schema",
        "/nothing",
    ] {
        assert_varies(&app.anybody().get(path).await);
    }
}

/// SECURITY 21
async fn with_configured_origins_these_alone_read_and_write(app: TestApp) {
    let token = app.person(EMAIL).await.access_token;
    for origin in FOREIGN.into_iter().chain(NEARLY) {
        for request in questions(&app, &token, origin) {
            let answer = ask(request).await;
            assert_unreadable(&answer, origin);
        }
        for (path, body) in [("/auth", json!({})), ("/api/v2/sessions/refresh", json!({}))] {
            let answer = ask(app.post(path, &body).header("Origin", origin)).await;
            assert_unreadable(&answer, origin);
            answer.refused(path, 403, "forbidden");
        }
    }
    // Where refused requests are sent to nobody else finds anything.
    for path in [
        "/cors/403",
        "/api/cors/403",
        "/api/cors/500",
        "/api/cors/200",
        "/api/cors/x",
    ] {
        app.anybody().get(path).await.problem(404, "not-found");
    }
    for origin in ["https://app.example", "http://rondo.test"] {
        for request in questions(&app, &token, origin) {
            let answer = ask(request).await;
            assert_varies(&answer);
            if answer.has("access-control-allow-origin") {
                assert_eq!(answer.header("access-control-allow-origin"), origin);
                assert_eq!(answer.header("access-control-allow-credentials"), "true");
            }
        }
        let read = app
            .get("/api/v2/users/me")
            .bearer_auth(&token)
            .header("Origin", origin);
        let read = ask(read).await;
        read.ok();
        assert_eq!(read.header("access-control-allow-origin"), origin);
        for header in [
            "etag",
            "location",
            "link",
            "retry-after",
            "x-request-id",
            "idempotency-replayed",
        ] {
            let exposed = read.header("access-control-expose-headers").to_ascii_lowercase();
            assert!(exposed.split(", ").any(|name| name == header), "{exposed}");
        }
        let body: Value = json!({ "title": "By the app" });
        let write = app
            .post("/api/v2/todos", &body)
            .bearer_auth(&token)
            .header("Origin", origin);
        ask(write).await.expect(201);
        let preflight = app
            .request(Method::OPTIONS, "/api/v2/todos")
            .header("Origin", origin);
        let preflight = preflight.header("Access-Control-Request-Method", "POST");
        let allowed = ask(preflight.header("Access-Control-Request-Headers", "authorization")).await;
        assert_eq!(allowed.status, 204);
        assert_eq!(allowed.header("access-control-allow-origin"), origin);
    }
    // The service itself, by another name of this machine.
    let own = app
        .post("/api/v2/todos", &json!({ "title": "By the page" }))
        .bearer_auth(&token);
    ask(own.header("Origin", &app.base)).await.expect(201);
}

/// SECURITY 20
async fn in_production_no_page_of_this_machine_is_trusted(app: TestApp) {
    let token = app.person(EMAIL).await.access_token;
    let host = app.base.strip_prefix("http://").expect("a scheme");
    for (origin, host) in [
        (app.base.as_str(), host),
        ("http://localhost:4000", "localhost:4000"),
        // A name of the attacker's that leads here for a moment.
        ("http://rebound.example", "rebound.example"),
        ("http://rondo.test", "rondo.test"),
    ] {
        for request in [
            app.post("/auth", &json!({})),
            app.post("/api/v2/todos", &json!({})).bearer_auth(&token),
        ] {
            let answer = ask(request.header("Host", host).header("Origin", origin)).await;
            assert_eq!(answer.status, 403, "{origin}");
        }
    }
    let own = app
        .post("/api/v2/todos", &json!({ "title": "By the page" }))
        .bearer_auth(&token);
    ask(own.header("Origin", "https://todo.example"))
        .await
        .expect(201);
}
