//! Invitations: an account may be made with this address by whoever gets the mail that goes there.
//!
//! One is kept as a ticket with the address and the role in it, and nothing else knows of it: used, withdrawn or
//! expired it is gone, address and all. The secret of its link is made anew each time its mail leaves.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Source;
use crate::config::{Config, Registration};
use crate::error::{Error, Result};
use crate::model::{
    About, Actor, AuditKind, Email, Id, Purpose, Role, Ticket, Timestamp, User, email_identity,
};
use crate::service::accounts::{Accounts, EMAIL_TAKEN, NewUser};
use crate::service::audit::{Audit, By, Entry};
use crate::service::sessions::Client;
use crate::service::tickets::{Held, Tickets};
use crate::service::{Post, post};
use crate::store::Store;

/// An invitation is good for a week.
const GOOD_SECONDS: i64 = 7 * 86_400;

/// So many may be open at once.
const MOST: usize = 500;

const PURPOSE: Purpose = Purpose::Invitation;

/// An invitation that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: Id,
    pub email: Email,
    /// What the account will be.
    pub role: Role,
    /// The administrator; none where it was the operator.
    pub invited_by: Option<Id>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What the ticket holds.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    id: Id,
    email: String,
    role: Role,
    by: Option<Id>,
}

/// Invitations.
pub struct Invitations {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    accounts: Arc<Accounts>,
    tickets: Tickets,
    post: Arc<Post>,
    audit: Arc<Audit>,
    registration: Registration,
    public_url: String,
}

impl Invitations {
    pub fn new(
        config: &Config,
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        accounts: Arc<Accounts>,
        tickets: Tickets,
        post: Arc<Post>,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            store,
            source,
            accounts,
            tickets,
            post,
            audit,
            registration: config.registration,
            public_url: config.public_url.clone(),
        }
    }

    /// Whether an invitation leaves by itself.
    pub fn takes_mail(&self) -> bool {
        self.post.takes_mail()
    }

    /// Invites whoever has this address, by a mail. Of two for one address the later one counts.
    ///
    /// # Errors
    /// `Conflict` where registration is closed, there is an account with the address, no mail leaves here, or very
    /// many are open; `RateLimited` after a few to one address within the hour.
    pub async fn invite(&self, by: By<'_>, email: Email, role: Role) -> Result<Invitation> {
        if !self.post.takes_mail() {
            return Err(Error::Conflict(
                "no mail is sent here; the operator can make a link: rondo user invite",
            ));
        }
        let (invitation, _) = self.make(by, email, role).await?;
        let subject = email_identity(&invitation.email);
        let about = About::Invitation { id: invitation.id };
        if self.post.ask(invitation.id, about, &subject).await? {
            return Ok(invitation);
        }
        self.withdraw(by, invitation.id).await?;
        Err(Error::RateLimited { retry_after: 60 })
    }

    /// The same without a mail: the link is answered, for whoever passes it on.
    ///
    /// # Errors
    /// As [`Invitations::invite`], but for what has to do with mail.
    pub async fn link(&self, email: Email, role: Role) -> Result<String> {
        let (_, secret) = self.make(By::operator(), email, role).await?;
        Ok(post::invitation_link(&self.public_url, &secret))
    }

    async fn make(&self, by: By<'_>, email: Email, role: Role) -> Result<(Invitation, String)> {
        if self.registration == Registration::Closed {
            return Err(Error::Conflict(
                "registration is closed, to whoever is invited too; the setting is registration = \"invite\"",
            ));
        }
        if self
            .store
            .user_by_identity(&email_identity(&email))
            .await?
            .is_some()
        {
            return Err(EMAIL_TAKEN);
        }
        let open = open(&self.tickets).await?;
        if open.len() >= MOST {
            return Err(Error::Conflict("at most 500 invitations are open at once"));
        }
        let id = self.source.new_id();
        let kept = Kept {
            id,
            email: email.written().to_owned(),
            role,
            by: match by.actor {
                Actor::User(id) => Some(id),
                Actor::Operator | Actor::Service | Actor::Nobody => None,
            },
        };
        let secret = self.tickets.issue(PURPOSE, None, &kept, GOOD_SECONDS).await?;
        for (before, held) in &open {
            if before.email.key() == email.key() {
                self.tickets.remove(&held.ticket).await?;
            }
        }
        let held = self.tickets.look(&secret, PURPOSE).await?;
        let invitation = held.as_ref().and_then(invitation_of);
        // Somebody has invited the same address at the same moment.
        let invitation = invitation.ok_or(Error::Conflict("another invitation took its place"))?;
        self.audit
            .record(by, Entry::of(AuditKind::InvitationMade).role(role))
            .await;
        Ok((invitation, secret))
    }

    /// Those that are open, the newest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn list(&self) -> Result<Vec<Invitation>> {
        let mut seen = BTreeSet::new();
        let open = open(&self.tickets).await?.into_iter();
        let mut invitations: Vec<_> = open
            .map(|(invitation, _)| invitation)
            // While its mail leaves, one may be there with the secret of before and of now.
            .filter(|invitation| seen.insert(invitation.id))
            .collect();
        invitations.sort_by_key(|invitation| std::cmp::Reverse((invitation.created_at, invitation.id)));
        Ok(invitations)
    }

    /// Withdraws one; its link is worthless.
    ///
    /// # Errors
    /// `NotFound` if none is open with this id.
    pub async fn withdraw(&self, by: By<'_>, id: Id) -> Result<()> {
        let mut was_there = false;
        for (invitation, held) in open(&self.tickets).await? {
            if invitation.id == id {
                was_there |= self.tickets.remove(&held.ticket).await?;
            }
        }
        if !was_there {
            return Err(Error::NotFound);
        }
        self.audit
            .record(by, Entry::of(AuditKind::InvitationWithdrawn))
            .await;
        Ok(())
    }

    /// Makes an account for whoever has the link of an invitation: with exactly its address, which is verified by
    /// that, and its role. A password that is refused leaves the invitation open.
    ///
    /// # Errors
    /// `Forbidden` where registration is closed; `Invalid` for an invitation that is none, was used, withdrawn or has
    /// expired, or is for another address, and for a password that anybody would guess; `Conflict` when the address
    /// is taken.
    pub async fn join(&self, client: &Client, new: NewUser, secret: &str) -> Result<User> {
        self.accounts.check_open_to_guests()?;
        let held: Held<Kept> = self.tickets.look(secret, PURPOSE).await?.ok_or_else(bad)?;
        let invitation = invitation_of(&held).ok_or_else(bad)?;
        if invitation.email.key() != new.email.key() {
            return Err(Error::rule(
                "/email",
                "invitation",
                "the invitation is for another e-mail address",
            ));
        }
        let new = NewUser {
            email: invitation.email,
            role: invitation.role,
            ..new
        };
        let mut user = self.accounts.prepare(new, "/password").await?;
        user.email_verified = true;
        if !self.tickets.remove(&held.ticket).await? {
            return Err(bad());
        }
        let made = self.accounts.keep(&user).await;
        if let Err(Error::Unavailable { .. } | Error::Internal { .. }) = &made {
            // Whether the account is there is not known; if it is not, this invitation is to make it.
            if let Err(error) = self.store.create_ticket(&held.ticket).await {
                log::warn!("an invitation is lost, with the account that it was to make: {error}");
            }
        }
        made?;
        let registered = Entry::of(AuditKind::UserRegistered).to(user.id).role(user.role);
        self.audit.record(By::user(user.id, client), registered).await;
        Ok(user)
    }
}

