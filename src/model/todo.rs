//! To-dos.

use serde::{Deserialize, Serialize};

use super::{Basis, Due, Id, Recurrence, Reminder, Rule, Timestamp, Zone, first_position, fold};

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
    /// The zone that a due day ends in, and whose clocks a recurrence goes by; UTC if `None`.
    pub time_zone: Option<Zone>,
    /// How it comes again; then it has a due date. Most do not, and are spared the room.
    pub recurrence: Option<Box<Recurrence>>,
    pub priority: Option<Priority>,
    pub tags: Vec<String>,
    /// The list that it is in; the inbox if `None`.
    pub list_id: Option<Id>,
    /// The to-do that it is a step of. One level: what has a parent is nobody's.
    pub parent_id: Option<Id>,
    /// Whether others may have it as their parent: set before the first of them is made, and never taken back.
    pub has_children: bool,
    /// The lists that it was in before, the latest last, each once: who sees one of these is told that it went.
    pub left_lists: Vec<Id>,
    /// When its owner wants to be reminded of it.
    pub reminder: Option<Reminder>,
    /// The moment of the reminder that is over: handed out, or past already when it was set.
    pub reminded_at: Option<Timestamp>,
    /// Its place in the order by hand: opaque, compared bytewise. See [`super::first_position`].
    pub position: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Set when it was deleted: it is in the trash, and a job purges it after some days.
    pub deleted_at: Option<Timestamp>,
    /// Counts the writes, from 1.
    pub version: i64,
    /// The place of the last write in the database's own order of changes. Set by the store at each
    /// write, whatever stands here; grows with every change of one owner's to-dos.
    pub stamp: u64,
}

/// Where a to-do stands. Each has a part of its own in every index that pages are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    Open,
    Done,
    /// In the trash, done or not.
    Trashed,
    /// Purged: nothing is left but its id, so that clients who have a copy hear of it.
    Gone,
}

impl State {
    /// As stores keep it.
    pub const fn number(self) -> i32 {
        match self {
            Self::Open => 0,
            Self::Done => 1,
            Self::Trashed => 2,
            Self::Gone => 3,
        }
    }
}

/// What a client says of a new to-do; the rest is made by the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TodoDraft {
    pub title: String,
    pub notes: String,
    pub done: bool,
    pub due: Option<Due>,
    pub time_zone: Option<Zone>,
    pub recurrence: Option<Rule>,
    pub recurs_from: Basis,
    pub priority: Option<Priority>,
    pub tags: Vec<String>,
    pub list_id: Option<Id>,
    pub parent_id: Option<Id>,
    pub reminder: Option<Reminder>,
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

