//! What demo accounts have to do: the same at each run but for the days, which are around today.

use crate::model::{Due, Priority, Timestamp, TodoDraft, Zone};

/// A list: its name, its colour, and the tag of what is in it.
pub const LISTS: [(&str, &str, &str); 3] = [
    ("Home", "#2f9e44", "home"),
    ("Work", "#1971c2", "work"),
    ("Errands", "#f08c00", "errands"),
];

/// What has steps, and those.
pub const WITH_STEPS: [(&str, &[&str]); 2] = [
    (
        "Prepare the workshop",
        &[
            "Book the room",
            "Invite everybody",
            "Print the handouts",
            "Order coffee and cake",
        ],
    ),
    (
        "Renew the passport",
        &[
            "Have a photograph taken",
            "Fill in the form",
            "Make an appointment",
        ],
    ),
];

/// What comes again: in so many days, and then by this rule.
const RECURRING: [(&str, i64, &str, &str); 3] = [
    ("Water the plants", 0, "FREQ=DAILY;INTERVAL=3", "home"),
    ("Take the bins out", 2, "FREQ=WEEKLY", "home"),
    ("Pay the rent", 5, "FREQ=MONTHLY", "errands"),
];

/// A kind of thing to do: how it begins, what of, the tags, and a note.
struct Kind {
    begins: &'static str,
    of: &'static [&'static str],
    tags: &'static [&'static str],
    notes: &'static str,
}

const KINDS: [Kind; 8] = [
    Kind {
        begins: "Buy",
        of: &[
            "milk and bread",
            "light bulbs",
            "a birthday present",
            "train tickets",
            "potting soil",
            "coffee",
        ],
        tags: &["errands"],
        notes: "Compare prices first.",
    },
    Kind {
        begins: "Call",
        of: &[
            "the dentist",
            "the landlord",
            "grandmother",
            "the bank",
            "the school",
            "the plumber",
        ],
        tags: &["phone"],
        notes: "Best before noon.",
    },
    Kind {
        begins: "Write",
        of: &[
            "the minutes of the meeting",
            "a letter to the council",
            "the yearly report",
            "thank-you cards",
        ],
        tags: &["work", "writing"],
        notes: "Two pages are enough.\nSend a draft round first.",
    },
    Kind {
        begins: "Repair",
        of: &[
            "the garden gate",
            "the bicycle light",
            "the dripping tap",
            "the kitchen drawer",
            "the loose shelf",
        ],
        tags: &["home"],
        notes: "",
    },
    Kind {
        begins: "Read",
        of: &[
            "the chapter on databases",
            "the contract",
            "the new tax rules",
            "the library book",
        ],
        tags: &["learning"],
        notes: "",
    },
    Kind {
        begins: "Plan",
        of: &[
            "the summer holiday",
            "next week's meals",
            "the team's offsite",
            "the garden beds",
            "the budget",
        ],
        tags: &["planning", "family"],
        notes: "Ask everybody for a date that suits.",
    },
    Kind {
        begins: "Clean",
        of: &[
            "the windows",
            "the fridge",
            "the attic",
            "the bathroom",
            "the car",
        ],
        tags: &["home"],
        notes: "",
    },
    Kind {
        begins: "Review",
        of: &[
            "the pull request",
            "the backup of last night",
            "the café's offer",
            "the insurance",
            "the résumé",
        ],
        tags: &["work"],
        notes: "",
    },
];

const DAY_SECONDS: i64 = 86_400;

/// A to-do with a title and nothing else. In one zone: asking for the account's would be a read for each.
pub fn plain(title: &str) -> TodoDraft {
    TodoDraft {
        title: title.into(),
        time_zone: Some(Zone::UTC),
        ..TodoDraft::default()
    }
}

