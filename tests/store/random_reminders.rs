//! Makes up operations on what is told at its time and on mails: few of them, so that they meet.

use rondo::model::{About, DueDigest, DueReminder, Mail, Reminder, Timestamp, User};

use super::{Inventor, OWNERS};
use crate::memory::Memory;
use crate::random_operations::Operation;
use crate::values::{at, id};

/// How many mails and senders take part.
const MAILS: u32 = 4;
const SENDERS: u32 = 2;

impl Inventor {
    /// One of a moment nearby, or one that counts from what is due.
    pub(super) fn reminder(&mut self) -> Reminder {
        let nearby = at(self.now + i64::from(self.below(8))).to_string();
        let text = self.pick(&["-PT0M", "-P1D", &nearby, &nearby]);
        text.parse().expect("it is a reminder")
    }

    pub(super) fn choose_digest(&mut self, user: &mut User) {
        user.digest = self.maybe(60, |_| "07:30".parse().expect("it is a time of day"));
        user.digest_at = self.maybe(60, |this| at(this.now + i64::from(this.below(8))));
    }

    fn mail(&mut self) -> Mail {
        let about = if self.happens(50) {
            About::Digest { at: self.moment() }
        } else {
            About::Reminder {
                todo: id(self.below(9)),
                at: self.moment(),
            }
        };
        let (number, owner) = (self.below(MAILS), self.below(OWNERS));
        Mail::new(id(number), id(owner), about, at(self.now))
    }

    /// The moment of one that is there, or another one.
    fn moment_of(&mut self, there: Option<Timestamp>) -> Timestamp {
        match there {
            Some(at) if self.happens(80) => at,
            _ => self.moment(),
        }
    }

    pub(super) fn with_reminders(&mut self, memory: &Memory) -> Operation {
        let now = at(self.now);
        let (mail, sender) = (id(self.below(MAILS)), id(self.below(SENDERS)));
        match self.below(20) {
            0..3 => Operation::DueReminders(self.moment(), self.below(5) as usize),
            3..7 => {
                let owner = self.below(OWNERS);
                let todo = id(owner * 1000 + self.below(9));
                let there = memory.any_todo(id(owner), todo).and_then(|todo| todo.remind_at());
                let reminder = DueReminder {
                    at: self.moment_of(there),
                    owner: id(owner),
                    todo,
                };
                Operation::ClaimReminder(reminder, self.maybe(60, Self::mail))
            }
            7..9 => Operation::DueDigests(self.moment(), self.below(4) as usize),
            9..11 => {
                let user = self.user_id();
                let there = memory.any_user(user).and_then(|user| user.digest_at);
                let digest = DueDigest {
                    at: self.moment_of(there),
                    user,
                };
                let next = at(self.now + i64::from(self.below(20)));
                Operation::ClaimDigest(digest, next, self.maybe(60, Self::mail))
            }
            11..13 => Operation::CreateMail(self.mail()),
            13..16 => Operation::TakeMail(sender, now, at(self.now + i64::from(self.below(6)))),
            16 => Operation::PutOffMail(mail, sender, self.moment()),
            17 => Operation::FinishMail(mail, sender, now),
            18 => Operation::RemoveMails(self.early_moment()),
            _ => Operation::RemoveMailsOf(id(self.below(OWNERS))),
        }
    }
}
