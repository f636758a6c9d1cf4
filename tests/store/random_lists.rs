//! Makes up operations on lists: few of each owner, that collide, come late and are deleted, with to-dos in them.

use rondo::model::{Fate, List, ListRole};

use super::{Inventor, OWNERS};
use crate::memory::Memory;
use crate::random_operations::Operation;
use crate::values::{at, id, list, member, next_list};

/// How many lists an owner has.
const LISTS: u32 = 3;

impl Inventor {
    fn change_list(&mut self, list: &mut List) {
        let now = at(self.now);
        list.updated_at = now;
        match self.below(8) {
            0 => list.name = self.text(5),
            1 => {
                list.color = self.maybe(70, |this| {
                    this.pick(&["#000000", "#0a1b2c"]).parse().expect("a colour")
                })
            }
            2 => list.archived = !list.archived,
            3..5 => list.position = self.text(2),
            5..7 => {
                let number = self.below(OWNERS + 2);
                let member = member(number, self.pick(&[ListRole::Viewer, ListRole::Editor]));
                if list.owner != member.user_id {
                    if self.happens(70) {
                        list.admit(member);
                    } else {
                        list.dismiss(member.user_id);
                    }
                }
            }
            _ => list.erase(self.fate(), now),
        }
    }

    fn fate(&mut self) -> Fate {
        self.pick(&[Fate::Inbox, Fate::Trash])
    }

    pub(super) fn with_lists(&mut self, memory: &Memory) -> Operation {
        let owner = self.below(OWNERS);
        let number = 1000 * owner + self.below(LISTS);
        // Mostly whose it is.
        let asker = id(if self.happens(90) {
            owner
        } else {
            self.below(OWNERS)
        });
        match self.below(24) {
            0..6 => {
                let mut made = list(id(owner), number);
                self.change_list(&mut made);
                Operation::CreateList(made)
            }
            6..11 => {
                let old = memory
                    .any_list(id(owner), id(number))
                    .unwrap_or_else(|| list(id(owner), number));
                let next = next_list(&old, |list| self.change_list(list));
                let expected = self.expected(old.version);
                let version = expected + 1;
                Operation::ReplaceList(List { version, ..next }, expected)
            }
            11..13 => Operation::List(asker, id(number)),
            13..15 => Operation::ListsOf(asker),
            15 => Operation::ListsSharedWith(asker),
            16..19 => Operation::OpenCounts(asker),
            // Of the lists that the made-up to-dos are in.
            19..21 => Operation::MoveTodosOfList(asker, id(self.below(2)), self.fate(), at(self.now)),
            21 => Operation::LeavingLists(self.below(4) as usize),
            22 => Operation::SettleList(asker, id(number)),
            _ if self.happens(30) => Operation::RemoveListsOf(asker),
            _ => Operation::RemoveGoneLists(self.moment()),
        }
    }
}
