//! Where settings come from, lowest first: `Rocket.toml` of the working directory, the `--config` file,
//! `.env`, the environment, the command line.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use rocket::figment::error::Kind;
use rocket::figment::providers::{Format, Toml};
use rocket::figment::value::{Dict, Map, Value};
use rocket::figment::{Figment, Metadata, Profile, Provider};

use super::files::{SETTINGS_LIMIT, read_text};
use super::{Config, ConfigError, Environment, Settings, older};

/// What the command line sets.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub host: Option<IpAddr>,
    pub port: Option<u16>,
    pub db: Option<String>,
    pub data_dir: Option<PathBuf>,
    pub config: Option<PathBuf>,
    pub no_migrate: bool,
    pub debug: bool,
}

impl Flags {
    fn settings(&self) -> impl Iterator<Item = Variable> {
        let flags = [
            (
                "--host",
                "address",
                self.host.map(|host| Value::from(host.to_string())),
            ),
            ("--port", "port", self.port.map(Value::from)),
            ("--db", "db", self.db.clone().map(Value::from)),
            (
                "--data-dir",
                "data_dir",
                self.data_dir
                    .as_ref()
                    .map(|path| Value::from(path.display().to_string())),
            ),
        ];
        flags.into_iter().filter_map(|(flag, setting, value)| {
            Some(Variable {
                origin: format!("the flag {flag}"),
                setting,
                value: value?,
            })
        })
    }
}

/// How the text of a variable becomes a value.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    Text,
    Number,
    /// Separated by commas, or as a JSON array.
    List,
    /// `true` or `false`.
    Truth,
    /// A table of tables: its members have variables of their own.
    Tables,
}

/// Every setting, and the shape of its variable `RONDO_<NAME>`.
pub(super) const SETTINGS: [(&str, Shape); 41] = [
    ("address", Shape::Text),
    ("port", Shape::Number),
    ("workers", Shape::Number),
    ("db", Shape::Text),
    ("db_file", Shape::Text),
    ("data_dir", Shape::Text),
    ("secret", Shape::Text),
    ("secret_file", Shape::Text),
    ("secret_previous", Shape::Text),
    ("secret_previous_file", Shape::Text),
    ("public_url", Shape::Text),
    ("smtp_url", Shape::Text),
    ("smtp_password", Shape::Text),
    ("smtp_password_file", Shape::Text),
    ("mail_from", Shape::Text),
    ("registration", Shape::Text),
    ("unverified_email", Shape::Text),
    ("require_second_factor", Shape::Text),
    ("sign_in_limit", Shape::Number),
    ("rate_limit", Shape::Number),
    ("trusted_proxies", Shape::List),
    ("cors_origins", Shape::List),
    ("password_hash", Shape::Text),
    ("bcrypt_cost", Shape::Number),
    ("hash_threads", Shape::Number),
    ("token_algorithm", Shape::Text),
    ("key_rotation_days", Shape::Number),
    ("access_token_seconds", Shape::Number),
    ("refresh_idle_days", Shape::Number),
    ("refresh_absolute_days", Shape::Number),
    ("trash_days", Shape::Number),
    ("audit_days", Shape::Number),
    ("drain_seconds", Shape::Number),
    ("log_dir", Shape::Text),
    ("log_config", Shape::Text),
    ("metrics_port", Shape::Number),
    ("metrics_address", Shape::Text),
    ("metrics_token", Shape::Text),
    ("metrics_token_file", Shape::Text),
    ("providers", Shape::Tables),
    ("env", Shape::Text),
];

/// Every setting of a provider, and the shape of its variable `RONDO_PROVIDER_<NAME>_<SETTING>`.
pub(super) const PROVIDER_SETTINGS: [(&str, Shape); 24] = [
    ("issuer", Shape::Text),
    ("client_id", Shape::Text),
    ("client_secret", Shape::Text),
    ("client_secret_file", Shape::Text),
    ("display_name", Shape::Text),
    ("scopes", Shape::List),
    ("audience", Shape::Text),
    ("redirect_path", Shape::Text),
    ("form_post", Shape::Truth),
    ("logout_url", Shape::Text),
    ("ca_file", Shape::Text),
    ("private_addresses", Shape::Truth),
    ("registration", Shape::Text),
    ("link_by_email", Shape::Truth),
    ("roles_from", Shape::Text),
    ("roles_claim", Shape::Text),
    ("required_role", Shape::Text),
    ("required_claim", Shape::Text),
    ("admin_role", Shape::Text),
    ("token_audience", Shape::Text),
    ("token_algorithms", Shape::List),
    ("token_introspection", Shape::Truth),
    ("token_scopes", Shape::List),
    ("machine_claim", Shape::Text),
];

