//! To-dos as a table: as wide as the terminal, with as much of each id as tells it from the others.

use std::io::IsTerminal as _;

use serde_json::Value;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::find::text;

/// So much of an id is shown at least: the second in which it was made.
const SHORTEST: usize = 8;
/// Titles get no less.
const LEAST_TITLE: usize = 12;
const GAP: &str = "  ";

/// Where a table is printed.
#[derive(Debug, Clone, Copy)]
pub struct Screen {
    /// `None`: nothing is cut.
    width: Option<usize>,
    has_style: bool,
}

impl Screen {
    /// Standard output.
    pub fn here() -> Self {
        let out = std::io::stdout();
        let is_terminal = out.is_terminal();
        let columns = rustix::termios::tcgetwinsize(&out).map(|size| usize::from(size.ws_col));
        let wants_none = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        Self {
            width: columns.ok().filter(|columns| is_terminal && *columns > 0),
            has_style: is_terminal && !wants_none,
        }
    }
}

/// A column: its heading, and what stands in each line.
struct Column {
    heading: &'static str,
    cells: Vec<String>,
}

impl Column {
    fn new(heading: &'static str, todos: &[Value], cell: impl Fn(&Value) -> String) -> Self {
        Self {
            heading,
            cells: todos.iter().map(|todo| clean(&cell(todo))).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().all(String::is_empty)
    }

    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| cell.width());
        cells.max().unwrap_or(0).max(self.heading.width())
    }
}

/// The table, with a line of headings; nothing for no to-dos.
pub fn table(todos: &[Value], screen: Screen) -> String {
    if todos.is_empty() {
        return String::new();
    }
    let length = id_length(todos);
    let mut columns = vec![
        Column::new("ID", todos, |todo| {
            text(todo, "id").chars().take(length).collect()
        }),
        Column::new("DONE", todos, |todo| {
            if todo["done"] == true {
                "x".into()
            } else {
                String::new()
            }
        }),
        Column::new("PRIORITY", todos, |todo| text(todo, "priority").to_owned()),
        Column::new("DUE", todos, |todo| due(text(todo, "due"))),
        Column::new("TITLE", todos, |todo| text(todo, "title").to_owned()),
        Column::new("TAGS", todos, tags),
    ];
    columns.retain(|column| !column.is_empty());
    let widths = widths(&columns, screen.width);
    let mut lines = String::new();
    for line in 0..=todos.len() {
        let cells = columns.iter().zip(&widths).map(|(column, width)| {
            let cell = line
                .checked_sub(1)
                .map_or(column.heading, |line| &column.cells[line]);
            fit(cell, *width)
        });
        let cells: Vec<String> = cells.collect();
        let row = cells.join(GAP);
        let row = row.trim_end();
        let style = match line.checked_sub(1).map(|line| &todos[line]) {
            _ if !screen.has_style => None,
            None => Some("1"),
            Some(todo) if todo["done"] == true => Some("2"),
            Some(todo) if todo["priority"] == "high" => Some("31"),
            Some(_) => None,
        };
        match style {
            Some(style) => lines.push_str(&format!("\u{1b}[{style}m{row}\u{1b}[0m\n")),
            None => lines.push_str(&format!("{row}\n")),
        }
    }
    lines
}

/// Each column as wide as what stands in it; where that is too much, the tags give way first, and then the titles.
fn widths(columns: &[Column], most: Option<usize>) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(Column::width).collect();
    let Some(most) = most else { return widths };
    for (heading, least) in [("TAGS", "TAGS".len()), ("TITLE", LEAST_TITLE)] {
        let all: usize = widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1);
        let Some(at) = columns.iter().position(|column| column.heading == heading) else {
            continue;
        };
        let too_much = all.saturating_sub(most);
        widths[at] = widths[at].saturating_sub(too_much).max(least.min(widths[at]));
    }
    widths
}

/// A text of exactly this width; what is cut off is told by a mark.
fn fit(cell: &str, width: usize) -> String {
    let has = cell.width();
    if has <= width {
        return format!("{cell}{}", " ".repeat(width - has));
    }
    let (mut cut, mut taken) = (String::new(), 0);
    for c in cell.chars() {
        let wide = c.width().unwrap_or(0);
        if taken + wide + 1 > width {
            break;
        }
        cut.push(c);
        taken += wide;
    }
    format!("{cut}…{}", " ".repeat(width.saturating_sub(taken + 1)))
}

