//! What the service is behind nginx: requests are spread over the instances, TLS is nginx's, and where a client
//! comes from is what nginx saw. (SECURITY 31)

use std::net::Ipv4Addr;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::edge::Edge;
use crate::http::{Answer, Connection, Request};
use crate::logs_records::{complete, request_records};
use crate::server::{PASSWORD, Server, eventually};

/// The record of this request on the instance that answered it, once it is written.
#[track_caller]
fn record_of(instances: &[Server], id: &str) -> Value {
    eventually(Duration::from_secs(15), "the request is logged", || {
        let mut records = instances
            .iter()
            .flat_map(|instance| request_records(complete(&instance.log())));
        records.find(|record| record["id"] == id)
    })
}

fn id_of(answer: &Answer) -> &str {
    answer.header("X-Request-Id").expect("each answer has an id")
}

#[test]
fn requests_are_spread_over_the_instances_and_a_busy_one_is_spared() {
    let Some(edge) = Edge::with(&[]) else { return };
    let answers: Vec<Answer> = (0..30)
        .map(|_| edge.nginx.ask(&Request::get("/healthz")))
        .collect();
    let served = |instance: &Server| {
        let records = request_records(complete(&instance.log()));
        answers
            .iter()
            .filter(|answer| records.iter().any(|record| record["id"] == id_of(answer)))
            .count()
    };
    for answer in &answers {
        answer.expect(200);
        record_of(&edge.instances, id_of(answer));
    }
    let shares: Vec<usize> = edge.instances.iter().map(served).collect();
    assert!(
        shares.iter().sum::<usize>() == 30 && shares.iter().all(|share| *share >= 5),
        "{shares:?}"
    );

    // One that answers nothing gets what is its due at first; while that waits, all others are asked.
    edge.instances[1].signal(Signal::STOP);
    let mut waiting: Vec<Connection> = (0..3).map(|_| edge.nginx.connect()).collect();
    for connection in &mut waiting {
        connection
            .send(&Request::get("/healthz").bytes())
            .expect("it reads");
    }
    // Each of the three has reached its instance before more is asked.
    eventually(Duration::from_secs(15), "two of three are answered", || {
        (edge.nginx.records().len() >= 32).then_some(())
    });
    for _ in 0..30 {
        edge.nginx.ask(&Request::get("/healthz")).expect(200);
    }
    let logged = eventually(Duration::from_secs(15), "the thirty are logged", || {
        Some(edge.nginx.records().len()).filter(|logged| *logged >= 62)
    });
    assert_eq!(logged, 62, "the one that waits is still waiting");
    edge.instances[1].signal(Signal::CONT);
    for mut connection in waiting {
        connection.answer().expect("it answers in the end").expect(200);
    }
}

#[test]
fn tls_ends_at_nginx_and_plain_http_only_says_where_to_go() {
    let Some(edge) = Edge::with(&[]) else { return };
    let over_tls = edge.nginx.ask(&Request::get("/healthz"));
    over_tls.expect(200);
    assert!(over_tls.header("Strict-Transport-Security").is_some());
    assert_eq!(over_tls.header("Server"), Some("nginx"), "and no version");

    for (method, path) in [("GET", "/healthz?a=1"), ("POST", "/api/v2/sessions")] {
        let answer = edge
            .nginx
            .plain()
            .ask(&Request::new(method, path))
            .expect("it answers");
        let target = format!("https://127.0.0.1{path}");
        assert_eq!(
            (answer.status, answer.header("Location")),
            (308, Some(target.as_str()))
        );
    }
    // Bytes that are no TLS reach nobody.
    let plain = edge.nginx.socket_from(Ipv4Addr::LOCALHOST);
    let mut plain = Connection::over(plain, |socket| Ok(Box::new(socket))).expect("a connection");
    plain
        .ask(&Request::get("/healthz"))
        .expect("nginx answers")
        .expect(400);
    // nginx's only request that reached an instance is the first one.
    record_of(&edge.instances, id_of(&over_tls));
    let log: String = edge.instances.iter().map(|instance| instance.log()).collect();
    assert_eq!(log.matches(id_of(&over_tls)).count(), 1);
    assert!(!log.contains("/api/v2/sessions"));
}

/// What a client may write to seem another one.
fn forged(request: Request, number: usize) -> Request {
    request
        .header(
            "X-Forwarded-For",
            &format!("198.51.100.{number}, 203.0.113.{number}"),
        )
        .header("X-Real-IP", &format!("198.51.100.{number}"))
        .header(
            "Forwarded",
            &format!("for=198.51.100.{number};host=evil.example;proto=http"),
        )
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "http")
        .header("X-Request-Id", &format!("forged-request-id-{number}"))
}

