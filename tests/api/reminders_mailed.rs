//! How reminders and digests go out as mails: over a real SMTP server, once each, whoever of several instances
//! sends; and what comes of mails that the server does not take.

use std::time::{Duration, Instant};

use rondo::model::Timestamp;
use rondo::service::audit::By;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::common::smtp::{SENDER, SmtpServer, Taken};
use crate::support::{on_each_keeper, text};

on_each_keeper! {
    a_reminder_goes_out_as_one_mail,
    of_two_instances_each_reminder_is_mailed_once,
    what_was_done_since_is_not_mailed,
    what_the_server_does_not_take_now_is_tried_again,
    what_the_server_never_takes_is_given_up,
    a_server_that_refuses_the_sender_loses_no_mail,
    after_a_day_a_mail_is_given_up,
    without_a_server_mail_is_written_to_the_outbox,
    a_digest_goes_out_once_a_day_and_tells_what_is_due,
    nothing_waits_for_an_account_that_is_gone,
}

const TODOS: &str = "/api/v2/todos";
const MINUTE: i64 = 60_000;

/// The same database behind a service that mails by this server.
async fn with_server(app: TestApp, server: &SmtpServer) -> TestApp {
    let url = server.url();
    TestApp::restart(app.stop().await, &[("RONDO_SMTP_URL", &url), FROM, LONG]).await
}

/// The clock is moved by more than tokens live.
const LONG: (&str, &str) = ("RONDO_ACCESS_TOKEN_SECONDS", "86400");

const FROM: (&str, &str) = ("RONDO_MAIL_FROM", "Rondo <todo@example.org>");

/// An account that is signed in and was made by the operator: it is sent nothing but what is due.
async fn person(app: &TestApp, email: &str) -> Person {
    let new = rondo::service::accounts::NewUser {
        name: String::new(),
        email: email.parse().expect("an address"),
        password: PASSWORD.into(),
        role: rondo::model::Role::User,
    };
    let created = app
        .services
        .accounts
        .create(By::operator(), new, "/password")
        .await;
    created.expect("an account");
    app.person_again(email).await
}

/// A to-do whose reminder is an hour from now.
async fn reminding(app: &TestApp, person: &Person, title: &str) -> (serde_json::Value, Timestamp) {
    let at = app.services.source.now().plus_seconds(3600);
    let body = json!({ "title": title, "reminder": at, "notes": "a private note" });
    (app.by(person).post(TODOS, body).await.expect(201), at)
}

