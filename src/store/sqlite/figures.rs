//! What this keeper tells of itself: its queues, and how many writes share a commit.

use std::sync::atomic::Ordering;

use super::Sqlite;
use super::readers::READERS;
use crate::metrics::{Figure, number};

pub(super) fn of(keeper: &Sqlite) -> Vec<Figure> {
    let (writes, _) = keeper.writes.waiting_and_asleep();
    let (reads, asleep) = keeper.reads.waiting_and_asleep();
    let written = |number: &std::sync::atomic::AtomicU64| number.load(Ordering::Relaxed);
    vec![
        Figure::gauge(
            "rondo_sqlite_writes_waiting",
            "Tasks that wait for the writing thread.",
            number(writes as u64),
        ),
        Figure::gauge(
            "rondo_sqlite_reads_waiting",
            "Tasks that wait for a reading thread.",
            number(reads as u64),
        ),
        Figure::gauge(
            "rondo_sqlite_readers",
            "Threads that read.",
            number(READERS as u64),
        ),
        Figure::gauge(
            "rondo_sqlite_readers_busy",
            "Threads that are reading now.",
            number(READERS.saturating_sub(asleep) as u64),
        ),
        Figure::counter(
            "rondo_sqlite_write_groups_total",
            "Groups of tasks that were brought to one commit each.",
            number(written(&keeper.written.groups)),
        ),
        Figure::counter(
            "rondo_sqlite_written_tasks_total",
            "Tasks in those groups.",
            number(written(&keeper.written.tasks)),
        ),
    ]
}
