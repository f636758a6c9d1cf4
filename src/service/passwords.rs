//! Passwords: hashed and verified on a bounded pool of threads of their own.
//!
//! A new hash is `v1:` and a bcrypt or argon2id hash of the base64 of HMAC-SHA-384(pepper, password):
//! nothing is cut at 72 bytes, and the database alone is not enough to guess. Plain `$2a$`, `$2b$`, `$2y$`
//! hashes of older services verify. Whatever is not today's setting is upgraded at the next sign-in.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::oneshot;
use unicode_normalization::UnicodeNormalization as _;

use crate::clock::Source;
use crate::config::{Config, PasswordScheme};
use crate::error::{Error, Result};
use crate::metrics::HashingMetrics;
use crate::secret::{Purpose, Secret, Secrets};

/// What stands in front of a hash made with the pepper.
const PEPPERED: &str = "v1:";

/// How many jobs may wait for each thread; more are refused at once.
const QUEUE_PER_THREAD: usize = 16;

/// What a look at a password says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Wrong,
    Right {
        /// Whether the hash is not as one made today would be.
        outdated: bool,
    },
}

type Job = Box<dyn FnOnce(&Hasher) + Send>;

/// The pool, and the way into it.
pub struct Passwords {
    queue: SyncSender<Job>,
    hashings: Arc<AtomicU64>,
    counted: HashingMetrics,
}

impl Passwords {
    /// Starts the threads, at low priority: other requests go before them.
    ///
    /// # Errors
    /// If the operating system gives no threads.
    pub fn new(
        config: &Config,
        secrets: &Secrets,
        source: Arc<dyn Source>,
        counted: HashingMetrics,
    ) -> Result<Self> {
        let (queue, jobs) = sync_channel(config.hash_threads * QUEUE_PER_THREAD);
        let jobs = Arc::new(Mutex::new(jobs));
        let hashings = Arc::new(AtomicU64::new(0));
        let hasher = Arc::new(Hasher {
            peppers: secrets.iter().map(pepper).collect(),
            scheme: config.password_scheme,
            bcrypt_cost: config.bcrypt_cost,
            source,
            hashings: Arc::clone(&hashings),
        });
        for number in 0..config.hash_threads {
            let (jobs, hasher, counted) = (Arc::clone(&jobs), Arc::clone(&hasher), counted.clone());
            std::thread::Builder::new()
                .name(format!("hash-{number}"))
                .spawn(move || work(&jobs, &hasher, &counted))
                .map_err(Error::internal)?;
        }
        Ok(Self {
            queue,
            hashings,
            counted,
        })
    }

    /// How many hashes were computed so far; tests see by it that two answers cost the same.
    pub fn hashings(&self) -> u64 {
        self.hashings.load(Ordering::SeqCst)
    }

    /// A hash to keep.
    ///
    /// # Errors
    /// `Invalid` for a password that is among the first that anybody would guess, by `words` (the name
    /// and the e-mail) too; `Unavailable` if too many wait.
    pub async fn hash(&self, password: &str, words: &[&str], pointer: &'static str) -> Result<String> {
        let password = password.to_owned();
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        self.run(move |hasher| {
            if is_common(&password, &words) {
                let detail = "this password is among the first that anybody would guess; choose another one";
                return Err(Error::rule(pointer, "common_password", detail));
            }
            hasher.hash(&password)
        })
        .await?
    }

