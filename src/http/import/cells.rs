//! Comma-separated values (RFC 4180), as they come and as they go: quoting is checked before anything is read,
//! and no cell is a formula to a program that opens the file.

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::malformed;
use crate::error::Result;

/// What makes a cell a formula to some program when it stands first: the signs, the same in full width, and what
/// such a program passes over in front of them.
const DANGEROUS: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// Whether the text is a formula, with apostrophes in front of it or not.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(DANGEROUS)
}

/// The cell for a text: an apostrophe in front makes a formula plain text. [`armed`] takes it away again.
pub fn defused(text: &str) -> String {
    if is_formula(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text of a cell that [`defused`] wrote.
pub fn armed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_formula(text) => text,
        _ => cell,
    }
}

/// Cells under the names of their columns.
pub struct Table<'a> {
    pub columns: Vec<String>,
    reader: csv::Reader<&'a [u8]>,
    bytes: &'a [u8],
    /// A place in the file, and the line in which it is: those before were counted.
    counted: (usize, u64),
}

/// A row, and the line in which it begins.
pub struct Cells {
    pub line: u64,
    pub cells: Vec<String>,
}

impl<'a> Table<'a> {
    /// Reads the header.
    ///
    /// # Errors
    /// `Invalid` with the line: the file is not UTF-8, has a NUL, its quoting is broken, it has no header, or
    /// the header names a column twice.
    pub fn of(bytes: &'a [u8]) -> Result<Self> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(malformed("the file is in UTF-16: save it as CSV in UTF-8"));
        }
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        if let Err(error) = std::str::from_utf8(bytes) {
            let line = line_at(bytes, error.valid_up_to());
            return Err(malformed(format!(
                "line {line} is not UTF-8: save the file as CSV in UTF-8"
            )));
        }
        if let Some(place) = bytes.iter().position(|byte| *byte == 0) {
            return Err(malformed(format!("line {} has a NUL", line_at(bytes, place))));
        }
        // Where a comma stands in numbers, spreadsheets write semicolons between cells.
        let first = bytes
            .split(|byte| matches!(byte, b'\r' | b'\n'))
            .next()
            .unwrap_or_default();
        let delimiter = if first.contains(&b';') && !first.contains(&b',') {
            b';'
        } else {
            b','
        };
        check_quoting(bytes, delimiter)?;
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(bytes);
        let mut header = StringRecord::new();
        let has_header = reader
            .read_record(&mut header)
            .map_err(|_| malformed("line 1 cannot be read"))?;
        if !has_header {
            return Err(malformed("the file is empty: its first line names the columns"));
        }
        let columns: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        for (place, name) in columns.iter().enumerate() {
            if columns[..place].contains(name) {
                let name: String = name.chars().take(40).collect();
                return Err(malformed(format!("line 1 names the column {name:?} twice")));
            }
        }
        Ok(Self {
            columns,
            reader,
            bytes,
            counted: (0, 1),
        })
    }

    /// The place of a column.
    pub fn place(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The next row; lines without anything are passed over.
    pub fn next(&mut self) -> Option<Cells> {
        let mut record = ByteRecord::new();
        // The bytes are in memory and UTF-8, and rows may have any number of cells: nothing is left to fail.
        if !self.reader.read_byte_record(&mut record).unwrap_or(false) {
            return None;
        }
        let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
        Some(Cells {
            line: self.line_of(&record),
            cells: record.iter().map(text).collect(),
        })
    }

    /// The line in which a row begins. The library tells the end of the row before, which may be followed by lines
    /// without anything.
    fn line_of(&mut self, record: &ByteRecord) -> u64 {
        let told = record.position().map_or(0, csv::Position::byte);
        let mut begin = usize::try_from(told).unwrap_or(usize::MAX).min(self.bytes.len());
        while self
            .bytes
            .get(begin)
            .is_some_and(|byte| matches!(byte, b'\r' | b'\n'))
        {
            begin += 1;
        }
        let (place, line) = self.counted;
        self.counted = (begin, line + ends_of_lines(self.bytes, place..begin));
        self.counted.1
    }
}

/// The number of the line, from 1, in which a byte stands.
fn line_at(bytes: &[u8], place: usize) -> u64 {
    1 + ends_of_lines(bytes, 0..place)
}

