//! What administrators do with the accounts of others: finding them, changing and deleting them, ending their sessions.

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::{AuditKind, Caller, Id, Role, Session, Timestamp, User, UserFilter};
use crate::secret::Secrets;
use crate::service::accounts::{Accounts, UserPatch};
use crate::service::audit::By;
use crate::service::cursors::{Cursors, Question};
use crate::service::sessions::{Client, Sessions};
use crate::service::todos::Precondition;
use crate::store::Store;

/// A page of accounts that is asked for.
#[derive(Debug, Clone)]
pub struct UserRequest {
    pub filter: UserFilter,
    /// Only this one.
    pub id: Option<Id>,
    pub limit: usize,
    pub cursor: Option<String>,
}

/// An account, and when somebody signed in to it last, as far as the audit log goes back.
#[derive(Debug, Clone)]
pub struct Seen {
    pub user: User,
    pub last_signed_in_at: Option<Timestamp>,
}

/// A page, and the cursor of the next one.
#[derive(Debug, Clone)]
pub struct UserPage {
    pub items: Vec<Seen>,
    pub next: Option<String>,
}

/// What of an account an administrator changes; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub name: Option<String>,
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

/// What administrators do. Every method is `Forbidden` to others.
pub struct Administration {
    store: Arc<dyn Store>,
    accounts: Arc<Accounts>,
    sessions: Arc<Sessions>,
    cursors: Cursors,
}

impl Administration {
    pub fn new(
        store: Arc<dyn Store>,
        secrets: &Secrets,
        accounts: Arc<Accounts>,
        sessions: Arc<Sessions>,
    ) -> Self {
        Self {
            store,
            accounts,
            sessions,
            cursors: Cursors::new(secrets),
        }
    }

    /// A page of accounts, in the order of their ids: to the second, in which they were made.
    ///
    /// # Errors
    /// `Invalid` for a cursor that this service did not make, or made for another question.
    pub async fn users(&self, caller: &Caller, request: UserRequest) -> Result<UserPage> {
        check(caller)?;
        let UserRequest {
            filter,
            id,
            limit,
            cursor,
        } = request;
        let question = Question::of_users(caller.user_id, &filter, id);
        let after = cursor
            .map(|cursor| self.cursors.read_as(&question, &cursor))
            .transpose()?;
        let mut users = match id {
            // The index of ids leads there; the rest of the filter is soon looked at.
            Some(id) => self.store.user(id).await?.into_iter().collect(),
            // One more than is shown: it tells whether there is more.
            None => self.store.find_users(&filter, after, limit + 1).await?,
        };
        users.retain(|user: &User| {
            filter.role.is_none_or(|role| user.role == role)
                && filter.disabled.is_none_or(|disabled| user.disabled == disabled)
        });
        let more = users.len() > limit;
        users.truncate(limit);
        let last = users.last().filter(|_| more);
        let next = last.map(|user| {
            self.cursors
                .seal(&question, &serde_json::json!(user.id).to_string())
        });
        let items = self.see(users).await?;
        Ok(UserPage { items, next })
    }

    /// An account.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn user(&self, caller: &Caller, id: Id) -> Result<Seen> {
        check(caller)?;
        let user = self.store.user(id).await?.ok_or(Error::NotFound)?;
        self.see_one(user).await
    }

    /// Changes an account. Whoever is lowered or disabled is signed out everywhere.
    ///
    /// # Errors
    /// `NotFound`; `Stale` if it is of another version; `Conflict` if nobody would govern then.
    pub async fn change(
        &self,
        caller: &Caller,
        id: Id,
        change: Change,
        condition: Precondition,
        client: &Client,
    ) -> Result<Seen> {
        check(caller)?;
        let patch = UserPatch {
            name: change.name,
            role: change.role,
            disabled: change.disabled,
            condition,
            ..UserPatch::default()
        };
        let by = By::user(caller.user_id, client);
        let user = self.accounts.apply(by, id, patch, None, "").await?;
        self.see_one(user).await
    }

    /// Deletes somebody else's account, and everything of it.
    ///
    /// # Errors
    /// `NotFound`; `Conflict` for one's own, or if nobody would govern then.
    pub async fn delete(&self, caller: &Caller, id: Id, client: &Client) -> Result<()> {
        check(caller)?;
        if id == caller.user_id {
            return Err(Error::Conflict(
                "one's own account is deleted at /users/me, with the current password",
            ));
        }
        self.accounts.erase(By::user(caller.user_id, client), id).await
    }

    /// Somebody's sessions, newest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn sessions(&self, caller: &Caller, id: Id) -> Result<Vec<Session>> {
        check(caller)?;
        self.sessions.of_user(id).await
    }

    /// Ends all of somebody's sessions.
    ///
    /// # Errors
    /// `NotFound` if there is no such account.
    pub async fn end_sessions(&self, caller: &Caller, id: Id, client: &Client) -> Result<()> {
        check(caller)?;
        self.store.user(id).await?.ok_or(Error::NotFound)?;
        self.sessions
            .end_all(By::user(caller.user_id, client), id, None)
            .await
    }

    /// Ends one of somebody's sessions.
    ///
    /// # Errors
    /// `NotFound` if they have no such session.
    pub async fn end_session(&self, caller: &Caller, id: Id, session: Id, client: &Client) -> Result<()> {
        check(caller)?;
        let by = By::user(caller.user_id, client);
        self.sessions
            .end_as(by, id, session, AuditKind::SessionEnded)
            .await
    }

    async fn see_one(&self, user: User) -> Result<Seen> {
        let mut seen = self.see(vec![user]).await?;
        seen.pop().ok_or(Error::NotFound)
    }

    async fn see(&self, users: Vec<User>) -> Result<Vec<Seen>> {
        let ids: Vec<Id> = users.iter().map(|user| user.id).collect();
        let last = self.store.last_events(AuditKind::SignedIn, &ids).await?;
        let last: HashMap<Id, Timestamp> = last.into_iter().collect();
        let seen = |user: User| Seen {
            last_signed_in_at: last.get(&user.id).copied(),
            user,
        };
        Ok(users.into_iter().map(seen).collect())
    }
}

fn check(caller: &Caller) -> Result<()> {
    if caller.is_admin() {
        Ok(())
    } else {
        Err(Error::Forbidden("this is for administrators"))
    }
}
