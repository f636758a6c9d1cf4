//! `rondo login`: signs this machine in by the device flow. The password is typed in a browser, wherever that is.

use std::process::{Command, Stdio};

use clap::Args;
use reqwest::Method;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::remote::{Flags, Site, warn};
use crate::client::credentials::Entry;
use crate::client::oauth::{Begun, Provider, Wish};
use crate::client::{Address, Failure, Remote, Result, Wire};
use crate::clock::Source as _;
use crate::logging::one_line;

#[derive(Args)]
pub struct Login {
    #[command(flatten)]
    flags: Flags,
    /// Sign in at this OpenID provider instead, whose access tokens the service takes
    #[arg(long, value_name = "URL", requires = "client_id")]
    issuer: Option<Address>,
    /// The client that the provider knows this program as
    #[arg(long, value_name = "ID", requires = "issuer")]
    client_id: Option<String>,
    /// What to be allowed, separated by spaces (default: todo:read todo:write profile)
    #[arg(long, value_name = "SCOPES")]
    scope: Option<String>,
    /// For whom the provider's tokens are to be, if it wants to be told
    #[arg(long, value_name = "NAME", requires = "issuer")]
    audience: Option<String>,
    /// The same, for a provider that goes by RFC 8707
    #[arg(long, value_name = "URL", requires = "issuer")]
    resource: Option<String>,
    /// Open the page in this machine's browser, too
    #[arg(long)]
    browser: bool,
}

/// What is asked of a provider where nothing is said: who it is, and to stay in.
const USUAL_SCOPES: &str = "openid profile email offline_access";

impl Login {
    pub async fn run(self) -> Result<()> {
        let site = Site::of(self.flags.clone())?;
        // A file that cannot be used is told before somebody goes to a browser.
        site.vault.read()?;
        self.sign_in(&site).await
    }

    async fn sign_in(&self, site: &Site) -> Result<()> {
        let place = self.issuer.as_ref().unwrap_or(&site.server);
        place.check(site.flags.plain_http)?;
        let wire = Wire::new(place.url(), site.flags.debug)?;
        let provider = match (&self.issuer, &self.client_id) {
            (Some(issuer), Some(client)) => {
                Provider::discover(&wire, issuer, client, site.flags.plain_http).await?
            }
            _ => Provider::of_server(&site.server),
        };
        let usual = self.issuer.as_ref().map(|_| USUAL_SCOPES.to_owned());
        let wish = Wish {
            scope: self.scope.clone().or(usual),
            audience: self.audience.clone(),
            resource: self.resource.clone(),
        };
        let begun = provider.begin(&wire, &wish).await?;
        let whole = begun.verification_uri_complete.as_deref();
        let mut interrupt = signal(SignalKind::interrupt())
            .map_err(|error| Failure::Failed(format!("Ctrl-C cannot be waited for: {error}")))?;
        instruct(&begun, whole);
        if self.browser {
            open(whole.unwrap_or(&begun.verification_uri));
        }
        // Whoever gives up has changed nothing; once there are tokens they are kept.
        let tokens = tokio::select! {
            tokens = provider.wait(&wire, &begun) => tokens?,
            _ = interrupt.recv() => {
                return Err(Failure::Failed("nobody was signed in, and nothing was changed".into()));
            }
        };
        let entry = provider.entry(tokens, site.source.now(), None);
        let name = self.check(site, &entry).await?;
        keep(site, entry).await?;
        site.tell(format_args!("signed in to {} as {name}", site.server))
    }

    /// Who that is, by the service itself; what it does not take is not kept.
    async fn check(&self, site: &Site, entry: &Entry) -> Result<String> {
        // Just this token: what is kept of the service now is another sign-in.
        let alone = Entry {
            refresh_token: None,
            expires_at: None,
            ..entry.clone()
        };
        let server = site.server.clone();
        let mut remote = Remote::with(&site.vault, &site.source, server, site.flags.debug, alone)?;
        let call = remote.call(Method::GET, "/users/me");
        let answer = remote.ask(&call).await?;
        // Whoever has no leave to know the profile is somebody all the same.
        if answer.lacks_scope() {
            return Ok("somebody whose name it may not know".into());
        }
        let not_taken = |why: &str| Failure::Failed(format!("{}: {why}; nobody is signed in", site.server));
        match answer.status {
            401 if self.issuer.is_some() => {
                return Err(not_taken("it does not take the tokens of this issuer"));
            }
            // There is no account, and none is made; or the token lacks a role, for one.
            403 => return Err(not_taken(answer.refusal().words())),
            _ => {}
        }
        let user = answer.done()?;
        let member = |name: &str| {
            user[name]
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        Ok(member("name").or_else(|| member("email")).unwrap_or_default())
    }
}

/// Writes the new entry in the place of the old, whose session ends then.
async fn keep(site: &Site, entry: Entry) -> Result<()> {
    let locked = site.vault.lock()?;
    let mut kept = locked.read()?;
    let before = kept.take(&site.server);
    kept.put(&site.server, entry);
    kept.choose(&site.server);
    locked.write(&kept)?;
    drop(locked);
    if let Some(before) = before {
        let provider = Provider::of_entry(&site.server, &before)?;
        let wire = Wire::new(provider.place(), site.flags.debug)?;
        // It may have ended long ago.
        let _ = provider.revoke(&wire, &before).await;
    }
    Ok(())
}

/// What the person has to do: on standard error, and also where nothing else is to be printed.
fn instruct(begun: &Begun, whole: Option<&str>) {
    let minutes = begun.expires_in / 60;
    eprintln!(
        "Open this page, and type the code:\n\n    {}\n    {}\n",
        one_line(&begun.verification_uri),
        one_line(&begun.user_code)
    );
    if let Some(whole) = whole {
        eprintln!("Or open this one:\n\n    {}\n", one_line(whole));
    }
    eprintln!("Waiting for {minutes} minutes at most; Ctrl-C gives up.");
}

/// Hands an address of the web, and nothing else, to this machine's browser.
fn open(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    let is_page = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    let started = is_page
        && Command::new(program)
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .is_ok();
    if !started {
        warn("no browser could be opened here; open the page yourself");
    }
}
