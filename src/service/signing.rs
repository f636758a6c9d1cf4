//! Which signing keys there are, and when they change: made at the first start, turned by age or by hand,
//! retired when they are no longer trusted. All instances read the same rows, every two seconds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::clock::Source;
use crate::config::{Config, TokenAlgorithm};
use crate::error::{Error, Result};
use crate::model::{AuditKind, Timestamp};
use crate::secret::Secrets;
use crate::service::audit::{Audit, By, Entry};
use crate::service::keys::{self, KeyRing, SigningKey};
use crate::store::{KeyRow, Store, StoreError};

/// How often the job reads the rows.
pub const EVERY: Duration = Duration::from_secs(2);
/// So soon after a key is made all instances sign with it. A reading takes no longer than the store lets it (three
/// seconds).
const KNOWN_WITHIN: Duration = Duration::from_secs(5);
const _: () = assert!(EVERY.as_secs() + 3 <= KNOWN_WITHIN.as_secs());

/// Others may keep the published keys for so long, in seconds.
pub const PUBLISHED_SECONDS: i64 = 300;

/// A key that is made because of the age of the one before is published for so long before it signs, in
/// seconds: whoever verifies by a kept key set has it by then.
const LEAD_SECONDS: i64 = 2 * PUBLISHED_SECONDS;

/// For names of keys that are not known the rows are read again, but no more often than this.
const COOL_DOWN: Duration = Duration::from_secs(1);

/// What a key is good for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Signs,
    /// It is published, and will sign.
    SignsFrom(Timestamp),
    VerifiesUntil(Timestamp),
}

/// A key as the operator sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub kid: String,
    pub algorithm: String,
    pub signs_from: Timestamp,
    pub state: State,
}

/// The signing keys of the installation.
pub struct Signing {
    algorithm: TokenAlgorithm,
    /// `None` for never.
    rotation_days: Option<i64>,
    token_seconds: i64,
    secrets: Secrets,
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    audit: Arc<Audit>,
    ring: RwLock<Loaded>,
    read_at: Mutex<Instant>,
    readings: AtomicU64,
}

/// A ring, and the rows that it was opened from.
struct Loaded {
    ring: Arc<KeyRing>,
    rows: Vec<(i64, String)>,
}

impl Signing {
    /// Opens the keys of the store, and makes one if the newest is not of the configured algorithm or not
    /// sealed with the present secret. Of several instances that begin at once, one makes it. Keys that are
    /// sealed with the previous secret are sealed anew.
    ///
    /// # Errors
    /// If the store does not answer, or a key cannot be made or read.
    pub async fn load(
        config: &Config,
        secrets: &Secrets,
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        audit: Arc<Audit>,
    ) -> Result<Self> {
        let algorithm = config.token_algorithm;
        let mut rows = store.keys().await?;
        for row in &rows {
            if let Some(sealed) = keys::sealed_anew(row, secrets)? {
                // Another instance may have been faster, and then it is done.
                store.reseal_key(row.number, &row.sealed, &sealed).await?;
                log::info!("the signing key {} was sealed with the new secret", row.kid);
            }
        }
        if secrets.previous.is_some() {
            rows = store.keys().await?;
        }
        let signs =
            |row: &KeyRow| row.algorithm == keys::name_of(algorithm) && keys::opens(row, &secrets.current);
        if !rows.last().is_some_and(signs) {
            let made = add_next(&*store, &rows, algorithm, secrets, source.now()).await?;
            record_made(&audit, By::service(), made.as_deref()).await;
            rows = store.keys().await?;
        }
        let idle_seconds = config.refresh_idle_days * 86_400;
        let token_seconds = config.access_token_seconds.max(idle_seconds);
        let ring = KeyRing::open(&rows, &[], secrets, token_seconds)?;
        Ok(Self {
            algorithm,
            rotation_days: Some(config.key_rotation_days).filter(|days| *days > 0),
            token_seconds,
            secrets: secrets.clone(),
            store,
            source,
            audit,
            ring: RwLock::new(Loaded {
                ring: Arc::new(ring),
                rows: names(&rows),
            }),
            read_at: Mutex::new(Instant::now()),
            readings: AtomicU64::new(1),
        })
    }

