//! The ids of rows: the same row of the same account always gets the same, so that what is imported twice is there
//! once.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::plan::Format;
use super::{Origin, Parent, Row};
use crate::model::Id;
use crate::service::derived::id_of;

/// The ids that rows can have: that of the export, if it is the caller's own, and one that is made of it.
pub(super) struct Ids {
    /// For each row: its own id, if it has one, and the id that it gets otherwise.
    pub rows: Vec<(Option<Id>, Id)>,
    /// The first row of each id that rows were exported under.
    pub first: HashMap<Id, usize>,
    /// The same for parents that are no row.
    pub parents: HashMap<Id, Id>,
}

impl Ids {
    /// All of them, some more than once.
    pub fn every(&self) -> impl Iterator<Item = Id> {
        let rows = self.rows.iter().flat_map(|(own, made)| own.iter().chain([made]));
        let parents = self.parents.iter().flat_map(|(own, made)| [own, made]);
        rows.chain(parents).copied()
    }
}

/// The ids of rows, and which of them are there.
pub(super) struct Known {
    pub ids: Ids,
    pub there: HashSet<Id>,
    /// Of those that are there and that rows are steps of, those that can have steps.
    pub parents: HashMap<Id, KnownParent>,
}

/// What a row is a step of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Above {
    Row(usize),
    There(Id),
}

/// A to-do that is there and can have steps.
pub(super) struct KnownParent {
    pub list_id: Option<Id>,
    /// How many it has outside the trash.
    pub steps: u64,
}

impl Known {
    /// What a row is a step of: a row, or a to-do that is there.
    pub fn parent_of(&self, row: &Row) -> Option<Above> {
        let place = match row.parent? {
            Parent::Row(place) => Some(place),
            Parent::Id(own) => self.ids.first.get(&own).copied(),
        };
        match (place, row.parent?) {
            (Some(place), _) => Some(Above::Row(place)),
            (None, Parent::Row(_)) => None,
            (None, Parent::Id(own)) => {
                let (id, is_there) = self.choose(Some(own), self.ids.parents[&own]);
                is_there.then_some(Above::There(id))
            }
        }
    }

    /// The id of a row, and whether it is there.
    pub fn id_of(&self, place: usize) -> (Id, bool) {
        let (own, made) = self.ids.rows[place];
        self.choose(own, made)
    }

    /// The to-dos that are there and get steps of these rows.
    pub fn parents_there(&self, rows: &[Row]) -> BTreeSet<Id> {
        let new = rows.iter().enumerate().filter(|(place, _)| !self.id_of(*place).1);
        new.filter_map(|(_, row)| match self.parent_of(row)? {
            Above::There(id) => Some(id),
            Above::Row(place) => {
                let (id, is_there) = self.id_of(place);
                is_there.then_some(id)
            }
        })
        .collect()
    }

    /// The id of what was exported under `own`, or would be made as `made`; and whether it is there.
    pub fn choose(&self, own: Option<Id>, made: Id) -> (Id, bool) {
        match own {
            Some(own) if self.there.contains(&own) => (own, true),
            _ => (made, self.there.contains(&made)),
        }
    }
}

/// An id that the same row of the same account always gets.
fn made_id(owner: Id, kind: &str, text: &str, occurrence: u64) -> Id {
    let mut content = Vec::new();
    for part in [
        b"rondo import".as_slice(),
        &owner.bytes(),
        kind.as_bytes(),
        text.as_bytes(),
    ] {
        content.extend((part.len() as u64).to_be_bytes());
        content.extend(part);
    }
    content.extend(occurrence.to_be_bytes());
    id_of(&content)
}

/// The id of a list that has this one where it was exported.
pub(super) fn made_of_list(owner: Id, own: Id) -> Id {
    made_id(owner, "list", &own.to_string(), 0)
}

/// The id of what has this one where it was exported: the same for JSON and CSV.
fn made_of_id(owner: Id, own: Id) -> Id {
    made_id(owner, "id", &own.to_string(), 0)
}

pub(super) fn owned_ids(owner: Id, format: Format, rows: &[Row]) -> Ids {
    let mut occurrences: HashMap<&str, u64> = HashMap::new();
    let mut parents = HashMap::new();
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        ids.push(match &row.origin {
            Origin::Id(own) => (Some(*own), made_of_id(owner, *own)),
            Origin::Text(text) => {
                let occurrence = occurrences.entry(text).or_default();
                *occurrence += 1;
                (None, made_id(owner, format.name(), text, *occurrence))
            }
        });
        if let Some(Parent::Id(own)) = row.parent {
            parents.insert(own, made_of_id(owner, own));
        }
    }
    let mut first = HashMap::new();
    for (place, (own, _)) in ids.iter().enumerate() {
        if let Some(own) = own {
            first.entry(*own).or_insert(place);
        }
    }
    Ids {
        rows: ids,
        first,
        parents,
    }
}
