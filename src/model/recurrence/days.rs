//! The days on which a rule has an occurrence: RFC 5545, section 3.3.10, without what it says of hours.
//!
//! Period by period (day, week, month or year, by the rule's frequency): those of its days that pass all
//! parts of the rule, and of these the ones at the places of BYSETPOS. Since the calendar repeats itself
//! after 400 years, to the day of the week, a rule that found nothing in so many periods as these years
//! have finds nothing ever: the search ends there, whatever the rule.

use std::collections::VecDeque;

use chrono::{Datelike, NaiveDate};

use super::rule::{DayOfWeek, Frequency, Rule};

/// The last year of a due date.
const LAST_YEAR: i32 = 9998;

/// Nothing is due later.
pub(super) const LAST_DAY: NaiveDate = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap();

/// The days of a series, in order, from one on; it ends with the last year of a due date, or where it is
/// certain that nothing follows.
pub(super) struct Days {
    /// Has a part for what the rule leaves to the day that it begins on.
    rule: Rule,
    from: NaiveDate,
    last: NaiveDate,
    /// The number of the period to look at next; see [`Rule::period_of`].
    period: i32,
    found: VecDeque<NaiveDate>,
    empty: u32,
    /// After so many periods without a day the search ends.
    patience: u32,
}

impl Rule {
    /// The days on which a series that begins on `start` has its occurrences, from `from` on. `start` is one of
    /// them only if the rule says so.
    pub(super) fn days(&self, start: NaiveDate, from: NaiveDate) -> Days {
        let rule = self.completed_by(start);
        let first = rule.period_of(start);
        let skipped = (rule.period_of(from) - first).max(0) / rule.interval;
        Days {
            period: first + skipped * rule.interval,
            from: from.max(start),
            last: LAST_DAY,
            found: VecDeque::new(),
            empty: 0,
            patience: rule.cycle(),
            rule,
        }
    }

    /// Whether a series that begins on that day has an occurrence on it.
    pub(super) fn has(&self, day: NaiveDate) -> bool {
        let rule = self.completed_by(day);
        rule.days_in(rule.period_of(day), day)
            .is_some_and(|days| days.contains(&day))
    }

    /// What the rule does not say of the day within its period is taken from the day that it begins on.
    fn completed_by(&self, start: NaiveDate) -> Self {
        let mut rule = self.clone();
        let weekday = DayOfWeek {
            nth: 0,
            weekday: start.weekday(),
        };
        let open = rule.days.is_empty() && rule.month_days.is_empty() && rule.year_days.is_empty();
        match rule.frequency {
            Frequency::Weekly if open => rule.days = vec![weekday],
            Frequency::Monthly if open => rule.month_days = vec![small(start.day())],
            Frequency::Yearly if open && !rule.weeks.is_empty() => rule.days = vec![weekday],
            Frequency::Yearly if open => {
                rule.month_days = vec![small(start.day())];
                if rule.months.is_empty() {
                    rule.months = vec![small(start.month())];
                }
            }
            _ => {}
        }
        rule
    }

    /// The number of the period that the day is in: of two that follow each other, one more.
    fn period_of(&self, day: NaiveDate) -> i32 {
        match self.frequency {
            Frequency::Yearly => day.year(),
            Frequency::Monthly => day.year() * 12 + day.month0().cast_signed(),
            // Day 1 was a Monday.
            Frequency::Weekly => (day.num_days_from_ce() - 1 - self.week_shift()).div_euclid(7),
            Frequency::Daily => day.num_days_from_ce(),
        }
    }

    fn first_day_of(&self, period: i32) -> Option<NaiveDate> {
        match self.frequency {
            Frequency::Yearly => NaiveDate::from_ymd_opt(period, 1, 1),
            Frequency::Monthly => {
                NaiveDate::from_ymd_opt(period.div_euclid(12), period.rem_euclid(12).unsigned_abs() + 1, 1)
            }
            Frequency::Weekly => NaiveDate::from_num_days_from_ce_opt(period * 7 + 1 + self.week_shift()),
            Frequency::Daily => NaiveDate::from_num_days_from_ce_opt(period),
        }
    }

    fn week_shift(&self) -> i32 {
        self.week_start.num_days_from_monday().cast_signed()
    }

    /// So many periods have 400 years. With an interval, one comes by all kinds of periods that it can in no
    /// more steps.
    const fn cycle(&self) -> u32 {
        match self.frequency {
            Frequency::Yearly => 400,
            Frequency::Monthly => 4800,
            Frequency::Weekly => 20_871,
            Frequency::Daily => 146_097,
        }
    }

    /// The occurrences of a period, if it does not begin behind the last day.
    fn days_in(&self, period: i32, last: NaiveDate) -> Option<Vec<NaiveDate>> {
        let first = self.first_day_of(period).filter(|day| *day <= last)?;
        let end = self.first_day_of(period + 1)?;
        let days: Vec<NaiveDate> = first
            .iter_days()
            .take_while(|day| *day < end)
            .filter(|day| self.passes(*day))
            .collect();
        if self.places.is_empty() {
            return Some(days);
        }
        let at = |place: &i16| {
            let place = isize::from(*place);
            let index = if place > 0 {
                place - 1
            } else {
                days.len().cast_signed() + place
            };
            days.get(usize::try_from(index).ok()?).copied()
        };
        let mut days: Vec<NaiveDate> = self.places.iter().filter_map(at).collect();
        days.sort_unstable();
        days.dedup();
        Some(days)
    }