/// So many lists that it was in are remembered of a to-do.
const MOST_LEFT_LISTS: usize = 20;

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
    /// A plain to-do in the inbox, with nothing set but what every to-do has.
    pub fn new(id: Id, owner: Id, title: String, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            title,
            notes: String::new(),
            done: false,
            completed_at: None,
            due: None,
            time_zone: None,
            recurrence: None,
            priority: None,
            tags: Vec::new(),
            list_id: None,
            parent_id: None,
            has_children: false,
            left_lists: Vec::new(),
            reminder: None,
            reminded_at: None,
            position: first_position(now, id),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            version: 1,
            stamp: 0,
        }
    }

    /// Puts it into a list, or into the inbox.
    pub fn put_into(&mut self, list: Option<Id>) {
        if let Some(left) = self.list_id.filter(|_| list != self.list_id) {
            self.left_lists.push(left);
            let too_many = self.left_lists.len().saturating_sub(MOST_LEFT_LISTS);
            self.left_lists.drain(..too_many);
        }
        self.left_lists.retain(|left| Some(*left) != list);
        self.list_id = list;
    }

    pub const fn state(&self) -> State {
        match (self.deleted_at, self.done) {
            (Some(_), _) => State::Trashed,
            (None, true) => State::Done,
            (None, false) => State::Open,
        }
    }

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

    /// Ticks it off, or on again; keeps the moment when it was already so. One that comes again is due at its
    /// next occurrence instead and stays open, until it was the last.
    pub fn set_done(&mut self, done: bool, now: Timestamp) {
        if done == self.done {
            return;
        }
        let next = match (&self.recurrence, &self.due) {
            (Some(recurrence), Some(due)) if done => {
                recurrence.completed(due, self.time_zone.unwrap_or(Zone::UTC), now)
            }
            _ => None,
        };
        if let Some((due, recurrence)) = next {
            self.due = Some(due);
            self.recurrence = Some(Box::new(recurrence));
            return;
        }
        self.set_done_for_good(done, now);
    }

    /// Ticks it off, or on again, whether or not it would come again.
    pub fn set_done_for_good(&mut self, done: bool, now: Timestamp) {
        if done == self.done {
            return;
        }
        self.done = done;
        self.completed_at = done.then_some(now);
        if let Some(recurrence) = &mut self.recurrence {
            recurrence.completed_at = self.completed_at;
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
            notes: "In the MARKET".into(),
            tags: vec!["Home".into()],
            ..Todo::new(
                Id::from_bytes([1; 12]),
                Id::from_bytes([2; 12]),
                "Buy Äpfel".into(),
                now(0),
            )
        };
        todo.set_done(true, now(5));
        todo.set_done(true, now(9));
        assert_eq!(todo.completed_at, Some(now(5)));
        todo.set_done(false, now(10));
        assert_eq!(todo.completed_at, None);
        assert_eq!(todo.search_text(), "buy apfel\nin the market\nhome");
        assert_eq!(todo.sort_keys().title, "buy apfel");
    }

    #[test]
    fn the_lists_that_it_left_are_remembered_each_once_and_not_the_one_that_it_is_in() {
        let list = |number: u8| Some(Id::from_bytes([number; 12]));
        let mut todo = Todo::new(
            Id::from_bytes([1; 12]),
            Id::from_bytes([2; 12]),
            "Buy milk".into(),
            Timestamp::from_millis(0),
        );
        let left = |todo: &Todo| todo.left_lists.iter().copied().map(Some).collect::<Vec<_>>();
        for place in [None, list(1), list(1)] {
            todo.put_into(place);
            assert_eq!((todo.list_id, left(&todo)), (place, vec![]));
        }
        todo.put_into(list(2));
        todo.put_into(None);
        assert_eq!(left(&todo), [list(1), list(2)]);
        todo.put_into(list(1));
        assert_eq!((todo.list_id, left(&todo)), (list(1), vec![list(2)]));
        todo.put_into(list(3));
        assert_eq!(left(&todo), [list(2), list(1)]);
        for number in 10..100 {
            todo.put_into(list(number));
        }
        assert_eq!(left(&todo), (79..99).map(list).collect::<Vec<_>>());
    }

    #[test]
    fn what_comes_again_is_done_with_its_last_occurrence_only() {
        let now = Timestamp::from_millis;
        let due: Due = "2026-11-25".parse().unwrap();
        let rule = "FREQ=DAILY;COUNT=2".parse().unwrap();
        let (id, owner) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]));
        let mut todo = Todo {
            recurrence: Some(Box::new(Recurrence::new(rule, Basis::Due, due.clone()))),
            due: Some(due),
            ..Todo::new(id, owner, "Water the plants".into(), now(0))
        };
        let due = |todo: &Todo| todo.due.as_ref().map(ToString::to_string);
        let last = |todo: &Todo| todo.recurrence.as_ref().and_then(|series| series.completed_at);
        todo.set_done(false, now(4));
        assert_eq!((todo.done, last(&todo)), (false, None));
        todo.set_done(true, now(5));
        assert_eq!(
            (todo.done, todo.completed_at, last(&todo)),
            (false, None, Some(now(5)))
        );
        assert_eq!(due(&todo).unwrap(), "2026-11-26");
        todo.set_done(true, now(6));
        assert_eq!(
            (todo.done, todo.completed_at, last(&todo)),
            (true, Some(now(6)), Some(now(6)))
        );
        assert_eq!(due(&todo).unwrap(), "2026-11-26");
        todo.set_done(false, now(7));
        assert_eq!((todo.done, todo.completed_at, last(&todo)), (false, None, None));
    }
}
