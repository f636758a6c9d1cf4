//! Making a token worthless, by whoever has it (RFC 7009).

use rocket::{Route, State};
use serde::Deserialize;

use super::{Failure, OAuthResult, Refusal, known_client};
use crate::http::Edge;
use crate::http::body::{Reader, Schema, reader};
use crate::http::form::{Fields, Form};
use crate::http::guards::From;
use crate::http::reply::Reply;
use crate::service::introspection::Revoked;

pub fn routes() -> Vec<Route> {
    rocket::routes![revoke]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<RevokeForm>()]
}

#[derive(Deserialize)]
struct RevokeForm {
    token: String,
    client_id: Option<String>,
}

impl Schema for RevokeForm {
    const NAME: &'static str = "oauth-revoke";
}

#[rocket::post("/oauth/revoke", data = "<form>")]
async fn revoke(edge: &State<Edge>, from: From, form: Form<RevokeForm>) -> OAuthResult<Reply> {
    let Fields(RevokeForm { token, client_id }) = form?;
    let client = known_client(client_id.as_deref())?;
    match edge
        .services
        .introspection
        .revoke(&token, client, &from.0)
        .await?
    {
        Revoked::Now | Revoked::WasNone => Ok(Reply::empty().status(rocket::http::Status::Ok)),
        Revoked::OfAnother => Err(Failure::Refused(Refusal::OfAnotherClient)),
    }
}
