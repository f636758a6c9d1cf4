//! Which devices an account is signed in to from: its owner is told of one that was not seen lately.
//!
//! What is remembered is a count under a hash of account, program and network, which lapses by itself: nobody can read
//! from it where somebody was.

use std::net::IpAddr;
use std::sync::Arc;

use crate::clock::Source;
use crate::error::Result;
use crate::fingerprint::fingerprint;
use crate::model::{About, Session, User};
use crate::service::Post;
use crate::store::Store;

/// A device that was not used to sign in for so long is a new one.
const DEVICE_SECONDS: i64 = 90 * 86_400;

/// Whoever has not signed in for so long has signed in for the first time.
const ACCOUNT_SECONDS: i64 = 400 * 86_400;

/// The devices that accounts are signed in to from.
pub struct KnownDevices {
    store: Arc<dyn Store>,
    source: Arc<dyn Source>,
    post: Arc<Post>,
}

impl KnownDevices {
    pub const fn new(store: Arc<dyn Store>, source: Arc<dyn Source>, post: Arc<Post>) -> Self {
        Self { store, source, post }
    }

    /// Notes that a session has begun, and asks for a mail if it is the first on its device, unless it is the first of
    /// the account at all.
    ///
    /// # Errors
    /// If the store does not answer.
    pub async fn note(&self, user: &User, session: &Session) -> Result<()> {
        let (program, network) = (program(&session.device), network(&session.address));
        let device = format!("device {} {network} {program}", user.id);
        let sign_ins = self
            .count(&format!("signed in {}", user.id), ACCOUNT_SECONDS)
            .await?;
        let times = self.count(&device, DEVICE_SECONDS).await?;
        if times == 1 && sign_ins > 1 {
            let about = About::NewDevice { session: session.id };
            self.post.ask(user.id, about, &user.id.to_string()).await?;
        }
        Ok(())
    }

    async fn count(&self, what: &str, seconds: i64) -> Result<i64> {
        let counter = fingerprint(what.as_bytes(), 16);
        let until = self.source.now().plus_seconds(seconds);
        Ok(self.store.count(&counter, 1, until).await?)
    }
}

/// What a program calls itself, without its versions: an update makes no new device.
fn program(device: &str) -> String {
    let is_version = |c: char| c.is_ascii_digit() || c == '.' || c == '_';
    device.chars().filter(|c| !is_version(*c)).collect()
}

/// The network of an address as coarsely as providers have them: a connection that is given another address each day
/// is no new device.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V4(address)) => {
            let [a, b, ..] = address.octets();
            format!("{a}.{b}.0.0/16")
        }
        Ok(IpAddr::V6(address)) => {
            let [a, b, ..] = address.segments();
            format!("{a:x}:{b:x}::/32")
        }
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_and_another_address_of_the_same_provider_make_no_new_device() {
        let of = |version: &str| format!("Mozilla/5.0 (Macintosh; Mac OS X 10_15_7) Firefox/{version}");
        assert_eq!(program(&of("150.0")), program(&of("151.0.2")));
        assert_ne!(program(&of("150.0")), program("curl/8.5.0"));
        assert_eq!(network("203.0.113.7"), network("203.0.200.1"));
        assert_ne!(network("203.0.113.7"), network("203.1.113.7"));
        assert_eq!(network("2001:db8:1::7"), network("2001:db8:2::1"));
        assert_ne!(network("2001:db8::1"), network("2001:db9::1"));
    }
}
