//! The feed of changes. One thread writes, so stamps are in the order of the commits: all that can be read is
//! settled.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};
use tokio::sync::broadcast::Receiver;

use super::failure::Outcome;
use super::rows::{Ids, Unsigned, all, first, row_count};
use super::{Sqlite, lists, todos};
use crate::model::{Change, ChangeKind, ChangePage, ChangePlace, Gone, Id, List, State};
use crate::store::{Feed, Result, Touched};

#[async_trait]
impl Feed for Sqlite {
    async fn changes(&self, user: Id, after: ChangePlace, limit: usize) -> Result<ChangePage> {
        self.read(move |connection| page(connection, user, after, limit))
            .await
    }

    fn watch(&self) -> Receiver<Touched> {
        self.touches.listen()
    }
}

fn page(connection: &Connection, user: Id, after: ChangePlace, limit: usize) -> Outcome<ChangePage> {
    // All statements are of one moment.
    let _moment = connection.unchecked_transaction()?;
    let last = first(connection, "SELECT last FROM sequence", [], |row| {
        Ok(row.get::<_, Unsigned>(0)?.0)
    })?;
    let settled = last.unwrap_or_default();
    let wanted = row_count(limit.saturating_add(1));
    let parameters = params![user, column_of(after.stamp), after.id, wanted];
    let mut items = all(connection, &statement_of_todos(""), parameters, |row| {
        change(user, row)
    })?;
    for statement in [statement_of_lists(), statement_of_lists_of_others()] {
        items.extend(all(connection, &statement, parameters, |row| {
            Ok(Change::of_list(lists::read(row)?, user))
        })?);
    }
    let shared = lists::shared_with(connection, user)?;
    let mut sharers = Vec::new();
    for (owner, of_one) in List::by_owner(&shared) {
        let seen: Vec<Id> = of_one.iter().map(|list| list.id).collect();
        let (stamp, ids) = (column_of(after.stamp), Ids::to_json(&seen));
        let parameters = params![owner, stamp, after.id, wanted, ids];
        items.extend(all(
            connection,
            &statement_of_todos(IN_LISTS),
            parameters,
            |row| Ok(change(owner, row)?.within(&seen)),
        )?);
        sharers.push(owner);
    }
    let rewound = after.stamp > settled;
    Ok(ChangePage::of(items, limit, settled, rewound, sharers))
}

/// What stands behind a place, in the order of the index by owner and stamp.
fn range(filter: &str) -> String {
    format!("WHERE owner = ?1 AND (stamp, id) > (?2, ?3) {filter} ORDER BY stamp, id LIMIT ?4")
}

/// Those that are in some lists, or were.
const IN_LISTS: &str = "AND (list_id IN (SELECT value FROM json_each(?5))
     OR EXISTS (SELECT 1 FROM json_each(left_lists) AS left_list
         WHERE left_list.value IN (SELECT value FROM json_each(?5))))";

fn statement_of_todos(filter: &str) -> String {
    let (columns, range) = (todos::COLUMNS, range(filter));
    format!("SELECT {columns}, state FROM todos INDEXED BY todos_changed {range}")
}

fn statement_of_lists() -> String {
    format!("SELECT {} FROM lists {}", lists::COLUMNS, range(""))
}

/// Lists of others, that are shared with somebody or were.
fn statement_of_lists_of_others() -> String {
    lists::of_others("AND (stamp, lists.id) > (?2, ?3) ORDER BY stamp, lists.id LIMIT ?4")
}

fn change(owner: Id, row: &Row<'_>) -> Outcome<Change> {
    let todo = todos::read(owner, row)?;
    let is_gone = row.get::<_, i32>("state")? == State::Gone.number();
    Ok(if is_gone {
        Change::Gone(Gone {
            kind: ChangeKind::Todo,
            id: todo.id,
            list_id: todo.list_id,
            version: todo.version,
            stamp: todo.stamp,
        })
    } else {
        Change::Todo(Box::new(todo))
    })
}

/// A stamp as a column has it.
fn column_of(stamp: u64) -> i64 {
    i64::try_from(stamp).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::tests::{id, keeper};

    #[tokio::test]
    async fn changes_are_a_range_of_their_index_and_are_not_sorted_as_a_whole() {
        let (_folder, keeper) = keeper().await;
        for (statement, index) in [
            (statement_of_todos(""), "todos_changed"),
            (
                statement_of_todos(IN_LISTS).replace("?5", "'[]'"),
                "todos_changed",
            ),
            (statement_of_lists(), "lists_changed"),
        ] {
            let explain = move |connection: &Connection| {
                let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}"))?;
                let lines = explained.query_map(params![id(1), 5, id(2), 3], |row| row.get("detail"))?;
                Ok(lines.collect::<std::result::Result<Vec<String>, _>>()?)
            };
            let plan = keeper.read(explain).await.unwrap();
            let range = format!("USING INDEX {index} (owner=? AND stamp>?)");
            assert!(plan[0].contains(&range), "{plan:?}");
            // Stamps are in order; within one of them, ids are put in order, and no two have the same stamp.
            let sorts = |line: &String| line.contains("TEMP B-TREE FOR ORDER BY");
            assert!(!plan.iter().any(sorts), "{plan:?}");
        }
    }
}
