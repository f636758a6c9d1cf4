//! Accounts and their identities.

use async_trait::async_trait;
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ErrorCode, Row, params, params_from_iter};

use super::Sqlite;
use super::failure::{self, Outcome};
use super::rows::{Columns, Texts, all, first, row_count};
use crate::model::{CalendarAddress, Id, Role, Timestamp, User, UserFilter};
use crate::store::{Result, StoreError, Users};

/// In the order in which [`read`] takes them. One statement, so that a user and the identities are
/// of one moment.
pub(super) const SELECT: &str =
    "SELECT id, name, email, email_verified, role, disabled, password, time_zone, language,
     week_start, digest, digest_at, created_at, updated_at, epoch, epoch_at, epoch_keep, deleted_at, calendar,
     calendar_at, factors, version,
     (SELECT json_group_array(identity ORDER BY place) FROM identities WHERE user_id = users.id) AS identities
     FROM users";

/// From the two columns, which are set together.
fn calendar(hash: Option<String>, made_at: Option<Timestamp>) -> Option<CalendarAddress> {
    Some(CalendarAddress {
        hash: hash?,
        made_at: made_at?,
    })
}

pub(super) fn read(row: &Row<'_>) -> Outcome<User> {
    let mut columns = Columns::of("users", row);
    Ok(User {
        id: columns.take()?,
        name: columns.take()?,
        email: columns.take()?,
        email_verified: columns.take()?,
        role: columns.take()?,
        disabled: columns.take()?,
        password: columns.take()?,
        time_zone: columns.take()?,
        language: columns.take()?,
        week_start: columns.take()?,
        digest: columns.take()?,
        digest_at: columns.take()?,
        created_at: columns.take()?,
        updated_at: columns.take()?,
        epoch: columns.take()?,
        epoch_at: columns.take()?,
        epoch_keep: columns.take()?,
        deleted_at: columns.take()?,
        calendar: calendar(columns.take()?, columns.take()?),
        factors: columns.take()?,
        version: columns.take()?,
        identities: columns.take::<Texts>()?.0,
    })
}

pub(super) fn create(connection: &Connection, user: &User) -> Outcome<()> {
    let sql =
        "INSERT INTO users (id, name, email, email_verified, role, disabled, password, time_zone, language,
         week_start, digest, digest_at, created_at, updated_at, epoch, epoch_at, epoch_keep, deleted_at, calendar,
         calendar_at, factors, version, search)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING";
    let created = connection.prepare_cached(sql)?.execute(params![
        user.id,
        user.name,
        user.email,
        user.email_verified,
        user.role,
        user.disabled,
        user.password,
        user.time_zone,
        user.language,
        user.week_start,
        user.digest,
        user.digest_at,
        user.created_at,
        user.updated_at,
        user.epoch,
        user.epoch_at,
        user.epoch_keep,
        user.deleted_at,
        user.calendar.as_ref().map(|calendar| &calendar.hash),
        user.calendar.as_ref().map(|calendar| calendar.made_at),
        user.factors,
        user.version,
        user.search_text(),
    ])?;
    // A retry of a create that succeeded finds its own row.
    if created == 1 {
        add_identities(connection, user)
    } else {
        Ok(())
    }
}

fn replace(connection: &Connection, user: &User, expected: i64) -> Outcome<bool> {
    let sql =
        "UPDATE users SET name = ?, email = ?, email_verified = ?, role = ?, disabled = ?, password = ?,
         time_zone = ?, language = ?, week_start = ?, digest = ?, digest_at = ?, created_at = ?, updated_at = ?, epoch = ?, epoch_at = ?,
         epoch_keep = ?, deleted_at = ?, calendar = ?, calendar_at = ?, factors = ?,
         version = ?, search = ? WHERE id = ? AND version = ?";
    let replaced = connection.prepare_cached(sql)?.execute(params![
        user.name,
        user.email,
        user.email_verified,
        user.role,
        user.disabled,
        user.password,
        user.time_zone,
        user.language,
        user.week_start,
        user.digest,
        user.digest_at,
        user.created_at,
        user.updated_at,
        user.epoch,
        user.epoch_at,
        user.epoch_keep,
        user.deleted_at,
        user.calendar.as_ref().map(|calendar| &calendar.hash),
        user.calendar.as_ref().map(|calendar| calendar.made_at),
        user.factors,
        user.version,
        user.search_text(),
        user.id,
        expected,
    ])?;
    if replaced == 0 {
        return Ok(false);
    }
    connection
        .prepare_cached("DELETE FROM identities WHERE user_id = ?")?
        .execute([user.id])?;
    add_identities(connection, user)?;
    Ok(true)
}

