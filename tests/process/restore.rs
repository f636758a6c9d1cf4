//! `rondo restore`: what it puts in the place of the database and where the old one is, killed at any moment
//! too; and what it refuses.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use crate::backup::{accounts_of, in_use, make_large, names};
use crate::common::Keeper;
use crate::common::database::skip;
use crate::disk_full::SmallDisk;
use crate::events::Stream;
use crate::http::Request;
use crate::installation::{Installation, OTHER_SECRET};
use crate::server::{PASSWORD, Server, wait_for_end};

/// The folder of the database.
fn data(site: &Installation) -> PathBuf {
    site.variable("RONDO_DATA_DIR").into()
}

/// The only file that a restoration kept.
#[track_caller]
fn aside(site: &Installation) -> PathBuf {
    let found = names(&data(site), "rondo.db.before-");
    let [name] = &found[..] else { panic!("{found:?}") };
    data(site).join(name)
}

#[test]
fn the_database_of_before_is_kept_whole_even_if_its_server_was_killed() {
    let site = in_use();
    site.run(&["backup", "copy.db"]).succeeded();
    let server = site.serve();
    server.register("later@example.org");
    // What was registered now stands in the log alone.
    server.kill();
    assert_eq!(names(&data(&site), "rondo.db-wal"), ["rondo.db-wal"]);

    let said = site.run(&["restore", "--yes", "copy.db"]);
    let aside = aside(&site);
    let told = format!("what was there is now {}", aside.display());
    assert!(said.succeeded().contains(&told), "{said:?}");
    assert_eq!(accounts_of(&aside), 2, "with what stood in its log");
    let kept = names(&data(&site), "");
    let aside_name = aside.file_name().unwrap().to_str().unwrap();
    assert_eq!(kept, ["rondo.db", aside_name, "rondo.db.lock", "secret"]);
    let server = site.serve();
    server.sign_in("person@example.org");
    assert_eq!(server.try_sign_in("later@example.org", PASSWORD).status, 401);
    server.stop();

    // The way back is the same.
    site.run(&["restore", "--yes", aside.to_str().unwrap()])
        .succeeded();
    let server = site.serve();
    server.sign_in("later@example.org");
    server.stop();
    assert_eq!(
        names(&data(&site), "rondo.db.before-").len(),
        2,
        "none takes another's name"
    );
}

/// What has changed, as `/changes` answers.
fn changes(server: &Server, token: &str, query: &str) -> crate::http::Answer {
    server.ask(&Request::get(&format!("/api/v2/changes?limit=100{query}")).token(token))
}

