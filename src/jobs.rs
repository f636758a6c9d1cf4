//! Background loops. Each job has a `run_once` that tests call; here is only when they run.

use std::sync::Arc;
use std::time::Duration;

use rocket::Shutdown;

use crate::service::{Services, reminders, revocation, signing};

/// Cleaning up is not urgent.
const CLEAN_EVERY: Duration = Duration::from_secs(60);

/// Starts the loops; they end with the service.
pub fn start(services: &Arc<Services>, token_seconds: i64, shutdown: &Shutdown) {
    let (feed, mut stop) = (Arc::clone(services), shutdown.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(revocation::EVERY) => {}
                () = &mut stop => return,
            }
            if let Err(error) = feed.revocations.run_once().await {
                log::warn!("the revocation feed was not read: {error}");
            }
        }
    });
    let (keys, mut stop) = (Arc::clone(services), shutdown.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(signing::EVERY) => {}
                () = &mut stop => return,
            }
            if let Err(error) = keys.tokens.signing().run_once().await {
                log::warn!("the signing keys were not read: {error}");
            }
        }
    });
    let (live, mut stop) = (Arc::clone(&services.live), shutdown.clone());
    tokio::spawn(async move {
        tokio::select! {
            () = live.run() => {}
            () = &mut stop => {}
        }
    });
    // Apart from each other: a server that is slow to take mails holds up no reminder.
    let (told, mut stop) = (Arc::clone(services), shutdown.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(reminders::EVERY) => {}
                () = &mut stop => return,
            }
            if let Err(error) = told.reminders.run_once().await {
                log::warn!("reminders were put off: {error}");
            }
        }
    });
    let (sent, mut stop) = (Arc::clone(services), shutdown.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(reminders::EVERY) => {}
                () = &mut stop => return,
            }
            if let Err(error) = sent.reminders.send_once().await {
                log::warn!("mails were put off: {error}");
            }
        }
    });
    let (services, mut stop) = (Arc::clone(services), shutdown.clone());
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(CLEAN_EVERY) => {}
                () = &mut stop => return,
            }
            if let Err(error) = services.clean_once(token_seconds).await {
                log::warn!("cleaning up was put off: {error}");
            }
        }
    });
}
