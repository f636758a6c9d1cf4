//! Pages of to-dos: which range of which index, and what is passed over in it.
//!
//! A page is read from the index of its sort, begins at its place there and ends when it is full. To-dos
//! without a value to sort by are a range of their own behind the others, in both directions.
//!
//! Where a filter has an index of its own and few fulfil it, these are read and sorted instead: along the order of
//! the page everything else would be passed over. The index of the tags is a table, `todo_tags`.

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, params_from_iter};

use super::failure::Outcome;
use super::rows::row_count;
use super::todos::{COLUMNS, read};
use crate::model::{DueFilter, Id, Place, Sort, State, TodoPage, TodoQuery};

/// So many are few. To sort them takes less than to count many more.
const FEW: i64 = 200;

/// Those with a tag: first what the table has of it, then each of the to-dos by its key.
const TAGGED: &str =
    "todo_tags CROSS JOIN todos INDEXED BY sqlite_autoindex_todos_1 USING (owner, state, id)";

/// A part of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Range {
    /// Those with a value to sort by.
    Valued,
    /// Those without, in the order of their ids.
    Unvalued,
}

/// The page, with one row more read than asked for: it tells whether there is more.
pub(super) fn page(connection: &Connection, owner: Id, query: &TodoQuery) -> Outcome<TodoPage> {
    // Two ranges are two statements, and must be of one moment.
    let _moment = if query.sort.is_nullable() {
        Some(connection.unchecked_transaction()?)
    } else {
        None
    };
    let wanted = query.limit.saturating_add(1);
    let mut items = Vec::with_capacity(wanted.min(256));
    let few = few(connection, owner, query)?;
    for range in [Range::Valued, Range::Unvalued] {
        if items.len() < wanted && may_have_some(query, range) {
            let limit = row_count(wanted - items.len());
            let statement = Statement::of(owner, query, few, range, limit);
            let mut prepared = connection.prepare_cached(&statement.sql)?;
            for todo in
                prepared.query_and_then(params_from_iter(statement.parameters), |row| read(owner, row))?
            {
                items.push(todo?);
            }
        }
    }
    let more = items.len() > query.limit;
    items.truncate(query.limit);
    Ok(TodoPage { items, more })
}

/// Whether the range can hold anything of the query behind its place.
fn may_have_some(query: &TodoQuery, range: Range) -> bool {
    let filter = &query.filter;
    match range {
        Range::Valued => {
            let is_behind = matches!(query.after, Some(Place { key: None, .. }));
            let is_excluded = query.sort == Sort::Due && filter.due == DueFilter::None;
            !is_behind && !is_excluded
        }
        Range::Unvalued => match query.sort {
            Sort::Due => !matches!(filter.due, DueFilter::Between { .. }),
            Sort::Priority => filter.priority.is_none(),
            Sort::Position | Sort::Created | Sort::Updated | Sort::Title => false,
        },
    }
}

/// A filter that has an index of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Narrow {
    Parent,
    List,
    Due,
    Priority,
    /// By its place among the tags of the filter.
    Tag(usize),
}

impl Narrow {
    /// Those of the query, the narrowest at first as a rule.
    fn of(query: &TodoQuery) -> Vec<Self> {
        let filter = &query.filter;
        let given = [
            (Self::Parent, matches!(filter.parent, Some(Some(_)))),
            (Self::List, filter.list.is_some()),
            (Self::Due, filter.due != DueFilter::Any),
            (Self::Priority, filter.priority.is_some()),
        ];
        let given = given.into_iter().filter(|(_, is_given)| *is_given);
        let tags = (0..filter.tags.len()).map(Self::Tag);
        given.map(|(narrow, _)| narrow).chain(tags).collect()
    }

    const fn index(self) -> &'static str {
        match self {
            Self::Parent => "todos_of_parent",
            Self::List => "todos_in_list",
            Self::Due => "todos_by_due",
            Self::Priority => "todos_by_priority",
            Self::Tag(_) => "todo_tags",
        }
    }

    /// What those are counted in that fulfil it.
    fn entries(self) -> String {
        match self {
            Self::Tag(_) => self.index().to_owned(),
            _ => indexed_by(self.index()),
        }
    }

    /// What they are read from.
    fn rows(self) -> String {
        match self {
            Self::Tag(_) => TAGGED.to_owned(),
            _ => indexed_by(self.index()),
        }
    }
}

/// INDEXED BY: no statistics and no filter may ever tempt SQLite to read more than the range.
fn indexed_by(index: &str) -> String {
    format!("todos INDEXED BY {index}")
}

