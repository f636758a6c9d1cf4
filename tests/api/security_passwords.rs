//! Passwords, as somebody meets them who signs in, or who guesses.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use reqwest::Method;
use rondo::clock::System;
use rondo::config::{Flags, Layers};
use rondo::secret::{Purpose, Secrets};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::common::TestApp;
use crate::common::app::{PASSWORD, test_config};
use crate::security_support::{db_set_hash, db_user};
use crate::support::{Answer, ask, on_each_keeper, pointers};

on_each_keeper!(
    passwords_that_differ_only_after_byte_72_are_different,
    a_right_sign_in_upgrades_an_old_hash_and_a_wrong_one_does_not,
    argon2id_takes_the_place_of_bcrypt_at_the_next_sign_in with [("RONDO_PASSWORD_HASH", "argon2id")],
    a_malformed_stored_hash_is_a_failed_sign_in,
    new_passwords_have_eight_characters_and_are_not_common,
    a_password_of_many_guessable_pieces_is_answered_like_any_other,
    a_storm_of_sign_ins_is_cut_and_others_are_served_meanwhile
        with [("RONDO_HASH_THREADS", "1"), ("RONDO_BCRYPT_COST", "11")],
    nobody_learns_whether_an_account_exists,
);

const EMAIL: &str = "person@example.org";

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    let body = json!({ "email": email, "password": password });
    app.anybody().post("/api/v2/sessions", body).await
}

/// SECURITY 1
async fn passwords_that_differ_only_after_byte_72_are_different(app: TestApp) {
    let long: String = "correct horse ".chars().cycle().take(72).collect();
    let crabs = "🦀".repeat(64);
    let longest: String = "battery staple ".chars().cycle().take(1000).collect();
    let accounts = [
        (
            "long@example.org",
            format!("{long}a"),
            vec![format!("{long}b"), long.clone()],
        ),
        (
            "crabs@example.org",
            crabs.clone(),
            vec!["🦀".repeat(63), format!("{}🦞", "🦀".repeat(63))],
        ),
        (
            "longest@example.org",
            longest.clone(),
            vec![format!("{}x", &longest[..999])],
        ),
    ];
    for (email, right, wrong) in accounts {
        let body = json!({ "email": email, "password": right });
        app.anybody().post("/api/v2/users", body).await.expect(201);
        for wrong in wrong {
            sign_in(&app, email, &wrong).await.problem(401, "credentials");
        }
        sign_in(&app, email, &right).await.expect(201);
    }
}

/// A hash as the service makes them, with a cost that it would not take today.
fn peppered(app: &TestApp, password: &str, cost: u32) -> String {
    let config = test_config(&app.database, &[]);
    let secrets = Secrets::load(&config, true, &System::default()).expect("the secret was made");
    let pepper = hmac::Key::new(
        hmac::HMAC_SHA384,
        &secrets.current.derive(Purpose::PasswordPepper),
    );
    let input = STANDARD_NO_PAD.encode(hmac::sign(&pepper, password.as_bytes()));
    let hash = bcrypt::hash_with_salt(input, cost, [3; 16]).expect("a hash");
    format!("v1:{}", hash.format_for_version(bcrypt::Version::TwoB))
}

fn plain(password: &str, version: bcrypt::Version) -> String {
    let hash = bcrypt::hash_with_salt(password, 4, [5; 16]).expect("a hash");
    hash.format_for_version(version)
}

/// SECURITY 2
async fn a_right_sign_in_upgrades_an_old_hash_and_a_wrong_one_does_not(app: TestApp) {
    app.register(EMAIL).await;
    let made = db_user(&app, EMAIL).await.password.expect("a hash");
    assert!(made.starts_with("v1:$2b$10$"), "{made}");
    for old in [
        plain(PASSWORD, bcrypt::Version::TwoB),
        plain(PASSWORD, bcrypt::Version::TwoA),
        plain(PASSWORD, bcrypt::Version::TwoY),
        peppered(&app, PASSWORD, 4),
    ] {
        db_set_hash(&app, EMAIL, &old).await;
        let before = db_user(&app, EMAIL).await;
        for wrong in ["correct horse batterz", "x"] {
            sign_in(&app, EMAIL, wrong).await.problem(401, "credentials");
        }
        assert_eq!(db_user(&app, EMAIL).await, before);
        sign_in(&app, EMAIL, PASSWORD).await.expect(201);
        let new = db_user(&app, EMAIL).await.password.expect("a hash");
        assert!(new != old && new.starts_with("v1:$2b$10$"), "{new}");
        sign_in(&app, EMAIL, PASSWORD).await.expect(201);
        assert_eq!(db_user(&app, EMAIL).await.password, Some(new), "upgraded once");
    }
    let cheap = Layers::of_variables(&[("RONDO_BCRYPT_COST", "9")]);
    assert!(cheap.config(&Flags::default()).is_err());
}

