//! The web app, out of the binary: no file system is asked, so no path leads out of it.
//!
//! `index.html` for every page, always asked for anew; hashed files for ever; everything else is the
//! service's own 404.

use std::sync::LazyLock;

use rocket::http::Method;
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};

use crate::error::Error;
use crate::fingerprint::fingerprint;
use crate::http::problems::error_response;
use crate::http::reply::Reply;
use crate::http::routes::{SERVICE_PREFIXES, V1_ROOT};

/// A file of the built web app.
struct Asset {
    /// Relative to `static/`.
    path: &'static str,
    plain: &'static [u8],
    /// In release builds, where it is smaller.
    gzip: Option<&'static [u8]>,
}

const ASSETS: &[Asset] = include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The tags of the files, in the order of [`ASSETS`].
static TAGS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let tag = |asset: &Asset| fingerprint(asset.plain, 8);
    ASSETS.iter().map(tag).collect()
});

pub fn routes() -> Vec<Route> {
    // Behind every route of the API, and behind the answers to methods that a path does not have.
    vec![Route::ranked(100, Method::Get, "/<path..>", WebApp)]
}

#[derive(Clone)]
struct WebApp;

#[rocket::async_trait]
impl Handler for WebApp {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        let segments: Vec<&str> = request.uri().path().segments().collect();
        let first = segments.first().copied().unwrap_or_default();
        let is_service =
            SERVICE_PREFIXES.contains(&first) || (segments.len() == 1 && V1_ROOT.contains(&first));
        let file = find(&segments.join("/")).filter(|_| !is_service);
        let found = match file {
            Some(place) => Some(place),
            // A page of the app, told apart in the browser; a file that is missing is missing.
            None if !is_service && accepts_html(request) && may_be_page(&segments) => find("index.html"),
            None => None,
        };
        Outcome::Success(match found {
            Some(place) => serve(request, place),
            None => error_response(request, &Error::NotFound),
        })
    }
}

fn find(path: &str) -> Option<usize> {
    ASSETS.iter().position(|asset| asset.path == path)
}

/// Whether the app can have a page of this path. What looks like a file is none, and nor is what hides or
/// climbs: whoever probes for `/.git/config` or `/..%2f..` is told that nothing is there.
fn may_be_page(segments: &[&str]) -> bool {
    let is_plain = |name: &&str| {
        let leads_on = name.contains(['/', '\\', '%', char::REPLACEMENT_CHARACTER]);
        !name.starts_with('.') && !leads_on && !name.chars().any(char::is_control)
    };
    let is_file =
        segments.first() == Some(&"assets") || segments.last().is_some_and(|name| name.contains('.'));
    !is_file && segments.iter().all(is_plain)
}

/// Whether a browser navigates: `*/*` is what programs send.
fn accepts_html(request: &Request<'_>) -> bool {
    request.headers().get("Accept").any(|accept| {
        accept.split(',').any(|range| {
            range
                .split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .eq_ignore_ascii_case("text/html")
        })
    })
}

fn serve(request: &Request<'_>, place: usize) -> Response<'static> {
    let asset = &ASSETS[place];
    let takes_gzip = request
        .headers()
        .get("Accept-Encoding")
        .any(|line| line.split(',').any(is_gzip));
    let gzip = asset.gzip.filter(|_| takes_gzip);
    // Each encoding has its own tag (RFC 9110, section 8.8.3).
    let tag = format!("\"{}{}\"", TAGS[place], if gzip.is_some() { "-gzip" } else { "" });
    let hashed = asset.path.starts_with("assets/");
    let mut reply = Reply::text(media_type(asset.path), gzip.unwrap_or(asset.plain))
        .header("ETag", tag.clone())
        .header(
            "Cache-Control",
            if hashed {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            },
        );
    if asset.gzip.is_some() {
        reply = reply.header("Vary", "Accept-Encoding");
    }
    if gzip.is_some() {
        reply = reply.header("Content-Encoding", "gzip");
    }
    let known = request
        .headers()
        .get("If-None-Match")
        .flat_map(|line| line.split(','));
    let is_known = known
        .map(str::trim)
        .any(|known| known.strip_prefix("W/").unwrap_or(known) == tag || known == "*");
    if is_known {
        reply.not_modified().into_response()
    } else {
        reply.into_response()
    }
}

/// Whether a member of `Accept-Encoding` asks for gzip, and not with a weight of 0.
fn is_gzip(member: &str) -> bool {
    let mut parts = member.split(';').map(str::trim);
    let is_named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
    is_named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "json" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
