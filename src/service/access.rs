//! Who may do what with a list and the to-dos in it. Everything that reaches them asks here; the table is in
//! docs/API.md.

use crate::error::{Error, Result};
use crate::model::{Id, List, ListRole};
use crate::store::Store;

/// What somebody is to a list and to the to-dos in it. Whoever is none of these does not learn that it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Owner,
    Editor,
    Viewer,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// See the list, its to-dos, and who else does.
    See,
    /// Make, change, complete, move, delete and restore to-dos.
    Write,
    /// Purge to-dos; change and delete the list, and choose whom it is shared with.
    Own,
}

impl Standing {
    /// What this user is to a list.
    pub fn of(user: Id, list: &List) -> Option<Self> {
        if list.owner == user {
            return Some(Self::Owner);
        }
        list.role_of(user).map(|role| match role {
            ListRole::Viewer => Self::Viewer,
            ListRole::Editor => Self::Editor,
        })
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Editor => "editor",
            Self::Viewer => "viewer",
        }
    }

    pub const fn may(self, action: Action) -> bool {
        match self {
            Self::Owner => true,
            Self::Editor => matches!(action, Action::See | Action::Write),
            Self::Viewer => matches!(action, Action::See),
        }
    }

    /// # Errors
    /// `Forbidden` for what somebody of this standing may not do.
    pub fn check(self, action: Action) -> Result<()> {
        match action {
            _ if self.may(action) => Ok(()),
            Action::See | Action::Write => Err(Error::Forbidden(
                "this list is shared with you for viewing, and you change nothing in it",
            )),
            Action::Own => Err(Error::Forbidden("only the owner of the list may do this")),
        }
    }
}

/// The list of that id, this user's own or one that is shared with him, if he may do this with it.
///
/// # Errors
/// `NotFound` if it is neither; `Forbidden`.
pub async fn find_list(store: &dyn Store, user: Id, id: Id, action: Action) -> Result<List> {
    match store.list(user, id).await? {
        Some(own) => Ok(own),
        None => among(store.lists_shared_with(user).await?, user, id, action),
    }
}

/// The list of that id among those that are shared with this user, if he may do this with it.
///
/// # Errors
/// `NotFound` if it is not shared with him; `Forbidden`.
pub fn among(shared: Vec<List>, user: Id, id: Id, action: Action) -> Result<List> {
    let list = shared
        .into_iter()
        .find(|list| list.id == id)
        .ok_or(Error::NotFound)?;
    Standing::of(user, &list).ok_or(Error::NotFound)?.check(action)?;
    Ok(list)
}
