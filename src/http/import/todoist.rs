//! Todoist's "export as a template": a table with a task, a section or a comment in each line, where steps are
//! told by their indent.

use serde_json::json;

use super::cells::Table;
use super::{MOST_ROWS, malformed, refused, row_of, too_many};
use crate::error::Result;
use crate::model::Due;
use crate::service::transfer::{Line, Origin, Parent, Problem, Reading, Row, Status};

/// The most letters of notes and of a tag, as the schema has them.
const NOTES: usize = 10_000;
const TAG: usize = 40;
const TAGS: usize = 20;

/// Reads such a file.
///
/// # Errors
/// `Invalid`: it is no table, is not of Todoist, or has too many rows.
pub fn read(bytes: &[u8]) -> Result<Reading> {
    let mut table = Table::of(bytes)?;
    for needed in ["TYPE", "CONTENT"] {
        if table.place(needed).is_none() {
            return Err(malformed(format!(
                "line 1: the column {needed} is missing, which every template of Todoist has"
            )));
        }
    }
    let mut file = File::default();
    let columns = table.columns.clone();
    while let Some(row) = table.next() {
        file.take(row.line, Named(&columns, &row.cells));
        if file.reading.rows.len() + file.reading.lines.len() > MOST_ROWS {
            return Err(too_many());
        }
    }
    Ok(file.reading)
}

fn problem(column: &str, detail: impl Into<String>) -> Problem {
    Problem {
        pointer: None,
        column: Some(column.to_owned()),
        detail: detail.into(),
    }
}

/// The cells of a line, by the names of their columns; what is not there is empty.
#[derive(Clone, Copy)]
struct Named<'a>(&'a [String], &'a [String]);

impl<'a> Named<'a> {
    fn cell(self, name: &str) -> &'a str {
        let place = self.0.iter().position(|column| column == name);
        place
            .and_then(|place| self.1.get(place))
            .map_or("", |cell| cell.trim())
    }
}

/// What was read so far.
#[derive(Default)]
struct File {
    reading: Reading,
    /// The section that tasks are in, as a tag.
    section: Option<String>,
    /// The last task that is not indented, and what its title is: steps below it are its own.
    above: Option<(usize, String)>,
    /// Whether the last task was taken: comments below it are its own.
    has_task: bool,
}

impl File {
    fn take(&mut self, line: u64, row: Named<'_>) {
        let content = row.cell("CONTENT");
        match row.cell("TYPE") {
            "task" => self.task(line, content, row),
            "section" => self.section(line, content),
            "note" => self.comment(line, content),
            // How Todoist shows the project.
            "meta" => {}
            "" if content.is_empty() => {}
            _ => {
                let detail = "TYPE is task, section, note or meta";
                self.refuse(line, content, vec![problem("TYPE", detail)]);
            }
        }
    }

    fn refuse(&mut self, line: u64, title: &str, problems: Vec<Problem>) {
        self.reading.lines.push(refused(line, Some(title), problems));
        self.has_task = false;
    }

    fn note(&mut self, line: u64, title: &str, problem: Problem) {
        self.reading.lines.push(Line {
            line,
            status: Status::Note,
            id: None,
            title: Some(title.chars().take(500).collect()),
            problems: vec![problem],
        });
    }

    fn section(&mut self, line: u64, content: &str) {
        let tag: String = content.chars().filter(|c| !c.is_control()).take(TAG).collect();
        self.above = None;
        self.has_task = false;
        self.section = (!tag.is_empty()).then_some(tag);
        let detail = "the section becomes a tag of the tasks below it";
        self.note(line, content, problem("TYPE", detail));
    }

    /// A comment goes to the notes of the task above it.
    fn comment(&mut self, line: u64, content: &str) {
        let task = self.reading.rows.last_mut().filter(|_| self.has_task);
        let Some(task) = task else {
            let detail = "the comment stands below no task that was taken: it is left out";
            self.note(line, content, problem("TYPE", detail));
            return;
        };
        if append(&mut task.draft.notes, content) {
            return;
        }
        let detail =
            format!("notes have at most {NOTES} characters: the comment does not fit and is left out");
        self.note(line, content, problem("CONTENT", detail));
    }

