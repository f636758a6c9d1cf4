//! Sessions, and the feed of what was revoked.

use async_trait::async_trait;
use rusqlite::{Connection, Row, params};

use super::Sqlite;
use super::failure::Outcome;
use super::rows::{Columns, all, first};
use crate::model::{
    ApiToken, EndedThere, Id, ProviderSession, Revocation, Revoked, Session, Timestamp, Turn,
};
use crate::store::{Result, Sessions};

/// In the order in which [`read`] takes them, and [`create`] writes them.
pub(super) const COLUMNS: &str =
    "id, user_id, epoch, generation, turned_at, created_at, expires_at, ended_at, device, address,
     in_cookie, client, scopes, token_name, token_hash, authenticated_at, provider, provider_issuer,
     provider_subject, provider_sid";

pub(super) fn read(row: &Row<'_>) -> Outcome<Session> {
    let mut columns = Columns::of("sessions", row);
    Ok(Session {
        id: columns.take()?,
        user_id: columns.take()?,
        epoch: columns.take()?,
        generation: columns.take()?,
        turned_at: columns.take()?,
        created_at: columns.take()?,
        expires_at: columns.take()?,
        ended_at: columns.take()?,
        device: columns.take()?,
        address: columns.take()?,
        in_cookie: columns.take()?,
        client: columns.take()?,
        scopes: columns.take()?,
        token: token(columns.take()?, columns.take()?),
        authenticated_at: columns.take()?,
        provider: read_provider(&mut columns)?,
    })
}

/// From the two columns, which are set together.
fn token(name: Option<String>, hash: Option<String>) -> Option<ApiToken> {
    Some(ApiToken {
        name: name?,
        hash: hash?,
    })
}

fn read_provider(columns: &mut Columns<'_, '_>) -> Outcome<Option<ProviderSession>> {
    let (name, issuer, subject, sid) = (columns.take()?, columns.take()?, columns.take()?, columns.take()?);
    let all: (Option<String>, Option<String>, Option<String>) = (name, issuer, subject);
    Ok(match all {
        (Some(name), Some(issuer), Some(subject)) => Some(ProviderSession {
            name,
            issuer,
            subject,
            sid,
        }),
        _ => None,
    })
}

pub(super) fn create(connection: &Connection, session: &Session) -> Outcome<()> {
    let sql = format!(
        "INSERT INTO sessions ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING"
    );
    let provider = session.provider.as_ref();
    connection.prepare_cached(&sql)?.execute(params![
        session.id,
        session.user_id,
        session.epoch,
        session.generation,
        session.turned_at,
        session.created_at,
        session.expires_at,
        session.ended_at,
        session.device,
        session.address,
        session.in_cookie,
        session.client,
        session.scopes,
        session.token.as_ref().map(|token| &token.name),
        session.token.as_ref().map(|token| &token.hash),
        session.authenticated_at,
        provider.map(|provider| &provider.name),
        provider.map(|provider| &provider.issuer),
        provider.map(|provider| &provider.subject),
        provider.and_then(|provider| provider.sid.as_ref()),
    ])?;
    Ok(())
}

fn read_ended_session(row: &Row<'_>) -> Outcome<Revocation> {
    let mut columns = Columns::of("sessions", row);
    Ok(Revocation {
        what: Revoked::Session(columns.take()?),
        at: columns.take()?,
    })
}

fn read_revoked_user(row: &Row<'_>) -> Outcome<Revocation> {
    let mut columns = Columns::of("users", row);
    Ok(Revocation {
        what: Revoked::User {
            id: columns.take()?,
            epoch: columns.take()?,
            keep: columns.take()?,
        },
        at: columns.take()?,
    })
}

#[async_trait]
impl Sessions for Sqlite {
    async fn create_session(&self, session: &Session) -> Result<()> {
        let session = session.clone();
        self.write(move |connection| create(connection, &session)).await
    }

    async fn session(&self, id: Id) -> Result<Option<Session>> {
        self.read(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM sessions WHERE id = ?");
            first(connection, &sql, [id], read)
        })
        .await
    }

    async fn turn_session(&self, id: Id, generation: i64, turn: &Turn) -> Result<bool> {
        let turn = turn.clone();
        self.write(move |connection| {
            let sql =
                "UPDATE sessions SET generation = generation + 1, turned_at = ?, device = ?, address = ?
                 WHERE id = ? AND generation = ? AND ended_at IS NULL";
            let parameters = params![turn.at, turn.device, turn.address, id, generation];
            Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
        })
        .await
    }

    async fn sessions_of(&self, user: Id, now: Timestamp) -> Result<Vec<Session>> {
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM sessions WHERE user_id = ? AND ended_at IS NULL AND expires_at > ?
                 ORDER BY created_at DESC, id DESC"
            );
            all(connection, &sql, params![user, now], read)
        })
        .await
    }

    async fn end_session(&self, user: Id, id: Id, at: Timestamp) -> Result<bool> {
        self.write(move |connection| {
            let sql = "UPDATE sessions SET ended_at = ? WHERE id = ? AND user_id = ? AND ended_at IS NULL";
            Ok(connection.prepare_cached(sql)?.execute(params![at, id, user])? == 1)
        })
        .await
    }

    async fn end_sessions(&self, user: Id, keep: Option<Id>, at: Timestamp) -> Result<()> {
        self.write(move |connection| {
            let sql =
                "UPDATE sessions SET ended_at = ? WHERE user_id = ? AND ended_at IS NULL AND id IS NOT ?";
            connection.prepare_cached(sql)?.execute(params![at, user, keep])?;
            Ok(())
        })
        .await
    }

    async fn end_sessions_of_provider(&self, ended: &EndedThere, at: Timestamp) -> Result<Vec<Id>> {
        let ended = ended.clone();
        self.write(move |connection| {
            // Each by the index that fits; both name what the partial indexes ask for.
            let which = match (&ended.subject, &ended.sid) {
                (None, None) => return Ok(Vec::new()),
                (Some(_), None) => "provider_subject = ?3 AND ?4 IS NULL",
                (None, Some(_)) => "?3 IS NULL AND provider_sid = ?4",
                (Some(_), Some(_)) => "provider_subject = ?3 AND provider_sid = ?4",
            };
            let sql = format!(
                "UPDATE sessions SET ended_at = ?1
                 WHERE provider_issuer = ?2 AND ended_at IS NULL AND {which} RETURNING id"
            );
            let parameters = params![at, ended.issuer, ended.subject, ended.sid];
            all(connection, &sql, parameters, |row| {
                Columns::of("sessions", row).take()
            })
        })
        .await
    }

    async fn revocations_since(&self, since: Timestamp) -> Result<Vec<Revocation>> {
        self.read(move |connection| {
            let sessions = "SELECT id, ended_at FROM sessions WHERE ended_at >= ?";
            let mut revocations = all(connection, sessions, [since], read_ended_session)?;
            let users = "SELECT id, epoch, epoch_keep, epoch_at FROM users WHERE epoch_at >= ?";
            revocations.extend(all(connection, users, [since], read_revoked_user)?);
            Ok(revocations)
        })
        .await
    }

    async fn remove_sessions(&self, before: Timestamp) -> Result<()> {
        for column in ["ended_at", "expires_at"] {
            self.remove(
                format!(
                    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE {column} < ?1 LIMIT ?2)"
                ),
                before,
            )
            .await?;
        }
        Ok(())
    }
}
