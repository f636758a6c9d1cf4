//! A data folder, or a file that the database's address names, that is broken at the start: it ends in one
//! line that says what and how to mend it, and no byte of what was there is lost. (SECURITY 40)

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::installation::Installation;
use crate::server::PASSWORD;

/// Bytes that are neither text nor anything else, the same at every run.
pub fn garbage(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[0] | 0x80
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// Every file below a folder, but what the tests write themselves and the index of SQLite's log, which it makes
/// anew at every opening and which a program that ends at once may leave behind.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == ".outputs" || name.ends_with("-shm") {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = fs::read(&path) {
            found.insert(path, bytes);
        }
    }
    found
}

/// The start is refused with these words, and what was there is as it was.
#[track_caller]
pub fn refuses(site: &Installation, arguments: &[&str], words: &[&str]) {
    let before = files(&site.path(""));
    site.run(arguments).refuses_with(words);
    let after = files(&site.path(""));
    for (path, bytes) in before {
        assert!(after.get(&path) == Some(&bytes), "{} was changed", path.display());
    }
}

/// A file of these bytes, and what the refusal says.
pub type Broken<'a> = (&'a [u8], &'a [&'a str]);

pub const SERVE: &[&str] = &["serve"];

/// An installation with one account, stopped; its database is in one file.
fn in_use() -> Installation {
    let site = Installation::empty();
    site.add_user("person@example.org", PASSWORD);
    assert!(site.path("data/rondo.db").metadata().unwrap().len() > 40_000);
    site
}

