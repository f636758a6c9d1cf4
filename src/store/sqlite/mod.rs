//! The keeper over one SQLite file, for one serving process.
//!
//! One thread writes and two read, each with a connection of its own: `Sqlite::write` and
//! `Sqlite::read` bring a task to them and its result back. Here is what concerns the database as a
//! whole; what is kept of each subject is in the file of its name.

mod audit;
pub mod backup;
mod care;
mod connection;
mod draft;
mod erasure;
mod failure;
mod families;
mod feed;
mod figures;
mod idempotency;
mod keys;
mod lists;
mod lock;
mod mails;
mod migrations;
mod pages;
mod queue;
mod readers;
mod reminders;
pub mod restore;
mod rows;
mod sessions;
mod tags;
#[cfg(test)]
mod tests;
mod tickets;
mod todos;
mod touched;
mod transfer;
mod users;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use rusqlite::{Connection, ToSql, params};

pub use self::lock::ServingLock;

use self::connection::Purpose;
use self::failure::{Failure, Outcome};
use self::migrations::STEPS;
use self::queue::Queue;
use self::writer::{Writer, Written};
use super::{Integrity, Migration, Result, Server, StoreError, Touches, Upkeep};
use crate::metrics::Figure;
use crate::model::Timestamp;

/// How many rows a clean-up removes at a time: other writes get their turn in between.
const REMOVED_AT_ONCE: usize = 500;

/// A database file that is open.
pub struct Sqlite {
    path: PathBuf,
    writes: Arc<Queue>,
    reads: Arc<Queue>,
    written: Arc<Written>,
    touches: Touches,
    threads: Mutex<Threads>,
}

#[derive(Default)]
struct Threads {
    writer: Option<JoinHandle<()>>,
    readers: Vec<JoinHandle<()>>,
}

impl Sqlite {
    /// Opens the database at `path`; creates the folder and an empty file if need be, for the eyes of
    /// this user only. Changes no schema: see [`Upkeep::migrate`].
    ///
    /// # Errors
    /// In words: what is there is no SQLite database, is damaged, or is another program's; it cannot be
    /// opened or locked.
    pub fn open(path: &Path) -> Result<Self> {
        let (connection, path) = connection::create(path)?;
        Self::over(connection, path)
    }

    /// Opens a database that is there, and makes and changes nothing.
    ///
    /// # Errors
    /// As [`Sqlite::open`], and if there is none.
    pub fn open_as_it_is(path: &Path) -> Result<Self> {
        let (connection, path) = connection::open(path)?;
        Self::over(connection, path)
    }

    fn over(connection: Connection, path: PathBuf) -> Result<Self> {
        // Before any thread has one: if one cannot be opened, the others are closed when this returns.
        let readers: Vec<Connection> = (0..readers::READERS)
            .map(|_| connection::connect(&path, Purpose::Read))
            .collect::<Result<_>>()?;
        let keeper = Self {
            path,
            writes: Arc::new(Queue::new()),
            reads: Arc::new(Queue::new()),
            written: Arc::default(),
            touches: Touches::default(),
            threads: Mutex::default(),
        };
        let writer = Writer::new(
            keeper.path.clone(),
            connection,
            Arc::clone(&keeper.written),
            keeper.touches.clone(),
        );
        let queue = Arc::clone(&keeper.writes);
        let mut threads = Threads {
            writer: Some(spawn("rondo-writer", move || writer.run(&queue))?),
            readers: Vec::new(),
        };
        for connection in readers {
            let queue = Arc::clone(&keeper.reads);
            threads
                .readers
                .push(spawn("rondo-reader", move || readers::run(&queue, &connection))?);
        }
        *keeper.threads.lock().unwrap_or_else(PoisonError::into_inner) = threads;
        Ok(keeper)
    }

    /// Has a reading thread do `work`.
    async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Outcome<T> + Send + 'static,
    {
        self.reads.ask(work).await
    }

