//! Lists: what to-dos are put into. The inbox is none of them: it is where those are that are in no list.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Id, Timestamp, first_position};

/// A list, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    pub id: Id,
    /// Whose it is; never taken from a request.
    pub owner: Id,
    pub name: String,
    pub color: Option<Color>,
    /// Put away: it takes no new to-dos, and keeps those that it has.
    pub archived: bool,
    /// Its place in the order by hand, as that of a to-do. See [`super::first_position`].
    pub position: String,
    /// Whom it is shared with, each once, in the order in which they came.
    pub members: Vec<Member>,
    /// Whom it was shared with before, the latest last, each once: they are told that it is gone.
    pub left: Vec<Id>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Set when it was deleted: nothing is left of it then but that it was there.
    pub deleted_at: Option<Timestamp>,
    /// What becomes of the to-dos of a list that was deleted, until that has been seen to.
    pub fate: Option<Fate>,
    /// Counts the writes, from 1.
    pub version: i64,
    /// The place of the last write in the same order of changes as that of to-dos; set by the store.
    pub stamp: u64,
}

impl List {
    /// A list behind all that there are.
    pub fn new(id: Id, owner: Id, name: String, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            name,
            color: None,
            archived: false,
            position: first_position(now, id),
            members: Vec::new(),
            left: Vec::new(),
            created_at: now,
            updated_at: now,
            deleted_at: None,
            fate: None,
            version: 1,
            stamp: 0,
        }
    }

    /// What this user may do as one whom it is shared with.
    pub fn role_of(&self, user: Id) -> Option<ListRole> {
        let member = self.members.iter().find(|member| member.user_id == user)?;
        Some(member.role)
    }

    /// Lists in the order of their owners, as the store gives those that are shared with somebody: each owner with his.
    pub fn by_owner(lists: &[Self]) -> impl Iterator<Item = (Id, &[Self])> {
        let of_each = lists.chunk_by(|list, next| list.owner == next.owner);
        of_each.filter_map(|of_one| Some((of_one.first()?.owner, of_one)))
    }

    /// Whether it is there, and his or shared with him.
    pub fn is_seen_by(&self, user: Id) -> bool {
        self.deleted_at.is_none() && (self.owner == user || self.role_of(user).is_some())
    }

    /// Shares it with somebody, or lets him do something else with it.
    pub fn admit(&mut self, member: Member) {
        self.left.retain(|left| *left != member.user_id);
        let old = self.members.iter_mut().find(|old| old.user_id == member.user_id);
        match old {
            Some(old) => *old = member,
            None => self.members.push(member),
        }
    }

    /// Takes it from a member; says whether he was one.
    pub fn dismiss(&mut self, user: Id) -> bool {
        let Some(place) = self.members.iter().position(|member| member.user_id == user) else {
            return false;
        };
        self.members.remove(place);
        self.left.push(user);
        let too_many = self.left.len().saturating_sub(MOST_LEFT);
        self.left.drain(..too_many);
        true
    }

    /// Leaves nothing of it but that it was deleted, whom that concerns, and what is to become of its to-dos.
    pub fn erase(&mut self, fate: Fate, now: Timestamp) {
        self.name.clear();
        self.color = None;
        self.archived = false;
        self.position.clear();
        while let Some(member) = self.members.first() {
            self.dismiss(member.user_id);
        }
        self.deleted_at = Some(now);
        self.fate = Some(fate);
    }
}

/// So many who left a list are remembered: as many as it can be shared with, twice.
const MOST_LEFT: usize = 100;

/// Somebody whom a list is shared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    pub user_id: Id,
    pub role: ListRole,
}

/// What somebody whom a list is shared with may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListRole {
    /// Sees the list and its to-dos.
    Viewer,
    /// Changes its to-dos, too.
    Editor,
}

impl ListRole {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Viewer, Self::Editor]
            .into_iter()
            .find(|role| role.name() == name)
    }
}

/// What becomes of the to-dos of a list that is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They go into the inbox.
    Inbox,
    /// They go into the trash; out of it they come back into the inbox.
    Trash,
}

impl Fate {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Trash => "trash",
        }
    }

    /// The fate of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Inbox, Self::Trash]
            .into_iter()
            .find(|fate| fate.name() == name)
    }
}

/// A colour: red, green and blue. Written `#rrggbb`, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Color([u8; 3]);

/// It is no colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written #rrggbb, in lower case")]
pub struct ColorError;

impl FromStr for Color {
    type Err = ColorError;

    fn from_str(text: &str) -> Result<Self, ColorError> {
        let digits = text.strip_prefix('#').ok_or(ColorError)?;
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != 6 || !digits.bytes().all(is_digit) {
            return Err(ColorError);
        }
        let number = u32::from_str_radix(digits, 16).map_err(|_| ColorError)?;
        let [_, red, green, blue] = number.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

impl TryFrom<String> for Color {
    type Error = ColorError;

    fn try_from(text: String) -> Result<Self, ColorError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_as_it_is_written_and_in_no_other_way() {
        for text in ["#000000", "#ffffff", "#0a1b2c"] {
            assert_eq!(
                text.parse::<Color>().map(|color| color.to_string()).as_deref(),
                Ok(text)
            );
        }
        for text in [
            "", "#", "#fff", "#FFFFFF", "ffffff", "#fffffff", "#+fffff", "#ffffé", "red",
        ] {
            assert_eq!(text.parse::<Color>(), Err(ColorError), "{text}");
        }
    }

    #[test]
    fn who_comes_and_goes_is_one_of_those_who_see_it_or_of_those_who_did() {
        let user = |number: u8| Id::from_bytes([number; 12]);
        let member = |number: u8, role| Member {
            user_id: user(number),
            role,
        };
        let mut list = List::new(user(99), user(98), "Garden".into(), Timestamp::from_millis(0));
        list.admit(member(1, ListRole::Viewer));
        list.admit(member(2, ListRole::Editor));
        list.admit(member(1, ListRole::Editor));
        assert_eq!(
            list.members,
            [member(1, ListRole::Editor), member(2, ListRole::Editor)]
        );
        assert!(list.dismiss(user(1)) && !list.dismiss(user(1)) && !list.dismiss(user(3)));
        assert_eq!(
            (&list.members[..], &list.left[..]),
            (&[member(2, ListRole::Editor)][..], &[user(1)][..])
        );
        list.admit(member(1, ListRole::Viewer));
        assert!(list.left.is_empty());
        for number in 3..=120 {
            list.admit(member(number, ListRole::Viewer));
            list.dismiss(user(number));
        }
        assert_eq!(list.left, (21..=120).map(user).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_is_left_of_a_deleted_list_but_what_is_still_needed() {
        let (id, owner) = (Id::from_bytes([1; 12]), Id::from_bytes([2; 12]));
        let now = Timestamp::from_millis;
        let mut list = List {
            color: "#0a1b2c".parse().ok(),
            archived: true,
            members: vec![Member {
                user_id: owner,
                role: ListRole::Editor,
            }],
            ..List::new(id, owner, "Garden".into(), now(5))
        };
        list.erase(Fate::Trash, now(9));
        let expected = List {
            position: String::new(),
            left: vec![owner],
            deleted_at: Some(now(9)),
            fate: Some(Fate::Trash),
            ..List::new(id, owner, String::new(), now(5))
        };
        assert_eq!(list, expected);
        assert_eq!(Fate::from_name("trash"), Some(Fate::Trash));
        assert_eq!(Fate::from_name("Inbox"), None);
    }
}
