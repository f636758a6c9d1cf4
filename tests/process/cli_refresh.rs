//! Tokens that end: the command line gets new ones by itself, and of several at once one alone does.

use std::process::{Child, Stdio};

use rustix::process::Signal;

use crate::at_the_command_line::{Desk, ended_with};
use crate::http::Request;
use crate::installation::{Ended, Installation};

/// So many are started at once.
const MANY: usize = 12;

fn finish(child: Child) -> Ended {
    let started = std::time::Instant::now();
    let output = child.wait_with_output().expect("it ends");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        took: started.elapsed(),
    }
}

fn start(desk: &Desk<'_>) -> Child {
    let mut command = desk.command(&["todo", "list", "-d"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

on_each_keeper!(several_at_once_refresh_once_and_stay_signed_in);

fn several_at_once_refresh_once_and_stay_signed_in(site: Installation) {
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::signed_in(&site, &server, &person.access_token);
    server.create_todo(&person.access_token, "Buy milk");
    let mut before = desk.entry();
    for round in 0..3 {
        desk.change_entry(|entry| {
            // By the clock, or by what the service says of it.
            if round == 1 {
                entry["access_token"] = "worth nothing".into();
            } else {
                entry["expires_at"] = "2026-01-01T00:00:00.000Z".into();
            }
        });
        let children: Vec<Child> = (0..MANY).map(|_| start(&desk)).collect();
        let ended: Vec<Ended> = children.into_iter().map(finish).collect();
        let mut refreshes = 0;
        for ended in &ended {
            assert_eq!(ended.code, Some(0), "{ended:?}");
            assert!(ended.stdout.contains("Buy milk"), "{ended:?}");
            refreshes += ended.stderr.matches("/oauth/token").count();
        }
        assert_eq!(refreshes, 1, "{ended:?}");
        let after = desk.entry();
        for name in ["access_token", "refresh_token"] {
            assert_ne!(after[name], before[name], "{name} is another one");
            let secret = after[name].as_str().expect("a token");
            assert!(
                !ended
                    .iter()
                    .any(|it| it.stderr.contains(secret) || it.stdout.contains(secret))
            );
        }
        before = after;
    }
    desk.run(&["whoami"]).succeeded();
}

#[test]
fn one_that_dies_while_it_has_the_lock_holds_nobody_up() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::signed_in(&site, &server, &person.access_token);
    desk.change_entry(|entry| entry["expires_at"] = "2026-01-01T00:00:00.000Z".into());
    // The service is stopped in its tracks: whoever asks it now waits, with the lock.
    server.signal(Signal::STOP);
    let mut child = start(&desk);
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(child.try_wait().expect("it can be asked after").is_none());
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    server.signal(Signal::CONT);
    desk.run(&["whoami"]).succeeded();
}

#[test]
fn a_session_that_was_ended_elsewhere_is_told_and_nothing_is_lost() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::signed_in(&site, &server, &person.access_token);
    let all = Request::new("DELETE", "/api/v2/sessions").token(&person.access_token);
    assert_eq!(server.ask(&all).status, 204);
    let kept = desk.entry();
    for _ in 0..2 {
        ended_with(&desk.run(&["todo", "list"]), 3, &["has ended", "rondo login"]);
    }
    assert_eq!(desk.entry(), kept);
    // And it can be signed out of all the same.
    desk.run(&["logout"]).succeeded();
}
