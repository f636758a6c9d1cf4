//! The public keys that others verify tokens by.

use rocket::{Route, State};
use serde_json::json;

use crate::http::Edge;
use crate::http::reply::Reply;

/// Others may keep the keys for five minutes.
const CACHE: &str = "public, max-age=300";

pub fn routes() -> Vec<Route> {
    rocket::routes![jwks]
}

pub fn v1_routes() -> Vec<Route> {
    rocket::routes![public_key]
}

/// All keys that verify (RFC 7517).
#[rocket::get("/.well-known/jwks.json")]
fn jwks(edge: &State<Edge>) -> Reply {
    let keys = edge.services.tokens.keys().jwks();
    Reply::json(&keys)
        .media_type("application/jwk-set+json")
        .header("Cache-Control", CACHE)
}

/// The key that signs now.
#[rocket::get("/public-key")]
fn public_key(edge: &State<Edge>) -> Reply {
    let key = &edge.services.tokens.keys().current().public;
    Reply::json(&json!({ "key": key })).header("Cache-Control", CACHE)
}
