//! `rondo todo edit`.

use clap::{ArgGroup, Args};
use reqwest::Method;
use serde_json::{Map, Value};

use super::super::remote::Site;
use super::ID;
use super::find::{self, text};
use crate::client::{Remote, Result};

#[derive(Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true))]
pub struct Edit {
    #[arg(help = ID)]
    id: String,
    /// Another title
    #[arg(long, group = "change")]
    title: Option<String>,
    /// When it is due, or none
    #[arg(long, value_name = "WHEN", group = "change")]
    due: Option<String>,
    /// Its tags, in the place of those that it has; may stand several times
    #[arg(long, group = "change")]
    tag: Vec<String>,
    /// Take all tags away
    #[arg(long, group = "change", conflicts_with = "tag")]
    no_tags: bool,
    /// The list that it goes into: its name, its id, or inbox
    #[arg(long, value_name = "LIST", group = "change")]
    list: Option<String>,
    /// How much it matters, or none
    #[arg(long, value_parser = ["low", "medium", "high", "none"], group = "change")]
    priority: Option<String>,
    /// More about it
    #[arg(long, group = "change")]
    notes: Option<String>,
    /// Open it again
    #[arg(long, group = "change")]
    reopen: bool,
    /// Print the to-do as JSON
    #[arg(long)]
    json: bool,
}

impl Edit {
    pub async fn run(self, site: &Site, mut remote: Remote<'_>) -> Result<()> {
        let mut patch = Map::new();
        if let Some(named) = &self.list {
            let list = find::list(&mut remote, named).await?;
            patch.insert("list_id".into(), list.map_or(Value::Null, Value::from));
        }
        let ids = find::ids(&mut remote, std::slice::from_ref(&self.id)).await?;
        let texts = [("title", self.title), ("notes", self.notes)];
        for (member, value) in texts {
            if let Some(value) = value {
                patch.insert(member.into(), value.into());
            }
        }
        for (member, value) in [("due", self.due), ("priority", self.priority)] {
            if let Some(value) = value {
                let value = if value == "none" {
                    Value::Null
                } else {
                    value.into()
                };
                patch.insert(member.into(), value);
            }
        }
        if self.no_tags || !self.tag.is_empty() {
            patch.insert("tags".into(), self.tag.into());
        }
        if self.reopen {
            patch.insert("done".into(), false.into());
        }
        let call = remote
            .call(Method::PATCH, &format!("/todos/{}", ids.concat()))
            .body(patch.into());
        let todo = remote.ask(&call).await?.done()?;
        if self.json {
            return site.show_json(&todo);
        }
        site.tell(format_args!(
            "changed {}  {}",
            text(&todo, "id"),
            text(&todo, "title")
        ))
    }
}
