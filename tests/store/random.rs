//! The same random operations on a keeper and on the plain model: every answer must be the same, and in
//! the end all that can be seen. Only stamps are a keeper's own, but they must grow as the model's do.
//!
//! `TEST_SEED` names the seed of the first sequence; the others count on from it.

use std::collections::HashMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::{collections::BTreeMap, fmt};

use rondo::model::{AuditFilter, Id, Sort, Timestamp, TodoQuery};
use rondo::store::{Store, Upkeep as _};

use crate::keepers::{Fresh, migrated};
use crate::memory::Memory;
use crate::random_inventor::{Inventor, NAMES, OWNERS, SESSIONS, expiry_of, identity};
use crate::random_operations::{Answer, Operation};
use crate::values::{at, everything, id};

/// How many operations a sequence has.
const STEPS: usize = 300;

/// Operations, and what the model answered to each.
type Script = Vec<(Operation, Answer)>;

/// What can be read of everything.
fn reads() -> Vec<Operation> {
    let mut reads = vec![
        Operation::UsersPage(None, 1000),
        Operation::DeletedUsers(at(1_000_000)),
        Operation::Keys,
        Operation::DueReminders(at(1_000_000), 1000),
        Operation::DueDigests(at(1_000_000), 1000),
    ];
    reads.push(Operation::RevocationsSince(Timestamp::from_millis(0)));
    reads.extend((0..8).map(|number| Operation::UserByIdentity(identity(number))));
    reads.extend((0..SESSIONS).map(|number| Operation::Session(id(number))));
    reads.push(Operation::LeavingLists(1000));
    reads.push(Operation::AuditPage(AuditFilter::default(), None, 1000));
    for owner in (0..OWNERS).map(id) {
        reads.extend([
            Operation::ListsOf(owner),
            Operation::ListsSharedWith(owner),
            Operation::OpenCounts(owner),
        ]);
        reads.extend(NAMES.map(|key| Operation::Attempt(owner, key.into(), at(0))));
        reads.extend([1, 3, 100].map(|at_a_time| Operation::Changes(owner, at_a_time)));
        reads.extend(Sort::ALL.map(|sort| Operation::TodoPage(owner, TodoQuery { sort, ..everything() })));
    }
    reads
}

/// What can only be read by a call that may write.
fn reads_that_write() -> Vec<Operation> {
    let facts = NAMES.map(|name| Operation::Fact(name.into(), "at the end".into()));
    let counts = NAMES.map(|name| Operation::Count(name.into(), 0, expiry_of(name)));
    // All mails that wait, one after the other, and once more.
    let taken = (0..6).map(|number| Operation::TakeMail(id(number), at(1_000_000), at(2_000_000)));
    facts.into_iter().chain(counts).chain(taken).collect()
}

async fn script(seed: u64) -> Script {
    let (memory, mut inventor) = (Memory::default(), Inventor::new(seed));
    memory.migrate(at(0)).await.expect("memory can be migrated");
    let mut script = Script::new();
    for _ in 0..STEPS {
        let operation = inventor.invent(&memory);
        let answer = operation.apply(&memory).await;
        script.push((operation, answer));
    }
    for operation in reads().into_iter().chain(reads_that_write()) {
        let answer = operation.apply(&memory).await;
        script.push((operation, answer));
    }
    script
}

/// Where a keeper answers otherwise.
struct Difference<'a> {
    operation: &'a Operation,
    of_memory: Answer,
    of_keeper: Answer,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            operation,
            of_memory,
            of_keeper,
        } = self;
        write!(
            f,
            "{operation:?}\n  memory: {of_memory:?}\n  keeper: {of_keeper:?}"
        )
    }
}

/// The keeper's stamp for each of the model's, by owner. Both must grow alike.
#[derive(Default)]
struct Stamps(HashMap<Id, BTreeMap<u64, u64>>);

