//! The one error of the domain. Each version of the API maps it once, without a `_` arm.

use std::fmt;

/// What can go wrong with a request, in the terms of the domain.
#[derive(Debug, Clone)]
pub enum Error {
    /// The request cannot be read or breaks a rule; `violations` lists every one.
    Invalid(Invalid),
    /// Nobody is signed in, or what was shown does not prove it.
    Unauthenticated(Unauthenticated),
    /// Somebody is signed in, and may not do this.
    Forbidden(&'static str),
    /// There is no such thing, or it is somebody else's.
    NotFound,
    /// It contradicts what is there: a taken e-mail, say.
    Conflict(&'static str),
    /// The version that the client named is not the present one.
    Stale,
    /// What the client has seen is too long ago for what changed since to be told: it reads everything anew.
    StartOver,
    /// The very request is being done, for somebody who has sent it before; ask again after so many seconds.
    InProgress { retry_after: u32 },
    /// Too many requests; try again after so many seconds.
    RateLimited { retry_after: u32 },
    /// The store or another part does not answer now; try again after so many seconds.
    Unavailable { cause: String, retry_after: u32 },
    /// A fault of ours. The cause is for the log, never for the client.
    Internal { cause: String },
}

/// Why a request was refused before anything was done.
#[derive(Debug, Clone)]
pub struct Invalid {
    pub kind: InvalidKind,
    pub violations: Vec<Violation>,
}

/// What about the request is wrong; each kind has its own status in version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidKind {
    /// The body is not JSON, or not JSON that means one thing only.
    Malformed,
    /// The body is JSON, and breaks its schema or a rule that the schema cannot say.
    Schema,
    /// A query parameter is unknown, repeated or out of its range.
    Query,
    /// A header is unusable.
    Header,
    /// An idempotency key was used for another request.
    Key,
    /// The body is longer than the limit.
    TooLarge,
    /// The body's media type is not one that this route takes.
    MediaType,
    /// The path exists, and takes other methods.
    Method,
    /// It is not sound HTTP.
    Request,
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// A JSON pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// The schema keyword that was broken, or the name of the rule.
    pub keyword: String,
    /// The address of the schema, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// In words; never holds the value that was sent.
    pub detail: String,
}

/// What is wrong with the credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unauthenticated {
    /// None were sent.
    Missing,
    /// A token was sent that is not valid (any more).
    BadToken,
    /// The e-mail or the password is wrong; which of them is never said.
    BadCredentials,
    /// The current password, asked for as a second look, is wrong.
    BadCurrentPassword,
    /// The password was right, and there is no place here to show the second factor that the account has.
    SecondFactorNeeded,
    /// What was shown as a second factor is wrong, or was used before.
    BadSecondFactor,
    /// The sign-in that waits for a second factor has taken too long, is over, or was never begun.
    BadTicket,
}

impl Error {
    /// A single violation of a rule of the body.
    pub fn rule(pointer: &str, keyword: &str, detail: impl Into<String>) -> Self {
        Self::invalid(InvalidKind::Schema, pointer, keyword, detail)
    }

    /// A single violation of the given kind.
    pub fn invalid(kind: InvalidKind, pointer: &str, keyword: &str, detail: impl Into<String>) -> Self {
        let violation = Violation {
            pointer: pointer.into(),
            keyword: keyword.into(),
            schema: None,
            detail: detail.into(),
        };
        Self::Invalid(Invalid {
            kind,
            violations: vec![violation],
        })
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal {
            cause: cause.to_string(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => {
                write!(f, "invalid request ({:?})", invalid.kind)?;
                invalid
                    .violations
                    .iter()
                    .try_for_each(|v| write!(f, "; {}: {}", v.pointer, v.detail))
            }
            Self::Unauthenticated(why) => write!(f, "not authenticated ({why:?})"),
            Self::Forbidden(why) => write!(f, "forbidden: {why}"),
            Self::NotFound => write!(f, "not found"),
            Self::Conflict(why) => write!(f, "conflict: {why}"),
            Self::Stale => write!(f, "the version named is not the present one"),
            Self::StartOver => write!(f, "what changed since then is not known any more"),
            Self::InProgress { .. } => write!(f, "the same request is in progress"),
            Self::RateLimited { retry_after } => write!(f, "rate limited for {retry_after} s"),
            Self::Unavailable { cause, .. } => write!(f, "unavailable: {cause}"),
            Self::Internal { cause } => write!(f, "internal: {cause}"),
        }
    }
}

impl std::error::Error for Error {}

/// What a service answers.
pub type Result<T> = std::result::Result<T, Error>;
