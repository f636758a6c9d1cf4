//! `rondo doctor` on the database and what is kept there: well, and broken in each way on purpose.

use std::collections::BTreeMap;
use std::net::TcpListener;

use serde_json::Value;

use crate::common::Keeper;
use crate::disk_full::SmallDisk;
use crate::installation::{Ended, FIVE_SECONDS, Installation, OTHER_SECRET, SECRET};
use crate::migrations::{db_add_migration, db_mongo};

/// What it says of each check.
pub struct Findings {
    pub ended: Ended,
    by_check: BTreeMap<String, Value>,
}

/// Runs it; whatever is broken, it ends in time.
#[track_caller]
pub fn examine(site: &Installation) -> Findings {
    Findings::of(site.run(&["doctor", "--json"]))
}

impl Findings {
    #[track_caller]
    pub fn of(ended: Ended) -> Self {
        let report: Value =
            serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        let checks = report["checks"].as_array().expect("a list");
        let has_failed = checks.iter().any(|check| check["state"] == "failed");
        assert_eq!(report["ok"], !has_failed);
        assert_eq!(ended.code, Some(i32::from(has_failed)), "{ended:?}");
        assert!(ended.took < 3 * FIVE_SECONDS, "{ended:?}");
        // The report is on standard output; beside it there is one line if something failed.
        assert_eq!(ended.stderr.lines().count(), usize::from(has_failed), "{ended:?}");
        assert!(!ended.stdout.contains("hunter2") && !ended.stderr.contains("hunter2"));
        let by_check: BTreeMap<_, _> = checks
            .iter()
            .map(|check| (check["check"].as_str().expect("a name").to_owned(), check.clone()))
            .collect();
        assert_eq!(by_check.len(), checks.len(), "each check has one line");
        for (name, check) in &by_check {
            let is_told = !check["says"].as_str().expect("words").is_empty();
            assert!(
                is_told && check["says"].as_str().is_some_and(|says| !says.contains('\n')),
                "{name}"
            );
            if check["state"] == "warning" {
                assert!(check["cure"].is_string(), "{name} says what to do: {check}");
            }
        }
        Self { ended, by_check }
    }

    #[track_caller]
    pub fn check(&self, name: &str) -> &Value {
        let found = self.by_check.get(name);
        found.unwrap_or_else(|| panic!("no {name} in {:?}", self.by_check))
    }

    /// There was nothing to look at.
    #[track_caller]
    pub fn has_no(&self, name: &str) {
        assert!(!self.by_check.contains_key(name), "{:?}", self.by_check);
    }

    /// This check came to this, and says these words (in what it says or in its cure).
    #[track_caller]
    pub fn is(&self, name: &str, state: &str, words: &[&str]) {
        let check = self.check(name);
        assert_eq!(check["state"], state, "{check}");
        let text = format!("{}: {}", check["says"], check["cure"]);
        for word in words {
            assert!(text.contains(word), "{word:?} is not in {text}");
        }
    }

    /// These failed, and no others.
    #[track_caller]
    pub fn failed(&self, names: &[&str]) {
        let failed: Vec<_> = self
            .by_check
            .iter()
            .filter(|(_, check)| check["state"] == "failed")
            // How full the disk of the tests is, is not theirs.
            .filter(|(name, _)| !name.starts_with("disk"))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(failed, names, "{:?}", self.by_check);
    }
}

on_each_keeper!(
    a_sound_installation_is_well_while_it_serves_and_while_it_does_not,
    before_the_first_start_it_says_so_and_makes_nothing,
    an_index_that_is_gone_is_found_and_made_again_by_migrate,
    a_newer_programs_database_is_told_and_not_written_to,
    a_wrong_a_turned_and_a_lost_secret_are_told_apart,
);

/// Whatever it writes, it takes away again.
fn db_counters(site: &Installation) -> u64 {
    match site.database_file() {
        Some(path) => {
            let connection = rusqlite::Connection::open(path).expect("the database opens");
            let count = connection.query_row("SELECT count(*) FROM counters", [], |row| row.get::<_, i64>(0));
            u64::try_from(count.expect("a count")).expect("a count")
        }
        None => db_mongo(site, async |database| {
            let counters = database.collection::<bson::Document>("counters");
            counters.count_documents(bson::doc! {}).await.expect("a count")
        }),
    }
}

