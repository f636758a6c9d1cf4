//! API tokens: for scripts and other services, named, held to some scopes, shown once.
//!
//! One is kept as a session ([`crate::model::ApiToken`]), so whatever ends sessions ends it: a new password, a lowered
//! role, disabling and deleting the account. Only `DELETE /sessions` spares it.

use std::sync::Arc;

use aws_lc_rs::constant_time;

use crate::clock::Source;
use crate::error::{Error, Result, Unauthenticated};
use crate::fingerprint::sha256;
use crate::model::{
    ApiToken, AuditKind, Caller, Id, OWN_CLIENT, Revoked, Role, Scope, Scopes, Session, Timestamp, Turn, User,
};
use crate::service::Revocations;
use crate::service::audit::{Audit, By, Entry};
use crate::service::sessions::Client;
use crate::store::Store;

/// What every API token begins with, so that whoever finds one knows what it is. Then the id, and the secret.
pub const PREFIX: &str = "rondo_pat_";

/// So many may one account have.
const MOST: usize = 100;

/// The end of a token that has none: the last moment that can be written with four digits of a year.
pub const NEVER: Timestamp = Timestamp::from_millis(253_402_300_799_999);

/// A new API token.
#[derive(Debug, Clone)]
pub struct NewApiToken {
    pub name: String,
    pub scopes: Scopes,
    pub expires_at: Option<Timestamp>,
}

/// API tokens.
pub struct ApiTokens {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    revocations: Arc<Revocations>,
    audit: Arc<Audit>,
}

impl ApiTokens {
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        revocations: Arc<Revocations>,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            store,
            source,
            revocations,
            audit,
        }
    }

    /// Makes a token for the caller, and answers it, which nobody can tell afterwards.
    ///
    /// # Errors
    /// `Forbidden` by an API token, and for a scope that the caller does not have; `Invalid` for an end that has passed; `Conflict` if
    /// there are very many.
    pub async fn make(
        &self,
        caller: &Caller,
        new: NewApiToken,
        client: &Client,
    ) -> Result<(Session, String)> {
        if caller.is_delegated {
            return Err(NOT_BY_TOKEN);
        }
        let now = self.source.now();
        if new.expires_at.is_some_and(|at| at <= now) {
            return Err(Error::rule(
                "/expires_at",
                "future",
                "expires_at is a moment that has not come yet",
            ));
        }
        if new.scopes.and(grantable(caller)) != new.scopes {
            return Err(Error::Forbidden(
                "a token cannot be given a scope that you do not have",
            ));
        }
        let user = self.store.user(caller.user_id).await?.ok_or(BAD)?;
        if self.of(&user).await?.len() >= MOST {
            return Err(Error::Conflict("an account has at most 100 API tokens"));
        }
        let secret = self.source.new_secret();
        let session = Session {
            id: self.source.new_id(),
            user_id: user.id,
            epoch: user.epoch,
            generation: 1,
            turned_at: now,
            created_at: now,
            expires_at: new.expires_at.unwrap_or(NEVER),
            ended_at: None,
            device: String::new(),
            address: String::new(),
            in_cookie: false,
            client: OWN_CLIENT.to_owned(),
            scopes: Some(new.scopes),
            token: Some(ApiToken {
                name: new.name,
                hash: sha256(&secret),
            }),
            authenticated_at: now,
            provider: None,
        };
        self.store.create_session(&session).await?;
        let made = Entry::of(AuditKind::ApiTokenMade).to(user.id).session(session.id);
        self.audit.record(By::user(user.id, client), made).await;
        let token = format!("{PREFIX}{}_{secret}", session.id);
        Ok((session, token))
    }

    /// The caller's tokens, newest first.
    ///
    /// # Errors
    /// `Unauthenticated` if the account is no more.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<Session>> {
        let user = self.store.user(caller.user_id).await?.ok_or(BAD)?;
        self.of(&user).await
    }

    /// Revokes one of the caller's tokens.
    ///
    /// # Errors
    /// `NotFound` if the caller has no such token.
    pub async fn revoke(&self, caller: &Caller, id: Id, client: &Client) -> Result<()> {
        let session = self.store.session(id).await?;
        let is_own = session.is_some_and(|it| it.user_id == caller.user_id && it.token.is_some());
        let now = self.source.now();
        if is_own && self.store.end_session(caller.user_id, id, now).await? {
            self.revocations.add(Revoked::Session(id));
            let revoked = Entry::of(AuditKind::ApiTokenRevoked)
                .to(caller.user_id)
                .session(id);
            self.audit.record(By::user(caller.user_id, client), revoked).await;
            return Ok(());
        }
        Err(Error::NotFound)
    }

    /// What stands behind a token that is shown, and whose it is. With an address, that it was used from there is
    /// written down.
    ///
    /// # Errors
    /// `Unauthenticated` if it is none, has ended or was revoked.
    pub async fn verify(&self, token: &str, from: Option<&str>) -> Result<(Session, User)> {
        let (id, secret) = token
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('_'))
            .ok_or(BAD)?;
        let id: Id = id.parse().map_err(|_| BAD)?;
        let session = self.store.session(id).await?.ok_or(BAD)?;
        let kept = session.token.as_ref().ok_or(BAD)?;
        constant_time::verify_slices_are_equal(kept.hash.as_bytes(), sha256(secret).as_bytes())
            .map_err(|_| BAD)?;
        if session.ended_at.is_some() || self.source.now() >= session.expires_at {
            return Err(BAD);
        }
        let user = self.store.user(session.user_id).await?;
        let user = user
            .filter(|user| user.keeps_session(id, session.epoch))
            .ok_or(BAD)?;
        if let Some(address) = from {
            self.note_use(&session, address).await;
        }
        Ok((session, user))
    }

    /// Of many that use it at the same moment one is noted. That this could not be written is no reason to refuse.
    async fn note_use(&self, session: &Session, address: &str) {
        let turn = Turn {
            at: self.source.now(),
            device: session.device.clone(),
            address: address.to_owned(),
        };
        let noted = self
            .store
            .turn_session(session.id, session.generation, &turn)
            .await;
        if let Err(error) = noted {
            log::warn!("the use of an API token was not noted: {error}");
        }
    }

    async fn of(&self, user: &User) -> Result<Vec<Session>> {
        let mut tokens = self.store.sessions_of(user.id, self.source.now()).await?;
        tokens.retain(|it| it.token.is_some() && user.keeps_session(it.id, it.epoch));
        Ok(tokens)
    }
}

/// What the caller may give away: what they have, and as an administrator what is for other services.
fn grantable(caller: &Caller) -> Scopes {
    if caller.is_admin() {
        Scopes::grantable(Role::Admin).and(caller.scopes.with(Scope::Introspect))
    } else {
        caller.scopes
    }
}

/// What is told to an API token that wants to let somebody in.
pub(super) const NOT_BY_TOKEN: Error =
    Error::Forbidden("this needs a person who is signed in; an API token lets nobody in");

const BAD: Error = Error::Unauthenticated(Unauthenticated::BadToken);
