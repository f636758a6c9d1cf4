//! Several processes on one database: one server a SQLite file, commands beside it, any number of
//! servers on MongoDB.

use crate::common::Keeper;
use crate::installation::{Installation, SECRET};

#[test]
fn a_second_server_on_one_sqlite_database_is_refused_and_the_first_goes_on() {
    let site = Installation::sqlite();
    let first = site.serve();
    let me = first.person("person@example.org");
    let refused = site.run(&["serve"]);
    refused.refuses_with(&[
        "another rondo serves this data folder already",
        "several instances need MongoDB",
    ]);
    // By another name it is the same file.
    std::os::unix::fs::symlink(site.database_file().unwrap().parent().unwrap(), site.path("link")).unwrap();
    let refused = site.run(&["serve", "--db", "sqlite:link/rondo.db"]);
    refused.refuses_with(&[
        "another rondo serves this data folder already",
        "several instances need MongoDB",
    ]);
    first.create_todo(&me.access_token, "Milk");
    first.stop();
    // The lock goes with the process.
    let second = site.serve();
    assert_eq!(second.titles(&me.access_token), ["Milk"]);
    second.kill();
    site.serve().stop();
}

#[test]
fn a_link_to_the_database_does_not_get_round_the_lock() {
    let site = Installation::sqlite();
    let first = site.serve();
    std::os::unix::fs::symlink(site.database_file().unwrap(), site.path("link.db")).unwrap();
    let refused = site.run(&["serve", "--db", "sqlite:link.db"]);
    refused.refuses_with(&[
        "another rondo serves this data folder already",
        "several instances need MongoDB",
    ]);
    first.stop();
}

on_each_keeper!(commands_work_beside_a_running_server);

fn commands_work_beside_a_running_server(site: Installation) {
    let server = site.serve();
    server.register("person@example.org");
    let listed = site.run(&["user", "list"]);
    assert!(listed.succeeded().contains("person@example.org"), "{listed:?}");
    let status = site.run(&["migrate", "--status"]);
    assert!(
        !status.succeeded().is_empty() && !status.stdout.contains("not applied"),
        "{status:?}"
    );
    let migrated = site.run(&["migrate"]);
    assert!(migrated.succeeded().starts_with("nothing to do"), "{migrated:?}");
    site.add_user("other@example.org", "a password for the other");
    assert_eq!(
        server
            .try_sign_in("other@example.org", "a password for the other")
            .status,
        201
    );
    server.stop();
}

#[test]
fn two_servers_that_start_at_once_on_a_fresh_mongodb_share_their_keys() {
    let Some(mut site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    site.set("SECRET", SECRET);
    let (one, other) = (
        site.start(site.command(&["serve"])),
        site.start(site.command(&["serve"])),
    );
    let (one, other) = (one.until_it_listens(), other.until_it_listens());
    let mine = one.person("one@example.org");
    let theirs = other.person("other@example.org");
    one.me(&theirs.access_token).expect(200);
    other.me(&mine.access_token).expect(200);
    assert_eq!(
        one.get("/.well-known/jwks.json").body,
        other.get("/.well-known/jwks.json").body
    );
    one.create_todo(&mine.access_token, "Milk");
    assert_eq!(other.titles(&mine.access_token), ["Milk"]);
    one.stop();
    other.stop();
}

#[test]
fn commands_and_servers_that_start_at_once_in_an_empty_folder_agree_on_the_secret() {
    let site = Installation::sqlite();
    let server = site.start(site.command(&["serve"]));
    let commands: Vec<_> = ["one@example.org", "two@example.org", "three@example.org"].into();
    std::thread::scope(|scope| {
        for email in commands {
            let site = &site;
            scope.spawn(move || site.add_user(email, crate::server::PASSWORD));
        }
    });
    let server = server.until_it_listens();
    for email in ["one@example.org", "two@example.org", "three@example.org"] {
        server.sign_in(email);
    }
    server.stop();
}
