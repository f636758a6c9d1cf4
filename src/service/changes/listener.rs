//! One who listens: he is woken when something that he sees was written, and reads what that was from his own place.
//!
//! What is bounded: a page of changes is in memory for each listener, and what was told lately by id and version;
//! nothing is read before the last page was taken. Who does not take a page in time is let go, and comes again with
//! his cursor. (A connection that takes nothing at all asks for nothing either: it ends when it is cut, by a proxy
//! or by a stop, and until then it costs what it was given.)

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::scan::{Scan, Step};
use super::{Changes, Named};
use crate::error::{Error, Result};
use crate::model::{Change, Id};
use crate::service::live::Ear;
use crate::service::tokens::Shown;

/// How many changes are read at a time.
const PAGE: usize = 20;
/// How often something is said when there is nothing to tell, and looked whether there is. A client that is away
/// is noticed only when something is said.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long a listener may take for what he was given.
const PATIENCE: Duration = Duration::from_secs(30);
/// So long after it was read it is not read again: writes that follow each other closely are told together, and one
/// that comes alone is told at once.
const TOGETHER: Duration = Duration::from_millis(25);
/// The pause before a store that did not answer is asked again.
const PAUSE: Duration = Duration::from_secs(2);
/// So many changes that may be read again are remembered; whoever has more is told some twice.
const REMEMBERED: usize = 500;

/// What a listener is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// A change, and the cursor behind it.
    Change(Box<Change>, String),
    /// What changed since his cursor is not known any more: he reads everything anew. From now on he is told what
    /// changes, behind this cursor.
    Reset(String),
    /// There is nothing; the cursor that he may come again with.
    Nothing(String),
}

/// One who listens to changes.
pub struct Listener {
    changes: Arc<Changes>,
    user: Id,
    /// The access token that he has shown: it is looked at again before anything is told.
    shown: Shown,
    ends: Instant,
    revoked: watch::Receiver<()>,
    ear: Ear,
    /// Where the next page begins.
    scan: Scan,
    /// What was read and not told yet, and the scan that it is of.
    queue: VecDeque<Change>,
    of_queue: Scan,
    /// What was read that may be read again, with its version.
    lately: HashMap<Id, i64>,
    /// There may be something to read.
    is_behind: bool,
    is_reset: bool,
    has_begun: bool,
    /// When it was read last.
    read_at: Instant,
    says_at: Instant,
    /// When he was given something, and has not asked since.
    given_at: Option<Instant>,
}

impl Changes {
    /// Begins to listen with this access token, from behind a cursor or from now on.
    ///
    /// # Errors
    /// `Unauthenticated` for a token that is none or not any more; `Invalid` for a cursor that this service did not
    /// make; `RateLimited` for one listener too many.
    pub async fn listen(self: &Arc<Self>, token: &str, cursor: Option<(&str, Named)>) -> Result<Listener> {
        // Before the look at the token, so that nothing is missed in between.
        let revoked = self.revocations.news();
        let (shown, seconds) = self.tokens.authenticate_for(token).await?;
        let user = shown.caller().user_id;
        let known = match cursor {
            Some((cursor, named)) => match self.read_cursor(user, cursor, named) {
                Ok(scan) => Some(scan),
                Err(Error::StartOver) => None,
                Err(error) => return Err(error),
            },
            None => None,
        };
        let ear = self.live.listen(user)?;
        let is_reset = cursor.is_some() && known.is_none();
        let (scan, lately) = match known {
            Some(scan) => (scan, HashMap::new()),
            None => self.now(user).await?,
        };
        Ok(Listener {
            changes: Arc::clone(self),
            user,
            shown,
            ends: Instant::now() + Duration::from_secs(seconds),
            revoked,
            ear,
            of_queue: scan.clone(),
            scan,
            queue: VecDeque::new(),
            lately,
            is_behind: true,
            is_reset,
            has_begun: false,
            read_at: Instant::now(),
            says_at: Instant::now() + HEARTBEAT,
            given_at: None,
        })
    }

