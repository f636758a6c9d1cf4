//! What the documents look like, and how values of the model become them and come back.
//!
//! Every field is always there, `null` if there is nothing: so an update that sets all of them replaces
//! the whole. Moments are dates, ids are ObjectIds.

use std::fmt::Display;
use std::str::FromStr;

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, DateTime, Document, Timestamp as BsonTimestamp};
use serde::{Deserialize, Serialize};

use super::factors::FactorsDoc;
use super::recurrence::RecurrenceDoc;
use super::stamps;
use crate::model::{CalendarAddress, Id, Priority, Sort, State, Timestamp, Todo, User, WeekStart};
use crate::store::{KeyRow, Result, StoreError};

pub(super) fn object_id(id: Id) -> ObjectId {
    ObjectId::from_bytes(id.bytes())
}

pub(super) fn id_of(id: ObjectId) -> Id {
    Id::from_bytes(id.bytes())
}

pub(super) fn date(moment: Timestamp) -> DateTime {
    DateTime::from_millis(moment.millis())
}

pub(super) fn moment(date: DateTime) -> Timestamp {
    Timestamp::from_millis(date.timestamp_millis())
}

/// All fields of a document but those that an update must not touch.
pub(super) fn fields_of(document: &impl Serialize, without: &[&str]) -> Result<Document> {
    let mut fields = bson::serialize_to_document(document)?;
    for name in without {
        fields.remove(name);
    }
    Ok(fields)
}

/// A value that is kept as text.
pub(super) fn parsed<T: FromStr>(text: &str, what: &str, id: impl Display) -> Result<T> {
    text.parse()
        .map_err(|_| StoreError::Fault(format!("the {what} of {id} cannot be read")))
}

pub(super) fn parsed_option<T: FromStr>(
    text: Option<&str>,
    what: &str,
    id: impl Display,
) -> Result<Option<T>> {
    text.map(|text| parsed(text, what, id)).transpose()
}

/// A document of `users`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct UserDoc {
    #[serde(rename = "_id")]
    pub id: ObjectId,
    /// Under a unique index. Plain strings: a unique index over a part of embedded documents does not
    /// keep two accounts apart.
    pub identities: Vec<String>,
    pub name: String,
    pub email: Option<String>,
    pub email_verified: bool,
    pub role: String,
    pub disabled: bool,
    pub password: Option<String>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub week_start: String,
    pub digest: Option<String>,
    pub digest_at: Option<DateTime>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub epoch: i64,
    pub epoch_at: Option<DateTime>,
    pub epoch_keep: Option<ObjectId>,
    pub deleted_at: Option<DateTime>,
    /// Not there in documents of earlier programs that were not written since.
    #[serde(default)]
    pub calendar: Option<CalendarDoc>,
    /// The same.
    #[serde(default)]
    pub factors: Option<FactorsDoc>,
    pub version: i64,
    /// What administrators look in.
    #[serde(default)]
    pub search: String,
}

/// The secret address of a calendar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CalendarDoc {
    pub hash: String,
    pub made_at: DateTime,
}

impl From<&User> for UserDoc {
    fn from(user: &User) -> Self {
        Self {
            id: object_id(user.id),
            identities: user.identities.clone(),
            name: user.name.clone(),
            email: user.email.as_ref().map(|email| email.written().to_owned()),
            email_verified: user.email_verified,
            role: user.role.name().to_owned(),
            disabled: user.disabled,
            password: user.password.clone(),
            time_zone: user.time_zone.map(|zone| zone.name().to_owned()),
            language: user.language.clone(),
            week_start: user.week_start.name().to_owned(),
            digest: user.digest.map(|time| time.to_string()),
            digest_at: user.digest_at.map(date),
            created_at: date(user.created_at),
            updated_at: date(user.updated_at),
            epoch: user.epoch,
            epoch_at: user.epoch_at.map(date),
            epoch_keep: user.epoch_keep.map(object_id),
            deleted_at: user.deleted_at.map(date),
            calendar: user.calendar.as_ref().map(|calendar| CalendarDoc {
                hash: calendar.hash.clone(),
                made_at: date(calendar.made_at),
            }),
            factors: FactorsDoc::of(&user.factors),
            version: user.version,
            search: user.search_text(),
        }
    }
}

impl TryFrom<UserDoc> for User {
    type Error = StoreError;

