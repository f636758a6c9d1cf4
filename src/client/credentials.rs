//! The credentials of this person on this machine: a file that only its owner reads, with an entry a service. It is
//! written whole beside itself and moved into place, by one process at a time.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Address, Failure, Result};
use crate::model::Timestamp;

/// All that is kept.
#[derive(Serialize, Deserialize, Default)]
pub struct Credentials {
    /// The service that was signed in to last.
    current: Option<String>,
    servers: BTreeMap<String, Entry>,
}

/// What is kept of one service.
#[derive(Clone, Serialize, Deserialize)]
pub struct Entry {
    pub access_token: String,
    /// Without one it ends with the access token.
    #[serde(default)]
    pub refresh_token: Option<String>,
    /// By this machine's clock; `None` where nobody said.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    pub scope: String,
    /// Set where somebody else than the service has given the tokens.
    #[serde(default)]
    pub issuer: Option<Issuer>,
}

/// An OpenID provider that gave the tokens, and where it refreshes and revokes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    pub name: String,
    pub client_id: String,
    pub token_endpoint: String,
    #[serde(default)]
    pub revocation_endpoint: Option<String>,
}

impl Credentials {
    pub fn of(&self, server: &Address) -> Option<&Entry> {
        self.servers.get(&server.to_string())
    }

    pub fn put(&mut self, server: &Address, entry: Entry) {
        self.servers.insert(server.to_string(), entry);
    }

    /// From now on this is the service that is meant where none is named.
    pub fn choose(&mut self, server: &Address) {
        self.current = Some(server.to_string());
    }

    /// Forgets a service, and answers what was kept of it.
    pub fn take(&mut self, server: &Address) -> Option<Entry> {
        let name = server.to_string();
        let taken = self.servers.remove(&name);
        if self.current.as_ref() == Some(&name) {
            self.current = self.servers.keys().next().cloned();
        }
        taken
    }

    /// The service that is meant where none is named.
    pub fn current(&self) -> Option<Address> {
        self.current.as_ref()?.parse().ok()
    }
}

/// The file.
pub struct Vault {
    file: PathBuf,
}

/// While it lives no other process changes the file.
pub struct Locked<'v> {
    vault: &'v Vault,
    // Holds the lock; the system takes it back when the file is closed, by a crash too.
    _lock: File,
}

impl Vault {
    /// The file that is named, or the one of this person.
    ///
    /// # Errors
    /// `Failed` if nothing says where that is.
    pub fn at(named: Option<PathBuf>) -> Result<Self> {
        if let Some(file) = named {
            return Ok(Self { file });
        }
        let folder = |name| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let settings = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
        settings
            .map(|folder| Self {
                file: folder.join("rondo/credentials.json"),
            })
            .ok_or_else(|| {
                Failure::Failed(
                    "there is no place for credentials: set HOME or XDG_CONFIG_HOME, or name a file with --config".into(),
                )
            })
    }

    /// What is kept now; nothing if there is no file.
    ///
    /// # Errors
    /// `Failed` if it cannot be read, others may read it, or it is broken. It is left as it is.
    pub fn read(&self) -> Result<Credentials> {
        let mut file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Credentials::default()),
            Err(error) => return Err(self.failed("read", &error)),
        };
        let mode = file
            .metadata()
            .map_err(|error| self.failed("read", &error))?
            .permissions()
            .mode();
        let path = self.file.display();
        if mode & 0o077 != 0 {
            return Err(Failure::Failed(format!(
                "{path} is open to other users (mode {:04o}): chmod 600 {path}; if others may have read it, sign out and in \
                 again",
                mode & 0o777
            )));
        }
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|error| self.failed("read", &error))?;
        // What serde says would quote what it read.
        serde_json::from_str(&text).map_err(|error| {
            Failure::Failed(format!(
                "{path} is broken at line {}, column {}: mend it, or move it away and sign in again with: rondo login",
                error.line(),
                error.column()
            ))
        })
    }

    /// Waits until no other process changes the file.
    ///
    /// # Errors
    /// `Failed` if its folder cannot be written to.
    pub fn lock(&self) -> Result<Locked<'_>> {
        let failed = |error: &std::io::Error| self.failed("written", error);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(self.folder())
            .map_err(|error| failed(&error))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(self.beside("lock"))
            .map_err(|error| failed(&error))?;
        lock.lock().map_err(|error| failed(&error))?;
        Ok(Locked {
            vault: self,
            _lock: lock,
        })
    }

    fn folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// A file beside it, named after it.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.file.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(ending);
        self.file.with_file_name(name)
    }

    fn failed(&self, what: &str, error: &std::io::Error) -> Failure {
        Failure::Failed(format!(
            "the credentials {} cannot be {what}: {error}; --config names another file",
            self.file.display()
        ))
    }
}

impl Locked<'_> {
    /// What is kept now. What was read before the lock was had may be old.
    ///
    /// # Errors
    /// As [`Vault::read`].
    pub fn read(&self) -> Result<Credentials> {
        self.vault.read()
    }

    /// Writes all of it, so that after a crash either the old or the new is there.
    ///
    /// # Errors
    /// `Failed` if it cannot be written.
    pub fn write(&self, credentials: &Credentials) -> Result<()> {
        let failed = |error: std::io::Error| self.vault.failed("written", &error);
        let text =
            serde_json::to_string_pretty(credentials).map_err(|error| Failure::Failed(error.to_string()))?;
        let draft = self.vault.beside("new");
        // One that a crash has left.
        if let Err(error) = std::fs::remove_file(&draft)
            && error.kind() != ErrorKind::NotFound
        {
            return Err(failed(error));
        }
        let mut file = OpenOptions::new()
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&draft)
            .map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(&draft, &self.vault.file).map_err(failed)?;
        File::open(self.vault.folder())
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(token: &str) -> Entry {
        Entry {
            access_token: token.into(),
            refresh_token: Some("refresh".into()),
            expires_at: Some(Timestamp::from_millis(1_000)),
            scope: "todo:read".into(),
            issuer: None,
        }
    }

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_kept_is_private_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/er/credentials.json");
        let vault = Vault::at(Some(file.clone())).unwrap();
        let (one, other) = (address("http://127.0.0.1:4000"), address("https://example.org"));
        assert!(vault.read().unwrap().current().is_none());
        let locked = vault.lock().unwrap();
        let mut kept = locked.read().unwrap();
        kept.put(&one, entry("first"));
        kept.put(&other, entry("second"));
        kept.choose(&other);
        locked.write(&kept).unwrap();
        drop(locked);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);

        let mut kept = vault.read().unwrap();
        assert_eq!(kept.current(), Some(other.clone()));
        assert_eq!(kept.of(&one).unwrap().access_token, "first");
        kept.take(&other).unwrap();
        assert!(kept.take(&other).is_none());
        assert_eq!(kept.current(), Some(one));
    }

    #[test]
    fn a_file_that_is_open_to_others_or_broken_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("credentials.json");
        let vault = Vault::at(Some(file.clone())).unwrap();
        for (mode, text, words) in [
            (0o644, r#"{"servers":{}}"#, "is open to other users (mode 0644)"),
            (0o640, r#"{"servers":{}}"#, "is open to other users (mode 0640)"),
            (0o600, "{\"servers\": \"hunter2\"}", "is broken at line 1"),
            (0o600, "", "is broken"),
        ] {
            std::fs::write(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            let Err(Failure::Failed(said)) = vault.read() else {
                panic!("{text} is read");
            };
            assert!(said.contains(words) && !said.contains("hunter2"), "{said}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
    }
}
