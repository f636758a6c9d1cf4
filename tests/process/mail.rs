//! Mail that the real binary sends, or does not: by a server, into the outbox, and where there is neither.

use std::time::Duration;

use rondo::clock::{Source as _, System};
use serde_json::json;

use crate::common::smtp::{SENDER, SmtpServer};
use crate::http::Request;
use crate::installation::Installation;
use crate::server::{Server, eventually};

/// A reminder comes within a few seconds of its moment; slack is for a machine that has much else to do.
const LIMIT: Duration = Duration::from_secs(60);

on_each_keeper! {
    a_reminder_is_mailed_and_no_log_tells_of_whom_or_what,
    a_new_password_is_set_by_mail_and_no_log_tells_of_the_link,
    in_development_a_reminder_is_written_to_the_outbox,
}

/// Makes an account with a to-do that is to be reminded of in a moment.
fn remind(server: &Server, title: &str) -> (String, String) {
    let person = server.person("person@example.org");
    let at = System::default().now().plus_seconds(2);
    let request = Request::post("/api/v2/todos", &json!({ "title": title, "reminder": at }));
    let todo = server.ask(&request.token(&person.access_token)).expect(201);
    (
        person.access_token,
        format!("/api/v2/todos/{}", todo["id"].as_str().expect("an id")),
    )
}

fn with_server(site: &mut Installation, server: &SmtpServer) {
    let (user, password) = SENDER;
    site.write("smtp-password", &format!("{password}\n"));
    let file = site.path("smtp-password").display().to_string();
    site.set(
        "RONDO_SMTP_URL",
        &format!("smtp://{user}@127.0.0.1:{}?tls=none", server.port),
    );
    site.set("RONDO_SMTP_PASSWORD_FILE", &file);
    site.set("RONDO_MAIL_FROM", "Rondo <todo@example.org>");
}

fn a_reminder_is_mailed_and_no_log_tells_of_whom_or_what(mut site: Installation) {
    let smtp = SmtpServer::start_with_sign_in();
    with_server(&mut site, &smtp);
    let server = site.serve();
    remind(&server, "Buy milk");
    let mail = eventually(LIMIT, "the mail is taken", || {
        smtp.taken()
            .into_iter()
            .find(|mail| mail.header("Subject").starts_with("Reminder"))
    });
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("todo@example.org", &["person@example.org".to_owned()][..])
    );
    assert_eq!(mail.header("Subject"), "Reminder: Buy milk");
    let log = server.log();
    assert!(log.contains("mail goes out by smtp://127.0.0.1:"), "{log}");
    for word in ["person@", "milk", SENDER.0, SENDER.1] {
        assert!(!log.contains(word), "{word}: {log}");
    }
    server.stop();
    let subjects: Vec<_> = smtp
        .taken()
        .iter()
        .map(|mail| mail.header("Subject").to_owned())
        .collect();
    assert_eq!(subjects, ["Confirm your e-mail address", "Reminder: Buy milk"]);
}

/// The link of the mail with this subject, once it was taken.
fn link_of(smtp: &SmtpServer, subject: &str) -> (String, String) {
    let mail = eventually(LIMIT, "the mail is taken", || {
        smtp.taken()
            .into_iter()
            .find(|mail| mail.header("Subject") == subject)
    });
    let link = mail.text.lines().find(|line| line.starts_with("http"));
    let (page, secret) = link
        .and_then(|link| link.split_once('#'))
        .unwrap_or_else(|| panic!("no link: {}", mail.text));
    let (_, secret) = secret.split_once('=').expect("a secret");
    (page.to_owned(), secret.to_owned())
}

fn a_new_password_is_set_by_mail_and_no_log_tells_of_the_link(mut site: Installation) {
    const NEW: &str = "another horse and battery";
    let smtp = SmtpServer::start_with_sign_in();
    with_server(&mut site, &smtp);
    let server = site.serve();
    let person = server.person("person@example.org");
    let (page, verification) = link_of(&smtp, "Confirm your e-mail address");
    assert!(page.ends_with("/verify-email"), "{page}");
    let asked = server.post(
        "/api/v2/password-resets",
        &json!({ "email": "person@example.org" }),
    );
    assert_eq!(asked.status, 204);
    let (page, reset) = link_of(&smtp, "Set a new password");
    assert!(page.ends_with("/reset-password"), "{page}");
    // The pages that the links lead to are there.
    for page in ["/verify-email", "/reset-password"] {
        let page = server.ask(&Request::get(page).header("Accept", "text/html"));
        assert_eq!(page.status, 200);
    }
    let verified = server.post("/api/v2/email-verifications", &json!({ "token": verification }));
    assert_eq!(verified.status, 204);
    let complete = json!({ "token": reset, "new_password": NEW });
    assert_eq!(
        server.post("/api/v2/password-resets/complete", &complete).status,
        204
    );
    assert_eq!(
        server.post("/api/v2/password-resets/complete", &complete).status,
        422
    );
    server.try_sign_in("person@example.org", NEW).expect(201);
    eventually(LIMIT, "the session before is refused", || {
        (server.me(&person.access_token).status == 401).then_some(())
    });
    let log = server.log();
    for word in [verification.as_str(), &reset, "person@", NEW] {
        assert!(!log.contains(word), "{word}: {log}");
    }
    server.stop();
}

