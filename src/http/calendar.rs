//! The calendar (iCalendar, RFC 5545) that programs read at a secret address.
//!
//! Events and not `VTODO`: Google's and Apple's calendars show nothing else of a calendar that is subscribed to.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Datelike as _, FixedOffset, NaiveDateTime};
use rocket::{Route, State};

use crate::error::Error;
use crate::fingerprint::fingerprint;
use crate::http::Edge;
use crate::http::guards::IfNoneMatch;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Due, First, Priority, Timestamp, Todo, Zone, ZoneChange};
use crate::service::calendar::SHOWN_NOTES;

/// A line has so many bytes at most, without its end.
const LINE: usize = 75;
/// For so many years behind the last beginning of a series it is told when clocks are put forward and back.
const ZONE_YEARS: i32 = 20;

pub fn routes() -> Vec<Route> {
    rocket::routes![feed]
}

#[rocket::get("/calendar/<address>")]
async fn feed(edge: &State<Edge>, address: &str, known: IfNoneMatch) -> V2Result<Reply> {
    known.check()?;
    let address = address.strip_suffix(".ics").ok_or(Error::NotFound)?;
    let todos = edge.services.calendars.read(address).await?;
    let text = calendar(&todos);
    let tag = format!("\"{}\"", fingerprint(text.as_bytes(), 16));
    let is_known = known.has(&tag)?;
    let reply = Reply::text("text/calendar; charset=utf-8", text)
        .header("ETag", tag)
        .header("Cache-Control", "private, no-cache");
    Ok(if is_known { reply.not_modified() } else { reply })
}

/// The calendar of these to-dos, each of which is due. It says the same as long as they do.
fn calendar(todos: &[Todo]) -> String {
    let mut text = String::new();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rondo//To-dos//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Rondo",
        // How often programs should ask.
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ] {
        add(&mut text, line);
    }
    let events: Vec<Event<'_>> = todos.iter().flat_map(events_of).collect();
    add_zones(&mut text, &events);
    for event in &events {
        add_event(&mut text, event);
    }
    add(&mut text, "END:VCALENDAR");
    text
}

/// A to-do at a time, or at all times from then on.
struct Event<'a> {
    todo: &'a Todo,
    /// Behind the to-do's id, which is that of the occurrence at hand.
    suffix: &'static str,
    start: Start,
    rule: Option<String>,
}

enum Start {
    Moment(Timestamp),
    First(First, Zone),
}

/// None for what is not due. A series whose rule does not have the occurrence at hand is two: that one, and the rest.
fn events_of(todo: &Todo) -> impl Iterator<Item = Event<'_>> {
    let zone = todo.time_zone.unwrap_or(Zone::UTC);
    let ahead = todo.recurrence.as_ref().zip(todo.due.as_ref());
    let ahead = ahead.and_then(|(series, due)| series.ahead(due, zone));
    let is_in_series = ahead.as_ref().is_some_and(|ahead| ahead.is_current);
    let alone = todo.due.as_ref().filter(|_| !is_in_series).map(|due| Event {
        todo,
        suffix: "",
        start: match due {
            Due::Day(day) => Start::First(First::Day(*day), zone),
            Due::Moment { at, .. } => Start::Moment(*at),
        },
        rule: None,
    });
    let series = ahead.map(|ahead| Event {
        todo,
        suffix: if is_in_series { "" } else { "-next" },
        start: Start::First(ahead.first, zone),
        rule: Some(ahead.rule.to_string()),
    });
    alone.into_iter().chain(series)
}

/// What the clocks do in the zones that series go by.
fn add_zones(text: &mut String, events: &[Event<'_>]) {
    let mut zones = BTreeMap::new();
    for event in events {
        if let Start::First(First::Clock(clock), zone) = event.start
            && zone != Zone::UTC
        {
            let year = clock.year();
            let (_, first, last) = zones.entry(zone.name()).or_insert((zone, year, year));
            *first = year.min(*first);
            *last = year.max(*last);
        }
    }
    for (name, (zone, first, last)) in zones {
        add(text, "BEGIN:VTIMEZONE");
        add(text, &format!("TZID:{name}"));
        let mut changes: Vec<Vec<ZoneChange>> = Vec::new();
        for change in zone.changes(first - 1..=last + ZONE_YEARS) {
            let is_alike = |one: &Vec<ZoneChange>| {
                one.first().is_some_and(|one| {
                    ZoneChange {
                        at: change.at,
                        ..one.clone()
                    } == change
                })
            };
            match changes.iter_mut().find(|one| is_alike(one)) {
                Some(alike) => alike.push(change),
                None => changes.push(vec![change]),
            }
        }
        for alike in changes {
            add_changes(text, &alike);
        }
        add(text, "END:VTIMEZONE");
    }
}

/// Changes that differ in their time only.
fn add_changes(text: &mut String, changes: &[ZoneChange]) {
    let Some((first, others)) = changes.split_first() else {
        return;
    };
    let kind = if first.is_summer { "DAYLIGHT" } else { "STANDARD" };
    add(text, &format!("BEGIN:{kind}"));
    add(text, &format!("DTSTART:{}", on_clocks(first.at)));
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(|change| on_clocks(change.at)).collect();
        add(text, &format!("RDATE:{}", others.join(",")));
    }
    add(text, &format!("TZOFFSETFROM:{}", offset(first.before)));
    add(text, &format!("TZOFFSETTO:{}", offset(first.after)));
    if let Some(name) = &first.name {
        add(text, &format!("TZNAME:{}", escaped(name)));
    }
    add(text, &format!("END:{kind}"));
}

