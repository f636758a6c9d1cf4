//! What changes to-dos, one thing at a time, and what is answered to it. The routes of one to-do do one of these,
//! a batch does several: by the same path.

use crate::error::Result;
use crate::http::reply::Reply;
use crate::http::v2::todos::{PATH, show};
use crate::model::{Caller, Id, TodoDraft};
use crate::service::Services;
use crate::service::todos::{Move, Precondition, TodoPatch};

/// One thing to be done.
pub(super) enum Operation {
    /// A new to-do, with this id if there is one: it may have been made at an earlier attempt.
    Create(Box<TodoDraft>, Option<Id>),
    /// Something with the to-do of this id, if the condition holds.
    Change(Id, Precondition, Change),
}

/// What is done with a to-do that is there.
pub(super) enum Change {
    Patch(Box<TodoPatch>),
    Move(Move),
    /// Into the trash.
    Delete,
    /// For good.
    Purge,
    Restore,
}

impl Operation {
    /// Does it for the caller, who was let in by the scope of the route.
    ///
    /// # Errors
    /// Those of the service.
    pub(super) async fn perform(self, services: &Services, caller: &Caller) -> Result<Reply> {
        let todos = &services.todos;
        let (id, condition, change) = match self {
            Self::Create(draft, id) => {
                let todo = todos.create(caller, *draft, id).await?;
                let location = format!("{PATH}/{}", todo.id);
                return Ok(show(services, todo).await?.0.created(location));
            }
            Self::Change(id, condition, change) => (id, condition, change),
        };
        let todo = match change {
            Change::Patch(patch) => todos.patch(caller, id, &patch, &condition).await?,
            Change::Move(to) => todos.move_to(caller, id, to, &condition).await?,
            Change::Restore => todos.restore(caller, id, &condition).await?,
            Change::Delete => {
                todos.delete(caller, id, &condition).await?;
                return Ok(Reply::empty());
            }
            Change::Purge => {
                todos.purge(caller, id, &condition).await?;
                return Ok(Reply::empty());
            }
        };
        Ok(show(services, todo).await?.0)
    }
}
