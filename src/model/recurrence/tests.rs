//! What a series does: the ends of it, the months that are too short, the day of completion.

mod ahead;
mod examples;
mod random;
mod rules;
mod zones;

use super::*;

/// The series that begins at `start` by the rule.
fn series(start: &str, rule: &str, from: Basis) -> Recurrence {
    Recurrence::new(
        rule.parse().unwrap_or_else(|error| panic!("{rule}: {error}")),
        from,
        start.parse().expect("a due date"),
    )
}

fn zone(name: &str) -> Zone {
    name.parse().expect("a zone")
}

/// The first due dates of a series, up to `limit`, each completed long before it is due.
fn dues(start: &str, rule: &str, zone: Zone, limit: usize) -> Vec<String> {
    let mut now = Some((start.parse().unwrap(), series(start, rule, Basis::Due)));
    let mut dues = Vec::new();
    while let Some((due, recurrence)) = now.take().filter(|_| dues.len() < limit) {
        now = recurrence.completed(&due, zone, Timestamp::from_millis(0));
        dues.push(due.to_string());
    }
    dues
}

/// The due date behind `due` of a series that is counted from the completion at `completed`, and its rule.
fn after_completion(due: &str, rule: &str, zone: Zone, completed: &str) -> Option<(String, String)> {
    series(due, rule, Basis::Completion)
        .completed(&due.parse().unwrap(), zone, completed.parse().unwrap())
        .map(|(due, series)| (due.to_string(), series.rule.to_string()))
}

fn checked(start: &str, rule: &str) -> Result<(), RecurrenceError> {
    series(start, rule, Basis::Due).check(Zone::UTC)
}

#[test]
fn a_day_stays_a_day_and_a_moment_a_moment() {
    assert_eq!(
        dues("2026-11-25", "FREQ=DAILY;COUNT=2", Zone::UTC, 9),
        ["2026-11-25", "2026-11-26"]
    );
    assert_eq!(
        dues("2026-11-25T10:30:00.25Z", "FREQ=DAILY;COUNT=2", Zone::UTC, 9),
        ["2026-11-25T10:30:00.25Z", "2026-11-26T10:30:00.250Z"]
    );
}

#[test]
fn months_without_the_day_are_skipped() {
    assert_eq!(
        dues("2027-01-31", "FREQ=MONTHLY", Zone::UTC, 5),
        [
            "2027-01-31",
            "2027-03-31",
            "2027-05-31",
            "2027-07-31",
            "2027-08-31"
        ]
    );
    assert_eq!(
        dues("2096-02-29", "FREQ=YEARLY", Zone::UTC, 3),
        ["2096-02-29", "2104-02-29", "2108-02-29"]
    );
}

#[test]
fn the_last_day_of_each_month_has_a_rule_of_its_own() {
    assert_eq!(
        dues("2027-01-31", "FREQ=MONTHLY;BYMONTHDAY=-1", Zone::UTC, 4),
        ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]
    );
}

#[test]
fn the_last_day_of_work_of_each_month_is_found_by_its_place() {
    assert_eq!(
        dues(
            "2026-10-30",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            Zone::UTC,
            5
        ),
        [
            "2026-10-30",
            "2026-11-30",
            "2026-12-31",
            "2027-01-29",
            "2027-02-26"
        ]
    );
}

#[test]
fn days_of_the_week_with_and_without_a_number_stand_beside_each_other() {
    // Each Monday, and the first Tuesday.
    assert_eq!(
        dues("2026-11-02", "FREQ=MONTHLY;BYDAY=MO,1TU", Zone::UTC, 7),
        [
            "2026-11-02",
            "2026-11-03",
            "2026-11-09",
            "2026-11-16",
            "2026-11-23",
            "2026-11-30",
            "2026-12-01"
        ]
    );
}

#[test]
fn a_place_in_the_week_is_counted_from_where_the_week_begins() {
    // It began on a Wednesday: the place of the first week is that of its Monday, which is over.
    assert_eq!(
        dues(
            "2026-11-25",
            "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1",
            Zone::UTC,
            3
        ),
        ["2026-11-25", "2026-11-30", "2026-12-07"]
    );
}

#[test]
fn a_week_without_a_day_has_the_day_of_the_beginning() {
    assert_eq!(
        dues("2026-11-25", "FREQ=YEARLY;BYWEEKNO=53", Zone::UTC, 4),
        ["2026-11-25", "2026-12-30", "2032-12-29", "2037-12-30"]
    );
}

