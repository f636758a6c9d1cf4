//! Tables that are imported: what is refused is named by its line and repeats no value, and what is taken comes back
//! out of the table that an export writes of it, in which no cell is a formula.

use rondo::error::{Error, InvalidKind};
use rondo::http::fuzz;
use rondo::model::{Todo, TodoDraft};
use rondo::service::transfer::{Format, Reading, Status};

use super::bodies::{is_whole, todo_of};

/// Stands in no text of the service.
const MARK: &str = "zq7Xk9";

/// What spreadsheets take for the beginning of a formula, or pass over in front of one.
const FORMULA: &str = "=+-@\t\r\n\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}";

/// A byte that says whose table is meant, then the file.
pub fn check(data: &[u8]) {
    let Some((which, bytes)) = data.split_first() else {
        return;
    };
    let format = [Format::Csv, Format::Todoist][usize::from(which % 2)];
    // A line may end in one of two ways, or in both.
    let lines = 1 + bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() as u64;
    match fuzz::file(format, bytes) {
        Err(error) => refused(&error, lines),
        Ok(reading) => {
            named(format, &reading, lines);
            let drafts = reading.rows.into_iter().map(|row| row.draft);
            come_back(drafts.filter(is_whole).collect());
        }
    }
    errors_hold_no_value(format, bytes);
}

/// A file that cannot be read at all is told with its line, unless it has none.
fn refused(error: &Error, lines: u64) {
    let Error::Invalid(invalid) = error else {
        panic!("{error:?}");
    };
    assert!(matches!(
        invalid.kind,
        InvalidKind::Malformed | InvalidKind::TooLarge
    ));
    let [violation] = invalid.violations.as_slice() else {
        panic!("{invalid:?}");
    };
    let detail = &violation.detail;
    let number = detail.split("line ").skip(1).find_map(|rest| {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    });
    match number {
        Some(line) => assert!((1..=lines).contains(&line), "{detail}"),
        None => assert!(
            ["UTF-16", "the file is empty", "at most"]
                .iter()
                .any(|words| detail.contains(words)),
            "{detail}"
        ),
    }
}

/// Each line of the reading is one of the file, and what is wrong with it has a column and words.
fn named(format: Format, reading: &Reading, lines: u64) {
    let rows: Vec<u64> = reading.rows.iter().map(|row| row.line).collect();
    let told: Vec<u64> = reading.lines.iter().map(|line| line.line).collect();
    for numbers in [&rows, &told] {
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert!(
            numbers.iter().all(|line| (2..=lines).contains(line)),
            "{numbers:?}"
        );
    }
    assert!(rows.iter().all(|line| told.binary_search(line).is_err()));
    for line in &reading.lines {
        assert!(
            line.status == Status::Refuse || (format == Format::Todoist && line.status == Status::Note),
            "{line:?}"
        );
        assert!(line.id.is_none() && !line.problems.is_empty(), "{line:?}");
    }
    let of_rows = reading.rows.iter().flat_map(|row| &row.notes);
    for problem in reading
        .lines
        .iter()
        .flat_map(|line| &line.problems)
        .chain(of_rows)
    {
        assert!(
            problem.pointer.is_none() && !problem.detail.is_empty(),
            "{problem:?}"
        );
        // A line with too many cells, or too few, is wrong as a whole.
        assert!(
            problem.column.is_some() || problem.detail.contains(" cells"),
            "{problem:?}"
        );
    }
}

/// An export of what was taken is taken again, and says the same.
fn come_back(drafts: Vec<TodoDraft>) {
    let todos: Vec<Todo> = drafts.iter().cloned().map(todo_of).collect();
    let (cells, file) = fuzz::table(&todos);
    for cell in cells.iter().flatten() {
        assert!(!cell.starts_with(|first| FORMULA.contains(first)), "{cell:?}");
    }
    let again = fuzz::file(Format::Csv, &file).unwrap_or_else(|error| panic!("{error}"));
    assert!(again.lines.is_empty(), "{:?}", again.lines);
    let again: Vec<TodoDraft> = again.rows.into_iter().map(|row| row.draft).collect();
    assert_eq!(again, drafts);
}

