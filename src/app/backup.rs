//! Backups of an embedded database, and the way back: what `rondo backup` and `rondo restore` do.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use super::{SECRET_FINGERPRINT, StartError, make_folder_of, with_cure};
use crate::clock::Source;
use crate::config::{Config, Database};
use crate::model::Timestamp;
use crate::secret::{Secret, Secrets};
use crate::service::changes::FEED;
use crate::store::sqlite::{ServingLock, backup, restore};
use crate::store::transfer::Fact;

/// Hears of how many bytes how many are done.
pub use crate::store::sqlite::backup::Progress;

/// A backup that was made.
#[derive(Debug)]
pub struct BackedUp {
    pub file: PathBuf,
    pub bytes: u64,
    /// That of the secret that belongs to it; `None` if the database was never served.
    pub fingerprint: Option<String>,
}

/// Makes a backup in `target`, which is a file, or a folder where it gets a name with the time in it.
///
/// # Errors
/// A sentence, if there is no such database, it cannot be copied, or the file is there and may not be replaced.
pub fn back_up(
    config: &Config,
    target: Option<&Path>,
    may_replace: bool,
    now: Timestamp,
    progress: Progress<'_>,
) -> Result<BackedUp, StartError> {
    let database = embedded(config)?;
    let there = database.metadata().map_err(|error| {
        let words = format!("there is no database at {}: {error}", database.display());
        with_cure(config, StartError(words))
    })?;
    let name = format!("rondo-{}.db", of_a_name(now));
    let file = match target {
        None => PathBuf::from(name),
        Some(folder) if folder.is_dir() => folder.join(name),
        Some(file) => file.to_owned(),
    };
    if let Ok(found) = file.metadata() {
        if (found.dev(), found.ino()) == (there.dev(), there.ino()) {
            return Err(StartError(format!(
                "{} is the database itself; name another file",
                file.display()
            )));
        }
        if !may_replace || !found.is_file() {
            return Err(StartError(format!(
                "{} is there already; name another file, or use --force to replace it",
                file.display()
            )));
        }
    }
    let copied = backup::copy(database, &file, SECRET_FINGERPRINT, progress)?;
    Ok(BackedUp {
        file,
        bytes: copied.bytes,
        fingerprint: copied.fact,
    })
}

/// A backup that fits, and a database that nobody serves meanwhile.
pub struct Restoration {
    _lock: ServingLock,
    found: restore::Restoration,
    /// Where it goes.
    pub database: PathBuf,
}

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// Where that is which was there before.
    pub aside: Option<PathBuf>,
    /// How many migrations the next start applies.
    pub lacks: usize,
}

/// Looks at the backup `file`, and makes it ready. The database is as it was.
///
/// # Errors
/// A sentence, if the database is being served, or the backup is damaged, not ours, of a newer program or made
/// with another secret.
pub fn prepare(
    config: &Config,
    file: &Path,
    source: &dyn Source,
    progress: Progress<'_>,
) -> Result<Restoration, StartError> {
    let database = embedded(config)?;
    make_folder_of(database)?;
    let lock = ServingLock::take(database).map_err(|error| {
        let StartError(words) = error.into();
        StartError(format!("{words}; to restore a backup, stop the service first"))
    })?;
    // Cursors of changes from after the backup are of places that other changes will have.
    let feed = Fact {
        name: FEED.to_owned(),
        value: source.new_id().to_string(),
    };
    let found = restore::prepare(file, database, SECRET_FINGERPRINT, &feed, progress)?;
    if let Some(known) = &found.fact {
        check_secret(&Secrets::load(config, true, source)?, known)?;
    }
    Ok(Restoration {
        _lock: lock,
        found,
        database: database.clone(),
    })
}

impl Restoration {
    pub const fn bytes(&self) -> u64 {
        self.found.bytes
    }

    /// Whether something is there already.
    pub fn replaces(&self) -> bool {
        self.found.replaces()
    }

    /// Puts the backup in the place of the database.
    ///
    /// # Errors
    /// A sentence, if that cannot be done; the database is as it was then.
    pub fn put_in_place(self, now: Timestamp) -> Result<Restored, StartError> {
        own_as_before(
            &[self.found.path(), &ServingLock::file_of(&self.database)],
            &self.database,
        )?;
        let lacks = self.found.lacks;
        let aside = self.found.put_in_place(&format!(".before-{}", of_a_name(now)))?;
        Ok(Restored { aside, lacks })
    }
}

fn embedded(config: &Config) -> Result<&PathBuf, StartError> {
    match &config.db {
        Database::Sqlite(path) => Ok(path),
        Database::Mongo(_) => Err(StartError(
            "this is for SQLite; a MongoDB database is backed up with mongodump and restored with mongorestore \
             (docs/OPERATIONS.md, \"Backups\")"
                .into(),
        )),
    }
}

fn check_secret(secrets: &Secrets, known: &str) -> Result<(), StartError> {
    if secrets.iter().any(|secret| secret.fingerprint() == known) {
        return Ok(());
    }
    let current = Secret::fingerprint(&secrets.current);
    Err(StartError(format!(
        "the secret is not the one that this backup was made with (fingerprint {current}, the backup has {known}); \
         give the secret that belongs to it as SECRET or in the data folder, or as SECRET_PREVIOUS if it was turned \
         since"
    )))
}

/// What root makes is to belong to the user of the service: to whom the database did, or else its folder.
fn own_as_before(files: &[&Path], database: &Path) -> Result<(), StartError> {
    if !geteuid().is_root() {
        return Ok(());
    }
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty());
    let like = database
        .metadata()
        .or_else(|_| folder.unwrap_or(Path::new(".")).metadata());
    let given = like.and_then(|like| {
        files
            .iter()
            .try_for_each(|file| std::os::unix::fs::chown(file, Some(like.uid()), Some(like.gid())))
    });
    given.map_err(|error| {
        StartError(format!(
            "the owner of {} cannot be given to what is restored: {error}",
            database.display()
        ))
    })
}

/// A moment as a part of a file's name: `2026-07-01-170203`.
fn of_a_name(now: Timestamp) -> String {
    let text = now.to_string();
    let (day, time) = text.split_once('T').unwrap_or((&text, ""));
    let digits: String = time.chars().filter(char::is_ascii_digit).take(6).collect();
    format!("{day}-{digits}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_the_time_in_it_sorts_by_it_and_has_no_character_that_needs_quotes() {
        let name = |text: &str| of_a_name(text.parse().unwrap());
        assert_eq!(name("2026-07-01T17:02:03.999Z"), "2026-07-01-170203");
        assert!(name("2026-07-01T17:02:03Z") < name("2026-07-01T17:02:04Z"));
    }
}
