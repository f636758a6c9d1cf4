//! A to-do that goes into a list of another owner is copied, with its steps and under new ids, and the original goes
//! into the trash of its owner: who breaks off in between leaves both, and loses nothing.

use super::{Precondition, Todos};
use crate::error::Result;
use crate::model::{Caller, Id, Sort, Todo, TodoFilter, TodoQuery};
use crate::service::Beside;

/// A to-do has a few more steps than it may have, at most.
const STEPS_AT_ONCE: usize = 500;

impl Todos {
    /// Gives `todo`, which is no step, to the owner of that list, and answers what it is there.
    ///
    /// # Errors
    /// `Invalid` if there is no such neighbour there.
    pub(super) async fn hand_over(
        &self,
        caller: &Caller,
        todo: Todo,
        owner: Id,
        list: Option<Id>,
        beside: Option<Beside>,
    ) -> Result<Todo> {
        let now = self.source.now();
        let copy_of = |old: &Todo, parent: Option<Id>| Todo {
            id: self.source.new_id(),
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
        let mut copy = copy_of(&todo, None);
        copy.position = self.position_at(&copy, list, beside).await?;
        let mut copies = vec![copy.clone()];
        copies.extend(steps.iter().map(|step| copy_of(step, Some(copy.id))));
        self.store.create_todos(&copies).await?;
        self.delete(caller, todo.id, &Precondition::None).await?;
        Ok(copy)
    }
}
