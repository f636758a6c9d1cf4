//! What a provider says when it sends a person back: in the query, or in a form.

use rocket::data::{self, FromData, ToByteUnit as _};
use rocket::http::Status;
use rocket::request::{self, FromRequest};
use rocket::{Data, Request};

use crate::error::{Error, InvalidKind, Result};
use crate::http::body::{LIMIT, media_type};
use crate::http::query::Params;
use crate::service::providers::Brought;

const FORM: &str = "application/x-www-form-urlencoded";

/// The query. Providers add what they like to it, which is passed over; `None` if it cannot be read.
pub struct ProviderQuery(pub Option<Brought>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for ProviderQuery {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Self::Error> {
        let params = Params::of(request).ok();
        request::Outcome::Success(Self(params.as_ref().and_then(super::brought)))
    }
}

/// A form, read whole.
pub struct Form(pub Params);

#[rocket::async_trait]
impl<'r> FromData<'r> for Form {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match read(request, data).await {
            Ok(params) => data::Outcome::Success(Self(params)),
            // The status is not used: handlers take a `Result`.
            Err(error) => data::Outcome::Error((Status::BadRequest, error)),
        }
    }
}

async fn read(request: &Request<'_>, data: Data<'_>) -> Result<Params> {
    if media_type(request)? != FORM {
        let detail = format!("the Content-Type must be {FORM}");
        return Err(Error::invalid(InvalidKind::MediaType, "", "media_type", detail));
    }
    let malformed = |detail: &str| Error::invalid(InvalidKind::Malformed, "", "form", detail);
    let body = data.open(LIMIT.bytes()).into_string().await;
    let body = body.map_err(|_| malformed("the form cannot be read"))?;
    if !body.is_complete() {
        let detail = format!("a body has at most {LIMIT} bytes");
        return Err(Error::invalid(InvalidKind::TooLarge, "", "limit", detail));
    }
    Params::parse(&body).map_err(|_| malformed("the form cannot be read"))
}
