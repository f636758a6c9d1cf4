//! The examples of RFC 5545, section 3.8.5.3, as far as a to-do has use for them, and its example of dates that
//! do not exist. They are at nine in the morning in New York.

use super::*;

/// The days of the series, written `1997-09-02`, up to as many as are expected.
fn days(start: &str, rule: &str, limit: usize) -> Vec<String> {
    let new_york = zone("America/New_York");
    let start: Timestamp = format!("{start}T13:00:00Z").parse().unwrap();
    // Nine o'clock, in summer and in winter.
    let hour = new_york.wall_clock(start).date().and_hms_opt(9, 0, 0).unwrap();
    let start = new_york.due_at(hour).unwrap().to_string();
    dues(&start, rule, new_york, limit)
        .into_iter()
        .map(|due| {
            let (day, time) = due.split_once('T').unwrap();
            assert!(time == "09:00:00-04:00" || time == "09:00:00-05:00", "{due}");
            day.to_owned()
        })
        .collect()
}

/// `1997-09 2 9, 1997-10 7` are three days.
fn read(months: &str) -> Vec<String> {
    months
        .split(", ")
        .flat_map(|month| {
            let mut words = month.split_whitespace();
            let month = words.next().expect("a month").to_owned();
            words.map(move |day| format!("{month}-{day:0>2}"))
        })
        .collect()
}

/// The series is these days and ends with them.
#[track_caller]
fn is(start: &str, rule: &str, months: &str) {
    let expected = read(months);
    assert_eq!(days(start, rule, expected.len() + 1), expected, "{rule}");
}

/// The series begins with these days and goes on.
#[track_caller]
fn begins(start: &str, rule: &str, months: &str) {
    let expected = read(months);
    let mut found = days(start, rule, expected.len() + 1);
    assert_eq!(found.len(), expected.len() + 1, "{rule}");
    found.pop();
    assert_eq!(found, expected, "{rule}");
}

#[test]
fn every_day_ten_times() {
    is(
        "1997-09-02",
        "FREQ=DAILY;COUNT=10",
        "1997-09 2 3 4 5 6 7 8 9 10 11",
    );
}

#[test]
fn every_day_until_the_24th_of_december() {
    is(
        "1997-09-02",
        "FREQ=DAILY;UNTIL=19971224T000000Z",
        "1997-09 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30, 1997-10 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31, 1997-11 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30, 1997-12 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
    );
}

#[test]
fn every_other_day() {
    begins(
        "1997-09-02",
        "FREQ=DAILY;INTERVAL=2",
        "1997-09 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30, 1997-10 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30, 1997-11 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29, 1997-12 1 3 5",
    );
}

#[test]
fn every_ten_days_five_times() {
    is(
        "1997-09-02",
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        "1997-09 2 12 22, 1997-10 2 12",
    );
}

#[test]
fn every_day_in_january_for_three_years() {
    is(
        "1998-01-01",
        "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
        "1998-01 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31, 1999-01 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31, 2000-01 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
    );
    is(
        "1998-01-01",
        "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
        "1998-01 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31, 1999-01 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31, 2000-01 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31",
    );
}

#[test]
fn every_week_ten_times() {
    is(
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10",
        "1997-09 2 9 16 23 30, 1997-10 7 14 21 28, 1997-11 4",
    );
}

#[test]
fn every_week_until_the_24th_of_december() {
    is(
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09 2 9 16 23 30, 1997-10 7 14 21 28, 1997-11 4 11 18 25, 1997-12 2 9 16 23",
    );
}

#[test]
fn every_other_week() {
    begins(
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09 2 16 30, 1997-10 14 28, 1997-11 11 25, 1997-12 9 23, 1998-01 6 20, 1998-02 3 17",
    );
}

#[test]
fn tuesdays_and_thursdays_for_five_weeks() {
    is(
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997-09 2 4 9 11 16 18 23 25 30, 1997-10 2",
    );
    is(
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997-09 2 4 9 11 16 18 23 25 30, 1997-10 2",
    );
}

#[test]
fn mondays_wednesdays_and_fridays_of_every_other_week() {
    is(
        "1997-09-01",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09 1 3 5 15 17 19 29, 1997-10 1 3 13 15 17 27 29 31, 1997-11 10 12 14 24 26 28, 1997-12 8 10 12 22",
    );
}

#[test]
fn tuesdays_and_thursdays_of_every_other_week_eight_times() {
    is(
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09 2 4 16 18 30, 1997-10 2 14 16",
    );
}

#[test]
fn the_first_friday_of_ten_months() {
    is(
        "1997-09-05",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09 5, 1997-10 3, 1997-11 7, 1997-12 5, 1998-01 2, 1998-02 6, 1998-03 6, 1998-04 3, 1998-05 1, 1998-06 5",
    );
}

#[test]
fn the_first_friday_of_each_month_until_the_24th_of_december() {
    is(
        "1997-09-05",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09 5, 1997-10 3, 1997-11 7, 1997-12 5",
    );
}

