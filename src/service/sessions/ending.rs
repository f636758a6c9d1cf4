//! The sessions that somebody has, and their end.

use super::{BAD, Client, Sessions};
use crate::error::{Error, Result};
use crate::model::{AuditKind, AuditMethod, Caller, EndedThere, Id, Purpose, Revoked, Session};
use crate::service::audit::{By, Entry};

/// What is told to a token of an outside issuer that wants to be ended.
const ENDED_ELSEWHERE: Error = Error::Forbidden("this token is ended where it was given, at its issuer");

impl Sessions {
    /// The caller's sessions, newest first.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Session>> {
        self.of_user(caller.user_id).await.map_err(|error| match error {
            Error::NotFound => BAD,
            other => other,
        })
    }

    /// A user's sessions, newest first.
    ///
    /// # Errors
    /// `NotFound` if there is no such user.
    pub(in crate::service) async fn of_user(&self, id: Id) -> Result<Vec<Session>> {
        let now = self.source.now();
        let user = self.store.user(id).await?.ok_or(Error::NotFound)?;
        let mut sessions = self.store.sessions_of(id, now).await?;
        sessions.retain(|session| session.token.is_none() && self.ends(session) > now && user.keeps(session));
        Ok(sessions)
    }

    /// Ends one of the caller's sessions.
    ///
    /// # Errors
    /// `NotFound` if the caller has no such session.
    pub async fn end(&self, caller: &Caller, id: Id, client: &Client) -> Result<()> {
        let kind = if id == caller.session_id {
            AuditKind::SignedOut
        } else {
            AuditKind::SessionEnded
        };
        let by = By::user(caller.user_id, client);
        self.end_as(by, caller.user_id, id, kind).await
    }

    /// Ends what the caller shows: the session, or the API token. One that has ended in between is no error.
    ///
    /// # Errors
    /// `Forbidden` for a token of an outside issuer, which has no session here.
    pub async fn end_current(&self, caller: &Caller, client: &Client) -> Result<()> {
        let (user, id) = (caller.user_id, caller.session_id);
        let session = self.store.session(id).await?;
        let kind = match session {
            None if caller.is_delegated => return Err(ENDED_ELSEWHERE),
            Some(session) if session.token.is_some() => AuditKind::ApiTokenRevoked,
            None | Some(_) => AuditKind::SignedOut,
        };
        if self.end_one(user, id).await? {
            self.note_end(kind, user, id, client).await;
        }
        Ok(())
    }

    /// Ends one of a user's sessions, which is recorded as this.
    ///
    /// # Errors
    /// `NotFound` if the user has no such session.
    pub(in crate::service) async fn end_as(
        &self,
        by: By<'_>,
        user: Id,
        id: Id,
        kind: AuditKind,
    ) -> Result<()> {
        // An API token is ended as such.
        let session = self.store.session(id).await?;
        let is_session = session.is_some_and(|session| session.token.is_none());
        if !is_session || !self.end_one(user, id).await? {
            return Err(Error::NotFound);
        }
        self.audit.record(by, Entry::of(kind).to(user).session(id)).await;
        Ok(())
    }

    /// Ends all of the caller's sessions but the one that asks. API tokens are none.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn end_others(&self, caller: &Caller, client: &Client) -> Result<()> {
        let by = By::user(caller.user_id, client);
        self.end_all(by, caller.user_id, Some(caller.session_id)).await
    }

    /// Ends all of a user's sessions but `keep`, and what would become one; and where none is kept, the API tokens too.
    ///
    /// # Errors
    /// If the store does not answer.
    pub(in crate::service) async fn end_all(&self, by: By<'_>, user: Id, keep: Option<Id>) -> Result<()> {
        // A sign-in that waits for its second step, and a device that was let in and has not come for its tokens.
        for purpose in [Purpose::SecondFactor, Purpose::Device] {
            self.store.remove_tickets_of(user, Some(purpose)).await?;
        }
        let sessions = self.store.sessions_of(user, self.source.now()).await?;
        let is_meant =
            |session: &&Session| Some(session.id) != keep && (keep.is_none() || session.token.is_none());
        for session in sessions.iter().filter(is_meant) {
            self.end_one(user, session.id).await?;
        }
        self.audit
            .record(by, Entry::of(AuditKind::SessionsEnded).to(user))
            .await;
        Ok(())
    }

    /// Ends the session of a refresh token, if it is one, and answers which one it was.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn end_by_refresh_token(&self, token: &str, client: &Client) -> Result<Option<Session>> {
        let Ok(claims) = self.tokens.refresh_claims(token).await else {
            return Ok(None);
        };
        let session = self.store.session(claims.sid).await?;
        if self.end_one(claims.sub, claims.sid).await? {
            self.note_end(AuditKind::SignedOut, claims.sub, claims.sid, client)
                .await;
        }
        Ok(session.filter(|session| session.user_id == claims.sub))
    }

    /// Ends the sessions that began with these sign-ins at a provider, and answers how many that were.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn end_of_provider(&self, ended: &EndedThere, by: By<'_>) -> Result<usize> {
        let ids = self
            .store
            .end_sessions_of_provider(ended, self.source.now())
            .await?;
        for id in &ids {
            self.revocations.add(Revoked::Session(*id));
            if let Some(session) = self.store.session(*id).await? {
                let ended = Entry::of(AuditKind::SessionEnded)
                    .to(session.user_id)
                    .session(*id);
                self.audit.record(by, ended.method(AuditMethod::Provider)).await;
            }
        }
        Ok(ids.len())
    }

    /// Records that this session, or API token, was ended by whoever holds it.
    pub(in crate::service) async fn note_end(&self, kind: AuditKind, user: Id, session: Id, client: &Client) {
        let ended = Entry::of(kind).to(user).session(session);
        self.audit.record(By::user(user, client), ended).await;
    }

    /// Ends this session of this user, and says whether there was one to end.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn end_one(&self, user: Id, id: Id) -> Result<bool> {
        let ended = self.store.end_session(user, id, self.source.now()).await?;
        if ended {
            self.revocations.add(Revoked::Session(id));
        }
        Ok(ended)
    }
}
