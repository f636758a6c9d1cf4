//! Tasks on their way from the async callers to the threads that own the connections.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use super::failure::{Failure, Outcome};
use crate::store::{Result, StoreError};

/// How long a caller waits for its answer, the time in the queue included.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// How many tasks may wait; further callers wait for room, in their order.
const ROOM: usize = 1024;

/// A task, seen from the thread that does it.
pub(super) trait Job: Send {
    /// Whether the caller still waits for the answer.
    fn is_wanted(&self) -> bool;

    /// Does the work and keeps its result; the error is a copy for the thread. Once more, after what it did
    /// was undone, is as good as once.
    fn run(&mut self, connection: &Connection) -> Result<()>;

    /// Tells the caller the result of the work or, if it came to nothing after all, why.
    fn answer(self: Box<Self>, settled: Result<()>);
}

struct Task<T, F> {
    work: F,
    result: Option<Result<T>>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: Fn(&Connection) -> Outcome<T> + Send,
{
    fn is_wanted(&self) -> bool {
        !self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> Result<()> {
        // A panic may end one task, never the thread that serves all of them. What the task had begun
        // in the database is undone by whoever called this.
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)))
            .unwrap_or_else(|_| Err(Failure::fault("a task on the database panicked")))
            .map_err(Failure::into_store_error);
        let copy = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        copy
    }

    fn answer(self: Box<Self>, settled: Result<()>) {
        let result = match (settled, self.result) {
            (Ok(()), Some(result)) => result,
            (Err(error), _) => Err(error),
            (Ok(()), None) => return,
        };
        // The caller may have gone meanwhile; then nobody is left to be told.
        drop(self.reply.send(result));
    }
}

/// A bounded queue with any number of callers and of threads that serve them.
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    room: Semaphore,
}

struct State {
    jobs: VecDeque<Box<dyn Job>>,
    /// Threads that sleep and were not yet called: only they cost a wake-up.
    asleep: usize,
    closed: bool,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                jobs: VecDeque::new(),
                asleep: 0,
                closed: false,
            }),
            arrived: Condvar::new(),
            room: Semaphore::new(ROOM),
        }
    }

    /// Has `work` done, and answers what it answered; `Unavailable` if that takes too long.
    pub(super) async fn ask<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: Fn(&Connection) -> Outcome<T> + Send + 'static,
    {
        let answered = timeout(PATIENCE, async {
            let (reply, answer) = oneshot::channel();
            self.push(Box::new(Task {
                work,
                result: None,
                reply,
            }))
            .await?;
            answer.await.map_err(|_| closed())?
        });
        answered.await.unwrap_or_else(|_| {
            Err(StoreError::Unavailable(format!(
                "the database did not answer for {} seconds",
                PATIENCE.as_secs()
            )))
        })
    }

    async fn push(&self, job: Box<dyn Job>) -> Result<()> {
        self.room.acquire().await.map_err(|_| closed())?.forget();
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        state.jobs.push_back(job);
        if state.asleep > 0 {
            state.asleep -= 1;
            drop(state);
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Waits for a task. `None` after the end, when all were taken.
    pub(super) fn take(&self) -> Option<Box<dyn Job>> {
        let job = self.wait().jobs.pop_front()?;
        self.room.add_permits(1);
        Some(job)
    }

    /// Waits for a task and takes with it the others that wait, up to `limit`. Empty after the end.
    pub(super) fn take_many(&self, limit: usize) -> Vec<Box<dyn Job>> {
        let mut state = self.wait();
        let count = state.jobs.len().min(limit);
        let group: Vec<_> = state.jobs.drain(..count).collect();
        drop(state);
        self.room.add_permits(count);
        group
    }

    /// How many tasks wait, and how many threads sleep because none does.
    pub(super) fn waiting_and_asleep(&self) -> (usize, usize) {
        let state = self.lock();
        (state.jobs.len(), state.asleep)
    }

    /// Takes no more tasks; the threads end when they have done what waits.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.room.close();
        self.arrived.notify_all();
    }

    fn wait(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while state.jobs.is_empty() && !state.closed {
            state.asleep += 1;
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, so what it guards is whole in any case.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store was closed".into())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::ROOM;
    use crate::store::Counters;
    use crate::store::sqlite::tests::{NOW, keeper};

    #[tokio::test(flavor = "multi_thread")]
    async fn callers_for_whom_there_is_no_room_wait_for_it() {
        let (_folder, keeper) = keeper().await;
        let keeper = Arc::new(keeper);
        let callers: Vec<_> = (0..2 * ROOM)
            .map(|_| {
                let keeper = Arc::clone(&keeper);
                tokio::spawn(async move { keeper.count("calls", 1, NOW).await })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap().unwrap();
        }
        assert_eq!(keeper.count("calls", 0, NOW).await.unwrap(), 2 * ROOM as i64);
    }
}
