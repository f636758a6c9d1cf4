//! The secret as a file of the data folder: made on the first run, turned in two steps that a crash may
//! come between.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::clock::Source;

/// The secret of the file `secret`; made if there is none and the database is not in use yet.
///
/// # Errors
/// A sentence, if it cannot be read or made.
pub fn read_or_make(data_dir: &Path, is_in_use: bool, source: &dyn Source) -> Result<String, String> {
    let path = data_dir.join("secret");
    let failed = |what: &str, error: std::io::Error| {
        format!(
            "the secret {} cannot be {what}: {error}; --data-dir (RONDO_DATA_DIR) says where it is",
            path.display()
        )
    };
    match std::fs::read_to_string(&path) {
        // A crash can leave zeros in the place of what was written.
        Ok(text) if text.trim().len() >= 32 && !text.contains('\0') => return Ok(text),
        Ok(_) => {
            return Err(format!(
                "the secret {} is empty, cut short or overwritten; put it back from a backup (without it, passwords no longer \
                 verify), or remove the data folder to begin anew",
                path.display()
            ));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && is_in_use => {
            return Err(format!(
                "the secret {} is missing, and the database was made with one; put it back from a backup, or give it \
                 as SECRET",
                path.display()
            ));
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed("read", error)),
    }
    make_private_folder(data_dir)
        .map_err(|words| format!("{words}; choose another one with --data-dir (RONDO_DATA_DIR)"))?;
    let text = new_secret(source);
    // Written whole beside it and then linked into place: of two that begin at once one wins, and a
    // crash leaves no half of a secret.
    let draft = write_draft(data_dir, &text).map_err(|error| failed("written", error))?;
    let linked = std::fs::hard_link(&draft, &path);
    // The draft is only a second name of the file by now.
    let _ = std::fs::remove_file(&draft);
    match linked {
        Ok(()) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(&path).map_err(|error| failed("read", error))
        }
        Err(error) => Err(failed("written", error)),
    }
}

/// A new secret, of 48 random bytes.
pub fn new_secret(source: &dyn Source) -> String {
    let mut random = [0; 48];
    source.fill(&mut random);
    base64::Engine::encode(&base64::engine::general_purpose::STANDARD_NO_PAD, random)
}

/// Writes a file that only its owner reads, to be moved into place.
fn write_draft(data_dir: &Path, text: &str) -> std::io::Result<PathBuf> {
    let draft = data_dir.join(format!(".secret-{}", std::process::id()));
    let mut file = private_file(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

/// Where the secret of before stands while it is being turned.
pub fn previous_of(data_dir: &Path) -> PathBuf {
    data_dir.join("secret.previous")
}

/// The secret of before, if it is being turned.
///
/// # Errors
/// A sentence, if it cannot be read.
pub fn read_previous(data_dir: &Path) -> Result<Option<String>, String> {
    let path = previous_of(data_dir);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!(
            "the previous secret {} cannot be read: {error}",
            path.display()
        )),
    }
}

/// Puts a new secret in the place of the one in the file, and keeps that one beside it.
///
/// # Errors
/// A sentence, if there is none, one is being turned already, or the files cannot be written.
pub fn turn(data_dir: &Path, source: &dyn Source) -> Result<(), String> {
    let (path, previous) = (data_dir.join("secret"), previous_of(data_dir));
    if previous.exists() {
        return Err(format!(
            "the secret is being turned already: {} is there; when everybody has signed in once, end that with: \
             rondo secret forget-previous",
            previous.display()
        ));
    }
    let old = read_or_make(data_dir, true, source)?;
    let failed = |error: std::io::Error| format!("the secret {} cannot be turned: {error}", path.display());
    // At any moment the present secret is in one of the files, whole: a crash in between leaves two that
    // are the same, which is no turn.
    let draft = write_draft(data_dir, &old).map_err(failed)?;
    std::fs::rename(draft, &previous).map_err(failed)?;
    sync_folder(data_dir).map_err(failed)?;
    let draft = write_draft(data_dir, &new_secret(source)).map_err(failed)?;
    std::fs::rename(draft, &path).map_err(failed)?;
    sync_folder(data_dir).map_err(failed)
}

/// Removes the secret of before, and says whether there was one.
///
/// # Errors
/// A sentence, if it cannot be removed.
pub fn forget_previous(data_dir: &Path) -> Result<bool, String> {
    let path = previous_of(data_dir);
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(format!(
            "the previous secret {} cannot be removed: {error}",
            path.display()
        )),
    }
}

fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

/// Makes a folder that only its owner may enter, if there is none.
///
/// # Errors
/// A sentence, if it cannot be made.
pub fn make_private_folder(path: &Path) -> Result<(), String> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => {
            format!(
                "the folder {} cannot be made: something else has that name",
                path.display()
            )
        }
        _ => format!("the folder {} cannot be made: {error}", path.display()),
    })
}

/// Opens a file, to be written anew, that only its owner reads.
///
/// # Errors
/// If it cannot be made.
pub fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::System;

    #[test]
    fn the_secret_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = read_or_make(&data, false, &System::default()).unwrap();
        assert_eq!(read_or_make(&data, true, &System::default()).unwrap(), first);
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&data.join("secret").metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1);
    }

    #[test]
    fn a_cut_secret_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "abc").unwrap();
        let refusal = read_or_make(folder.path(), false, &System::default()).unwrap_err();
        assert!(refusal.contains("cut short") && !refusal.contains("abc"));
        assert_eq!(
            std::fs::read_to_string(folder.path().join("secret")).unwrap(),
            "abc"
        );
    }

    #[test]
    fn a_lost_secret_is_not_made_anew_for_a_database_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let refusal = read_or_make(folder.path(), true, &System::default()).unwrap_err();
        assert!(refusal.contains("is missing"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_turn_keeps_the_old_secret_beside_the_new_one_until_it_is_forgotten() {
        let (folder, source) = (tempfile::tempdir().unwrap(), System::default());
        let data = folder.path();
        assert!(
            turn(data, &source).unwrap_err().contains("is missing"),
            "there is nothing to turn"
        );
        let first = read_or_make(data, false, &source).unwrap();
        assert_eq!(read_previous(data).unwrap(), None);
        turn(data, &source).unwrap();
        assert_eq!(read_previous(data).unwrap(), Some(first.clone()));
        let second = read_or_make(data, true, &source).unwrap();
        assert_ne!(first, second);
        assert!(turn(data, &source).unwrap_err().contains("forget-previous"));
        assert_eq!(read_or_make(data, true, &source).unwrap(), second);
        for file in ["secret", "secret.previous"] {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&data.join(file).metadata().unwrap().permissions());
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        assert_eq!(std::fs::read_dir(data).unwrap().count(), 2);
        assert!(forget_previous(data).unwrap());
        assert!(!forget_previous(data).unwrap());
        assert_eq!(read_previous(data).unwrap(), None);
    }
}
