//! Access and refresh tokens: JWTs that say one thing only, or nothing. And who shows an access token, or an API
//! token, which counts as one.
//!
//! What the library leaves open is closed here: the header has exactly `alg`, `typ` and `kid`; the
//! algorithm is the key's; every claim is required, of one type, and checked against the injected clock.

use std::sync::Arc;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Header, Validation};
use quick_cache::sync::Cache;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::clock::Source;
use crate::config::{Config, RequireSecondFactor};
use crate::error::{Error, Result, Unauthenticated};
use crate::metrics::TokenMetrics;
use crate::model::{Caller, Id, Role, Scope, Scopes, Session, Timestamp, User};
use crate::service::api_tokens::{ApiTokens, NEVER, PREFIX};
use crate::service::derived::id_of;
use crate::service::providers::{Holder, Outside};
use crate::service::revocation::Revocations;
use crate::service::sessions::Client;
use crate::service::signing::Signing;

/// A longer token is not looked at.
const LONGEST: usize = 8 * 1024;

/// How far the clocks of two instances may differ: a token of the one must not be early at the other.
const LEEWAY: i64 = 5;

/// The length of the name of a key, a thumbprint (RFC 7638).
const KID: usize = 43;

/// So many verified tokens are remembered.
const REMEMBERED: usize = 20_000;

/// An API token, or a token of an outside issuer, that was verified is looked at again after so many seconds: then its user may
/// have another role, and the issuer may think otherwise.
const LOOK_AGAIN: i64 = 60;

const ACCESS: &str = "at+jwt";
const REFRESH: &str = "rt+jwt";

/// The claims of an access token (RFC 9068). Times in seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    pub aud: String,
    pub sub: Id,
    pub client_id: String,
    pub exp: i64,
    pub iat: i64,
    pub nbf: i64,
    pub jti: Id,
    pub sid: Id,
    pub scope: String,
    pub role: Role,
    /// See [`User::epoch`].
    pub epoch: i64,
}

/// The claims of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshClaims {
    pub iss: String,
    pub aud: String,
    pub sub: Id,
    pub exp: i64,
    pub iat: i64,
    pub sid: Id,
    /// An HMAC of session and generation; see `service::refresh`.
    pub jti: String,
}

/// A header as this service writes it; any other member makes it another kind of token.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StrictHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// A verified token, as it is remembered. Times in seconds since 1970.
#[derive(Debug)]
pub struct Verified {
    /// Which key of ours signed it; none of an API token, and of an outside issuer's.
    kid: Option<String>,
    /// An outside issuer has given it, which alone says what it is worth.
    is_outside: bool,
    pub jti: Id,
    /// To whom it was given (`client_id`).
    pub client: String,
    pub iat: i64,
    nbf: i64,
    exp: i64,
    /// From then on it is verified anew.
    look_again: i64,
    /// Whoever it is of has not shown it yet: another service has asked about it, and its use is still to be noted.
    is_unused: bool,
    /// Of a machine, which has no account, there is none.
    epoch: Option<i64>,
    pub caller: Caller,
}

impl Verified {
    /// When it ends; `None` for an API token without an end.
    pub fn ends(&self) -> Option<i64> {
        (self.exp < NEVER.seconds()).then_some(self.exp)
    }
}

/// An access token that was shown and good: smaller than the token, and one for all who show the same.
pub struct Shown(Arc<Verified>);

impl Shown {
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }
}

/// Makes tokens and verifies them.
pub struct Tokens {
    issuer: String,
    access_seconds: i64,
    require_second_factor: RequireSecondFactor,
    signing: Signing,
    api_tokens: Arc<ApiTokens>,
    outside: Outside,
    revocations: Arc<Revocations>,
    source: Arc<dyn Source>,
    /// By the hash of the token. Signatures are not checked twice; expiry and revocation always are.
    verified: Cache<[u8; 32], Arc<Verified>>,
    looks: TokenMetrics,
}

