//! What is asked at a terminal: passwords, which do not appear there, and whether something is meant.
//!
//! `script` (of util-linux) makes the terminal: what is written to it is typed, and what it writes is
//! what somebody would see.

use std::io::{Read as _, Write as _};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::common::database::{mongo_address, skip};
use crate::installation::{Installation, RONDO};
use crate::server::{PASSWORD, eventually, wait_for_end};

const PATIENCE: Duration = Duration::from_secs(30);

/// A command at a terminal.
struct Terminal {
    child: Child,
    keyboard: ChildStdin,
    screen: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    /// `None` where there is no `script`.
    fn open(site: &Installation, arguments: &str) -> Option<Self> {
        let mut command = site.command_of("script", &["-qec", &format!("{RONDO} {arguments}"), "/dev/null"]);
        command
            .env("SHELL", "/bin/sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                skip(&format!("`script` (Debian: bsdutils) cannot be run: {error}"));
                return None;
            }
        };
        let keyboard = child.stdin.take().expect("a pipe");
        let mut output = child.stdout.take().expect("a pipe");
        let screen = Arc::new(Mutex::new(Vec::new()));
        let shown = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut buffer = [0; 1024];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                shown.lock().unwrap().extend_from_slice(&buffer[..count]);
            }
        });
        Some(Self {
            child,
            keyboard,
            screen,
        })
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits for a question, then types.
    #[track_caller]
    fn answer(&mut self, question: &str, typed: &str) {
        eventually(PATIENCE, question, || {
            self.shown().contains(question).then_some(())
        });
        self.keyboard.write_all(typed.as_bytes()).expect("somebody types");
        self.keyboard.flush().expect("somebody types");
    }

    /// The status that it ended with, and all that was seen.
    #[track_caller]
    fn end(mut self) -> (Option<i32>, String) {
        let status = wait_for_end(&mut self.child, PATIENCE);
        (status.code(), self.shown())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_password_is_asked_for_twice_and_never_seen() {
    let site = Installation::empty();
    let Some(mut terminal) = Terminal::open(&site, "user add --email person@example.org") else {
        return;
    };
    terminal.answer("Password: ", &format!("{PASSWORD}\n"));
    terminal.answer("Once more: ", &format!("{PASSWORD}\n"));
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("added ") && !seen.contains("horse"), "{seen}");
    let server = site.serve();
    server.sign_in("person@example.org");

    let mut terminal = Terminal::open(&site, "user set-password person@example.org").unwrap();
    terminal.answer("Password: ", "another horse and battery\n");
    terminal.answer("Once more: ", "another horse and battery\n");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(seen.contains("changed ") && !seen.contains("horse"), "{seen}");
    assert_eq!(
        server
            .try_sign_in("person@example.org", "another horse and battery")
            .status,
        201
    );
    server.stop();
}

#[test]
fn two_passwords_that_differ_change_nothing() {
    let site = Installation::empty();
    let Some(mut terminal) = Terminal::open(&site, "user add --email person@example.org") else {
        return;
    };
    terminal.answer("Password: ", &format!("{PASSWORD}\n"));
    terminal.answer("Once more: ", "correct horse battary\n");
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(1), "{seen}");
    assert!(
        seen.contains("rondo: the two are not the same; nothing was changed"),
        "{seen}"
    );
    assert!(!seen.contains("horse"), "{seen}");
    assert_eq!(site.run(&["user", "list"]).succeeded(), "");
}

#[test]
fn an_account_is_deleted_only_if_the_answer_is_yes() {
    let site = Installation::empty();
    site.add_user("person@example.org", PASSWORD);
    for (typed, stays) in [("n\n", true), ("\n", true), ("y\n", false)] {
        let Some(mut terminal) = Terminal::open(&site, "user delete person@example.org") else {
            return;
        };
        terminal.answer("and everything of it? [y/N] ", typed);
        let (code, seen) = terminal.end();
        assert!(seen.contains("person@example.org"), "{seen}");
        assert_eq!(code, Some(i32::from(stays)), "{seen}");
        assert_eq!(seen.contains("nothing was deleted"), stays, "{seen}");
        assert_eq!(site.run(&["user", "list"]).succeeded().is_empty(), !stays);
    }
}

#[test]
fn a_backup_is_restored_only_if_the_answer_is_yes() {
    let site = Installation::empty();
    site.add_user("person@example.org", PASSWORD);
    site.run(&["backup", "copy.db"]).succeeded();
    site.add_user("later@example.org", PASSWORD);
    for (typed, stays) in [("n\n", true), ("y\n", false)] {
        let Some(mut terminal) = Terminal::open(&site, "restore copy.db") else {
            return;
        };
        terminal.answer("What is there is kept beside it. [y/N] ", typed);
        let (code, seen) = terminal.end();
        assert_eq!(code, Some(i32::from(stays)), "{seen}");
        assert!(seen.contains("copying: 100 %"), "{seen}");
        assert_eq!(seen.contains("nothing was restored"), stays, "{seen}");
        let listed = site.run(&["user", "list"]);
        assert_eq!(listed.succeeded().contains("later@example.org"), stays);
    }
}

#[test]
fn a_copy_shows_how_far_it_is_and_asks_whether_the_instances_are_stopped_where_that_cannot_be_seen() {
    let site = Installation::empty();
    site.add_user("person@example.org", PASSWORD);
    let from = "copy --from sqlite:data/rondo.db --to";
    let Some(terminal) = Terminal::open(&site, &format!("{from} sqlite:copy.db")) else {
        return;
    };
    let (code, seen) = terminal.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(
        seen.contains("copying users: 100 %") && seen.contains("comparing users: 100 %"),
        "{seen}"
    );
    let Some(address) = mongo_address() else { return };
    let quoted = format!("'{address}'");
    site.run(&["copy", "--from", "sqlite:copy.db", "--to", &address])
        .succeeded();
    for (typed, is_done) in [("n\n", false), ("y\n", true)] {
        let back = format!("copy --from {quoted} --to sqlite:back.db");
        let mut terminal = Terminal::open(&site, &back).unwrap();
        terminal.answer("Are all instances of the service stopped? [y/N] ", typed);
        let (code, seen) = terminal.end();
        assert_eq!(code, Some(i32::from(!is_done)), "{seen}");
        assert_eq!(seen.contains("nothing was copied"), !is_done, "{seen}");
        assert_eq!(site.path("back.db").exists(), is_done);
    }
}