/// Fails if one is another account's: then the savepoint undoes the rest.
fn add_identities(connection: &Connection, user: &User) -> Outcome<()> {
    let sql = "INSERT INTO identities (identity, user_id, place) VALUES (?, ?, ?)";
    let mut statement = connection.prepare_cached(sql)?;
    for (place, identity) in (0_i64..).zip(&user.identities) {
        match statement.execute(params![identity, user.id, place]) {
            Ok(_) => {}
            Err(error) if failure::code(&error) == Some(ErrorCode::ConstraintViolation) => {
                return Err(StoreError::Duplicate.into());
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A page of those that pass the filter. Where role or state are named, a range of the index for each pair of them
/// that is meant, which SQLite merges while it reads.
fn find(connection: &Connection, filter: &UserFilter, after: Option<Id>, limit: usize) -> Outcome<Vec<User>> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let mut bound: Vec<ToSqlOutput<'_>> = vec![after.into(), row_count(limit).into()];
    let mut conditions = "id > ?1 AND deleted_at IS NULL".to_owned();
    for term in &filter.terms {
        bound.push(term.as_str().into());
        conditions.push_str(&format!(" AND instr(search, ?{}) > 0", bound.len()));
    }
    let parts: Vec<String> = if filter.role.is_none() && filter.disabled.is_none() {
        vec![format!("{SELECT} WHERE {conditions}")]
    } else {
        let roles = filter
            .role
            .map_or_else(|| vec![Role::User, Role::Admin], |role| vec![role]);
        let states = filter
            .disabled
            .map_or_else(|| vec![false, true], |disabled| vec![disabled]);
        let pairs = roles
            .iter()
            .flat_map(|role| states.iter().map(move |disabled| (role, disabled)));
        // Words and numbers of our own: nothing of these comes from a client.
        let part = |(role, disabled): (&Role, &bool)| {
            let (role, disabled) = (role.name(), i32::from(*disabled));
            format!(
                "{SELECT} INDEXED BY users_by_role WHERE role = '{role}' AND disabled = {disabled} AND {conditions}"
            )
        };
        pairs.map(part).collect()
    };
    let sql = format!("{} ORDER BY id LIMIT ?2", parts.join(" UNION ALL "));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_and_then(params_from_iter(bound), read)?.collect()
}

#[async_trait]
impl Users for Sqlite {
    async fn create_user(&self, user: &User) -> Result<()> {
        let user = user.clone();
        self.write(move |connection| create(connection, &user)).await
    }

    async fn user(&self, id: Id) -> Result<Option<User>> {
        self.read(move |connection| {
            let sql = format!("{SELECT} WHERE id = ? AND deleted_at IS NULL");
            first(connection, &sql, [id], read)
        })
        .await
    }

    async fn user_by_identity(&self, identity: &str) -> Result<Option<User>> {
        let identity = identity.to_owned();
        self.read(move |connection| {
            let sql = format!(
                "{SELECT} WHERE id = (SELECT user_id FROM identities WHERE identity = ?)
                 AND deleted_at IS NULL"
            );
            first(connection, &sql, [&identity], read)
        })
        .await
    }

    async fn replace_user(&self, user: &User, expected: i64) -> Result<bool> {
        let user = user.clone();
        self.write(move |connection| replace(connection, &user, expected))
            .await
    }

    async fn users_page(&self, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        self.read(move |connection| {
            let sql = format!("{SELECT} WHERE id > ? AND deleted_at IS NULL ORDER BY id LIMIT ?");
            let after = after.map_or_else(String::new, |id| id.to_string());
            all(connection, &sql, params![after, row_count(limit)], read)
        })
        .await
    }

    async fn find_users(&self, filter: &UserFilter, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        let filter = filter.clone();
        self.read(move |connection| find(connection, &filter, after, limit))
            .await
    }

    async fn deleted_users(&self, before: Timestamp, limit: usize) -> Result<Vec<Id>> {
        self.read(move |connection| {
            let sql = "SELECT id FROM users WHERE deleted_at < ? ORDER BY deleted_at LIMIT ?";
            let read = |row: &Row<'_>| Columns::of("users", row).take();
            all(connection, sql, params![before, row_count(limit)], read)
        })
        .await
    }

    async fn remove_user(&self, id: Id) -> Result<()> {
        self.write(move |connection| {
            // The identities go with it, as the schema says.
            let sql = "DELETE FROM users WHERE id = ? AND deleted_at IS NOT NULL";
            connection.prepare_cached(sql)?.execute([id])?;
            Ok(())
        })
        .await
    }
}
