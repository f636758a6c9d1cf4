//! The second step of a sign-in: a right password, or a sign-in at a provider, is answered with a ticket, and the ticket
//! with what is shown beside it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::passkeys;
use super::proofs::{Proof, Proofs};
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{AuditKind, AuditMethod, AuditReason, Purpose, User};
use crate::service::audit::{Audit, By, Entry};
use crate::service::limits::SignInLimit;
use crate::service::sessions::{AtProvider, Client};
use crate::service::tickets::{Held, Tickets};
use crate::store::Store;

/// How long there is for it, in seconds.
pub const LIFETIME: i64 = 300;

/// What has to be shown yet.
#[derive(Debug)]
pub struct Asked {
    pub ticket: String,
    /// With what it can be answered: the names of the members of the body.
    pub methods: Vec<&'static str>,
    /// What a passkey of the account is asked, if there is one.
    pub passkey: Option<passkeys::Asked>,
}

/// What a ticket is about.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    /// That of the account when the first step was done: whatever ends sessions ends this, too.
    epoch: i64,
    /// The sign-in at a provider that was the first step, if it was one.
    #[serde(default)]
    at_provider: Option<AtProvider>,
}

/// Second steps.
pub struct SecondSteps {
    tickets: Tickets,
    store: Arc<dyn Store>,
    proofs: Arc<Proofs>,
    limit: SignInLimit,
    audit: Arc<Audit>,
}

const ENDED: Error = Error::Unauthenticated(Unauthenticated::BadTicket);

impl SecondSteps {
    pub fn new(
        tickets: Tickets,
        store: Arc<dyn Store>,
        proofs: Arc<Proofs>,
        limit: SignInLimit,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            tickets,
            store,
            proofs,
            limit,
            audit,
        }
    }

    /// What a user has to show yet whose password was right, or who signed in at a provider; `None` if nothing.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn ask(&self, user: &User, at_provider: Option<&AtProvider>) -> Result<Option<Asked>> {
        if !user.factors.are_on() {
            return Ok(None);
        }
        let begun = Begun {
            epoch: user.epoch,
            at_provider: at_provider.cloned(),
        };
        let ticket = self
            .tickets
            .issue(Purpose::SecondFactor, Some(user.id), &begun, LIFETIME)
            .await?;
        let passkey = self.proofs.ask_for_passkey(user).await?;
        let methods = [
            ("code", user.factors.has_totp()),
            ("passkey", passkey.is_some()),
            ("recovery_code", !user.factors.recovery.is_empty()),
        ];
        let methods = methods.into_iter().filter(|(_, is_there)| *is_there);
        Ok(Some(Asked {
            ticket,
            methods: methods.map(|(name, _)| name).collect(),
            passkey,
        }))
    }

    /// Whose sign-in this ticket is of, and at which provider it began, now that everything was shown. A wrong proof
    /// leaves the ticket as it is, and counts; of many right ones at once, one is told.
    ///
    /// # Errors
    /// `Unauthenticated` if the ticket has ended or the proof is wrong; `RateLimited` after too many wrong ones.
    pub async fn pass(
        &self,
        ticket: &str,
        proof: &Proof,
        client: &Client,
    ) -> Result<(User, Option<AtProvider>)> {
        let held = self.tickets.look::<Begun>(ticket, Purpose::SecondFactor).await?;
        let Held { ticket: kept, data } = held.ok_or(ENDED)?;
        let id = kept.owner.ok_or(ENDED)?;
        let still = |user: &User| !user.disabled && user.epoch == data.epoch;
        self.store.user(id).await?.filter(still).ok_or(ENDED)?;
        let subject = format!("second-factor:{id}");
        let attempt = self
            .limit
            .guess(&subject, proof.can_be_guessed(), &client.address)
            .await?;
        // The account may have been changed meanwhile.
        let user = match self.proofs.use_up(id, proof).await {
            Err(error @ Error::Unauthenticated(_)) => {
                let failed = Entry::of(AuditKind::SignInFailed).to(id);
                let failed = failed
                    .method(AuditMethod::SecondFactor)
                    .reason(AuditReason::WrongSecondFactor);
                self.audit
                    .record_failure(By::nobody(client), &subject, failed)
                    .await;
                return Err(error);
            }
            other => other?,
        };
        self.limit.forget(attempt).await;
        if !still(&user) {
            return Err(ENDED);
        }
        let taken = self.tickets.take::<Begun>(ticket, Purpose::SecondFactor).await?;
        taken.map(|_| (user, data.at_provider)).ok_or(ENDED)
    }
}
