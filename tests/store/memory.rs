//! The contract as plainly as it can be written: maps behind a lock. The third party in comparisons,
//! obviously right rather than fast.

#[path = "memory_accounts.rs"]
mod accounts;
#[path = "memory_attempts.rs"]
mod attempts;
#[path = "memory_audit.rs"]
mod audit;
#[path = "memory_families.rs"]
mod families;
#[path = "memory_lists.rs"]
mod lists;
#[path = "memory_reminders.rs"]
mod reminders;
#[path = "memory_tickets.rs"]
mod tickets;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rondo::model::{
    AuditEvent, Change, ChangeKind, ChangePage, ChangePlace, DueFilter, Gone, Id, List, Mail, Place, Session,
    Sort, Ticket, Timestamp, Todo, TodoFilter, TodoPage, TodoQuery, User, Zone,
};
use rondo::store::{
    Attempt, Counters, Feed, Integrity, KeyRow, Keys, Migration, Result, Server, StoreError, Todos, Touched,
    Touches, Upkeep, Users,
};
use tokio::sync::broadcast::Receiver;

/// A keeper that remembers as long as the process lives; clones share what they remember.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    users: BTreeMap<Id, User>,
    sessions: BTreeMap<Id, Session>,
    todos: BTreeMap<(Id, Id), Todo>,
    /// Those that were purged, and when; with the lists that they had left before.
    gone: BTreeMap<(Id, Id), (Timestamp, Gone, Vec<Id>)>,
    lists: BTreeMap<(Id, Id), List>,
    mails: BTreeMap<Id, Mail>,
    tickets: BTreeMap<String, Ticket>,
    attempts: BTreeMap<(Id, String), Attempt>,
    keys: BTreeMap<i64, KeyRow>,
    facts: BTreeMap<String, String>,
    counters: BTreeMap<String, (i64, Timestamp)>,
    events: BTreeMap<Id, AuditEvent>,
    migrated_at: Option<Timestamp>,
    last_stamp: u64,
    touches: Touches,
}

impl Memory {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account with this id, deleted or not: what no keeper tells.
    pub fn any_user(&self, id: Id) -> Option<User> {
        self.state().users.get(&id).cloned()
    }

    /// The to-do with this owner and id, in the trash or not.
    pub fn any_todo(&self, owner: Id, id: Id) -> Option<Todo> {
        self.state().todos.get(&(owner, id)).cloned()
    }
}

impl State {
    fn has_taken_identity(&self, user: &User) -> bool {
        let mut others = self.users.values().filter(|other| other.id != user.id);
        others.any(|other| {
            other
                .identities
                .iter()
                .any(|identity| user.identities.contains(identity))
        })
    }

    /// With its steps, if it is marked as a parent.
    fn purge(&mut self, owner: Id, id: Id, at: Timestamp) -> bool {
        if self.todos.get(&(owner, id)).is_some_and(|todo| todo.has_children) {
            for step in self.steps(owner, id) {
                self.erase(owner, step.id, at);
            }
        }
        self.erase(owner, id, at)
    }

    fn erase(&mut self, owner: Id, id: Id, at: Timestamp) -> bool {
        let Some(todo) = self.todos.remove(&(owner, id)) else {
            return false;
        };
        self.last_stamp += 1;
        let gone = Gone {
            kind: ChangeKind::Todo,
            id,
            list_id: todo.list_id,
            version: todo.version + 1,
            stamp: self.last_stamp,
        };
        self.gone.insert((owner, id), (at, gone, todo.left_lists));
        self.touches.tell(Touched::Owner(owner));
        true
    }

    /// What is told of each to-do, with its owner, its list and those that it has left.
    fn told(&self) -> impl Iterator<Item = (Id, Option<Id>, &[Id], Change)> {
        let todos = self.todos.values().map(|todo| {
            let change = Change::Todo(Box::new(todo.clone()));
            (todo.owner, todo.list_id, todo.left_lists.as_slice(), change)
        });
        let gone = self.gone.iter().map(|((owner, _), (_, gone, left))| {
            (*owner, gone.list_id, left.as_slice(), Change::Gone(*gone))
        });
        todos.chain(gone)
    }

    fn write_todo(&mut self, todo: &Todo) {
        self.last_stamp += 1;
        let stamped = Todo {
            stamp: self.last_stamp,
            ..todo.clone()
        };
        self.todos.insert((todo.owner, todo.id), stamped);
        self.touches.tell(Touched::Owner(todo.owner));
    }
}

#[async_trait]
impl Todos for Memory {
    async fn create_todo(&self, todo: &Todo) -> Result<()> {
        let mut state = self.state();
        let place = (todo.owner, todo.id);
        if !state.todos.contains_key(&place) && !state.gone.contains_key(&place) {
            state.write_todo(todo);
        }
        Ok(())
    }

