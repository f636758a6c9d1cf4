//! `rondo doctor` on files, folders, limits and settings, each broken on purpose.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::process::Command;

use rustix::process::geteuid;

use crate::common::database::skip;
use crate::disk_full::SmallDisk;
use crate::doctor::{Findings, examine};
use crate::installation::{Installation, OTHER_SECRET, RONDO, SECRET};

fn set_mode(path: &std::path::Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("a mode can be set");
}

#[test]
fn what_others_may_read_is_told_with_the_command_that_mends_it() {
    let mut site = Installation::empty();
    site.serve().stop();
    let findings = examine(&site);
    findings.failed(&[]);
    findings.has_no("previous secret");
    // The old secret stands beside the new one while it is being turned.
    site.run(&["secret", "rotate"]).succeeded();
    for (name, check) in [
        ("data/secret", "secret file"),
        ("data/secret.previous", "previous secret"),
        ("data/rondo.db", "database file"),
    ] {
        let path = site.path(name);
        set_mode(&path, 0o644);
        let findings = examine(&site);
        findings.failed(&[check]);
        findings.is(check, "failed", &["every user", "0644", "chmod 600 data/"]);
        set_mode(&path, 0o640);
        let findings = examine(&site);
        findings.failed(&[]);
        findings.is(check, "warning", &["its group", "0640", "chmod 600 data/"]);
        // The cure works.
        let cure = findings.check(check)["cure"].as_str().unwrap().to_owned();
        let mended = site.command_of("sh", &["-c", &cure]).status().unwrap();
        assert!(mended.success(), "{cure}");
        examine(&site).is(check, "ok", &["0600"]);
    }
    set_mode(&site.path("data"), 0o755);
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is("data folder", "warning", &["0755", "chmod 700 data"]);
    set_mode(&site.path("data"), 0o700);

    // And those that settings name.
    site.write("mine", SECRET);
    site.write("place", "sqlite:elsewhere/rondo.db");
    set_mode(&site.path("mine"), 0o604);
    set_mode(&site.path("place"), 0o600);
    site.set("SECRET_FILE", "mine");
    site.write("old", OTHER_SECRET);
    set_mode(&site.path("old"), 0o644);
    site.set("SECRET_PREVIOUS_FILE", "old");
    site.set("DB_FILE", "place");
    let findings = examine(&site);
    findings.failed(&["previous secret", "secret file"]);
    findings.is("secret file", "failed", &["mine", "0604", "chmod 600 mine"]);
    findings.is("previous secret", "failed", &["old", "0644", "chmod 600 old"]);
    findings.is("address file", "ok", &["place"]);
}

#[test]
fn a_file_of_somebody_else_is_told() {
    let site = Installation::empty();
    if !geteuid().is_root() {
        skip("a file is given to another user (that takes root)");
        return;
    }
    site.serve().stop();
    chown(site.path("data/secret"), Some(12_345), None).unwrap();
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is(
        "secret file",
        "warning",
        &["belongs to the user 12345", "runs as the user 0"],
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_to_fails() {
    let mut site = Installation::empty();
    site.set("SECRET", SECRET);
    site.set("DB", "sqlite:elsewhere/rondo.db");
    // Modes do not stop root, a read-only file system does.
    let _disk = if geteuid().is_root() {
        let Some(disk) = SmallDisk::mount(site.path("data"), "4m") else {
            return;
        };
        let remounted = Command::new("mount")
            .args(["-o", "remount,ro"])
            .arg(&disk.0)
            .status();
        assert!(remounted.unwrap().success());
        Some(disk)
    } else {
        fs::create_dir(site.path("data")).unwrap();
        set_mode(&site.path("data"), 0o500);
        None
    };
    let findings = examine(&site);
    findings.failed(&["data folder"]);
    findings.is(
        "data folder",
        "failed",
        &["data cannot be written to", "--data-dir"],
    );
}

#[test]
fn a_file_in_the_place_of_the_data_folder_fails() {
    let site = Installation::empty();
    site.write("data", "no folder");
    let findings = examine(&site);
    findings.is("data folder", "failed", &["is no folder", "--data-dir"]);
}

#[test]
fn few_open_files_are_a_warning() {
    let site = Installation::empty();
    let script = format!("ulimit -n 200; exec {RONDO} doctor --json");
    let findings = Findings::of(site.run_command(site.command_of("sh", &["-c", &script]), ""));
    findings.failed(&[]);
    findings.is("open files", "warning", &["at most 200", "ulimit -n 1024"]);
}

#[test]
fn a_production_without_tls_or_without_its_proxy_is_a_warning() {
    let mut site = Installation::production();
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is("public address", "ok", &[]);
    findings.is("proxies", "warning", &["RONDO_TRUSTED_PROXIES"]);
    site.set("RONDO_TRUSTED_PROXIES", "10.0.0.1");
    site.set("RONDO_PUBLIC_URL", "http://todo.example.org");
    let findings = examine(&site);
    findings.failed(&[]);
    findings.is("public address", "warning", &["plain HTTP", "RONDO_PUBLIC_URL"]);
    findings.is("proxies", "ok", &["10.0.0.1"]);
}

#[test]
fn a_broken_configuration_is_the_one_finding_in_the_words_of_the_start() {
    let mut site = Installation::empty();
    site.set("DB", "mysql://a:hunter2@b");
    let start = site.run(&["serve"]);
    let findings = examine(&site);
    findings.failed(&["configuration"]);
    let says = findings.check("configuration")["says"].as_str().unwrap();
    assert_eq!(format!("rondo: {says}"), start.refusal());
    let told = site.run(&["doctor"]);
    assert_eq!(told.code, Some(1));
    assert_eq!(told.stdout.lines().count(), 3, "{told:?}");
    assert!(!site.path("data").exists());
}