/// Those that come again.
pub fn recurring(today: Timestamp) -> impl Iterator<Item = TodoDraft> {
    RECURRING
        .into_iter()
        .map(move |(title, days, rule, tag)| TodoDraft {
            due: today.plus_seconds(days * DAY_SECONDS).to_string()[..10]
                .parse()
                .ok(),
            recurrence: rule.parse().ok(),
            tags: vec![tag.to_owned()],
            ..plain(title)
        })
}

/// Which of the lists it goes into.
pub fn list_of(draft: &TodoDraft) -> Option<usize> {
    LISTS
        .iter()
        .position(|(_, _, tag)| draft.tags.iter().any(|one| one == tag))
}

/// The to-do at this place of the list.
pub fn todo(place: u64, today: Timestamp) -> TodoDraft {
    let pick = |of: usize, salt: u64| -> usize {
        let mixed = place.wrapping_add(salt).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
        usize::try_from(mixed).unwrap_or(0) % of
    };
    let kind = &KINDS[pick(KINDS.len(), 0)];
    let mut title = format!("{} {}", kind.begins, kind.of[pick(kind.of.len(), 1)]);
    // Of thousands many are alike; a number tells them apart, as people do it.
    if place >= 50 {
        title = format!("{title} ({place})");
    }
    // From four weeks back to eight ahead; a third has no day at all.
    let days = i64::try_from(pick(84, 2)).unwrap_or(0) - 28;
    let date = today.plus_seconds(days * DAY_SECONDS).to_string();
    let due: Option<Due> = match pick(6, 3) {
        0 | 1 => None,
        2 => format!("{}T{:02}:30:00Z", &date[..10], 8 + pick(10, 4))
            .parse()
            .ok(),
        _ => date[..10].parse().ok(),
    };
    TodoDraft {
        notes: if pick(2, 5) == 0 {
            kind.notes.into()
        } else {
            String::new()
        },
        // What was due long ago is done for the most part.
        done: pick(10, 6) < if days < 0 { 8 } else { 2 },
        due,
        priority: [
            None,
            None,
            Some(Priority::Low),
            Some(Priority::Medium),
            Some(Priority::High),
        ][pick(5, 7)],
        tags: kind.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        ..plain(&title)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn they_differ_and_have_something_of_everything() {
        let now = Timestamp::from_millis(1_790_000_000_000);
        let all: Vec<_> = (0..2000).map(|place| todo(place, now)).collect();
        assert_eq!(
            all[..],
            (0..2000).map(|place| todo(place, now)).collect::<Vec<_>>()[..]
        );
        let titles: HashSet<_> = all.iter().skip(50).map(|todo| &todo.title).collect();
        assert_eq!(titles.len(), 1950);
        let count = |has: &dyn Fn(&TodoDraft) -> bool| all.iter().filter(|todo| has(todo)).count();
        for few in [
            count(&|todo| todo.done),
            count(&|todo| !todo.done),
            count(&|todo| todo.due.is_none()),
            count(&|todo| matches!(todo.due, Some(Due::Day(_)))),
            count(&|todo| matches!(todo.due, Some(Due::Moment { .. }))),
            count(&|todo| todo.priority == Some(Priority::High)),
            count(&|todo| todo.priority.is_none()),
            count(&|todo| !todo.notes.is_empty()),
            count(&|todo| list_of(todo).is_some()),
            count(&|todo| list_of(todo).is_none()),
        ] {
            assert!((200..1900).contains(&few), "{few}");
        }
        for kind in KINDS {
            assert!(
                count(&|todo| todo.title.starts_with(kind.begins)) > 100,
                "{}",
                kind.begins
            );
        }
    }

    #[test]
    fn what_is_written_by_hand_can_be_read() {
        let all: Vec<_> = recurring(Timestamp::from_millis(1_790_000_000_000)).collect();
        assert!(
            all.iter()
                .all(|todo| todo.due.is_some() && todo.recurrence.is_some())
        );
        assert!(all.iter().all(|todo| list_of(todo).is_some()));
        for (_, color, _) in LISTS {
            assert!(color.parse::<crate::model::Color>().is_ok(), "{color}");
        }
    }
}