    async fn create_todo_in_zone_of_owner(&self, todo: &Todo) -> Result<Option<Zone>> {
        let time_zone = self.user(todo.owner).await?.and_then(|user| user.time_zone);
        let todo = todo.clone();
        self.create_todo(&Todo { time_zone, ..todo }).await?;
        Ok(time_zone)
    }

    async fn todo(&self, owner: Id, id: Id) -> Result<Option<Todo>> {
        Ok(self.any_todo(owner, id))
    }

    async fn create_todos(&self, todos: &[Todo]) -> Result<()> {
        for todo in todos {
            self.create_todo(todo).await?;
        }
        Ok(())
    }

    async fn known_todos(&self, owner: Id, ids: &[Id]) -> Result<Vec<Id>> {
        let state = self.state();
        let is_known =
            |id: &&Id| state.todos.contains_key(&(owner, **id)) || state.gone.contains_key(&(owner, **id));
        Ok(ids.iter().filter(is_known).copied().collect())
    }

    async fn replace_todo(&self, todo: &Todo, expected: i64) -> Result<bool> {
        let mut state = self.state();
        let old = state.todos.get(&(todo.owner, todo.id));
        let is_that = old.is_some_and(|old| old.version == expected && old.has_children == todo.has_children);
        if is_that {
            state.write_todo(todo);
        }
        Ok(is_that)
    }

    async fn todo_page(&self, owner: Id, query: &TodoQuery) -> Result<TodoPage> {
        let state = self.state();
        let own = state.todos.values().filter(|todo| todo.owner == owner);
        let mut items: Vec<Todo> = own.filter(|todo| passes(todo, &query.filter)).cloned().collect();
        let place = |todo: &Todo| Place {
            key: query.sort.key_of(todo),
            id: todo.id,
        };
        items.sort_by(|a, b| order(&place(a), &place(b), query.descending));
        if let Some(after) = &query.after {
            items.retain(|todo| order(&place(todo), after, query.descending).is_gt());
        }
        let more = items.len() > query.limit;
        items.truncate(query.limit);
        Ok(TodoPage { items, more })
    }

    async fn purge_todo(&self, owner: Id, id: Id, at: Timestamp) -> Result<bool> {
        let mut state = self.state();
        let is_trashed = |todo: &Todo| todo.deleted_at.is_some();
        Ok(state.todos.get(&(owner, id)).is_some_and(is_trashed) && state.purge(owner, id, at))
    }

    async fn purge_trash(&self, owner: Option<Id>, before: Timestamp, at: Timestamp) -> Result<()> {
        let mut state = self.state();
        let is_meant = |todo: &&Todo| {
            owner.is_none_or(|owner| todo.owner == owner) && todo.deleted_at.is_some_and(|at| at < before)
        };
        let trashed: Vec<_> = state
            .todos
            .values()
            .filter(is_meant)
            .map(|todo| (todo.owner, todo.id))
            .collect();
        for (owner, id) in trashed {
            // A step may have gone with its to-do.
            if state.todos.contains_key(&(owner, id)) {
                state.purge(owner, id, at);
            }
        }
        Ok(())
    }

    async fn remove_gone_todos(&self, before: Timestamp) -> Result<()> {
        self.state().gone.retain(|_, (at, ..)| *at >= before);
        Ok(())
    }

    async fn remove_todos_of(&self, owner: Id) -> Result<()> {
        let mut state = self.state();
        state.todos.retain(|_, todo| todo.owner != owner);
        state.gone.retain(|(gone, _), _| *gone != owner);
        Ok(())
    }
}

#[async_trait]
impl Feed for Memory {
    async fn changes(&self, user: Id, after: ChangePlace, limit: usize) -> Result<ChangePage> {
        let state = self.state();
        let mut items = Vec::new();
        for (owner, list_id, left_lists, change) in state.told() {
            let seen = state
                .lists
                .values()
                .filter(|list| list.owner == owner && list.is_seen_by(user));
            let seen: Vec<Id> = seen.map(|list| list.id).collect();
            if owner == user {
                items.push(change);
            } else if list_id.iter().chain(left_lists).any(|list| seen.contains(list)) {
                items.push(change.within(&seen));
            }
        }
        let concerns =
            |list: &&List| list.is_seen_by(user) || list.owner == user || list.left.contains(&user);
        let lists = state.lists.values().filter(concerns).cloned();
        items.extend(lists.map(|list| Change::of_list(list, user)));
        items.retain(|change| change.place() > after);
        let shared = state
            .lists
            .values()
            .filter(|list| list.owner != user && list.is_seen_by(user));
        let sharers: BTreeSet<Id> = shared.map(|list| list.owner).collect();
        let (last, sharers) = (state.last_stamp, sharers.into_iter().collect());
        Ok(ChangePage::of(items, limit, last, after.stamp > last, sharers))
    }

