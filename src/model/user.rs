//! Accounts.

use serde::{Deserialize, Serialize};

use super::{Email, Factors, Id, Session, TimeOfDay, Timestamp, Zone, fold};

/// An account, as it is kept. What of it is shown is decided in `http`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    pub id: Id,
    /// What the account is found by, each unique in the installation: `email:<key>`,
    /// `oidc:<issuer>|<subject>`.
    pub identities: Vec<String>,
    pub name: String,
    /// `None` for an account that is being erased.
    pub email: Option<Email>,
    pub email_verified: bool,
    pub role: Role,
    pub disabled: bool,
    /// The hash, as `service::passwords` wrote it. Never leaves the service.
    pub password: Option<String>,
    pub time_zone: Option<Zone>,
    /// A BCP 47 language tag.
    pub language: Option<String>,
    pub week_start: WeekStart,
    /// At which time of day to mail what is due, if at all.
    pub digest: Option<TimeOfDay>,
    /// When that is next.
    pub digest_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Counts the events that end sessions: a new password, a lowered role, disabling, deletion.
    /// A token or session of an earlier epoch is dead, but for the session `epoch_keep`.
    pub epoch: i64,
    pub epoch_at: Option<Timestamp>,
    pub epoch_keep: Option<Id>,
    /// Set when the account was deleted: nobody finds it any more, and a job removes what is left.
    pub deleted_at: Option<Timestamp>,
    /// The address under which calendar programs read the to-dos, if there is one.
    pub calendar: Option<CalendarAddress>,
    /// What it shows beside its password.
    pub factors: Factors,
    /// Counts the writes, from 1.
    pub version: i64,
}

/// The secret address of a calendar, as it is kept: nobody can tell the address from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarAddress {
    /// SHA-256 of the secret in it, in hexadecimal digits.
    pub hash: String,
    pub made_at: Timestamp,
}

/// The identity of an account that has this e-mail address.
pub fn email_identity(email: &Email) -> String {
    format!("email:{}", email.key())
}

/// The identity of an account that is signed in to as this subject of this issuer.
pub fn provider_identity(issuer: &str, subject: &str) -> String {
    format!("oidc:{issuer}|{subject}")
}

/// Issuer and subject of an identity, if it is one of a provider's. An issuer has no `|`, a subject may.
pub fn provider_of(identity: &str) -> Option<(&str, &str)> {
    identity.strip_prefix("oidc:")?.split_once('|')
}

impl User {
    /// A new account with nothing set but what every account has.
    pub fn new(id: Id, email: Email, now: Timestamp) -> Self {
        Self {
            id,
            identities: vec![email_identity(&email)],
            name: String::new(),
            email: Some(email),
            email_verified: false,
            role: Role::User,
            disabled: false,
            password: None,
            time_zone: None,
            language: None,
            week_start: WeekStart::default(),
            digest: None,
            digest_at: None,
            created_at: now,
            updated_at: now,
            epoch: 0,
            epoch_at: None,
            epoch_keep: None,
            deleted_at: None,
            calendar: None,
            factors: Factors::default(),
            version: 1,
        }
    }

    /// Puts another e-mail address in the place of the present one.
    pub fn set_email(&mut self, email: Email) {
        if let Some(old) = &self.email {
            let old = email_identity(old);
            self.identities.retain(|identity| *identity != old);
        }
        self.identities.push(email_identity(&email));
        self.email = Some(email);
        self.email_verified = false;
    }

    /// What administrators look in for parts of a name or an address, folded.
    pub fn search_text(&self) -> String {
        fold(&format!(
            "{}\n{}",
            self.name,
            self.email.as_ref().map_or("", Email::written)
        ))
    }

    /// Whether it is an administrator who can sign in.
    pub fn governs(&self) -> bool {
        self.role == Role::Admin && !self.disabled
    }

    /// The time zone of the settings, or UTC.
    pub fn zone(&self) -> Zone {
        self.time_zone.unwrap_or(Zone::UTC)
    }

    /// Computes anew when the next digest is to be sent, from `now` on.
    pub fn arm_digest(&mut self, now: Timestamp) {
        self.digest_at = self.digest.map(|time| time.next(self.zone(), now));
    }

    /// Ends every session of the account but `keep`, from now on.
    pub fn end_sessions(&mut self, keep: Option<Id>, now: Timestamp) {
        self.epoch += 1;
        self.epoch_at = Some(now);
        self.epoch_keep = keep;
    }

