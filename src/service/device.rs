//! Letting a device in that has no browser (RFC 8628): it shows a short code, a person who is signed in elsewhere types
//! it and allows or refuses, and the device, which asks again and again, is told.
//!
//! Two tickets: that of the device says how it stands; that of the person leads to it, and is used up by the answer.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::clock::Source;
use crate::error::{Error, Result};
use crate::model::{AuditKind, AuditMethod, CLI_CLIENT, Caller, Id, Purpose, Scope, Scopes, Timestamp};
use crate::service::api_tokens::NOT_BY_TOKEN;
use crate::service::audit::{Audit, By, Entry};
use crate::service::limits::SignInLimit;
use crate::service::sessions::{Begun, Client, Sessions, SignedIn};
use crate::service::tickets::{Held, Tickets};
use crate::service::{PATCH_TRIES, too_contended};

/// How long a person may take, in seconds.
pub const LIFETIME: i64 = 600;
/// How long a device waits before it asks again, in seconds; so much longer each time it did not.
pub const INTERVAL: i64 = 5;

/// Letters that nobody takes for another, and that make no words (RFC 8628, section 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// How many of them are typed: more than 34 bits, guessed at a few a minute for ten minutes.
const LENGTH: usize = 8;

/// What a device is told that asks to be let in.
#[derive(Debug)]
pub struct Authorization {
    pub device_code: String,
    /// As it is shown: `BCDF-GHJK`.
    pub user_code: String,
}

/// What a person is asked to allow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    pub client: String,
    pub scopes: String,
    pub device: String,
    pub address: String,
    pub asked_at: Timestamp,
    /// The hash of the device's ticket.
    device_ticket: String,
}

/// How a device stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Standing {
    client: String,
    scopes: String,
    answer: Answer,
    expires_at: Timestamp,
    interval: i64,
    asked_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum Answer {
    Awaited,
    Refused,
    /// By this user, in that epoch.
    Allowed {
        user: Id,
        epoch: i64,
    },
}

/// Why a device is not let in (RFC 8628, section 3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotYet {
    Pending,
    /// It asks more often than it may.
    TooSoon,
    Refused,
    Expired,
    /// The code is none, is another client's, or was used.
    Unknown,
}

/// The device flow.
pub struct Devices {
    tickets: Tickets,
    source: Arc<dyn Source>,
    sessions: Arc<Sessions>,
    limit: SignInLimit,
    audit: Arc<Audit>,
}

impl Devices {
    pub fn new(
        tickets: Tickets,
        source: Arc<dyn Source>,
        sessions: Arc<Sessions>,
        limit: SignInLimit,
        audit: Arc<Audit>,
    ) -> Self {
        Self {
            tickets,
            source,
            sessions,
            limit,
            audit,
        }
    }

    /// What may be asked for where nothing is said: everything but administration.
    pub fn usual_scopes() -> Scopes {
        Scopes::default()
            .with(Scope::TodoRead)
            .with(Scope::TodoWrite)
            .with(Scope::Profile)
    }

