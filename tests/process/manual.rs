//! What is made of the command line itself: help, manual, completions, and docs/CLI.md.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::installation::Installation;

/// Whether a program can be had.
fn is_there(program: &str) -> bool {
    let script = format!("command -v {program}");
    let found = Command::new("sh")
        .args(["-c", &script])
        .stdout(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

/// Each command with its whole name, `rondo` itself first.
fn commands() -> Vec<(String, clap::Command)> {
    fn collect(name: &str, command: &clap::Command, found: &mut Vec<(String, clap::Command)>) {
        found.push((name.to_owned(), command.clone()));
        for below in command
            .get_subcommands()
            .filter(|below| below.get_name() != "help")
        {
            collect(&format!("{name} {}", below.get_name()), below, found);
        }
    }
    let mut found = Vec::new();
    let mut root = rondo::cli::command();
    root.build();
    collect("rondo", &root, &mut found);
    assert!(found.len() > 10);
    found
}

#[test]
fn every_command_and_every_flag_has_its_help() {
    for (name, command) in commands() {
        assert!(command.get_about().is_some(), "`{name}` has no help");
        for argument in command.get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "{} of `{name}` has no help",
                argument.get_id()
            );
        }
    }
}

/// The reference has a heading for each command, and tells of each flag of it.
#[test]
fn the_reference_names_every_command_and_flag_and_no_others() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CLI.md");
    let text = fs::read_to_string(path).expect("docs/CLI.md can be read");
    let sections: Vec<(&str, &str)> = text
        .split("\n## ")
        .skip(1)
        .filter_map(|section| section.strip_prefix('`'))
        .map(|section| section.split_once('`').expect("the name ends"))
        .collect();
    let mut named: Vec<_> = sections.iter().map(|(name, _)| (*name).to_owned()).collect();
    let commands = commands();
    // What only holds other commands is told by them.
    let mut known: Vec<_> = commands
        .iter()
        .filter(|(name, command)| name != "rondo" && !command.is_subcommand_required_set())
        .map(|(name, _)| name.clone())
        .collect();
    named.sort();
    known.sort();
    assert_eq!(
        named, known,
        "docs/CLI.md has a section `## `rondo …`` for each command"
    );
    // These are told once, for all.
    let of_all = [
        "db",
        "data-dir",
        "config",
        "help",
        "version",
        "server",
        "plain-http",
        "quiet",
        "debug",
    ];
    for flag in of_all {
        assert!(
            text.contains(&format!("`--{flag}")),
            "docs/CLI.md does not tell of --{flag}"
        );
    }
    for (name, section) in sections {
        let (_, command) = commands
            .iter()
            .find(|(known, _)| known == name)
            .expect("it is known");
        for flag in command.get_arguments().filter_map(clap::Arg::get_long) {
            let is_told = of_all.contains(&flag) || section.contains(&format!("--{flag}"));
            assert!(is_told, "docs/CLI.md does not tell of --{flag} of `{name}`");
        }
    }
}

#[test]
fn each_command_has_a_page_in_the_manual_that_roff_takes() {
    let site = Installation::empty();
    site.run(&["man", "--out", "pages/man1"]).succeeded();
    for (name, _) in commands() {
        let path = site.path(&format!("pages/man1/{}.1", name.replace(' ', "-")));
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(page.contains(".TH ") && page.contains(".SH NAME"), "{page}");
        assert!(page.is_ascii(), "old programs take it, too");
        if is_there("groff") {
            let checked = Command::new("groff")
                .args(["-man", "-ww", "-z"])
                .arg(&path)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&checked.stderr).into_owned();
            assert!(checked.status.success() && said.is_empty(), "{name}: {said}");
        }
        let words: Vec<_> = name.split(' ').skip(1).collect();
        let printed = site.run(&[&["man"][..], &words].concat());
        assert_eq!(printed.succeeded(), page);
    }
    let count = fs::read_dir(site.path("pages/man1")).unwrap().count();
    assert_eq!(count, commands().len());
    site.run(&["man", "nonsense"])
        .refuses_with(&["there is no command \"nonsense\"", "rondo help"]);
    site.write("file", "");
    site.run(&["man", "--out", "file"])
        .refuses_with(&["file", "--out"]);
    assert!(!site.path("data").exists());
}

#[test]
fn shells_take_what_completes_the_commands() {
    let site = Installation::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = site.run(&["completions", shell]);
        assert!(script.succeeded().contains("check-config"), "{shell}");
        site.write(shell, script.succeeded());
        // Reading it says nothing, and the shell that is there has no objection.
        if matches!(shell, "zsh" | "fish") && is_there(shell) {
            let checked = site.run_command(site.command_of(shell, &["-n", shell]), "");
            assert_eq!(checked.succeeded(), "", "{shell}");
        }
    }
    // As bash asks it: the words of the line, and at which of them the cursor stands.
    let ask = "set -eu; source ./bash; complete -p rondo > /dev/null
        COMP_WORDS=(rondo do); COMP_CWORD=1; _rondo rondo do rondo; echo \"${COMPREPLY[*]}\"
        COMP_WORDS=(rondo user set-); COMP_CWORD=2; _rondo rondo set- user; echo \"${COMPREPLY[*]}\"
        COMP_WORDS=(rondo doctor --js); COMP_CWORD=2; _rondo rondo --js doctor; echo \"${COMPREPLY[*]}\"";
    let offered = site.run_command(site.command_of("bash", &["--norc", "-c", ask]), "");
    assert_eq!(offered.succeeded(), "doctor\nset-role set-password\n--json\n");
    let unknown = site.run(&["completions", "tcsh"]);
    assert_eq!(unknown.code, Some(2));
    assert!(
        unknown.stderr.contains("bash") && unknown.stderr.contains("fish"),
        "{unknown:?}"
    );
}
