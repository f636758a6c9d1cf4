//! `rondo copy`: what it refuses, before anything is written.

use crate::common::Keeper;
use crate::copy::site;
use crate::installation::Installation;
use crate::migrations::db_mongo;

#[test]
fn databases_that_do_not_fit_are_refused_and_nothing_is_changed() {
    let from = site(Keeper::Sqlite).unwrap();
    let to = site(Keeper::Sqlite).unwrap();
    let copy = |from: &str, to: &str, words: &[&str]| {
        site(Keeper::Sqlite)
            .unwrap()
            .run(&["copy", "--yes", "--from", from, "--to", to])
            .refuses_with(words);
    };
    let (source, target) = (from.address().to_owned(), to.address().to_owned());
    copy("here", &target, &["--from: db is neither sqlite:PATH nor"]);
    copy(
        &source,
        "mysql://u:hunter2@h",
        &["--to: db is neither sqlite:PATH nor"],
    );
    copy(
        "file:nowhere",
        &target,
        &["--from: the address in nowhere cannot be read"],
    );
    copy(&source, &target, &["there is no database at", "rondo.db"]);
    assert!(
        from.database_file().is_some_and(|file| !file.exists()),
        "nothing is made"
    );
    copy(&source, &source, &["is both source and target"]);
    let nobody = "mongodb://user:hunter2@127.0.0.1:9/rondo";
    copy(
        nobody,
        &target,
        &["mongodb://127.0.0.1:9/rondo", "no MongoDB server answers"],
    );

    let server = from.serve();
    server.register("person@example.org");
    copy(
        &source,
        &target,
        &[
            "another rondo serves this data folder already",
            "stop the service first",
        ],
    );
    server.stop();
    to.serve().stop();
    copy(&source, &target, &["is not empty (signing keys: 1)"]);

    let fresh = site(Keeper::Sqlite).unwrap();
    let change = |site: &Installation, sql: &str| {
        let connection = rusqlite::Connection::open(site.database_file().unwrap()).unwrap();
        connection.execute_batch(sql).unwrap();
    };
    change(
        &from,
        "UPDATE migrations SET number = number + 4000 WHERE number = 1",
    );
    copy(&source, fresh.address(), &["written by a newer program", "4001"]);
    change(&from, "UPDATE migrations SET number = 1 WHERE number = 4001");
    change(
        &from,
        "CREATE TABLE kept AS SELECT * FROM migrations; DELETE FROM migrations WHERE number > 1",
    );
    copy(
        &source,
        fresh.address(),
        &["lacks", "migrations", "rondo migrate"],
    );
    change(
        &from,
        "DELETE FROM migrations; INSERT INTO migrations SELECT * FROM kept; DROP TABLE kept",
    );
    let mark = r#"{"after":null,"from":"SQLite at /elsewhere/rondo.db","kinds":0}"#;
    let put = format!("INSERT INTO facts (name, value) VALUES ('unfinished_copy', '{mark}')");
    change(&from, &put);
    copy(
        &source,
        fresh.address(),
        &["is itself an unfinished copy of SQLite at /elsewhere/rondo.db"],
    );
    change(&from, "DELETE FROM facts WHERE name = 'unfinished_copy'");
    change(&to, &put);
    copy(
        &source,
        &target,
        &["is an unfinished copy of SQLite at /elsewhere/rondo.db, not of"],
    );
    assert!(fresh.database_file().is_some_and(|file| !file.exists()));

    // An address may stand in a file, where nobody else reads a password.
    from.write("target", &format!("{}\n", fresh.address()));
    from.run(&["copy", "--from", &source, "--to", "file:target"])
        .succeeded();

    if let Some(mongo) = site(Keeper::Mongo) {
        mongo
            .run(&["copy", "--from", mongo.address(), "--to", "sqlite:copy.db"])
            .refuses_with(&["--yes"]);
        mongo
            .run(&[
                "copy",
                "--yes",
                "--from",
                mongo.address(),
                "--to",
                "sqlite:copy.db",
            ])
            .refuses_with(&["has nothing in it"]);
        assert!(!mongo.path("copy.db").exists());
        // People of the older service are no empty database either.
        db_mongo(&mongo, async |database| {
            let people = database.collection::<bson::Document>("users");
            people
                .insert_one(bson::doc! { "name": "A person" })
                .await
                .unwrap();
        });
        from.run(&["copy", "--from", &source, "--to", mongo.address()])
            .refuses_with(&["is not empty (users: 1)"]);
    }
}