    fn try_from(document: UserDoc) -> Result<Self> {
        let who = format_args!("user {}", document.id);
        Ok(Self {
            email: parsed_option(document.email.as_deref(), "address", who)?,
            role: parsed(&document.role, "role", who)?,
            time_zone: parsed_option(document.time_zone.as_deref(), "time zone", who)?,
            digest: parsed_option(document.digest.as_deref(), "time of the digest", who)?,
            id: id_of(document.id),
            identities: document.identities,
            name: document.name,
            email_verified: document.email_verified,
            disabled: document.disabled,
            password: document.password,
            language: document.language,
            week_start: WeekStart::from_name(&document.week_start),
            digest_at: document.digest_at.map(moment),
            created_at: moment(document.created_at),
            updated_at: moment(document.updated_at),
            epoch: document.epoch,
            epoch_at: document.epoch_at.map(moment),
            epoch_keep: document.epoch_keep.map(id_of),
            deleted_at: document.deleted_at.map(moment),
            calendar: document.calendar.map(|calendar| CalendarAddress {
                hash: calendar.hash,
                made_at: moment(calendar.made_at),
            }),
            factors: document.factors.map(Into::into).unwrap_or_default(),
            version: document.version,
        })
    }
}

/// A document of `todos`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct TodoDoc {
    #[serde(rename = "_id")]
    pub id: ObjectId,
    pub owner: ObjectId,
    /// [`State::number`]: apart in every index of an order.
    pub state: i32,
    pub keys: KeysDoc,
    /// What a search looks in.
    pub search: String,
    pub title: String,
    pub notes: String,
    pub done: bool,
    pub completed_at: Option<DateTime>,
    pub due: Option<String>,
    pub time_zone: Option<String>,
    pub recurrence: Option<RecurrenceDoc>,
    pub priority: Option<String>,
    pub tags: Vec<String>,
    pub list_id: Option<ObjectId>,
    pub parent_id: Option<ObjectId>,
    pub has_children: bool,
    /// Not there in documents of earlier programs that were not written since.
    #[serde(default)]
    pub left_lists: Vec<ObjectId>,
    pub reminder: Option<String>,
    /// When it is to be reminded of, which follows from the rest.
    pub remind_at: Option<DateTime>,
    pub reminded_at: Option<DateTime>,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    pub deleted_at: Option<DateTime>,
    pub version: i64,
    /// See [`stamps`]. At the top level, or MongoDB does not fill it in.
    pub stamp: BsonTimestamp,
}

/// What a to-do sorts by: one field for each order, `null` or a string.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeysDoc {
    /// Also the place where the position itself is kept.
    pub position: String,
    pub created: String,
    pub updated: String,
    pub due: Option<String>,
    pub priority: Option<String>,
    pub title: String,
}

/// The field that a to-do sorts by.
pub(super) const fn key_field(sort: Sort) -> &'static str {
    match sort {
        Sort::Position => "keys.position",
        Sort::Created => "keys.created",
        Sort::Updated => "keys.updated",
        Sort::Due => "keys.due",
        Sort::Priority => "keys.priority",
        Sort::Title => "keys.title",
    }
}

impl TodoDoc {
    pub fn new(todo: &Todo, stamp: BsonTimestamp) -> Self {
        let keys = todo.sort_keys();
        Self {
            id: object_id(todo.id),
            owner: object_id(todo.owner),
            state: todo.state().number(),
            keys: KeysDoc {
                position: keys.position,
                created: keys.created,
                updated: keys.updated,
                due: keys.due,
                priority: keys.priority.map(str::to_owned),
                title: keys.title,
            },
            search: todo.search_text(),
            title: todo.title.clone(),
            notes: todo.notes.clone(),
            done: todo.done,
            completed_at: todo.completed_at.map(date),
            due: todo.due.as_ref().map(ToString::to_string),
            time_zone: todo.time_zone.map(|zone| zone.name().to_owned()),
            recurrence: todo.recurrence.as_deref().map(RecurrenceDoc::from),
            priority: todo.priority.map(|priority| priority.name().to_owned()),
            tags: todo.tags.clone(),
            list_id: todo.list_id.map(object_id),
            parent_id: todo.parent_id.map(object_id),
            has_children: todo.has_children,
            left_lists: todo.left_lists.iter().copied().map(object_id).collect(),
            reminder: todo.reminder.as_ref().map(ToString::to_string),
            remind_at: todo.remind_at().map(date),
            reminded_at: todo.reminded_at.map(date),
            created_at: date(todo.created_at),
            updated_at: date(todo.updated_at),
            deleted_at: todo.deleted_at.map(date),
            version: todo.version,
            stamp,
        }
    }
}