/// The same with a mark in every cell behind the names of the columns.
fn errors_hold_no_value(format: Format, bytes: &[u8]) {
    let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
    // Empty lines before the names are passed over.
    let begin = bytes.iter().position(|byte| !is_end(byte)).unwrap_or(bytes.len());
    let end = bytes[begin..].iter().position(is_end).map(|end| begin + end);
    let (names, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    // Names are told. The mark may be among them, and where one is quoted its end may be in a later line.
    if names.contains(&b'"') || String::from_utf8_lossy(names).contains(MARK) {
        return;
    }
    let mut marked = names.to_vec();
    for byte in rest {
        marked.push(*byte);
        if matches!(byte, b',' | b';') {
            marked.extend_from_slice(MARK.as_bytes());
        }
    }
    match fuzz::file(format, &marked) {
        Err(error) => assert!(!format!("{error:?}").contains(MARK), "{error:?}"),
        Ok(reading) => {
            let of_rows = reading.rows.iter().flat_map(|row| &row.notes);
            for problem in reading
                .lines
                .iter()
                .flat_map(|line| &line.problems)
                .chain(of_rows)
            {
                assert!(!format!("{problem:?}").contains(MARK), "{problem:?}");
            }
        }
    }
}

/// Tables of both kinds, sound ones and others.
pub fn seeds() -> Vec<Vec<u8>> {
    let own = [
        "title\nBuy milk\n",
        "title,notes,tags\r\n'=1+1,\"a\r\nb\",'-x;y\\;z\r\n''@,'\u{ff1d}1,'\r\n=1,+1,@1\r\n",
        "id,title,notes,done,completed_at,due,time_zone,recurrence,recurs_from,last_completed_at,priority,tags,list_id,\
         parent_id,reminder,reminded_at,position,created_at,updated_at,deleted_at\r\n\
         65f0a1b2c3d4e5f60718293a,\"T \"\"q\"\"\",n,TRUE,2026-11-22T10:30:00Z,2026-11-22,Europe/Berlin,FREQ=DAILY,\
         completion,2026-11-22T10:30:00Z,High,a;b,65f0a1b2c3d4e5f60718293b,65f0a1b2c3d4e5f60718293c,'-P1DT30M,\
         2026-11-22T10:30:00Z,v1,2026-11-22T10:30:00Z,2026-11-22T10:30:00Z,2026-11-22T10:30:00+01:00\r\n",
        "\u{feff}title;due;tags\nx;2026-11-22;\"a;b\"\n\n\ny;soon;\nz\n",
        "due,title\n2026-11-22T10:30:00+01:00,\u{1f980}\n,\n,two,three\n",
        "title,colour\nx,y\n",
        "title,notes\nx,\"no end\n",
        "title,notes\nx,y\"z\n",
        "notes\nx\n",
        "title,title\nx,y\n",
        "",
    ];
    let todoist = [
        "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n\
         meta,view_style=list,,,,,,,,\ntask,Buy milk @home @=x,d,1,1,A,B,2026-11-22,en,Europe/Berlin\n\
         task,A step,,4,2,,,every monday,en,\nnote,A comment,,,,,,,,\n\nsection,Later,,,,,,,,\n\
         task,=1+1,,3,3,,,2026-11-22T10:30:00Z,,\n",
        "TYPE,CONTENT\ntask,\nother,x\nnote,y\ntask,@only\n",
        "CONTENT\nx\n",
    ];
    let of_kind = |kind: u8, text: &str| [&[kind], text.as_bytes()].concat();
    let own = own.iter().map(|text| of_kind(0, text));
    own.chain(todoist.iter().map(|text| of_kind(1, text))).collect()
}
