//! The wiring, and the only one: the keeper, the services and the Rocket instance are put together
//! here. No other file names a keeper.

pub mod backup;
pub mod copy;
pub mod doctor;
mod serving;

use std::path::Path;
use std::sync::Arc;

use crate::clock::Source;
use crate::config::{Config, Database};
use crate::error::Error;
use crate::http;
use crate::logging::one_line;
use crate::metrics::Metrics;
use crate::secret::Secrets;
use crate::secret::file::make_private_folder;
use crate::service::{Measured, Services};
use crate::store::mongo::Mongo;
use crate::store::sqlite::Sqlite;
use crate::store::{Store, StoreError};

pub use serving::{App, Ended, Stopper, build, launch};

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
        metrics.began.set(source.now().seconds());
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