    /// Makes the account one that nobody can find, sign in to or learn anything of.
    pub fn erase(&mut self, now: Timestamp) {
        self.end_sessions(None, now);
        self.identities.clear();
        self.name.clear();
        self.email = None;
        self.password = None;
        self.time_zone = None;
        self.language = None;
        self.calendar = None;
        self.factors = Factors::default();
        self.digest = None;
        self.digest_at = None;
        self.disabled = true;
        self.deleted_at = Some(now);
    }

    /// Whether a session begun in `epoch` still holds.
    pub fn keeps_session(&self, session: Id, epoch: i64) -> bool {
        !self.disabled && (epoch >= self.epoch || self.epoch_keep == Some(session))
    }

    /// Whether this session still holds; one that began at a provider, as long as that sign-in leads to this account.
    pub fn keeps(&self, session: &Session) -> bool {
        let there = session.provider.as_ref();
        let leads_here = there.is_none_or(|there| self.identities.contains(&there.identity()));
        leads_here && self.keeps_session(session.id, session.epoch)
    }
}

/// Which accounts are meant: those that fulfil all that is named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserFilter {
    /// Folded; all of them stand in the name or the address.
    pub terms: Vec<String>,
    pub role: Option<Role>,
    pub disabled: Option<bool>,
}

/// What an account may do in general.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    #[default]
    User,
    Admin,
}

impl Role {
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        match text {
            "user" => Ok(Self::User),
            "admin" => Ok(Self::Admin),
            _ => Err(RoleError),
        }
    }
}

/// The text names no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a role is user or admin")]
pub struct RoleError;

/// The day that a week begins with, for those who show calendars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    #[default]
    Monday,
    Saturday,
    Sunday,
}

impl WeekStart {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// The day of that name; an unknown name (of a newer version) is Monday.
    pub fn from_name(name: &str) -> Self {
        match name {
            "saturday" => Self::Saturday,
            "sunday" => Self::Sunday,
            _ => Self::Monday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> User {
        let now = Timestamp::from_millis(0);
        User::new(
            Id::from_parts(now, [1; 8]),
            "person@example.org".parse().unwrap(),
            now,
        )
    }

    #[test]
    fn ending_sessions_spares_the_one_that_asked() {
        let (mut user, mine) = (user(), Id::from_bytes([7; 12]));
        user.end_sessions(Some(mine), Timestamp::from_millis(1));
        assert!(user.keeps_session(mine, 0));
        assert!(!user.keeps_session(Id::from_bytes([8; 12]), 0));
        assert!(user.keeps_session(Id::from_bytes([8; 12]), 1));
    }

    #[test]
    fn an_identity_of_a_provider_is_made_and_read_alike() {
        for (issuer, subject) in [
            ("https://id.example.org/", "1"),
            ("https://id.example.org:8443/realms/work", "auth0|1|2"),
            ("https://id.example.org", ""),
        ] {
            let identity = provider_identity(issuer, subject);
            assert_eq!(provider_of(&identity), Some((issuer, subject)));
        }
        for other in ["email:oidc:a|b@example.org", "oidc:https://id.example.org", ""] {
            assert_eq!(provider_of(other), None, "{other}");
        }
    }

    #[test]
    fn an_erased_account_holds_nothing_of_the_person() {
        let mut user = user();
        user.name = "A name".into();
        user.password = Some("hash".into());
        user.calendar = Some(CalendarAddress {
            hash: "hash".into(),
            made_at: Timestamp::from_millis(0),
        });
        user.factors.recovery.push("hash".into());
        user.erase(Timestamp::from_millis(1));
        assert!(
            user.identities.is_empty()
                && user.name.is_empty()
                && user.email.is_none()
                && user.password.is_none()
                && user.calendar.is_none()
                && user.factors == Factors::default()
        );
        assert!(!user.keeps_session(Id::from_bytes([7; 12]), 99));
    }

    #[test]
    fn a_new_address_takes_the_place_of_the_old_one() {
        let mut user = user();
        user.identities.push("oidc:https://issuer.example|1".into());
        user.email_verified = true;
        user.set_email("Other@example.org".parse().unwrap());
        assert_eq!(
            user.identities,
            ["oidc:https://issuer.example|1", "email:other@example.org"]
        );
        assert!(!user.email_verified);
    }
}
