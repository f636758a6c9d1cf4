//! How the text of a rule is read, and what is refused.

use std::str::FromStr;

use chrono::{Datelike, NaiveDate, Weekday};

use super::rule::{DayOfWeek, End, Frequency, LONGEST, Rule, RuleError, WEEKDAYS};
use crate::model::Timestamp;

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text.chars().count() > LONGEST {
            return Err(RuleError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) || text.contains(':') {
            return Err(RuleError::Form);
        }
        let text = text.to_ascii_uppercase();
        let mut parts = Parts::default();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or(RuleError::Form)?;
            let (name, place) = parts.named(name)?;
            if place.replace(value).is_some() {
                return Err(RuleError::Twice(name));
            }
        }
        let rule = parts.read()?;
        rule.fits_together()?;
        Ok(rule)
    }
}

/// The value of each part that stands in a text.
#[derive(Default)]
struct Parts<'a> {
    frequency: Option<&'a str>,
    interval: Option<&'a str>,
    count: Option<&'a str>,
    until: Option<&'a str>,
    week_start: Option<&'a str>,
    months: Option<&'a str>,
    weeks: Option<&'a str>,
    year_days: Option<&'a str>,
    month_days: Option<&'a str>,
    days: Option<&'a str>,
    places: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// The name of a part, and where its value goes.
    fn named(&mut self, name: &str) -> Result<(&'static str, &mut Option<&'a str>), RuleError> {
        Ok(match name {
            "FREQ" => ("FREQ", &mut self.frequency),
            "INTERVAL" => ("INTERVAL", &mut self.interval),
            "COUNT" => ("COUNT", &mut self.count),
            "UNTIL" => ("UNTIL", &mut self.until),
            "WKST" => ("WKST", &mut self.week_start),
            "BYMONTH" => ("BYMONTH", &mut self.months),
            "BYWEEKNO" => ("BYWEEKNO", &mut self.weeks),
            "BYYEARDAY" => ("BYYEARDAY", &mut self.year_days),
            "BYMONTHDAY" => ("BYMONTHDAY", &mut self.month_days),
            "BYDAY" => ("BYDAY", &mut self.days),
            "BYSETPOS" => ("BYSETPOS", &mut self.places),
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => return Err(RuleError::TimeOfDay),
            _ => return Err(RuleError::Unknown),
        })
    }

    fn read(&self) -> Result<Rule, RuleError> {
        let frequency = match self.frequency.ok_or(RuleError::NoFrequency)? {
            "DAILY" => Frequency::Daily,
            "WEEKLY" => Frequency::Weekly,
            "MONTHLY" => Frequency::Monthly,
            "YEARLY" => Frequency::Yearly,
            _ => return Err(RuleError::Value("FREQ is DAILY, WEEKLY, MONTHLY or YEARLY")),
        };
        let interval = match self.interval {
            None => 1,
            Some(value) => whole(value, 1000)
                .map(i32::from)
                .ok_or(RuleError::Value("INTERVAL is a whole number from 1 to 1000"))?,
        };
        let end = match (self.count, self.until) {
            (None, None) => End::Never,
            (Some(_), Some(_)) => return Err(RuleError::TwoEnds),
            (Some(value), None) => whole(value, 10_000)
                .map(End::Count)
                .ok_or(RuleError::Value("COUNT is a whole number from 1 to 10000"))?,
            (None, Some(value)) => until(value).ok_or(RuleError::Value(
                "UNTIL is a day (YYYYMMDD) or a moment in UTC (YYYYMMDDThhmmssZ), in the years 1000 to 9998",
            ))?,
        };
        let week_start = match self.week_start {
            None => Weekday::Mon,
            Some(value) => weekday(value).ok_or(RuleError::Value("WKST is MO, TU, WE, TH, FR, SA or SU"))?,
        };
        let list = |value: Option<&str>, range: Signed, error| {
            value.map_or(Ok(Vec::new()), |value| {
                numbers(value, range).ok_or(RuleError::Value(error))
            })
        };
        Ok(Rule {
            frequency,
            interval,
            end,
            week_start,
            months: list(self.months, Signed::Up(12), "BYMONTH has numbers from 1 to 12")?,
            weeks: list(
                self.weeks,
                Signed::Both(53),
                "BYWEEKNO has numbers from 1 to 53, or from -53 to -1",
            )?,
            year_days: list(
                self.year_days,
                Signed::Both(366),
                "BYYEARDAY has numbers from 1 to 366, or from -366 to -1",
            )?,
            month_days: list(
                self.month_days,
                Signed::Both(31),
                "BYMONTHDAY has numbers from 1 to 31, or from -31 to -1",
            )?,
            days: self.days.map_or(Some(Vec::new()), days).ok_or(RuleError::Value(
                "BYDAY has days of the week, MO to SU, each with a number from 1 to 53 or from -53 to -1 in \
                     front or none",
            ))?,
            places: list(
                self.places,
                Signed::Both(366),
                "BYSETPOS has numbers from 1 to 366, or from -366 to -1",
            )?,
        })
    }
}

