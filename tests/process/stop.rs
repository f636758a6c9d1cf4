//! Stopping: first `/readyz` says no, then nothing new is taken, and what runs is finished.
//! (decision 18, SECURITY 37)

use std::net::TcpStream;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::http::{Connection, Request};
use crate::installation::{FIVE_SECONDS, Installation};
use crate::server::{Server, eventually};

/// What connections get when nothing new is taken any more, with threefold slack.
const GRACE: Duration = Duration::from_secs(36);

#[track_caller]
fn says_that_it_stops(server: &Server) {
    eventually(FIVE_SECONDS, "/readyz says no", || {
        let answer = server.get("/readyz");
        (answer.status == 503).then(|| assert_eq!(answer.json(), json!({ "status": "stopping" })))
    });
}

#[track_caller]
fn takes_no_more_connections(server: &Server) {
    let port = server.port;
    eventually(FIVE_SECONDS, "nothing listens", || {
        TcpStream::connect(("127.0.0.1", port)).err()
    });
}

/// Begins a request and sends half of its body; and the other half.
fn half_a_request(server: &Server, token: &str, title: &str) -> (Connection, Vec<u8>) {
    let bytes = Request::post("/api/v2/todos", &json!({ "title": title }))
        .token(token)
        .header("Expect", "100-continue")
        .bytes();
    let (first, second) = bytes.split_at(bytes.len() - 10);
    let mut connection = server.connect();
    connection.send(first).expect("it reads");
    connection.is_told_to_go_on().expect("it waits for the body");
    (connection, second.to_vec())
}

on_each_keeper!(
    while_it_drains_it_answers_and_says_that_it_closes,
    a_request_in_flight_is_finished_and_its_effect_stays,
);

fn while_it_drains_it_answers_and_says_that_it_closes(mut site: Installation) {
    site.set("RONDO_DRAIN_SECONDS", "6");
    let mut server = site.serve();
    let me = server.person("person@example.org");
    let mut kept_open = server.connect();
    let before = kept_open.ask(&Request::get("/healthz")).unwrap();
    assert_eq!((before.status, before.header("Connection")), (200, None));

    server.signal(Signal::TERM);
    let signalled = Instant::now();
    says_that_it_stops(&server);
    for request in [
        Request::get("/healthz"),
        Request::get("/api/v2/users/me").token(&me.access_token),
        Request::get("/public-key"),
    ] {
        let answer = server.ask(&request);
        assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")));
    }
    server.create_todo(&me.access_token, "Milk");
    // A connection that was open before is told to close, and is closed.
    let answer = kept_open.ask(&Request::get("/healthz")).unwrap();
    assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")));
    assert_eq!(kept_open.rest().unwrap(), b"");

    assert!(server.end(GRACE + FIVE_SECONDS).success(), "{}", server.log());
    assert!(
        signalled.elapsed() >= Duration::from_secs(6),
        "it drained as long as it was told to"
    );
    let log = server.log();
    assert!(log.contains("stopping") && log.contains("stopped"), "{log}");
    let again = site.serve();
    assert_eq!(again.titles(&me.access_token), ["Milk"]);
    again.stop();
}

fn a_request_in_flight_is_finished_and_its_effect_stays(mut site: Installation) {
    site.set("RONDO_DRAIN_SECONDS", "2");
    let mut server = site.serve();
    let me = server.person("person@example.org");
    let (mut during, rest_of_during) = half_a_request(&server, &me.access_token, "sent while it drains");
    let (mut after, rest_of_after) = half_a_request(&server, &me.access_token, "sent when nothing is taken");
    server.signal(Signal::TERM);
    says_that_it_stops(&server);
    let finished = |connection: &mut Connection, rest: &[u8]| {
        let answer = connection.send(rest).and_then(|()| connection.answer());
        let answer = answer.unwrap_or_else(|error| panic!("{error}: {}", server.log()));
        answer.expect(201);
    };
    finished(&mut during, &rest_of_during);
    takes_no_more_connections(&server);
    finished(&mut after, &rest_of_after);
    // With the last request, not at the end of what requests get.
    assert!(server.end(FIVE_SECONDS).success(), "{}", server.log());

    let server = site.serve();
    let mut titles = server.titles(&me.access_token);
    titles.sort();
    assert_eq!(titles, ["sent when nothing is taken", "sent while it drains"]);
    server.stop();
}

