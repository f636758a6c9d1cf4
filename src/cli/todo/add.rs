//! `rondo todo add`.

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::super::remote::Site;
use super::find::{self, text};
use crate::client::{Remote, Result};

#[derive(Args)]
pub struct Add {
    /// What is to be done; several words make one title
    #[arg(required = true)]
    title: Vec<String>,
    /// When it is due: YYYY-MM-DD, or a moment such as 2026-12-01T09:30:00+01:00
    #[arg(long, value_name = "WHEN")]
    due: Option<String>,
    /// A tag; may stand several times
    #[arg(long)]
    tag: Vec<String>,
    /// The list that it goes into: its name or its id (default: the inbox)
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    /// How much it matters
    #[arg(long, value_parser = ["low", "medium", "high"])]
    priority: Option<String>,
    /// More about it
    #[arg(long)]
    notes: Option<String>,
    /// Print the to-do as JSON
    #[arg(long)]
    json: bool,
}

impl Add {
    pub async fn run(self, site: &Site, mut remote: Remote<'_>) -> Result<()> {
        let mut body = json!({ "title": self.title.join(" "), "tags": self.tag });
        if let Some(named) = &self.list {
            body["list_id"] = find::list(&mut remote, named)
                .await?
                .map_or(Value::Null, Value::from);
        }
        for (member, value) in [
            ("due", self.due),
            ("priority", self.priority),
            ("notes", self.notes),
        ] {
            if let Some(value) = value {
                body[member] = value.into();
            }
        }
        let call = remote.call(Method::POST, "/todos").body(body);
        let todo = remote.ask(&call).await?.done()?;
        if self.json {
            return site.show_json(&todo);
        }
        site.tell(format_args!(
            "added {}  {}",
            text(&todo, "id"),
            text(&todo, "title")
        ))
    }
}
