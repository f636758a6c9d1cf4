//! Security events, as the audit log keeps them: who did what to whom, when and from where.
//!
//! An event holds ids, words of the lists below and an address, and nothing that a client wrote: no secret, no e-mail
//! address, no name. A name of a list that was released is never changed; what a name means, neither.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Id, Role, Timestamp};

/// An enumeration of names that are kept and shown: one line for each.
macro_rules! named {
    ($(#[$about:meta])* $list:ident: $($(#[$meaning:meta])* $variant:ident = $name:literal,)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $list {
            $($(#[$meaning])* #[serde(rename = $name)] $variant,)*
        }

        impl $list {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// As it is kept and shown.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.name() == name)
            }
        }
    };
}

named! {
    /// What happened.
    AuditKind:
    /// A session began. The subject is whose it is, here and below.
    SignedIn = "signed_in",
    /// Somebody did not prove to be the subject, or nobody who has an account.
    SignInFailed = "sign_in_failed",
    /// The first step of a sign-in was right; a second factor was asked for.
    SecondFactorAsked = "second_factor_asked",
    /// More sign-ins failed, of the subject or at all, than are recorded within an hour.
    SignInFailuresOmitted = "sign_in_failures_omitted",
    /// A session was ended by itself.
    SignedOut = "signed_out",
    /// A session was ended from elsewhere.
    SessionEnded = "session_ended",
    /// All sessions were ended, or all but the one that asked.
    SessionsEnded = "sessions_ended",
    /// A refresh token was used twice; its session was ended.
    RefreshTokenReused = "refresh_token_reused",
    /// Somebody registered.
    UserRegistered = "user_registered",
    /// An account was made for somebody.
    UserCreated = "user_created",
    /// The current password or the second factor, asked for as a second look, was wrong.
    ConfirmationFailed = "confirmation_failed",
    PasswordChanged = "password_changed",
    EmailChanged = "email_changed",
    /// A sign-in at an OpenID provider was added to the account.
    ProviderLinked = "provider_linked",
    /// A sign-in at an OpenID provider leads to the account no more.
    ProviderUnlinked = "provider_unlinked",
    RoleChanged = "role_changed",
    UserDisabled = "user_disabled",
    UserEnabled = "user_enabled",
    UserDeleted = "user_deleted",
    /// An address was verified by the link of a mail.
    EmailVerified = "email_verified",
    /// Somebody was invited by a mail or a link.
    InvitationMade = "invitation_made",
    InvitationWithdrawn = "invitation_withdrawn",
    /// An authenticator counts from now on.
    AuthenticatorAdded = "authenticator_added",
    AuthenticatorRemoved = "authenticator_removed",
    PasskeyAdded = "passkey_added",
    PasskeyRemoved = "passkey_removed",
    RecoveryCodesRenewed = "recovery_codes_renewed",
    /// All second factors were taken away from somebody who has lost them.
    FactorsReset = "factors_reset",
    /// An API token was made; the session is its id.
    ApiTokenMade = "api_token_made",
    ApiTokenRevoked = "api_token_revoked",
    /// Somebody let a device in, or refused it.
    DeviceAllowed = "device_allowed",
    DeviceRefused = "device_refused",
    /// The calendar got a secret address, perhaps in the place of another one.
    CalendarAddressMade = "calendar_address_made",
    CalendarAddressRemoved = "calendar_address_removed",
    /// Somebody took all that is their own along.
    ExportMade = "export_made",
    /// A signing key was made, and signs from now on, or soon.
    KeyRotated = "key_rotated",
    KeyImported = "key_imported",
    /// A signing key was taken out of use, with all tokens that it signed.
    KeyRetired = "key_retired",
}

named! {
    /// By what somebody proved who they are, or did not.
    AuditMethod:
    Password = "password",
    /// A second factor, behind the password.
    SecondFactor = "second_factor",
    /// A passkey alone.
    Passkey = "passkey",
    /// The leave of somebody who is signed in (the device flow).
    Device = "device",
    /// A sign-in at an OpenID provider.
    Provider = "provider",
}

named! {
    /// Why something failed.
    AuditReason:
    /// Nobody has this account.
    UnknownAccount = "unknown_account",
    WrongPassword = "wrong_password",
    WrongSecondFactor = "wrong_second_factor",
    /// The account is disabled.
    Disabled = "disabled",
    /// Its address has to be verified first.
    Unverified = "unverified",
    WrongPasskey = "wrong_passkey",
    /// The provider does not say the role, or the claim, that is asked for.
    MissingRole = "missing_role",
    /// Nobody has this sign-in, and no accounts are made.
    RegistrationClosed = "registration_closed",
    /// The provider tells no e-mail address to make an account with.
    NoEmail = "no_email",
    /// An account has the e-mail address already, and is not linked.
    EmailTaken = "email_taken",
    /// The sign-in, which was to be added to the subject's account, leads to another one.
    OfAnotherAccount = "of_another_account",
    /// What came from the provider is not what a provider answers that is set up rightly.
    NotBelieved = "not_believed",
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    User(Id),
    /// Whoever sits at the machine and types commands.
    Operator,
    /// The service by itself.
    Service,
    /// Nobody who was known then.
    Nobody,
}

impl Actor {
    /// The user's id, if it is one.
    pub const fn user(self) -> Option<Id> {
        match self {
            Self::User(id) => Some(id),
            Self::Operator | Self::Service | Self::Nobody => None,
        }
    }

    /// The kind of actor.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::Nobody => "nobody",
        }
    }
}

