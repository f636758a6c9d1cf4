//! Bytes that are no sound HTTP: they are refused or the connection is closed, and the service goes on.

use crate::http::{Connection, Request};
use crate::installation::{Installation, RONDO};
use crate::server::{Server, SignedIn};

/// Sends the bytes and nothing more; whatever else than a refusal, or the end, ends the test.
#[track_caller]
fn is_refused(server: &Server, name: &str, bytes: &[u8]) {
    let mut connection = server.connect();
    // The other side may close while it is still written to.
    let _ = connection.send(bytes);
    connection.finish();
    // No answer is a closed connection.
    if let Ok(answer) = connection.answer() {
        let text = answer.text();
        assert!(
            (400..500).contains(&answer.status),
            "{name}: {} {text}",
            answer.status
        );
        assert!(
            !text.contains("hyper") && !text.contains("src/"),
            "{name}: {text}"
        );
    }
}

#[track_caller]
fn is_well(server: &mut Server, me: &SignedIn) {
    assert!(server.is_alive());
    server.get("/healthz").expect(200);
    server.me(&me.access_token).expect(200);
    let log = server.log();
    assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
}

fn started() -> (Installation, Server, SignedIn) {
    let site = Installation::empty();
    let server = site.serve();
    let me = server.person("person@example.org");
    (site, server, me)
}

