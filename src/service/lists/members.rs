//! Whom lists are shared with. It is a part of the list: each change of it is one of the list.

use super::Lists;
use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{Caller, Email, Fate, Id, List, ListRole, Member, User, email_identity};
use crate::service::access::{Action, Standing};
use crate::service::todos::Precondition;
use crate::service::{PATCH_TRIES, too_contended};
use crate::store::Store;

/// With so many people a list may be shared.
pub const MOST_MEMBERS: usize = 50;
/// So many lists of others a person may be given.
const MOST_GIVEN: usize = 500;

/// Somebody who sees a list.
#[derive(Debug, Clone)]
pub struct Shared {
    pub id: Id,
    pub name: String,
    /// Shown to the owner of the list only, who has named it.
    pub email: Option<String>,
    pub standing: Standing,
}

impl Lists {
    /// All who see the list: its owner, and those it is shared with in the order in which they came.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn members(&self, caller: &Caller, id: Id) -> Result<Vec<Shared>> {
        let list = self.find(caller, id, Action::See).await?;
        let mut shown = Vec::with_capacity(list.members.len() + 1);
        for id in std::iter::once(list.owner).chain(list.members.iter().map(|member| member.user_id)) {
            // One who has just deleted his account is none any more.
            if let Some(user) = self.store.user(id).await? {
                shown.extend(shared(caller, &list, user));
            }
        }
        Ok(shown)
    }

    /// Shares the list with whoever has this address, or changes what he may do.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` for who is not the owner; `Invalid` if nobody has the address, or the owner himself;
    /// `Conflict` if there are too many.
    pub async fn share(&self, caller: &Caller, id: Id, email: &Email, role: ListRole) -> Result<Shared> {
        let list = self.find(caller, id, Action::Own).await?;
        let refused = |detail| Error::rule("/email", "account", detail);
        let found = self.store.user_by_identity(&email_identity(email)).await?;
        let user = found.ok_or_else(|| refused("nobody has an account with this address here"))?;
        if user.id == list.owner {
            return Err(refused("the list is yours; it is shared with others"));
        }
        let is_member = list.role_of(user.id).is_some();
        if !is_member && list.members.len() >= MOST_MEMBERS {
            return Err(Error::Conflict(
                "the list is shared with 50 people, and more it cannot be shared with",
            ));
        }
        if !is_member && self.store.lists_shared_with(user.id).await?.len() >= MOST_GIVEN {
            return Err(Error::Conflict(
                "so many lists are shared with them that no more fit",
            ));
        }
        let list = self
            .rewrite(caller, id, Action::Own, &Precondition::None, |list, _| {
                let member = Member {
                    user_id: user.id,
                    role,
                };
                list.admit(member);
            })
            .await?;
        // Whoever deleted the account meanwhile has left all lists before, perhaps.
        if self.store.user(user.id).await?.is_none() {
            leave(&*self.store, &*self.source, list, user.id).await?;
            return Err(refused("nobody has an account with this address here"));
        }
        shared(caller, &list, user).ok_or(Error::NotFound)
    }

    /// Changes what a member may do.
    ///
    /// # Errors
    /// `NotFound` if there is no such list or member; `Forbidden` for who is not the owner.
    pub async fn change_role(&self, caller: &Caller, id: Id, user: Id, role: ListRole) -> Result<Shared> {
        let list = self.find(caller, id, Action::Own).await?;
        list.role_of(user).ok_or(Error::NotFound)?;
        let list = self
            .rewrite(caller, id, Action::Own, &Precondition::None, |list, _| {
                for member in list.members.iter_mut().filter(|member| member.user_id == user) {
                    member.role = role;
                }
            })
            .await?;
        let user = self.store.user(user).await?.ok_or(Error::NotFound)?;
        shared(caller, &list, user).ok_or(Error::NotFound)
    }

    /// Takes the list from a member: its owner does so, or the member himself, who leaves it. What he made in it
    /// stays.
    ///
    /// # Errors
    /// `NotFound` if there is no such list or member; `Forbidden` for who is neither.
    pub async fn unshare(&self, caller: &Caller, id: Id, user: Id) -> Result<()> {
        let action = if caller.user_id == user {
            Action::See
        } else {
            Action::Own
        };
        let list = self.find(caller, id, action).await?;
        list.role_of(user).ok_or(Error::NotFound)?;
        leave(&*self.store, &*self.source, list, user).await
    }
}

fn shared(caller: &Caller, list: &List, user: User) -> Option<Shared> {
    Some(Shared {
        standing: Standing::of(user.id, list)?,
        id: user.id,
        email: (caller.user_id == list.owner)
            .then(|| user.email.as_ref().map(|email| email.written().to_owned()))
            .flatten(),
        name: user.name,
    })
}

/// Takes whoever deletes his account out of all lists of others; those that he left before do not know of him any more.
///
/// # Errors
/// If the store does not answer.
pub async fn leave_all(store: &dyn Store, source: &dyn Source, user: Id) -> Result<()> {
    for list in store.lists_shared_with(user).await? {
        leave(store, source, list, user).await?;
    }
    Ok(store.forget_left(user).await?)
}

/// Empties the lists of a deleted account, if any of them is shared: those whom it is shared with are told that it is
/// gone. Says whether there was one.
///
/// # Errors
/// If the store does not answer.
pub async fn close_all(store: &dyn Store, source: &dyn Source, owner: Id) -> Result<bool> {
    let lists = store.lists_of(owner).await?;
    if lists.iter().all(|list| list.members.is_empty()) {
        return Ok(false);
    }
    for list in lists {
        let now = source.now();
        let close = |list: &mut List| {
            list.erase(Fate::Trash, now);
            true
        };
        rewrite(store, source, list, close).await?;
    }
    Ok(true)
}

async fn leave(store: &dyn Store, source: &dyn Source, list: List, user: Id) -> Result<()> {
    rewrite(store, source, list, |list| list.dismiss(user)).await
}

/// Writes what a change makes of the list, if it makes something, and as long as the list is there.
async fn rewrite(
    store: &dyn Store,
    source: &dyn Source,
    mut old: List,
    change: impl Fn(&mut List) -> bool,
) -> Result<()> {
    for _ in 0..PATCH_TRIES {
        let mut new = old.clone();
        if !change(&mut new) {
            return Ok(());
        }
        new.version += 1;
        new.updated_at = source.now();
        if store.replace_list(&new, old.version).await? {
            return Ok(());
        }
        match store.list(old.owner, old.id).await? {
            Some(now) => old = now,
            None => return Ok(()),
        }
    }
    Err(too_contended())
}
