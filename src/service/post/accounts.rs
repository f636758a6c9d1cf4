//! What stands in the mails about accounts. The secret of a link is made here, when its mail is about to leave; one
//! that is sent again has another one, which takes the place of the first.

use serde::{Deserialize, Serialize};

use super::Post;
use super::sending::Content;
use crate::error::Result;
use crate::fingerprint::fingerprint;
use crate::model::{About, Email, Id, Mail, Purpose, User, email_identity};
use crate::service::Tickets;
use crate::service::invitations;
use crate::service::mail::Letter;
use crate::service::mail::account_letters::{self, LinkChange};

/// The link of a verification is good for a day.
const VERIFICATION_SECONDS: i64 = 86_400;
/// That of a password reset for an hour; and a mail that could not leave within one is not sent any more.
const RESET_SECONDS: i64 = 3600;
/// For so long a notice to a former address may wait to be sent.
const NOTICE_SECONDS: i64 = 86_400;

/// The address of the page on which whoever is invited makes an account.
pub fn invitation_link(public_url: &str, secret: &str) -> String {
    format!("{public_url}/register#invitation={secret}")
}

/// What a ticket about an address is about: it is good as long as the account still is as it was then.
#[derive(Debug, Serialize, Deserialize)]
pub struct AddressTicket {
    /// Tells the address from others, without telling it.
    address: String,
    /// The epoch of the account: a new password since, by this ticket too, makes it worthless.
    epoch: i64,
}

impl AddressTicket {
    /// One of this account, as it is now.
    fn of(user: &User, email: &Email) -> Self {
        Self {
            address: fingerprint(email_identity(email).as_bytes(), 16),
            epoch: user.epoch,
        }
    }

    /// Whether the account still has the address that the mail went to.
    pub fn is_for(&self, user: &User) -> bool {
        let now = user.email.as_ref().map(|email| Self::of(user, email));
        now.is_some_and(|now| now.address == self.address)
    }

    /// Whether, beside that, no password was set since.
    pub fn may_reset(&self, user: &User) -> bool {
        self.is_for(user) && user.epoch == self.epoch && !user.disabled
    }
}

/// A former address.
#[derive(Serialize, Deserialize)]
struct Former {
    address: String,
}

impl Post {
    pub(super) async fn verification(&self, user: &User) -> Result<Content> {
        let Some(to) = user.email.clone().filter(|_| !user.email_verified) else {
            return Ok(Content::Nothing);
        };
        let link = self
            .link_of(user, &to, Purpose::VerifyEmail, VERIFICATION_SECONDS)
            .await?;
        Ok(Content::Letter(account_letters::verification(to, &link)))
    }

    pub(super) async fn password_reset(&self, user: &User, mail: &Mail) -> Result<Content> {
        let is_late = self.source.now() > mail.created_at.plus_seconds(RESET_SECONDS);
        let Some(to) = user.email.clone().filter(|_| !is_late) else {
            return Ok(Content::Nothing);
        };
        let link = self
            .link_of(user, &to, Purpose::ResetPassword, RESET_SECONDS)
            .await?;
        Ok(Content::Letter(account_letters::password_reset(to, &link)))
    }

    /// A link with a new ticket of this user, in the place of those before. The ticket stands behind `#`: what does is
    /// sent to no server, and so is in no log and in no `Referer`.
    async fn link_of(&self, user: &User, to: &Email, purpose: Purpose, seconds: i64) -> Result<String> {
        self.tickets.forget(user.id, purpose).await?;
        let about = AddressTicket::of(user, to);
        let secret = self
            .tickets
            .issue(purpose, Some(user.id), &about, seconds)
            .await?;
        let page = match purpose {
            Purpose::ResetPassword => "reset-password",
            _ => "verify-email",
        };
        Ok(format!("{}/{page}#token={secret}", self.public_url))
    }

