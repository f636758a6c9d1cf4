//! What the change of a to-do means for its steps.

use super::{Timestamp, Todo};

/// How far a to-do is: of its steps, those that are not in the trash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
}

/// What happens to the steps of a to-do when it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FamilyChange {
    /// Those that are open become done, at the moment of the to-do.
    pub completes: bool,
    /// Those that were done by this moment, at which the to-do went on to its next occurrence, are open again.
    pub reopens: Option<Timestamp>,
    /// Those that are not in the trash go there, at the moment of the to-do.
    pub trashes: bool,
    /// Those that went into the trash at this moment, which is when the to-do did, come back; to go there again, if it
    /// did.
    pub restores: Option<Timestamp>,
    /// All of them go into the list of the to-do.
    pub moves: bool,
}

impl FamilyChange {
    /// What it means for the steps that `old` becomes `new`; `None` if it is nothing.
    pub fn between(old: &Todo, new: &Todo) -> Option<Self> {
        let went_on = |todo: &Todo| {
            let series = todo.recurrence.as_ref().filter(|_| !todo.done);
            series.and_then(|series| series.completed_at)
        };
        let change = Self {
            completes: !old.done && new.done,
            reopens: went_on(new).filter(|at| Some(*at) != went_on(old)),
            trashes: old.deleted_at.is_none() && new.deleted_at.is_some(),
            restores: old.deleted_at.filter(|_| new.deleted_at.is_none()),
            moves: old.list_id != new.list_id,
        };
        (change != Self::default()).then_some(change)
    }

    /// What becomes of `step` when `parent` was written so; `None` if it stays as it is. Twice is no more
    /// than once.
    pub fn of_step(&self, parent: &Todo, step: &Todo) -> Option<Todo> {
        let mut next = step.clone();
        let comes_back = parent.deleted_at.is_none() || self.trashes;
        if self.restores.is_some() && step.deleted_at == self.restores && comes_back {
            next.deleted_at = None;
        }
        if self.trashes && next.deleted_at.is_none() {
            next.deleted_at = parent.deleted_at;
        }
        if let Some(at) = parent
            .completed_at
            .filter(|_| self.completes && next.deleted_at.is_none())
        {
            next.set_done_for_good(true, at);
        }
        if let Some(at) = self.reopens
            && next.deleted_at.is_none()
            && next.completed_at.is_some_and(|done| done <= at)
        {
            next.set_done_for_good(false, at);
        }
        if self.moves {
            next.put_into(parent.list_id);
        }
        next.pass_over_missed(Some(step), parent.updated_at);
        if next == *step {
            return None;
        }
        next.version += 1;
        next.updated_at = step.updated_at.max(parent.updated_at);
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Basis, Due, Id, Recurrence, Rule};

    const fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn todo(number: u8) -> Todo {
        let owner = Id::from_bytes([9; 12]);
        Todo::new(Id::from_bytes([number; 12]), owner, "A to-do".into(), at(0))
    }

    /// What becomes of the step, and that a second time changes nothing.
    fn followed(old: &Todo, new: &Todo, step: &Todo) -> Todo {
        let change = FamilyChange::between(old, new).expect("it means something");
        let next = change.of_step(new, step).unwrap_or_else(|| step.clone());
        assert_eq!(change.of_step(new, &next), None);
        next
    }

    #[test]
    fn steps_are_completed_with_their_to_do_and_keep_a_moment_of_their_own() {
        let (open, mut done, mut own) = (todo(1), todo(1), todo(2));
        done.set_done(true, at(7));
        assert_eq!(followed(&open, &done, &todo(2)).completed_at, Some(at(7)));
        own.set_done(true, at(3));
        assert_eq!(followed(&open, &done, &own), own);
        own.set_done(false, at(4));
        own.deleted_at = Some(at(5));
        assert_eq!(followed(&open, &done, &own), own, "the trash stays as it is");
        assert_eq!(
            FamilyChange::between(&done, &open),
            None,
            "reopening is no matter of the steps"
        );
    }

    #[test]
    fn steps_that_were_done_are_open_again_for_the_next_occurrence() {
        let due: Due = "2026-11-25".parse().unwrap();
        let rule: Rule = "FREQ=DAILY;COUNT=2".parse().unwrap();
        let first = Todo {
            recurrence: Some(Box::new(Recurrence::new(rule.clone(), Basis::Due, due.clone()))),
            due: Some(due.clone()),
            ..todo(1)
        };
        let (mut second, mut done, mut trashed) = (first.clone(), todo(2), todo(3));
        second.set_done(true, at(7));
        done.set_done(true, at(7));
        assert_eq!(followed(&first, &second, &done).completed_at, None);
        assert_eq!(followed(&first, &second, &todo(2)), todo(2));
        let mut later = todo(2);
        later.set_done(true, at(8));
        assert_eq!(followed(&first, &second, &later), later);
        trashed.set_done(true, at(6));
        trashed.deleted_at = Some(at(6));
        assert_eq!(followed(&first, &second, &trashed), trashed);
        // What else is written of it opens none.
        let renamed = Todo {
            title: "x".into(),
            ..second.clone()
        };
        assert_eq!(FamilyChange::between(&second, &renamed), None);
        // The last occurrence completes them, one that would come again for good.
        let mut last = second.clone();
        last.set_done(true, at(9));
        let daily = Todo {
            recurrence: Some(Box::new(Recurrence::new(rule, Basis::Due, due.clone()))),
            due: Some(due),
            ..todo(2)
        };
        assert_eq!(followed(&second, &last, &daily).completed_at, Some(at(9)));
    }

    #[test]
    fn what_went_into_the_trash_with_its_to_do_comes_back_with_it_and_nothing_else() {
        let (live, trashed) = (
            todo(1),
            Todo {
                deleted_at: Some(at(7)),
                ..todo(1)
            },
        );
        let before = Todo {
            deleted_at: Some(at(6)),
            ..todo(3)
        };
        assert_eq!(followed(&live, &trashed, &before), before);
        let with = followed(&live, &trashed, &todo(2));
        assert_eq!((with.deleted_at, with.version), (Some(at(7)), 2));
        let back = followed(&trashed, &live, &with);
        assert_eq!((back.deleted_at, back.version), (None, 3));
        assert_eq!(followed(&trashed, &live, &before), before);
    }

    #[test]
    fn steps_go_into_the_list_of_their_to_do() {
        let listed = Todo {
            list_id: Some(Id::from_bytes([5; 12])),
            ..todo(1)
        };
        assert_eq!(followed(&todo(1), &listed, &todo(2)).list_id, listed.list_id);
        assert_eq!(
            FamilyChange::between(
                &listed,
                &Todo {
                    title: "x".into(),
                    ..listed.clone()
                }
            ),
            None
        );
    }
}
