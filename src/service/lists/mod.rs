//! Lists: the rules of making, ordering, changing and deleting them.
//!
//! A list is deleted in two steps, each of which can be repeated: it is marked as deleted, from when on nobody
//! finds it and nothing new comes in; then its to-dos are moved. What a crash leaves of the second step, and what
//! somebody put in who had looked before the first, is moved by the job [`Lists::run_once`].
//!
//! Whom lists are shared with is in `members`.

mod members;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{Caller, Color, Fate, Id, List, Timestamp, last_position, own_position_between};
use crate::service::access::{Action, Standing, find_list};
use crate::service::todos::{GONE_DAYS, Precondition};
use crate::service::{Beside, PATCH_TRIES, Turns, too_contended};
use crate::store::Store;

pub use self::members::{Shared, close_all, leave_all};

/// So many lists a person may have. (Of several that are made at the same moment, all may be.)
pub const MOST_LISTS: usize = 500;
/// The longest position that is shown. Hundreds of moves between the same two lists come to that.
const LONGEST_POSITION: usize = 200;
/// After so many seconds nobody works on a request any more that saw a list before it was deleted.
const SETTLED_SECONDS: i64 = 600;
/// So many deleted lists are seen to at a time.
const LEAVING_AT_ONCE: usize = 1000;

/// What a client says of a new list.
#[derive(Debug, Clone)]
pub struct ListDraft {
    pub name: String,
    pub color: Option<Color>,
}

/// What of a list is to be changed; `None` stays as it is, `Some(None)` goes back to its default.
#[derive(Debug, Clone, Default)]
pub struct ListPatch {
    pub name: Option<String>,
    pub color: Option<Option<Color>>,
    pub archived: Option<bool>,
}

impl ListPatch {
    fn apply(&self, list: &mut List) {
        if let Some(name) = &self.name {
            list.name.clone_from(name);
        }
        list.color = self.color.unwrap_or(list.color);
        list.archived = self.archived.unwrap_or(list.archived);
    }
}

/// A list, how many open to-dos are in it, and what the caller is to it.
#[derive(Debug, Clone)]
pub struct Counted {
    pub list: List,
    pub open: u64,
    pub standing: Standing,
}

/// All lists of a person.
#[derive(Debug, Clone)]
pub struct Overview {
    /// His own, in their order, and behind them those of others that are shared with him.
    pub lists: Vec<Counted>,
    /// How many open to-dos are in no list.
    pub inbox: u64,
}

/// Lists.
pub struct Lists {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    turns: Turns,
}

