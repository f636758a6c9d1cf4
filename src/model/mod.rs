//! What things are: parsed values without any I/O. A value that exists is valid.
//!
//! Sort keys and search text are computed here as strings, so that both keepers order and find the
//! same way. What may be done with these values is for `service`; how they are kept, for `store`.

mod audit;
mod caller;
mod change;
mod device;
mod digest;
mod email;
mod factors;
mod family;
mod id;
mod list;
mod mail;
mod page;
mod position;
#[cfg(test)]
pub mod properties;
mod recurrence;
mod reminder;
mod session;
mod text;
mod ticket;
mod time;
mod todo;
mod user;

pub use audit::{
    Actor, ActorError, AuditDetails, AuditEvent, AuditFilter, AuditKind, AuditMethod, AuditPlace, AuditReason,
};
pub use caller::{Caller, Scope, Scopes};
pub use change::{Change, ChangeKind, ChangePage, ChangePlace, Gone};
pub use device::device_name;
pub use digest::{DueDigest, TimeOfDay};
pub use email::{Email, EmailError};
pub use factors::{Factors, Passkey, Totp};
pub use family::{FamilyChange, Progress};
pub use id::{Id, IdError};
pub use list::{Color, ColorError, Fate, List, ListRole, Member};
pub use mail::{About, Mail};
pub use page::{DueFilter, Place, Sort, TodoFilter, TodoPage, TodoQuery};
pub use position::{
    LONGEST as LONGEST_POSITION, PositionError, first_position, last_position, own_position_between,
    spread_positions,
};
pub use recurrence::{Ahead, Basis, First, Recurrence, RecurrenceError, Rule, RuleError};
pub use reminder::{DueReminder, Reminder, ReminderError};
pub use session::{
    ApiToken, CLI_CLIENT, EndedThere, OWN_CLIENT, ProviderSession, Revocation, Revoked, Session, Turn,
};
pub use text::{fold, search_terms};
pub use ticket::{Purpose, Ticket};
pub use time::{Due, DueError, Timestamp, TimestampError, Zone, ZoneChange};
pub use todo::{Priority, SortKeys, State, Todo, TodoDraft};
pub use user::{
    CalendarAddress, Role, User, UserFilter, WeekStart, email_identity, provider_identity, provider_of,
};
