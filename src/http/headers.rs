//! Headers that stand on every answer, errors too; and CORS where origins are configured.

use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Header, Method, Status};
use rocket::{Data, Request, Response};
use rocket_cors::{AllowedHeaders, AllowedOrigins, Cors, CorsOptions};

use crate::config::Config;
use crate::http::context::edge;
use crate::http::gate::{OriginOf, origin_of};
use crate::http::problems::keep_dialect;
use crate::http::provider;

/// For data: nothing may be loaded by it, nothing may frame it.
const POLICY: &str =
    "default-src 'none'; base-uri 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'";

/// For the pages of the web app: its own files and the API of its own origin, nothing inline.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
     object-src 'none'; frame-ancestors 'none'";

/// Sets what browsers are told of every answer.
pub struct SecurityHeaders;

#[rocket::async_trait]
impl Fairing for SecurityHeaders {
    fn info(&self) -> Info {
        Info {
            name: "security headers",
            kind: Kind::Response,
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let is_page = response
            .content_type()
            .is_some_and(|media_type| media_type.is_html());
        // What a 304 says replaces the header of the answer that the browser kept, and it has no content
        // type by which a page could be told from data: the kept policy stays.
        if response.status() != Status::NotModified {
            let policy = if is_page { PAGE_POLICY } else { POLICY };
            response.set_header(Header::new("Content-Security-Policy", policy));
        }
        let mut set = |name: &'static str, value: &'static str| response.set_header(Header::new(name, value));
        set("X-Content-Type-Options", "nosniff");
        set("X-Frame-Options", "DENY");
        set("Referrer-Policy", "no-referrer");
        set("Cross-Origin-Opener-Policy", "same-origin");
        set("Cross-Origin-Resource-Policy", "same-origin");
        set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
        if edge(request).is_https {
            set("Strict-Transport-Security", "max-age=63072000; includeSubDomains");
        }
        // Rocket's own name tells nothing that a client needs.
        response.remove_header("Server");
        // Tokens and people's data are in no cache, unless a handler knows better.
        if !response.headers().contains("Cache-Control") {
            response.set_header(Header::new("Cache-Control", "no-store"));
        }
        add_vary_origin(response);
    }
}

/// Whether an answer differs by the page that asks is said always, or a cache may give one origin's
/// answer to another.
fn add_vary_origin(response: &mut Response<'_>) {
    let known: Vec<String> = response.headers().get("Vary").map(str::to_owned).collect();
    let mut names: Vec<&str> = known
        .iter()
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .collect();
    if !names.iter().any(|name| name.eq_ignore_ascii_case("origin")) {
        names.push("Origin");
    }
    let line = names.join(", ");
    response.set_header(Header::new("Vary", line));
}

/// Where `rocket_cors` sends the requests that it refuses; nobody else finds anything there.
pub const REFUSED_BY_CORS: &str = "/api/cors";

/// Stands before CORS: what is not exactly an allowed origin becomes `null`. `rocket_cors` reads an origin
/// as a URL, takes `https://app.example/x` for `https://app.example`, and fails with 500 at what is no URL.
pub struct Origins;

#[rocket::async_trait]
impl Fairing for Origins {
    fn info(&self) -> Info {
        Info {
            name: "origins",
            kind: Kind::Request,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        let other = match origin_of(request) {
            OriginOf::Nobody => return,
            OriginOf::Listed => None,
            // A page of a provider may send its form; whether anything comes of that is told by what it brings.
            OriginOf::Foreign if provider::takes_form(request) => edge(request).origins.first().cloned(),
            // The own origin by another name of this machine.
            OriginOf::ThisMachine => edge(request).origins.first().cloned(),
            OriginOf::Foreign => Some("null".to_owned()),
        };
        // A request that is refused becomes one of another path.
        keep_dialect(request);
        if let Some(other) = other {
            request.replace_header(Header::new("Origin", other));
        }
    }
}

/// Lets pages of the configured origins call the API; each stands by name, the own one too.
///
/// # Errors
/// A sentence, if an origin cannot be used.
pub fn cors(config: &Config) -> Result<Cors, String> {
    let origins: Vec<&str> = config.origins().collect();
    let methods = [Method::Get, Method::Post, Method::Patch, Method::Delete];
    let exposed = [
        "ETag",
        "Location",
        "Link",
        "Retry-After",
        "X-Request-Id",
        "Allow",
        "Idempotency-Replayed",
    ];
    CorsOptions {
        allowed_origins: AllowedOrigins::some_exact(&origins),
        allowed_methods: methods.into_iter().map(Into::into).collect(),
        allowed_headers: AllowedHeaders::some(&[
            "Authorization",
            "Content-Type",
            "If-Match",
            "If-None-Match",
            "Idempotency-Key",
            "Last-Event-ID",
        ]),
        expose_headers: exposed.into_iter().map(str::to_owned).collect(),
        allow_credentials: true,
        max_age: Some(600),
        fairing_route_base: REFUSED_BY_CORS.to_owned(),
        ..CorsOptions::default()
    }
    .to_cors()
    .map_err(|error| format!("cors_origins cannot be used: {error}"))
}
