//! `rondo user …`: the operator's care of accounts, before the first start and beside a running server.

use std::time::Duration;

use rondo::clock::{Source as _, System};
use serde_json::json;

use crate::common::Authenticator;
use crate::http::Request;
use crate::installation::{Installation, RONDO};
use crate::server::{PASSWORD, Server, eventually};

/// The contract says two seconds until an ended session is refused everywhere; slack is threefold.
const TWO_SECONDS: Duration = Duration::from_secs(6);

const NEW_PASSWORD: &str = "another horse and battery";

fn add(site: &Installation, arguments: &[&str]) -> String {
    let ended = site.run_with(
        &[&["user", "add", "--password-stdin"], arguments].concat(),
        PASSWORD,
    );
    ended.succeeded().to_owned()
}

/// Runs a command that must do its work, and answers what it said.
fn user(site: &Installation, arguments: &[&str]) -> String {
    site.run(&[&["user"], arguments].concat()).succeeded().to_owned()
}

#[track_caller]
fn is_soon_refused(server: &Server, token: &str) {
    eventually(TWO_SECONDS, "the token is refused", || {
        (server.me(token).status == 401).then_some(())
    });
}

on_each_keeper!(
    accounts_made_before_the_first_start_sign_in,
    a_disabled_account_is_shut_out_of_a_running_server,
    a_new_password_counts_at_once_and_ends_the_sessions,
    a_changed_role_counts_on_a_running_server,
    a_deleted_account_is_gone_with_all_of_it,
    an_account_is_named_by_its_id_too,
    a_lost_second_factor_is_taken_away,
    what_cannot_be_done_is_told_in_words,
    whoever_is_invited_makes_an_account_by_the_link,
);

fn accounts_made_before_the_first_start_sign_in(site: Installation) {
    let said = add(
        &site,
        &["--email", "Person@Example.org", "--name", "A person", "--admin"],
    );
    assert!(
        said.starts_with("added ") && said.contains("admin  enabled   Person@Example.org  A person"),
        "{said}"
    );
    add(&site, &["--email", "other@example.org"]);
    let listed = user(&site, &["list"]);
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(!listed.contains('$') && !listed.contains(PASSWORD), "{listed}");

    let server = site.serve();
    let me = server
        .me(&server.sign_in("person@example.org").access_token)
        .expect(200);
    assert_eq!((&me["role"], &me["name"]), (&json!("admin"), &json!("A person")));
    assert_eq!(
        server
            .me(&server.sign_in("other@example.org").access_token)
            .expect(200)["role"],
        "user"
    );
    server.stop();
}

fn a_lost_second_factor_is_taken_away(site: Installation) {
    const EMAIL: &str = "person@example.org";
    const TOTP: &str = "/api/v2/users/me/factors/totp";
    let server = site.serve();
    let me = server.person(EMAIL);
    let none = site.run(&["user", "reset-factors", EMAIL]);
    none.refuses_with(&["has no second factor"]);
    let ask = |path: &str, body| server.ask(&Request::post(path, &body).token(&me.access_token));
    let made = ask(TOTP, json!({ "current_password": PASSWORD })).expect(200);
    let authenticator = Authenticator::of(made["secret"].as_str().expect("a secret"));
    let code = authenticator.code_at(System::default().now());
    ask(&format!("{TOTP}/confirm"), json!({ "code": code })).expect(200);
    server.try_sign_in(EMAIL, PASSWORD).expect(202);
    let said = user(&site, &["reset-factors", EMAIL]);
    assert!(
        said.starts_with("reset the second factors of ") && said.contains(EMAIL),
        "{said}"
    );
    server.sign_in(EMAIL);
    server.stop();
}

fn a_disabled_account_is_shut_out_of_a_running_server(site: Installation) {
    let server = site.serve();
    let me = server.person("person@example.org");
    let neighbour = server.person("neighbour@example.org");
    let said = user(&site, &["disable", "person@example.org"]);
    assert!(
        said.starts_with("disabled ") && said.contains("disabled"),
        "{said}"
    );
    assert_eq!(server.try_sign_in("person@example.org", PASSWORD).status, 401);
    is_soon_refused(&server, &me.access_token);
    let refreshed = server.post(
        "/api/v2/sessions/refresh",
        &json!({ "refresh_token": me.refresh_token }),
    );
    assert_eq!(refreshed.status, 401);
    server.me(&neighbour.access_token).expect(200);

    user(&site, &["enable", "person@example.org"]);
    server.sign_in("person@example.org");
    assert_eq!(
        server.me(&me.access_token).status,
        401,
        "what was ended does not come back"
    );
    server.stop();
}

