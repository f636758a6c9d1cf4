//! Tickets.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::Sqlite;
use super::failure::Outcome;
use super::rows::{Columns, all, first, row_count};
use crate::model::{Id, Purpose, Ticket, Timestamp};
use crate::store::{Result, StoreError, Tickets};

/// In the order in which [`read`] takes them, and [`create`] writes them.
pub(super) const COLUMNS: &str = "hash, purpose, owner, data, created_at, expires_at, version";

pub(super) fn read(row: &Row<'_>) -> Outcome<Ticket> {
    let mut columns = Columns::of("tickets", row);
    Ok(Ticket {
        hash: columns.take()?,
        purpose: columns.take()?,
        owner: columns.take()?,
        data: columns.take()?,
        created_at: columns.take()?,
        expires_at: columns.take()?,
        version: columns.take()?,
    })
}

/// Says whether it was created: not if there is one with its hash.
pub(super) fn create(connection: &Connection, ticket: &Ticket) -> Outcome<bool> {
    let sql =
        format!("INSERT INTO tickets ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING");
    let created = connection.prepare_cached(&sql)?.execute(params![
        ticket.hash,
        ticket.purpose,
        ticket.owner,
        ticket.data,
        ticket.created_at,
        ticket.expires_at,
        ticket.version,
    ])?;
    Ok(created == 1)
}

#[async_trait]
impl Tickets for Sqlite {
    async fn create_ticket(&self, ticket: &Ticket) -> Result<()> {
        let ticket = ticket.clone();
        let is_kept = self.write(move |connection| {
            if create(connection, &ticket)? {
                return Ok(true);
            }
            // A retry of a create that succeeded finds its own row.
            let sql = format!("SELECT {COLUMNS} FROM tickets WHERE hash = ?");
            Ok(first(connection, &sql, [&ticket.hash], read)?.is_some_and(|kept| kept == ticket))
        });
        if is_kept.await? {
            Ok(())
        } else {
            Err(StoreError::Duplicate)
        }
    }

    async fn ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>> {
        let hash = hash.to_owned();
        self.read(move |connection| {
            let sql =
                format!("SELECT {COLUMNS} FROM tickets WHERE hash = ? AND purpose = ? AND expires_at > ?");
            first(connection, &sql, params![hash, purpose, now], read)
        })
        .await
    }

    async fn take_ticket(&self, hash: &str, purpose: Purpose, now: Timestamp) -> Result<Option<Ticket>> {
        let hash = hash.to_owned();
        self.write(move |connection| {
            let sql = format!(
                "DELETE FROM tickets WHERE hash = ? AND purpose = ? AND expires_at > ? RETURNING {COLUMNS}"
            );
            first(connection, &sql, params![hash, purpose, now], read)
        })
        .await
    }

    async fn replace_ticket(&self, ticket: &Ticket, expected: i64) -> Result<bool> {
        let ticket = ticket.clone();
        self.write(move |connection| {
            let sql = "UPDATE tickets SET owner = ?, data = ?, expires_at = ?, version = ?
                 WHERE hash = ? AND purpose = ? AND version = ?";
            let replaced = connection.prepare_cached(sql)?.execute(params![
                ticket.owner,
                ticket.data,
                ticket.expires_at,
                ticket.version,
                ticket.hash,
                ticket.purpose,
                expected,
            ])?;
            Ok(replaced == 1)
        })
        .await
    }

    async fn tickets_for(&self, purpose: Purpose, now: Timestamp, limit: usize) -> Result<Vec<Ticket>> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM tickets WHERE expires_at > ? AND purpose = ? LIMIT ?");
            all(connection, &sql, params![now, purpose, row_count(limit)], read)
        })
        .await
    }

    async fn remove_tickets(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets WHERE expires_at < ?1 LIMIT ?2)",
            before,
        )
        .await
    }

    async fn remove_tickets_of(&self, owner: Id, purpose: Option<Purpose>) -> Result<()> {
        self.write(move |connection| {
            let sql = "DELETE FROM tickets WHERE owner = ? AND purpose = ifnull(?, purpose)";
            connection.prepare_cached(sql)?.execute(params![owner, purpose])?;
            Ok(())
        })
        .await
    }
}
