//! Accounts: registering, reading, changing and deleting them, by their owners, by administrators and
//! by the operator's command line (which needs nobody's leave).

mod changing;
mod governing;

use std::sync::Arc;

use crate::clock::Source;
use crate::config::Registration;
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{
    AuditKind, Caller, Email, Id, Revoked, Role, TimeOfDay, User, WeekStart, Zone, email_identity,
};
use crate::service::audit::{Audit, By, Entry};
use crate::service::fresh::{FreshCheck, Shown};
use crate::service::lists::{close_all, leave_all};
use crate::service::passwords::Passwords;
use crate::service::sessions::Client;
use crate::service::todos::Precondition;
use crate::service::{PATCH_TRIES, Post, Revocations, Turns, too_contended};
use crate::store::{Store, StoreError};

use self::governing::Governing;

/// A new account.
#[derive(Debug, Clone)]
pub struct NewUser {
    pub name: String,
    pub email: Email,
    pub password: String,
    pub role: Role,
}

/// What of an account is to be changed; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    pub name: Option<String>,
    pub email: Option<Email>,
    pub email_verified: Option<bool>,
    pub password: Option<String>,
    pub time_zone: Option<Option<Zone>>,
    pub language: Option<Option<String>>,
    pub week_start: Option<WeekStart>,
    pub digest: Option<Option<TimeOfDay>>,
    pub role: Option<Role>,
    pub disabled: Option<bool>,
    /// Which version it must have.
    pub condition: Precondition,
}

/// Whose account is meant.
#[derive(Debug, Clone)]
pub enum Who {
    Id(Id),
    Email(Email),
}

/// Accounts.
pub struct Accounts {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    passwords: Arc<Passwords>,
    revocations: Arc<Revocations>,
    fresh: Arc<FreshCheck>,
    audit: Arc<Audit>,
    governing: Governing,
    registration: Registration,
    post: Arc<Post>,
    turns: Turns,
}

pub(super) const EMAIL_TAKEN: Error = Error::Conflict("an account with this e-mail address exists");
const CLOSED: Error = Error::Forbidden("registration is closed; ask an administrator for an account");
const NOT_YOURS: Error = Error::Forbidden("only an administrator may name another account");

