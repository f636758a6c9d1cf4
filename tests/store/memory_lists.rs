//! Lists, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rondo::model::{Fate, Id, List, Timestamp, Todo};
use rondo::store::{Lists, Result, Touched};

use super::{Memory, State};

impl Memory {
    /// The list with this owner and id, deleted or not.
    pub fn any_list(&self, owner: Id, id: Id) -> Option<List> {
        self.state().lists.get(&(owner, id)).cloned()
    }
}

impl State {
    fn write_list(&mut self, list: &List) {
        self.last_stamp += 1;
        let stamped = List {
            stamp: self.last_stamp,
            ..list.clone()
        };
        self.lists.insert((list.owner, list.id), stamped);
        let members = list.members.iter().map(|member| member.user_id);
        for user in members.chain(list.left.iter().copied()).chain([list.owner]) {
            self.touches.tell(Touched::Owner(user));
        }
    }
}

#[async_trait]
impl Lists for Memory {
    async fn create_list(&self, list: &List) -> Result<()> {
        let mut state = self.state();
        if !state.lists.contains_key(&(list.owner, list.id)) {
            state.write_list(list);
        }
        Ok(())
    }

    async fn list(&self, owner: Id, id: Id) -> Result<Option<List>> {
        Ok(self.any_list(owner, id).filter(|list| list.deleted_at.is_none()))
    }

    async fn replace_list(&self, list: &List, expected: i64) -> Result<bool> {
        let mut state = self.state();
        let old = state.lists.get(&(list.owner, list.id));
        let is_that = old.is_some_and(|old| old.version == expected && old.deleted_at.is_none());
        if is_that {
            state.write_list(list);
        }
        Ok(is_that)
    }

    async fn lists_of(&self, owner: Id) -> Result<Vec<List>> {
        let state = self.state();
        let own = state.lists.values().filter(|list| list.owner == owner);
        let mut live: Vec<List> = own.filter(|list| list.deleted_at.is_none()).cloned().collect();
        live.sort_by_key(|list| (list.position.clone(), list.id));
        Ok(live)
    }

    async fn lists_shared_with(&self, user: Id) -> Result<Vec<List>> {
        let state = self.state();
        let is_shared = |list: &&List| {
            list.deleted_at.is_none() && list.members.iter().any(|member| member.user_id == user)
        };
        let mut shared: Vec<List> = state.lists.values().filter(is_shared).cloned().collect();
        shared.sort_by_key(|list| (list.owner, list.position.clone(), list.id));
        Ok(shared)
    }

    async fn forget_left(&self, user: Id) -> Result<()> {
        for list in self.state().lists.values_mut() {
            list.left.retain(|left| *left != user);
        }
        Ok(())
    }

    async fn open_counts(&self, owner: Id) -> Result<BTreeMap<Option<Id>, u64>> {
        let mut counts = BTreeMap::new();
        let state = self.state();
        let is_open = |todo: &&Todo| todo.owner == owner && !todo.done && todo.deleted_at.is_none();
        for todo in state.todos.values().filter(is_open) {
            *counts.entry(todo.list_id).or_default() += 1;
        }
        Ok(counts)
    }

    async fn move_todos_of_list(&self, owner: Id, list: Id, fate: Fate, at: Timestamp) -> Result<()> {
        let mut state = self.state();
        let is_inside = |todo: &&Todo| todo.owner == owner && todo.list_id == Some(list);
        let inside: Vec<Todo> = state.todos.values().filter(is_inside).cloned().collect();
        for todo in inside {
            let deleted_at = todo.deleted_at.or((fate == Fate::Trash).then_some(at));
            state.write_todo(&Todo {
                list_id: None,
                deleted_at,
                updated_at: todo.updated_at.max(at),
                version: todo.version + 1,
                ..todo
            });
        }
        Ok(())
    }

    async fn leaving_lists(&self, limit: usize) -> Result<Vec<List>> {
        let state = self.state();
        let leaving = state.lists.values().filter(|list| list.fate.is_some());
        let mut leaving: Vec<List> = leaving.cloned().collect();
        leaving.sort_by_key(|list| (list.deleted_at, list.owner, list.id));
        leaving.truncate(limit);
        Ok(leaving)
    }

    async fn settle_list(&self, owner: Id, id: Id) -> Result<()> {
        let mut state = self.state();
        let list = state.lists.get_mut(&(owner, id));
        if let Some(list) = list.filter(|list| list.deleted_at.is_some()) {
            list.fate = None;
        }
        Ok(())
    }

    async fn remove_gone_lists(&self, before: Timestamp) -> Result<()> {
        let is_gone = |list: &List| list.fate.is_none() && list.deleted_at.is_some_and(|at| at < before);
        self.state().lists.retain(|_, list| !is_gone(list));
        Ok(())
    }

    async fn remove_lists_of(&self, owner: Id) -> Result<()> {
        self.state().lists.retain(|_, list| list.owner != owner);
        Ok(())
    }
}
