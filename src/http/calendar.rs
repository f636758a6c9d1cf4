//! The calendar (iCalendar, RFC 5545) that programs read at a secret address.
//!
//! Events and not `VTODO`: Google's and Apple's calendars show nothing else of a calendar that is subscribed to.

use std::fmt::Write as _;

use rocket::{Route, State};

use crate::error::Error;
use crate::fingerprint::fingerprint;
use crate::http::Edge;
use crate::http::guards::IfNoneMatch;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Due, Priority, Timestamp, Todo};

/// A line has so many bytes at most, without its end.
const LINE: usize = 75;
/// So much of the notes is shown: a calendar is read again and again.
const DESCRIPTION: usize = 1000;

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
    for todo in todos {
        if let Some(due) = &todo.due {
            add_event(&mut text, todo, due);
        }
    }
    add(&mut text, "END:VCALENDAR");
    text
}

fn add_event(text: &mut String, todo: &Todo, due: &Due) {
    add(text, "BEGIN:VEVENT");
    add(text, &format!("UID:{}@rondo", todo.id));
    let changed = moment(todo.updated_at);
    // Of what is published, that is when it was last changed (RFC 5545, section 3.8.7.2).
    add(text, &format!("DTSTAMP:{changed}"));
    add(text, &format!("CREATED:{}", moment(todo.created_at)));
    add(text, &format!("LAST-MODIFIED:{changed}"));
    match due {
        // Until its end, wherever one is: days of a calendar have no time zone.
        Due::Day(day) => add(text, &format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d"))),
        Due::Moment { at, .. } => add(text, &format!("DTSTART:{}", moment(*at))),
    }
    add(text, &format!("SUMMARY:{}", escaped(&todo.title)));
    if !todo.notes.is_empty() {
        let mut notes: String = todo.notes.chars().take(DESCRIPTION).collect();
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
