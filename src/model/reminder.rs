//! Reminders of to-dos: a moment, or so long before what is due.
//!
//! When a to-do is to be reminded of follows from its fields alone, so that whatever changes them (a new due date,
//! the next occurrence of what recurs) sets the reminder anew. `reminded_at` says which moment is over.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Due, Id, Timestamp, Todo, Zone};

/// When to remind. Keeps what the client wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reminder {
    Moment {
        at: Timestamp,
        written: String,
    },
    /// So long before the due: days by the calendar of the to-do's zone, and then minutes.
    Before {
        days: u32,
        minutes: u32,
        written: String,
    },
}

/// The text is no reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a reminder is RFC 3339 with an offset, or -PT30M, -P1D and the like: minutes, hours, days or weeks before the due, 30 days at most"
)]
pub struct ReminderError;

/// The longest time before the due, in days.
const MOST_DAYS: u32 = 30;
const MINUTES_OF_DAY: u32 = 24 * 60;

/// What is due on a day is reminded of as if it were due at this hour of it: whoever is told at midnight that
/// something was due is told too late.
const HOUR_OF_DAY: NaiveTime = NaiveTime::from_hms_opt(9, 0, 0).unwrap();

impl Reminder {
    /// The moment of it, if there is something due where it needs that.
    pub fn moment(&self, due: Option<&Due>, zone: Zone) -> Option<Timestamp> {
        let (days, minutes) = match self {
            Self::Moment { at, .. } => return Some(*at),
            Self::Before { days, minutes, .. } => (*days, *minutes),
        };
        let local = match due? {
            Due::Day(day) => day.and_time(HOUR_OF_DAY),
            // Minutes are exact; a day may have 23 or 25 hours.
            Due::Moment { at, .. } if days == 0 => return Some(at.plus_seconds(-i64::from(minutes) * 60)),
            Due::Moment { at, .. } => zone.wall_clock(*at),
        };
        let local = local.checked_sub_days(Days::new(u64::from(days)))?;
        Some(zone.first_moment(local).plus_seconds(-i64::from(minutes) * 60))
    }

    /// Whether there must be something due for it to mean anything.
    pub const fn needs_due(&self) -> bool {
        matches!(self, Self::Before { .. })
    }
}

impl FromStr for Reminder {
    type Err = ReminderError;

    fn from_str(text: &str) -> Result<Self, ReminderError> {
        let written = text.to_owned();
        let Some(duration) = text.strip_prefix("-P") else {
            let at = text.parse().map_err(|_| ReminderError)?;
            return Ok(Self::Moment { at, written });
        };
        let (dates, times) = duration.split_once('T').unwrap_or((duration, ""));
        if duration.ends_with('T') || (dates.is_empty() && times.is_empty()) {
            return Err(ReminderError);
        }
        let days = sum_of(dates, &[('W', 7), ('D', 1)])?;
        let minutes = sum_of(times, &[('H', 60), ('M', 1)])?;
        if days * MINUTES_OF_DAY + minutes > MOST_DAYS * MINUTES_OF_DAY {
            return Err(ReminderError);
        }
        Ok(Self::Before {
            days,
            minutes,
            written,
        })
    }
}

/// Numbers with their units behind them, in this order and each at most once.
fn sum_of(text: &str, units: &[(char, u32)]) -> Result<u32, ReminderError> {
    let mut rest = text;
    let mut sum = 0;
    for (unit, worth) in units {
        let Some((number, behind)) = rest.split_once(*unit) else {
            continue;
        };
        // Five digits are enough for 30 days in minutes, and nothing overflows.
        let is_number = (1..=5).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let number: u32 = number.parse().ok().filter(|_| is_number).ok_or(ReminderError)?;
        sum += number * worth;
        rest = behind;
    }
    if rest.is_empty() {
        Ok(sum)
    } else {
        Err(ReminderError)
    }
}

impl fmt::Display for Reminder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment { written, .. } | Self::Before { written, .. } => f.write_str(written),
        }
    }
}

impl Serialize for Reminder {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reminder {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A reminder that is to be handed out: of which to-do, and for which moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueReminder {
    pub at: Timestamp,
    pub owner: Id,
    pub todo: Id,
}

impl Todo {
    /// The moment that its reminder means, over or not.
    fn reminder_moment(&self) -> Option<Timestamp> {
        let zone = self.time_zone.unwrap_or(Zone::UTC);
        self.reminder.as_ref()?.moment(self.due.as_ref(), zone)
    }

    /// When it is to be reminded of. Nothing if it is done or in the trash, or if that is over.
    pub fn remind_at(&self) -> Option<Timestamp> {
        let is_open = !self.done && self.deleted_at.is_none();
        self.reminder_moment()
            .filter(|moment| is_open && self.reminded_at != Some(*moment))
    }

    /// What was reminded of is over; nothing else of the to-do changes but its version.
    pub fn set_reminded(&mut self, at: Timestamp) {
        self.reminded_at = Some(at);
        self.version += 1;
    }

