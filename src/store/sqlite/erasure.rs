//! How to-dos go: out of the trash, for good, and with their owner.

use rusqlite::{Connection, params};

use super::failure::Outcome;
use super::rows::{all, first, row_count};
use super::todos::next_stamp;
use super::{REMOVED_AT_ONCE, families, tags};
use crate::model::{Id, State, Timestamp};

/// Some of those that were put into the trash before a moment: of this owner, or of anybody.
fn trashed(connection: &Connection, owner: Option<Id>, before: Timestamp) -> Outcome<Vec<(Id, Id)>> {
    let limit = row_count(REMOVED_AT_ONCE);
    let of_whom = match owner {
        Some(_) => "owner = ?1 AND",
        // So that it is bound in both.
        None => "?1 IS NULL AND",
    };
    let sql = format!(
        "SELECT owner, id FROM todos WHERE {of_whom} state = {} AND deleted_at < ?2 LIMIT ?3",
        State::Trashed.number()
    );
    all(connection, &sql, params![owner, before, limit], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}

/// Purges some of those, and says how many.
pub(super) fn purge_some(
    connection: &Connection,
    owner: Option<Id>,
    before: Timestamp,
    at: Timestamp,
) -> Outcome<usize> {
    let trashed = trashed(connection, owner, before)?;
    for (owner, id) in &trashed {
        purge(connection, *owner, *id, at)?;
    }
    Ok(trashed.len())
}

/// Leaves nothing of a to-do in the trash, nor of its steps, but their ids; says whether there was one.
pub(super) fn purge(connection: &Connection, owner: Id, id: Id, at: Timestamp) -> Outcome<bool> {
    let sql = "SELECT has_children FROM todos WHERE owner = ? AND id = ? AND state = ?";
    let parameters = params![owner, id, State::Trashed.number()];
    let Some(is_parent) = first(connection, sql, parameters, |row| Ok(row.get::<_, bool>(0)?))? else {
        return Ok(false);
    };
    if is_parent {
        for step in families::step_ids(connection, owner, id)? {
            erase(connection, owner, step, at)?;
        }
    }
    erase(connection, owner, id, at)?;
    Ok(true)
}

/// Leaves nothing of a to-do but its id.
pub(super) fn erase(connection: &Connection, owner: Id, id: Id, at: Timestamp) -> Outcome<()> {
    tags::leave(connection, owner, id)?;
    let sql = "UPDATE todos SET state = ?, deleted_at = ?, done = 0, completed_at = NULL, due = NULL,
         time_zone = NULL, priority = NULL, parent_id = NULL, has_children = 0, position = '',
         created_at = 0, updated_at = 0, key_position = '', key_created = '', key_updated = '',
         key_due = NULL, key_priority = NULL, recurrence = NULL, recurrence_from = NULL,
         recurrence_start = NULL, recurrence_completed_at = NULL, reminder = NULL, remind_at = NULL,
         reminded_at = NULL, tags = '[]', title = '', notes = '', key_title = '', search = '', version = version + 1,
         stamp = (SELECT last + 1 FROM sequence) WHERE owner = ? AND id = ?";
    let parameters = params![State::Gone.number(), at, owner, id];
    connection.prepare_cached(sql)?.execute(parameters)?;
    next_stamp(connection, owner)
}

/// Leaves nothing of a to-do, as if it had never been.
pub(super) fn remove(connection: &Connection, owner: Id, id: Id) -> Outcome<()> {
    tags::leave(connection, owner, id)?;
    let sql = "DELETE FROM todos WHERE owner = ? AND id = ?";
    connection.prepare_cached(sql)?.execute([owner, id])?;
    Ok(())
}

/// Removes some of an owner's to-dos, and says how many.
pub(super) fn remove_some(connection: &Connection, owner: Id) -> Outcome<usize> {
    let sql = "SELECT id FROM todos WHERE owner = ? LIMIT ?";
    let limit = row_count(REMOVED_AT_ONCE);
    let found: Vec<Id> = all(connection, sql, params![owner, limit], |row| Ok(row.get(0)?))?;
    for id in &found {
        remove(connection, owner, *id)?;
    }
    if found.len() < REMOVED_AT_ONCE {
        tags::leave_all(connection, owner)?;
    }
    Ok(found.len())
}
