//! Order by hand: one to-do goes beside another one, and the others stay as they are.
//!
//! Where it goes is read first, and then it is replaced as by a patch. Between the two others may move theirs:
//! a position is its id's own, so those who come to one place at the same time all stand there, one beside the
//! other. If the neighbour is moved away meanwhile, it stands where the neighbour was.

use super::{Precondition, Todos, Which};
use crate::error::{Error, Result};
use crate::model::{
    Caller, Id, LONGEST_POSITION, Sort, Todo, TodoFilter, TodoQuery, last_position, own_position_between,
    spread_positions,
};
use crate::service::access::Action;
use crate::service::{Beside, PATCH_TRIES, too_contended};

/// Where a to-do is to go.
#[derive(Debug, Clone)]
pub struct Move {
    /// Into this list (into the inbox, if that is `None`); absent, it stays in its own.
    pub list: Option<Option<Id>>,
    /// Beside which other there; absent, to the end.
    pub beside: Option<Beside>,
}

/// Between which positions a to-do goes.
enum Gap {
    /// It stands there.
    Own,
    /// In front of `before`, behind `after` if that is not empty.
    Between { after: String, before: String },
    /// Behind this one, if it is not empty, and all others.
    End(String),
}

/// Which way to look from a to-do, in the order of positions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Front,
    Back,
}

/// So many on each side are spread where positions became too long; four times as many if that does not help.
const SPREAD: usize = 64;

/// What is spread has positions no longer than this, so that it is not done again soon.
const SPREAD_LENGTH: usize = 100;

impl Todos {
    /// Moves a to-do that the caller may change. Where it is already, nothing is written. Where the to-dos are
    /// somebody else's, it is another one from then on; see `crossing`.
    ///
    /// # Errors
    /// As [`Todos::patch`]; `Invalid` if there is no such neighbour, or no such list.
    pub async fn move_to(&self, caller: &Caller, id: Id, to: Move, condition: &Precondition) -> Result<Todo> {
        let todo = self.find(caller, id, Which::Live, Action::Write).await?;
        let list = to.list.unwrap_or(todo.list_id);
        if todo.parent_id.is_some() && list != todo.list_id {
            let detail = "a step is in the list of what it is a step of";
            return Err(Error::rule("/list_id", "parent", detail));
        }
        if list != todo.list_id {
            let owner = self.owner_there(caller, list).await?;
            if owner != todo.owner {
                let handed = self.hand_over(caller, todo, owner, list, to.beside, condition);
                return handed.await;
            }
        }
        let position = self.position_at(&todo, list, to.beside).await?;
        let moved = self.rewrite(caller, id, Which::Live, condition, |todo, _| {
            // Absent, the list may have been changed meanwhile, and stays so.
            todo.put_into(to.list.unwrap_or(todo.list_id));
            todo.position.clone_from(&position);
            Ok(())
        });
        let moved = moved.await?;
        // It may have become a step meanwhile.
        if to.list.is_some() {
            return self.settle(moved).await;
        }
        Ok(moved)
    }

    /// A position for `todo` there. The others are rewritten only if it would become too long.
    pub(super) async fn position_at(
        &self,
        todo: &Todo,
        list: Option<Id>,
        beside: Option<Beside>,
    ) -> Result<String> {
        let Some(beside) = beside else {
            let (last, _) = self
                .row(todo.owner, &group_of(todo, list), None, Side::Front, 2)
                .await?;
            if list == todo.list_id && last.first().is_some_and(|last| last.id == todo.id) {
                return Ok(todo.position.clone());
            }
            let last = last.into_iter().find(|other| other.id != todo.id);
            return self.behind_all(todo, &last.map(|last| last.position).unwrap_or_default());
        };
        for _ in 0..PATCH_TRIES {
            let neighbour = self.neighbour(todo, list, beside).await?;
            match self.gap(todo, list, &neighbour, beside).await? {
                Gap::Own => return Ok(todo.position.clone()),
                Gap::End(last) => return self.behind_all(todo, &last),
                Gap::Between { after, before } => {
                    let position = own_position_between(&after, &before, todo.id);
                    if let Some(position) = position.ok().filter(|new| new.len() <= LONGEST_POSITION) {
                        return Ok(position);
                    }
                }
            }
            self.make_room(todo, &group_of(todo, list), &neighbour).await?;
        }
        Err(too_contended())
    }

    fn behind_all(&self, todo: &Todo, last: &str) -> Result<String> {
        last_position(last, self.source.now(), todo.id).map_err(Error::internal)
    }

