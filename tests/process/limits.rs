//! Sizes of bodies, and how they arrive.

use serde_json::json;

use crate::http::Request;
use crate::installation::Installation;
use crate::server::Server;

const LIMIT: usize = 64 * 1024;

/// The bytes in chunks, with the end.
fn in_chunks(body: &[u8]) -> Vec<u8> {
    let mut chunked = Vec::new();
    for chunk in body.chunks(1000) {
        chunked.extend(format!("{:x}\r\n", chunk.len()).bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    chunked
}

fn head(token: &str, more: &str) -> Vec<u8> {
    let head = format!(
        "POST /api/v2/todos HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{more}\r\n\r\n"
    );
    head.into_bytes()
}

/// A body of exactly so many bytes that is sound JSON.
fn padded(title: &str, length: usize) -> Vec<u8> {
    let mut body = json!({ "title": title }).to_string().into_bytes();
    body.resize(length, b' ');
    body
}

fn started() -> (Installation, Server, String) {
    let site = Installation::empty();
    let server = site.serve();
    let token = server.person("person@example.org").access_token;
    (site, server, token)
}

#[test]
fn a_body_over_the_limit_is_413_with_a_length_and_in_chunks() {
    let (_site, server, token) = started();
    for (length, status) in [(LIMIT, 201), (LIMIT + 1, 413), (4 * LIMIT, 413)] {
        let body = padded("Milk", length);
        let with_length = Request::new("POST", "/api/v2/todos")
            .body("application/json", body.clone())
            .token(&token);
        assert_eq!(server.ask(&with_length).status, status, "{length} with a length");
        let mut connection = server.connect();
        connection
            .send(&head(&token, "Transfer-Encoding: chunked"))
            .unwrap();
        // The other side may have answered, and closed, before all was sent.
        let _ = connection.send(&in_chunks(&body));
        assert_eq!(connection.answer().unwrap().status, status, "{length} in chunks");
    }
    assert_eq!(server.titles(&token), ["Milk", "Milk"]);
}

#[test]
fn a_body_that_arrives_in_many_pieces_is_one() {
    let (_site, server, token) = started();
    let mut connection = server.connect();
    connection
        .send(&head(&token, "Transfer-Encoding: chunked"))
        .unwrap();
    for byte in "{\"title\":\"Milk \u{1f95b}\"}".bytes() {
        connection
            .send(&[b"1\r\n", &[byte][..], b"\r\n"].concat())
            .unwrap();
    }
    connection.send(b"0\r\n\r\n").unwrap();
    assert_eq!(
        connection.answer().unwrap().expect(201)["title"],
        "Milk \u{1f95b}"
    );
}

#[test]
fn several_requests_on_one_connection_are_answered_in_their_order() {
    let (_site, server, token) = started();
    let requests = [
        Request::get("/healthz"),
        Request::get("/nothing/here"),
        Request::post("/api/v2/todos", &json!({ "title": "Milk" })).token(&token),
        Request::post("/api/v2/todos", &json!({ "title": "" })).token(&token),
        Request::get("/api/v2/todos").token(&token),
    ];
    let mut connection = server.connect();
    connection
        .send(&requests.iter().flat_map(Request::bytes).collect::<Vec<_>>())
        .unwrap();
    let statuses: Vec<u16> = requests
        .iter()
        .map(|_| connection.answer().unwrap().status)
        .collect();
    assert_eq!(statuses, [200, 404, 201, 422, 200]);
}

#[test]
fn who_asks_before_sending_the_body_is_told_to_continue() {
    let (_site, server, token) = started();
    let body = json!({ "title": "Milk" }).to_string();
    let mut connection = server.connect();
    let expecting = format!("Expect: 100-continue\r\nContent-Length: {}", body.len());
    connection.send(&head(&token, &expecting)).unwrap();
    assert_eq!(connection.any_answer().unwrap().status, 100);
    connection.send(body.as_bytes()).unwrap();
    connection.answer().unwrap().expect(201);
}