impl Accounts {
    #[expect(
        clippy::too_many_arguments,
        reason = "called once, where the services are wired"
    )]
    pub fn new(
        store: Arc<dyn Store>,
        source: Arc<dyn Source>,
        passwords: Arc<Passwords>,
        revocations: Arc<Revocations>,
        fresh: Arc<FreshCheck>,
        audit: Arc<Audit>,
        registration: Registration,
        post: Arc<Post>,
    ) -> Self {
        Self {
            governing: Governing::new(Arc::clone(&store), Arc::clone(&source)),
            store,
            source,
            passwords,
            revocations,
            fresh,
            audit,
            registration,
            post,
            turns: Turns::new(),
        }
    }

    /// How many passwords were hashed so far; tests see by it that two answers cost the same.
    pub fn hashings(&self) -> u64 {
        self.passwords.hashings()
    }

    /// Makes an account for somebody who asks for one, and mails the link by which the address is verified.
    ///
    /// # Errors
    /// `Forbidden` when registration is closed, or by invitation only; `Conflict` when the e-mail address is taken; `Invalid`
    /// for a password that anybody would guess.
    pub async fn register(&self, client: &Client, new: NewUser) -> Result<User> {
        match self.registration {
            Registration::Open => {
                let new = NewUser {
                    role: Role::User,
                    ..new
                };
                let user = self.prepare(new, "/password").await?;
                self.keep(&user).await?;
                self.post.welcome(&user).await;
                let registered = Entry::of(AuditKind::UserRegistered).to(user.id);
                self.audit.record(By::user(user.id, client), registered).await;
                Ok(user)
            }
            Registration::Invite => Err(Error::Forbidden(
                "an account is made by invitation only; ask an administrator for one",
            )),
            Registration::Closed => Err(CLOSED),
        }
    }

    /// Whether whoever is invited may make an account.
    pub(super) fn check_open_to_guests(&self) -> Result<()> {
        match self.registration {
            Registration::Open | Registration::Invite => Ok(()),
            Registration::Closed => Err(CLOSED),
        }
    }

    /// Makes an account on behalf of an administrator or the operator. `pointer` is where the password
    /// stands.
    ///
    /// # Errors
    /// As [`Accounts::register`], but for closed registration.
    pub async fn create(&self, by: By<'_>, new: NewUser, pointer: &'static str) -> Result<User> {
        let user = self.prepare(new, pointer).await?;
        self.keep(&user).await?;
        let created = Entry::of(AuditKind::UserCreated).to(user.id).role(user.role);
        self.audit.record(by, created).await;
        Ok(user)
    }

    /// An account that is not kept yet.
    ///
    /// # Errors
    /// As [`Accounts::create`].
    pub(super) async fn prepare(&self, new: NewUser, pointer: &'static str) -> Result<User> {
        let mut user = User::new(self.source.new_id(), new.email.clone(), self.source.now());
        // Asked before the password is hashed, so that a taken address costs little; the database decides.
        if self
            .store
            .user_by_identity(&email_identity(&new.email))
            .await?
            .is_some()
        {
            return Err(EMAIL_TAKEN);
        }
        user.password = Some(
            self.passwords
                .hash(&new.password, &[&new.name, new.email.written()], pointer)
                .await?,
        );
        user.name = new.name;
        user.role = new.role;
        Ok(user)
    }

    /// Keeps one that was prepared.
    ///
    /// # Errors
    /// `Conflict` when the e-mail address is taken.
    pub(super) async fn keep(&self, user: &User) -> Result<()> {
        self.store.create_user(user).await.map_err(email_taken)
    }

    /// The caller's own account.
    ///
    /// # Errors
    /// `Unauthenticated` if it is no more.
    pub async fn me(&self, caller: &Caller) -> Result<User> {
        let user = self.store.user(caller.user_id).await?;
        user.ok_or(Error::Unauthenticated(Unauthenticated::BadToken))
    }

    /// The account that is named, for its owner or an administrator.
    ///
    /// # Errors
    /// `Forbidden` alike for others' accounts and for accounts that do not exist; `NotFound` for
    /// administrators only.
    pub async fn find(&self, caller: &Caller, who: &Who) -> Result<User> {
        if caller.is_admin() {
            return self.lookup(who).await?.ok_or(Error::NotFound);
        }
        let me = self.me(caller).await?;
        let is_me = match who {
            Who::Id(id) => *id == me.id,
            Who::Email(email) => me.identities.contains(&email_identity(email)),
        };
        if is_me { Ok(me) } else { Err(NOT_YOURS) }
    }

    /// The account that is named, for the operator.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn lookup(&self, who: &Who) -> Result<Option<User>> {
        Ok(match who {
            Who::Id(id) => self.store.user(*id).await?,
            Who::Email(email) => self.store.user_by_identity(&email_identity(email)).await?,
        })
    }

    /// Changes the account that is named. Its owner passes the fresh check for a new password or e-mail address; a new
    /// password, which stands at `pointer`, ends every other session.
    ///
    /// # Errors
    /// As [`Accounts::find`], and as the fresh check; `Conflict` when the new e-mail address is taken.
    pub async fn change(
        &self,
        caller: &Caller,
        who: &Who,
        patch: UserPatch,
        shown: &Shown<'_>,
        pointer: &'static str,
    ) -> Result<User> {
        let user = self.find(caller, who).await?;
        let is_me = user.id == caller.user_id;
        let needs_check = patch.password.is_some()
            || patch
                .email
                .as_ref()
                .is_some_and(|email| !user.identities.contains(&email_identity(email)));
        if is_me && needs_check {
            self.fresh.pass(caller, &user, shown).await?;
        }
        let keep = is_me.then_some(caller.session_id);
        let by = By::user(caller.user_id, shown.client);
        self.apply(by, user.id, patch, keep, pointer).await
    }

    /// Deletes the account that is named, and everything of it.
    ///
    /// # Errors
    /// As [`Accounts::change`].
    pub async fn delete(&self, caller: &Caller, who: &Who, shown: &Shown<'_>) -> Result<()> {
        let user = self.find(caller, who).await?;
        if user.id == caller.user_id {
            self.fresh.pass(caller, &user, shown).await?;
        }
        self.erase(By::user(caller.user_id, shown.client), user.id).await
    }

    /// Deletes an account, whoever asks. From the moment it returns nobody finds it; the job
    /// [`Accounts::run_once`] removes what a crash may have left.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` if nobody would govern then.
    pub async fn erase(&self, by: By<'_>, id: Id) -> Result<()> {
        let mut turn = None;
        let mut held = None;
        for _ in 0..PATCH_TRIES {
            let old = self.store.user(id).await?.ok_or(Error::NotFound)?;
            let now = self.source.now();
            let mut new = User {
                version: old.version + 1,
                updated_at: now,
                ..old.clone()
            };
            new.erase(now);
            self.governing.check(by, &old, &new, &mut held).await?;
            if self.store.replace_user(&new, old.version).await? {
                self.revocations.add(Revoked::User {
                    id,
                    epoch: new.epoch,
                    keep: None,
                });
                self.audit
                    .record(by, Entry::of(AuditKind::UserDeleted).to(id))
                    .await;
                self.store.end_sessions(id, None, now).await?;
                let is_told = close_all(&*self.store, &*self.source, id).await?;
                self.remove_what_was_of(id).await?;
                if !is_told {
                    self.store.remove_lists_of(id).await?;
                }
                return Ok(());
            }
            if turn.is_none() {
                turn = Some(self.turns.of(id).await?);
            }
        }
        Err(too_contended())
    }

    /// Up to `limit` accounts in the order of their ids, behind `after`, for the operator.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn page(&self, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        Ok(self.store.users_page(after, limit).await?)
    }

    /// Removes what is left of accounts that were deleted so long ago that no token of theirs lives.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn run_once(&self, token_seconds: i64) -> Result<()> {
        let before = self.source.now().plus_seconds(-2 * token_seconds);
        for id in self.store.deleted_users(before, 100).await? {
            self.remove_what_was_of(id).await?;
            self.store.remove_lists_of(id).await?;
            // One that began at the very moment, or that could not be ended then; the next cleaning removes them.
            self.store.end_sessions(id, None, self.source.now()).await?;
            self.store.remove_user(id).await?;
        }
        Ok(())
    }

    /// Leaves nothing of a deleted account but itself, its sessions and what is left of its lists.
    async fn remove_what_was_of(&self, id: Id) -> Result<()> {
        self.store.remove_todos_of(id).await?;
        leave_all(&*self.store, &*self.source, id).await?;
        self.store.remove_mails_of(id).await?;
        self.store.remove_tickets_of(id, None).await?;
        Ok(self.store.remove_attempts_of(id).await?)
    }
}

/// Hashes a password that was just verified to today's setting. If somebody else changes the account at
/// the same moment, it is left for the next sign-in.
pub(super) async fn upgrade_password(
    store: &dyn Store,
    passwords: &Passwords,
    user: User,
    password: &str,
) -> Result<User> {
    let new = User {
        password: Some(passwords.rehash(password).await?),
        version: user.version + 1,
        ..user.clone()
    };
    Ok(if store.replace_user(&new, user.version).await? {
        new
    } else {
        user
    })
}

fn email_taken(error: StoreError) -> Error {
    match error {
        StoreError::Duplicate => EMAIL_TAKEN,
        error @ (StoreError::Unavailable(_) | StoreError::Fault(_)) => error.into(),
    }
}
