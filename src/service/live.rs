//! The hub of live events: one an instance. It wakes those who listen to an owner's changes when the store tells
//! that something of his was written; what that was they read themselves, each from his own place. So nothing is
//! kept here for a listener that is slow, and of many writes he is woken for once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus::IntGauge;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::error::{Error, Result};
use crate::model::Id;
use crate::store::{Store, Touched};

/// So many may listen to one owner's changes at an instance: some pages on some machines, and those that went away
/// without a word and were not missed yet.
const PER_OWNER: usize = 20;

/// After so many seconds a listener that went away without a word has been missed.
const MISSED_AFTER: u32 = 30;

/// Who listens.
pub struct Live {
    store: Arc<dyn Store>,
    owners: Mutex<HashMap<Id, Owner>>,
    listeners: IntGauge,
}

struct Owner {
    wake: watch::Sender<()>,
    listeners: usize,
}

impl Live {
    pub fn new(store: Arc<dyn Store>, listeners: IntGauge) -> Self {
        Self {
            store,
            owners: Mutex::default(),
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
        let owners = self.owners();
        match touched {
            Touched::Owner(id) => {
                if let Some(owner) = owners.get(&id) {
                    owner.wake.send_replace(());
                }
            }
            Touched::Everybody => owners.values().for_each(|owner| {
                owner.wake.send_replace(());
            }),
        }
    }

    /// A place among those who listen to this owner's changes, until it is dropped.
    ///
    /// # Errors
    /// `RateLimited` if there are too many already.
    pub fn listen(self: &Arc<Self>, owner: Id) -> Result<Ear> {
        let mut owners = self.owners();
        let of_owner = owners.entry(owner).or_insert_with(|| Owner {
            wake: watch::Sender::new(()),
            listeners: 0,
        });
        if of_owner.listeners >= PER_OWNER {
            return Err(Error::RateLimited {
                retry_after: MISSED_AFTER,
            });
        }
        of_owner.listeners += 1;
        self.listeners.inc();
        Ok(Ear {
            woken: of_owner.wake.subscribe(),
            live: Arc::clone(self),
            owner,
        })
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<Id, Owner>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One who listens.
pub struct Ear {
    woken: watch::Receiver<()>,
    live: Arc<Live>,
    owner: Id,
}

impl Ear {
    /// Waits until something of the owner's was written since the last call.
    pub async fn woken(&mut self) {
        // The other end lives as long as this is counted.
        let _ = self.woken.changed().await;
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.live.listeners.dec();
        let mut owners = self.live.owners();
        if let Some(owner) = owners.get_mut(&self.owner) {
            owner.listeners -= 1;
            if owner.listeners == 0 {
                owners.remove(&self.owner);
            }
        }
    }
}
