//! Mails that wait to be sent. What is kept says only what a mail is about: whom it goes to and what stands in it
//! is found out when it is sent, so that nothing of a person lies in the outbox, and nothing stale is sent.

use std::fmt;
use std::str::FromStr;

use super::{Id, Timestamp};

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// This to-do of the owner's, whose reminder for that moment was handed out.
    Reminder { todo: Id, at: Timestamp },
    /// What is overdue and due on the day that it is at that moment.
    Digest { at: Timestamp },
    /// The owner's address is to be verified: the mail brings the link.
    Verification,
    /// Somebody, perhaps nobody who has an account, wants to set a new password: the mail brings the link.
    PasswordReset,
    /// The account has another address now; this goes to the one before, which the ticket `note` has.
    AddressChanged { note: Id },
    /// Somebody who has no account is invited to make one; the ticket of the invitation has the address.
    Invitation { id: Id },
    /// This session of the owner's began on a device that the account was not known on.
    NewDevice { session: Id },
    /// The owner's account, which was there before, is linked to this provider; the id follows from its issuer.
    ProviderLinked { provider: Id },
    /// A link to this provider was taken away.
    ProviderUnlinked { provider: Id },
}

impl fmt::Display for About {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reminder { todo, at } => write!(f, "reminder {todo} {at}"),
            Self::Digest { at } => write!(f, "digest {at}"),
            Self::Verification => f.write_str("verification"),
            Self::PasswordReset => f.write_str("password-reset"),
            Self::AddressChanged { note } => write!(f, "address-changed {note}"),
            Self::Invitation { id } => write!(f, "invitation {id}"),
            Self::NewDevice { session } => write!(f, "new-device {session}"),
            Self::ProviderLinked { provider } => write!(f, "provider-linked {provider}"),
            Self::ProviderUnlinked { provider } => write!(f, "provider-unlinked {provider}"),
        }
    }
}

/// The text says nothing that this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this program does not know what a mail is about")]
pub struct AboutError;

impl FromStr for About {
    type Err = AboutError;

    fn from_str(text: &str) -> Result<Self, AboutError> {
        let moment = |text: &str| text.parse().map_err(|_| AboutError);
        let id = |text: &str| text.parse().map_err(|_| AboutError);
        match text.split(' ').collect::<Vec<_>>()[..] {
            ["reminder", todo, at] => Ok(Self::Reminder {
                todo: id(todo)?,
                at: moment(at)?,
            }),
            ["digest", at] => Ok(Self::Digest { at: moment(at)? }),
            ["verification"] => Ok(Self::Verification),
            ["password-reset"] => Ok(Self::PasswordReset),
            ["address-changed", note] => Ok(Self::AddressChanged { note: id(note)? }),
            ["invitation", of] => Ok(Self::Invitation { id: id(of)? }),
            ["new-device", session] => Ok(Self::NewDevice {
                session: id(session)?,
            }),
            ["provider-linked", provider] => Ok(Self::ProviderLinked {
                provider: id(provider)?,
            }),
            ["provider-unlinked", provider] => Ok(Self::ProviderUnlinked {
                provider: id(provider)?,
            }),
            _ => Err(AboutError),
        }
    }
}

/// A mail, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Follows from whom and what it is about, so that none is made twice.
    pub id: Id,
    /// To whom it goes; of an invitation the invitation itself.
    pub owner: Id,
    pub about: About,
    pub created_at: Timestamp,
    /// How often somebody has begun to send it.
    pub attempts: i64,
    /// Who began last. Whoever sends is another holder each time.
    pub holder: Option<Id>,
    /// From then on it may be sent, by anybody; nothing once it is sent, or given up.
    pub next_try: Option<Timestamp>,
    /// When it was sent or given up.
    pub done_at: Option<Timestamp>,
}

impl Mail {
    /// One that may be sent at once.
    pub const fn new(id: Id, owner: Id, about: About, now: Timestamp) -> Self {
        Self {
            id,
            owner,
            about,
            created_at: now,
            attempts: 0,
            holder: None,
            next_try: Some(now),
            done_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_mail_is_about_survives_text_and_back() {
        let at = Timestamp::from_millis(1_790_000_000_123);
        let todo = Id::from_bytes([7; 12]);
        for about in [
            About::Reminder { todo, at },
            About::Digest { at },
            About::Verification,
            About::PasswordReset,
            About::AddressChanged { note: todo },
            About::Invitation { id: todo },
            About::NewDevice { session: todo },
            About::ProviderLinked { provider: todo },
            About::ProviderUnlinked { provider: todo },
        ] {
            assert_eq!(about.to_string().parse(), Ok(about));
        }
        for bad in [
            "",
            "reminder",
            "reminder x y",
            "digest",
            "digest now",
            "letter",
            "address-changed",
        ] {
            assert_eq!(bad.parse::<About>(), Err(AboutError), "{bad}");
        }
    }
}
