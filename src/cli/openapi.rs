//! `rondo openapi`: prints the OpenAPI document, for whoever generates a client.

use super::say;
use crate::app::{self, StartError};

/// Prints the document, as it is served at `/api/openapi.json`, laid out for people.
pub fn run() -> Result<(), StartError> {
    let document = app::openapi()?;
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| StartError(format!("the document cannot be written: {error}")))?;
    say(text)
}
