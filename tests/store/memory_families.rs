//! To-dos and their steps, as plainly as the rest.

use async_trait::async_trait;
use rondo::model::{FamilyChange, Id, Progress, Timestamp, Todo};
use rondo::store::{Families, Result};

use super::{Memory, State};

impl State {
    /// The steps of a to-do, in the trash or not, by their ids.
    pub(super) fn steps(&self, owner: Id, parent: Id) -> Vec<Todo> {
        let own = self.todos.values().filter(|todo| todo.owner == owner);
        own.filter(|todo| todo.parent_id == Some(parent))
            .cloned()
            .collect()
    }
}

#[async_trait]
impl Families for Memory {
    async fn mark_parent(&self, owner: Id, id: Id) -> Result<bool> {
        let mut state = self.state();
        let found = state.todos.get_mut(&(owner, id));
        let found = found.filter(|todo| todo.deleted_at.is_none() && todo.parent_id.is_none());
        Ok(found.map(|todo| todo.has_children = true).is_some())
    }

    async fn replace_family(&self, todo: &Todo, expected: i64, change: &FamilyChange) -> Result<bool> {
        let mut state = self.state();
        let old = state.todos.get(&(todo.owner, todo.id));
        if !old.is_some_and(|old| old.version == expected && old.has_children == todo.has_children) {
            return Ok(false);
        }
        state.write_todo(todo);
        if todo.has_children {
            for step in state.steps(todo.owner, todo.id) {
                if let Some(next) = change.of_step(todo, &step) {
                    state.write_todo(&next);
                }
            }
        }
        Ok(true)
    }

    async fn resume_families(&self, _before: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn titles(&self, owner: Id, ids: &[Id]) -> Result<Vec<(Id, String)>> {
        let state = self.state();
        let found = ids.iter().filter_map(|id| state.todos.get(&(owner, *id)));
        Ok(found.map(|todo| (todo.id, todo.title.clone())).collect())
    }

    async fn progress(&self, owner: Id, parents: &[Id]) -> Result<Vec<(Id, Progress)>> {
        let state = self.state();
        let of = |parent: &Id| {
            let mut steps = state.steps(owner, *parent);
            steps.retain(|step| step.deleted_at.is_none());
            let count = |steps: usize| u64::try_from(steps).expect("a small number");
            let done = steps.iter().filter(|step| step.done).count();
            let progress = Progress {
                done: count(done),
                total: count(steps.len()),
            };
            (progress.total > 0).then_some((*parent, progress))
        };
        Ok(parents.iter().filter_map(of).collect())
    }
}
