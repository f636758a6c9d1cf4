//! What holds, and where each value came from: for an operator who looks. Secrets are not among it.

use rocket::figment::Figment;
use serde_json::{Value, json};

use super::layers::{PROVIDER_SETTINGS, SETTINGS};
use super::{Config, ConfigError, Database, Flags, Layers, Smtp, cores};

/// A setting, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    /// `Null` where nothing is set, and where it is not shown.
    pub value: Value,
    /// It is set, and it is a secret.
    pub is_hidden: bool,
    /// `default`, or the place that it was read from.
    pub source: String,
}

impl Setting {
    /// The value on one line.
    pub fn shown(&self) -> String {
        match &self.value {
            _ if self.is_hidden => "(hidden)".into(),
            Value::Null => "-".into(),
            Value::String(text) => text.clone(),
            Value::Array(items) if items.is_empty() => "(none)".into(),
            Value::Array(items) => {
                let items = items.iter().filter_map(Value::as_str);
                items.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }
}

/// A value, or that it is not to be told.
enum Shown {
    Open(Value),
    Hidden,
}

impl Layers {
    /// The configuration, and every setting with its value and where that came from.
    ///
    /// # Errors
    /// As [`Layers::config`].
    pub fn report(&self, flags: &Flags) -> Result<(Config, Vec<Setting>), ConfigError> {
        let (config, figment) = self.read(flags)?;
        let settings = SETTINGS.iter().map(|(name, _)| {
            let value = value_of(name, &config).unwrap_or(Shown::Open(Value::Null));
            let (value, is_hidden) = match value {
                Shown::Open(value) => (value, false),
                Shown::Hidden => (Value::Null, true),
            };
            Setting {
                name: (*name).to_owned(),
                value,
                is_hidden,
                source: self.source_of(name, &config, &figment),
            }
        });
        let settings = settings.chain(of_providers(&config, &figment)).collect();
        Ok((config, settings))
    }

    fn source_of(&self, name: &str, config: &Config, figment: &Figment) -> String {
        let given = |name: &str| figment.find_metadata(name).map(|place| place.name.to_string());
        match name {
            "env" => self
                .environment_name()
                .map_or_else(default, |(variable, origin, _)| format!("{variable} in {origin}")),
            "db" if config.db_file.is_some() => "the file of db_file".into(),
            // A database on the command line takes the place of a file that names one.
            "db_file" if config.db_file.is_none() => default(),
            "secret" if config.secret_file.is_some() => "the file of secret_file".into(),
            "secret" if config.secret.is_none() => {
                format!("default: the file {}", config.data_dir.join("secret").display())
            }
            "secret_previous" if config.secret_previous_file.is_some() => {
                "the file of secret_previous_file".into()
            }
            "smtp_password" if config.smtp_password_file.is_some() => "the file of smtp_password_file".into(),
            "metrics_token" if config.metrics_token_file.is_some() => "the file of metrics_token_file".into(),
            name => given(name).unwrap_or_else(default),
        }
    }
}

/// What is set of each provider, and what it is called by.
fn of_providers<'a>(config: &'a Config, figment: &'a Figment) -> impl Iterator<Item = Setting> + 'a {
    let all = config
        .providers
        .iter()
        .flat_map(|provider| PROVIDER_SETTINGS.map(|(name, _)| (provider, name)));
    all.map(|(provider, setting)| {
        let name = format!("providers.{}.{setting}", provider.name);
        let given = figment.find_metadata(&name).map(|place| place.name.to_string());
        let source = match setting {
            "client_secret" if provider.client_secret_file.is_some() => {
                "the file of client_secret_file".into()
            }
            _ => given.unwrap_or_else(default),
        };
        Setting {
            value: provider.shown(setting).unwrap_or(Value::Null),
            is_hidden: setting == "client_secret" && provider.client_secret.is_some(),
            name,
            source,
        }
    })
}

fn default() -> String {
    "default".into()
}

/// `None` for a name that is not in the table of settings.
fn value_of(name: &str, config: &Config) -> Option<Shown> {
    let secret = |text: &Option<String>| match text {
        Some(_) => Shown::Hidden,
        None => Shown::Open(Value::Null),
    };
    let path =
        |path: &Option<std::path::PathBuf>| json!(path.as_ref().map(|path| path.display().to_string()));
    let value = match name {
        "address" => json!(config.address),
        "port" => json!(config.port),
        "workers" => json!(config.workers.unwrap_or_else(cores)),
        "db" => match &config.db {
            Database::Sqlite(path) => json!(format!("sqlite:{}", path.display())),
            Database::Mongo(address) => match without_secrets(address) {
                Some(address) => json!(address),
                None => return Some(Shown::Hidden),
            },
        },
        "db_file" => path(&config.db_file),
        "data_dir" => json!(config.data_dir.display().to_string()),
        "secret" if config.secret.is_none() => json!(null),
        "secret" => return Some(Shown::Hidden),
        "secret_file" => path(&config.secret_file),
        "secret_previous" => return Some(secret(&config.secret_previous)),
        "secret_previous_file" => path(&config.secret_previous_file),
        "public_url" => json!(config.public_url),
        "smtp_url" => json!(config.smtp.as_ref().map(Smtp::shown)),
        "smtp_password" => {
            let password = config.smtp.as_ref().and_then(|smtp| smtp.password.clone());
            return Some(secret(&password));
        }
        "smtp_password_file" => path(&config.smtp_password_file),
        "mail_from" => json!(config.mail_from),
        "registration" => json!(config.registration),
        "unverified_email" => json!(config.unverified_email),
        "require_second_factor" => json!(config.require_second_factor),
        "sign_in_limit" => json!(config.sign_in_limit),
        "rate_limit" => json!(config.rate_limit),
        "trusted_proxies" => {
            let networks = config.trusted_proxies.iter().map(ToString::to_string);
            json!(networks.collect::<Vec<_>>())
        }
        "cors_origins" => json!(config.cors_origins),
        "password_hash" => json!(config.password_scheme),
        "bcrypt_cost" => json!(config.bcrypt_cost),
        "hash_threads" => json!(config.hash_threads),
        "token_algorithm" => json!(config.token_algorithm),
        "key_rotation_days" => json!(config.key_rotation_days),
        "access_token_seconds" => json!(config.access_token_seconds),
        "refresh_idle_days" => json!(config.refresh_idle_days),
        "refresh_absolute_days" => json!(config.refresh_absolute_days),
        "trash_days" => json!(config.trash_days),
        "audit_days" => json!(config.audit_days),
        "drain_seconds" => json!(config.drain_seconds),
        "log_dir" => match &config.log_dir {
            Some(folder) => json!(folder.display().to_string()),
            None => json!("none"),
        },
        "log_config" => path(&config.log_config),
        "metrics_port" => json!(config.metrics_listen.map(|listen| listen.port())),
        "metrics_address" => json!(config.metrics_listen.map(|listen| listen.ip())),
        "metrics_token" => return Some(secret(&config.metrics_token)),
        "metrics_token_file" => path(&config.metrics_token_file),
        "providers" => json!(
            config
                .providers
                .iter()
                .map(|provider| &provider.name)
                .collect::<Vec<_>>()
        ),
        "env" => json!(config.environment.name()),
        _ => return None,
    };
    Some(Shown::Open(value))
}

/// Scheme, hosts and database of an address. `None` if it is not beyond doubt where the user's name and
/// password end: one that was not percent-encoded can hold any character.
pub(super) fn without_secrets(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://")?;
    let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
    let (user, place) = place.split_once('@').unwrap_or(("", place));
    let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
    let is_word = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    let is_host = |host: &str| {
        let (name, port) = host.rsplit_once(':').unwrap_or((host, "1"));
        let is_address = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .is_some_and(|name| name.parse::<std::net::Ipv6Addr>().is_ok());
        (is_address || (!name.is_empty() && is_word(name))) && port.parse::<u16>().is_ok()
    };
    let is_clear = !options.contains('@')
        && !user.contains(['/', '@'])
        && hosts.split(',').all(is_host)
        && is_word(database);
    let slash = if database.is_empty() { "" } else { "/" };
    is_clear.then(|| format!("{scheme}://{hosts}{slash}{database}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(pairs: &[(&str, &str)], flags: &Flags) -> Vec<Setting> {
        Layers::of_variables(pairs).report(flags).unwrap().1
    }

    fn find<'a>(settings: &'a [Setting], name: &str) -> &'a Setting {
        settings.iter().find(|setting| setting.name == name).unwrap()
    }

    #[test]
    fn every_setting_of_the_table_is_shown() {
        let config = Layers::of_variables(&[]).config(&Flags::default()).unwrap();
        for (name, _) in SETTINGS {
            assert!(
                value_of(name, &config).is_some(),
                "{name} has no line in value_of"
            );
        }
        let settings = report(&[], &Flags::default());
        assert!(
            settings
                .iter()
                .map(|setting| setting.name.as_str())
                .eq(SETTINGS.map(|(name, _)| name))
        );
        for setting in &settings {
            assert!(setting.source.starts_with("default"), "{setting:?}");
        }
    }

    #[test]
    fn what_is_derived_is_a_default_and_what_is_given_names_its_place() {
        let flags = Flags {
            port: Some(5000),
            ..Flags::default()
        };
        let settings = report(
            &[("ENV", "test"), ("RONDO_CORS_ORIGINS", "http://a.example")],
            &flags,
        );
        for (name, shown, source) in [
            ("port", "5000", "the flag --port"),
            ("public_url", "http://127.0.0.1:5000", "default"),
            ("env", "test", "ENV in the environment"),
            (
                "cors_origins",
                "http://a.example",
                "RONDO_CORS_ORIGINS in the environment",
            ),
            ("trusted_proxies", "(none)", "default"),
            ("secret", "-", "default: the file data/secret"),
            ("token_algorithm", "RS256", "default"),
        ] {
            let setting = find(&settings, name);
            assert_eq!(
                (setting.shown().as_str(), setting.source.as_str()),
                (shown, source)
            );
        }
    }

    #[test]
    fn of_an_address_only_what_cannot_be_secret_is_shown() {
        for (address, shown) in [
            (
                "mongodb://u:hunter2@a.example:27017,b/rondo?tls=true",
                Some("mongodb://a.example:27017,b/rondo"),
            ),
            (
                "mongodb+srv://u:hunter2@a.example",
                Some("mongodb+srv://a.example"),
            ),
            ("mongodb://[::1]:27017/rondo", Some("mongodb://[::1]:27017/rondo")),
            ("mongodb://u:hunter2/@a.example/rondo", None),
            ("mongodb://u:hunter2?@a.example/rondo", None),
            ("mongodb://u:hunter@2@a.example/rondo", None),
            ("mongodb://u:hunter2/rondo", None),
            ("mongodb://a.example/rondo?password=hunter2@b", None),
        ] {
            assert_eq!(without_secrets(address).as_deref(), shown, "{address}");
            let settings = report(&[("DB", address)], &Flags::default());
            let db = find(&settings, "db");
            assert_eq!(db.is_hidden, shown.is_none());
            assert!(!format!("{settings:?}").contains("hunter"), "{address}");
        }
    }
}
