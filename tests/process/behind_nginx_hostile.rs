//! What nginx keeps away from the instances: connections that hold on to it, and requests of which two readers
//! could read two. (SECURITY 32)

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::behind_nginx::has_the_shape_of;
use crate::edge::Edge;
use crate::http::{Connection, Request};
use crate::server::eventually;

/// Slow connections of each kind; there are five kinds.
const OF_EACH: usize = 100;
/// Where they come from.
const SLOW: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
/// The longest of nginx's time-outs for a request is ten seconds; slack is threefold.
const CUT: Duration = Duration::from_secs(30);

/// The beginnings of requests whose rest never comes.
fn beginnings() -> [Vec<u8>; 3] {
    let whole = Request::post("/api/v2/todos", &json!({ "title": "never whole" })).bytes();
    let body = whole
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a body");
    [
        Vec::new(),
        whole[..body - 10].to_vec(),
        whole[..body + 10].to_vec(),
    ]
}

/// Whether the other side has ended this connection: by an end, a reset, or an answer before it.
fn is_cut(socket: &mut TcpStream) -> bool {
    let mut buffer = [0; 4096];
    loop {
        match socket.read(&mut buffer) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) => return error.kind() != std::io::ErrorKind::WouldBlock,
        }
    }
}

#[test]
fn five_hundred_slow_connections_are_cut_and_normal_traffic_is_fine_meanwhile() {
    let Some(edge) = Edge::with(&[]) else { return };
    let me = edge.instances[0].person("person@example.org");
    let mut slow: Vec<TcpStream> = Vec::new();
    for _ in 0..OF_EACH {
        // Two that never begin TLS, one of them with some bytes; and three over TLS: nothing, a part of the
        // header, a part of the body.
        let silent = edge.nginx.socket_from(SLOW);
        let mut half = edge.nginx.socket_from(SLOW);
        half.write_all(b"\x16\x03\x01").expect("it reads");
        slow.extend([silent, half]);
        for beginning in beginnings() {
            let mut connection = edge.nginx.connect_from(SLOW);
            connection.send(&beginning).expect("it reads");
            slow.push(connection.socket().try_clone().expect("a socket"));
        }
    }
    for socket in &slow {
        socket.set_nonblocking(true).expect("a socket can be changed");
    }
    let (is_over, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let normal = scope.spawn(|| {
            let mut kept = edge.nginx.connect();
            while !is_over.load(Ordering::SeqCst) {
                let title = format!("{}", asked.fetch_add(1, Ordering::SeqCst));
                let request = Request::post("/api/v2/todos", &json!({ "title": title }));
                edge.nginx.ask(&request.token(&me.access_token)).expect(201);
                let request = Request::get("/api/v2/todos?limit=1").token(&me.access_token);
                kept.ask(&request).expect("it answers").expect(200);
            }
        });
        let mut left = slow;
        let count = left.len();
        assert_eq!(count, 5 * OF_EACH);
        eventually(CUT, "all slow connections are cut", || {
            left.retain_mut(|socket| !is_cut(socket));
            left.is_empty().then_some(())
        });
        is_over.store(true, Ordering::SeqCst);
        normal.join().expect("normal traffic is fine");
    });
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked > 10, "{asked}");
    // Nothing of them came through.
    let titles = edge.instances[0].titles(&me.access_token);
    assert_eq!(titles.len(), asked);
    let log: String = edge.instances.iter().map(|instance| instance.log()).collect();
    assert!(!log.contains(&SLOW.to_string()));
}

#[test]
fn one_address_holds_no_more_than_its_share_of_requests() {
    let Some(edge) = Edge::with(&[]) else { return };
    let [.., half_a_body] = beginnings();
    let mut held: Vec<Connection> = Vec::new();
    // As many as one address may have under way, in nginx.conf, and one more.
    let refused = eventually(Duration::from_secs(8), "one is too many", || {
        let mut connection = edge.nginx.connect_from(SLOW);
        connection.send(&half_a_body).expect("it reads");
        held.push(connection);
        let probe = edge
            .nginx
            .connect_from(SLOW)
            .ask(&Request::get("/api/v2/todos"))
            .expect("it answers");
        (probe.status == 429).then_some(probe)
    });
    assert!((95..=101).contains(&held.len()), "{}", held.len());
    has_the_shape_of("v2", 429, &refused);
    assert_eq!(refused.header("Retry-After"), Some("1"));
    edge.nginx.ask(&Request::get("/healthz")).expect(200);
}

#[test]
fn requests_that_can_be_read_in_two_ways_are_refused_and_the_connection_is_closed() {
    let Some(edge) = Edge::with(&[]) else { return };
    let me = edge.instances[0].person("person@example.org");
    let body = r#"{"title":"smuggled"}"#;
    let inner = format!(
        "POST /api/v2/todos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        me.access_token,
        body.len()
    );
    for (name, headers) in [
        ("CL and TE", "Content-Length: 4\r\nTransfer-Encoding: chunked"),
        ("TE and CL", "Transfer-Encoding: chunked\r\nContent-Length: 4"),
        ("two lengths", "Content-Length: 5\r\nContent-Length: 20"),
        ("the same length twice", "Content-Length: 5\r\nContent-Length: 5"),
        ("lengths in one line", "Content-Length: 5, 20"),
        ("a negative length", "Content-Length: -5"),
        ("a signed length", "Content-Length: +5"),
        ("a length that is no number", "Content-Length: five"),
        ("an unknown encoding", "Transfer-Encoding: xchunked"),
        ("a list of encodings", "Transfer-Encoding: gzip, chunked"),
        ("chunked not last", "Transfer-Encoding: chunked, identity"),
        (
            "chunked twice",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        ),
        ("identity", "Transfer-Encoding: identity"),
        ("a quoted encoding", "Transfer-Encoding: \"chunked\""),
        ("an encoding behind a tab", "Transfer-Encoding: \u{b}chunked"),
        ("a blank before the colon", "Transfer-Encoding : chunked"),
        ("two hosts", "Host: y\r\nContent-Length: 5"),
    ] {
        for (version, path) in [("v2", "/api/v2/todos"), ("v1", "/todo")] {
            let bytes = format!(
                "POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
                 {headers}\r\n\r\n0\r\n\r\n{inner}",
                me.access_token
            );
            let mut connection = edge.nginx.connect();
            connection.send(bytes.as_bytes()).expect("it reads");
            let answer = connection
                .answer()
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(answer.status, 400, "{name}: {}", answer.text());
            has_the_shape_of(version, 400, &answer);
            // What comes behind it is answered by nobody. An end without TLS's own good-bye is an end, too.
            assert_eq!(connection.rest().unwrap_or_default(), b"", "{name}");
        }
    }
    assert!(edge.instances[0].titles(&me.access_token).is_empty());
    let log: String = edge.instances.iter().map(|instance| instance.log()).collect();
    assert!(!log.contains("\"POST\",\"route\":\"/api/v2/todos\""));
}
