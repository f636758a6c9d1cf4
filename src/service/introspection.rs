//! What any token of this service is worth, and making it worthless: for whoever holds one and cannot tell.

use std::sync::Arc;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{AuditKind, Id};
use crate::service::sessions::{Client, Sessions};
use crate::service::tokens::Tokens;

/// What a token that is good is worth: the members of RFC 7662. Times in seconds since 1970.
#[derive(Debug, Serialize)]
pub struct Worth {
    pub active: bool,
    /// Only access tokens are shown to services: a refresh token has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    pub client_id: String,
    pub sub: Id,
    pub sid: Id,
    pub iss: String,
    pub aud: String,
    pub iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    pub jti: String,
}

/// What became of a token that was to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    Now,
    /// It was worthless before, or never a token.
    WasNone,
    /// It was given to another client, and stays.
    OfAnother,
}

/// Looking at tokens, and revoking them.
pub struct Introspection {
    tokens: Arc<Tokens>,
    sessions: Arc<Sessions>,
}

impl Introspection {
    pub fn new(tokens: Arc<Tokens>, sessions: Arc<Sessions>) -> Self {
        Self { tokens, sessions }
    }

    /// What an access token, API token or refresh token is worth now. `None` for everything else.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be told now.
    pub async fn of(&self, token: &str) -> Result<Option<Worth>> {
        let issuer = || self.tokens.issuer().to_owned();
        if let Some(verified) = good(self.tokens.inspect(token).await)? {
            let caller = &verified.caller;
            return Ok(Some(Worth {
                active: true,
                token_type: Some("Bearer"),
                scope: Some(caller.scopes.to_string()),
                role: Some(caller.role.name()),
                client_id: verified.client.clone(),
                sub: caller.user_id,
                sid: caller.session_id,
                iss: issuer(),
                aud: issuer(),
                iat: verified.iat,
                exp: verified.ends(),
                jti: verified.jti.to_string(),
            }));
        }
        let Some((session, claims)) = good(self.sessions.of_refresh_token(token).await)? else {
            return Ok(None);
        };
        Ok(Some(Worth {
            active: true,
            token_type: None,
            scope: None,
            role: None,
            client_id: session.client,
            sub: session.user_id,
            sid: session.id,
            iss: issuer(),
            aud: issuer(),
            iat: claims.iat,
            exp: Some(claims.exp),
            jti: claims.jti,
        }))
    }

    /// Ends what a token is of, with all tokens of it, if it was given to this client.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn revoke(&self, token: &str, client: &str, from: &Client) -> Result<Revoked> {
        let of = if let Some(verified) = good(self.tokens.inspect(token).await)? {
            let caller = &verified.caller;
            let kind = if caller.is_delegated {
                AuditKind::ApiTokenRevoked
            } else {
                AuditKind::SignedOut
            };
            (caller.user_id, caller.session_id, verified.client.clone(), kind)
        } else if let Some((session, _)) = good(self.sessions.behind_refresh_token(token).await)? {
            // Whoever has found one that was turned since does not know who has its successor.
            (session.user_id, session.id, session.client, AuditKind::SignedOut)
        } else {
            return Ok(Revoked::WasNone);
        };
        let (user, session, given_to, kind) = of;
        if given_to != client {
            return Ok(Revoked::OfAnother);
        }
        if self.sessions.end_one(user, session).await? {
            self.sessions.note_end(kind, user, session, from).await;
        }
        Ok(Revoked::Now)
    }
}

/// What a token is, or that it is none.
fn good<T>(looked: Result<T>) -> Result<Option<T>> {
    match looked {
        Ok(found) => Ok(Some(found)),
        Err(Error::Unauthenticated(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