#[test]
fn at_the_end_of_the_drain_a_proxy_with_another_instance_is_sent_there_for_reads_alone() {
    // Not compared with the contract: this 504 is between the two of them.
    let ask_offering = |server: &Server, request: Request| {
        let mut connection = server.connect();
        let bytes = request.header("X-Another-Instance", "yes").bytes();
        connection
            .send(&bytes)
            .and_then(|()| connection.answer())
            .expect("it answers")
    };
    let mut site = Installation::sqlite();
    site.set("RONDO_DRAIN_SECONDS", "1");
    site.set("RONDO_TRUSTED_PROXIES", "127.0.0.1");
    let mut server = site.serve();
    let me = server.person("person@example.org");
    ask_offering(&server, Request::get("/healthz")).expect(200);
    server.signal(Signal::TERM);
    // As long as a proxy goes on asking here, it lasts three seconds.
    let answer = eventually(FIVE_SECONDS, "reads are sent elsewhere", || {
        let answer = ask_offering(&server, Request::get("/api/v2/users/me").token(&me.access_token));
        (answer.status != 200).then_some(answer)
    });
    assert_eq!(answer.expect(504)["status"], 504);
    assert_eq!(answer.header("Content-Type"), Some("application/problem+json"));
    let answer = ask_offering(&server, Request::get("/todo").token(&me.access_token));
    assert_eq!(answer.expect(504)["ok"], false);
    // A write cannot be sent twice, and whoever has nobody else to ask is served.
    let write = Request::post("/api/v2/todos", &json!({ "title": "Milk" })).token(&me.access_token);
    ask_offering(&server, write).expect(201);
    server.me(&me.access_token).expect(200);
    assert!(server.end(GRACE).success(), "{}", server.log());

    // From somebody who is no proxy of ours the header means nothing.
    site.unset("RONDO_TRUSTED_PROXIES");
    let mut server = site.serve();
    assert_eq!(server.titles(&me.access_token), ["Milk"]);
    server.signal(Signal::TERM);
    says_that_it_stops(&server);
    while let Ok(mut connection) = Connection::open(server.port) {
        // The port may be closed between the two.
        if let Ok(answer) = connection.ask(&Request::get("/healthz").header("X-Another-Instance", "yes")) {
            answer.expect(200);
        }
    }
    assert!(server.end(GRACE).success(), "{}", server.log());
}

/// The listener may hear of the stop before Rocket does itself, if it is busy at that moment; so a few times.
#[test]
fn a_stop_while_connections_come_cuts_nothing_that_runs() {
    let site = Installation::empty();
    let mut token = None;
    for round in 0..12 {
        let mut server = site.serve();
        let token = token.get_or_insert_with(|| server.person("person@example.org").access_token);
        let (mut running, rest) = half_a_request(&server, token, &format!("{round}"));
        std::thread::scope(|scope| {
            let port = server.port;
            for _ in 0..3 {
                scope.spawn(move || while TcpStream::connect(("127.0.0.1", port)).is_ok() {});
            }
            server.signal(Signal::TERM);
        });
        let answer = running.send(&rest).and_then(|()| running.answer());
        let answer = answer.unwrap_or_else(|error| panic!("{round}: {error}: {}", server.log()));
        answer.expect(201);
        assert!(server.end(FIVE_SECONDS).success(), "{round}: {}", server.log());
    }
}

#[test]
fn ctrl_c_stops_it_as_sigterm_does() {
    let mut site = Installation::empty();
    site.set("RONDO_DRAIN_SECONDS", "2");
    let mut server = site.serve();
    server.register("person@example.org");
    server.signal(Signal::INT);
    says_that_it_stops(&server);
    assert!(server.end(GRACE).success(), "{}", server.log());
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn a_second_signal_stops_it_at_once() {
    for second in [Signal::TERM, Signal::INT] {
        let mut site = Installation::empty();
        site.set("RONDO_DRAIN_SECONDS", "120");
        let mut server = site.serve();
        server.signal(Signal::TERM);
        says_that_it_stops(&server);
        server.signal(second);
        assert!(server.end(FIVE_SECONDS).success(), "{}", server.log());
    }
}

#[test]
fn connections_that_are_idle_or_never_finish_hold_the_stop_no_longer_than_the_grace() {
    let site = Installation::empty();
    let mut server = site.serve();
    let me = server.person("person@example.org");
    let mut idle = server.connect();
    idle.ask(&Request::get("/healthz")).unwrap().expect(200);
    let silent = server.connect();
    let (endless, _) = half_a_request(&server, &me.access_token, "never sent");
    server.signal(Signal::TERM);
    assert!(server.end(GRACE).success(), "{}", server.log());
    let log = server.log();
    assert!(log.contains("did not end in time and are cut"), "{log}");
    drop((idle, silent, endless));
    let server = site.serve();
    assert!(
        server.titles(&me.access_token).is_empty(),
        "half a request is none"
    );
    server.stop();
}

#[test]
fn a_signal_at_the_very_moment_that_it_listens_is_a_stop_like_any_other() {
    let site = Installation::empty();
    for _ in 0..10 {
        // Sent as soon as the line is read that says so; `stop` wants the status of a sound end.
        site.serve().stop();
    }
}

#[test]
fn a_signal_before_it_listens_ends_the_start_without_harm() {
    let site = Installation::empty();
    for milliseconds in [0, 20, 60, 150, 300] {
        let mut server = site.start(site.command(&["serve"]));
        // Not a wait for something: the moment of the signal is what is tried out.
        std::thread::sleep(Duration::from_millis(milliseconds));
        server.signal(Signal::TERM);
        // Whoever signals before the program listens for signals ends it as any program.
        server.end(FIVE_SECONDS);
    }
    let server = site.serve();
    server.person("person@example.org");
    server.stop();
}
