//! Which texts are rules, and how they are shown.

use crate::model::{Rule, RuleError};

fn shown(text: &str) -> String {
    text.parse::<Rule>()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
        .to_string()
}

fn error(text: &str) -> RuleError {
    match text.parse::<Rule>() {
        Ok(rule) => panic!("{text} is read as {rule}"),
        Err(error) => error,
    }
}

#[test]
fn a_rule_is_shown_in_one_form() {
    for (written, form) in [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("interval=1;freq=weekly;wkst=mo", "FREQ=WEEKLY"),
        ("BYDAY=FR,MO,FR,+1MO;FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=MO,FR,1MO"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=+15,-1,01",
            "FREQ=MONTHLY;BYMONTHDAY=-1,1,15",
        ),
        (
            "FREQ=DAILY;UNTIL=20261231t235959z",
            "FREQ=DAILY;UNTIL=20261231T235959Z",
        ),
        ("FREQ=DAILY;UNTIL=20261231", "FREQ=DAILY;UNTIL=20261231"),
        (
            "BYSETPOS=-1,1;BYDAY=-53SU;BYMONTHDAY=1;BYYEARDAY=-366;BYMONTH=12,1;WKST=SU;COUNT=10000;INTERVAL=1000;\
             FREQ=YEARLY",
            "FREQ=YEARLY;INTERVAL=1000;COUNT=10000;WKST=SU;BYMONTH=1,12;BYYEARDAY=-366;BYMONTHDAY=1;BYDAY=-53SU;\
             BYSETPOS=-1,1",
        ),
        (
            "FREQ=YEARLY;BYWEEKNO=-53,53;BYDAY=SU",
            "FREQ=YEARLY;BYWEEKNO=-53,53;BYDAY=SU",
        ),
    ] {
        assert_eq!(shown(written), form);
        assert_eq!(shown(form), form);
    }
}

#[test]
fn what_is_not_one_line_of_parts_is_refused() {
    for text in [
        "",
        "DAILY",
        "FREQ",
        "RRULE:FREQ=DAILY",
        "FREQ=DAILY;",
        ";FREQ=DAILY",
        "FREQ=DAILY; COUNT=2",
        "FREQ=DAILY\nRRULE:FREQ=WEEKLY",
        "DTSTART:20260101T000000Z\nFREQ=DAILY",
        "FREQ=DAILY\0",
        "FREQ=DÄILY",
        "every day",
    ] {
        assert_eq!(error(text), RuleError::Form, "{text:?}");
    }
}

#[test]
fn a_rule_has_at_most_500_characters() {
    let long = |length: usize| {
        let mut text = String::from("FREQ=YEARLY;BYYEARDAY=1");
        while text.len() + 2 <= length {
            text.push_str(",1");
        }
        text.replacen('1', &"1".repeat(1 + length - text.len()), 1)
    };
    assert_eq!(long(500).len(), 500);
    assert!(long(500).parse::<Rule>().is_ok());
    assert_eq!(error(&long(501)), RuleError::TooLong);
    assert_eq!(error(&"🦀".repeat(501)), RuleError::TooLong);
}

#[test]
fn parts_that_a_to_do_has_no_use_for_are_refused() {
    for text in [
        "FREQ=DAILY;BYHOUR=9",
        "FREQ=DAILY;BYMINUTE=0",
        "FREQ=DAILY;BYSECOND=0",
    ] {
        assert_eq!(error(text), RuleError::TimeOfDay, "{text}");
    }
    for text in [
        "FREQ=DAILY;X-NAME=1",
        "FREQ=DAILY;RSCALE=GREGORIAN",
        "FREQ=DAILY;SKIP=FORWARD",
        "FREQ=DAILY;BYEASTER=0",
        "FREQ=DAILY;DTSTART=20260101",
        "FREQ=DAILY;EXRULE=FREQ",
        "FREQ=DAILY;=1",
    ] {
        assert_eq!(error(text), RuleError::Unknown, "{text}");
    }
}

#[test]
fn each_part_stands_there_once_and_the_frequency_always() {
    assert_eq!(error("FREQ=DAILY;freq=DAILY"), RuleError::Twice("FREQ"));
    assert_eq!(error("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU"), RuleError::Twice("BYDAY"));
    assert_eq!(error("INTERVAL=2"), RuleError::NoFrequency);
    assert_eq!(error("FREQ=DAILY;COUNT=2;UNTIL=20261231"), RuleError::TwoEnds);
}

#[test]
fn a_value_out_of_its_range_is_told_with_the_range() {
    for (name, values) in [
        ("FREQ", &["HOURLY", "MINUTELY", "SECONDLY", "", "DAYLY"][..]),
        (
            "INTERVAL",
            &["0", "1001", "-1", "+1", "1.5", "", "99999999999999999999"],
        ),
        ("COUNT", &["0", "10001", "-1", "", "1,2", "65537"]),
        (
            "UNTIL",
            &[
                "2026-12-31",
                "20261232",
                "20260230",
                "99990101",
                "09991231",
                "20261231T000000",
                "20261231T240000Z",
                "20261231T235960Z",
                "20261231T00000Z",
                "+0261231",
                "20261231Z",
                "20261231T000000+01",
                "",
            ],
        ),
        ("WKST", &["", "1", "MON", "MO,TU"]),
        ("BYMONTH", &["0", "13", "-1", "+1", "", "1,", "1,,2", "1.5"]),
        ("BYWEEKNO", &["0", "54", "-54", "--1", "+-1"]),
        ("BYYEARDAY", &["0", "367", "-367", "000001"]),
        ("BYMONTHDAY", &["0", "32", "-32", "-0", "1;"]),
        (
            "BYDAY",
            &["", "M", "XX", "0MO", "54MO", "-54MO", "1 MO", "MO1", "1", "MO,"],
        ),
        ("BYSETPOS", &["0", "367", "-367", "-"]),
    ] {
        for value in values {
            let text = match name {
                "FREQ" => format!("FREQ={value}"),
                _ => format!("FREQ=YEARLY;{name}={value}"),
            };
            let told = error(&text).to_string();
            assert!(
                told.starts_with(name) || told.starts_with("a rule is one line"),
                "{text}: {told}"
            );
        }
    }
}

#[test]
fn parts_that_do_not_go_together_are_refused() {
    for (text, part) in [
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY"),
        ("FREQ=DAILY;BYDAY=-1MO", "BYDAY"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
    ] {
        let told = error(text);
        assert!(matches!(told, RuleError::Together(_)), "{text}: {told}");
        assert!(told.to_string().starts_with(part), "{text}: {told}");
    }
}

#[test]
fn an_error_is_one_line_and_never_holds_what_was_sent() {
    for text in [
        "FREQ=SECRET",
        "SECRET=1",
        "FREQ=DAILY;COUNT=SECRET",
        "SECRET",
        "FREQ=DAILY;UNTIL=SECRET",
    ] {
        let told = error(text).to_string();
        assert!(!told.contains("SECRET") && !told.contains('\n'), "{told}");
    }
}

#[test]
fn a_rule_is_a_string_in_json() {
    let rule: Rule = serde_json::from_str("\"freq=daily;count=2\"").unwrap();
    assert_eq!(serde_json::to_string(&rule).unwrap(), "\"FREQ=DAILY;COUNT=2\"");
    assert!(serde_json::from_str::<Rule>("\"FREQ=HOURLY\"").is_err());
}
