//! Values of settings that have types of their own, and how each is written.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ConfigError;
use super::checks::read_line;
use super::report::without_secrets;

/// Which profile runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    Development,
    Test,
    Production,
}

impl Environment {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Test => "test",
            Self::Production => "production",
        }
    }

    pub const fn is_production(self) -> bool {
        matches!(self, Self::Production)
    }
}

impl FromStr for Environment {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        match text {
            "development" | "dev" => Ok(Self::Development),
            "test" | "testing" => Ok(Self::Test),
            "production" | "prod" => Ok(Self::Production),
            _ => Err(ConfigError(format!(
                "ENV is {text:?}; it is development, test or production"
            ))),
        }
    }
}

/// Which keeper, and where.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// The path of the file.
    Sqlite(PathBuf),
    /// The address, which may hold a password: never shown.
    Mongo(String),
}

impl Database {
    /// Reads `sqlite:PATH`, `mongodb://…` or `mongodb+srv://…`.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err(ConfigError(
                    "db is \"sqlite:\" without a path; write sqlite:data/rondo.db".into(),
                ));
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if text.starts_with("mongodb://") || text.starts_with("mongodb+srv://") {
            return Ok(Self::Mongo(text.to_owned()));
        }
        // The value is not repeated: it may be an address with a password and a typing error.
        Err(ConfigError(
            "db is neither sqlite:PATH nor an address that begins with mongodb:// or mongodb+srv://".into(),
        ))
    }
}

impl Database {
    /// Reads an address, or, as `file:PATH`, the file that holds one: a password on a command line is seen by
    /// every user of the machine.
    ///
    /// # Errors
    /// A sentence that does not repeat the address.
    pub fn given(text: &str) -> Result<Self, ConfigError> {
        match text.strip_prefix("file:") {
            Some(file) => Self::parse(&read_line("the address in", file.as_ref())?),
            None => Self::parse(text),
        }
    }

    /// Which one it is, for people, without secrets.
    pub fn named(&self) -> String {
        match self {
            Self::Sqlite(path) => {
                let path = path.canonicalize().or_else(|_| std::path::absolute(path));
                path.map_or_else(|_| self.to_string(), |path| Self::Sqlite(path).to_string())
            }
            Self::Mongo(address) => without_secrets(address).unwrap_or_else(|| self.to_string()),
        }
    }

    /// Whether the two are certainly one database.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_told = !matches!(self, Self::Mongo(address) if without_secrets(address).is_none());
        self == other || (is_told && self.named() == other.named())
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite at {}", path.display()),
            Self::Mongo(_) => write!(f, "MongoDB"),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    #[default]
    Open,
    /// Whoever was invited.
    Invite,
    Closed,
}

/// Whether an account whose e-mail address is not verified may be signed in to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UnverifiedEmail {
    #[default]
    Allowed,
    Refused,
}

/// Whose accounts have to have a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RequireSecondFactor {
    #[default]
    Nobody,
    /// Administrators': without one they administer nothing.
    Admin,
}

/// How new passwords are hashed; whatever is stored otherwise is upgraded at the next sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PasswordScheme {
    #[default]
    Bcrypt,
    Argon2id,
}

/// What signs new tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub enum TokenAlgorithm {
    #[default]
    RS256,
    ES256,
}
