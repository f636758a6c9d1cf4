//! Requests that are to be done once.

use async_trait::async_trait;
use rusqlite::{Connection, Row, ToSql, params};

use super::Sqlite;
use super::failure::{Failure, Outcome};
use super::rows::{Columns, first};
use crate::model::{Id, Timestamp};
use crate::store::{Attempt, Idempotency, Result};

/// In the order in which [`read`] takes them, and [`INSERT`] writes them.
pub(super) const COLUMNS: &str = "key, owner, request, resource, holder, locked_until, expires_at, answer";

const SELECT: &str = "SELECT key, owner, request, resource, holder, locked_until, expires_at, answer
     FROM attempts WHERE owner = ? AND key = ?";

const INSERT: &str =
    "INSERT INTO attempts (key, owner, request, resource, holder, locked_until, expires_at, answer)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

pub(super) fn read(row: &Row<'_>) -> Outcome<Attempt> {
    let mut columns = Columns::of("attempts", row);
    Ok(Attempt {
        key: columns.take()?,
        owner: columns.take()?,
        request: columns.take()?,
        resource: columns.take()?,
        holder: columns.take()?,
        locked_until: columns.take()?,
        expires_at: columns.take()?,
        answer: columns.take()?,
    })
}

/// What [`INSERT`] writes.
fn values(attempt: &Attempt) -> [&dyn ToSql; 8] {
    [
        &attempt.key,
        &attempt.owner,
        &attempt.request,
        &attempt.resource,
        &attempt.holder,
        &attempt.locked_until,
        &attempt.expires_at,
        &attempt.answer,
    ]
}

/// Adds an attempt where there is none under its key.
pub(super) fn create(connection: &Connection, attempt: &Attempt) -> Outcome<()> {
    connection.prepare_cached(INSERT)?.execute(&values(attempt)[..])?;
    Ok(())
}

fn begin(connection: &Connection, attempt: &Attempt, now: Timestamp) -> Outcome<Attempt> {
    let sql = format!(
        "{INSERT} ON CONFLICT (owner, key) DO UPDATE SET
         request = excluded.request, resource = excluded.resource, holder = excluded.holder,
         locked_until = excluded.locked_until, expires_at = excluded.expires_at, answer = excluded.answer
         WHERE attempts.expires_at <= ?"
    );
    let parameters = [&values(attempt)[..], &[&now]].concat();
    connection.prepare_cached(&sql)?.execute(&parameters[..])?;
    // Of the same transaction: it is there, whoever's it is.
    first(connection, SELECT, params![attempt.owner, attempt.key], read)?
        .ok_or_else(|| Failure::fault("an attempt that was just written is not there"))
}

#[async_trait]
impl Idempotency for Sqlite {
    async fn begin_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<Attempt> {
        let attempt = attempt.clone();
        self.write(move |connection| begin(connection, &attempt, now))
            .await
    }

    async fn attempt(&self, owner: Id, key: &str, now: Timestamp) -> Result<Option<Attempt>> {
        let key = key.to_owned();
        self.read(move |connection| {
            let sql = format!("{SELECT} AND expires_at > ?");
            first(connection, &sql, params![owner, key, now], read)
        })
        .await
    }

    async fn take_over_attempt(&self, attempt: &Attempt, from: Id, now: Timestamp) -> Result<bool> {
        let attempt = attempt.clone();
        self.write(move |connection| {
            let sql = "UPDATE attempts SET holder = ?, locked_until = ?, expires_at = ?
                 WHERE owner = ? AND key = ? AND holder = ? AND answer IS NULL AND locked_until <= ?
                 AND expires_at > ?";
            let parameters = params![
                attempt.holder,
                attempt.locked_until,
                attempt.expires_at,
                attempt.owner,
                attempt.key,
                from,
                now,
                now
            ];
            Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
        })
        .await
    }

    async fn finish_attempt(&self, attempt: &Attempt) -> Result<bool> {
        let attempt = attempt.clone();
        self.write(move |connection| {
            let sql = "UPDATE attempts SET answer = ?, expires_at = ?
                 WHERE owner = ? AND key = ? AND holder = ? AND answer IS NULL";
            let parameters = params![
                attempt.answer,
                attempt.expires_at,
                attempt.owner,
                attempt.key,
                attempt.holder
            ];
            Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
        })
        .await
    }

    async fn release_attempt(&self, attempt: &Attempt, now: Timestamp) -> Result<()> {
        let attempt = attempt.clone();
        self.write(move |connection| {
            let sql = "UPDATE attempts SET locked_until = ?
                 WHERE owner = ? AND key = ? AND holder = ? AND answer IS NULL";
            let parameters = params![now, attempt.owner, attempt.key, attempt.holder];
            connection.prepare_cached(sql)?.execute(parameters)?;
            Ok(())
        })
        .await
    }

    async fn forget_attempt(&self, attempt: &Attempt) -> Result<()> {
        let attempt = attempt.clone();
        self.write(move |connection| {
            let sql = "DELETE FROM attempts WHERE owner = ? AND key = ? AND holder = ? AND answer IS NULL";
            let parameters = params![attempt.owner, attempt.key, attempt.holder];
            connection.prepare_cached(sql)?.execute(parameters)?;
            Ok(())
        })
        .await
    }

    async fn remove_attempts(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM attempts WHERE rowid IN (SELECT rowid FROM attempts WHERE expires_at < ?1 LIMIT ?2)",
            before,
        )
        .await
    }

    async fn remove_attempts_of(&self, owner: Id) -> Result<()> {
        self.remove(
            "DELETE FROM attempts WHERE rowid IN (SELECT rowid FROM attempts WHERE owner = ?1 LIMIT ?2)",
            owner,
        )
        .await
    }
}
