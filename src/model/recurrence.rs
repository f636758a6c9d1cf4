//! To-dos that come again: what their rule means for the date at which they are due.
//!
//! A series begins at the due date that stood there when the rule was set, and that is its first occurrence,
//! whether the rule says so or not. From there each completion takes one step: the rule's days in the to-do's
//! zone, the time of day of the beginning on its clocks. `COUNT` is how many occurrences are still to come,
//! the present one with them: it falls with each completion, and nothing else needs to be remembered.

mod ahead;
mod days;
mod read;
mod rule;
#[cfg(test)]
mod tests;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{Due, Timestamp, Zone};
pub use ahead::{Ahead, First};
pub use rule::{Rule, RuleError};

use days::LAST_DAY;
use rule::End;

/// How a to-do comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    pub rule: Rule,
    pub from: Basis,
    /// Where the series began; the intervals are counted from there, and it has the time of day.
    pub start: Due,
    /// When an occurrence was completed last, of this series or of one before it.
    pub completed_at: Option<Timestamp>,
}

/// What the next occurrence is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The series goes on as if it had been completed in time: one occurrence after the other.
    #[default]
    Due,
    /// The series begins anew on the day of the completion, in the to-do's zone.
    Completion,
}

impl Basis {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Completion => "completion",
        }
    }

    /// The basis of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Due, Self::Completion]
            .into_iter()
            .find(|basis| basis.name() == name)
    }
}

/// The rule does not fit the due date that the series begins at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecurrenceError {
    #[error(
        "UNTIL is a day (YYYYMMDD) where due is a day, and a moment in UTC (YYYYMMDDThhmmssZ) where due is one"
    )]
    UntilKind,
    #[error("UNTIL is not before due")]
    UntilBefore,
    #[error("there is no day behind due that the rule would have, or none for fifty years")]
    Never,
}

impl Recurrence {
    /// A series that begins at `start`.
    pub const fn new(rule: Rule, from: Basis, start: Due) -> Self {
        Self {
            rule,
            from,
            start,
            completed_at: None,
        }
    }

    /// Looks whether the series can be, in the to-do's zone: that it ends in the form of its due date and not
    /// before it, and that its rule has a day soon behind it (whether or not the series is ended before that).
    ///
    /// # Errors
    /// If it cannot.
    pub fn check(&self, zone: Zone) -> Result<(), RecurrenceError> {
        match (self.rule.end, &self.start) {
            (End::Day(_), Due::Moment { .. }) | (End::Moment(_), Due::Day(_)) => {
                return Err(RecurrenceError::UntilKind);
            }
            (End::Day(last), Due::Day(day)) if last < *day => return Err(RecurrenceError::UntilBefore),
            (End::Moment(last), Due::Moment { at, .. }) if last < *at => {
                return Err(RecurrenceError::UntilBefore);
            }
            _ => {}
        }
        let start = wall_day(&self.start, zone);
        let days = self.rule.days(start, start).soon();
        let mut behind = days.filter(|day| *day > start);
        behind.next().map(|_| ()).ok_or(RecurrenceError::Never)
    }

    /// The due date of the occurrence behind `current`, and how the series goes on from there; none if
    /// `current` was its last.
    ///
    /// `zone` is the to-do's. The next one is always later than `current`, and on a later day than
    /// `completed_at` if that is what the series is counted from.
    pub fn completed(&self, current: &Due, zone: Zone, completed_at: Timestamp) -> Option<(Due, Self)> {
        self.completed_until(LAST_DAY, current, zone, completed_at)
    }

    /// The same, without looking behind the `last` day.
    fn completed_until(
        &self,
        last: NaiveDate,
        current: &Due,
        zone: Zone,
        completed_at: Timestamp,
    ) -> Option<(Due, Self)> {
        let rule = self.rule.counted_down()?;
        let (start, from) = match self.from {
            Basis::Due => (wall_day(&self.start, zone), NaiveDate::MIN),
            Basis::Completion => {
                let today = zone.day_at(completed_at);
                (today, today.succ_opt()?)
            }
        };
        let current_day = wall_day(current, zone);
        let due = match &self.start {
            Due::Day(_) => rule
                .days(start, from.max(current_day))
                .until(last)
                .find(|day| *day > current_day && zone.has(*day))
                .map(Due::Day)?,
            Due::Moment { at, .. } => {
                let time = zone.wall_clock(*at).time();
                // Where the clocks skipped an hour at midnight, `current` stands on the day behind its own.
                let from = from.max(current_day.checked_sub_days(Days::new(1))?);
                let deadline = current.deadline(zone);
                rule.days(start, from)
                    .until(last)
                    .filter(|day| zone.has(*day))
                    .map_while(|day| zone.due_at(day.and_time(time)))
                    .find(|due| due.deadline(zone) > deadline)?
            }
        };
        let ended = match rule.end {
            End::Never | End::Count(_) => false,
            End::Day(last) => wall_day(&due, zone) > last,
            End::Moment(last) => due.deadline(zone) > last,
        };
        let series = Self {
            rule,
            completed_at: Some(completed_at),
            ..self.clone()
        };
        (!ended).then_some((due, series))
    }
}

/// The day that it is due on, by the clocks of the zone.
fn wall_day(due: &Due, zone: Zone) -> NaiveDate {
    match due {
        Due::Day(day) => *day,
        Due::Moment { at, .. } => zone.day_at(*at),
    }
}
