//! Any rule: what always holds, and a library of others that says the same.

use chrono::{Datelike, TimeZone, Utc};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::model::properties::settings;

const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A part of a rule, or none.
fn part(name: &'static str, values: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    proptest::option::weighted(0.3, values)
        .prop_map(move |value| value.map_or(String::new(), |value| format!(";{name}={value}")))
}

fn joined(items: impl IntoIterator<Item = impl ToString>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    items.join(",")
}

/// Some numbers up to `most`, from either end.
fn numbers(most: i16) -> impl Strategy<Value = String> {
    let one = (1..=most, any::<bool>()).prop_map(|(number, end)| if end { -number } else { number });
    prop::collection::vec(one, 1..4).prop_map(joined)
}

fn weekdays() -> impl Strategy<Value = String> {
    subsequence(WEEKDAYS.to_vec(), 1..7).prop_map(joined)
}

fn numbered_weekdays(most: i16) -> impl Strategy<Value = String> {
    let one = (1..=most, any::<bool>(), select(WEEKDAYS.to_vec()));
    let one = one.prop_map(|(nth, end, day)| format!("{}{nth}{day}", if end { "-" } else { "" }));
    prop::collection::vec(one, 1..4).prop_map(joined)
}

/// Rules without an end, of all frequencies.
fn rules() -> impl Strategy<Value = String> {
    let months = || {
        part(
            "BYMONTH",
            subsequence((1..=12).collect::<Vec<i16>>(), 1..6).prop_map(joined),
        )
    };
    let month_days = || part("BYMONTHDAY", numbers(31));
    let days = |most| part("BYDAY", prop_oneof![weekdays(), numbered_weekdays(most)]);
    let daily = (months(), month_days(), part("BYDAY", weekdays()));
    let daily = daily.prop_map(|(a, b, c)| format!("FREQ=DAILY{a}{b}{c}"));
    let weekly = (months(), part("BYDAY", weekdays())).prop_map(|(a, b)| format!("FREQ=WEEKLY{a}{b}"));
    // The library refuses the fifth from the end.
    let monthly = (months(), month_days(), days(4));
    let monthly = monthly.prop_map(|(a, b, c)| format!("FREQ=MONTHLY{a}{b}{c}"));
    let yearly = (months(), part("BYYEARDAY", numbers(366)), month_days(), days(20));
    let yearly = yearly.prop_map(|(a, b, c, d)| format!("FREQ=YEARLY{a}{b}{c}{d}"));
    // The library takes all seven days of a week where none is named, and errs about the last weeks.
    let weeks = prop::collection::vec(prop_oneof![1..=51_i16, -50..=-1_i16], 1..4).prop_map(joined);
    let weeks = (weeks, months(), weekdays());
    let weeks = weeks.prop_map(|(a, b, c)| format!("FREQ=YEARLY;BYWEEKNO={a}{b};BYDAY={c}"));
    let interval = prop_oneof![3 => 1..=4_u16, 1 => 1..=1000_u16];
    let week_start = part("WKST", select(WEEKDAYS.to_vec()).prop_map(str::to_owned));
    let body = prop_oneof![daily, weekly, monthly, yearly, weeks];
    (body, interval, week_start, part("BYSETPOS", numbers(7))).prop_map(
        |(body, interval, week_start, places)| {
            let places = if body.contains(";BY") {
                places
            } else {
                String::new()
            };
            format!("{body};INTERVAL={interval}{week_start}{places}")
        },
    )
}

fn starts() -> impl Strategy<Value = NaiveDate> {
    (700_000..760_000_i32).prop_map(|day| NaiveDate::from_num_days_from_ce_opt(day).expect("a day"))
}

/// The days that the library finds, within 200 years.
fn days_of_the_library(rule: &str, start: NaiveDate) -> Vec<NaiveDate> {
    let midnight = rrule::Tz::UTC.from_utc_datetime(&start.and_hms_opt(0, 0, 0).expect("midnight"));
    let rule: rrule::RRule<rrule::Unvalidated> = rule.parse().expect("a rule of the library");
    let set = rule
        .build(midnight)
        .expect("a rule that the library takes")
        .limit();
    set.into_iter()
        .map(|at| at.date_naive())
        .take_while(|day| day.year() < start.year() + 200)
        .take(20)
        .collect()
}