    /// Has the writing thread do `work`, which is undone as a whole if it fails; answers when its effect
    /// is durable. It may be done again, if a task beside it failed: all that it changes is in the database.
    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Outcome<T> + Send + 'static,
    {
        self.writes.ask(work).await
    }

    /// Deletes what `sql` selects by `by` (?1), some rows (?2) at a time.
    async fn remove<B>(&self, sql: impl Into<String>, by: B) -> Result<()>
    where
        B: ToSql + Copy + Send + 'static,
    {
        let sql: Arc<str> = sql.into().into();
        loop {
            let sql = Arc::clone(&sql);
            let removed = self
                .write(move |connection| {
                    let parameters = params![by, rows::row_count(REMOVED_AT_ONCE)];
                    Ok(connection.prepare_cached(&sql)?.execute(parameters)?)
                })
                .await?;
            if removed < REMOVED_AT_ONCE {
                return Ok(());
            }
        }
    }
}

impl Drop for Sqlite {
    /// Without [`Upkeep::close`] the threads end by themselves; what was answered is durable already.
    fn drop(&mut self) {
        self.reads.close();
        self.writes.close();
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>> {
    let thread = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    thread.map_err(|error| StoreError::Unavailable(format!("no thread for the database: {error}")))
}

#[async_trait]
impl Upkeep for Sqlite {
    async fn ping(&self) -> Result<()> {
        let writes = {
            let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
            threads
                .writer
                .as_ref()
                .is_some_and(|writer| !writer.is_finished())
        };
        if !writes {
            return Err(StoreError::Unavailable(
                "nothing writes to the database any more".into(),
            ));
        }
        self.read(|connection| {
            let sql = "SELECT count(*) FROM sqlite_schema";
            Ok(connection.prepare_cached(sql)?.query_row([], |_| Ok(()))?)
        })
        .await
    }

    async fn migrations(&self) -> Result<Vec<Migration>> {
        self.read(|connection| migrations::list(connection, STEPS)).await
    }

    /// Takes as long as the migrations take, and waits up to a minute for another process that migrates.
    async fn migrate(&self, now: Timestamp) -> Result<usize> {
        let path = self.path.clone();
        // Not a task for the writer: its callers are patient for seconds only.
        let migrated = tokio::task::spawn_blocking(move || {
            let mut connection = connection::connect(&path, Purpose::Migrate)?;
            migrations::apply(&mut connection, STEPS, now).map_err(Failure::into_store_error)
        });
        migrated
            .await
            .map_err(|error| StoreError::Fault(format!("the migration broke off: {error}")))?
    }

    fn figures(&self) -> Vec<Figure> {
        figures::of(self)
    }

    async fn probe_write(&self) -> Result<()> {
        self.write(care::probe).await
    }

    async fn missing_indexes(&self) -> Result<Vec<String>> {
        self.read(|connection| {
            let missing = care::missing_indexes(connection, STEPS)?;
            Ok(missing.into_keys().collect())
        })
        .await
    }

    async fn mend_indexes(&self) -> Result<usize> {
        let path = self.path.clone();
        let mended = tokio::task::spawn_blocking(move || care::mend_indexes(&path, STEPS));
        mended
            .await
            .map_err(|error| StoreError::Fault(format!("mending the indexes broke off: {error}")))?
    }

    async fn integrity(&self) -> Result<Integrity> {
        care::integrity(self.path.clone()).await
    }

    async fn server(&self) -> Result<Option<Server>> {
        Ok(None)
    }

    async fn close(&self) {
        self.reads.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let writes = Arc::clone(&self.writes);
        let ended = tokio::task::spawn_blocking(move || {
            // The writer ends last: without readers its checkpoint takes in the whole log. A thread that
            // panicked has nothing left to close.
            for reader in threads.readers {
                drop(reader.join());
            }
            writes.close();
            threads.writer.map(JoinHandle::join)
        });
        drop(ended.await);
    }
}