/// The variables without our prefix, as the older services had them, and the settings they set.
const OLDER_NAMES: [(&str, &str); 9] = [
    ("ENV", "env"),
    ("PORT", "port"),
    ("DB", "db"),
    ("DB_FILE", "db_file"),
    ("SECRET", "secret"),
    ("SECRET_FILE", "secret_file"),
    ("SECRET_PREVIOUS", "secret_previous"),
    ("SECRET_PREVIOUS_FILE", "secret_previous_file"),
    ("ROOT_PATH", "log_dir"),
];

/// The profiles that a file may have a table for.
const PROFILES: [&str; 4] = ["default", "development", "test", "production"];

/// The sources, read but not yet understood.
#[derive(Default)]
pub struct Layers {
    rocket_toml: Option<PathBuf>,
    /// `.env` and then the environment, in this order.
    variables: Vec<(&'static str, BTreeMap<String, String>)>,
}

impl Layers {
    /// The working directory's files and the process's environment.
    ///
    /// # Errors
    /// If `.env` cannot be read.
    pub fn of_process() -> Result<Self, ConfigError> {
        // This very file: by its name alone it would be searched for in the folders above, too.
        let dot_env = if is_there(Path::new(".env")) {
            let text = read_text(Path::new(".env"), SETTINGS_LIMIT);
            let text = text.map_err(|words| ConfigError(format!(".env {words}")))?;
            let pairs: Result<_, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
            pairs.map_err(|_| {
                ConfigError(".env has a line that is not NAME=value; quote values with blanks".into())
            })?
        } else {
            BTreeMap::new()
        };
        // Variables that are not text are none of ours.
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        Ok(Self {
            // Only here, never in a folder above: a stranger's file must not configure the service.
            rocket_toml: Some(PathBuf::from("Rocket.toml")).filter(|path| is_there(path)),
            variables: vec![(".env", dot_env), ("the environment", environment)],
        })
    }

    /// These variables alone, as if they were the environment: no file is read.
    pub fn of_variables(pairs: &[(&str, &str)]) -> Self {
        let variables = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self {
            rocket_toml: None,
            variables: vec![("the environment", variables)],
        }
    }

    /// Puts the layers together and checks the whole.
    ///
    /// # Errors
    /// One sentence that names the setting, where it stands, and the cure.
    pub fn config(&self, flags: &Flags) -> Result<Config, ConfigError> {
        Ok(self.read(flags)?.0)
    }

    /// The same, and what it was put together from.
    pub(super) fn read(&self, flags: &Flags) -> Result<(Config, Figment), ConfigError> {
        let environment = self.environment()?;
        let mut figment = Figment::new();
        for file in self.rocket_toml.iter().chain(&flags.config) {
            for table in Table::read(file, environment)? {
                figment = figment.merge(table);
            }
        }
        for (origin, variables) in &self.variables {
            for variable in settings_of(origin, variables)? {
                figment = figment.merge(variable);
            }
        }
        for flag in flags.settings() {
            figment = figment.merge(flag);
        }
        // A database named on the command line takes the place of a file that names one.
        let mut settings: Settings = figment.extract().map_err(in_one_line)?;
        if flags.db.is_some() {
            settings.db_file = None;
        }
        Ok((Config::new(environment, settings, flags)?, figment))
    }

    fn environment(&self) -> Result<Environment, ConfigError> {
        let named = self.environment_name();
        named.map_or(Ok(Environment::Development), |(_, _, name)| name.parse())
    }

    /// The variable that names the profile, where it stands, and the name.
    pub(super) fn environment_name(&self) -> Option<(&'static str, &'static str, &str)> {
        self.variables.iter().rev().find_map(|(origin, variables)| {
            let named = |name| Some((name, variables.get(name)?));
            named("RONDO_ENV")
                .or_else(|| named("ENV"))
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name, *origin, value.as_str()))
        })
    }
}

