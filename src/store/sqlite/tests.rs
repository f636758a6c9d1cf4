//! What the files of this keeper share in their tests, and the tests of the database as a whole.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::*;
use crate::model::{Id, Todo, User};
use crate::store::{Todos, Users};

pub(super) const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

/// An open keeper with the present schema, and the folder that it lives in.
pub(super) async fn keeper() -> (TempDir, Sqlite) {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Sqlite::open(&folder.path().join("rondo.db")).unwrap();
    keeper.migrate(NOW).await.unwrap();
    (folder, keeper)
}

pub(super) fn id(number: u64) -> Id {
    Id::from_parts(NOW, number.to_be_bytes())
}

pub(super) fn todo(owner: Id, number: u64) -> Todo {
    Todo {
        position: format!("{number:08}"),
        ..Todo::new(id(number), owner, format!("To-do {number}"), NOW)
    }
}

pub(super) async fn db_execute(keeper: &Sqlite, sql: &'static str) {
    keeper
        .write(move |connection| Ok(connection.execute_batch(sql)?))
        .await
        .unwrap();
}

/// An integer that the database answers, read by a connection that is none of the keeper's.
pub(super) fn db_number(path: &Path, sql: &str) -> i64 {
    Connection::open(path)
        .unwrap()
        .query_row(sql, [], |row| row.get(0))
        .unwrap()
}

fn refusal(path: &Path) -> String {
    Sqlite::open(path).map(drop).unwrap_err().to_string()
}

#[tokio::test]
async fn a_new_database_and_its_folder_are_for_this_user_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some/data/rondo.db");
    let keeper = Sqlite::open(&path).unwrap();
    keeper.migrate(NOW).await.unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in ["rondo.db", "rondo.db-wal", "rondo.db-shm"] {
        assert_eq!(mode(&path.with_file_name(file)), 0o600, "{file}");
    }
    keeper.close().await;
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_refused_in_words_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("text.db");
    std::fs::write(
        &path,
        "This is a text, and a long one, as texts in databases go.\n".repeat(100),
    )
    .unwrap();
    assert!(
        refusal(&path).contains("text.db is not a SQLite database"),
        "{}",
        refusal(&path)
    );
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("This is a text")
    );

    let path = folder.path().join("other.db");
    Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE users (id TEXT)")
        .unwrap();
    assert!(
        refusal(&path).contains("other.db is the database of another program"),
        "{}",
        refusal(&path)
    );

    assert!(
        refusal(folder.path()).contains("is a folder, and no database"),
        "{}",
        refusal(folder.path())
    );
}

#[tokio::test]
async fn a_truncated_database_is_refused_as_damaged() {
    let (folder, keeper) = keeper().await;
    keeper.close().await;
    let path = folder.path().join("rondo.db");
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(3 * 4096).unwrap();
    let words = refusal(&path);
    assert!(
        words.contains("rondo.db is damaged") && words.contains("restore a backup"),
        "{words}"
    );
}

#[tokio::test]
async fn without_its_schema_the_keeper_names_the_command_that_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let keeper = Sqlite::open(&folder.path().join("rondo.db")).unwrap();
    for failed in [
        keeper.user(id(1)).await.map(drop),
        keeper.create_todo(&todo(id(1), 2)).await,
    ] {
        assert!(
            matches!(&failed, Err(StoreError::Fault(words)) if words.contains("rondo migrate")),
            "{failed:?}"
        );
    }
    keeper.migrate(NOW).await.unwrap();
    assert!(keeper.user(id(1)).await.unwrap().is_none());
    keeper.close().await;
}

#[tokio::test]
async fn every_connection_has_the_settings_that_durability_needs() {
    let (_folder, keeper) = keeper().await;
    fn settings(connection: &Connection) -> Outcome<Vec<String>> {
        let ask = |name: &str| {
            connection.query_row(&format!("PRAGMA {name}"), [], |row| {
                row.get_ref(0).map(|value| format!("{value:?}"))
            })
        };
        Ok(["journal_mode", "synchronous", "foreign_keys", "query_only"]
            .map(ask)
            .into_iter()
            .collect::<std::result::Result<_, _>>()?)
    }
    let [wal, full, on, off] = ["Text([119, 97, 108])", "Integer(2)", "Integer(1)", "Integer(0)"];
    assert_eq!(keeper.write(settings).await.unwrap(), [wal, full, on, off]);
    assert_eq!(keeper.read(settings).await.unwrap(), [wal, full, on, on]);
    keeper.close().await;
}