/// How many digits tell these ids apart.
fn id_length(todos: &[Value]) -> usize {
    let mut ids: Vec<&str> = todos.iter().map(|todo| text(todo, "id")).collect();
    ids.sort_unstable();
    ids.dedup();
    let same = |pair: &[&str]| {
        pair[0]
            .bytes()
            .zip(pair[1].bytes())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let longest = ids.windows(2).map(same).max().unwrap_or(0);
    (longest + 1).max(SHORTEST)
}

/// A day as it is; a moment without its seconds and the offset in which it was told.
fn due(due: &str) -> String {
    match (due.get(..10), due.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time}"),
        _ => due.to_owned(),
    }
}

fn tags(todo: &Value) -> String {
    let tags = todo["tags"].as_array().map_or(&[][..], Vec::as_slice);
    let tags: Vec<&str> = tags.iter().filter_map(Value::as_str).collect();
    tags.join(", ")
}

/// Without anything that a terminal would take for an order, or that turns the direction of the line around.
fn clean(cell: &str) -> String {
    let is_turning =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let line = crate::logging::one_line(cell);
    line.chars().filter(|c| !is_turning(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const PLAIN: Screen = Screen {
        width: None,
        has_style: false,
    };

    fn todo(id: &str, title: &str) -> Value {
        json!({ "id": id, "title": title, "done": false, "due": null, "priority": null, "tags": [] })
    }

    #[test]
    fn columns_stand_only_where_there_is_something_in_them() {
        let mut second = todo("6560a1b2ffffffffffffffff", "Call the bank");
        second["due"] = json!("2026-12-01T09:30:00+01:00");
        second["priority"] = json!("high");
        let todos = [todo("6560a1b1aaaaaaaaaaaaaaaa", "Buy milk"), second];
        assert_eq!(table(&todos[..1], PLAIN), "ID        TITLE\n6560a1b1  Buy milk\n");
        assert_eq!(
            table(&todos, PLAIN),
            "ID        PRIORITY  DUE               TITLE\n\
             6560a1b1                              Buy milk\n\
             6560a1b2  high      2026-12-01 09:30  Call the bank\n"
        );
        assert_eq!(table(&[], PLAIN), "");
    }

    #[test]
    fn as_much_of_an_id_is_shown_as_tells_it_from_the_others() {
        let todos = [
            todo("6560a1b1aaaa000000000000", "a"),
            todo("6560a1b1aaab000000000000", "b"),
            todo("7560a1b1aaab000000000000", "c"),
        ];
        assert_eq!(id_length(&todos), 12);
        assert_eq!(id_length(&todos[1..]), 8);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal_whatever_the_letters_are() {
        let mut todos = vec![
            todo("6560a1b1aaaaaaaaaaaaaaaa", &"long ".repeat(40)),
            todo("6560a1b2aaaaaaaaaaaaaaaa", &"日本語".repeat(30)),
            todo("6560a1b3aaaaaaaaaaaaaaaa", "short"),
        ];
        todos[2]["tags"] = json!(["one", "another", "and a third of them"]);
        for width in [40, 60, 80, 200] {
            let screen = Screen {
                width: Some(width),
                has_style: false,
            };
            let table = table(&todos, screen);
            assert_eq!(table.lines().count(), 4);
            for line in table.lines() {
                assert!(line.width() <= width, "{width}: {line}");
            }
            assert!(table.contains("short"), "{table}");
        }
    }

    #[test]
    fn nothing_of_a_title_moves_or_colours_the_terminal() {
        let todos = [todo(
            "6560a1b1aaaaaaaaaaaaaaaa",
            "a\u{1b}[31m\u{9b}2J\r\nforged \u{202e}txt",
        )];
        let table = table(&todos, PLAIN);
        assert_eq!(table.lines().count(), 2);
        assert!(table.contains("a\\u{1b}[31m\\u{9b}2J\\r\\nforged txt"), "{table}");
        let styled = Screen {
            width: Some(80),
            has_style: true,
        };
        let styled = super::table(&todos, styled);
        assert!(styled.starts_with("\u{1b}[1mID"), "{styled}");
        assert_eq!(styled.matches('\u{1b}').count(), 2);
    }
}