#[test]
fn the_address_of_a_client_is_the_one_that_nginx_saw_whatever_the_client_says() {
    let Some(edge) = Edge::with(&[]) else { return };
    let me = edge.instances[0].person("person@example.org");
    for last in [1, 2, 77] {
        let address = Ipv4Addr::new(127, 0, 0, last);
        let body = json!({ "title": "Milk" });
        let request = Request::post("/api/v2/todos", &body)
            .token(&me.access_token)
            .header("Host", "evil.example");
        let answer = edge
            .nginx
            .connect_from(address)
            .ask(&forged(request, 9))
            .expect("it answers");
        // Two Host headers are no request; nobody chooses by which one.
        answer.expect(400);

        let mut request = forged(Request::post("/api/v2/todos", &body), 9).token(&me.access_token);
        request = request.host("evil.example");
        let answer = edge
            .nginx
            .connect_from(address)
            .ask(&request)
            .expect("it answers");
        answer.expect(201);
        let told = format!("{:?} {}", answer.headers, answer.text());
        assert!(
            !told.contains("evil.example") && !told.contains("forged-request-id"),
            "{told}"
        );
        let record = record_of(&edge.instances, id_of(&answer));
        assert_eq!(record["address"], address.to_string());
        // nginx writes its own once the answer is sent: it may be read before that.
        let at_nginx = eventually(Duration::from_secs(15), "nginx logs it, too", || {
            let mut records = edge.nginx.records().into_iter();
            records.find(|record| record["id"] == id_of(&answer))
        });
        assert_eq!(at_nginx["client"], address.to_string());
    }
    let log: String = edge.instances.iter().map(|instance| instance.log()).collect();
    for word in ["198.51.100.", "203.0.113.", "evil.example", "forged-request-id"] {
        assert!(!log.contains(word), "{word}");
    }
}

#[test]
fn the_limit_of_an_address_is_not_escaped_by_forged_headers_and_holds_nobody_else() {
    let Some(edge) = Edge::with(&[("RONDO_RATE_LIMIT", "4")]) else {
        return;
    };
    let ask = |last: u8, number: usize| {
        let body = json!({ "email": "nobody@example.org", "password": PASSWORD });
        let request = forged(Request::post("/api/v2/sessions", &body), number);
        let mut connection = edge.nginx.connect_from(Ipv4Addr::new(127, 0, 0, last));
        connection.ask(&request).expect("it answers")
    };
    // Each of the three instances counts for itself.
    let refused = (0..40)
        .map(|number| ask(2, number))
        .find(|answer| answer.status == 429);
    let refused = refused.expect("forty a minute are more than twelve");
    assert!(refused.header("Retry-After").is_some());
    assert_eq!(refused.json()["status"], 429);
    assert_eq!(ask(3, 0).status, 401, "another address is served");
}

#[test]
fn errors_that_nginx_answers_have_the_shape_of_the_version_that_was_asked() {
    let Some(mut edge) = Edge::with(&[]) else { return };
    let big = json!({ "title": "a".repeat(70_000) });
    let long = "a".repeat(40_000);
    for (name, path, status) in [
        ("v2", "/api/v2/todos", 413),
        ("v1", "/todo", 413),
        ("v1", "/api/v1/todo", 413),
    ] {
        has_the_shape_of(name, status, &edge.nginx.ask(&Request::post(path, &big)));
    }
    for (name, path) in [("v2", "/api/v2/todos?q="), ("v1", "/todo?q=")] {
        has_the_shape_of(
            name,
            414,
            &edge.nginx.ask(&Request::get(&format!("{path}{long}"))),
        );
    }
    for (name, path) in [("v2", "/api/v2/todos"), ("v1", "/todo")] {
        let request = Request::get(path).header("X-Long", &long);
        has_the_shape_of(name, 400, &edge.nginx.ask(&request));
    }
    for instance in &mut edge.instances {
        instance.signal(Signal::TERM);
        assert!(instance.end(Duration::from_secs(30)).success());
    }
    for (name, path) in [("v2", "/api/v2/todos"), ("v1", "/todo"), ("v1", "/healthz")] {
        let answer = edge.nginx.ask(&Request::get(path));
        has_the_shape_of(name, 502, &answer);
        assert_eq!(answer.header("Retry-After"), Some("1"));
    }
}

/// An error of version 2 is a problem, one of version 1 has `ok` and `message`.
#[track_caller]
pub fn has_the_shape_of(version: &str, status: u16, answer: &Answer) {
    let body = answer.expect(status);
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    let text = |name: &str| body[name].as_str().is_some_and(|text| !text.is_empty());
    if version == "v2" {
        assert_eq!(answer.header("Content-Type"), Some("application/problem+json"));
        assert_eq!(body["status"], status, "{body}");
        assert!(
            text("title") && text("detail") && body["type"] == "about:blank",
            "{body}"
        );
        assert_eq!(body["request_id"], id_of(answer));
    } else {
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        assert_eq!(body["ok"], false, "{body}");
        assert!(text("error") && text("message"), "{body}");
    }
}
