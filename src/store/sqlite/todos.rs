//! To-dos, one at a time. Pages of them are made in `pages`, and how they go is in `erasure`.

use async_trait::async_trait;
use rusqlite::{Connection, Row, ToSql, params};

use super::failure::{Failure, Outcome};
use super::rows::{Columns, Ids, Texts, Unsigned, first};
use super::{REMOVED_AT_ONCE, Sqlite, erasure, pages, tags, touched};
use crate::model::{
    Basis, Due, Id, Recurrence, Rule, SortKeys, State, Timestamp, Todo, TodoPage, TodoQuery, Zone,
};
use crate::store::{Result, StoreError, Todos};

/// In the order in which [`read`] takes them.
pub(super) const COLUMNS: &str = "id, title, notes, done, completed_at, due, time_zone, recurrence,
     recurrence_from, recurrence_start, recurrence_completed_at, priority, tags, list_id, parent_id, has_children,
     left_lists, reminder, reminded_at, position, created_at, updated_at, deleted_at, version, stamp";

pub(super) fn read(owner: Id, row: &Row<'_>) -> Outcome<Todo> {
    let mut columns = Columns::of("todos", row);
    Ok(Todo {
        id: columns.take()?,
        owner,
        title: columns.take()?,
        notes: columns.take()?,
        done: columns.take()?,
        completed_at: columns.take()?,
        due: columns.take()?,
        time_zone: columns.take()?,
        recurrence: recurrence(&mut columns)?,
        priority: columns.take()?,
        tags: columns.take::<Texts>()?.0,
        list_id: columns.take()?,
        parent_id: columns.take()?,
        has_children: columns.take()?,
        left_lists: columns.take::<Ids>()?.0,
        reminder: columns.take()?,
        reminded_at: columns.take()?,
        position: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        deleted_at: columns.take()?,
        version: columns.take()?,
        stamp: columns.take::<Unsigned>()?.0,
    })
}

fn recurrence(columns: &mut Columns<'_, '_>) -> Outcome<Option<Box<Recurrence>>> {
    let (rule, from, start, completed_at) =
        (columns.take()?, columns.take()?, columns.take()?, columns.take()?);
    Ok(match (rule, from, start) {
        (Some(rule), Some(from), Some(start)) => Some(Box::new(Recurrence {
            rule,
            from,
            start,
            completed_at,
        })),
        _ => None,
    })
}

/// How many are created in one transaction: few enough that other writes do not wait long.
const CREATED_AT_ONCE: usize = 500;

/// A to-do with all that is computed of it: made by the caller, since all writes share one thread.
pub(super) struct Entry {
    pub(super) todo: Todo,
    state: i32,
    tags: String,
    left_lists: String,
    keys: SortKeys,
    search: String,
    remind_at: Option<Timestamp>,
}

impl Entry {
    pub(super) fn of(todo: &Todo) -> Self {
        Self {
            state: todo.state().number(),
            tags: Texts::to_json(&todo.tags),
            left_lists: Ids::to_json(&todo.left_lists),
            keys: todo.sort_keys(),
            search: todo.search_text(),
            remind_at: todo.remind_at(),
            todo: todo.clone(),
        }
    }