#[test]
fn garbage_is_refused_or_closed_and_the_service_goes_on() {
    let (_site, mut server, me) = started();
    let every_byte: Vec<u8> = (0..=255).collect();
    let noise: Vec<u8> = (0..65_536_u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for (name, bytes) in [
        ("text", &b"hello, is anybody there?\r\n\r\n"[..]),
        ("every byte", &every_byte),
        ("noise", &noise),
        ("nulls", &[0; 4096]),
        ("line ends only", &b"\r\n\r\n\r\n\r\n".repeat(500)),
        (
            "TLS",
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03hello\x00\x00",
        ),
        (
            "HTTP/2",
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
        ),
        ("HTTP/0.9", b"GET /healthz\r\n"),
        ("HTTP/9.9", b"GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n"),
        (
            "a null in the path",
            b"GET /heal\0thz HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        (
            "a null in a header",
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n",
        ),
        (
            "a line end in a header",
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n",
        ),
        ("a header without a name", b"GET /healthz HTTP/1.1\r\n: x\r\n\r\n"),
        ("a blank in a name", b"GET /healthz HTTP/1.1\r\nX A: b\r\n\r\n"),
        (
            "a header without a colon",
            b"GET /healthz HTTP/1.1\r\nnonsense\r\n\r\n",
        ),
        (
            "a folded header",
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n",
        ),
        ("no method", b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        (
            "a method of garbage",
            b"G\x80T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        ("an unknown method", b"BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("CONNECT", b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n"),
        ("no path", b"GET  HTTP/1.1\r\nHost: x\r\n\r\n"),
        (
            "a path without a slash",
            b"GET healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        (
            "a blank in the path",
            b"GET /healthz /readyz HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        (
            "a path of broken escapes",
            b"GET /api/v2/todos/%zz%2 HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        (
            "a path that is not UTF-8",
            b"GET /api/v2/todos/%ff%fe HTTP/1.1\r\nHost: x\r\n\r\n",
        ),
        (
            "an endless path",
            &[b"GET /", "a".repeat(1 << 20).as_bytes(), b" HTTP/1.1\r\n\r\n"].concat(),
        ),
        (
            "a header of 1 MiB",
            &[
                b"GET /healthz HTTP/1.1\r\nX-A: ",
                "a".repeat(1 << 20).as_bytes(),
                b"\r\n\r\n",
            ]
            .concat(),
        ),
        (
            "10000 headers",
            &[
                b"GET /healthz HTTP/1.1\r\n",
                "X-A: b\r\n".repeat(10_000).as_bytes(),
                b"\r\n",
            ]
            .concat(),
        ),
        (
            "a body in the place of a request",
            b"{\"email\":\"person@example.org\"}",
        ),
    ] {
        is_refused(&server, name, bytes);
        is_well(&mut server, &me);
    }
}

#[test]
fn lengths_that_contradict_each_other_or_themselves_are_refused_and_nothing_is_smuggled() {
    let (_site, mut server, me) = started();
    let title = "{\"title\":\"smuggled\"}";
    let inner = String::from_utf8(
        Request::new("POST", "/api/v2/todos")
            .body("application/json", title)
            .token(&me.access_token)
            .bytes(),
    )
    .unwrap();
    let head = format!(
        "POST /api/v2/todos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n",
        me.access_token
    );
    for (name, rest) in [
        (
            "two lengths",
            format!("Content-Length: 5\r\nContent-Length: 20\r\n\r\n{title}"),
        ),
        (
            "a list of lengths",
            format!("Content-Length: 5, 20\r\n\r\n{title}"),
        ),
        ("a negative length", format!("Content-Length: -20\r\n\r\n{title}")),
        ("a signed length", format!("Content-Length: +20\r\n\r\n{title}")),
        (
            "a hexadecimal length",
            format!("Content-Length: 0x14\r\n\r\n{title}"),
        ),
        (
            "a length of no number",
            format!("Content-Length: many\r\n\r\n{title}"),
        ),
        (
            "a length that overflows",
            format!("Content-Length: 18446744073709551636\r\n\r\n{title}"),
        ),
        (
            "the greatest length",
            format!("Content-Length: 18446744073709551615\r\n\r\n{title}"),
        ),
        (
            "a length and chunks",
            format!("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"),
        ),
        (
            "chunks and a length",
            format!("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n{inner}"),
        ),
        (
            "an unknown coding",
            format!("Transfer-Encoding: gzip\r\n\r\n{title}"),
        ),
        (
            "a misspelt coding",
            format!("Transfer-Encoding: xchunked\r\n\r\n14\r\n{title}\r\n0\r\n\r\n"),
        ),
        (
            "chunked, and more",
            format!("Transfer-Encoding: chunked, identity\r\n\r\n14\r\n{title}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk that overflows",
            format!("Transfer-Encoding: chunked\r\n\r\n10000000000000014\r\n{title}\r\n0\r\n\r\n"),
        ),
        (
            "the greatest chunk",
            format!("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{title}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk of no number",
            format!("Transfer-Encoding: chunked\r\n\r\n14g\r\n{title}\r\n0\r\n\r\n"),
        ),
        (
            "a negative chunk",
            format!("Transfer-Encoding: chunked\r\n\r\n-14\r\n{title}\r\n0\r\n\r\n"),
        ),
        (
            "a chunk without its end",
            format!("Transfer-Encoding: chunked\r\n\r\n14\r\n{title}0\r\n\r\n"),
        ),
        (
            "endless extensions",
            format!(
                "Transfer-Encoding: chunked\r\n\r\n14;{}\r\n{title}\r\n0\r\n\r\n",
                "a".repeat(1 << 18)
            ),
        ),
        (
            "a body that ends early",
            format!("Content-Length: 21\r\n\r\n{title}"),
        ),
        (
            "chunks that end early",
            format!("Transfer-Encoding: chunked\r\n\r\n14\r\n{title}\r\n"),
        ),
    ] {
        is_refused(&server, name, (head.clone() + &rest).as_bytes());
        is_well(&mut server, &me);
        assert!(
            server.titles(&me.access_token).is_empty(),
            "{name}: something was made"
        );
    }
}

#[test]
fn line_ends_that_a_client_sends_begin_no_header_of_the_answer() {
    let (_site, mut server, me) = started();
    let injected = "%0d%0aX-Injected:%20yes%0d%0a%0d%0a<script>";
    for path in [
        format!("/api/v2/todos/{injected}"),
        format!("/{injected}"),
        format!("/schemas/{injected}"),
        format!("/problems/{injected}"),
        format!("/api/v2/todos?q={injected}"),
        format!("/api/v2/todos?limit=1&q={injected}"),
    ] {
        let answer = server.ask(&Request::get(&path).token(&me.access_token));
        assert!(
            answer.header("X-Injected").is_none(),
            "{path}: {:?}",
            answer.headers
        );
        let is_clean = |(_, value): &(String, String)| !value.contains(['\r', '\n']);
        assert!(
            answer.headers.iter().all(is_clean),
            "{path}: {:?}",
            answer.headers
        );
    }
    is_well(&mut server, &me);
}

#[test]
fn requests_broken_off_at_every_place_leave_nothing_behind() {
    let (_site, mut server, me) = started();
    let whole = Request::new("POST", "/api/v2/todos")
        .body("application/json", "{\"title\":\"Milk\"}")
        .token(&me.access_token)
        .bytes();
    let descriptors = |server: &Server| {
        std::fs::read_dir(format!("/proc/{}/fd", server.id()))
            .unwrap()
            .count()
    };
    let before = descriptors(&server);
    for number in 0..200 {
        let end = (number * whole.len()) / 200;
        let mut connection = server.connect();
        connection.send(&whole[..end]).unwrap();
        drop(connection);
    }
    is_well(&mut server, &me);
    assert!(
        server.titles(&me.access_token).is_empty(),
        "a request without its end is none"
    );
    crate::server::eventually(
        std::time::Duration::from_secs(10),
        "the connections are closed",
        || (descriptors(&server) < before + 20).then_some(()),
    );
}

#[test]
fn fifty_connections_that_dribble_keep_nobody_else_waiting() {
    let (_site, mut server, me) = started();
    let mut slow: Vec<Connection> = (0..50).map(|_| server.connect()).collect();
    for connection in &mut slow {
        connection
            .send(b"POST /api/v2/todos HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
            .unwrap();
    }
    for round in 0..20 {
        for connection in &mut slow {
            connection.send(format!("X-{round}: a\r\n").as_bytes()).unwrap();
        }
        let began = std::time::Instant::now();
        server.me(&me.access_token).expect(200);
        assert!(
            began.elapsed() < std::time::Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    }
    for connection in &mut slow {
        connection
            .send(b"Content-Length: 100\r\n\r\n{\"title\":")
            .unwrap();
    }
    server.create_todo(&me.access_token, "Milk");
    is_well(&mut server, &me);
}

#[test]
fn more_connections_than_the_process_may_have_open_are_a_matter_of_waiting() {
    let site = Installation::empty();
    let script = format!("ulimit -n 128; exec {RONDO}");
    let mut server = site
        .start(site.command_of("sh", &["-c", &script]))
        .until_it_listens();
    let me = server.person("person@example.org");
    let idle: Vec<Connection> = (0..200).map(|_| server.connect()).collect();
    // It has no descriptor left for this one, which waits in the system's queue until there is.
    let mut waiting = server.connect();
    waiting.send(&Request::get("/healthz").bytes()).unwrap();
    assert!(server.is_alive());
    drop(idle);
    waiting.answer().unwrap().expect(200);
    server.create_todo(&me.access_token, "Milk");
    assert!(server.is_alive());
}
