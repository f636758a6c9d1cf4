//! The one thread that writes: what waits is committed together, and answered when it is durable.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

use super::connection::{self, Purpose};
use super::queue::{Job, Queue};
use super::touched;
use crate::store::{Result, StoreError, Touched, Touches};

/// How many tasks share a commit at most: enough to share the cost of the disk, few enough that the
/// last of them does not wait long.
const GROUP: usize = 256;

/// What was written so far: how large the groups are.
#[derive(Default)]
pub(super) struct Written {
    pub(super) groups: AtomicU64,
    pub(super) tasks: AtomicU64,
}

pub(super) struct Writer {
    path: PathBuf,
    /// `None` after a failure that the connection did not survive; the next group opens another.
    connection: Option<Connection>,
    written: Arc<Written>,
    touches: Touches,
}

impl Writer {
    pub(super) fn new(
        path: PathBuf,
        connection: Connection,
        written: Arc<Written>,
        touches: Touches,
    ) -> Self {
        Self {
            path,
            connection: Some(connection),
            written,
            touches,
        }
    }

    /// Serves the queue until its end, then moves what the log holds into the database file.
    pub(super) fn run(mut self, queue: &Queue) {
        loop {
            let mut group = queue.take_many(GROUP);
            if group.is_empty() {
                break;
            }
            group.retain(|job| job.is_wanted());
            if !group.is_empty() {
                let settled = self.commit(&mut group);
                let owners = touched::take();
                if settled.is_ok() {
                    owners
                        .into_iter()
                        .for_each(|owner| self.touches.tell(Touched::Owner(owner)));
                }
                self.written.groups.fetch_add(1, Ordering::Relaxed);
                self.written
                    .tasks
                    .fetch_add(group.len() as u64, Ordering::Relaxed);
                for job in group {
                    job.answer(settled.clone());
                }
            }
        }
        if let Some(connection) = &self.connection {
            // Only tidiness: the log is as durable as the file, and the next to open it reads both.
            drop(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
        }
    }

    /// Runs the group in one transaction. An error concerns all of it: nothing of it may be relied on.
    fn commit(&mut self, group: &mut [Box<dyn Job>]) -> Result<()> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connection::connect(&self.path, Purpose::Write)?,
        };
        let settled = transact(&connection, group);
        let is_clean = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if is_clean {
            self.connection = Some(connection);
        }
        settled
    }
}

