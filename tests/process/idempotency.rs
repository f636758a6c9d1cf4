//! `Idempotency-Key` over the death of the process: each key has exactly one to-do, whenever the blow came.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::http::{Answer, Connection, Request};
use crate::installation::Installation;
use crate::killed::is_sound;
use crate::migrations::db_mongo;
use crate::server::{Server, eventually};

const WRITERS: usize = 6;

/// How often it is killed at least, and at most until it was killed between a create and its answer.
const BLOWS: [u64; 2] = [3, 25];

/// The contract's 30 seconds, and as much again for a machine that has much else to do.
const LOCK: Duration = Duration::from_secs(60);

on_each_keeper!(
    every_key_has_exactly_one_to_do_whenever_the_server_was_killed,
    who_hangs_up_before_the_answer_finds_it_under_the_key,
);

fn keyed(key: &str) -> Request {
    Request::post("/api/v2/todos", &json!({ "title": key })).header("Idempotency-Key", key)
}

fn id_of(answer: &Answer) -> String {
    answer.expect(201)["id"].as_str().expect("an id").to_owned()
}

/// Writes under one key after the other until the server is gone: each key, with the id if one was answered.
fn write(
    server: &Server,
    token: &str,
    name: &str,
    acknowledged: &AtomicUsize,
) -> Vec<(String, Option<String>)> {
    let mut sent = Vec::new();
    let mut connection = server.connect();
    loop {
        let key = format!("{name}-{}", sent.len());
        match connection.ask(&keyed(&key).token(token)) {
            Ok(answer) if answer.status == 503 => sent.push((key, None)),
            Ok(answer) => {
                acknowledged.fetch_add(1, Ordering::SeqCst);
                sent.push((key, Some(id_of(&answer))));
            }
            Err(_) => {
                sent.push((key, None));
                return sent;
            }
        }
    }
}

/// Sends it again, as a client should, until it is answered: whoever died at it may still hold the lock, and
/// the store of a busy machine may be slow.
fn repeat(connection: &mut Connection, token: &str, key: &str) -> Answer {
    eventually(LOCK, key, || {
        let answer = connection.ask(&keyed(key).token(token)).expect("it answers");
        if answer.status == 409 {
            assert_eq!(answer.json()["type"], "/problems/in-progress");
            assert_eq!(answer.header("Retry-After"), Some("1"));
        }
        (!matches!(answer.status, 409 | 503)).then_some(answer)
    })
}

fn every_key_has_exactly_one_to_do_whenever_the_server_was_killed(site: Installation) {
    let mut sent: Vec<(String, Option<String>)> = Vec::new();
    let mut token = String::new();
    let mut between = 0;
    for blow in 0..BLOWS[1] {
        let server = site.serve();
        if blow == 0 {
            token = server.person("person@example.org").access_token;
        }
        let acknowledged = AtomicUsize::new(0);
        let written = std::thread::scope(|scope| {
            let (server, token, acknowledged) = (&server, token.as_str(), &acknowledged);
            let writing: Vec<_> = (0..WRITERS)
                .map(|writer| format!("{blow}-{writer}"))
                .map(|name| scope.spawn(move || write(server, token, &name, acknowledged)))
                .collect();
            eventually(Duration::from_secs(30), "some was written", || {
                (acknowledged.load(Ordering::SeqCst) > WRITERS).then_some(())
            });
            // Not a wait for something: the moment of the blow is what is tried out.
            std::thread::sleep(Duration::from_millis(blow * 37 % 101));
            server.signal(Signal::KILL);
            let ended = writing.into_iter().map(|one| one.join().expect("a writer ends"));
            ended.flatten().collect::<Vec<_>>()
        });
        server.kill();
        sent.extend(written);
        between += db_made_without_an_answer(&site);
        if blow + 1 >= BLOWS[0] && between > 0 {
            break;
        }
    }
    assert!(between > 0, "it was never killed between a create and its answer");

    let server = site.serve();
    let mut connection = server.connect();
    let began = Instant::now();
    let mut made: HashMap<String, String> = HashMap::new();
    for (key, acknowledged) in &sent {
        let id = id_of(&repeat(&mut connection, &token, key));
        if let Some(acknowledged) = acknowledged {
            assert_eq!(&id, acknowledged, "{key}");
        }
        made.insert(key.clone(), id);
    }
    assert!(began.elapsed() < LOCK, "no lock is longer than the contract says");
    // And once more: the same, and at once.
    for (key, id) in &made {
        let answer = repeat(&mut connection, &token, key);
        assert_eq!(&id_of(&answer), id, "{key}");
        assert_eq!(answer.header("Idempotency-Replayed"), Some("true"));
    }
    let mut titles = server.titles(&token);
    titles.sort_unstable();
    let mut keys: Vec<String> = sent.into_iter().map(|(key, _)| key).collect();
    keys.sort_unstable();
    assert_eq!(titles, keys, "one to-do for each key");
    server.stop();
    is_sound(&site);
}

fn who_hangs_up_before_the_answer_finds_it_under_the_key(site: Installation) {
    /// Shorter than a lock: nobody's death is waited for.
    const SOON: Duration = Duration::from_secs(25);
    let server = site.serve();
    let token = server.person("person@example.org").access_token;
    let keys: Vec<String> = (0..40).map(|number| format!("key {number}")).collect();
    for (number, key) in (0..).zip(&keys) {
        let mut connection = server.connect();
        connection
            .send(&keyed(key).token(&token).bytes())
            .expect("it can be sent");
        // Not a wait for something: the moment of hanging up is what is tried out.
        std::thread::sleep(Duration::from_micros(number * 250));
        drop(connection);
    }
    let mut connection = server.connect();
    for key in &keys {
        let began = Instant::now();
        repeat(&mut connection, &token, key).expect(201);
        assert!(began.elapsed() < SOON, "{key} is stuck");
    }
    let (mut titles, mut keys) = (server.titles(&token), keys);
    titles.sort_unstable();
    keys.sort_unstable();
    assert_eq!(titles, keys);
    server.stop();
}

/// How many to-dos were made under a key whose answer was not kept.
fn db_made_without_an_answer(site: &Installation) -> i64 {
    if let Some(path) = site.database_file() {
        let connection = rusqlite::Connection::open(path).expect("the database opens");
        let sql = "SELECT count(*) FROM attempts JOIN todos ON todos.owner = attempts.owner
             AND todos.id = attempts.resource WHERE attempts.answer IS NULL";
        return connection.query_row(sql, [], |row| row.get(0)).expect("a count");
    }
    db_mongo(site, async |database| {
        let attempts = database.collection::<bson::Document>("attempts");
        let todos = database.collection::<bson::Document>("todos");
        let mut open = attempts
            .find(bson::doc! { "answer": null })
            .await
            .expect("a list");
        let mut made = 0;
        while open.advance().await.expect("a list") {
            let attempt = open.deserialize_current().expect("a document");
            let id = attempt.get_object_id("resource").expect("an id");
            let filter = bson::doc! { "_id": id };
            made += i64::from(todos.find_one(filter).await.expect("an answer").is_some());
        }
        made
    })
}
