//! To-dos.

use serde::{Deserialize, Serialize};

use super::{Due, Id, Timestamp, Zone, fold};

/// A to-do, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Todo {
    pub id: Id,
    /// Whose it is; never taken from a request.
    pub owner: Id,
    pub title: String,
    pub notes: String,
    pub done: bool,
    pub completed_at: Option<Timestamp>,
    pub due: Option<Due>,
    /// The zone that a due day ends in; UTC if `None`.
    pub time_zone: Option<Zone>,
    pub priority: Option<Priority>,
    pub tags: Vec<String>,
    /// Its place in the order by hand: opaque, compared bytewise. See [`super::first_position`].
    pub position: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Set when it was deleted: it is no longer found, and a job removes it after some days.
    pub deleted_at: Option<Timestamp>,
    /// Counts the writes, from 1.
    pub version: i64,
    /// The place of the last write in the database's own order of changes. Set by the store at each
    /// write, whatever stands here; grows with every change of one owner's to-dos.
    pub stamp: u64,
}

/// What a client says of a new to-do; the rest is made by the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TodoDraft {
    pub title: String,
    pub notes: String,
    pub done: bool,
    pub due: Option<Due>,
    pub time_zone: Option<Zone>,
    pub priority: Option<Priority>,
    pub tags: Vec<String>,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    Low,
    Medium,
    High,
}

impl Priority {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The priority of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High]
            .into_iter()
            .find(|p| p.name() == name)
    }

    /// What it sorts by: low before medium before high.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Low => "1",
            Self::Medium => "2",
            Self::High => "3",
        }
    }
}

/// So many characters of a folded title count for the order. Folding can make eighteen characters of one,
/// and a cursor, which carries the key, must fit into an address.
const SORTED_TITLE: usize = 300;

/// What a to-do sorts by, one string for each [`super::Sort`], compared bytewise by every keeper.
/// `None` sorts last in both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortKeys {
    pub position: String,
    pub created: String,
    pub updated: String,
    pub due: Option<String>,
    pub priority: Option<&'static str>,
    pub title: String,
}

impl Todo {
    pub fn sort_keys(&self) -> SortKeys {
        let zone = self.time_zone.unwrap_or(Zone::UTC);
        SortKeys {
            position: self.position.clone(),
            created: self.created_at.to_string(),
            updated: self.updated_at.to_string(),
            due: self.due.as_ref().map(|due| due.deadline(zone).to_string()),
            priority: self.priority.map(Priority::key),
            title: fold(&self.title).chars().take(SORTED_TITLE).collect(),
        }
    }

    /// What a search looks in: title, notes and tags, folded, on lines of their own.
    pub fn search_text(&self) -> String {
        let mut text = fold(&self.title);
        for part in std::iter::once(&self.notes).chain(&self.tags) {
            text.push('\n');
            text.push_str(&fold(part));
        }
        text
    }

    /// Ticks it off, or on again; keeps the moment when it was already so.
    pub fn set_done(&mut self, done: bool, now: Timestamp) {
        if done != self.done {
            self.done = done;
            self.completed_at = done.then_some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticking_off_twice_keeps_the_first_moment() {
        let now = Timestamp::from_millis;
        let mut todo = Todo {
            id: Id::from_bytes([1; 12]),
            owner: Id::from_bytes([2; 12]),
            title: "Buy Äpfel".into(),
            notes: "In the MARKET".into(),
            done: false,
            completed_at: None,
            due: None,
            time_zone: None,
            priority: None,
            tags: vec!["Home".into()],
            position: "a".into(),
            created_at: now(0),
            updated_at: now(0),
            deleted_at: None,
            version: 1,
            stamp: 0,
        };
        todo.set_done(true, now(5));
        todo.set_done(true, now(9));
        assert_eq!(todo.completed_at, Some(now(5)));
        todo.set_done(false, now(10));
        assert_eq!(todo.completed_at, None);
        assert_eq!(todo.search_text(), "buy apfel\nin the market\nhome");
        assert_eq!(todo.sort_keys().title, "buy apfel");
    }
}
