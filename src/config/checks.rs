//! What a value must be, and the sentence for each that is not. No sentence repeats a secret.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use ipnet::IpNet;

use super::files::{LINE_LIMIT, read_text};
use super::{ConfigError, Database, Environment, Settings};

pub(super) fn within<T: PartialOrd + fmt::Display>(
    name: &str,
    value: T,
    least: T,
    most: T,
) -> Result<T, ConfigError> {
    if value < least || value > most {
        return Err(ConfigError(format!(
            "{name} is {value}; it is between {least} and {most}"
        )));
    }
    Ok(value)
}

pub(super) fn database(
    settings: &Settings,
    data_dir: &Path,
    production: bool,
) -> Result<Database, ConfigError> {
    match (&settings.db, &settings.db_file) {
        (Some(_), Some(_)) => Err(ConfigError("db and db_file are both set; set one of them".into())),
        (Some(db), None) => Database::parse(db),
        (None, Some(file)) => Database::parse(&read_line("db_file", file)?)
            .map_err(|ConfigError(words)| ConfigError(format!("db_file {}: {words}", file.display()))),
        (None, None) if production => Err(ConfigError(
            "ENV=production needs a database by name: set DB to a mongodb:// address, or to sqlite:PATH"
                .into(),
        )),
        (None, None) => Ok(Database::Sqlite(data_dir.join("rondo.db"))),
    }
}

/// What is to be kept secret: by its setting, or in the file that the setting's twin with `_file` names. Trimmed;
/// `None` if it is not given.
pub(super) fn given(
    name: &str,
    text: Option<&str>,
    file: Option<&Path>,
) -> Result<Option<String>, ConfigError> {
    match (text, file) {
        (Some(_), Some(_)) => Err(ConfigError(format!(
            "{name} and {name}_file are both set; set one of them"
        ))),
        (Some(text), None) => Ok(Some(text.trim().to_owned())),
        (None, Some(file)) => read_line(&format!("{name}_file"), file).map(Some),
        (None, None) => Ok(None),
    }
}

const MAKE_ONE: &str = "make one with: openssl rand -base64 48";

pub(super) fn secret(settings: &Settings, environment: Environment) -> Result<Option<String>, ConfigError> {
    let text = given(
        "secret",
        settings.secret.as_deref(),
        settings.secret_file.as_deref(),
    )?;
    let Some(text) = text else {
        if environment.is_production() {
            return Err(ConfigError(format!(
                "ENV=production needs a secret: set SECRET, or SECRET_FILE to a file that holds it ({MAKE_ONE})"
            )));
        }
        return Ok(None);
    };
    check_secret("the secret", &text, MAKE_ONE, environment)?;
    Ok(Some(text))
}

/// The one before. An empty file is none: a file that is mounted has to be there all the time.
pub(super) fn secret_previous(
    settings: &Settings,
    environment: Environment,
) -> Result<Option<String>, ConfigError> {
    const CURE: &str = "give the one that was used before, or none";
    let text = given(
        "secret_previous",
        settings.secret_previous.as_deref(),
        settings.secret_previous_file.as_deref(),
    )?;
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    check_secret("the previous secret", &text, CURE, environment)?;
    Ok(Some(text))
}

/// Where the metrics are served apart from `service`.
pub(super) fn metrics_port(
    settings: &Settings,
    service: SocketAddr,
) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(port) = settings.metrics_port else {
        return match settings.metrics_address {
            None => Ok(None),
            Some(_) => Err(ConfigError(
                "metrics_address is set and metrics_port is not; set both, or neither".into(),
            )),
        };
    };
    let address = settings
        .metrics_address
        .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let at_one_place = address == service.ip() || address.is_unspecified() || service.ip().is_unspecified();
    // 0 is any port that is free.
    if port != 0 && port == service.port() && at_one_place {
        return Err(ConfigError(format!(
            "metrics_port and port are both {port}; choose another metrics_port"
        )));
    }
    Ok(Some(SocketAddr::new(address, port)))
}

/// The token for the metrics.
pub(super) fn metrics_token(
    settings: &Settings,
    environment: Environment,
) -> Result<Option<String>, ConfigError> {
    const WHAT: &str = "the metrics token";
    let token = given(
        "metrics_token",
        settings.metrics_token.as_deref(),
        settings.metrics_token_file.as_deref(),
    )?;
    let Some(token) = token else {
        return Ok(None);
    };
    check_secret(WHAT, &token, MAKE_ONE, environment)?;
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(ConfigError(format!(
            "{WHAT} has characters that a header cannot carry; {MAKE_ONE}"
        )));
    }
    Ok(Some(token))
}

/// Secrets are at least this many characters long outside development.
const SECRET_LENGTH: usize = 32;

/// Refuses what is no text, and outside development what is short, or what examples and tutorials have in its place.
fn check_secret(what: &str, secret: &str, cure: &str, environment: Environment) -> Result<(), ConfigError> {
    const PLACEHOLDERS: [&str; 9] = [
        "changeme",
        "change-me",
        "change_me",
        "placeholder",
        "example",
        "your-secret",
        "yoursecret",
        "secret",
        "password",
    ];
    let refuse = |why: &str| Err(ConfigError(format!("{what} {why}; {cure}")));
    if secret.is_empty() {
        return refuse("is empty");
    }
    if secret.contains(|c: char| c.is_control() && !c.is_whitespace()) {
        return refuse("has control characters, so it is no text (a file cut by a crash, or another one?)");
    }
    if environment == Environment::Development {
        return Ok(());
    }
    if secret.chars().count() < SECRET_LENGTH {
        return refuse(&format!("is shorter than {SECRET_LENGTH} characters"));
    }
    let lower = secret.to_ascii_lowercase();
    let mut distinct: Vec<char> = lower.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 8 || PLACEHOLDERS.iter().any(|word| lower.contains(word)) {
        return refuse("looks like a placeholder");
    }
    Ok(())
}

pub(super) fn read_line(name: &str, file: &Path) -> Result<String, ConfigError> {
    read_text(file, LINE_LIMIT)
        .map(|text| text.trim().to_owned())
        .map_err(|words| ConfigError(format!("{name} {} {words}", file.display())))
}

pub(super) fn public_url(given: Option<String>, port: u16, production: bool) -> Result<String, ConfigError> {
    match given {
        Some(url) => {
            let url = url.trim_end_matches('/').to_owned();
            check_origin("public_url", &url)?;
            Ok(url)
        }
        None if production => Err(ConfigError(
            "ENV=production needs public_url: set RONDO_PUBLIC_URL to the address that people use, such as https://todo.example.org"
                .into(),
        )),
        None => Ok(format!("http://127.0.0.1:{port}")),
    }
}

/// Scheme, host and perhaps port, as a browser writes an `Origin`: nothing behind.
pub(super) fn check_origin(name: &str, origin: &str) -> Result<(), ConfigError> {
    let host = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    let is_sound = host.is_some_and(|host| {
        !host.is_empty()
            && !host.starts_with(':')
            && host
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b))
    });
    if is_sound {
        return Ok(());
    }
    Err(ConfigError(format!(
        "{name} has {origin:?}; it is scheme, host and perhaps port in lower case, such as https://todo.example.org"
    )))
}

pub(super) fn network(text: &str) -> Result<IpNet, ConfigError> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| {
            ConfigError(format!(
                "trusted_proxies has {text:?}; it takes addresses and networks such as 10.0.0.0/8"
            ))
        })
}
