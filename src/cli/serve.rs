//! `rondo serve`: serves until it is told to stop.

use std::net::IpAddr;
use std::sync::Arc;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

use super::{Storage, on_threads, read_config};
use crate::app::{self, App, StartError, Stopper};
use crate::clock::System;
use crate::config::{Config, Flags};
use crate::logging;

#[derive(Args, Default)]
pub struct Serve {
    /// The address to listen on (default 127.0.0.1)
    #[arg(long, value_name = "ADDRESS")]
    host: Option<IpAddr>,
    /// The port to listen on (default 4000)
    #[arg(long)]
    port: Option<u16>,
    #[command(flatten)]
    storage: Storage,
    /// Do not apply missing migrations; refuse to start if there are any
    #[arg(long)]
    no_migrate: bool,
    /// Log more of what the service does
    #[arg(long)]
    debug: bool,
}

impl Serve {
    pub fn run(self) -> Result<(), StartError> {
        let flags = Flags {
            host: self.host,
            port: self.port,
            no_migrate: self.no_migrate,
            debug: self.debug,
            ..self.storage.flags()
        };
        let config = read_config(&flags)?;
        logging::init(&config)?;
        log_panics();
        log::info!("rondo {} in {}", super::VERSION, config.environment.name());
        on_threads(config.workers, serve(config))
    }
}

async fn serve(config: Config) -> Result<(), StartError> {
    let app = app::build(&config, Arc::new(System::default())).await?;
    // Before anybody can know that it listens: from here on a signal is a stop, and no sudden end.
    let stop = tokio::spawn(stop_on_signal(Signals::listen()?, app.stopper(&config)));
    let App {
        rocket,
        services,
        listening,
        ended,
        lock,
        ..
    } = app;
    tokio::spawn(announce(config, listening));
    let served = app::launch(rocket, ended, services).await;
    drop(lock);
    stop.abort();
    log::info!("stopped");
    served
}

/// Tells where the service is, once it is there.
async fn announce(config: Config, listening: oneshot::Receiver<u16>) {
    // The sender is dropped when the service does not come up: then there is nothing to tell.
    if let Ok(port) = listening.await {
        let address = std::net::SocketAddr::new(config.address, port);
        log::info!(
            "listening on http://{address} as {}, data in {}",
            config.public_url,
            config.db
        );
    }
}

/// SIGTERM and Ctrl-C.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> Result<Self, StartError> {
        let listen = |kind| {
            signal(kind).map_err(|error| StartError(format!("signals cannot be listened to: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! { _ = self.terminate.recv() => {}, _ = self.interrupt.recv() => {} }
    }
}

/// At a signal: drain, then stop; at a second one stop at once.
async fn stop_on_signal(mut signals: Signals, stopper: Stopper) {
    signals.next().await;
    log::info!("stopping");
    tokio::select! { () = stopper.drain() => {}, () = signals.next() => {} }
    stopper.stop();
}

/// A panic is a 500 and a record in the log, with the place but not with what the panic says: that may
/// hold anything.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        log::error!("a thread panicked at {place}");
    }));
}
