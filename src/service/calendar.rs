//! The calendar: a secret address under which programs read one person's to-dos, and nothing else.
//!
//! Whoever has the address may read; so it holds 32 random bytes, only their hash is kept, and making another
//! one or revoking it ends it at once.

use std::sync::Arc;

use aws_lc_rs::constant_time;

use crate::clock::Source;
use crate::error::{Error, Result, Unauthenticated};
use crate::fingerprint::sha256;
use crate::model::{
    AuditKind, CalendarAddress, Caller, DueFilter, Id, Sort, Timestamp, Todo, TodoFilter, TodoQuery, User,
};
use crate::service::audit::{Audit, By, Entry};
use crate::service::sessions::Client;
use crate::service::{PATCH_TRIES, Turns, too_contended};
use crate::store::Store;

/// What is due so many days before now or after it is shown.
const DAYS: i64 = 366;
/// No more than so many, the earliest first.
const MOST: usize = 5000;
const PAGE: usize = 500;
/// So many characters of the notes are shown: a calendar is read again and again.
pub const SHOWN_NOTES: usize = 1000;

/// Calendars.
pub struct Calendars {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    audit: Arc<Audit>,
    turns: Turns,
}

impl Calendars {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>, audit: Arc<Audit>) -> Self {
        Self {
            store,
            source,
            audit,
            turns: Turns::new(),
        }
    }

    /// Makes an address in the place of the one before, and answers what must be known to read it
    /// (`<user id>-<secret>`), which nobody can tell afterwards; and when that was.
    ///
    /// # Errors
    /// `Unauthenticated` if the account is no more.
    pub async fn make(&self, caller: &Caller, client: &Client) -> Result<(String, Timestamp)> {
        let secret = self.source.new_secret();
        let made_at = self.source.now();
        let address = CalendarAddress {
            hash: sha256(&secret),
            made_at,
        };
        self.set(caller, Some(address), client).await?;
        Ok((format!("{}-{secret}", caller.user_id), made_at))
    }

    /// Since when there is an address, if there is one.
    ///
    /// # Errors
    /// `Unauthenticated` if the account is no more.
    pub async fn since(&self, caller: &Caller) -> Result<Option<Timestamp>> {
        let user = self.store.user(caller.user_id).await?;
        let user = user.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))?;
        Ok(user.calendar.map(|calendar| calendar.made_at))
    }

    /// Takes the address back, if there is one.
    ///
    /// # Errors
    /// `Unauthenticated` if the account is no more.
    pub async fn revoke(&self, caller: &Caller, client: &Client) -> Result<()> {
        self.set(caller, None, client).await
    }

    async fn set(&self, caller: &Caller, calendar: Option<CalendarAddress>, client: &Client) -> Result<()> {
        let id = caller.user_id;
        let mut turn = None;
        for _ in 0..PATCH_TRIES {
            let old = self.store.user(id).await?;
            let old = old.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))?;
            if old.calendar == calendar {
                return Ok(());
            }
            let version = old.version;
            let new = User {
                calendar: calendar.clone(),
                version: version + 1,
                ..old
            };
            if self.store.replace_user(&new, version).await? {
                let kind = if calendar.is_some() {
                    AuditKind::CalendarAddressMade
                } else {
                    AuditKind::CalendarAddressRemoved
                };
                self.audit
                    .record(By::user(id, client), Entry::of(kind).to(id))
                    .await;
                return Ok(());
            }
            if turn.is_none() {
                turn = Some(self.turns.of(id).await?);
            }
        }
        Err(too_contended())
    }

    /// The open to-dos with a due date of whoever has this address, the earliest first. Of their notes one character
    /// more is there than is shown, at most: so many long ones are never held at once.
    ///
    /// # Errors
    /// `NotFound` alike for an address that is wrong or was revoked, and for an account that is disabled or
    /// no more.
    pub async fn read(&self, address: &str) -> Result<Vec<Todo>> {
        let (id, secret) = address.split_once('-').ok_or(Error::NotFound)?;
        let id: Id = id.parse().map_err(|_| Error::NotFound)?;
        let user = self.store.user(id).await?.filter(|user| !user.disabled);
        let kept = user.and_then(|user| user.calendar).ok_or(Error::NotFound)?;
        constant_time::verify_slices_are_equal(kept.hash.as_bytes(), sha256(secret).as_bytes())
            .map_err(|_| Error::NotFound)?;
        let now = self.source.now();
        let mut query = TodoQuery {
            filter: TodoFilter {
                done: Some(false),
                due: DueFilter::Between {
                    after: Some(now.plus_seconds(-DAYS * 86_400).to_string()),
                    before: Some(now.plus_seconds(DAYS * 86_400).to_string()),
                },
                ..TodoFilter::default()
            },
            sort: Sort::Due,
            descending: false,
            after: None,
            limit: PAGE,
        };
        let mut found = Vec::new();
        while found.len() < MOST {
            let mut page = self.store.todo_page(id, &query).await?;
            for todo in &mut page.items {
                if let Some((end, _)) = todo.notes.char_indices().nth(SHOWN_NOTES + 1) {
                    todo.notes.truncate(end);
                    todo.notes.shrink_to_fit();
                }
            }
            query.after = page.items.last().map(|todo| query.sort.place_of(todo));
            found.extend(page.items);
            if !page.more {
                break;
            }
        }
        Ok(found)
    }
}
