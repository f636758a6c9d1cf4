//! Tokens for devices that were let in, and new ones for old (RFC 6749, section 6; RFC 8628, section 3.4). No token is
//! given for a password here.

use rocket::{Route, State};
use serde::Deserialize;
use serde_json::json;

use super::{Failure, OAuthResult, Refusal, known_client};
use crate::error::Error;
use crate::http::Edge;
use crate::http::body::{Reader, Schema, reader};
use crate::http::form::{Fields, Form};
use crate::http::guards::From;
use crate::http::reply::Reply;
use crate::service::device::NotYet;
use crate::service::sessions::SignedIn;

pub fn routes() -> Vec<Route> {
    rocket::routes![token]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<TokenForm>()]
}

/// The kinds of grant, as they are called.
pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const REFRESH_TOKEN: &str = "refresh_token";

#[derive(Deserialize)]
struct TokenForm {
    grant_type: String,
    device_code: Option<String>,
    refresh_token: Option<String>,
    client_id: Option<String>,
}

impl Schema for TokenForm {
    const NAME: &'static str = "oauth-token";
}

#[rocket::post("/oauth/token", data = "<form>")]
async fn token(edge: &State<Edge>, from: From, form: Form<TokenForm>) -> OAuthResult<Reply> {
    let Fields(form) = form?;
    let client = known_client(form.client_id.as_deref())?;
    let signed_in = match form.grant_type.as_str() {
        DEVICE_CODE => {
            let code = form.device_code.ok_or_else(|| missing("device_code"))?;
            let asked = edge.services.devices.ask(&code, client, &from.0).await?;
            asked.map_err(|why| Failure::Refused(refusal(why)))?
        }
        REFRESH_TOKEN => {
            let token = form.refresh_token.ok_or_else(|| missing("refresh_token"))?;
            let refreshed = edge.services.sessions.refresh(&token, client, false, &from.0);
            match refreshed.await {
                Ok(signed_in) => signed_in,
                Err(Error::Unauthenticated(_)) => return Err(Failure::Refused(Refusal::BadGrant)),
                Err(error) => return Err(error.into()),
            }
        }
        _ => return Err(Failure::Refused(Refusal::UnknownGrant)),
    };
    Ok(show(edge, &signed_in))
}

fn show(edge: &Edge, signed_in: &SignedIn) -> Reply {
    let scopes = edge
        .services
        .tokens
        .scopes_of(&signed_in.user, &signed_in.session);
    let body = json!({
        "access_token": signed_in.access_token,
        "token_type": "Bearer",
        "expires_in": signed_in.expires_in,
        "refresh_token": signed_in.refresh_token,
        "scope": scopes.to_string(),
    });
    Reply::json(&body).header("Cache-Control", "no-store")
}

fn missing(field: &str) -> Error {
    Error::rule(&format!("/{field}"), "required", format!("{field} is required"))
}

const fn refusal(why: NotYet) -> Refusal {
    match why {
        NotYet::Pending => Refusal::Pending,
        NotYet::TooSoon => Refusal::SlowDown,
        NotYet::Refused => Refusal::AccessDenied,
        NotYet::Expired => Refusal::Expired,
        NotYet::Unknown => Refusal::BadGrant,
    }
}
