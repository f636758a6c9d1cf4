//! Sessions, and the feed that tells which of them (and whose) have ended.

use serde::{Deserialize, Serialize};

use super::{Id, Role, Scopes, Timestamp, provider_identity};

/// The client (`client_id`) that people use directly: the web app and the API.
pub const OWN_CLIENT: &str = "rondo";
/// The one of the command line, which signs in by the device flow.
pub const CLI_CLIENT: &str = "rondo-cli";

/// A sign-in that lasts: refresh tokens turn it from generation to generation. Or an API token, which is shown as it
/// is; what ends sessions ends both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Id,
    pub user_id: Id,
    /// The user's epoch when it began; see [`super::User::epoch`].
    pub epoch: i64,
    /// Counts the refreshes. Only the token of this generation is good, and for a moment the one before.
    pub generation: i64,
    pub turned_at: Timestamp,
    pub created_at: Timestamp,
    /// Its absolute end, whatever is refreshed.
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The `User-Agent` that it was last used with, cut to 200 characters.
    pub device: String,
    /// The address that it was last used from.
    pub address: String,
    /// Whether its refresh token travels in a cookie and never in a body.
    pub in_cookie: bool,
    /// The program that it belongs to (`client_id`).
    pub client: String,
    /// What it is held to; `None` where that is all that the user may do.
    pub scopes: Option<Scopes>,
    /// Set for an API token: it has no refresh tokens, no idle end, and is no session in the eyes of its owner.
    pub token: Option<ApiToken>,
    /// When it was last proved who it is of: by the password, or as the provider tells.
    pub authenticated_at: Timestamp,
    /// The sign-in at a provider that it began with, if it did.
    pub provider: Option<ProviderSession>,
}

/// What an API token has beside what every session has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// As its owner calls it.
    pub name: String,
    /// SHA-256 of its secret, in hexadecimal digits.
    pub hash: String,
}

impl Session {
    /// What may be done in it, now that its user has this role.
    pub fn scopes_of(&self, role: Role) -> Scopes {
        self.scopes.map_or_else(
            || Scopes::of_role(role),
            |scopes| scopes.and(Scopes::grantable(role)),
        )
    }
}

/// A sign-in at an OpenID provider. What ends there is found by it; no token of the provider's is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderSession {
    /// The provider's name in the configuration of that time.
    pub name: String,
    pub issuer: String,
    pub subject: String,
    /// What the provider calls its session (`sid`), if it tells.
    pub sid: Option<String>,
}

impl ProviderSession {
    /// What an account has among its identities that is signed in to like this.
    pub fn identity(&self) -> String {
        provider_identity(&self.issuer, &self.subject)
    }
}

/// Which sign-ins at a provider have ended there: all of a person, one session, or one session of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedThere {
    pub issuer: String,
    pub subject: Option<String>,
    pub sid: Option<String>,
}

impl EndedThere {
    /// Whether this sign-in is one of them.
    pub fn is_of(&self, session: &ProviderSession) -> bool {
        let is_named = self.subject.is_some() || self.sid.is_some();
        is_named
            && session.issuer == self.issuer
            && self
                .subject
                .as_ref()
                .is_none_or(|subject| *subject == session.subject)
            && (self.sid.is_none() || self.sid == session.sid)
    }
}

/// What a refresh writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    pub at: Timestamp,
    pub device: String,
    pub address: String,
}

/// An entry of the feed that every instance reads: from `at` on, these tokens are dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    pub at: Timestamp,
    pub what: Revoked,
}

/// Which tokens are dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Revoked {
    /// Those of this session.
    Session(Id),
    /// Those of this user begun before `epoch`, but for the session `keep`.
    User { id: Id, epoch: i64, keep: Option<Id> },
}
