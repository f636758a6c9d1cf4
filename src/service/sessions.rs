//! Signing in, staying signed in, and signing out.

mod ending;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Source;
use crate::config::{Config, UnverifiedEmail};
use crate::error::{Error, Result, Unauthenticated};
use crate::metrics::SessionMetrics;
use crate::model::{
    AuditKind, AuditMethod, AuditReason, Caller, Email, Id, OWN_CLIENT, ProviderSession, Scopes, Session,
    Timestamp, Turn, User, email_identity,
};
use crate::secret::Secrets;
use crate::service::accounts::upgrade_password;
use crate::service::audit::{Audit, By, Entry};
use crate::service::factors::Proof;
use crate::service::factors::steps::{Asked, SecondSteps};
use crate::service::known_devices::KnownDevices;
use crate::service::limits::SignInLimit;
use crate::service::passwords::{Passwords, Verdict};
use crate::service::refresh::{RefreshIds, Standing};
use crate::service::tokens::{RefreshClaims, Tokens};
use crate::service::{Post, Revocations};
use crate::store::Store;

/// From where somebody asks, as far as that is known.
#[derive(Debug, Clone, Default)]
pub struct Client {
    pub address: String,
    /// The `User-Agent`.
    pub device: String,
    /// What the log has the request under.
    pub request_id: String,
}

/// The longest device name that is kept, in characters.
const DEVICE_LENGTH: usize = 200;

/// A session that has just begun or been refreshed, with its tokens.
pub struct SignedIn {
    pub user: User,
    pub session: Session,
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
    pub refresh_token: String,
    /// When the refresh token ends, if it is not used.
    pub refresh_ends: Timestamp,
}

/// What follows what a person has shown first: a right password, or a sign-in at a provider.
pub enum SignIn {
    Done(Box<SignedIn>),
    /// The account has a second factor, which is to be shown yet.
    Asked(Asked),
}

/// A sign-in at a provider, and when the person showed there who it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AtProvider {
    pub session: ProviderSession,
    pub authenticated_at: Timestamp,
}

/// How a session begins.
#[derive(Debug, Clone)]
pub struct Begun<'a> {
    /// The program that it is for (`client_id`).
    pub client: &'a str,
    /// What it is held to, if to anything.
    pub scopes: Option<Scopes>,
    /// Whether its refresh token travels in a cookie.
    pub in_cookie: bool,
    /// The sign-in at a provider that it begins with, if it does.
    pub at_provider: Option<AtProvider>,
}

impl Begun<'_> {
    /// That of somebody who signs in directly.
    pub(super) const fn own(in_cookie: bool) -> Self {
        Self {
            client: OWN_CLIENT,
            scopes: None,
            in_cookie,
            at_provider: None,
        }
    }
}

/// Sessions of people.
pub struct Sessions {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    passwords: Arc<Passwords>,
    tokens: Arc<Tokens>,
    revocations: Arc<Revocations>,
    limit: SignInLimit,
    second_steps: SecondSteps,
    refresh_ids: RefreshIds,
    post: Arc<Post>,
    devices: KnownDevices,
    unverified: UnverifiedEmail,
    audit: Arc<Audit>,
    idle_days: i64,
    absolute_days: i64,
    counted: SessionMetrics,
}

const DAY: i64 = 86_400;

/// What a stolen token must not do needs a sign-in at most so many seconds ago.
const RECENTLY: i64 = 600;

/// Whether whoever has this session proved a moment ago who they are. A program that was let in proved nothing.
pub fn is_recent(session: &Session, now: Timestamp) -> bool {
    let is_own = session.client == OWN_CLIENT && session.token.is_none();
    is_own && now <= session.authenticated_at.plus_seconds(RECENTLY)
}

