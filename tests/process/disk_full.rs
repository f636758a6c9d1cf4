//! A full disk: writes are refused for the time being, reads go on, and nothing breaks. (SECURITY 36)

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::common::database::skip;
use crate::http::Request;
use crate::installation::Installation;
use crate::killed::is_sound;
use crate::server::Server;

/// A file system of a few megabytes, in memory.
pub struct SmallDisk(pub PathBuf);

impl SmallDisk {
    /// `None` where one may not be mounted.
    pub fn mount(path: PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&path).expect("a folder can be made");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size},mode=0700"), "tmpfs"])
            .arg(&path)
            .output();
        if mounted.as_ref().is_ok_and(|output| output.status.success()) {
            return Some(Self(path));
        }
        skip(&format!(
            "no small file system can be mounted (that takes root): {mounted:?}"
        ));
        None
    }

    /// Leaves no room at all.
    fn fill(&self) {
        let zeros = vec![0; 64 * 1024];
        let mut file = fs::File::create(self.0.join("filler")).expect("a file");
        while std::io::Write::write_all(&mut file, &zeros).is_ok() {}
        while std::io::Write::write_all(&mut file, &[0]).is_ok() {}
    }

    fn make_room(&self) {
        fs::remove_file(self.0.join("filler")).expect("the filler is there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is about to end may still have files open.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn writes_are_refused_for_now_and_reads_go_on_while_the_disk_of_the_database_is_full() {
    let mut site = Installation::sqlite();
    let Some(disk) = SmallDisk::mount(site.path("small"), "4m") else {
        return;
    };
    let address = format!("sqlite:{}/rondo.db", disk.0.display());
    site.set("DB", &address);
    let mut server = site.serve();
    let me = server.person("person@example.org");
    let token = me.access_token.as_str();
    server.create_todo(token, "before");

    disk.fill();
    let write = Request::post(
        "/api/v2/todos",
        &json!({ "title": "x".repeat(400), "notes": "y".repeat(9000) }),
    );
    let write = write.token(token);
    let mut refused = 0;
    let mut taken = 0;
    // The log may have room left in what it has already; it ends soon.
    while refused < 5 && taken < 2000 {
        let answer = server.ask(&write);
        match answer.status {
            201 => taken += 1,
            503 => {
                refused += 1;
                assert!(answer.header("Retry-After").is_some());
                assert!(
                    !answer.text().contains("rondo.db") && !answer.text().contains("disk"),
                    "{}",
                    answer.text()
                );
            }
            other => panic!("{other}: {}", answer.text()),
        }
    }
    assert_eq!(refused, 5, "{taken} were taken");
    assert_eq!(server.titles(token).len(), 1 + taken);
    server.me(token).expect(200);
    server.get("/healthz").expect(200);
    assert!(server.is_alive());

    disk.make_room();
    server.create_todo(token, "after");
    assert_eq!(server.titles(token).len(), 2 + taken);
    server.stop();
    let connection = rusqlite::Connection::open(disk.0.join("rondo.db")).unwrap();
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(verdict, "ok");
    drop(connection);
    is_sound(&site);
}

#[test]
fn a_full_disk_of_the_log_ends_nothing() {
    let mut site = Installation::production();
    let Some(disk) = SmallDisk::mount(site.path("small"), "64k") else {
        return;
    };
    site.set("ROOT_PATH", &disk.0.display().to_string());
    let mut server = site.serve();
    let me = server.person("person@example.org");
    disk.fill();
    let mut connection = server.connect();
    for _ in 0..300 {
        connection.ask(&Request::get("/healthz")).unwrap().expect(200);
    }
    server.create_todo(&me.access_token, "while the log is full");
    assert!(server.is_alive());
    // The console goes on, and so does the file when there is room again.
    let is_record = |line: &&str| line.contains("/api/v2/todos") || line.contains("healthz");
    assert!(
        server.log().lines().filter(is_record).count() > 300,
        "{}",
        server.log()
    );
    disk.make_room();
    server.create_todo(&me.access_token, "with room");
    server.stop();
    assert!(
        fs::read_to_string(disk.0.join("rondo.log"))
            .unwrap()
            .contains("stopped")
    );
}

#[test]
fn a_log_folder_that_vanishes_ends_nothing() {
    let site = Installation::production();
    let mut server = site.serve();
    fs::remove_dir_all(site.path("logs")).unwrap();
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    assert!(server.is_alive());
    server.stop();
}

#[test]
fn a_console_that_nobody_reads_any_more_ends_nothing() {
    let site = Installation::production();
    let mut command = site.command(&["serve"]);
    command.stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut console = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = console
        .find(|line| line.as_ref().is_ok_and(|line| line.contains("listening")))
        .unwrap()
        .unwrap();
    drop(console);
    let (_, rest) = line.split_once("127.0.0.1:").unwrap();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let mut server = Server::new(child, site.path("logs/rondo.log"));
    server.port = digits.parse().unwrap();
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    assert!(server.is_alive());
    server.stop();
    let log = fs::read_to_string(site.path("logs/rondo.log")).unwrap();
    assert!(
        log.contains("/api/v2/todos") && log.contains("stopped"),
        "the file goes on: {log}"
    );
}