    /// Hashes again a password that has just been verified, to today's setting.
    ///
    /// # Errors
    /// `Unavailable` if too many wait.
    pub async fn rehash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.run(move |hasher| hasher.hash(&password)).await?
    }

    /// Compares. Without a stored hash the same work is done, and the verdict is `Wrong`.
    ///
    /// # Errors
    /// `Unavailable` if too many wait.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<Verdict> {
        let (password, stored) = (password.to_owned(), stored.map(str::to_owned));
        self.run(move |hasher| hasher.verify(&password, stored.as_deref()))
            .await
    }

    async fn run<T: Send + 'static>(&self, job: impl FnOnce(&Hasher) -> T + Send + 'static) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let seconds = self.counted.seconds.clone();
        let job: Job = Box::new(move |hasher| {
            // Nobody waits any more: the client has gone.
            if !answer.is_closed() {
                let began = Instant::now();
                let done = job(hasher);
                seconds.observe(began.elapsed().as_secs_f64());
                let _ = answer.send(done);
            }
        });
        // Before it is sent: it may be taken before this goes on.
        self.counted.waiting.inc();
        self.queue.try_send(job).map_err(|error| {
            self.counted.waiting.dec();
            match error {
                TrySendError::Full(_) => {
                    self.counted.refused.inc();
                    Error::Unavailable {
                        cause: "too many passwords wait to be hashed".into(),
                        retry_after: 2,
                    }
                }
                TrySendError::Disconnected(_) => Error::internal("the hashing threads have ended"),
            }
        })?;
        answered
            .await
            .map_err(|_| Error::internal("a hashing thread failed"))
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, hasher: &Hasher, counted: &HashingMetrics) {
    // Linux counts niceness by thread; where it cannot be set, hashing only competes more.
    let _ = rustix::process::setpriority_process(None, 10);
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = next else { return };
        counted.waiting.dec();
        counted.running.inc();
        // A panic ends one job, whose caller is told, and not the thread.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job(hasher)));
        counted.running.dec();
    }
}

/// Among the first ten thousand guesses, by zxcvbn's lists of common passwords, names and words, its
/// patterns (repeats, sequences, dates, rows of keys) and the person's own name and address.
fn is_common(password: &str, words: &[String]) -> bool {
    const GUESSES: u64 = 10_000;
    // What is long is not common, and the estimate takes more than linear time.
    let beginning: String = password.chars().take(64).collect();
    let parts = words
        .iter()
        .flat_map(|word| word.split('@').chain([word.as_str()]))
        .filter(|part| part.len() > 2);
    let parts: Vec<&str> = parts.collect();
    beginning.chars().count() < 64 && zxcvbn::zxcvbn(&beginning, &parts).guesses() < GUESSES
}

fn pepper(secret: &Secret) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA384, &secret.derive(Purpose::PasswordPepper))
}

/// The work of one thread.
struct Hasher {
    /// Today's first, then the one that it replaces.
    peppers: Vec<hmac::Key>,
    scheme: PasswordScheme,
    bcrypt_cost: u32,
    source: Arc<dyn Source>,
    hashings: Arc<AtomicU64>,
}

impl Hasher {
    fn hash(&self, password: &str) -> Result<String> {
        self.hashings.fetch_add(1, Ordering::SeqCst);
        let mut salt = [0; 16];
        self.source.fill(&mut salt);
        let input = peppered(&self.peppers[0], password);
        let hash = match self.scheme {
            PasswordScheme::Bcrypt => bcrypt::hash_with_salt(input, self.bcrypt_cost, salt)
                .map_err(Error::internal)?
                .format_for_version(bcrypt::Version::TwoB),
            PasswordScheme::Argon2id => argon2()
                .hash_password_with_salt(input.as_bytes(), &salt)
                .map_err(Error::internal)?
                .to_string(),
        };
        Ok(format!("{PEPPERED}{hash}"))
    }

    fn verify(&self, password: &str, stored: Option<&str>) -> Verdict {
        let dummy = self.dummy();
        let (stored, exists) = stored.map_or((dummy.as_str(), false), |stored| (stored, true));
        let Some(hash) = stored.strip_prefix(PEPPERED) else {
            // A plain hash of an older service, which cut at 72 bytes.
            return if self.matches(password, stored) {
                Verdict::Right { outdated: true }
            } else {
                Verdict::Wrong
            };
        };
        for (place, pepper) in self.peppers.iter().enumerate() {
            if self.matches(&peppered(pepper, password), hash) && exists {
                return Verdict::Right {
                    outdated: place > 0 || !self.is_current(hash),
                };
            }
        }
        Verdict::Wrong
    }

