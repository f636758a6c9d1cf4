//! On the embedded store the disk has a write before its client has the answer: seen in the system calls
//! of the process. (SECURITY 39)

use std::collections::HashMap;
use std::process::Command;

use rustix::process::Signal;
use serde_json::json;

use crate::common::database::skip;
use crate::http::Request;
use crate::installation::{Installation, RONDO, read};
use crate::server::Server;

/// Starts it under `strace`, which writes what happens into `trace`; `None` where that cannot be.
fn serve_traced(site: &Installation) -> Option<Server> {
    let probe = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .output();
    if !probe.as_ref().is_ok_and(|output| output.status.success()) {
        skip(&format!("strace is missing or may not trace: {probe:?}"));
        return None;
    }
    let calls = "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg";
    let mut command = site.command_of(
        "strace",
        &["-f", "-y", "-s", "64", "-o", "trace", "-e", calls, RONDO, "serve"],
    );
    command.arg("--no-migrate");
    Some(site.start(command).until_it_listens())
}

/// What of the trace matters, in the order in which it ended.
#[derive(Debug, PartialEq, Eq)]
enum Event {
    LogWritten,
    LogSynced,
    Answered(String),
}

fn events(trace: &str) -> Vec<Event> {
    // A call that is interrupted by another thread's has its end on a line of its own.
    let mut begun: HashMap<&str, String> = HashMap::new();
    let mut events = Vec::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let call = call.trim_start();
        if let Some(beginning) = call.strip_suffix("<unfinished ...>") {
            begun.insert(thread, beginning.to_owned());
            continue;
        }
        let call = match call.split_once(" resumed>") {
            Some((_, end)) => begun.remove(thread).unwrap_or_default() + end,
            None => call.to_owned(),
        };
        let is_of_log = call.contains("rondo.db-wal>");
        if is_of_log && call.starts_with("pwrite64(") {
            events.push(Event::LogWritten);
        } else if is_of_log
            && (call.starts_with("fsync(") || call.starts_with("fdatasync("))
            && call.ends_with("= 0")
        {
            events.push(Event::LogSynced);
        } else if let Some((_, answer)) = call.split_once("\"HTTP/1.1 ") {
            events.push(Event::Answered(answer.chars().take(3).collect()));
        }
    }
    events
}

#[test]
fn the_log_is_synced_before_a_write_is_acknowledged() {
    let site = Installation::sqlite();
    site.run(&["migrate"]).succeeded();
    let Some(mut server) = serve_traced(&site) else {
        return;
    };
    let me = server.person("person@example.org");
    let mut connection = server.connect();
    let token = me.access_token.as_str();
    connection.ask(&Request::get("/healthz")).unwrap().expect(200);
    for number in 0..5 {
        let request =
            Request::post("/api/v2/todos", &json!({ "title": format!("todo {number}") })).token(token);
        connection.ask(&request).unwrap().expect(201);
    }
    drop(connection);
    // strace passes the signal of its child's end on by ending itself.
    let child = read(format!("/proc/{0}/task/{0}/children", server.id()).as_ref());
    let child: i32 = child.trim().parse().expect("strace has one child");
    rustix::process::kill_process(rustix::process::Pid::from_raw(child).unwrap(), Signal::TERM).unwrap();
    server.end(std::time::Duration::from_secs(30));

    let events = events(&read(&site.path("trace")));
    let is_todo = |event: &Event| matches!(event, Event::Answered(status) if status == "201");
    // The first two are the account's and the session's.
    let created: Vec<usize> = (0..events.len())
        .filter(|index| is_todo(&events[*index]))
        .collect();
    assert_eq!(created.len(), 7, "{events:?}");
    for answer in created {
        let before = &events[..answer];
        let since = before
            .iter()
            .rposition(|event| matches!(event, Event::Answered(_)));
        let during = &before[since.map_or(0, |since| since + 1)..];
        let written = during.iter().rposition(|event| *event == Event::LogWritten);
        let synced = during.iter().rposition(|event| *event == Event::LogSynced);
        assert!(
            written.is_some() && synced > written,
            "before answer {answer}: {during:?}"
        );
    }
}
