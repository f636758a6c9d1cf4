//! What somebody shows as a second factor, and that each of it is good once: it is used up by a write of the account, which
//! of many at once, over all instances, one does.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use webauthn_rs::prelude::AuthenticationResult;

use super::passkeys::{Asked, LIFETIME};
use super::relying_party::{Challenge, RelyingParty, used};
use super::{recovery, totp};
use crate::clock::Source;
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{Factors, Id, Purpose, Totp, User};
use crate::secret::{Purpose as Sealing, Secret, Secrets};
use crate::service::seal::{seal, unseal};
use crate::service::tickets::Tickets;
use crate::service::{PATCH_TRIES, Turns, too_contended};
use crate::store::Store;

/// What is shown.
pub enum Proof {
    /// The code that a program shows at this time.
    Code(String),
    RecoveryCode(String),
    /// The answer of an authenticator to the challenge of this ticket.
    Passkey {
        ticket: String,
        answer: String,
    },
}

impl Proof {
    /// Whether there are so few of them that trying leads somewhere, given time.
    pub const fn can_be_guessed(&self) -> bool {
        match self {
            Self::Code(_) => true,
            Self::RecoveryCode(_) | Self::Passkey { .. } => false,
        }
    }
}

/// Looks at proofs.
pub struct Proofs {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    secrets: Secrets,
    tickets: Tickets,
    relying_party: Arc<RelyingParty>,
    turns: Turns,
}

const WRONG: Error = Error::Unauthenticated(Unauthenticated::BadSecondFactor);

