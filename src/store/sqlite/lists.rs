//! Lists, and what concerns all to-dos of one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::failure::Outcome;
use super::rows::{Columns, LEFT, Members, Unsigned, all, first, row_count};
use super::todos::next_stamp;
use super::{REMOVED_AT_ONCE, Sqlite, tags, touched};
use crate::model::{Fate, Id, List, State, Timestamp};
use crate::store::{Lists, Result};

/// In the order in which [`read`] takes them.
pub(super) const COLUMNS: &str =
    "(SELECT json_group_array(role || ' ' || user_id ORDER BY place) FROM list_members AS members
         WHERE members.owner = lists.owner AND members.list_id = lists.id) AS members,
     lists.id, lists.owner, name, color, archived, position, created_at, updated_at, deleted_at, fate, version, stamp";

pub(super) fn read(row: &Row<'_>) -> Outcome<List> {
    let mut columns = Columns::of("lists", row);
    let Members { members, left } = columns.take()?;
    Ok(List {
        members,
        left,
        id: columns.take()?,
        owner: columns.take()?,
        name: columns.take()?,
        color: columns.take()?,
        archived: columns.take()?,
        position: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        deleted_at: columns.take()?,
        fate: columns.take()?,
        version: columns.take()?,
        stamp: columns.take::<Unsigned>()?.0,
    })
}

pub(super) fn create(connection: &Connection, list: &List) -> Outcome<()> {
    let sql =
        "INSERT INTO lists (owner, id, name, color, archived, position, created_at, updated_at, deleted_at,
         fate, version, stamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT last + 1 FROM sequence))
         ON CONFLICT (owner, id) DO NOTHING";
    let created = connection.prepare_cached(sql)?.execute(params![
        list.owner,
        list.id,
        list.name,
        list.color,
        list.archived,
        list.position,
        list.created_at,
        list.updated_at,
        list.deleted_at,
        list.fate,
        list.version,
    ])?;
    // A retry of a create that succeeded finds its own row.
    if created == 1 {
        add_members(connection, list)?;
        next_stamp(connection, list.owner)
    } else {
        Ok(())
    }
}

/// Writes whom the list is shared with, and whom it was. What is written of it concerns them, too.
fn add_members(connection: &Connection, list: &List) -> Outcome<()> {
    let sql = "INSERT INTO list_members (owner, list_id, user_id, role, place) VALUES (?, ?, ?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    let members = list
        .members
        .iter()
        .map(|member| (member.user_id, member.role.name()));
    let left = list.left.iter().map(|user| (*user, LEFT));
    for (place, (user, role)) in (0_i64..).zip(members.chain(left)) {
        statement.execute(params![list.owner, list.id, user, role, place])?;
        touched::note(user);
    }
    Ok(())
}

fn replace(connection: &Connection, list: &List, expected: i64) -> Outcome<bool> {
    let sql =
        "UPDATE lists SET name = ?, color = ?, archived = ?, position = ?, created_at = ?, updated_at = ?,
         deleted_at = ?, fate = ?, version = ?, stamp = (SELECT last + 1 FROM sequence)
         WHERE owner = ? AND id = ? AND version = ? AND deleted_at IS NULL";
    let replaced = connection.prepare_cached(sql)?.execute(params![
        list.name,
        list.color,
        list.archived,
        list.position,
        list.created_at,
        list.updated_at,
        list.deleted_at,
        list.fate,
        list.version,
        list.owner,
        list.id,
        expected,
    ])?;
    if replaced == 1 {
        let sql = "DELETE FROM list_members WHERE owner = ? AND list_id = ?";
        connection.prepare_cached(sql)?.execute([list.owner, list.id])?;
        add_members(connection, list)?;
        next_stamp(connection, list.owner)?;
    }
    Ok(replaced == 1)
}

/// Asks for lists of others that are shared with a user (?1), or were, of which `rest` holds.
pub(super) fn of_others(rest: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM list_members AS own JOIN lists ON lists.owner = own.owner AND lists.id = own.list_id
         WHERE own.user_id = ?1 {rest}"
    )
}

pub(super) fn shared_with(connection: &Connection, user: Id) -> Outcome<Vec<List>> {
    let there =
        format!("AND own.role <> '{LEFT}' AND deleted_at IS NULL ORDER BY lists.owner, position, lists.id");
    all(connection, &of_others(&there), [user], read)
}