fn in_development_a_reminder_is_written_to_the_outbox(site: Installation) {
    let server = site.serve();
    remind(&server, "Buy milk");
    let outbox = std::path::PathBuf::from(site.variable("RONDO_DATA_DIR")).join("outbox");
    let text = eventually(LIMIT, "a file is in the outbox", || {
        let files = outbox.read_dir().ok()?.flatten().map(|file| file.path());
        let mails = files.filter(|path| path.extension().is_some_and(|extension| extension == "eml"));
        mails
            .map(|mail| std::fs::read_to_string(mail).expect("it can be read"))
            .find(|text| text.contains("Subject: Reminder"))
    });
    assert!(
        text.contains("To: person@example.org\r\n") && text.contains("Subject: Reminder: Buy milk\r\n"),
        "{text}"
    );
    server.stop();
}

#[test]
fn production_without_a_server_says_so_and_hands_reminders_out_all_the_same() {
    let site = Installation::production();
    let server = site.serve();
    let (token, todo) = remind(&server, "Buy milk");
    eventually(LIMIT, "the reminder is handed out", || {
        let todo = server.ask(&Request::get(&todo).token(&token)).expect(200);
        todo["reminded_at"].as_str().map(drop)
    });
    assert!(server.log().contains("no mail is sent"), "{}", server.log());
    // Who wants a mail is told that none comes; but for those who might learn from it who has an account.
    let asked = server.ask(&Request::new("POST", "/api/v2/users/me/verification").token(&token));
    assert!(
        asked.expect(409)["detail"]
            .as_str()
            .is_some_and(|words| words.starts_with("no mail is sent here"))
    );
    for email in ["person@example.org", "nobody@example.org"] {
        let asked = server.post("/api/v2/password-resets", &json!({ "email": email }));
        assert_eq!(asked.status, 204, "{email}");
    }
    server.stop();
    assert!(
        !std::path::PathBuf::from(site.variable("RONDO_DATA_DIR"))
            .join("outbox")
            .exists()
    );
    let doctor = site.run(&["doctor"]);
    assert!(doctor.stdout.contains("no mail is sent"), "{doctor:?}");
}

#[test]
fn the_doctor_greets_the_server_and_tells_what_is_wrong_without_the_password() {
    let smtp = SmtpServer::start_with_sign_in();
    let mut site = Installation::sqlite();
    with_server(&mut site, &smtp);
    let says = |site: &Installation| {
        let doctor = site.run(&["doctor", "--json"]);
        assert!(!doctor.stdout.contains(SENDER.1), "{doctor:?}");
        let report: serde_json::Value = serde_json::from_str(&doctor.stdout).expect("JSON");
        let checks = report["checks"].as_array().expect("a list").clone();
        checks
            .into_iter()
            .find(|check| check["check"] == "mail")
            .expect("a finding")
    };
    let sound = says(&site);
    assert_eq!(sound["state"], "ok", "{sound}");
    for words in ["mail.test answers", "signed in"] {
        assert!(sound["says"].as_str().expect("text").contains(words), "{sound}");
    }
    site.write("smtp-password", "another one\n");
    let refused = says(&site);
    assert_eq!(refused["state"], "warning");
    assert!(
        refused["says"].as_str().expect("text").contains("535"),
        "{refused}"
    );
    // STARTTLS is asked for unless the settings say otherwise, and nothing is said before it.
    site.set(
        "RONDO_SMTP_URL",
        &format!("smtp://{}@127.0.0.1:{}", SENDER.0, smtp.port),
    );
    let open = says(&site);
    assert_eq!(open["state"], "warning");
    assert!(
        open["says"].as_str().expect("text").contains("STARTTLS"),
        "{open}"
    );
    site.set(
        "RONDO_SMTP_URL",
        &format!("smtp://{}@127.0.0.1:1?tls=none", SENDER.0),
    );
    assert_eq!(says(&site)["state"], "warning", "nobody listens there");
    assert_eq!(smtp.taken(), []);
}
