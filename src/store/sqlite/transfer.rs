//! Whole tables, for moving an installation.

use async_trait::async_trait;
use rusqlite::{Connection, Params, Row as Columns, params};

use super::Sqlite;
use super::failure::{Failure, Outcome};
use super::rows::{self, all, row_count};
use super::{audit, erasure, idempotency, keys, lists, mails, sessions, tickets, todos, users};
use crate::model::{List, State};
use crate::store::Result;
use crate::store::transfer::{Counter, Fact, KeptTodo, Kind, Row, Transfer, parts};

/// How many rows share a task of the writer: it is done within a moment.
const AT_ONCE: usize = 100;

const fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Users => "users",
        Kind::Sessions => "sessions",
        Kind::Lists => "lists",
        Kind::Todos => "todos",
        Kind::Attempts => "attempts",
        Kind::Keys => "signing_keys",
        Kind::Facts => "facts",
        Kind::Counters => "counters",
        Kind::Mails => "mails",
        Kind::Tickets => "tickets",
        Kind::Audit => "audit",
    }
}

fn read(connection: &Connection, kind: Kind, after: Option<&str>, limit: usize) -> Outcome<Vec<Row>> {
    let place = after.unwrap_or_default();
    let limit = row_count(limit);
    let one = params![place, limit];
    let (first, second) = parts(after);
    let two = params![first, second, limit];
    match kind {
        Kind::Users => {
            let sql = format!("{} WHERE id > ? ORDER BY id LIMIT ?", users::SELECT);
            read_all(connection, &sql, one, users::read, |user| {
                Row::User(Box::new(user))
            })
        }
        Kind::Sessions => {
            let columns = sessions::COLUMNS;
            let sql = format!("SELECT {columns} FROM sessions WHERE id > ? ORDER BY id LIMIT ?");
            read_all(connection, &sql, one, sessions::read, |session| {
                Row::Session(Box::new(session))
            })
        }
        Kind::Lists => {
            let columns = lists::COLUMNS;
            let sql =
                format!("SELECT {columns} FROM lists WHERE (owner, id) > (?, ?) ORDER BY owner, id LIMIT ?");
            read_all(connection, &sql, two, lists::read, |list| {
                Row::List(Box::new(list))
            })
        }
        Kind::Todos => {
            let columns = todos::COLUMNS;
            let sql = format!(
                "SELECT {columns}, owner, state FROM todos WHERE (owner, id) > (?, ?) ORDER BY owner, id LIMIT ?"
            );
            read_all(connection, &sql, two, read_todo, |todo| Row::Todo(Box::new(todo)))
        }
        Kind::Attempts => {
            let columns = idempotency::COLUMNS;
            let sql = format!(
                "SELECT {columns} FROM attempts WHERE (owner, key) > (?, ?) ORDER BY owner, key LIMIT ?"
            );
            read_all(connection, &sql, two, idempotency::read, |attempt| {
                Row::Attempt(Box::new(attempt))
            })
        }
        Kind::Keys => {
            let columns = keys::COLUMNS;
            let sql = format!("SELECT {columns} FROM signing_keys WHERE number > ? ORDER BY number LIMIT ?");
            let after = after.and_then(|place| place.parse().ok()).unwrap_or(i64::MIN);
            read_all(connection, &sql, params![after, limit], keys::read, |key| {
                Row::Key(Box::new(key))
            })
        }
        Kind::Facts => {
            let sql = "SELECT name, value FROM facts WHERE name > ? ORDER BY name LIMIT ?";
            read_all(connection, sql, one, read_fact, Row::Fact)
        }
        Kind::Counters => {
            let sql =
                "SELECT counter, value, expires_at FROM counters WHERE counter > ? ORDER BY counter LIMIT ?";
            read_all(connection, sql, one, read_counter, Row::Counter)
        }
        Kind::Mails => {
            let columns = mails::COLUMNS;
            let sql = format!("SELECT {columns} FROM mails WHERE id > ? ORDER BY id LIMIT ?");
            read_all(connection, &sql, one, mails::read, |mail| {
                Row::Mail(Box::new(mail))
            })
        }
        Kind::Tickets => {
            let columns = tickets::COLUMNS;
            let sql = format!("SELECT {columns} FROM tickets WHERE hash > ? ORDER BY hash LIMIT ?");
            read_all(connection, &sql, one, tickets::read, |ticket| {
                Row::Ticket(Box::new(ticket))
            })
        }
        Kind::Audit => {
            let columns = audit::COLUMNS;
            let sql = format!("SELECT {columns} FROM audit WHERE id > ? ORDER BY id LIMIT ?");
            read_all(connection, &sql, one, audit::read, |event| {
                Row::Event(Box::new(event))
            })
        }
    }
}