/// SECURITY 2
async fn argon2id_takes_the_place_of_bcrypt_at_the_next_sign_in(app: TestApp) {
    app.register(EMAIL).await;
    let argon2id = "v1:$argon2id$v=19$m=19456,t=2,p=1$";
    assert!(
        db_user(&app, EMAIL)
            .await
            .password
            .is_some_and(|hash| hash.starts_with(argon2id))
    );
    for old in [
        plain(PASSWORD, bcrypt::Version::TwoB),
        peppered(&app, PASSWORD, 10),
    ] {
        db_set_hash(&app, EMAIL, &old).await;
        sign_in(&app, EMAIL, "wrong").await.problem(401, "credentials");
        assert_eq!(db_user(&app, EMAIL).await.password, Some(old));
        sign_in(&app, EMAIL, PASSWORD).await.expect(201);
        let new = db_user(&app, EMAIL).await.password.expect("a hash");
        assert!(new.starts_with(argon2id), "{new}");
        sign_in(&app, EMAIL, PASSWORD).await.expect(201);
    }
}

/// SECURITY 3
async fn a_malformed_stored_hash_is_a_failed_sign_in(app: TestApp) {
    let person = app.person(EMAIL).await;
    let whole = db_user(&app, EMAIL).await.password.expect("a hash");
    for hash in [
        "",
        "v1:",
        "v2:something",
        "plain text",
        "$2b$",
        "$2b$99$abcdefghijklmnopqrstuv",
        "v1:$2b$10$é",
        "v1:$argon2id$v=19$",
        "v1:$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
        &whole[..whole.len() - 1],
    ] {
        db_set_hash(&app, EMAIL, hash).await;
        sign_in(&app, EMAIL, PASSWORD).await.problem(401, "credentials");
        let body = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
        let changed = app.by(&person).post("/api/v2/users/me/password", body).await;
        changed.problem(401, "credentials");
    }
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let failed = app.anybody().post("/auth", body).await;
    failed.failure(401, "invalid username or password");
}

/// SECURITY 3
async fn new_passwords_have_eight_characters_and_are_not_common(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let person = app.person(EMAIL).await;
    let new = |password: &str| json!({ "email": "new@example.org", "password": password });
    let change = |password: &str| json!({ "current_password": PASSWORD, "new_password": password });
    let v1_change = |password: &str| {
        json!({ "query": { "id": person.id }, "payload":
            { "password": password, "current_password": PASSWORD } })
    };
    let common = [
        "password",
        "12345678",
        "123456789",
        "1234567890",
        "qwertyuiop",
        "iloveyou",
        "sunshine",
        "princess",
        "football",
        "baseball",
        "trustno1",
        "superman",
        "starwars",
        "whatever",
        "password1",
        "Password1",
        "11111111",
        "abcd1234",
        "1q2w3e4r",
        "computer",
        "internet",
        "michelle",
        "jennifer",
        "mustang1",
        "corvette",
        "passw0rd",
        "P@ssw0rd",
        "zxcvbnm1",
        "asdfghjk",
        "qwerty123",
        "aaaaaaaa",
        "        ",
    ];
    // The person's own name and address are as common to whoever guesses at this person.
    for password in common.into_iter().chain(["new@example.org"]) {
        let refused = app.anybody().post("/api/v2/users", new(password)).await;
        let refused = refused.problem(422, "schema");
        assert_eq!(pointers(&refused), ["/password"], "{password}");
        let is_repeated = password != "password" && refused.to_string().contains(password);
        assert!(!is_repeated, "{refused}");
    }
    let v1 = |path: &'static str, body: Value| {
        let app = &app;
        let method = if path == "/user" {
            Method::PATCH
        } else {
            Method::POST
        };
        async move { app.anybody().send(method, path, &body).await }
    };
    for refused in ["1234567", "🦀🦀🦀🦀🦀🦀🦀", "", "password"] {
        v1("/register", new(refused)).await.expect(400);
        let signed = app.by(&admin);
        signed.post("/user", new(refused)).await.expect(400);
        let signed = app.by(&person);
        signed.patch("/user", v1_change(refused)).await.expect(400);
        let path = "/api/v2/users/me/password";
        signed.post(path, change(refused)).await.problem(422, "schema");
    }
    sign_in(&app, EMAIL, PASSWORD).await.expect(201);
    // No composition is asked for: letters alone, digits alone, blanks within.
    for (number, fine) in ["zmvkqtpw", "73919264", "hm zq vx", "🦀🦞🐙🦑🦐🐠🐡🐬"]
        .into_iter()
        .enumerate()
    {
        let body = json!({ "email": format!("fine{number}@example.org"), "password": fine });
        app.anybody().post("/api/v2/users", body).await.expect(201);
    }
    assert_eq!(sign_in(&app, "new@example.org", "password").await.status, 401);
}

