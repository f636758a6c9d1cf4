//! Handing out what is to be told at its time: reminders of to-dos and daily digests. Each is handed out once,
//! however many instances look: by the one whose claim the store takes.
//!
//! Handing a reminder out is a change of its to-do (`reminded_at`), so that whoever follows the owner's changes
//! hears of it as an event, and where mail leaves, it goes out as a mail too, by the post.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Source;
use crate::error::Result;
use crate::model::{About, DueDigest, DueReminder, Mail, User};
use crate::service::Post;
use crate::store::Store;

/// How often to look: so late a reminder may be.
pub const EVERY: Duration = Duration::from_secs(5);

/// How many are read at a time.
const AT_ONCE: usize = 100;

/// Reminders and digests.
pub struct Reminders {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    post: Arc<Post>,
}

impl Reminders {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>, post: Arc<Post>) -> Self {
        Self { store, source, post }
    }

    /// Hands out everything whose time has come, and says how many that were. Another instance may hand out the
    /// same list at the same time: each is counted where it was claimed.
    ///
    /// # Errors
    /// If the store does not answer; what was not handed out is, next time.
    pub async fn run_once(&self) -> Result<usize> {
        Ok(self.hand_out_reminders().await? + self.hand_out_digests().await?)
    }

    async fn hand_out_reminders(&self) -> Result<usize> {
        let mut count = 0;
        loop {
            let due = self.store.due_reminders(self.source.now(), AT_ONCE).await?;
            let before = count;
            for reminder in &due {
                let mail = self.mail_of_reminder(*reminder);
                if self.store.claim_reminder(*reminder, mail.as_ref()).await? {
                    count += 1;
                }
            }
            // If others have claimed them all, they are at the rest, too.
            if due.len() < AT_ONCE || count == before {
                return Ok(count);
            }
        }
    }

    async fn hand_out_digests(&self) -> Result<usize> {
        let mut count = 0;
        loop {
            let now = self.source.now();
            let due = self.store.due_digests(now, AT_ONCE).await?;
            let before = count;
            for digest in &due {
                let Some(user) = self.store.user(digest.user).await? else {
                    continue;
                };
                // One that was turned off meanwhile is claimed by nobody.
                let Some(next) = user.digest.map(|time| time.next(user.zone(), now)) else {
                    continue;
                };
                let mail = self.mail_of_digest(*digest, &user);
                if self.store.claim_digest(*digest, next, mail.as_ref()).await? {
                    count += 1;
                }
            }
            if due.len() < AT_ONCE || count == before {
                return Ok(count);
            }
        }
    }

    fn mail_of_reminder(&self, reminder: DueReminder) -> Option<Mail> {
        let DueReminder { at, owner, todo } = reminder;
        let about = About::Reminder { todo, at };
        self.post.once(owner, about, &about.to_string())
    }

    /// One a day, whatever time of it the person chooses afterwards.
    fn mail_of_digest(&self, digest: DueDigest, user: &User) -> Option<Mail> {
        let day = user.zone().wall_clock(digest.at).date();
        let about = About::Digest { at: digest.at };
        self.post.once(digest.user, about, &format!("digest {day}"))
    }
}
