//! Taking one's to-dos along: what is exported, page by page, and what an import makes of the rows of a file.
//! How files are written and read is in `http`; which ids rows get is in `ids`, what
//! becomes of them in `plan`, and what is taken of the account itself in `settings`.

mod ids;
mod lists;
mod plan;
mod settings;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{
    AuditKind, Caller, Id, Place, Sort, Timestamp, TodoDraft, TodoFilter, TodoPage, TodoQuery,
};
use crate::service::audit::{Audit, By, Entry};
use crate::service::sessions::Client;
use crate::service::too_contended;
use crate::store::Store;

pub use self::lists::ListRow;
pub use self::plan::{Format, Line, Problem, Report, Status};
pub use self::settings::Settings;

use self::ids::{Known, KnownParent, owned_ids};
use self::plan::{Plan, plan};

/// How many to-dos an export reads at a time: what it holds in memory, however many there are.
const PAGE: usize = 100;
/// How often a page is asked for before an export breaks off.
const PAGE_TRIES: u32 = 3;
/// How many imports may be under way: each holds a file and what is made of it.
const IMPORTS: usize = 2;
/// What is asked of others meanwhile.
const RETRY_AFTER: u32 = 5;

/// A row of a file that is to be a to-do, once it was read and keeps the rules of a new one.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where it stands: the line of a file, or the place in a list, from 1.
    pub line: u64,
    pub origin: Origin,
    pub draft: TodoDraft,
    pub parent: Option<Parent>,
    pub completed_at: Option<Timestamp>,
    /// Of what comes again.
    pub last_completed_at: Option<Timestamp>,
    /// The moment of its reminder that is over.
    pub reminded_at: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    pub deleted_at: Option<Timestamp>,
    pub position: Option<String>,
    /// What of it could not be taken as it was, and does not stand in its way.
    pub notes: Vec<Problem>,
}

/// By what a row is known again when it comes another time.
#[derive(Debug, Clone)]
pub enum Origin {
    /// The id that the to-do had where it was exported.
    Id(Id),
    /// What it says. Of rows that say the same, each counts.
    Text(String),
}

/// What a row is a step of.
#[derive(Debug, Clone, Copy)]
pub enum Parent {
    /// Another row: its place among the rows, before this one.
    Row(usize),
    /// A to-do with this id where it was exported.
    Id(Id),
}

/// What was read of a file.
#[derive(Debug, Default)]
pub struct Reading {
    pub rows: Vec<Row>,
    /// Lines that cannot be to-dos, and lines that say something else.
    pub lines: Vec<Line>,
    pub lists: Vec<ListRow>,
    pub settings: Settings,
}

/// What an import is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    pub format: Format,
    /// Only tell what would be done.
    pub dry_run: bool,
    /// Take the rest, if lines are refused.
    pub skip_refused: bool,
}

/// Exports and imports.
pub struct Transfer {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    audit: Arc<Audit>,
    places: Arc<Semaphore>,
}

impl Transfer {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>, audit: Arc<Audit>) -> Self {
        Self {
            store,
            source,
            audit,
            places: Arc::new(Semaphore::new(IMPORTS)),
        }
    }

    /// A place for an import, to be held while it lasts.
    ///
    /// # Errors
    /// `RateLimited` if as many as may be are under way.
    pub fn place(&self) -> Result<OwnedSemaphorePermit> {
        let places = Arc::clone(&self.places);
        places.try_acquire_owned().map_err(|_| Error::RateLimited {
            retry_after: RETRY_AFTER,
        })
    }

    /// Takes note that an export of all that is the caller's has begun.
    pub async fn begin_export(&self, caller: &Caller, client: &Client) {
        let made = Entry::of(AuditKind::ExportMade).to(caller.user_id);
        self.audit.record(By::user(caller.user_id, client), made).await;
    }

    /// The next page of an export of the caller's to-dos, those in the trash or the others, in the order in which
    /// they were made, and the place to read on from if there are more.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn export_page(
        &self,
        caller: &Caller,
        trashed: bool,
        after: Option<Place>,
    ) -> Result<(TodoPage, Option<Place>)> {
        let query = TodoQuery {
            filter: TodoFilter {
                trashed,
                ..TodoFilter::default()
            },
            sort: Sort::Created,
            descending: false,
            after,
            limit: PAGE,
        };
        let mut tries = 1;
        let page = loop {
            match self.store.todo_page(caller.user_id, &query).await {
                Ok(page) => break page,
                Err(error) if tries == PAGE_TRIES => return Err(error.into()),
                Err(_) => tries += 1,
            }
        };
        let last = page.items.last().filter(|_| page.more);
        let next = last.map(|todo| query.sort.place_of(todo));
        Ok((page, next))
    }

    /// Makes to-dos of the caller's of what was read, or only tells what would be made. Rows that were imported
    /// before stay as they are. If lines are refused, nothing is made, unless that is wished for.
    ///
    /// # Errors
    /// If the store does not answer: then some may have been made, and another import makes the rest.
    pub async fn import(&self, caller: &Caller, mut reading: Reading, wish: Wish) -> Result<Report> {
        let owner = caller.user_id;
        let now = self.source.now();
        let zone = self.store.user(owner).await?.and_then(|user| user.time_zone);
        let settings = reading.settings;
        let lists = self.place_in_lists(owner, &mut reading, wish.format, now).await?;
        // Thousands of hashes and sort keys: not on a thread that serves requests.
        let (reading, ids) = aside(move || {
            let ids = owned_ids(owner, wish.format, &reading.rows);
            (reading, ids)
        })
        .await?;
        let mut asked: Vec<Id> = ids.every().collect();
        asked.sort_unstable();
        asked.dedup();
        let there: HashSet<Id> = self.store.known_todos(owner, &asked).await?.into_iter().collect();
        let mut known = Known {
            ids,
            there,
            parents: HashMap::new(),
        };
        for id in known.parents_there(&reading.rows) {
            if let Some(parent) = self.parent(owner, id).await? {
                known.parents.insert(id, parent);
            }
        }
        let Plan {
            mut report,
            mut todos,
            parents,
        } = aside(move || plan(owner, reading, &known, wish, zone, now)).await??;
        report.lists_created = lists.len();
        if wish.dry_run || (report.refused > 0 && !wish.skip_refused) {
            return Ok(report);
        }
        for parent in parents {
            // It was one a moment ago.
            if !self.store.mark_parent(owner, parent).await? {
                return Err(too_contended());
            }
        }
        self.make_lists(owner, &lists, &mut todos).await?;
        self.store.create_todos(&todos).await?;
        self.take_settings(caller, settings, now).await?;
        report.is_written = true;
        Ok(report)
    }

    /// What is there of a to-do that steps are to be added to, if it can have any.
    async fn parent(&self, owner: Id, id: Id) -> Result<Option<KnownParent>> {
        let found = self.store.todo(owner, id).await?;
        let Some(parent) = found.filter(|todo| todo.deleted_at.is_none() && todo.parent_id.is_none()) else {
            return Ok(None);
        };
        let steps = self.store.progress(owner, &[id]).await?;
        Ok(Some(KnownParent {
            list_id: parent.list_id,
            steps: steps.first().map_or(0, |(_, progress)| progress.total),
        }))
    }
}

/// Has a thread beside those that serve requests do it.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::internal(format!("the work for an import broke off: {error}")))
}
