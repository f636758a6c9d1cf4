//! What an import makes of rows: which of them are new, what they are steps of, and what is told of each line.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::ids::{Above, Known};
use super::{Reading, Row, Wish};
use crate::error::{Error, InvalidKind};
use crate::model::{Due, Id, Recurrence, Reminder, Timestamp, Todo, Zone, first_position};
use crate::service::todos::MOST_STEPS;
use crate::service::todos::recurring::series;

/// So long rows are looked at: many times what the longest file of ordinary ones takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many lines are told of; the counts are of all.
const MOST_LINES: usize = 1000;

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Json,
    Csv,
    Todoist,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Json, Self::Csv, Self::Todoist];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Todoist => "todoist",
        }
    }
}

/// What is wrong with a line, and where in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// A JSON pointer into the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of a column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// In words; never holds what stands there.
    pub detail: String,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is a new to-do.
    Create,
    /// It was imported before, or is the very to-do that was exported.
    Unchanged,
    /// It cannot be a to-do.
    Refuse,
    /// It is no to-do of its own.
    Note,
}

/// What is told of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    pub line: u64,
    pub status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub problems: Vec<Problem>,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub dry_run: bool,
    pub format: Format,
    pub created: usize,
    pub unchanged: usize,
    pub refused: usize,
    /// How many lists are new.
    pub lists_created: usize,
    /// In their order; if there are too many, those that something is to be said of.
    pub lines: Vec<Line>,
    /// How many are not told of.
    pub lines_left_out: usize,
    /// Whether the to-dos were made.
    #[serde(skip)]
    pub is_written: bool,
}

/// What is to be done.
pub(super) struct Plan {
    pub report: Report,
    /// New ones, those that others are steps of first.
    pub todos: Vec<Todo>,
    /// To-dos that are there, and get their first steps.
    pub parents: Vec<Id>,
}

/// What a step is made of beside its own row.
struct Family {
    parent: Id,
    list_id: Option<Id>,
    /// When the parent went into the trash.
    deleted_at: Option<Timestamp>,
}

/// # Errors
/// `Invalid`, if the rows take too long: rules that have no day are looked for long, and a file may be full of them.
pub(super) fn plan(
    owner: Id,
    reading: Reading,
    known: &Known,
    wish: Wish,
    zone: Option<Zone>,
    now: Timestamp,
) -> Result<Plan, Error> {
    let Reading { rows, mut lines, .. } = reading;
    let begun = Instant::now();
    let mut todos: Vec<Todo> = Vec::with_capacity(rows.len());
    // How many steps each parent has, the new ones too.
    let mut steps: HashMap<Id, u64> = HashMap::new();
    for (place, row) in rows.iter().enumerate() {
        if begun.elapsed() > PATIENCE {
            let detail = "the file takes too long to look at: take parts of it, one after the other";
            return Err(Error::invalid(InvalidKind::TooLarge, "", "limit", detail));
        }
        let (id, is_there) = known.id_of(place);
        let mut problems = row.notes.clone();
        let first = known.ids.rows[place].0.and_then(|own| known.ids.first.get(&own));
        let status = if first.is_some_and(|first| *first != place) {
            let detail = "the same id stands further up: the first counts";
            problems.push(about(wish.format, row.line, "id", detail));
            Status::Note
        } else if is_there {
            Status::Unchanged
        } else {
            let series = series_of(row, zone);
            match family(row, &rows, known, &mut steps) {
                _ if series.is_err() => {
                    let detail = series.err().unwrap_or_default();
                    problems.push(about(wish.format, row.line, "recurrence", &detail));
                    Status::Refuse
                }
                Ok(family) => {
                    if row.parent.is_some() && family.is_none() {
                        let detail = "what it is a step of is not here: it becomes a to-do of its own";
                        problems.push(about(wish.format, row.line, "parent_id", detail));
                    }
                    if needs_due(row) {
                        let detail =
                            "it counts back from the due date, and there is none: it rests until there is";
                        problems.push(about(wish.format, row.line, "reminder", detail));
                    }
                    let mut todo = todo_of(owner, id, row, family, zone, now, place);
                    todo.recurrence = series.ok().flatten();
                    if let Some(series) = &mut todo.recurrence {
                        let told = row.last_completed_at.map(|moment| moment.min(now));
                        series.completed_at = told.or(todo.completed_at);
                    }
                    // Nobody wants to hear now of what was to be told long ago.
                    todo.pass_over_missed(None, now);
                    todos.push(todo);
                    Status::Create
                }
                Err(detail) => {
                    problems.push(about(wish.format, row.line, "parent_id", detail));
                    Status::Refuse
                }
            }
        };
        lines.push(Line {
            line: row.line,
            status,
            id: matches!(status, Status::Create | Status::Unchanged).then_some(id),
            title: Some(row.draft.title.clone()),
            problems,
        });
    }
    let made: HashSet<Id> = todos.iter().map(|todo| todo.id).collect();
    let parents: HashSet<Id> = todos.iter().filter_map(|todo| todo.parent_id).collect();
    for todo in &mut todos {
        todo.has_children = parents.contains(&todo.id);
    }
    todos.sort_by_key(|todo| todo.parent_id.is_some());
    Ok(Plan {
        report: report(wish, lines),
        todos,
        parents: parents
            .into_iter()
            .filter(|parent| !made.contains(parent))
            .collect(),
    })
}

