//! To-dos as comma-separated values: the columns that an export writes, of which a file needs the title only.

use serde_json::{Map, Value, json};

use super::cells::{Table, armed, defused};
use super::{MOST_ROWS, malformed, refused, row_of, too_many};
use crate::error::Result;
use crate::http::views::FullTodoView;
use crate::service::transfer::{Problem, Reading};

/// The columns, in the order in which an export writes them.
pub const COLUMNS: [&str; 20] = [
    "id",
    "title",
    "notes",
    "done",
    "completed_at",
    "due",
    "time_zone",
    "recurrence",
    "recurs_from",
    "last_completed_at",
    "priority",
    "tags",
    "list_id",
    "parent_id",
    "reminder",
    "reminded_at",
    "position",
    "created_at",
    "updated_at",
    "deleted_at",
];

/// The cells of a to-do, in the order of the columns.
pub fn cells_of(todo: &FullTodoView<'_>) -> Vec<String> {
    // A view is an object of strings, numbers and lists of strings: writing it cannot fail.
    let view = serde_json::to_value(todo).unwrap_or_default();
    let cell = |name: &&str| match &view[*name] {
        Value::String(text) => defused(text),
        Value::Array(tags) => defused(&join(tags)),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    COLUMNS.iter().map(cell).collect()
}

/// Tags in one cell: a semicolon between them; in them, a backslash in front of it and of another backslash.
fn join(tags: &[Value]) -> String {
    let escaped = |tag: &Value| {
        let tag = tag.as_str().unwrap_or_default();
        tag.replace('\\', "\\\\").replace(';', "\\;")
    };
    tags.iter().map(escaped).collect::<Vec<_>>().join(";")
}

fn split(cell: &str) -> Vec<String> {
    let mut tags = vec![String::new()];
    let mut letters = cell.chars();
    while let Some(letter) = letters.next() {
        let literal = match letter {
            ';' => {
                tags.push(String::new());
                continue;
            }
            '\\' => letters.next().unwrap_or('\\'),
            other => other,
        };
        if let Some(tag) = tags.last_mut() {
            tag.push(literal);
        }
    }
    tags
}

/// Reads such a file.
///
/// # Errors
/// `Invalid`: it is no table, its columns are not ours, or it has too many rows.
pub fn read(bytes: &[u8]) -> Result<Reading> {
    let mut table = Table::of(bytes)?;
    if let Some(unknown) = table
        .columns
        .iter()
        .find(|name| !COLUMNS.contains(&name.as_str()))
    {
        let unknown: String = unknown.chars().take(40).collect();
        let known = COLUMNS.join(", ");
        return Err(malformed(format!(
            "line 1: no column {unknown:?} is known; there are: {known}"
        )));
    }
    if table.place("title").is_none() {
        return Err(malformed("line 1: the column title is missing"));
    }
    let mut reading = Reading::default();
    while let Some(row) = table.next() {
        let name = |pointer: &str, detail: String| Problem {
            pointer: None,
            column: pointer.split('/').nth(1).map(str::to_owned),
            detail,
        };
        let made = if row.cells.len() == table.columns.len() {
            row_of(row.line, object_of(&table.columns, &row.cells), &name)
        } else {
            let detail = format!(
                "the line has {} cells, and the first line names {} columns",
                row.cells.len(),
                table.columns.len()
            );
            Err(vec![name("", detail)])
        };
        match made {
            Ok(row) => reading.rows.push(row),
            Err(problems) => {
                let title = table.place("title").and_then(|place| row.cells.get(place));
                reading
                    .lines
                    .push(refused(row.line, title.map(String::as_str), problems));
            }
        }
        if reading.rows.len() + reading.lines.len() > MOST_ROWS {
            return Err(too_many());
        }
    }
    Ok(reading)
}

/// A row as the object of a to-do's members; an empty cell is nothing.
fn object_of(columns: &[String], cells: &[String]) -> Value {
    let member = |(name, cell): (&String, &String)| {
        let text = armed(cell);
        let value = match name.as_str() {
            // An empty title is told to be too short.
            "title" => text.into(),
            _ if text.is_empty() => return None,
            "tags" => split(text).into(),
            // Spreadsheets write them in capitals.
            "done" => match text.to_ascii_lowercase().as_str() {
                "true" => json!(true),
                "false" => json!(false),
                _ => text.into(),
            },
            "priority" => text.to_ascii_lowercase().into(),
            _ => text.into(),
        };
        Some((name.clone(), value))
    };
    Value::Object(
        columns
            .iter()
            .zip(cells)
            .filter_map(member)
            .collect::<Map<_, _>>(),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn tags_come_back_out_of_their_cell(tags in prop::collection::vec("[;\\\\, a-c=]{1,5}", 1..5)) {
            let values: Vec<Value> = tags.iter().map(|tag| json!(tag)).collect();
            prop_assert_eq!(split(&join(&values)), tags);
        }
    }
}