/// A table of a file of settings in TOML, which has one for each profile.
struct Table {
    /// The file and the table, for errors and reports.
    name: String,
    settings: Dict,
}

impl Table {
    /// The tables of the file that count in this profile, the lower one first.
    fn read(file: &Path, environment: Environment) -> Result<[Self; 2], ConfigError> {
        let text = read_text(file, SETTINGS_LIMIT)
            .map_err(|words| ConfigError(format!("{} {words}", file.display())))?;
        if let Err(error) = Toml::from_str::<Dict>(&text) {
            // Without the line itself, which the error quotes: a secret may stand in it.
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
            let line = before.matches('\n').count() + 1;
            let reason = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            return Err(ConfigError(format!(
                "{} is not TOML, in line {line}: {reason}",
                file.display()
            )));
        }
        let top = Toml::string(&text)
            .data()
            .map_err(in_one_line)?
            .remove(&Profile::Default);
        let mut settings = Dict::new();
        let mut own = Dict::new();
        for (profile, table) in top.unwrap_or_default() {
            let Some(table) = table.as_dict().filter(|_| PROFILES.contains(&profile.as_str())) else {
                return Err(ConfigError(format!(
                    "{} has {profile:?} at its top; settings stand in the tables [{}]",
                    file.display(),
                    PROFILES.join("], [")
                )));
            };
            // In all tables: one of another profile must not be found wrong on the day that it is used.
            if let Some(unknown) = table.keys().find(|name| !is_setting_of_file(name)) {
                return Err(ConfigError(format!(
                    "{unknown:?} in [{profile}] of {} is no setting; settings are {}",
                    file.display(),
                    SETTINGS.map(|(name, _)| name).join(", ")
                )));
            }
            if profile == "default" {
                settings.clone_from(table);
            } else if profile == environment.name() {
                own.clone_from(table);
            }
        }
        let table = |profile: &str, settings| Self {
            name: format!("{} [{profile}]", file.display()),
            settings,
        };
        Ok([table("default", settings), table(environment.name(), own)])
    }
}

impl Provider for Table {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, rocket::figment::Error> {
        Ok(Map::from([(Profile::Default, self.settings.clone())]))
    }
}

/// Whether there is something of this name, be it a folder or a link that leads nowhere: what was meant to
/// be read is not passed over.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Which profile runs is not for a file to say: it has tables for all of them.
fn is_setting_of_file(name: &str) -> bool {
    name != "env" && SETTINGS.iter().any(|(known, _)| *known == name)
}

/// One variable that sets something.
struct Variable {
    origin: String,
    setting: &'static str,
    value: Value,
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, rocket::figment::Error> {
        let dict = Dict::from([(self.setting.to_owned(), self.value.clone())]);
        Ok(Map::from([(Profile::Global, dict)]))
    }
}

/// The variables that set something, the older names first so that the newer ones win.
fn settings_of(origin: &str, variables: &BTreeMap<String, String>) -> Result<Vec<Variable>, ConfigError> {
    let older = variables.iter().filter_map(|(name, value)| {
        let (_, setting) = OLDER_NAMES.iter().find(|(older, _)| older == name)?;
        Some((name, value, (*setting).to_owned()))
    });
    let ours = variables.iter().filter_map(|(name, value)| {
        let setting = name.strip_prefix("RONDO_")?;
        (!is_service_link(setting, value)).then(|| (name, value, setting.to_ascii_lowercase()))
    });
    let mut found = Vec::new();
    for setting in older::providers(variables) {
        let origin = format!("{} in {origin}", setting.variable);
        found.push(of_provider(
            origin,
            setting.provider,
            setting.setting,
            setting.value,
        ));
    }
    for (name, value, setting) in older.chain(ours) {
        if let Some(rest) = setting.strip_prefix("provider_") {
            if !value.is_empty() {
                found.push(provider_variable(name, origin, rest, value)?);
            }
            continue;
        }
        let Some((setting, shape)) = SETTINGS.iter().find(|(known, _)| *known == setting) else {
            let known: Vec<_> = SETTINGS
                .iter()
                .map(|(name, _)| name.to_ascii_uppercase())
                .collect();
            return Err(ConfigError(format!(
                "{name} in {origin} is no setting; after RONDO_ comes one of {}",
                known.join(", ")
            )));
        };
        // An empty variable is one that is not set: compose files write them so.
        if matches!(shape, Shape::Tables) {
            return Err(ConfigError(format!(
                "{name} in {origin} cannot be set at once; each setting has its variable, such as \
                 RONDO_PROVIDER_WORK_ISSUER for the issuer of the provider work"
            )));
        }
        if *setting != "env" && !value.is_empty() {
            found.push(Variable {
                origin: format!("{name} in {origin}"),
                setting,
                value: read(*shape, value),
            });
        }
    }
    Ok(found)
}

