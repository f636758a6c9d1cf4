//! Which to-dos somebody reaches: his own, and those in lists of others that are shared with him.

use super::{Todos, Which};
use crate::error::{Error, Result};
use crate::model::{Caller, Id, List, Todo};
use crate::service::access::{Action, among, find_list};

impl Todos {
    /// The to-do, if the caller may do this with it. Nobody else's own are looked at: only who does not find it
    /// among his own has the lists read that are shared with him.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` if he only sees it.
    pub(super) async fn find(&self, caller: &Caller, id: Id, which: Which, action: Action) -> Result<Todo> {
        let user = caller.user_id;
        let found = match self.store.todo(user, id).await? {
            Some(own) => own,
            None => self.find_shared(user, id, action).await?,
        };
        match which {
            Which::Live if found.deleted_at.is_some() => Err(Error::NotFound),
            Which::Live | Which::Any => Ok(found),
        }
    }

    async fn find_shared(&self, user: Id, id: Id, action: Action) -> Result<Todo> {
        let shared = self.store.lists_shared_with(user).await?;
        for (owner, of_one) in List::by_owner(&shared) {
            let Some(todo) = self.store.todo(owner, id).await? else {
                continue;
            };
            let list = todo.list_id.ok_or(Error::NotFound)?;
            among(of_one.to_vec(), user, list, action)?;
            return Ok(todo);
        }
        Err(Error::NotFound)
    }

    /// The list that the caller names as the place of a to-do, if he may put one there.
    ///
    /// # Errors
    /// `Invalid`: there is no such list, for whatever reason, or it is archived. `Forbidden` if he only sees it.
    pub(super) async fn list_to_fill(&self, caller: &Caller, id: Id) -> Result<List> {
        let refused = |detail| Error::rule("/list_id", "list", detail);
        let found = find_list(&*self.store, caller.user_id, id, Action::Write).await;
        match found {
            Err(Error::NotFound) => Err(refused("no such list")),
            Ok(list) if list.archived => Err(refused(
                "the list is archived and takes no new to-dos; take it out of the archive first",
            )),
            outcome => outcome,
        }
    }

    /// Whose to-dos a question is about that found none of the caller's own: those in the list that it names, or
    /// the steps of the to-do.
    ///
    /// # Errors
    /// If the store does not answer.
    pub(super) async fn owner_of_shared(
        &self,
        caller: &Caller,
        list: Option<Id>,
        parent: Option<Id>,
    ) -> Result<Option<Id>> {
        let user = caller.user_id;
        let found = match (list, parent) {
            (Some(list), _) => {
                let shared = self.store.lists_shared_with(user).await?;
                among(shared, user, list, Action::See).map(|list| list.owner)
            }
            (None, Some(parent)) => {
                let parent = self.find_shared(user, parent, Action::See).await;
                parent.map(|parent| parent.owner)
            }
            (None, None) => Err(Error::NotFound),
        };
        match found {
            Err(Error::NotFound) => Ok(None),
            outcome => outcome.map(Some),
        }
    }
}
