//! `rondo doctor`: looks at an installation, and says what to do about what is not well.

use clap::Args;
use serde_json::json;

use super::{Storage, read_config, say};
use crate::app::StartError;
use crate::app::doctor::{self, Finding, State};
use crate::clock::System;
use crate::logging::one_line;

#[derive(Args)]
pub struct Doctor {
    #[command(flatten)]
    storage: Storage,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Doctor {
    pub async fn run(self) -> Result<(), StartError> {
        let findings = match read_config(&self.storage.flags()) {
            Ok(config) => {
                let profile = config.environment.name();
                let mut findings = vec![Finding::ok("configuration", format!("sound, profile {profile}"))];
                findings.extend(doctor::examine(&config, &System::default()).await);
                findings
            }
            // Without one there is nothing else to look at.
            Err(StartError(sentence)) => vec![Finding::refused("configuration", sentence)],
        };
        let failed = count(&findings, State::Failed);
        if self.json {
            say(format_args!(
                "{:#}",
                json!({ "ok": failed == 0, "checks": findings })
            ))?;
        } else {
            findings.iter().map(line).try_for_each(say)?;
            say(format_args!("\n{}", summary(&findings)))?;
        }
        match failed {
            0 => Ok(()),
            1 => Err(StartError("one check failed".into())),
            _ => Err(StartError(format!("{failed} checks failed"))),
        }
    }
}

fn count(findings: &[Finding], state: State) -> usize {
    findings.iter().filter(|finding| finding.state == state).count()
}

fn line(finding: &Finding) -> String {
    let mut says = finding.says.clone();
    if let Some(cure) = &finding.cure {
        says = format!("{says}: {cure}");
    }
    format!(
        "{:<8} {:<15} {}",
        finding.state.name(),
        finding.check,
        one_line(&says)
    )
}

fn summary(findings: &[Finding]) -> String {
    let parts = [State::Failed, State::Warning, State::Ok, State::Skipped].map(|state| {
        let count = count(findings, state);
        (count > 0).then(|| format!("{count} {}", state.name()))
    });
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
