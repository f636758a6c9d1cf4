//! The secret and what it opens, compared with what the database knows of them.

use super::Finding;
use super::store::{MEND, Schema, ask, words};
use crate::app::SECRET_FINGERPRINT;
use crate::clock::Source;
use crate::config::Config;
use crate::secret::{Secret, Secrets};
use crate::service::keys;
use crate::store::{KeyRow, Store};

/// The secret, without anything to compare it with.
pub(super) fn secret_alone(config: &Config, is_in_use: bool, source: &dyn Source) -> Finding {
    const CHECK: &str = "secret";
    match load_secrets(config, is_in_use, source) {
        Ok(Some(secrets)) => {
            let fingerprint = secrets.current.fingerprint();
            Finding::ok(
                CHECK,
                format!("it is there (fingerprint {fingerprint}), and no database to compare it with"),
            )
        }
        Ok(None) => Finding::ok(CHECK, "there is none yet; the first start makes it"),
        Err(sentence) => Finding::refused(CHECK, sentence),
    }
}

/// `None` where the first start would make it. Nothing is made here.
fn load_secrets(
    config: &Config,
    is_in_use: bool,
    source: &dyn Source,
) -> std::result::Result<Option<Secrets>, String> {
    let is_given = config.secret.is_some() || config.data_dir.join("secret").exists();
    if !is_given && !is_in_use {
        return Ok(None);
    }
    // That the database is in use is the word for not making one.
    Secrets::load(config, true, source).map(Some)
}

pub(super) async fn secret(
    config: &Config,
    store: &dyn Store,
    schema: Schema,
    source: &dyn Source,
) -> (Finding, Option<Secrets>) {
    const CHECK: &str = "secret";
    if schema == Schema::New {
        return (secret_alone(config, false, source), None);
    }
    let (known, keys) = match (
        ask(store.known_fact(SECRET_FINGERPRINT)).await,
        ask(store.keys()).await,
    ) {
        (Ok(known), Ok(keys)) => (known, keys),
        (Err(error), _) | (_, Err(error)) => return (Finding::failed(CHECK, words(error), MEND), None),
    };
    let is_in_use = known.is_some() || !keys.is_empty();
    let secrets = match load_secrets(config, is_in_use, source) {
        Ok(Some(secrets)) => secrets,
        Ok(None) => return (secret_alone(config, false, source), None),
        Err(sentence) => return (Finding::refused(CHECK, sentence), None),
    };
    let current = secrets.current.fingerprint();
    let previous = secrets.previous.as_ref().map(Secret::fingerprint);
    let finding = match known {
        None => Finding::ok(
            CHECK,
            format!("fingerprint {current}; the database knows none yet"),
        ),
        Some(known) if known == current => {
            Finding::ok(CHECK, format!("that of the database (fingerprint {current})"))
        }
        Some(known) if previous.as_ref() == Some(&known) => Finding::ok(
            CHECK,
            format!("to be turned from {known} to {current} at the next start"),
        ),
        Some(known) => Finding::failed(
            CHECK,
            format!(
                "it is not the one that this database was made with (fingerprint {current}, the database has {known})"
            ),
            "give the right SECRET, or give the old one as SECRET_PREVIOUS to turn it",
        ),
    };
    (finding, Some(secrets))
}

pub(super) async fn signing_keys(store: &dyn Store, schema: Schema, secrets: Option<Secrets>) -> Finding {
    const CHECK: &str = "signing keys";
    if let Some(obstacle) = schema.obstacle() {
        return Finding::skipped(CHECK, obstacle);
    }
    let Some(secrets) = secrets else {
        return Finding::skipped(CHECK, "there is no secret to open them with");
    };
    let rows = match ask(store.keys()).await {
        Ok(rows) => rows,
        Err(error) => return Finding::failed(CHECK, words(error), MEND),
    };
    let opens = |row: &KeyRow| secrets.iter().any(|secret| keys::opens(row, secret));
    let open = rows.iter().filter(|row| opens(row)).count();
    match (open, rows.len()) {
        (_, 0) => Finding::ok(CHECK, "there is none yet; the first start makes one"),
        (0, count) => Finding::failed(
            CHECK,
            format!("none of {count} can be opened with this secret"),
            "give the right SECRET; with this one a start makes a new key, and every access token ends",
        ),
        (open, count) if open == count => Finding::ok(CHECK, format!("{count} opened with the secret")),
        (open, count) => Finding::ok(
            CHECK,
            format!(
                "{open} opened with the secret, {} of an earlier one",
                count - open
            ),
        ),
    }
}