    /// Whether the hash is one of this input; one that cannot be read is of none.
    fn matches(&self, input: &str, hash: &str) -> bool {
        self.hashings.fetch_add(1, Ordering::SeqCst);
        if hash.starts_with("$argon2") {
            return PasswordHash::new(hash)
                .is_ok_and(|hash| argon2().verify_password(input.as_bytes(), &hash).is_ok());
        }
        bcrypt::verify(input, hash).unwrap_or(false)
    }

    fn is_current(&self, hash: &str) -> bool {
        match self.scheme {
            PasswordScheme::Bcrypt => hash
                .parse::<bcrypt::HashParts>()
                .is_ok_and(|parts| parts.get_cost() == self.bcrypt_cost),
            PasswordScheme::Argon2id => hash.starts_with(&argon2_prefix()),
        }
    }

    /// A hash that costs as much as a real one, and that no password has.
    fn dummy(&self) -> String {
        match self.scheme {
            PasswordScheme::Bcrypt => {
                format!(
                    "{PEPPERED}$2b${:02}$rondorondorondorondoruOa0bkbLyz6N1Tgmj1tO9VO2Hmzy4CHi",
                    self.bcrypt_cost
                )
            }
            PasswordScheme::Argon2id => {
                format!(
                    "{PEPPERED}{}$cm9uZG9yb25kb3JvbmRv$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                    argon2_prefix()
                )
            }
        }
    }
}

/// OWASP's first choice of parameters: 19 MiB, two passes, one lane.
fn argon2() -> argon2::Argon2<'static> {
    argon2::Argon2::new(
        argon2::Algorithm::Argon2id,
        argon2::Version::V0x13,
        argon2::Params::DEFAULT,
    )
}

fn argon2_prefix() -> String {
    let params = argon2::Params::DEFAULT;
    format!(
        "$argon2id$v=19$m={},t={},p={}",
        params.m_cost(),
        params.t_cost(),
        params.p_cost()
    )
}

