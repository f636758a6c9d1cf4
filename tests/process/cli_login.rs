//! `rondo login`, `logout` and `whoami`: signing this machine in by the device flow, and what is kept of it.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use rustix::process::Signal;

use crate::at_the_command_line::{Desk, SIGN_IN, answer, ended_with};
use crate::first_run::free_port;
use crate::http::Request;
use crate::installation::{Installation, read};

on_each_keeper!(somebody_signs_in_with_a_browser_elsewhere_and_out_again);

/// SECURITY 14
fn somebody_signs_in_with_a_browser_elsewhere_and_out_again(site: Installation) {
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::new(&site, &server, "home");
    let mut login = desk.begin(&["login", "-d", "--server", &desk.address]);
    let code = login.code();
    let shown = login.process.log();
    assert!(shown.contains(&format!("/device?user_code={code}")), "{shown}");
    // What the person is asked on the page.
    let request = Request::get(&format!("/api/v2/device/{code}")).token(&person.access_token);
    let asked = server.ask(&request).expect(200);
    assert_eq!(asked["client"], "rondo-cli");
    let device = asked["device"].as_str().expect("a device");
    assert!(device.starts_with("rondo/"), "{device}");
    answer(&server, &person.access_token, &code, true);
    assert!(login.process.end(SIGN_IN).success(), "{}", login.process.log());

    let entry = desk.entry();
    let secrets = ["access_token", "refresh_token"].map(|name| entry[name].as_str().unwrap().to_owned());
    let told = login.process.log();
    assert!(told.contains("> POST") && told.contains("/oauth/token"), "{told}");
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(desk.credentials()), 0o600);
    assert_eq!(mode(desk.credentials().parent().unwrap().into()), 0o700);

    // The service is remembered.
    let ended = desk.run(&["whoami", "-d"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in [
        "person@example.org",
        "user",
        &desk.address,
        "todo:read todo:write profile",
    ] {
        assert!(ended.stdout.contains(words), "{words}: {ended:?}");
    }
    assert!(
        ended.stderr.contains("> GET") && ended.stderr.contains("< 200"),
        "{ended:?}"
    );
    for text in [&told, &ended.stdout, &ended.stderr] {
        assert!(
            !secrets.iter().any(|secret| text.contains(secret.as_str())),
            "{text}"
        );
    }
    let me = desk.json(&["whoami", "--json"]);
    assert_eq!(me["user"]["email"], "person@example.org");
    assert_eq!(me["server"], desk.address.as_str());
    assert_eq!(desk.run(&["whoami", "-q"]).succeeded(), "");

    let said = desk.run(&["logout"]);
    assert!(said.succeeded().starts_with("signed out of"), "{said:?}");
    assert_eq!(
        server.me(&secrets[0]).status,
        401,
        "the session has ended there, too"
    );
    assert!(
        !secrets
            .iter()
            .any(|secret| read(&desk.credentials()).contains(secret.as_str()))
    );
    let named = ["--server", &desk.address];
    for command in ["logout", "whoami"] {
        let ended = desk.run(&[&[command], &named[..]].concat());
        ended_with(&ended, 3, &["nobody is signed in", &desk.address, "rondo login"]);
    }
    assert_eq!(server.me(&person.access_token).status, 200);
}

/// SECURITY 14
#[test]
fn a_refusal_signs_nobody_in_and_ctrl_c_gives_up() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::new(&site, &server, "home");
    let mut login = desk.begin(&["login", "--server", &desk.address]);
    answer(&server, &person.access_token, &login.code(), false);
    let status = login.process.end(SIGN_IN);
    let said = login.process.log();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(
        said.trim_end()
            .ends_with("rondo: it was refused; nobody is signed in"),
        "{said}"
    );

    let mut login = desk.begin(&["login", "--server", &desk.address]);
    login.code();
    login.process.signal(Signal::INT);
    let status = login.process.end(Duration::from_secs(10));
    let said = login.process.log();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(
        said.contains("nobody was signed in, and nothing was changed"),
        "{said}"
    );
    assert!(!desk.credentials().exists());
}

