//! A database that is copied from, or into: opened, looked at, and marked as long as it is not all there.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::{StartError, make_folder_of};
use crate::clock::{Source as _, System};
use crate::config::Database;
use crate::model::{Id, Timestamp};
use crate::store::mongo::Mongo;
use crate::store::sqlite::{ServingLock, Sqlite};
use crate::store::transfer::{Kind, Row, Transfer};
use crate::store::{Store, StoreError};

/// The fact by which a database is known that is not all there yet.
const UNFINISHED: &str = "unfinished_copy";

/// How many rows are read and written at a time.
pub(super) const AT_ONCE: usize = 100;

/// How often the source is asked to finish what its service has begun.
const RESUMED: usize = 10;

/// What the mark says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// The source, by its name.
    pub(super) from: String,
    /// How many kinds are there whole, and the place of the last row of the next one.
    pub(super) kinds: usize,
    pub(super) after: Option<String>,
    /// Whose it is: each run gives it a name of its own, so that one of before that still runs is found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<Id>,
}

/// All that is asked of either side.
trait Whole: Store + Transfer {}

impl<T: Store + Transfer> Whole for T {}

/// A database that nobody serves meanwhile, as far as one can know.
pub(super) struct Side {
    pub(super) name: String,
    keeper: Arc<dyn Whole>,
    _lock: Option<ServingLock>,
}

/// Refuses a database that is only a part of another one.
///
/// # Errors
/// A sentence with the cure, or that the database does not answer.
pub async fn check_complete(store: &dyn Store) -> Result<(), StartError> {
    match unfinished(store).await? {
        None => Ok(()),
        Some(from) => Err(StartError(format!(
            "this database is an unfinished copy of {from}; run `rondo copy` again to complete it, or empty it"
        ))),
    }
}

/// What the database is an unfinished copy of, if it is one.
pub async fn unfinished(store: &dyn Store) -> Result<Option<String>, StoreError> {
    let mark = store.known_fact(UNFINISHED).await?;
    Ok(mark.map(|mark| serde_json::from_str(&mark).map_or(mark, |mark: Mark| mark.from)))
}

impl Side {
    /// A database that is there.
    pub(super) async fn source(address: &Database) -> Result<Self, StartError> {
        if let Database::Sqlite(path) = address
            && !path.exists()
        {
            return Err(StartError(format!("there is no database at {}", path.display())));
        }
        Self::open(address, Sqlite::open_as_it_is).await
    }

    /// A database that may have to be made.
    pub(super) async fn target(address: &Database) -> Result<Self, StartError> {
        if let Database::Sqlite(path) = address {
            make_folder_of(path)?;
        }
        Self::open(address, Sqlite::open).await
    }

    async fn open(
        address: &Database,
        open: impl FnOnce(&Path) -> Result<Sqlite, StoreError>,
    ) -> Result<Self, StartError> {
        let name = address.named();
        let told = |error: StoreError| {
            let StartError(words) = error.into();
            StartError(format!("{name}: {words}"))
        };
        let (keeper, lock): (Arc<dyn Whole>, _) = match address {
            Database::Sqlite(path) => {
                let lock = ServingLock::take(path).map_err(|error| {
                    let StartError(words) = error.into();
                    StartError(format!("{words}; stop the service first"))
                })?;
                (Arc::new(open(path).map_err(told)?), Some(lock))
            }
            Database::Mongo(address) => (Arc::new(Mongo::connect(address).await.map_err(told)?), None),
        };
        Ok(Self {
            name,
            keeper,
            _lock: lock,
        })
    }

    /// Names the database in an error.
    fn told<T>(&self, outcome: Result<T, StoreError>) -> Result<T, StartError> {
        outcome.map_err(|error| {
            let words = match error {
                StoreError::Duplicate => "an identity is another account's".to_owned(),
                other => StartError::from(other).0,
            };
            StartError(format!("{}: {words}", self.name))
        })
    }

    pub(super) async fn count(&self, kind: Kind) -> Result<u64, StartError> {
        self.told(self.keeper.count_rows(kind).await)
    }

    pub(super) async fn rows(&self, kind: Kind, after: Option<&str>) -> Result<Vec<Row>, StartError> {
        self.told(self.keeper.rows(kind, after, AT_ONCE).await)
    }

    /// As [`Side::rows`], without what the other side has not.
    pub(super) async fn rows_but_the_mark(
        &self,
        kind: Kind,
        after: Option<&str>,
    ) -> Result<Vec<Row>, StartError> {
        let mut rows = self.told(self.keeper.rows(kind, after, AT_ONCE + 1).await)?;
        rows.retain(|row| kind != Kind::Facts || row.place() != UNFINISHED);
        rows.truncate(AT_ONCE);
        Ok(rows)
    }

