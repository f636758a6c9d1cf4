//! Live events over sockets: behind nginx, between instances, at a stop and over restarts.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::common::Keeper;
use crate::edge::Edge;
use crate::http::{Connection, Request};
use crate::installation::{FIVE_SECONDS, Installation, SECRET};
use crate::server::Server;

const EVENTS: &str = "/api/v2/events";

/// An open stream.
pub struct Stream {
    connection: Connection,
    rest: String,
    pub id: String,
}

impl Stream {
    /// Begins to listen over this connection, and reads the first block, which is the cursor.
    #[track_caller]
    pub fn open(mut connection: Connection, token: &str) -> Self {
        let head = connection
            .begin(&Request::get(EVENTS).token(token))
            .expect("an answer");
        assert_eq!(head.status, 200, "{head:?}");
        assert_eq!(head.header("Content-Type"), Some("text/event-stream"));
        assert_eq!(head.header("Cache-Control"), Some("no-store"));
        let mut stream = Self::of(connection);
        assert_eq!(stream.block().expect("it goes on"), None);
        stream
    }

    /// Goes on behind a cursor.
    #[track_caller]
    pub fn resume(mut connection: Connection, token: &str, id: &str) -> Self {
        let request = Request::get(EVENTS).token(token).header("Last-Event-ID", id);
        let head = connection.begin(&request).expect("an answer");
        assert_eq!(head.status, 200, "{head:?}");
        Self::of(connection)
    }

    fn of(connection: Connection) -> Self {
        Self {
            connection,
            rest: String::new(),
            id: String::new(),
        }
    }

    /// The next block: the data of an event, or nothing. An error at the end of the stream.
    pub fn block(&mut self) -> std::io::Result<Option<Value>> {
        loop {
            if let Some((block, rest)) = self.rest.split_once("\n\n") {
                let value = |field: &str| {
                    let mut lines = block.lines();
                    lines.find_map(|line| line.strip_prefix(field).map(str::to_owned))
                };
                let (id, data) = (value("id: "), value("data: "));
                self.rest = rest.to_owned();
                self.id = id.expect("every block has the cursor");
                return Ok(data.map(|data| serde_json::from_str(&data).expect("JSON")));
            }
            let chunk = self.connection.chunk()?;
            let chunk = chunk.ok_or_else(|| std::io::Error::other("the stream ended"))?;
            self.rest += std::str::from_utf8(&chunk).expect("UTF-8");
        }
    }

    /// The next change.
    #[track_caller]
    pub fn change(&mut self) -> Value {
        loop {
            if let Some(change) = self.block().expect("it goes on") {
                return change;
            }
        }
    }

    /// Reads until the end, and says how many blocks there were.
    pub fn end(&mut self) -> usize {
        let mut blocks = 0;
        while self.block().is_ok() {
            blocks += 1;
        }
        blocks
    }
}

/// So many titles that are told.
fn titles(stream: &mut Stream, wanted: usize) -> BTreeSet<String> {
    let mut titles = BTreeSet::new();
    while titles.len() < wanted {
        let change = stream.change();
        titles.insert(change["todo"]["title"].as_str().expect("a title").to_owned());
    }
    titles
}

#[test]
fn behind_nginx_events_come_at_once_and_go_on_at_another_instance() {
    let Some(mut edge) = Edge::with(&[]) else { return };
    let me = edge.instances[0].person("person@example.org");
    let token = &me.access_token;
    let mut streams: Vec<Stream> = (0..3)
        .map(|_| Stream::open(edge.nginx.connect(), token))
        .collect();
    for (instance, title) in std::iter::zip(&edge.instances, ["Milk", "Bread", "Butter"]) {
        let began = Instant::now();
        instance.create_todo(token, title);
        for stream in &mut streams {
            assert_eq!(stream.change()["todo"]["title"], title);
        }
        // Nothing was held back until there was more of it.
        assert!(began.elapsed() < FIVE_SECONDS, "{:?}", began.elapsed());
    }
    // An instance is stopped: who was there is told so by the end of the stream, and goes on elsewhere.
    edge.instances[0].signal(Signal::TERM);
    assert!(edge.instances[0].end(Duration::from_secs(60)).success());
    edge.instances[1].create_todo(token, "Jam");
    for stream in streams {
        let mut again = Stream::resume(edge.nginx.connect(), token, &stream.id);
        while again.change()["todo"]["title"] != "Jam" {}
    }
}

