//! The settings of the mail that goes out: by which server, and as whom.

use std::path::Path;
use std::str::FromStr;

use lettre::message::Mailbox;

use super::checks::given;
use super::{ConfigError, Environment, Settings};

/// How the connection to the SMTP server is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte on (`smtps://`).
    Wrapped,
    /// By STARTTLS, which the server must offer (`smtp://`).
    StartTls,
    /// Not at all (`?tls=none`): for a relay on this machine.
    None,
}

/// The server that takes mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub user: Option<String>,
    /// There is one where there is a user, and only there.
    pub password: Option<String>,
}

/// A sentence that does not repeat the value: a password may stand in it.
const FORM: &str = "smtp_url is smtp://HOST, smtps://HOST or smtp://HOST?tls=none, with USER@ before the host and \
                    :PORT behind it where they are needed";

impl FromStr for Smtp {
    type Err = ConfigError;

    /// Reads the address; the password is none of it.
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let malformed = || ConfigError(FORM.into());
        let (scheme, rest) = text.split_once("://").ok_or_else(malformed)?;
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let place = place.strip_suffix('/').unwrap_or(place);
        let (tls, port) = match (scheme, options) {
            ("smtps", "") => (SmtpTls::Wrapped, 465),
            ("smtp", "") => (SmtpTls::StartTls, 587),
            ("smtp", "tls=none") => (SmtpTls::None, 25),
            _ => return Err(malformed()),
        };
        // A user's name is often an address.
        let (user, place) = match place.rsplit_once('@') {
            Some((user, place)) => (Some(decoded(user).ok_or_else(malformed)?), place),
            None => (None, place),
        };
        if user.as_ref().is_some_and(|user| user.contains(':')) {
            return Err(ConfigError(
                "smtp_url has a password in it; give that as smtp_password or smtp_password_file".into(),
            ));
        }
        let (host, port) = match place.rsplit_once(':') {
            Some((host, digits)) if !digits.ends_with(']') => (
                host,
                digits
                    .parse()
                    .ok()
                    .filter(|port| *port > 0)
                    .ok_or_else(malformed)?,
            ),
            _ => (place, port),
        };
        let is_ipv6 = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
        let is_name = !host.is_empty()
            && host
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-".contains(&byte));
        if !(is_name || is_ipv6) || user.as_ref().is_some_and(String::is_empty) {
            return Err(malformed());
        }
        Ok(Self {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            tls,
            user,
            password: None,
        })
    }
}

impl Smtp {
    /// The address as it is shown: without the user.
    pub fn shown(&self) -> String {
        let (scheme, options) = match self.tls {
            SmtpTls::Wrapped => ("smtps", ""),
            SmtpTls::StartTls => ("smtp", ""),
            SmtpTls::None => ("smtp", "?tls=none"),
        };
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        format!("{scheme}://{host}:{}{options}", self.port)
    }

