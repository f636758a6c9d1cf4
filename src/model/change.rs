//! Changes: what was written of somebody's things, and of those that are shared with him, in the order in which the
//! database did it.

use super::{Id, List, Todo};

/// A place in the order of changes: behind the write with this stamp of the thing with this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangePlace {
    pub stamp: u64,
    pub id: Id,
}

impl ChangePlace {
    /// Before everything.
    pub const START: Self = Self {
        stamp: 0,
        id: Id::from_bytes([0; 12]),
    };
    /// Behind everything that can ever be written.
    pub const END: Self = Self::behind(u64::MAX);

    /// Behind all that has this stamp.
    pub const fn behind(stamp: u64) -> Self {
        Self {
            stamp,
            id: Id::from_bytes([0xff; 12]),
        }
    }
}

/// What kind of thing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    Todo,
    List,
}

impl ChangeKind {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::List => "list",
        }
    }
}

/// A thing that was written, as it is now: of several writes the last one is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// In the trash or not.
    Todo(Box<Todo>),
    /// Archived or not, and never a deleted one.
    List(Box<List>),
    /// Nothing is left of it but that it is gone.
    Gone(Gone),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gone {
    pub kind: ChangeKind,
    pub id: Id,
    /// The list that a to-do was in.
    pub list_id: Option<Id>,
    pub version: i64,
    pub stamp: u64,
}

impl Change {
    /// A list as a change to this user: of one that was deleted nothing is told but that, nor of one that is
    /// another's and not shared with him any more.
    pub fn of_list(list: List, user: Id) -> Self {
        if !list.is_seen_by(user) {
            return Self::Gone(Gone {
                kind: ChangeKind::List,
                id: list.id,
                list_id: None,
                version: list.version,
                stamp: list.stamp,
            });
        }
        Self::List(Box::new(list))
    }

    /// The same to somebody who sees no more of its owner's to-dos than those in these lists: of one that is elsewhere
    /// now nothing is told but that it went.
    pub fn within(self, lists: &[Id]) -> Self {
        match self {
            Self::Todo(todo) if todo.list_id.is_none_or(|list| !lists.contains(&list)) => Self::Gone(Gone {
                kind: ChangeKind::Todo,
                id: todo.id,
                list_id: None,
                version: todo.version,
                stamp: todo.stamp,
            }),
            other => other,
        }
    }

    pub const fn kind(&self) -> ChangeKind {
        match self {
            Self::Todo(_) => ChangeKind::Todo,
            Self::List(_) => ChangeKind::List,
            Self::Gone(gone) => gone.kind,
        }
    }

    pub const fn id(&self) -> Id {
        match self {
            Self::Todo(todo) => todo.id,
            Self::List(list) => list.id,
            Self::Gone(gone) => gone.id,
        }
    }

    pub const fn version(&self) -> i64 {
        match self {
            Self::Todo(todo) => todo.version,
            Self::List(list) => list.version,
            Self::Gone(gone) => gone.version,
        }
    }

    /// Where it stands.
    pub const fn place(&self) -> ChangePlace {
        let stamp = match self {
            Self::Todo(todo) => todo.stamp,
            Self::List(list) => list.stamp,
            Self::Gone(gone) => gone.stamp,
        };
        ChangePlace { stamp, id: self.id() }
    }
}

/// A part of the order of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePage {
    pub items: Vec<Change>,
    /// Whether there are others behind the last of these.
    pub more: bool,
    /// Nothing that has this stamp, or an earlier one, will appear any more; behind it something may, even
    /// between what was read.
    pub settled: u64,
    /// The others whose lists are shared with whoever asks, each once: what they write may concern him.
    pub sharers: Vec<Id>,
    /// Nothing was ever written as late as the place that was asked for: it is one of another database, or of
    /// this one before an older state of it was restored.
    pub rewound: bool,
}

impl ChangePage {
    /// The first `limit` of these, which may come in any order: whoever reads each kind of thing by itself puts
    /// together here what he found, up to `limit` and one more of each kind.
    pub fn of(mut items: Vec<Change>, limit: usize, settled: u64, rewound: bool, sharers: Vec<Id>) -> Self {
        items.sort_by_key(Change::place);
        let more = items.len() > limit;
        items.truncate(limit);
        Self {
            items,
            more,
            settled,
            rewound,
            sharers,
        }
    }
}