    fn passes(&self, day: NaiveDate) -> bool {
        let has = |list: &[i16], number: i16, from_end: &dyn Fn() -> i16| {
            list.is_empty() || list.binary_search(&number).is_ok() || list.binary_search(&from_end()).is_ok()
        };
        has(&self.months, small(day.month()), &|| 0)
            && has(&self.month_days, small(day.day()), &|| {
                small(day.day()) - month_length(day) - 1
            })
            && has(&self.year_days, small(day.ordinal()), &|| {
                small(day.ordinal()) - year_length(day) - 1
            })
            && self.passes_weekday(day)
            && (self.weeks.is_empty() || {
                let (number, of) = self.week_of(day);
                has(&self.weeks, number, &|| number - of - 1)
            })
    }

    fn passes_weekday(&self, day: NaiveDate) -> bool {
        if self.days.is_empty() {
            return true;
        }
        let weekday = day.weekday();
        self.days.iter().any(|wanted| {
            wanted.weekday == weekday
                && (wanted.nth == 0 || {
                    // Which of its month, or of its year.
                    let in_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
                    let (place, length) = if in_month {
                        (small(day.day()), month_length(day))
                    } else {
                        (small(day.ordinal()), year_length(day))
                    };
                    wanted.nth == (place - 1) / 7 + 1 || wanted.nth == -((length - place) / 7 + 1)
                })
        })
    }

    /// The number of the day's week, and how many weeks that year has. A week belongs to the year that has
    /// four of its days or more.
    fn week_of(&self, day: NaiveDate) -> (i16, i16) {
        let into = (day.num_days_from_ce() - 1 - self.week_shift()).rem_euclid(7);
        // The fourth day of a week is in the year that the week belongs to.
        let fourth = small(day.ordinal()) + 3 - i16::try_from(into).unwrap_or(0);
        let length_of = |year| NaiveDate::from_ymd_opt(year, 12, 31).map_or(365, |day| small(day.ordinal()));
        let (place, length) = if fourth < 1 {
            let length = length_of(day.year() - 1);
            (fourth + length, length)
        } else if fourth > year_length(day) {
            (fourth - year_length(day), length_of(day.year() + 1))
        } else {
            (fourth, year_length(day))
        };
        let number = (place - 1) / 7 + 1;
        (number, number + (length - place) / 7)
    }
}

impl Days {
    /// Those until this day alone: the search goes no further.
    pub(super) fn until(self, last: NaiveDate) -> Self {
        Self {
            last: last.min(LAST_DAY),
            ..self
        }
    }

    /// The search ends after as many periods as fifty years have: a leap day that is a certain day of the week comes
    /// in forty. So a new rule costs an eighth of what it costs to be certain.
    pub(super) fn soon(self) -> Self {
        Self {
            patience: self.rule.cycle() / 8,
            ..self
        }
    }
}

impl Iterator for Days {
    type Item = NaiveDate;

    fn next(&mut self) -> Option<NaiveDate> {
        while self.found.is_empty() {
            if self.empty > self.patience {
                return None;
            }
            let days = self.rule.days_in(self.period, self.last)?;
            // Those before the beginning are of the first period alone, so that this counts one more.
            self.found
                .extend(days.into_iter().filter(|day| *day >= self.from));
            self.empty += 1;
            self.period += self.rule.interval;
        }
        self.empty = 0;
        self.found.pop_front().filter(|day| *day <= self.last)
    }
}

/// A number of days or months: at most 366.
fn small(number: u32) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

fn month_length(day: NaiveDate) -> i16 {
    i16::from(day.num_days_in_month())
}

fn year_length(day: NaiveDate) -> i16 {
    if day.leap_year() { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_has_no_day_is_given_up_when_the_calendar_repeats_itself() {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=YEARLY;INTERVAL=7;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;INTERVAL=13;BYDAY=1MO;BYMONTHDAY=20",
            "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        ] {
            let rule: Rule = rule.parse().unwrap();
            let start = NaiveDate::from_ymd_opt(1000, 1, 1).unwrap();
            let mut days = rule.days(start, start);
            assert_eq!(days.next(), None, "{rule}");
            let looked_at = (days.period - rule.period_of(start)) / rule.interval;
            assert!(
                looked_at.unsigned_abs() <= rule.cycle() + 1,
                "{rule}: {looked_at}"
            );
        }
    }

    #[test]
    fn a_series_is_looked_up_from_where_it_stands_and_not_from_its_beginning() {
        let rule: Rule = "FREQ=DAILY;INTERVAL=3".parse().unwrap();
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = rule.days(day(1000), day(9998));
        assert!(day(9998).num_days_from_ce() - days.period < 3);
        assert_eq!((days.period - day(1000).num_days_from_ce()) % 3, 0);
    }

    #[test]
    fn weeks_are_numbered_as_in_iso_8601() {
        let rule: Rule = "FREQ=YEARLY;BYWEEKNO=1".parse().unwrap();
        let first = NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
        for day in first.iter_days().take(146_097) {
            let (number, _) = rule.week_of(day);
            assert_eq!(i64::from(number), i64::from(day.iso_week().week()), "{day}");
        }
    }
}
