//! To-dos that come again: which rules one can have, and what completing one means to clients that do so at once
//! or again.

use crate::error::{Error, Result};
use crate::model::{Basis, Due, Recurrence, Rule, Timestamp, Todo, Zone};

use super::{Precondition, TodoPatch};

/// A completion that names no version and comes within so many milliseconds of another one is a repeat of it:
/// it was sent at the same time by somebody else, or again by somebody who was not answered.
const REPEATED_WITHIN: u64 = 60_000;

/// The series that a rule makes of a to-do, or none.
///
/// # Errors
/// `Invalid` if they do not go together.
pub(in crate::service) fn series(
    rule: Option<Rule>,
    from: Basis,
    due: Option<&Due>,
    zone: Option<Zone>,
) -> Result<Option<Box<Recurrence>>> {
    let Some(rule) = rule else {
        return match from {
            Basis::Due => Ok(None),
            Basis::Completion => Err(Error::rule(
                "/recurs_from",
                "recurrence",
                "completion goes with recurrence only",
            )),
        };
    };
    let Some(due) = due else {
        return Err(Error::rule(
            "/recurrence",
            "due",
            "what comes again has a due date: set due, too",
        ));
    };
    let series = Recurrence::new(rule, from, due.clone());
    series
        .check(zone.unwrap_or(Zone::UTC))
        .map_err(|error| Error::rule("/recurrence", "recurrence", error.to_string()))?;
    Ok(Some(Box::new(series)))
}

impl TodoPatch {
    /// Brings the series up to date, when everything but `done` has been changed. A new due date, zone or rule
    /// begins a new one; without a due date there is none.
    ///
    /// # Errors
    /// As [`series`].
    pub(super) fn apply_series(&self, old: &Todo, todo: &mut Todo) -> Result<()> {
        let before = old.recurrence.as_ref();
        let rule = match &self.recurrence {
            Some(rule) => rule.clone(),
            None => before
                .map(|series| series.rule.clone())
                .filter(|_| todo.due.is_some()),
        };
        let from = match self.recurs_from {
            Some(from) => from.unwrap_or_default(),
            None => before
                .map(|series| series.from)
                .filter(|_| rule.is_some())
                .unwrap_or_default(),
        };
        let goes_on = before.filter(|series| {
            rule.as_ref() == Some(&series.rule) && todo.due == old.due && todo.time_zone == old.time_zone
        });
        todo.recurrence = match goes_on {
            Some(series) => Some(series.clone()),
            None => series(rule, from, todo.due.as_ref(), todo.time_zone)?,
        };
        if let Some(series) = &mut todo.recurrence {
            series.from = from;
            series.completed_at = before.and_then(|series| series.completed_at);
        }
        Ok(())
    }
}

/// Tells the completion of an occurrence from one that is repeated.
pub(super) struct Completion {
    /// Whether the client left open which version it means: one that names it completes that or nothing.
    is_blind: bool,
    /// When the to-do had been completed last, at the first look at it.
    first_seen: Option<Option<Timestamp>>,
}

impl Completion {
    pub(super) const fn new(condition: &Precondition) -> Self {
        Self {
            is_blind: !matches!(condition, Precondition::Versions(_)),
            first_seen: None,
        }
    }

    /// Whether somebody else has completed the occurrence that is meant: since the first look at it, or just
    /// before.
    pub(super) fn is_repeated(&mut self, todo: &Todo, now: Timestamp) -> bool {
        let Some(series) = &todo.recurrence else {
            return false;
        };
        let first = *self.first_seen.get_or_insert(series.completed_at);
        self.is_blind
            && series
                .completed_at
                .is_some_and(|at| Some(at) != first || now.millis().abs_diff(at.millis()) < REPEATED_WITHIN)
    }
}
