//! Values of settings that have types of their own, and how each is written.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ConfigError;

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
    Closed,
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
