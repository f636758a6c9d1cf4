//! The wiring, and the only one: the keeper, the services and the Rocket instance are put together
//! here. No other file names a keeper.

pub mod backup;
pub mod copy;
pub mod doctor;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rocket::config::{Ident, Shutdown as ShutdownConfig};
use rocket::fairing::AdHoc;
use rocket::{Build, Ignite, Rocket, Shutdown};
use tokio::sync::oneshot;

use crate::clock::Source;
use crate::config::{Config, Database};
use crate::error::Error;
use crate::http::{self, Draining, MetricsPort, ScrapeToken};
use crate::jobs;
use crate::logging::one_line;
use crate::metrics::Metrics;
use crate::secret::Secrets;
use crate::secret::file::make_private_folder;
use crate::service::{Measured, Services};
use crate::store::mongo::Mongo;
use crate::store::sqlite::{ServingLock, Sqlite};
use crate::store::{Store, StoreError};

/// Why the service did not start: a sentence for whoever starts it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);

impl From<String> for StartError {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<Error> for StartError {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::Unavailable { cause, .. } | Error::Internal { cause } => one_line(&cause).into_owned(),
            other => other.to_string(),
        })
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Error::from(error).into()
    }
}

/// Opens the keeper that is configured. Its schema is not looked at.
///
/// # Errors
/// A sentence, if it cannot be opened or reached.
pub async fn open_store(config: &Config) -> Result<Arc<dyn Store>, StartError> {
    let opened: Result<Arc<dyn Store>, StartError> = match &config.db {
        Database::Sqlite(path) => make_folder_of(path)
            .and_then(|()| check_not_cut(path, &config.data_dir))
            .and_then(|()| Ok(Sqlite::open(path)?))
            .map(|keeper| Arc::new(keeper) as _),
        Database::Mongo(address) => Mongo::connect(address)
            .await
            .map(|keeper| Arc::new(keeper) as _)
            .map_err(StartError::from),
    };
    opened.map_err(|error| with_cure(config, error))
}

fn make_folder_of(file: &Path) -> Result<(), StartError> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    Ok(folder.map_or(Ok(()), make_private_folder)?)
}

/// Refuses an empty file where there has been a database: a new one in its place would look as if everybody
/// had gone. The secret is made after the database, so that a first start that was cut is none of these.
fn check_not_cut(file: &Path, data_dir: &Path) -> Result<(), StartError> {
    let is_empty = file
        .metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0);
    if is_empty && data_dir.join("secret").exists() {
        return Err(StartError(format!(
            "{} is empty, and there is a secret of a database; restore a backup, or remove the empty file to \
             begin anew",
            file.display()
        )));
    }
    Ok(())
}

/// Where to look when the database cannot be had.
fn with_cure(config: &Config, StartError(words): StartError) -> StartError {
    StartError(format!("{words}; {}", where_it_is(config)))
}

const fn where_it_is(config: &Config) -> &'static str {
    match &config.db {
        Database::Sqlite(_) => "--db (DB) and --data-dir (RONDO_DATA_DIR) say where the database is",
        Database::Mongo(_) => "--db (DB) says where the database is",
    }
}

/// The fact by which a database knows the secret that it was made with.
const SECRET_FINGERPRINT: &str = "secret_fingerprint";

/// When missing migrations are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrate {
    Always,
    /// To a database that has none yet; one that is in use is left to the service.
    IfNew,
    Never,
}

/// Opens the keeper and brings its schema to this program's version, or refuses one that is not.
///
/// # Errors
/// A sentence, if migrations are missing and may not be applied, or fail.
pub async fn open_migrated_store(
    config: &Config,
    when: Migrate,
    source: &dyn Source,
) -> Result<Arc<dyn Store>, StartError> {
    let store = open_store(config).await?;
    let migrated = bring_up_to_date(config, &*store, when, source).await;
    or_close(&*store, migrated).await?;
    Ok(store)
}

/// Lets the store go if there is nothing to be done with it: what works for it must end before the
/// process does.
async fn or_close<T>(store: &dyn Store, done: Result<T, StartError>) -> Result<T, StartError> {
    if done.is_err() {
        store.close().await;
    }
    done
}

async fn bring_up_to_date(
    config: &Config,
    store: &dyn Store,
    when: Migrate,
    source: &dyn Source,
) -> Result<(), StartError> {
    let migrations = store
        .migrations()
        .await
        .map_err(|error| with_cure(config, error.into()))?;
    let missing = migrations
        .iter()
        .filter(|migration| migration.applied_at.is_none())
        .count();
    let may_apply = match when {
        Migrate::Always => true,
        Migrate::IfNew => missing == migrations.len(),
        Migrate::Never => false,
    };
    if missing > 0 && !may_apply {
        return Err(StartError(format!(
            "the database lacks {missing} migrations; run `rondo migrate`, or start the service without --no-migrate"
        )));
    }
    if missing > 0 {
        let applied = store.migrate(source.now()).await?;
        log::info!("applied {applied} migrations to {}", config.db);
    }
    Ok(())
}