/// How many lines end in a part of the file: with LF, CRLF or CR.
fn ends_of_lines(bytes: &[u8], part: std::ops::Range<usize>) -> u64 {
    let ends = |place: &usize| match bytes[*place] {
        b'\n' => true,
        b'\r' => bytes.get(place + 1) != Some(&b'\n'),
        _ => false,
    };
    part.filter(ends).count() as u64
}

/// Where a reader of cells stands.
enum At {
    Start,
    Plain,
    Quoted,
    /// Behind a quotation mark in a quoted cell: its end, or the first of two that mean one.
    Mark,
}

/// The library takes broken quoting for something; here it is an error, since whatever it is taken for, whole
/// lines may vanish in a cell.
fn check_quoting(bytes: &[u8], delimiter: u8) -> Result<()> {
    let (mut at, mut line, mut began) = (At::Start, 1_u64, 1_u64);
    for (place, byte) in bytes.iter().enumerate() {
        let ends_cell = *byte == delimiter || matches!(byte, b'\r' | b'\n');
        at = match (at, *byte) {
            (At::Start, b'"') => {
                began = line;
                At::Quoted
            }
            (At::Plain, b'"') => {
                return Err(malformed(format!(
                    "line {line} has a quotation mark in a cell that does not begin with one"
                )));
            }
            (At::Start | At::Plain, _) if ends_cell => At::Start,
            (At::Start | At::Plain, _) => At::Plain,
            (At::Quoted, b'"') => At::Mark,
            (At::Quoted, _) | (At::Mark, b'"') => At::Quoted,
            (At::Mark, _) if ends_cell => At::Start,
            (At::Mark, _) => {
                return Err(malformed(format!(
                    "line {line} has text behind the quotation mark that ends a cell"
                )));
            }
        };
        line += ends_of_lines(bytes, place..place + 1);
    }
    if matches!(at, At::Quoted) {
        let detail = format!("the cell that begins in line {began} has no quotation mark at its end");
        return Err(malformed(detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::properties::settings;

    proptest! {
        #![proptest_config(settings())]

        #[test]
        fn a_cell_is_no_formula_and_its_text_comes_back(text in "'{0,3}[-=+@\t\r\n\u{ff1d}a]{0,3}\\PC{0,6}") {
            let cell = defused(&text);
            prop_assert!(!cell.starts_with(DANGEROUS), "{cell:?}");
            prop_assert_eq!(armed(&cell), text);
        }

        #[test]
        fn what_the_library_writes_is_rightly_quoted_and_read_back(
            cells in prop::collection::vec("[\"',;\r\n a-c\u{e9}]{0,6}", 2..5),
        ) {
            let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
            let names: Vec<String> = (0..cells.len()).map(|n| format!("column{n}")).collect();
            writer.write_record(&names).unwrap();
            writer.write_record(&cells).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut table = Table::of(&bytes).unwrap();
            prop_assert_eq!(table.next().unwrap().cells, cells);
            prop_assert!(table.next().is_none());
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        for (file, words) in [
            (b"a,b\n1,\"2\n3,4".as_slice(), "begins in line 2"),
            (b"a,b\n1,2\"3\n", "line 2 has a quotation mark"),
            (b"a,b\n1,\"2\"3\n", "line 2 has text behind"),
            (b"a,b\n\n\xff,2\n", "line 3 is not UTF-8"),
            (b"a,b\n1,\x002\n", "line 2 has a NUL"),
            (b"\xff\xfea\x00", "UTF-16"),
            (b"a,b,a\n", "\"a\" twice"),
            (b"", "the file is empty"),
            ("\u{feff}".as_bytes(), "the file is empty"),
        ] {
            let Err(error) = Table::of(file).map(|_| ()) else {
                panic!("{words}")
            };
            assert!(error.to_string().contains(words), "{error}");
        }
        let mut table = Table::of("\u{feff}a;b\r\n1;\"2\r\n3\"\r\n\r\n4;5".as_bytes()).unwrap();
        let first = table.next().unwrap();
        assert_eq!(
            (first.line, first.cells),
            (2, vec!["1".to_owned(), "2\r\n3".to_owned()])
        );
        assert_eq!(table.next().unwrap().line, 5);
    }
}
