//! Version 1: the surface of the original service, made safe, and then kept as it is. One envelope:
//! `{"ok": bool, "message"?, "data"?}`. New abilities go into version 2.

mod sessions;
mod todos;
mod users;

use rocket::http::Status;
use rocket::response::{self, Responder};
use rocket::{Request, Route};
use serde::Serialize;
use serde_json::json;

use crate::error::{Error, Invalid, InvalidKind};
use crate::http::body::Reader;
use crate::http::context::Context;
use crate::http::problems::{challenge, detail_of, log_cause};
use crate::http::reply::Reply;

pub fn routes() -> Vec<Route> {
    [sessions::routes(), todos::routes(), users::routes()].concat()
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    [sessions::readers(), todos::readers(), users::readers()].concat()
}

/// What a handler of version 1 answers.
type V1Result<T> = Result<T, V1Failure>;

/// An error in the envelope of version 1.
struct V1Failure(Error);

impl<E: Into<Error>> From<E> for V1Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<'r> Responder<'r, 'static> for V1Failure {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        log_cause(&Context::of(request).request_id, &self.0);
        Ok(error_reply(&self.0).into_response())
    }
}

/// The envelope of version 1.
#[derive(Serialize)]
struct Envelope<'a, T> {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a T>,
    /// The cursor of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

/// 200 with data.
fn data<T: Serialize>(data: &T) -> Reply {
    page(data, None)
}

/// 200 with a page of data, and the cursor of the next one.
fn page<T: Serialize>(data: &T, next: Option<&str>) -> Reply {
    Reply::json(&Envelope {
        ok: true,
        message: None,
        data: Some(data),
        next,
    })
}

/// 200 with a message.
fn message(message: &str) -> Reply {
    Reply::json(&Envelope::<()> {
        ok: true,
        message: Some(message),
        data: None,
        next: None,
    })
}

/// 200 with both.
fn message_and_data<T: Serialize>(message: &str, data: &T) -> Reply {
    Reply::json(&Envelope {
        ok: true,
        message: Some(message),
        data: Some(data),
        next: None,
    })
}

/// An error as version 1 tells it.
pub fn error_reply(error: &Error) -> Reply {
    let failure = |status: u16, message: &str| {
        Reply::json(&json!({ "ok": false, "message": message })).status(Status::new(status))
    };
    match error {
        Error::Invalid(invalid) => invalid_reply(invalid),
        Error::Unauthenticated(why) => {
            failure(401, detail_of(*why)).header("WWW-Authenticate", challenge(*why))
        }
        Error::Forbidden(why) => failure(403, why),
        Error::NotFound => Reply::json(&json!({ "ok": false, "error": "Not found", "message": "Not found" }))
            .status(Status::NotFound),
        Error::Conflict(why) => failure(409, why),
        Error::Stale => failure(412, "it has changed since it was read"),
        Error::StartOver => failure(410, "what changed since then is not known any more"),
        Error::InProgress { retry_after } => {
            failure(409, "the same request is in progress").header("Retry-After", retry_after.to_string())
        }
        Error::RateLimited { retry_after } => {
            failure(429, "too many requests").header("Retry-After", retry_after.to_string())
        }
        Error::Unavailable { retry_after, .. } => {
            failure(503, "the service cannot answer now").header("Retry-After", retry_after.to_string())
        }
        Error::Internal { .. } => failure(500, "the service failed"),
    }
}

fn invalid_reply(invalid: &Invalid) -> Reply {
    // In this version, whatever is wrong with what was sent is 400, but for what HTTP itself names.
    let (status, what) = match invalid.kind {
        InvalidKind::Malformed
        | InvalidKind::Schema
        | InvalidKind::Query
        | InvalidKind::Header
        | InvalidKind::Key => (400, "Bad request parameters"),
        InvalidKind::Request => (400, "Bad request"),
        InvalidKind::TooLarge => (413, "Too large"),
        InvalidKind::MediaType => (415, "Unsupported media type"),
        InvalidKind::Method => (405, "Method not allowed"),
    };
    let first = invalid.violations.first();
    let first = first.map_or_else(String::new, |violation| {
        format!("{} {}", violation.pointer, violation.detail)
    });
    let body =
        json!({ "ok": false, "message": format!("{what}: {}", first.trim()), "errors": invalid.violations });
    Reply::json(&body).status(Status::new(status))
}
