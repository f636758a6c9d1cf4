//! What a page of to-dos is asked by, and what it is.

use super::{Id, Priority, State, Todo};

/// What to-dos are ordered by; the id breaks ties, in the same direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sort {
    Position,
    Created,
    Updated,
    Due,
    Priority,
    Title,
}

impl Sort {
    pub const ALL: [Self; 6] = [
        Self::Position,
        Self::Created,
        Self::Updated,
        Self::Due,
        Self::Priority,
        Self::Title,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Position => "position",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Due => "due",
            Self::Priority => "priority",
            Self::Title => "title",
        }
    }

    /// Whether some to-dos have no value to sort by; they come last in both directions.
    pub const fn is_nullable(self) -> bool {
        matches!(self, Self::Due | Self::Priority)
    }

    /// The string that `todo` sorts by.
    pub fn key_of(self, todo: &Todo) -> Option<String> {
        let keys = todo.sort_keys();
        match self {
            Self::Position => Some(keys.position),
            Self::Created => Some(keys.created),
            Self::Updated => Some(keys.updated),
            Self::Due => keys.due,
            Self::Priority => keys.priority.map(str::to_owned),
            Self::Title => Some(keys.title),
        }
    }

    /// The place of `todo` in this order.
    pub fn place_of(self, todo: &Todo) -> Place {
        Place {
            key: self.key_of(todo),
            id: todo.id,
        }
    }
}

/// Which to-dos; what is absent does not narrow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TodoFilter {
    pub done: Option<bool>,
    /// Those in the trash, and not the others.
    pub trashed: bool,
    /// Those in this list; in the inbox, if that is `None`.
    pub list: Option<Option<Id>>,
    /// Those with this parent; without one, if that is `None`.
    pub parent: Option<Option<Id>>,
    /// All of these tags, exactly as written.
    pub tags: Vec<String>,
    pub priority: Option<Priority>,
    pub due: DueFilter,
    /// All of these folded words occur in the search text, literally.
    pub terms: Vec<String>,
}

impl TodoFilter {
    /// Where the to-dos stand that can pass.
    pub const fn states(&self) -> &'static [State] {
        match (self.trashed, self.done) {
            (true, _) => &[State::Trashed],
            (false, Some(true)) => &[State::Done],
            (false, Some(false)) => &[State::Open],
            (false, None) => &[State::Open, State::Done],
        }
    }
}

/// Which deadlines, as the strings that to-dos sort by when they are due.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum DueFilter {
    #[default]
    Any,
    /// Only those without a due date.
    None,
    /// Those with `after <= deadline < before`, as far as these are given.
    Between {
        after: Option<String>,
        before: Option<String>,
    },
}

/// A page of one owner's to-dos.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodoQuery {
    pub filter: TodoFilter,
    pub sort: Sort,
    pub descending: bool,
    /// Behind this place in the order; `None` from the beginning.
    pub after: Option<Place>,
    /// How many at most; not 0.
    pub limit: usize,
}

/// A place in an order: that of the last to-do of the page before. A `key` of `None` means among
/// those without a value, which come last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub key: Option<String>,
    pub id: Id,
}

/// A page, and whether there is more behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TodoPage {
    pub items: Vec<Todo>,
    pub more: bool,
}
