//! Requests that are to be done once, in memory.

use async_trait::async_trait;
use rondo::model::{Id, Timestamp};
use rondo::store::{Attempt, Idempotency, Result};

use super::{Memory, State};

fn place(attempt: &Attempt) -> (Id, String) {
    (attempt.owner, attempt.key.clone())
}

impl State {
    /// The attempt as long as this holder has it and it has no answer.
    fn held(&mut self, attempt: &Attempt, holder: Id) -> Option<&mut Attempt> {
        self.attempts
            .get_mut(&place(attempt))
            .filter(|kept| kept.holder == holder && kept.answer.is_none())
    }
}

#[async_trait]
impl Idempotency for Memory {
    async fn begin_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<Attempt> {
        let mut state = self.state();
        let kept = state
            .attempts
            .entry(place(attempt))
            .or_insert_with(|| attempt.clone());
        if kept.expires_at <= now {
            kept.clone_from(attempt);
        }
        Ok(kept.clone())
    }

    async fn attempt(&self, owner: Id, key: &str, now: Timestamp) -> Result<Option<Attempt>> {
        let state = self.state();
        let kept = state.attempts.get(&(owner, key.to_owned()));
        Ok(kept.filter(|kept| kept.expires_at > now).cloned())
    }

    async fn take_over_attempt(&self, attempt: &Attempt, from: Id, now: Timestamp) -> Result<bool> {
        let mut state = self.state();
        let lapsed = state
            .held(attempt, from)
            .filter(|kept| kept.locked_until <= now && kept.expires_at > now);
        Ok(lapsed
            .map(|kept| {
                kept.holder = attempt.holder;
                kept.locked_until = attempt.locked_until;
                kept.expires_at = attempt.expires_at;
            })
            .is_some())
    }

    async fn finish_attempt(&self, attempt: &Attempt) -> Result<bool> {
        let mut state = self.state();
        let own = state.held(attempt, attempt.holder);
        Ok(own
            .map(|kept| {
                kept.answer.clone_from(&attempt.answer);
                kept.expires_at = attempt.expires_at;
            })
            .is_some())
    }

    async fn release_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<()> {
        if let Some(kept) = self.state().held(attempt, attempt.holder) {
            kept.locked_until = now;
        }
        Ok(())
    }

    async fn forget_attempt(&self, attempt: &Attempt) -> Result<()> {
        let mut state = self.state();
        if state.held(attempt, attempt.holder).is_some() {
            state.attempts.remove(&place(attempt));
        }
        Ok(())
    }

    async fn remove_attempts(&self, before: Timestamp) -> Result<()> {
        self.state()
            .attempts
            .retain(|_, attempt| attempt.expires_at >= before);
        Ok(())
    }

    async fn remove_attempts_of(&self, owner: Id) -> Result<()> {
        self.state().attempts.retain(|(of, _), _| *of != owner);
        Ok(())
    }
}
