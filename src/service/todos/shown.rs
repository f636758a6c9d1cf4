//! What is shown of a to-do beside itself: the title of its parent, and how far its steps are.

use std::collections::BTreeMap;

use super::Todos;
use crate::error::{Error, Result};
use crate::model::{Id, Progress, Todo};

/// A to-do, and what is shown with it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub todo: Todo,
    /// The title of the to-do that it is a step of.
    pub parent_title: Option<String>,
    /// How far its steps are, if it has or had any.
    pub progress: Option<Progress>,
}

impl Todos {
    /// These to-dos with what is shown with them. Asks once for the titles of all parents, and once for all
    /// steps, and for either only if there are any.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn show_all(&self, todos: Vec<Todo>) -> Result<Vec<Shown>> {
        let mut parents: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        let mut with_steps: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for todo in &todos {
            if let Some(parent) = todo.parent_id {
                parents.entry(todo.owner).or_default().push(parent);
            }
            if todo.has_children {
                with_steps.entry(todo.owner).or_default().push(todo.id);
            }
        }
        let mut titles: BTreeMap<Id, String> = BTreeMap::new();
        for (owner, mut ids) in parents {
            ids.sort_unstable();
            ids.dedup();
            titles.extend(self.store.titles(owner, &ids).await?);
        }
        let mut progress: BTreeMap<Id, Progress> = BTreeMap::new();
        for (owner, ids) in with_steps {
            progress.extend(self.store.progress(owner, &ids).await?);
        }
        let show = |todo: Todo| Shown {
            parent_title: todo.parent_id.and_then(|parent| titles.get(&parent).cloned()),
            progress: todo
                .has_children
                .then(|| progress.get(&todo.id).copied().unwrap_or_default()),
            todo,
        };
        Ok(todos.into_iter().map(show).collect())
    }

    /// One to-do with what is shown with it.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn show(&self, todo: Todo) -> Result<Shown> {
        let shown = self.show_all(vec![todo]).await?.pop();
        shown.ok_or_else(|| Error::internal("nothing is shown of a to-do"))
    }
}
