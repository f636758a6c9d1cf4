//! What lists mean to their to-dos: which of them take one that is there. That steps go where their to-do goes is in
//! `steps`.

use super::{TodoPatch, Todos};
use crate::error::{Error, Result};
use crate::model::{Caller, Id, Todo};

fn refused(detail: &str) -> Error {
    Error::rule("/list_id", "list", detail)
}

impl Todos {
    /// Whether a to-do may go into the list that a patch names; `parent` is the one that the patch gives it. It may
    /// stay where it is.
    ///
    /// # Errors
    /// `Invalid` if it may not.
    pub(super) async fn check_may_go(
        &self,
        caller: &Caller,
        todo: &Todo,
        parent: Option<&Todo>,
        patch: &TodoPatch,
        list: Option<Id>,
    ) -> Result<()> {
        let is_step = match patch.parent_id {
            Some(parent) => parent.is_some(),
            None => todo.parent_id.is_some(),
        };
        let stays_in = parent.map_or(todo.list_id, |parent| parent.list_id);
        match list {
            _ if list == stays_in => Ok(()),
            _ if is_step => Err(refused(
                "a step is in the list of its to-do; put that one into another list",
            )),
            _ if self.owner_there(caller, list).await? == todo.owner => Ok(()),
            _ => Err(refused(
                "what is in the list is somebody else's; a move takes a to-do there, under a new id",
            )),
        }
    }

    /// Whose the to-dos are in the list (in the inbox, if it is `None`) that the caller wants to put one into.
    ///
    /// # Errors
    /// As [`Todos::list_to_fill`].
    pub(super) async fn owner_there(&self, caller: &Caller, list: Option<Id>) -> Result<Id> {
        Ok(match list {
            Some(list) => self.list_to_fill(caller, list).await?.owner,
            None => caller.user_id,
        })
    }
}
