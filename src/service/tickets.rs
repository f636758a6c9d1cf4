//! Tickets: secrets that are handed out, are good once and for a while, and are kept as hashes only.
//!
//! What a ticket is about is its holder's own business: here it is data that goes in and comes out again.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::fingerprint::sha256;
use crate::model::{Id, Purpose, Ticket};
use crate::store::Store;

/// Tickets.
#[derive(Clone)]
pub struct Tickets {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
}

/// A ticket that was shown and is good, with what it is about.
#[derive(Debug)]
pub struct Held<T> {
    pub ticket: Ticket,
    pub data: T,
}

impl Tickets {
    pub fn new(store: Arc<dyn Store>, source: Arc<dyn Source>) -> Self {
        Self { store, source }
    }

    /// Makes a ticket that is good for so many seconds, and answers its secret: 43 characters that nobody can guess
    /// and that may stand in an address.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn issue(
        &self,
        purpose: Purpose,
        owner: Option<Id>,
        data: &(impl Serialize + Sync),
        seconds: i64,
    ) -> Result<String> {
        let secret = self.source.new_secret();
        self.issue_as(&secret, purpose, owner, data, seconds).await?;
        Ok(secret)
    }

    /// The same with a secret of the caller's choice.
    ///
    /// # Errors
    /// `Conflict` if there is a ticket with it; or if the store does not answer.
    pub async fn issue_as(
        &self,
        secret: &str,
        purpose: Purpose,
        owner: Option<Id>,
        data: &(impl Serialize + Sync),
        seconds: i64,
    ) -> Result<()> {
        let now = self.source.now();
        let ticket = Ticket {
            hash: sha256(secret),
            purpose,
            owner,
            data: serde_json::to_string(data).map_err(Error::internal)?,
            created_at: now,
            expires_at: now.plus_seconds(seconds),
            version: 1,
        };
        Ok(self.store.create_ticket(&ticket).await?)
    }

    /// What the ticket with this secret is about. It stays.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn look<T: DeserializeOwned>(&self, secret: &str, purpose: Purpose) -> Result<Option<Held<T>>> {
        self.look_at(&sha256(secret), purpose).await
    }

    /// The same for whoever knows its hash.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn look_at<T: DeserializeOwned>(
        &self,
        hash: &str,
        purpose: Purpose,
    ) -> Result<Option<Held<T>>> {
        let ticket = self.store.ticket(hash, purpose, self.source.now());
        ticket.await?.map(held).transpose()
    }

    /// What is kept of a secret.
    pub fn hash(secret: &str) -> String {
        sha256(secret)
    }

    /// Uses the ticket with this secret up. Of many at once, over all instances, one is told what it is about.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn take<T: DeserializeOwned>(&self, secret: &str, purpose: Purpose) -> Result<Option<Held<T>>> {
        let (hash, now) = (sha256(secret), self.source.now());
        let taken = self.store.take_ticket(&hash, purpose, now).await?;
        taken.map(held).transpose()
    }

    /// Changes what a ticket is about, and whose it is, if nobody has changed it since it was looked at; says whether
    /// it did.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn change(
        &self,
        seen: &Ticket,
        owner: Option<Id>,
        data: &(impl Serialize + Sync),
    ) -> Result<bool> {
        let ticket = Ticket {
            owner,
            data: serde_json::to_string(data).map_err(Error::internal)?,
            version: seen.version + 1,
            ..seen.clone()
        };
        Ok(self.store.replace_ticket(&ticket, seen.version).await?)
    }

    /// All for this purpose that are good, in no order, with what they are about. They stay.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn all_for<T: DeserializeOwned>(&self, purpose: Purpose, limit: usize) -> Result<Vec<Held<T>>> {
        let found = self.store.tickets_for(purpose, self.source.now(), limit).await?;
        found.into_iter().map(held).collect()
    }

    /// Takes away a ticket that was looked at, and says whether it was still there; of many at once one is told so.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn remove(&self, seen: &Ticket) -> Result<bool> {
        let taken = self
            .store
            .take_ticket(&seen.hash, seen.purpose, self.source.now());
        Ok(taken.await?.is_some())
    }

    /// Puts a ticket with another secret in the place of one that was looked at; everything else of it stays. `None`
    /// if that is not there any more. In between both are good.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn renew(&self, seen: &Ticket) -> Result<Option<String>> {
        let secret = self.source.new_secret();
        let ticket = Ticket {
            hash: sha256(&secret),
            ..seen.clone()
        };
        self.store.create_ticket(&ticket).await?;
        if self.remove(seen).await? {
            return Ok(Some(secret));
        }
        self.remove(&ticket).await?;
        Ok(None)
    }

    /// Makes what was issued to somebody for this purpose worthless.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn forget(&self, owner: Id, purpose: Purpose) -> Result<()> {
        Ok(self.store.remove_tickets_of(owner, Some(purpose)).await?)
    }
}

fn held<T: DeserializeOwned>(ticket: Ticket) -> Result<Held<T>> {
    let data = serde_json::from_str(&ticket.data).map_err(Error::internal)?;
    Ok(Held { ticket, data })
}
