//! Makes up operations on the audit log: few actors, subjects and kinds, and several events of one moment.

use rondo::model::{Actor, AuditEvent, AuditFilter, AuditKind, AuditPlace};

use super::{Inventor, OWNERS};
use crate::random_operations::Operation;
use crate::values::{at, event, id};

const KINDS: [AuditKind; 3] = [
    AuditKind::SignedIn,
    AuditKind::SignInFailed,
    AuditKind::UserDeleted,
];

impl Inventor {
    fn actor(&mut self) -> Actor {
        let user = Actor::User(id(self.below(OWNERS)));
        self.pick(&[user, user, Actor::Operator, Actor::Nobody])
    }

    pub(super) fn with_audit(&mut self) -> Operation {
        match self.below(20) {
            0..10 => {
                let (number, moment) = (self.below(60), self.moment());
                Operation::AppendEvent(AuditEvent {
                    at: moment,
                    kind: self.pick(&KINDS),
                    actor: self.actor(),
                    subject: self.maybe(70, |this| id(this.below(OWNERS))),
                    ..event(number, 0)
                })
            }
            10..18 => {
                let kinds = (0..self.below(3)).map(|_| self.pick(&KINDS)).collect();
                let filter = AuditFilter {
                    actor: self.maybe(40, Self::actor),
                    subject: self.maybe(40, |this| id(this.below(OWNERS))),
                    kinds,
                    since: self.maybe(30, Self::moment),
                    until: self.maybe(30, Self::moment),
                };
                let after = self.maybe(50, |this| AuditPlace {
                    at: this.moment(),
                    id: id(this.below(60)),
                });
                Operation::AuditPage(filter, after, self.below(6) as usize)
            }
            18 => Operation::LastEvents(self.pick(&KINDS), (0..OWNERS).map(id).collect()),
            _ => Operation::RemoveEvents(self.early_moment().min(at(self.now / 2))),
        }
    }
}
