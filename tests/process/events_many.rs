//! Very many who listen, and one who does not take what he is told.

use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::events::Stream;
use crate::http::Request;
use crate::installation::{FIVE_SECONDS, Installation};
use crate::server::Server;

/// The memory of a process that is its own, in MiB.
fn memory(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
    kib.expect("a number of kB") / 1024
}

#[test]
fn a_thousand_who_listen_cost_little_are_told_their_own_and_hold_up_no_stop() {
    const PEOPLE: usize = 50;
    const EACH: usize = 20;
    /// The aim is 32 together; a build for tests has larger futures, and the allocator its own pages.
    const MOST: u64 = 64;
    let mut site = Installation::sqlite();
    site.set("RONDO_DRAIN_SECONDS", "0");
    let mut server = site.serve();
    let tokens: Vec<String> = (0..PEOPLE)
        .map(|number| server.person(&format!("person{number}@example.org")).access_token)
        .collect();
    drop(Stream::open(server.connect(), &tokens[0]));
    let before = memory(&server);
    let mut streams: Vec<(usize, Stream)> = Vec::new();
    // One place of the first person's may be taken still, by the stream that was dropped.
    for (person, token) in tokens.iter().enumerate().skip(1) {
        streams.extend((0..EACH).map(|_| (person, Stream::open(server.connect(), token))));
    }
    streams.extend((1..EACH).map(|_| (0, Stream::open(server.connect(), &tokens[0]))));
    assert_eq!(streams.len(), PEOPLE * EACH - 1);
    let grown = memory(&server).saturating_sub(before);
    println!("{} listeners: {grown} MiB more than {before} MiB", streams.len());
    assert!(grown <= MOST, "{grown} MiB");

    for (number, token) in tokens.iter().enumerate() {
        server.create_todo(token, &format!("of {number}"));
    }
    for (person, stream) in &mut streams {
        assert_eq!(stream.change()["todo"]["title"], format!("of {person}"));
    }
    server.signal(Signal::TERM);
    let signalled = Instant::now();
    for (_, stream) in &mut streams {
        stream.end();
    }
    assert!(signalled.elapsed() < FIVE_SECONDS, "{:?}", signalled.elapsed());
    drop(streams);
    assert!(server.end(Duration::from_secs(18)).success(), "{}", server.log());
}

#[test]
fn for_one_who_takes_nothing_nothing_is_kept_and_he_is_let_go_and_misses_nothing() {
    const TODOS: usize = 5000;
    /// Longer than he may take, with slack.
    const TOO_LONG: Duration = Duration::from_secs(35);
    let site = Installation::sqlite();
    let server = site.serve();
    let me = server.person("person@example.org");
    let mut slow = Stream::open(server.connect(), &me.access_token);
    let mut quick = Stream::open(server.connect(), &me.access_token);
    let before = memory(&server);
    let notes = "x".repeat(10_000);
    let token = me.access_token.as_str();
    let told = std::thread::scope(|scope| {
        let quick = scope.spawn(move || {
            let began = Instant::now();
            let mut told = 0;
            while told < TODOS && began.elapsed() < Duration::from_secs(300) {
                quick.change();
                told += 1;
            }
            told
        });
        let mut connection = server.connect();
        for number in 0..TODOS {
            let body = json!({ "title": number.to_string(), "notes": notes });
            let request = Request::post("/api/v2/todos", &body).token(token);
            connection.ask(&request).expect("it answers").expect(201);
        }
        quick.join().expect("he reads")
    });
    assert_eq!(told, TODOS, "the other one is told all of it");
    // All of it together is 50 MiB.
    let grown = memory(&server).saturating_sub(before);
    println!("while one took nothing: {grown} MiB more than {before} MiB");
    assert!(grown < 30, "{grown} MiB");
    // Not a wait for something: he takes nothing for longer than he may.
    std::thread::sleep(TOO_LONG);
    let blocks = slow.end();
    assert!(
        blocks > 0 && blocks < TODOS,
        "{blocks} of {TODOS}, then he was let go"
    );
    let mut again = Stream::resume(server.connect(), token, &slow.id);
    let next = again.change();
    assert_eq!(
        next["todo"]["title"],
        blocks.to_string(),
        "he goes on where he was"
    );
    let last = (TODOS - 1).to_string();
    while again.change()["todo"]["title"] != last.as_str() {}
    server.stop();
}