#[test]
fn signing_in_anew_ends_the_session_of_before() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::signed_in(&site, &server, &person.access_token);
    let before = desk.entry()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.me(&before).status, 200);
    let mut login = desk.begin(&["login", "--scope", "todo:read"]);
    answer(&server, &person.access_token, &login.code(), true);
    assert!(login.process.end(SIGN_IN).success(), "{}", login.process.log());
    assert_eq!(server.me(&before).status, 401);
    assert_eq!(desk.entry()["scope"], "todo:read");
    // It may do what it asked for and no more.
    assert_eq!(desk.run(&["todo", "list"]).succeeded(), "");
    ended_with(&desk.run(&["todo", "add", "Buy milk"]), 1, &["scope"]);
}

#[test]
fn signing_out_needs_no_service() {
    let site = Installation::sqlite();
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::signed_in(&site, &server, &person.access_token);
    server.kill();
    let ended = desk.run(&["whoami"]);
    ended_with(&ended, 5, &[&desk.address, "cannot be reached"]);
    let ended = desk.run(&["logout"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("on this machine"), "{ended:?}");
    assert!(ended.stderr.contains("the session goes on"), "{ended:?}");
    let kept = read(&desk.credentials());
    assert!(!kept.contains("refresh_token"), "{kept}");
}

#[test]
fn credentials_that_others_can_read_or_that_are_broken_are_refused_and_left_alone() {
    let site = Installation::sqlite();
    let port = free_port().to_string();
    let server = format!("http://127.0.0.1:{port}");
    site.write("mine.json", "{\"current\": null, \"servers\": {}}");
    let file = site.path("mine.json");
    let set_mode = |mode| std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    let commands: [&[&str]; 4] = [&["login"], &["logout"], &["whoami"], &["todo", "list"]];
    let run =
        |command: &[&str]| site.run(&[command, &["--config", "mine.json", "--server", &server]].concat());
    set_mode(0o640);
    for command in commands {
        ended_with(&run(command), 1, &["mine.json", "mode 0640", "chmod 600"]);
    }
    set_mode(0o600);
    let broken = "{\"servers\": {\"http://127.0.0.1:4000\": {\"access_token\": \"hunter2\"";
    std::fs::write(&file, broken).unwrap();
    for command in commands {
        let ended = run(command);
        ended_with(&ended, 1, &["mine.json", "is broken", "rondo login"]);
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
        assert_eq!(read(&file), broken);
    }
    // Nobody has signed in, and nothing answers.
    std::fs::write(&file, "{\"servers\": {}}").unwrap();
    for command in &commands[1..] {
        ended_with(&run(command), 3, &["nobody is signed in"]);
    }
    ended_with(&run(&["login"]), 5, &[&server, "cannot be reached"]);
}

#[test]
fn nothing_is_sent_in_the_clear_to_another_machine() {
    let site = Installation::empty();
    let home = site.path("home").display().to_string();
    let run = |arguments: &[&str]| {
        let mut command = site.command(arguments);
        command.env("HOME", &home);
        site.run_command(command, "")
    };
    let ended = run(&["login", "--server", "http://todo.example.org"]);
    ended_with(&ended, 1, &["can be read on its way", "--plain-http"]);
    let issuer = ["--issuer", "http://id.example.org", "--client-id", "rondo"];
    ended_with(
        &run(&[&["login"], &issuer[..]].concat()),
        1,
        &["can be read on its way"],
    );
    for arguments in [
        &["login", "--server", "todo.example.org"][..],
        &["login", "--issuer", "https://id.example.org"],
        &["login", "--client-id", "rondo"],
        &["whoami", "--server", "https://me:hunter2@todo.example.org"],
    ] {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    }
    // Without a home there is nowhere to look.
    ended_with(&site.run(&["whoami"]), 1, &["HOME", "--config"]);
}
