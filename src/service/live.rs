//! The hub of live events: one an instance. It wakes those who listen to a user's changes when the store tells that
//! something of his was written, or something of somebody who shares lists with him; what that was they read
//! themselves, each from his own place. So nothing is kept here for a listener that is slow, and of many writes he is
//! woken for once.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus::IntGauge;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::model::Id;
use crate::store::{Store, Touched};

/// So many may listen to one user's changes at an instance: some pages on some machines, and those that went away
/// without a word and were not missed yet.
const PER_USER: usize = 20;

/// After so many seconds a listener that went away without a word has been missed.
const MISSED_AFTER: u32 = 30;

/// Who listens.
pub struct Live {
    store: Arc<dyn Store>,
    hall: Mutex<Hall>,
    listeners: IntGauge,
}

#[derive(Default)]
struct Hall {
    /// Users with listeners.
    users: HashMap<Id, User>,
    /// Who of them is told of the writes of somebody else, who shares lists with him.
    followers: HashMap<Id, BTreeSet<Id>>,
}

struct User {
    wake: watch::Sender<()>,
    listeners: usize,
    /// Whom he follows: what the last of his listeners to read has come to know.
    follows: BTreeSet<Id>,
}

impl Hall {
    fn wake(&self, id: Id) {
        let followers = self.followers.get(&id).into_iter().flatten();
        for user in std::iter::once(&id).chain(followers) {
            if let Some(user) = self.users.get(user) {
                user.wake.send_replace(());
            }
        }
    }

    /// Has a user woken by the writes of these, and of nobody else but himself.
    fn follow(&mut self, id: Id, all: BTreeSet<Id>) {
        let Some(user) = self.users.get_mut(&id) else {
            return;
        };
        let before = std::mem::replace(&mut user.follows, all);
        for other in before.difference(&user.follows) {
            if let Some(followers) = self.followers.get_mut(other) {
                followers.remove(&id);
                if followers.is_empty() {
                    self.followers.remove(other);
                }
            }
        }
        for other in user.follows.difference(&before) {
            self.followers.entry(*other).or_default().insert(id);
        }
    }
}

impl Live {
    pub fn new(store: Arc<dyn Store>, listeners: IntGauge) -> Self {
        Self {
            store,
            hall: Mutex::default(),
            listeners,
        }
    }

    /// Wakes whom the store tells of, for as long as the store tells anything. Without it listeners look only from
    /// time to time.
    pub async fn run(&self) {
        let mut touched = self.store.watch();
        // What was written before the store was listened to.
        self.wake(Touched::Everybody);
        loop {
            match touched.recv().await {
                Ok(touched) => self.wake(touched),
                Err(RecvError::Lagged(_)) => self.wake(Touched::Everybody),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn wake(&self, touched: Touched) {
        let hall = self.hall();
        match touched {
            Touched::Owner(id) => hall.wake(id),
            Touched::Everybody => hall.users.values().for_each(|user| {
                user.wake.send_replace(());
            }),
        }
    }

    /// A place among those who listen to this user's changes, until it is dropped.
    ///
    /// # Errors
    /// `RateLimited` if there are too many already.
    pub fn listen(self: &Arc<Self>, id: Id) -> Result<Ear> {
        let mut hall = self.hall();
        let user = hall.users.entry(id).or_insert_with(|| User {
            wake: watch::Sender::new(()),
            listeners: 0,
            follows: BTreeSet::new(),
        });
        if user.listeners >= PER_USER {
            return Err(Error::RateLimited {
                retry_after: MISSED_AFTER,
            });
        }
        user.listeners += 1;
        self.listeners.inc();
        Ok(Ear {
            woken: user.wake.subscribe(),
            live: Arc::clone(self),
            user: id,
            follows: BTreeSet::new(),
        })
    }

    fn hall(&self) -> MutexGuard<'_, Hall> {
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who listens.
pub struct Ear {
    woken: watch::Receiver<()>,
    live: Arc<Live>,
    user: Id,
    follows: BTreeSet<Id>,
}

impl Ear {
    /// Waits until something that the user sees was written since the last call.
    pub async fn woken(&mut self) {
        // The other end lives as long as this is counted.
        let _ = self.woken.changed().await;
    }

    /// Has the user woken by the writes of these others, too. Says whether they are others than at the last call: what
    /// one of them wrote before this one may have woken nobody.
    pub fn follow(&mut self, others: Vec<Id>) -> bool {
        let others = BTreeSet::from_iter(others);
        if others == self.follows {
            return false;
        }
        self.live.hall().follow(self.user, others.clone());
        self.follows = others;
        true
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.live.listeners.dec();
        let mut hall = self.live.hall();
        let Some(user) = hall.users.get_mut(&self.user) else {
            return;
        };
        user.listeners -= 1;
        if user.listeners == 0 {
            hall.follow(self.user, BTreeSet::new());
            hall.users.remove(&self.user);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn id(number: u8) -> Id {
        Id::from_bytes([number; 12])
    }

    fn user() -> User {
        User {
            wake: watch::Sender::new(()),
            listeners: 1,
            follows: BTreeSet::new(),
        }
    }

    #[test]
    fn whoever_follows_somebody_is_woken_by_his_writes_and_nobody_is_remembered_in_vain() {
        let mut hall = Hall::default();
        for number in [1, 2] {
            hall.users.insert(id(number), user());
        }
        let mut ears = [1, 2].map(|number| hall.users[&id(number)].wake.subscribe());
        let mut woken = |hall: &Hall, by: u8| {
            hall.wake(id(by));
            ears.each_mut().map(|ear| {
                let is_woken = ear.has_changed().unwrap();
                ear.mark_unchanged();
                is_woken
            })
        };
        assert_eq!(woken(&hall, 1), [true, false]);
        assert_eq!(woken(&hall, 7), [false, false]);
        hall.follow(id(1), [id(7), id(8)].into());
        hall.follow(id(2), [id(7), id(1)].into());
        assert_eq!(woken(&hall, 7), [true, true]);
        assert_eq!(woken(&hall, 8), [true, false]);
        assert_eq!(woken(&hall, 1), [true, true]);
        hall.follow(id(1), [id(8)].into());
        assert_eq!(woken(&hall, 7), [false, true]);
        assert_eq!(woken(&hall, 8), [true, false]);
        for number in [1, 2] {
            hall.follow(id(number), BTreeSet::new());
        }
        assert!(hall.followers.is_empty());
        // Somebody who does not listen is not remembered.
        hall.follow(id(3), [id(7)].into());
        assert!(hall.followers.is_empty());
    }
}
