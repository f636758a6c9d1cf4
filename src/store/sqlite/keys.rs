//! Signing keys, the facts about the installation, and the counters.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::Sqlite;
use super::failure::Outcome;
use super::rows::{Columns, all};
use crate::model::Timestamp;
use crate::store::{Counters, KeyRow, Keys, Result, StoreError};

/// In the order in which [`read`] takes them, and [`create`] writes them. When a key begins to sign stands in
/// `created_at`: for most it is that moment.
pub(super) const COLUMNS: &str = "number, kid, algorithm, sealed, public, created_at";

pub(super) fn read(row: &Row<'_>) -> Outcome<KeyRow> {
    let mut columns = Columns::of("signing_keys", row);
    Ok(KeyRow {
        number: columns.take()?,
        kid: columns.take()?,
        algorithm: columns.take()?,
        sealed: columns.take()?,
        public: columns.take()?,
        signs_from: columns.take()?,
    })
}

pub(super) fn create(connection: &Connection, key: &KeyRow) -> Outcome<()> {
    let sql = format!(
        "INSERT INTO signing_keys ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO NOTHING"
    );
    let parameters = params![
        key.number,
        key.kid,
        key.algorithm,
        key.sealed,
        key.public,
        key.signs_from
    ];
    match connection.prepare_cached(&sql)?.execute(parameters)? {
        0 => Err(StoreError::Duplicate.into()),
        _ => Ok(()),
    }
}

#[async_trait]
impl Keys for Sqlite {
    async fn create_key(&self, key: &KeyRow) -> Result<()> {
        let key = key.clone();
        self.write(move |connection| create(connection, &key)).await
    }

    async fn keys(&self) -> Result<Vec<KeyRow>> {
        self.read(|connection| {
            let sql = format!("SELECT {COLUMNS} FROM signing_keys ORDER BY number");
            all(connection, &sql, [], read)
        })
        .await
    }

    async fn reseal_key(&self, number: i64, old: &[u8], new: &[u8]) -> Result<bool> {
        let (old, new) = (old.to_owned(), new.to_owned());
        self.write(move |connection| {
            let sql = "UPDATE signing_keys SET sealed = ? WHERE number = ? AND sealed = ?";
            Ok(connection
                .prepare_cached(sql)?
                .execute(params![new, number, old])?
                == 1)
        })
        .await
    }

    async fn remove_key(&self, number: i64) -> Result<()> {
        self.write(move |connection| {
            let sql = "DELETE FROM signing_keys WHERE number = ?";
            connection.prepare_cached(sql)?.execute([number])?;
            Ok(())
        })
        .await
    }

    async fn fact(&self, name: &str, value: &str) -> Result<String> {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.write(move |connection| {
            let sql = "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING";
            connection.prepare_cached(sql)?.execute([&name, &value])?;
            let mut kept = connection.prepare_cached("SELECT value FROM facts WHERE name = ?")?;
            Ok(kept.query_row([&name], |row| row.get(0))?)
        })
        .await
    }

    async fn known_fact(&self, name: &str) -> Result<Option<String>> {
        let name = name.to_owned();
        self.read(move |connection| {
            let mut kept = connection.prepare_cached("SELECT value FROM facts WHERE name = ?")?;
            Ok(kept.query_row([&name], |row| row.get(0)).optional()?)
        })
        .await
    }

    async fn replace_fact(&self, name: &str, old: &str, new: &str) -> Result<bool> {
        let (name, old, new) = (name.to_owned(), old.to_owned(), new.to_owned());
        self.write(move |connection| {
            let sql = "UPDATE facts SET value = ? WHERE name = ? AND value = ?";
            Ok(connection.prepare_cached(sql)?.execute([&new, &name, &old])? == 1)
        })
        .await
    }
}

#[async_trait]
impl Counters for Sqlite {
    async fn count(&self, counter: &str, amount: i64, expires_at: Timestamp) -> Result<i64> {
        let counter = counter.to_owned();
        self.write(move |connection| {
            // The latest promise holds: it may be forgotten only after all of them.
            let sql = "INSERT INTO counters (counter, value, expires_at) VALUES (?, ?, ?)
                 ON CONFLICT (counter) DO UPDATE SET value = value + excluded.value,
                 expires_at = max(expires_at, excluded.expires_at) RETURNING value";
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row(params![counter, amount, expires_at], |row| row.get(0))?)
        })
        .await
    }

    async fn remove_counters(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM counters WHERE counter IN
             (SELECT counter FROM counters WHERE expires_at < ?1 LIMIT ?2)",
            before,
        )
        .await
    }
}
