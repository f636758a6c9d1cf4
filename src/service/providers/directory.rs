//! What a provider says of itself, and the keys that it signs with: read when they are first needed, kept for a
//! while, and read again when a key is not among them. A provider that is down costs one attempt a cool-down, and
//! one that hangs holds nobody up while what is known is good.

use std::sync::{Arc, Mutex as Plain, MutexGuard, PoisonError};
use std::time::Duration;

use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClientAuthMethod, CoreGrantType, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
    CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{AdditionalProviderMetadata, DiscoveryError, IssuerUrl, ProviderMetadata};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

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
/// Whoever has it asked again, though what is known is good, waits that long: a provider that is well answers within it,
/// and what it has taken back since is not believed once more.
const MOMENT: Duration = Duration::from_millis(300);

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
pub struct Directory(Arc<Inner>);

struct Inner {
    outgoing: Outgoing,
    issuer: IssuerUrl,
    source: Arc<dyn Source>,
    /// Never held while the provider is asked.
    state: Plain<State>,
    /// Held by the one that asks the provider.
    turn: Arc<Mutex<()>>,
}

#[derive(Default)]
struct State {
    known: Option<(Arc<Metadata>, Timestamp)>,
    failed: Option<(NoAnswer, Timestamp)>,
    keys_read_at: Option<Timestamp>,
}

/// How good it is what is known.
enum Known {
    Good(Arc<Metadata>),
    /// Good, and it is time to ask again.
    Old(Arc<Metadata>),
    /// The last attempt failed a moment ago, and nothing else is good.
    Failed(NoAnswer),
    Nothing,
}

impl State {
    fn look(&self, now: Timestamp) -> Known {
        let is_younger = |at: Timestamp, seconds| now < at.plus_seconds(seconds);
        let failed = self.failed.as_ref();
        let failed = failed.filter(|(_, at)| is_younger(*at, FAILURE_COOL_DOWN));
        match (&self.known, failed) {
            (Some((known, read_at)), _) if is_younger(*read_at, FRESH) => Known::Good(Arc::clone(known)),
            (Some((known, read_at)), failed) if is_younger(*read_at, USABLE) => match failed {
                // It is not asked again yet.
                Some(_) => Known::Good(Arc::clone(known)),
                None => Known::Old(Arc::clone(known)),
            },
            (_, Some((failure, _))) => Known::Failed(failure.clone()),
            _ => Known::Nothing,
        }
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> Known {
        let now = self.source.now();
        self.state().look(now)
    }

    /// Whether the keys were read a moment ago.
    fn has_read_keys(&self) -> bool {
        let now = self.source.now();
        let read_at = self.state().keys_read_at;
        read_at.is_some_and(|at| now < at.plus_seconds(KEYS_COOL_DOWN))
    }

    /// Asks, and keeps what comes of it.
    async fn refresh(&self) {
        let read = read(&self.issuer, &self.outgoing).await;
        // Not of before: while it was waited for, the cool-down would run out.
        let now = self.source.now();
        let mut state = self.state();
        match read {
            Ok(metadata) => {
                state.known = Some((Arc::new(metadata), now));
                state.failed = None;
            }
            Err(failure) => {
                log::warn!("the provider {} does not answer: {failure}", self.issuer.as_str());
                state.failed = Some((failure, now));
            }
        }
    }

    async fn read_keys(&self, had: &Metadata) -> Result<Arc<Metadata>, NoAnswer> {
        let keys = CoreJsonWebKeySet::fetch_async(had.jwks_uri(), &self.outgoing).await;
        let now = self.source.now();
        let mut state = self.state();
        match keys {
            Ok(keys) => {
                let known = Arc::new(had.clone().set_jwks(keys));
                // What it says of itself is as old as it was.
                let read_at = state.known.as_ref().map_or(now, |(_, at)| *at);
                state.known = Some((Arc::clone(&known), read_at));
                state.keys_read_at = Some(now);
                Ok(known)
            }
            Err(error) => {
                state.keys_read_at = Some(now.plus_seconds(FAILURE_COOL_DOWN - KEYS_COOL_DOWN));
                Err(words_of(&error))
            }
        }
    }
}

impl Directory {
    /// Asks nothing yet.
    ///
    /// # Errors
    /// A sentence, if the settings cannot be used.
    pub fn new(provider: &Provider, source: Arc<dyn Source>) -> Result<Self, NoAnswer> {
        Ok(Self(Arc::new(Inner {
            outgoing: Outgoing::new(provider)?,
            issuer: issuer_of(provider)?,
            source,
            state: Plain::default(),
            turn: Arc::default(),
        })))
    }