#[tokio::test]
async fn what_was_answered_is_in_the_files_at_that_moment() {
    let (folder, keeper) = keeper().await;
    keeper.create_todo(&todo(id(1), 2)).await.unwrap();
    // As the disk would look if the machine stopped now.
    let copy = tempfile::tempdir().unwrap();
    for file in ["rondo.db", "rondo.db-wal"] {
        std::fs::copy(folder.path().join(file), copy.path().join(file)).unwrap();
    }
    let survivor = Sqlite::open(&copy.path().join("rondo.db")).unwrap();
    assert!(survivor.todo(id(1), id(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_keeper_that_was_dropped_without_being_closed_loses_nothing() {
    let (folder, keeper) = keeper().await;
    keeper.create_todo(&todo(id(1), 2)).await.unwrap();
    drop(keeper);
    let again = Sqlite::open(&folder.path().join("rondo.db")).unwrap();
    assert_eq!(again.todo(id(1), id(2)).await.unwrap().unwrap().stamp, 1);
}

#[tokio::test]
async fn closing_empties_the_log_and_refuses_what_comes_later() {
    let (folder, keeper) = keeper().await;
    keeper.create_todo(&todo(id(1), 2)).await.unwrap();
    keeper.ping().await.unwrap();
    keeper.close().await;
    keeper.close().await;
    assert!(!folder.path().join("rondo.db-wal").exists());
    for failed in [
        keeper.ping().await,
        keeper.create_todo(&todo(id(1), 3)).await,
        keeper.user(id(1)).await.map(drop),
    ] {
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
    }
}

#[tokio::test]
async fn a_malformed_row_is_a_fault_that_names_table_column_and_id() {
    let (_folder, keeper) = keeper().await;
    let user = User::new(id(1), "person@example.org".parse().unwrap(), NOW);
    keeper.create_user(&user).await.unwrap();
    keeper.create_todo(&todo(id(1), 2)).await.unwrap();
    for (damage, name) in [
        (
            "UPDATE todos SET due = 'tomorrow'",
            format!("todos.due of {}", id(2)),
        ),
        (
            "UPDATE todos SET due = NULL, priority = 'highest'",
            format!("todos.priority of {}", id(2)),
        ),
        (
            "UPDATE todos SET priority = NULL, tags = '{}'",
            format!("todos.tags of {}", id(2)),
        ),
        (
            "UPDATE todos SET tags = '[]', stamp = -1",
            format!("todos.stamp of {}", id(2)),
        ),
    ] {
        db_execute(&keeper, damage).await;
        let words = keeper.todo(id(1), id(2)).await.unwrap_err().to_string();
        assert!(words.contains(&name), "{words}");
    }
    db_execute(&keeper, "UPDATE users SET role = 'king'").await;
    let words = keeper.user(id(1)).await.unwrap_err().to_string();
    assert!(words.contains(&format!("users.role of {}", id(1))), "{words}");
    keeper.close().await;
}

#[tokio::test]
async fn identities_keep_their_order_and_every_character() {
    let (_folder, keeper) = keeper().await;
    let mut user = User::new(id(1), "person@example.org".parse().unwrap(), NOW);
    user.identities = ["oidc:z|\"1\\\"", "email:a", "oidc:\u{0}\u{1f}|🦀", "oidc:b|[,]"]
        .map(str::to_owned)
        .to_vec();
    keeper.create_user(&user).await.unwrap();
    assert_eq!(keeper.user(id(1)).await.unwrap().unwrap(), user);
    for identity in &user.identities {
        assert_eq!(
            keeper.user_by_identity(identity).await.unwrap().unwrap().id,
            id(1),
            "{identity:?}"
        );
    }
    user.identities.swap(0, 3);
    user.version = 2;
    assert!(keeper.replace_user(&user, 1).await.unwrap());
    assert_eq!(keeper.user(id(1)).await.unwrap().unwrap(), user);
    keeper.close().await;
}

#[tokio::test]
async fn a_clean_up_of_many_rows_goes_through_in_parts() {
    let (folder, keeper) = keeper().await;
    let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)
         INSERT INTO counters SELECT 'counter ' || i, i, i FROM n";
    db_execute(&keeper, rows).await;
    crate::store::Counters::remove_counters(&keeper, Timestamp::from_millis(1230))
        .await
        .unwrap();
    assert_eq!(
        db_number(&folder.path().join("rondo.db"), "SELECT count(*) FROM counters"),
        5
    );
    keeper.close().await;
}