fn read_all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    mut read: impl FnMut(&Columns<'_>) -> Outcome<T>,
    wrap: impl Fn(T) -> Row,
) -> Outcome<Vec<Row>> {
    all(connection, sql, parameters, |row| read(row).map(&wrap))
}

fn read_todo(row: &Columns<'_>) -> Outcome<KeptTodo> {
    let state: i32 = row.get("state")?;
    Ok(KeptTodo {
        todo: todos::read(row.get("owner")?, row)?,
        is_gone: state == State::Gone.number(),
    })
}

fn read_fact(row: &Columns<'_>) -> Outcome<Fact> {
    let mut columns = rows::Columns::of("facts", row);
    Ok(Fact {
        name: columns.take()?,
        value: columns.take()?,
    })
}

fn read_counter(row: &Columns<'_>) -> Outcome<Counter> {
    let mut columns = rows::Columns::of("counters", row);
    Ok(Counter {
        counter: columns.take()?,
        value: columns.take()?,
        expires_at: columns.take()?,
    })
}

/// What goes with a row goes by the schema, but for the tags of a to-do.
fn remove(connection: &Connection, row: &Row) -> Outcome<()> {
    let run = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| -> Outcome<()> {
        connection.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    };
    match row {
        Row::User(user) => run("DELETE FROM users WHERE id = ?", &[&user.id]),
        Row::Session(session) => run("DELETE FROM sessions WHERE id = ?", &[&session.id]),
        Row::List(list) => run(
            "DELETE FROM lists WHERE owner = ? AND id = ?",
            &[&list.owner, &list.id],
        ),
        Row::Todo(kept) => erasure::remove(connection, kept.todo.owner, kept.todo.id),
        Row::Attempt(attempt) => run(
            "DELETE FROM attempts WHERE owner = ? AND key = ?",
            &[&attempt.owner, &attempt.key],
        ),
        Row::Key(key) => run("DELETE FROM signing_keys WHERE number = ?", &[&key.number]),
        Row::Fact(fact) => run("DELETE FROM facts WHERE name = ?", &[&fact.name]),
        Row::Counter(counter) => run("DELETE FROM counters WHERE counter = ?", &[&counter.counter]),
        Row::Mail(mail) => run("DELETE FROM mails WHERE id = ?", &[&mail.id]),
        Row::Ticket(ticket) => run("DELETE FROM tickets WHERE hash = ?", &[&ticket.hash]),
        Row::Event(event) => run("DELETE FROM audit WHERE id = ?", &[&event.id]),
    }
}

fn put(connection: &Connection, row: &Row) -> Outcome<()> {
    remove(connection, row)?;
    match row {
        Row::User(user) => users::create(connection, user),
        Row::Session(session) => sessions::create(connection, session),
        Row::List(list) => put_list(connection, list),
        Row::Todo(todo) => put_todo(connection, todo),
        Row::Attempt(attempt) => idempotency::create(connection, attempt),
        Row::Key(key) => keys::create(connection, key),
        Row::Fact(fact) => {
            let sql = "INSERT INTO facts (name, value) VALUES (?, ?)";
            connection
                .prepare_cached(sql)?
                .execute([&fact.name, &fact.value])?;
            Ok(())
        }
        Row::Counter(counter) => {
            let sql = "INSERT INTO counters (counter, value, expires_at) VALUES (?, ?, ?)";
            connection.prepare_cached(sql)?.execute(params![
                counter.counter,
                counter.value,
                counter.expires_at
            ])?;
            Ok(())
        }
        Row::Mail(mail) => mails::create(connection, mail),
        Row::Ticket(ticket) => tickets::create(connection, ticket).map(drop),
        Row::Event(event) => audit::append(connection, event),
    }
}