fn a_sound_installation_is_well_while_it_serves_and_while_it_does_not(site: Installation) {
    let server = site.serve();
    server.person("person@example.org");
    let before = db_counters(&site);
    let beside = examine(&site);
    server
        .me(&server.sign_in("person@example.org").access_token)
        .expect(200);
    server.stop();
    let alone = examine(&site);
    for findings in [&beside, &alone] {
        findings.failed(&[]);
        for check in [
            "configuration",
            "public address",
            "proxies",
            "store",
            "migrations",
            "writes",
            "indexes",
            "integrity",
            "clock",
            "secret",
            "signing keys",
            "data folder",
            "secret file",
        ] {
            findings.is(check, "ok", &[]);
        }
        findings.is("signing keys", "ok", &["1 opened"]);
    }
    assert_eq!(db_counters(&site), before);
    if let Some(file) = site.database_file() {
        beside.is("database file", "ok", &[&file.display().to_string()]);
        beside.is("replica set", "ok", &["not needed"]);
    }
    let told = site.run(&["doctor"]);
    let said = told.succeeded();
    assert!(
        said.contains("\nok       store           ") && !said.contains('\u{1b}'),
        "{said}"
    );
    let summary = said.lines().last().expect("a summary");
    assert!(summary.contains(" ok"), "{summary}");
}

fn before_the_first_start_it_says_so_and_makes_nothing(site: Installation) {
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is("secret", "ok", &["the first start makes it"]);
    for check in ["writes", "indexes", "signing keys"] {
        findings.is(check, "skipped", &[]);
    }
    match site.database_file() {
        Some(file) => {
            findings.is("store", "warning", &["there is none yet", "rondo migrate"]);
            assert!(!file.parent().expect("a folder").exists());
            // And of a file that was made, and never migrated.
            site.run(&["migrate", "--status"]).succeeded();
            let size = file.metadata().expect("a file").len();
            let findings = examine(&site);
            findings.failed(&[]);
            findings.is(
                "migrations",
                "warning",
                &["none was applied yet", "rondo migrate"],
            );
            findings.is("writes", "skipped", &[]);
            assert_eq!(file.metadata().expect("a file").len(), size);
        }
        None => {
            findings.is(
                "migrations",
                "warning",
                &["none was applied yet", "rondo migrate"],
            );
            let made = db_mongo(&site, async |database| {
                database.list_collection_names().await.expect("names")
            });
            assert_eq!(made, [""; 0]);
        }
    }
}

/// Takes an index away, as a hand at a database shell may; its name as the doctor writes it.
fn db_drop_index(site: &Installation) -> &'static str {
    match site.database_file() {
        Some(path) => {
            let connection = rusqlite::Connection::open(path).expect("the database opens");
            connection
                .execute("DROP INDEX todos_by_due", [])
                .expect("it is dropped");
            "todos_by_due"
        }
        None => {
            db_mongo(site, async |database| {
                let todos = database.collection::<bson::Document>("todos");
                todos.drop_index("by_due").await.expect("it is dropped");
            });
            "todos.by_due"
        }
    }
}

fn an_index_that_is_gone_is_found_and_made_again_by_migrate(site: Installation) {
    site.run(&["migrate"]).succeeded();
    examine(&site).failed(&[]);
    let name = db_drop_index(&site);
    let findings = examine(&site);
    findings.failed(&["indexes"]);
    findings.is("indexes", "failed", &[name, "rondo migrate"]);
    let mended = site.run(&["migrate"]);
    assert_eq!(mended.succeeded(), "made 1 indexes that were missing\n");
    assert!(site.run(&["migrate"]).succeeded().starts_with("nothing to do"));
    examine(&site).failed(&[]);
}

fn a_newer_programs_database_is_told_and_not_written_to(site: Installation) {
    site.run(&["migrate"]).succeeded();
    db_add_migration(&site, 4711);
    let findings = examine(&site);
    findings.failed(&["migrations"]);
    findings.is("migrations", "failed", &["4711", "newer program", "backup"]);
    for check in ["writes", "indexes", "signing keys"] {
        findings.is(check, "skipped", &["not those of this program"]);
    }
}

fn a_wrong_a_turned_and_a_lost_secret_are_told_apart(mut site: Installation) {
    site.set("SECRET", SECRET);
    site.serve().stop();
    site.set("SECRET", OTHER_SECRET);
    let findings = examine(&site);
    findings.failed(&["secret", "signing keys"]);
    findings.is(
        "secret",
        "failed",
        &["not the one that this database was made with", "SECRET_PREVIOUS"],
    );
    findings.is("signing keys", "failed", &["none of 1", "SECRET"]);
    assert!(!findings.ended.stdout.contains(SECRET) && !findings.ended.stdout.contains(OTHER_SECRET));
    site.set("SECRET_PREVIOUS", SECRET);
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is("secret", "ok", &["to be turned"]);
    // It only looked: the old secret alone still serves.
    site.unset("SECRET_PREVIOUS");
    site.set("SECRET", SECRET);
    site.serve().stop();

    site.unset("SECRET");
    let findings = examine(&site);
    findings.failed(&["secret"]);
    findings.is("secret", "failed", &["is missing", "backup"]);
    findings.is("signing keys", "skipped", &["no secret"]);
}

