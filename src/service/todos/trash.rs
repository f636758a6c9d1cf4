//! The trash: out of it again, and gone for good.

use super::{Precondition, Todos, Which};
use crate::error::{Error, Result};
use crate::model::{Caller, Id, Todo};
use crate::service::access::Action;
use crate::service::{PATCH_TRIES, too_contended};

/// Instances have clocks of their own: what one has just put into the trash may be so far ahead for another.
const CLOCKS_SECONDS: i64 = 86_400;

impl Todos {
    /// Takes one of the caller's to-dos out of the trash, with the steps that went there with it. One that is
    /// not there stays as it is.
    ///
    /// # Errors
    /// `NotFound`; `Stale` if the precondition does not hold; `Conflict` for a step whose parent is in the
    /// trash, or has as many steps as it may.
    pub async fn restore(&self, caller: &Caller, id: Id, condition: &Precondition) -> Result<Todo> {
        let found = self.find(caller, id, Which::Any, Action::Write).await?;
        let mut list_of_parent = None;
        if let (Some(parent), Some(_)) = (found.parent_id, found.deleted_at) {
            match self.store.todo(found.owner, parent).await? {
                Some(parent) if parent.deleted_at.is_some() => {
                    let detail = "it is a step of a to-do that is in the trash; restore that one";
                    return Err(Error::Conflict(detail));
                }
                Some(parent) if !self.has_room(&parent).await? => {
                    return Err(Error::Conflict("its to-do has as many steps as it can have"));
                }
                Some(parent) => list_of_parent = Some(parent.list_id),
                // `settle` makes it nobody's.
                None => {}
            }
        }
        let restored = self.rewrite(caller, id, Which::Any, condition, |todo, _| {
            if todo.deleted_at.take().is_some() {
                todo.put_into(list_of_parent.unwrap_or(todo.list_id));
            }
            Ok(())
        });
        self.settle(restored.await?).await
    }

    /// Leaves nothing of one of the caller's to-dos and its steps, in the trash or not.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` if it is somebody else's; `Stale` if the precondition does not hold.
    pub async fn purge(&self, caller: &Caller, id: Id, condition: &Precondition) -> Result<()> {
        let mut condition = condition.clone();
        for _ in 0..PATCH_TRIES {
            let found = self.find(caller, id, Which::Any, Action::Own).await?;
            condition.check(found.version)?;
            if found.deleted_at.is_none() {
                let trashed = self.rewrite(caller, id, Which::Any, &condition, |todo, now| {
                    todo.deleted_at.get_or_insert(now);
                    Ok(())
                });
                let trashed = trashed.await?;
                // What was meant is what is purged, or nothing.
                if condition != Precondition::None {
                    condition = Precondition::Versions(vec![trashed.version]);
                }
            }
            if self.store.purge_todo(found.owner, id, self.source.now()).await? {
                return Ok(());
            }
        }
        Err(too_contended())
    }

    /// Leaves nothing of what the caller has in the trash.
    ///
    /// # Errors
    /// If the store does not answer; what was not purged may be purged another time.
    pub async fn empty_trash(&self, caller: &Caller) -> Result<()> {
        let now = self.source.now();
        let before = now.plus_seconds(CLOCKS_SECONDS);
        Ok(self.store.purge_trash(Some(caller.user_id), before, now).await?)
    }
}