impl Rule {
    /// What the RFC says of parts that do not go together.
    fn fits_together(&self) -> Result<(), RuleError> {
        use Frequency::{Monthly, Weekly, Yearly};
        let numbered = self.days.iter().any(|day| day.nth != 0);
        let says_days = [&self.months, &self.weeks, &self.year_days, &self.month_days]
            .iter()
            .any(|list| !list.is_empty())
            || !self.days.is_empty();
        let wrong = if !self.weeks.is_empty() && self.frequency != Yearly {
            "BYWEEKNO goes with FREQ=YEARLY only"
        } else if !self.year_days.is_empty() && self.frequency != Yearly {
            "BYYEARDAY goes with FREQ=YEARLY only"
        } else if !self.month_days.is_empty() && self.frequency == Weekly {
            "BYMONTHDAY does not go with FREQ=WEEKLY"
        } else if numbered && !matches!(self.frequency, Monthly | Yearly) {
            "BYDAY has numbers with FREQ=MONTHLY and FREQ=YEARLY only"
        } else if numbered && !self.weeks.is_empty() {
            "BYDAY has no numbers beside BYWEEKNO"
        } else if !self.places.is_empty() && !says_days {
            "BYSETPOS goes with another part that begins with BY"
        } else {
            return Ok(());
        };
        Err(RuleError::Together(wrong))
    }
}

/// Which numbers a list may have: up to the one given, or beside them the same counted from the end.
#[derive(Clone, Copy)]
enum Signed {
    Up(i16),
    Both(i16),
}

/// A number without a sign, from 1 to `most`.
fn whole(text: &str, most: u16) -> Option<u16> {
    let digits = (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|number| digits && (1..=most).contains(number))
}

fn number(text: &str, range: Signed) -> Option<i16> {
    let (negative, digits) = match (text.strip_prefix('-'), range) {
        (Some(digits), Signed::Both(_)) => (true, digits),
        (Some(_), Signed::Up(_)) => return None,
        // The RFC allows a plus where it allows a minus.
        (None, Signed::Both(_)) => (false, text.strip_prefix('+').unwrap_or(text)),
        (None, Signed::Up(_)) => (false, text),
    };
    let (Signed::Up(most) | Signed::Both(most)) = range;
    let number = i16::try_from(whole(digits, most.unsigned_abs())?).ok()?;
    Some(if negative { -number } else { number })
}

fn numbers(text: &str, range: Signed) -> Option<Vec<i16>> {
    let mut list: Vec<i16> = text
        .split(',')
        .map(|item| number(item, range))
        .collect::<Option<_>>()?;
    list.sort_unstable();
    list.dedup();
    Some(list)
}

fn weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, weekday)| *weekday)
}

fn days(text: &str) -> Option<Vec<DayOfWeek>> {
    let day = |item: &str| {
        let (nth, name) = item.split_at_checked(item.len().checked_sub(2)?)?;
        let nth = if nth.is_empty() {
            0
        } else {
            number(nth, Signed::Both(53))?
        };
        let weekday = weekday(name)?;
        Some(DayOfWeek { nth, weekday })
    };
    let mut list: Vec<DayOfWeek> = text.split(',').map(day).collect::<Option<_>>()?;
    list.sort_unstable_by_key(|day| (day.nth, day.weekday.num_days_from_monday()));
    list.dedup();
    Some(list)
}

fn until(text: &str) -> Option<End> {
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = text.get(range)?;
        let digits = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(digits)?;
        digits.parse().ok()
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(digits(0..4)?).ok()?, digits(4..6)?, digits(6..8)?)?;
    if !(1000..=9998).contains(&day.year()) {
        return None;
    }
    if text.len() == 8 {
        return Some(End::Day(day));
    }
    if text.len() != 16 || text.get(8..9) != Some("T") || !text.ends_with('Z') {
        return None;
    }
    let moment = day.and_hms_opt(digits(9..11)?, digits(11..13)?, digits(13..15)?)?;
    Some(End::Moment(Timestamp::from_millis(
        moment.and_utc().timestamp_millis(),
    )))
}
