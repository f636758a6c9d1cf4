//! What stands in the mails that the service writes: plain text, in English.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::{Letter, shown_moment};
use crate::model::{Due, Email, Todo, Zone};

/// So many to-dos of each kind stand in a digest.
pub const MOST_OF_A_KIND: usize = 50;

/// What a digest tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    pub day: NaiveDate,
    pub overdue: Vec<Todo>,
    pub today: Vec<Todo>,
    /// There is more than stands here.
    pub more: bool,
}

/// The mail of a reminder. `zone` is the one in which its owner reads times.
pub fn reminder(to: Email, todo: &Todo, zone: Zone, url: &str) -> Letter {
    let mut text = format!("{}\n\n", todo.title);
    if let Some(due) = &todo.due {
        // Writing into a text does not fail.
        let _ = writeln!(text, "Due: {}", shown(due, todo.time_zone.unwrap_or(zone)));
    }
    let _ = write!(
        text,
        "Open your to-dos: {url}/\n\n-- \nYou set a reminder on this to-do.\n"
    );
    Letter {
        to,
        subject: format!("Reminder: {}", todo.title),
        text,
    }
}

/// The mail of a digest; none if there is nothing in it.
pub fn digest(to: Email, digest: &Digest, zone: Zone, url: &str) -> Option<Letter> {
    let Digest {
        day,
        overdue,
        today,
        more,
    } = digest;
    if overdue.is_empty() && today.is_empty() {
        return None;
    }
    let mut text = String::new();
    for (title, todos) in [("Overdue", overdue), ("Today", today)] {
        if !todos.is_empty() {
            let _ = writeln!(text, "{title}:");
            for todo in todos {
                let due = todo
                    .due
                    .as_ref()
                    .map(|due| shown(due, todo.time_zone.unwrap_or(zone)));
                let _ = writeln!(text, "- {} ({})", todo.title, due.unwrap_or_default());
            }
            text.push('\n');
        }
    }
    if *more {
        text.push_str("There is more than is listed here.\n\n");
    }
    let _ = write!(
        text,
        "Open your to-dos: {url}/\n\n-- \nYou chose to get this each day; your settings turn it off.\n"
    );
    let plus = if *more { "+" } else { "" };
    let counts = match (overdue.len(), today.len()) {
        (0, today) => format!("{today}{plus} due today"),
        (overdue, 0) => format!("{overdue}{plus} overdue"),
        (overdue, today) => format!("{today}{plus} due today, {overdue} overdue"),
    };
    Some(Letter {
        to,
        subject: format!("{}: {counts}", day.format("%A, %-d %B")),
        text,
    })
}

/// A due date as people read it.
fn shown(due: &Due, zone: Zone) -> String {
    match due {
        Due::Day(day) => day.format("%A, %-d %B %Y").to_string(),
        Due::Moment { at, .. } => shown_moment(*at, zone),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Id, Timestamp};

    fn todo(title: &str, due: &str) -> Todo {
        let (id, owner) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]));
        Todo {
            due: Some(due.parse().unwrap()),
            notes: "a private note".into(),
            ..Todo::new(id, owner, title.into(), Timestamp::from_millis(0))
        }
    }

    fn to() -> Email {
        "person@example.org".parse().unwrap()
    }

    #[test]
    fn a_reminder_tells_what_and_when_in_the_zone_of_its_reader() {
        let berlin = "Europe/Berlin".parse().unwrap();
        let letter = reminder(
            to(),
            &todo("Buy milk", "2026-11-22T09:30:00Z"),
            berlin,
            "https://todo.example.org",
        );
        assert_eq!(letter.subject, "Reminder: Buy milk");
        for part in [
            "Buy milk\n",
            "Due: Sunday, 22 November 2026, 10:30 (Europe/Berlin)\n",
            "https://todo.example.org/\n",
        ] {
            assert!(letter.text.contains(part), "{}", letter.text);
        }
        assert!(!letter.text.contains("private"), "notes stay where they are");
    }

    #[test]
    fn a_digest_counts_and_lists_and_without_anything_there_is_none() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let make = |overdue: &[Todo], today: &[Todo]| {
            let told = Digest {
                day,
                overdue: overdue.to_vec(),
                today: today.to_vec(),
                more: false,
            };
            digest(to(), &told, Zone::UTC, "https://todo.example.org")
        };
        assert_eq!(make(&[], &[]), None);
        let (late, now) = (todo("Late", "2026-11-20"), todo("Now", "2026-11-22"));
        let both = make(std::slice::from_ref(&late), std::slice::from_ref(&now)).unwrap();
        assert_eq!(both.subject, "Sunday, 22 November: 1 due today, 1 overdue");
        for part in [
            "Overdue:\n- Late (Friday, 20 November 2026)\n",
            "Today:\n- Now (Sunday, 22 November 2026)\n",
        ] {
            assert!(both.text.contains(part), "{}", both.text);
        }
        assert!(make(&[late], &[]).unwrap().subject.ends_with(": 1 overdue"));
        assert!(make(&[], &[now]).unwrap().subject.ends_with(": 1 due today"));
    }
}