#[test]
fn a_missing_migration_is_a_warning() {
    let Some(site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    site.run(&["migrate"]).succeeded();
    db_mongo(&site, async |database| {
        let migrations = database.collection::<bson::Document>("migrations");
        migrations
            .delete_one(bson::doc! { "_id": 2_i64 })
            .await
            .expect("a document less");
    });
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is("migrations", "warning", &["1 of", "rondo migrate"]);
    findings.is("writes", "ok", &[]);
}

#[test]
fn a_server_that_is_not_there_or_says_nothing_ends_nothing_but_its_own_checks() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let silent = silent.local_addr().unwrap();
    let mut site = Installation::empty();
    site.set("SECRET", SECRET);
    // Nobody listens on port 1.
    for host in ["127.0.0.1:1".to_owned(), silent.to_string()] {
        site.set(
            "DB",
            &format!("mongodb://rondo:hunter2@{host}/rondo?directConnection=true"),
        );
        let findings = examine(&site);
        findings.failed(&["store"]);
        findings.is("store", "failed", &["DB"]);
        for check in [
            "migrations",
            "writes",
            "indexes",
            "integrity",
            "clock",
            "replica set",
            "signing keys",
        ] {
            findings.is(check, "skipped", &["cannot be reached"]);
        }
        findings.is("secret", "ok", &["no database to compare it with"]);
        findings.is(
            "open files",
            findings.check("open files")["state"].as_str().unwrap(),
            &[],
        );
        let told = site.run(&["doctor"]);
        assert_eq!(
            (told.code, told.stderr.as_str()),
            (Some(1), "rondo: one check failed\n")
        );
        assert!(told.stdout.contains("\nfailed   store           "), "{told:?}");
    }
}

#[test]
fn a_file_that_is_no_database_is_told_and_left_alone() {
    let mut site = Installation::empty();
    let text = "This is a text and no database at all. ".repeat(100);
    site.write("data/notes.txt", &text);
    site.set("DB", "sqlite:data/notes.txt");
    let findings = examine(&site);
    findings.is("store", "failed", &["notes.txt", "not a SQLite database", "--db"]);
    assert_eq!(
        std::fs::read_to_string(site.path("data/notes.txt")).unwrap(),
        text
    );
}

#[test]
fn a_damaged_file_is_seen() {
    let site = Installation::sqlite();
    let seed = [
        "seed",
        "--demo",
        "--users",
        "1",
        "--todos",
        "2000",
        "--password-stdin",
    ];
    site.run_with(&seed, "correct horse battery\n").succeeded();
    examine(&site).failed(&[]);
    let file = site.database_file().unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 40_000].fill(0xa5);
    std::fs::write(&file, bytes).unwrap();
    let findings = examine(&site);
    findings.is("integrity", "failed", &["restore a backup"]);
}

#[test]
fn a_database_that_cannot_be_written_to_fails_at_that_alone() {
    let site = Installation::sqlite();
    site.serve().stop();
    let other = rusqlite::Connection::open(site.database_file().unwrap()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let findings = examine(&site);
    findings.failed(&["writes"]);
    findings.is("writes", "failed", &["locked", "full disk"]);
    other.execute_batch("ROLLBACK").unwrap();
    examine(&site).failed(&[]);
}

#[test]
fn a_disk_with_little_room_is_a_warning_and_one_with_almost_none_a_failure() {
    for (size, state) in [("4m", "failed"), ("500m", "warning")] {
        let mut site = Installation::empty();
        let Some(disk) = SmallDisk::mount(site.path("small"), size) else {
            return;
        };
        site.set("RONDO_DATA_DIR", disk.0.to_str().unwrap());
        site.serve().stop();
        let findings = examine(&site);
        findings.is("disk of data", state, &["MiB free", "make room"]);
        findings.is("writes", "ok", &[]);
        // The folder of the logs is looked at where there is one: in production.
        site.make_production();
        site.set("DB", "sqlite:elsewhere/rondo.db");
        site.set("ROOT_PATH", disk.0.to_str().unwrap());
        let findings = examine(&site);
        findings.is("disk of logs", state, &["MiB free"]);
        findings.check("disk of the database");
    }
}
