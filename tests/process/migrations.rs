//! `rondo migrate`, and starts on databases that were not migrated.

use crate::common::Keeper;
use crate::installation::Installation;
use crate::server::PASSWORD;

/// Writes down a migration that this program does not know.
pub fn db_add_migration(site: &Installation, number: i64) {
    if let Some(path) = site.database_file() {
        let connection = rusqlite::Connection::open(path).expect("the database opens");
        let sql = "INSERT INTO migrations (number, name, applied_at) VALUES (?, 'of tomorrow', 0)";
        connection.execute(sql, [number]).expect("a row");
    } else {
        db_mongo(site, async |database| {
            let row =
                bson::doc! { "_id": number, "name": "of tomorrow", "applied_at": bson::DateTime::now() };
            let migrations = database.collection::<bson::Document>("migrations");
            migrations.insert_one(row).await.expect("a document");
        });
    }
}

/// Works on the MongoDB database of an installation without the service.
pub fn db_mongo<T>(site: &Installation, work: impl AsyncFnOnce(mongodb::Database) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = mongodb::Client::with_uri_str(site.address())
            .await
            .expect("the server answers");
        let database = client.default_database().expect("the address names a database");
        work(database).await
    })
}

on_each_keeper!(
    a_fresh_database_is_migrated_once_and_the_status_tells_when,
    a_start_that_may_not_migrate_refuses_a_database_that_needs_it,
    two_that_migrate_at_once_are_fine,
);

fn a_fresh_database_is_migrated_once_and_the_status_tells_when(site: Installation) {
    let before = site.run(&["migrate", "--status"]);
    let count = before.succeeded().lines().count();
    assert!(
        count > 0 && before.stdout.lines().all(|line| line.contains("not applied")),
        "{before:?}"
    );
    let again = site.run(&["migrate", "--status"]);
    assert_eq!(
        again.succeeded(),
        before.stdout,
        "who asks for the status changes nothing"
    );

    assert_eq!(
        site.run(&["migrate"]).succeeded(),
        format!("applied {count} migrations\n")
    );
    assert!(site.run(&["migrate"]).succeeded().starts_with("nothing to do"));
    let after = site.run(&["migrate", "--status"]);
    for (number, line) in after.succeeded().lines().enumerate() {
        let mut words = line.split_whitespace();
        assert_eq!(words.next(), Some(&*(number + 1).to_string()), "{line}");
        assert!(
            words
                .next()
                .is_some_and(|at| at.starts_with("20") && at.ends_with('Z')),
            "{line}"
        );
        assert!(words.next().is_some(), "it has a name: {line}");
    }
    let server = site.serve_with(&["serve", "--no-migrate"]);
    server.person("person@example.org");
    server.stop();
}

fn a_start_that_may_not_migrate_refuses_a_database_that_needs_it(site: Installation) {
    for _ in 0..2 {
        let refused = site.run(&["serve", "--no-migrate"]);
        refused.refuses_with(&["the database lacks", "run `rondo migrate`", "--no-migrate"]);
    }
    let status = site.run(&["migrate", "--status"]);
    assert!(
        status
            .succeeded()
            .lines()
            .all(|line| line.contains("not applied")),
        "{status:?}"
    );
    let server = site.serve();
    server.register("person@example.org");
    server.stop();
}

fn two_that_migrate_at_once_are_fine(site: Installation) {
    let said: Vec<String> = std::thread::scope(|scope| {
        let migrate = || site.run(&["migrate"]).succeeded().to_owned();
        let running: Vec<_> = (0..4).map(|_| scope.spawn(migrate)).collect();
        running
            .into_iter()
            .map(|one| one.join().expect("it ends"))
            .collect()
    });
    let applied = said.iter().filter(|said| said.starts_with("applied "));
    assert!(applied.count() >= 1, "{said:?}");
    assert!(
        said.iter()
            .all(|said| said.starts_with("applied ") || said.starts_with("nothing to do")),
        "{said:?}"
    );
    let server = site.serve_with(&["serve", "--no-migrate"]);
    server.person("person@example.org");
    server.stop();
}

#[test]
fn commands_leave_the_migration_of_a_database_in_use_to_the_service() {
    let Some(site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    site.add_user("person@example.org", PASSWORD);
    db_mongo(&site, async |database| {
        let migrations = database.collection::<bson::Document>("migrations");
        migrations
            .delete_one(bson::doc! { "_id": 2_i64 })
            .await
            .expect("a document less");
    });
    site.run(&["user", "list"])
        .refuses_with(&["the database lacks 1 migrations", "run `rondo migrate`"]);
    assert_eq!(site.run(&["migrate"]).succeeded(), "applied 1 migrations\n");
    assert!(
        site.run(&["user", "list"])
            .succeeded()
            .contains("person@example.org")
    );
}