/// The failure of a job undoes only itself. Under a savepoint SQLite keeps a copy of each page before it
/// changes, which is a fifth of the work of a small write, and jobs hardly ever fail: so first they go without.
/// If one fails then, all are undone and done again, each under a savepoint.
fn transact(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<()> {
    execute(connection, "BEGIN IMMEDIATE")?;
    if !run_all(connection, group)? {
        execute(connection, "ROLLBACK")?;
        if group.len() == 1 {
            return Ok(());
        }
        execute(connection, "BEGIN IMMEDIATE")?;
        run_each(connection, group)?;
    }
    execute(connection, "COMMIT")
}

/// Whether all jobs succeeded. At the first that does not, it ends.
fn run_all(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<bool> {
    for job in wanted(group) {
        if let Err(error) = job.run(connection) {
            still_open(connection, &error)?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// Undoes those that fail, and only them.
fn run_each(connection: &Connection, group: &mut [Box<dyn Job>]) -> Result<()> {
    for job in wanted(group) {
        execute(connection, "SAVEPOINT job")?;
        if let Err(error) = job.run(connection) {
            still_open(connection, &error)?;
            execute(connection, "ROLLBACK TO job")?;
        }
        execute(connection, "RELEASE job")?;
    }
    Ok(())
}

/// Between the start of the group and the turn of a job, its caller may have gone.
fn wanted(group: &mut [Box<dyn Job>]) -> impl Iterator<Item = &mut Box<dyn Job>> {
    group.iter_mut().filter(|job| job.is_wanted())
}

/// On a full disk or an I/O error SQLite itself rolls back everything.
fn still_open(connection: &Connection, error: &StoreError) -> Result<()> {
    if connection.is_autocommit() {
        return Err(StoreError::Unavailable(error.to_string()));
    }
    Ok(())
}

fn execute(connection: &Connection, sql: &str) -> Result<()> {
    let done = connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.execute([]));
    done.map(drop)
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use crate::store::sqlite::Sqlite;
    use crate::store::sqlite::failure::Failure;
    use crate::store::sqlite::tests::{db_execute, db_number, id, keeper, todo};
    use crate::store::{Keys, StoreError, Todos};

    /// Holds the writer up until the sender is dropped: what is asked meanwhile becomes one group.
    async fn hold(keeper: &Arc<Sqlite>) -> mpsc::Sender<()> {
        let (release, held) = mpsc::channel::<()>();
        let (started, has_started) = tokio::sync::oneshot::channel();
        let (started, keeper) = (std::cell::Cell::new(Some(started)), Arc::clone(keeper));
        tokio::spawn(async move {
            let work = move |_: &rusqlite::Connection| {
                let _ = started.take().map(|started| started.send(()));
                let _ = held.recv();
                Ok(())
            };
            let _ = keeper.write(work).await;
        });
        has_started.await.unwrap();
        release
    }

    /// Lets the tasks that were spawned get into the queue.
    async fn queued() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    #[tokio::test]
    async fn in_a_group_one_failure_undoes_only_itself() {
        let (folder, keeper) = keeper().await;
        let (keeper, path) = (Arc::new(keeper), folder.path().join("rondo.db"));
        let release = hold(&keeper).await;
        let tasks: Vec<_> = (0..10_u64)
            .map(|number| {
                let (keeper, path) = (Arc::clone(&keeper), path.clone());
                tokio::spawn(async move {
                    let work = move |connection: &rusqlite::Connection| {
                        let insert = "INSERT INTO facts (name, value) VALUES (?, '')";
                        connection.execute(insert, [number.to_string()])?;
                        match number {
                            3 => Err(Failure::from(StoreError::Duplicate)),
                            5 => panic!("a task that panics, as this test wants it"),
                            // One transaction: this sees the others' rows, and nobody else does.
                            9 => {
                                let count = "SELECT count(*) FROM facts";
                                let seen = connection.query_row(count, [], |row| row.get::<_, i64>(0))?;
                                assert_eq!((seen, db_number(&path, count)), (8, 0));
                                Ok(())
                            }
                            _ => Ok(()),
                        }
                    };
                    keeper.write(work).await
                })
            })
            .collect();
        queued().await;
        drop(release);
        for (number, task) in tasks.into_iter().enumerate() {
            let answer = task.await.unwrap();
            match number {
                3 => assert!(matches!(answer, Err(StoreError::Duplicate)), "{answer:?}"),
                5 => assert!(matches!(answer, Err(StoreError::Fault(_))), "{answer:?}"),
                _ => answer.unwrap(),
            }
        }
        assert_eq!(db_number(&path, "SELECT count(*) FROM facts"), 8);
        assert_eq!(
            db_number(&path, "SELECT count(*) FROM facts WHERE name IN ('3', '5')"),
            0
        );
        keeper.fact("the thread", "lives").await.unwrap();
    }

    #[tokio::test]
    async fn what_is_done_again_since_another_failed_counts_once() {
        let (_folder, keeper) = keeper().await;
        let keeper = Arc::new(keeper);
        let release = hold(&keeper).await;
        let (done, count) = (
            Arc::new(AtomicUsize::new(0)),
            "UPDATE sequence SET last = last + 1",
        );
        let tasks: Vec<_> = [false, true, false]
            .map(|fails| {
                let (keeper, done) = (Arc::clone(&keeper), Arc::clone(&done));
                tokio::spawn(async move {
                    let work = move |connection: &rusqlite::Connection| {
                        done.fetch_add(1, Ordering::SeqCst);
                        connection.execute(count, [])?;
                        let failure = fails.then(|| Failure::from(StoreError::Duplicate));
                        failure.map_or(Ok(()), Err)
                    };
                    keeper.write(work).await
                })
            })
            .into();
        queued().await;
        drop(release);
        for (task, succeeds) in tasks.into_iter().zip([true, false, true]) {
            assert_eq!(task.await.unwrap().is_ok(), succeeds);
        }
        assert!(done.load(Ordering::SeqCst) > 3, "the first was done twice");
        let todo = todo(id(1), 2);
        keeper.create_todo(&todo).await.unwrap();
        let kept = keeper.todo(todo.owner, todo.id).await.unwrap();
        assert_eq!(kept.unwrap().stamp, 3, "two counted before it");
    }

    #[tokio::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        let (_folder, keeper) = keeper().await;
        let keeper = Arc::new(keeper);
        let release = hold(&keeper).await;
        let begun = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn({
            let (keeper, begun) = (Arc::clone(&keeper), Arc::clone(&begun));
            async move {
                let work = move |_: &rusqlite::Connection| {
                    begun.store(true, Ordering::SeqCst);
                    Ok(())
                };
                keeper.write(work).await
            }
        });
        queued().await;
        task.abort();
        drop(task.await);
        drop(release);
        keeper.fact("the next", "is served").await.unwrap();
        assert!(!begun.load(Ordering::SeqCst));
    }

    #[tokio::test]
    async fn a_commit_that_fails_is_nobodys_success_and_the_writer_goes_on() {
        let (folder, keeper) = keeper().await;
        let keeper = Arc::new(keeper);
        let release = hold(&keeper).await;
        let good = tokio::spawn({
            let keeper = Arc::clone(&keeper);
            async move { keeper.create_todo(&todo(id(1), 2)).await }
        });
        // Checked at the end of the transaction: the task succeeds, the commit does not.
        let orphan = "PRAGMA defer_foreign_keys = ON; INSERT INTO identities VALUES ('email:a', 'nobody', 0)";
        let bad = tokio::spawn({
            let keeper = Arc::clone(&keeper);
            async move {
                keeper
                    .write(move |connection| Ok(connection.execute_batch(orphan)?))
                    .await
            }
        });
        queued().await;
        drop(release);
        for answer in [good.await.unwrap(), bad.await.unwrap()] {
            assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        }
        keeper.create_todo(&todo(id(1), 3)).await.unwrap();
        assert_eq!(
            db_number(&folder.path().join("rondo.db"), "SELECT count(*) FROM todos"),
            1
        );
    }

    #[tokio::test]
    async fn a_full_disk_is_unavailable_to_the_whole_group_and_passes() {
        let (folder, keeper) = keeper().await;
        let keeper = Arc::new(keeper);
        db_execute(&keeper, "PRAGMA max_page_count = 100").await;
        let release = hold(&keeper).await;
        let small = tokio::spawn({
            let keeper = Arc::clone(&keeper);
            async move { keeper.create_todo(&todo(id(1), 2)).await }
        });
        queued().await;
        let large = tokio::spawn({
            let keeper = Arc::clone(&keeper);
            async move {
                let mut todo = todo(id(1), 3);
                todo.notes = "x".repeat(1_000_000);
                keeper.create_todo(&todo).await
            }
        });
        queued().await;
        drop(release);
        let large = large.await.unwrap();
        assert!(
            matches!(&large, Err(StoreError::Unavailable(words)) if words.contains("full")),
            "{large:?}"
        );
        // Whatever it was told, it is true: SQLite may or may not have undone the whole group.
        let told = small.await.unwrap().is_ok();
        let path = folder.path().join("rondo.db");
        assert_eq!(db_number(&path, "SELECT count(*) FROM todos"), i64::from(told));
        db_execute(&keeper, "PRAGMA max_page_count = 1000000").await;
        keeper.create_todo(&todo(id(1), 4)).await.unwrap();
    }

    #[tokio::test]
    async fn a_writer_that_does_not_answer_is_unavailable_after_three_seconds() {
        let (_folder, keeper) = keeper().await;
        let keeper = Arc::new(keeper);
        let release = hold(&keeper).await;
        let started = Instant::now();
        let answer = keeper.fact("name", "value").await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert!((3..9).contains(&started.elapsed().as_secs()));
        drop(release);
        keeper.fact("name", "value").await.unwrap();
    }

    #[tokio::test]
    async fn a_lock_that_another_process_holds_is_waited_for_and_then_unavailable() {
        let (folder, keeper) = keeper().await;
        let other = rusqlite::Connection::open(folder.path().join("rondo.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let answer = keeper.fact("name", "value").await;
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
        assert_eq!(keeper.keys().await.unwrap(), [], "reading goes on");
        other.execute_batch("COMMIT").unwrap();
        keeper.fact("name", "value").await.unwrap();
    }
}
