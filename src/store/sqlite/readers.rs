//! The threads that read, each with a connection that cannot write.

use rusqlite::Connection;

use super::queue::Queue;

/// How many read at once. Beside the writer, more than two only take turns on a small machine.
pub(super) const READERS: usize = 2;

/// Serves the queue until its end. A statement sees all that was committed before it began, so whoever
/// got the answer to a write reads what was written.
pub(super) fn run(queue: &Queue, connection: &Connection) {
    while let Some(mut job) = queue.take() {
        if job.is_wanted() {
            // The job keeps its own result; there is nothing to undo after a read.
            drop(job.run(connection));
            job.answer(Ok(()));
        }
    }
}
