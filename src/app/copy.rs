//! Copying a whole installation from one database into another: what `rondo copy` does.
//!
//! The target has a mark, a fact, from before its first row until all of it was compared: with it nobody
//! serves it, and a copy that was cut goes on where it was. The source may have been served in between: what is not
//! the same in it any more is taken away from the target first.

mod leftovers;
mod side;

use std::fmt::{self, Write as _};

use aws_lc_rs::digest::{Context, SHA256};

use super::{SECRET_FINGERPRINT, StartError};
use crate::config::Database;
use crate::model::Timestamp;
pub use crate::store::transfer::Kind;
use crate::store::transfer::Row;

use side::{Mark, Side};
pub(super) use side::{check_complete, unfinished};

/// Hears what is being done: whether it is looked through, copied or compared, what, and how many rows of how many.
pub type Watcher<'a> = &'a mut (dyn FnMut(Stage, Kind, u64, u64) + Send);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Whether what an earlier copy has left is the same in the source still.
    Revising,
    Copying,
    Comparing,
}

/// What both databases have of a kind.
#[derive(Debug)]
pub struct Compared {
    pub kind: Kind,
    pub rows: u64,
    /// SHA-256 over all rows, in hexadecimal digits.
    pub checksum: String,
}

/// What was copied.
#[derive(Debug)]
pub struct Copied {
    pub compared: Vec<Compared>,
    /// That of the secret that belongs to both.
    pub fingerprint: Option<String>,
    /// Whether it went on where another one had ended.
    pub was_resumed: bool,
}

/// Copies all that is in `from` into `to`, which is empty or what an earlier copy of the same source has left,
/// and compares the two.
///
/// # Errors
/// A sentence, if one of them cannot be opened, is served, or does not fit; or where they differ in the end.
pub async fn copy(
    from: &Database,
    to: &Database,
    now: Timestamp,
    watch: Watcher<'_>,
) -> Result<Copied, StartError> {
    if from.is_same(to) {
        return Err(StartError(format!(
            "{} is both source and target; name two databases",
            from.named()
        )));
    }
    let source = Side::source(from).await?;
    let copied = into(&source, to, now, watch).await;
    source.close().await;
    copied
}

async fn into(
    source: &Side,
    to: &Database,
    now: Timestamp,
    watch: Watcher<'_>,
) -> Result<Copied, StartError> {
    source.make_ready(now).await?;
    let target = Side::target(to).await?;
    let copied = between(source, &target, now, watch).await;
    target.close().await;
    copied
}

async fn between(
    source: &Side,
    target: &Side,
    now: Timestamp,
    watch: Watcher<'_>,
) -> Result<Copied, StartError> {
    let (mut mark, was_resumed) = target.marked(source, now).await?;
    if was_resumed {
        mark = leftovers::clear(source, target, mark, watch).await?;
    }
    let mark = copy_rows(source, target, mark, watch).await?;
    let compared = compare(source, target, watch).await?;
    let fingerprint = source.known_fact(SECRET_FINGERPRINT).await?;
    target.forget_mark(&mark).await?;
    Ok(Copied {
        compared,
        fingerprint,
        was_resumed,
    })
}

/// Copies what is missing, and answers the mark that stands then.
async fn copy_rows(
    source: &Side,
    target: &Side,
    mut mark: Mark,
    watch: Watcher<'_>,
) -> Result<Mark, StartError> {
    for (number, kind) in Kind::ALL.into_iter().enumerate().skip(mark.kinds) {
        let all = source.count(kind).await?;
        // So many are there already, if it was begun before.
        let mut done = if mark.after.is_some() {
            target.count(kind).await?.min(all)
        } else {
            0
        };
        loop {
            watch(Stage::Copying, kind, done, all);
            let rows = source.rows(kind, mark.after.as_deref()).await?;
            let count = rows.len();
            let mut next = mark.clone();
            match rows.last() {
                Some(last) => next.after = Some(last.place()),
                None => {
                    next.kinds = number + 1;
                    next.after = None;
                }
            }
            target.put_rows(rows).await?;
            // Only now: whatever comes between the two is written twice, and that is the same as once.
            target.move_mark(&mark, &next).await?;
            mark = next;
            if count == 0 {
                break;
            }
            done += count as u64;
        }
    }
    Ok(mark)
}

