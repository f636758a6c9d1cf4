//! To-dos, one at a time. Pages of them are made in `pages`.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::Sqlite;
use super::failure::{Failure, Outcome};
use super::pages;
use super::rows::{Columns, Texts, Unsigned, first};
use crate::model::{Id, SortKeys, Timestamp, Todo, TodoPage, TodoQuery};
use crate::store::{Result, Todos};

/// In the order in which [`read`] takes them.
pub(super) const COLUMNS: &str =
    "id, owner, title, notes, done, completed_at, due, time_zone, priority, tags,
     position, created_at, updated_at, deleted_at, version, stamp";

pub(super) fn read(row: &Row<'_>) -> Outcome<Todo> {
    let mut columns = Columns::of("todos", row);
    Ok(Todo {
        id: columns.take()?,
        owner: columns.take()?,
        title: columns.take()?,
        notes: columns.take()?,
        done: columns.take()?,
        completed_at: columns.take()?,
        due: columns.take()?,
        time_zone: columns.take()?,
        priority: columns.take()?,
        tags: columns.take::<Texts>()?.0,
        position: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        deleted_at: columns.take()?,
        version: columns.take()?,
        stamp: columns.take::<Unsigned>()?.0,
    })
}

/// A to-do with all that is computed of it: made by the caller, since all writes share one thread.
struct Entry {
    todo: Todo,
    tags: String,
    keys: SortKeys,
    search: String,
}

impl Entry {
    fn of(todo: &Todo) -> Self {
        Self {
            tags: Texts::to_json(&todo.tags),
            keys: todo.sort_keys(),
            search: todo.search_text(),
            todo: todo.clone(),
        }
    }

    fn create(&self, connection: &Connection) -> Outcome<()> {
        let sql = "INSERT INTO todos (owner, id, done, completed_at, due, time_zone, priority, position, created_at,
             updated_at, deleted_at, version, key_position, key_created, key_updated, key_due, key_priority, tags,
             title, notes, key_title, search, stamp)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
             (SELECT last + 1 FROM sequence)) ON CONFLICT (owner, id) DO NOTHING";
        let created = connection.prepare_cached(sql)?.execute(params![
            self.todo.owner,
            self.todo.id,
            self.todo.done,
            self.todo.completed_at,
            self.todo.due,
            self.todo.time_zone,
            self.todo.priority,
            self.todo.position,
            self.todo.created_at,
            self.todo.updated_at,
            self.todo.deleted_at,
            self.todo.version,
            self.keys.position,
            self.keys.created,
            self.keys.updated,
            self.keys.due,
            self.keys.priority,
            self.tags,
            self.todo.title,
            self.todo.notes,
            self.keys.title,
            self.search,
        ])?;
        // A retry of a create that succeeded finds its own row.
        if created == 1 {
            next_stamp(connection)
        } else {
            Ok(())
        }
    }

    fn replace(&self, connection: &Connection, expected: i64) -> Outcome<bool> {
        let sql =
            "UPDATE todos SET done = ?, completed_at = ?, due = ?, time_zone = ?, priority = ?, position = ?,
             created_at = ?, updated_at = ?, deleted_at = ?, version = ?, key_position = ?, key_created = ?,
             key_updated = ?, key_due = ?, key_priority = ?, tags = ?, title = ?, notes = ?, key_title = ?,
             search = ?, stamp = (SELECT last + 1 FROM sequence)
             WHERE owner = ? AND id = ? AND version = ? AND deleted_at IS NULL";
        let replaced = connection.prepare_cached(sql)?.execute(params![
            self.todo.done,
            self.todo.completed_at,
            self.todo.due,
            self.todo.time_zone,
            self.todo.priority,
            self.todo.position,
            self.todo.created_at,
            self.todo.updated_at,
            self.todo.deleted_at,
            self.todo.version,
            self.keys.position,
            self.keys.created,
            self.keys.updated,
            self.keys.due,
            self.keys.priority,
            self.tags,
            self.todo.title,
            self.todo.notes,
            self.keys.title,
            self.search,
            self.todo.owner,
            self.todo.id,
            expected,
        ])?;
        if replaced == 0 {
            return Ok(false);
        }
        next_stamp(connection)?;
        Ok(true)
    }
}

/// Counts the stamp on that was just written, in the same transaction: one writer at a time sees it.
fn next_stamp(connection: &Connection) -> Outcome<()> {
    match connection
        .prepare_cached("UPDATE sequence SET last = last + 1")?
        .execute([])?
    {
        1 => Ok(()),
        rows => Err(Failure::fault(format!(
            "the table sequence has {rows} rows instead of one"
        ))),
    }
}

#[async_trait]
impl Todos for Sqlite {
    async fn create_todo(&self, todo: &Todo) -> Result<()> {
        let entry = Entry::of(todo);
        self.write(move |connection| entry.create(connection)).await
    }

    async fn todo(&self, owner: Id, id: Id) -> Result<Option<Todo>> {
        self.read(move |connection| {
            let sql =
                format!("SELECT {COLUMNS} FROM todos WHERE owner = ? AND id = ? AND deleted_at IS NULL");
            first(connection, &sql, [owner, id], read)
        })
        .await
    }

    async fn replace_todo(&self, todo: &Todo, expected: i64) -> Result<bool> {
        let entry = Entry::of(todo);
        self.write(move |connection| entry.replace(connection, expected))
            .await
    }

    async fn todo_page(&self, owner: Id, query: &TodoQuery) -> Result<TodoPage> {
        let query = query.clone();
        self.read(move |connection| pages::page(connection, owner, &query))
            .await
    }

    async fn remove_deleted_todos(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM todos WHERE rowid IN (SELECT rowid FROM todos WHERE deleted_at < ?1 LIMIT ?2)",
            before,
        )
        .await
    }

    async fn remove_todos_of(&self, owner: Id) -> Result<()> {
        self.remove(
            "DELETE FROM todos WHERE rowid IN (SELECT rowid FROM todos WHERE owner = ?1 LIMIT ?2)",
            owner,
        )
        .await
    }
}