    fn watch(&self) -> Receiver<Touched> {
        self.state().touches.listen()
    }
}

fn passes(todo: &Todo, filter: &TodoFilter) -> bool {
    let text = todo.search_text();
    let deadline = Sort::Due.key_of(todo);
    let is_due = match &filter.due {
        DueFilter::Any => true,
        DueFilter::None => deadline.is_none(),
        DueFilter::Between { after, before } => deadline.is_some_and(|deadline| {
            after.as_ref().is_none_or(|after| deadline >= *after)
                && before.as_ref().is_none_or(|before| deadline < *before)
        }),
    };
    filter.trashed == todo.deleted_at.is_some()
        && filter.list.is_none_or(|list| todo.list_id == list)
        && filter.parent.is_none_or(|parent| todo.parent_id == parent)
        && filter.done.is_none_or(|done| todo.done == done)
        && filter.tags.iter().all(|tag| todo.tags.contains(tag))
        && filter
            .priority
            .is_none_or(|priority| todo.priority == Some(priority))
        && is_due
        && filter.terms.iter().all(|term| text.contains(term))
}

/// The order of a page: by key and id in one direction, those without a key last in both.
fn order(a: &Place, b: &Place, descending: bool) -> Ordering {
    let turned = |order: Ordering| if descending { order.reverse() } else { order };
    match (&a.key, &b.key) {
        (Some(a_key), Some(b_key)) => turned(a_key.cmp(b_key).then(a.id.cmp(&b.id))),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => turned(a.id.cmp(&b.id)),
    }
}

#[async_trait]
impl Keys for Memory {
    async fn create_key(&self, key: &KeyRow) -> Result<()> {
        let mut state = self.state();
        if state.keys.contains_key(&key.number) {
            return Err(StoreError::Duplicate);
        }
        state.keys.insert(key.number, key.clone());
        Ok(())
    }

    async fn keys(&self) -> Result<Vec<KeyRow>> {
        Ok(self.state().keys.values().cloned().collect())
    }

    async fn reseal_key(&self, number: i64, old: &[u8], new: &[u8]) -> Result<bool> {
        let mut state = self.state();
        let found = state.keys.get_mut(&number).filter(|key| key.sealed == old);
        Ok(found.map(|key| new.clone_into(&mut key.sealed)).is_some())
    }

    async fn remove_key(&self, number: i64) -> Result<()> {
        self.state().keys.remove(&number);
        Ok(())
    }

    async fn fact(&self, name: &str, value: &str) -> Result<String> {
        Ok(self
            .state()
            .facts
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned())
            .clone())
    }

    async fn known_fact(&self, name: &str) -> Result<Option<String>> {
        Ok(self.state().facts.get(name).cloned())
    }

    async fn replace_fact(&self, name: &str, old: &str, new: &str) -> Result<bool> {
        let mut state = self.state();
        let found = state.facts.get_mut(name).filter(|value| *value == old);
        Ok(found.map(|value| new.clone_into(value)).is_some())
    }
}

#[async_trait]
impl Counters for Memory {
    async fn count(&self, counter: &str, amount: i64, expires_at: Timestamp) -> Result<i64> {
        let mut state = self.state();
        let (value, expiry) = state
            .counters
            .entry(counter.to_owned())
            .or_insert((0, expires_at));
        *value += amount;
        *expiry = expires_at;
        Ok(*value)
    }

    async fn remove_counters(&self, before: Timestamp) -> Result<()> {
        self.state()
            .counters
            .retain(|_, (_, expires_at)| *expires_at >= before);
        Ok(())
    }
}

#[async_trait]
impl Upkeep for Memory {
    async fn ping(&self) -> Result<()> {
        Ok(())
    }

    async fn migrations(&self) -> Result<Vec<Migration>> {
        let applied_at = self.state().migrated_at;
        Ok(vec![Migration {
            number: 1,
            name: "memory has no tables",
            applied_at,
        }])
    }

    async fn migrate(&self, now: Timestamp) -> Result<usize> {
        let mut state = self.state();
        let is_missing = state.migrated_at.is_none();
        state.migrated_at.get_or_insert(now);
        Ok(usize::from(is_missing))
    }

    async fn probe_write(&self) -> Result<()> {
        match self.state().migrated_at {
            Some(_) => Ok(()),
            None => Err(StoreError::Fault("it was never migrated".into())),
        }
    }

    async fn missing_indexes(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }

    async fn mend_indexes(&self) -> Result<usize> {
        Ok(0)
    }

    async fn integrity(&self) -> Result<Integrity> {
        Ok(Integrity::Sound)
    }

    async fn server(&self) -> Result<Option<Server>> {
        Ok(None)
    }

    async fn close(&self) {}
}
