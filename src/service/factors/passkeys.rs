//! Passkeys, as their owner makes and removes them, and signing in by one alone: it stands for both factors.

use std::sync::Arc;

use serde_json::Value;

use super::relying_party::{Challenge, RelyingParty, is_same};
use super::{Proofs, new_codes};
use crate::clock::Source;
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{AuditKind, AuditMethod, AuditReason, Caller, Factors, Id, Passkey, Purpose, User};
use crate::service::audit::{Audit, By, Entry};
use crate::service::fresh::{FreshCheck, Shown};
use crate::service::sessions::{Begun, Client, Sessions, SignedIn};
use crate::service::tickets::{Held, Tickets};
use crate::service::ways_in::WaysIn;
use crate::store::Store;

/// How long a challenge can be answered, in seconds.
pub const LIFETIME: i64 = 300;

/// An account has at most so many.
const MOST: usize = 20;

/// What an authenticator is asked, and the ticket that its answer comes with.
#[derive(Debug)]
pub struct Asked {
    pub ticket: String,
    /// `PublicKeyCredentialCreationOptions` or `PublicKeyCredentialRequestOptions`, in JSON.
    pub options: Value,
}

/// Passkeys.
pub struct Passkeys {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    tickets: Tickets,
    relying_party: Arc<RelyingParty>,
    proofs: Arc<Proofs>,
    fresh: Arc<FreshCheck>,
    sessions: Arc<Sessions>,
    audit: Arc<Audit>,
    ways_in: Arc<WaysIn>,
}

const ENDED: Error = Error::Conflict("this challenge has ended or was answered; ask for a new one");
const WRONG: Error = Error::Unauthenticated(Unauthenticated::BadSecondFactor);
const TOO_MANY: Error = Error::Conflict("an account has at most 20 passkeys");

