//! What is to be told at its time: found by its index, and claimed in one transaction with its mail.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::Sqlite;
use super::failure::Outcome;
use super::mails;
use super::rows::{all, row_count};
use super::todos::next_stamp;
use crate::model::{DueDigest, DueReminder, Mail, Timestamp};
use crate::store::{Reminders, Result};

fn claim(connection: &Connection, reminder: DueReminder) -> Outcome<bool> {
    let sql = "UPDATE todos SET reminded_at = remind_at, remind_at = NULL, version = version + 1,
         stamp = (SELECT last + 1 FROM sequence) WHERE owner = ? AND id = ? AND remind_at = ?";
    let parameters = params![reminder.owner, reminder.todo, reminder.at];
    let is_claimed = connection.prepare_cached(sql)?.execute(parameters)? == 1;
    if is_claimed {
        next_stamp(connection, reminder.owner)?;
    }
    Ok(is_claimed)
}

#[async_trait]
impl Reminders for Sqlite {
    async fn due_reminders(&self, now: Timestamp, limit: usize) -> Result<Vec<DueReminder>> {
        self.read(move |connection| {
            let sql = "SELECT remind_at, owner, id FROM todos WHERE remind_at <= ?
                 ORDER BY remind_at, id LIMIT ?";
            all(connection, sql, params![now, row_count(limit)], |row| {
                Ok(DueReminder {
                    at: row.get(0)?,
                    owner: row.get(1)?,
                    todo: row.get(2)?,
                })
            })
        })
        .await
    }

    async fn claim_reminder(&self, reminder: DueReminder, mail: Option<&Mail>) -> Result<bool> {
        let mail = mail.cloned();
        self.write(move |connection| {
            let is_claimed = claim(connection, reminder)?;
            if let Some(mail) = mail.as_ref().filter(|_| is_claimed) {
                mails::create(connection, mail)?;
            }
            Ok(is_claimed)
        })
        .await
    }

    async fn due_digests(&self, now: Timestamp, limit: usize) -> Result<Vec<DueDigest>> {
        self.read(move |connection| {
            let sql = "SELECT digest_at, id FROM users WHERE digest_at <= ? ORDER BY digest_at, id LIMIT ?";
            all(connection, sql, params![now, row_count(limit)], |row| {
                Ok(DueDigest {
                    at: row.get(0)?,
                    user: row.get(1)?,
                })
            })
        })
        .await
    }

    async fn claim_digest(&self, digest: DueDigest, next: Timestamp, mail: Option<&Mail>) -> Result<bool> {
        let mail = mail.cloned();
        self.write(move |connection| {
            let sql = "UPDATE users SET digest_at = ? WHERE id = ? AND digest_at = ?";
            let parameters = params![next, digest.user, digest.at];
            let is_claimed = connection.prepare_cached(sql)?.execute(parameters)? == 1;
            if let Some(mail) = mail.as_ref().filter(|_| is_claimed) {
                mails::create(connection, mail)?;
            }
            Ok(is_claimed)
        })
        .await
    }
}