#[test]
fn a_database_that_was_cut_or_overwritten_is_refused_and_left_alone() {
    let site = in_use();
    let sound = fs::read(site.path("data/rondo.db")).unwrap();
    let mut header = sound.clone();
    header[..100].copy_from_slice(&garbage(100));
    let mut middle = sound.clone();
    middle[8192..40960].copy_from_slice(&garbage(32768));
    let damaged = &["damaged", "restore a backup", "--db (DB)"][..];
    let cases: [Broken; 7] = [
        (
            b"",
            &["rondo.db is empty", "restore a backup", "remove the empty file"],
        ),
        (&sound[..50], damaged),
        (&sound[..2048], damaged),
        (&sound[..4096], damaged),
        (&sound[..40_000], damaged),
        (&header, &["rondo.db is not a SQLite database", "--db (DB)"]),
        // Found only where it is read, which may be later than the opening.
        (&middle, &["damaged", "restore a backup"]),
    ];
    for (bytes, words) in cases {
        fs::write(site.path("data/rondo.db"), bytes).unwrap();
        for arguments in [SERVE, &["user", "list"]] {
            refuses(&site, arguments, words);
        }
    }
    // Mended as the line says: everybody is there again.
    fs::write(site.path("data/rondo.db"), sound).unwrap();
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn what_has_the_place_of_the_data_folder_or_of_a_file_in_it_is_named() {
    let site = Installation::empty();
    site.write("data", "notes of somebody\n");
    refuses(
        &site,
        SERVE,
        &[
            "the folder data cannot be made",
            "something else has that name",
            "--data-dir",
        ],
    );

    for (name, words) in [
        (
            "data/rondo.db",
            &["rondo.db is a folder, and no database", "--db (DB)"][..],
        ),
        (
            "data/rondo.db.lock",
            &["rondo.db.lock cannot be opened", "directory", "--db (DB)"],
        ),
        (
            "data/secret",
            &["the secret data/secret cannot be read", "directory", "--data-dir"],
        ),
    ] {
        let site = Installation::empty();
        site.write(&format!("{name}/kept"), "kept");
        refuses(&site, SERVE, words);
    }
    for (name, words) in [
        (
            "rondo.db-wal",
            &["rondo.db", "unable to open database file", "--db (DB)"][..],
        ),
        ("rondo.db-shm", &["readonly database", "--db (DB)"]),
    ] {
        let site = in_use();
        fs::create_dir(site.path("data").join(name)).unwrap();
        refuses(&site, SERVE, words);
    }
}

#[test]
fn a_data_folder_that_is_read_only_is_named() {
    // Not even an administrator makes a folder there.
    for folder in ["/proc/rondo", "/sys/rondo"] {
        let site = Installation::empty();
        refuses(
            &site,
            &["serve", "--data-dir", folder],
            &[folder, "cannot be made", "--data-dir"],
        );
    }
}

#[test]
fn a_secret_of_the_data_folder_that_was_overwritten_is_refused_and_left_alone() {
    let site = in_use();
    let sound = fs::read(site.path("data/secret")).unwrap();
    let cases: [Broken; 4] = [
        (
            b"",
            &[
                "the secret data/secret is empty, cut short or overwritten",
                "backup",
            ],
        ),
        (&sound[..20], &["cut short", "backup"]),
        (&[0; 64], &["overwritten", "backup"]),
        (
            &garbage(64),
            &["the secret data/secret cannot be read", "--data-dir"],
        ),
    ];
    for (bytes, words) in cases {
        fs::write(site.path("data/secret"), bytes).unwrap();
        refuses(&site, SERVE, words);
    }
    fs::write(site.path("data/secret"), sound).unwrap();
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

#[test]
fn what_a_crash_leaves_beside_a_good_database_is_no_obstacle() {
    // A first start that was cut before the database had a page.
    let site = Installation::empty();
    site.write("data/rondo.db", "");
    site.write("data/.secret-1", "half a secr");
    let server = site.serve();
    server.person("person@example.org");
    server.stop();
    assert_eq!(fs::read(site.path("data/.secret-1")).unwrap(), b"half a secr");

    for name in ["rondo.db-wal", "rondo.db-shm", "rondo.db-journal"] {
        let site = in_use();
        fs::write(site.path("data").join(name), garbage(50_000)).unwrap();
        let server = site.serve();
        server.sign_in("person@example.org");
        server.stop();
    }
}

#[test]
fn files_of_a_mongodb_address_are_read_before_the_server_is_asked() {
    for (option, name) in [("tlsCAFile", "ca.pem"), ("tlsCertificateKeyFile", "own.pem")] {
        let mut site = Installation::empty();
        let address = format!("mongodb://user:hunter2@127.0.0.1:1/x?tls=true&{option}={name}");
        site.set("DB", &address);
        let file = format!("its {option} {name}");
        let named = [
            "the address of the MongoDB server cannot be used",
            &file,
            "--db (DB)",
        ];
        let missing = [&named[..], &["cannot be read"]].concat();
        refuses(&site, SERVE, &missing);
        for bytes in [garbage(3000), Vec::new(), b"-----BEGIN".to_vec()] {
            fs::write(site.path(name), bytes).unwrap();
            refuses(
                &site,
                SERVE,
                &[&named[..], &["has no certificate in PEM"]].concat(),
            );
        }
        fs::remove_file(site.path(name)).unwrap();
        fs::create_dir(site.path(name)).unwrap();
        refuses(&site, SERVE, &missing);
    }
}

#[test]
fn ports_and_escapes_of_a_mongodb_address_that_cannot_be_are_told() {
    for (address, words) in [
        ("mongodb://user:hunter2@127.0.0.1:99999/x", "host:port"),
        ("mongodb://user:hunter2@127.0.0.1:0/x", "host:port"),
        ("mongodb://user:hun%zzter2@127.0.0.1/x", "percent-encoded"),
        ("mongodb://user:hunter2@127.0.0.1:/x", "host:port"),
    ] {
        let mut site = Installation::empty();
        site.set("DB", address);
        refuses(
            &site,
            SERVE,
            &[
                "the address of the MongoDB server cannot be used",
                words,
                "--db (DB)",
            ],
        );
    }
}
