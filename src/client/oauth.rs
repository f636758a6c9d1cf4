//! Signing in by the device flow (RFC 8628), refreshing and revoking: at the service itself, or at an OpenID provider
//! whose tokens it takes.

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use url::form_urlencoded::Serializer;

use super::address::check;
use super::credentials::{Entry, Issuer};
use super::{Address, Answer, Failure, Result, Wire};
use crate::model::{CLI_CLIENT, Timestamp};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// How long is waited between two requests where nobody says (RFC 8628, section 3.2), and so much longer after `slow_down`.
const INTERVAL: u64 = 5;
/// No device is asked to wait longer.
const LONGEST_INTERVAL: u64 = 60;

/// Whoever gives tokens, and the client that asks for them.
#[derive(Debug, Clone)]
pub struct Provider {
    client_id: String,
    device: Url,
    token: Url,
    revocation: Option<Url>,
    /// `None` for the service itself.
    issuer: Option<String>,
}

/// What the person is told, and what is asked again with.
#[derive(Deserialize)]
pub struct Begun {
    device_code: String,
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: Option<String>,
    pub expires_in: i64,
    interval: Option<u64>,
}

/// Tokens, as they are given.
#[derive(Deserialize)]
pub struct Tokens {
    access_token: String,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    scope: Option<String>,
}

/// What a device asks for.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    pub scope: Option<String>,
    /// For whom the tokens are to be, as some providers want to be told.
    pub audience: Option<String>,
    /// The same, as RFC 8707 has it.
    pub resource: Option<String>,
}

/// What a provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: String,
    device_authorization_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
}

impl Provider {
    /// The service itself, and its own client for command lines.
    pub fn of_server(server: &Address) -> Self {
        Self {
            client_id: CLI_CLIENT.to_owned(),
            device: server.at("/oauth/device_authorization"),
            token: server.at("/oauth/token"),
            revocation: Some(server.at("/oauth/revoke")),
            issuer: None,
        }
    }

    /// A provider elsewhere, by what it says of itself.
    ///
    /// # Errors
    /// `Failed` if it is another one than it was called, or lets no devices in; `Unreachable`.
    pub async fn discover(
        wire: &Wire,
        issuer: &Address,
        client: &str,
        is_plain_http_meant: bool,
    ) -> Result<Self> {
        let place = issuer.at("/.well-known/openid-configuration");
        let answer = wire.ask(wire.request(Method::GET, place.clone())).await?;
        if answer.status == 404 {
            return Err(Failure::Failed(format!(
                "{place} does not exist: look at --issuer"
            )));
        }
        if !answer.is_ok() {
            return Err(answer.refusal());
        }
        let metadata: Metadata = answer.read()?;
        if metadata.issuer.trim_end_matches('/') != issuer.to_string() {
            return Err(Failure::Failed(format!(
                "{issuer} calls itself {}: name that one with --issuer",
                metadata.issuer
            )));
        }
        let read = |text: &str| -> Result<Url> {
            let url = Url::parse(text)
                .map_err(|error| Failure::Failed(format!("{issuer} names {text:?}: {error}")))?;
            check(&url, is_plain_http_meant)?;
            Ok(url)
        };
        let device = metadata.device_authorization_endpoint.ok_or_else(|| {
            Failure::Failed(format!(
                "{issuer} lets no devices in: it has no device_authorization_endpoint"
            ))
        })?;
        Ok(Self {
            client_id: client.to_owned(),
            device: read(&device)?,
            token: read(&metadata.token_endpoint)?,
            revocation: metadata.revocation_endpoint.as_deref().map(read).transpose()?,
            issuer: Some(metadata.issuer),
        })
    }

    /// Whoever gave the tokens that are kept of a service.
    ///
    /// # Errors
    /// `Failed` if what is kept is broken.
    pub fn of_entry(server: &Address, entry: &Entry) -> Result<Self> {
        let Some(issuer) = &entry.issuer else {
            return Ok(Self::of_server(server));
        };
        let read = |text: &str| {
            Url::parse(text)
                .map_err(|error| Failure::Failed(format!("the credentials name {text:?}: {error}")))
        };
        let token = read(&issuer.token_endpoint)?;
        Ok(Self {
            client_id: issuer.client_id.clone(),
            device: token.clone(),
            token,
            revocation: issuer.revocation_endpoint.as_deref().map(read).transpose()?,
            issuer: Some(issuer.name.clone()),
        })
    }

    /// The address that tokens are asked at.
    pub const fn place(&self) -> &Url {
        &self.token
    }

    /// What is kept of these tokens.
    pub fn entry(&self, tokens: Tokens, now: Timestamp, before: Option<&Entry>) -> Entry {
        Entry {
            access_token: tokens.access_token,
            // Who gives no new one leaves the old one good.
            refresh_token: tokens
                .refresh_token
                .or_else(|| before.and_then(|entry| entry.refresh_token.clone())),
            expires_at: tokens.expires_in.map(|seconds| now.plus_seconds(seconds)),
            scope: tokens
                .scope
                .or_else(|| before.map(|entry| entry.scope.clone()))
                .unwrap_or_default(),
            issuer: self.issuer.as_ref().map(|name| Issuer {
                name: name.clone(),
                client_id: self.client_id.clone(),
                token_endpoint: self.token.to_string(),
                revocation_endpoint: self.revocation.as_ref().map(Url::to_string),
            }),
        }
    }