/// The open ones, with their tickets.
async fn open(tickets: &Tickets) -> Result<Vec<(Invitation, Held<Kept>)>> {
    // Each may be there twice.
    let held = tickets.all_for(PURPOSE, 2 * MOST).await?;
    let open = held
        .into_iter()
        .filter_map(|held| Some((invitation_of(&held)?, held)));
    Ok(open.collect())
}

fn invitation_of(held: &Held<Kept>) -> Option<Invitation> {
    let Ticket {
        created_at,
        expires_at,
        ..
    } = held.ticket;
    Some(Invitation {
        id: held.data.id,
        email: held.data.email.parse().ok()?,
        role: held.data.role,
        invited_by: held.data.by,
        created_at,
        expires_at,
    })
}

/// Gives an open invitation another secret, in the place of the one before, and answers it with the address.
pub(super) async fn renew(tickets: &Tickets, id: Id) -> Result<Option<(Email, String)>> {
    let mut renewed = None;
    for (invitation, held) in open(tickets).await? {
        if invitation.id != id {
            continue;
        }
        if renewed.is_some() {
            // One that a crash has left over.
            tickets.remove(&held.ticket).await?;
        } else if let Some(secret) = tickets.renew(&held.ticket).await? {
            renewed = Some((invitation.email, secret));
        }
    }
    Ok(renewed)
}

/// Whatever is wrong with an invitation, it is told in the same words.
fn bad() -> Error {
    Error::rule(
        "/invitation",
        "invitation",
        "the invitation is not good any more: it was used or withdrawn, is too old, or another one was sent since",
    )
}