impl Proofs {
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        secrets: &Secrets,
        tickets: Tickets,
        relying_party: Arc<RelyingParty>,
    ) -> Self {
        Self {
            store,
            source,
            secrets: secrets.clone(),
            tickets,
            relying_party,
            turns: Turns::new(),
        }
    }

    /// Uses up what is shown, and answers the account as it is from then on.
    ///
    /// # Errors
    /// `Unauthenticated` if it is wrong or was used before.
    pub async fn use_up(&self, user: Id, proof: &Proof) -> Result<User> {
        match proof {
            Proof::Code(code) => {
                self.change(user, |user| self.without_code(user, code).ok_or(WRONG))
                    .await
            }
            Proof::RecoveryCode(code) => {
                self.change(user, |user| without_recovery_code(user, code).ok_or(WRONG))
                    .await
            }
            Proof::Passkey { ticket, answer } => self.use_passkey(user, ticket, answer).await,
        }
    }

    /// Asks for one of an account's passkeys; `None` if there is none, or can be none here.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn ask_for_passkey(&self, user: &User) -> Result<Option<Asked>> {
        if user.factors.passkeys.is_empty() || !self.relying_party.is_here() {
            return Ok(None);
        }
        let (options, challenge) = self.relying_party.ask_to_show(&user.factors.passkeys)?;
        let ticket = self
            .tickets
            .issue(Purpose::Passkey, Some(user.id), &challenge, LIFETIME)
            .await?;
        Ok(Some(Asked { ticket, options }))
    }

    /// The same answer verifies as often as one likes: what makes it good once is that its challenge is taken away.
    async fn use_passkey(&self, user: Id, ticket: &str, answer: &str) -> Result<User> {
        let held = self.tickets.look::<Challenge>(ticket, Purpose::Passkey).await?;
        let held = held.filter(|held| held.ticket.owner == Some(user));
        let Some(Challenge::Show(state)) = held.map(|held| held.data) else {
            return Err(WRONG);
        };
        let shown = self.relying_party.shown(&state, answer).ok_or(WRONG)?;
        let taken = self.tickets.take::<Challenge>(ticket, Purpose::Passkey).await?;
        taken.ok_or(WRONG)?;
        self.note_passkey(user, &shown).await
    }

    /// Notes that a passkey was used.
    ///
    /// # Errors
    /// `Unauthenticated` if the account has it no more.
    pub async fn note_passkey(&self, user: Id, shown: &AuthenticationResult) -> Result<User> {
        let now = self.source.now();
        let noted = |user: &User| {
            let mut factors = user.factors.clone();
            let mut passkeys = factors.passkeys.iter_mut();
            let found = passkeys.find_map(|it| used(it, shown, now).map(|used| (it, used)));
            let (place, used) = found.ok_or(WRONG)?;
            *place = used;
            Ok(factors)
        };
        self.change(user, noted).await
    }

    /// Uses up the first code of a secret that was made and not confirmed yet: it counts from then on, with these
    /// recovery codes.
    ///
    /// # Errors
    /// `Unauthenticated` if the code is wrong; `Conflict` if there is nothing to confirm.
    pub async fn confirm(&self, user: Id, code: &str, recovery: &[String]) -> Result<User> {
        self.change(user, |user| {
            let awaits = user.factors.totp.as_ref().filter(|_| !user.factors.has_totp());
            let awaits = awaits.ok_or(Error::Conflict(
                "there is no authenticator that awaits its first code",
            ))?;
            let used = self.after_code(user.id, awaits, code).ok_or(WRONG)?;
            Ok(Factors {
                totp: Some(Totp {
                    confirmed_at: Some(self.source.now()),
                    ..used
                }),
                recovery: recovery.to_vec(),
                ..user.factors.clone()
            })
        })
        .await
    }

    /// Writes what becomes of an account's factors, until nobody else has written the account meanwhile.
    ///
    /// # Errors
    /// Those of `next`; `Unauthenticated` if the account is no more.
    pub async fn change(&self, id: Id, next: impl Fn(&User) -> Result<Factors> + Sync) -> Result<User> {
        let mut turn = None;
        for _ in 0..PATCH_TRIES {
            let old = self.store.user(id).await?;
            let old = old.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))?;
            let new = User {
                factors: next(&old)?,
                version: old.version + 1,
                ..old.clone()
            };
            if new.factors == old.factors {
                return Ok(old);
            }
            if self.store.replace_user(&new, old.version).await? {
                return Ok(new);
            }
            if turn.is_none() {
                turn = Some(self.turns.of(id).await?);
            }
        }
        Err(too_contended())
    }

    /// The factors of an account once this code is used up; `None` if it is wrong.
    fn without_code(&self, user: &User, code: &str) -> Option<Factors> {
        let mut factors = user.factors.clone();
        let totp = factors.totp.as_ref().filter(|_| factors.has_totp())?;
        factors.totp = Some(self.after_code(user.id, totp, code)?);
        Some(factors)
    }

    fn after_code(&self, user: Id, totp: &Totp, code: &str) -> Option<Totp> {
        let secret = self.open(user, totp)?;
        let last_step = totp::step_shown(&secret, code, self.source.now(), totp.last_step)?;
        Some(Totp {
            last_step,
            ..totp.clone()
        })
    }

    /// A secret as it is kept.
    ///
    /// # Errors
    /// `Internal` if it cannot be sealed.
    pub fn sealed(&self, user: Id, secret: Vec<u8>) -> Result<String> {
        let sealed = seal(
            &self.secrets.current,
            Sealing::SealTotp,
            &user.to_string(),
            secret,
        )?;
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    /// The secret that is kept.
    fn open(&self, user: Id, totp: &Totp) -> Option<Vec<u8>> {
        let sealed = STANDARD_NO_PAD.decode(&totp.sealed).ok()?;
        let opened = self
            .secrets
            .iter()
            .find_map(|secret| unseal(secret, Sealing::SealTotp, &user.to_string(), &sealed));
        if opened.is_none() {
            log::warn!("the authenticator of {user} is of another secret; its codes are not accepted");
        }
        opened
    }

    /// Seals anew, with the present secret, what the previous one opens: of every account.
    ///
    /// # Errors
    /// If the store does not answer; then it is to be done again.
    pub async fn seal_anew(&self) -> Result<()> {
        const PAGE: usize = 200;
        let Some(previous) = &self.secrets.previous else {
            return Ok(());
        };
        let mut after = None;
        loop {
            let page = self.store.users_page(after, PAGE).await?;
            for user in page.iter().filter(|user| user.factors.totp.is_some()) {
                match self
                    .change(user.id, |user| self.sealed_anew(user, previous))
                    .await
                {
                    // It was deleted meanwhile.
                    Ok(_) | Err(Error::Unauthenticated(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            match page.last() {
                Some(last) if page.len() == PAGE => after = Some(last.id),
                _ => return Ok(()),
            }
        }
    }

    fn sealed_anew(&self, user: &User, previous: &Secret) -> Result<Factors> {
        let mut factors = user.factors.clone();
        let name = user.id.to_string();
        if let Some(totp) = &mut factors.totp
            && let Ok(sealed) = STANDARD_NO_PAD.decode(&totp.sealed)
            && let Some(secret) = unseal(previous, Sealing::SealTotp, &name, &sealed)
        {
            totp.sealed = self.sealed(user.id, secret)?;
        }
        Ok(factors)
    }
}

/// The factors of an account without this recovery code; `None` if it is none of them.
fn without_recovery_code(user: &User, code: &str) -> Option<Factors> {
    let mut factors = user.factors.clone();
    let hash = recovery::hash(user.id, code);
    let place = factors.recovery.iter().position(|kept| *kept == hash)?;
    factors.recovery.remove(place);
    Some(factors)
}
