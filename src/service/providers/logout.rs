//! The end of a session, on either side: where a browser ends its session at the provider too, and what a provider
//! tells of sessions that ended there (OpenID Connect Back-Channel Logout 1.0).

use serde_json::Value;
use url::Url;

use super::{Providers, Ready};
use crate::config::logout_address;
use crate::error::{Error, InvalidKind, Result};
use crate::fingerprint::fingerprint;
use crate::model::{Actor, EndedThere, ProviderSession};
use crate::service::audit::By;
use crate::service::sessions::Client;

/// The member of `events` that makes a JWT a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A logout token is this old at most, in seconds.
const OLDEST: i64 = 600;
/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;

impl Providers {
    /// Where the browser is sent to end the session that this one began with; `None` if the provider is not
    /// configured any more, does not answer, or has no such place.
    pub async fn end_address(&self, session: &ProviderSession) -> Option<String> {
        let Ready {
            provider, directory, ..
        } = self.named(&session.name).ok()?;
        if provider.issuer != session.issuer {
            return None;
        }
        // A page that is shown after it.
        let return_to = format!("{}/", self.public_url);
        if let Some(pattern) = &provider.logout_url {
            return Some(logout_address(pattern, &provider.client_id, &return_to));
        }
        let metadata = directory.known().await.ok()?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.as_deref()?;
        let mut address = Url::parse(endpoint).ok()?;
        if !matches!(address.scheme(), "https" | "http") {
            return None;
        }
        // The client is named in the place of an ID token: none is kept.
        address
            .query_pairs_mut()
            .append_pair("client_id", &provider.client_id)
            .append_pair("post_logout_redirect_uri", &return_to);
        Some(address.into())
    }

    /// Ends the sessions that a provider says have ended there.
    ///
    /// # Errors
    /// `NotFound` for a provider that is not configured, `Invalid` for a token that is not exactly as it must be,
    /// `Unavailable` if its key is not known and the provider does not answer.
    pub async fn end_there(&self, name: &str, token: &str, client: &Client) -> Result<()> {
        let ready = self.named(name)?;
        let (ended, counter) = self.read_logout_token(ready, token).await?;
        let by = By {
            actor: Actor::Service,
            client,
        };
        let ids = match self.sessions.end_of_provider(&ended, by).await {
            Ok(ids) => ids,
            Err(error) => {
                // It did not count: the provider sends it again.
                let until = self.source.now().plus_seconds(OLDEST + LEEWAY);
                let _ = self.linking.store.count(&counter, -1, until).await;
                return Err(error);
            }
        };
        log::info!(provider = name, sessions = ids; "sessions ended at the provider, and so they do here");
        Ok(())
    }

    /// What it says has ended, and the counter of how often it came.
    async fn read_logout_token(&self, ready: &Ready, token: &str) -> Result<(EndedThere, String)> {
        let provider = &ready.provider;
        let read = ready.signed(token).await?;
        let (token, _) = read.map_err(|_| refused("the provider has not signed it"))?;
        let (typ, claims) = (token.typ.as_deref(), &token.claims);
        if !matches!(typ, None | Some("jwt" | "logout+jwt")) {
            return Err(refused("it is another kind of token"));
        }
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let seconds = |name: &str| claims.get(name).and_then(Value::as_i64);
        if text("iss") != Some(provider.issuer.as_str()) {
            return Err(refused("it is of another issuer"));
        }
        let is_for_us = match claims.get("aud") {
            Some(Value::String(one)) => *one == provider.client_id,
            Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(&provider.client_id)),
            _ => false,
        };
        if !is_for_us {
            return Err(refused("it is for another client"));
        }
        let now = self.source.now().seconds();
        let is_of_now = seconds("iat").is_some_and(|at| now - OLDEST <= at && at <= now + LEEWAY);
        let has_ended = claims.contains_key("exp") && seconds("exp").is_none_or(|at| at + LEEWAY <= now);
        if !is_of_now || has_ended {
            return Err(refused("it is not of this time"));
        }
        let is_event = claims
            .get("events")
            .and_then(|events| events.get(EVENT))
            .is_some_and(Value::is_object);
        if !is_event || claims.contains_key("nonce") {
            return Err(refused("it is no logout token"));
        }
        let id = text("jti").filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| refused("it has no name of its own"))?;
        let ended = EndedThere {
            issuer: provider.issuer.clone(),
            subject: text("sub").map(str::to_owned),
            sid: text("sid").map(str::to_owned),
        };
        if ended.subject.is_none() && ended.sid.is_none() {
            return Err(refused("it says of nobody that the session ended"));
        }
        // Once on all instances: it would end what began after it.
        let counter = format!(
            "logout:{}",
            fingerprint(format!("{}|{id}", provider.issuer).as_bytes(), 16)
        );
        let until = self.source.now().plus_seconds(OLDEST + LEEWAY);
        if self.linking.store.count(&counter, 1, until).await? > 1 {
            return Err(refused("it was sent before"));
        }
        Ok((ended, counter))
    }
}

fn refused(why: &str) -> Error {
    Error::invalid(InvalidKind::Request, "/logout_token", "logout_token", why)
}
