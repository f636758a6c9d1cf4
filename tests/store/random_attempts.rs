//! Makes up operations on requests that are to be done once: few owners, keys and holders, and moments at
//! which locks and keys may have lapsed.

use rondo::store::Attempt;

use super::{Inventor, NAMES, OWNERS};
use crate::random_operations::Operation;
use crate::values::{at, attempt, id};

/// How many take part.
const HOLDERS: u32 = 3;

impl Inventor {
    fn attempt(&mut self) -> Attempt {
        let (owner, holder) = (id(self.below(OWNERS)), id(self.below(HOLDERS)));
        Attempt {
            key: self.pick(&NAMES).to_owned(),
            request: self.pick(&NAMES).to_owned(),
            resource: id(self.below(1000)),
            locked_until: at(self.now + i64::from(self.below(6))),
            expires_at: at(self.now + i64::from(self.below(60))),
            ..attempt(owner, "", holder)
        }
    }

    pub(super) fn with_attempts(&mut self) -> Operation {
        let (attempt, now) = (self.attempt(), at(self.now));
        match self.below(20) {
            0..6 => Operation::BeginAttempt(attempt, now),
            6..8 => Operation::Attempt(attempt.owner, attempt.key, self.moment()),
            8..12 => Operation::TakeOverAttempt(attempt, id(self.below(HOLDERS)), now),
            12..15 => Operation::FinishAttempt(Attempt {
                answer: Some(self.text(9).into_bytes()),
                ..attempt
            }),
            15..17 => Operation::ReleaseAttempt(attempt, now),
            17 => Operation::ForgetAttempt(attempt),
            18 => Operation::RemoveAttempts(self.early_moment()),
            _ => Operation::RemoveAttemptsOf(attempt.owner),
        }
    }
}