#[test]
fn a_cursor_of_changes_from_before_a_restoration_starts_over_however_much_was_written_since() {
    let site = in_use();
    let server = site.serve();
    let me = server.sign_in("person@example.org").access_token;
    site.run(&["backup", "copy.db"]).succeeded();
    server.create_todo(&me, "lost");
    let answer = changes(&server, &me, "").expect(200);
    let before = answer["cursor"].as_str().expect("a cursor").to_owned();
    server.stop();
    // As long as nothing is restored a cursor is good at the next start, too.
    let server = site.serve();
    let after = format!("&since={before}");
    changes(&server, &me, &after).expect(200);
    server.stop();

    site.run(&["restore", "--yes", "copy.db"]).succeeded();
    let server = site.serve();
    let me = server.sign_in("person@example.org").access_token;
    // The count of what was written is beyond the cursor again.
    for number in 0..5 {
        server.create_todo(&me, &format!("after it {number}"));
    }
    let answer = changes(&server, &me, &after).expect(410);
    assert_eq!(answer["type"], "/problems/start-over", "{answer}");
    let mut stream = Stream::resume(server.connect(), &me, &before);
    let data = stream.block().expect("it goes on");
    assert!(data.is_some() && stream.id != before, "{data:?}");

    let answer = changes(&server, &me, "").expect(200);
    let titles: Vec<_> = answer["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["todo"]["title"].as_str().expect("a title"))
        .collect();
    assert_eq!(titles.len(), 6, "{titles:?}");
    assert!(!titles.contains(&"lost"), "{titles:?}");
    // Those of now are good, also at the next start.
    let cursors = [stream.id, answer["cursor"].as_str().expect("a cursor").to_owned()];
    server.stop();
    let server = site.serve();
    for cursor in &cursors {
        changes(&server, &me, &format!("&since={cursor}")).expect(200);
    }
    server.stop();

    // Another one of the same backup is another state again.
    site.run(&["restore", "--yes", "copy.db"]).succeeded();
    let server = site.serve();
    let me = server.sign_in("person@example.org").access_token;
    for number in 0..9 {
        server.create_todo(&me, &format!("once more {number}"));
    }
    for cursor in cursors.iter().chain([&before]) {
        let answer = changes(&server, &me, &format!("&since={cursor}")).expect(410);
        assert_eq!(answer["type"], "/problems/start-over", "{answer}");
    }
    server.stop();
}

#[test]
fn a_restoration_that_is_killed_leaves_the_old_or_the_new_database_and_is_done_when_it_is_begun_again() {
    let site = in_use();
    make_large(&site);
    site.run(&["backup", "one.db"]).succeeded();
    site.add_user("second@example.org", PASSWORD);
    site.run(&["backup", "two.db"]).succeeded();
    let file = site.database_file().unwrap();
    let mut cut = 0;
    for number in 0..10_u64 {
        let copy = if number % 2 == 0 { "one.db" } else { "two.db" };
        let mut command = site.command(&["restore", "--yes", copy]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        // Not a wait for something: the moment of the blow is what is tried out.
        std::thread::sleep(Duration::from_millis(number * 30));
        let _ = child.kill();
        wait_for_end(&mut child, Duration::from_secs(10));
        cut += usize::from(!names(&data(&site), "rondo.db.part").is_empty());
        let accounts = accounts_of(&file);
        assert!((1..=2).contains(&accounts), "{accounts}");
    }
    assert!(cut > 0, "none was cut half-way");
    for (copy, accounts) in [("one.db", 1), ("two.db", 2)] {
        site.run(&["restore", "--yes", copy]).succeeded();
        assert_eq!(accounts_of(&file), accounts);
    }
    assert_eq!(names(&data(&site), "rondo.db.part"), [""; 0]);
    for name in names(&data(&site), "rondo.db.before-") {
        assert!((1..=2).contains(&accounts_of(&data(&site).join(name))));
    }
    let server = site.serve();
    server.sign_in("second@example.org");
    server.stop();
}

/// It is refused with these words, and the database is byte for byte what it was.
#[track_caller]
fn refuses(site: &Installation, file: &str, words: &[&str]) {
    let own = site.database_file().unwrap();
    let before = fs::read(&own).ok();
    site.run(&["restore", "--yes", file]).refuses_with(words);
    assert!(fs::read(&own).ok() == before, "the database was changed");
    assert_eq!(
        names(&data(site), "rondo.db.")
            .iter()
            .filter(|name| !name.ends_with(".lock"))
            .count(),
        0
    );
}

#[test]
fn what_is_no_sound_backup_of_ours_is_refused_and_the_database_stays() {
    let site = in_use();
    site.run(&["backup", "copy.db"]).succeeded();
    let sound = fs::read(site.path("copy.db")).unwrap();
    let put = |bytes: &[u8]| fs::write(site.path("bad.db"), bytes).unwrap();

    refuses(
        &site,
        "nowhere.db",
        &["nowhere.db cannot be read", "No such file"],
    );
    fs::create_dir(site.path("folder")).unwrap();
    refuses(&site, "folder", &["folder is a folder", "name the file"]);
    put(b"");
    refuses(&site, "bad.db", &["bad.db is empty", "take another backup"]);
    put(&b"no database at all\n".repeat(300));
    refuses(&site, "bad.db", &["bad.db is not a SQLite database"]);
    put(&sound[..sound.len() / 2]);
    refuses(&site, "bad.db", &["bad.db is damaged", "backup"]);
    let mut noise = sound.clone();
    noise[16_384..32_768].copy_from_slice(&crate::broken_data::garbage(16_384));
    put(&noise);
    refuses(&site, "bad.db", &["bad.db", "damaged", "take another backup"]);

    let change = |sql: &str| {
        put(&sound);
        let connection = rusqlite::Connection::open(site.path("bad.db")).unwrap();
        connection.execute_batch(sql).unwrap();
    };
    change("PRAGMA application_id = 77");
    refuses(&site, "bad.db", &["bad.db is the database of another program"]);
    change("INSERT INTO migrations (number, name, applied_at) VALUES (4711, 'of tomorrow', 0)");
    refuses(
        &site,
        "bad.db",
        &[
            "bad.db",
            "written by a newer program",
            "4711",
            "use the newer program",
        ],
    );
    change("DELETE FROM migrations");
    refuses(&site, "bad.db", &["bad.db has nothing in it"]);
    put(&sound);
    site.write("bad.db-wal", "what was written last");
    refuses(
        &site,
        "bad.db",
        &["bad.db is no backup but a database with its log", "rondo backup"],
    );
    let own = site.database_file().unwrap();
    refuses(&site, own.to_str().unwrap(), &["is the database itself"]);
    site.run(&["restore", "copy.db"]).refuses_with(&["--yes"]);

    if let Some(site) = Installation::on(Keeper::Mongo) {
        site.run(&["restore", "--yes", "copy.db"]).refuses_with(&[
            "this is for SQLite",
            "mongodump",
            "mongorestore",
        ]);
    }
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn a_backup_of_another_secret_is_refused_with_both_fingerprints_and_the_right_one_lets_it_in() {
    let mut site = in_use();
    site.run(&["backup", "copy.db"]).succeeded();
    let secret = fs::read_to_string(data(&site).join("secret")).unwrap();
    site.set("SECRET", OTHER_SECRET);
    refuses(
        &site,
        "copy.db",
        &[
            "the secret is not the one that this backup was made with",
            "the backup has",
            "SECRET_PREVIOUS",
        ],
    );
    // It was turned since: the old one is given as that.
    site.set("SECRET_PREVIOUS", &secret);
    site.run(&["restore", "--yes", "copy.db"]).succeeded();
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();

    // On a machine that has no secret at all none is made.
    let bare = Installation::sqlite();
    let copy = site.path("copy.db");
    bare.run(&["restore", "--yes", copy.to_str().unwrap()])
        .refuses_with(&["the secret", "is missing", "put it back"]);
    assert_eq!(names(&data(&bare), ""), ["rondo.db.lock"]);
}

#[test]
fn a_database_that_is_in_use_is_not_replaced() {
    let site = in_use();
    site.run(&["backup", "copy.db"]).succeeded();
    let server = site.serve();
    site.run(&["restore", "--yes", "copy.db"]).refuses_with(&[
        "another rondo serves this data folder already",
        "stop the service first",
    ]);
    server.sign_in("person@example.org");
    server.stop();

    // Another program, which takes no lock of ours.
    let reader = rusqlite::Connection::open(site.database_file().unwrap()).unwrap();
    reader
        .execute_batch("PRAGMA journal_mode = WAL; BEGIN; SELECT count(*) FROM users")
        .unwrap();
    site.run(&["restore", "--yes", "copy.db"]).refuses_with(&[
        "another process has",
        "rondo.db open",
        "try again",
    ]);
    drop(reader);
    site.run(&["restore", "--yes", "copy.db"]).succeeded();

    // Nor is that of another program.
    let file = site.database_file().unwrap();
    fs::remove_file(&file).unwrap();
    let theirs = rusqlite::Connection::open(&file).unwrap();
    theirs.execute_batch("CREATE TABLE theirs (id TEXT)").unwrap();
    drop(theirs);
    site.run(&["restore", "--yes", "copy.db"])
        .refuses_with(&["rondo.db is the database of another program"]);
}

#[test]
fn a_damaged_or_lost_database_is_replaced_and_its_files_are_kept() {
    let site = in_use();
    site.run(&["backup", "copy.db"]).succeeded();
    let file = site.database_file().unwrap();
    let broken = crate::broken_data::garbage(40_000);
    let log = b"what is left of a log".as_slice();
    fs::write(&file, &broken).unwrap();
    fs::write(data(&site).join("rondo.db-wal"), log).unwrap();
    site.run(&["restore", "--yes", "copy.db"]).succeeded();
    let kept = names(&data(&site), "rondo.db.before-");
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(fs::read(data(&site).join(&kept[0])).unwrap() == broken);
    assert!(kept[1].ends_with("-wal") && fs::read(data(&site).join(&kept[1])).unwrap() == log);
    assert_eq!(accounts_of(&file), 1);

    fs::remove_file(&file).unwrap();
    let said = site.run(&["restore", "--yes", "copy.db"]);
    assert!(!said.succeeded().contains("what was there"), "{said:?}");
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn a_full_disk_is_told_and_the_database_stays() {
    let mut site = in_use();
    make_large(&site);
    site.run(&["backup", "copy.db"]).succeeded();
    let Some(disk) = SmallDisk::mount(site.path("small"), "4m") else {
        return;
    };
    let small = disk.0.join("rondo.db");
    let own = site.database_file().unwrap();
    let secret = fs::read_to_string(data(&site).join("secret")).unwrap();
    site.set("SECRET", &secret);
    site.set("DB", &format!("sqlite:{}", small.display()));
    site.add_user("other@example.org", PASSWORD);
    site.run(&["restore", "--yes", "copy.db"])
        .refuses_with(&["cannot be written", "No space left"]);
    assert_eq!(names(&disk.0, ""), ["rondo.db", "rondo.db.lock"]);
    assert!(
        site.run(&["user", "list"])
            .succeeded()
            .contains("other@example.org")
    );
    assert!(Path::new(&own).exists());
}

#[test]
fn what_root_restores_belongs_to_the_user_of_the_service() {
    use std::os::unix::fs::{MetadataExt as _, chown};
    let site = in_use();
    site.run(&["backup", "copy.db"]).succeeded();
    let files = |names: &[&str]| {
        names
            .iter()
            .map(|name| data(&site).join(name))
            .collect::<Vec<_>>()
    };
    for (given, made) in [
        (
            &["", "rondo.db", "rondo.db.lock"][..],
            &["rondo.db", "rondo.db.lock"][..],
        ),
        (&[""], &["rondo.db", "rondo.db.lock"]),
    ] {
        for file in files(given) {
            if let Err(error) = chown(&file, Some(54_321), Some(54_322)) {
                skip(&format!("files can only be given away by root: {error}"));
                return;
            }
        }
        site.run(&["restore", "--yes", "copy.db"]).succeeded();
        for file in files(made) {
            let metadata = file.metadata().unwrap();
            assert_eq!(
                (metadata.uid(), metadata.gid()),
                (54_321, 54_322),
                "{}",
                file.display()
            );
            fs::remove_file(file).unwrap();
        }
    }
}
