//! The steps that bring a database to the shape this program expects. A step that was released is
//! never changed: what it got wrong, another step mends.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, TransactionBehavior, params};

use super::failure::{Failure, Outcome};
use crate::model::{Timestamp, fold};
use crate::store::Migration;

pub(super) struct Step {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

impl Step {
    /// Does what the step does, with the functions that it may call.
    pub(super) fn run(&self, connection: &Connection) -> Outcome<()> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection.create_scalar_function("fold", 1, flags, |context| {
            context.get::<String>(0).map(|text| fold(&text))
        })?;
        Ok(connection.execute_batch(self.sql)?)
    }
}

pub(super) const STEPS: &[Step] = &[
    Step {
        number: 1,
        name: "first",
        sql: include_str!("migrations/0001_first.sql"),
    },
    Step {
        number: 2,
        name: "attempts",
        sql: include_str!("migrations/0002_attempts.sql"),
    },
    Step {
        number: 3,
        name: "to-dos in depth",
        sql: include_str!("migrations/0003_todos.sql"),
    },
    Step {
        number: 4,
        name: "lists",
        sql: include_str!("migrations/0004_lists.sql"),
    },
    Step {
        number: 5,
        name: "calendar addresses",
        sql: include_str!("migrations/0005_transfer.sql"),
    },
    Step {
        number: 6,
        name: "reminders",
        sql: include_str!("migrations/0006_reminders.sql"),
    },
    Step {
        number: 7,
        name: "sharing",
        sql: include_str!("migrations/0007_sharing.sql"),
    },
    Step {
        number: 8,
        name: "identity",
        sql: include_str!("migrations/0008_identity.sql"),
    },
    Step {
        number: 9,
        name: "tags",
        sql: include_str!("migrations/0009_tags.sql"),
    },
    Step {
        number: 10,
        name: "second factors",
        sql: include_str!("migrations/0010_factors.sql"),
    },
    Step {
        number: 11,
        name: "audit log",
        sql: include_str!("migrations/0011_audit.sql"),
    },
    Step {
        number: 12,
        name: "search for accounts",
        sql: include_str!("migrations/0012_user_search.sql"),
    },
    Step {
        number: 13,
        name: "sign-ins through providers",
        sql: include_str!("migrations/0013_providers.sql"),
    },
    Step {
        number: 14,
        name: "changes of what is shared",
        sql: include_str!("migrations/0014_shared_changes.sql"),
    },
];

/// What of `steps` was applied, and when. An error in words if the database is ahead of them.
pub(super) fn list(connection: &Connection, steps: &[Step]) -> Outcome<Vec<Migration>> {
    let applied = applied(connection)?;
    let known = steps.last().map_or(0, |step| step.number);
    if let Some((newer, _)) = applied
        .iter()
        .find(|(number, _)| steps.iter().all(|step| step.number != *number))
    {
        return Err(Failure::fault(format!(
            "the database was written by a newer program: it has migration {newer}, and this program knows \
             them up to {known}; use the newer program, or restore a backup"
        )));
    }
    let at = |number| {
        applied
            .iter()
            .find(|(applied, _)| *applied == number)
            .map(|(_, at)| *at)
    };
    let migration = |step: &Step| Migration {
        number: step.number,
        name: step.name,
        applied_at: at(step.number),
    };
    Ok(steps.iter().map(migration).collect())
}

/// Applies all that is missing, or nothing, and answers how many steps that were.
pub(super) fn apply(connection: &mut Connection, steps: &[Step], now: Timestamp) -> Outcome<usize> {
    // The usual case takes no lock: commands ask this of a database that a server is writing to.
    if list(connection, steps)?
        .iter()
        .all(|migration| migration.applied_at.is_some())
    {
        return Ok(0);
    }
    // From here on other processes wait; what they did meanwhile is seen after the lock.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migrations (
             number INTEGER PRIMARY KEY,
             name TEXT NOT NULL,
             applied_at INTEGER NOT NULL
         ) STRICT",
    )?;
    let missing = list(&transaction, steps)?;
    let mut count = 0;
    for (step, _) in steps
        .iter()
        .zip(&missing)
        .filter(|(_, migration)| migration.applied_at.is_none())
    {
        step.run(&transaction)?;
        let row = "INSERT INTO migrations (number, name, applied_at) VALUES (?, ?, ?)";
        transaction.execute(row, params![step.number, step.name, now])?;
        count += 1;
    }
    transaction.commit()?;
    Ok(count)
}