    pub(super) async fn address_changed(&self, note: Id) -> Result<Content> {
        let hash = Tickets::hash(&note.to_string());
        let held = self
            .tickets
            .look_at::<Former>(&hash, Purpose::FormerAddress)
            .await?;
        let to = held.and_then(|held| held.data.address.parse().ok());
        Ok(to.map_or(Content::Nothing, |to| {
            Content::Letter(account_letters::address_changed(to))
        }))
    }

    pub(super) async fn invitation(&self, id: Id) -> Result<Content> {
        let renewed = invitations::renew(&self.tickets, id).await?;
        Ok(renewed.map_or(Content::Nothing, |(to, secret)| {
            let link = invitation_link(&self.public_url, &secret);
            Content::Letter(account_letters::invitation(to, &self.public_url, &link))
        }))
    }

    pub(super) async fn new_device(&self, user: &User, session: Id) -> Result<Content> {
        let (Some(to), Some(session)) = (user.email.clone(), self.store.session(session).await?) else {
            return Ok(Content::Nothing);
        };
        if session.user_id != user.id {
            return Ok(Content::Nothing);
        }
        let letter = account_letters::new_device(to, &session, user.zone(), &self.public_url);
        Ok(Content::Letter(letter))
    }

    /// Of a link to a provider that came or went, in this letter.
    pub(super) fn provider(
        &self,
        user: &User,
        mail: &Mail,
        provider: Id,
        letter: fn(Email, &LinkChange<'_>) -> Letter,
    ) -> Content {
        let Some(to) = user.email.clone() else {
            return Content::Nothing;
        };
        let mut called = self.providers.iter();
        let called = called.find(|(id, _)| *id == provider);
        let change = LinkChange {
            provider: called.map_or("one that is not set up here any more", |(_, name)| name),
            at: mail.created_at,
            zone: user.zone(),
            url: &self.public_url,
        };
        Content::Letter(letter(to, &change))
    }

    /// Tells the owner of an account of a link to a provider that came or went: it has, whatever comes of this.
    pub async fn tell_of_provider(&self, user: Id, about: About) {
        let subject = user.to_string();
        if let Err(error) = self.ask(user, about, &subject).await {
            log::warn!(user = subject; "an owner is not told of a link to a provider: {error}");
        }
    }

    /// Asks for the mail by which a new account's address is verified. That the account is made does not depend on it.
    pub async fn welcome(&self, user: &User) {
        let subject = user.id.to_string();
        let asked = self.ask(user.id, About::Verification, &subject);
        if let Err(error) = asked.await {
            log::warn!(user = user.id.to_string(); "an address is not asked to be verified: {error}");
        }
    }

    /// Tells the former address of an account, and asks for the new one to be verified; the links in mails of before
    /// are worthless. The address is changed by now, whatever comes of this.
    pub async fn tell_of_new_address(&self, before: &User, now: &User) {
        if let Err(error) = self.told_of_new_address(before, now).await {
            log::warn!(user = now.id.to_string(); "a former address is not told of the new one: {error}");
        }
    }

    async fn told_of_new_address(&self, before: &User, now: &User) -> Result<()> {
        for purpose in [Purpose::VerifyEmail, Purpose::ResetPassword] {
            self.tickets.forget(now.id, purpose).await?;
        }
        if let Some(former) = before.email.as_ref().filter(|_| self.takes_mail()) {
            let note = self.source.new_id();
            let data = Former {
                address: former.written().to_owned(),
            };
            let purpose = Purpose::FormerAddress;
            // It is found by the id that the mail has: nothing but the address hangs on it.
            let (name, owner) = (note.to_string(), Some(now.id));
            self.tickets
                .issue_as(&name, purpose, owner, &data, NOTICE_SECONDS)
                .await?;
            self.ask(now.id, About::AddressChanged { note }, &now.id.to_string())
                .await?;
        }
        self.ask(now.id, About::Verification, &now.id.to_string()).await?;
        Ok(())
    }
}
