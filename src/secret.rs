//! The secret: the one thing of an installation that is not in its store.
//!
//! Everything that must not be guessed is derived from it, each for its own purpose (HKDF): the
//! pepper of the passwords, the key that seals the signing keys, the key of cursors and refresh tokens.

use std::fmt;
use std::io::Write as _;
use std::path::Path;

use aws_lc_rs::hkdf;

use crate::clock::Source;
use crate::config::Config;
use crate::fingerprint::fingerprint;

/// What a derived key is for; each purpose has its own.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    PasswordPepper,
    SealSigningKeys,
    RefreshTokens,
    Cursors,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::PasswordPepper => b"rondo password pepper 1",
            Self::SealSigningKeys => b"rondo signing key seal 1",
            Self::RefreshTokens => b"rondo refresh tokens 1",
            Self::Cursors => b"rondo cursors 1",
        }
    }
}

/// One secret. Shown as nothing but its name.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    pub fn new(text: &str) -> Self {
        Self(text.trim().as_bytes().to_vec())
    }

    /// A key of 32 bytes for one purpose.
    ///
    /// # Panics
    /// Never: HKDF-SHA-256 always gives 32 bytes.
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        let mut key = [0; 32];
        let info = [purpose.label()];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"rondo")
            .extract(&self.0)
            .expand(&info, hkdf::HKDF_SHA256)
            .and_then(|output| output.fill(&mut key))
            .expect("HKDF-SHA-256 gives 32 bytes");
        key
    }

    /// What tells this secret from another one, and tells nothing else of it: kept in the store.
    pub fn fingerprint(&self) -> String {
        fingerprint(&[b"rondo fingerprint 1".as_slice(), &self.0].concat(), 8)
    }
}

/// The secret in use, and the one that it replaces while it is being turned.
#[derive(Debug, Clone)]
pub struct Secrets {
    pub current: Secret,
    pub previous: Option<Secret>,
}

impl Secrets {
    /// The configured secret, or that of the file `secret` in the data folder. On the first run in
    /// development the file is made; for a database that `is_in_use` a new one would be the wrong one.
    ///
    /// # Errors
    /// A sentence, if the file is missing and may not be made, or cannot be read or made.
    pub fn load(config: &Config, is_in_use: bool, source: &dyn Source) -> Result<Self, String> {
        let current = match &config.secret {
            Some(text) => Secret::new(text),
            None => Secret::new(&read_or_make(&config.data_dir, is_in_use, source)?),
        };
        Ok(Self {
            current,
            previous: config.secret_previous.as_deref().map(Secret::new),
        })
    }

    /// The current one, then the previous one.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

fn read_or_make(data_dir: &Path, is_in_use: bool, source: &dyn Source) -> Result<String, String> {
    let path = data_dir.join("secret");
    let failed = |what: &str, error: std::io::Error| {
        format!(
            "the secret {} cannot be {what}: {error}; --data-dir (RONDO_DATA_DIR) says where it is",
            path.display()
        )
    };
    match std::fs::read_to_string(&path) {
        // A crash can leave zeros in the place of what was written.
        Ok(text) if text.trim().len() >= 32 && !text.contains('\0') => return Ok(text),
        Ok(_) => {
            return Err(format!(
                "the secret {} is empty, cut short or overwritten; put it back from a backup (without it, passwords no longer \
                 verify), or remove the data folder to begin anew",
                path.display()
            ));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_in_use => {
            return Err(format!(
                "the secret {} is missing, and the database was made with one; put it back from a backup, or give it \
                 as SECRET",
                path.display()
            ));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("read", error)),
    }
    make_private_folder(data_dir)
        .map_err(|words| format!("{words}; choose another one with --data-dir (RONDO_DATA_DIR)"))?;
    let mut random = [0; 48];
    source.fill(&mut random);
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD_NO_PAD, random);
    // Written whole beside it and then linked into place: of two that begin at once one wins, and a
    // crash leaves no half of a secret.
    let draft = data_dir.join(format!(".secret-{}", std::process::id()));
    let written = private_file(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| failed("written", error))?;
    let linked = std::fs::hard_link(&draft, &path);
    // The draft is only a second name of the file by now.
    let _ = std::fs::remove_file(&draft);
    match linked {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(&path).map_err(|error| failed("read", error))
        }
        Err(error) => Err(failed("written", error)),
    }
}

/// Makes a folder that only its owner may enter, if there is none.
///
/// # Errors
/// A sentence, if it cannot be made.
pub fn make_private_folder(path: &Path) -> Result<(), String> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            format!(
                "the folder {} cannot be made: something else has that name",
                path.display()
            )
        }
        _ => format!("the folder {} cannot be made: {error}", path.display()),
    })
}

fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;

    #[test]
    fn the_secret_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = read_or_make(&data, false, &System::default()).unwrap();
        assert_eq!(read_or_make(&data, true, &System::default()).unwrap(), first);
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&data.join("secret").metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
    }

    #[test]
    fn a_cut_secret_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "abc").unwrap();
        let refusal = read_or_make(folder.path(), false, &System::default()).unwrap_err();
        assert!(refusal.contains("cut short") && !refusal.contains("abc"));
        assert_eq!(
            std::fs::read_to_string(folder.path().join("secret")).unwrap(),
            "abc"
        );
    }

    #[test]
    fn a_lost_secret_is_not_made_anew_for_a_database_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = read_or_make(folder.path(), true, &System::default()).unwrap_err();
        assert!(refusal.contains("is missing"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let secret = Secret::new("a secret for the test");
        assert_ne!(
            secret.derive(Purpose::PasswordPepper),
            secret.derive(Purpose::Cursors)
        );
        assert_ne!(secret.fingerprint(), Secret::new("another secret").fingerprint());
    }
}
