//! `rondo seed --demo`: something to try out.

use serde_json::Value;

use crate::http::Request;
use crate::installation::{Installation, SECRET};
use crate::server::PASSWORD;

on_each_keeper!(
    demo_accounts_are_there_once_and_their_people_sign_in,
    a_given_password_is_taken_and_not_repeated,
);

fn demo_accounts_are_there_once_and_their_people_sign_in(site: Installation) {
    let first = site.run(&["seed", "--demo", "--users", "2", "--todos", "30"]);
    let said = first.succeeded();
    let password = said
        .lines()
        .last()
        .and_then(|line| line.strip_prefix("The password of what was made, shown this once: "))
        .unwrap_or_else(|| panic!("{said}"));
    assert!(password.len() >= 20, "{password}");
    assert!(said.contains("Sign in at http://127.0.0.1:0 "), "{said}");

    let server = site.serve();
    for email in ["demo@example.org", "demo2@example.org"] {
        assert!(said.contains(&format!("made {email} with 30 to-dos")), "{said}");
        let signed_in = server.try_sign_in(email, password).expect(201);
        let token = signed_in["access_token"].as_str().unwrap();
        let titles = server.titles(token);
        assert_eq!(titles.len(), 30);
        let ask = |path: &str| server.ask(&Request::get(path).token(token)).expect(200);
        let names = |page: &Value| -> Vec<Value> {
            let items = page["items"].as_array().unwrap().iter();
            items.map(|item| item["name"].clone()).collect()
        };
        assert_eq!(names(&ask("/api/v2/lists")), ["Home", "Work", "Errands"]);
        let todos = ask("/api/v2/todos?limit=100");
        let todos = todos["items"].as_array().unwrap();
        let count = |member: &str| todos.iter().filter(|todo| !todo[member].is_null()).count();
        assert_eq!(
            (count("recurrence"), count("progress"), count("parent_id")),
            (3, 2, 7)
        );
        assert!((5..25).contains(&count("list_id")), "{todos:?}");
        assert!(titles.iter().all(|title| title.contains(' ')), "{titles:?}");
    }

    // Beside a running service, and once more: what is there stays as it is.
    let again = site.run(&["seed", "--demo", "--users", "3", "--todos", "5"]);
    let said = again.succeeded();
    assert!(
        said.contains("demo@example.org is there already, with 30 to-dos"),
        "{said}"
    );
    assert!(
        said.contains("demo2@example.org is there already, with 30 to-dos"),
        "{said}"
    );
    assert!(said.contains("made demo3@example.org with 5 to-dos"), "{said}");
    server.try_sign_in("demo@example.org", password).expect(201);
    let third = site.run(&["seed", "--demo"]);
    let said = third.succeeded();
    assert!(
        said.contains("nothing was made") && !said.contains("password"),
        "{said}"
    );
    let users = site.run(&["user", "list"]);
    assert_eq!(users.succeeded().lines().count(), 3);
    server.stop();
}

fn a_given_password_is_taken_and_not_repeated(site: Installation) {
    let arguments = [
        "seed",
        "--demo",
        "--users",
        "1",
        "--todos",
        "0",
        "--email",
        "try@example.com",
        "--password-stdin",
    ];
    let ended = site.run_with(&arguments, &format!("{PASSWORD}\n"));
    let said = ended.succeeded();
    assert!(
        said.contains("made try@example.com with 0 to-dos") && !said.contains(PASSWORD),
        "{said}"
    );
    let server = site.serve();
    server.sign_in("try@example.com");
    server.stop();
    site.run_with(
        &["seed", "--demo", "--email", "b@example.com", "--password-stdin"],
        "short\n",
    )
    .refuses_with(&["at least 8 characters"]);
    assert_eq!(site.run(&["user", "list"]).succeeded().lines().count(), 1);
}

#[test]
fn ten_thousand_to_dos_are_a_matter_of_seconds() {
    let site = Installation::sqlite();
    let seed = ["seed", "--demo", "--users", "1", "--todos", "10000"];
    assert!(site.run(&seed).succeeded().contains("with 10000 to-dos"));
    let again = site.run(&seed);
    assert!(
        again.succeeded().contains("is there already, with 10000 to-dos"),
        "{again:?}"
    );
}

#[test]
fn in_production_it_is_refused_unless_it_is_meant() {
    let site = Installation::production();
    site.run(&["seed", "--demo"])
        .refuses_with(&["this is production", "--even-in-production"]);
    assert!(!site.database_file().unwrap().exists(), "nothing was made");
    let meant = site.run(&[
        "seed",
        "--demo",
        "--users",
        "1",
        "--todos",
        "1",
        "--even-in-production",
    ]);
    assert_eq!(meant.code, Some(0), "{meant:?}");
    assert!(
        meant.stdout.contains("Sign in at https://todo.example.org"),
        "{meant:?}"
    );
    assert!(!meant.stdout.contains(SECRET));
}

#[test]
fn what_to_make_is_said_and_within_bounds() {
    let site = Installation::empty();
    let name = "x".repeat(64);
    let long = format!("{name}@example.org");
    for (arguments, words) in [
        (&["seed"][..], "--demo"),
        (&["seed", "--demo", "--users", "0"], "1..=1000"),
        (&["seed", "--demo", "--todos", "many"], "--todos"),
        (&["seed", "--demo", "--email", "nobody"], "e-mail"),
    ] {
        let ended = site.run(arguments);
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.stderr.contains(words), "{ended:?}");
    }
    site.run(&["seed", "--demo", "--email", &long])
        .refuses_with(&["--email", "too long", "shorter"]);
    assert!(!site.path("data").exists());
}
