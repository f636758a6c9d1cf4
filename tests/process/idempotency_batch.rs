//! A batch under an `Idempotency-Key` over the death of the process: whoever sends it again has the whole of it, and
//! nothing of it twice.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::http::Request;
use crate::installation::Installation;
use crate::migrations::db_mongo;
use crate::server::eventually;

on_each_keeper!(a_batch_that_was_cut_short_is_finished_under_its_key_and_makes_nothing_twice);

const OPERATIONS: usize = 100;

/// How often it is killed at most, until it was killed in the middle of a batch.
const BLOWS: u64 = 20;

/// The contract's 30 seconds, and as much again for a machine that has much else to do.
const LOCK: Duration = Duration::from_secs(60);

/// A batch that makes a hundred to-dos with the title `key`.
fn batch(key: &str, token: &str) -> Request {
    let operations = vec![json!({ "op": "create", "body": { "title": key } }); OPERATIONS];
    let request = Request::post("/api/v2/todos/batch", &json!({ "operations": operations }));
    request.header("Idempotency-Key", key).token(token)
}

fn a_batch_that_was_cut_short_is_finished_under_its_key_and_makes_nothing_twice(site: Installation) {
    let (mut token, mut keys, mut was_cut) = (String::new(), Vec::new(), false);
    let mut pause = Duration::from_millis(40);
    for blow in 0..BLOWS {
        let server = site.serve();
        if blow == 0 {
            token = server.person("person@example.org").access_token;
        }
        let key = format!("key {blow}");
        let mut connection = server.connect();
        connection
            .send(&batch(&key, &token).bytes())
            .expect("it can be sent");
        // Not a wait for something: the moment of the blow is what is tried out.
        std::thread::sleep(pause);
        server.signal(Signal::KILL);
        server.kill();
        match db_made(&site, &key) {
            // Too early on this machine, or too late.
            0 => pause *= 2,
            OPERATIONS => pause = pause / 2 + Duration::from_millis(3),
            _ => was_cut = true,
        }
        keys.push(key);
        if was_cut && blow >= 2 {
            break;
        }
    }
    assert!(was_cut, "it was never killed in the middle of a batch");

    let server = site.serve();
    let mut connection = server.connect();
    for key in &keys {
        let answer = eventually(LOCK, key, || {
            let answer = connection.ask(&batch(key, &token)).expect("it answers");
            (!matches!(answer.status, 409 | 503)).then_some(answer)
        });
        let answer = answer.expect(200);
        let results = answer["results"].as_array().expect("results");
        let is_made = |result: &Value| result["status"] == 201 && result["body"]["title"] == *key;
        assert!(
            results.len() == OPERATIONS && results.iter().all(is_made),
            "{answer}"
        );
    }
    let mut titles = server.titles(&token);
    titles.sort_unstable();
    let mut expected: Vec<String> = keys
        .iter()
        .flat_map(|key| vec![key.clone(); OPERATIONS])
        .collect();
    expected.sort_unstable();
    assert!(
        titles == expected,
        "{} to-dos instead of {}",
        titles.len(),
        expected.len()
    );
    server.stop();
}

/// How many to-dos with this title there are.
fn db_made(site: &Installation, title: &str) -> usize {
    let made = if let Some(path) = site.database_file() {
        let connection = rusqlite::Connection::open(path).expect("the database opens");
        let sql = "SELECT count(*) FROM todos WHERE title = ?";
        connection
            .query_row(sql, [title], |row| row.get::<_, i64>(0))
            .expect("a count")
            .unsigned_abs()
    } else {
        db_mongo(site, async |database| {
            let todos = database.collection::<bson::Document>("todos");
            let made = todos.count_documents(bson::doc! { "title": title });
            made.await.expect("a count")
        })
    };
    usize::try_from(made).expect("it is small")
}
