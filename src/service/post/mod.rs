//! The post: what is to be mailed is kept here until it is sent (`sending`), by whichever instance comes to it first.
//!
//! What is kept says whom a mail is for and what it is about. Its text is made when it is sent (`reminding`,
//! `accounts`), and so is the secret of a link: it stands in the mail alone, and here as a hash.

mod accounts;
mod reminding;
mod sending;

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use crate::clock::Source;
use crate::config::{Config, Provider};
use crate::error::Result;
use crate::fingerprint::fingerprint;
use crate::model::{About, Id, Mail};
use crate::service::Tickets;
use crate::service::derived::id_of;
use crate::service::mail::Mailer;
use crate::store::Store;

pub use accounts::{AddressTicket, invitation_link};

/// So many mails of one kind an account is sent in an hour, whoever asks for them.
const MOST_AN_HOUR: i64 = 5;
const HOUR: i64 = 3600;

/// The post.
pub struct Post {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    tickets: Tickets,
    mailer: Mailer,
    /// The address that people use: all links begin with it, whatever a request says.
    public_url: String,
    /// What providers are called, by the ids that follow from their issuers.
    providers: Vec<(Id, String)>,
    /// Until then the way of mail is left alone, in milliseconds since 1970. See `sending`.
    rests_until: AtomicI64,
}

impl Post {
    pub fn new(config: &Config, store: Arc<dyn Store>, source: Arc<dyn Source>, tickets: Tickets) -> Self {
        let called = |provider: &Provider| (id_of(provider.issuer.as_bytes()), provider.display_name.clone());
        Self {
            store,
            source,
            tickets,
            mailer: Mailer::new(config),
            public_url: config.public_url.clone(),
            providers: config.providers.iter().map(called).collect(),
            rests_until: AtomicI64::new(i64::MIN),
        }
    }

    /// Where mail goes, in words.
    pub fn way_of_mail(&self) -> String {
        self.mailer.describe()
    }

    /// Whether there is anything that takes mail.
    pub const fn takes_mail(&self) -> bool {
        self.mailer.takes_mail()
    }

    /// A mail that is made once for this owner and `what`; none where no mail leaves. It is to be kept.
    pub fn once(&self, owner: Id, about: About, what: &str) -> Option<Mail> {
        let id = fingerprint(format!("{owner} {what}").as_bytes(), 12);
        let id = id.parse().ok().filter(|_| self.takes_mail())?;
        Some(Mail::new(id, owner, about, self.source.now()))
    }

    /// Keeps a mail to this owner, unless `subject` (an identity, or an id) was sent enough of its kind within the
    /// hour, or no mail leaves; says whether it did.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn ask(&self, owner: Id, about: About, subject: &str) -> Result<bool> {
        if !self.takes_mail() {
            return Ok(false);
        }
        let now = self.source.now();
        let (kind, hour) = (kind_of(about), now.seconds().div_euclid(HOUR));
        // Neither address nor id stands in the counters as such.
        let counter = fingerprint(format!("mail {kind} {subject} {hour}").as_bytes(), 16);
        let count = self.store.count(&counter, 1, now.plus_seconds(2 * HOUR)).await?;
        if count > MOST_AN_HOUR {
            return Ok(false);
        }
        let mail = Mail::new(self.source.new_id(), owner, about, now);
        self.store.create_mail(&mail).await?;
        Ok(true)
    }
}

/// What is counted together.
const fn kind_of(about: About) -> &'static str {
    match about {
        About::Reminder { .. } => "reminder",
        About::Digest { .. } => "digest",
        About::Verification => "verification",
        About::PasswordReset => "password reset",
        About::AddressChanged { .. } => "address changed",
        About::Invitation { .. } => "invitation",
        About::NewDevice { .. } => "new device",
        About::ProviderLinked { .. } => "provider linked",
        About::ProviderUnlinked { .. } => "provider unlinked",
    }
}
