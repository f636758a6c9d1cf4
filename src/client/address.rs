//! Where a service is: an address to which nothing is sent in the clear beyond this machine.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::{Failure, Result};

/// The address of a service, or of a provider: scheme, host, port, and perhaps a path that it lies below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// The service of this machine, where nothing else is said.
    pub fn usual() -> Self {
        // Sound as it stands.
        Self(Url::parse("http://127.0.0.1:4000").expect("an address"))
    }

    /// A path below it.
    pub fn at(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// # Errors
    /// `Failed` if passwords and tokens would travel in the clear, unless that is meant.
    pub fn check(&self, is_plain_http_meant: bool) -> Result<()> {
        check(&self.0, is_plain_http_meant)
    }

    pub const fn url(&self) -> &Url {
        &self.0
    }
}

/// The same of any address that tokens are sent to.
///
/// # Errors
/// As [`Address::check`].
pub fn check(url: &Url, is_plain_http_meant: bool) -> Result<()> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_plain_http_meant || is_loopback(url) => Ok(()),
        _ => Err(Failure::Failed(format!(
            "{url} is not asked: what is sent there can be read on its way; write https://…, or say --plain-http if that is \
             meant"
        ))),
    }
}

/// Whether it is this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        const FORM: &str = "write https://HOST[:PORT][/PATH]";
        let url = Url::parse(text).map_err(|error| format!("{error}: {FORM}"))?;
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
            return Err(FORM.into());
        }
        Ok(Self(url))
    }
}

/// As it is kept and shown: without a slash at its end.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_in_one_way() {
        for (text, shown) in [
            ("http://127.0.0.1:4000/", "http://127.0.0.1:4000"),
            ("HTTPS://Todo.Example.org:443", "https://todo.example.org"),
            ("https://example.org/rondo/", "https://example.org/rondo"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert_eq!(
                address.at("/oauth/token").as_str(),
                format!("{shown}/oauth/token")
            );
        }
        for text in [
            "todo.example.org",
            "ftp://example.org",
            "https://me:hunter2@example.org",
            "https://example.org/?x",
            "https://example.org/#x",
            "http://",
            "",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_goes_in_the_clear_beyond_this_machine_unless_that_is_meant() {
        for (text, is_safe) in [
            ("https://example.org", true),
            ("http://127.0.0.1:4000", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:4000", true),
            ("http://localhost", true),
            ("http://localhost.example.org", false),
            ("http://10.0.0.1", false),
            ("http://[::ffff:10.0.0.1]", false),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.check(false).is_ok(), is_safe, "{text}");
            assert!(address.check(true).is_ok(), "{text}");
        }
    }
}