fn a_new_password_counts_at_once_and_ends_the_sessions(site: Installation) {
    let server = site.serve();
    let me = server.person("person@example.org");
    let arguments = ["user", "set-password", "person@example.org", "--password-stdin"];
    site.run_with(&arguments, &format!("{NEW_PASSWORD}\nnot a part of it\n"))
        .succeeded();
    assert_eq!(server.try_sign_in("person@example.org", PASSWORD).status, 401);
    server.try_sign_in("person@example.org", NEW_PASSWORD).expect(201);
    is_soon_refused(&server, &me.access_token);
    server.stop();
}

fn a_changed_role_counts_on_a_running_server(site: Installation) {
    let server = site.serve();
    server.register("person@example.org");
    let said = user(&site, &["set-role", "person@example.org", "admin"]);
    assert!(said.contains("admin"), "{said}");
    let me = server.sign_in("person@example.org");
    assert_eq!(server.me(&me.access_token).expect(200)["role"], "admin");
    user(&site, &["set-role", "person@example.org", "user"]);
    is_soon_refused(&server, &me.access_token);
    assert_eq!(
        server
            .me(&server.sign_in("person@example.org").access_token)
            .expect(200)["role"],
        "user"
    );
    server.stop();
}

fn a_deleted_account_is_gone_with_all_of_it(site: Installation) {
    let server = site.serve();
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    let refused = site.run(&["user", "delete", "person@example.org"]);
    refused.refuses_with(&["no terminal", "--yes"]);
    server.me(&me.access_token).expect(200);

    let said = user(&site, &["delete", "person@example.org", "--yes"]);
    assert!(said.starts_with("deleted "), "{said}");
    is_soon_refused(&server, &me.access_token);
    assert_eq!(server.try_sign_in("person@example.org", PASSWORD).status, 401);
    assert_eq!(user(&site, &["list"]), "");
    // The address is free, and nothing of the one before is found by the next.
    let next = server.person("person@example.org");
    assert!(server.titles(&next.access_token).is_empty());
    server.stop();
}

fn an_account_is_named_by_its_id_too(site: Installation) {
    let said = add(&site, &["--email", "person@example.org"]);
    let id = said.split_whitespace().nth(1).unwrap();
    let said = user(&site, &["disable", id]);
    assert!(said.contains(id) && said.contains("person@example.org"), "{said}");
}

fn what_cannot_be_done_is_told_in_words(site: Installation) {
    add(&site, &["--email", "person@example.org"]);
    let email = ["user", "add", "--password-stdin", "--email"];
    let again = site.run_with(&[&email[..], &["PERSON@example.org"]].concat(), PASSWORD);
    again.refuses_with(&["an account with this e-mail address exists"]);
    let short = site.run_with(&[&email[..], &["other@example.org"]].concat(), "hunter2\n");
    short.refuses_with(&["at least 8 characters"]);
    let empty = site.run_with(&[&email[..], &["other@example.org"]].concat(), "");
    empty.refuses_with(&["at least 8 characters"]);
    let common = site.run_with(&[&email[..], &["other@example.org"]].concat(), "password123\n");
    common.refuses_with(&["among the first that anybody would guess"]);
    let unasked = site.run(&["user", "add", "--email", "other@example.org"]);
    unasked.refuses_with(&["no terminal", "--password-stdin"]);
    for arguments in [
        &["user", "disable", "absent@example.org"][..],
        &["user", "enable", "absent@example.org"],
        &["user", "set-role", "absent@example.org", "admin"],
        &["user", "delete", "absent@example.org", "--yes"],
    ] {
        site.run(arguments)
            .refuses_with(&["there is no account absent@example.org"]);
    }
    let absent = site.run_with(
        &["user", "set-password", "absent@example.org", "--password-stdin"],
        PASSWORD,
    );
    absent.refuses_with(&["there is no account absent@example.org"]);
    site.run(&["user", "disable", "somebody"])
        .refuses_with(&["neither an id nor an e-mail address"]);
    assert_eq!(user(&site, &["list"]).lines().count(), 1);
}

