//! The secret: the one thing of an installation that is not in its store.
//!
//! Everything that must not be guessed is derived from it, each for its own purpose (HKDF): the
//! pepper of the passwords, the keys that seal the signing keys and the secrets of second factors, the key of cursors
//! and refresh tokens.

pub mod file;

use std::fmt;

use aws_lc_rs::hkdf;

use crate::clock::Source;
use crate::config::Config;
use crate::fingerprint::fingerprint;

/// What a derived key is for; each purpose has its own.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    PasswordPepper,
    SealSigningKeys,
    SealTotp,
    RefreshTokens,
    Cursors,
    ProviderSignIns,
}

impl Purpose {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::PasswordPepper => b"rondo password pepper 1",
            Self::SealSigningKeys => b"rondo signing key seal 1",
            Self::SealTotp => b"rondo totp seal 1",
            Self::RefreshTokens => b"rondo refresh tokens 1",
            Self::Cursors => b"rondo cursors 1",
            Self::ProviderSignIns => b"rondo provider sign-ins 1",
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
        let (current, beside) = match &config.secret {
            Some(text) => (text.clone(), None),
            None => (
                file::read_or_make(&config.data_dir, is_in_use, source)?,
                file::read_previous(&config.data_dir)?,
            ),
        };
        let previous = config.secret_previous.as_ref().or(beside.as_ref());
        Ok(Self {
            previous: previous
                .filter(|previous| previous.trim() != current.trim())
                .map(|text| Secret::new(text)),
            current: Secret::new(&current),
        })
    }

    /// The current one, then the previous one.
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
