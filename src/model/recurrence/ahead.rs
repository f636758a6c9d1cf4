//! A series as a calendar can be told of it: a beginning and a rule. RFC 5545 does not define what that is where
//! the beginning is none of the days of its rule, nor has it a name for the second of two hours that the clocks
//! show alike; there, the series is told from its next occurrence on.

use chrono::{Days, NaiveDate, NaiveDateTime};

use super::{Basis, Recurrence, Rule, wall_day};
use crate::model::{Due, Timestamp, Zone};

/// The next occurrence is looked for within so many days: nobody's calendar shows more, and there are thousands.
const WITHIN: Days = Days::new(2 * 366);

/// What of a series can be said beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    pub first: First,
    /// Its `COUNT` has the first with it.
    pub rule: Rule,
    /// Whether the first is the occurrence that the to-do is due at, or the one behind it.
    pub is_current: bool,
}

/// The first occurrence: a day, or what the clocks of the to-do's zone show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    Day(NaiveDate),
    Clock(NaiveDateTime),
}

impl Recurrence {
    /// The occurrences from the one on that is due at `current`, in the to-do's zone. None if the next one depends
    /// on when this one is completed, or if there is none within two years.
    pub fn ahead(&self, current: &Due, zone: Zone) -> Option<Ahead> {
        if self.from == Basis::Completion {
            return None;
        }
        if let Some(first) = self.by_the_rule(current, zone) {
            let rule = self.rule.clone();
            return Some(Ahead {
                first,
                rule,
                is_current: true,
            });
        }
        // Where it is counted from the due date, it does not matter when.
        let last = wall_day(current, zone).checked_add_days(WITHIN)?;
        let (next, series) = self.completed_until(last, current, zone, Timestamp::from_millis(0))?;
        let first = series.by_the_rule(&next, zone)?;
        Some(Ahead {
            first,
            rule: series.rule,
            is_current: false,
        })
    }

    /// The occurrence as the rule has it: on one of its days, and at the time of the beginning, even where the
    /// clocks skip that.
    fn by_the_rule(&self, due: &Due, zone: Zone) -> Option<First> {
        match (due, &self.start) {
            (Due::Day(day), _) => self.rule.has(*day).then_some(First::Day(*day)),
            (Due::Moment { .. }, Due::Day(_)) => None,
            (Due::Moment { at, .. }, Due::Moment { at: start, .. }) => {
                let time = zone.wall_clock(*start).time();
                let day = zone.day_at(*at);
                let days = [Some(day), day.checked_sub_days(Days::new(1))];
                let clock = days
                    .into_iter()
                    .flatten()
                    .map(|day| day.and_time(time))
                    .find(|clock| {
                        let due = zone.due_at(*clock);
                        due.is_some_and(|due| due.deadline(zone) == *at)
                    })?;
                self.rule.has(clock.date()).then_some(First::Clock(clock))
            }
        }
    }
}
