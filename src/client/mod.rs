//! A service that runs elsewhere, as a program asks it over HTTP: its address, signing in by the device flow, and the
//! credentials that are kept for it. What is typed and printed is `cli`'s.

pub mod address;
pub mod credentials;
pub mod oauth;
pub mod remote;
pub mod whole;
pub mod wire;

pub use address::Address;
pub use credentials::Vault;
pub use remote::Remote;
pub use wire::{Answer, Wire};

/// Why something was not done, in words for people. The kinds are the ones that scripts tell apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It was refused, or something on this machine is in the way.
    Failed(String),
    /// Nobody is signed in, or no more.
    NotSignedIn(String),
    /// What it was about is not there.
    NotFound(String),
    /// Nothing answers, or what answers cannot now.
    Unreachable(String),
}

impl Failure {
    pub fn words(&self) -> &str {
        match self {
            Self::Failed(words)
            | Self::NotSignedIn(words)
            | Self::NotFound(words)
            | Self::Unreachable(words) => words,
        }
    }
}

/// What is asked of a service, or of this machine.
pub type Result<T> = std::result::Result<T, Failure>;
