//! The pages that somebody sees whose sign-in through a provider did not come about, and the same as problems, for
//! programs. What only the operator may know is logged and not shown.

use rocket::Request;
use rocket::http::Status;
use rocket::response::{self, Responder};

use super::cookie;
use crate::error::{Error, Unauthenticated};
use crate::http::problems::log_cause;
use crate::http::reply::Reply;
use crate::service::providers::Refused;

/// Somebody who is turned away, with a page.
pub struct Turned {
    id: String,
    refused: Refused,
}

struct Page {
    status: u16,
    title: &'static str,
    text: &'static str,
    /// The sign-in has come to its end: what the browser keeps of it is of no use.
    ends: bool,
}

impl Turned {
    pub fn new(id: String, refused: Refused) -> Self {
        let id_told = id.as_str();
        match &refused {
            Refused::NotBelieved(cause) => {
                log::warn!(id = id_told, cause = cause.as_str(); "a provider's answer was not believed");
            }
            Refused::NoAnswer(cause) => {
                log::warn!(id = id_told, cause = cause.as_str(); "a provider does not answer");
            }
            Refused::Failed(error) => log_cause(&id, error),
            other => log::debug!(id = id_told; "a sign-in through a provider was refused: {other:?}"),
        }
        Self { id, refused }
    }

    fn reply(&self) -> Reply {
        let page = page_of(&self.refused);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title} – Rondo</title>\n</head>\n<body>\n\
             <main>\n<h1>{title}</h1>\n<p>{text}</p>\n<p><a href=\"/signin\">To the sign-in page</a></p>\n\
             <p><small>Request <code>{id}</code></small></p>\n</main>\n</body>\n</html>\n",
            title = page.title,
            text = sentence(page.text),
            id = self.id,
        );
        let mut reply = Reply::text("text/html; charset=utf-8", html).status(Status::new(page.status));
        if let Some(seconds) = retry_after(&self.refused) {
            reply = reply.header("Retry-After", seconds.to_string());
        }
        if page.ends {
            reply = reply.header("Set-Cookie", cookie::none());
        }
        reply
    }
}

impl<'r> Responder<'r, 'static> for Turned {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Ok(self.reply().into_response())
    }
}

/// Words of the domain as a page has them.
fn sentence(words: &str) -> String {
    let (first, rest) = words.split_at_checked(1).unwrap_or_default();
    let stop = if words.ends_with('.') { "" } else { "." };
    format!("{}{rest}{stop}", first.to_ascii_uppercase())
}

const fn retry_after(refused: &Refused) -> Option<u32> {
    match refused {
        Refused::NoAnswer(_) => Some(5),
        Refused::Failed(
            Error::Unavailable { retry_after, .. }
            | Error::RateLimited { retry_after }
            | Error::InProgress { retry_after },
        ) => Some(*retry_after),
        _ => None,
    }
}

const fn page_of(refused: &Refused) -> Page {
    let (status, title, text) = match refused {
        Refused::NotBegun => (
            400,
            "This sign-in was not begun here",
            "It was begun in another browser, took longer than ten minutes, or was finished before. Please sign in \
             again.",
        ),
        Refused::OtherSignIn => (
            400,
            "This is the answer to another sign-in",
            "The page belongs to a sign-in that was begun earlier, or elsewhere. Please sign in again.",
        ),
        Refused::Declined => (
            403,
            "You were not signed in",
            "The provider did not let you in, or you said no there.",
        ),
        Refused::NotBelieved(_) => (
            400,
            "The provider's answer cannot be used",
            "It is not what a provider answers that is set up rightly. Please sign in again; if this happens again, \
             tell whoever runs this service, with the request below.",
        ),
        Refused::NoAnswer(_) => (
            503,
            "The provider does not answer",
            "Nobody can sign in through it at this moment. Please try again a little later, or sign in another way.",
        ),
        Refused::NoEmail => (
            403,
            "The provider tells no e-mail address",
            "An account here needs an e-mail address. Give the provider yours, or allow it to tell this service.",
        ),
        Refused::EmailTaken => (
            409,
            "There is an account with your e-mail address",
            "It was made in another way. Sign in to it as you did before; in its settings you can add this provider.",
        ),
        Refused::Closed => (
            403,
            "You have no account here",
            "New accounts are not made by signing in. Ask whoever runs this service for one.",
        ),
        Refused::Disabled => (
            403,
            "Your account is disabled",
            "Ask whoever runs this service why.",
        ),
        Refused::MissingRole => (
            403,
            "You may not use this service",
            "You are known to the provider, and lack the role that this service asks for. Ask whoever manages the \
             accounts there for it, then sign in again.",
        ),
        Refused::OfAnotherAccount => (
            409,
            "This sign-in belongs to another account",
            "You can sign in with it; it cannot be added to a second account.",
        ),
        Refused::SignedOut => (
            403,
            "You were signed out meanwhile",
            "Please sign in again, then add the provider once more.",
        ),
        Refused::Failed(error) => page_of_error(error),
    };
    // A page that somebody else made this browser open must not end what it has begun; nor what may come about when it
    // is tried again.
    let ends = match refused {
        Refused::NotBegun | Refused::OtherSignIn | Refused::NoAnswer(_) => false,
        Refused::Failed(error) => matches!(error, Error::Forbidden(_)),
        _ => true,
    };
    Page {
        status,
        title,
        text,
        ends,
    }
}

/// What goes wrong in the service itself, behind a sign-in that the provider let through.
const fn page_of_error(error: &Error) -> (u16, &'static str, &'static str) {
    match error {
        Error::Forbidden(words) => (403, "You were not signed in", *words),
        Error::Conflict(words) => (409, "You were not signed in", *words),
        // It was disabled, deleted or signed out everywhere since it was found.
        Error::Unauthenticated(_) | Error::NotFound | Error::Stale => (
            403,
            "You were not signed in",
            "The account was changed at this moment. Please sign in again.",
        ),
        Error::RateLimited { .. } => (429, "Too many requests", "Please try again a little later."),
        Error::Unavailable { .. } | Error::InProgress { .. } => (
            503,
            "The service cannot answer now",
            "Please try again a little later.",
        ),
        Error::Invalid(_) | Error::StartOver | Error::Internal { .. } => (
            500,
            "The service failed",
            "Please sign in again; if this happens again, tell whoever runs this service, with the request below.",
        ),
    }
}

/// The same for a program.
pub fn problem_of(refused: Refused) -> Error {
    match refused {
        Refused::Failed(error) => error,
        Refused::NoAnswer(cause) | Refused::NotBelieved(cause) => Error::Unavailable {
            cause,
            retry_after: 5,
        },
        Refused::SignedOut => Error::Unauthenticated(Unauthenticated::BadToken),
        other => Error::Forbidden(page_of(&other).title),
    }
}
