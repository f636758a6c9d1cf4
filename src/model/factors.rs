//! Second factors of an account, as they are kept: nobody who reads this alone can use any of them.

use serde::{Deserialize, Serialize};

use super::{Id, Timestamp};

/// What an account shows beside its password.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Factors {
    pub totp: Option<Totp>,
    /// SHA-256 of each recovery code that was not used, in hexadecimal digits.
    #[serde(default)]
    pub recovery: Vec<String>,
    #[serde(default)]
    pub passkeys: Vec<Passkey>,
}

/// A secret from which codes follow by the time (RFC 6238).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totp {
    /// The secret, as `service::factors` sealed it.
    pub sealed: String,
    /// When a code of it was shown first; until then it counts for nothing.
    pub confirmed_at: Option<Timestamp>,
    /// The latest step whose code was used: no code is good of that one, or of one before.
    pub last_step: i64,
}

/// A passkey: the public half of a key that its owner's device keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    pub id: Id,
    /// As its owner calls it.
    pub name: String,
    /// What is known of it, in JSON, as `service::factors` wrote it. Nothing of it is secret.
    pub credential: String,
    pub created_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

impl Factors {
    /// Whether signing in takes more than the password.
    pub fn are_on(&self) -> bool {
        self.has_totp() || !self.passkeys.is_empty()
    }

    pub fn has_totp(&self) -> bool {
        let totp = self.totp.as_ref();
        totp.is_some_and(|totp| totp.confirmed_at.is_some())
    }

    /// Forgets the recovery codes where there is nothing left that they stand in for.
    pub fn tidy(&mut self) {
        if !self.are_on() {
            self.recovery.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totp(confirmed_at: Option<Timestamp>) -> Factors {
        Factors {
            totp: Some(Totp {
                sealed: "sealed".into(),
                confirmed_at,
                last_step: 0,
            }),
            recovery: vec!["hash".into()],
            passkeys: Vec::new(),
        }
    }

    #[test]
    fn what_was_never_confirmed_counts_for_nothing() {
        assert!(!Factors::default().are_on() && !totp(None).are_on());
        assert!(totp(Some(Timestamp::from_millis(1))).are_on());
    }

    #[test]
    fn recovery_codes_go_with_the_last_factor() {
        let mut factors = totp(Some(Timestamp::from_millis(1)));
        factors.tidy();
        assert_eq!(factors.recovery.len(), 1);
        factors.totp = None;
        factors.passkeys.push(Passkey {
            id: Id::from_bytes([1; 12]),
            name: "A key".into(),
            credential: "{}".into(),
            created_at: Timestamp::from_millis(1),
            last_used_at: None,
        });
        factors.tidy();
        assert!(factors.are_on() && !factors.has_totp() && factors.recovery.len() == 1);
        factors.passkeys.clear();
        factors.tidy();
        assert_eq!(factors, Factors::default());
    }
}
