//! SQLite, and nothing around it: rows that were read beforehand, one prepared INSERT, one thread.

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

fn rows(source: &Connection) -> Vec<Vec<Value>> {
    let mut statement = source
        .prepare("SELECT * FROM todos ORDER BY stamp")
        .expect("it is prepared");
    let columns = 0..statement.column_count();
    let rows = statement.query_map([], |row| columns.clone().map(|column| row.get(column)).collect());
    rows.expect("it is asked")
        .collect::<Result<_, _>>()
        .expect("it is read")
}

fn insert_groups(target: &Connection, rows: &[Vec<Value>], group: usize, limit: Duration) -> usize {
    let Some(first) = rows.first() else { return 0 };
    let places = vec!["?"; first.len()].join(", ");
    let sql = format!("INSERT INTO todos VALUES ({places})");
    let mut insert = target.prepare(&sql).expect("it is prepared");
    let mut begin = target.prepare("BEGIN IMMEDIATE").expect("it is prepared");
    let mut commit = target.prepare("COMMIT").expect("it is prepared");
    let (begun, mut done) = (Instant::now(), 0);
    for group in rows.chunks(group) {
        begin.execute([]).expect("it begins");
        for row in group {
            insert.execute(params_from_iter(row)).expect("it is inserted");
        }
        commit.execute([]).expect("it is durable");
        done += group.len();
        if begun.elapsed() > limit {
            break;
        }
    }
    done
}
