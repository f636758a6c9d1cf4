//! Whose things the writing thread has written and not yet committed.
//!
//! All writes are one thread's: what a task notes here belongs to the group that is being committed. A task that
//! is undone may have noted something, too; then somebody looks in vain.

use std::cell::RefCell;

use crate::model::Id;

thread_local! {
    static OWNERS: RefCell<Vec<Id>> = const { RefCell::new(Vec::new()) };
}

/// Notes that something of this owner was written.
pub(super) fn note(owner: Id) {
    OWNERS.with_borrow_mut(|owners| {
        if owners.last() != Some(&owner) {
            owners.push(owner);
        }
    });
}

/// Takes what was noted, each owner once.
pub(super) fn take() -> Vec<Id> {
    let mut owners = OWNERS.take();
    owners.sort_unstable();
    owners.dedup();
    owners
}
