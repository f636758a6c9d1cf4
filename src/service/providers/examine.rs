//! A look at a provider for the operator: what it says of itself, whether it takes our address, how its clock goes.

use chrono::DateTime;
use openidconnect::core::{CoreClientAuthMethod, CoreResponseType};
use openidconnect::{HttpRequest, JsonWebKey as _, JsonWebKeyUse as _};

use super::code;
use super::directory::{issuer_of, read};
use super::flow::Flow;
use super::outgoing::Outgoing;
use crate::clock::Source;
use crate::config::Provider;
use crate::model::Timestamp;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How many keys it publishes that may sign.
    pub keys: usize,
    pub takes_code: bool,
    pub takes_public_clients: bool,
    /// The address that people come back to.
    pub redirect: String,
    /// It refuses a sign-in that would come back there.
    pub refuses_redirect: bool,
    /// So many seconds its clock is before ours, if it tells.
    pub clock_off: Option<i64>,
    pub lacking_scopes: Vec<String>,
    pub has_end_session: bool,
    /// It says what its access tokens are worth (RFC 7662).
    pub has_introspection: bool,
    /// It tells when it ends a session (back-channel logout).
    pub tells_ends: bool,
}

/// Asks a provider everything that a sign-in needs of it, and signs nobody in.
///
/// # Errors
/// A sentence that says why it cannot be used.
pub async fn examine(provider: &Provider, public_url: &str, source: &dyn Source) -> Result<Seen, String> {
    let outgoing = Outgoing::new(provider).map_err(|error| error.0)?;
    let issuer = issuer_of(provider).map_err(|error| error.0)?;
    let metadata = read(&issuer, &outgoing).await.map_err(|error| error.0)?;
    let redirect = format!("{public_url}{}", provider.redirect_path);
    let flow = Flow::new(&provider.name, "/".into(), None, source);
    let mut address = code::address(provider, &metadata, &redirect, &flow, false).map_err(|error| error.0)?;
    // It shows no page, and answers at once: with an address of ours, or with an error of its own.
    address.query_pairs_mut().append_pair("prompt", "none");
    let mut request = HttpRequest::new(Vec::new());
    *request.uri_mut() = address
        .as_str()
        .parse()
        .map_err(|_| "its authorization endpoint is no address".to_owned())?;
    let answer = outgoing.look(request).await.map_err(|error| error.0)?;
    let date = answer.headers().get("Date").and_then(|date| date.to_str().ok());
    let theirs = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let theirs = theirs.map(|date| Timestamp::from_millis(date.timestamp_millis()));
    let more = metadata.additional_metadata();
    let may_sign = metadata
        .jwks()
        .keys()
        .iter()
        .filter(|key| key.key_use().is_none_or(|usage| usage.allows_signature()));
    let known = metadata.scopes_supported();
    let is_lacking =
        |scope: &&String| known.is_some_and(|known| !known.iter().any(|one| one.as_str() == *scope));
    let methods = metadata.token_endpoint_auth_methods_supported();
    Ok(Seen {
        keys: may_sign.count(),
        takes_code: metadata
            .response_types_supported()
            .iter()
            .any(|types| matches!(types.as_slice(), [CoreResponseType::Code])),
        takes_public_clients: methods.is_some_and(|methods| methods.contains(&CoreClientAuthMethod::None)),
        refuses_redirect: answer.status().is_client_error(),
        clock_off: theirs.map(|theirs| theirs.seconds() - source.now().seconds()),
        lacking_scopes: provider.scopes.iter().filter(is_lacking).cloned().collect(),
        has_end_session: more.end_session_endpoint.is_some(),
        has_introspection: more.introspection_endpoint.is_some(),
        tells_ends: more.backchannel_logout_supported.unwrap_or(false),
        redirect,
    })
}
