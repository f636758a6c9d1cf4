//! The device flow, as devices see it (RFC 8628, section 3.1). What a person sees of it is in `http::v2::device`.

use rocket::{Route, State};
use serde::Deserialize;
use serde_json::json;

use super::{Failure, OAuthResult, Refusal};
use crate::http::Edge;
use crate::http::body::{Reader, Schema, reader};
use crate::http::form::{Fields, Form};
use crate::http::guards::From;
use crate::http::reply::Reply;
use crate::model::{CLI_CLIENT, Scope, Scopes};
use crate::service::device::{Devices, INTERVAL, LIFETIME};

pub fn routes() -> Vec<Route> {
    rocket::routes![begin]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<DeviceForm>()]
}

#[derive(Deserialize)]
struct DeviceForm {
    client_id: String,
    scope: Option<String>,
}

impl Schema for DeviceForm {
    const NAME: &'static str = "oauth-device";
}

#[rocket::post("/oauth/device_authorization", data = "<form>")]
async fn begin(edge: &State<Edge>, from: From, form: Form<DeviceForm>) -> OAuthResult<Reply> {
    let Fields(DeviceForm { client_id, scope }) = form?;
    if client_id != CLI_CLIENT {
        return Err(Failure::Refused(Refusal::UnknownClient));
    }
    let scopes = match scope {
        Some(text) => scopes(&text).ok_or(Failure::Refused(Refusal::UnknownScope))?,
        None => Devices::usual_scopes(),
    };
    let begun = edge.services.devices.begin(scopes, &from.0).await?;
    let page = format!("{}/device", edge.public_url);
    let body = json!({
        "device_code": begun.device_code,
        "verification_uri_complete": format!("{page}?user_code={}", begun.user_code),
        "user_code": begun.user_code,
        "verification_uri": page,
        "expires_in": LIFETIME,
        "interval": INTERVAL,
    });
    Ok(Reply::json(&body).header("Cache-Control", "no-store"))
}

/// `None` if one of them is none that a person may be asked for.
fn scopes(text: &str) -> Option<Scopes> {
    text.split(' ')
        .filter(|name| !name.is_empty())
        .map(|name| Scope::from_name(name).filter(|scope| *scope != Scope::Introspect))
        .try_fold(Scopes::default(), |all, scope| Some(all.with(scope?)))
        .filter(|scopes| !scopes.is_empty())
}
