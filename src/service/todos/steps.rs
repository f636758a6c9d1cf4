//! Steps: to-dos that have another as their parent. The rules of such a family:
//!
//! - There is one level. The parent is one's own, not in the trash, and no step; what has or had steps cannot
//!   become one. A parent has at most [`MOST_STEPS`] steps outside the trash (a few more, if they are added
//!   at the same time).
//! - A step is in its parent's list.
//! - Completing a to-do completes its open steps, at the same moment; one that comes again and goes on to its next
//!   occurrence opens those that are done instead. Else each stands for itself: reopening a
//!   to-do leaves its steps as they are, and what becomes of a step, or is added as one, leaves its parent
//!   as it is.
//! - What is deleted goes into the trash with its steps, and comes back with those that went with it. A step
//!   does not come back alone while its parent is in the trash. What is purged is purged with its steps.
//!
//! That a to-do may have steps is marked before the first of them is written, and the mark counts like the
//! version when a to-do is written: so of one that gets a parent, goes into the trash or is completed, and a
//! step that is added to it at the same time, one sees the other.

use super::{Precondition, Todos, Which};
use crate::error::{Error, Result};
use crate::model::{Caller, Id, Todo, TodoDraft};
use crate::service::access::Action;
use crate::service::{PATCH_TRIES, too_contended};

/// So many steps a to-do may have, those in the trash not counted.
pub const MOST_STEPS: u64 = 200;

fn refused(detail: &str) -> Error {
    Error::rule("/parent_id", "parent", detail)
}

/// Makes `todo`, which is to have this parent, what a step is.
///
/// # Errors
/// `Invalid` if it cannot be one.
pub(super) fn check_step(todo: &mut Todo, parent: &Todo) -> Result<()> {
    check_free_of_steps(todo)?;
    todo.put_into(parent.list_id);
    Ok(())
}

fn check_free_of_steps(todo: &Todo) -> Result<()> {
    if todo.has_children {
        return Err(refused(
            "this to-do has, or had, steps of its own, and cannot become a step itself",
        ));
    }
    Ok(())
}

impl Todos {
    /// Whose a step is that is about to be made, and its list; its parent is ready for it.
    ///
    /// # Errors
    /// `Invalid` if it cannot have this parent.
    pub(super) async fn place_of_new_step(
        &self,
        caller: &Caller,
        parent: Id,
        id: Id,
        draft: &TodoDraft,
    ) -> Result<(Id, Option<Id>)> {
        // One that was made at an earlier attempt was looked at then.
        if let Some(made) = self.store.todo(caller.user_id, id).await? {
            return Ok((made.owner, draft.list_id));
        }
        let parent = self.ready_parent(caller, parent, None).await?;
        if draft.list_id.is_some() && draft.list_id != parent.list_id {
            let detail = "a step is in the list of its to-do; leave list_id out";
            return Err(Error::rule("/list_id", "parent", detail));
        }
        Ok((parent.owner, parent.list_id))
    }

    /// The to-do that the caller's to-do `id` is to become a step of.
    ///
    /// # Errors
    /// As [`Todos::patch`].
    pub(super) async fn new_parent(
        &self,
        caller: &Caller,
        id: Id,
        parent: Id,
        condition: &Precondition,
    ) -> Result<Todo> {
        let todo = self.find(caller, id, Which::Live, Action::Write).await?;
        condition.check(todo.version)?;
        if id == parent {
            return Err(refused("a to-do cannot be a step of itself"));
        }
        if todo.parent_id == Some(parent)
            && let Some(parent) = self.store.todo(todo.owner, parent).await?
        {
            return Ok(parent);
        }
        // Before anything is written of the parent.
        check_free_of_steps(&todo)?;
        self.ready_parent(caller, parent, Some(todo.owner)).await
    }

    /// The to-do, marked as one that has steps. With an owner: only if it is his.
    async fn ready_parent(&self, caller: &Caller, id: Id, owner: Option<Id>) -> Result<Todo> {
        let mut parent = match self.find(caller, id, Which::Live, Action::Write).await {
            Err(Error::NotFound) => {
                return Err(refused("there is no such to-do of yours, or it is in the trash"));
            }
            outcome => outcome?,
        };
        if owner.is_some_and(|owner| parent.owner != owner) {
            return Err(refused("the two to-dos are in lists of different people"));
        }
        if parent.parent_id.is_some() {
            return Err(refused("that to-do is a step itself, and a step has no steps"));
        }
        if !self.has_room(&parent).await? {
            return Err(refused("that to-do has 200 steps, and more it cannot have"));
        }
        if !parent.has_children {
            if !self.store.mark_parent(parent.owner, id).await? {
                return Err(refused(
                    "that to-do has just become a step, or gone into the trash",
                ));
            }
            parent.has_children = true;
        }
        Ok(parent)
    }

    /// Whether the to-do may have one more step.
    pub(super) async fn has_room(&self, parent: &Todo) -> Result<bool> {
        if !parent.has_children {
            return Ok(true);
        }
        let progress = self.store.progress(parent.owner, &[parent.id]).await?;
        Ok(progress
            .first()
            .is_none_or(|(_, progress)| progress.total < MOST_STEPS))
    }

    /// Brings a step that was just written into line with its parent, which may have been written at the
    /// same time: what went into the trash has taken the step with it, though it was not there to be seen.
    pub(super) async fn settle(&self, mut step: Todo) -> Result<Todo> {
        for _ in 0..PATCH_TRIES {
            let Some(parent_id) = step.parent_id else {
                return Ok(step);
            };
            let parent = self.store.todo(step.owner, parent_id).await?;
            let mut next = step.clone();
            match &parent {
                Some(parent) => {
                    next.deleted_at = step.deleted_at.or(parent.deleted_at);
                    next.put_into(parent.list_id);
                }
                None => next.parent_id = None,
            }
            if next == step {
                return Ok(step);
            }
            next.version += 1;
            next.updated_at = self.source.now();
            if self.store.replace_todo(&next, step.version).await? {
                return Ok(next);
            }
            match self.store.todo(step.owner, step.id).await? {
                Some(kept) => step = kept,
                None => return Ok(next),
            }
        }
        Err(too_contended())
    }
}
