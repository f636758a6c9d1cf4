//! `rondo backup`: what it takes along while others write, what it leaves when it is killed, what it refuses.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;

use crate::common::Keeper;
use crate::disk_full::SmallDisk;
use crate::http::Request;
use crate::installation::Installation;
use crate::server::{PASSWORD, eventually, wait_for_end};

/// How many bytes make a copy take a while.
const LARGE: usize = 48 * 1024 * 1024;

/// An installation that was served once and has an account, stopped.
pub fn in_use() -> Installation {
    let site = Installation::sqlite();
    let server = site.serve();
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    server.stop();
    site
}

/// Makes its database large, with something that only counts as facts do.
pub fn make_large(site: &Installation) {
    let file = site.database_file().expect("a file");
    let connection = rusqlite::Connection::open(file).expect("it opens");
    let rows = LARGE / 500_000;
    let insert = "WITH RECURSIVE series (number) AS
             (SELECT 1 UNION ALL SELECT number + 1 FROM series WHERE number < ?)
         INSERT INTO facts (name, value) SELECT 'of this test ' || number, hex(randomblob(250000)) FROM series";
    let made = connection.execute(insert, [i64::try_from(rows).unwrap()]);
    assert_eq!(made.expect("it can be written"), rows);
}

/// How many accounts a database of ours has, which is whole.
#[track_caller]
pub fn accounts_of(file: &Path) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    fs::copy(file, &copy).unwrap();
    let mut log = file.as_os_str().to_owned();
    log.push("-wal");
    if Path::new(&log).exists() {
        fs::copy(&log, folder.path().join("copy.db-wal")).unwrap();
    }
    let connection = rusqlite::Connection::open(&copy).unwrap();
    let text = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    assert_eq!(text("PRAGMA integrity_check"), "ok");
    connection
        .query_row("SELECT count(*) FROM users", [], |row| row.get(0))
        .unwrap()
}

/// The names in the folder that begin like this.
pub fn names(folder: &Path, beginning: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(beginning))
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_under_constant_writes_has_all_that_was_acknowledged_before_it_and_can_be_served() {
    const WRITERS: usize = 4;
    let site = in_use();
    make_large(&site);
    let server = site.serve();
    let token = server.sign_in("person@example.org").access_token;
    let (is_over, written) = (
        AtomicBool::new(false),
        std::sync::Mutex::new(Vec::<String>::new()),
    );
    let (acknowledged, sent) = std::thread::scope(|scope| {
        let (server, token, is_over, written) = (&server, &token, &is_over, &written);
        let writing: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let mut connection = server.connect();
                    let mut sent = 0;
                    while !is_over.load(Ordering::SeqCst) {
                        let title = format!("{writer}-{sent}");
                        let request = Request::post("/api/v2/todos", &json!({ "title": title }));
                        connection.ask(&request.token(token)).unwrap().expect(201);
                        written.lock().unwrap().push(title);
                        sent += 1;
                    }
                })
            })
            .collect();
        let enough = |count: usize| {
            eventually(Duration::from_secs(60), "much is written", || {
                (written.lock().unwrap().len() >= count).then_some(())
            });
        };
        enough(20 * WRITERS);
        let before = written.lock().unwrap().clone();
        let said = site.run(&["backup", "copy.db"]);
        let after = written.lock().unwrap().len();
        assert!(after > before.len(), "it was written all the time");
        for words in ["backed up to copy.db", "fingerprint", "another safe place"] {
            assert!(said.succeeded().contains(words), "{said:?}");
        }
        assert_eq!(said.stdout.lines().count(), 1, "{said:?}");
        enough(after + WRITERS);
        is_over.store(true, Ordering::SeqCst);
        writing.into_iter().for_each(|one| one.join().unwrap());
        (before, written.lock().unwrap().clone())
    });
    server.stop();

    assert_eq!(
        site.path("copy.db").metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(names(&site.path(""), "copy.db"), ["copy.db"], "it is one file");
    assert_eq!(accounts_of(&site.path("copy.db")), 1);
    // By its header nothing belongs beside it, either (the format's "file format versions").
    assert_eq!(fs::read(site.path("copy.db")).unwrap()[18..20], [1, 1]);

    // Elsewhere, with the secret that belongs to it.
    let elsewhere = Installation::sqlite();
    let secret = fs::read_to_string(Path::new(site.variable("RONDO_DATA_DIR")).join("secret")).unwrap();
    let data = Path::new(elsewhere.variable("RONDO_DATA_DIR"));
    fs::create_dir(data).unwrap();
    fs::write(data.join("secret"), secret).unwrap();
    let copy = site.path("copy.db");
    let said = elsewhere.run(&["restore", "--yes", copy.to_str().unwrap()]);
    assert!(said.succeeded().contains("restored "), "{said:?}");
    let server = elsewhere.serve();
    let me = server.sign_in("person@example.org");
    let found = server.titles(&me.access_token);
    for title in &acknowledged {
        let times = found.iter().filter(|found| *found == title).count();
        assert_eq!(times, 1, "{title}, of {}", acknowledged.len());
    }
    assert!(found.iter().all(|title| title == "Milk" || sent.contains(title)));
    assert!(found.len() < sent.len(), "what was written later is not in it");
    server.create_todo(&me.access_token, "after the restoration");
    server.stop();
}

