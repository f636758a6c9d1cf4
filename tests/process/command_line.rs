//! What the program says of itself.

use crate::installation::Installation;

#[test]
fn the_version_carries_the_commit_and_its_date() {
    let site = Installation::empty();
    for flag in ["--version", "-V"] {
        let ended = site.run(&[flag]);
        let said = ended.succeeded().trim_end();
        let rest = said.strip_prefix(&format!("rondo {} (", env!("CARGO_PKG_VERSION")));
        let rest = rest.and_then(|rest| rest.strip_suffix(')'));
        let (commit, date) = rest
            .and_then(|rest| rest.split_once(", "))
            .unwrap_or_else(|| panic!("{said}"));
        // A source without its repository (an image's build) is told the two, or says so.
        let is_commit = commit.len() == 12 && commit.bytes().all(|b| b.is_ascii_hexdigit());
        assert!(is_commit || commit == "unknown", "{said}");
        let shape: String = date
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect();
        assert!(shape == "0000-00-00" || date == "unknown", "{said}");
    }
}

#[test]
fn each_command_explains_itself_and_its_flags() {
    let site = Installation::empty();
    let installation = ["--db", "--data-dir", "--config"];
    for (command, words) in [
        (
            &[][..],
            &["serve", "migrate", "user", "healthcheck", "--port", "--version"][..],
        ),
        (&["serve"], &["--host", "--port", "--no-migrate", "--debug"]),
        (&["migrate"], &["--status"]),
        (
            &["user"],
            &[
                "add",
                "list",
                "disable",
                "enable",
                "set-role",
                "set-password",
                "delete",
            ],
        ),
        (
            &["user", "add"],
            &["--email", "--name", "--admin", "--password-stdin"],
        ),
        (&["user", "list"], &[]),
        (&["user", "disable"], &["<WHO>"]),
        (&["user", "enable"], &["<WHO>"]),
        (&["user", "set-role"], &["<WHO>", "<ROLE>"]),
        (&["user", "set-password"], &["<WHO>", "--password-stdin"]),
        (&["user", "delete"], &["<WHO>", "--yes"]),
        (&["healthcheck"], &["--port"]),
    ] {
        let ended = site.run(&[command, &["--help"]].concat());
        let help = ended.succeeded();
        for word in words.iter().chain(&installation) {
            assert!(help.contains(word), "{command:?} does not tell of {word}: {help}");
        }
    }
    assert!(!site.path("data").exists(), "who only asks makes nothing");
}

#[test]
fn where_the_installation_is_may_be_told_before_an_action_or_behind_it() {
    let site = Installation::empty();
    site.serve().stop();
    let made = site.run(&["keys", "list"]);
    site.write("my.toml", "[default]\ndata_dir = 'elsewhere'\n");
    std::fs::rename(site.path("data"), site.path("elsewhere")).unwrap();
    for flags in [
        &["--data-dir", "elsewhere"][..],
        &["--config", "my.toml"],
        &["--data-dir", "elsewhere", "--db", "sqlite:elsewhere/rondo.db"],
    ] {
        for arguments in [
            &[&["keys"], flags, &["list"]].concat(),
            &[&["keys", "list"], flags].concat(),
        ] {
            assert_eq!(site.run(arguments).succeeded(), made.stdout, "{arguments:?}");
        }
    }
    let flags = ["--data-dir", "elsewhere"];
    let email = ["--email", "person@example.org", "--password-stdin"];
    let command = site.command(&[&["user", "add"], &email[..], &flags].concat());
    site.run_command(command, "a password for the person\n")
        .succeeded();
    let listed = site.run(&[&["user", "list"], &flags[..]].concat());
    assert!(listed.succeeded().contains("person@example.org"));
    let named = ["user", "set-role", "person@example.org", "admin"];
    site.run(&[&named, &flags[..]].concat()).succeeded();
    site.run(&[&["secret", "rotate"], &flags[..]].concat())
        .succeeded();
    assert!(site.path("elsewhere/secret.previous").is_file());
    assert!(!site.path("data").exists(), "all of it was done elsewhere");
}

#[test]
fn an_unknown_command_or_flag_says_what_there_is() {
    let site = Installation::empty();
    for (arguments, words) in [
        (&["sevre"][..], "serve"),
        (&["serve", "--prot", "1"], "--port"),
        (&["serve", "--port", "http"], "--port"),
        (&["user", "add"], "--email"),
        (&["user", "set-role", "person@example.org", "king"], "admin"),
    ] {
        let ended = site.run(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
    }
    assert!(!site.path("data").exists());
}
