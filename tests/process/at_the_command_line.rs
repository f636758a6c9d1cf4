//! Somebody at a command line that is signed in to a service: the real program, with a home of its own.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::http::Request;
use crate::installation::{Ended, Installation, read};
use crate::server::{Server, eventually};

/// How long a sign-in may take: it asks every five seconds.
pub const SIGN_IN: Duration = Duration::from_secs(60);

/// A home, and the service that is meant.
pub struct Desk<'a> {
    pub site: &'a Installation,
    pub address: String,
    home: String,
}

impl<'a> Desk<'a> {
    pub fn new(site: &'a Installation, server: &Server, home: &str) -> Self {
        Self {
            site,
            address: format!("http://127.0.0.1:{}", server.port),
            home: site.path(home).display().to_string(),
        }
    }

    /// The same, at which somebody has signed in by this token.
    #[track_caller]
    pub fn signed_in(site: &'a Installation, server: &Server, token: &str) -> Self {
        let desk = Self::new(site, server, "home");
        let mut login = desk.begin(&["login", "--server", &desk.address]);
        answer(server, token, &login.code(), true);
        let ended = login.process.end(SIGN_IN);
        assert!(ended.success(), "{}", login.process.log());
        desk
    }

    pub fn credentials(&self) -> PathBuf {
        PathBuf::from(&self.home).join("rondo/credentials.json")
    }

    /// What is kept of the service.
    #[track_caller]
    pub fn entry(&self) -> Value {
        let kept: Value = serde_json::from_str(&read(&self.credentials())).expect("credentials");
        kept["servers"][&self.address].clone()
    }

    /// Changes what is kept of the service.
    pub fn change_entry(&self, change: impl FnOnce(&mut Value)) {
        let mut kept: Value = serde_json::from_str(&read(&self.credentials())).expect("credentials");
        change(&mut kept["servers"][&self.address]);
        std::fs::write(self.credentials(), kept.to_string()).expect("a file can be written");
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.site.command(arguments);
        command.env("XDG_CONFIG_HOME", &self.home);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.site.run_command(self.command(arguments), "")
    }

    /// The JSON that a command prints.
    #[track_caller]
    pub fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(arguments);
        let said = ended.succeeded();
        serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// A sign-in that waits for an answer.
    pub fn begin(&self, arguments: &[&str]) -> Login {
        Login {
            process: self.site.start(self.command(arguments)),
        }
    }
}

/// A `rondo login` under way. It is killed when it is dropped.
pub struct Login {
    pub process: Server,
}

impl Login {
    /// The code that it shows.
    #[track_caller]
    pub fn code(&mut self) -> String {
        eventually(SIGN_IN, "it shows a code", || {
            let log = self.process.log();
            let code = log
                .lines()
                .map(str::trim)
                .find(|line| is_code(line))
                .map(str::to_owned);
            assert!(
                code.is_some() || self.process.is_alive(),
                "it ended instead: {log}"
            );
            code
        })
    }
}

fn is_code(line: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_uppercase();
    line.split_once('-').is_some_and(|(first, second)| {
        [first, second]
            .iter()
            .all(|half| half.len() == 4 && half.chars().all(is_letter))
    })
}

/// Answers a device, as the page does.
#[track_caller]
pub fn answer(server: &Server, token: &str, code: &str, allow: bool) {
    let request = Request::post(&format!("/api/v2/device/{code}"), &json!({ "allow": allow }));
    assert_eq!(server.ask(&request.token(token)).status, 204);
}

/// It ended with this status, and one line that has these words.
#[track_caller]
pub fn ended_with(ended: &Ended, code: i32, words: &[&str]) {
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
    let line = ended.stderr.strip_suffix('\n').expect("a line");
    assert!(line.starts_with("rondo: ") && !line.contains('\n'), "{ended:?}");
    for word in words {
        assert!(line.contains(word), "{word:?} is not in: {line}");
    }
}