    fn create(&self, connection: &Connection) -> Outcome<()> {
        let sql =
            "INSERT INTO todos (owner, id, state, done, completed_at, due, time_zone, priority, list_id,
             parent_id, has_children, left_lists, reminder, remind_at, reminded_at, position, created_at, updated_at, deleted_at, version, key_position,
             key_created, key_updated, key_due, key_priority, recurrence, recurrence_from, recurrence_start,
             recurrence_completed_at, tags, title, notes, key_title, search, stamp)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
             (SELECT last + 1 FROM sequence)) ON CONFLICT (owner, id) DO NOTHING";
        let (rule, from, start, completed_at) = self.recurrence();
        let created = connection.prepare_cached(sql)?.execute(params![
            self.todo.owner,
            self.todo.id,
            self.state,
            self.todo.done,
            self.todo.completed_at,
            self.todo.due,
            self.todo.time_zone,
            self.todo.priority,
            self.todo.list_id,
            self.todo.parent_id,
            self.todo.has_children,
            self.left_lists,
            self.todo.reminder,
            self.remind_at,
            self.todo.reminded_at,
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
            rule,
            from,
            start,
            completed_at,
            self.tags,
            self.todo.title,
            self.todo.notes,
            self.keys.title,
            self.search,
        ])?;
        // A retry of a create that succeeded finds its own row.
        if created == 1 {
            self.enter_tags(connection)?;
            next_stamp(connection, self.todo.owner)
        } else {
            Ok(())
        }
    }

    fn enter_tags(&self, connection: &Connection) -> Outcome<()> {
        let Todo { owner, id, tags, .. } = &self.todo;
        tags::enter(connection, *owner, *id, self.state, tags)
    }

    pub(super) fn replace(&self, connection: &Connection, expected: i64) -> Outcome<bool> {
        let Some(unchanged) = self.unchanged_keys(connection, expected)? else {
            return Ok(false);
        };
        let [has_same_state, has_same_tags, ..] = unchanged;
        let is_tagged_anew = !has_same_tags || (!has_same_state && !self.todo.tags.is_empty());
        if is_tagged_anew {
            tags::leave(connection, self.todo.owner, self.todo.id)?;
        }
        let mut sql = String::with_capacity(512);
        sql.push_str(
            "UPDATE todos SET done = ?, completed_at = ?, due = ?, time_zone = ?, recurrence = ?,
             recurrence_from = ?, recurrence_start = ?, recurrence_completed_at = ?, priority = ?,
             left_lists = ?, reminder = ?, reminded_at = ?, position = ?, created_at = ?, updated_at = ?, version = ?, title = ?, notes = ?, search = ?,
             stamp = (SELECT last + 1 FROM sequence)",
        );
        let (rule, from, start, completed_at) = self.recurrence();
        let mut parameters: Vec<&dyn ToSql> = vec![
            &self.todo.done,
            &self.todo.completed_at,
            &self.todo.due,
            &self.todo.time_zone,
            &rule,
            &from,
            &start,
            &completed_at,
            &self.todo.priority,
            &self.left_lists,
            &self.todo.reminder,
            &self.todo.reminded_at,
            &self.todo.position,
            &self.todo.created_at,
            &self.todo.updated_at,
            &self.todo.version,
            &self.todo.title,
            &self.todo.notes,
            &self.search,
        ];
        for ((column, key), is_unchanged) in self.keys().into_iter().zip(unchanged) {
            if !is_unchanged {
                sql.push_str(", ");
                sql.push_str(column);
                sql.push_str(" = ?");
                parameters.push(key);
            }
        }
        sql.push_str(" WHERE owner = ? AND id = ?");
        parameters.push(&self.todo.owner);
        parameters.push(&self.todo.id);
        connection.prepare_cached(&sql)?.execute(&*parameters)?;
        if is_tagged_anew {
            self.enter_tags(connection)?;
        }
        next_stamp(connection, self.todo.owner)?;
        Ok(true)
    }

    fn recurrence(&self) -> (Option<&Rule>, Option<Basis>, Option<&Due>, Option<Timestamp>) {
        let series = self.todo.recurrence.as_ref();
        (
            series.map(|series| &series.rule),
            series.map(|series| series.from),
            series.map(|series| &series.start),
            series.and_then(|series| series.completed_at),
        )
    }

    /// What stands in indexes, and in the table of tags.
    fn keys(&self) -> [(&'static str, &dyn ToSql); KEYS] {
        [
            ("state", &self.state),
            ("tags", &self.tags),
            ("list_id", &self.todo.list_id),
            ("parent_id", &self.todo.parent_id),
            ("deleted_at", &self.todo.deleted_at),
            ("remind_at", &self.remind_at),
            ("key_position", &self.keys.position),
            ("key_created", &self.keys.created),
            ("key_updated", &self.keys.updated),
            ("key_due", &self.keys.due),
            ("key_priority", &self.keys.priority),
            ("key_title", &self.keys.title),
        ]
    }

    /// Which keys stand as they are to be, if there is a to-do to replace. SQLite rewrites the entries of
    /// every index that has a column among those that an UPDATE names, be it the same value.
    fn unchanged_keys(&self, connection: &Connection, expected: i64) -> Outcome<Option<[bool; KEYS]>> {
        let (columns, mut parameters): (Vec<_>, Vec<_>) = self.keys().into_iter().unzip();
        let sql = format!(
            "SELECT {} IS ? FROM todos WHERE owner = ? AND id = ? AND version = ? AND has_children = ?
             AND state < ?",
            columns.join(" IS ?, ")
        );
        let gone = State::Gone.number();
        parameters.extend([
            &self.todo.owner as &dyn ToSql,
            &self.todo.id,
            &expected,
            &self.todo.has_children,
            &gone,
        ]);
        first(connection, &sql, &*parameters, |row| {
            let mut unchanged = [false; KEYS];
            for (place, is_unchanged) in unchanged.iter_mut().enumerate() {
                *is_unchanged = row.get(place)?;
            }
            Ok(unchanged)
        })
    }
}

