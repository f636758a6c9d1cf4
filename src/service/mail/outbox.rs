//! Mail as files of a folder, for whoever develops: one file a mail, which only its owner reads.

use std::io::Write as _;
use std::path::Path;

use crate::model::{Id, Timestamp};
use crate::secret::file::{make_private_folder, private_file};

/// The name of a mail's file: when it was written, and its id.
pub(super) fn name(id: Id, date: Timestamp) -> String {
    let date: String = date.to_string().chars().filter(|c| !"-:.".contains(*c)).collect();
    format!("{date}-{id}.eml")
}

/// Writes the mail whole, or not at all; once more is no second file.
///
/// # Errors
/// A sentence.
pub(super) fn write(folder: &Path, name: &str, message: &[u8]) -> Result<(), String> {
    make_private_folder(folder)?;
    let draft = folder.join(format!(".{name}-{}", std::process::id()));
    let written = private_file(&draft).and_then(|mut file| {
        file.write_all(message)?;
        file.sync_all()?;
        std::fs::rename(&draft, folder.join(name))
    });
    written.map_err(|error| {
        // Half of a mail is of no use, and may be in the way of room on the disk.
        let _ = std::fs::remove_file(&draft);
        format!("a mail cannot be written to {}: {error}", folder.display())
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_mail_is_one_file_that_only_its_owner_reads() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = folder.path().join("outbox");
        let name = name(Id::from_bytes([7; 12]), Timestamp::from_millis(1_790_000_000_000));
        assert_eq!(name, "20260921T141320000Z-070707070707070707070707.eml");
        for text in ["once", "again"] {
            write(&outbox, &name, text.as_bytes()).unwrap();
            assert_eq!(std::fs::read_to_string(outbox.join(&name)).unwrap(), text);
        }
        assert_eq!(std::fs::read_dir(&outbox).unwrap().count(), 1);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&outbox), mode(&outbox.join(&name))), (0o700, 0o600));
    }

    #[test]
    fn a_folder_that_cannot_be_is_told_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = folder.path().join("outbox");
        std::fs::write(&outbox, "a file").unwrap();
        let words = write(&outbox, "a.eml", b"x").unwrap_err();
        assert!(words.contains(&outbox.display().to_string()), "{words}");
    }
}