/// `<name>_<setting>` of a provider; what is `-` in its name is `_` in that of the variable.
fn provider_variable(name: &str, origin: &str, rest: &str, value: &str) -> Result<Variable, ConfigError> {
    let split = |setting: &&(&str, Shape)| {
        rest.strip_suffix(setting.0)
            .and_then(|provider| provider.strip_suffix('_'))
            .is_some_and(|provider| !provider.is_empty())
    };
    // The longest: `client_secret_file` ends with what could be another one's name.
    let setting = PROVIDER_SETTINGS
        .iter()
        .filter(split)
        .max_by_key(|(setting, _)| setting.len());
    let Some((setting, shape)) = setting else {
        return Err(ConfigError(format!(
            "{name} in {origin} is no setting of a provider; it is RONDO_PROVIDER_<NAME>_ and one of {}",
            PROVIDER_SETTINGS
                .map(|(setting, _)| setting.to_ascii_uppercase())
                .join(", ")
        )));
    };
    let provider = rest[..rest.len() - setting.len() - 1].replace('_', "-");
    Ok(of_provider(
        format!("{name} in {origin}"),
        &provider,
        setting,
        read(*shape, value),
    ))
}

fn of_provider(origin: String, provider: &str, setting: &str, value: Value) -> Variable {
    let settings = Dict::from([(setting.to_owned(), value)]);
    Variable {
        origin,
        setting: "providers",
        value: Value::from(Dict::from([(provider.to_owned(), Value::from(settings))])),
    }
}

/// What Kubernetes puts into the environment for a Service that is named `rondo` or `rondo-metrics`.
fn is_service_link(setting: &str, value: &str) -> bool {
    let setting = setting.strip_prefix("METRICS_").unwrap_or(setting);
    let is_numbered = setting
        .strip_prefix("PORT_")
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    is_numbered || setting.starts_with("SERVICE_") || (setting == "PORT" && value.contains("://"))
}

fn read(shape: Shape, text: &str) -> Value {
    match shape {
        Shape::Text | Shape::Tables => Value::from(text),
        // So does what is neither of the two.
        Shape::Truth => text
            .trim()
            .parse::<bool>()
            .map_or_else(|_| Value::from(text), Value::from),
        // What is no number stays text, and is refused by name when the settings are put together.
        Shape::Number => text
            .trim()
            .parse::<i64>()
            .map_or_else(|_| Value::from(text), Value::from),
        Shape::List => {
            let array = serde_json::from_str::<Vec<String>>(text);
            let items =
                array.unwrap_or_else(|_| text.split(',').map(|item| item.trim().to_owned()).collect());
            Value::from(items)
        }
    }
}

/// Settings whose values are never repeated.
const SECRETS: [&str; 6] = [
    "db",
    "secret",
    "secret_previous",
    "metrics_token",
    "smtp_url",
    "smtp_password",
];

/// One sentence of the first error.
fn in_one_line(error: rocket::figment::Error) -> ConfigError {
    let origin = error
        .metadata
        .as_ref()
        .map_or_else(String::new, |metadata| format!(" ({})", metadata.name));
    let setting = error.path.join(".");
    ConfigError(match &error.kind {
        Kind::UnknownField(name, known) => format!(
            "{name:?}{origin} is no setting; settings are {}",
            known.join(", ")
        ),
        Kind::UnknownVariant(_, known) => format!("{setting}{origin} is one of {}", known.join(", ")),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected)
            if SECRETS.contains(&setting.as_str()) || setting.ends_with(".client_secret") =>
        {
            format!("{setting}{origin} is not {expected}")
        }
        kind => format!("{setting}{origin}: {kind}").replace('\n', " "),
    })
}