/// Hands out and sends until so many mails were taken; the service's own jobs do the same beside it.
async fn until_taken(app: &TestApp, server: &SmtpServer, count: usize) -> Vec<Taken> {
    let begun = Instant::now();
    loop {
        app.services.reminders.run_once().await.unwrap();
        app.services.post.send_once().await.unwrap();
        let taken = server.taken();
        if taken.len() >= count {
            return taken;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{} were taken",
            taken.len()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Hands out and sends until the server has met this client so often, or its jobs.
async fn until_refused(app: &TestApp, server: &SmtpServer) {
    let begun = Instant::now();
    while server.refusals_left() > 0 {
        app.services.reminders.run_once().await.unwrap();
        app.services.post.send_once().await.unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "nobody asks the server"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Whether any mail of the store is still to be sent, however late.
async fn waits(app: &TestApp) -> bool {
    let store = &app.services.store;
    let (holder, far) = (
        app.services.source.new_id(),
        app.services.source.now().plus_seconds(10_000_000),
    );
    let begun = Instant::now();
    loop {
        match store.take_mail(holder, far, far).await.unwrap() {
            None => return false,
            // One that was in a job's hands: whether it is done is for the next look to say.
            Some(_) if begun.elapsed() > Duration::from_secs(5) => return true,
            Some(mail) => {
                store
                    .put_off_mail(mail.id, holder, app.services.source.now())
                    .await
                    .unwrap();
                app.services.post.send_once().await.unwrap();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn a_reminder_goes_out_as_one_mail(app: TestApp) {
    let server = SmtpServer::start();
    let app = with_server(app, &server).await;
    let person = person(&app, "Person@bücher.example").await;
    let (todo, at) = reminding(&app, &person, "Äpfel kaufen 🍎").await;
    app.services.reminders.run_once().await.unwrap();
    app.services.post.send_once().await.unwrap();
    assert_eq!(server.taken(), [], "its time has not come");
    app.clock.advance(60 * MINUTE);
    let taken = until_taken(&app, &server, 1).await;
    let mail = &taken[0];
    assert_eq!(mail.from, "todo@example.org");
    assert_eq!(mail.to, ["Person@xn--bcher-kva.example"]);
    assert_eq!(mail.header("From"), "Rondo <todo@example.org>");
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(
        mail.header("Message-ID").ends_with("@example.org>"),
        "{}",
        mail.text
    );
    assert!(
        mail.header("Subject").starts_with("Reminder: =?utf-8?b?"),
        "{}",
        mail.text
    );
    assert!(
        mail.text.is_ascii() && !mail.text.contains("private"),
        "{}",
        mail.text
    );
    let told = app
        .by(&person)
        .get(&format!("{TODOS}/{}", text(&todo["id"])))
        .await
        .ok();
    assert_eq!(told["reminded_at"], at.to_string());
    // Neither a further run nor another day brings a second one.
    app.clock.advance(24 * 60 * MINUTE);
    app.services.reminders.run_once().await.unwrap();
    app.services.post.send_once().await.unwrap();
    assert_eq!(server.taken().len(), 1);
}

async fn of_two_instances_each_reminder_is_mailed_once(app: TestApp) {
    const MANY: usize = 25;
    let server = SmtpServer::start();
    let app = with_server(app, &server).await;
    let person = person(&app, "person@example.org").await;
    for number in 0..MANY {
        reminding(&app, &person, &format!("To-do {number}")).await;
    }
    app.clock.advance(61 * MINUTE);
    // Another process on the same database, and the jobs of the first, hand out at the same time.
    let other = app.services_beside().await;
    let (here, there) = tokio::join!(app.services.reminders.run_once(), other.reminders.run_once());
    assert!(here.unwrap() + there.unwrap() <= MANY);
    let (here, there) = (&app.services.post, &app.services.post);
    let (here, there) = tokio::join!(here.send_once(), there.send_once());
    here.unwrap();
    there.unwrap();
    let taken = until_taken(&app, &server, MANY).await;
    let mut ids: Vec<_> = taken
        .iter()
        .map(|mail| mail.header("Message-ID").to_owned())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!((taken.len(), ids.len()), (MANY, MANY), "each once");
    let mut subjects: Vec<_> = taken
        .iter()
        .map(|mail| mail.header("Subject").to_owned())
        .collect();
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), MANY);
    assert_eq!(server.taken().len(), MANY);
    other.close().await;
}

async fn what_was_done_since_is_not_mailed(app: TestApp) {
    let server = SmtpServer::start();
    let app = with_server(app, &server).await;
    let person = person(&app, "person@example.org").await;
    // The server is away when the reminder is handed out, so that its mail waits.
    server.refuse(&["451 later", "451 later"]);
    let (done, _) = reminding(&app, &person, "Done").await;
    let (deleted, _) = reminding(&app, &person, "Deleted").await;
    app.clock.advance(60 * MINUTE);
    until_refused(&app, &server).await;
    let path = |todo: &serde_json::Value| format!("{TODOS}/{}", text(&todo["id"]));
    app.by(&person)
        .patch(&path(&done), json!({ "done": true }))
        .await
        .ok();
    app.by(&person).delete(&path(&deleted)).await.expect_empty(204);
    app.clock.advance(5 * MINUTE);
    app.services.post.send_once().await.unwrap();
    assert!(!waits(&app).await);
    assert_eq!(server.taken(), []);
}

async fn what_the_server_does_not_take_now_is_tried_again(app: TestApp) {
    let server = SmtpServer::start();
    let app = with_server(app, &server).await;
    let person = person(&app, "person@example.org").await;
    server.refuse(&["451 4.7.1 greylisted", "451 4.7.1 greylisted"]);
    reminding(&app, &person, "Pay").await;
    app.clock.advance(60 * MINUTE);
    let begun = Instant::now();
    while server.refusals_left() == 2 {
        app.services.reminders.run_once().await.unwrap();
        app.services.post.send_once().await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(30));
    }
    app.services.post.send_once().await.unwrap();
    assert_eq!(server.refusals_left(), 1, "it is left alone for a minute");
    app.clock.advance(MINUTE);
    until_refused(&app, &server).await;
    app.clock.advance(MINUTE);
    app.services.post.send_once().await.unwrap();
    assert_eq!(server.taken(), [], "and then for two");
    app.clock.advance(MINUTE);
    let taken = until_taken(&app, &server, 1).await;
    assert_eq!(taken[0].header("Subject"), "Reminder: Pay");
}

async fn what_the_server_never_takes_is_given_up(app: TestApp) {
    let server = SmtpServer::start();
    let app = with_server(app, &server).await;
    let (nobody, person) = (
        person(&app, "nobody@example.org").await,
        person(&app, "person@example.org").await,
    );
    server.refuse(&["550 5.1.1 <nobody@example.org>: no such user"]);
    reminding(&app, &nobody, "Lost").await;
    app.clock.advance(60 * MINUTE);
    until_refused(&app, &server).await;
    // It holds up nobody else's.
    reminding(&app, &person, "Pay").await;
    app.clock.advance(60 * MINUTE);
    let taken = until_taken(&app, &server, 1).await;
    assert_eq!(taken[0].to, ["person@example.org"]);
    assert_eq!(server.taken().len(), 1);
}

async fn a_server_that_refuses_the_sender_loses_no_mail(app: TestApp) {
    let server = SmtpServer::start_with_sign_in();
    let app = with_server(app, &server).await;
    let person = person(&app, "person@example.org").await;
    reminding(&app, &person, "Pay").await;
    app.clock.advance(60 * MINUTE);
    app.services.reminders.run_once().await.unwrap();
    app.services.post.send_once().await.unwrap();
    let (user, password) = SENDER;
    for (password, is_right) in [("a wrong one", false), (password, true)] {
        let url = format!("smtp://{user}@127.0.0.1:{}?tls=none", server.port);
        let settings = [
            ("RONDO_SMTP_URL", url.as_str()),
            ("RONDO_SMTP_PASSWORD", password),
            FROM,
        ];
        let database = app.database.clone();
        if is_right {
            app.stop().await;
            let app = TestApp::restart(database, &settings).await;
            app.clock.advance(120 * MINUTE);
            assert_eq!(until_taken(&app, &server, 1).await[0].from, "todo@example.org");
            return;
        }
        let config = crate::common::app::test_config(&database, &settings);
        let refused = rondo::service::mail::Mailer::new(&config)
            .probe()
            .await
            .unwrap_err();
        assert!(
            refused.contains("535") && refused.contains("smtp_password"),
            "{refused}"
        );
        assert!(
            !refused.contains(password) && !refused.contains("go away"),
            "{refused}"
        );
    }
}

/// A service whose one mail, of this person's, was refused once and waits.
async fn refused_once(app: TestApp, server: &SmtpServer) -> (TestApp, Person) {
    let app = with_server(app, server).await;
    let person = person(&app, "person@example.org").await;
    server.refuse(&["451 later"]);
    reminding(&app, &person, "Pay").await;
    app.clock.advance(60 * MINUTE);
    until_refused(&app, server).await;
    (app, person)
}

async fn after_a_day_a_mail_is_given_up(app: TestApp) {
    let server = SmtpServer::start();
    let (app, _) = refused_once(app, &server).await;
    server.refuse(&["451 later"]);
    app.clock.advance(24 * 60 * MINUTE);
    until_refused(&app, &server).await;
    assert!(!waits(&app).await);
    assert_eq!(server.taken(), []);
}

async fn without_a_server_mail_is_written_to_the_outbox(app: TestApp) {
    let person = person(&app, "person@example.org").await;
    reminding(&app, &person, "Pay").await;
    app.clock.advance(60 * MINUTE);
    let outbox = app.database.data_dir.join("outbox");
    let begun = Instant::now();
    let mails = loop {
        app.services.reminders.run_once().await.unwrap();
        app.services.post.send_once().await.unwrap();
        let names = std::fs::read_dir(&outbox).into_iter().flatten().flatten();
        let mails: Vec<_> = names
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
            .collect();
        if !mails.is_empty() {
            break mails;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no mail is written");
    };
    let [mail] = &mails[..] else { panic!("{mails:?}") };
    let text = std::fs::read_to_string(mail).unwrap();
    for line in [
        "To: person@example.org\r\n",
        "Subject: Reminder: Pay\r\n",
        "From: Rondo <rondo@localhost>\r\n",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

async fn a_digest_goes_out_once_a_day_and_tells_what_is_due(app: TestApp) {
    let server = SmtpServer::start();
    let app = with_server(app, &server).await;
    let (person, idle) = (
        person(&app, "person@example.org").await,
        person(&app, "idle@example.org").await,
    );
    let now = app.services.source.now();
    for person in [&person, &idle] {
        app.by(person)
            .patch("/api/v2/users/me", json!({ "digest": "07:30" }))
            .await
            .ok();
    }
    let next = app
        .services
        .store
        .user(person.id.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .digest_at
        .unwrap();
    let day = |offset: i64| next.plus_seconds(86_400 * offset).to_string()[..10].to_owned();
    for (title, due) in [("Late", day(-3)), ("Now", day(0)), ("Tomorrow", day(1))] {
        app.by(&person)
            .post(TODOS, json!({ "title": title, "due": due }))
            .await
            .expect(201);
    }
    app.clock.advance(next.millis() - now.millis());
    let taken = until_taken(&app, &server, 1).await;
    assert_eq!(taken[0].to, ["person@example.org"]);
    assert!(
        taken[0].header("Subject").ends_with(": 1 due today, 1 overdue"),
        "{}",
        taken[0].text
    );
    for (title, is_told) in [("- Late (", true), ("- Now (", true), ("Tomorrow", false)] {
        assert_eq!(taken[0].text.contains(title), is_told, "{}", taken[0].text);
    }
    let person = app.person_again("person@example.org").await;
    // Another time later on the same day brings no second one.
    let later = json!({ "digest": "23:30" });
    app.by(&person).patch("/api/v2/users/me", later).await.ok();
    app.clock.advance(16 * 60 * MINUTE);
    app.services.reminders.run_once().await.unwrap();
    assert!(!waits(&app).await);
    assert_eq!(server.taken().len(), 1);
    // The next day has one of its own.
    app.clock.advance(24 * 60 * MINUTE);
    let taken = until_taken(&app, &server, 2).await;
    assert!(taken[1].text.contains("- Tomorrow ("), "{}", taken[1].text);
    assert_ne!(taken[0].header("Message-ID"), taken[1].header("Message-ID"));
}

async fn nothing_waits_for_an_account_that_is_gone(app: TestApp) {
    let server = SmtpServer::start();
    let (app, person) = refused_once(app, &server).await;
    app.services
        .accounts
        .erase(By::operator(), person.id.parse().unwrap())
        .await
        .unwrap();
    assert!(!waits(&app).await);
    assert_eq!(server.taken(), []);
}