#[test]
fn addresses_and_names_that_would_break_a_line_are_refused_before_anything_is_made() {
    let site = Installation::empty();
    for email in [
        "person",
        "person@example",
        "person@example.org\nroot",
        "a b@example.org",
    ] {
        let ended = site.run_with(&["user", "add", "--password-stdin", "--email", email], PASSWORD);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains("name@example.org"), "{ended:?}");
    }
    let arguments = [
        "user",
        "add",
        "--password-stdin",
        "--email",
        "person@example.org",
        "--name",
        "A\nperson\x1b[31m",
    ];
    let ended = site.run_with(&arguments, PASSWORD);
    assert_ne!(ended.code, Some(0), "version 2 refuses such a name: {ended:?}");
}

#[test]
fn many_accounts_are_listed_one_a_line() {
    let site = Installation::sqlite();
    site.run(&["user", "list"]).succeeded();
    db_add_users(&site, 4500);
    let listed = user(&site, &["list"]);
    let mut emails: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().nth(3))
        .collect();
    emails.sort_unstable();
    emails.dedup();
    assert_eq!((emails.len(), listed.lines().count()), (4500, 4500));
    // Whoever reads no further than the first ends the command, and not with a complaint.
    let script = format!("set -o pipefail; {RONDO} user list | head -n 1");
    let first = site.run_command(site.command_of("bash", &["-c", &script]), "");
    assert_eq!(
        (first.stdout.lines().count(), first.stderr.as_str()),
        (1, ""),
        "{first:?}"
    );
}

/// Writes accounts without passwords straight into an embedded database.
fn db_add_users(site: &Installation, count: u32) {
    let mut connection = rusqlite::Connection::open(site.database_file().unwrap()).unwrap();
    let transaction = connection.transaction().unwrap();
    for number in 0..count {
        let sql =
            "INSERT INTO users (id, name, email, email_verified, role, disabled, week_start, created_at,
                       updated_at, epoch, version)
                   VALUES (?1, '', ?2, 0, 'user', 0, 'monday', 0, 0, 0, 1)";
        let (id, email) = (format!("{number:024x}"), format!("person{number}@example.org"));
        transaction.execute(sql, [&id, &email]).unwrap();
        let sql = "INSERT INTO identities (identity, user_id, place) VALUES (?1, ?2, 0)";
        transaction
            .execute(sql, [&format!("email:{email}"), &id])
            .unwrap();
    }
    transaction.commit().unwrap();
}

fn whoever_is_invited_makes_an_account_by_the_link(mut site: Installation) {
    site.set("RONDO_REGISTRATION", "invite");
    let server = site.serve();
    let body = json!({ "email": "guest@example.org", "password": PASSWORD });
    assert_eq!(server.post("/api/v2/users", &body).status, 403);
    let said = user(&site, &["invite", "guest@example.org", "--admin", "--link"]);
    let (page, secret) = said.trim_end().split_once("#invitation=").expect("a link");
    assert!(page.ends_with("/register"), "{said}");
    let body = json!({ "email": "guest@example.org", "password": PASSWORD, "invitation": secret });
    let made = server.post("/api/v2/users", &body).expect(201);
    assert_eq!(
        (&made["role"], &made["email_verified"]),
        (&json!("admin"), &json!(true))
    );
    // Without `--link` a mail leaves; development writes it to the outbox.
    let said = user(&site, &["invite", "friend@example.org"]);
    assert!(said.starts_with("invited friend@example.org until "), "{said}");
    let outbox = std::path::PathBuf::from(site.variable("RONDO_DATA_DIR")).join("outbox");
    let mail = eventually(Duration::from_secs(60), "the mail is written", || {
        let files = outbox.read_dir().ok()?.flatten();
        files
            .filter_map(|file| std::fs::read_to_string(file.path()).ok())
            .find(|mail| mail.contains("To: friend@example.org\r\n"))
    });
    assert!(mail.contains("/register#invitation="), "{mail}");
    let refused = site.run(&["user", "invite", "guest@example.org"]);
    refused.refuses_with(&["an account with this e-mail address exists"]);
    server.stop();
}