impl TodoDoc {
    /// What takes the place of one that is purged; whose that is, its lists and its version stay.
    pub fn gone(at: Timestamp) -> Self {
        let (nobody, nothing) = (Id::from_bytes([0; 12]), String::new);
        let blank = Todo::new(nobody, nobody, nothing(), Timestamp::from_millis(0));
        let unstamped = BsonTimestamp {
            time: 0,
            increment: 0,
        };
        Self {
            state: State::Gone.number(),
            deleted_at: Some(date(at)),
            keys: KeysDoc {
                position: nothing(),
                created: nothing(),
                updated: nothing(),
                due: None,
                priority: None,
                title: nothing(),
            },
            search: nothing(),
            ..Self::new(&blank, unstamped)
        }
    }
}

impl TryFrom<TodoDoc> for Todo {
    type Error = StoreError;

    fn try_from(document: TodoDoc) -> Result<Self> {
        let which = format_args!("to-do {}", document.id);
        let priority = document.priority.as_deref().map(|name| {
            let unreadable = || StoreError::Fault(format!("the priority of {which} cannot be read"));
            Priority::from_name(name).ok_or_else(unreadable)
        });
        Ok(Self {
            due: parsed_option(document.due.as_deref(), "due date", which)?,
            time_zone: parsed_option(document.time_zone.as_deref(), "time zone", which)?,
            recurrence: document
                .recurrence
                .map(|series| series.read(&which))
                .transpose()?,
            priority: priority.transpose()?,
            reminder: parsed_option(document.reminder.as_deref(), "reminder", which)?,
            id: id_of(document.id),
            owner: id_of(document.owner),
            title: document.title,
            notes: document.notes,
            done: document.done,
            completed_at: document.completed_at.map(moment),
            tags: document.tags,
            list_id: document.list_id.map(id_of),
            parent_id: document.parent_id.map(id_of),
            has_children: document.has_children,
            left_lists: document.left_lists.into_iter().map(id_of).collect(),
            reminded_at: document.reminded_at.map(moment),
            position: document.keys.position,
            created_at: moment(document.created_at),
            updated_at: moment(document.updated_at),
            deleted_at: document.deleted_at.map(moment),
            version: document.version,
            stamp: stamps::number(document.stamp),
        })
    }
}

/// A document of `keys`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeyDoc {
    #[serde(rename = "_id")]
    pub number: i64,
    pub kid: String,
    pub algorithm: String,
    pub sealed: Binary,
    pub public: String,
    /// When it begins to sign: for most that moment.
    pub created_at: DateTime,
}

impl From<&KeyRow> for KeyDoc {
    fn from(key: &KeyRow) -> Self {
        Self {
            number: key.number,
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            sealed: binary(&key.sealed),
            public: key.public.clone(),
            created_at: date(key.signs_from),
        }
    }
}

impl TryFrom<KeyDoc> for KeyRow {
    type Error = StoreError;

    fn try_from(document: KeyDoc) -> Result<Self> {
        Ok(Self {
            number: document.number,
            kid: document.kid,
            algorithm: document.algorithm,
            sealed: document.sealed.bytes,
            public: document.public,
            signs_from: moment(document.created_at),
        })
    }
}

pub(super) fn binary(bytes: &[u8]) -> Binary {
    Binary {
        subtype: BinarySubtype::Generic,
        bytes: bytes.to_owned(),
    }
}

/// A document of `facts`: the name is a value, never a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FactDoc {
    #[serde(rename = "_id")]
    pub name: String,
    pub value: String,
}

/// A document of `counters`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct CounterDoc {
    #[serde(rename = "_id")]
    pub counter: String,
    pub value: i64,
    pub expires_at: DateTime,
}

/// A document of `migrations`: one that was applied.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct MigrationDoc {
    #[serde(rename = "_id")]
    pub number: i64,
    pub name: String,
    pub applied_at: DateTime,
}

/// A document of `locks`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LockDoc {
    #[serde(rename = "_id")]
    pub name: String,
    pub holder: String,
    pub until: DateTime,
}
