//! What has changed of what somebody sees: pages of it for clients that synchronise, and events for those that
//! listen. Both go by the same cursors (`scan`), so that one may go on where the other left off.

mod listener;
mod scan;

use std::sync::Arc;

use crate::clock::Source;
use crate::error::{Error, InvalidKind, Result};
use crate::model::{Caller, Change, ChangePlace, Id, Timestamp};
use crate::secret::Secrets;
use crate::service::cursors::{Cursors, Question};
use crate::service::{Live, Revocations, Tokens};
use crate::store::Store;

pub use self::listener::{Listener, Told};

use self::scan::{Scan, Step};

/// The fact that names the feed which a database's stamps are of, and with it the cursors that are good for it. There
/// is none for as long as the database goes on from its beginning: who puts an earlier state in its place names
/// another feed, since stamps are given twice then.
pub const FEED: &str = "feed";

/// Changes of a caller's things, and of the lists that are shared with him.
pub struct Changes {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    tokens: Arc<Tokens>,
    revocations: Arc<Revocations>,
    live: Arc<Live>,
    cursors: Cursors,
    feed: String,
}

/// A page of changes.
#[derive(Debug, Clone)]
pub struct Page {
    /// In the order of their last writes. Fewer than asked for do not mean that these are the last.
    pub items: Vec<Change>,
    /// Where to read on, now or another time.
    pub cursor: String,
    /// Whether there is more now.
    pub more: bool,
}

/// Where a client names a cursor, for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Since,
    LastEventId,
}

impl Changes {
    /// `feed` is the fact [`FEED`], or nothing if there is none.
    pub fn new(
        secrets: &Secrets,
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        tokens: Arc<Tokens>,
        revocations: Arc<Revocations>,
        live: Arc<Live>,
        feed: String,
    ) -> Self {
        Self {
            store,
            source,
            tokens,
            revocations,
            live,
            cursors: Cursors::new(secrets),
            feed,
        }
    }

    /// What has changed since the cursor; without one, all that there is.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this service did not make, or made for somebody else; `StartOver` for one that
    /// is too old, or of another feed.
    pub async fn page(&self, caller: &Caller, since: Option<&str>, limit: usize) -> Result<Page> {
        let user = caller.user_id;
        let scan = match since {
            Some(cursor) => self.read_cursor(user, cursor, Named::Since)?,
            None => Scan::of_everything(self.source.now()),
        };
        let step = self.step(user, scan, limit).await?;
        Ok(Page {
            items: step.items,
            cursor: self.write_cursor(user, &step.next),
            more: step.more,
        })
    }

    /// The changes that a scan of this user's comes to next.
    async fn step(&self, user: Id, scan: Scan, limit: usize) -> Result<Step> {
        let now = self.source.now();
        if scan.is_too_old(now) {
            return Err(Error::StartOver);
        }
        let page = self.store.changes(user, scan.place, limit).await?;
        if page.rewound {
            return Err(Error::StartOver);
        }
        Ok(scan.advance(page, now))
    }

    /// A scan that begins now, and has nothing before it.
    async fn beginning_now(&self, user: Id) -> Result<Scan> {
        let now = self.source.now();
        let page = self.store.changes(user, ChangePlace::END, 1).await?;
        Ok(Scan::behind(page.settled, now))
    }

    fn write_cursor(&self, user: Id, scan: &Scan) -> String {
        let text = format!("{}{}", self.feed, scan.to_text());
        self.cursors.seal(&Question::of_changes(user), &text)
    }

    fn read_cursor(&self, user: Id, cursor: &str, named: Named) -> Result<Scan> {
        let text = self.cursors.open(&Question::of_changes(user), cursor);
        let text = text.ok_or_else(|| {
            let (kind, pointer) = match named {
                Named::Since => (InvalidKind::Query, "?since"),
                Named::LastEventId => (InvalidKind::Header, "Last-Event-ID"),
            };
            let detail = "not a cursor of your changes: it is one that /api/v2/changes or /api/v2/events gave to \
                          this account";
            Error::invalid(kind, pointer, "cursor", detail)
        })?;
        // Ours, of another feed or in words that are not spoken any more.
        let scan = text.strip_prefix(self.feed.as_bytes());
        scan.and_then(Scan::of_text).ok_or(Error::StartOver)
    }
}

/// Whether a moment lies so far back that things which were deleted since may be forgotten.
fn is_too_old(at: Timestamp, now: Timestamp) -> bool {
    // A day less than they are kept: the clocks of instances differ, and a scan takes its time.
    at < now.plus_seconds(-(crate::service::todos::GONE_DAYS - 1) * 86_400)
}
