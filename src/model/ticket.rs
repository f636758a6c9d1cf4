//! Tickets: what is good once and for a while, to whoever shows its secret: a link in a mail, a challenge, a code.

use super::{Id, Timestamp};

/// What a ticket is good for. One that is shown for anything else is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// To show that mail to an address arrives.
    VerifyEmail,
    /// To set a new password without the old one.
    ResetPassword,
    /// To make an account where that is by invitation only.
    Invitation,
    /// To tell an address that an account had that it is another one's now. Nobody shows this one.
    FormerAddress,
    /// To end a sign-in whose password was right, by a second factor.
    SecondFactor,
    /// To answer the challenge of a passkey.
    Passkey,
    /// What a device asks again with until somebody lets it in (RFC 8628, `device_code`).
    Device,
    /// What a person types to let a device in (RFC 8628, `user_code`).
    UserCode,
}

impl Purpose {
    pub const ALL: [Self; 8] = [
        Self::VerifyEmail,
        Self::ResetPassword,
        Self::Invitation,
        Self::FormerAddress,
        Self::SecondFactor,
        Self::Passkey,
        Self::Device,
        Self::UserCode,
    ];

    /// As it is kept.
    pub const fn name(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify-email",
            Self::ResetPassword => "reset-password",
            Self::Invitation => "invitation",
            Self::FormerAddress => "former-address",
            Self::SecondFactor => "second-factor",
            Self::Passkey => "passkey",
            Self::Device => "device",
            Self::UserCode => "user-code",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

/// A ticket, as it is kept: nobody can tell the secret from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// SHA-256 of the secret, in hexadecimal digits; unique in the installation.
    pub hash: String,
    pub purpose: Purpose,
    /// Whose it is, if it is anybody's yet.
    pub owner: Option<Id>,
    /// What whoever made it needs to know again, in JSON. Nothing that could be used by whoever reads it.
    pub data: String,
    pub created_at: Timestamp,
    /// From then on it is as if it had never been.
    pub expires_at: Timestamp,
    /// Counts the writes, from 1.
    pub version: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_has_a_name_of_its_own() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::from_name(purpose.name()), Some(purpose));
        }
        assert_eq!(Purpose::from_name("anything"), None);
    }
}
