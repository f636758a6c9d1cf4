//! To-dos and their steps, made up.

use rondo::model::{FamilyChange, Id};

use super::{Inventor, TODOS};
use crate::memory::Memory;
use crate::random_operations::Operation;
use crate::values::{at, id, next_todo, todo};

impl Inventor {
    /// To-dos that may be parents, and what follows for their steps.
    pub(super) fn with_families(&mut self, owner: u32, memory: &Memory) -> Operation {
        let (who, now) = (id(owner), at(self.now));
        let number = owner * 1000 + self.below(2);
        let ids = |this: &mut Self| -> Vec<Id> {
            let some = 1 + this.below(4);
            let mut ids: Vec<Id> = (0..some).map(|_| id(owner * 1000 + this.below(TODOS))).collect();
            ids.sort();
            ids.dedup();
            ids
        };
        match self.below(10) {
            0..2 => Operation::MarkParent(who, id(number)),
            2 => Operation::ResumeFamilies(self.moment()),
            3 => Operation::Titles(who, ids(self)),
            4..6 => Operation::Progress(who, ids(self)),
            _ => {
                let old = memory
                    .any_todo(who, id(number))
                    .unwrap_or_else(|| todo(who, number));
                let mut next = next_todo(&old, |todo| {
                    todo.updated_at = now;
                    match (self.below(4), todo.deleted_at) {
                        (0, _) => todo.set_done(!todo.done, now),
                        (1, _) => todo.put_into(self.list()),
                        (_, None) => todo.deleted_at = Some(now),
                        (_, Some(_)) => todo.deleted_at = None,
                    }
                });
                let expected = self.expected(old.version);
                next.version = expected + 1;
                let change = FamilyChange::between(&old, &next).unwrap_or_default();
                Operation::ReplaceFamily(next, expected, change)
            }
        }
    }
}
