//! Typed configuration: what can be set, its defaults, and what contradicts what.
//!
//! Where the values come from is in `layers`. A configuration that exists is sound; everything else
//! ends the start with one sentence that says which setting, from where, and how to mend it.

mod checks;
mod files;
mod layers;
mod mail;
mod older;
mod providers;
mod report;
mod values;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use serde::Deserialize;

use checks::{
    check_origin, database, metrics_port, metrics_token, network, public_url, secret, secret_previous, within,
};
pub use layers::{Flags, Layers};
pub use mail::{Smtp, SmtpTls};
pub use providers::{Provider, RequiredClaim, RolesFrom, logout_address};
pub use report::Setting;
pub use values::{
    Database, Environment, PasswordScheme, Registration, RequireSecondFactor, TokenAlgorithm, UnverifiedEmail,
};

/// A sentence that says what is wrong with the configuration and how to mend it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("configuration: {0}")]
pub struct ConfigError(pub String);

/// The settings as they are written; `None` where the default holds.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Settings {
    address: Option<IpAddr>,
    port: Option<u16>,
    workers: Option<usize>,
    db: Option<String>,
    db_file: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    secret: Option<String>,
    secret_file: Option<PathBuf>,
    secret_previous: Option<String>,
    secret_previous_file: Option<PathBuf>,
    smtp_url: Option<String>,
    smtp_password: Option<String>,
    smtp_password_file: Option<PathBuf>,
    mail_from: Option<String>,
    public_url: Option<String>,
    #[serde(default)]
    registration: Registration,
    #[serde(default)]
    unverified_email: UnverifiedEmail,
    #[serde(default)]
    require_second_factor: RequireSecondFactor,
    sign_in_limit: Option<u32>,
    rate_limit: Option<u32>,
    #[serde(default)]
    trusted_proxies: Vec<String>,
    #[serde(default)]
    cors_origins: Vec<String>,
    #[serde(default)]
    password_hash: PasswordScheme,
    bcrypt_cost: Option<u32>,
    hash_threads: Option<usize>,
    #[serde(default)]
    token_algorithm: TokenAlgorithm,
    key_rotation_days: Option<i64>,
    access_token_seconds: Option<i64>,
    refresh_idle_days: Option<i64>,
    refresh_absolute_days: Option<i64>,
    trash_days: Option<i64>,
    audit_days: Option<i64>,
    drain_seconds: Option<u64>,
    log_dir: Option<PathBuf>,
    log_config: Option<PathBuf>,
    metrics_port: Option<u16>,
    metrics_address: Option<IpAddr>,
    metrics_token: Option<String>,
    metrics_token_file: Option<PathBuf>,
    #[serde(default)]
    providers: BTreeMap<String, providers::Written>,
}

/// The `log_dir` that is no folder: logs go to the console alone.
const NO_LOG_DIR: &str = "none";