proptest! {
    // Each case may take the search through 400 years, and a build for tests takes its time for that.
    #![proptest_config(ProptestConfig { cases: 128, ..settings() })]

    #[test]
    fn a_library_of_others_finds_the_same_days(text in rules(), start in starts()) {
        let rule: Rule = text.parse().unwrap();
        // The library looks for the places of the first week from the beginning on, not in the whole week.
        let week = start.week(rule.week_start).first_day();
        let start = if text.starts_with("FREQ=WEEKLY") && text.contains("BYSETPOS") { week } else { start };
        let found: Vec<NaiveDate> = rule
            .days(start, start)
            .take_while(|day| day.year() < start.year() + 200)
            .take(20)
            .collect();
        prop_assert_eq!(found, days_of_the_library(&text, start), "{} from {}", text, start);
    }

    #[test]
    fn a_rule_is_read_as_it_was_shown(text in rules()) {
        let rule: Rule = text.parse().unwrap();
        prop_assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
    }

    #[test]
    fn each_step_goes_forward_and_is_the_next_day_of_the_rule(
        text in rules(),
        start in starts(),
        seconds in proptest::option::of(0..86_400_i64),
        zone in select(vec!["UTC", "Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]),
        from in select(vec![Basis::Due, Basis::Completion]),
        late in -400..400_i64,
    ) {
        let zone: Zone = zone.parse().unwrap();
        let start = match seconds {
            None => Due::Day(start),
            Some(seconds) => {
                let at = Utc.from_utc_datetime(&start.and_hms_opt(0, 0, 0).unwrap()).timestamp() + seconds;
                Timestamp::from_millis(at * 1000).to_string().parse().unwrap()
            }
        };
        let mut now = (start.clone(), Recurrence::new(text.parse().unwrap(), from, start.clone()));
        if now.1.check(zone).is_err() && from == Basis::Due {
            prop_assert_eq!(now.1.completed(&now.0, zone, Timestamp::from_millis(0)), None);
        }
        let first = wall_day(&start, zone);
        let days: Vec<NaiveDate> = now.1.rule.days(first, first)
            .filter(|day| *day != first && zone.has(*day))
            .take(10)
            .collect();
        for day in &days {
            let completed_at = now.0.deadline(zone).plus_seconds(late * 86_400);
            let Some(next) = now.1.completed(&now.0, zone, completed_at) else {
                prop_assert!(from == Basis::Completion, "it ended before {}", day);
                break;
            };
            prop_assert!(next.0.deadline(zone) > now.0.deadline(zone));
            prop_assert_eq!(next.0.to_string().parse::<Due>().unwrap(), next.0.clone());
            match from {
                Basis::Due => prop_assert_eq!(wall_day(&next.0, zone), *day),
                Basis::Completion => {
                    prop_assert!(wall_day(&next.0, zone) > zone.wall_clock(completed_at).date());
                }
            }
            now = next;
        }
    }

    #[test]
    fn a_series_with_a_count_has_so_many_occurrences(
        text in rules(), start in starts(), count in 1..12_usize, from in select(vec![Basis::Due, Basis::Completion]),
    ) {
        let at = |due: &Due| due.deadline(Zone::UTC);
        let start = Due::Day(start);
        let endless = Recurrence::new(text.parse().unwrap(), from, start.clone());
        prop_assume!(endless.check(Zone::UTC).is_ok());
        let counted = Recurrence { rule: format!("{text};COUNT={count}").parse().unwrap(), ..endless.clone() };
        let steps = |series: Recurrence| {
            let first = Some((start.clone(), series));
            std::iter::successors(first, |(due, series)| series.completed(due, Zone::UTC, at(due)))
                .map(|(due, _)| due)
        };
        let expected: Vec<Due> = steps(endless).take(count).collect();
        prop_assert_eq!(steps(counted).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn any_text_is_a_rule_or_an_error(text in "([A-Z-]{2,10}=[A-Z0-9,+-]{0,12};?){0,5}|\\PC{0,40}") {
        if let Ok(rule) = text.parse::<Rule>() {
            prop_assert_eq!(rule.to_string().parse::<Rule>().unwrap(), rule);
        }
    }
}