/// With its own stamp, and with later ones for whatever is written afterwards.
fn put_todo(connection: &Connection, kept: &KeptTodo) -> Outcome<()> {
    let todo = &kept.todo;
    todos::create(connection, todo)?;
    if kept.is_gone {
        let at = todo.deleted_at.unwrap_or(todo.updated_at);
        erasure::erase(connection, todo.owner, todo.id, at)?;
    }
    let stamp = stamp(todo.stamp)?;
    let own = "UPDATE todos SET stamp = ?, version = ? WHERE owner = ? AND id = ?";
    connection
        .prepare_cached(own)?
        .execute(params![stamp, todo.version, todo.owner, todo.id])?;
    stamps_go_beyond(connection, stamp)
}

fn put_list(connection: &Connection, list: &List) -> Outcome<()> {
    lists::create(connection, list)?;
    let stamp = stamp(list.stamp)?;
    let own = "UPDATE lists SET stamp = ? WHERE owner = ? AND id = ?";
    connection
        .prepare_cached(own)?
        .execute(params![stamp, list.owner, list.id])?;
    stamps_go_beyond(connection, stamp)
}

fn stamps_go_beyond(connection: &Connection, stamp: i64) -> Outcome<()> {
    let later = "UPDATE sequence SET last = max(last, ?)";
    connection.prepare_cached(later)?.execute([stamp])?;
    Ok(())
}

fn stamp(stamp: u64) -> Outcome<i64> {
    i64::try_from(stamp)
        .map_err(|_| Failure::fault(format!("the stamp {stamp} is beyond what SQLite counts")))
}

impl Sqlite {
    async fn for_each_row(&self, rows: &[Row], write: fn(&Connection, &Row) -> Outcome<()>) -> Result<()> {
        for some in rows.chunks(AT_ONCE) {
            let some = some.to_vec();
            self.write(move |connection| some.iter().try_for_each(|row| write(connection, row)))
                .await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Transfer for Sqlite {
    async fn rows(&self, kind: Kind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        let after = after.map(str::to_owned);
        self.read(move |connection| read(connection, kind, after.as_deref(), limit))
            .await
    }

    async fn put_rows(&self, rows: Vec<Row>) -> Result<()> {
        self.for_each_row(&rows, put).await
    }

    async fn remove_rows(&self, rows: Vec<Row>) -> Result<()> {
        self.for_each_row(&rows, remove).await
    }

    async fn count_rows(&self, kind: Kind) -> Result<u64> {
        self.read(move |connection| {
            let table = table(kind);
            let there = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?";
            if !connection.prepare_cached(there)?.exists([table])? {
                return Ok(0);
            }
            let count = format!("SELECT count(*) FROM {table}");
            let count: i64 = connection.query_row(&count, [], |row| row.get(0))?;
            Ok(u64::try_from(count).unwrap_or(0))
        })
        .await
    }

    async fn forget_fact(&self, name: &str) -> Result<()> {
        let name = name.to_owned();
        self.write(move |connection| {
            let sql = "DELETE FROM facts WHERE name = ?";
            connection.prepare_cached(sql)?.execute([&name])?;
            Ok(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Upkeep as _;
    use crate::store::sqlite::tests::keeper;

    #[tokio::test]
    async fn every_table_is_of_a_kind_or_is_known_to_be_moved_otherwise() {
        let (_folder, keeper) = keeper().await;
        // What was applied is the target's own; the rest goes with rows of another table.
        let without_a_kind = [
            "migrations",
            "sequence",
            "identities",
            "list_members",
            "todo_tags",
        ];
        let tables = keeper
            .read(|connection| {
                let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
                all(connection, sql, [], |row| Ok(row.get::<_, String>(0)?))
            })
            .await
            .unwrap();
        let kinds = Kind::ALL.map(table);
        let is_known = |table: &&str| kinds.contains(table) || without_a_kind.contains(table);
        let forgotten: Vec<_> = tables
            .iter()
            .map(String::as_str)
            .filter(|table| !is_known(table))
            .collect();
        assert!(
            forgotten.is_empty(),
            "`rondo copy` would leave behind: {forgotten:?}"
        );
        assert!(kinds.iter().all(|kind| tables.iter().any(|table| table == kind)));
        keeper.close().await;
    }
}
