//! `rondo todo rm`.

use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::super::remote::Site;
use super::{ID, find, gather};
use crate::client::{Remote, Result};

#[derive(Args)]
pub struct Remove {
    #[arg(required = true, help = ID)]
    id: Vec<String>,
    /// Print the ids as JSON
    #[arg(long)]
    json: bool,
}

impl Remove {
    pub async fn run(self, site: &Site, mut remote: Remote<'_>) -> Result<()> {
        let ids = find::ids(&mut remote, &self.id).await?;
        let several = ids.len() > 1;
        let mut outcomes = Vec::new();
        for id in ids {
            let call = remote.call(Method::DELETE, &format!("/todos/{id}"));
            let outcome = match remote.ask(&call).await {
                Ok(answer) => answer.done().map(|_| id.clone()),
                Err(failure) => Err(failure),
            };
            outcomes.push((id, outcome));
        }
        let (deleted, end) = gather(outcomes, several);
        if self.json {
            site.show_json(&json!({ "deleted": deleted }))?;
            return end;
        }
        for id in &deleted {
            site.tell(format_args!("put into the trash: {id}"))?;
        }
        end
    }
}
