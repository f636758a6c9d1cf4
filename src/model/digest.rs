//! The daily digest: the time of day that a person chose, and when that comes next.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveTime, TimeDelta, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Timestamp, Zone};

/// A time of day on the clocks of a person's zone, in minutes. Shown as `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay(NaiveTime);

/// The text is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of day is HH:MM, from 00:00 to 23:59")]
pub struct TimeOfDayError;

impl TimeOfDay {
    /// The next moment after `now` at which clocks in this zone show it: once a day, also on days on which they
    /// skip it or show it twice.
    pub fn next(self, zone: Zone, now: Timestamp) -> Timestamp {
        let mut local = zone.wall_clock(now).date().and_time(self.0);
        loop {
            let moment = zone.first_moment(local);
            if moment > now {
                return moment;
            }
            match local.checked_add_signed(TimeDelta::days(1)) {
                Some(next) => local = next,
                // Behind the last day of the calendar there is none.
                None => return Timestamp::from_millis(i64::MAX),
            }
        }
    }
}

impl FromStr for TimeOfDay {
    type Err = TimeOfDayError;

    fn from_str(text: &str) -> Result<Self, TimeOfDayError> {
        let bytes = text.as_bytes();
        let is_formed = bytes.len() == 5
            && bytes.iter().enumerate().all(|(place, byte)| {
                if place == 2 {
                    *byte == b':'
                } else {
                    byte.is_ascii_digit()
                }
            });
        let time = NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| TimeOfDayError)?;
        if is_formed {
            Ok(Self(time))
        } else {
            Err(TimeOfDayError)
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// A digest that is to be handed out: to whom, and for which moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DueDigest {
    pub at: Timestamp,
    pub user: super::Id,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hours_and_minutes_are_a_time_of_day() {
        for good in ["00:00", "07:30", "23:59"] {
            assert_eq!(good.parse::<TimeOfDay>().unwrap().to_string(), good);
        }
        for bad in [
            "",
            "24:00",
            "7:30",
            "07:30:00",
            "07.30",
            "07:60",
            "+7:30",
            " 7:30",
            "noon",
            "٠٧:٣٠",
        ] {
            assert_eq!(bad.parse::<TimeOfDay>(), Err(TimeOfDayError), "{bad}");
        }
    }

    #[test]
    fn the_next_one_keeps_to_the_clocks_on_the_wall_and_comes_once_a_day() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (berlin, time): (Zone, TimeOfDay) = ("Europe/Berlin".parse().unwrap(), "02:30".parse().unwrap());
        for (now, next, why) in [
            ("2026-11-22T01:29:59Z", "2026-11-22T01:30:00Z", "today still"),
            (
                "2026-11-22T01:30:00Z",
                "2026-11-23T01:30:00Z",
                "never the same moment again",
            ),
            (
                "2026-03-28T12:00:00Z",
                "2026-03-29T01:00:00Z",
                "skipped: the first moment after",
            ),
            (
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z",
                "and then in summer time",
            ),
            (
                "2026-10-24T12:00:00Z",
                "2026-10-25T00:30:00Z",
                "shown twice: the first of them",
            ),
            (
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
                "and not the second",
            ),
        ] {
            assert_eq!(time.next(berlin, at(now)), at(next), "{why}");
        }
    }
}