/// As it is kept, and named in queries: the id of a user, or a word.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => id.fmt(f),
            Self::Operator | Self::Service | Self::Nobody => f.write_str(self.kind()),
        }
    }
}

/// The text names no actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an actor is the id of a user, operator, service or nobody")]
pub struct ActorError;

impl FromStr for Actor {
    type Err = ActorError;

    fn from_str(text: &str) -> Result<Self, ActorError> {
        match text {
            "operator" => Ok(Self::Operator),
            "service" => Ok(Self::Service),
            "nobody" => Ok(Self::Nobody),
            id => id.parse().map(Self::User).map_err(|_| ActorError),
        }
    }
}

/// What else is known of an event: typed, and never a text of a client's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<AuditMethod>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<AuditReason>,
    /// The role that the subject has from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The name (`kid`) of a signing key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// An event, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    pub id: Id,
    pub at: Timestamp,
    pub kind: AuditKind,
    pub actor: Actor,
    /// Whom it happened to.
    pub subject: Option<Id>,
    pub details: AuditDetails,
    /// Empty, like the two below, if it did not come by a request.
    pub address: String,
    /// As [`super::device_name`] writes it.
    pub device: String,
    pub request_id: String,
}

impl AuditEvent {
    pub const fn place(&self) -> AuditPlace {
        AuditPlace {
            at: self.at,
            id: self.id,
        }
    }
}

/// A place in the log. Those of one moment are in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AuditPlace {
    pub at: Timestamp,
    pub id: Id,
}

/// Which events are meant: those that fulfil all that is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    pub actor: Option<Actor>,
    pub subject: Option<Id>,
    /// One of these; of any kind if it is empty.
    pub kinds: Vec<AuditKind>,
    /// From then on.
    pub since: Option<Timestamp>,
    /// Before that.
    pub until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_words_and_none_is_given_twice() {
        let mut names: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.name()).collect();
        let is_word = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        assert!(names.iter().all(is_word), "{names:?}");
        for kind in AuditKind::ALL {
            assert_eq!(AuditKind::from_name(kind.name()), Some(*kind));
            assert_eq!(serde_json::json!(kind), kind.name());
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), AuditKind::ALL.len());
        assert_eq!(AuditKind::from_name("nothing"), None);
    }

    #[test]
    fn an_actor_survives_text_and_back() {
        let id = Id::from_bytes([7; 12]);
        for actor in [Actor::User(id), Actor::Operator, Actor::Service, Actor::Nobody] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for bad in ["", "admin", "Operator", "user"] {
            assert_eq!(bad.parse::<Actor>(), Err(ActorError), "{bad}");
        }
    }

    #[test]
    fn details_say_what_is_known_and_of_later_programs_what_is_understood() {
        let details = AuditDetails {
            session: Some(Id::from_bytes([1; 12])),
            method: Some(AuditMethod::Password),
            ..AuditDetails::default()
        };
        let text = serde_json::json!(details).to_string();
        assert_eq!(
            text,
            r#"{"method":"password","session":"010101010101010101010101"}"#
        );
        assert_eq!(serde_json::from_str::<AuditDetails>(&text).unwrap(), details);
        let later = r#"{"method":"password","further":1}"#;
        assert_eq!(
            serde_json::from_str::<AuditDetails>(later).unwrap().method,
            Some(AuditMethod::Password)
        );
    }
}