    /// Whether it is on this machine, where nobody can read along.
    pub fn is_local(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

/// `%40` for `@`, and the like.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(char::is_control))
}

/// The server, if one is set, with its password.
pub(super) fn smtp(settings: &Settings, environment: Environment) -> Result<Option<Smtp>, ConfigError> {
    let password = given(
        "smtp_password",
        settings.smtp_password.as_deref(),
        settings.smtp_password_file.as_deref(),
    )?;
    let password = password.filter(|password| !password.is_empty());
    let Some(url) = &settings.smtp_url else {
        return match password {
            Some(_) => Err(ConfigError(
                "smtp_password is set and smtp_url is not; set both, or neither".into(),
            )),
            None => Ok(None),
        };
    };
    let mut smtp: Smtp = url.parse()?;
    match (&smtp.user, &password) {
        (Some(_), None) => {
            return Err(ConfigError(
                "smtp_url names a user, and there is no password; set smtp_password or smtp_password_file"
                    .into(),
            ));
        }
        (None, Some(_)) => {
            return Err(ConfigError(
                "smtp_password is set, and smtp_url names no user; write smtp://USER@HOST".into(),
            ));
        }
        _ => {}
    }
    if environment.is_production() && smtp.tls == SmtpTls::None && smtp.user.is_some() && !smtp.is_local() {
        return Err(ConfigError(
            "smtp_url sends the password over the network in the clear; take ?tls=none away".into(),
        ));
    }
    smtp.password = password;
    Ok(Some(smtp))
}

/// Whom mails are from.
pub(super) fn mail_from(settings: &Settings) -> Result<String, ConfigError> {
    match &settings.mail_from {
        Some(from) => match from.parse::<Mailbox>() {
            Ok(_) if !from.contains(char::is_control) => Ok(from.clone()),
            _ => Err(ConfigError(format!(
                "mail_from is {from:?}; it is an address such as todo@example.org, or Rondo <todo@example.org>"
            ))),
        },
        None if settings.smtp_url.is_some() => Err(ConfigError(
            "smtp_url is set and mail_from is not; set it to the address that mails are from, such as \
             todo@example.org"
                .into(),
        )),
        None => Ok("Rondo <rondo@localhost>".into()),
    }
}

/// Where mail is written in the place of being sent.
pub(super) fn outbox(data_dir: &Path, environment: Environment) -> Option<std::path::PathBuf> {
    (!environment.is_production()).then(|| data_dir.join("outbox"))
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Flags, Layers};
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Layers::of_variables(pairs).config(&Flags::default())
    }

    const FROM: (&str, &str) = ("RONDO_MAIL_FROM", "Rondo <todo@example.org>");

    #[test]
    fn an_address_says_server_port_user_and_how_it_is_kept_private() {
        use SmtpTls::{None as Clear, StartTls, Wrapped};
        for (url, host, port, tls, user) in [
            ("smtp://mail.example.org", "mail.example.org", 587, StartTls, None),
            (
                "smtps://mail.example.org/",
                "mail.example.org",
                465,
                Wrapped,
                None,
            ),
            ("smtp://127.0.0.1:2525?tls=none", "127.0.0.1", 2525, Clear, None),
            ("smtp://[::1]?tls=none", "::1", 25, Clear, None),
            ("smtp://me@a.example:26", "a.example", 26, StartTls, Some("me")),
            (
                "smtp://me@b.example@a.example",
                "a.example",
                587,
                StartTls,
                Some("me@b.example"),
            ),
            (
                "smtp://me%40b.example@a.example",
                "a.example",
                587,
                StartTls,
                Some("me@b.example"),
            ),
        ] {
            let smtp: Smtp = url.parse().unwrap();
            assert_eq!(
                (smtp.host.as_str(), smtp.port, smtp.tls, smtp.user.as_deref()),
                (host, port, tls, user),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_the_password() {
        for (pairs, words) in [
            (
                &[("RONDO_SMTP_URL", "mail.example.org"), FROM][..],
                "smtp_url is smtp://HOST",
            ),
            (&[("RONDO_SMTP_URL", "smtp://"), FROM], "smtp_url is smtp://HOST"),
            (
                &[("RONDO_SMTP_URL", "smtp://a.example?tls=maybe"), FROM],
                "smtp_url is smtp://HOST",
            ),
            (
                &[("RONDO_SMTP_URL", "smtp://a.example:0"), FROM],
                "smtp_url is smtp://HOST",
            ),
            (
                &[("RONDO_SMTP_URL", "smtp://me:hunter2@a.example"), FROM],
                "has a password in it",
            ),
            (
                &[("RONDO_SMTP_URL", "smtp://me@a.example"), FROM],
                "there is no password",
            ),
            (&[("RONDO_SMTP_PASSWORD", "hunter2")], "smtp_url is not"),
            (
                &[
                    ("RONDO_SMTP_URL", "smtp://a.example"),
                    ("RONDO_SMTP_PASSWORD", "hunter2"),
                    FROM,
                ],
                "names no user",
            ),
            (&[("RONDO_SMTP_URL", "smtp://a.example")], "mail_from is not"),
            (&[("RONDO_MAIL_FROM", "nobody")], "mail_from is \"nobody\""),
            (
                &[("RONDO_MAIL_FROM", "a@example.org\r\nBcc: b@example.org")],
                "mail_from is",
            ),
        ] {
            let words_told = read(pairs)
                .err()
                .unwrap_or_else(|| panic!("{pairs:?}"))
                .to_string();
            assert!(words_told.contains(words), "{words_told}");
            assert!(
                !words_told.contains("hunter2") && !words_told.contains('\n'),
                "{words_told}"
            );
        }
    }

    #[test]
    fn in_production_no_password_goes_over_the_network_in_the_clear() {
        let with = |url| {
            read(&[
                ("ENV", "production"),
                ("DB", "mongodb://db.example/rondo"),
                ("SECRET", "qO4oIZzvN8JYx2bT5mKd0wLr7uPcEa93"),
                ("RONDO_PUBLIC_URL", "https://todo.example.org"),
                ("RONDO_SMTP_URL", url),
                ("RONDO_SMTP_PASSWORD", "hunter2"),
                FROM,
            ])
        };
        assert!(with("smtp://me@a.example?tls=none").is_err());
        assert!(with("smtp://me@127.0.0.1?tls=none").is_ok());
        let config = with("smtps://me@a.example").unwrap();
        assert_eq!(config.outbox, None);
        assert_eq!(config.smtp.unwrap().shown(), "smtps://a.example:465");
        assert!(read(&[]).unwrap().outbox.is_some(), "development has one");
    }
}
