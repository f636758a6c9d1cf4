//! Asking over HTTP: bounded in time and size, following nobody elsewhere, and saying in words why there is no answer.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER, WWW_AUTHENTICATE};
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::address::is_loopback;
use super::{Failure, Result};
use crate::logging::one_line;

const CONNECT: Duration = Duration::from_secs(5);
/// Between two pieces of an answer.
const SILENCE: Duration = Duration::from_secs(30);
/// A page of a hundred to-dos with the longest notes has a few megabytes.
const LONGEST: usize = 32 * 1024 * 1024;

/// What asks one host.
pub struct Wire {
    client: reqwest::Client,
    is_told: bool,
}

/// An answer, read whole. It may have tokens in it, so that it is not printed.
pub struct Answer {
    pub status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Wire {
    /// `is_told`: each request is told on standard error, without what is secret in it.
    ///
    /// # Errors
    /// `Failed` if the certificates of this machine cannot be read.
    pub fn new(to: &Url, is_told: bool) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .user_agent(user_agent())
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE);
        if to.scheme() == "http" {
            // Nothing is to be verified, and the machine may have no certificates.
            builder = builder.tls_certs_only([]);
        }
        if is_loopback(to) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Failure::Failed(format!(
                "the certificates that this machine trusts cannot be read: {}",
                innermost(&error)
            ))
        })?;
        Ok(Self { client, is_told })
    }

    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Asks, and reads the answer whole.
    ///
    /// # Errors
    /// `Unreachable` if there is none.
    pub async fn ask(&self, request: RequestBuilder) -> Result<Answer> {
        let mut response = self.open(request).await?;
        let address = response.url().clone();
        let mut body = Vec::new();
        while let Some(piece) = response
            .chunk()
            .await
            .map_err(|error| unreachable(&address, &error))?
        {
            body.extend_from_slice(&piece);
            if body.len() > LONGEST {
                return Err(Failure::Failed(format!("{address} answers with too much")));
            }
        }
        Ok(Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body,
        })
    }

    /// Asks, and leaves the body to be read piece by piece.
    ///
    /// # Errors
    /// `Unreachable` if there is no answer.
    pub async fn open(&self, request: RequestBuilder) -> Result<Response> {
        let request = request
            .build()
            .map_err(|error| Failure::Failed(format!("this cannot be asked: {}", innermost(&error))))?;
        let address = request.url().clone();
        self.tell(format_args!("> {} {address}", request.method()));
        let response = self
            .client
            .execute(request)
            .await
            .map_err(|error| unreachable(&address, &error))?;
        let header = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        self.tell(format_args!(
            "< {} {} (request {})",
            response.status().as_u16(),
            header("content-type").unwrap_or("-"),
            header("x-request-id").unwrap_or("-")
        ));
        Ok(response)
    }

    fn tell(&self, words: std::fmt::Arguments<'_>) {
        if self.is_told {
            eprintln!("rondo: {}", one_line(&words.to_string()));
        }
    }
}

impl Answer {
    pub const fn is_ok(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Its JSON.
    ///
    /// # Errors
    /// `Failed` if what answers is no Rondo, or none of this version.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|_| {
            Failure::Failed(format!(
                "what answers there is not what it should be (status {}): look at --server",
                self.status
            ))
        })
    }

    /// The JSON of what was done, or why it was not.
    ///
    /// # Errors
    /// The refusal.
    pub fn done(&self) -> Result<Value> {
        if !self.is_ok() {
            return Err(self.refusal());
        }
        if self.status == 204 {
            return Ok(Value::Null);
        }
        self.read()
    }

    /// What a refusal means, and what it says.
    pub fn refusal(&self) -> Failure {
        let problem: Value = self.read().unwrap_or_default();
        let words = match self.status {
            429 => format!("too many requests; try again in {} s", self.wait().unwrap_or(60)),
            _ => said(&problem).unwrap_or_else(|| format!("the service answers {}", self.status)),
        };
        match self.status {
            401 => Failure::NotSignedIn(format!("{words}; sign in with: rondo login")),
            404 if problem.is_object() => Failure::NotFound(words),
            502..=504 => Failure::Unreachable(words),
            _ => Failure::Failed(words),
        }
    }

    /// Whether the token is good, and has not the scope for this (RFC 6750).
    pub fn lacks_scope(&self) -> bool {
        let challenge = self.headers.get(WWW_AUTHENTICATE);
        let challenge = challenge.and_then(|value| value.to_str().ok());
        self.status == 403 && challenge.is_some_and(|it| it.contains("error=\"insufficient_scope\""))
    }

    /// How long it asks to wait, in seconds.
    pub fn wait(&self) -> Option<u64> {
        let value = self.headers.get(RETRY_AFTER)?;
        value.to_str().ok()?.parse().ok()
    }
}

