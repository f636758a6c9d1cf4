//! What of OAuth is offered here, and where (RFC 8414).

use rocket::{Route, State};
use serde_json::json;

use super::token::{DEVICE_CODE, REFRESH_TOKEN};
use crate::http::Edge;
use crate::http::openapi::CACHE;
use crate::http::reply::Reply;
use crate::model::Scope;

pub fn routes() -> Vec<Route> {
    rocket::routes![metadata]
}

#[rocket::get("/.well-known/oauth-authorization-server")]
fn metadata(edge: &State<Edge>) -> Reply {
    let at = |path: &str| format!("{}{path}", edge.public_url);
    let scopes: Vec<&str> = Scope::ALL.into_iter().map(Scope::name).collect();
    Reply::json(&json!({
        "issuer": edge.services.tokens.issuer(),
        "jwks_uri": at("/.well-known/jwks.json"),
        "token_endpoint": at("/oauth/token"),
        "token_endpoint_auth_methods_supported": ["none"],
        "device_authorization_endpoint": at("/oauth/device_authorization"),
        "introspection_endpoint": at("/oauth/introspect"),
        "revocation_endpoint": at("/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": scopes,
        // There is no endpoint to which browsers are sent for a code.
        "response_types_supported": [],
        "grant_types_supported": [DEVICE_CODE, REFRESH_TOKEN],
        "service_documentation": at("/docs"),
    }))
    .header("Cache-Control", CACHE)
}