    /// The neighbour that is named, if `todo` may stand beside it. Whether there is another one of this id is
    /// not told.
    async fn neighbour(&self, todo: &Todo, list: Option<Id>, beside: Beside) -> Result<Todo> {
        let refused = |detail| Error::rule(beside.pointer(), "neighbour", detail);
        if beside.id() == todo.id {
            return Err(refused("a to-do is not moved beside itself"));
        }
        let found = self.store.todo(todo.owner, beside.id()).await?;
        let is_there = |other: &Todo| {
            let is_in_list = todo.parent_id.is_some() || other.list_id == list;
            other.deleted_at.is_none() && other.parent_id == todo.parent_id && is_in_list
        };
        found
            .filter(is_there)
            .ok_or_else(|| refused("no such to-do in this list"))
    }

    /// What is on that side of the neighbour now.
    async fn gap(&self, todo: &Todo, list: Option<Id>, neighbour: &Todo, beside: Beside) -> Result<Gap> {
        let group = group_of(todo, list);
        let side = match beside {
            Beside::After(_) => Side::Back,
            Beside::Before(_) => Side::Front,
        };
        let mut beyond = self.row(todo.owner, &group, Some(neighbour), side, 2).await?.0;
        if list == todo.list_id && beyond.first().is_some_and(|first| first.id == todo.id) {
            return Ok(Gap::Own);
        }
        beyond.retain(|other| other.id != todo.id);
        let near = neighbour.position.clone();
        let far = beyond.into_iter().next().map(|other| other.position);
        Ok(match (side, far) {
            (Side::Back, None) => Gap::End(near),
            (Side::Back, Some(before)) => Gap::Between { after: near, before },
            (Side::Front, far) => Gap::Between {
                after: far.unwrap_or_default(),
                before: near,
            },
        })
    }

    /// Those of a group that stand on this side of `from`, the nearest first, and whether there are more.
    async fn row(
        &self,
        owner: Id,
        group: &TodoFilter,
        from: Option<&Todo>,
        side: Side,
        limit: usize,
    ) -> Result<(Vec<Todo>, bool)> {
        let query = TodoQuery {
            filter: group.clone(),
            sort: Sort::Position,
            descending: side == Side::Front,
            after: from.map(|from| Sort::Position.place_of(from)),
            limit,
        };
        let page = self.store.todo_page(owner, &query).await?;
        Ok((page.items, page.more))
    }

    /// Gives those around `at` new positions that are short, in the order that they have. Each is a write of its
    /// own, and in such an order that theirs stays the same after each of them, should one fail. If somebody else
    /// changed one meanwhile, the rest stay: whoever wants the room looks again.
    async fn make_room(&self, todo: &Todo, group: &TodoFilter, at: &Todo) -> Result<()> {
        let mut count = SPREAD;
        loop {
            let (mut all, is_more) = self.row(at.owner, group, Some(at), Side::Front, count).await?;
            all.reverse();
            all.push(at.clone());
            all.extend(self.row(at.owner, group, Some(at), Side::Back, count).await?.0);
            // It goes elsewhere, and its version may be one that the client named.
            all.retain(|other| other.id != todo.id);
            // Those at the ends stay where they are; the front of all needs nobody to stand there.
            let before = all.pop().map(|last| last.position).unwrap_or_default();
            let after = if is_more {
                all.remove(0).position
            } else {
                String::new()
            };
            let ids: Vec<Id> = all.iter().map(|todo| todo.id).collect();
            match spread_positions(&after, &before, &ids) {
                Ok(positions) if positions.iter().all(|new| new.len() <= SPREAD_LENGTH) => {
                    return self.replace_positions(&all, &positions).await;
                }
                _ if is_more => count *= 4,
                Ok(_) | Err(_) => return Err(Error::internal("a position cannot be read")),
            }
        }
    }

    /// Gives each its new position. Those that go back begin with the last, those that go to the front with the
    /// first: so nobody passes anybody.
    async fn replace_positions(&self, all: &[Todo], positions: &[String]) -> Result<()> {
        let (back, front): (Vec<_>, Vec<_>) = all
            .iter()
            .zip(positions)
            .partition(|(todo, position)| todo.position < **position);
        for (todo, position) in back.into_iter().rev().chain(front) {
            let new = Todo {
                position: position.clone(),
                version: todo.version + 1,
                ..todo.clone()
            };
            if !self.store.replace_todo(&new, todo.version).await? {
                break;
            }
        }
        Ok(())
    }
}

/// Those that have an order among themselves with `todo`: the steps of one to-do, or all of a list.
fn group_of(todo: &Todo, list: Option<Id>) -> TodoFilter {
    match todo.parent_id {
        Some(_) => TodoFilter {
            parent: Some(todo.parent_id),
            ..TodoFilter::default()
        },
        None => TodoFilter {
            list: Some(list),
            ..TodoFilter::default()
        },
    }
}
