//! Serving: a service is put together, launched, and told to stop.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rocket::config::{Ident, Shutdown as ShutdownConfig};
use rocket::fairing::AdHoc;
use rocket::{Build, Ignite, Rocket, Shutdown};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::{Migrate, StartError, build_services, make_folder_of, open_migrated_store, or_close, with_cure};
use crate::clock::Source;
use crate::config::{Config, Database};
use crate::http::{self, Draining, MetricsPort, ScrapeToken};
use crate::jobs;
use crate::service::Services;
use crate::store::sqlite::ServingLock;

/// A service that is ready to be launched.
pub struct App {
    pub rocket: Rocket<Ignite>,
    pub services: Arc<Services>,
    pub draining: Arc<Draining>,
    /// Answers the port once the service listens: with port 0 the system chooses one.
    pub listening: oneshot::Receiver<u16>,
    /// For [`launch`].
    pub ended: Ended,
    /// To be held while the service runs: no second one serves the same embedded store.
    pub lock: Option<ServingLock>,
}

impl App {
    pub fn stopper(&self, config: &Config) -> Stopper {
        Stopper {
            draining: Arc::clone(&self.draining),
            shutdown: self.rocket.shutdown(),
            drain: Duration::from_secs(config.drain_seconds),
        }
    }
}

/// Ends a running service: first `/readyz` says no, then no connection is taken any more.
pub struct Stopper {
    draining: Arc<Draining>,
    shutdown: Shutdown,
    drain: Duration,
}

impl Stopper {
    /// Tells that a stop is coming, and waits until nobody should ask any more.
    pub async fn drain(&self) {
        self.draining.begin();
        if !self.drain.is_zero() {
            tokio::time::sleep(self.drain).await;
            self.draining.hand_over().await;
        }
    }

    /// Takes no connection any more; what runs is finished.
    pub fn stop(self) {
        self.draining.begin();
        self.shutdown.notify();
    }
}

/// So long connections get, once none is taken any more. It is more than one operation of the store takes (three
/// seconds), since a request may need a few.
const GRACE_SECONDS: u32 = 10;
/// So long one that did not end in it gets for being closed.
const MERCY_SECONDS: u32 = 1;

/// Kept by Rocket, and so by each of its connections and requests.
struct Alive {
    _until_dropped: oneshot::Sender<()>,
}

/// Tells that Rocket, its connections and its requests are gone.
pub struct Ended(oneshot::Receiver<()>);

impl Ended {
    async fn wait(mut self) {
        let grace = Duration::from_secs(GRACE_SECONDS.into());
        if timeout(grace, &mut self.0).await.is_err() {
            log::warn!("some connections did not end in time and are cut");
            let mercy = Duration::from_secs(MERCY_SECONDS.into());
            let _ = timeout(mercy, self.0).await;
        }
    }
}

/// Serves until it is told to stop, then lets the store go.
///
/// # Errors
/// A sentence, if the port cannot be had.
pub async fn launch(rocket: Rocket<Ignite>, ended: Ended, services: Arc<Services>) -> Result<(), StartError> {
    let address = SocketAddr::new(rocket.config().address, rocket.config().port);
    let shutdown = rocket.shutdown();
    let failure = tokio::select! {
        biased;
        launched = rocket.launch() => launched.err().filter(is_failure),
        // It listens no more. It would wait for all of its grace now, however soon its connections end.
        () = shutdown => None,
    };
    let served = match failure {
        Some(error) => Err(launch_failure(address, &error)),
        None => {
            ended.wait().await;
            Ok(())
        }
    };
    services.close().await;
    served
}

/// Puts a service together, migrations included, up to the moment before it listens.
///
/// # Errors
/// A sentence that says what is wrong and how to mend it.
pub async fn build(config: &Config, source: Arc<dyn Source>) -> Result<App, StartError> {
    let lock = match &config.db {
        Database::Sqlite(path) => {
            let taken = make_folder_of(path).and_then(|()| Ok(ServingLock::take(path)?));
            Some(taken.map_err(|error| with_cure(config, error))?)
        }
        Database::Mongo(_) => None,
    };
    let when = if config.migrate {
        Migrate::Always
    } else {
        Migrate::Never
    };
    let store = open_migrated_store(config, when, &*source).await?;
    let services = build_services(config, store, source).await?;
    let assembled = assemble(config, &services).await;
    let app = or_close(&*services.store, assembled).await?;
    Ok(App { lock, ..app })
}

