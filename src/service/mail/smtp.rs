//! Talking to the SMTP server: over TLS unless the settings say otherwise, never a password before that.

use std::future::Future;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::time::timeout;

use super::Refusal;
use crate::config::{Smtp, SmtpTls};

/// How long connecting, greeting and signing in may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(15);
/// How long the server may take over one mail.
const SEND_LIMIT: Duration = Duration::from_secs(60);
/// How long taking leave may take; nothing depends on it.
const QUIT_LIMIT: Duration = Duration::from_secs(2);

const MECHANISMS: [Mechanism; 2] = [Mechanism::Plain, Mechanism::Login];

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// As it calls itself.
    pub name: String,
    pub is_encrypted: bool,
    /// Whether it has taken our name and password.
    pub is_signed_in: bool,
}

/// A connection on which mails can be sent, one after the other.
pub(super) struct Line(AsyncSmtpConnection);

impl Line {
    /// Connects, greets and signs in.
    pub async fn open(smtp: &Smtp, domain: &str) -> Result<Self, Refusal> {
        open(smtp, domain).await.map(Self).map_err(|why| Refusal::Later {
            why,
            concerns_all: true,
        })
    }

    pub async fn send(&mut self, envelope: &Envelope, message: &[u8]) -> Result<(), Refusal> {
        match timeout(SEND_LIMIT, self.0.send(envelope, message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refusal(&error)),
            Err(_) => {
                self.0.abort().await;
                Err(Refusal::Later {
                    why: silence(SEND_LIMIT),
                    concerns_all: true,
                })
            }
        }
    }

    pub fn is_usable(&self) -> bool {
        !self.0.has_broken()
    }

    pub async fn quit(mut self) {
        // What it answers does not matter: the mails were answered.
        let _ = timeout(QUIT_LIMIT, self.0.quit()).await;
    }
}

/// Connects, greets, signs in and takes leave.
pub(super) async fn probe(smtp: &Smtp, domain: &str) -> Result<Probe, String> {
    let connection = open(smtp, domain).await?;
    let probe = Probe {
        name: connection
            .server_info()
            .name()
            .chars()
            .filter(|c| !c.is_control())
            .collect(),
        is_encrypted: connection.is_encrypted(),
        is_signed_in: smtp.user.is_some(),
    };
    Line(connection).quit().await;
    Ok(probe)
}

async fn open(smtp: &Smtp, domain: &str) -> Result<AsyncSmtpConnection, String> {
    let name = ClientId::Domain(domain.to_owned());
    let tls = match smtp.tls {
        SmtpTls::None => None,
        SmtpTls::Wrapped | SmtpTls::StartTls => {
            Some(TlsParameters::new(smtp.host.clone()).map_err(|error| words(&error))?)
        }
    };
    let (wrapping, upgrade) = match smtp.tls {
        SmtpTls::Wrapped => (tls, None),
        SmtpTls::StartTls | SmtpTls::None => (None, tls),
    };
    let place = (smtp.host.as_str(), smtp.port);
    let connecting = AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT_LIMIT), &name, wrapping, None);
    let mut connection = in_time(connecting).await?;
    if let Some(tls) = upgrade {
        in_time(connection.starttls(tls, &name)).await?;
    }
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        let credentials = Credentials::new(user.clone(), password.clone());
        in_time(connection.auth(&MECHANISMS, &credentials))
            .await
            .map_err(|why| {
                format!("{why} to the sign-in; look at the user in smtp_url and at smtp_password")
            })?;
    }
    Ok(connection)
}

async fn in_time<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    match timeout(CONNECT_LIMIT, work).await {
        Ok(outcome) => outcome.map_err(|error| words(&error)),
        Err(_) => Err(silence(CONNECT_LIMIT)),
    }
}

fn silence(limit: Duration) -> String {
    format!("the SMTP server did not answer within {} s", limit.as_secs())
}

/// What a failed sending means. A server that wants us to sign in first says nothing of the mail.
fn refusal(error: &Error) -> Refusal {
    let why = words(error);
    match error.status().map(u16::from) {
        Some(530 | 534 | 535 | 538) => Refusal::Later {
            why,
            concerns_all: true,
        },
        Some(500..) => Refusal::Never { why },
        Some(421) => Refusal::Later {
            why,
            concerns_all: true,
        },
        Some(_) => Refusal::Later {
            why,
            concerns_all: false,
        },
        // The server cannot take this address or this text.
        None if error.is_client() => Refusal::Never { why },
        None => Refusal::Later {
            why,
            concerns_all: true,
        },
    }
}

/// In words of ours: those of the server may hold the address.
fn words(error: &Error) -> String {
    match error.status() {
        Some(code) => format!("the SMTP server answered {code}"),
        None if error.is_response() => "the SMTP server broke off, or does not speak SMTP".into(),
        None => {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            format!(
                "the SMTP server cannot be used: {}",
                cause.unwrap_or_else(|| error.to_string())
            )
        }
    }
}
