//! Moments, time zones and due dates.

mod changes;

use std::fmt;
use std::str::FromStr;

use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, SecondsFormat, TimeZone,
    Timelike, Utc,
};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

pub use changes::ZoneChange;

/// A moment, UTC, in milliseconds since 1970. Shown as RFC 3339 with milliseconds and `Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not a moment that Rondo can keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a moment is RFC 3339 with an offset, in the years 1000 to 9998")]
pub struct TimestampError;

const YEARS: std::ops::RangeInclusive<i32> = 1000..=9998;

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(seconds.saturating_mul(1000))
    }

    fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::UNIX_EPOCH)
    }
}

impl Timestamp {
    /// The shown form, in place: pages have many of them. Years that do not have four digits (they are
    /// never kept) are cut to four.
    fn text(self) -> [u8; 24] {
        let moment = self.date_time();
        let year = moment.year().rem_euclid(10_000).unsigned_abs();
        let millis = moment.nanosecond() / 1_000_000 % 1000;
        let mut text = *b"0000-00-00T00:00:00.000Z";
        for (at, digits, mut number) in [
            (0, 4, year),
            (5, 2, moment.month()),
            (8, 2, moment.day()),
            (11, 2, moment.hour()),
            (14, 2, moment.minute()),
            (17, 2, moment.second()),
            (20, 3, millis),
        ] {
            for place in text[at..at + digits].iter_mut().rev() {
                *place += u8::try_from(number % 10).unwrap_or(0);
                number /= 10;
            }
        }
        text
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        // chrono also takes a space for the `T`; RFC 3339 as Rondo takes it does not.
        if text.len() > 40 || text.contains(' ') {
            return Err(TimestampError);
        }
        let moment = DateTime::parse_from_rfc3339(text)
            .map_err(|_| TimestampError)?
            .with_timezone(&Utc);
        if !YEARS.contains(&moment.year()) {
            return Err(TimestampError);
        }
        Ok(Self(moment.timestamp_millis()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.text()).map_err(ser::Error::custom)?)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A time zone of the IANA database, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The day that it is at that moment, in this zone.
    pub fn day_at(self, moment: Timestamp) -> NaiveDate {
        moment.date_time().with_timezone(&self.0).date_naive()
    }

    /// The last millisecond of the day, in this zone.
    fn end_of(self, day: NaiveDate) -> Timestamp {
        let next = day.succ_opt().unwrap_or(day);
        Timestamp(self.start_of(next).0 - 1)
    }

    /// The first millisecond of the day, in this zone. Where the clocks skip midnight (a few zones
    /// change to summer time then), it is the first moment after the gap.
    pub fn start_of(self, day: NaiveDate) -> Timestamp {
        self.first_moment(day.and_time(NaiveTime::MIN))
    }

    /// The first moment at which clocks in this zone show that; where they skip it, the first after the gap.
    pub fn first_moment(self, local: NaiveDateTime) -> Timestamp {
        let mut local = local;
        for _ in 0..=96 {
            match self.0.from_local_datetime(&local) {
                LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => {
                    return Timestamp(moment.timestamp_millis());
                }
                // Gaps are at most a day long (a zone that crossed the date line), in steps of 15 minutes.
                LocalResult::None => local += chrono::TimeDelta::minutes(15),
            }
        }
        Timestamp(local.and_utc().timestamp_millis())
    }

    /// Whether there was such a day: Samoa went from the 29th of December 2011 to the 31st.
    pub fn has(self, day: NaiveDate) -> bool {
        self.start_of(day) <= self.end_of(day)
    }

    /// What a clock on the wall shows at that moment.
    pub fn wall_clock(self, at: Timestamp) -> NaiveDateTime {
        at.date_time().with_timezone(&self.0).naive_local()
    }

    /// The moment at which a clock on the wall shows that, with the offset that the zone has then. Of two the
    /// first; where the clocks skip it, by the offset before (RFC 5545, section 3.3.5), so that half past
    /// two becomes half past three. None beyond the years of a due date.
    pub fn due_at(self, wall_clock: NaiveDateTime) -> Option<Due> {
        let moment = match self.0.from_local_datetime(&wall_clock) {
            LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => moment,
            LocalResult::None => {
                let (_, before) = GapInfo::new(&wall_clock, &self.0)?.begin?;
                self.0
                    .from_utc_datetime(&wall_clock.checked_sub_offset(before.fix())?)
            }
        };
        let digits = if moment.timestamp_subsec_millis() == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Millis
        };
        // RFC 3339 has no offsets with seconds, as they were before there was standard time.
        let written = if moment.offset().fix().local_minus_utc() % 60 == 0 {
            moment.to_rfc3339_opts(digits, self == Self::UTC)
        } else {
            moment.to_utc().to_rfc3339_opts(digits, true)
        };
        written.parse().ok()
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name is not in the IANA database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time zone is a name of the IANA database, such as Europe/Berlin")]
pub struct ZoneError;

impl FromStr for Zone {
    type Err = ZoneError;

    fn from_str(text: &str) -> Result<Self, ZoneError> {
        text.parse().map(Self).map_err(|_| ZoneError)
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// When something is due: a day (until its end, in the to-do's zone) or a moment.
///
/// Keeps what the client wrote: a moment keeps its offset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    Day(NaiveDate),
    Moment { at: Timestamp, written: String },
}

/// The text is neither a day nor a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("due is a day (YYYY-MM-DD) or RFC 3339 with an offset, in the years 1000 to 9998")]
pub struct DueError;

impl Due {
    /// The moment that it sorts by.
    pub fn deadline(&self, zone: Zone) -> Timestamp {
        match self {
            Self::Day(day) => zone.end_of(*day),
            Self::Moment { at, .. } => *at,
        }
    }
}

impl FromStr for Due {
    type Err = DueError;

    fn from_str(text: &str) -> Result<Self, DueError> {
        if text.len() == 10 && text.is_ascii() && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| DueError)?;
            return if YEARS.contains(&day.year()) {
                Ok(Self::Day(day))
            } else {
                Err(DueError)
            };
        }
        let at = text.parse().map_err(|_| DueError)?;
        Ok(Self::Moment {
            at,
            written: text.to_owned(),
        })
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Moment { written, .. } => f.write_str(written),
        }
    }
}

