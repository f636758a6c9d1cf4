//! That somebody governs: the last administrator who can sign in cannot be lowered, disabled or deleted, but by the
//! operator.
//!
//! Whoever takes an administrator away holds a lock while they look whether there is another one and write: two
//! administrators who do it to each other at once would each find the other. The lock is one fact of the store, taken
//! and given back by compare-and-set, and lapses by itself, so that a process that dies with it holds nobody up for long.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{Actor, Role, Timestamp, User, UserFilter};
use crate::service::audit::By;
use crate::service::too_contended;
use crate::store::Store;

/// The fact that is the lock: `<holder> <until, in milliseconds>`, or nothing.
const LOCK: &str = "taking_an_administrator_away";
/// Longer than the store takes for what is done with it: each operation ends within some seconds.
const LAPSES_SECONDS: i64 = 30;
/// How long the others are waited for.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(25);

const LAST: Error = Error::Conflict("this is the last administrator; make another one before");

/// Keeps the last administrator.
pub(super) struct Governing {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
}

/// The lock. It is given back when this is dropped.
pub(super) struct Held {
    store: Arc<dyn Store>,
    value: String,
}

impl Drop for Held {
    fn drop(&mut self) {
        let (store, value) = (Arc::clone(&self.store), std::mem::take(&mut self.value));
        tokio::spawn(async move {
            if let Err(error) = store.replace_fact(LOCK, &value, "").await {
                log::warn!("a lock was not given back, and lapses by itself: {error}");
            }
        });
    }
}

impl Governing {
    pub(super) fn new(store: Arc<dyn Store>, source: Arc<dyn Source>) -> Self {
        Self { store, source }
    }

    /// Refuses to put `new` in the place of `old` if nobody would govern then. `held` is to live until it is written.
    ///
    /// # Errors
    /// `Conflict` for the last administrator; `Unavailable` if others take administrators away all the time.
    pub(super) async fn check(
        &self,
        by: By<'_>,
        old: &User,
        new: &User,
        held: &mut Option<Held>,
    ) -> Result<()> {
        if matches!(by.actor, Actor::Operator | Actor::Service) || !old.governs() || new.governs() {
            return Ok(());
        }
        if held.is_none() {
            *held = Some(self.take().await?);
        }
        let filter = UserFilter {
            role: Some(Role::Admin),
            disabled: Some(false),
            ..UserFilter::default()
        };
        let some = self.store.find_users(&filter, None, 2).await?;
        if some.iter().any(|user| user.id != old.id) {
            Ok(())
        } else {
            Err(LAST)
        }
    }

    async fn take(&self) -> Result<Held> {
        let began = Instant::now();
        loop {
            let now = self.source.now();
            let known = self.store.fact(LOCK, "").await?;
            if !is_held(&known, now) {
                let until = now.plus_seconds(LAPSES_SECONDS).millis();
                let value = format!("{} {until}", self.source.new_id());
                if self.store.replace_fact(LOCK, &known, &value).await? {
                    return Ok(Held {
                        store: Arc::clone(&self.store),
                        value,
                    });
                }
            }
            if began.elapsed() > PATIENCE {
                return Err(too_contended());
            }
            sleep(PAUSE).await;
        }
    }
}

fn is_held(lock: &str, now: Timestamp) -> bool {
    let until = lock.split_once(' ').and_then(|(_, until)| until.parse().ok());
    until.is_some_and(|until: i64| now.millis() < until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_lapses_by_itself() {
        let now = Timestamp::from_millis(1000);
        assert!(is_held("someone 1001", now));
        for free in ["", "someone 1000", "someone", "someone x"] {
            assert!(!is_held(free, now), "{free}");
        }
    }
}
