//! Which to-dos have a tag: the rows of `todo_tags`. They follow from `todos.tags` and `todos.state`, and whoever
//! writes one of these has them follow, in the same transaction.
//!
//! No trigger does it. A statement that fires one must be undone by itself if it fails, and for that SQLite copies
//! each page before it changes it: for every to-do that is created, and not only for those with tags.

use rusqlite::{Connection, params};

use super::failure::Outcome;
use crate::model::{Id, State};

/// The rows of a to-do, as it stands there now. What is no list of texts, damaged by somebody, has none: it must not
/// keep the to-do from being replaced or removed.
const ROWS: &str = "SELECT owner, value, state, todos.id
     FROM todos, json_each(iif(json_valid(tags), tags, '[]')) WHERE owner = ? AND todos.id = ? AND type = 'text'";

/// Enters the tags of a to-do that has none entered.
pub(super) fn enter(connection: &Connection, owner: Id, id: Id, state: i32, tags: &[String]) -> Outcome<()> {
    // One of them may stand there twice.
    let sql = "INSERT OR IGNORE INTO todo_tags (owner, tag, state, id) VALUES (?, ?, ?, ?)";
    for tag in tags {
        connection
            .prepare_cached(sql)?
            .execute(params![owner, tag, state, id])?;
    }
    Ok(())
}

/// Takes away what is entered of a to-do that is about to get others, or none.
pub(super) fn leave(connection: &Connection, owner: Id, id: Id) -> Outcome<()> {
    let sql = format!("DELETE FROM todo_tags WHERE (owner, tag, state, id) IN ({ROWS})");
    connection.prepare_cached(&sql)?.execute(params![owner, id])?;
    Ok(())
}

/// Puts what is entered of a to-do into the state that it is about to get.
pub(super) fn turn(connection: &Connection, owner: Id, id: Id, state: State) -> Outcome<()> {
    let sql = format!("UPDATE OR REPLACE todo_tags SET state = ? WHERE (owner, tag, state, id) IN ({ROWS})");
    connection
        .prepare_cached(&sql)?
        .execute(params![state.number(), owner, id])?;
    Ok(())
}

