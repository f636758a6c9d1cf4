//! Why a sign-in through a provider did not come about, in the terms of whoever tried. How each is shown is decided
//! in `http`.

use crate::error::Error;
use crate::model::AuditReason;
use crate::service::providers::outgoing::NoAnswer;
use crate::store::StoreError;

/// Why there is no session.
#[derive(Debug, Clone)]
pub enum Refused {
    /// This browser began no sign-in that is still open: another one did, or it took too long.
    NotBegun,
    /// The answer belongs to another sign-in than the one that this browser began.
    OtherSignIn,
    /// The provider, or the person there, said no.
    Declined,
    /// The provider's answer cannot be believed. The words are for the log.
    NotBelieved(String),
    /// The provider does not answer. The words are for the log.
    NoAnswer(String),
    /// The provider tells no e-mail address that can be used.
    NoEmail,
    /// There is an account with this e-mail address, and it is not linked.
    EmailTaken,
    /// There is no account, and none is made.
    Closed,
    /// The account is disabled.
    Disabled,
    /// The person lacks what the configuration asks for.
    MissingRole,
    /// The sign-in belongs to another account already.
    OfAnotherAccount,
    /// It was to be added to an account whose session has ended.
    SignedOut,
    Failed(Error),
}

impl Refused {
    /// Why somebody failed to sign in, for the audit log; `None` if nobody was looked at, or it is recorded where it was
    /// found out.
    pub const fn reason(&self) -> Option<AuditReason> {
        match self {
            Self::NotBelieved(_) => Some(AuditReason::NotBelieved),
            Self::NoEmail => Some(AuditReason::NoEmail),
            Self::EmailTaken => Some(AuditReason::EmailTaken),
            Self::Closed => Some(AuditReason::RegistrationClosed),
            Self::Disabled => Some(AuditReason::Disabled),
            Self::MissingRole => Some(AuditReason::MissingRole),
            Self::OfAnotherAccount => Some(AuditReason::OfAnotherAccount),
            Self::NotBegun
            | Self::OtherSignIn
            | Self::Declined
            | Self::NoAnswer(_)
            | Self::SignedOut
            | Self::Failed(_) => None,
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<NoAnswer> for Refused {
    fn from(NoAnswer(words): NoAnswer) -> Self {
        Self::NoAnswer(words)
    }
}
