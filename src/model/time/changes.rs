//! When the clocks of a zone are put forward or back: what a calendar must be told of it.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::{OffsetComponents, OffsetName};

use super::Zone;

/// From this moment on the clocks of a zone show another time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneChange {
    /// What the clocks would have shown without it.
    pub at: NaiveDateTime,
    pub before: FixedOffset,
    pub after: FixedOffset,
    pub is_summer: bool,
    /// Such as `CEST`, where it has a name.
    pub name: Option<String>,
}

/// No zone changes twice within so many days.
const STEP_DAYS: i64 = 7;

impl Zone {
    /// What the clocks show when the first of these years begins, as a change to the same, and then each change
    /// until the last of them ends. All by UTC.
    pub fn changes(self, years: std::ops::RangeInclusive<i32>) -> Vec<ZoneChange> {
        let first_day =
            |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|day| day.and_time(NaiveTime::MIN).and_utc());
        let Some((mut from, end)) = first_day(*years.start()).zip(first_day(years.end() + 1)) else {
            return Vec::new();
        };
        let mut changes = vec![self.change(from, from)];
        while from < end {
            let to = end.min(from + TimeDelta::days(STEP_DAYS));
            if self.offset(from) != self.offset(to) {
                // Between `before` and `after`, to the second.
                let (mut before, mut after) = (from, to);
                while after - before > TimeDelta::seconds(1) {
                    let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
                    if self.offset(middle) == self.offset(from) {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                changes.push(self.change(before, after));
            }
            from = to;
        }
        changes
    }

    fn offset(self, at: DateTime<chrono::Utc>) -> <chrono_tz::Tz as TimeZone>::Offset {
        self.0.offset_from_utc_datetime(&at.naive_utc())
    }

    fn change(self, before: DateTime<chrono::Utc>, after: DateTime<chrono::Utc>) -> ZoneChange {
        let (old, new) = (self.offset(before).fix(), self.offset(after));
        ZoneChange {
            at: after.with_timezone(&old).naive_local(),
            before: old,
            after: new.fix(),
            is_summer: new.dst_offset() > TimeDelta::zero(),
            name: new.abbreviation().map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    fn told(zone: &str, years: std::ops::RangeInclusive<i32>) -> Vec<String> {
        let zone: Zone = zone.parse().unwrap();
        let told = |change: ZoneChange| {
            format!(
                "{} {} {} {} {}",
                change.at,
                change.before,
                change.after,
                change.is_summer,
                change.name.unwrap_or_default()
            )
        };
        zone.changes(years).into_iter().map(told).collect()
    }

    #[test]
    fn each_change_is_told_by_the_clocks_before_it() {
        assert_eq!(
            told("Europe/Berlin", 2026..=2026),
            [
                "2026-01-01 01:00:00 +01:00 +01:00 false CET",
                "2026-03-29 02:00:00 +01:00 +02:00 true CEST",
                "2026-10-25 03:00:00 +02:00 +01:00 false CET",
            ]
        );
        assert_eq!(
            told("Australia/Lord_Howe", 2026..=2026)[1..],
            [
                "2026-04-05 02:00:00 +11:00 +10:30 false ".to_owned(),
                "2026-10-04 02:00:00 +10:30 +11:00 true ".to_owned(),
            ]
        );
        assert_eq!(
            told("Asia/Tokyo", 2026..=2046),
            ["2026-01-01 09:00:00 +09:00 +09:00 false JST"]
        );
    }

    #[test]
    fn between_the_changes_of_any_zone_there_are_no_others() {
        for zone in chrono_tz::TZ_VARIANTS.iter().step_by(7) {
            let changes = Zone(*zone).changes(2025..=2045);
            let mut offset = changes[0].after;
            for change in &changes[1..] {
                assert_eq!(change.before, offset, "{zone} {change:?}");
                offset = change.after;
            }
            let mut changes = changes.iter().peekable();
            let mut now = changes.next().unwrap();
            let mut day = NaiveDate::from_ymd_opt(2025, 1, 1)
                .unwrap()
                .and_time(NaiveTime::MIN)
                .and_utc();
            while day.year() <= 2045 {
                while let Some(next) =
                    changes.next_if(|next| next.at.checked_sub_offset(next.before) <= Some(day.naive_utc()))
                {
                    now = next;
                }
                assert_eq!(Zone(*zone).offset(day).fix(), now.after, "{zone} {day}");
                day += TimeDelta::days(1);
            }
        }
    }
}
