//! Looks at an installation, whether its service runs or not, and changes nothing: what `rondo doctor`
//! tells. Here is what a finding is and which checks there are; the checks themselves are in `store`
//! (the database and what is kept there), `secrets` (the secret and the signing keys in it), `machine` (files, disks,
//! limits), `mail`, `providers` and `settings`.

mod machine;
mod mail;
mod providers;
mod secrets;
mod settings;
mod store;

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Source;
use crate::config::Config;

/// So long a check may take.
const LIMIT: Duration = Duration::from_secs(3);

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Ok,
    /// It could not be looked at, for a reason that another finding tells; or there is nothing to look at.
    Skipped,
    /// It serves, and something should be done.
    Warning,
    /// It does not serve, or data or secrets are in danger.
    Failed,
}

impl State {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub check: Cow<'static, str>,
    pub state: State,
    pub says: String,
    /// What to do about it; `None` where nothing is to be done, or where `says` has it.
    pub cure: Option<String>,
}

impl Finding {
    pub fn ok(check: impl Into<Cow<'static, str>>, says: impl Into<String>) -> Self {
        Self::new(check, State::Ok, says, None)
    }

    pub fn skipped(check: impl Into<Cow<'static, str>>, says: impl Into<String>) -> Self {
        Self::new(check, State::Skipped, says, None)
    }

    pub fn warning(
        check: impl Into<Cow<'static, str>>,
        says: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self::new(check, State::Warning, says, Some(cure.into()))
    }

    pub fn failed(
        check: impl Into<Cow<'static, str>>,
        says: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        Self::new(check, State::Failed, says, Some(cure.into()))
    }

    /// It failed with a sentence that has the cure in it.
    pub fn refused(check: impl Into<Cow<'static, str>>, sentence: impl Into<String>) -> Self {
        Self::new(check, State::Failed, sentence, None)
    }

    fn new(
        check: impl Into<Cow<'static, str>>,
        state: State,
        says: impl Into<String>,
        cure: Option<String>,
    ) -> Self {
        Self {
            check: check.into(),
            state,
            says: says.into(),
            cure,
        }
    }
}

/// Looks at everything, one check after the other. Each is bounded in time, so this ends whatever is
/// broken.
pub async fn examine(config: &Config, source: &dyn Source) -> Vec<Finding> {
    let mut findings = settings::examine(config);
    findings.push(mail::examine(config).await);
    findings.extend(providers::examine(config, source).await);
    findings.extend(store::examine(config, source).await);
    findings.extend(machine::examine(config).await);
    findings
}

/// What the work comes to, if it comes in time.
async fn in_time<T>(work: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(LIMIT, work)
        .await
        .map_err(|_| format!("no answer within {} s", LIMIT.as_secs()))
}

/// The same, of work that holds up its thread: a file system may be as silent as a server.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    in_time(tokio::task::spawn_blocking(work))
        .await?
        .map_err(|error| format!("the check broke off: {error}"))
}