fn add_event(text: &mut String, event: &Event<'_>) {
    let todo = event.todo;
    add(text, "BEGIN:VEVENT");
    add(text, &format!("UID:{}{}@rondo", todo.id, event.suffix));
    let changed = moment(todo.updated_at);
    // Of what is published, that is when it was last changed (RFC 5545, section 3.8.7.2).
    add(text, &format!("DTSTAMP:{changed}"));
    add(text, &format!("CREATED:{}", moment(todo.created_at)));
    add(text, &format!("LAST-MODIFIED:{changed}"));
    let start = match event.start {
        // Until its end, wherever one is: days of a calendar have no time zone.
        Start::First(First::Day(day), _) => format!(";VALUE=DATE:{}", day.format("%Y%m%d")),
        Start::Moment(at) => format!(":{}", moment(at)),
        Start::First(First::Clock(clock), Zone::UTC) => format!(":{}Z", on_clocks(clock)),
        Start::First(First::Clock(clock), zone) => format!(";TZID={}:{}", zone.name(), on_clocks(clock)),
    };
    add(text, &format!("DTSTART{start}"));
    if let Some(rule) = &event.rule {
        add(text, &format!("RRULE:{rule}"));
    }
    add(text, &format!("SUMMARY:{}", escaped(&todo.title)));
    if !todo.notes.is_empty() {
        let mut notes: String = todo.notes.chars().take(SHOWN_NOTES).collect();
        if notes.len() < todo.notes.len() {
            notes.push('…');
        }
        add(text, &format!("DESCRIPTION:{}", escaped(&notes)));
    }
    if !todo.tags.is_empty() {
        let tags: Vec<String> = todo.tags.iter().map(|tag| escaped(tag)).collect();
        add(text, &format!("CATEGORIES:{}", tags.join(",")));
    }
    if let Some(priority) = todo.priority {
        let number = match priority {
            Priority::High => 1,
            Priority::Medium => 5,
            Priority::Low => 9,
        };
        add(text, &format!("PRIORITY:{number}"));
    }
    // Whoever has something to do is not busy the whole day.
    add(text, "TRANSP:TRANSPARENT");
    add(text, "END:VEVENT");
}

/// `20261122T093000`
fn on_clocks(clock: NaiveDateTime) -> String {
    clock.format("%Y%m%dT%H%M%S").to_string()
}

/// `+0100`
fn offset(offset: FixedOffset) -> String {
    offset.to_string().replace(':', "")
}

/// `20261122T093000Z`
fn moment(moment: Timestamp) -> String {
    let text = moment.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    let mut moment = seconds.replace(['-', ':'], "");
    moment.push('Z');
    moment
}

/// Text as a value (RFC 5545, section 3.3.11). Control characters cannot be written, and are left out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            letter if letter.is_control() => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Adds a line, folded: what is too long goes on in the next one, behind a space. No letter is cut in two.
fn add(text: &mut String, line: &str) {
    let mut room = LINE;
    for letter in line.chars() {
        if letter.len_utf8() > room {
            text.push_str("\r\n ");
            room = LINE - 1;
        }
        room -= letter.len_utf8();
        // Writing to a string cannot fail.
        let _ = text.write_char(letter);
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn a_folded_line_is_short_and_comes_back(line in "SUMMARY:[a-c\u{e9}\u{1f980}\u{200d} ,]{0,200}") {
            let mut text = String::new();
            add(&mut text, &line);
            let folded = text.strip_suffix("\r\n").unwrap();
            prop_assert!(folded.split("\r\n").all(|part| part.len() <= LINE));
            prop_assert_eq!(folded.replace("\r\n ", ""), line);
        }
    }

    #[test]
    fn what_has_a_meaning_in_a_value_is_escaped() {
        assert_eq!(escaped("a,b;c\\d\r\ne\nf\u{7}\u{85}"), "a\\,b\\;c\\\\d\\ne\\nf");
        assert_eq!(
            moment(Timestamp::from_millis(1_790_000_000_123)),
            "20260921T141320Z"
        );
    }
}
