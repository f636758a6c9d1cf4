//! A rule of RFC 5545, section 3.3.10, as far as a to-do has use for it, and how it is written.

use std::fmt;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::Timestamp;

/// How many characters a rule has at most.
pub(super) const LONGEST: usize = 500;

/// What repeats: a RRULE of one line, without `RRULE:` in front. What it says about the time of day is
/// nothing: that is the due date's.
///
/// Shown in one order of its parts, in capitals, without what is the default anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub(super) frequency: Frequency,
    /// From 1.
    pub(super) interval: i32,
    pub(super) end: End,
    pub(super) week_start: Weekday,
    // Each in order, without repetition; empty where the rule does not say.
    pub(super) months: Vec<i16>,
    pub(super) weeks: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) days: Vec<DayOfWeek>,
    pub(super) places: Vec<i16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Where a series ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Never,
    /// With the so-many-th occurrence; from 1.
    Count(u16),
    /// With this day, or this moment: both still belong to it.
    Day(NaiveDate),
    Moment(Timestamp),
}

/// A day of the week, and which of its month or year: 1 is the first, -1 the last, 0 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DayOfWeek {
    pub(super) nth: i16,
    pub(super) weekday: Weekday,
}

/// The text is no rule that a to-do can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("a rule has at most {LONGEST} characters")]
    TooLong,
    #[error(
        "a rule is one line of parts NAME=VALUE with semicolons between them, such as FREQ=WEEKLY;BYDAY=MO,TH, \
         without RRULE: in front"
    )]
    Form,
    #[error(
        "the parts of a rule are FREQ, INTERVAL, COUNT, UNTIL, WKST, BYMONTH, BYWEEKNO, BYYEARDAY, BYMONTHDAY, \
         BYDAY and BYSETPOS, and no others"
    )]
    Unknown,
    #[error("BYHOUR, BYMINUTE and BYSECOND are not for to-dos: the time of day is that of due")]
    TimeOfDay,
    #[error("a part of a rule stands there once, and {0} stands there twice")]
    Twice(&'static str),
    #[error("a rule has the part FREQ")]
    NoFrequency,
    #[error("{0}")]
    Value(&'static str),
    #[error("COUNT and UNTIL are two ends of one rule: it has one at most")]
    TwoEnds,
    #[error("{0}")]
    Together(&'static str),
}

impl Rule {
    /// The rule of the series when one occurrence is behind; none if that was the last that it counts.
    pub(super) fn counted_down(&self) -> Option<Self> {
        let end = match self.end {
            End::Count(0 | 1) => return None,
            End::Count(count) => End::Count(count - 1),
            end => end,
        };
        Some(Self { end, ..self.clone() })
    }
}

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

impl fmt::Display for Frequency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        })
    }
}

fn name_of(weekday: Weekday) -> &'static str {
    WEEKDAYS
        .iter()
        .find(|(_, each)| *each == weekday)
        .map_or("MO", |(name, _)| name)
}

impl fmt::Display for DayOfWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nth != 0 {
            write!(f, "{}", self.nth)?;
        }
        f.write_str(name_of(self.weekday))
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.end {
            End::Never => {}
            End::Count(count) => write!(f, ";COUNT={count}")?,
            End::Day(day) => write!(f, ";UNTIL={}", day.format("%Y%m%d"))?,
            End::Moment(moment) => {
                let text: String = moment
                    .to_string()
                    .chars()
                    .take(19)
                    .filter(|c| !matches!(c, '-' | ':'))
                    .collect();
                write!(f, ";UNTIL={text}Z")?;
            }
        }
        if self.week_start != Weekday::Mon {
            write!(f, ";WKST={}", name_of(self.week_start))?;
        }
        list(f, "BYMONTH", &self.months)?;
        list(f, "BYWEEKNO", &self.weeks)?;
        list(f, "BYYEARDAY", &self.year_days)?;
        list(f, "BYMONTHDAY", &self.month_days)?;
        list(f, "BYDAY", &self.days)?;
        list(f, "BYSETPOS", &self.places)
    }
}

fn list(f: &mut fmt::Formatter<'_>, name: &str, items: &[impl fmt::Display]) -> fmt::Result {
    let mut items = items.iter();
    if let Some(first) = items.next() {
        write!(f, ";{name}={first}")?;
    }
    items.try_for_each(|item| write!(f, ",{item}"))
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}