/// Reads both from the first row to the last.
async fn compare(source: &Side, target: &Side, watch: Watcher<'_>) -> Result<Vec<Compared>, StartError> {
    let mut compared = Vec::new();
    for kind in Kind::ALL {
        let all = source.count(kind).await?;
        let (mut after, mut rows, mut checksums) = (None, 0, [Checksum::new(), Checksum::new()]);
        loop {
            watch(Stage::Comparing, kind, rows, all);
            let ours = source.rows(kind, after.as_deref()).await?;
            let theirs = target.rows_but_the_mark(kind, after.as_deref()).await?;
            if let Some(place) = first_difference(&ours, &theirs) {
                return Err(StartError(format!(
                    "{} and {} differ in {}, at {place}: was the source changed meanwhile? Run it again, and let \
                     nobody write to either of them until it has ended",
                    source.name,
                    target.name,
                    kind.name()
                )));
            }
            for (checksum, rows) in checksums.iter_mut().zip([&ours, &theirs]) {
                rows.iter().for_each(|row| checksum.add(row));
            }
            rows += ours.len() as u64;
            match ours.last() {
                Some(last) => after = Some(last.place()),
                None => break,
            }
        }
        let [ours, theirs] = checksums.map(Checksum::end);
        if ours != theirs {
            return Err(StartError(format!(
                "the checksums of {} differ ({ours} in {}, {theirs} in {})",
                kind.name(),
                source.name,
                target.name
            )));
        }
        compared.push(Compared {
            kind,
            rows,
            checksum: ours,
        });
    }
    Ok(compared)
}

/// The place of the first row that is not the same in both, or only in one.
fn first_difference(ours: &[Row], theirs: &[Row]) -> Option<String> {
    let both = ours.iter().zip(theirs);
    let differing = both.into_iter().find(|(one, other)| one != other);
    differing
        .map(|(one, other)| one.place().min(other.place()))
        .or_else(|| {
            let longer = if ours.len() > theirs.len() { ours } else { theirs };
            longer.get(ours.len().min(theirs.len())).map(Row::place)
        })
}

/// SHA-256 over rows as this program writes them for itself: every member with its name, so that none can be
/// forgotten. It is compared within one run only.
struct Checksum(Context);

impl Checksum {
    fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    fn add(&mut self, row: &Row) {
        // It takes whatever is written.
        let _ = writeln!(self, "{row:?}");
    }

    fn end(self) -> String {
        let digest = self.0.finish();
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl fmt::Write for Checksum {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.update(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::Upkeep as _;
    use crate::store::sqlite::Sqlite;
    use crate::store::transfer::{Fact, Transfer as _};

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    /// A database with these facts in it.
    async fn side(file: &Path, facts: &[(&str, &str)]) -> Side {
        let keeper = Sqlite::open(file).unwrap();
        keeper.migrate(NOW).await.unwrap();
        let fact = |(name, value): &(&str, &str)| {
            let (name, value) = ((*name).into(), (*value).into());
            Row::Fact(Fact { name, value })
        };
        keeper.put_rows(facts.iter().map(fact).collect()).await.unwrap();
        keeper.close().await;
        Side::source(&Database::Sqlite(file.to_owned())).await.unwrap()
    }

    #[tokio::test]
    async fn what_differs_is_told_by_its_table_and_place() {
        let (ours, theirs) = ([("a", "1"), ("b", "2")], [("a", "1"), ("c", "3")]);
        for (ours, theirs, place) in [
            (&ours[..], &ours[..], None),
            (&ours, &ours[..1], Some("b")),
            (&ours[..1], &theirs, Some("c")),
            (&ours, &theirs, Some("b")),
            (&ours, &[("a", "1"), ("b", "another")], Some("b")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let source = side(&folder.path().join("from.db"), ours).await;
            let target = side(&folder.path().join("to.db"), theirs).await;
            let compared = compare(&source, &target, &mut |_, _, _, _| {}).await;
            match place {
                None => assert_eq!(compared.unwrap()[6].rows, 2),
                Some(place) => {
                    let StartError(words) = compared.unwrap_err();
                    assert!(
                        words.contains(&format!("differ in facts, at {place}: ")),
                        "{words}"
                    );
                }
            }
            source.close().await;
            target.close().await;
        }
    }
}
