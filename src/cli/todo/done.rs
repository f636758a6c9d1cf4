//! `rondo todo done`.

use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::super::remote::Site;
use super::find::{self, text};
use super::{ID, gather};
use crate::client::{Remote, Result};

#[derive(Args)]
pub struct Done {
    #[arg(required = true, help = ID)]
    id: Vec<String>,
    /// Print the to-dos as JSON
    #[arg(long)]
    json: bool,
}

impl Done {
    pub async fn run(self, site: &Site, mut remote: Remote<'_>) -> Result<()> {
        let ids = find::ids(&mut remote, &self.id).await?;
        let several = ids.len() > 1;
        let mut outcomes = Vec::new();
        for id in ids {
            let call = remote
                .call(Method::PATCH, &format!("/todos/{id}"))
                .body(json!({ "done": true }));
            let outcome = match remote.ask(&call).await {
                Ok(answer) => answer.done(),
                Err(failure) => Err(failure),
            };
            outcomes.push((id, outcome));
        }
        let (todos, end) = gather(outcomes, several);
        if self.json {
            site.show_json(&json!({ "items": todos }))?;
            return end;
        }
        for todo in &todos {
            let title = text(todo, "title");
            // One that comes again has moved on.
            if todo["done"] == true {
                site.tell(format_args!("done: {title}"))?;
            } else {
                site.tell(format_args!(
                    "done: {title}; it is due again {}",
                    text(todo, "due")
                ))?;
            }
        }
        end
    }
}
