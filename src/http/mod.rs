//! HTTP: what a client sees. Guards, bodies, errors, headers, and the two versions of the API.
//!
//! Rules of the domain are in `service`; here is only how they are asked for and answered. The table
//! [`routes::ENDPOINTS`] says of each route what it takes and who may call it, and `gate` keeps that.

mod assets;
mod body;
mod calendar;
mod catchers;
mod context;
mod docs;
mod endpoint;
mod export;
mod form;
#[doc(hidden)]
pub mod fuzz;
mod gate;
mod guards;
mod headers;
mod health;
mod idempotency;
mod import;
mod json;
mod keys;
mod metrics;
mod oauth;
pub mod openapi;
mod page_query;
pub mod problems;
mod provider;
mod query;
mod reply;
mod requests;
pub mod routes;
pub mod schemas;
mod session_cookie;
mod todo_body;
mod v1;
mod v2;
mod views;

use std::sync::Arc;

use rocket::{Build, Rocket};

use crate::config::Config;
use crate::service::Services;

pub use context::Draining;
pub use metrics::{MetricsPort, ScrapeToken};

/// What the routes share: the services, and what of the configuration concerns HTTP.
pub struct Edge {
    pub services: Arc<Services>,
    pub draining: Arc<Draining>,
    trusted_proxies: Vec<ipnet::IpNet>,
    origins: Vec<String>,
    /// Pages of this machine may call the API under any of its names.
    trusts_loopback: bool,
    /// Under which address people reach the service.
    public_url: String,
    /// People reach the service by https: browsers may be told to insist on it.
    is_https: bool,
    /// Without one the metrics are not on this port.
    metrics_token: Option<ScrapeToken>,
    requests: requests::Requests,
}

/// Mounts everything that is served, and the fairings and catchers with it.
///
/// # Errors
/// If the schemas are unsound, or the table of routes and the routes are not the same.
pub fn mount(
    rocket: Rocket<Build>,
    config: &Config,
    services: Arc<Services>,
    draining: Arc<Draining>,
) -> Result<Rocket<Build>, String> {
    schemas::check()?;
    let mut rocket = rocket
        .attach(context::Records)
        .attach(headers::SecurityHeaders)
        .register("/", catchers::catchers())
        .mount(
            "/",
            gate::mounted(
                routes::Mount::Root,
                [
                    health::routes(),
                    metrics::routes(),
                    keys::routes(),
                    schemas::routes(),
                    problems::routes(),
                    openapi::routes(),
                    docs::routes(),
                    calendar::routes(),
                    oauth::well_known(),
                    provider::routes(),
                ]
                .concat(),
            )?,
        )
        .mount(
            "/",
            gate::mounted(routes::Mount::V1, [v1::routes(), keys::v1_routes()].concat())?,
        )
        .mount(
            "/api/v1",
            gate::mounted(routes::Mount::V1, [v1::routes(), keys::v1_routes()].concat())?,
        )
        .mount("/", gate::mounted(routes::Mount::OAuth, oauth::routes())?)
        .mount("/api/v2", gate::mounted(routes::Mount::V2, v2::routes())?)
        .mount("/", gate::other_methods())
        .mount("/", assets::routes());
    let edge = Edge {
        requests: requests::Requests::of(&rocket, services.metrics.requests.clone()),
        services,
        draining,
        trusted_proxies: config.trusted_proxies.clone(),
        origins: config.origins().map(str::to_owned).collect(),
        trusts_loopback: !config.environment.is_production(),
        public_url: config.public_url.trim_end_matches('/').to_owned(),
        is_https: config.public_url.starts_with("https://"),
        metrics_token: config.metrics_token.as_deref().map(ScrapeToken::new),
    };
    rocket = rocket.manage(edge);
    if !config.cors_origins.is_empty() {
        rocket = rocket.attach(headers::Origins).attach(headers::cors(config)?);
    }
    Ok(rocket)
}
