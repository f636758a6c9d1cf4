//! Bodies: media type, then limit, then strict JSON, then schema, then type. Whatever fails, nothing of
//! the body is logged or repeated.

use rocket::data::{self, FromData, ToByteUnit as _};
use rocket::http::Status;
use rocket::{Data, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Invalid, InvalidKind, Result};
use crate::http::{json, schemas};

/// The longest body, in bytes.
pub const LIMIT: usize = 64 * 1024;

/// The type of a body, and the schema that it fulfils.
pub trait Schema: DeserializeOwned + Send {
    /// The name of the file in `schemas/`, without `.json`.
    const NAME: &'static str;
    /// Media types other than `application/json` that mean the same here.
    const ALSO: &'static [&'static str] = &[];
}

/// A body that fulfils its schema. Handlers take a `Result` of it, and pass the error on with `?`.
#[derive(Debug)]
pub struct Checked<T>(pub T);

/// A checked body, or what is wrong with it.
pub type Body<T> = std::result::Result<Checked<T>, Error>;

#[rocket::async_trait]
impl<'r, T: Schema> FromData<'r> for Checked<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match read(request, data).await {
            Ok(body) => data::Outcome::Success(Self(body)),
            // The status is not used: handlers take a `Result`.
            Err(error) => data::Outcome::Error((Status::BadRequest, error)),
        }
    }
}

async fn read<T: Schema>(request: &Request<'_>, data: Data<'_>) -> Result<T> {
    typed(read_json::<T>(request, data).await?)
}

/// The JSON of a body, which was not compared with its schema yet.
///
/// # Errors
/// `Invalid`: its media type, its length, or that it is no JSON that means one thing only.
pub async fn read_json<T: Schema>(request: &Request<'_>, data: Data<'_>) -> Result<Value> {
    check_media_type(request, T::ALSO)?;
    parse(&read_limited(data).await?)
}

/// The bytes of a body.
///
/// # Errors
/// `Invalid` if they are too many, or fewer than was said.
pub async fn read_limited(data: Data<'_>) -> Result<Vec<u8>> {
    let bytes = data.open(LIMIT.bytes()).into_bytes().await.map_err(|_| {
        Error::invalid(
            InvalidKind::Malformed,
            "",
            "body",
            "the body ended before its announced length",
        )
    })?;
    if !bytes.is_complete() {
        return Err(Error::invalid(
            InvalidKind::TooLarge,
            "",
            "limit",
            format!("a body has at most {LIMIT} bytes"),
        ));
    }
    Ok(bytes.into_inner())
}

/// The name of a schema, and what reads a body that has to fulfil it and throws it away.
pub type Reader = (&'static str, fn(&[u8]) -> Result<()>);

/// The reader of a type, for `http::fuzz`.
pub fn reader<T: Schema>() -> Reader {
    (T::NAME, |bytes| check_as::<T>(T::NAME, bytes).map(drop))
}

/// Reads and checks a body.
///
/// # Errors
/// `Invalid`, with every violation.
pub fn check_as<T: DeserializeOwned>(schema: &str, bytes: &[u8]) -> Result<T> {
    typed_as(schema, parse(bytes)?)
}

fn parse(bytes: &[u8]) -> Result<Value> {
    json::parse(bytes).map_err(|why| Error::invalid(InvalidKind::Malformed, "", "json", why))
}

/// What a body says, once it fulfils its schema.
///
/// # Errors
/// `Invalid`, with every violation.
pub fn typed<T: Schema>(value: Value) -> Result<T> {
    typed_as(T::NAME, value)
}

fn typed_as<T: DeserializeOwned>(schema: &str, value: Value) -> Result<T> {
    let violations = schemas::violations(schema, &value);
    if !violations.is_empty() {
        return Err(Error::Invalid(Invalid {
            kind: InvalidKind::Schema,
            violations,
        }));
    }
    // A schema that lets through what the type does not take is a fault of ours, and still the client's
    // error: the words of serde may hold values, and are not passed on.
    serde_json::from_value(value)
        .map_err(|_| Error::rule("", "type", "the body is not of the form that is needed"))
}

fn check_media_type(request: &Request<'_>, also: &[&str]) -> Result<()> {
    let essence = media_type(request)?;
    if essence != "application/json" && !also.contains(&essence.as_str()) {
        let detail = "the Content-Type must be application/json";
        return Err(Error::invalid(InvalidKind::MediaType, "", "media_type", detail));
    }
    Ok(())
}

/// What a body is said to be, without parameters, in lower case.
///
/// # Errors
/// `Invalid` if that is not said once, if the body is compressed, or is not in UTF-8.
pub fn media_type(request: &Request<'_>) -> Result<String> {
    let refused = |detail: &str| Err(Error::invalid(InvalidKind::MediaType, "", "media_type", detail));
    let is_plain = |value: &str| value.trim().is_empty() || value.trim().eq_ignore_ascii_case("identity");
    if !request.headers().get("Content-Encoding").all(is_plain) {
        return refused("the body must not be compressed");
    }
    let mut types = request.headers().get("Content-Type");
    let (Some(given), None) = (types.next(), types.next()) else {
        return refused("a body needs one Content-Type: application/json");
    };
    let (essence, parameters) = given.split_once(';').unwrap_or((given, ""));
    let essence = essence.trim().to_ascii_lowercase();
    let is_utf8 = parameters
        .split(';')
        .map(|parameter| parameter.trim().to_ascii_lowercase())
        .all(|parameter| {
            parameter.is_empty() || matches!(parameter.as_str(), "charset=utf-8" | "charset=\"utf-8\"")
        });
    if !is_utf8 {
        return refused("JSON is UTF-8; no other charset and no other parameter is known");
    }
    Ok(essence)
}

/// Reads a member that may be absent (`None`), `null` (`Some(None)`) or there: what a merge patch needs.
///
/// # Errors
/// Those of the value.
pub fn maybe_null<'de, D, T>(deserializer: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}
