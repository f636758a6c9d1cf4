//! A service that somebody is signed in to: requests with a token that is always fresh.
//!
//! Several processes may use the same credentials at once. One of them refreshes, under the lock of the file; the others
//! wait, and find what it wrote: a refresh token that is used twice would end the session.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::Value;
use url::Url;

use super::credentials::Entry;
use super::oauth::Provider;
use super::{Address, Answer, Failure, Result, Vault, Wire};
use crate::clock::Source;

/// A token that ends so soon is refreshed before it is used.
const MARGIN_SECONDS: i64 = 30;

/// Somebody's access to a service.
pub struct Remote<'a> {
    pub server: Address,
    vault: &'a Vault,
    source: &'a dyn Source,
    wire: Wire,
    is_told: bool,
    entry: Entry,
}

/// What is asked of the API.
#[derive(Debug, Clone)]
pub struct Call {
    method: Method,
    url: Url,
    body: Option<Value>,
    headers: Vec<(&'static str, String)>,
}

impl Call {
    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

impl<'a> Remote<'a> {
    /// With what is kept of this service.
    ///
    /// # Errors
    /// `NotSignedIn` if nothing is; `Failed` if the credentials cannot be used.
    pub fn open(vault: &'a Vault, source: &'a dyn Source, server: Address, is_told: bool) -> Result<Self> {
        let entry = vault.read()?.of(&server).cloned();
        let entry = entry.ok_or_else(|| nobody(&server))?;
        Self::with(vault, source, server, is_told, entry)
    }

    /// With an entry that is not kept yet.
    ///
    /// # Errors
    /// `Failed` if nothing can be asked from here.
    pub fn with(
        vault: &'a Vault,
        source: &'a dyn Source,
        server: Address,
        is_told: bool,
        entry: Entry,
    ) -> Result<Self> {
        let wire = Wire::new(server.url(), is_told)?;
        Ok(Self {
            server,
            vault,
            source,
            wire,
            is_told,
            entry,
        })
    }

    /// What the tokens are held to.
    pub fn scope(&self) -> &str {
        &self.entry.scope
    }

    /// Who gave the tokens, if it was not the service.
    pub fn issuer(&self) -> Option<&str> {
        self.entry.issuer.as_ref().map(|issuer| issuer.name.as_str())
    }

    /// A request of version 2 of the API: `/todos`.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call {
            method,
            url: self.server.at(&format!("/api/v2{path}")),
            body: None,
            headers: Vec::new(),
        }
    }

    /// Asks; the token is refreshed if it has ended.
    ///
    /// # Errors
    /// `NotSignedIn`, `Unreachable`. What the service refuses is in the answer.
    pub async fn ask(&mut self, call: &Call) -> Result<Answer> {
        self.be_fresh().await?;
        let answer = self.wire.ask(self.request(call)).await?;
        if answer.status != 401 || self.entry.refresh_token.is_none() {
            return Ok(answer);
        }
        // The clocks may differ, or the session was ended.
        self.refresh().await?;
        self.wire.ask(self.request(call)).await
    }

    /// Asks for what is read piece by piece.
    ///
    /// # Errors
    /// The refusal, too.
    pub async fn stream(&mut self, call: &Call) -> Result<Response> {
        // A small request first: what is refused to it would be refused to the other, and it refreshes.
        let me = self.call(Method::GET, "/users/me");
        self.ask(&me).await?.done()?;
        self.wire.open(self.request(call)).await
    }

    fn request(&self, call: &Call) -> RequestBuilder {
        let mut request = self
            .wire
            .request(call.method.clone(), call.url.clone())
            .header("Accept", "application/json, application/problem+json, */*;q=0.1")
            .bearer_auth(&self.entry.access_token);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            let media_type = if call.method == Method::PATCH {
                "application/merge-patch+json"
            } else {
                "application/json"
            };
            request = request.header("Content-Type", media_type).body(body.to_string());
        }
        request
    }

    async fn be_fresh(&mut self) -> Result<()> {
        let soon = self.source.now().plus_seconds(MARGIN_SECONDS);
        match self.entry.expires_at {
            Some(at) if at <= soon => self.refresh().await,
            _ => Ok(()),
        }
    }

    /// Another token than the one that is had: what another process has got meanwhile, or a new one.
    async fn refresh(&mut self) -> Result<()> {
        let locked = self.vault.lock()?;
        let mut kept = locked.read()?;
        let now = self.source.now();
        let entry = kept.of(&self.server).ok_or_else(|| nobody(&self.server))?;
        if entry.access_token != self.entry.access_token {
            self.entry = entry.clone();
            return Ok(());
        }
        let Some(refresh_token) = &entry.refresh_token else {
            return Err(Failure::NotSignedIn(format!(
                "the sign-in at {} has ended; sign in again with: rondo login",
                self.server
            )));
        };
        let provider = Provider::of_entry(&self.server, entry)?;
        let wire = Wire::new(provider.place(), self.is_told)?;
        let tokens = provider.refresh(&wire, refresh_token).await?;
        let entry = provider.entry(tokens, now, Some(entry));
        kept.put(&self.server, entry.clone());
        self.entry = entry;
        locked.write(&kept)
    }
}

/// Nobody is signed in there.
pub fn nobody(server: &Address) -> Failure {
    Failure::NotSignedIn(format!(
        "nobody is signed in to {server}; sign in with: rondo login --server {server}"
    ))
}