fn applied(connection: &Connection) -> Outcome<Vec<(i64, Timestamp)>> {
    let table = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'";
    if !connection.prepare(table)?.exists([])? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare("SELECT number, applied_at FROM migrations ORDER BY number")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::Sqlite;
    use crate::store::{StoreError, Upkeep};

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn step(number: i64, sql: &'static str) -> Step {
        Step {
            number,
            name: "test",
            sql,
        }
    }

    #[tokio::test]
    async fn an_empty_file_has_none_of_them_and_is_brought_up_to_date_once() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Sqlite::open(&folder.path().join("rondo.db")).unwrap();
        let before = keeper.migrations().await.unwrap();
        assert!(before.len() == STEPS.len() && before.iter().all(|migration| migration.applied_at.is_none()));
        assert_eq!(keeper.migrate(NOW).await.unwrap(), STEPS.len());
        assert_eq!(keeper.migrate(NOW).await.unwrap(), 0);
        let after = keeper.migrations().await.unwrap();
        assert!(after.iter().all(|migration| migration.applied_at == Some(NOW)));
        keeper.close().await;
    }

    #[test]
    fn of_many_that_migrate_at_once_one_works_and_the_others_wait() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rondo.db");
        let one = |path: &std::path::Path| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let keeper = Sqlite::open(path).unwrap();
                let count = keeper.migrate(NOW).await.unwrap();
                keeper.close().await;
                count
            })
        };
        let counts: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| one(&path))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(counts.iter().sum::<usize>(), STEPS.len(), "{counts:?}");
    }

    #[test]
    fn to_dos_of_the_first_shape_keep_everything_and_get_their_state() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rondo.db");
        let mut connection = Connection::open(&path).unwrap();
        apply(&mut connection, &STEPS[..2], NOW).unwrap();
        for (id, done, deleted_at) in [("a", 0, None), ("b", 1, None), ("c", 1, Some(7))] {
            let sql = "INSERT INTO todos (owner, id, done, due, position, created_at, updated_at, deleted_at,
                 version, stamp, key_position, key_created, key_updated, key_due, tags, title, notes, key_title,
                 search) VALUES ('o', ?1, ?2, '2026-11-22', 'p', 1, 2, ?3, 4, 5, 'p', 'c', 'u', 'd', '[\"t\"]',
                 'T', 'n', 't', 's')";
            connection.execute(sql, params![id, done, deleted_at]).unwrap();
        }
        apply(&mut connection, STEPS, NOW).unwrap();
        let mut statement = connection
            .prepare(
                "SELECT id || state || done || due || version || stamp || key_due || tags || title || has_children
                 || (list_id IS NULL) FROM todos ORDER BY id",
            )
            .unwrap();
        let rows: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let kept = "2026-11-2245d[\"t\"]T01";
        assert_eq!(
            rows,
            [format!("a00{kept}"), format!("b11{kept}"), format!("c21{kept}")]
        );
    }

    #[test]
    fn tags_of_what_is_stored_are_entered_and_what_is_unreadable_stops_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, &STEPS[..7], NOW).unwrap();
        for (owner, id, state, tags) in [
            ("o", "a", 0, r#"["home","b\"c"]"#),
            ("o", "b", 1, r#"["home","home"]"#),
            ("o", "c", 2, r#"["Home"]"#),
            ("o", "d", 3, "[]"),
            ("o", "e", 0, r#"["home""#),
            ("o", "f", 0, r#"["work",7,null,["home"]]"#),
            ("p", "a", 0, r#"["home"]"#),
        ] {
            let sql = "INSERT INTO todos (owner, id, state, done, has_children, position, created_at, updated_at,
                 version, stamp, key_position, key_created, key_updated, tags, title, notes, key_title, search)
                 VALUES (?1, ?2, ?3, 0, 0, 'p', 1, 2, 4, 5, 'p', 'c', 'u', ?4, 'T', 'n', 't', 's')";
            connection.execute(sql, params![owner, id, state, tags]).unwrap();
        }
        assert_eq!(apply(&mut connection, STEPS, NOW).unwrap(), STEPS.len() - 7);
        let mut statement = connection
            .prepare("SELECT owner || ' ' || tag || ' ' || state || ' ' || id FROM todo_tags ORDER BY 1")
            .unwrap();
        let rows: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            rows,
            [
                "o Home 2 c",
                "o b\"c 0 a",
                "o home 0 a",
                "o home 1 b",
                "o work 0 f",
                "p home 0 a"
            ]
        );
        let kept = "SELECT count(*) FROM todos";
        let kept: i64 = connection.query_row(kept, [], |row| row.get(0)).unwrap();
        assert_eq!(kept, 7);
    }

    #[test]
    fn accounts_of_before_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let mut connection = Connection::open(folder.path().join("rondo.db")).unwrap();
        apply(&mut connection, &STEPS[..11], NOW).unwrap();
        for (id, name, email) in [("a", "Åse ØDEGÅRD", Some("Ase@Example.org")), ("b", "", None)] {
            let sql =
                "INSERT INTO users (id, name, email, email_verified, role, disabled, week_start, created_at,
                 updated_at, epoch, version) VALUES (?1, ?2, ?3, 0, 'user', 0, 'monday', 1, 1, 0, 1)";
            connection.execute(sql, params![id, name, email]).unwrap();
        }
        apply(&mut connection, STEPS, NOW).unwrap();
        let mut statement = connection
            .prepare("SELECT search FROM users ORDER BY id")
            .unwrap();
        let found: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(found, ["ase ødegard\nase@example.org", "\n"]);
    }

    #[tokio::test]
    async fn the_database_of_a_newer_program_is_refused_with_both_numbers_and_the_cure() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Sqlite::open(&folder.path().join("rondo.db")).unwrap();
        keeper.migrate(NOW).await.unwrap();
        let newer = "INSERT INTO migrations (number, name, applied_at) VALUES (4711, 'of tomorrow', 0)";
        keeper
            .write(move |connection| Ok(connection.execute(newer, [])?))
            .await
            .unwrap();
        for refused in [
            keeper.migrations().await.map(drop),
            keeper.migrate(NOW).await.map(drop),
        ] {
            let Err(StoreError::Fault(words)) = refused else {
                panic!("{refused:?}")
            };
            let known = format!("up to {}", STEPS.last().unwrap().number);
            for part in ["4711", &known, "use the newer program, or restore a backup"] {
                assert!(words.contains(part), "{words}");
            }
        }
        keeper.close().await;
    }

    #[test]
    fn a_step_that_fails_leaves_nothing_of_itself_or_of_those_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        let steps = [
            step(1, "CREATE TABLE one (id TEXT)"),
            step(2, "CREATE TABLE two (id TEXT); SELECT nonsense"),
        ];
        apply(&mut connection, &steps, NOW).unwrap_err();
        let tables = "SELECT count(*) FROM sqlite_schema";
        assert_eq!(
            connection
                .query_row(tables, [], |row| row.get::<_, i64>(0))
                .unwrap(),
            0
        );
        assert_eq!(apply(&mut connection, &steps[..1], NOW).unwrap(), 1);
    }

    #[test]
    fn the_steps_are_numbered_from_1_without_gaps() {
        assert!(STEPS.iter().map(|step| step.number).eq(1..=STEPS.len() as i64));
    }
}
