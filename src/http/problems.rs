//! Errors on the wire: which status and words each error of the domain has, once for each version.
//! The cause of an error is logged here, with the request's id, and never sent.

use rocket::http::{Method, Status};
use rocket::response::{self, Responder, Response};
use rocket::{Request, Route};
use serde_json::{Value, json};

use crate::error::{Error, InvalidKind, Unauthenticated, Violation};
use crate::http::context::Context;
use crate::http::reply::Reply;
use crate::http::routes::{Dialect, dialect};
use crate::http::{oauth, v1};

/// What a handler of version 2, or of a path that belongs to no version, answers.
pub type V2Result<T> = Result<T, V2Failure>;

/// An error, answered as `application/problem+json` (RFC 9457).
pub struct V2Failure(Error);

impl<E: Into<Error>> From<E> for V2Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl<'r> Responder<'r, 'static> for V2Failure {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let id = &Context::of(request).request_id;
        log_cause(id, &self.0);
        Ok(v2_reply(id, &self.0).into_response())
    }
}

/// The answer to an error, in the format of the path that was asked for.
pub fn error_response(request: &Request<'_>, error: &Error) -> Response<'static> {
    let id = &Context::of(request).request_id;
    log_cause(id, error);
    let Kept(kept) = request.local_cache(|| Kept(None));
    match kept.unwrap_or_else(|| dialect_of(request)) {
        Dialect::V1 => v1::error_reply(error).into_response(),
        Dialect::V2 => v2_reply(id, error).into_response(),
        Dialect::OAuth => oauth::error_reply(error).into_response(),
    }
}

/// The dialect that a request had before it was sent to another path.
struct Kept(Option<Dialect>);

/// Keeps the dialect of a request whose path may be changed.
pub fn keep_dialect(request: &Request<'_>) {
    request.local_cache(|| Kept(Some(dialect_of(request))));
}

/// Keeps the dialect that a request would have with this method.
pub fn keep_dialect_as(request: &Request<'_>, method: Method) {
    let segments: Vec<&str> = request.uri().path().segments().collect();
    request.local_cache(|| Kept(Some(dialect(method, &segments))));
}

fn dialect_of(request: &Request<'_>) -> Dialect {
    let segments: Vec<&str> = request.uri().path().segments().collect();
    dialect(request.method(), &segments)
}

/// Logs what only the operator may know, once, under the id of the request.
pub fn log_cause(id: &str, error: &Error) {
    match error {
        Error::Internal { cause } => log::error!(id, cause = cause.as_str(); "a request failed"),
        Error::Unavailable { cause, .. } => {
            log::warn!(id, cause = cause.as_str(); "a request could not be served now")
        }
        // Names of members and parameters may be anything that a client wrote: only the rules are told.
        Error::Invalid(invalid) => {
            let rules: Vec<&str> = invalid
                .violations
                .iter()
                .map(|violation| violation.keyword.as_str())
                .collect();
            log::debug!(id; "refused: {:?} ({})", invalid.kind, rules.join(", "));
        }
        Error::Unauthenticated(_)
        | Error::Forbidden(_)
        | Error::NotFound
        | Error::Conflict(_)
        | Error::Stale
        | Error::StartOver
        | Error::InProgress { .. }
        | Error::RateLimited { .. } => log::debug!(id; "refused: {error}"),
    }
}

/// A kind of problem: its name in `/problems/<name>`, and what it means.
struct Kind {
    name: &'static str,
    status: u16,
    title: &'static str,
    explanation: &'static str,
}

macro_rules! kinds {
    ($($constant:ident: $name:literal, $status:literal, $title:literal, $explanation:literal;)*) => {
        $(const $constant: Kind = Kind { name: $name, status: $status, title: $title, explanation: $explanation };)*
        const KINDS: &[Kind] = &[$($constant),*];

        /// The names of all kinds: each has its page at `/problems/<name>`.
        pub const NAMES: &[&str] = &[$($name),*];
    };
}

kinds! {
    MALFORMED: "malformed", 400, "The body cannot be read",
        "The body is not JSON in UTF-8, or it is JSON that could mean two things: a key twice in one object, a number out of range, a lone surrogate, or nesting deeper than 32.";
    QUERY: "query", 400, "A query parameter is wrong",
        "A query parameter is unknown, repeated where it may stand once, or outside its range. Parameters are never ignored and never cut to fit.";
    HEADER: "header", 400, "A header is wrong", "A header of the request has a form that cannot be used.";
    REQUEST: "request", 400, "The request cannot be read", "The request is not sound HTTP.";
    UNAUTHENTICATED: "unauthenticated", 401, "Nobody is signed in",
        "The route needs an access token as Authorization: Bearer. It is missing, has ended, was revoked, or is none of this service.";
    CREDENTIALS: "credentials", 401, "The credentials are wrong",
        "The e-mail address or the password is wrong, which of them is not said; or the second factor is wrong or was used before; or its time is over.";
    FORBIDDEN: "forbidden", 403, "This is not allowed", "You are known, and may not do this.";
    NOT_FOUND: "not-found", 404, "There is no such thing",
        "Nothing is here, or it belongs to somebody else: the answer is the same.";
    METHOD: "method", 405, "The path has no such method", "The header Allow says which methods this path has.";
    CONFLICT: "conflict", 409, "It contradicts what is there",
        "Something that must be unique is taken, or something that must stay would go: the last administrator, for one.";
    IN_PROGRESS: "in-progress", 409, "The same request is being done",
        "A request with this Idempotency-Key was sent before and has no answer yet. Send it again after as many seconds as the header Retry-After says: it is done once.";
    START_OVER: "start-over", 410, "Read everything anew",
        "The cursor is older than what is remembered of deleted things, or is of another state of the database: what changed since cannot be told without a gap. Ask without since, and put the answer in the place of what you have.";
    STALE: "stale", 412, "It has changed since you read it",
        "The version that If-Match names is not the present one. Read it again, and decide anew.";
    TOO_LARGE: "too-large", 413, "The body is too large", "A body has at most 65536 bytes, a file that is imported 20 MiB and 100,000 to-dos.";
    MEDIA_TYPE: "media-type", 415, "The body is of another media type",
        "A body needs Content-Type: application/json, in UTF-8 and not compressed.";
    SCHEMA: "schema", 422, "The body breaks its schema",
        "The body is JSON, and not what the schema of the route asks for. Every violation is listed in errors, with a pointer to the place.";
    KEY: "idempotency-key", 422, "The key was used for another request",
        "An Idempotency-Key stands for one request: method, path and body, but for white space and the order of members. Within 24 hours it may come with that one again, and with no other.";
    RATE_LIMITED: "rate-limited", 429, "Too many requests", "Wait as many seconds as the header Retry-After says.";
    INTERNAL: "internal", 500, "The service failed",
        "A fault of the service. Its log has the cause under the request's id.";
    UNAVAILABLE: "unavailable", 503, "The service cannot answer now",
        "The database or another part does not answer in time. Wait as many seconds as the header Retry-After says.";
}

/// An error as version 2 tells it.
pub fn v2_reply(request_id: &str, error: &Error) -> Reply {
    let none: &[Violation] = &[];
    match error {
        Error::Invalid(invalid) => {
            let kind = match invalid.kind {
                InvalidKind::Malformed => &MALFORMED,
                InvalidKind::Schema => &SCHEMA,
                InvalidKind::Query => &QUERY,
                InvalidKind::Header => &HEADER,
                InvalidKind::Key => &KEY,
                InvalidKind::TooLarge => &TOO_LARGE,
                InvalidKind::MediaType => &MEDIA_TYPE,
                InvalidKind::Method => &METHOD,
                InvalidKind::Request => &REQUEST,
            };
            let detail = invalid
                .violations
                .first()
                .map_or("", |violation| violation.detail.as_str());
            problem(request_id, kind, detail, &invalid.violations)
        }
        Error::Unauthenticated(why) => {
            let kind = match why {
                Unauthenticated::Missing | Unauthenticated::BadToken => &UNAUTHENTICATED,
                Unauthenticated::BadCredentials
                | Unauthenticated::BadCurrentPassword
                | Unauthenticated::SecondFactorNeeded
                | Unauthenticated::BadSecondFactor
                | Unauthenticated::BadTicket => &CREDENTIALS,
            };
            problem(request_id, kind, detail_of(*why), none).header("WWW-Authenticate", challenge(*why))
        }
        Error::Forbidden(why) => problem(request_id, &FORBIDDEN, why, none),
        Error::NotFound => problem(request_id, &NOT_FOUND, NOT_FOUND.explanation, none),
        Error::Conflict(why) => problem(request_id, &CONFLICT, why, none),
        Error::Stale => problem(request_id, &STALE, STALE.explanation, none),
        Error::StartOver => problem(request_id, &START_OVER, START_OVER.explanation, none),
        Error::InProgress { retry_after } => problem(request_id, &IN_PROGRESS, IN_PROGRESS.explanation, none)
            .header("Retry-After", retry_after.to_string()),
        Error::RateLimited { retry_after } => {
            problem(request_id, &RATE_LIMITED, RATE_LIMITED.explanation, none)
                .header("Retry-After", retry_after.to_string())
        }
        Error::Unavailable { retry_after, .. } => {
            problem(request_id, &UNAVAILABLE, UNAVAILABLE.explanation, none)
                .header("Retry-After", retry_after.to_string())
        }
        Error::Internal { .. } => problem(request_id, &INTERNAL, INTERNAL.explanation, none),
    }
}

/// What an instance that is about to stop answers to a proxy that has another one to ask.
pub fn ask_another(request: &Request<'_>) -> Response<'static> {
    const ANOTHER: Kind = Kind {
        status: 504,
        ..UNAVAILABLE
    };
    let error = Error::Unavailable {
        cause: String::new(),
        retry_after: 1,
    };
    match dialect_of(request) {
        Dialect::V1 => v1::error_reply(&error).status(Status::GatewayTimeout),
        Dialect::OAuth => oauth::error_reply(&error).status(Status::GatewayTimeout),
        Dialect::V2 => {
            let id = &Context::of(request).request_id;
            problem(id, &ANOTHER, ANOTHER.explanation, &[]).header("Retry-After", "1")
        }
    }
    .into_response()
}

/// A status that Rocket itself came to, as an error of the domain.
pub fn error_of_status(status: Status) -> Error {
    match status.code {
        404 | 422 => Error::NotFound,
        413 => Error::invalid(InvalidKind::TooLarge, "", "limit", "the body is too large"),
        500 => Error::internal("a handler failed; the panic was logged before"),
        503 => Error::Unavailable {
            cause: "no handler answered".into(),
            retry_after: 1,
        },
        _ => Error::invalid(InvalidKind::Request, "", "request", REQUEST.explanation),
    }
}

fn problem(request_id: &str, kind: &Kind, detail: &str, violations: &[Violation]) -> Reply {
    let mut body = json!({
        "type": format!("/problems/{}", kind.name),
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "request_id": request_id,
    });
    if !violations.is_empty() {
        body["errors"] = serde_json::to_value(violations).unwrap_or(Value::Null);
    }
    let status = Status::new(kind.status);
    Reply::json(&body)
        .media_type("application/problem+json")
        .status(status)
}

/// Why nobody is authenticated, in words.
pub const fn detail_of(why: Unauthenticated) -> &'static str {
    match why {
        Unauthenticated::Missing => "an access token is needed",
        Unauthenticated::BadToken => "the token is not valid, or no longer",
        Unauthenticated::BadCredentials => "invalid username or password",
        Unauthenticated::BadCurrentPassword => "the current password is wrong",
        Unauthenticated::SecondFactorNeeded => {
            "this account has a second factor: sign in by version 2 of the API"
        }
        Unauthenticated::BadSecondFactor => "the second factor is wrong, or was used before",
        Unauthenticated::BadTicket => "this sign-in has ended; begin it again",
    }
}

/// The value of `WWW-Authenticate` (RFC 6750, section 3).
pub const fn challenge(why: Unauthenticated) -> &'static str {
    match why {
        Unauthenticated::BadToken => "Bearer realm=\"rondo\", error=\"invalid_token\"",
        Unauthenticated::Missing
        | Unauthenticated::BadCredentials
        | Unauthenticated::BadCurrentPassword
        | Unauthenticated::SecondFactorNeeded
        | Unauthenticated::BadSecondFactor
        | Unauthenticated::BadTicket => "Bearer realm=\"rondo\"",
    }
}

/// The value for a token that is good, and lacks a scope or a role: so a program tells it from one that is not taken.
pub const INSUFFICIENT_SCOPE: &str = "Bearer realm=\"rondo\", error=\"insufficient_scope\"";

pub fn routes() -> Vec<Route> {
    rocket::routes![explain]
}

/// What a kind of problem means, for whoever opens its address.
#[rocket::get("/problems/<problem>")]
fn explain(problem: &str) -> V2Result<Reply> {
    let kind = KINDS
        .iter()
        .find(|kind| kind.name == problem)
        .ok_or(Error::NotFound)?;
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} – Rondo</title>\n</head>\n<body>\n\
         <main>\n<h1>{title}</h1>\n<p>{explanation}</p>\n<dl>\n<dt>Status</dt>\n<dd>{status}</dd>\n\
         <dt>Type</dt>\n<dd><code>/problems/{name}</code></dd>\n</dl>\n\
         <p><a href=\"/docs\">The documentation of the API</a></p>\n</main>\n</body>\n</html>\n",
        title = kind.title,
        explanation = kind.explanation,
        status = kind.status,
        name = kind.name,
    );
    Ok(Reply::text("text/html; charset=utf-8", page).header("Cache-Control", "public, max-age=3600"))
}