impl Lists {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>) -> Self {
        Self {
            store,
            source,
            turns: Turns::new(),
        }
    }

    /// All of the caller's lists, in their order, and those that are shared with him. One query for the counts of
    /// each owner.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn all(&self, caller: &Caller) -> Result<Overview> {
        let lists = self.store.lists_of(caller.user_id).await?;
        let counts = self.store.open_counts(caller.user_id).await?;
        let inbox = counts.get(&None).copied().unwrap_or_default();
        let mut counts = BTreeMap::from([(caller.user_id, counts)]);
        let shared = self.store.lists_shared_with(caller.user_id).await?;
        for list in &shared {
            if let Entry::Vacant(entry) = counts.entry(list.owner) {
                entry.insert(self.store.open_counts(list.owner).await?);
            }
        }
        let lists = lists.into_iter().chain(shared);
        let show = |list: List| {
            let open = counts
                .get(&list.owner)
                .and_then(|counts| counts.get(&Some(list.id)));
            counted(caller, open.copied(), list)
        };
        Ok(Overview {
            lists: lists.filter_map(show).collect(),
            inbox,
        })
    }

    /// Makes a list of the caller's, behind all others. One with the id `chosen` may have been made at an earlier
    /// attempt: then it stays as it is, and is answered.
    ///
    /// # Errors
    /// `Conflict` if there are too many.
    pub async fn create(&self, caller: &Caller, draft: ListDraft, chosen: Option<Id>) -> Result<Counted> {
        let owner = caller.user_id;
        if let Some(id) = chosen
            && let Some(kept) = self.store.list(owner, id).await?
        {
            return self.count(caller, kept).await;
        }
        if self.store.lists_of(owner).await?.len() >= MOST_LISTS {
            return Err(Error::Conflict(
                "there are 500 lists, and no more are taken; delete one first",
            ));
        }
        let now = self.source.now();
        let id = chosen.unwrap_or_else(|| self.source.new_id());
        let list = List {
            color: draft.color,
            ..List::new(id, owner, draft.name, now)
        };
        self.store.create_list(&list).await?;
        Ok(Counted {
            list,
            open: 0,
            standing: Standing::Owner,
        })
    }

    /// One of the caller's lists, or one that is shared with him.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn get(&self, caller: &Caller, id: Id) -> Result<Counted> {
        self.count(caller, self.find(caller, id, Action::See).await?)
            .await
    }

    /// Changes one of the caller's lists. What changes nothing writes nothing.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for a list that is only shared with the caller; `Stale` if the precondition does not
    /// hold.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: Id,
        patch: &ListPatch,
        condition: &Precondition,
    ) -> Result<Counted> {
        let list = self
            .rewrite(caller, id, Action::Own, condition, |list, _| patch.apply(list))
            .await?;
        self.count(caller, list).await
    }

    /// Puts one of the caller's lists beside another one.
    ///
    /// # Errors
    /// As [`Lists::patch`]; `Invalid` if the other one is none of the caller's; `Conflict` if nothing fits between
    /// it and its neighbour any more.
    pub async fn put(
        &self,
        caller: &Caller,
        id: Id,
        beside: Beside,
        condition: &Precondition,
    ) -> Result<Counted> {
        self.find(caller, id, Action::Own).await?;
        let position = self.position(caller.user_id, id, beside).await?;
        let list = self
            .rewrite(caller, id, Action::Own, condition, |list, _| {
                if let Some(position) = &position {
                    list.position.clone_from(position);
                }
            })
            .await?;
        self.count(caller, list).await
    }

    /// The position beside another list; none if it stands there already.
    async fn position(&self, owner: Id, id: Id, beside: Beside) -> Result<Option<String>> {
        let all = self.store.lists_of(owner).await?;
        let other = beside.id();
        let stood = all.iter().position(|list| list.id == id);
        let others: Vec<&List> = all.iter().filter(|list| list.id != id).collect();
        if other == id {
            return Ok(None);
        }
        let Some(place) = others.iter().position(|list| list.id == other) else {
            return Err(Error::rule(beside.pointer(), "list", "no such list"));
        };
        let place = match beside {
            Beside::After(_) => place + 1,
            Beside::Before(_) => place,
        };
        if stood == Some(place) {
            return Ok(None);
        }
        let Some(next) = others.get(place) else {
            let last = others.last().map_or("", |last| last.position.as_str());
            let behind = last_position(last, self.source.now(), id).map_err(Error::internal)?;
            return Ok(Some(behind));
        };
        let previous = place
            .checked_sub(1)
            .map_or("", |previous| others[previous].position.as_str());
        own_position_between(previous, &next.position, id)
            .ok()
            .filter(|position| position.len() <= LONGEST_POSITION)
            .map(Some)
            .ok_or(Error::Conflict(
                "no more lists fit between these two; move one of them first",
            ))
    }

    /// Deletes one of the caller's lists; its to-dos go where `fate` says.
    ///
    /// # Errors
    /// As [`Lists::patch`]. If the store fails after the list was deleted, the job moves its to-dos.
    pub async fn delete(&self, caller: &Caller, id: Id, fate: Fate, condition: &Precondition) -> Result<()> {
        let list = self
            .rewrite(caller, id, Action::Own, condition, |list, now| {
                list.erase(fate, now);
            })
            .await?;
        self.move_out(&list).await
    }

    /// Moves the to-dos of deleted lists that are there still, and forgets lists that were deleted long ago.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn run_once(&self) -> Result<()> {
        let settled = self.source.now().plus_seconds(-SETTLED_SECONDS);
        for list in self.store.leaving_lists(LEAVING_AT_ONCE).await? {
            self.move_out(&list).await?;
            if list.deleted_at.is_some_and(|at| at < settled) {
                self.store.settle_list(list.owner, list.id).await?;
            }
        }
        let gone = self.source.now().plus_seconds(-GONE_DAYS * 86_400);
        Ok(self.store.remove_gone_lists(gone).await?)
    }

    async fn move_out(&self, list: &List) -> Result<()> {
        let (Some(fate), Some(at)) = (list.fate, list.deleted_at) else {
            return Ok(());
        };
        // At the same moment all of them, however often this is begun: so steps come back with their to-do.
        Ok(self
            .store
            .move_todos_of_list(list.owner, list.id, fate, at)
            .await?)
    }

    /// The list, if the caller may do this with it.
    async fn find(&self, caller: &Caller, id: Id, action: Action) -> Result<List> {
        find_list(&*self.store, caller.user_id, id, action).await
    }

    async fn count(&self, caller: &Caller, list: List) -> Result<Counted> {
        let counts = self.store.open_counts(list.owner).await?;
        counted(caller, counts.get(&Some(list.id)).copied(), list).ok_or(Error::NotFound)
    }

    /// As that of to-dos: reads, computes, replaces what was read, and tries again if somebody else was faster.
    async fn rewrite(
        &self,
        caller: &Caller,
        id: Id,
        action: Action,
        condition: &Precondition,
        change: impl Fn(&mut List, Timestamp),
    ) -> Result<List> {
        let mut turn = None;
        for _ in 0..PATCH_TRIES {
            let old = self.find(caller, id, action).await?;
            condition.check(old.version)?;
            let now = self.source.now();
            let mut new = old.clone();
            change(&mut new, now);
            if new == old {
                return Ok(old);
            }
            new.version += 1;
            new.updated_at = now;
            if self.store.replace_list(&new, old.version).await? {
                return Ok(new);
            }
            if turn.is_none() {
                turn = Some(self.turns.of(id).await?);
            }
        }
        Err(too_contended())
    }
}

fn counted(caller: &Caller, open: Option<u64>, list: List) -> Option<Counted> {
    Some(Counted {
        standing: Standing::of(caller.user_id, &list)?,
        open: open.unwrap_or_default(),
        list,
    })
}
