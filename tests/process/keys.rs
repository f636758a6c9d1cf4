//! `rondo keys …` and `rondo secret …` on real installations.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::installation::{Installation, OTHER_SECRET, SECRET};
use crate::server::{Server, eventually};

on_each_keeper!(
    keys_are_listed_turned_and_retired_beside_a_running_service,
    a_key_made_elsewhere_is_imported_and_signs,
    what_is_no_key_is_refused_in_one_line_and_changes_nothing,
    the_secret_of_the_data_folder_is_turned_and_nobody_is_signed_out,
    a_given_secret_is_not_changed_and_a_new_one_is_printed,
    a_key_outlives_the_secret_that_it_was_sealed_with,
);

/// A running service knows of a new key within five seconds; with threefold slack.
const SOON: Duration = Duration::from_secs(15);

fn published(server: &Server) -> Vec<String> {
    let set = server.get("/.well-known/jwks.json").expect(200);
    let keys = set["keys"].as_array().expect("keys").iter();
    keys.map(|key| key["kid"].as_str().expect("a name").to_owned())
        .collect()
}

fn listed(site: &Installation) -> Vec<Value> {
    let list = site.run(&["keys", "list", "--json"]).succeeded().to_owned();
    let list: Value = serde_json::from_str(&list).expect("JSON");
    list["keys"].as_array().expect("keys").clone()
}

fn keys_are_listed_turned_and_retired_beside_a_running_service(site: Installation) {
    let server = site.serve();
    let me = server.person("person@example.org");
    let first = published(&server);
    assert_eq!(listed(&site)[0]["kid"], first[0]);
    let words = site.run(&["keys", "list"]).succeeded().to_owned();
    assert!(
        words.contains(&first[0]) && words.contains("signs since"),
        "{words}"
    );

    site.run(&["keys", "rotate"]).succeeded();
    let both = eventually(SOON, "the new key is published", || {
        Some(published(&server)).filter(|keys| keys.len() == 2)
    });
    assert_eq!(both[1], first[0]);
    assert_eq!(server.me(&me.access_token).status, 200);
    let states: Vec<Value> = listed(&site).iter().map(|key| key["state"].clone()).collect();
    assert_eq!(states, [json!("verifies"), json!("signs")]);

    site.run(&["keys", "retire", "nothing"])
        .refuses_with(&["there is no key", "rondo keys list"]);
    site.run(&["keys", "retire", &first[0]]).succeeded();
    eventually(SOON, "the token of the old key ends", || {
        (server.me(&me.access_token).status == 401).then_some(())
    });
    let again = server.sign_in("person@example.org");
    assert_eq!(server.me(&again.access_token).status, 200);
    // The one that signs: another takes its place.
    site.run(&["keys", "retire", &both[0]]).succeeded();
    eventually(SOON, "another key signs", || {
        Some(published(&server)).filter(|keys| keys.len() == 1 && keys[0] != both[0])
    });
    server.sign_in("person@example.org");
    server.stop();
}

/// Makes a file with openssl.
fn openssl(site: &Installation, arguments: &[&str]) {
    let made = Command::new("openssl")
        .args(arguments)
        .current_dir(site.path("."))
        .output();
    let made = made.expect("openssl is needed: apt-get install openssl");
    assert!(made.status.success(), "{made:?}");
}

fn a_key_made_elsewhere_is_imported_and_signs(mut site: Installation) {
    site.set("RONDO_TOKEN_ALGORITHM", "RS256");
    openssl(&site, &["genrsa", "-traditional", "-out", "pkcs1.pem", "2048"]);
    openssl(
        &site,
        &[
            "genpkey",
            "-algorithm",
            "RSA",
            "-pkeyopt",
            "rsa_keygen_bits:3072",
            "-out",
            "pkcs8.pem",
        ],
    );
    let server = site.serve();
    let me = server.person("person@example.org");
    for file in ["pkcs1.pem", "pkcs8.pem"] {
        site.run(&["keys", "import", file]).succeeded();
        site.run(&["keys", "import", file])
            .refuses_with(&[file, "there already"]);
    }
    let imported = listed(&site)[2]["kid"].as_str().expect("a name").to_owned();
    eventually(SOON, "the imported key signs", || {
        (published(&server)[0] == imported).then_some(())
    });
    assert_eq!(
        server
            .me(&server.sign_in("person@example.org").access_token)
            .status,
        200
    );
    assert_eq!(server.me(&me.access_token).status, 200);
    server.stop();

    site.set("RONDO_TOKEN_ALGORITHM", "ES256");
    openssl(
        &site,
        &["ecparam", "-name", "prime256v1", "-genkey", "-out", "sec1.pem"],
    );
    site.run(&["keys", "import", "sec1.pem"]).succeeded();
    let server = site.serve();
    assert_eq!(listed(&site).last().expect("a key")["algorithm"], "ES256");
    let again = server.sign_in("person@example.org");
    assert_eq!(server.me(&again.access_token).status, 200);
    server.stop();
}