/// Counts what is open: from one list to the next in the index, so that what is done is not read for it.
fn counting() -> String {
    format!(
        "WITH RECURSIVE of_owner (id) AS (
             SELECT min(list_id) FROM todos INDEXED BY todos_in_list WHERE owner = ?1 AND list_id IS NOT NULL
             UNION ALL
             SELECT (SELECT min(list_id) FROM todos INDEXED BY todos_in_list
                 WHERE owner = ?1 AND list_id > of_owner.id)
             FROM of_owner WHERE of_owner.id IS NOT NULL
         )
         SELECT id, (SELECT count(*) FROM todos INDEXED BY todos_in_list
             WHERE owner = ?1 AND list_id IS of_owner.id AND state = {open}) AS open FROM of_owner",
        open = State::Open.number()
    )
}

fn open_counts(connection: &Connection, owner: Id) -> Outcome<BTreeMap<Option<Id>, u64>> {
    // The walk ends with a row whose list is none: the inbox.
    let counts = all(connection, &counting(), [owner], |row| {
        Ok((row.get(0)?, row.get::<_, Unsigned>(1)?.0))
    })?;
    Ok(counts.into_iter().filter(|(_, open)| *open > 0).collect())
}

/// Moves some of the to-dos of a list, and says how many.
fn move_some(connection: &Connection, owner: Id, list: Id, fate: Fate, at: Timestamp) -> Outcome<usize> {
    let sql = format!(
        "SELECT id FROM todos INDEXED BY todos_in_list WHERE owner = ? AND list_id = ? AND state < {} LIMIT ?",
        State::Gone.number()
    );
    let limit = row_count(REMOVED_AT_ONCE);
    let found: Vec<Id> = all(connection, &sql, params![owner, list, limit], |row| {
        Ok(row.get(0)?)
    })?;
    let into_trash = match fate {
        Fate::Inbox => String::new(),
        Fate::Trash => format!(
            "state = {}, deleted_at = coalesce(deleted_at, ?1), remind_at = NULL, ",
            State::Trashed.number()
        ),
    };
    let sql = format!(
        "UPDATE todos SET {into_trash} list_id = NULL, updated_at = max(updated_at, ?1),
         key_updated = max(key_updated, ?2), version = version + 1,
         stamp = (SELECT last + 1 FROM sequence) WHERE owner = ?3 AND id = ?4"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for id in &found {
        if fate == Fate::Trash {
            tags::turn(connection, owner, *id, State::Trashed)?;
        }
        statement.execute(params![at, at.to_string(), owner, id])?;
        next_stamp(connection, owner)?;
    }
    Ok(found.len())
}

#[async_trait]
impl Lists for Sqlite {
    async fn create_list(&self, list: &List) -> Result<()> {
        let list = list.clone();
        self.write(move |connection| create(connection, &list)).await
    }

    async fn list(&self, owner: Id, id: Id) -> Result<Option<List>> {
        self.read(move |connection| {
            let sql =
                format!("SELECT {COLUMNS} FROM lists WHERE owner = ? AND id = ? AND deleted_at IS NULL");
            first(connection, &sql, [owner, id], read)
        })
        .await
    }

    async fn replace_list(&self, list: &List, expected: i64) -> Result<bool> {
        let list = list.clone();
        self.write(move |connection| replace(connection, &list, expected))
            .await
    }

