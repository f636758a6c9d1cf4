//! The fresh check: what whoever is signed in shows again before that is changed by which an account is taken over: its
//! password, its e-mail address, its second factors, and that it is there at all.

use std::sync::Arc;

use crate::clock::Source;
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{AuditKind, AuditMethod, AuditReason, Caller, User};
use crate::service::audit::{Audit, By, Entry};
use crate::service::factors::{Proof, Proofs};
use crate::service::limits::SignInLimit;
use crate::service::passwords::{Passwords, Verdict};
use crate::service::sessions::{Client, is_recent};
use crate::store::Store;

const NOT_BY_TOKEN: Error =
    Error::Forbidden("this needs a person who is signed in, and not a token of theirs");

/// What is shown.
pub struct Shown<'a> {
    pub password: Option<&'a str>,
    pub proof: Option<&'a Proof>,
    /// From where it is shown.
    pub client: &'a Client,
    pub places: Places,
}

/// Where in the body these stand, for the errors that name them.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    pub password: &'static str,
    /// `None` where there is no place for it.
    pub proof: Option<&'static str>,
}

/// The fresh check.
pub struct FreshCheck {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    passwords: Arc<Passwords>,
    proofs: Arc<Proofs>,
    limit: SignInLimit,
    audit: Arc<Audit>,
}

impl FreshCheck {
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        passwords: Arc<Passwords>,
        proofs: Arc<Proofs>,
        limit: SignInLimit,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            store,
            source,
            passwords,
            proofs,
            limit,
            audit,
        }
    }

    /// Lets through who shows the password, and a second factor where the account has one; that is used up. In the place
    /// of the password of an account that has none, since its owner signs in through a provider or with a passkey, stands
    /// a sign-in of a moment ago.
    ///
    /// # Errors
    /// `Invalid` without one of them, `Unauthenticated` if one is wrong, `RateLimited` after too many wrong ones;
    /// `Forbidden` where a second factor is needed and there is no place to show it, where the sign-in was too
    /// long ago, and by an API token or a token of an outside issuer.
    pub async fn pass(&self, caller: &Caller, user: &User, shown: &Shown<'_>) -> Result<()> {
        if caller.is_delegated {
            return Err(NOT_BY_TOKEN);
        }
        let places = shown.places;
        let needed = |place, what| Error::rule(place, "required", format!("changing this needs {what}"));
        let password = match &user.password {
            Some(stored) => {
                let password = shown.password;
                let password = password.ok_or_else(|| needed(places.password, "the current password"))?;
                Some((password, stored))
            }
            None => {
                self.check_recent(caller).await?;
                None
            }
        };
        let proof = match (shown.proof, places.proof) {
            _ if !user.factors.are_on() => None,
            (Some(proof), _) => Some(proof),
            (None, Some(place)) => return Err(needed(place, "a second factor")),
            (None, None) => {
                return Err(Error::Forbidden(
                    "this account has a second factor: change this by version 2 of the API",
                ));
            }
        };
        let can_be_guessed = proof.is_some_and(Proof::can_be_guessed);
        let subject = format!("user:{}", user.id);
        let attempt = self
            .limit
            .guess(&subject, can_be_guessed, &shown.client.address)
            .await?;
        if let Some((password, stored)) = password
            && self.passwords.verify(password, Some(stored)).await? == Verdict::Wrong
        {
            self.note_failure(user, shown, AuditMethod::Password, AuditReason::WrongPassword)
                .await;
            return Err(Error::Unauthenticated(Unauthenticated::BadCurrentPassword));
        }
        if let Some(proof) = proof
            && let Err(error) = self.proofs.use_up(user.id, proof).await
        {
            if matches!(error, Error::Unauthenticated(_)) {
                self.note_failure(
                    user,
                    shown,
                    AuditMethod::SecondFactor,
                    AuditReason::WrongSecondFactor,
                )
                .await;
            }
            return Err(error);
        }
        self.limit.forget(attempt).await;
        Ok(())
    }

    async fn note_failure(&self, user: &User, shown: &Shown<'_>, method: AuditMethod, reason: AuditReason) {
        let failed = Entry::of(AuditKind::ConfirmationFailed).to(user.id);
        let failed = failed.method(method).reason(reason);
        let by = By::user(user.id, shown.client);
        self.audit
            .record_failure(by, &format!("user:{}", user.id), failed)
            .await;
    }

    /// Whether the caller proved a moment ago who they are.
    ///
    /// # Errors
    /// `Forbidden` if not.
    pub async fn check_recent(&self, caller: &Caller) -> Result<()> {
        let session = self.store.session(caller.session_id).await?;
        if session.is_some_and(|session| is_recent(&session, self.source.now())) {
            return Ok(());
        }
        Err(Error::Forbidden(
            "this needs a sign-in of the last ten minutes: sign in again",
        ))
    }
}
