//! bcrypt, and nothing around it, on as many threads as the service has for it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many passwords were compared in how long. What is under way at the end does not count, as a
/// request that is not answered in time does not.
pub fn compare(threads: usize, cost: u32, time: Duration) -> (usize, Duration) {
    let password = "x".repeat(64);
    let hash = bcrypt::hash(&password, cost).expect("it is hashed");
    let (done, over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // As the service's threads are; Linux counts niceness by thread.
                rustix::process::setpriority_process(None, 10).expect("it yields to others");
                while !over.load(Ordering::Relaxed) {
                    assert!(bcrypt::verify(&password, &hash).expect("it is compared"));
                    if !over.load(Ordering::Relaxed) {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        let begun = Instant::now();
        std::thread::sleep(time);
        over.store(true, Ordering::Relaxed);
        (done.load(Ordering::Relaxed), begun.elapsed())
    })
}
