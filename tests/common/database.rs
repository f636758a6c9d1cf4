//! A fresh database for a test, of each kind. Tests own their data.

use std::path::PathBuf;

use rondo::clock::{Source as _, System};

/// Which kind of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    Sqlite,
    Mongo,
}

/// An empty database that is removed at the end.
pub struct Database {
    /// What `--db` takes.
    pub address: String,
    /// Holds the secret, and an embedded database.
    pub data_dir: PathBuf,
    _folder: tempfile::TempDir,
}

impl Database {
    /// A fresh one, or `None` if this kind was left out on purpose.
    pub fn fresh(keeper: Keeper) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data_dir = folder.path().join("data");
        let address = match keeper {
            Keeper::Sqlite => format!("sqlite:{}", data_dir.join("rondo.db").display()),
            Keeper::Mongo => mongo_address()?,
        };
        Some(Self {
            address,
            data_dir,
            _folder: folder,
        })
    }
}

/// The address of a database of its own on the MongoDB server of the test run. The run's server lives in
/// a temporary folder, so that nothing need be dropped.
pub fn mongo_address() -> Option<String> {
    let server = std::env::var("MONGODB_TEST_URI").unwrap_or_default();
    if server.is_empty() {
        let skipped = std::env::var("TEST_SKIP").unwrap_or_default();
        assert!(
            skipped.split(',').any(|part| part.trim() == "mongo"),
            "MONGODB_TEST_URI is not set: run `make test`, or skip on purpose with TEST_SKIP=mongo"
        );
        skip("MongoDB is left out by TEST_SKIP");
        return None;
    }
    let (address, options) = server.split_at(server.find('?').unwrap_or(server.len()));
    let (scheme, rest) = address.split_once("://").expect("MONGODB_TEST_URI is an address");
    let hosts = rest.split('/').next().unwrap_or(rest);
    Some(format!(
        "{scheme}://{hosts}/rondo_test_{}{options}",
        System::default().new_id()
    ))
}

/// Says in plain sight that a test was left out.
pub fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    println!("SKIPPED: {test}: {why}");
    if let Ok(path) = std::env::var("TEST_SKIP_LOG") {
        use std::io::Write as _;
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| writeln!(file, "{test}: {why}"))
            .expect("TEST_SKIP_LOG can be written");
    }
}