#[test]
fn a_week_belongs_to_the_year_that_has_four_of_its_days() {
    assert_eq!(
        dues("2026-11-25", "FREQ=YEARLY;BYWEEKNO=53;BYDAY=SU", Zone::UTC, 5),
        [
            "2026-11-25",
            "2027-01-03",
            "2033-01-02",
            "2038-01-03",
            "2044-01-03"
        ]
    );
    assert_eq!(
        dues("2026-11-25", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", Zone::UTC, 4),
        ["2026-11-25", "2027-01-04", "2028-01-03", "2029-01-01"]
    );
    assert_eq!(
        dues(
            "2026-11-25",
            "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO;WKST=SU",
            Zone::UTC,
            3
        ),
        ["2026-11-25", "2026-12-28", "2027-12-27"]
    );
}

#[test]
fn the_beginning_is_the_first_occurrence_even_if_the_rule_does_not_say_so() {
    // A Wednesday.
    assert_eq!(
        dues("2026-11-25", "FREQ=WEEKLY;BYDAY=MO;COUNT=3", Zone::UTC, 9),
        ["2026-11-25", "2026-11-30", "2026-12-07"]
    );
}

#[test]
fn the_count_says_how_many_are_to_come() {
    let (due, at) = ("2026-11-25".parse().unwrap(), Timestamp::from_millis(0));
    let first = series("2026-11-25", "FREQ=DAILY;COUNT=3", Basis::Due);
    let (due, second) = first.completed(&due, Zone::UTC, at).unwrap();
    assert_eq!(second.rule.to_string(), "FREQ=DAILY;COUNT=2");
    assert_eq!((second.from, &second.start), (first.from, &first.start));
    let (due, third) = second.completed(&due, Zone::UTC, at).unwrap();
    assert_eq!(third.rule.to_string(), "FREQ=DAILY;COUNT=1");
    assert_eq!(third.completed(&due, Zone::UTC, at), None);
}

#[test]
fn the_last_day_belongs_to_the_series() {
    assert_eq!(
        dues("2026-11-25", "FREQ=DAILY;INTERVAL=2;UNTIL=20261129", Zone::UTC, 9),
        ["2026-11-25", "2026-11-27", "2026-11-29"]
    );
    assert_eq!(
        dues("2026-11-25", "FREQ=DAILY;INTERVAL=2;UNTIL=20261128", Zone::UTC, 9),
        ["2026-11-25", "2026-11-27"]
    );
}

#[test]
fn the_last_moment_belongs_to_the_series() {
    let start = "2026-11-25T10:00:00+01:00";
    let berlin = zone("Europe/Berlin");
    let all = dues(start, "FREQ=DAILY;UNTIL=20261127T090000Z", berlin, 9);
    assert_eq!(all.last().unwrap(), "2026-11-27T10:00:00+01:00");
    let fewer = dues(start, "FREQ=DAILY;UNTIL=20261127T085959Z", berlin, 9);
    assert_eq!(fewer.last().unwrap(), "2026-11-26T10:00:00+01:00");
}

#[test]
fn an_end_fits_the_form_of_the_due_date() {
    let (day, moment) = ("2026-11-25", "2026-11-25T10:00:00Z");
    let (last_day, last_moment) = ("FREQ=DAILY;UNTIL=20261127", "FREQ=DAILY;UNTIL=20261127T090000Z");
    assert_eq!(checked(day, last_day), Ok(()));
    assert_eq!(checked(moment, last_moment), Ok(()));
    assert_eq!(checked(day, last_moment), Err(RecurrenceError::UntilKind));
    assert_eq!(checked(moment, last_day), Err(RecurrenceError::UntilKind));
}

#[test]
fn an_end_before_the_beginning_is_refused_and_one_at_it_is_not() {
    for (start, before, at) in [
        (
            "2026-11-25",
            "FREQ=DAILY;UNTIL=20261124",
            "FREQ=DAILY;UNTIL=20261125",
        ),
        (
            "2026-11-25T10:00:00Z",
            "FREQ=DAILY;UNTIL=20261125T095959Z",
            "FREQ=DAILY;UNTIL=20261125T100000Z",
        ),
    ] {
        assert_eq!(checked(start, before), Err(RecurrenceError::UntilBefore));
        assert_eq!(checked(start, at), Ok(()));
        assert_eq!(dues(start, at, Zone::UTC, 9), [start]);
    }
}

#[test]
fn a_rule_that_has_no_day_at_all_is_refused() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-30",
        "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=20",
        "FREQ=YEARLY;BYYEARDAY=366;BYMONTH=1",
        // 2027, 2029 …: no leap year among them.
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
    ] {
        assert_eq!(checked("2027-01-01", rule), Err(RecurrenceError::Never), "{rule}");
        assert_eq!(dues("2027-01-01", rule, Zone::UTC, 9), ["2027-01-01"], "{rule}");
    }
    for rule in [
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29",
        // At most forty years away.
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU",
    ] {
        assert_eq!(checked("2026-01-01", rule), Ok(()), "{rule}");
    }
    // Fifteen periods away.
    let leap = "FREQ=YEARLY;INTERVAL=25;BYMONTH=2;BYMONTHDAY=29";
    assert_eq!(checked("2025-01-01", leap), Ok(()));
}

#[test]
fn a_leap_day_of_each_day_of_the_week_is_soon_enough() {
    for year in 1890..2110 {
        for day in ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] {
            for frequency in ["YEARLY", "MONTHLY", "DAILY"] {
                let rule = format!("FREQ={frequency};BYMONTH=2;BYMONTHDAY=29;BYDAY={day}");
                assert_eq!(checked(&format!("{year}-03-01"), &rule), Ok(()), "{year} {rule}");
            }
        }
    }
}