impl Passkeys {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, where the services are wired"
    )]
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        tickets: Tickets,
        relying_party: Arc<RelyingParty>,
        proofs: Arc<Proofs>,
        fresh: Arc<FreshCheck>,
        sessions: Arc<Sessions>,
        audit: Arc<Audit>,
        ways_in: Arc<WaysIn>,
    ) -> Self {
        Self {
            store,
            source,
            tickets,
            relying_party,
            proofs,
            fresh,
            sessions,
            audit,
            ways_in,
        }
    }

    /// Asks for a new passkey.
    ///
    /// # Errors
    /// Those of the fresh check; `Conflict` where there can be no passkey, or no more of them.
    pub async fn begin(&self, caller: &Caller, shown: &Shown<'_>) -> Result<Asked> {
        let user = self.me(caller).await?;
        if user.factors.passkeys.len() >= MOST {
            return Err(TOO_MANY);
        }
        let (options, challenge) = self.relying_party.ask_to_make(&user)?;
        self.fresh.pass(caller, &user, shown).await?;
        let ticket = self
            .tickets
            .issue(Purpose::Passkey, Some(user.id), &challenge, LIFETIME)
            .await?;
        Ok(Asked { ticket, options })
    }

    /// Keeps the passkey that this answer makes; and if there was no recovery code, makes those, which nobody can
    /// tell afterwards.
    ///
    /// # Errors
    /// `Conflict` if the challenge has ended, or the passkey is there already; `Invalid` if this is no answer to it.
    pub async fn finish(
        &self,
        caller: &Caller,
        ticket: &str,
        name: String,
        answer: &str,
        client: &Client,
    ) -> Result<(Passkey, Option<Vec<String>>)> {
        let id = caller.user_id;
        let held = self.tickets.look::<Challenge>(ticket, Purpose::Passkey).await?;
        let Some(Challenge::Make(state)) = held.filter(|held| held.ticket.owner == Some(id)).map(data) else {
            return Err(ENDED);
        };
        let made = self.relying_party.made(&state, answer);
        let made = made.ok_or_else(|| {
            let detail = "this is no answer to the challenge, or one without user verification";
            Error::rule("/answer", "passkey", detail)
        })?;
        let taken = self.tickets.take::<Challenge>(ticket, Purpose::Passkey).await?;
        taken.ok_or(ENDED)?;
        let passkey = Passkey {
            id: self.source.new_id(),
            name,
            credential: serde_json::to_string(&made).map_err(Error::internal)?,
            created_at: self.source.now(),
            last_used_at: None,
        };
        let (codes, hashes) = new_codes(&*self.source, id);
        let with = |user: &User| {
            let mut factors = user.factors.clone();
            if factors.passkeys.iter().any(|known| is_same(known, &made)) {
                return Err(Error::Conflict("this passkey is there already"));
            }
            if factors.passkeys.len() >= MOST {
                return Err(TOO_MANY);
            }
            factors.passkeys.push(passkey.clone());
            if factors.recovery.is_empty() {
                factors.recovery.clone_from(&hashes);
            }
            Ok(factors)
        };
        let user = self.proofs.change(id, with).await?;
        self.audit
            .record(By::user(id, client), Entry::of(AuditKind::PasskeyAdded).to(id))
            .await;
        let codes = (user.factors.recovery == hashes).then_some(codes);
        Ok((passkey, codes))
    }

    /// Asks for one of the caller's passkeys, for the fresh check.
    ///
    /// # Errors
    /// `Conflict` if there is none.
    pub async fn challenge(&self, caller: &Caller) -> Result<Asked> {
        let user = self.me(caller).await?;
        let asked = self.proofs.ask_for_passkey(&user).await?;
        asked.ok_or(Error::Conflict("there is no passkey that could be asked for"))
    }

    /// Calls a passkey something else.
    ///
    /// # Errors
    /// `NotFound` if the caller has none with this id.
    pub async fn rename(&self, caller: &Caller, id: Id, name: &str) -> Result<Passkey> {
        let renamed = |user: &User| {
            let mut factors = user.factors.clone();
            let passkey = factors.passkeys.iter_mut().find(|it| it.id == id);
            name.clone_into(&mut passkey.ok_or(Error::NotFound)?.name);
            Ok(factors)
        };
        let user = self.proofs.change(caller.user_id, renamed).await?;
        let passkey = user.factors.passkeys.into_iter().find(|it| it.id == id);
        passkey.ok_or(Error::NotFound)
    }

    /// Takes a passkey away.
    ///
    /// # Errors
    /// Those of the fresh check; `NotFound` if the caller has none with this id; `Conflict` if nobody could sign in to the
    /// account any more.
    pub async fn remove(&self, caller: &Caller, id: Id, shown: &Shown<'_>) -> Result<()> {
        let user = self.me(caller).await?;
        if !user.factors.passkeys.iter().any(|it| it.id == id) {
            return Err(Error::NotFound);
        }
        let without = |user: &User| -> Result<Factors> {
            let mut user = user.clone();
            user.factors.passkeys.retain(|it| it.id != id);
            user.factors.tidy();
            self.ways_in.check(&user)?;
            Ok(user.factors)
        };
        without(&user)?;
        self.fresh.pass(caller, &user, shown).await?;
        self.proofs.change(user.id, without).await?;
        let removed = Entry::of(AuditKind::PasskeyRemoved).to(user.id);
        self.audit.record(By::user(user.id, shown.client), removed).await;
        Ok(())
    }

    /// Asks for any passkey of this place, to sign in with.
    ///
    /// # Errors
    /// `Conflict` where there can be none.
    pub async fn begin_sign_in(&self) -> Result<Asked> {
        let (options, challenge) = self.relying_party.ask_to_sign_in()?;
        let ticket = self
            .tickets
            .issue(Purpose::Passkey, None, &challenge, LIFETIME)
            .await?;
        Ok(Asked { ticket, options })
    }

    /// Begins a session for whoever answers the challenge. Of many at once, one comes in.
    ///
    /// # Errors
    /// `Unauthenticated` alike for a challenge that has ended, a wrong answer, an unknown passkey and a disabled
    /// account.
    pub async fn finish_sign_in(
        &self,
        ticket: &str,
        answer: &str,
        in_cookie: bool,
        client: &Client,
    ) -> Result<SignedIn> {
        let held = self.tickets.look::<Challenge>(ticket, Purpose::Passkey).await?;
        let Some(Challenge::SignIn(state)) = held.map(data) else {
            return Err(WRONG);
        };
        let id = self.relying_party.claimed(answer).ok_or(WRONG)?;
        let user = self.store.user(id).await?.ok_or(WRONG)?;
        let shown = self.relying_party.signed_in(state, answer, &user);
        let (Some(shown), false) = (shown, user.disabled) else {
            let reason = if user.disabled {
                AuditReason::Disabled
            } else {
                AuditReason::WrongPasskey
            };
            let failed = Entry::of(AuditKind::SignInFailed).to(id);
            let failed = failed.method(AuditMethod::Passkey).reason(reason);
            self.audit
                .record_failure(By::nobody(client), &format!("passkey:{id}"), failed)
                .await;
            return Err(WRONG);
        };
        let taken = self.tickets.take::<Challenge>(ticket, Purpose::Passkey).await?;
        taken.ok_or(WRONG)?;
        let user = self.proofs.note_passkey(id, &shown).await?;
        let begun = Begun::own(in_cookie);
        let signed_in = self
            .sessions
            .begin_as(id, user.epoch, begun, AuditMethod::Passkey, client)
            .await?;
        signed_in.ok_or(WRONG)
    }

    async fn me(&self, caller: &Caller) -> Result<User> {
        let user = self.store.user(caller.user_id).await?;
        user.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))
    }
}

fn data(held: Held<Challenge>) -> Challenge {
    held.data
}
