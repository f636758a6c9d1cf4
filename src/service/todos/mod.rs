//! To-dos: the rules of reading and changing them. Pages of them are in `pages`, their order by hand is in `moves`,
//! what comes again in `recurring`.

mod crossing;
mod lists;
mod moves;
mod pages;
mod reach;
pub(super) mod recurring;
mod reminder;
mod shown;
mod steps;
mod trash;

use std::sync::Arc;

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{
    Basis, Caller, Due, FamilyChange, Id, Priority, Reminder, Rule, Timestamp, Todo, TodoDraft, Zone,
};
use crate::secret::Secrets;
use crate::service::access::Action;
use crate::service::cursors::Cursors;
use crate::service::{PATCH_TRIES, Turns, too_contended};
use crate::store::Store;

pub use self::moves::Move;
pub use self::pages::{DueBound, DueWindow, Page, PageRequest};
use self::recurring::Completion;
pub use self::shown::Shown;
pub use self::steps::MOST_STEPS;

/// What of a to-do is to be changed; `None` stays as it is, `Some(None)` goes back to its default.
#[derive(Debug, Clone, Default)]
pub struct TodoPatch {
    pub title: Option<String>,
    pub notes: Option<Option<String>>,
    pub done: Option<bool>,
    pub due: Option<Option<Due>>,
    pub time_zone: Option<Option<Zone>>,
    pub recurrence: Option<Option<Rule>>,
    pub recurs_from: Option<Option<Basis>>,
    pub priority: Option<Option<Priority>>,
    pub tags: Option<Option<Vec<String>>>,
    /// A step of this to-do, or none. See `steps`.
    pub parent_id: Option<Option<Id>>,
    /// The list that it goes into; whether it may is asked by [`Todos::patch`].
    pub list_id: Option<Option<Id>>,
    pub reminder: Option<Option<Reminder>>,
}

impl TodoPatch {
    /// Changes `todo` as the patch says; twice is no more than once, but for the completion of what comes again.
    ///
    /// # Errors
    /// `Invalid` if it cannot come again like this; then it is changed in part.
    pub fn apply(&self, todo: &mut Todo, now: Timestamp) -> Result<()> {
        let old = todo.clone();
        if let Some(title) = &self.title {
            todo.title.clone_from(title);
        }
        if let Some(notes) = &self.notes {
            todo.notes = notes.clone().unwrap_or_default();
        }
        if let Some(due) = &self.due {
            todo.due.clone_from(due);
        }
        if let Some(time_zone) = self.time_zone {
            todo.time_zone = time_zone;
        }
        if let Some(priority) = self.priority {
            todo.priority = priority;
        }
        if let Some(tags) = &self.tags {
            todo.tags = tags.clone().unwrap_or_default();
        }
        if let Some(parent_id) = self.parent_id {
            todo.parent_id = parent_id;
        }
        if let Some(list_id) = self.list_id {
            todo.put_into(list_id);
        }
        if let Some(reminder) = &self.reminder {
            todo.reminder.clone_from(reminder);
        }
        self.apply_series(&old, todo)?;
        // At last, since what is completed is what stands there then.
        if let Some(done) = self.done {
            todo.set_done(done, now);
        }
        Ok(())
    }
}

/// What a client demands of the present version before it is changed (`If-Match`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Precondition {
    #[default]
    None,
    /// It must be there.
    Exists,
    /// It must be one of these versions.
    Versions(Vec<i64>),
}

impl Precondition {
    /// # Errors
    /// `Stale` if the version of what is there is none of those that are named.
    pub fn check(&self, version: i64) -> Result<()> {
        match self {
            Self::Versions(versions) if !versions.contains(&version) => Err(Error::Stale),
            Self::None | Self::Exists | Self::Versions(_) => Ok(()),
        }
    }
}

/// Where a to-do may be that is changed.
#[derive(Clone, Copy)]
enum Which {
    Live,
    /// In the trash, or not.
    Any,
}

/// A change of a family takes less: one that was begun before broke off.
const FAMILY_SECONDS: i64 = 60;

/// To-dos.
pub struct Todos {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    cursors: Cursors,
    turns: Turns,
    /// Deleted to-dos are kept for so many days.
    trash_days: i64,
}

/// For so many days more it is known that there was one: whoever asks for changes that seldom starts over.
pub(in crate::service) const GONE_DAYS: i64 = 30;