    /// A scan that begins now, and what it would tell though it was written before.
    async fn now(&self, user: Id) -> Result<(Scan, HashMap<Id, i64>)> {
        let from = self.beginning_now(user).await?;
        let (mut scan, mut before) = (from.clone(), HashMap::new());
        while before.len() < REMEMBERED {
            let step = self.step(user, scan, PAGE).await?;
            before.extend(step.items.iter().map(|item| (item.id(), item.version())));
            if !step.more {
                break;
            }
            scan = step.next;
        }
        Ok((from, before))
    }
}

impl Listener {
    /// Who listens.
    pub const fn user(&self) -> Id {
        self.user
    }

    /// What he is told next, as soon as there is something; `None` at the end: the token is not good any more, or
    /// he took too long for what he was given.
    pub async fn next(&mut self) -> Option<Told> {
        if self.given_at.take().is_some_and(|at| at.elapsed() > PATIENCE) {
            return None;
        }
        let told = self.something().await?;
        let now = Instant::now();
        self.says_at = now + HEARTBEAT;
        self.given_at = Some(now);
        Some(told)
    }

    async fn something(&mut self) -> Option<Told> {
        if !self.has_begun {
            self.has_begun = true;
            let cursor = self.changes.write_cursor(self.user, &self.scan);
            return Some(if std::mem::take(&mut self.is_reset) {
                Told::Reset(cursor)
            } else {
                Told::Nothing(cursor)
            });
        }
        loop {
            if let Some(change) = self.queue.pop_front() {
                let cursor = self.of_queue.until(&change);
                let cursor = self.changes.write_cursor(self.user, &cursor);
                return Some(Told::Change(Box::new(change), cursor));
            }
            if self.is_behind {
                match self.read().await {
                    Ok(()) => {}
                    Err(Error::StartOver) => match self.start_over().await {
                        Ok(reset) => return Some(reset),
                        Err(error) => self.wait_after(&error).await?,
                    },
                    Err(error) => self.wait_after(&error).await?,
                }
                continue;
            }
            tokio::select! {
                () = self.ear.woken() => {
                    sleep_until(self.read_at + TOGETHER).await;
                    self.is_behind = true;
                }
                _ = self.revoked.changed() => {
                    if let Err(error) = self.look_at_token().await {
                        self.wait_after(&error).await?;
                    }
                }
                () = sleep_until(self.ends) => return None,
                () = sleep_until(self.says_at) => {
                    // Not everything that is written tells of itself: a command beside the service, say.
                    self.is_behind = true;
                    return Some(Told::Nothing(self.changes.write_cursor(self.user, &self.scan)));
                }
            }
        }
    }

    async fn look_at_token(&self) -> Result<()> {
        self.changes.tokens.authenticate_again(&self.shown).await
    }

    /// Reads the next page.
    async fn read(&mut self) -> Result<()> {
        self.look_at_token().await?;
        self.read_at = Instant::now();
        let step = self.changes.step(self.user, self.scan.clone(), PAGE).await?;
        self.take(step);
        Ok(())
    }

    fn take(&mut self, step: Step) {
        let lately = &self.lately;
        let is_new = |item: &Change| lately.get(&item.id()) != Some(&item.version());
        self.queue = step.items.iter().filter(|item| is_new(item)).cloned().collect();
        if self.lately.len() + step.items.len() > REMEMBERED {
            self.lately.clear();
        }
        if step.within.is_in_doubt() {
            let told = step.items.iter().map(|item| (item.id(), item.version()));
            self.lately.extend(told);
        } else if !step.more {
            // The next scan begins behind everything.
            self.lately = HashMap::new();
        }
        // What somebody wrote who was not listened to yet has woken nobody.
        let is_news = self.ear.follow(step.sharers);
        self.is_behind = step.more || is_news;
        self.of_queue = step.within;
        self.scan = step.next;
    }

    async fn start_over(&mut self) -> Result<Told> {
        let (scan, lately) = self.changes.now(self.user).await?;
        (self.scan, self.lately) = (scan, lately);
        self.is_behind = true;
        Ok(Told::Reset(self.changes.write_cursor(self.user, &self.scan)))
    }

    /// After a failure: the end if it is the token's, a pause if it is the store's.
    async fn wait_after(&self, error: &Error) -> Option<()> {
        match error {
            Error::Unavailable { .. } | Error::Internal { .. } => {
                sleep(PAUSE).await;
                Some(())
            }
            _ => None,
        }
    }
}
