//! Mails that wait to be sent.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::Sqlite;
use super::failure::Outcome;
use super::rows::{Columns, first};
use crate::model::{Id, Mail, Timestamp};
use crate::store::{Mails, Result};

/// In the order in which [`read`] takes them.
pub(super) const COLUMNS: &str = "id, owner, about, created_at, attempts, holder, next_try, done_at";

pub(super) fn read(row: &Row<'_>) -> Outcome<Mail> {
    let mut columns = Columns::of("mails", row);
    Ok(Mail {
        id: columns.take()?,
        owner: columns.take()?,
        about: columns.take()?,
        created_at: columns.take()?,
        attempts: columns.take()?,
        holder: columns.take()?,
        next_try: columns.take()?,
        done_at: columns.take()?,
    })
}

pub(super) fn create(connection: &Connection, mail: &Mail) -> Outcome<()> {
    let sql =
        format!("INSERT INTO mails ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING");
    connection.prepare_cached(&sql)?.execute(params![
        mail.id,
        mail.owner,
        mail.about,
        mail.created_at,
        mail.attempts,
        mail.holder,
        mail.next_try,
        mail.done_at
    ])?;
    Ok(())
}

#[async_trait]
impl Mails for Sqlite {
    async fn create_mail(&self, mail: &Mail) -> Result<()> {
        let mail = mail.clone();
        self.write(move |connection| create(connection, &mail)).await
    }

    async fn take_mail(&self, holder: Id, now: Timestamp, until: Timestamp) -> Result<Option<Mail>> {
        self.write(move |connection| {
            let sql = format!(
                "UPDATE mails SET holder = ?, next_try = ?, attempts = attempts + 1 WHERE id =
                 (SELECT id FROM mails WHERE next_try <= ? ORDER BY next_try, id LIMIT 1) RETURNING {COLUMNS}"
            );
            first(connection, &sql, params![holder, until, now], read)
        })
        .await
    }

    async fn put_off_mail(&self, id: Id, holder: Id, next_try: Timestamp) -> Result<bool> {
        self.write(move |connection| {
            let sql = "UPDATE mails SET next_try = ? WHERE id = ? AND holder = ? AND done_at IS NULL";
            let parameters = params![next_try, id, holder];
            Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
        })
        .await
    }

    async fn finish_mail(&self, id: Id, holder: Id, at: Timestamp) -> Result<bool> {
        self.write(move |connection| {
            let sql = "UPDATE mails SET next_try = NULL, done_at = ?
                 WHERE id = ? AND holder = ? AND done_at IS NULL";
            Ok(connection.prepare_cached(sql)?.execute(params![at, id, holder])? == 1)
        })
        .await
    }

    async fn remove_mails(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM mails WHERE rowid IN (SELECT rowid FROM mails WHERE done_at < ?1 LIMIT ?2)",
            before,
        )
        .await
    }

    async fn remove_mails_of(&self, owner: Id) -> Result<()> {
        self.remove(
            "DELETE FROM mails WHERE rowid IN (SELECT rowid FROM mails WHERE owner = ?1 LIMIT ?2)",
            owner,
        )
        .await
    }
}
