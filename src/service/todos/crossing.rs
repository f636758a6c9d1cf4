//! A to-do that goes into a list of another owner is copied, with its steps and under new ids, and the original goes
//! into the trash of its owner: who breaks off in between leaves both, and loses nothing.
//!
//! The ids follow from what is copied and its version: whoever does it again, or at the same moment, makes no second
//! copy. The original goes only if it is still what was copied.

use super::{Precondition, Todos, Which};
use crate::error::{Error, Result};
use crate::model::{Caller, Id, Sort, Todo, TodoFilter, TodoQuery};
use crate::service::access::Action;
use crate::service::derived::id_of;
use crate::service::{Beside, PATCH_TRIES, too_contended};

/// A to-do has a few more steps than it may have, at most.
const STEPS_AT_ONCE: usize = 500;

impl Todos {
    /// Gives `todo`, which is no step, to the owner of that list, and answers what it is there.
    ///
    /// # Errors
    /// `Stale` if the precondition does not hold; `Invalid` if there is no such neighbour there.
    pub(super) async fn hand_over(
        &self,
        caller: &Caller,
        mut todo: Todo,
        owner: Id,
        list: Option<Id>,
        beside: Option<Beside>,
        condition: &Precondition,
    ) -> Result<Todo> {
        for _ in 0..PATCH_TRIES {
            condition.check(todo.version)?;
            let copy = self.copy(&todo, owner, list, beside).await?;
            let as_copied = Precondition::Versions(vec![todo.version]);
            match self.delete(caller, todo.id, &as_copied).await {
                // If it is gone, somebody else did the same at this moment: the copy is theirs, too.
                Ok(()) | Err(Error::NotFound) => return Ok(copy),
                Err(Error::Stale) => {
                    self.discard(&copy).await?;
                    todo = self.find(caller, todo.id, Which::Live, Action::Write).await?;
                }
                Err(error) => return Err(error),
            }
        }
        Err(too_contended())
    }

    /// Makes the copy and those of the steps, if they are not there, and answers the first.
    async fn copy(&self, todo: &Todo, owner: Id, list: Option<Id>, beside: Option<Beside>) -> Result<Todo> {
        let now = self.source.now();
        let copy_of = |old: &Todo, parent: Option<Id>| Todo {
            id: id_of(format!("move|{}|{}|{owner}", old.id, todo.version).as_bytes()),
            owner,
            list_id: list,
            parent_id: parent,
            left_lists: Vec::new(),
            updated_at: now,
            version: 1,
            stamp: 0,
            ..old.clone()
        };
        let steps = if todo.has_children {
            let query = TodoQuery {
                filter: TodoFilter {
                    parent: Some(Some(todo.id)),
                    ..TodoFilter::default()
                },
                sort: Sort::Position,
                descending: false,
                limit: STEPS_AT_ONCE,
                after: None,
            };
            self.store.todo_page(todo.owner, &query).await?.items
        } else {
            Vec::new()
        };
        let mut copy = copy_of(todo, None);
        copy.position = self.position_at(&copy, list, beside).await?;
        let mut copies = vec![copy.clone()];
        copies.extend(steps.iter().map(|step| copy_of(step, Some(copy.id))));
        self.store.create_todos(&copies).await?;
        Ok(self.store.todo(owner, copy.id).await?.unwrap_or(copy))
    }

    /// Leaves nothing of a copy of what was changed meanwhile, unless somebody has changed the copy, too.
    async fn discard(&self, copy: &Todo) -> Result<()> {
        let now = self.source.now();
        let trashed = Todo {
            deleted_at: Some(now),
            updated_at: now,
            version: copy.version + 1,
            ..copy.clone()
        };
        if self.store.replace_todo(&trashed, copy.version).await? {
            self.store.purge_todo(copy.owner, copy.id, now).await?;
        }
        Ok(())
    }
}
