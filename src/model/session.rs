//! Sessions, and the feed that tells which of them (and whose) have ended.

use super::{Id, Timestamp};

/// A sign-in that lasts: refresh tokens turn it from generation to generation.
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
