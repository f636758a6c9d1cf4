//! Whether the process lives, and whether it can serve.

use std::time::Duration;

use rocket::http::Status;
use rocket::{Route, State};
use serde_json::json;

use crate::http::Edge;
use crate::http::reply::Reply;

/// The store answers a probe within this time, or the instance is not ready.
const READY_WITHIN: Duration = Duration::from_secs(1);

pub fn routes() -> Vec<Route> {
    rocket::routes![healthz, readyz]
}

/// The process alone: asks nothing of the store.
#[rocket::get("/healthz")]
fn healthz(edge: &State<Edge>) -> Reply {
    Reply::json(&json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "time": edge.services.source.now(),
    }))
}

/// Whether requests should be sent here: the store answers, and no stop has begun.
#[rocket::get("/readyz")]
async fn readyz(edge: &State<Edge>) -> Reply {
    let answer = |status: &str, code| Reply::json(&json!({ "status": status })).status(code);
    if edge.draining.is_on() {
        return answer("stopping", Status::ServiceUnavailable);
    }
    match tokio::time::timeout(READY_WITHIN, edge.services.ping()).await {
        Ok(Ok(())) => answer("ready", Status::Ok),
        Ok(Err(_)) | Err(_) => answer("the store does not answer", Status::ServiceUnavailable),
    }
}
