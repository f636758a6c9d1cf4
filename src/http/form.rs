//! Forms, as the paths of OAuth take them: media type, limit, strict decoding, then the schema that a JSON object of the
//! same members would have to fulfil.

use rocket::data::{self, FromData};
use rocket::http::Status;
use rocket::{Data, Request};
use serde_json::{Map, Value};

use crate::error::{Error, InvalidKind, Result};
use crate::http::body::{Schema, media_type, read_limited, typed};
use crate::http::query::Params;

/// A form that fulfils its schema. Handlers take a `Result` of it.
#[derive(Debug)]
pub struct Fields<T>(pub T);

/// A checked form, or what is wrong with it.
pub type Form<T> = std::result::Result<Fields<T>, Error>;

#[rocket::async_trait]
impl<'r, T: Schema> FromData<'r> for Fields<T> {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match read(request, data).await {
            Ok(fields) => data::Outcome::Success(Self(fields)),
            // The status is not used: handlers take a `Result`.
            Err(error) => data::Outcome::Error((Status::BadRequest, error)),
        }
    }
}

async fn read<T: Schema>(request: &Request<'_>, data: Data<'_>) -> Result<T> {
    if media_type(request)? != MEDIA_TYPE {
        let detail = "the Content-Type must be application/x-www-form-urlencoded";
        return Err(Error::invalid(InvalidKind::MediaType, "", "media_type", detail));
    }
    let bytes = read_limited(data).await?;
    typed(Value::Object(members(&bytes)?))
}

/// What a form is called.
pub const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// A field that is repeated could mean two things (RFC 6749, section 3.2); one without a value is as if it were left
/// out.
fn members(bytes: &[u8]) -> Result<Map<String, Value>> {
    let malformed = |detail: &str| Error::invalid(InvalidKind::Malformed, "", "form", detail);
    let text = std::str::from_utf8(bytes).map_err(|_| malformed("a form is percent-encoded UTF-8"))?;
    let Params(pairs) = Params::parse(text.trim_end_matches(['\r', '\n']))
        .map_err(|_| malformed("the form is too long or not percent-encoded UTF-8"))?;
    let mut members = Map::new();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        if members.insert(name, Value::String(value)).is_some() {
            return Err(malformed("a field of a form may stand once"));
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded_and_stand_once() {
        let form = members(b"token=a%2Bb+c&token_type_hint=&scope=%C3%A9").unwrap();
        assert_eq!(
            Value::Object(form),
            serde_json::json!({ "token": "a+b c", "scope": "é" })
        );
        for bad in [
            b"token=a&token=b".as_slice(),
            b"token=%",
            b"token=%ff",
            b"\xff=1",
            b"token=%00",
        ] {
            assert!(members(bad).is_err(), "{bad:?}");
        }
    }
}