#[test]
fn a_rule_that_is_rarely_met_is_followed_for_as_long_as_it_takes() {
    // A leap day on a Monday; the last year of the 20th century that was none makes it twelve years more.
    assert_eq!(
        dues(
            "1872-01-01",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
            Zone::UTC,
            4
        ),
        ["1872-01-01", "1892-02-29", "1904-02-29", "1932-02-29"]
    );
    assert_eq!(
        dues("2000-02-29", "FREQ=YEARLY;INTERVAL=1000", Zone::UTC, 3),
        ["2000-02-29", "4000-02-29", "6000-02-29"]
    );
}

#[test]
fn a_series_ends_with_the_years_of_due_dates() {
    assert_eq!(
        dues("9998-12-30", "FREQ=DAILY", Zone::UTC, 9),
        ["9998-12-30", "9998-12-31"]
    );
    assert_eq!(
        dues("9000-01-01", "FREQ=YEARLY;INTERVAL=999", Zone::UTC, 9),
        ["9000-01-01"]
    );
    // It is the year 9999 in UTC.
    let new_york = zone("America/New_York");
    assert_eq!(
        dues("9998-12-30T20:00:00-05:00", "FREQ=DAILY", new_york, 9).len(),
        1
    );
}

#[test]
fn from_completion_the_days_are_counted_from_the_day_of_completion() {
    let next = |rule, completed| {
        after_completion("2026-11-20", rule, Zone::UTC, completed)
            .unwrap()
            .0
    };
    assert_eq!(
        next("FREQ=DAILY;INTERVAL=3", "2026-11-25T23:00:00Z"),
        "2026-11-28"
    );
    // Without a day of the week, of the month or of the year, it is that of the completion.
    assert_eq!(next("FREQ=WEEKLY", "2026-11-25T08:00:00Z"), "2026-12-02");
    assert_eq!(next("FREQ=MONTHLY", "2026-11-25T08:00:00Z"), "2026-12-25");
    assert_eq!(next("FREQ=MONTHLY", "2027-01-31T08:00:00Z"), "2027-03-31");
    assert_eq!(next("FREQ=YEARLY", "2026-11-25T08:00:00Z"), "2027-11-25");
    // With one, it is the next such day, the intervals counted from the week of the completion.
    assert_eq!(next("FREQ=WEEKLY;BYDAY=MO", "2026-11-25T08:00:00Z"), "2026-11-30");
    assert_eq!(
        next("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-11-25T08:00:00Z"),
        "2026-12-07"
    );
}

#[test]
fn from_completion_the_day_is_that_of_the_zone_and_the_time_that_of_the_due_date() {
    let tokyo = zone("Asia/Tokyo");
    // It is already the 26th there.
    assert_eq!(
        after_completion(
            "2026-11-20T09:00:00+09:00",
            "FREQ=DAILY",
            tokyo,
            "2026-11-25T16:00:00Z"
        )
        .unwrap()
        .0,
        "2026-11-27T09:00:00+09:00"
    );
    assert_eq!(
        after_completion("2026-11-20", "FREQ=DAILY", tokyo, "2026-11-25T16:00:00Z")
            .unwrap()
            .0,
        "2026-11-27"
    );
}

#[test]
fn from_completion_the_count_ends_after_as_many_completions() {
    let at = "2026-11-25T08:00:00Z";
    let (due, rule) = after_completion("2026-11-20", "FREQ=DAILY;COUNT=2", Zone::UTC, at).unwrap();
    assert_eq!(
        (due.as_str(), rule.as_str()),
        ("2026-11-26", "FREQ=DAILY;COUNT=1")
    );
    assert_eq!(after_completion(&due, &rule, Zone::UTC, at), None);
}

#[test]
fn from_completion_a_late_one_ends_with_its_last_day() {
    let rule = "FREQ=WEEKLY;UNTIL=20261202";
    let next = |completed| after_completion("2026-11-20", rule, Zone::UTC, completed);
    assert_eq!(next("2026-11-25T08:00:00Z").unwrap().0, "2026-12-02");
    assert_eq!(next("2026-11-26T08:00:00Z"), None);
}

#[test]
fn from_completion_long_before_it_was_due_it_does_not_go_back() {
    let at = "2026-11-25T08:00:00Z";
    assert_eq!(
        after_completion("2026-11-26", "FREQ=DAILY", Zone::UTC, at)
            .unwrap()
            .0,
        "2026-11-27"
    );
    assert_eq!(
        after_completion("2026-12-10", "FREQ=DAILY;INTERVAL=10", Zone::UTC, at)
            .unwrap()
            .0,
        "2026-12-15"
    );
}

#[test]
fn a_late_completion_takes_one_step_even_if_that_is_in_the_past() {
    let recurrence = series("2020-01-01", "FREQ=DAILY", Basis::Due);
    let (due, _) = recurrence
        .completed(
            &recurrence.start,
            Zone::UTC,
            "2026-11-25T08:00:00Z".parse().unwrap(),
        )
        .unwrap();
    assert_eq!(due.to_string(), "2020-01-02");
}