/// Takes away what may be left of an owner who has no to-dos any more.
pub(super) fn leave_all(connection: &Connection, owner: Id) -> Outcome<()> {
    let sql = "DELETE FROM todo_tags WHERE owner = ?";
    connection.prepare_cached(sql)?.execute([owner])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::model::{FamilyChange, Fate, Todo};
    use crate::store::sqlite::Sqlite;
    use crate::store::sqlite::rows::all;
    use crate::store::sqlite::tests::{NOW, db_execute, id, keeper, todo};
    use crate::store::transfer::{KeptTodo, Row, Transfer as _};
    use crate::store::{Families as _, Lists as _, Todos as _, Upkeep as _};

    fn tagged(number: u64, tags: &[&str]) -> Todo {
        Todo {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            ..todo(id(1), number)
        }
    }

    async fn texts(keeper: &Sqlite, sql: &'static str) -> Vec<String> {
        keeper
            .read(move |connection| all(connection, sql, [], |row| Ok(row.get(0)?)))
            .await
            .unwrap()
    }

    /// How many rows there are, which are those that the to-dos tell.
    async fn entered(keeper: &Sqlite) -> usize {
        let kept = texts(
            keeper,
            "SELECT owner || ' ' || tag || ' ' || state || ' ' || id FROM todo_tags ORDER BY 1",
        );
        let told = texts(
            keeper,
            "SELECT DISTINCT owner || ' ' || value || ' ' || state || ' ' || todos.id
             FROM todos, json_each(tags) ORDER BY 1",
        );
        let kept = kept.await;
        assert_eq!(kept, told.await);
        kept.len()
    }

    async fn replace(keeper: &Sqlite, number: u64, change: impl Fn(&mut Todo)) {
        let mut next = keeper.todo(id(1), id(number)).await.unwrap().unwrap();
        next.version += 1;
        change(&mut next);
        assert!(keeper.replace_todo(&next, next.version - 1).await.unwrap());
    }

    #[tokio::test]
    async fn whatever_writes_a_to_do_writes_its_tags() {
        let (_folder, keeper) = keeper().await;
        keeper.create_todo(&tagged(1, &["a", "b", "a"])).await.unwrap();
        assert_eq!(entered(&keeper).await, 2);
        // A retry finds its own row, and enters nothing.
        keeper.create_todo(&tagged(1, &["c"])).await.unwrap();
        assert_eq!(entered(&keeper).await, 2);
        keeper
            .create_todos(&[tagged(2, &["a"]), tagged(3, &[])])
            .await
            .unwrap();
        keeper
            .create_todo_in_zone_of_owner(&tagged(4, &["b", "c"]))
            .await
            .unwrap();
        assert_eq!(entered(&keeper).await, 5);

        replace(&keeper, 1, |todo| {
            todo.tags = vec!["b".into(), "d".into(), "e".into()]
        })
        .await;
        assert_eq!(entered(&keeper).await, 6);
        replace(&keeper, 1, |todo| todo.title = "Another".into()).await;
        replace(&keeper, 3, |todo| todo.set_done(true, NOW)).await;
        replace(&keeper, 1, |todo| todo.set_done(true, NOW)).await;
        replace(&keeper, 1, |todo| todo.deleted_at = Some(NOW)).await;
        assert_eq!(entered(&keeper).await, 6);
        replace(&keeper, 2, |todo| todo.tags.clear()).await;
        assert_eq!(entered(&keeper).await, 5);
        let stale = tagged(4, &["x", "y", "z"]);
        assert!(!keeper.replace_todo(&stale, 7).await.unwrap());
        assert_eq!(entered(&keeper).await, 5);

        assert!(keeper.purge_todo(id(1), id(1), NOW).await.unwrap());
        assert_eq!(entered(&keeper).await, 2);
        replace(&keeper, 4, |todo| todo.deleted_at = Some(NOW)).await;
        let later = NOW.plus_seconds(1);
        keeper.purge_trash(Some(id(1)), later, NOW).await.unwrap();
        assert_eq!(entered(&keeper).await, 0);
        keeper.remove_gone_todos(later).await.unwrap();
        assert_eq!(entered(&keeper).await, 0);
        keeper.close().await;
    }

    #[tokio::test]
    async fn what_is_written_of_many_writes_the_tags_of_each() {
        let (_folder, keeper) = keeper().await;
        for (number, parent, list) in [(1, None, Some(9)), (2, Some(1), Some(9)), (3, Some(1), Some(8))] {
            let made = Todo {
                parent_id: parent.map(id),
                has_children: parent.is_none(),
                list_id: list.map(id),
                ..tagged(number, &["a", "b"])
            };
            keeper.create_todo(&made).await.unwrap();
        }
        assert_eq!(entered(&keeper).await, 6);
        let mut parent = keeper.todo(id(1), id(1)).await.unwrap().unwrap();
        parent.set_done(true, NOW);
        parent.version = 2;
        let change = FamilyChange {
            completes: true,
            ..FamilyChange::default()
        };
        assert!(keeper.replace_family(&parent, 1, &change).await.unwrap());
        assert_eq!(entered(&keeper).await, 6);

        keeper
            .move_todos_of_list(id(1), id(9), Fate::Trash, NOW)
            .await
            .unwrap();
        keeper
            .move_todos_of_list(id(1), id(8), Fate::Inbox, NOW)
            .await
            .unwrap();
        assert_eq!(entered(&keeper).await, 6);
        let trashed = texts(&keeper, "SELECT tag || id FROM todo_tags WHERE state = 2");
        assert_eq!(trashed.await.len(), 4);

        // Rows of another database, in the place of what is there or beside it.
        let kept = |todo: Todo, is_gone| Row::Todo(Box::new(KeptTodo { todo, is_gone }));
        let rows = vec![
            kept(tagged(1, &["b", "c", "d"]), false),
            kept(tagged(2, &[]), true),
            kept(tagged(4, &["a"]), false),
        ];
        keeper.put_rows(rows.clone()).await.unwrap();
        keeper.put_rows(rows).await.unwrap();
        assert_eq!(entered(&keeper).await, 6);
        keeper
            .remove_rows(vec![kept(tagged(4, &[]), false)])
            .await
            .unwrap();
        assert_eq!(entered(&keeper).await, 5);

        let of_another = Todo {
            owner: id(2),
            ..tagged(5, &["a"])
        };
        keeper.create_todo(&of_another).await.unwrap();
        keeper.remove_todos_of(id(1)).await.unwrap();
        assert_eq!(entered(&keeper).await, 1);
        keeper.close().await;
    }

    #[tokio::test]
    async fn tags_that_somebody_damaged_keep_nothing_from_being_replaced_or_removed() {
        let (_folder, keeper) = keeper().await;
        for number in 1..5 {
            keeper.create_todo(&tagged(number, &["a", "b"])).await.unwrap();
        }
        db_execute(&keeper, "UPDATE todos SET tags = '[\"a\"'").await;
        let mut next = tagged(1, &["a", "c"]);
        next.version = 2;
        assert!(keeper.replace_todo(&next, 1).await.unwrap());
        assert_eq!(keeper.todo(id(1), id(1)).await.unwrap().unwrap().tags, next.tags);
        let kept = |todo: Todo, is_gone| Row::Todo(Box::new(KeptTodo { todo, is_gone }));
        keeper
            .put_rows(vec![kept(tagged(2, &["b"]), false)])
            .await
            .unwrap();
        let mut next = tagged(3, &[]);
        (next.version, next.deleted_at) = (2, Some(NOW));
        assert!(keeper.replace_todo(&next, 1).await.unwrap());
        db_execute(
            &keeper,
            "UPDATE todos SET tags = 'nothing' WHERE deleted_at IS NOT NULL",
        )
        .await;
        assert!(keeper.purge_todo(id(1), id(3), NOW).await.unwrap());
        keeper.remove_todos_of(id(1)).await.unwrap();
        assert_eq!(entered(&keeper).await, 0);
        keeper.close().await;
    }
}