/// How many columns of a to-do stand in indexes or in the table of tags.
const KEYS: usize = 12;

/// Adds a to-do, unless there is one of its owner and id.
pub(super) fn create(connection: &Connection, todo: &Todo) -> Outcome<()> {
    Entry::of(todo).create(connection)
}

/// Counts the stamp on that was just written of this owner, in the same transaction: one writer at a time sees it.
/// When that is committed, those who watch are told.
pub(super) fn next_stamp(connection: &Connection, owner: Id) -> Outcome<()> {
    touched::note(owner);
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

    async fn create_todo_in_zone_of_owner(&self, todo: &Todo) -> Result<Option<Zone>> {
        let without_zone = Entry::of(&Todo {
            time_zone: None,
            ..todo.clone()
        });
        self.write(move |connection| {
            let sql = "SELECT time_zone FROM users WHERE id = ? AND deleted_at IS NULL";
            let owner = [without_zone.todo.owner];
            let zone: Option<Zone> = first(connection, sql, owner, |row| Ok(row.get(0)?))?.flatten();
            match zone {
                None => without_zone.create(connection)?,
                Some(_) => {
                    let todo = without_zone.todo.clone();
                    Entry::of(&Todo {
                        time_zone: zone,
                        ..todo
                    })
                    .create(connection)?;
                }
            }
            Ok(zone)
        })
        .await
    }

    async fn todo(&self, owner: Id, id: Id) -> Result<Option<Todo>> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM todos WHERE owner = ? AND id = ? AND state < ?");
            let parameters = params![owner, id, State::Gone.number()];
            first(connection, &sql, parameters, |row| read(owner, row))
        })
        .await
    }

    async fn create_todos(&self, todos: &[Todo]) -> Result<()> {
        for some in todos.chunks(CREATED_AT_ONCE) {
            let some = some.to_vec();
            // Keys and search texts of hundreds are too much work for a thread that serves requests.
            let entries = tokio::task::spawn_blocking(move || some.iter().map(Entry::of).collect::<Vec<_>>());
            let entries = entries
                .await
                .map_err(|error| StoreError::Fault(format!("preparing to-dos broke off: {error}")))?;
            self.write(move |connection| entries.iter().try_for_each(|entry| entry.create(connection)))
                .await?;
        }
        Ok(())
    }

    async fn known_todos(&self, owner: Id, ids: &[Id]) -> Result<Vec<Id>> {
        let mut known = Vec::new();
        for some in ids.chunks(CREATED_AT_ONCE) {
            let some = some.to_vec();
            let found = self.read(move |connection| {
                let sql = "SELECT 1 FROM todos WHERE owner = ? AND id = ?";
                let mut statement = connection.prepare_cached(sql)?;
                let mut found = Vec::new();
                for id in &some {
                    if statement.exists(params![owner, id])? {
                        found.push(*id);
                    }
                }
                Ok(found)
            });
            known.extend(found.await?);
        }
        Ok(known)
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

    async fn purge_todo(&self, owner: Id, id: Id, at: Timestamp) -> Result<bool> {
        self.write(move |connection| erasure::purge(connection, owner, id, at))
            .await
    }

    async fn purge_trash(&self, owner: Option<Id>, before: Timestamp, at: Timestamp) -> Result<()> {
        loop {
            let purged = self
                .write(move |connection| erasure::purge_some(connection, owner, before, at))
                .await?;
            if purged < REMOVED_AT_ONCE {
                return Ok(());
            }
        }
    }

    async fn remove_gone_todos(&self, before: Timestamp) -> Result<()> {
        self.remove(
            format!(
                "DELETE FROM todos WHERE rowid IN
                 (SELECT rowid FROM todos WHERE state = {} AND deleted_at < ?1 LIMIT ?2)",
                State::Gone.number()
            ),
            before,
        )
        .await
    }

    async fn remove_todos_of(&self, owner: Id) -> Result<()> {
        loop {
            let removed = self
                .write(move |connection| erasure::remove_some(connection, owner))
                .await?;
            if removed < REMOVED_AT_ONCE {
                return Ok(());
            }
        }
    }
}
