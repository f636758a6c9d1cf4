//! The page that shows the OpenAPI document: Swagger UI, whose files are in the binary.

use std::sync::{Arc, LazyLock};

use rocket::Route;
use utoipa_swagger_ui::Config;

use crate::error::{Error, Result};
use crate::http::openapi::CACHE;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;

pub fn routes() -> Vec<Route> {
    rocket::routes![docs, docs_file]
}

/// The page's name, and that a phone shows it as wide as the phone is.
const PAGE_HEAD: &str = "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n    \
     <title>Rondo API";

/// The column for links between operations, which the document has none of, is too much for a phone.
const PAGE_STYLE: &[u8] = b"\n.swagger-ui .response-col_links {\n    display: none;\n}\n";

/// The viewer's page. It names its files relative to a folder, and this path is none.
#[rocket::get("/docs")]
fn docs() -> V2Result<Reply> {
    let (media_type, page) = viewer("index.html")?;
    let page = String::from_utf8(page).map_err(Error::internal)?;
    let page = page
        .replace("<title>Swagger UI", PAGE_HEAD)
        .replace("\"./", "\"/docs/")
        .replace("\"index.css\"", "\"/docs/index.css\"");
    Ok(Reply::text(media_type, page).header("Cache-Control", CACHE))
}

#[rocket::get("/docs/<file>")]
fn docs_file(file: &str) -> V2Result<Reply> {
    // The page itself stands at /docs.
    if file == "index.html" {
        return Err(Error::NotFound.into());
    }
    let (media_type, mut bytes) = viewer(file)?;
    if file == "index.css" {
        bytes.extend_from_slice(PAGE_STYLE);
    }
    Ok(Reply::text(media_type, bytes).header("Cache-Control", CACHE))
}

/// A file of the viewer, which is in the binary.
fn viewer(file: &str) -> Result<(&'static str, Vec<u8>)> {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
        Arc::new(
            Config::from("/api/openapi.json")
                .validator_url("none")
                .use_base_layout(),
        )
    });
    let found = utoipa_swagger_ui::serve(file, Arc::clone(&CONFIG)).map_err(Error::internal)?;
    let found = found.ok_or(Error::NotFound)?;
    let media_type = match file.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "png" => "image/png",
        _ => "application/octet-stream",
    };
    Ok((media_type, found.bytes.into_owned()))
}