/// The filter that fewest fulfil, if these are few and its index is not that of the page anyhow.
fn few(connection: &Connection, owner: Id, query: &TodoQuery) -> Outcome<Option<Narrow>> {
    let own = Index::of(query).name;
    let (mut fewest, mut found) = (FEW + 1, None);
    for narrow in Narrow::of(query) {
        if narrow.index() == own {
            continue;
        }
        let statement = Statement::counting(owner, query, narrow, fewest);
        let mut prepared = connection.prepare_cached(&statement.sql)?;
        let count: i64 = prepared.query_row(params_from_iter(statement.parameters), |row| row.get(0))?;
        if count < fewest {
            (fewest, found) = (count, Some(narrow));
        }
    }
    Ok(found)
}

/// Which index a page is read from.
struct Index {
    name: &'static str,
    /// The column of the order.
    key: &'static str,
    /// What it is narrowed to between owner and state.
    within: Option<(&'static str, Option<Id>)>,
}

impl Index {
    fn of(query: &TodoQuery) -> Self {
        let (key, name) = names(query.sort);
        let (name, within) = match (query.sort, query.filter.parent, query.filter.list) {
            (Sort::Position, Some(parent @ Some(_)), _) => ("todos_of_parent", Some(("parent_id", parent))),
            (Sort::Position, _, Some(list)) => ("todos_in_list", Some(("list_id", list))),
            _ => (name, None),
        };
        Self { name, key, within }
    }
}

/// A statement, and what is bound to its places.
struct Statement<'query> {
    sql: String,
    parameters: Vec<ToSqlOutput<'query>>,
}

impl<'query> Statement<'query> {
    /// One range of the index for each state that is shown; SQLite merges them while it reads.
    fn of(owner: Id, query: &'query TodoQuery, few: Option<Narrow>, range: Range, limit: i64) -> Self {
        let Index { name, key, within } = Index::of(query);
        let (rows, within) = few.map_or_else(|| (indexed_by(name), within), |narrow| (narrow.rows(), None));
        let mut statement = Self::new(owner);
        if let Some((column, id)) = within {
            statement.and_is(column, id);
        }
        if let Some(narrow) = few {
            statement.narrow(query, narrow);
        }
        match range {
            Range::Valued => statement.bound(query, key),
            Range::Unvalued => {
                statement.and(&format!("{key} IS NULL"));
                if let Some(Place { key: None, id }) = &query.after {
                    statement.and_with(if query.descending { "id <" } else { "id >" }, id.to_string());
                }
            }
        }
        statement.filter(query, within.map(|(column, _)| column), few);
        let part = |state: &State| {
            format!(
                "SELECT {COLUMNS}, {key} AS sort_key FROM {rows} WHERE state = {} AND {}",
                state.number(),
                statement.sql
            )
        };
        let parts: Vec<String> = query.filter.states().iter().map(part).collect();
        let direction = if query.descending { "DESC" } else { "ASC" };
        statement.sql = format!(
            "{} ORDER BY sort_key {direction}, id {direction} LIMIT {}",
            parts.join(" UNION ALL "),
            statement.place(limit)
        );
        statement
    }

    fn new(owner: Id) -> Self {
        Self {
            sql: "owner = ?1".to_owned(),
            parameters: vec![owner.to_string().into()],
        }
    }

    /// Counts those that fulfil this filter, whatever the others say, up to a limit.
    fn counting(owner: Id, query: &'query TodoQuery, narrow: Narrow, limit: i64) -> Self {
        let mut statement = Self::new(owner);
        statement.narrow(query, narrow);
        let entries = narrow.entries();
        let part = |state: &State| {
            format!(
                "SELECT 1 FROM {entries} WHERE state = {} AND {}",
                state.number(),
                statement.sql
            )
        };
        let parts: Vec<String> = query.filter.states().iter().map(part).collect();
        statement.sql = format!(
            "SELECT count(*) FROM ({} LIMIT {})",
            parts.join(" UNION ALL "),
            statement.place(limit)
        );
        statement
    }

    /// The range of the filter in its own index.
    fn narrow(&mut self, query: &'query TodoQuery, narrow: Narrow) {
        let filter = &query.filter;
        match narrow {
            Narrow::Parent => self.and_is("parent_id", filter.parent.flatten()),
            Narrow::List => self.and_is("list_id", filter.list.flatten()),
            Narrow::Priority => {
                if let Some(priority) = filter.priority {
                    self.and_with("key_priority =", priority.key());
                }
            }
            Narrow::Tag(place) => {
                if let Some(tag) = filter.tags.get(place) {
                    self.and_with("tag =", tag.as_str());
                }
            }
            Narrow::Due => match &filter.due {
                DueFilter::Any => {}
                DueFilter::None => self.and("key_due IS NULL"),
                DueFilter::Between { after, before } => {
                    self.and_with("key_due >=", after.as_deref().unwrap_or(""));
                    if let Some(before) = before {
                        self.and_with("key_due <", before.as_str());
                    }
                }
            },
        }
    }

