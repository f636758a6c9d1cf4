//! What stands in the mails about accounts: plain text, in English. Nothing that somebody else may have written (a
//! name, say) stands in them: whoever asks for a mail to a stranger must not choose its words.

use super::{Letter, shown_moment};
use crate::model::{Email, Session, Timestamp, Zone};

/// The mail that brings the link by which an address is verified.
pub fn verification(to: Email, link: &str) -> Letter {
    Letter {
        to,
        subject: "Confirm your e-mail address".into(),
        text: format!(
            "Somebody, we hope you, has an account at Rondo with this e-mail address.\n\n\
             To confirm that it is yours, open this page within a day:\n\n{link}\n\n-- \n\
             If it was not you, do nothing.\n"
        ),
    }
}

/// The mail that brings the link by which a new password is set.
pub fn password_reset(to: Email, link: &str) -> Letter {
    Letter {
        to,
        subject: "Set a new password".into(),
        text: format!(
            "Somebody, we hope you, has asked to set a new password for your account at Rondo.\n\n\
             To do so, open this page within an hour:\n\n{link}\n\n\
             It can be used once, and all devices are signed out by it.\n\n-- \n\
             If it was not you, do nothing: your password stays as it is.\n"
        ),
    }
}

/// The mail to whoever is invited to make an account.
pub fn invitation(to: Email, url: &str, link: &str) -> Letter {
    Letter {
        to,
        subject: "You are invited to Rondo".into(),
        text: format!(
            "Whoever looks after Rondo at {url}\n\
             invites you to make an account there, with this e-mail address.\n\n\
             To do so, open this page within a week:\n\n{link}\n\n-- \n\
             If you do not want one, do nothing.\n"
        ),
    }
}

/// The notice that somebody has signed in on a device that the account was not known on.
pub fn new_device(to: Email, session: &Session, zone: Zone, url: &str) -> Letter {
    let device = match plain(&session.device) {
        device if device.is_empty() => "one that does not say what it is".into(),
        device => device,
    };
    Letter {
        to,
        subject: "A sign-in on a new device".into(),
        text: format!(
            "Somebody, we hope you, has signed in to your account at Rondo on a device or in a network that it was \
             not used from lately.\n\n\
             When: {}\nAddress: {}\nDevice: {device}\n\n\
             If it was not you, set a new password at once: {url}/reset-password\n\
             All devices are signed out by that.\n",
            shown_moment(session.created_at, zone),
            session.address,
        ),
    }
}

/// A link to a provider that came or went.
pub struct LinkChange<'a> {
    /// As it is called in the configuration.
    pub provider: &'a str,
    pub at: Timestamp,
    pub zone: Zone,
    pub url: &'a str,
}

impl LinkChange<'_> {
    fn lines(&self) -> String {
        let at = shown_moment(self.at, self.zone);
        format!("When: {at}\nProvider: {}\n", self.provider)
    }
}

/// The notice that an account can be signed in to through a provider from now on.
pub fn provider_linked(to: Email, change: &LinkChange<'_>) -> Letter {
    Letter {
        to,
        subject: "Your account was linked to a provider".into(),
        text: format!(
            "Somebody, we hope you, has added a way to sign in to your account at Rondo: through a provider.\n\n{}\n\
             If it was not you, set a new password at once: {}/reset-password\n\
             All devices are signed out by that. Then take the provider away from your account.\n",
            change.lines(),
            change.url,
        ),
    }
}

/// The notice that it cannot any more.
pub fn provider_unlinked(to: Email, change: &LinkChange<'_>) -> Letter {
    Letter {
        to,
        subject: "A provider was taken away from your account".into(),
        text: format!(
            "Somebody, we hope you, has taken away a way to sign in to your account at Rondo: through a provider. \
             Whoever had signed in that way is signed out.\n\n{}\n\
             If it was not you, set a new password at once: {}/reset-password\n\
             All devices are signed out by that.\n",
            change.lines(),
            change.url,
        ),
    }
}

/// What a device calls itself, without what a mail program would make a link of, or a line.
fn plain(device: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || " ._-();,/+".contains(*c);
    let device: String = device.chars().filter(is_plain).take(200).collect();
    device.replace("//", "/").trim().to_owned()
}

/// The notice to an address that was an account's until now.
pub fn address_changed(to: Email) -> Letter {
    Letter {
        to,
        subject: "Your account has another e-mail address".into(),
        text: "The account at Rondo that had this e-mail address has another one now, and no mail about it comes here \
               any more.\n\n-- \n\
               If it was not you who changed it, tell whoever runs the service at once.\n"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_calls_itself_makes_no_link_and_no_line() {
        assert_eq!(
            plain("Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"),
            "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0"
        );
        assert_eq!(plain("https://evil.example/?a=b#c"), "https/evil.example/abc");
        assert_eq!(plain("a\r\nBcc: b@c\u{2028}<d>"), "aBcc bcd");
    }
}
