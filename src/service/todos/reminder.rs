//! What a reminder needs of the to-do that it is set on.

use super::{TodoPatch, Todos, Which};
use crate::error::{Error, Result};
use crate::model::{Caller, Id, Todo};
use crate::service::access::Action;

/// # Errors
/// `Invalid` if the reminder counts from a due date and there is none.
pub(super) fn check(todo: &Todo) -> Result<()> {
    match &todo.reminder {
        Some(reminder) if reminder.needs_due() && todo.due.is_none() => Err(needs_due()),
        _ => Ok(()),
    }
}

fn needs_due() -> Error {
    Error::rule(
        "/reminder",
        "due",
        "a reminder of this form counts back from the due date; give the to-do one, or write a moment",
    )
}

impl Todos {
    /// Refuses a patch that sets a reminder which counts from a due date that the to-do will not have. A due date
    /// may be taken away from under a reminder that stays: it rests until there is one again.
    ///
    /// # Errors
    /// `Invalid`; `NotFound`.
    pub(super) async fn check_reminder(&self, caller: &Caller, id: Id, patch: &TodoPatch) -> Result<()> {
        let needs_due = matches!(&patch.reminder, Some(Some(reminder)) if reminder.needs_due());
        match &patch.due {
            _ if !needs_due => Ok(()),
            Some(Some(_)) => Ok(()),
            Some(None) => Err(self::needs_due()),
            None if self
                .find(caller, id, Which::Live, Action::Write)
                .await?
                .due
                .is_some() =>
            {
                Ok(())
            }
            None => Err(self::needs_due()),
        }
    }
}