    pub(super) async fn known_fact(&self, name: &str) -> Result<Option<String>, StartError> {
        self.told(self.keeper.known_fact(name).await)
    }

    pub(super) async fn put_rows(&self, rows: Vec<Row>) -> Result<(), StartError> {
        self.told(self.keeper.put_rows(rows).await)
    }

    /// Removes rows, as long as the mark says that the target is this copy's and nobody's else.
    pub(super) async fn remove_rows(&self, mark: &Mark, rows: Vec<Row>) -> Result<(), StartError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.check_mark(mark).await?;
        self.told(self.keeper.remove_rows(rows).await)
    }

    pub(super) async fn close(&self) {
        self.keeper.close().await;
    }

    /// How many migrations were applied, and how many there are.
    async fn migrations(&self) -> Result<(usize, usize), StartError> {
        let all = self.told(self.keeper.migrations().await)?;
        let applied = all.iter().filter(|one| one.applied_at.is_some()).count();
        Ok((applied, all.len()))
    }

    /// Refuses a source that this program would not serve as it is, and finishes what its service has begun: what
    /// a keeper has written down for itself is no row.
    pub(super) async fn make_ready(&self, now: Timestamp) -> Result<(), StartError> {
        match self.migrations().await? {
            (0, _) => Err(StartError(format!("{} has nothing in it", self.name))),
            (applied, all) if applied < all => Err(StartError(format!(
                "{} lacks {} migrations; run `rondo migrate` on it first, or start the service once",
                self.name,
                all - applied
            ))),
            _ => match self.told(unfinished(&*self.keeper).await)? {
                None => {
                    // Each time is for some of them only; more than all of these are never under way.
                    for _ in 0..RESUMED {
                        self.told(self.keeper.resume_families(now).await)?;
                    }
                    Ok(())
                }
                Some(from) => Err(StartError(format!(
                    "{} is itself an unfinished copy of {from}; complete that one first",
                    self.name
                ))),
            },
        }
    }

    /// Brings the target to this program's version, and gives it its mark, or makes that of before its own; says
    /// whether there was one.
    pub(super) async fn marked(&self, source: &Self, now: Timestamp) -> Result<(Mark, bool), StartError> {
        let (applied, all) = self.migrations().await?;
        let known = if applied == 0 {
            None
        } else {
            self.known_fact(UNFINISHED).await?
        };
        if known.is_none() {
            self.check_is_empty().await?;
        }
        if applied < all {
            self.told(self.keeper.migrate(now).await)?;
        }
        let new = Mark {
            from: source.name.clone(),
            kinds: 0,
            after: None,
            by: Some(System::default().new_id()),
        };
        let kept = match &known {
            Some(known) => known.clone(),
            None => self.told(self.keeper.fact(UNFINISHED, &in_json(&new)).await)?,
        };
        let unreadable = |_| StartError(format!("{} has a mark that cannot be read; empty it", self.name));
        let mark: Mark = serde_json::from_str(&kept).map_err(unreadable)?;
        if mark.from != source.name {
            return Err(StartError(format!(
                "{} is an unfinished copy of {}, not of {}; complete that one, or empty it",
                self.name, mark.from, source.name
            )));
        }
        let ours = Mark {
            by: new.by,
            ..mark.clone()
        };
        self.move_mark(&mark, &ours).await?;
        Ok((ours, known.is_some()))
    }

    /// Takes the mark away: it is all there.
    pub(super) async fn forget_mark(&self, mark: &Mark) -> Result<(), StartError> {
        self.check_mark(mark).await?;
        self.told(self.keeper.forget_fact(UNFINISHED).await)
    }

    async fn check_mark(&self, mark: &Mark) -> Result<(), StartError> {
        if self.known_fact(UNFINISHED).await? == Some(in_json(mark)) {
            return Ok(());
        }
        Err(self.shared())
    }

    async fn check_is_empty(&self) -> Result<(), StartError> {
        for kind in Kind::ALL {
            let count = self.count(kind).await?;
            if count > 0 {
                return Err(StartError(format!(
                    "{} is not empty ({}: {count}); name a database that has nothing in it",
                    self.name,
                    kind.name()
                )));
            }
        }
        Ok(())
    }

    pub(super) async fn move_mark(&self, from: &Mark, to: &Mark) -> Result<(), StartError> {
        if from == to {
            return Ok(());
        }
        let moved = self
            .keeper
            .replace_fact(UNFINISHED, &in_json(from), &in_json(to))
            .await;
        if self.told(moved)? {
            return Ok(());
        }
        Err(self.shared())
    }

    fn shared(&self) -> StartError {
        StartError(format!(
            "another rondo copies into {}; let one of them end",
            self.name
        ))
    }
}

fn in_json(mark: &Mark) -> String {
    serde_json::json!(mark).to_string()
}