/// All but the lock.
async fn assemble(config: &Config, services: &Arc<Services>) -> Result<App, StartError> {
    log::info!("{}", services.post.way_of_mail());
    // The feed is fresh before the first request.
    services.revocations.run_once().await?;
    let draining = Arc::new(Draining::default());
    let rocket = rocket::custom(rocket_config(config));
    let rocket = http::mount(rocket, config, Arc::clone(services), Arc::clone(&draining))?;
    let (until_dropped, ended) = oneshot::channel();
    let rocket = rocket.manage(Alive {
        _until_dropped: until_dropped,
    });
    let (listens, listening) = oneshot::channel();
    let (background, token_seconds) = (Arc::clone(services), config.access_token_seconds);
    let rocket = rocket.attach(AdHoc::on_liftoff("jobs", move |rocket| {
        Box::pin(async move {
            jobs::start(&background, token_seconds, &rocket.shutdown());
            // A caller that does not want to know has dropped its end.
            let _ = listens.send(rocket.config().port);
        })
    }));
    let rocket = match open_metrics_port(config, services).await? {
        Some(port) => with_metrics_port(rocket, port),
        None => rocket,
    };
    let rocket = match rocket.ignite().await {
        Ok(rocket) => rocket,
        Err(error) => {
            let address = SocketAddr::new(config.address, config.port);
            return Err(launch_failure(address, &error));
        }
    };
    Ok(App {
        rocket,
        services: Arc::clone(services),
        draining,
        listening,
        ended: Ended(ended),
        lock: None,
    })
}

/// Listens for who reads the metrics, if they have a port of their own.
///
/// # Errors
/// A sentence, if the port cannot be had.
async fn open_metrics_port(
    config: &Config,
    services: &Arc<Services>,
) -> Result<Option<MetricsPort>, StartError> {
    use rocket::error::ErrorKind;
    let Some(address) = config.metrics_listen else {
        return Ok(None);
    };
    let own = rocket::Config {
        address: address.ip(),
        port: address.port(),
        ..rocket_config(config)
    };
    let token = config.metrics_token.as_deref().map(ScrapeToken::new);
    let opened = MetricsPort::open(own, Arc::clone(services), token).await;
    let port = opened.map_err(|error| {
        let cause = match error.kind() {
            ErrorKind::Bind(error) => error.to_string(),
            other => other.to_string(),
        };
        StartError(format!(
            "cannot listen on {address} for the metrics: {cause}; choose another metrics_port \
             (RONDO_METRICS_PORT), or stop what listens there"
        ))
    })?;
    log::info!("metrics on http://{}/metrics", port.address);
    Ok(Some(port))
}

/// It ends with the service: at its stop, and if it does not come up at all.
fn with_metrics_port(rocket: Rocket<Build>, port: MetricsPort) -> Rocket<Build> {
    rocket
        .manage(port)
        .attach(AdHoc::on_shutdown("the port of the metrics", |rocket| {
            Box::pin(async move {
                if let Some(port) = rocket.state::<MetricsPort>() {
                    port.close();
                }
            })
        }))
}

/// Rocket's own configuration, wholly from ours: it reads no file and no variable itself.
fn rocket_config(config: &Config) -> rocket::Config {
    let base = rocket::Config::debug_default();
    rocket::Config {
        address: config.address,
        port: config.port,
        workers: config.workers.unwrap_or(base.workers),
        ident: Ident::none(),
        // Whoever sends X-Real-IP would choose their own address.
        ip_header: None,
        log_level: rocket::config::LogLevel::Off,
        cli_colors: false,
        keep_alive: 75,
        shutdown: ShutdownConfig {
            // `serve` handles signals itself: it drains first.
            ctrlc: false,
            #[cfg(unix)]
            signals: std::collections::HashSet::new(),
            grace: GRACE_SECONDS,
            mercy: MERCY_SECONDS,
            force: false,
            ..ShutdownConfig::default()
        },
        ..base
    }
}

/// Whether Rocket failed. Where its listener hears of a stop before it does itself, it takes connections that are
/// open for a failure of the stop, and waits for none of them.
fn is_failure(error: &rocket::Error) -> bool {
    !matches!(error.kind(), rocket::error::ErrorKind::Shutdown(_, None))
}

/// The sentence for an error of Rocket's.
fn launch_failure(address: SocketAddr, error: &rocket::Error) -> StartError {
    use rocket::error::ErrorKind;
    StartError(match error.kind() {
        ErrorKind::Bind(error) => {
            format!(
                "cannot listen on {address}: {error}; choose another --port or --host, or stop what listens there"
            )
        }
        ErrorKind::Io(error) => format!("cannot listen on {address}: {error}"),
        ErrorKind::Shutdown(_, Some(error)) => format!("the service cannot go on: {error}"),
        other => format!("the service cannot start: {other}"),
    })
}