impl Serialize for Due {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Due {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_shown_in_utc_with_milliseconds() {
        let moment: Timestamp = "2026-11-22T10:30:00+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-22T09:30:00.000Z");
    }

    #[test]
    fn every_digit_of_a_moment_is_shown() {
        for text in [
            "1000-01-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "2024-02-29T12:34:56.789Z",
            "9998-12-31T23:59:59.999Z",
        ] {
            assert_eq!(text.parse::<Timestamp>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_moment_needs_an_offset_and_a_four_digit_year() {
        for bad in [
            "2026-11-22T10:30:00",
            "2026-11-22 10:30:00Z",
            "9999-01-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "now",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_is_due_at_its_end_in_the_zone() {
        let due: Due = "2026-11-22".parse().unwrap();
        let tokyo: Zone = "Asia/Tokyo".parse().unwrap();
        assert_eq!(due.deadline(Zone::UTC).to_string(), "2026-11-22T23:59:59.999Z");
        assert_eq!(due.deadline(tokyo).to_string(), "2026-11-22T14:59:59.999Z");
    }

    #[test]
    fn a_day_whose_midnight_the_clocks_skip_still_has_an_end() {
        // Brazil changed to summer time at midnight until 2018.
        let sao_paulo: Zone = "America/Sao_Paulo".parse().unwrap();
        let due: Due = "2018-11-03".parse().unwrap();
        assert_eq!(due.deadline(sao_paulo).to_string(), "2018-11-04T02:59:59.999Z");
    }

    #[test]
    fn a_day_that_a_zone_has_left_out_begins_and_ends_where_the_next_one_begins() {
        // Samoa crossed the date line.
        let apia: Zone = "Pacific/Apia".parse().unwrap();
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap();
        assert_eq!(
            apia.start_of(day("2011-12-30")).to_string(),
            "2011-12-30T10:00:00.000Z"
        );
        assert_eq!(apia.start_of(day("2011-12-31")), apia.start_of(day("2011-12-30")));
        assert_eq!(
            apia.end_of(day("2011-12-29")).to_string(),
            "2011-12-30T09:59:59.999Z"
        );
    }

    #[test]
    fn which_day_it_is_depends_on_the_zone() {
        let at = |zone: &str, moment: &str| {
            let zone: Zone = zone.parse().unwrap();
            zone.day_at(moment.parse().unwrap()).to_string()
        };
        assert_eq!(at("Pacific/Kiritimati", "2026-11-22T10:00:00Z"), "2026-11-23");
        assert_eq!(at("Pacific/Kiritimati", "2026-11-22T09:59:59.999Z"), "2026-11-22");
        assert_eq!(at("America/Adak", "2026-11-22T09:59:59.999Z"), "2026-11-21");
    }

    #[test]
    fn a_moment_keeps_the_offset_it_was_written_with() {
        let due: Due = "2026-11-22T10:30:00+01:00".parse().unwrap();
        assert_eq!(due.to_string(), "2026-11-22T10:30:00+01:00");
        assert_eq!(due.deadline(Zone::UTC).to_string(), "2026-11-22T09:30:00.000Z");
    }

    #[test]
    fn what_is_no_day_and_no_moment_is_refused() {
        for bad in [
            "",
            "2026-02-30",
            "2026-1-1",
            "22.11.2026",
            "2026-11-22T10:30",
            "999é-11-22",
            "tomorrow",
        ] {
            assert!(bad.parse::<Due>().is_err(), "{bad}");
        }
    }
}
