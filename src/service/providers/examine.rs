//! A look at a provider for the operator: what it says of itself, whether it takes our address, how its clock goes.

use chrono::DateTime;
use openidconnect::core::{CoreClientAuthMethod, CoreResponseType};
use openidconnect::{HttpRequest, HttpResponse, JsonWebKey as _, JsonWebKeyUse as _};

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
    /// What it does with a sign-in that would come back there.
    pub returns: Returns,
    /// So many seconds its clock is before ours, if it tells.
    pub clock_off: Option<i64>,
    pub lacking_scopes: Vec<String>,
    pub has_end_session: bool,
    /// It says what its access tokens are worth (RFC 7662).
    pub has_introspection: bool,
    /// It tells when it ends a session (back-channel logout).
    pub tells_ends: bool,
}

/// What a provider does with the address that people come back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// It sends the browser there.
    Taken,
    Refused,
    /// It answers with this status: a fault of its own.
    Failed(u16),
    /// It shows a page, or sends the browser elsewhere, so that it cannot be told.
    Unseen,
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
        returns: returns(&answer, &redirect, provider.form_post),
        clock_off: theirs.map(|theirs| theirs.seconds() - source.now().seconds()),
        lacking_scopes: provider.scopes.iter().filter(is_lacking).cloned().collect(),
        has_end_session: more.end_session_endpoint.is_some(),
        has_introspection: more.introspection_endpoint.is_some(),
        tells_ends: more.backchannel_logout_supported.unwrap_or(false),
        redirect,
    })
}

/// By an answer to a sign-in that shows no page, what the provider does with this address.
fn returns(answer: &HttpResponse, redirect: &str, by_form: bool) -> Returns {
    let status = answer.status();
    let location = answer.headers().get("Location").and_then(|it| it.to_str().ok());
    if (status.is_redirection() && location.is_some_and(|it| is_at(it, redirect)))
        || (by_form && has_form_to(answer.body(), redirect))
    {
        Returns::Taken
    } else if status.is_client_error() {
        Returns::Refused
    } else if status.is_server_error() {
        Returns::Failed(status.as_u16())
    } else {
        Returns::Unseen
    }
}

/// Whether it is this address, with whatever a provider adds to it.
fn is_at(location: &str, redirect: &str) -> bool {
    location
        .strip_prefix(redirect)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['?', '#']))
}

/// Whether a page sends its form there. Providers have that page with 400, too; and an address that they do not take
/// may stand in the words of another page.
fn has_form_to(page: &[u8], redirect: &str) -> bool {
    let page = String::from_utf8_lossy(page).to_ascii_lowercase();
    page.contains(&format!("action=\"{}\"", redirect.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://todo.example.org/callback/work";

    fn answer(status: u16, location: Option<&str>, body: &str) -> HttpResponse {
        let mut answer = HttpResponse::new(body.as_bytes().to_vec());
        *answer.status_mut() = status.try_into().unwrap();
        if let Some(location) = location {
            answer.headers_mut().insert("Location", location.parse().unwrap());
        }
        answer
    }

    #[test]
    fn an_address_is_taken_if_the_browser_is_sent_there_and_nowhere_else() {
        let back = format!("{OURS}?error=login_required&state=x");
        let other = format!("{OURS}-2?error=login_required");
        let elsewhere = format!("https://id.example.org/error?redirect_uri={OURS}");
        for (status, location, expected) in [
            (302, Some(back.as_str()), Returns::Taken),
            (303, Some(OURS), Returns::Taken),
            (303, Some(other.as_str()), Returns::Unseen),
            (302, Some(elsewhere.as_str()), Returns::Unseen),
            (302, None, Returns::Unseen),
            (200, None, Returns::Unseen),
            (200, Some(back.as_str()), Returns::Unseen),
            (400, None, Returns::Refused),
            (403, Some(back.as_str()), Returns::Refused),
            (502, None, Returns::Failed(502)),
        ] {
            let answer = answer(status, location, "");
            assert_eq!(returns(&answer, OURS, false), expected, "{status} {location:?}");
        }
    }

    #[test]
    fn a_form_that_comes_back_is_looked_for_where_one_is_asked_for() {
        let page = format!("<FORM METHOD=\"POST\" ACTION=\"{OURS}\">");
        let words = format!("<p>{OURS} is not allowed</p>");
        assert_eq!(returns(&answer(400, None, &page), OURS, true), Returns::Taken);
        assert_eq!(returns(&answer(200, None, &page), OURS, true), Returns::Taken);
        assert_eq!(returns(&answer(400, None, &page), OURS, false), Returns::Refused);
        assert_eq!(returns(&answer(400, None, &words), OURS, true), Returns::Refused);
        assert_eq!(returns(&answer(200, None, &words), OURS, true), Returns::Unseen);
    }
}
