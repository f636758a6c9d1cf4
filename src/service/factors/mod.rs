//! Second factors, as their owner sets them up and takes them away. Each change of them needs the fresh check.

pub mod passkeys;
pub mod proofs;
mod recovery;
pub mod relying_party;
pub mod steps;
pub mod totp;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::clock::Source;
use crate::config::Config;
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{AuditKind, Caller, Factors, Id, Totp, User};
use crate::service::audit::{Audit, By, Entry};
use crate::service::fresh::{FreshCheck, Shown};
use crate::service::limits::SignInLimit;
use crate::service::sessions::Client;
use crate::store::Store;

pub use passkeys::Passkeys;
pub use proofs::{Proof, Proofs};
pub use relying_party::RelyingParty;

/// The secret of an authenticator that was just made: shown this once.
pub struct NewTotp {
    /// As people type it.
    pub secret: String,
    /// As programs read it.
    pub uri: String,
}

/// Second factors.
pub struct SecondFactors {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    proofs: Arc<Proofs>,
    fresh: Arc<FreshCheck>,
    limit: SignInLimit,
    audit: Arc<Audit>,
    /// What programs show the codes under.
    issuer: String,
    is_sealed_anew: AtomicBool,
}

impl SecondFactors {
    pub fn new(
        config: &Config,
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        proofs: Arc<Proofs>,
        fresh: Arc<FreshCheck>,
        limit: SignInLimit,
        audit: Arc<Audit>,
    ) -> Self {
        let place = config.public_url.split("://").last().unwrap_or_default();
        Self {
            store,
            source,
            proofs,
            fresh,
            limit,
            audit,
            issuer: format!("Rondo ({place})"),
            is_sealed_anew: AtomicBool::new(false),
        }
    }

    /// Makes the secret of an authenticator. It counts from its first code on; one that was made and not confirmed
    /// is replaced.
    ///
    /// # Errors
    /// Those of the fresh check; `Conflict` if there is one that counts.
    pub async fn begin_totp(&self, caller: &Caller, shown: &Shown<'_>) -> Result<NewTotp> {
        const THERE: Error = Error::Conflict("there is an authenticator; take that one away first");
        let user = self.me(caller).await?;
        if user.factors.has_totp() {
            return Err(THERE);
        }
        self.fresh.pass(caller, &user, shown).await?;
        let mut secret = [0; totp::SECRET_LENGTH];
        self.source.fill(&mut secret);
        let sealed = self.proofs.sealed(user.id, secret.to_vec())?;
        let begun = |user: &User| {
            if user.factors.has_totp() {
                return Err(THERE);
            }
            Ok(Factors {
                totp: Some(Totp {
                    sealed: sealed.clone(),
                    confirmed_at: None,
                    last_step: 0,
                }),
                ..user.factors.clone()
            })
        };
        self.proofs.change(user.id, begun).await?;
        let account = user.email.as_ref().map_or("", |email| email.written());
        Ok(NewTotp {
            secret: totp::base32(&secret),
            uri: totp::uri(&secret, &self.issuer, account),
        })
    }

    /// Confirms the authenticator by its first code, and answers new recovery codes, which nobody can tell afterwards.
    ///
    /// # Errors
    /// `Conflict` if none awaits its code; `Unauthenticated` if the code is wrong; `RateLimited` after too many wrong
    /// ones.
    pub async fn confirm_totp(&self, caller: &Caller, code: &str, client: &Client) -> Result<Vec<String>> {
        let id = caller.user_id;
        let attempt = self
            .limit
            .guess(&format!("user:{id}"), true, &client.address)
            .await?;
        let (codes, hashes) = new_codes(&*self.source, id);
        self.proofs.confirm(id, code, &hashes).await?;
        self.limit.forget(attempt).await;
        self.note(AuditKind::AuthenticatorAdded, By::user(id, client), id)
            .await;
        Ok(codes)
    }

    /// Takes the authenticator away, whether it was confirmed or not.
    ///
    /// # Errors
    /// Those of the fresh check; `NotFound` if there is none.
    pub async fn remove_totp(&self, caller: &Caller, shown: &Shown<'_>) -> Result<()> {
        let user = self.me(caller).await?;
        if user.factors.totp.is_none() {
            return Err(Error::NotFound);
        }
        self.fresh.pass(caller, &user, shown).await?;
        let without = |user: &User| {
            let mut factors = Factors {
                totp: None,
                ..user.factors.clone()
            };
            factors.tidy();
            Ok(factors)
        };
        self.proofs.change(user.id, without).await?;
        // One that was never confirmed never counted.
        if user.factors.has_totp() {
            let by = By::user(user.id, shown.client);
            self.note(AuditKind::AuthenticatorRemoved, by, user.id).await;
        }
        Ok(())
    }

    /// Makes new recovery codes in the place of the old ones, and answers them, which nobody can tell afterwards.
    ///
    /// # Errors
    /// Those of the fresh check; `Conflict` if there is no second factor that they could stand in for.
    pub async fn renew_recovery_codes(&self, caller: &Caller, shown: &Shown<'_>) -> Result<Vec<String>> {
        const NOTHING: Error =
            Error::Conflict("there is no second factor that recovery codes could stand in for");
        let user = self.me(caller).await?;
        if !user.factors.are_on() {
            return Err(NOTHING);
        }
        self.fresh.pass(caller, &user, shown).await?;
        let (codes, hashes) = new_codes(&*self.source, user.id);
        let renewed = |user: &User| {
            if !user.factors.are_on() {
                return Err(NOTHING);
            }
            Ok(Factors {
                recovery: hashes.clone(),
                ..user.factors.clone()
            })
        };
        self.proofs.change(user.id, renewed).await?;
        self.note(
            AuditKind::RecoveryCodesRenewed,
            By::user(user.id, shown.client),
            user.id,
        )
        .await;
        Ok(codes)
    }

    /// Takes all second factors of an account away, for the operator: its owner has lost them.
    ///
    /// # Errors
    /// `NotFound` if there is no such account.
    pub async fn reset(&self, id: Id) -> Result<User> {
        let user = match self.proofs.change(id, |_| Ok(Factors::default())).await {
            Err(Error::Unauthenticated(_)) => return Err(Error::NotFound),
            other => other?,
        };
        self.note(AuditKind::FactorsReset, By::operator(), id).await;
        Ok(user)
    }

    async fn note(&self, kind: AuditKind, by: By<'_>, id: Id) {
        self.audit.record(by, Entry::of(kind).to(id)).await;
    }

    /// After the secret was turned, seals anew what the previous one opens: once.
    ///
    /// # Errors
    /// If the store does not answer; then the next call does it.
    pub async fn run_once(&self) -> Result<()> {
        if !self.is_sealed_anew.load(Ordering::Relaxed) {
            self.proofs.seal_anew().await?;
            self.is_sealed_anew.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn me(&self, caller: &Caller) -> Result<User> {
        let user = self.store.user(caller.user_id).await?;
        user.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))
    }
}

/// New recovery codes of this user, as they are shown, and what is kept of them.
fn new_codes(source: &dyn Source, id: Id) -> (Vec<String>, Vec<String>) {
    let codes = recovery::make(source);
    let hashes = codes.iter().map(|code| recovery::hash(id, code)).collect();
    (codes, hashes)
}