    pub fn outgoing(&self) -> &Outgoing {
        &self.0.outgoing
    }

    /// What is known of the provider; it is asked if that is nothing, or too old.
    ///
    /// # Errors
    /// A sentence, if it does not answer or says what cannot be believed.
    pub async fn known(&self) -> Result<Arc<Metadata>, NoAnswer> {
        match self.0.look() {
            Known::Good(known) => Ok(known),
            Known::Failed(failure) => Err(failure),
            Known::Old(known) => {
                // One has it asked; all others go on with what is known.
                if let Ok(turn) = Arc::clone(&self.0.turn).try_lock_owned() {
                    let _ = timeout(MOMENT, self.refresh(turn)).await;
                }
                Ok(match self.0.look() {
                    Known::Good(newer) => newer,
                    _ => known,
                })
            }
            Known::Nothing => {
                let turn = Arc::clone(&self.0.turn).lock_owned().await;
                // Whoever had the turn before may have found out.
                if let Known::Nothing = self.0.look() {
                    self.refresh(turn).await?;
                }
                match self.0.look() {
                    Known::Good(known) | Known::Old(known) => Ok(known),
                    Known::Failed(failure) => Err(failure),
                    Known::Nothing => Err(NoAnswer("it has said nothing that is still good".into())),
                }
            }
        }
    }

    /// Asks in a task of its own, which ends whoever stops waiting, and then gives the turn back.
    async fn ask<T: Send + 'static>(
        turn: OwnedMutexGuard<()>,
        question: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let asking = tokio::spawn(async move {
            let answer = question.await;
            drop(turn);
            answer
        });
        asking
            .await
            .map_err(|error| NoAnswer(format!("asking it broke off: {error}")))
    }

    async fn refresh(&self, turn: OwnedMutexGuard<()>) -> Result<(), NoAnswer> {
        let inner = Arc::clone(&self.0);
        Self::ask(turn, async move { inner.refresh().await }).await
    }

    /// The same with the keys read again, for a key that is not among those of `had`; `None` if that was done a
    /// moment ago.
    ///
    /// # Errors
    /// A sentence, if the provider does not answer.
    pub async fn with_keys_anew(&self, had: &Arc<Metadata>) -> Result<Option<Arc<Metadata>>, NoAnswer> {
        if let Some(newer) = self.newer_than(had) {
            return Ok(Some(newer));
        }
        if self.0.has_read_keys() {
            return Ok(None);
        }
        let turn = Arc::clone(&self.0.turn).lock_owned().await;
        // Whoever had the turn before may have read them.
        if let Some(newer) = self.newer_than(had) {
            return Ok(Some(newer));
        }
        if self.0.has_read_keys() {
            return Ok(None);
        }
        let (inner, had) = (Arc::clone(&self.0), Arc::clone(had));
        let read = Self::ask(turn, async move { inner.read_keys(&had).await }).await?;
        read.map(Some)
    }

    /// What was read since then.
    fn newer_than(&self, had: &Arc<Metadata>) -> Option<Arc<Metadata>> {
        let state = self.0.state();
        let (known, _) = state.known.as_ref()?;
        (!Arc::ptr_eq(known, had)).then(|| Arc::clone(known))
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