fn what_is_no_key_is_refused_in_one_line_and_changes_nothing(mut site: Installation) {
    site.set("RONDO_TOKEN_ALGORITHM", "RS256");
    openssl(&site, &["genrsa", "-out", "small.pem", "1024"]);
    openssl(&site, &["genrsa", "-out", "good.pem", "2048"]);
    openssl(
        &site,
        &["rsa", "-in", "good.pem", "-pubout", "-out", "public.pem"],
    );
    openssl(
        &site,
        &[
            "rsa",
            "-in",
            "good.pem",
            "-aes128",
            "-passout",
            "pass:hunter2",
            "-out",
            "locked.pem",
        ],
    );
    openssl(
        &site,
        &[
            "ecparam",
            "-name",
            "prime256v1",
            "-genkey",
            "-noout",
            "-out",
            "curve.pem",
        ],
    );
    openssl(
        &site,
        &[
            "ecparam",
            "-name",
            "secp384r1",
            "-genkey",
            "-noout",
            "-out",
            "other-curve.pem",
        ],
    );
    let good = std::fs::read_to_string(site.path("good.pem")).expect("a key");
    site.write("twice.pem", &format!("{good}{good}"));
    site.write("cut.pem", &good[..good.len() / 2]);
    site.write("text.pem", "no key at all");
    site.write("empty.pem", "");
    let damaged: String = good
        .lines()
        .enumerate()
        .map(|(n, line)| {
            if n == 5 {
                "A".repeat(line.len()) + "\n"
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    site.write("damaged.pem", &damaged);
    let before = listed(&site);
    for (file, words) in [
        ("missing.pem", "cannot be read"),
        (".", "cannot be read"),
        ("small.pem", "2048"),
        ("public.pem", "PUBLIC KEY"),
        ("locked.pem", "encrypted"),
        ("curve.pem", "RONDO_TOKEN_ALGORITHM=ES256"),
        ("other-curve.pem", "RSA key"),
        ("twice.pem", "2 PEM blocks"),
        ("cut.pem", "PEM"),
        ("text.pem", "PEM"),
        ("empty.pem", "PEM"),
        ("damaged.pem", "RSA key"),
    ] {
        site.run(&["keys", "import", file]).refuses_with(&[file, words]);
    }
    assert_eq!(listed(&site), before);
}

fn the_secret_of_the_data_folder_is_turned_and_nobody_is_signed_out(mut site: Installation) {
    site.unset("SECRET");
    let server = site.serve();
    let me = server.person("person@example.org");
    site.run(&["secret", "forget-previous"]).succeeded();
    let said = site.run(&["secret", "rotate"]).succeeded().to_owned();
    assert!(said.contains("Restart the service"), "{said}");
    site.run(&["secret", "rotate"])
        .refuses_with(&["turned already", "forget-previous"]);
    // Without the old one nobody could open the database now.
    site.run(&["secret", "forget-previous"])
        .refuses_with(&["start the service once"]);
    // The service that runs goes on with the old one.
    assert_eq!(server.me(&me.access_token).status, 200);
    server.stop();

    let server = site.serve();
    assert_eq!(server.me(&me.access_token).status, 200);
    let refresh = json!({ "refresh_token": me.refresh_token });
    server.post("/api/v2/sessions/refresh", &refresh).expect(200);
    server.sign_in("person@example.org");
    server.stop();
    site.run(&["secret", "forget-previous"]).succeeded();
    let server = site.serve();
    // What was signed before the turn counts even now: the key was sealed anew.
    assert_eq!(server.me(&me.access_token).status, 200);
    server.sign_in("person@example.org");
    server.stop();
}

fn a_given_secret_is_not_changed_and_a_new_one_is_printed(mut site: Installation) {
    site.set("SECRET", SECRET);
    let ended = site.run(&["secret", "rotate"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let printed = &ended.stdout;
    assert!(
        printed.trim().len() >= 64 && printed.lines().count() == 1,
        "the secret alone"
    );
    assert!(
        ended.stderr.contains("SECRET_PREVIOUS") && !ended.stderr.contains(SECRET),
        "{}",
        ended.stderr
    );
    assert_ne!(site.run(&["secret", "rotate"]).stdout, *printed);
    site.run(&["secret", "forget-previous"])
        .refuses_with(&["SECRET_PREVIOUS"]);
    // What was printed is good enough for production.
    site.set("SECRET", printed.trim());
    site.serve().stop();
}

fn a_key_outlives_the_secret_that_it_was_sealed_with(mut site: Installation) {
    site.set("SECRET", SECRET);
    let server = site.serve();
    let me = server.person("person@example.org");
    server.stop();
    site.set("SECRET", OTHER_SECRET);
    site.set("SECRET_PREVIOUS", SECRET);
    site.serve().stop();
    site.unset("SECRET_PREVIOUS");
    let server = site.serve();
    assert_eq!(server.me(&me.access_token).status, 200);
    assert_eq!(published(&server).len(), 1, "no other key was needed");
    server.stop();
}
