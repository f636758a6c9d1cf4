//! By what an account can be signed in to. Its owner may take each of these away, but for the last one.

use std::sync::Arc;

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::{User, provider_of};
use crate::service::factors::RelyingParty;

const LAST: Error = Error::Conflict(
    "this is the only way to sign in to the account: set a password, or add another way, before it is taken away",
);

/// What lets somebody in here.
pub struct WaysIn {
    /// Of the providers that are configured.
    issuers: Vec<String>,
    relying_party: Arc<RelyingParty>,
}

impl WaysIn {
    pub fn new(config: &Config, relying_party: Arc<RelyingParty>) -> Self {
        let issuers = config.providers.iter().map(|provider| provider.issuer.clone());
        Self {
            issuers: issuers.collect(),
            relying_party,
        }
    }

    /// Whether one is left to an account that is about to be kept like this. The mail by which a new password is set is
    /// none: who runs the service may send no mail, and the address may be one of yesterday.
    ///
    /// # Errors
    /// `Conflict` if there is none.
    pub fn check(&self, user: &User) -> Result<()> {
        let has_passkey = self.relying_party.is_here() && !user.factors.passkeys.is_empty();
        let mut links = user
            .identities
            .iter()
            .filter_map(|identity| provider_of(identity));
        let is_linked = links.any(|(issuer, _)| self.issuers.iter().any(|known| known == issuer));
        if user.password.is_some() || has_passkey || is_linked {
            Ok(())
        } else {
            Err(LAST)
        }
    }
}
