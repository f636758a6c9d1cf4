//! Files that are imported: how their body is read, and what rows they hold. One file for each format; what is
//! the same in all of them is here. What becomes of the rows is decided by `service::transfer`.

pub mod cells;
mod csv;
mod json;
mod todoist;

pub use csv::{COLUMNS, cells_of};

use std::time::Duration;

use rocket::data::{self, FromData, ToByteUnit as _};
use rocket::http::Status;
use rocket::{Data, Request};
use serde_json::{Map, Value};
use tokio::sync::OwnedSemaphorePermit;

use crate::error::{Error, InvalidKind, Result};
use crate::http::body::media_type;
use crate::http::context::edge;
use crate::http::schemas;
use crate::http::todo_body::DraftBody;
use crate::model::{Id, Timestamp, TodoDraft};
use crate::service::transfer::{Format, Line, Origin, Parent, Problem, Reading, Row, Status as LineStatus};

/// The longest file, in bytes.
pub const LIMIT: u64 = 20 * 1024 * 1024;
/// The most to-dos of one file.
const MOST_ROWS: usize = 100_000;
/// How long a file may take to arrive: whoever is slow keeps others from importing.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file, read whole; and the place among the imports that it holds.
pub struct File {
    pub bytes: Vec<u8>,
    pub is_json: bool,
    pub place: OwnedSemaphorePermit,
}

/// A file as a handler takes it, or a `Result` of it: why it cannot be taken.
pub struct FileBody(pub File);

#[rocket::async_trait]
impl<'r> FromData<'r> for FileBody {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match receive(request, data).await {
            Ok(file) => data::Outcome::Success(Self(file)),
            // The status is not used: the handler takes the error.
            Err(error) => data::Outcome::Error((Status::BadRequest, error)),
        }
    }
}

async fn receive(request: &Request<'_>, data: Data<'_>) -> Result<File> {
    let is_json = match media_type(request)?.as_str() {
        "application/json" => true,
        "text/csv" => false,
        _ => {
            let detail = "the Content-Type must be application/json or text/csv";
            return Err(Error::invalid(InvalidKind::MediaType, "", "media_type", detail));
        }
    };
    let too_large = || {
        let detail = format!("a file has at most {LIMIT} bytes: take parts of it, one after the other");
        Error::invalid(InvalidKind::TooLarge, "", "limit", detail)
    };
    let announced = request.headers().get_one("Content-Length");
    if announced.is_some_and(|length| length.parse().is_ok_and(|length: u64| length > LIMIT)) {
        return Err(too_large());
    }
    let place = edge(request).services.transfer.place()?;
    let reading = data.open(LIMIT.bytes()).into_bytes();
    let malformed = |detail: &str| Error::invalid(InvalidKind::Malformed, "", "body", detail);
    let bytes = tokio::time::timeout(PATIENCE, reading)
        .await
        .map_err(|_| malformed("the file did not arrive within a minute"))?
        .map_err(|_| malformed("the body ended before its announced length"))?;
    if !bytes.is_complete() {
        return Err(too_large());
    }
    Ok(File {
        bytes: bytes.into_inner(),
        is_json,
        place,
    })
}

/// Reads a file.
///
/// # Errors
/// `Invalid` if it cannot be read at all; what is wrong with single lines stands in what is answered.
pub fn read(format: Format, bytes: &[u8]) -> Result<Reading> {
    match format {
        Format::Json => json::read(bytes),
        Format::Csv => csv::read(bytes),
        Format::Todoist => todoist::read(bytes),
    }
}

fn malformed(detail: impl Into<String>) -> Error {
    Error::invalid(InvalidKind::Malformed, "", "file", detail)
}

fn too_many() -> Error {
    let detail = format!("a file has at most {MOST_ROWS} to-dos: take parts of it, one after the other");
    Error::invalid(InvalidKind::TooLarge, "", "limit", detail)
}

/// Names the place of a problem: a member by its pointer into the row, such as `/tags/2`.
type Name<'a> = &'a dyn Fn(&str, String) -> Problem;

