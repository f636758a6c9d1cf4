//! To-dos and their steps. What is written of a family is one transaction.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::Sqlite;
use super::failure::Outcome;
use super::rows::{Texts, all};
use super::todos::{COLUMNS, Entry, read};
use crate::model::{FamilyChange, Id, Progress, State, Timestamp, Todo};
use crate::store::{Families, Result};

/// The steps of a to-do that are not gone, by their ids.
fn steps(connection: &Connection, owner: Id, parent: Id) -> Outcome<Vec<Todo>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM todos INDEXED BY todos_of_parent
         WHERE owner = ? AND parent_id = ? AND state < ? ORDER BY id"
    );
    let parameters = params![owner, parent, State::Gone.number()];
    all(connection, &sql, parameters, |row| read(owner, row))
}

/// Their ids alone.
pub(super) fn step_ids(connection: &Connection, owner: Id, parent: Id) -> Outcome<Vec<Id>> {
    let sql = "SELECT id FROM todos INDEXED BY todos_of_parent
         WHERE owner = ? AND parent_id = ? AND state < ? ORDER BY id";
    let parameters = params![owner, parent, State::Gone.number()];
    all(connection, sql, parameters, |row| Ok(row.get(0)?))
}

/// Ids as one parameter.
fn list(ids: &[Id]) -> String {
    Texts::to_json(&ids.iter().map(ToString::to_string).collect::<Vec<_>>())
}

#[async_trait]
impl Families for Sqlite {
    async fn mark_parent(&self, owner: Id, id: Id) -> Result<bool> {
        self.write(move |connection| {
            let sql = "UPDATE todos SET has_children = 1
                 WHERE owner = ? AND id = ? AND state < ? AND parent_id IS NULL";
            let parameters = params![owner, id, State::Trashed.number()];
            Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
        })
        .await
    }

    async fn replace_family(&self, todo: &Todo, expected: i64, change: &FamilyChange) -> Result<bool> {
        let (entry, change) = (Entry::of(todo), change.clone());
        self.write(move |connection| {
            if !entry.replace(connection, expected)? {
                return Ok(false);
            }
            let parent = &entry.todo;
            if parent.has_children {
                for step in steps(connection, parent.owner, parent.id)? {
                    if let Some(next) = change.of_step(parent, &step) {
                        Entry::of(&next).replace(connection, step.version)?;
                    }
                }
            }
            Ok(true)
        })
        .await
    }

    /// Nothing breaks off: what is written is one transaction.
    async fn resume_families(&self, _before: Timestamp) -> Result<()> {
        Ok(())
    }

    async fn titles(&self, owner: Id, ids: &[Id]) -> Result<Vec<(Id, String)>> {
        let ids = list(ids);
        self.read(move |connection| {
            let sql = "SELECT id, title FROM todos
                 WHERE owner = ? AND id IN (SELECT value FROM json_each(?)) AND state < ?";
            let parameters = params![owner, ids, State::Gone.number()];
            all(connection, sql, parameters, |row| Ok((row.get(0)?, row.get(1)?)))
        })
        .await
    }

    async fn progress(&self, owner: Id, parents: &[Id]) -> Result<Vec<(Id, Progress)>> {
        let parents = list(parents);
        self.read(move |connection| {
            let sql = "SELECT parent_id, sum(state = ?1), count(*) FROM todos INDEXED BY todos_of_parent
                 WHERE owner = ?2 AND parent_id IN (SELECT value FROM json_each(?3)) AND state IN (?4, ?1)
                 GROUP BY parent_id";
            let (done, open) = (State::Done.number(), State::Open.number());
            all(connection, sql, params![done, owner, parents, open], |row| {
                let (done, total) = (row.get::<_, i64>(1)?, row.get::<_, i64>(2)?);
                let progress = Progress {
                    done: done.unsigned_abs(),
                    total: total.unsigned_abs(),
                };
                Ok((row.get(0)?, progress))
            })
        })
        .await
    }
}
