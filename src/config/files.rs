//! Reading the files that settings stand in: whole, as text, and no more than such a file can have.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// No file of settings is so large; another one was named by mistake.
pub(super) const SETTINGS_LIMIT: u64 = 1024 * 1024;

/// A secret or an address in a file of its own.
pub(super) const LINE_LIMIT: u64 = 64 * 1024;

/// The text of a file, without a byte order mark.
///
/// # Errors
/// Half a sentence that goes behind the file's name.
pub(super) fn read_text(file: &Path, limit: u64) -> Result<String, String> {
    let mut bytes = Vec::new();
    // Bounded while it is read: a device has no length, and no end.
    File::open(file)
        .and_then(|file| file.take(limit + 1).read_to_end(&mut bytes))
        .map_err(|error| format!("cannot be read: {error}"))?;
    if bytes.len() as u64 > limit {
        return Err(format!(
            "is larger than {} KiB, so it is another file than was meant",
            limit / 1024
        ));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| "cannot be read: it is not text in UTF-8; save it as such".to_owned())?;
    match text.strip_prefix('\u{feff}') {
        Some(text) => Ok(text.to_owned()),
        None => Ok(text),
    }
}
