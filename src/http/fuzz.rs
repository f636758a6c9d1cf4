//! A window into this room for the fuzz targets of `fuzz/` and for nobody else: what they feed is private.
//! Hidden from the documentation; no part of what the crate promises.

use serde_json::Value;

use crate::error::Result;
use crate::http::body::{self, Reader};
use crate::http::export::row;
use crate::http::import::{self, COLUMNS, cells_of};
use crate::http::todo_body::{DraftBody, PatchBody};
use crate::http::views::FullTodoView;
use crate::http::{json, oauth, page_query, query, v1, v2};
use crate::model::{Todo, TodoDraft};
use crate::service::todos::{PageRequest, Shown, TodoPatch};
use crate::service::transfer::{Format, Reading};

/// The reader of each body of the API, with the name of its schema.
pub fn readers() -> Vec<Reader> {
    [oauth::readers(), v1::readers(), v2::readers()].concat()
}

/// One JSON value that means one thing only.
///
/// # Errors
/// What is wrong, in words that hold nothing of the text.
pub fn parse_json(bytes: &[u8]) -> std::result::Result<Value, String> {
    json::parse(bytes)
}

/// A new to-do, as version 2 reads it.
///
/// # Errors
/// Those of a body.
pub fn draft(bytes: &[u8]) -> Result<TodoDraft> {
    body::check_as::<DraftBody>("todo-create", bytes).map(Into::into)
}

/// A patch of a to-do, as version 2 reads it.
///
/// # Errors
/// Those of a body.
pub fn patch(bytes: &[u8]) -> Result<TodoPatch> {
    body::check_as::<PatchBody>("todo-update", bytes).map(Into::into)
}

/// A to-do as version 2 shows it, without what is shown beside it.
pub fn shown(todo: &Todo) -> Value {
    serde_json::to_value(FullTodoView::from(&plain(todo))).unwrap_or_default()
}

fn plain(todo: &Todo) -> Shown {
    Shown {
        todo: todo.clone(),
        parent_title: None,
        progress: None,
    }
}

/// A file of this format, as an import reads it.
///
/// # Errors
/// Those of a file.
pub fn file(format: Format, bytes: &[u8]) -> Result<Reading> {
    import::read(format, bytes)
}

/// The table that an export writes of these to-dos: what stands in its cells, and the file.
pub fn table(todos: &[Todo]) -> (Vec<Vec<String>>, Vec<u8>) {
    let cells = |todo: &Todo| cells_of(&FullTodoView::from(&plain(todo)));
    let cells: Vec<_> = todos.iter().map(cells).collect();
    let mut file = row(&COLUMNS);
    file.extend(cells.iter().flat_map(|cells| row(cells)));
    (cells, file)
}

/// The parameters of a query.
pub struct Query(query::Params);

impl Query {
    /// Reads what stands behind the `?`.
    ///
    /// # Errors
    /// Those of a query.
    pub fn parse(text: &str) -> Result<Self> {
        query::Params::parse(text).map(Self)
    }

    /// Names and values, decoded, in their order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0.0
    }

    /// See `Params::check_names`.
    ///
    /// # Errors
    /// Those of a query.
    pub fn check_names(&self, known: &[&str]) -> Result<()> {
        self.0.check_names(known)
    }

    /// See `Params::without`.
    pub fn without(&self, name: &str) -> String {
        self.0.without(name)
    }

    /// What page of to-dos is asked for.
    ///
    /// # Errors
    /// Those of a query.
    pub fn page(&self) -> Result<PageRequest> {
        page_query::page_request(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::http::routes::ENDPOINTS;

    #[test]
    fn every_schema_of_a_body_has_its_reader() {
        let of_the_table: BTreeSet<&str> = ENDPOINTS.iter().filter_map(|line| line.body).collect();
        let known: BTreeSet<&str> = readers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(known, of_the_table);
    }
}
