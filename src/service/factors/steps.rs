//! The second step of a sign-in: a right password is answered with a ticket, and the ticket with what is shown beside it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::passkeys;
use super::proofs::{Proof, Proofs};
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{Purpose, User};
use crate::service::limits::SignInLimit;
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
    /// That of the account when the password was right: whatever ends sessions ends this, too.
    epoch: i64,
}

/// Second steps.
pub struct SecondSteps {
    tickets: Tickets,
    store: Arc<dyn Store>,
    proofs: Arc<Proofs>,
    limit: SignInLimit,
}

const ENDED: Error = Error::Unauthenticated(Unauthenticated::BadTicket);

impl SecondSteps {
    pub fn new(tickets: Tickets, store: Arc<dyn Store>, proofs: Arc<Proofs>, limit: SignInLimit) -> Self {
        Self {
            tickets,
            store,
            proofs,
            limit,
        }
    }

    /// What a user has to show yet whose password was right; `None` if nothing.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn ask(&self, user: &User) -> Result<Option<Asked>> {
        if !user.factors.are_on() {
            return Ok(None);
        }
        let begun = Begun { epoch: user.epoch };
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

    /// Whose sign-in this ticket is of, now that everything was shown. A wrong proof leaves the ticket as it is, and
    /// counts; of many right ones at once, one is told.
    ///
    /// # Errors
    /// `Unauthenticated` if the ticket has ended or the proof is wrong; `RateLimited` after too many wrong ones.
    pub async fn pass(&self, ticket: &str, proof: &Proof, address: &str) -> Result<User> {
        let held = self.tickets.look::<Begun>(ticket, Purpose::SecondFactor).await?;
        let Held { ticket: kept, data } = held.ok_or(ENDED)?;
        let id = kept.owner.ok_or(ENDED)?;
        let still = |user: &User| !user.disabled && user.epoch == data.epoch;
        self.store.user(id).await?.filter(still).ok_or(ENDED)?;
        let attempt = self
            .limit
            .guess(&format!("second-factor:{id}"), proof.can_be_guessed(), address)
            .await?;
        // The account may have been changed meanwhile.
        let user = self.proofs.use_up(id, proof).await?;
        self.limit.forget(attempt).await;
        if !still(&user) {
            return Err(ENDED);
        }
        let taken = self.tickets.take::<Begun>(ticket, Purpose::SecondFactor).await?;
        taken.map(|_| user).ok_or(ENDED)
    }
}