    /// Begins: the device shows one code, and asks with the other.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn begin(&self, scopes: Scopes, from: &Client) -> Result<Authorization> {
        let asked_at = self.source.now();
        let standing = Standing {
            client: CLI_CLIENT.to_owned(),
            scopes: scopes.to_string(),
            answer: Answer::Awaited,
            expires_at: asked_at.plus_seconds(LIFETIME),
            interval: INTERVAL,
            asked_at: None,
        };
        // Longer than it is good, so that a device that asks late is told why.
        let device_code = self
            .tickets
            .issue(Purpose::Device, None, &standing, 2 * LIFETIME)
            .await?;
        let request = Request {
            client: standing.client,
            scopes: standing.scopes,
            device: from.device.clone(),
            address: from.address.clone(),
            asked_at,
            device_ticket: Tickets::hash(&device_code),
        };
        for _ in 0..PATCH_TRIES {
            let code = self.user_code();
            let issued = self
                .tickets
                .issue_as(&code, Purpose::UserCode, None, &request, LIFETIME)
                .await;
            match issued {
                Ok(()) => {
                    let (first, second) = code.split_at(LENGTH / 2);
                    return Ok(Authorization {
                        device_code,
                        user_code: format!("{first}-{second}"),
                    });
                }
                // Somebody else's just now.
                Err(Error::Conflict(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Err(too_contended())
    }

    fn user_code(&self) -> String {
        let mut code = String::new();
        while code.len() < LENGTH {
            let mut random = [0; LENGTH];
            self.source.fill(&mut random);
            // Each letter as likely as the others: 240 is the last multiple of 20 in a byte.
            let letters = random.iter().filter(|byte| **byte < 240);
            code.extend(letters.map(|byte| char::from(LETTERS[usize::from(byte % 20)])));
        }
        code.truncate(LENGTH);
        code
    }

    /// What is asked for under this code, which stays good.
    ///
    /// # Errors
    /// `NotFound` if there is none; `RateLimited` for whoever guesses.
    pub async fn request(&self, caller: &Caller, code: &str, address: &str) -> Result<Request> {
        let attempt = self.limit.attempt(&subject(caller), address).await?;
        let held = self.tickets.look(&normal(code), Purpose::UserCode).await?;
        let Held { data, .. } = held.ok_or(Error::NotFound)?;
        self.limit.forget(attempt).await;
        Ok(data)
    }

    /// Lets the device in that shows this code, as the caller and with no more than the caller may do; or refuses it.
    /// Either way the code is used up.
    ///
    /// # Errors
    /// As [`Devices::request`]; `Forbidden` by an API token, and if nothing of what it asks for is the caller's to give:
    /// the code stays then. `Unauthenticated` if the account is no more.
    pub async fn answer(&self, caller: &Caller, code: &str, allow: bool, client: &Client) -> Result<()> {
        if caller.is_delegated {
            return Err(NOT_BY_TOKEN);
        }
        let attempt = self.limit.attempt(&subject(caller), &client.address).await?;
        let epoch = self.sessions.epoch_of(caller).await?;
        let code = normal(code);
        let seen = self.tickets.look::<Request>(&code, Purpose::UserCode).await?;
        let asked: Scopes = seen
            .ok_or(Error::NotFound)?
            .data
            .scopes
            .parse()
            .unwrap_or_default();
        self.limit.forget(attempt).await;
        if allow && asked.and(caller.scopes).is_empty() {
            return Err(Error::Forbidden(
                "nothing of what the device asks for is yours to allow",
            ));
        }
        let held = self.tickets.take::<Request>(&code, Purpose::UserCode).await?;
        let request = held.ok_or(Error::NotFound)?.data;
        // The device may be asking at the same moment, which writes too.
        for _ in 0..PATCH_TRIES {
            let held = self
                .tickets
                .look_at::<Standing>(&request.device_ticket, Purpose::Device)
                .await?;
            let Held { ticket, data } = held.ok_or(Error::NotFound)?;
            let scopes: Scopes = data.scopes.parse().unwrap_or_default();
            let next = Standing {
                scopes: scopes.and(caller.scopes).to_string(),
                answer: if allow {
                    Answer::Allowed {
                        user: caller.user_id,
                        epoch,
                    }
                } else {
                    Answer::Refused
                },
                ..data
            };
            if self.tickets.change(&ticket, Some(caller.user_id), &next).await? {
                let kind = if allow {
                    AuditKind::DeviceAllowed
                } else {
                    AuditKind::DeviceRefused
                };
                let answered = Entry::of(kind).to(caller.user_id).session(caller.session_id);
                self.audit
                    .record(By::user(caller.user_id, client), answered)
                    .await;
                return Ok(());
            }
        }
        Err(too_contended())
    }

    /// What the device that asks with this code is told: its tokens, once; or why not.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn ask(
        &self,
        device_code: &str,
        client: &str,
        from: &Client,
    ) -> Result<std::result::Result<SignedIn, NotYet>> {
        let held = self
            .tickets
            .look::<Standing>(device_code, Purpose::Device)
            .await?;
        let Some(Held { ticket, data }) = held.filter(|held| held.data.client == client) else {
            return Ok(Err(NotYet::Unknown));
        };
        let now = self.source.now();
        if now >= data.expires_at {
            return Ok(Err(NotYet::Expired));
        }
        let is_too_soon = data
            .asked_at
            .is_some_and(|at| now < at.plus_seconds(data.interval));
        match data.answer {
            Answer::Refused => Ok(Err(NotYet::Refused)),
            Answer::Awaited => {
                let next = Standing {
                    asked_at: Some(now),
                    interval: data.interval + if is_too_soon { INTERVAL } else { 0 },
                    ..data
                };
                // Whoever loses this has asked at the same moment as another one.
                let is_first = self.tickets.change(&ticket, ticket.owner, &next).await?;
                Ok(Err(if is_too_soon || !is_first {
                    NotYet::TooSoon
                } else {
                    NotYet::Pending
                }))
            }
            Answer::Allowed { user, epoch } => {
                let taken = self
                    .tickets
                    .take::<Standing>(device_code, Purpose::Device)
                    .await?;
                if taken.is_none() {
                    return Ok(Err(NotYet::Unknown));
                }
                let begun = Begun {
                    client: &data.client,
                    scopes: Some(data.scopes.parse().unwrap_or_default()),
                    in_cookie: false,
                    at_provider: None,
                };
                // What has ended the person's sessions since has taken the leave back.
                let signed_in = self
                    .sessions
                    .begin_as(user, epoch, begun, AuditMethod::Device, from)
                    .await?;
                Ok(signed_in.ok_or(NotYet::Refused))
            }
        }
    }
}

/// As it is kept: people type small letters, and spaces or nothing for the dash.
fn normal(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// Under which wrong codes are counted.
fn subject(caller: &Caller) -> String {
    format!("user-code:{}", caller.user_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        for typed in ["BCDF-GHJK", "bcdfghjk", " bcdf ghjk ", "BCDF–GHJK"] {
            assert_eq!(normal(typed), "BCDFGHJK");
        }
    }
}
