//! Whole tables, row by row, for moving an installation from one database to another. Services do not see this
//! part of the contract; only `rondo copy` does, and nobody serves the database meanwhile.
//!
//! All that is kept passes here: deleted accounts and to-dos, ended sessions and expired counters too. What is
//! not a row passes not: migrations, locks, and whatever a keeper computes from a row.

use std::cmp::Ordering;

use async_trait::async_trait;

use super::{Attempt, KeyRow, Result};
use crate::model::{AuditEvent, List, Mail, Session, Ticket, Timestamp, Todo, User};

/// What rows are of, in an order in which they can be written: whatever another kind refers to comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Users,
    Sessions,
    Lists,
    Todos,
    Attempts,
    Keys,
    Facts,
    Counters,
    Mails,
    Tickets,
    Audit,
}

impl Kind {
    pub const ALL: [Self; 11] = [
        Self::Users,
        Self::Sessions,
        Self::Lists,
        Self::Todos,
        Self::Attempts,
        Self::Keys,
        Self::Facts,
        Self::Counters,
        Self::Mails,
        Self::Tickets,
        Self::Audit,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Sessions => "sessions",
            Self::Lists => "lists",
            Self::Todos => "to-dos",
            Self::Attempts => "attempts",
            Self::Keys => "signing keys",
            Self::Facts => "facts",
            Self::Counters => "counters",
            Self::Mails => "mails",
            Self::Tickets => "tickets",
            Self::Audit => "audit events",
        }
    }
}

/// A fact about the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// A counter that all instances share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    pub counter: String,
    pub value: i64,
    pub expires_at: Timestamp,
}

/// A to-do, or what is left of one that was purged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTodo {
    pub todo: Todo,
    pub is_gone: bool,
}

/// A row of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    User(Box<User>),
    Session(Box<Session>),
    List(Box<List>),
    Todo(Box<KeptTodo>),
    Attempt(Box<Attempt>),
    Key(Box<KeyRow>),
    Fact(Fact),
    Counter(Counter),
    Mail(Box<Mail>),
    Ticket(Box<Ticket>),
    Event(Box<AuditEvent>),
}

impl Row {
    /// What tells it from the others of its kind, and what they are sorted by, bytewise (keys: by the number).
    pub fn place(&self) -> String {
        match self {
            Self::User(user) => user.id.to_string(),
            Self::Session(session) => session.id.to_string(),
            Self::List(list) => format!("{}:{}", list.owner, list.id),
            Self::Todo(kept) => format!("{}:{}", kept.todo.owner, kept.todo.id),
            Self::Attempt(attempt) => format!("{}:{}", attempt.owner, attempt.key),
            Self::Key(key) => key.number.to_string(),
            Self::Fact(fact) => fact.name.clone(),
            Self::Counter(counter) => counter.counter.clone(),
            Self::Mail(mail) => mail.id.to_string(),
            Self::Ticket(ticket) => ticket.hash.clone(),
            Self::Event(event) => event.id.to_string(),
        }
    }

    /// Where it stands beside another one of its kind, in the order in which they are read.
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Key(one), Self::Key(other)) => one.number.cmp(&other.number),
            _ => self.place().cmp(&other.place()),
        }
    }
}

/// The two parts of a place that has two, or of none.
pub fn parts(place: Option<&str>) -> (&str, &str) {
    place.and_then(|place| place.split_once(':')).unwrap_or(("", ""))
}

/// Moving whole tables. Each call ends within a minute.
#[async_trait]
pub trait Transfer: Send + Sync {
    /// Up to `limit` rows of this kind behind the place `after`, in the order of their places: all there are,
    /// also those that nobody finds any more.
    async fn rows(&self, kind: Kind, after: Option<&str>, limit: usize) -> Result<Vec<Row>>;

    /// Puts each row in the place of the one that has its place, or adds it: as it is, with its version and its
    /// stamp. Later writes of the keeper's own get later stamps. Doing it twice is doing it once. `Duplicate` if
    /// an identity is another account's. After an error some of the rows may be there.
    async fn put_rows(&self, rows: Vec<Row>) -> Result<()>;

    /// Removes what stands in the places of these rows, whatever else it says, with all that the keeper has computed
    /// of it. Doing it twice is doing it once. After an error some of them may be gone.
    async fn remove_rows(&self, rows: Vec<Row>) -> Result<()>;

    /// How many rows of this kind there are. None, where no migration has made a place for them.
    async fn count_rows(&self, kind: Kind) -> Result<u64>;

    /// Removes a fact, if there is one of that name.
    async fn forget_fact(&self, name: &str) -> Result<()>;
}