/// The services over an opened store, once the secret is known to be the one that the store was made with.
///
/// # Errors
/// A sentence, if the secret is another one or the signing keys cannot be opened.
pub async fn build_services(
    config: &Config,
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
) -> Result<Arc<Services>, StartError> {
    let built = async {
        let named = |error: StoreError| with_cure(config, error.into());
        copy::check_complete(&*store).await?;
        let keys = store.keys().await.map_err(named)?;
        let is_in_use = !keys.is_empty();
        let secrets = Secrets::load(config, is_in_use, &*source)?;
        check_secret(&secrets, &*store, named).await?;
        let metrics = Arc::new(Metrics::new());
        let measured = Arc::new(Measured::new(Arc::clone(&store), &metrics.store));
        Ok(Services::new(config, &secrets, measured, source, metrics).await?)
    };
    Ok(Arc::new(or_close(&*store, built.await).await?))
}

/// Compares the secret's fingerprint with that of the store.
async fn check_secret(
    secrets: &Secrets,
    store: &dyn Store,
    named: impl Fn(StoreError) -> StartError,
) -> Result<(), StartError> {
    let current = secrets.current.fingerprint();
    let known = store.fact(SECRET_FINGERPRINT, &current).await.map_err(&named)?;
    if known == current {
        return Ok(());
    }
    if secrets
        .previous
        .as_ref()
        .is_some_and(|previous| previous.fingerprint() == known)
    {
        store
            .replace_fact(SECRET_FINGERPRINT, &known, &current)
            .await
            .map_err(&named)?;
        log::info!("the secret was turned; keep SECRET_PREVIOUS set until everybody has signed in once");
        return Ok(());
    }
    Err(StartError(format!(
        "the secret is not the one that this database was made with (fingerprint {current}, the database has {known}); \
         give the right SECRET, or give the old one as SECRET_PREVIOUS to turn it"
    )))
}

/// The OpenAPI document of the HTTP API.
///
/// # Errors
/// A sentence, if the table of routes names a schema that is not there.
pub fn openapi() -> Result<&'static serde_json::Value, StartError> {
    Ok(http::openapi::document()?)
}

/// Whether the database knows the present secret of the data folder, not the one before: else nobody could
/// open it without that one.
///
/// # Errors
/// A sentence, if the database or the secret cannot be opened.
pub async fn has_turned(config: &Config, source: &dyn Source) -> Result<bool, StartError> {
    let secrets = Secrets::load(config, true, source)?;
    let store = open_store(config).await?;
    let known = store.known_fact(SECRET_FINGERPRINT).await;
    store.close().await;
    Ok(known?.is_none_or(|known| known == secrets.current.fingerprint()))
}

/// A service that is ready to be launched.
pub struct App {
    pub rocket: Rocket<Ignite>,
    pub services: Arc<Services>,
    pub draining: Arc<Draining>,
    /// Answers the port once the service listens: with port 0 the system chooses one.
    pub listening: oneshot::Receiver<u16>,
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

/// Serves until it is told to stop, then lets the store go.
///
/// # Errors
/// A sentence, if the port cannot be had.
pub async fn launch(rocket: Rocket<Ignite>, services: Arc<Services>) -> Result<(), StartError> {
    let address = SocketAddr::new(rocket.config().address, rocket.config().port);
    let launched = rocket.launch().await;
    services.close().await;
    match launched {
        Ok(_) => Ok(()),
        Err(error) => launch_failure(address, &error),
    }
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
    log::info!("{}", services.post.way_of_mail());
    // The feed is fresh before the first request.
    services.revocations.run_once().await?;
    let draining = Arc::new(Draining::default());
    let rocket = rocket::custom(rocket_config(config));
    let rocket = http::mount(rocket, config, Arc::clone(&services), Arc::clone(&draining))?;
    let (listens, listening) = oneshot::channel();
    let (background, token_seconds) = (Arc::clone(&services), config.access_token_seconds);
    let rocket = rocket.attach(AdHoc::on_liftoff("jobs", move |rocket| {
        Box::pin(async move {
            jobs::start(&background, token_seconds, &rocket.shutdown());
            // A caller that does not want to know has dropped its end.
            let _ = listens.send(rocket.config().port);
        })
    }));
    let rocket = match or_close(&*services.store, open_metrics_port(config, &services).await).await? {
        Some(port) => with_metrics_port(rocket, port),
        None => rocket,
    };
    let rocket = match rocket.ignite().await {
        Ok(rocket) => rocket,
        Err(error) => {
            launch_failure(SocketAddr::new(config.address, config.port), &error)?;
            return Err(StartError("the service cannot start".into()));
        }
    };
    Ok(App {
        rocket,
        services,
        draining,
        listening,
        lock,
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
            // Longer than anything may take that runs: what the store does ends within three seconds.
            grace: 5,
            mercy: 1,
            force: false,
            ..ShutdownConfig::default()
        },
        ..base
    }
}

/// The sentence for an error of Rocket's. Connections that had to be cut at a stop are none.
fn launch_failure(address: SocketAddr, error: &rocket::Error) -> Result<(), StartError> {
    use rocket::error::ErrorKind;
    Err(StartError(match error.kind() {
        ErrorKind::Shutdown(..) => {
            log::warn!("some connections did not end in time and were cut");
            return Ok(());
        }
        ErrorKind::Bind(error) => {
            format!(
                "cannot listen on {address}: {error}; choose another --port or --host, or stop what listens there"
            )
        }
        ErrorKind::Io(error) => format!("cannot listen on {address}: {error}"),
        other => format!("the service cannot start: {other}"),
    }))
}
