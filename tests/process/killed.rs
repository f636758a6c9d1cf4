//! Killed without warning: what was acknowledged is there, exactly once. (SECURITY 34)

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::http::Request;
use crate::installation::Installation;
use crate::server::{PASSWORD, eventually, wait_for_end};

const WRITERS: usize = 8;
/// How long is written before the blow.
const LOAD: Duration = Duration::from_millis(1500);

on_each_keeper!(
    nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_under_load,
    a_killed_command_leaves_a_sound_database,
);

fn nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_under_load(site: Installation) {
    let server = site.serve();
    let me = server.person("person@example.org");
    let token = me.access_token.as_str();
    let acknowledged = AtomicUsize::new(0);
    let (sent, acked) = std::thread::scope(|scope| {
        let write = |writer: usize| {
            let (mut sent, mut acked) = (Vec::new(), Vec::new());
            let mut connection = server.connect();
            loop {
                let title = format!("{writer}-{}", sent.len());
                sent.push(title.clone());
                let request = Request::post("/api/v2/todos", &json!({ "title": title })).token(token);
                match connection.ask(&request) {
                    Ok(answer) if answer.status == 201 => {
                        acknowledged.fetch_add(1, Ordering::SeqCst);
                        acked.push(title);
                    }
                    Ok(answer) => panic!("{}: {}", answer.text(), server.log()),
                    Err(_) => return (sent, acked),
                }
            }
        };
        let writing: Vec<_> = (0..WRITERS)
            .map(|writer| scope.spawn(move || write(writer)))
            .collect();
        let began = Instant::now();
        // In the middle of it: all write, and some was acknowledged.
        eventually(Duration::from_secs(30), "much was written", || {
            (began.elapsed() > LOAD && acknowledged.load(Ordering::SeqCst) > 4 * WRITERS).then_some(())
        });
        server.signal(Signal::KILL);
        let done = writing.into_iter().map(|one| one.join().expect("a writer ends"));
        done.fold(
            (Vec::new(), Vec::new()),
            |(mut sent, mut acked), (more_sent, more_acked)| {
                sent.extend(more_sent);
                acked.extend(more_acked);
                (sent, acked)
            },
        )
    });
    server.kill();

    let server = site.serve();
    let mut found: HashMap<String, usize> = HashMap::new();
    for title in server.titles(token) {
        *found.entry(title).or_default() += 1;
    }
    let lost: Vec<_> = acked.iter().filter(|title| !found.contains_key(*title)).collect();
    assert!(
        lost.is_empty(),
        "of {} acknowledged are lost: {lost:?}",
        acked.len()
    );
    assert!(
        found
            .iter()
            .all(|(title, times)| *times == 1 && sent.contains(title)),
        "{found:?}"
    );
    // At most the one that each writer waited for may be there without its answer.
    assert!(
        found.len() <= acked.len() + WRITERS,
        "{} and {}",
        found.len(),
        acked.len()
    );
    server.sign_in("person@example.org");
    server.create_todo(token, "after the restart");
    server.stop();
    is_sound(&site);
}

fn a_killed_command_leaves_a_sound_database(site: Installation) {
    site.add_user("first@example.org", PASSWORD);
    let mut added = vec!["first@example.org".to_owned()];
    for number in 0..12_u64 {
        let email = format!("person{number}@example.org");
        let mut command = site.command(&["user", "add", "--email", &email, "--password-stdin"]);
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        std::io::Write::write_all(&mut stdin, PASSWORD.as_bytes()).expect("it is there");
        drop(stdin);
        // Not a wait for something: the moment of the blow is what is tried out.
        std::thread::sleep(Duration::from_millis(number * 25));
        let _ = child.kill();
        wait_for_end(&mut child, Duration::from_secs(10));
        let mut said = String::new();
        let mut stdout = child.stdout.take().expect("a pipe");
        std::io::Read::read_to_string(&mut stdout, &mut said).expect("it can be read");
        if said.starts_with("added ") {
            added.push(email);
        }
        is_sound(&site);
    }
    let listed = site.run(&["user", "list"]);
    let server = site.serve();
    for email in added {
        assert!(listed.succeeded().contains(&email), "{email}: {listed:?}");
        server.sign_in(&email);
    }
    server.stop();
}

/// An embedded database says so itself.
#[track_caller]
pub fn is_sound(site: &Installation) {
    if let Some(path) = site.database_file() {
        let connection = rusqlite::Connection::open(path).expect("the database opens");
        let verdict: String = connection
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .expect("a verdict");
        assert_eq!(verdict, "ok");
        let broken = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
            row.get::<_, i64>(0)
        });
        assert_eq!(broken.expect("a count"), 0);
    }
}
