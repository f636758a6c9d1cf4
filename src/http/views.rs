//! What is shown of users, sessions, security events, to-dos and lists.

use serde::Serialize;

use crate::model::{
    Actor, AuditDetails, AuditEvent, AuditKind, Basis, Color, Due, Id, List, Priority, Progress, Reminder,
    Role, Rule, Session, TimeOfDay, Timestamp, Todo, User, WeekStart, Zone,
};
use crate::service::access::Standing;
use crate::service::administration::Seen;
use crate::service::lists::Counted;
use crate::service::todos::Shown;

/// A user as shown: never a hash, never what sessions are told by.
#[derive(Serialize)]
pub struct UserView<'a> {
    pub id: Id,
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub email_verified: bool,
    pub role: Role,
    pub time_zone: Option<Zone>,
    pub language: Option<&'a str>,
    pub week_start: WeekStart,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl<'a> From<&'a User> for UserView<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: user.id,
            name: &user.name,
            email: user.email.as_ref().map(|email| email.written()),
            email_verified: user.email_verified,
            role: user.role,
            time_zone: user.time_zone,
            language: user.language.as_deref(),
            week_start: user.week_start,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// A user as version 2 shows one.
#[derive(Serialize)]
pub struct FullUserView<'a> {
    #[serde(flatten)]
    pub plain: UserView<'a>,
    pub digest: Option<TimeOfDay>,
}

impl<'a> From<&'a User> for FullUserView<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            plain: user.into(),
            digest: user.digest,
        }
    }
}

/// A user as administrators see one.
#[derive(Serialize)]
pub struct UserAdminView<'a> {
    #[serde(flatten)]
    pub full: FullUserView<'a>,
    pub disabled: bool,
    pub last_signed_in_at: Option<Timestamp>,
}

impl<'a> From<&'a Seen> for UserAdminView<'a> {
    fn from(seen: &'a Seen) -> Self {
        Self {
            full: (&seen.user).into(),
            disabled: seen.user.disabled,
            last_signed_in_at: seen.last_signed_in_at,
        }
    }
}

/// Who did what an event tells.
#[derive(Serialize)]
pub struct ActorView {
    pub kind: &'static str,
    pub id: Option<Id>,
}

/// A security event. What does not come by a request has no address, device and request id.
#[derive(Serialize)]
pub struct AuditEventView<'a> {
    pub id: Id,
    pub at: Timestamp,
    pub kind: AuditKind,
    pub actor: ActorView,
    pub subject: Option<Id>,
    pub details: &'a AuditDetails,
    pub address: Option<&'a str>,
    pub device: Option<&'a str>,
    pub request_id: Option<&'a str>,
}

impl<'a> From<&'a AuditEvent> for AuditEventView<'a> {
    fn from(event: &'a AuditEvent) -> Self {
        let known = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        Self {
            id: event.id,
            at: event.at,
            kind: event.kind,
            actor: ActorView {
                kind: event.actor.kind(),
                id: event.actor.user(),
            },
            subject: event.subject,
            details: &event.details,
            address: known(&event.address),
            device: known(&event.device),
            request_id: known(&event.request_id),
        }
    }
}

impl<'a> AuditEventView<'a> {
    /// The event as whom it happened to sees it: which administrator did something, and where that one sits, is not
    /// for everybody.
    pub fn to_subject(event: &'a AuditEvent, subject: Id) -> Self {
        let whole = Self::from(event);
        match event.actor {
            Actor::User(other) if other != subject => Self {
                actor: ActorView {
                    kind: "administrator",
                    id: None,
                },
                address: None,
                device: None,
                ..whole
            },
            Actor::User(_) | Actor::Operator | Actor::Service | Actor::Nobody => whole,
        }
    }
}