    /// Asks to be let in.
    ///
    /// # Errors
    /// The refusal, or `Unreachable`.
    pub async fn begin(&self, wire: &Wire, wish: &Wish) -> Result<Begun> {
        let fields = [
            ("client_id", Some(self.client_id.as_str())),
            ("scope", wish.scope.as_deref()),
            ("audience", wish.audience.as_deref()),
            ("resource", wish.resource.as_deref()),
        ];
        let answer = post(wire, &self.device, &fields).await?;
        if answer.status == 404 {
            return Err(Failure::Failed(format!(
                "{} does not exist: is that a Rondo? Look at --server",
                self.device
            )));
        }
        if !answer.is_ok() {
            return Err(match code(&answer).as_deref() {
                Some("invalid_client") => Failure::Failed(format!(
                    "{} does not know the client {:?}",
                    self.issuer.as_deref().unwrap_or("the service"),
                    self.client_id
                )),
                _ => Failure::Failed(answer.refusal().words().to_owned()),
            });
        }
        answer.read()
    }

    /// Asks again and again, until somebody has answered or it took too long.
    ///
    /// # Errors
    /// `Failed` with what was answered.
    pub async fn wait(&self, wire: &Wire, begun: &Begun) -> Result<Tokens> {
        let mut interval = begun.interval.unwrap_or(INTERVAL).clamp(1, LONGEST_INTERVAL);
        let mut left = begun.expires_in;
        loop {
            tokio::time::sleep(std::time::Duration::from_secs(interval)).await;
            left -= i64::try_from(interval).unwrap_or(i64::MAX);
            let fields = [
                ("grant_type", Some(DEVICE_CODE)),
                ("device_code", Some(begun.device_code.as_str())),
                ("client_id", Some(self.client_id.as_str())),
            ];
            let answer = match post(wire, &self.token, &fields).await {
                Ok(answer) if answer.is_ok() => return answer.read(),
                Ok(answer) => answer,
                // It may be back before the code has ended.
                Err(Failure::Unreachable(_)) if left > 0 => {
                    interval = (interval * 2).min(LONGEST_INTERVAL);
                    continue;
                }
                Err(failure) => return Err(failure),
            };
            let error = code(&answer);
            match error.as_deref() {
                Some("authorization_pending") => {}
                Some("slow_down") => interval = (interval + INTERVAL).min(LONGEST_INTERVAL),
                Some("access_denied") => {
                    return Err(Failure::Failed("it was refused; nobody is signed in".into()));
                }
                Some("expired_token") => return Err(too_late()),
                _ if matches!(answer.status, 429 | 500..=599) && left > 0 => {
                    interval = answer
                        .wait()
                        .unwrap_or(interval * 2)
                        .clamp(interval, LONGEST_INTERVAL);
                }
                _ => return Err(Failure::Failed(answer.refusal().words().to_owned())),
            }
            if left <= 0 {
                return Err(too_late());
            }
        }
    }

    /// New tokens for old.
    ///
    /// # Errors
    /// `NotSignedIn` if the old ones are worth nothing; `Unreachable`.
    pub async fn refresh(&self, wire: &Wire, refresh_token: &str) -> Result<Tokens> {
        let fields = [
            ("grant_type", Some("refresh_token")),
            ("refresh_token", Some(refresh_token)),
            ("client_id", Some(self.client_id.as_str())),
        ];
        let answer = post(wire, &self.token, &fields).await?;
        if answer.is_ok() {
            return answer.read();
        }
        Err(match code(&answer).as_deref() {
            Some("invalid_grant") => {
                Failure::NotSignedIn("the session has ended; sign in again with: rondo login".into())
            }
            _ => answer.refusal(),
        })
    }

    /// Makes what is kept worthless. Providers that cannot are not asked.
    ///
    /// # Errors
    /// `Unreachable`, or the refusal.
    pub async fn revoke(&self, wire: &Wire, entry: &Entry) -> Result<()> {
        let Some(place) = &self.revocation else {
            return Ok(());
        };
        let token = entry.refresh_token.as_ref().unwrap_or(&entry.access_token);
        let fields = [
            ("token", Some(token.as_str())),
            ("client_id", Some(self.client_id.as_str())),
        ];
        let answer = post(wire, place, &fields).await?;
        if answer.is_ok() {
            Ok(())
        } else {
            Err(answer.refusal())
        }
    }
}

fn too_late() -> Failure {
    Failure::Failed("nobody has answered in time; begin again with: rondo login".into())
}

/// The code of an OAuth error (RFC 6749, section 5.2).
fn code(answer: &Answer) -> Option<String> {
    let failure: Value = answer.read().ok()?;
    failure["error"].as_str().map(str::to_owned)
}

/// A form; fields without a value are left out.
fn form(fields: &[(&str, Option<&str>)]) -> String {
    let mut form = Serializer::new(String::new());
    for (name, value) in fields {
        if let Some(value) = value {
            form.append_pair(name, value);
        }
    }
    form.finish()
}

async fn post(wire: &Wire, place: &Url, fields: &[(&str, Option<&str>)]) -> Result<Answer> {
    let request = wire
        .request(Method::POST, place.clone())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .header("Accept", "application/json")
        .body(form(fields));
    wire.ask(request).await
}