    /// The keys as they were read last.
    pub fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner).ring)
    }

    /// The key that signs now.
    pub fn current(&self) -> SigningKey {
        self.ring().current(self.source.now()).clone()
    }

    /// How often the rows were read.
    pub fn readings(&self) -> u64 {
        self.readings.load(Ordering::Relaxed)
    }

    /// Reads the rows, and opens what is new.
    ///
    /// # Errors
    /// If the store does not answer, or a row cannot be read; the keys of before stay.
    pub async fn run_once(&self) -> Result<()> {
        self.readings.fetch_add(1, Ordering::Relaxed);
        let rows = self.store.keys().await?;
        *self.read_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        let names = names(&rows);
        let is_known = self.ring.read().unwrap_or_else(PoisonError::into_inner).rows == names;
        if !is_known {
            let ring = KeyRing::open(&rows, self.ring().keys(), &self.secrets, self.token_seconds)?;
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Loaded {
                ring: Arc::new(ring),
                rows: names,
            };
        }
        Ok(())
    }

    /// Reads the rows for the name of a key that is not known, unless that was done a moment ago. Another
    /// instance may have begun to sign with it.
    pub async fn look_again(&self) {
        {
            let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
            if read_at.elapsed() < COOL_DOWN {
                return;
            }
            *read_at = Instant::now();
        }
        if let Err(error) = self.run_once().await {
            log::warn!("the signing keys were not read: {error}");
        }
    }

    /// Makes the next key where the newest is too old, and removes those whose last token has ended.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn keep_up(&self) -> Result<()> {
        self.run_once().await?;
        let (now, ring) = (self.source.now(), self.ring());
        let newest = ring.keys().last().map(|key| key.signs_from);
        if let (Some(days), Some(newest)) = (self.rotation_days, newest)
            && newest.plus_seconds(days * 86_400) <= now
        {
            self.add(By::service(), now.plus_seconds(LEAD_SECONDS)).await?;
            log::info!("the signing key is {days} days old; the next one was made");
        }
        for key in ring.keys() {
            if ring.lapses_at(key).is_some_and(|lapses| lapses <= now) {
                self.store.remove_key(key.number).await?;
                log::info!(
                    "the last token of the signing key {} has ended; it was removed",
                    key.kid
                );
            }
        }
        self.run_once().await
    }

    /// Makes a key that signs from now on, and answers its name. Tokens of the ones before still verify.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn rotate(&self, by: By<'_>) -> Result<String> {
        self.add(by, self.source.now()).await?;
        self.run_once().await?;
        Ok(self.current().kid)
    }

    /// Takes a key out of use: its tokens verify no more. If it is the one that signs, the next one is made
    /// first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn retire(&self, by: By<'_>, kid: &str) -> Result<()> {
        let rows = self.store.keys().await?;
        let row = rows.iter().find(|row| row.kid == kid).ok_or(Error::NotFound)?;
        if self.current().kid == kid {
            self.add(by, self.source.now()).await?;
        }
        self.store.remove_key(row.number).await?;
        self.audit
            .record(by, Entry::of(AuditKind::KeyRetired).key(kid))
            .await;
        self.run_once().await
    }

    /// Takes a private key that was made elsewhere; it signs from now on.
    ///
    /// # Errors
    /// `Invalid` with a sentence if the text has no such key, `Conflict` if it is there already.
    pub async fn import(&self, by: By<'_>, pem: &str) -> Result<String> {
        loop {
            let rows = self.store.keys().await?;
            let number = next_number(&rows);
            let row = keys::import(
                pem,
                self.algorithm,
                number,
                &self.secrets.current,
                self.source.now(),
            )
            .map_err(|sentence| Error::rule("", "key", sentence))?;
            if rows.iter().any(|known| known.kid == row.kid) {
                return Err(Error::Conflict("the key is there already"));
            }
            match self.store.create_key(&row).await {
                Ok(()) => {
                    let imported = Entry::of(AuditKind::KeyImported).key(&row.kid);
                    self.audit.record(by, imported).await;
                    self.run_once().await?;
                    return Ok(row.kid);
                }
                // Another key was made at this moment: try the next number.
                Err(StoreError::Duplicate) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// All keys that this secret opens, oldest first.
    pub fn list(&self) -> Vec<Listed> {
        let (now, ring) = (self.source.now(), self.ring());
        let current = ring.current(now).number;
        let state = |key: &SigningKey| match ring.lapses_at(key) {
            _ if key.number == current => State::Signs,
            Some(lapses) if key.signs_from <= now => State::VerifiesUntil(lapses),
            _ => State::SignsFrom(key.signs_from),
        };
        let listed = |key: &SigningKey| Listed {
            kid: key.kid.clone(),
            algorithm: format!("{:?}", key.algorithm),
            signs_from: key.signs_from,
            state: state(key),
        };
        ring.keys().iter().map(listed).collect()
    }

    async fn add(&self, by: By<'_>, signs_from: Timestamp) -> Result<()> {
        let rows = self.store.keys().await?;
        let made = add_next(&*self.store, &rows, self.algorithm, &self.secrets, signs_from).await?;
        record_made(&self.audit, by, made.as_deref()).await;
        Ok(())
    }
}

fn names(rows: &[KeyRow]) -> Vec<(i64, String)> {
    rows.iter().map(|row| (row.number, row.kid.clone())).collect()
}

fn next_number(rows: &[KeyRow]) -> i64 {
    rows.last().map_or(1, |row| row.number + 1)
}

/// Records a key, if it was made here.
async fn record_made(audit: &Audit, by: By<'_>, kid: Option<&str>) {
    if let Some(kid) = kid {
        audit.record(by, Entry::of(AuditKind::KeyRotated).key(kid)).await;
    }
}

/// Makes the key that follows these rows, unless another instance makes one at the same moment: then that one is
/// the next. Answers the name of what was made here.
async fn add_next(
    store: &dyn Store,
    rows: &[KeyRow],
    algorithm: TokenAlgorithm,
    secrets: &Secrets,
    signs_from: Timestamp,
) -> Result<Option<String>> {
    let row = make(algorithm, next_number(rows), secrets, signs_from).await?;
    match store.create_key(&row).await {
        Ok(()) => Ok(Some(row.kid)),
        Err(StoreError::Duplicate) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes a key beside the other tasks: it takes a while.
async fn make(
    algorithm: TokenAlgorithm,
    number: i64,
    secrets: &Secrets,
    signs_from: Timestamp,
) -> Result<KeyRow> {
    let secret = secrets.current.clone();
    tokio::task::spawn_blocking(move || keys::make(algorithm, number, &secret, signs_from))
        .await
        .map_err(Error::internal)?
}