/// 64 characters, whatever the password's length. The same letters typed on another system (composed
/// or decomposed) are the same password.
fn peppered(pepper: &hmac::Key, password: &str) -> String {
    let normal: String = password.nfc().collect();
    STANDARD_NO_PAD.encode(hmac::sign(pepper, normal.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;

    fn hasher(scheme: PasswordScheme, bcrypt_cost: u32, secrets: &[&str]) -> Hasher {
        Hasher {
            peppers: secrets.iter().map(|text| pepper(&Secret::new(text))).collect(),
            scheme,
            bcrypt_cost,
            source: Arc::new(System::default()),
            hashings: Arc::default(),
        }
    }

    const RIGHT: Verdict = Verdict::Right { outdated: false };
    const OUTDATED: Verdict = Verdict::Right { outdated: true };

    #[test]
    fn passwords_that_differ_only_after_byte_72_are_different() {
        for scheme in [PasswordScheme::Bcrypt, PasswordScheme::Argon2id] {
            let hasher = hasher(scheme, 4, &["a secret"]);
            let long = "p".repeat(72);
            let hash = hasher.hash(&format!("{long}a")).unwrap();
            assert_eq!(hasher.verify(&format!("{long}a"), Some(&hash)), RIGHT);
            assert_eq!(hasher.verify(&format!("{long}b"), Some(&hash)), Verdict::Wrong);
            assert_eq!(hasher.verify(&long, Some(&hash)), Verdict::Wrong);
            let crabs = "🦀".repeat(64);
            let hash = hasher.hash(&crabs).unwrap();
            assert_eq!(hasher.verify(&crabs, Some(&hash)), RIGHT);
            assert_eq!(hasher.verify(&"🦀".repeat(63), Some(&hash)), Verdict::Wrong);
        }
    }

    #[test]
    fn a_plain_hash_of_an_older_service_verifies_and_is_outdated() {
        let hasher = hasher(PasswordScheme::Bcrypt, 4, &["a secret"]);
        let plain = bcrypt::hash_with_salt("correct horse", 5, [7; 16]).unwrap();
        for version in [
            bcrypt::Version::TwoA,
            bcrypt::Version::TwoB,
            bcrypt::Version::TwoY,
        ] {
            let plain = plain.format_for_version(version);
            assert_eq!(hasher.verify("correct horse", Some(&plain)), OUTDATED);
            assert_eq!(hasher.verify("wrong horse", Some(&plain)), Verdict::Wrong);
        }
    }

    #[test]
    fn another_cost_scheme_or_pepper_is_outdated() {
        let old = hasher(PasswordScheme::Bcrypt, 4, &["old"])
            .hash("a password")
            .unwrap();
        assert_eq!(
            hasher(PasswordScheme::Bcrypt, 5, &["old"]).verify("a password", Some(&old)),
            OUTDATED
        );
        assert_eq!(
            hasher(PasswordScheme::Argon2id, 4, &["old"]).verify("a password", Some(&old)),
            OUTDATED
        );
        assert_eq!(
            hasher(PasswordScheme::Bcrypt, 4, &["new", "old"]).verify("a password", Some(&old)),
            OUTDATED
        );
        assert_eq!(
            hasher(PasswordScheme::Bcrypt, 4, &["new"]).verify("a password", Some(&old)),
            Verdict::Wrong
        );
    }

    #[test]
    fn a_malformed_hash_is_a_wrong_password_and_no_panic() {
        let hasher = hasher(PasswordScheme::Bcrypt, 4, &["a secret"]);
        for stored in [
            "",
            "v1:",
            "x",
            "$2b$",
            "$2b$99$",
            "v1:$argon2id$v=19$",
            "$2b$04$é",
            "v1:$argon2id$v=19$m=4294967295,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
        ] {
            assert_eq!(
                hasher.verify("a password", Some(stored)),
                Verdict::Wrong,
                "{stored}"
            );
        }
    }

    #[test]
    fn nobody_costs_as_much_as_somebody() {
        for scheme in [PasswordScheme::Bcrypt, PasswordScheme::Argon2id] {
            let hasher = hasher(scheme, 4, &["new", "old"]);
            let hash = hasher.hash("a password").unwrap();
            let count = |stored| {
                let before = hasher.hashings.load(Ordering::SeqCst);
                assert_eq!(hasher.verify(&"x".repeat(100), stored), Verdict::Wrong);
                hasher.hashings.load(Ordering::SeqCst) - before
            };
            assert_eq!(count(None), count(Some(&hash)));
            // The dummy must be a hash that is really computed, not one that is refused at a glance.
            let dummy = hasher.dummy();
            let dummy = dummy.strip_prefix(PEPPERED).unwrap();
            match scheme {
                PasswordScheme::Bcrypt => assert_eq!(bcrypt::verify("x", dummy).ok(), Some(false)),
                PasswordScheme::Argon2id => assert!(PasswordHash::new(dummy).unwrap().hash.is_some()),
            }
            assert!(hasher.is_current(dummy));
        }
    }

    #[test]
    fn the_first_guesses_are_refused_and_no_composition_is_asked_for() {
        let words = [
            "Jordan Example".to_owned(),
            "someone.unusual@example.org".to_owned(),
        ];
        for common in [
            "password",
            "password1",
            "12345678",
            "qwertyuiop",
            "iloveyou",
            "aaaaaaaaaa",
            "Password1",
            "someone.unusual",
        ] {
            assert!(is_common(common, &words), "{common}");
        }
        for fine in [
            "correct horse battery",
            "zmv kq tpw",
            "ausgerechnet bananen",
            "🦀🦀 crab nebula",
        ] {
            assert!(!is_common(fine, &words), "{fine}");
        }
    }
}