    fn task(&mut self, line: u64, content: &str, row: Named<'_>) {
        let cell = |name| row.cell(name);
        let mut notes: Vec<Problem> = Vec::new();
        let (title, mut tags) = labels(content);
        if let Some(section) = &self.section
            && !tags.contains(section)
        {
            tags.push(section.clone());
        }
        if tags.len() > TAGS {
            notes.push(problem(
                "CONTENT",
                format!("a to-do has at most {TAGS} tags: the others are left out"),
            ));
            tags.truncate(TAGS);
        }
        let priority = match cell("PRIORITY") {
            "1" => Some("high"),
            "2" => Some("medium"),
            "3" => Some("low"),
            "4" | "" => None,
            _ => {
                notes.push(problem("PRIORITY", "PRIORITY is 1, 2, 3 or 4: it is left out"));
                None
            }
        };
        let mut text = cell("DESCRIPTION").to_owned();
        let mut keep = |column: &str, label: &str, detail: &str| {
            let is_kept = append(&mut text, &format!("{label}: {}", row.cell(column)));
            let where_to = if is_kept {
                "it stands in the notes"
            } else {
                "it does not fit into the notes"
            };
            notes.push(problem(column, format!("{detail}: {where_to}")));
        };
        let date = cell("DATE");
        let due = date.parse::<Due>().is_ok().then_some(date);
        if due.is_none() && !date.is_empty() {
            keep(
                "DATE",
                "Date",
                "only YYYY-MM-DD and RFC 3339 are read as a due date",
            );
        }
        if !cell("DEADLINE").is_empty() {
            keep("DEADLINE", "Deadline", "there are no deadlines beside due dates");
        }
        if !cell("RESPONSIBLE").is_empty() {
            keep("RESPONSIBLE", "Responsible", "to-dos are not assigned");
        }
        let zone = cell("TIMEZONE")
            .parse::<crate::model::Zone>()
            .ok()
            .filter(|_| due.is_some());
        let todo = json!({
            "title": title, "notes": text, "tags": tags, "priority": priority, "due": due,
            "time_zone": zone.map(crate::model::Zone::name),
        });
        let (parent, title_above) = self.parent(cell("INDENT"), &mut notes);
        let name = |pointer: &str, detail: String| {
            let column = match pointer.split('/').nth(1) {
                Some("title" | "tags") => "CONTENT",
                Some("notes") => "DESCRIPTION",
                Some("due") => "DATE",
                _ => "TYPE",
            };
            problem(column, detail)
        };
        match row_of(line, todo, &name) {
            Ok(row) => {
                if parent.is_none() {
                    self.above = Some((self.reading.rows.len(), title.clone()));
                }
                let said = [content, cell("DESCRIPTION"), date, &title_above];
                let section = self.section.as_deref().unwrap_or_default();
                self.reading.rows.push(Row {
                    origin: Origin::Text(json!([said, section]).to_string()),
                    parent,
                    notes,
                    ..row
                });
                self.has_task = true;
            }
            Err(problems) => {
                if parent.is_none() {
                    self.above = None;
                }
                self.refuse(line, content, problems);
            }
        }
    }

    /// What a task of this indent is a step of, and the title of that.
    fn parent(&self, indent: &str, notes: &mut Vec<Problem>) -> (Option<Parent>, String) {
        let depth = match indent.parse::<u32>() {
            Ok(depth) => depth,
            Err(_) if indent.is_empty() => 1,
            Err(_) => {
                notes.push(problem("INDENT", "INDENT is a whole number: it is taken for 1"));
                1
            }
        };
        if depth <= 1 {
            return (None, String::new());
        }
        let Some((place, title)) = &self.above else {
            let detail = "there is no task above that it could be a step of: it becomes a to-do of its own";
            notes.push(problem("INDENT", detail));
            return (None, String::new());
        };
        if depth > 2 {
            let detail = "steps have no steps: it becomes a step of the task that is not indented";
            notes.push(problem("INDENT", detail));
        }
        (Some(Parent::Row(*place)), title.clone())
    }
}

/// Adds a paragraph to notes, if it fits.
fn append(notes: &mut String, text: &str) -> bool {
    let gap = if notes.is_empty() { "" } else { "\n\n" };
    if notes.chars().count() + gap.len() + text.chars().count() > NOTES {
        return false;
    }
    notes.push_str(gap);
    notes.push_str(text);
    true
}

/// The title without its labels (`@label`), and these.
fn labels(content: &str) -> (String, Vec<String>) {
    let is_label = |word: &&str| {
        let name = word.strip_prefix('@').unwrap_or_default();
        !name.is_empty() && name.chars().count() <= TAG && !name.starts_with('@')
    };
    let mut tags: Vec<String> = Vec::new();
    let mut words = Vec::new();
    for word in content.split(' ') {
        if is_label(&word) {
            let tag = word[1..].to_owned();
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        } else {
            words.push(word);
        }
    }
    let title = words.join(" ").trim().to_owned();
    if title.is_empty() {
        return (content.to_owned(), Vec::new());
    }
    (title, tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_become_tags_and_addresses_stay() {
        let (title, tags) = labels("Write to a@b.example @work @work @home");
        assert_eq!(title, "Write to a@b.example");
        assert_eq!(tags, ["work", "home"]);
        assert_eq!(labels("@only").0, "@only");
    }
}
