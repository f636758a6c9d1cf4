//! The public keys that others verify tokens by.

use rocket::{Route, State};
use serde_json::json;

use crate::http::Edge;
use crate::http::reply::Reply;
use crate::service::signing::PUBLISHED_SECONDS;

/// How long others may keep the keys; a key is published for longer than that before it signs.
fn cache() -> String {
    format!("public, max-age={PUBLISHED_SECONDS}")
}

pub fn routes() -> Vec<Route> {
    rocket::routes![jwks]
}

pub fn v1_routes() -> Vec<Route> {
    rocket::routes![public_key]
}

/// All keys that verify (RFC 7517).
#[rocket::get("/.well-known/jwks.json")]
fn jwks(edge: &State<Edge>) -> Reply {
    let services = &edge.services;
    let keys = services.tokens.signing().ring().jwks(services.source.now());
    Reply::json(&keys)
        .media_type("application/jwk-set+json")
        .header("Cache-Control", cache())
}

/// The key that signs now.
#[rocket::get("/public-key")]
fn public_key(edge: &State<Edge>) -> Reply {
    let key = edge.services.tokens.signing().current().public;
    Reply::json(&json!({ "key": key })).header("Cache-Control", cache())
}
