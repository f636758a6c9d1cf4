//! E-mail addresses: showing that mail to one arrives, and coming in again by it without the password.

use std::sync::Arc;

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{About, Caller, Email, Purpose, User, email_identity};
use crate::service::accounts::{Accounts, UserPatch};
use crate::service::audit::By;
use crate::service::limits::SignInLimit;
use crate::service::post::{AddressTicket, Post};
use crate::service::sessions::Client;
use crate::service::tickets::{Held, Tickets};
use crate::store::Store;

/// E-mail addresses of accounts.
pub struct Addresses {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    accounts: Arc<Accounts>,
    tickets: Tickets,
    post: Arc<Post>,
    limit: SignInLimit,
}

impl Addresses {
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        accounts: Arc<Accounts>,
        tickets: Tickets,
        post: Arc<Post>,
        limit: SignInLimit,
    ) -> Self {
        Self {
            store,
            source,
            accounts,
            tickets,
            post,
            limit,
        }
    }

    /// Sends the caller the mail by which their address is verified; the link in one of before is worthless then.
    ///
    /// # Errors
    /// `Conflict` if it is verified, or no mail leaves here; `RateLimited` after a few within the hour.
    pub async fn ask_for_verification(&self, caller: &Caller) -> Result<()> {
        let user = self.accounts.me(caller).await?;
        if user.email_verified {
            return Err(Error::Conflict("the e-mail address is verified already"));
        }
        if !self.post.takes_mail() {
            return Err(Error::Conflict(
                "no mail is sent here; ask whoever runs this service",
            ));
        }
        let subject = user.id.to_string();
        if self.post.ask(user.id, About::Verification, &subject).await? {
            Ok(())
        } else {
            Err(Error::RateLimited { retry_after: 60 })
        }
    }

    /// Verifies the address to which the mail with this token came.
    ///
    /// # Errors
    /// `Invalid` alike for a token that is none, was used, has expired, or came to another address than the account
    /// has now.
    pub async fn verify(&self, token: &str, client: &Client) -> Result<()> {
        let held = self.tickets.look(token, Purpose::VerifyEmail).await?;
        let held: Held<AddressTicket> = held.ok_or_else(bad_token)?;
        let verified = UserPatch {
            email_verified: Some(true),
            ..UserPatch::default()
        };
        let is_good = |user: &User| held.data.is_for(user) && !user.email_verified;
        self.use_up(&held, verified, "/token", client, is_good).await
    }

    /// Sends the mail by which a new password is set, if there is an account with this address. Whether there is one
    /// shows in nothing: the same is counted, looked up and written, and it is the sending that finds nobody.
    ///
    /// # Errors
    /// `RateLimited` after many from one address or for one account, which need not be there.
    pub async fn ask_for_reset(&self, email: &Email, address: &str) -> Result<()> {
        let identity = email_identity(email);
        // Apart from sign-ins: whoever asks for mails keeps nobody from signing in. It is never taken back.
        let _counted = self.limit.attempt(&format!("reset:{identity}"), address).await?;
        let user = self.store.user_by_identity(&identity).await?;
        let owner = user.map_or_else(|| self.source.new_id(), |user| user.id);
        // Too many for one address within the hour are answered like the others: nobody learns that they came.
        self.post.ask(owner, About::PasswordReset, &identity).await?;
        Ok(())
    }

    /// Sets a new password for whom the mail with this token came to, and ends all sessions. Since the mail came, the
    /// address is verified, too. A password that is refused leaves the token good.
    ///
    /// # Errors
    /// As [`Addresses::verify`]; `Invalid` for a password that anybody would guess.
    pub async fn reset(
        &self,
        token: &str,
        password: String,
        pointer: &'static str,
        client: &Client,
    ) -> Result<()> {
        let held = self.tickets.look(token, Purpose::ResetPassword).await?;
        let held: Held<AddressTicket> = held.ok_or_else(bad_token)?;
        let patch = UserPatch {
            password: Some(password),
            email_verified: Some(true),
            ..UserPatch::default()
        };
        // A new password begins another epoch, in the same write: of many with one token, one comes in.
        let is_good = |user: &User| held.data.may_reset(user);
        self.use_up(&held, patch, pointer, client, is_good).await
    }

    /// Changes the account of a ticket if it is good for it still, in the write itself, and takes the ticket away.
    async fn use_up(
        &self,
        held: &Held<AddressTicket>,
        patch: UserPatch,
        pointer: &'static str,
        client: &Client,
        is_good: impl Fn(&User) -> bool + Send + Sync,
    ) -> Result<()> {
        let owner = held.ticket.owner.ok_or_else(bad_token)?;
        let applied = self
            .accounts
            .apply_if(By::user(owner, client), owner, patch, None, pointer, is_good);
        applied.await?.ok_or_else(bad_token)?;
        // What was done by it has made it worthless; it is only in the way now.
        if let Err(error) = self.tickets.forget(owner, held.ticket.purpose).await {
            log::warn!("a ticket that was used stays until it expires: {error}");
        }
        Ok(())
    }
}

/// Whatever is wrong with a token, it is told in the same words.
fn bad_token() -> Error {
    Error::rule(
        "/token",
        "token",
        "the link is not good any more: it was used, is too old, or another one was sent since",
    )
}
