//! What a calendar is told of a series.

use super::*;

/// How the series is told when so many of its occurrences are completed: the first, the rule, and whether the
/// first is the one at hand.
fn told(start: &str, rule: &str, zone: Zone, completed: usize) -> Option<(String, String, bool)> {
    let (mut due, mut series) = (start.parse().unwrap(), series(start, rule, Basis::Due));
    for _ in 0..completed {
        (due, series) = series
            .completed(&due, zone, Timestamp::from_millis(0))
            .expect("it goes on");
    }
    series.ahead(&due, zone).map(|ahead| {
        let first = match ahead.first {
            First::Day(day) => day.to_string(),
            First::Clock(clock) => clock.to_string(),
        };
        (first, ahead.rule.to_string(), ahead.is_current)
    })
}

fn some(first: &str, rule: &str, is_current: bool) -> Option<(String, String, bool)> {
    Some((first.to_owned(), rule.to_owned(), is_current))
}

#[test]
fn it_is_told_from_the_occurrence_at_hand_on_with_what_is_left_of_its_count() {
    let berlin = zone("Europe/Berlin");
    assert_eq!(
        told("2026-11-25", "FREQ=DAILY;INTERVAL=2;COUNT=5", Zone::UTC, 2),
        some("2026-11-29", "FREQ=DAILY;INTERVAL=2;COUNT=3", true)
    );
    assert_eq!(
        told(
            "2026-11-25T09:30:00+01:00",
            "FREQ=WEEKLY;UNTIL=20270101T000000Z",
            berlin,
            1
        ),
        some("2026-12-02 09:30:00", "FREQ=WEEKLY;UNTIL=20270101T000000Z", true)
    );
}

#[test]
fn a_time_that_the_clocks_skip_is_told_as_the_rule_has_it() {
    let start = "2026-03-28T02:30:00+01:00";
    let berlin = zone("Europe/Berlin");
    assert_eq!(
        told(start, "FREQ=DAILY", berlin, 1),
        some("2026-03-29 02:30:00", "FREQ=DAILY", true)
    );
    // Where midnight is skipped, the occurrence stands on the day behind.
    let sao_paulo = zone("America/Sao_Paulo");
    assert_eq!(
        told("2018-11-03T00:30:00-03:00", "FREQ=DAILY", sao_paulo, 1),
        some("2018-11-04 00:30:00", "FREQ=DAILY", true)
    );
    let toronto = zone("America/Toronto");
    assert_eq!(
        told("1919-03-29T23:45:00-05:00", "FREQ=DAILY", toronto, 1),
        some("1919-03-30 23:45:00", "FREQ=DAILY", true)
    );
}

#[test]
fn where_the_beginning_is_none_of_its_days_it_is_told_from_the_next_one_on() {
    // A Wednesday.
    assert_eq!(
        told(
            "2026-11-25",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO",
            Zone::UTC,
            0
        ),
        some("2026-12-07", "FREQ=WEEKLY;INTERVAL=2;COUNT=2;BYDAY=MO", false)
    );
    assert_eq!(
        told("2026-11-25", "FREQ=WEEKLY;COUNT=1;BYDAY=MO", Zone::UTC, 0),
        None
    );
    // The next one is too far away to be looked for.
    assert_eq!(
        told("2025-11-25", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", Zone::UTC, 0),
        None
    );
    assert_eq!(
        told("2025-11-25", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", Zone::UTC, 1),
        some("2028-02-29", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", true)
    );
}

#[test]
fn the_second_of_two_hours_that_are_alike_has_no_name() {
    let berlin = zone("Europe/Berlin");
    assert_eq!(
        told("2026-10-25T02:30:00+02:00", "FREQ=DAILY", berlin, 0),
        some("2026-10-25 02:30:00", "FREQ=DAILY", true)
    );
    assert_eq!(
        told("2026-10-25T02:30:00+01:00", "FREQ=DAILY", berlin, 0),
        some("2026-10-26 02:30:00", "FREQ=DAILY", false)
    );
}

#[test]
fn what_is_counted_from_its_completion_is_not_known_beforehand() {
    let series = series("2026-11-25", "FREQ=DAILY", Basis::Completion);
    assert_eq!(series.ahead(&"2026-11-25".parse().unwrap(), Zone::UTC), None);
}