/// What a row is made of that is no part of a new to-do: an export has it.
const KEPT: [&str; 14] = [
    "id",
    "list_id",
    "parent_id",
    "position",
    "completed_at",
    "last_completed_at",
    "reminded_at",
    "created_at",
    "updated_at",
    "deleted_at",
    "version",
    // Follow from others.
    "parent_title",
    "progress",
    "remind_at",
];

/// The row that an object of a to-do's members is, by the same rules as that of a request.
///
/// # Errors
/// Everything that is wrong with it.
fn row_of(line: u64, value: Value, name: Name<'_>) -> std::result::Result<Row, Vec<Problem>> {
    let mut members = match value {
        Value::Object(members) => members,
        other => return Err(violations_of(&other, name)),
    };
    let mut kept: Map<String, Value> = KEPT
        .iter()
        .filter_map(|name| members.remove_entry(*name))
        .collect();
    let value = Value::Object(members);
    let mut problems = violations_of(&value, name);
    let mut wrong =
        |member: &str, detail: &str| problems.push(name(&format!("/{member}"), detail.to_owned()));
    let mut moment = |member: &str| {
        let moment = kept.remove(member).unwrap_or_default();
        match &moment {
            Value::Null => None,
            Value::String(text) if let Ok(moment) = text.parse::<Timestamp>() => Some(moment),
            _ => {
                wrong(
                    member,
                    "a moment is RFC 3339 with an offset, in the years 1000 to 9998",
                );
                None
            }
        }
    };
    let [completed_at, last_completed_at, reminded_at] =
        ["completed_at", "last_completed_at", "reminded_at"].map(&mut moment);
    let [created_at, updated_at, deleted_at] = ["created_at", "updated_at", "deleted_at"].map(&mut moment);
    let mut id_of = |member: &str| match kept.remove(member).unwrap_or_default() {
        Value::Null => None,
        Value::String(text) if let Ok(id) = text.parse::<Id>() => Some(id),
        _ => {
            wrong(member, "an id has 24 lowercase hexadecimal digits");
            None
        }
    };
    let [id, list_id, parent_id] = ["id", "list_id", "parent_id"].map(&mut id_of);
    let position = match kept.remove("position").unwrap_or_default() {
        Value::Null => None,
        Value::String(text) if is_position(&text) => Some(text),
        _ => {
            wrong(
                "position",
                "a position has the digits 0 to v, at most 200, and no 0 at the end",
            );
            None
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let text = match id {
        Some(_) => String::new(),
        // Members of an object are in the order of their names.
        None => format!(
            "{value}{}",
            parent_id.map_or_else(String::new, |id| id.to_string())
        ),
    };
    let body: DraftBody = serde_json::from_value(value)
        .map_err(|_| vec![name("", "it is not of the form that is needed".to_owned())])?;
    let mut draft = TodoDraft::from(body);
    draft.list_id = list_id;
    Ok(Row {
        line,
        origin: id.map_or(Origin::Text(text), Origin::Id),
        draft,
        parent: parent_id.map(Parent::Id),
        completed_at,
        last_completed_at,
        reminded_at,
        created_at,
        updated_at,
        deleted_at,
        position,
        notes: Vec::new(),
    })
}

fn is_position(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'v').contains(&byte);
    (1..=200).contains(&text.len()) && text.bytes().all(is_digit) && !text.ends_with('0')
}

fn violations_of(value: &Value, name: Name<'_>) -> Vec<Problem> {
    schemas::violations("todo-create", value)
        .into_iter()
        .map(|violation| name(&violation.pointer, violation.detail))
        .collect()
}

/// A line that cannot be a to-do.
fn refused(line: u64, title: Option<&str>, problems: Vec<Problem>) -> Line {
    Line {
        line,
        status: LineStatus::Refuse,
        id: None,
        // Enough to be recognised.
        title: title.map(|title| title.chars().take(500).collect()),
        problems,
    }
}
