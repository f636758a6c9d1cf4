//! What lists mean to their to-dos: which of them take new ones. That steps go where their to-do goes is in `steps`.

use super::{TodoPatch, Todos};
use crate::error::{Error, Result};
use crate::model::{Id, Todo};

fn refused(detail: &str) -> Error {
    Error::rule("/list_id", "list", detail)
}

impl Todos {
    /// Whether this list of the owner's takes new to-dos.
    ///
    /// # Errors
    /// `Invalid`: there is no such list, for whatever reason, or it is archived.
    pub(super) async fn check_takes(&self, owner: Id, list: Id) -> Result<()> {
        match self.store.list(owner, list).await? {
            None => Err(refused("no such list")),
            Some(list) if list.archived => Err(refused(
                "the list is archived and takes no new to-dos; take it out of the archive first",
            )),
            Some(_) => Ok(()),
        }
    }

    /// Whether a to-do may go into the list that a patch names; `parent` is the one that the patch gives it. It may
    /// stay where it is.
    ///
    /// # Errors
    /// `Invalid` if it may not.
    pub(super) async fn check_may_go(
        &self,
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
            Some(list) => self.check_takes(todo.owner, list).await,
            None => Ok(()),
        }
    }
}
