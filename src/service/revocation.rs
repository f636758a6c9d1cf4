//! The revocation feed in memory: which sessions and users have ended while tokens of theirs could
//! still live. Read from the store each second by a job; asked at every authenticated request.
//!
//! An instance that could not read the feed for 1.8 seconds asks the store at each request, and
//! without the store nobody is authenticated: an ended session is refused everywhere within two seconds.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::clock::Source;
use crate::error::Result;
use crate::metrics::SessionMetrics;
use crate::model::{Id, Revocation, Revoked, Timestamp};
use crate::store::Store;

/// How often the job reads.
pub const EVERY: Duration = Duration::from_secs(1);

/// After so long without the feed, memory is not believed. With the interval, the reading itself and
/// the write, this keeps the promise of two seconds.
const STALE_AFTER: Duration = Duration::from_millis(1800);

/// What was read before is read again this far back: the clocks of instances differ, and a write may
/// be acknowledged some seconds after the moment that stands in it.
const OVERLAP_SECONDS: i64 = 60;

/// What is known of ended sessions and users.
pub struct Revocations {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    /// How long an access token can live after its session has ended.
    token_seconds: i64,
    known: RwLock<Known>,
    /// Told when something is known that was not before.
    news: watch::Sender<()>,
    counted: SessionMetrics,
}

#[derive(Default)]
struct Known {
    /// When each was revoked.
    sessions: HashMap<Id, Timestamp>,
    users: HashMap<Id, Ended>,
    /// The newest entry that was read.
    newest: Option<Timestamp>,
    read_at: Option<Instant>,
}

struct Ended {
    at: Timestamp,
    epoch: i64,
    keep: Option<Id>,
}

impl Known {
    /// Says whether it was not known before.
    fn add(&mut self, revocation: &Revocation) -> bool {
        let at = revocation.at;
        self.newest = self.newest.max(Some(at));
        match revocation.what {
            Revoked::Session(id) => self.sessions.insert(id, at).is_none(),
            Revoked::User { id, epoch, keep } => {
                let known = self.users.get(&id).map(|known| known.epoch);
                if known.is_none_or(|known| known <= epoch) {
                    self.users.insert(id, Ended { at, epoch, keep });
                }
                known.is_none_or(|known| known < epoch)
            }
        }
    }

    fn is_revoked(&self, session: Id, user: Id, epoch: i64) -> bool {
        self.sessions.contains_key(&session)
            || self
                .users
                .get(&user)
                .is_some_and(|ended| epoch < ended.epoch && ended.keep != Some(session))
    }
}

impl Revocations {
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        token_seconds: i64,
        counted: SessionMetrics,
    ) -> Self {
        Self {
            store,
            source,
            token_seconds,
            known: RwLock::default(),
            news: watch::Sender::new(()),
            counted,
        }
    }

    /// Reads what is new, and forgets what no token can be of any more.
    ///
    /// # Errors
    /// If the store does not answer; what is known stays.
    pub async fn run_once(&self) -> Result<()> {
        let (began, now) = (Instant::now(), self.source.now());
        let horizon = now.plus_seconds(-self.token_seconds - OVERLAP_SECONDS);
        // An entry of an instance whose clock runs ahead must not hide what others end meanwhile.
        let since = self
            .read(|known| known.newest)
            .map_or(horizon, |newest| newest.min(now).plus_seconds(-OVERLAP_SECONDS));
        let new = self.store.revocations_since(since.max(horizon)).await?;
        let mut has_news = false;
        self.write(|known| {
            for revocation in &new {
                has_news |= known.add(revocation);
            }
            known.sessions.retain(|_, at| *at >= horizon);
            known.users.retain(|_, ended| ended.at >= horizon);
            known.read_at = Some(began);
        });
        if has_news {
            self.news.send_replace(());
        }
        Ok(())
    }

    /// Takes note of what this instance has just ended itself, so that it is refused here at once.
    pub fn add(&self, what: Revoked) {
        match what {
            Revoked::Session(_) => self.counted.ended.inc(),
            Revoked::User { .. } => self.counted.ended_of_account.inc(),
        }
        let at = self.source.now();
        self.write(|known| {
            // Not `newest`: others may have written something earlier that was not read yet.
            let newest = known.newest;
            known.add(&Revocation { at, what });
            known.newest = newest;
        });
        self.news.send_replace(());
    }

    /// Changes whenever a session or a user is known to have ended that was not before: whoever has let somebody in
    /// for longer than a request asks again then.
    pub fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    /// Whether a token of this session, user and epoch is dead; of no session, if it belongs to none of ours.
    ///
    /// # Errors
    /// If the feed is too old and the store does not answer.
    pub async fn is_revoked(&self, session: Option<Id>, user: Id, epoch: i64) -> Result<bool> {
        // An id that no session has.
        let id = session.unwrap_or(Id::from_bytes([0; 12]));
        let (is_revoked, is_fresh) = self.read(|known| {
            let is_fresh = known.read_at.is_some_and(|at| at.elapsed() < STALE_AFTER);
            (known.is_revoked(id, user, epoch), is_fresh)
        });
        if is_revoked || is_fresh {
            return Ok(is_revoked);
        }
        let session_holds = match session {
            Some(session) => {
                let session = self.store.session(session).await?;
                session.is_some_and(|session| session.ended_at.is_none())
            }
            None => true,
        };
        let user_holds = self
            .store
            .user(user)
            .await?
            .is_some_and(|user| user.keeps_session(id, epoch));
        Ok(!(session_holds && user_holds))
    }

    /// How long ago the feed was read; `None` if it never was.
    pub fn age(&self) -> Option<Duration> {
        self.read(|known| known.read_at).map(|at| at.elapsed())
    }

    fn read<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, change: impl FnOnce(&mut Known)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Id {
        Id::from_bytes([byte; 12])
    }

    #[test]
    fn an_older_entry_that_comes_again_does_not_weaken_a_newer_one() {
        let mut known = Known::default();
        let at = Timestamp::from_millis;
        known.add(&Revocation {
            at: at(2),
            what: Revoked::User {
                id: id(1),
                epoch: 2,
                keep: None,
            },
        });
        known.add(&Revocation {
            at: at(1),
            what: Revoked::User {
                id: id(1),
                epoch: 1,
                keep: Some(id(7)),
            },
        });
        assert!(known.is_revoked(id(7), id(1), 1));
        assert!(!known.is_revoked(id(7), id(1), 2));
        assert!(!known.is_revoked(id(7), id(2), 0));
    }
}