impl Sessions {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, where the services are wired"
    )]
    pub fn new(
        config: &Config,
        secrets: &Secrets,
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        passwords: Arc<Passwords>,
        tokens: Arc<Tokens>,
        revocations: Arc<Revocations>,
        limit: SignInLimit,
        post: Arc<Post>,
        second_steps: SecondSteps,
        audit: Arc<Audit>,
        counted: SessionMetrics,
    ) -> Self {
        Self {
            devices: KnownDevices::new(Arc::clone(&store), Arc::clone(&source), Arc::clone(&post)),
            store,
            source,
            passwords,
            tokens,
            revocations,
            limit,
            second_steps,
            refresh_ids: RefreshIds::new(secrets),
            post,
            unverified: config.unverified_email,
            audit,
            idle_days: config.refresh_idle_days,
            absolute_days: config.refresh_absolute_days,
            counted,
        }
    }

    /// Begins a session for whoever has this e-mail address and password; or asks for a second factor, if the account has
    /// one.
    ///
    /// # Errors
    /// `Unauthenticated` alike for an unknown address, a wrong password and a disabled account; `Forbidden` if the
    /// address must be verified first; `RateLimited` after too many attempts.
    pub async fn sign_in(
        &self,
        email: &str,
        password: &str,
        in_cookie: bool,
        client: &Client,
    ) -> Result<SignIn> {
        // An address that is none is the address of nobody, and costs as much.
        let identity = email
            .parse::<Email>()
            .map_or_else(|_| format!("email:{email}"), |email| email_identity(&email));
        let attempt = self.limit.attempt(&identity, &client.address).await?;
        let user = self.store.user_by_identity(&identity).await?;
        let stored = user.as_ref().and_then(|user| user.password.as_deref());
        let verdict = match self.passwords.verify(password, stored).await {
            Ok(verdict) => verdict,
            Err(error) => {
                // Nothing was looked at: a service that is too busy must not lock anybody out.
                self.limit.forget(attempt).await;
                return Err(error);
            }
        };
        let (user, outdated) = match (user, verdict) {
            (Some(user), Verdict::Right { outdated }) if !user.disabled => (user, outdated),
            (user, verdict) => {
                let reason = match (&user, verdict) {
                    (None, _) => AuditReason::UnknownAccount,
                    (Some(_), Verdict::Wrong) => AuditReason::WrongPassword,
                    (Some(_), Verdict::Right { .. }) => AuditReason::Disabled,
                };
                let failed = Entry::of(AuditKind::SignInFailed).method(AuditMethod::Password);
                let failed = failed.reason(reason);
                let failed = user.iter().fold(failed, |failed, user| failed.to(user.id));
                self.audit
                    .record_failure(By::nobody(client), &identity, failed)
                    .await;
                return Err(Error::Unauthenticated(Unauthenticated::BadCredentials));
            }
        };
        self.limit.forget(attempt).await;
        let user = if outdated {
            upgrade_password(&*self.store, &self.passwords, user, password).await?
        } else {
            user
        };
        if let Some(asked) = self.second_steps.ask(&user, None).await? {
            self.note_asked(&user, AuditMethod::Password, client).await;
            return Ok(SignIn::Asked(asked));
        }
        let signed_in = self
            .begin(user, Begun::own(in_cookie), AuditMethod::Password, client)
            .await?;
        Ok(SignIn::Done(Box::new(signed_in)))
    }

    /// Begins a session, in a cookie, for somebody who signed in at a provider; or asks for a second factor, if the
    /// account has one.
    ///
    /// # Errors
    /// `Forbidden` if the address must be verified first; if the store does not answer, or the account was disabled or
    /// deleted meanwhile.
    pub async fn sign_in_at_provider(
        &self,
        user: User,
        there: AtProvider,
        client: &Client,
    ) -> Result<SignIn> {
        if let Some(asked) = self.second_steps.ask(&user, Some(&there)).await? {
            self.note_asked(&user, AuditMethod::Provider, client).await;
            return Ok(SignIn::Asked(asked));
        }
        let begun = Begun {
            at_provider: Some(there),
            ..Begun::own(true)
        };
        let signed_in = self.begin(user, begun, AuditMethod::Provider, client).await?;
        Ok(SignIn::Done(Box::new(signed_in)))
    }

    async fn note_asked(&self, user: &User, method: AuditMethod, client: &Client) {
        let asked = Entry::of(AuditKind::SecondFactorAsked).to(user.id).method(method);
        self.audit.record(By::nobody(client), asked).await;
    }

    /// The session with this id and its user, if it holds still.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn holding(&self, id: Id) -> Result<Option<(Session, User)>> {
        let session = match self.live_session(id).await {
            Ok(session) => session,
            Err(Error::Unauthenticated(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        match self.holder(&session).await {
            Ok(user) => Ok(Some((session, user))),
            Err(Error::Unauthenticated(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Begins the session of a sign-in whose ticket this is, for whoever shows a second factor.
    ///
    /// # Errors
    /// `Unauthenticated` if the ticket has ended, or what is shown is wrong or was used before; `RateLimited` after too
    /// many attempts.
    pub async fn finish(
        &self,
        ticket: &str,
        proof: &Proof,
        in_cookie: bool,
        client: &Client,
    ) -> Result<SignedIn> {
        let (user, at_provider) = self.second_steps.pass(ticket, proof, client).await?;
        let begun = Begun {
            at_provider,
            ..Begun::own(in_cookie)
        };
        self.begin(user, begun, AuditMethod::SecondFactor, client).await
    }

    /// Begins a session for a user who was asked before, in that epoch of the account; `None` if it has ended since.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn begin_as(
        &self,
        user: Id,
        epoch: i64,
        begun: Begun<'_>,
        method: AuditMethod,
        client: &Client,
    ) -> Result<Option<SignedIn>> {
        let user = self.store.user(user).await?;
        match user.filter(|user| user.epoch == epoch && !user.disabled) {
            Some(user) => self.begin(user, begun, method, client).await.map(Some),
            None => Ok(None),
        }
    }

    /// The epoch of the caller's account.
    ///
    /// # Errors
    /// `Unauthenticated` if it is no more.
    pub async fn epoch_of(&self, caller: &Caller) -> Result<i64> {
        Ok(self.store.user(caller.user_id).await?.ok_or(BAD)?.epoch)
    }

    /// Begins a session for a user whose credentials were verified, by this method.
    async fn begin(
        &self,
        user: User,
        begun: Begun<'_>,
        method: AuditMethod,
        client: &Client,
    ) -> Result<SignedIn> {
        if self.unverified == UnverifiedEmail::Refused && !user.email_verified {
            // The mail of the registration may be lost, or its link too old.
            self.post.welcome(&user).await;
            let failed = Entry::of(AuditKind::SignInFailed).to(user.id).method(method);
            let failed = failed.reason(AuditReason::Unverified);
            let subject = format!("user:{}", user.id);
            self.audit
                .record_failure(By::nobody(client), &subject, failed)
                .await;
            return Err(UNVERIFIED);
        }
        let now = self.source.now();
        let there = begun.at_provider;
        let session = Session {
            id: self.source.new_id(),
            user_id: user.id,
            epoch: user.epoch,
            generation: 1,
            turned_at: now,
            created_at: now,
            expires_at: now.plus_seconds(self.absolute_days * DAY),
            ended_at: None,
            device: client.device.chars().take(DEVICE_LENGTH).collect(),
            address: client.address.clone(),
            in_cookie: begun.in_cookie,
            client: begun.client.to_owned(),
            scopes: begun.scopes,
            token: None,
            authenticated_at: there
                .as_ref()
                .map_or(now, |there| there.authenticated_at.min(now)),
            provider: there.map(|there| there.session),
        };
        self.store.create_session(&session).await?;
        if let Err(error) = self.devices.note(&user, &session).await {
            log::warn!(user = user.id.to_string(); "whether a device is new is not known: {error}");
        }
        // The password may have been changed, the provider taken away, or the account deleted, since it was looked at.
        let user = self.holder(&session).await?;
        self.counted.begun.inc();
        let begun = Entry::of(AuditKind::SignedIn).to(user.id).session(session.id);
        self.audit
            .record(By::user(user.id, client), begun.method(method))
            .await;
        self.signed_in(user, session)
    }

    /// Turns the session of a refresh token that this client shows, and answers with new tokens.
    ///
    /// # Errors
    /// `Unauthenticated` if the token is none, has ended or was used before; in the last case the
    /// session is ended.
    pub async fn refresh(
        &self,
        token: &str,
        given_to: &str,
        in_cookie: bool,
        client: &Client,
    ) -> Result<SignedIn> {
        let claims = self.tokens.refresh_claims(token).await?;
        // Each time round somebody else has turned the session in between; after one turn of another
        // the token is in its grace, and after two it was used before.
        for _ in 0..4 {
            let session = self.live_session(claims.sid).await?;
            let user = self.holder(&session).await?;
            // A token that was given into a cookie is good in a cookie only, and the other way round; and one is good
            // for the client alone that it was given to.
            let is_theirs = session.in_cookie == in_cookie && session.client == given_to;
            if !is_theirs || session.user_id != claims.sub {
                return Err(BAD);
            }
            let now = self.source.now();
            match self.refresh_ids.standing(&claims.jti, &session, now) {
                Standing::JustTurned => return self.signed_in(user, session),
                Standing::Reused => {
                    self.counted.reused.inc();
                    log::warn!(session = session.id.to_string(), user = user.id.to_string();
                        "a refresh token was used again: its session is ended");
                    if self.end_one(session.user_id, session.id).await? {
                        let reused = Entry::of(AuditKind::RefreshTokenReused).to(user.id);
                        self.audit
                            .record(By::nobody(client), reused.session(session.id))
                            .await;
                    }
                    return Err(BAD);
                }
                Standing::Current => {
                    let turn = Turn {
                        at: now,
                        device: client.device.chars().take(DEVICE_LENGTH).collect(),
                        address: client.address.clone(),
                    };
                    if self
                        .store
                        .turn_session(session.id, session.generation, &turn)
                        .await?
                    {
                        self.counted.refreshed.inc();
                        let generation = session.generation + 1;
                        return self.signed_in(
                            user,
                            Session {
                                generation,
                                turned_at: turn.at,
                                device: turn.device,
                                address: turn.address,
                                ..session
                            },
                        );
                    }
                }
            }
        }
        Err(BAD)
    }

    /// The session of a refresh token that could be used now, and what the token says.
    ///
    /// # Errors
    /// `Unauthenticated` if it is none, has ended, or was used before.
    pub async fn of_refresh_token(&self, token: &str) -> Result<(Session, RefreshClaims)> {
        let (session, claims) = self.behind_refresh_token(token).await?;
        match self
            .refresh_ids
            .standing(&claims.jti, &session, self.source.now())
        {
            Standing::Current | Standing::JustTurned => Ok((session, claims)),
            Standing::Reused => Err(BAD),
        }
    }

    /// The session that a refresh token was given for, also one that was turned since, and what the token says.
    ///
    /// # Errors
    /// `Unauthenticated` if it is none, or its session has ended.
    pub async fn behind_refresh_token(&self, token: &str) -> Result<(Session, RefreshClaims)> {
        let claims = self.tokens.refresh_claims(token).await?;
        let session = self.live_session(claims.sid).await?;
        self.holder(&session).await?;
        if session.user_id != claims.sub {
            return Err(BAD);
        }
        Ok((session, claims))
    }

    async fn live_session(&self, id: Id) -> Result<Session> {
        let session = self.store.session(id).await?.ok_or(BAD)?;
        if session.token.is_some() || session.ended_at.is_some() || self.source.now() >= self.ends(&session) {
            return Err(BAD);
        }
        Ok(session)
    }

    /// The user of a session, if the session still holds.
    async fn holder(&self, session: &Session) -> Result<User> {
        let user = self.store.user(session.user_id).await?;
        user.filter(|user| user.keeps(session)).ok_or(BAD)
    }

    /// When the session ends if nobody refreshes it.
    fn ends(&self, session: &Session) -> Timestamp {
        session
            .turned_at
            .plus_seconds(self.idle_days * DAY)
            .min(session.expires_at)
    }

    fn signed_in(&self, user: User, session: Session) -> Result<SignedIn> {
        let refresh_ends = self.ends(&session);
        let jti = self.refresh_ids.jti(session.id, session.generation);
        Ok(SignedIn {
            access_token: self.tokens.access_token(&user, &session)?,
            expires_in: self.tokens.access_seconds(),
            refresh_token: self.tokens.refresh_token(&session, jti, refresh_ends)?,
            refresh_ends,
            user,
            session,
        })
    }
}

const UNVERIFIED: Error = Error::Forbidden(
    "confirm your e-mail address first: a mail with a link was sent to it; look into the folder for spam, too",
);
const BAD: Error = Error::Unauthenticated(Unauthenticated::BadToken);
