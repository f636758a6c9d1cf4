//! The lists of an import: which of those in a file are there already, which are made, and where each to-do goes.

use std::collections::HashMap;

use super::ids::made_of_list;
use super::plan::{Format, about};
use super::{Reading, Transfer};
use crate::error::Result;
use crate::model::{Color, Id, List, Timestamp, Todo, first_position};
use crate::service::lists::MOST_LISTS;

/// A list in a file.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// The id that it had where it was exported.
    pub id: Id,
    pub name: String,
    pub color: Option<Color>,
    pub archived: bool,
}

impl Transfer {
    /// Puts each row into the list that its `list_id` stands for: the caller's own with this id, or the one that was
    /// made of it, now or at an earlier import; else into the inbox, with a note. Answers the lists that are to be made.
    ///
    /// # Errors
    /// If the store does not answer.
    pub(super) async fn place_in_lists(
        &self,
        owner: Id,
        reading: &mut Reading,
        format: Format,
        now: Timestamp,
    ) -> Result<Vec<List>> {
        let own = self.store.lists_of(owner).await?;
        let takes: HashMap<Id, bool> = own.iter().map(|list| (list.id, !list.archived)).collect();
        let mut new: Vec<List> = Vec::new();
        // Where to-dos of a list of the file go; nowhere, if that is `None`.
        let mut places: HashMap<Id, Option<Id>> = HashMap::new();
        for row in std::mem::take(&mut reading.lists) {
            let made = made_of_list(owner, row.id);
            if let Some(there) = [row.id, made].into_iter().find(|id| takes.contains_key(id)) {
                // What was in an archived list goes into it, at the second import as at the first.
                if row.archived || takes[&there] {
                    places.insert(row.id, Some(there));
                }
                continue;
            }
            if places.contains_key(&row.id) || own.len() + new.len() >= MOST_LISTS {
                continue;
            }
            places.insert(row.id, Some(made));
            let behind = i64::try_from(new.len()).unwrap_or(0);
            new.push(List {
                color: row.color,
                archived: row.archived,
                position: first_position(now.plus_millis(behind), made),
                ..List::new(made, owner, row.name, now)
            });
        }
        for row in &mut reading.rows {
            let Some(list) = row.draft.list_id else { continue };
            let place = *places.entry(list).or_insert_with(|| {
                let known = [list, made_of_list(owner, list)];
                known.into_iter().find(|id| takes.get(id) == Some(&true))
            });
            row.draft.list_id = place;
            if place.is_none() {
                let detail = "its list is not here, or takes no new to-dos: it goes into the inbox";
                row.notes.push(about(format, row.line, "list_id", detail));
            }
        }
        Ok(new)
    }

    /// Makes lists. One that was made at an earlier import and deleted since does not come back: its to-dos go into
    /// the inbox.
    ///
    /// # Errors
    /// If the store does not answer.
    pub(super) async fn make_lists(&self, owner: Id, lists: &[List], todos: &mut [Todo]) -> Result<()> {
        for list in lists {
            self.store.create_list(list).await?;
            if self.store.list(owner, list.id).await?.is_none() {
                for todo in todos.iter_mut().filter(|todo| todo.list_id == Some(list.id)) {
                    todo.list_id = None;
                }
            }
        }
        Ok(())
    }
}
