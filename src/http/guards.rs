//! What handlers ask of a request besides its body.

use std::convert::Infallible;

use rocket::Request;
use rocket::http::Status;
use rocket::outcome::Outcome;
use rocket::request::{self, FromParam, FromRequest};

use crate::error::{Error, InvalidKind, Result};
use crate::http::context::Context;
use crate::http::gate::bearer;
use crate::http::query::Params;
use crate::model::{Caller, Id};
use crate::service::sessions::Client;
use crate::service::todos::Precondition;

/// Who asks; the gate has verified it.
pub struct Signed(pub Caller);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Signed {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        // Behind the gate of an open route there is nobody: a handler that asks all the same is refused.
        Context::of(request)
            .caller()
            .map_or(Outcome::Error((Status::InternalServerError, ())), |caller| {
                Outcome::Success(Self(caller))
            })
    }
}

/// What the log has the request under.
pub struct RequestId(pub String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RequestId {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(Self(Context::of(request).request_id.clone()))
    }
}

/// The access token that the gate has verified, for what lasts longer than a look at it.
pub struct AccessToken(pub String);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for AccessToken {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        match bearer(request) {
            Ok(Some(token)) => Outcome::Success(Self(token.to_owned())),
            // Only behind the gate of an open route.
            Ok(None) | Err(_) => Outcome::Error((Status::InternalServerError, ())),
        }
    }
}

/// From where somebody asks.
pub struct From(pub Client);

/// From where a request comes.
pub fn client_of(request: &Request<'_>) -> Client {
    let device = request.headers().get_one("User-Agent").unwrap_or_default();
    let device = device.chars().filter(|c| !c.is_control()).take(200).collect();
    let context = Context::of(request);
    Client {
        address: context.address.to_string(),
        device,
        request_id: context.request_id.clone(),
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for From {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        Outcome::Success(Self(client_of(request)))
    }
}

/// The query; its names were checked by the gate.
pub struct Query(pub Params);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Query {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, ()> {
        Params::of(request).map_or(Outcome::Error((Status::BadRequest, ())), |params| {
            Outcome::Success(Self(params))
        })
    }
}

/// An id in a path. What is no id names nothing.
pub struct PathId(Option<Id>);

impl PathId {
    /// The id.
    ///
    /// # Errors
    /// `NotFound` if it is none.
    pub fn get(&self) -> Result<Id> {
        self.0.ok_or(Error::NotFound)
    }
}

impl<'r> FromParam<'r> for PathId {
    type Error = Infallible;

    fn from_param(text: &'r str) -> std::result::Result<Self, Infallible> {
        Ok(Self(text.parse().ok()))
    }
}

/// The header `If-Match`, or what is wrong with it.
pub struct IfMatch(pub Result<Precondition>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfMatch {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        let lines: Vec<&str> = request.headers().get("If-Match").collect();
        Outcome::Success(Self(if lines.is_empty() {
            Ok(Precondition::None)
        } else {
            let list = lines.join(",");
            check_length("If-Match", &list).and_then(|()| precondition(&list))
        }))
    }
}

/// The header `Last-Event-ID`, unless it is empty.
pub struct LastEventId(pub Option<String>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for LastEventId {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        let id = request.headers().get_one("Last-Event-ID").map(str::trim);
        Outcome::Success(Self(id.filter(|id| !id.is_empty()).map(str::to_owned)))
    }
}

/// The longest list of tags, in bytes.
const LONGEST_LIST: usize = 64 * 1024;

fn check_length(name: &str, list: &str) -> Result<()> {
    if list.len() <= LONGEST_LIST {
        return Ok(());
    }
    let detail = format!("{name} has at most {LONGEST_LIST} bytes");
    Err(Error::invalid(InvalidKind::Header, name, "maxLength", detail))
}

/// The header `If-None-Match`: the tags that the client has, with `W/` taken off. What is no tag is none that
/// the client has; only a list that is too long is refused.
pub struct IfNoneMatch(Result<Vec<String>>);

impl IfNoneMatch {
    /// Refuses a list that is too long before anything is looked for.
    ///
    /// # Errors
    /// As [`IfNoneMatch::has`].
    pub fn check(&self) -> Result<()> {
        self.0.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    /// Whether the client has what this tag names.
    ///
    /// # Errors
    /// `Invalid` if the list was too long.
    pub fn has(self, tag: &str) -> Result<bool> {
        Ok(self.0?.iter().any(|known| known == "*" || known == tag))
    }
}

#[rocket::async_trait]
impl<'r> FromRequest<'r> for IfNoneMatch {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Infallible> {
        let lines: Vec<&str> = request.headers().get("If-None-Match").collect();
        let list = lines.join(",");
        let tags = list.split(',').map(str::trim);
        let tags = tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag).to_owned());
        Outcome::Success(Self(
            check_length("If-None-Match", &list).map(|()| tags.collect()),
        ))
    }
}

/// Reads `"<version>-<hash>"`. The version is what counts: a proxy that compresses makes the tag weak,
/// and that does not make it another version. A tag of another form names no version of ours.
///
/// # Errors
/// `Invalid` for what is neither `*` nor a list of tags.
pub fn precondition(text: &str) -> Result<Precondition> {
    if text.trim() == "*" {
        return Ok(Precondition::Exists);
    }
    let mut versions = Vec::new();
    for tag in text.split(',').map(str::trim) {
        let opaque = tag.strip_prefix("W/").unwrap_or(tag);
        let inner = opaque
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|inner| inner.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'))
            .ok_or_else(|| {
                Error::invalid(
                    InvalidKind::Header,
                    "If-Match",
                    "format",
                    "If-Match has entity tags in double quotes, or *",
                )
            })?;
        versions.extend(
            inner
                .split_once('-')
                .and_then(|(version, _)| version.parse::<i64>().ok()),
        );
    }
    Ok(Precondition::Versions(versions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_counts_and_weak_tags_too() {
        assert_eq!(
            precondition("\"3-abc\"").unwrap(),
            Precondition::Versions(vec![3])
        );
        assert_eq!(
            precondition("W/\"3-abc\", \"4-x\"").unwrap(),
            Precondition::Versions(vec![3, 4])
        );
        assert_eq!(
            precondition("\"something\"").unwrap(),
            Precondition::Versions(vec![])
        );
        assert_eq!(precondition(" * ").unwrap(), Precondition::Exists);
        assert!(precondition("3-abc").is_err());
        assert!(precondition("\"3-a\"bc\"").is_err());
        assert!(precondition("\"3 abc\"").is_err());
        assert!(precondition("\"3-\u{e9}\"").is_err());
        assert!(precondition("").is_err());
    }
}