impl Tokens {
    pub fn new(
        config: &Config,
        signing: Signing,
        api_tokens: Arc<ApiTokens>,
        outside: Outside,
        revocations: Arc<Revocations>,
        source: Arc<dyn Source>,
        looks: TokenMetrics,
    ) -> Self {
        Self {
            issuer: config.public_url.clone(),
            access_seconds: config.access_token_seconds,
            require_second_factor: config.require_second_factor,
            signing,
            api_tokens,
            outside,
            revocations,
            source,
            verified: Cache::new(REMEMBERED),
            looks,
        }
    }

    pub fn signing(&self) -> &Signing {
        &self.signing
    }

    /// Who says what stands in the tokens: the public address.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// How long an access token lives, in seconds.
    pub const fn access_seconds(&self) -> i64 {
        self.access_seconds
    }

    /// An access token of this session, with what the user may do now.
    ///
    /// # Errors
    /// `Internal` if it cannot be signed.
    pub fn access_token(&self, user: &User, session: &Session) -> Result<String> {
        let now = self.source.now();
        let claims = AccessClaims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: user.id,
            client_id: session.client.clone(),
            exp: now.seconds() + self.access_seconds,
            iat: now.seconds(),
            nbf: now.seconds(),
            jti: self.source.new_id(),
            sid: session.id,
            scope: self.scopes_of(user, session).to_string(),
            role: user.role,
            // Of a session that the last event spared, the tokens are spared by its id.
            epoch: session.epoch,
        };
        self.sign(ACCESS, &claims)
    }

    /// What the user may do now in this session: nothing of administration where that takes a second factor, and there
    /// is none.
    pub fn scopes_of(&self, user: &User, session: &Session) -> Scopes {
        let scopes = session.scopes_of(user.role);
        if self.requires_second_factor(user.role) && !user.factors.are_on() {
            scopes.without(Scope::Admin)
        } else {
            scopes
        }
    }

    /// Whether somebody with this role has to have a second factor.
    pub fn requires_second_factor(&self, role: Role) -> bool {
        match self.require_second_factor {
            RequireSecondFactor::Nobody => false,
            RequireSecondFactor::Admin => role == Role::Admin,
        }
    }

    /// The refresh token of a session with this `jti`. The same arguments give the same token under
    /// RS256, so that two tabs that refresh at once get one successor.
    ///
    /// # Errors
    /// `Internal` if it cannot be signed.
    pub fn refresh_token(&self, session: &Session, jti: String, ends: Timestamp) -> Result<String> {
        let claims = RefreshClaims {
            iss: self.issuer.clone(),
            aud: self.issuer.clone(),
            sub: session.user_id,
            exp: ends.seconds(),
            iat: session.turned_at.seconds(),
            sid: session.id,
            jti,
        };
        self.sign(REFRESH, &claims)
    }

    /// Who shows this access token, API token or token of an outside issuer, from there.
    ///
    /// # Errors
    /// `Unauthenticated` if it is none, has ended or was revoked; `Unavailable` if that cannot be told now; `Forbidden` for
    /// one of an outside issuer, of somebody who has no account.
    pub async fn authenticate(&self, token: &str, from: &Client) -> Result<Caller> {
        Ok(self.verified(token, Some(from)).await?.caller.clone())
    }

    /// What a token of ours is worth that is not shown by whom it is of: nobody has used it by that.
    ///
    /// # Errors
    /// As [`Tokens::authenticate`].
    pub async fn inspect(&self, token: &str) -> Result<Arc<Verified>> {
        let verified = self.verified(token, None).await?;
        if verified.is_outside {
            Err(BAD)
        } else {
            Ok(verified)
        }
    }

    /// The same for somebody who stays: what it was, and in how many seconds that token ends.
    ///
    /// # Errors
    /// As [`Tokens::authenticate`].
    pub async fn authenticate_for(&self, token: &str) -> Result<(Shown, u64)> {
        let verified = self.verified(token, None).await?;
        // The issuer of an outside one is asked again by then.
        let ends = if verified.is_outside {
            verified.exp.min(verified.look_again)
        } else {
            verified.exp
        };
        let left = ends - self.source.now().seconds();
        Ok((Shown(verified), u64::try_from(left).unwrap_or_default()))
    }

    /// Whether what was shown is good still.
    ///
    /// # Errors
    /// As [`Tokens::authenticate`].
    pub async fn authenticate_again(&self, shown: &Shown) -> Result<()> {
        self.check(&shown.0).await
    }

    async fn verified(&self, token: &str, from: Option<&Client>) -> Result<Arc<Verified>> {
        let (hash, now) = (hash(token), self.source.now().seconds());
        let is_good = |known: &Arc<Verified>| now < known.look_again && !(known.is_unused && from.is_some());
        let known = self.verified.get(&hash).filter(is_good);
        let verified = match known {
            Some(verified) => {
                self.looks.hits.inc();
                verified
            }
            None => {
                self.looks.misses.inc();
                let verified = if token.starts_with(PREFIX) {
                    self.verify_api_token(token, from).await?
                } else {
                    match self.verify_outside(token, &hash, from).await? {
                        Some(verified) => verified,
                        None => self.verify_access(token).await?,
                    }
                };
                let verified = Arc::new(verified);
                self.verified.insert(hash, Arc::clone(&verified));
                verified
            }
        };
        self.check(&verified).await?;
        Ok(verified)
    }

    /// What may have changed since it was verified.
    async fn check(&self, verified: &Verified) -> Result<()> {
        let now = self.source.now();
        let is_in_time = now.seconds() < verified.exp && now.seconds() + LEEWAY >= verified.nbf;
        // A key may have been retired since.
        let is_signed = |kid: &String| self.signing.ring().find(kid, now).is_some();
        if !is_in_time || !verified.kid.as_ref().is_none_or(is_signed) {
            return Err(BAD);
        }
        let caller = &verified.caller;
        let Some(epoch) = verified.epoch else {
            return Ok(());
        };
        let session = (!verified.is_outside).then_some(caller.session_id);
        if self
            .revocations
            .is_revoked(session, caller.user_id, epoch)
            .await?
        {
            return Err(BAD);
        }
        Ok(())
    }

    /// The claims of a refresh token that this service signed and that has not ended.
    ///
    /// # Errors
    /// `Unauthenticated` for anything else.
    pub async fn refresh_claims(&self, token: &str) -> Result<RefreshClaims> {
        let (claims, _): (RefreshClaims, _) = self.decode(token, REFRESH).await?;
        let is_ours = claims.iss == self.issuer && claims.aud == self.issuer;
        if !is_ours || self.source.now().seconds() >= claims.exp {
            return Err(BAD);
        }
        Ok(claims)
    }

    async fn verify_access(&self, token: &str) -> Result<Verified> {
        let (claims, kid): (AccessClaims, _) = self.decode(token, ACCESS).await?;
        if claims.iss != self.issuer || claims.aud != self.issuer {
            return Err(BAD);
        }
        let scopes = claims.scope.parse().unwrap_or_default();
        let caller = Caller {
            user_id: claims.sub,
            session_id: claims.sid,
            role: claims.role,
            scopes,
            is_delegated: false,
        };
        Ok(Verified {
            kid: Some(kid),
            is_outside: false,
            jti: claims.jti,
            client: claims.client_id,
            iat: claims.iat,
            nbf: claims.nbf,
            exp: claims.exp,
            look_again: i64::MAX,
            is_unused: false,
            epoch: Some(claims.epoch),
            caller,
        })
    }

    async fn verify_api_token(&self, token: &str, from: Option<&Client>) -> Result<Verified> {
        if token.len() > LONGEST {
            return Err(BAD);
        }
        let (session, user) = self
            .api_tokens
            .verify(token, from.map(|client| client.address.as_str()))
            .await?;
        let begun = session.created_at.seconds();
        Ok(Verified {
            kid: None,
            is_outside: false,
            jti: session.id,
            iat: begun,
            nbf: begun,
            exp: session.expires_at.seconds(),
            look_again: self.source.now().seconds() + LOOK_AGAIN,
            is_unused: from.is_none(),
            epoch: Some(session.epoch),
            caller: Caller {
                user_id: user.id,
                session_id: session.id,
                role: user.role,
                scopes: self.scopes_of(&user, &session),
                is_delegated: true,
            },
            client: session.client,
        })
    }

    /// What a token is that an outside issuer has given; `None` if none has.
    async fn verify_outside(
        &self,
        token: &str,
        hash: &[u8; 32],
        from: Option<&Client>,
    ) -> Result<Option<Verified>> {
        // Nobody is asked about a token that is not shown by whom it is of, unless it was shown before.
        let Some(client) = from else {
            return Ok(None);
        };
        let Some(worth) = self.outside.verify(token, hash, client).await? else {
            return Ok(None);
        };
        let (user_id, role, epoch, scopes) = match worth.holder {
            Holder::Machine(id) => {
                let is_admin = worth.scopes.contains(Scope::Admin);
                let role = if is_admin { Role::Admin } else { Role::User };
                // It has no profile, since it has no account.
                (id, role, None, worth.scopes.without(Scope::Profile))
            }
            Holder::Person { user, role } => {
                let role = role.unwrap_or(user.role);
                let scopes = worth.scopes.and(Scopes::grantable(role));
                // The issuer says who it is, and shows no second factor of ours.
                let scopes = if self.requires_second_factor(role) {
                    scopes.without(Scope::Admin)
                } else {
                    scopes
                };
                (user.id, role, Some(user.epoch), scopes)
            }
        };
        let id = id_of(hash);
        Ok(Some(Verified {
            kid: None,
            is_outside: true,
            jti: id,
            client: worth.client,
            iat: worth.iat,
            nbf: worth.nbf,
            exp: worth.exp,
            look_again: self.source.now().seconds() + LOOK_AGAIN,
            is_unused: false,
            epoch,
            caller: Caller {
                user_id,
                session_id: id,
                role,
                scopes,
                is_delegated: true,
            },
        }))
    }

    fn sign<T: Serialize>(&self, typ: &str, claims: &T) -> Result<String> {
        let ring = self.signing.ring();
        let key = ring.current(self.source.now());
        let header = Header {
            typ: Some(typ.into()),
            kid: Some(key.kid.clone()),
            ..Header::new(key.algorithm)
        };
        jsonwebtoken::encode(&header, claims, &key.encoding).map_err(Error::internal)
    }

    /// The claims and the name of the key, if the header is one of ours and the signature is that of the
    /// key it names.
    async fn decode<T: DeserializeOwned + Clone>(&self, token: &str, typ: &str) -> Result<(T, String)> {
        if token.len() > LONGEST {
            return Err(BAD);
        }
        let header = token
            .split('.')
            .next()
            .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
            .ok_or(BAD)?;
        let header: StrictHeader = serde_json::from_slice(&header).map_err(|_| BAD)?;
        let now = self.source.now();
        let mut ring = self.signing.ring();
        if ring.find(&header.kid, now).is_none() && header.kid.len() == KID {
            self.signing.look_again().await;
            ring = self.signing.ring();
        }
        let key = ring.find(&header.kid, now).ok_or(BAD)?;
        if header.typ != typ || header.alg != format!("{:?}", key.algorithm) {
            return Err(BAD);
        }
        let mut signature_only = Validation::new(key.algorithm);
        signature_only.required_spec_claims.clear();
        signature_only.validate_exp = false;
        signature_only.validate_nbf = false;
        signature_only.validate_aud = false;
        // The types of the claims are those of `T`: an array or a string in place of a number fails here.
        let data = jsonwebtoken::decode::<T>(token, &key.decoding, &signature_only).map_err(|_| BAD)?;
        Ok((data.claims, header.kid))
    }
}

const BAD: Error = Error::Unauthenticated(Unauthenticated::BadToken);

fn hash(token: &str) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    hash
}
