//! Users and their sessions, in memory.

use std::cmp::Reverse;

use async_trait::async_trait;
use rondo::model::{EndedThere, Id, Revocation, Revoked, Session, Timestamp, Turn, User, UserFilter};
use rondo::store::{Result, Sessions, StoreError, Users};

use super::Memory;

#[async_trait]
impl Users for Memory {
    async fn create_user(&self, user: &User) -> Result<()> {
        let mut state = self.state();
        if state.users.contains_key(&user.id) {
            return Ok(());
        }
        if state.has_taken_identity(user) {
            return Err(StoreError::Duplicate);
        }
        state.users.insert(user.id, user.clone());
        Ok(())
    }

    async fn user(&self, id: Id) -> Result<Option<User>> {
        Ok(self.any_user(id).filter(|user| user.deleted_at.is_none()))
    }

    async fn user_by_identity(&self, identity: &str) -> Result<Option<User>> {
        let state = self.state();
        let mut live = state.users.values().filter(|user| user.deleted_at.is_none());
        Ok(live
            .find(|user| user.identities.iter().any(|own| own == identity))
            .cloned())
    }

    async fn replace_user(&self, user: &User, expected: i64) -> Result<bool> {
        let mut state = self.state();
        if state
            .users
            .get(&user.id)
            .is_none_or(|old| old.version != expected)
        {
            return Ok(false);
        }
        if state.has_taken_identity(user) {
            return Err(StoreError::Duplicate);
        }
        state.users.insert(user.id, user.clone());
        Ok(true)
    }

    async fn users_page(&self, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        let state = self.state();
        let live = state.users.values().filter(|user| user.deleted_at.is_none());
        Ok(live
            .filter(|user| after.is_none_or(|after| user.id > after))
            .take(limit)
            .cloned()
            .collect())
    }

    async fn find_users(&self, filter: &UserFilter, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        let passes = |user: &User| {
            filter.terms.iter().all(|term| user.search_text().contains(term))
                && filter.role.is_none_or(|role| user.role == role)
                && filter.disabled.is_none_or(|disabled| user.disabled == disabled)
        };
        let mut users = self.users_page(after, usize::MAX).await?;
        users.retain(passes);
        users.truncate(limit);
        Ok(users)
    }

    async fn deleted_users(&self, before: Timestamp, limit: usize) -> Result<Vec<Id>> {
        let state = self.state();
        let deleted = state
            .users
            .values()
            .filter(|user| user.deleted_at.is_some_and(|at| at < before));
        Ok(deleted.take(limit).map(|user| user.id).collect())
    }

    async fn remove_user(&self, id: Id) -> Result<()> {
        self.state()
            .users
            .retain(|_, user| user.id != id || user.deleted_at.is_none());
        Ok(())
    }
}

#[async_trait]
impl Sessions for Memory {
    async fn create_session(&self, session: &Session) -> Result<()> {
        self.state()
            .sessions
            .entry(session.id)
            .or_insert_with(|| session.clone());
        Ok(())
    }

    async fn session(&self, id: Id) -> Result<Option<Session>> {
        Ok(self.state().sessions.get(&id).cloned())
    }

    async fn turn_session(&self, id: Id, generation: i64, turn: &Turn) -> Result<bool> {
        let mut state = self.state();
        let Some(session) = state.sessions.get_mut(&id) else {
            return Ok(false);
        };
        if session.generation != generation || session.ended_at.is_some() {
            return Ok(false);
        }
        session.generation += 1;
        session.turned_at = turn.at;
        session.device.clone_from(&turn.device);
        session.address.clone_from(&turn.address);
        Ok(true)
    }

    async fn sessions_of(&self, user: Id, now: Timestamp) -> Result<Vec<Session>> {
        let state = self.state();
        let own = state.sessions.values().filter(|session| session.user_id == user);
        let mut good: Vec<_> = own
            .filter(|s| s.ended_at.is_none() && s.expires_at > now)
            .cloned()
            .collect();
        good.sort_by_key(|session| Reverse(session.created_at));
        Ok(good)
    }

    async fn end_session(&self, user: Id, id: Id, at: Timestamp) -> Result<bool> {
        let mut state = self.state();
        let found = state
            .sessions
            .get_mut(&id)
            .filter(|s| s.user_id == user && s.ended_at.is_none());
        Ok(found.map(|session| session.ended_at = Some(at)).is_some())
    }

    async fn end_sessions(&self, user: Id, keep: Option<Id>, at: Timestamp) -> Result<()> {
        for session in self.state().sessions.values_mut() {
            if session.user_id == user && Some(session.id) != keep && session.ended_at.is_none() {
                session.ended_at = Some(at);
            }
        }
        Ok(())
    }

    async fn end_sessions_of_provider(&self, ended: &EndedThere, at: Timestamp) -> Result<Vec<Id>> {
        let mut ids = Vec::new();
        for session in self.state().sessions.values_mut() {
            let is_one = session
                .provider
                .as_ref()
                .is_some_and(|provider| ended.is_of(provider));
            if is_one && session.ended_at.is_none() {
                session.ended_at = Some(at);
                ids.push(session.id);
            }
        }
        Ok(ids)
    }

    async fn revocations_since(&self, since: Timestamp) -> Result<Vec<Revocation>> {
        let state = self.state();
        let sessions = state.sessions.values().filter_map(|session| {
            Some(Revocation {
                at: session.ended_at?,
                what: Revoked::Session(session.id),
            })
        });
        let users = state.users.values().filter_map(|user| {
            let what = Revoked::User {
                id: user.id,
                epoch: user.epoch,
                keep: user.epoch_keep,
            };
            Some(Revocation {
                at: user.epoch_at?,
                what,
            })
        });
        Ok(sessions
            .chain(users)
            .filter(|revocation| revocation.at >= since)
            .collect())
    }

    async fn remove_sessions(&self, before: Timestamp) -> Result<()> {
        let is_over = |s: &Session| s.expires_at < before || s.ended_at.is_some_and(|at| at < before);
        self.state().sessions.retain(|_, session| !is_over(session));
        Ok(())
    }
}
