//! Time, ids and randomness: the three things a service must be able to take from a test.
//!
//! Everything else in the crate asks a [`Source`]; clippy forbids the system clock elsewhere.
//! Durations (how long something took) may use `std::time::Instant`.

use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::{Id, Timestamp};

/// Where the service takes time and randomness from.
pub trait Source: Send + Sync + 'static {
    /// The present moment, UTC, in milliseconds.
    fn now(&self) -> Timestamp;

    /// Fills `buffer` with bytes that nobody can guess.
    fn fill(&self, buffer: &mut [u8]);

    /// A secret that nobody can guess: 32 random bytes, in 43 characters that may stand in an address.
    fn new_secret(&self) -> String {
        let mut secret = [0; 32];
        self.fill(&mut secret);
        URL_SAFE_NO_PAD.encode(secret)
    }

    /// A new id, unique without asking anybody: seconds since 1970, then eight random bytes.
    fn new_id(&self) -> Id {
        let mut random = [0; 8];
        self.fill(&mut random);
        Id::from_parts(self.now(), random)
    }
}

/// The machine's clock and its random generator.
#[derive(Default)]
pub struct System {
    random: SystemRandom,
}

impl Source for System {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the system's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(chrono::Utc::now().timestamp_millis())
    }

    /// Fills from the operating system's generator.
    ///
    /// # Panics
    /// If the operating system gives no randomness: nothing here is safe without it.
    fn fill(&self, buffer: &mut [u8]) {
        self.random
            .fill(buffer)
            .expect("the operating system gives random bytes");
    }
}

/// The machine's sources, moved by as much as a test says: expiry can be shown without waiting.
#[derive(Default)]
pub struct Shifted {
    system: System,
    by_millis: AtomicI64,
}

impl Shifted {
    /// Moves the clock forward (or back, if negative) from where it stands.
    pub fn advance(&self, millis: i64) {
        self.by_millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Source for Shifted {
    fn now(&self) -> Timestamp {
        self.system
            .now()
            .plus_millis(self.by_millis.load(Ordering::SeqCst))
    }

    fn fill(&self, buffer: &mut [u8]) {
        self.system.fill(buffer);
    }
}
