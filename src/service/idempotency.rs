//! Requests that are done once, however often they are sent: the first is worked at, those after it are
//! given its answer.
//!
//! Nothing here relies on a lock being kept: whoever works at a request makes what has the attempt's
//! resource as its id, so that a second worker makes nothing twice. The lock only keeps them from doing the
//! same work at the same time, and it lapses.

use std::future::Future;
use std::sync::Arc;

use crate::clock::Source;
use crate::error::{Error, InvalidKind, Result};
use crate::model::Id;
use crate::store::{Attempt, Store, StoreError};

/// So long nobody else takes up a request whose worker may have died. Much longer than the few operations
/// of the store that one takes, and than what a batch takes.
const LOCK_SECONDS: i64 = 30;

/// So long an answer is kept.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// In how many seconds to ask again for what is in progress; it rarely takes one.
const RETRY_AFTER: u32 = 1;

/// A longer answer is given and not kept, in bytes. A document of MongoDB has 16 MiB.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// One request and the key that it came with, both as hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    pub key: String,
    pub request: String,
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub answer: Vec<u8>,
    /// Whether it was kept from an earlier time.
    pub is_repeat: bool,
}

/// What work came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    pub answer: Vec<u8>,
    /// Whether it is the answer for all times. One that is not is given once and not kept: who sends the request
    /// again has it done again.
    pub is_final: bool,
}

impl From<Vec<u8>> for Outcome {
    fn from(answer: Vec<u8>) -> Self {
        Self {
            answer,
            is_final: true,
        }
    }
}

/// Does requests once.
#[derive(Clone)]
pub struct Idempotency {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
}

impl Idempotency {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>) -> Self {
        Self { store, source }
    }

    /// Has `work` done unless it was done under this key of this owner, and answers what it answered then.
    /// `work` takes the id that what it makes must have (several things: ids that follow from it), and may
    /// find that it was made already. An error of the client's means that nothing was written.
    ///
    /// It is brought to its end even if the caller goes away.
    ///
    /// # Errors
    /// Those of `work`, which are not kept; `Invalid` if the key was used for another request; `InProgress`
    /// while somebody else is at it, which no crash makes longer than 30 seconds.
    pub async fn once<F, W, A>(&self, owner: Id, key: RequestKey, work: F) -> Result<Done>
    where
        F: FnOnce(Id) -> W + Send + 'static,
        W: Future<Output = Result<A>> + Send + 'static,
        A: Into<Outcome>,
    {
        let this = self.clone();
        let task = tokio::spawn(async move { this.begin(owner, key, work).await });
        task.await.unwrap_or_else(|error| {
            Err(if error.is_panic() {
                Error::internal("a request with a key panicked")
            } else {
                Error::Unavailable {
                    cause: "the process is ending".into(),
                    retry_after: 1,
                }
            })
        })
    }

    async fn begin<F, W, A>(&self, owner: Id, key: RequestKey, work: F) -> Result<Done>
    where
        F: FnOnce(Id) -> W + Send,
        W: Future<Output = Result<A>> + Send,
        A: Into<Outcome>,
    {
        let now = self.source.now();
        let mut own = Attempt {
            owner,
            key: key.key,
            request: key.request,
            resource: self.source.new_id(),
            holder: self.source.new_id(),
            locked_until: now.plus_seconds(LOCK_SECONDS),
            expires_at: now.plus_seconds(KEPT_SECONDS),
            answer: None,
        };
        let kept = self.store.begin_attempt(&own, now).await;
        let kept = kept.map_err(|error| self.unknown(&own, error))?;
        if kept.request != own.request {
            return Err(reused());
        }
        if let Some(answer) = kept.answer {
            return Ok(repeated(answer));
        }
        let is_first = kept.holder == own.holder;
        if !is_first {
            own.resource = kept.resource;
            let is_taken_over = kept.locked_until <= now && {
                let taken = self.store.take_over_attempt(&own, kept.holder, now).await;
                taken.map_err(|error| self.unknown(&own, error))?
            };
            if !is_taken_over {
                return Err(IN_PROGRESS);
            }
        }
        match work(own.resource).await.map(Into::into) {
            Ok(outcome) => self.finish(own, outcome).await,
            Err(error) => {
                self.give_up(&own, is_first && is_nothing_done(&error)).await;
                Err(error)
            }
        }
    }

    /// Keeps the answer. It is given in any case: what was asked for is done.
    async fn finish(&self, own: Attempt, outcome: Outcome) -> Result<Done> {
        let Outcome { answer, is_final } = outcome;
        let new = |answer| Done {
            answer,
            is_repeat: false,
        };
        if !is_final || answer.len() > LONGEST_ANSWER {
            self.give_up(&own, false).await;
            return Ok(new(answer));
        }
        let now = self.source.now();
        let finished = Attempt {
            expires_at: now.plus_seconds(KEPT_SECONDS),
            answer: Some(answer.clone()),
            ..own
        };
        match self.store.finish_attempt(&finished).await {
            Ok(true) => Ok(new(answer)),
            // The lock lapsed meanwhile and somebody else took over: what they answered, or will, holds for
            // all. Or the account was deleted, and the attempt with it.
            Ok(false) => match self.store.attempt(finished.owner, &finished.key, now).await? {
                Some(kept) if kept.request == finished.request => {
                    kept.answer.map(repeated).ok_or(IN_PROGRESS)
                }
                Some(_) | None => Ok(new(answer)),
            },
            // The next to ask finds what was made.
            Err(_) => {
                self.give_up(&finished, false).await;
                Ok(new(answer))
            }
        }
    }

    /// Leaves the request to whoever sends it next. The key is free again if nothing was done, else only for
    /// the same request. If the store does not answer, the lock lapses by itself.
    async fn give_up(&self, own: &Attempt, is_nothing_done: bool) {
        let given_up = if is_nothing_done {
            self.store.forget_attempt(own).await
        } else {
            self.store.release_attempt(own, self.source.now()).await
        };
        drop(given_up);
    }

    /// It is not known whether the attempt was begun: if it was, it is given up, which nobody waits for.
    fn unknown(&self, own: &Attempt, error: StoreError) -> Error {
        let (this, own) = (self.clone(), own.clone());
        tokio::spawn(async move { this.give_up(&own, false).await });
        error.into()
    }
}

const IN_PROGRESS: Error = Error::InProgress {
    retry_after: RETRY_AFTER,
};

fn repeated(answer: Vec<u8>) -> Done {
    Done {
        answer,
        is_repeat: true,
    }
}

fn reused() -> Error {
    let detail = "this Idempotency-Key was used for another request within 24 hours; take a new key";
    Error::invalid(InvalidKind::Key, "Idempotency-Key", "reused", detail)
}

/// Whether the error says that nothing was written.
const fn is_nothing_done(error: &Error) -> bool {
    match error {
        Error::Invalid(_)
        | Error::Unauthenticated(_)
        | Error::Forbidden(_)
        | Error::NotFound
        | Error::Conflict(_)
        | Error::Stale
        | Error::StartOver
        | Error::InProgress { .. }
        | Error::RateLimited { .. } => true,
        Error::Unavailable { .. } | Error::Internal { .. } => false,
    }
}