impl Todos {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>, secrets: &Secrets, trash_days: i64) -> Self {
        Self {
            trash_days,
            store,
            source,
            cursors: Cursors::new(secrets),
            turns: Turns::new(),
        }
    }

    /// Makes a to-do of the caller's, or of the owner of the list that it goes into. One with the id `chosen` may have been made at an earlier attempt:
    /// then it stays as it is, and is answered.
    ///
    /// # Errors
    /// `Invalid` if its parent cannot be one, its list takes no new to-dos or is none of the caller's, it
    /// cannot come again as it is to, or for a reminder that counts from a due date that there is not.
    pub async fn create(&self, caller: &Caller, draft: TodoDraft, chosen: Option<Id>) -> Result<Todo> {
        let now = self.source.now();
        let id = chosen.unwrap_or_else(|| self.source.new_id());
        let (owner, list_id) = match self.place_of_new(caller, id, &draft).await {
            // What an earlier attempt made stays made, whatever became of the list since.
            Err(refusal) if chosen.is_some() => {
                return self.get(caller, id).await.map_err(|_| refusal);
            }
            outcome => outcome?,
        };
        let mut todo = self
            .drafted(owner, id, TodoDraft { list_id, ..draft }, now)
            .await?;
        let lacks_zone = matches!((&todo.due, todo.time_zone), (Some(Due::Day(_)), None));
        if todo.reminder.is_some() {
            // Whether its moment lies behind depends on the zone.
            if lacks_zone {
                todo.time_zone = self.zone_of(owner).await?;
            }
            todo.pass_over_missed(None, now);
            self.store.create_todo(&todo).await?;
        } else if lacks_zone {
            todo.time_zone = self.store.create_todo_in_zone_of_owner(&todo).await?;
        } else {
            self.store.create_todo(&todo).await?;
        }
        let kept = match chosen {
            Some(id) => self
                .store
                .todo(owner, id)
                .await?
                .filter(|kept| kept.deleted_at.is_none()),
            None => None,
        };
        // One that was made before, and deleted since, is answered as it was asked for.
        if kept.is_none() && chosen.is_some() {
            return Ok(todo);
        }
        self.settle(kept.unwrap_or(todo)).await
    }

    /// Whose a new to-do is, and the list that it goes into.
    async fn place_of_new(&self, caller: &Caller, id: Id, draft: &TodoDraft) -> Result<(Id, Option<Id>)> {
        Ok(match (draft.parent_id, draft.list_id) {
            (Some(parent), _) => self.place_of_new_step(caller, parent, id, draft).await?,
            (None, Some(list)) => {
                let list = self.list_to_fill(caller, list).await?;
                (list.owner, Some(list.id))
            }
            (None, None) => (caller.user_id, None),
        })
    }

    /// Many to-dos of the caller's at once, none of them a step, in lists of the caller's that take them: that is not
    /// asked.
    ///
    /// # Errors
    /// `Invalid` if one cannot come again as it is to; then none is made.
    pub async fn create_all(&self, caller: &Caller, drafts: Vec<TodoDraft>) -> Result<()> {
        let now = self.source.now();
        let mut todos = Vec::with_capacity(drafts.len());
        for draft in drafts {
            todos.push(
                self.drafted(caller.user_id, self.source.new_id(), draft, now)
                    .await?,
            );
        }
        Ok(self.store.create_todos(&todos).await?)
    }

    /// What a draft becomes, before it is kept.
    async fn drafted(&self, owner: Id, id: Id, draft: TodoDraft, now: Timestamp) -> Result<Todo> {
        let mut todo = Todo {
            notes: draft.notes,
            time_zone: draft.time_zone,
            due: draft.due,
            priority: draft.priority,
            tags: draft.tags,
            list_id: draft.list_id,
            parent_id: draft.parent_id,
            reminder: draft.reminder,
            ..Todo::new(id, owner, draft.title, now)
        };
        todo.recurrence = recurring::series(
            draft.recurrence,
            draft.recurs_from,
            todo.due.as_ref(),
            todo.time_zone,
        )?;
        if todo.recurrence.is_some() && todo.time_zone.is_none() {
            todo.time_zone = self.zone_of(owner).await?;
        }
        todo.set_done(draft.done, now);
        reminder::check(&todo)?;
        Ok(todo)
    }

    /// One of the to-dos that the caller sees.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, caller: &Caller, id: Id) -> Result<Todo> {
        self.find(caller, id, Which::Live, Action::See).await
    }

    /// Changes one of the to-dos that the caller may change. What changes nothing writes nothing. One that comes again and is
    /// completed goes on to its next occurrence, in the same write; see `recurring` for who does so again.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` if it is in a list that the caller only sees; `Stale` if the precondition does not
    /// hold; `Invalid` if it cannot have its new parent or reminder, may not go into the list, or cannot come again
    /// as it is to.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: Id,
        patch: &TodoPatch,
        condition: &Precondition,
    ) -> Result<Todo> {
        self.check_reminder(caller, id, patch).await?;
        let needs_zone =
            matches!(patch.due, Some(Some(Due::Day(_)))) || matches!(patch.recurrence, Some(Some(_)));
        let fallback_zone = if needs_zone && patch.time_zone.is_none() {
            self.zone_of(caller.user_id).await?
        } else {
            None
        };
        let parent = match patch.parent_id {
            Some(Some(parent)) => Some(self.new_parent(caller, id, parent, condition).await?),
            _ => None,
        };
        if let Some(list) = patch.list_id {
            let todo = self.find(caller, id, Which::Live, Action::Write).await?;
            self.check_may_go(caller, &todo, parent.as_ref(), patch, list)
                .await?;
        }
        let mut completion = Completion::new(condition);
        let todo = self.rewrite(caller, id, Which::Live, condition, |todo, now| {
            todo.time_zone = todo.time_zone.or(fallback_zone);
            if patch.done == Some(true) && completion.is_repeated(todo, now) {
                let rest = TodoPatch {
                    done: None,
                    ..patch.clone()
                };
                rest.apply(todo, now)?;
            } else {
                patch.apply(todo, now)?;
            }
            parent
                .as_ref()
                .map_or(Ok(()), |parent| steps::check_step(todo, parent))
        });
        let todo = todo.await?;
        // It may have become a step while its list was looked at.
        if parent.is_some() || (patch.list_id.is_some() && todo.parent_id.is_some()) {
            return self.settle(todo).await;
        }
        Ok(todo)
    }

    /// Puts a to-do that the caller may change into the trash.
    ///
    /// # Errors
    /// As [`Todos::patch`].
    pub async fn delete(&self, caller: &Caller, id: Id, condition: &Precondition) -> Result<()> {
        let deletion = self.rewrite(caller, id, Which::Live, condition, |todo, now| {
            todo.deleted_at = Some(now);
            Ok(())
        });
        deletion.await.map(|_| ())
    }

    /// Reads, computes, replaces what was read, and with it what follows for its steps; tries again if
    /// somebody else was faster, which a client that named the version is told.
    async fn rewrite(
        &self,
        caller: &Caller,
        id: Id,
        which: Which,
        condition: &Precondition,
        mut change: impl FnMut(&mut Todo, Timestamp) -> Result<()>,
    ) -> Result<Todo> {
        let mut turn = None;
        for _ in 0..PATCH_TRIES {
            let old = self.find(caller, id, which, Action::Write).await?;
            condition.check(old.version)?;
            let now = self.source.now();
            let mut new = old.clone();
            change(&mut new, now)?;
            new.pass_over_missed(Some(&old), now);
            if new == old {
                return Ok(old);
            }
            new.version += 1;
            new.updated_at = now;
            let is_replaced = match FamilyChange::between(&old, &new) {
                Some(family) if old.has_children => {
                    self.store.replace_family(&new, old.version, &family).await?
                }
                _ => self.store.replace_todo(&new, old.version).await?,
            };
            if is_replaced {
                return Ok(new);
            }
            if turn.is_none() {
                turn = Some(self.turns.of(id).await?);
            }
        }
        Err(too_contended())
    }

    /// Removes to-dos that were deleted long ago, and finishes changes of families that broke off.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn run_once(&self) -> Result<()> {
        let now = self.source.now();
        let ago = |days: i64| now.plus_seconds(-days * 86_400);
        self.store
            .resume_families(now.plus_seconds(-FAMILY_SECONDS))
            .await?;
        self.store.purge_trash(None, ago(self.trash_days), now).await?;
        Ok(self.store.remove_gone_todos(ago(GONE_DAYS)).await?)
    }

    async fn zone_of(&self, user: Id) -> Result<Option<Zone>> {
        Ok(self.store.user(user).await?.and_then(|user| user.time_zone))
    }
}