/// What a problem says: each of its violations, or itself.
fn said(problem: &Value) -> Option<String> {
    let violations = problem["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let details: Vec<String> = violations.iter().filter_map(violation).collect();
    if !details.is_empty() {
        return Some(details.join("; "));
    }
    ["detail", "error_description", "title", "error"]
        .iter()
        .find_map(|member| problem[member].as_str())
        .map(str::to_owned)
}

/// What is wrong, and with what.
fn violation(violation: &Value) -> Option<String> {
    let detail = violation["detail"].as_str()?;
    let pointer = violation["pointer"].as_str().unwrap_or_default();
    let member = pointer.trim_start_matches(['/', '?']);
    if detail.contains(member) {
        return Some(detail.to_owned());
    }
    Some(format!("{member}: {detail}"))
}

fn unreachable(address: &Url, error: &reqwest::Error) -> Failure {
    let why = if error.is_timeout() {
        "it does not answer in time".to_owned()
    } else {
        innermost(error)
    };
    let mut place = address.clone();
    place.set_path("");
    place.set_query(None);
    Failure::Unreachable(format!(
        "{} cannot be reached: {why}",
        place.as_str().trim_end_matches('/')
    ))
}

/// The cause of all causes: the outer ones name the address, and say that there was an error.
fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// By what the person who lets this in knows it again: program, version, system, and the name of the machine.
fn user_agent() -> String {
    let names = rustix::system::uname();
    let plain = |name: &std::ffi::CStr| -> String {
        let name = name.to_string_lossy();
        name.chars()
            .filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c))
            .collect()
    };
    format!(
        "rondo/{} ({}; {})",
        env!("CARGO_PKG_VERSION"),
        plain(names.sysname()),
        plain(names.nodename())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn that_a_scope_is_lacking_is_told_from_a_token_that_is_not_taken() {
        let with = |status, challenge: &'static str| {
            let mut answer = answer(status, r#"{"detail":"no"}"#);
            let value = reqwest::header::HeaderValue::from_static(challenge);
            answer.headers.insert(WWW_AUTHENTICATE, value);
            answer
        };
        assert!(with(403, "Bearer realm=\"rondo\", error=\"insufficient_scope\"").lacks_scope());
        assert!(!with(403, "Bearer realm=\"rondo\"").lacks_scope());
        assert!(!with(401, "Bearer realm=\"rondo\", error=\"invalid_token\"").lacks_scope());
        assert!(!answer(403, r#"{"detail":"no"}"#).lacks_scope());
    }

    #[test]
    fn a_refusal_says_what_the_service_says() {
        let violations = r#"{"detail":"3 fields","errors":[{"pointer":"/title","detail":"title is required"},
            {"pointer":"/notes","detail":"value is too long"},{"pointer":"","detail":"no object"}]}"#;
        for (answer, failure) in [
            (
                answer(422, violations),
                Failure::Failed("title is required; notes: value is too long; no object".into()),
            ),
            (
                answer(404, r#"{"detail":"there is no such thing"}"#),
                Failure::NotFound("there is no such thing".into()),
            ),
            // Another program, which knows nothing of ours.
            (
                answer(404, "<html>"),
                Failure::Failed("the service answers 404".into()),
            ),
            (
                answer(503, r#"{"detail":"the database does not answer"}"#),
                Failure::Unreachable("the database does not answer".into()),
            ),
            (
                answer(400, r#"{"error":"invalid_scope"}"#),
                Failure::Failed("invalid_scope".into()),
            ),
            (
                answer(401, r#"{"detail":"the token has ended"}"#),
                Failure::NotSignedIn("the token has ended; sign in with: rondo login".into()),
            ),
        ] {
            assert_eq!(answer.refusal(), failure);
        }
    }
}