impl Stamps {
    fn grow_alike(&mut self, owner: Id, of_memory: u64, of_keeper: u64) -> bool {
        let known = self.0.entry(owner).or_default();
        let same = *known.entry(of_memory).or_insert(of_keeper) == of_keeper;
        let earlier = known.range(..of_memory).next_back();
        let later = known.range((Excluded(of_memory), Unbounded)).next();
        same && earlier.is_none_or(|(_, stamp)| *stamp < of_keeper)
            && later.is_none_or(|(_, stamp)| *stamp > of_keeper)
    }

    /// Compares two answers to the same operation, and tells where they differ.
    fn compare<'a>(
        &mut self,
        operation: &'a Operation,
        of_memory: &Answer,
        of_keeper: Answer,
    ) -> Option<Difference<'a>> {
        let (mut left, mut right) = (of_memory.clone(), of_keeper.clone());
        let mut grow = true;
        for ((owner, a), (_, b)) in left.stamps_mut().into_iter().zip(right.stamps_mut()) {
            grow &= self.grow_alike(owner, *a, *b);
            (*a, *b) = (0, 0);
        }
        let differ = left != right || !grow;
        differ.then(|| Difference {
            operation,
            of_memory: of_memory.clone(),
            of_keeper,
        })
    }
}

/// The first step at which the keeper answers otherwise.
async fn first_difference<'a>(script: &'a Script, store: &dyn Store) -> Option<(usize, Difference<'a>)> {
    let mut stamps = Stamps::default();
    for (step, (operation, of_memory)) in script.iter().enumerate() {
        let of_keeper = operation.apply(store).await;
        if let Some(difference) = stamps.compare(operation, of_memory, of_keeper) {
            return Some((step, difference));
        }
    }
    None
}

/// The shortest beginning of the script after which something that can be seen differs, told in words.
/// Slower, as it looks at everything after each step.
async fn shortest_beginning(script: &Script, store: &dyn Store) -> String {
    let (memory, mut stamps) = (Memory::default(), Stamps::default());
    memory.migrate(at(0)).await.expect("memory can be migrated");
    let reads = reads();
    for (step, (operation, of_memory)) in script.iter().enumerate() {
        operation.apply(&memory).await;
        let of_keeper = operation.apply(store).await;
        if let Some(difference) = stamps.compare(operation, of_memory, of_keeper) {
            return format!(
                "No shorter beginning shows it than {} steps: {difference}",
                step + 1
            );
        }
        for read in &reads {
            let (of_memory, of_keeper) = (read.apply(&memory).await, read.apply(store).await);
            if let Some(difference) = stamps.compare(read, &of_memory, of_keeper) {
                return format!(
                    "It can be seen after {} steps, behind {operation:?}: {difference}",
                    step + 1
                );
            }
        }
    }
    "Looking at everything after each step, nothing differs".to_owned()
}

async fn answers_as_memory_does(store: &Fresh, number: u64) {
    let first: u64 = std::env::var("TEST_SEED").map_or(1, |text| text.parse().expect("a seed is a number"));
    let seed = first.wrapping_add(number);
    let script = script(seed).await;
    let Some((step, difference)) = first_difference(&script, &**store).await else {
        return;
    };
    let mut shortest = String::new();
    let find = async |again: &Fresh| shortest = shortest_beginning(&script, &**again).await;
    migrated(store.kind(), find).await;
    panic!(
        "TEST_SEED={seed}, step {} of {}: {difference}\n{shortest}",
        step + 1,
        script.len()
    );
}

async fn random_operations_are_answered_alike(store: &Fresh) {
    answers_as_memory_does(store, 0).await;
}

async fn other_random_operations_are_answered_alike(store: &Fresh) {
    answers_as_memory_does(store, 1).await;
}

async fn still_other_random_operations_are_answered_alike(store: &Fresh) {
    answers_as_memory_does(store, 2).await;
}

async fn yet_other_random_operations_are_answered_alike(store: &Fresh) {
    answers_as_memory_does(store, 3).await;
}

on_each_keeper!(migrated:
    random_operations_are_answered_alike,
    other_random_operations_are_answered_alike,
    still_other_random_operations_are_answered_alike,
    yet_other_random_operations_are_answered_alike,
);