/// A sound configuration.
#[derive(Clone)]
pub struct Config {
    pub environment: Environment,
    pub address: IpAddr,
    pub port: u16,
    pub workers: Option<usize>,
    pub db: Database,
    /// The file that named it, if one did.
    pub db_file: Option<PathBuf>,
    /// Where the secret and the embedded store live.
    pub data_dir: PathBuf,
    /// The secret as it was given; `None` in development, where a file of `data_dir` holds it.
    pub secret: Option<String>,
    /// The file that it was given in, if it was.
    pub secret_file: Option<PathBuf>,
    /// The one before, while it is being turned.
    pub secret_previous: Option<String>,
    /// The file that is for it, if there is one.
    pub secret_previous_file: Option<PathBuf>,
    /// Scheme, host and port by which people reach the service; no slash at the end.
    pub public_url: String,
    /// The server that mail is handed to, if there is one.
    pub smtp: Option<Smtp>,
    /// The file that its password came from.
    pub smtp_password_file: Option<PathBuf>,
    /// Whom mails are from: an address, perhaps with a name.
    pub mail_from: String,
    /// Where mail is written while there is no server; `None` in production, where it is not written at all.
    pub outbox: Option<PathBuf>,
    pub registration: Registration,
    pub unverified_email: UnverifiedEmail,
    pub require_second_factor: RequireSecondFactor,
    /// Sign-in attempts a minute for each account; 0 for no limit.
    pub sign_in_limit: u32,
    /// Requests a minute for each user and each address; 0 for no limit.
    pub rate_limit: u32,
    pub trusted_proxies: Vec<IpNet>,
    pub cors_origins: Vec<String>,
    pub password_scheme: PasswordScheme,
    pub bcrypt_cost: u32,
    pub hash_threads: usize,
    pub token_algorithm: TokenAlgorithm,
    /// A signing key is followed by the next one at this age; 0 for never.
    pub key_rotation_days: i64,
    pub access_token_seconds: i64,
    pub refresh_idle_days: i64,
    pub refresh_absolute_days: i64,
    /// Deleted to-dos are kept for so many days.
    pub trash_days: i64,
    /// How long security events are kept; 0 for ever.
    pub audit_days: i64,
    pub drain_seconds: u64,
    /// Where production writes its rolling files; `None` for the console alone.
    pub log_dir: Option<PathBuf>,
    pub log_config: Option<PathBuf>,
    /// Where the metrics have a listener of their own; `None` if they have none.
    pub metrics_listen: Option<SocketAddr>,
    /// Who shows it gets the metrics; without one they are not served on the port of the service.
    pub metrics_token: Option<String>,
    /// The file that it came from.
    pub metrics_token_file: Option<PathBuf>,
    /// Whom people can sign in through, by their names.
    pub providers: Vec<Provider>,
    /// Log more of what the service does.
    pub debug: bool,
    /// Whether the start applies missing migrations.
    pub migrate: bool,
}

impl Config {
    fn new(environment: Environment, settings: Settings, flags: &Flags) -> Result<Self, ConfigError> {
        let production = environment.is_production();
        let data_dir = settings.data_dir.clone().unwrap_or_else(|| "data".into());
        let port = settings.port.unwrap_or(4000);
        let address = settings.address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let config = Self {
            environment,
            address,
            port,
            workers: settings
                .workers
                .map(|workers| within("workers", workers, 1, 1024))
                .transpose()?,
            db: database(&settings, &data_dir, production)?,
            secret: secret(&settings, environment)?,
            secret_previous: secret_previous(&settings, environment)?,
            metrics_listen: metrics_port(&settings, SocketAddr::new(address, port))?,
            metrics_token: metrics_token(&settings, environment)?,
            smtp: mail::smtp(&settings, environment)?,
            mail_from: mail::mail_from(&settings)?,
            outbox: mail::outbox(&data_dir, environment),
            providers: providers::providers(settings.providers, environment, settings.registration)?,
            metrics_token_file: settings.metrics_token_file,
            smtp_password_file: settings.smtp_password_file,
            db_file: settings.db_file,
            secret_file: settings.secret_file,
            secret_previous_file: settings.secret_previous_file,
            public_url: public_url(settings.public_url, port, production)?,
            registration: settings.registration,
            unverified_email: settings.unverified_email,
            require_second_factor: settings.require_second_factor,
            sign_in_limit: settings.sign_in_limit.unwrap_or(10),
            rate_limit: settings.rate_limit.unwrap_or(600),
            trusted_proxies: settings
                .trusted_proxies
                .iter()
                .map(|text| network(text))
                .collect::<Result<_, _>>()?,
            cors_origins: settings.cors_origins,
            password_scheme: settings.password_hash,
            bcrypt_cost: within("bcrypt_cost", settings.bcrypt_cost.unwrap_or(12), 10, 16)?,
            hash_threads: within("hash_threads", settings.hash_threads.unwrap_or_else(cores), 1, 64)?,
            token_algorithm: settings.token_algorithm,
            key_rotation_days: within(
                "key_rotation_days",
                settings.key_rotation_days.unwrap_or(90),
                0,
                3650,
            )?,
            access_token_seconds: within(
                "access_token_seconds",
                settings.access_token_seconds.unwrap_or(900),
                5,
                86_400,
            )?,
            refresh_idle_days: within(
                "refresh_idle_days",
                settings.refresh_idle_days.unwrap_or(30),
                1,
                3650,
            )?,
            refresh_absolute_days: within(
                "refresh_absolute_days",
                settings.refresh_absolute_days.unwrap_or(90),
                1,
                3650,
            )?,
            trash_days: within("trash_days", settings.trash_days.unwrap_or(30), 1, 3650)?,
            audit_days: within("audit_days", settings.audit_days.unwrap_or(365), 0, 3650)?,
            drain_seconds: within(
                "drain_seconds",
                settings.drain_seconds.unwrap_or(if production { 5 } else { 0 }),
                0,
                300,
            )?,
            log_dir: Some(settings.log_dir.unwrap_or_else(|| "logs".into()))
                .filter(|folder| folder.as_os_str() != NO_LOG_DIR),
            log_config: settings.log_config,
            data_dir,
            debug: flags.debug,
            migrate: !flags.no_migrate,
        };
        if config.refresh_idle_days > config.refresh_absolute_days {
            return Err(ConfigError(format!(
                "refresh_idle_days ({}) is more than refresh_absolute_days ({}); make it at most that",
                config.refresh_idle_days, config.refresh_absolute_days
            )));
        }
        if config.unverified_email == UnverifiedEmail::Refused
            && config.smtp.is_none()
            && config.outbox.is_none()
        {
            return Err(ConfigError(
                "unverified_email is \"refused\", and no mail can be sent by which an address is verified; set \
                 smtp_url, or unverified_email to \"allowed\""
                    .into(),
            ));
        }
        config
            .cors_origins
            .iter()
            .try_for_each(|origin| check_origin("cors_origins", origin))?;
        Ok(config)
    }