    /// Passes over a reminder that a change has set to a moment that lies behind: nobody wants to hear at once
    /// what was to be told yesterday. `before` is what it was when it was changed.
    pub fn pass_over_missed(&mut self, before: Option<&Self>, now: Timestamp) {
        let armed = self.remind_at();
        if armed.is_some_and(|moment| moment <= now) && armed != before.and_then(Self::remind_at) {
            self.reminded_at = armed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: &str = "2026-11-22T12:00:00Z";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn todo(due: &str, reminder: &str, zone: &str) -> Todo {
        let new = Todo::new(
            Id::from_bytes([1; 12]),
            Id::from_bytes([2; 12]),
            "Pay".into(),
            at("2026-01-01T00:00:00Z"),
        );
        Todo {
            due: (!due.is_empty()).then(|| due.parse().unwrap()),
            reminder: Some(reminder.parse().unwrap()),
            time_zone: Some(zone.parse().unwrap()),
            ..new
        }
    }

    #[test]
    fn minutes_hours_days_and_weeks_count_back_from_what_is_due() {
        for (reminder, expected) in [
            ("-PT30M", "2026-11-22T11:30:00Z"),
            ("-PT1H30M", "2026-11-22T10:30:00Z"),
            ("-PT0M", NOON),
            ("-P1D", "2026-11-21T12:00:00Z"),
            ("-P1DT2H", "2026-11-21T10:00:00Z"),
            ("-P2W", "2026-11-08T12:00:00Z"),
            ("-PT43200M", "2026-10-23T12:00:00Z"),
            ("2026-11-20T08:00:00+01:00", "2026-11-20T07:00:00Z"),
        ] {
            assert_eq!(
                todo(NOON, reminder, "UTC").remind_at(),
                Some(at(expected)),
                "{reminder}"
            );
        }
    }

    #[test]
    fn what_is_due_on_a_day_counts_back_from_nine_in_its_zone() {
        for (reminder, zone, expected) in [
            ("-PT0M", "UTC", "2026-11-22T09:00:00Z"),
            ("-PT30M", "Asia/Tokyo", "2026-11-21T23:30:00Z"),
            ("-P1D", "America/New_York", "2026-11-21T14:00:00Z"),
        ] {
            let todo = todo("2026-11-22", reminder, zone);
            assert_eq!(todo.remind_at(), Some(at(expected)), "{reminder} {zone}");
        }
    }

    #[test]
    fn a_day_before_is_the_same_time_of_day_though_the_clocks_were_changed() {
        // Summer time ends on the 25th of October 2026 in Berlin, and begins on the 29th of March.
        let local = |due, reminder| todo(due, reminder, "Europe/Berlin").remind_at().unwrap();
        assert_eq!(
            local("2026-10-25T12:00:00+01:00", "-P1D"),
            at("2026-10-24T12:00:00+02:00")
        );
        assert_eq!(
            local("2026-10-25T12:00:00+01:00", "-PT24H"),
            at("2026-10-24T13:00:00+02:00")
        );
        assert_eq!(local("2026-03-29", "-P1D"), at("2026-03-28T09:00:00+01:00"));
        // Half past two was skipped that day: the first moment after the gap.
        assert_eq!(
            local("2026-03-30T02:30:00+02:00", "-P1D"),
            at("2026-03-29T03:00:00+02:00")
        );
        // Half past two came twice: the first of them.
        assert_eq!(
            local("2026-10-26T02:30:00+01:00", "-P1D"),
            at("2026-10-25T02:30:00+02:00")
        );
    }

    #[test]
    fn what_is_done_deleted_over_or_without_a_due_is_not_reminded_of() {
        let armed = todo(NOON, "-PT30M", "UTC");
        let moment = armed.remind_at();
        assert!(moment.is_some());
        let done = Todo {
            done: true,
            ..armed.clone()
        };
        let trashed = Todo {
            deleted_at: moment,
            ..armed.clone()
        };
        let over = Todo {
            reminded_at: moment,
            ..armed.clone()
        };
        let nothing_due = Todo {
            due: None,
            ..armed.clone()
        };
        for todo in [done, trashed, over.clone(), nothing_due] {
            assert_eq!(todo.remind_at(), None, "{todo:?}");
        }
        let moved = Todo {
            due: Some("2026-11-23T12:00:00Z".parse().unwrap()),
            ..over
        };
        assert_eq!(
            moved.remind_at(),
            Some(at("2026-11-23T11:30:00Z")),
            "another due sets it anew"
        );
    }

    #[test]
    fn what_is_set_to_a_moment_that_lies_behind_is_passed_over() {
        let now = at("2026-11-22T11:45:00Z");
        let mut set = todo(NOON, "-PT30M", "UTC");
        set.pass_over_missed(None, now);
        assert_eq!(set.remind_at(), None);
        // One that was armed before and is being handed out at this very moment is not lost by another change.
        let before = todo(NOON, "-PT30M", "UTC");
        let mut renamed = Todo {
            title: "Pay today".into(),
            ..before.clone()
        };
        renamed.pass_over_missed(Some(&before), now);
        assert_eq!(renamed.remind_at(), before.remind_at());
        // What was done when its moment came, and is open again, is passed over too.
        let mut opened = before.clone();
        opened.pass_over_missed(Some(&Todo { done: true, ..before }), now);
        assert_eq!(opened.remind_at(), None);
    }

    #[test]
    fn what_is_no_reminder_is_refused() {
        for bad in [
            "",
            "-P",
            "-PT",
            "P1D",
            "PT30M",
            "-P1DT",
            "-P31D",
            "-P30DT1M",
            "-PT43201M",
            "-P5W",
            "-P1M",
            "-P1Y",
            "-PT1.5H",
            "-P1D1W",
            "-PT30M1H",
            "-P+1D",
            "-P 1D",
            "-PT999999M",
            "-p1d",
            "-PT30S",
            "tomorrow",
            "2026-11-22",
            "2026-11-22T10:30:00",
            "-P1D\n",
            "-PT³M",
        ] {
            assert_eq!(bad.parse::<Reminder>(), Err(ReminderError), "{bad}");
        }
    }
}
