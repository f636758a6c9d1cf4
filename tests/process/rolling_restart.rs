//! Instances behind nginx are stopped and started again one after the other, as an upgrade does it: whoever uses
//! the service meanwhile notices nothing.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::edge::{Edge, Nginx, start};
use crate::http::Request;
use crate::server::eventually;

/// Connections that ask without a pause.
const CLIENTS: usize = 6;
/// What each of them asks for at most, however long the restarts take.
const MOST: usize = 20_000;
/// How many answers there are between two restarts, at least.
const BETWEEN: usize = 60;
/// The drain, Rocket's grace and slack.
const STOP: Duration = Duration::from_secs(60);

#[test]
fn a_rolling_restart_under_load_loses_no_request_and_no_to_do() {
    // The time that nginx keeps its connections to an instance is made for this one.
    let Some(mut edge) = Edge::with(&[("RONDO_DRAIN_SECONDS", "5")]) else {
        return;
    };
    let me = edge.instances[0].person("person@example.org");
    let token = me.access_token.as_str();
    let load = Load::default();
    let (nginx, instances, site) = (&edge.nginx, &mut edge.instances, &edge.site);
    let acknowledged: Vec<String> = std::thread::scope(|scope| {
        let load = &load;
        let working: Vec<_> = (0..CLIENTS)
            .map(|client| scope.spawn(move || load.work(nginx, token, client)))
            .collect();
        let end = EndOf(load);
        for (number, instance) in instances.iter_mut().enumerate() {
            load.goes_on();
            instance.signal(Signal::TERM);
            let status = instance.end(STOP);
            assert!(status.success(), "{status}: {}", instance.log());
            *instance = start(site, number, instance.port);
            eventually(Duration::from_secs(60), "it takes its part again", || {
                instance.log().contains("\"/api/v2/todos\"").then_some(())
            });
        }
        load.goes_on();
        drop(end);
        let done = working.into_iter().map(|one| one.join());
        done.flat_map(|created| created.expect("no request is lost"))
            .collect()
    });

    let mut found: HashMap<String, usize> = HashMap::new();
    for title in edge.instances[0].titles(token) {
        *found.entry(title).or_default() += 1;
    }
    assert_eq!(found.len(), acknowledged.len());
    for title in &acknowledged {
        assert_eq!(found.get(title), Some(&1), "{title}");
    }
}

/// What the clients do together.
#[derive(Default)]
struct Load {
    is_over: AtomicBool,
    answers: AtomicUsize,
}

/// Ends the load, also when the test fails.
struct EndOf<'a>(&'a Load);

impl Drop for EndOf<'_> {
    fn drop(&mut self) {
        self.0.is_over.store(true, Ordering::SeqCst);
    }
}

impl Load {
    /// Waits until more was answered.
    #[track_caller]
    fn goes_on(&self) {
        let before = self.answers.load(Ordering::SeqCst);
        eventually(Duration::from_secs(60), "the clients are answered", || {
            (self.answers.load(Ordering::SeqCst) >= before + BETWEEN).then_some(())
        });
    }

    /// Reads and writes over one connection until all is over; the titles that were acknowledged. An answer
    /// that is none of 2xx, or none at all, ends the test.
    fn work(&self, nginx: &Nginx, token: &str, client: usize) -> Vec<String> {
        let (mut connection, mut created) = (nginx.connect(), Vec::new());
        for number in 0..MOST {
            if self.is_over.load(Ordering::SeqCst) {
                break;
            }
            let title = format!("{client}-{number}");
            let (request, status) = match number % 3 {
                0 => (Request::post("/api/v2/todos", &json!({ "title": title })), 201),
                1 => (Request::get("/api/v2/todos?limit=1"), 200),
                _ => (Request::get("/api/v2/users/me"), 200),
            };
            let answer = connection.ask(&request.token(token));
            let answer = answer.unwrap_or_else(|error| panic!("{title}: {error}"));
            assert_eq!(answer.status, status, "{title}: {}", answer.text());
            if status == 201 {
                created.push(title);
            }
            self.answers.fetch_add(1, Ordering::SeqCst);
            // nginx closes a connection after so many requests, and says so.
            if answer.header("Connection") == Some("close") {
                connection = nginx.connect();
            }
        }
        created
    }
}