on_each_keeper!(
    a_stop_ends_streams_at_once_and_they_go_on_after_a_restart,
    something_is_said_within_half_a_minute_when_nothing_happens,
);

fn a_stop_ends_streams_at_once_and_they_go_on_after_a_restart(mut site: Installation) {
    site.set("RONDO_DRAIN_SECONDS", "0");
    let mut server = site.serve();
    let me = server.person("person@example.org");
    let mut streams: Vec<Stream> = (0..10)
        .map(|_| Stream::open(server.connect(), &me.access_token))
        .collect();
    server.create_todo(&me.access_token, "before");
    for stream in &mut streams {
        assert_eq!(stream.change()["todo"]["title"], "before");
    }
    server.signal(Signal::TERM);
    let signalled = Instant::now();
    for stream in &mut streams {
        stream.end();
    }
    assert!(signalled.elapsed() < FIVE_SECONDS, "{:?}", signalled.elapsed());
    let status = server.end(Duration::from_secs(18));
    assert!(status.success(), "{}", server.log());
    assert!(!server.log().contains("were cut"), "{}", server.log());

    let server = site.serve();
    server.create_todo(&me.access_token, "after");
    for stream in streams {
        let mut again = Stream::resume(server.connect(), &me.access_token, &stream.id);
        // On MongoDB what is younger than its settled stamps may be told again.
        while again.change()["todo"]["title"] != "after" {}
    }
    server.stop();
}

fn something_is_said_within_half_a_minute_when_nothing_happens(site: Installation) {
    let server = site.serve();
    let me = server.person("person@example.org");
    let mut stream = Stream::open(server.connect(), &me.access_token);
    let began = Instant::now();
    // The connection itself waits for half a minute at most.
    assert_eq!(stream.block().expect("it is told that there is nothing"), None);
    assert!(
        began.elapsed() >= Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    server.create_todo(&me.access_token, "Milk");
    assert_eq!(stream.change()["todo"]["title"], "Milk");
    server.stop();
}

#[test]
fn of_what_two_processes_write_while_one_is_killed_a_stream_that_goes_on_misses_nothing() {
    const EACH: usize = 150;
    let Some(mut site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    site.set("SECRET", SECRET);
    let (one, other) = (site.serve(), site.serve());
    let me = one.person("person@example.org");
    let token = me.access_token.as_str();
    let mut stream = Stream::open(one.connect(), token);
    let write = |server: &Server, name: &str| {
        let mut connection = server.connect();
        let mut written = Vec::new();
        for number in 0..EACH {
            let title = format!("{name} {number}");
            let request = Request::post("/api/v2/todos", &json!({ "title": title })).token(token);
            match connection.ask(&request) {
                Ok(answer) if answer.status == 201 => written.push(title),
                // It was killed.
                _ => break,
            }
        }
        written
    };
    let mut heard = BTreeSet::new();
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| write(&other, "other"));
        let first = scope.spawn(|| write(&one, "one"));
        // Some of it is heard here, the rest elsewhere.
        heard = titles(&mut stream, 20);
        one.signal(Signal::KILL);
        (
            first.join().expect("it writes"),
            second.join().expect("it writes"),
        )
    });
    assert!(first.len() < EACH && second.len() == EACH, "{}", first.len());
    let mut again = Stream::resume(other.connect(), token, &stream.id);
    other.create_todo(token, "the last");
    while !heard.contains("the last") {
        let change = again.change();
        let title = change["todo"]["title"].as_str().expect("a title");
        heard.insert(title.to_owned());
    }
    for title in first.iter().chain(&second) {
        assert!(heard.contains(title), "{title} was told by neither");
    }
    other.stop();
}
