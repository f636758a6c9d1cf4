//! Throttling: sign-ins by account and by address, counted in the store so that all instances share
//! it; other requests by user or address, in this process.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use prometheus::IntCounter;

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::fingerprint::fingerprint;
use crate::store::Store;

/// The window that sign-ins are counted in, in seconds.
const WINDOW: i64 = 60;

/// From one address so many times as many attempts are let through as at one account: a household or
/// an office shares an address.
const ADDRESS_FACTOR: i64 = 5;

/// The window that guesses at what is short are counted in as well, in seconds.
const DAY: i64 = 86_400;

/// So many times as many of those are let through in a day as in a minute: of a code of six digits, three of which are good
/// at any time, one of 3,000 is found in a day.
const DAY_FACTOR: i64 = 10;

/// Counts attempts to sign in, in windows of a minute. Nobody is locked out for longer than that after
/// the attempts end, but where somebody who knows the password guesses at the second factor.
#[derive(Clone)]
pub struct SignInLimit {
    per_minute: i64,
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    refused: IntCounter,
}

/// An attempt that was let through and counted.
pub struct Attempt {
    /// Each with the length of its window.
    counters: Vec<(String, i64)>,
}

impl SignInLimit {
    /// `refused` counts the attempts that are not let through.
    pub fn new(per_minute: u32, store: Arc<dyn Store>, source: Arc<dyn Source>, refused: IntCounter) -> Self {
        Self {
            per_minute: i64::from(per_minute),
            store,
            source,
            refused,
        }
    }

    /// Counts an attempt at `account` (an identity, or a user's id) from `address`, before any password is
    /// looked at: many at once cannot slip through.
    ///
    /// # Errors
    /// `RateLimited` until the window ends.
    pub async fn attempt(&self, account: &str, address: &str) -> Result<Attempt> {
        self.guess(account, false, address).await
    }

    /// The same for what has so few values, if it is so, that trying it by the minute would lead somewhere in weeks: by
    /// the day, too.
    ///
    /// # Errors
    /// `RateLimited` until the window ends.
    pub async fn guess(&self, account: &str, is_short: bool, address: &str) -> Result<Attempt> {
        let mut attempt = Attempt { counters: Vec::new() };
        if self.per_minute == 0 {
            return Ok(attempt);
        }
        let now = self.source.now().seconds();
        let network = network_of_text(address);
        let mut limits = vec![
            (format!("account:{account}"), self.per_minute, WINDOW),
            (
                format!("address:{network}"),
                self.per_minute * ADDRESS_FACTOR,
                WINDOW,
            ),
        ];
        if is_short {
            limits.push((format!("guesses:{account}"), self.per_minute * DAY_FACTOR, DAY));
        }
        for (subject, most, window) in limits {
            let counter = format!("{}:{}", hash(&subject), now.div_euclid(window));
            let count = self.count(&counter, 1, window).await?;
            attempt.counters.push((counter, window));
            if count > most {
                // Refused before anything was looked at: it does not weigh on what else it was counted by.
                self.forget(attempt).await;
                self.refused.inc();
                let left = window - now.rem_euclid(window);
                return Err(Error::RateLimited {
                    retry_after: u32::try_from(left).unwrap_or(60).max(1),
                });
            }
        }
        Ok(attempt)
    }

    /// Takes the count back: the attempt was a right one.
    pub async fn forget(&self, attempt: Attempt) {
        for (counter, window) in attempt.counters {
            if let Err(error) = self.count(&counter, -1, window).await {
                log::warn!("a sign-in was not taken out of its count: {error}");
            }
        }
    }

    async fn count(&self, counter: &str, amount: i64, window: i64) -> Result<i64> {
        let expires_at = self.source.now().plus_seconds(2 * window);
        Ok(self.store.count(counter, amount, expires_at).await?)
    }
}

/// What an address is counted as: who has one of IPv6 has the 2⁶⁴ of its network.
pub fn network_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// The same of an address as it is written; what is none is taken as it is.
pub fn network_of_text(address: &str) -> String {
    address.parse().map_or_else(|_| address.to_owned(), network_of)
}

/// Addresses and e-mails do not stand in the counters as such.
fn hash(subject: &str) -> String {
    fingerprint(subject.as_bytes(), 16)
}

/// Lets so many requests a minute through for each key; a minute's worth may come at once.
pub struct RateLimit {
    limiter: Option<DefaultKeyedRateLimiter<String>>,
    clock: DefaultClock,
    refused: IntCounter,
}

impl RateLimit {
    /// `refused` counts the requests that are not let through.
    pub fn new(per_minute: u32, refused: IntCounter) -> Self {
        let limiter =
            NonZeroU32::new(per_minute).map(|most| DefaultKeyedRateLimiter::keyed(Quota::per_minute(most)));
        Self {
            limiter,
            clock: DefaultClock::default(),
            refused,
        }
    }

    /// Counts a request of `key`, a user's id or an address.
    ///
    /// # Errors
    /// `RateLimited`, with the seconds until the next one is let through.
    pub fn check(&self, key: impl FnOnce() -> String) -> Result<()> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        limiter.check_key(&key()).map_err(|until| {
            self.refused.inc();
            let wait = until.wait_time_from(self.clock.now()).as_secs();
            Error::RateLimited {
                retry_after: u32::try_from(wait).unwrap_or(60) + 1,
            }
        })
    }

    /// Forgets those who have been quiet; a job calls it.
    pub fn run_once(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}
