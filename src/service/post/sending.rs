//! Sending the mails that wait. What stands in one is found out now: a to-do that was done or deleted since is not
//! reminded of any more, and nothing of it lay among what waits.
//!
//! SMTP knows no "exactly once": a process that dies between the server's answer and its own note of it leaves a
//! mail that is sent once more, with the same Message-ID.

use std::sync::atomic::Ordering;

use super::Post;
use crate::error::Result;
use crate::model::{About, Id, Mail};
use crate::service::mail::{Letter, Refusal, Run, account_letters};

/// So many mails are sent in one run; the rest in the next.
const AT_ONCE: usize = 200;
/// For so long a mail is one sender's: longer than connecting and sending may take.
const LEASE_SECONDS: i64 = 300;
/// A server that takes no mail at all is left alone for so long.
const REST_SECONDS: i64 = 60;
/// A mail whose reminder is just being claimed waits so long.
const MOMENT_SECONDS: i64 = 5;
/// After so long it is given up: nobody wants a reminder of yesterday.
const PATIENCE_SECONDS: i64 = 86_400;
/// A mail that was sent is kept for so many days, lest it be made again.
const KEPT_DAYS: i64 = 7;

/// The time until the next try: a minute, and twice as long each time, up to an hour.
fn pause_seconds(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(6);
    (60 * 2_i64.pow(doublings)).min(3600)
}

/// What came of looking at a mail.
pub(super) enum Content {
    Letter(Letter),
    /// It is to be decided.
    NotYet,
    /// There is nothing to tell any more, or nobody.
    Nothing,
}

impl Post {
    /// Sends what waits to be sent, one after the other.
    ///
    /// # Errors
    /// If the store does not answer. A mail that could not be sent is none: it is tried again.
    pub async fn send_once(&self) -> Result<()> {
        let is_resting = self.source.now().millis() < self.rests_until.load(Ordering::Relaxed);
        if is_resting || !self.mailer.takes_mail() {
            return Ok(());
        }
        let mut run = Run::default();
        let sent = self.send_all(&mut run).await;
        run.end().await;
        sent
    }

    async fn send_all(&self, run: &mut Run) -> Result<()> {
        for _ in 0..AT_ONCE {
            let (holder, now) = (self.source.new_id(), self.source.now());
            let until = now.plus_seconds(LEASE_SECONDS);
            let Some(mail) = self.store.take_mail(holder, now, until).await? else {
                return Ok(());
            };
            if !self.send(run, &mail, holder).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Says whether to go on with the next mail.
    async fn send(&self, run: &mut Run, mail: &Mail, holder: Id) -> Result<bool> {
        let letter = match self.content(mail).await? {
            Content::Letter(letter) => letter,
            Content::NotYet => {
                let next = self.source.now().plus_seconds(MOMENT_SECONDS);
                self.store.put_off_mail(mail.id, holder, next).await?;
                return Ok(true);
            }
            Content::Nothing => {
                self.store.finish_mail(mail.id, holder, self.source.now()).await?;
                return Ok(true);
            }
        };
        let outcome = self.mailer.deliver(run, &letter, mail.id, mail.created_at).await;
        let now = self.source.now();
        let (why, goes_on) = match outcome {
            Ok(()) => {
                self.store.finish_mail(mail.id, holder, now).await?;
                return Ok(true);
            }
            Err(Refusal::Later { why, concerns_all }) => {
                if now < mail.created_at.plus_seconds(PATIENCE_SECONDS) {
                    let next = now.plus_seconds(pause_seconds(mail.attempts));
                    self.store.put_off_mail(mail.id, holder, next).await?;
                    if concerns_all {
                        let until = now.plus_seconds(REST_SECONDS);
                        self.rests_until.store(until.millis(), Ordering::Relaxed);
                        log::warn!("mail is put off: {why}");
                    }
                    return Ok(!concerns_all);
                }
                (why, !concerns_all)
            }
            Err(Refusal::Never { why }) => (why, true),
        };
        log::warn!(
            "mail {} is given up after {} attempts: {why}",
            mail.id,
            mail.attempts
        );
        self.store.finish_mail(mail.id, holder, now).await?;
        Ok(goes_on)
    }

    async fn content(&self, mail: &Mail) -> Result<Content> {
        // Whom that is for has no account.
        if let About::Invitation { id } = mail.about {
            return self.invitation(id).await;
        }
        let Some(user) = self.store.user(mail.owner).await?.filter(|user| !user.disabled) else {
            return Ok(Content::Nothing);
        };
        match mail.about {
            About::Reminder { todo, at } => self.reminder(&user, todo, at).await,
            About::Digest { at } => self.digest(&user, at).await,
            About::Verification => self.verification(&user).await,
            About::PasswordReset => self.password_reset(&user, mail).await,
            About::AddressChanged { note } => self.address_changed(note).await,
            About::Invitation { id } => self.invitation(id).await,
            About::NewDevice { session } => self.new_device(&user, session).await,
            About::ProviderLinked { provider } => {
                Ok(self.provider(&user, mail, provider, account_letters::provider_linked))
            }
            About::ProviderUnlinked { provider } => {
                Ok(self.provider(&user, mail, provider, account_letters::provider_unlinked))
            }
        }
    }

    /// Removes mails that were sent long ago.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn clean_once(&self) -> Result<()> {
        let before = self.source.now().plus_seconds(-KEPT_DAYS * 86_400);
        Ok(self.store.remove_mails(before).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::pause_seconds;

    #[test]
    fn the_pauses_grow_up_to_an_hour() {
        let pauses = [1, 2, 3, 6, 7, 8, 1000].map(pause_seconds);
        assert_eq!(pauses, [60, 120, 240, 1920, 3600, 3600, 3600]);
        assert_eq!(pause_seconds(0), 60);
    }
}
