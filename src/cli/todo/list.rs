//! `rondo todo list`.

use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::super::remote::Site;
use super::find;
use super::table::{Screen, table};
use crate::client::{Remote, Result};

#[derive(Args)]
pub struct List {
    /// Those in this list: its name, its id, or inbox
    #[arg(long, value_name = "LIST")]
    list: Option<String>,
    /// Those with this tag; may stand several times, and all must match
    #[arg(long)]
    tag: Vec<String>,
    /// Those that are done, in the place of the open ones
    #[arg(long, conflicts_with = "all")]
    done: bool,
    /// The open ones and those that are done
    #[arg(long)]
    all: bool,
    /// Those due then, by the time zone of your settings
    #[arg(long, value_parser = ["today", "overdue", "upcoming", "none"])]
    due: Option<String>,
    /// Those that matter so much
    #[arg(long, value_parser = ["low", "medium", "high"])]
    priority: Option<String>,
    /// Those with all of these words in title, notes or tags
    #[arg(long, value_name = "WORDS")]
    search: Option<String>,
    /// The order, with - in front the other way round (default: the one made by hand)
    #[arg(long, allow_hyphen_values = true, value_parser = [
        "position", "created", "updated", "due", "priority", "title",
        "-position", "-created", "-updated", "-due", "-priority", "-title",
    ])]
    sort: Option<String>,
    /// So many at most (default: all)
    #[arg(short = 'n', long = "limit", value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Print the to-dos as JSON
    #[arg(long)]
    json: bool,
}

impl List {
    pub async fn run(self, site: &Site, mut remote: Remote<'_>) -> Result<()> {
        let mut call = remote.call(Method::GET, "/todos");
        if let Some(named) = &self.list {
            let list = find::list(&mut remote, named).await?;
            call = call.query("list", list.as_deref().unwrap_or("inbox"));
        }
        if !self.all {
            call = call.query("done", if self.done { "true" } else { "false" });
        }
        for tag in &self.tag {
            call = call.query("tag", tag);
        }
        for (name, value) in [
            ("due", &self.due),
            ("priority", &self.priority),
            ("q", &self.search),
            ("sort", &self.sort),
        ] {
            if let Some(value) = value {
                call = call.query(name, value);
            }
        }
        let most = self.limit.map_or(usize::MAX, |limit| limit as usize);
        let (todos, next) = find::pages(&mut remote, &call, most).await?;
        if self.json {
            return site.show_json(&json!({ "items": todos, "next": next }));
        }
        site.show(&table(&todos, Screen::here()))
    }
}