    /// Where the range begins and ends: one bound on each side, since SQLite uses no second one.
    fn bound(&mut self, query: &'query TodoQuery, key: &str) {
        // What is without a value sorts before the empty text in the index, and is a range of its own.
        let mut low = query.sort.is_nullable().then_some("");
        let mut high = None;
        match (query.sort, &query.filter.due, query.filter.priority) {
            (Sort::Due, DueFilter::Between { after, before }, _) => {
                low = after.as_deref().or(low);
                high = before.as_deref().map(|before| ("<", before));
            }
            (Sort::Priority, _, Some(priority)) => {
                low = Some(priority.key());
                high = Some(("<=", priority.key()));
            }
            _ => {}
        }
        if let Some(Place { key: Some(place), id }) = &query.after {
            // On its side the place is the bound; `filter` repeats what the filter said there.
            let beyond = if query.descending { "<" } else { ">" };
            let (place, id) = (self.place(place.as_str()), self.place(id.to_string()));
            self.and(&format!("({key}, id) {beyond} ({place}, {id})"));
            if query.descending {
                high = None;
            } else {
                low = None;
            }
        }
        if let Some(low) = low {
            self.and_with(&format!("{key} >="), low);
        }
        if let Some((operator, high)) = high {
            self.and_with(&format!("{key} {operator}"), high);
        }
    }

    /// What is passed over in the range, but for what is the same in all of it: the column that it is within, or
    /// the tag of these few. The plus signs keep SQLite from using these as its bounds.
    fn filter(&mut self, query: &'query TodoQuery, same: Option<&str>, few: Option<Narrow>) {
        let filter = &query.filter;
        if let Some(done) = filter.done.filter(|_| filter.trashed) {
            self.and_with("done =", done);
        }
        for (column, id) in [("list_id", filter.list), ("parent_id", filter.parent)] {
            if let Some(id) = id.filter(|_| same != Some(column)) {
                self.and_is(&format!("+{column}"), id);
            }
        }
        if let Some(priority) = filter.priority {
            self.and_with("+key_priority =", priority.key());
        }
        match &filter.due {
            DueFilter::Any => {}
            DueFilter::None => self.and("+key_due IS NULL"),
            DueFilter::Between { after, before } => {
                self.and("+key_due IS NOT NULL");
                if let Some(after) = after {
                    self.and_with("+key_due >=", after.as_str());
                }
                if let Some(before) = before {
                    self.and_with("+key_due <", before.as_str());
                }
            }
        }
        let tags = filter.tags.iter().enumerate();
        for (_, tag) in tags.filter(|(place, _)| few != Some(Narrow::Tag(*place))) {
            let tag = self.place(tag.as_str());
            self.and(&format!(
                "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = {tag})"
            ));
        }
        for term in &filter.terms {
            let term = self.place(term.as_str());
            self.and(&format!("instr(search, {term}) > 0"));
        }
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    /// A condition that ends in its operator, and what is on the other side.
    fn and_with(&mut self, condition: &str, parameter: impl Into<ToSqlOutput<'query>>) {
        let place = self.place(parameter);
        self.and(&format!("{condition} {place}"));
    }

    /// That a column holds this id, or nothing.
    fn and_is(&mut self, column: &str, id: Option<Id>) {
        match id {
            Some(id) => self.and_with(&format!("{column} ="), id.to_string()),
            None => self.and(&format!("{column} IS NULL")),
        }
    }

    /// Where this is bound. The states share their places.
    fn place(&mut self, parameter: impl Into<ToSqlOutput<'query>>) -> String {
        self.parameters.push(parameter.into());
        format!("?{}", self.parameters.len())
    }
}

/// The column of a sort and its index.
const fn names(sort: Sort) -> (&'static str, &'static str) {
    match sort {
        Sort::Position => ("key_position", "todos_by_position"),
        Sort::Created => ("key_created", "todos_by_created"),
        Sort::Updated => ("key_updated", "todos_by_updated"),
        Sort::Due => ("key_due", "todos_by_due"),
        Sort::Priority => ("key_priority", "todos_by_priority"),
        Sort::Title => ("key_title", "todos_by_title"),
    }
}

#[cfg(test)]
mod tests;