/// SECURITY 3 and 33. The estimate multiplies what its pieces cost: at many pieces beyond any number.
async fn a_password_of_many_guessable_pieces_is_answered_like_any_other(app: TestApp) {
    let pieces = ["0123", "11/11/11", "4@8({[<", "the1", "qaz2wsx", "aA", "7/7"];
    for (number, piece) in pieces.into_iter().enumerate() {
        for length in [40, 63, 64, 200] {
            let password: String = piece.chars().cycle().take(length).collect();
            let email = format!("pieces{number}-{length}@example.org");
            let body = json!({ "email": email, "password": password });
            let answer = app.anybody().post("/api/v2/users", body).await;
            assert!(
                matches!(answer.status, 201 | 422),
                "{password}: {}",
                answer.text()
            );
        }
    }
}

/// SECURITY 4
async fn a_storm_of_sign_ins_is_cut_and_others_are_served_meanwhile(app: TestApp) {
    const AT_ONCE: usize = 64;
    let person = app.person(EMAIL).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let mut storm = JoinSet::new();
    for _ in 0..AT_ONCE {
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let (request, answered) = (app.post("/api/v2/sessions", &body), Arc::clone(&answered));
        storm.spawn(async move {
            let answer = ask(request).await;
            answered.fetch_add(1, Ordering::SeqCst);
            answer
        });
    }
    let mut answers = Vec::new();
    // The first refusal says that the queue is full: the others' turn comes in the middle of the storm.
    while let Some(answer) = storm.join_next().await {
        let is_refusal = matches!(answer.as_ref().map(|answer| answer.status), Ok(429 | 503));
        answers.push(answer.expect("no panic"));
        if is_refusal {
            break;
        }
    }
    app.anybody().get("/healthz").await.ok();
    app.by(&person).get("/api/v2/users/me").await.ok();
    app.by(&person).get("/api/v2/todos").await.ok();
    let before = answered.load(Ordering::SeqCst);
    assert!(before < AT_ONCE, "the others waited for the last sign-in");
    while let Some(answer) = storm.join_next().await {
        answers.push(answer.expect("no panic"));
    }
    let (signed_in, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert!(!signed_in.is_empty() && !refused.is_empty());
    for refusal in refused {
        // This looks at Retry-After too.
        match refusal.status {
            429 => refusal.problem(429, "rate-limited"),
            _ => refusal.problem(503, "unavailable"),
        };
    }
    sign_in(&app, EMAIL, PASSWORD).await.expect(201);
}

/// What may differ between two refusals: what is of one request alone.
fn told(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut headers: Vec<(String, String)> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect();
    headers.sort_unstable();
    let mut body = answer.json();
    if body.get("request_id").is_some() {
        body["request_id"] = Value::Null;
    }
    (answer.status, headers, body)
}

/// SECURITY 5
async fn nobody_learns_whether_an_account_exists(app: TestApp) {
    app.register(EMAIL).await;
    app.register("disabled@example.org").await;
    let disabled = db_user(&app, "disabled@example.org").await;
    let patch = rondo::service::accounts::UserPatch {
        disabled: Some(true),
        ..Default::default()
    };
    let applied = app
        .services
        .accounts
        .apply(
            rondo::service::audit::By::operator(),
            disabled.id,
            patch,
            None,
            "",
        )
        .await;
    applied.expect("the account is disabled");
    let long = "ä".repeat(100);
    for path in ["/api/v2/sessions", "/auth"] {
        for wrong in ["x", "correct horse batterz", &long] {
            let look = async |email: &str, password: &str| {
                let before = app.services.accounts.hashings();
                let body = json!({ "email": email, "password": password });
                let answer = app.anybody().post(path, body).await;
                (told(&answer), app.services.accounts.hashings() - before)
            };
            let known = look(EMAIL, wrong).await;
            assert_eq!((known.0.0, known.1), (401, 1));
            for unknown in ["nobody@example.org", "no address", "disabled@example.org"] {
                assert_eq!(look(unknown, wrong).await, known, "{path} {unknown}");
            }
            assert_eq!(look("disabled@example.org", PASSWORD).await, known, "{path}");
        }
    }
}