#[test]
fn the_first_and_last_sunday_of_every_other_month_ten_times() {
    is(
        "1997-09-07",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09 7 28, 1997-11 2 30, 1998-01 4 25, 1998-03 1 29, 1998-05 3 31",
    );
}

#[test]
fn the_second_to_last_monday_of_six_months() {
    is(
        "1997-09-22",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09 22, 1997-10 20, 1997-11 17, 1997-12 22, 1998-01 19, 1998-02 16",
    );
}

#[test]
fn the_third_to_last_day_of_each_month() {
    begins(
        "1997-09-28",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09 28, 1997-10 29, 1997-11 28, 1997-12 29, 1998-01 29, 1998-02 26",
    );
}

#[test]
fn the_2nd_and_the_15th_ten_times() {
    is(
        "1997-09-02",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09 2 15, 1997-10 2 15, 1997-11 2 15, 1997-12 2 15, 1998-01 2 15",
    );
}

#[test]
fn the_first_and_last_day_of_the_month_ten_times() {
    is(
        "1997-09-30",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09 30, 1997-10 1 31, 1997-11 1 30, 1997-12 1 31, 1998-01 1 31, 1998-02 1",
    );
}

#[test]
fn the_10th_to_the_15th_of_every_18_months_ten_times() {
    is(
        "1997-09-10",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09 10 11 12 13 14 15, 1999-03 10 11 12 13",
    );
}

#[test]
fn every_tuesday_of_every_other_month() {
    begins(
        "1997-09-02",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09 2 9 16 23 30, 1997-11 4 11 18 25, 1998-01 6 13 20 27, 1998-03 3 10 17 24 31",
    );
}

#[test]
fn in_june_and_july_ten_times() {
    is(
        "1997-06-10",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06 10, 1997-07 10, 1998-06 10, 1998-07 10, 1999-06 10, 1999-07 10, 2000-06 10, 2000-07 10, 2001-06 10, 2001-07 10",
    );
}

#[test]
fn in_january_february_and_march_of_every_other_year_ten_times() {
    is(
        "1997-03-10",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        "1997-03 10, 1999-01 10, 1999-02 10, 1999-03 10, 2001-01 10, 2001-02 10, 2001-03 10, 2003-01 10, 2003-02 10, 2003-03 10",
    );
}

#[test]
fn the_1st_100th_and_200th_day_of_every_third_year_ten_times() {
    is(
        "1997-01-01",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        "1997-01 1, 1997-04 10, 1997-07 19, 2000-01 1, 2000-04 9, 2000-07 18, 2003-01 1, 2003-04 10, 2003-07 19, 2006-01 1",
    );
}

#[test]
fn the_20th_monday_of_the_year() {
    begins(
        "1997-05-19",
        "FREQ=YEARLY;BYDAY=20MO",
        "1997-05 19, 1998-05 18, 1999-05 17",
    );
}

#[test]
fn the_monday_of_the_20th_week() {
    begins(
        "1997-05-12",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        "1997-05 12, 1998-05 11, 1999-05 17",
    );
}

#[test]
fn every_thursday_in_march() {
    begins(
        "1997-03-13",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03 13 20 27, 1998-03 5 12 19 26, 1999-03 4 11 18 25",
    );
}

#[test]
fn every_thursday_in_summer() {
    begins(
        "1997-06-05",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06 5 12 19 26, 1997-07 3 10 17 24 31, 1997-08 7 14 21 28, 1998-06 4 11 18 25, 1998-07 2 9 16 23 30, 1998-08 6 13 20 27, 1999-06 3 10 17 24, 1999-07 1 8 15 22 29, 1999-08 5 12 19 26",
    );
}

#[test]
fn every_friday_the_13th() {
    begins(
        "1997-09-02",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1997-09 2, 1998-02 13, 1998-03 13, 1998-11 13, 1999-08 13, 2000-10 13",
    );
}

#[test]
fn the_saturday_that_follows_the_first_sunday_of_the_month() {
    begins(
        "1997-09-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09 13, 1997-10 11, 1997-11 8, 1997-12 13, 1998-01 10, 1998-02 7, 1998-03 7, 1998-04 11, 1998-05 9, 1998-06 13",
    );
}

#[test]
fn the_tuesday_after_a_monday_in_november_of_every_fourth_year() {
    begins(
        "1996-11-05",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11 5, 2000-11 7, 2004-11 2",
    );
}

#[test]
fn the_third_tuesday_wednesday_or_thursday_of_three_months() {
    is(
        "1997-09-04",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "1997-09 4, 1997-10 7, 1997-11 6",
    );
}

#[test]
fn the_second_to_last_day_of_work_of_the_month() {
    begins(
        "1997-09-29",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997-09 29, 1997-10 30, 1997-11 27, 1997-12 30, 1998-01 29, 1998-02 26, 1998-03 30",
    );
}

#[test]
fn the_day_that_a_week_begins_with_makes_a_difference() {
    is(
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "1997-08 5 10 19 24",
    );
    is(
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "1997-08 5 17 19 31",
    );
}

#[test]
fn a_day_that_does_not_exist_is_left_out() {
    is(
        "2007-01-15",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "2007-01 15 30, 2007-02 15, 2007-03 15 30",
    );
}
