//! Background loops. Each job has a `run_once` that tests call; here is only when they run.

use std::fmt::Display;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rocket::Shutdown;

use crate::service::{Services, reminders, revocation, signing};

/// Cleaning up is not urgent.
const CLEAN_EVERY: Duration = Duration::from_secs(60);

/// Starts the loops; they end with the service.
pub fn start(services: &Arc<Services>, token_seconds: i64, shutdown: &Shutdown) {
    let loops = Loops { services, shutdown };
    loops.every(
        revocation::EVERY,
        "the revocation feed was not read",
        |services| async move { services.revocations.run_once().await },
    );
    loops.every(
        signing::EVERY,
        "the signing keys were not read",
        |services| async move { services.tokens.signing().run_once().await },
    );
    // Apart from each other: a server that is slow to take mails holds up no reminder.
    loops.every(
        reminders::EVERY,
        "reminders were put off",
        |services| async move { services.reminders.run_once().await.map(drop) },
    );
    loops.every(reminders::EVERY, "mails were put off", |services| async move {
        services.post.send_once().await
    });
    loops.every(
        CLEAN_EVERY,
        "cleaning up was put off",
        move |services| async move { services.clean_once(token_seconds).await },
    );
    let (live, mut stop) = (Arc::clone(&services.live), shutdown.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = live.run() => {}
            () = &mut stop => {}
        }
    });
}

struct Loops<'a> {
    services: &'a Arc<Services>,
    shutdown: &'a Shutdown,
}

impl Loops<'_> {
    /// Does the job again and again, with this pause in front of each time; a failure is logged in these words.
    fn every<F, E>(
        &self,
        pause: Duration,
        failure: &'static str,
        job: impl Fn(Arc<Services>) -> F + Send + 'static,
    ) where
        F: Future<Output = Result<(), E>> + Send,
        E: Display,
    {
        let (services, mut stop) = (Arc::clone(self.services), self.shutdown.clone());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    () = &mut stop => return,
                }
                if let Err(error) = job(Arc::clone(&services)).await {
                    log::warn!("{failure}: {error}");
                }
            }
        });
    }
}
