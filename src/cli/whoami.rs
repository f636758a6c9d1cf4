//! `rondo whoami`: who is signed in, where, and what this machine may do.

use clap::Args;
use reqwest::Method;
use serde_json::json;

use super::remote::{Flags, Site};
use crate::client::Result;

#[derive(Args)]
pub struct Whoami {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Whoami {
    pub async fn run(self) -> Result<()> {
        let site = Site::of(self.flags)?;
        let mut remote = site.open()?;
        let call = remote.call(Method::GET, "/users/me");
        let user = remote.ask(&call).await?.done()?;
        let scopes: Vec<&str> = remote.scope().split_whitespace().collect();
        if self.json {
            return site.show_json(&json!({
                "server": remote.server.to_string(),
                "issuer": remote.issuer(),
                "scopes": scopes,
                "user": user,
            }));
        }
        let member = |name: &str| user[name].as_str().filter(|text| !text.is_empty()).unwrap_or("-");
        let scopes = scopes.join(" ");
        let mut lines = vec![
            ("name", member("name").to_owned()),
            ("e-mail", member("email").to_owned()),
            ("role", member("role").to_owned()),
            ("server", remote.server.to_string()),
            ("scopes", scopes),
        ];
        if let Some(issuer) = remote.issuer() {
            lines.push(("issuer", issuer.to_owned()));
        }
        lines
            .iter()
            .try_for_each(|(name, value)| site.tell(format_args!("{name:<7} {value}")))
    }
}
