//! What clocks that are put forward and back do to a series.

use super::*;

#[test]
fn the_time_on_the_clocks_is_kept_when_summer_time_begins_and_ends() {
    let berlin = zone("Europe/Berlin");
    assert_eq!(
        dues("2026-03-28T09:00:00+01:00", "FREQ=DAILY", berlin, 3),
        [
            "2026-03-28T09:00:00+01:00",
            "2026-03-29T09:00:00+02:00",
            "2026-03-30T09:00:00+02:00"
        ]
    );
    assert_eq!(
        dues("2026-10-24T09:00:00+02:00", "FREQ=DAILY", berlin, 3),
        [
            "2026-10-24T09:00:00+02:00",
            "2026-10-25T09:00:00+01:00",
            "2026-10-26T09:00:00+01:00"
        ]
    );
    let new_york = zone("America/New_York");
    assert_eq!(
        dues("2026-03-07T09:00:00-05:00", "FREQ=WEEKLY;COUNT=2", new_york, 3),
        ["2026-03-07T09:00:00-05:00", "2026-03-14T09:00:00-04:00"]
    );
    assert_eq!(
        dues("2026-10-31T09:00:00-04:00", "FREQ=WEEKLY;COUNT=2", new_york, 3),
        ["2026-10-31T09:00:00-04:00", "2026-11-07T09:00:00-05:00"]
    );
}

#[test]
fn a_time_that_the_clocks_skip_is_told_by_the_offset_before_and_comes_back_the_day_after() {
    assert_eq!(
        dues(
            "2026-03-28T02:30:00+01:00",
            "FREQ=DAILY",
            zone("Europe/Berlin"),
            3
        ),
        [
            "2026-03-28T02:30:00+01:00",
            "2026-03-29T03:30:00+02:00",
            "2026-03-30T02:30:00+02:00"
        ]
    );
    assert_eq!(
        dues(
            "2026-03-07T02:15:00-05:00",
            "FREQ=DAILY",
            zone("America/New_York"),
            3
        ),
        [
            "2026-03-07T02:15:00-05:00",
            "2026-03-08T03:15:00-04:00",
            "2026-03-09T02:15:00-04:00"
        ]
    );
}

#[test]
fn of_a_time_that_the_clocks_show_twice_it_is_the_first() {
    assert_eq!(
        dues(
            "2026-10-24T02:30:00+02:00",
            "FREQ=DAILY",
            zone("Europe/Berlin"),
            3
        ),
        [
            "2026-10-24T02:30:00+02:00",
            "2026-10-25T02:30:00+02:00",
            "2026-10-26T02:30:00+01:00"
        ]
    );
    assert_eq!(
        dues(
            "2026-10-31T01:30:00-04:00",
            "FREQ=DAILY",
            zone("America/New_York"),
            3
        ),
        [
            "2026-10-31T01:30:00-04:00",
            "2026-11-01T01:30:00-04:00",
            "2026-11-02T01:30:00-05:00"
        ]
    );
    // One that begins in the second goes on.
    assert_eq!(
        dues(
            "2026-10-25T02:30:00+01:00",
            "FREQ=DAILY",
            zone("Europe/Berlin"),
            2
        ),
        ["2026-10-25T02:30:00+01:00", "2026-10-26T02:30:00+01:00"]
    );
}

#[test]
fn clocks_that_are_put_by_half_an_hour_are_no_different() {
    let lord_howe = zone("Australia/Lord_Howe");
    assert_eq!(
        dues("2026-10-03T02:15:00+10:30", "FREQ=DAILY", lord_howe, 3),
        [
            "2026-10-03T02:15:00+10:30",
            "2026-10-04T02:45:00+11:00",
            "2026-10-05T02:15:00+11:00"
        ]
    );
    assert_eq!(
        dues("2026-04-04T01:45:00+11:00", "FREQ=DAILY", lord_howe, 3),
        [
            "2026-04-04T01:45:00+11:00",
            "2026-04-05T01:45:00+11:00",
            "2026-04-06T01:45:00+10:30"
        ]
    );
}

#[test]
fn a_midnight_that_the_clocks_skip_is_on_its_day_all_the_same() {
    // Brazil changed to summer time at midnight until 2018.
    assert_eq!(
        dues(
            "2018-11-03T00:30:00-03:00",
            "FREQ=DAILY",
            zone("America/Sao_Paulo"),
            3
        ),
        [
            "2018-11-03T00:30:00-03:00",
            "2018-11-04T01:30:00-02:00",
            "2018-11-05T00:30:00-02:00"
        ]
    );
}

#[test]
fn a_day_that_a_zone_never_had_has_no_occurrence() {
    let apia = zone("Pacific/Apia");
    assert_eq!(
        dues("2011-12-28", "FREQ=DAILY", apia, 4),
        ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]
    );
    assert_eq!(
        dues("2011-12-28T10:00:00-10:00", "FREQ=DAILY", apia, 4),
        [
            "2011-12-28T10:00:00-10:00",
            "2011-12-29T10:00:00-10:00",
            "2011-12-31T10:00:00+14:00",
            "2012-01-01T10:00:00+14:00"
        ]
    );
    // It was a Friday.
    assert_eq!(
        dues("2011-12-23", "FREQ=WEEKLY", apia, 3),
        ["2011-12-23", "2012-01-06", "2012-01-13"]
    );
}

#[test]
fn the_day_of_the_week_is_that_of_the_zone() {
    // A Monday in Auckland, and a Sunday in UTC.
    let start = "2026-11-22T19:00:00Z";
    assert_eq!(
        dues(
            start,
            "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3",
            zone("Pacific/Auckland"),
            9
        ),
        [start, "2026-11-24T08:00:00+13:00", "2026-11-30T08:00:00+13:00"]
    );
    assert_eq!(
        dues(start, "FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3", Zone::UTC, 9),
        [start, "2026-11-23T19:00:00Z", "2026-11-24T19:00:00Z"]
    );
}

#[test]
fn what_is_written_with_another_offset_than_that_of_the_zone_goes_on_in_the_zone() {
    assert_eq!(
        dues(
            "2026-11-25T01:00:00-07:00",
            "FREQ=DAILY;COUNT=2",
            zone("Europe/London"),
            9
        ),
        ["2026-11-25T01:00:00-07:00", "2026-11-26T08:00:00+00:00"]
    );
}

#[test]
fn an_offset_with_seconds_is_written_in_utc() {
    // Liberia was 44 minutes and 30 seconds behind until 1972.
    let all = dues(
        "1930-01-01T12:00:00Z",
        "FREQ=DAILY;COUNT=2",
        zone("Africa/Monrovia"),
        9,
    );
    assert_eq!(all, ["1930-01-01T12:00:00Z", "1930-01-02T12:00:00Z"]);
}