#[test]
fn a_backup_that_is_killed_leaves_no_half_of_one_and_is_done_when_it_is_begun_again() {
    let site = in_use();
    make_large(&site);
    let mut cut = 0;
    for number in 0..10_u64 {
        let file = site.path("copy.db");
        let mut command = site.command(&["backup", "--force", "copy.db"]);
        command.stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Not a wait for something: the moment of the blow is what is tried out.
        std::thread::sleep(Duration::from_millis(number * 30));
        let _ = child.kill();
        wait_for_end(&mut child, Duration::from_secs(10));
        let mut said = String::new();
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        cut += usize::from(!names(&site.path(""), "copy.db.part").is_empty());
        assert!(file.exists() || !said.starts_with("backed up"), "{said}");
        if file.exists() {
            assert_eq!(accounts_of(&file), 1);
        }
    }
    assert!(cut > 0, "none was cut half-way");
    site.run(&["backup", "--force", "copy.db"]).succeeded();
    assert_eq!(accounts_of(&site.path("copy.db")), 1);
    assert_eq!(names(&site.path(""), "copy.db"), ["copy.db"]);
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn it_names_the_file_itself_and_replaces_none_unless_it_is_told_to() {
    let site = in_use();
    site.run(&["backup"]).succeeded();
    let [made] = &names(&site.path(""), "rondo-2")[..] else {
        panic!("{:?}", names(&site.path(""), ""));
    };
    assert!(
        made.ends_with(".db") && made.len() == "rondo-2026-07-01-170203.db".len(),
        "{made}"
    );
    fs::create_dir(site.path("kept")).unwrap();
    let said = site.run(&["backup", "kept"]);
    assert!(said.succeeded().contains("backed up to kept/rondo-2"), "{said:?}");
    assert_eq!(names(&site.path("kept"), "").len(), 1);

    site.write("mine", "something else\n");
    site.run(&["backup", "mine"])
        .refuses_with(&["mine is there already", "--force"]);
    assert_eq!(fs::read_to_string(site.path("mine")).unwrap(), "something else\n");
    site.run(&["backup", "--force", "mine"]).succeeded();
    assert_eq!(accounts_of(&site.path("mine")), 1);

    let own = site.database_file().unwrap();
    site.run(&["backup", "--force", own.to_str().unwrap()])
        .refuses_with(&["is the database itself", "name another file"]);
    site.run(&["backup", "nowhere/copy.db"])
        .refuses_with(&["nowhere/copy.db cannot be written", "No such file or directory"]);
    assert_eq!(accounts_of(&site.path("mine")), 1);
}

#[test]
fn without_a_database_of_ours_there_is_no_backup() {
    let mut site = Installation::sqlite();
    site.run(&["backup", "copy.db"])
        .refuses_with(&["there is no database at", "rondo.db", "--db (DB)"]);
    assert!(
        !Path::new(site.variable("RONDO_DATA_DIR")).exists(),
        "who only looks makes nothing"
    );
    let foreign = rusqlite::Connection::open(site.path("theirs.db")).unwrap();
    foreign.execute_batch("CREATE TABLE theirs (id TEXT)").unwrap();
    drop(foreign);
    site.set("DB", "sqlite:theirs.db");
    site.run(&["backup", "copy.db"])
        .refuses_with(&["theirs.db is the database of another program"]);
    site.write("text.db", &"no database at all\n".repeat(100));
    site.set("DB", "sqlite:text.db");
    site.run(&["backup", "copy.db"])
        .refuses_with(&["text.db is not a SQLite database"]);
    assert_eq!(names(&site.path(""), "copy"), [""; 0]);

    if let Some(site) = Installation::on(Keeper::Mongo) {
        site.run(&["backup", "copy.db"])
            .refuses_with(&["this is for SQLite", "mongodump", "mongorestore"]);
    }
}

#[test]
fn a_damaged_database_makes_no_backup() {
    let site = in_use();
    let file = site.database_file().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let noise = crate::broken_data::garbage(16_384);
    bytes[16_384..32_768].copy_from_slice(&noise);
    fs::write(&file, bytes).unwrap();
    site.run(&["backup", "copy.db"])
        .refuses_with(&["damaged", "rondo doctor"]);
    assert_eq!(names(&site.path(""), "copy"), [""; 0]);
}

#[test]
fn a_full_disk_is_told_and_nothing_is_left_of_the_backup() {
    let site = in_use();
    make_large(&site);
    let Some(disk) = SmallDisk::mount(site.path("small"), "4m") else {
        return;
    };
    let server = site.serve();
    site.run(&["backup", "small/copy.db"])
        .refuses_with(&["small/copy.db", "full"]);
    assert_eq!(names(&disk.0, ""), [""; 0]);
    // The service noticed nothing.
    let me = server.sign_in("person@example.org");
    server.create_todo(&me.access_token, "Bread");
    assert_eq!(server.try_sign_in("person@example.org", PASSWORD).status, 201);
    server.stop();
}