/// A session as its owner sees it.
#[derive(Serialize)]
pub struct SessionView<'a> {
    pub id: Id,
    pub device: &'a str,
    pub address: &'a str,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl<'a> SessionView<'a> {
    pub fn new(session: &'a Session, current: Id) -> Self {
        Self {
            id: session.id,
            device: &session.device,
            address: &session.address,
            created_at: session.created_at,
            last_used_at: session.turned_at,
            expires_at: session.expires_at,
            current: session.id == current,
        }
    }
}

/// A to-do as version 1 shows it; version 2 shows more beside it.
#[derive(Serialize)]
pub struct TodoView<'a> {
    pub id: Id,
    pub title: &'a str,
    pub notes: &'a str,
    pub done: bool,
    pub completed_at: Option<Timestamp>,
    pub due: Option<&'a Due>,
    pub time_zone: Option<Zone>,
    pub priority: Option<Priority>,
    pub tags: &'a [String],
    pub position: &'a str,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

impl<'a> From<&'a Todo> for TodoView<'a> {
    fn from(todo: &'a Todo) -> Self {
        Self {
            id: todo.id,
            title: &todo.title,
            notes: &todo.notes,
            done: todo.done,
            completed_at: todo.completed_at,
            due: todo.due.as_ref(),
            time_zone: todo.time_zone,
            priority: todo.priority,
            tags: &todo.tags,
            position: &todo.position,
            created_at: todo.created_at,
            updated_at: todo.updated_at,
            version: todo.version,
        }
    }
}

/// A to-do as version 2 shows it.
#[derive(Serialize)]
pub struct FullTodoView<'a> {
    #[serde(flatten)]
    pub plain: TodoView<'a>,
    pub recurrence: Option<&'a Rule>,
    pub recurs_from: Basis,
    pub last_completed_at: Option<Timestamp>,
    pub list_id: Option<Id>,
    pub parent_id: Option<Id>,
    pub parent_title: Option<&'a str>,
    pub progress: Option<ProgressView>,
    pub reminder: Option<&'a Reminder>,
    pub remind_at: Option<Timestamp>,
    pub reminded_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
}

/// How far the steps of a to-do are.
#[derive(Serialize)]
pub struct ProgressView {
    pub done: u64,
    pub total: u64,
}

impl<'a> From<&'a Shown> for FullTodoView<'a> {
    fn from(shown: &'a Shown) -> Self {
        let todo = &shown.todo;
        let progress = |Progress { done, total }| ProgressView { done, total };
        let series = todo.recurrence.as_ref();
        Self {
            plain: todo.into(),
            recurrence: series.map(|series| &series.rule),
            recurs_from: series.map_or_else(Basis::default, |series| series.from),
            last_completed_at: series.and_then(|series| series.completed_at),
            parent_title: shown.parent_title.as_deref(),
            progress: shown.progress.map(progress),
            list_id: todo.list_id,
            parent_id: todo.parent_id,
            reminder: todo.reminder.as_ref(),
            remind_at: todo.remind_at(),
            reminded_at: todo.reminded_at,
            deleted_at: todo.deleted_at,
        }
    }
}

/// A list as version 2 shows it.
#[derive(Serialize)]
pub struct ListView<'a> {
    pub id: Id,
    pub name: &'a str,
    pub color: Option<Color>,
    pub archived: bool,
    pub position: &'a str,
    /// What the caller is to it.
    pub role: &'static str,
    pub shared: bool,
    /// Not among changes: it is another one with every to-do, and those are told themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<u64>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub version: i64,
}

impl<'a> From<&'a Counted> for ListView<'a> {
    fn from(Counted { list, open, standing }: &'a Counted) -> Self {
        Self {
            open: Some(*open),
            ..Self::of(list, *standing)
        }
    }
}

impl<'a> ListView<'a> {
    /// A list among the changes.
    pub fn of(list: &'a List, standing: Standing) -> Self {
        Self {
            id: list.id,
            name: &list.name,
            color: list.color,
            archived: list.archived,
            position: &list.position,
            role: standing.name(),
            shared: !list.members.is_empty(),
            open: None,
            created_at: list.created_at,
            updated_at: list.updated_at,
            version: list.version,
        }
    }
}
