//! What is remembered of a sign-in while somebody is at the provider: sealed, in a cookie of the browser that began
//! it. Nobody else can finish it, and nobody can read or change it.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{Id, Timestamp};
use crate::secret::{Purpose, Secrets};

/// So many seconds a sign-in may take.
pub const FLOW_SECONDS: i64 = 600;

/// A sign-in that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flow {
    /// The name of the provider.
    pub provider: String,
    /// What the provider gives back as it was.
    pub state: String,
    /// What has to stand in the ID token.
    pub nonce: String,
    /// What proves to the provider that who fetches the tokens is who began (PKCE).
    pub verifier: String,
    /// Where the person was headed, a path of this service.
    pub return_to: String,
    /// Whom the sign-in is to be added to; nobody, if it begins a session.
    pub link: Option<Link>,
    /// Seconds since 1970.
    pub ends: i64,
}

/// Somebody who is signed in and adds a way to sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub user: Id,
    pub session: Id,
}

impl Flow {
    pub fn new(provider: &str, return_to: String, link: Option<Link>, source: &dyn Source) -> Self {
        let random = || {
            let mut bytes = [0; 32];
            source.fill(&mut bytes);
            URL_SAFE_NO_PAD.encode(bytes)
        };
        Self {
            provider: provider.to_owned(),
            state: random(),
            nonce: random(),
            verifier: random(),
            return_to,
            link,
            ends: source.now().seconds() + FLOW_SECONDS,
        }
    }
}

/// Seals flows and opens them.
pub struct Seal {
    keys: Vec<[u8; 32]>,
}

const ABOUT: &str = "a sign-in through a provider";

impl Seal {
    pub fn new(secrets: &Secrets) -> Self {
        let keys = secrets
            .iter()
            .map(|secret| secret.derive(Purpose::ProviderSignIns));
        Self { keys: keys.collect() }
    }

    /// The text that a cookie carries.
    ///
    /// # Errors
    /// `Internal` if it cannot be sealed.
    pub fn seal(&self, flow: &Flow) -> Result<String> {
        let broken = |_| Error::internal("a sign-in could not be sealed");
        let key = RandomizedNonceKey::new(&AES_256_GCM, &self.keys[0]).map_err(broken)?;
        let mut bytes = serde_json::to_vec(flow).map_err(Error::internal)?;
        let nonce = key
            .seal_in_place_append_tag(Aad::from(ABOUT), &mut bytes)
            .map_err(broken)?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &bytes].concat()))
    }

    /// The flow in it, if it was sealed here and has not ended.
    pub fn open(&self, text: &str, now: Timestamp) -> Option<Flow> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN)?;
        let opened = self.keys.iter().find_map(|key| {
            let key = RandomizedNonceKey::new(&AES_256_GCM, key).ok()?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut bytes = sealed.to_vec();
            Some(
                key.open_in_place(nonce, Aad::from(ABOUT), &mut bytes)
                    .ok()?
                    .to_vec(),
            )
        })?;
        let flow: Flow = serde_json::from_slice(&opened).ok()?;
        (now.seconds() < flow.ends).then_some(flow)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;
    use crate::secret::Secret;

    fn seal(current: &str, previous: Option<&str>) -> Seal {
        Seal::new(&Secrets {
            current: Secret::new(current),
            previous: previous.map(Secret::new),
        })
    }

    #[test]
    fn a_flow_comes_back_for_its_time_and_with_its_secret_alone() {
        let flow = Flow::new("work", "/lists".into(), None, &System::default());
        let sealed = seal("a", None).seal(&flow).unwrap();
        let at = |seconds| Timestamp::from_millis((flow.ends + seconds) * 1000);
        assert_eq!(seal("a", None).open(&sealed, at(-1)), Some(flow.clone()));
        assert_eq!(seal("b", Some("a")).open(&sealed, at(-1)), Some(flow.clone()));
        assert_eq!(seal("a", None).open(&sealed, at(0)), None);
        assert_eq!(seal("b", None).open(&sealed, at(-1)), None);
        for place in [0, 13, sealed.len() / 2, sealed.len() - 1] {
            let mut bytes = sealed.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert_eq!(seal("a", None).open(&changed, at(-1)), None, "{place}");
        }
        assert!(!sealed.contains(&flow.state) && sealed.len() < 3000);
    }

    #[test]
    fn nothing_of_two_flows_is_the_same() {
        let flow = || Flow::new("work", "/".into(), None, &System::default());
        let (a, b) = (flow(), flow());
        assert!(a.state != b.state && a.nonce != b.nonce && a.verifier != b.verifier);
        assert!(a.state != a.nonce && a.nonce != a.verifier && a.verifier.len() == 43);
    }
}