    async fn lists_of(&self, owner: Id) -> Result<Vec<List>> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM lists WHERE owner = ? AND deleted_at IS NULL ORDER BY position, id"
            );
            all(connection, &sql, [owner], read)
        })
        .await
    }

    async fn lists_shared_with(&self, user: Id) -> Result<Vec<List>> {
        self.read(move |connection| shared_with(connection, user)).await
    }

    async fn forget_left(&self, user: Id) -> Result<()> {
        self.write(move |connection| {
            let sql = "DELETE FROM list_members WHERE user_id = ? AND role = ?";
            connection.prepare_cached(sql)?.execute(params![user, LEFT])?;
            Ok(())
        })
        .await
    }

    async fn open_counts(&self, owner: Id) -> Result<BTreeMap<Option<Id>, u64>> {
        self.read(move |connection| open_counts(connection, owner)).await
    }

    async fn move_todos_of_list(&self, owner: Id, list: Id, fate: Fate, at: Timestamp) -> Result<()> {
        loop {
            let moved = self
                .write(move |connection| move_some(connection, owner, list, fate, at))
                .await?;
            if moved < REMOVED_AT_ONCE {
                return Ok(());
            }
        }
    }

    async fn leaving_lists(&self, limit: usize) -> Result<Vec<List>> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM lists WHERE fate IS NOT NULL ORDER BY deleted_at, owner, id LIMIT ?"
            );
            all(connection, &sql, [row_count(limit)], read)
        })
        .await
    }

    async fn settle_list(&self, owner: Id, id: Id) -> Result<()> {
        self.write(move |connection| {
            let sql = "UPDATE lists SET fate = NULL WHERE owner = ? AND id = ? AND deleted_at IS NOT NULL";
            connection.prepare_cached(sql)?.execute([owner, id])?;
            Ok(())
        })
        .await
    }

    async fn remove_gone_lists(&self, before: Timestamp) -> Result<()> {
        self.remove(
            "DELETE FROM lists WHERE rowid IN
             (SELECT rowid FROM lists WHERE deleted_at < ?1 AND fate IS NULL LIMIT ?2)",
            before,
        )
        .await
    }

    async fn remove_lists_of(&self, owner: Id) -> Result<()> {
        self.remove(
            "DELETE FROM lists WHERE rowid IN (SELECT rowid FROM lists WHERE owner = ?1 LIMIT ?2)",
            owner,
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Todo;
    use crate::store::sqlite::tests::{NOW, id, keeper, todo};
    use crate::store::{Todos, Upkeep};

    /// How SQLite goes about a statement.
    async fn plan(keeper: &Sqlite, sql: String) -> Vec<String> {
        keeper
            .read(move |connection| {
                let sql = format!("EXPLAIN QUERY PLAN {sql}");
                all(connection, &sql, [id(1)], |row| Ok(row.get(3)?))
            })
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn counting_what_is_open_reads_nothing_of_what_is_done() {
        let (_folder, keeper) = keeper().await;
        for number in 0..40 {
            let mut made = Todo {
                list_id: (number % 4 > 0).then(|| id(number % 4)),
                ..todo(id(1), number)
            };
            made.set_done(number > 7, NOW);
            keeper.create_todo(&made).await.unwrap();
        }
        let counts = keeper.open_counts(id(1)).await.unwrap();
        let expected = [None, Some(id(1)), Some(id(2)), Some(id(3))].map(|list| (list, 2));
        assert_eq!(counts, expected.into());

        let plan = plan(&keeper, counting()).await;
        let reads: Vec<_> = plan.iter().filter(|step| step.contains("todos")).collect();
        let is_search = |step: &&&String| {
            step.starts_with("SEARCH todos USING COVERING INDEX todos_in_list (owner=? AND list_id")
        };
        assert_eq!(reads.len(), 3, "{plan:?}");
        assert_eq!(reads.iter().filter(is_search).count(), 3, "{plan:?}");
        assert!(
            plan.iter().any(|step| step.contains("list_id=? AND state=?")),
            "{plan:?}"
        );
        keeper.close().await;
    }

    #[tokio::test]
    async fn lists_and_their_jobs_go_by_indexes() {
        let (_folder, keeper) = keeper().await;
        for (sql, index) in [
            (
                "SELECT * FROM lists WHERE owner = ? AND deleted_at IS NULL ORDER BY position, id",
                "lists_by_position (owner=?)",
            ),
            (
                "SELECT * FROM lists WHERE fate IS NOT NULL AND owner > ? ORDER BY deleted_at",
                "lists_leaving",
            ),
            (
                "SELECT rowid FROM lists WHERE deleted_at < ?1 AND fate IS NULL",
                "lists_deleted (deleted_at<?)",
            ),
            (
                "SELECT * FROM list_members WHERE user_id = ? ORDER BY owner, list_id",
                "list_members_user (user_id=?)",
            ),
        ] {
            let plan = plan(&keeper, sql.to_owned()).await;
            assert!(plan.iter().any(|step| step.contains(index)), "{sql} {plan:?}");
            assert!(
                !plan.iter().any(|step| step.contains("TEMP B-TREE")),
                "{sql} {plan:?}"
            );
        }
        keeper.close().await;
    }
}