/// The family that a new row belongs to, by the rules of `service::todos`; none if it is no step, or if what it is
/// a step of is not here.
fn family(
    row: &Row,
    rows: &[Row],
    known: &Known,
    steps: &mut HashMap<Id, u64>,
) -> Result<Option<Family>, &'static str> {
    let Some(above) = known.parent_of(row) else {
        return Ok(None);
    };
    let family = match above {
        Above::Row(place) if rows[place].parent.is_some() => {
            return Err("it is a step of a to-do that is a step itself: steps have no steps");
        }
        Above::Row(place) if !known.id_of(place).1 => Family {
            parent: known.id_of(place).0,
            list_id: rows[place].draft.list_id,
            deleted_at: rows[place].deleted_at,
        },
        Above::Row(_) | Above::There(_) => {
            let id = match above {
                Above::Row(place) => known.id_of(place).0,
                Above::There(id) => id,
            };
            let Some(parent) = known.parents.get(&id) else {
                return Ok(None);
            };
            steps.entry(id).or_insert(parent.steps);
            Family {
                parent: id,
                list_id: parent.list_id,
                deleted_at: None,
            }
        }
    };
    if family.deleted_at.is_none() && row.deleted_at.is_none() {
        let count = steps.entry(family.parent).or_default();
        if *count >= MOST_STEPS {
            return Err("that to-do has 200 steps, and more it cannot have");
        }
        *count += 1;
    }
    Ok(Some(family))
}

/// A remark about a member or a column.
pub(super) fn about(format: Format, line: u64, name: &str, detail: &str) -> Problem {
    let is_json = format == Format::Json;
    Problem {
        pointer: is_json.then(|| format!("/todos/{}/{name}", line.saturating_sub(1))),
        column: (!is_json).then(|| name.to_owned()),
        detail: detail.to_owned(),
    }
}

/// Whether its reminder has nothing to count from. One whose due date was taken away is exported like this.
fn needs_due(row: &Row) -> bool {
    let reminder = row.draft.reminder.as_ref();
    row.draft.due.is_none() && reminder.is_some_and(Reminder::needs_due)
}

/// How the row comes again, counted from its present due date; in words, if it cannot.
fn series_of(row: &Row, zone: Option<Zone>) -> Result<Option<Box<Recurrence>>, String> {
    let draft = &row.draft;
    let zone = draft.time_zone.or(zone);
    series(
        draft.recurrence.clone(),
        draft.recurs_from,
        draft.due.as_ref(),
        zone,
    )
    .map_err(|error| match error {
        Error::Invalid(invalid) => invalid.violations.into_iter().map(|one| one.detail).collect(),
        other => other.to_string(),
    })
}

fn todo_of(
    owner: Id,
    id: Id,
    row: &Row,
    family: Option<Family>,
    zone: Option<Zone>,
    now: Timestamp,
    place: usize,
) -> Todo {
    let draft = row.draft.clone();
    // Nothing was made, done or deleted in the future.
    let past = |moment: Option<Timestamp>| moment.map(|moment| moment.min(now));
    let created_at = past(row.created_at).unwrap_or(now);
    // Rows without a position keep their order.
    let behind = now.plus_millis(i64::try_from(place).unwrap_or(0));
    let zone = if matches!(draft.due, Some(Due::Day(_))) || draft.recurrence.is_some() {
        zone
    } else {
        None
    };
    let (parent_id, list_id, with_parent) = match family {
        Some(family) => (Some(family.parent), family.list_id, family.deleted_at),
        None => (None, draft.list_id, None),
    };
    let mut todo = Todo {
        notes: draft.notes,
        due: draft.due,
        time_zone: draft.time_zone.or(zone),
        priority: draft.priority,
        tags: draft.tags,
        list_id,
        parent_id,
        reminder: draft.reminder,
        reminded_at: past(row.reminded_at),
        position: row.position.clone().unwrap_or_else(|| first_position(behind, id)),
        updated_at: past(row.updated_at).unwrap_or(now),
        // What is in the trash has its steps there, too.
        deleted_at: past(row.deleted_at.or(with_parent)),
        ..Todo::new(id, owner, draft.title, created_at)
    };
    todo.set_done(draft.done, past(row.completed_at).unwrap_or(now));
    todo
}

fn report(wish: Wish, mut lines: Vec<Line>) -> Report {
    let count = |status| lines.iter().filter(|line| line.status == status).count();
    let (created, unchanged, refused) = (
        count(Status::Create),
        count(Status::Unchanged),
        count(Status::Refuse),
    );
    let lines_left_out = lines.len().saturating_sub(MOST_LINES);
    // What is refused first, then what something is said of, then the rest; then in their order.
    lines.sort_by_key(|line| (line.status != Status::Refuse, line.problems.is_empty(), line.line));
    lines.truncate(MOST_LINES);
    lines.sort_by_key(|line| line.line);
    Report {
        dry_run: wish.dry_run,
        format: wish.format,
        created,
        unchanged,
        refused,
        lists_created: 0,
        lines,
        lines_left_out,
        is_written: false,
    }
}
