//! OAuth 2.0: what other services and programs ask by the RFCs. Forms go in, and errors are those of RFC 6749,
//! section 5.2.

mod device;
mod introspection;
mod metadata;
mod revocation;
mod token;

use rocket::http::Status;
use rocket::response::{self, Responder};
use rocket::{Request, Route};
use serde_json::json;

use crate::error::{Error, InvalidKind, Unauthenticated};
use crate::http::body::Reader;
use crate::http::context::Context;
use crate::http::problems::{challenge, log_cause};
use crate::http::reply::Reply;
use crate::model::{CLI_CLIENT, OWN_CLIENT};

pub fn routes() -> Vec<Route> {
    [
        device::routes(),
        introspection::routes(),
        revocation::routes(),
        token::routes(),
    ]
    .concat()
}

/// What stands at the root beside them.
pub fn well_known() -> Vec<Route> {
    metadata::routes()
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    [
        device::readers(),
        introspection::readers(),
        revocation::readers(),
        token::readers(),
    ]
    .concat()
}

/// What a handler here answers.
type OAuthResult<T> = Result<T, Failure>;

/// An error of the domain, or one that only OAuth knows.
enum Failure {
    Domain(Error),
    Refused(Refusal),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Domain(error.into())
    }
}

impl<'r> Responder<'r, 'static> for Failure {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Domain(error) => {
                log_cause(&Context::of(request).request_id, &error);
                Ok(error_reply(&error).into_response())
            }
            Self::Refused(refusal) => Ok(refusal.reply().into_response()),
        }
    }
}

/// A refusal that has its own code in an RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The client is none that is known here.
    UnknownClient,
    /// The token was given to another client.
    OfAnotherClient,
    /// A scope is none that may be asked for.
    UnknownScope,
    UnknownGrant,
    /// The code or the refresh token is none, has ended or was used.
    BadGrant,
    /// Nobody has answered yet (RFC 8628, section 3.5; the following too).
    Pending,
    SlowDown,
    AccessDenied,
    Expired,
}

impl Refusal {
    const fn told(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::UnknownClient => (401, "invalid_client", "no such client is known here"),
            Self::OfAnotherClient => (
                400,
                "unauthorized_client",
                "the token was not given to this client",
            ),
            Self::UnknownScope => (400, "invalid_scope", "there is no such scope"),
            Self::UnknownGrant => (
                400,
                "unsupported_grant_type",
                "there are a device's code and a refresh token",
            ),
            Self::BadGrant => (400, "invalid_grant", "it is none, has ended or was used"),
            Self::Pending => (400, "authorization_pending", "nobody has answered yet"),
            Self::SlowDown => (
                400,
                "slow_down",
                "wait five seconds longer than before between two requests",
            ),
            Self::AccessDenied => (400, "access_denied", "it was not allowed"),
            Self::Expired => (400, "expired_token", "it took too long; begin anew"),
        }
    }

    fn reply(self) -> Reply {
        let (status, code, description) = self.told();
        let reply = failure(status, code, description);
        if status == 401 {
            reply.header("WWW-Authenticate", challenge(Unauthenticated::Missing))
        } else {
            reply
        }
    }
}

/// The clients are public ones: they have no secret, and say only who they are. Who says nothing is the client that
/// people use directly.
fn known_client(id: Option<&str>) -> OAuthResult<&str> {
    let client = id.unwrap_or(OWN_CLIENT);
    if [OWN_CLIENT, CLI_CLIENT].contains(&client) {
        Ok(client)
    } else {
        Err(Failure::Refused(Refusal::UnknownClient))
    }
}

fn failure(status: u16, code: &str, description: &str) -> Reply {
    let body = json!({ "error": code, "error_description": description });
    Reply::json(&body)
        .status(Status::new(status))
        .header("Cache-Control", "no-store")
}

/// An error of the domain as OAuth tells it.
pub fn error_reply(error: &Error) -> Reply {
    const REQUEST: &str = "invalid_request";
    match error {
        Error::Invalid(invalid) => {
            let status = match invalid.kind {
                InvalidKind::Malformed
                | InvalidKind::Schema
                | InvalidKind::Query
                | InvalidKind::Header
                | InvalidKind::Key
                | InvalidKind::Request => 400,
                InvalidKind::TooLarge => 413,
                InvalidKind::MediaType => 415,
                InvalidKind::Method => 405,
            };
            let first = invalid.violations.first();
            failure(status, REQUEST, first.map_or("", |violation| &violation.detail))
        }
        Error::Unauthenticated(why) => {
            let code = match why {
                Unauthenticated::Missing => "invalid_client",
                Unauthenticated::BadToken
                | Unauthenticated::BadCredentials
                | Unauthenticated::BadCurrentPassword
                | Unauthenticated::SecondFactorNeeded
                | Unauthenticated::BadSecondFactor
                | Unauthenticated::BadTicket => "invalid_token",
            };
            failure(401, code, "an access token is needed that may do this")
                .header("WWW-Authenticate", challenge(*why))
        }
        Error::Forbidden(why) => failure(403, "insufficient_scope", why),
        Error::NotFound => failure(404, REQUEST, "there is no such thing"),
        Error::Conflict(why) => failure(409, REQUEST, why),
        Error::Stale => failure(412, REQUEST, "it has changed since it was read"),
        Error::StartOver => failure(410, REQUEST, "what changed since then is not known any more"),
        Error::InProgress { retry_after } => failure(409, REQUEST, "the same request is in progress")
            .header("Retry-After", retry_after.to_string()),
        Error::RateLimited { retry_after } => failure(429, "temporarily_unavailable", "too many requests")
            .header("Retry-After", retry_after.to_string()),
        Error::Unavailable { retry_after, .. } => {
            failure(503, "temporarily_unavailable", "the service cannot answer now")
                .header("Retry-After", retry_after.to_string())
        }
        Error::Internal { .. } => failure(500, "server_error", "the service failed"),
    }
}
