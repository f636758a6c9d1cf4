//! SQLite, and nothing around it: rows that were read beforehand, a prepared INSERT for each table, one thread.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

/// As the writer of `src/store/sqlite/connection.rs` is set.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
     PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; PRAGMA wal_autocheckpoint = 16384;
     PRAGMA journal_size_limit = 67108864;";

/// Inserts the to-dos of `from`, in their order, into the new file `to`, which gets the same tables and
/// indexes; `group` of them a transaction. The first `skip` are not measured: both files are then as big.
/// Ends with the rows, or after `limit`. How many rows in how long.
pub fn insert(from: &Path, to: &Path, group: usize, skip: usize, limit: Duration) -> (usize, Duration) {
    let source = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    let target = Connection::open(to).expect("it opens");
    target.execute_batch(SETTINGS).expect("it takes the settings");
    for sql in schema(&source) {
        target.execute_batch(&sql).expect("it takes the schema");
    }
    let rows = rows(&source);
    let (before, measured) = rows.split_at(skip.min(rows.len()));
    insert_groups(&target, before, 256, Duration::MAX);
    let begun = Instant::now();
    let done = insert_groups(&target, measured, group, limit);
    let taken = begun.elapsed();

    let sql = "SELECT count(*) FROM todos";
    let count: i64 = target.query_row(sql, [], |row| row.get(0)).expect("it counts");
    let inserted = i64::try_from(before.len() + done);
    assert_eq!(Ok(count), inserted, "what was inserted is there");
    (done, taken)
}

fn schema(source: &Connection) -> Vec<String> {
    let sql =
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid";
    let mut statement = source.prepare(sql).expect("it is prepared");
    let rows = statement.query_map([], |row| row.get(0)).expect("it is asked");
    rows.collect::<Result<_, _>>().expect("it is read")
}

/// A to-do, and what is entered of its tags.
struct Entry {
    todo: Vec<Value>,
    tags: Vec<Vec<Value>>,
}

fn rows(source: &Connection) -> Vec<Entry> {
    let mut tags: HashMap<String, Vec<Vec<Value>>> = HashMap::new();
    for (id, row) in all(source, "SELECT id, * FROM todo_tags") {
        tags.entry(id).or_default().push(row);
    }
    let todos = all(source, "SELECT id, * FROM todos ORDER BY stamp").into_iter();
    let entry = |(id, todo)| Entry {
        todo,
        tags: tags.remove(&id).unwrap_or_default(),
    };
    todos.map(entry).collect()
}

/// The rows of a statement: the first column, and all the others.
fn all(source: &Connection, sql: &str) -> Vec<(String, Vec<Value>)> {
    let mut statement = source.prepare(sql).expect("it is prepared");
    let columns = 1..statement.column_count();
    let rows = statement.query_map([], |row| {
        let others: Result<_, _> = columns.clone().map(|column| row.get(column)).collect();
        Ok((row.get(0)?, others?))
    });
    rows.expect("it is asked")
        .collect::<Result<_, _>>()
        .expect("it is read")
}

fn insert_groups(target: &Connection, rows: &[Entry], group: usize, limit: Duration) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let places = vec!["?"; first.todo.len()].join(", ");
    let sql = format!("INSERT INTO todos VALUES ({places})");
    let mut insert = target.prepare(&sql).expect("it is prepared");
    let mut insert_tag = target
        .prepare("INSERT INTO todo_tags VALUES (?, ?, ?, ?)")
        .expect("it is prepared");
    let mut begin = target.prepare("BEGIN IMMEDIATE").expect("it is prepared");
    let mut commit = target.prepare("COMMIT").expect("it is prepared");
    let (begun, mut done) = (Instant::now(), 0);
    for group in rows.chunks(group) {
        begin.execute([]).expect("it begins");
        for entry in group {
            insert
                .execute(params_from_iter(&entry.todo))
                .expect("it is inserted");
            for tag in &entry.tags {
                insert_tag.execute(params_from_iter(tag)).expect("it is inserted");
            }
        }
        commit.execute([]).expect("it is durable");
        done += group.len();
        if begun.elapsed() > limit {
            break;
        }
    }
    done
}
