//! A server that runs as a process of its own, and what people do with it.

use std::path::PathBuf;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::http::{Answer, Connection, Request};
use crate::installation::read;

/// The password of every account that tests make, unless they say otherwise.
pub const PASSWORD: &str = "correct horse battery";

/// How long a start may take on a machine that has much else to do.
const START: Duration = Duration::from_secs(60);

/// A running server. It is killed when it is dropped.
pub struct Server {
    child: Child,
    log: PathBuf,
    pub port: u16,
}

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub access_token: String,
    pub refresh_token: String,
}

impl Server {
    pub fn new(child: Child, log: PathBuf) -> Self {
        Self { child, log, port: 0 }
    }

    /// Waits for the line that tells where it listens.
    #[track_caller]
    pub fn until_it_listens(mut self) -> Self {
        const WORDS: &str = "listening on http://127.0.0.1:";
        self.port = eventually(START, "it listens", || {
            let log = self.log();
            if let Some((_, rest)) = log.split_once(WORDS) {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                return digits.parse().ok();
            }
            assert!(self.is_alive(), "it ended instead: {log}");
            None
        });
        self
    }

    /// What it wrote to its console so far.
    pub fn log(&self) -> String {
        read(&self.log)
    }

    pub fn is_alive(&mut self) -> bool {
        self.child
            .try_wait()
            .expect("a child can be asked after")
            .is_none()
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("a signal can be sent");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn end(&mut self, limit: Duration) -> ExitStatus {
        wait_for_end(&mut self.child, limit)
    }

    /// Asks it to stop, and waits until it has, as it should.
    #[track_caller]
    pub fn stop(mut self) {
        self.signal(Signal::TERM);
        let status = self.end(Duration::from_secs(30));
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.signal(Signal::KILL);
        self.end(Duration::from_secs(10));
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.port).expect("it takes connections")
    }

    /// Asks over a connection of its own.
    #[track_caller]
    pub fn ask(&self, request: &Request) -> Answer {
        self.connect().ask(request).expect("it answers")
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.ask(&Request::get(path))
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask(&Request::post(path, body))
    }

    #[track_caller]
    pub fn register(&self, email: &str) -> Value {
        let body = json!({ "email": email, "password": PASSWORD });
        self.post("/api/v2/users", &body).expect(201)
    }

    pub fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        self.post(
            "/api/v2/sessions",
            &json!({ "email": email, "password": password }),
        )
    }

    #[track_caller]
    pub fn sign_in(&self, email: &str) -> SignedIn {
        let answer = self.try_sign_in(email, PASSWORD).expect(201);
        let text = |name: &str| answer[name].as_str().expect("a token").to_owned();
        SignedIn {
            access_token: text("access_token"),
            refresh_token: text("refresh_token"),
        }
    }

    /// Makes an account and signs it in.
    #[track_caller]
    pub fn person(&self, email: &str) -> SignedIn {
        self.register(email);
        self.sign_in(email)
    }

    /// Asks who the bearer of this token is.
    pub fn me(&self, token: &str) -> Answer {
        self.ask(&Request::get("/api/v2/users/me").token(token))
    }

    #[track_caller]
    pub fn create_todo(&self, token: &str, title: &str) -> Value {
        let request = Request::post("/api/v2/todos", &json!({ "title": title }));
        self.ask(&request.token(token)).expect(201)
    }

    /// The titles of all to-dos, page by page.
    #[track_caller]
    pub fn titles(&self, token: &str) -> Vec<String> {
        let mut connection = self.connect();
        let (mut titles, mut cursor) = (Vec::new(), String::new());
        loop {
            let request = Request::get(&format!("/api/v2/todos?limit=100{cursor}")).token(token);
            let page = connection.ask(&request).expect("it answers").expect(200);
            let items = page["items"].as_array().expect("a list");
            titles.extend(
                items
                    .iter()
                    .map(|item| item["title"].as_str().expect("a title").to_owned()),
            );
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return titles,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended needs neither.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of a child; one that does not end in time is killed, and ends the test.
#[track_caller]
pub fn wait_for_end(child: &mut Child, limit: Duration) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child can be waited for") {
            return status;
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            panic!("it has not ended after {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Looks until there is an answer; the test ends if there is none in time.
#[track_caller]
pub fn eventually<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < limit, "not after {limit:?}: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
