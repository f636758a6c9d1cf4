//! What a token is worth, for other services (RFC 7662). They show an API token with the scope `introspect`.

use rocket::{Route, State};
use serde::Deserialize;
use serde_json::json;

use super::OAuthResult;
use crate::http::Edge;
use crate::http::body::{Reader, Schema, reader};
use crate::http::form::{Fields, Form};
use crate::http::guards::Signed;
use crate::http::reply::Reply;

pub fn routes() -> Vec<Route> {
    rocket::routes![introspect]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<IntrospectForm>()]
}

/// The kind of token is told by the token: the hint of the RFC changes nothing.
#[derive(Deserialize)]
struct IntrospectForm {
    token: String,
}

impl Schema for IntrospectForm {
    const NAME: &'static str = "oauth-introspect";
}

#[rocket::post("/oauth/introspect", data = "<form>")]
async fn introspect(edge: &State<Edge>, _signed: Signed, form: Form<IntrospectForm>) -> OAuthResult<Reply> {
    let Fields(IntrospectForm { token }) = form?;
    let services = &edge.services;
    let reply = match services.introspection.of(&token).await? {
        Some(worth) => Reply::json(&worth),
        // Nothing else is told: neither why, nor that it ever was one.
        None => Reply::json(&json!({ "active": false })),
    };
    Ok(reply.header("Cache-Control", "no-store"))
}
