//! Whether a file that was streamed came to its end. A service whose database goes away in between ends the answer, and
//! what it has sent is not closed: JSON with open brackets, a table with an open cell.

/// The two kinds of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Json,
    Csv,
}

/// Looks at the bytes as they pass.
#[derive(Debug)]
pub struct Whole {
    format: Format,
    depth: usize,
    is_quoted: bool,
    is_escaped: bool,
    last: u8,
}

impl Whole {
    pub const fn of(format: Format) -> Self {
        Self {
            format,
            depth: 0,
            is_quoted: false,
            is_escaped: false,
            last: 0,
        }
    }

    pub fn pass(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match (self.format, byte) {
                _ if self.is_escaped => self.is_escaped = false,
                (Format::Json, b'\\') if self.is_quoted => self.is_escaped = true,
                (_, b'"') => self.is_quoted = !self.is_quoted,
                (Format::Json, b'{' | b'[') if !self.is_quoted => self.depth += 1,
                (Format::Json, b'}' | b']') if !self.is_quoted => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if !byte.is_ascii_whitespace() || self.format == Format::Csv {
                self.last = byte;
            }
        }
    }

    /// Whether what has passed is all.
    pub fn is_all(&self) -> bool {
        let end = match self.format {
            Format::Json => b'}',
            Format::Csv => b'\n',
        };
        self.depth == 0 && !self.is_quoted && self.last == end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_is_never_taken_for_the_whole() {
        let json = r#"{"user":{"name":"a \"}\" b"},"todos":[{"title":"[x] \\"},{"title":"}"}]}"#;
        let csv = "id,title\r\n1,\"a \"\"quoted\"\" one\r\nwith two lines\"\r\n";
        for (format, text) in [(Format::Json, json), (Format::Csv, csv)] {
            for end in 0..text.len() {
                let mut whole = Whole::of(format);
                whole.pass(&text.as_bytes()[..end]);
                // A table may end behind any line that is closed.
                let is_line = format == Format::Csv && text[..end].ends_with("title\r\n");
                assert_eq!(whole.is_all(), is_line, "{:?}", &text[..end]);
            }
            let mut whole = Whole::of(format);
            for byte in text.as_bytes() {
                whole.pass(std::slice::from_ref(byte));
            }
            assert!(whole.is_all());
        }
    }
}
