//! What a provider says of itself, and the keys that it signs with: read when they are first needed, kept for a
//! while, and read again when a key is not among them. A provider that is down costs one attempt a cool-down.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::outgoing::{NoAnswer, Outgoing};
use crate::clock::Source;
use crate::config::Provider;
use crate::model::Timestamp;

/// What it says of itself is read again after so many seconds.
const FRESH: i64 = 60 * 60;
/// If it does not answer then, what is known is good for so long.
const USABLE: i64 = 24 * 60 * 60;
/// Its keys are read again at most so often for a key that is not among them.
const KEYS_COOL_DOWN: i64 = 60;
/// After a failure it is asked again at most so often.
const FAILURE_COOL_DOWN: i64 = 5;

/// What the library does not know of a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct More {
    pub end_session_endpoint: Option<String>,
    /// Where it says what its tokens are worth (RFC 7662).
    pub introspection_endpoint: Option<String>,
    pub backchannel_logout_supported: Option<bool>,
    /// It says who it is when it sends people back (RFC 9207).
    pub authorization_response_iss_parameter_supported: Option<bool>,
}

impl AdditionalProviderMetadata for More {}

/// What a provider says of itself, with its keys.
pub type Metadata = ProviderMetadata<
    More,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// One provider, as far as it is known.
pub struct Directory {
    outgoing: Outgoing,
    issuer: IssuerUrl,
    source: Arc<dyn Source>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    known: Option<(Arc<Metadata>, Timestamp)>,
    failed: Option<(NoAnswer, Timestamp)>,
    keys_read_at: Option<Timestamp>,
}

impl Directory {
    /// Asks nothing yet.
    ///
    /// # Errors
    /// A sentence, if the settings cannot be used.
    pub fn new(provider: &Provider, source: Arc<dyn Source>) -> Result<Self, NoAnswer> {
        Ok(Self {
            outgoing: Outgoing::new(provider)?,
            issuer: issuer_of(provider)?,
            source,
            state: Mutex::default(),
        })
    }

    pub const fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// What is known of the provider; it is asked if that is nothing, or too old.
    ///
    /// # Errors
    /// A sentence, if it does not answer or says what cannot be believed.
    pub async fn known(&self) -> Result<Arc<Metadata>, NoAnswer> {
        let mut state = self.state.lock().await;
        let now = self.source.now();
        let is_younger = |read_at: Timestamp, seconds| now < read_at.plus_seconds(seconds);
        if let Some((known, read_at)) = &state.known
            && is_younger(*read_at, FRESH)
        {
            return Ok(Arc::clone(known));
        }
        let failed = state.failed.clone();
        let failure = match failed.filter(|(_, at)| is_younger(*at, FAILURE_COOL_DOWN)) {
            Some((failure, _)) => failure,
            None => match read(&self.issuer, &self.outgoing).await {
                Ok(metadata) => {
                    let known = Arc::new(metadata);
                    state.known = Some((Arc::clone(&known), now));
                    state.failed = None;
                    return Ok(known);
                }
                Err(failure) => {
                    log::warn!("the provider {} does not answer: {failure}", self.issuer.as_str());
                    state.failed = Some((failure.clone(), now));
                    failure
                }
            },
        };
        match &state.known {
            Some((known, read_at)) if is_younger(*read_at, USABLE) => Ok(Arc::clone(known)),
            _ => Err(failure),
        }
    }

    /// The same with the keys read again, for a key that is not among those of `had`; `None` if that was done a
    /// moment ago.
    ///
    /// # Errors
    /// A sentence, if the provider does not answer.
    pub async fn with_keys_anew(&self, had: &Arc<Metadata>) -> Result<Option<Arc<Metadata>>, NoAnswer> {
        let mut state = self.state.lock().await;
        let now = self.source.now();
        let mut read_at = now;
        if let Some((known, at)) = &state.known {
            if !Arc::ptr_eq(known, had) {
                return Ok(Some(Arc::clone(known)));
            }
            // What it says of itself is as old as it was.
            read_at = *at;
        }
        if state
            .keys_read_at
            .is_some_and(|at| now < at.plus_seconds(KEYS_COOL_DOWN))
        {
            return Ok(None);
        }
        state.keys_read_at = Some(now);
        let keys = CoreJsonWebKeySet::fetch_async(had.jwks_uri(), &self.outgoing).await;
        let keys = match keys {
            Ok(keys) => keys,
            Err(error) => {
                state.keys_read_at = Some(now.plus_seconds(FAILURE_COOL_DOWN - KEYS_COOL_DOWN));
                return Err(words_of(&error));
            }
        };
        let known = Arc::new(Metadata::clone(had).set_jwks(keys));
        state.known = Some((Arc::clone(&known), read_at));
        Ok(Some(known))
    }
}

/// Asks the provider what it says of itself, and for its keys.
///
/// # Errors
/// A sentence, if it does not answer, or is another one than is configured.
pub async fn read(issuer: &IssuerUrl, outgoing: &Outgoing) -> Result<Metadata, NoAnswer> {
    let read = Metadata::discover_async(issuer.clone(), outgoing).await;
    read.map_err(|error| words_of(&error))
}

/// Who a provider is, as the library has it.
///
/// # Errors
/// A sentence, if it is no address.
pub fn issuer_of(provider: &Provider) -> Result<IssuerUrl, NoAnswer> {
    IssuerUrl::new(provider.issuer.clone()).map_err(|error| NoAnswer(error.to_string()))
}

fn words_of(error: &DiscoveryError<NoAnswer>) -> NoAnswer {
    match error {
        DiscoveryError::Request(failure) => failure.clone(),
        DiscoveryError::Response(status, _, words) => NoAnswer(format!("it answers {status}: {words}")),
        DiscoveryError::Parse(error) => NoAnswer(format!("what it says cannot be read: {error}")),
        DiscoveryError::Validation(words) => NoAnswer(format!("what it says cannot be believed: {words}")),
        other => NoAnswer(other.to_string()),
    }
}