    /// The origins whose pages may call the API: the own one, and those that are configured.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.public_url.as_str()).chain(self.cors_origins.iter().map(String::as_str))
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Layers::of_variables(pairs).config(&Flags::default())
    }

    fn refusal(pairs: &[(&str, &str)]) -> String {
        read(pairs)
            .err()
            .unwrap_or_else(|| panic!("{pairs:?} is refused"))
            .to_string()
    }

    const SECRET: (&str, &str) = ("SECRET", "qO4oIZzvN8JYx2bT5mKd0wLr7uPcEa93");
    const DB: (&str, &str) = ("DB", "mongodb://db.example/rondo");
    const URL: (&str, &str) = ("RONDO_PUBLIC_URL", "https://todo.example.org");

    #[test]
    fn development_needs_nothing() {
        let config = read(&[]).unwrap();
        assert_eq!(config.db, Database::Sqlite("data/rondo.db".into()));
        assert_eq!((config.port, config.address.is_loopback()), (4000, true));
        assert_eq!(config.public_url, "http://127.0.0.1:4000");
    }

    #[test]
    fn production_asks_for_its_database_secret_and_address_by_name() {
        let env = ("ENV", "production");
        assert!(refusal(&[env, SECRET, URL]).contains("set DB"));
        assert!(refusal(&[env, DB, URL]).contains("set SECRET"));
        assert!(refusal(&[env, DB, SECRET]).contains("RONDO_PUBLIC_URL"));
        assert!(read(&[env, DB, SECRET, URL]).is_ok());
    }

    #[test]
    fn short_and_placeholder_secrets_are_refused_outside_development() {
        assert!(read(&[("SECRET", "short")]).is_ok());
        assert!(refusal(&[("ENV", "test"), ("SECRET", "short")]).contains("shorter than 32"));
        let with = |secret| refusal(&[("ENV", "production"), DB, URL, ("SECRET", secret)]);
        assert!(with("short").contains("shorter than 32"));
        assert!(with("please-changeme-please-changeme-please").contains("placeholder"));
        assert!(with("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").contains("placeholder"));
        assert!(!with("short").contains("\"short\""));
    }

    #[test]
    fn contradictions_and_nonsense_name_the_setting() {
        for (pairs, words) in [
            (&[("RONDO_REFRESH_IDLE_DAYS", "91")][..], "refresh_idle_days (91)"),
            (
                &[("SECRET", "x"), ("SECRET_FILE", "y")],
                "secret and secret_file are both set",
            ),
            (&[("PORT", "99999")], "PORT"),
            (&[("RONDO_BCRYPT_COST", "9")], "bcrypt_cost is 9"),
            (&[("DB", "mysql://user:hunter2@host")], "db is neither"),
            (&[("RONDO_PUBLIC_URL", "todo.example.org")], "public_url"),
            (
                &[("RONDO_PUBLIC_URL", "https://todo.example.org/app")],
                "public_url",
            ),
            (&[("RONDO_CORS_ORIGINS", "[\"*\"]")], "cors_origins"),
            (&[("RONDO_TRUSTED_PROXIES", "[\"everyone\"]")], "trusted_proxies"),
            (&[("RONDO_REGISTRATION", "maybe")], "RONDO_REGISTRATION"),
            (&[("RONDO_UNVERIFIED_EMAIL", "maybe")], "RONDO_UNVERIFIED_EMAIL"),
            (
                &[
                    ("ENV", "production"),
                    DB,
                    SECRET,
                    URL,
                    ("RONDO_UNVERIFIED_EMAIL", "refused"),
                ],
                "unverified_email is",
            ),
            (
                &[("RONDO_REQUIRE_SECOND_FACTOR", "everybody")],
                "RONDO_REQUIRE_SECOND_FACTOR",
            ),
            (&[("RONDO_PROT", "4000")], "RONDO_PROT"),
            (&[("ENV", "staging")], "staging"),
        ] {
            let refusal = refusal(pairs);
            assert!(refusal.contains(words), "{refusal}");
            assert!(
                !refusal.contains("hunter2") && !refusal.contains('\n'),
                "{refusal}"
            );
        }
    }

    #[test]
    fn the_older_names_count_and_the_newer_ones_win() {
        let config = read(&[("PORT", "5000"), ("ROOT_PATH", "/var/log/x"), ("SECRET", "0001")]).unwrap();
        assert_eq!(
            (config.port, config.log_dir.as_deref()),
            (5000, Some(std::path::Path::new("/var/log/x")))
        );
        assert_eq!(config.secret.as_deref(), Some("0001"));
        assert_eq!(read(&[("RONDO_LOG_DIR", "none")]).unwrap().log_dir, None);
        assert_eq!(
            read(&[("PORT", "5000"), ("RONDO_PORT", "6000")]).unwrap().port,
            6000
        );
    }

    #[test]
    fn what_kubernetes_injects_for_a_service_of_this_name_is_passed_over() {
        let config = read(&[
            ("RONDO_PORT", "tcp://10.0.0.1:80"),
            ("RONDO_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("RONDO_SERVICE_HOST", "x"),
            ("RONDO_METRICS_PORT", "tcp://10.0.0.2:4001"),
            ("RONDO_METRICS_PORT_4001_TCP_ADDR", "10.0.0.2"),
            ("RONDO_METRICS_SERVICE_HOST", "x"),
        ]);
        let config = config.unwrap();
        assert_eq!((config.port, config.metrics_listen), (4000, None));
    }

    #[test]
    fn the_build_hands_on_nothing_that_looks_like_a_setting() {
        // `cargo run` gives the program what build.rs sets, and an unknown RONDO_ variable ends the start.
        assert!(!include_str!("../../build.rs").contains("stamp(\"RONDO_"));
    }

    #[test]
    fn flags_stand_above_everything() {
        let flags = Flags {
            port: Some(7000),
            data_dir: Some("elsewhere".into()),
            ..Flags::default()
        };
        let config = Layers::of_variables(&[("PORT", "5000")]).config(&flags).unwrap();
        assert_eq!((config.port, config.data_dir.to_str()), (7000, Some("elsewhere")));
    }
}
