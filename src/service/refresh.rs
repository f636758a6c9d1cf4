//! What a refresh token says of its session, without anything usable being stored: its `jti` is an
//! HMAC of the session's id and generation.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::{Id, Session, Timestamp};
use crate::secret::{Purpose, Secret, Secrets};

/// So long after a turn the token of the generation before is still answered, with the same successor:
/// two tabs refreshed at once, or an answer was lost.
pub const GRACE_SECONDS: i64 = 30;

/// What is to be done with a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is of the present generation: turn the session.
    Current,
    /// It is of the generation before, within the grace: answer with the present one.
    JustTurned,
    /// It was used before: somebody else has it too. End the session.
    Reused,
}

/// Makes the ids of refresh tokens, and tells what generation one is of.
pub struct RefreshIds {
    keys: Vec<hmac::Key>,
}

impl RefreshIds {
    pub fn new(secrets: &Secrets) -> Self {
        let key = |secret: &Secret| hmac::Key::new(hmac::HMAC_SHA256, &secret.derive(Purpose::RefreshTokens));
        Self {
            keys: secrets.iter().map(key).collect(),
        }
    }

    /// The `jti` of the token of this generation.
    pub fn jti(&self, session: Id, generation: i64) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.keys[0], &message(session, generation)))
    }

    /// What a token with this `jti` of this session is.
    pub fn standing(&self, jti: &str, session: &Session, now: Timestamp) -> Standing {
        if self.is_of(jti, session.id, session.generation) {
            return Standing::Current;
        }
        let in_grace = now <= session.turned_at.plus_seconds(GRACE_SECONDS);
        if in_grace && self.is_of(jti, session.id, session.generation - 1) {
            return Standing::JustTurned;
        }
        Standing::Reused
    }

    fn is_of(&self, jti: &str, session: Id, generation: i64) -> bool {
        let Ok(tag) = URL_SAFE_NO_PAD.decode(jti) else {
            return false;
        };
        self.keys
            .iter()
            .any(|key| hmac::verify(key, &message(session, generation), &tag).is_ok())
    }
}

fn message(session: Id, generation: i64) -> Vec<u8> {
    [session.bytes().as_slice(), &generation.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(current: &str, previous: Option<&str>) -> RefreshIds {
        RefreshIds::new(&Secrets {
            current: Secret::new(current),
            previous: previous.map(Secret::new),
        })
    }

    fn session(generation: i64) -> Session {
        let at = Timestamp::from_millis(0);
        let id = Id::from_bytes([1; 12]);
        Session {
            id,
            user_id: id,
            epoch: 0,
            generation,
            turned_at: at,
            created_at: at,
            expires_at: at,
            ended_at: None,
            device: String::new(),
            address: String::new(),
            in_cookie: false,
            client: crate::model::OWN_CLIENT.into(),
            scopes: None,
            token: None,
            authenticated_at: at,
            provider: None,
        }
    }

    #[test]
    fn a_token_is_current_then_just_turned_then_reused() {
        let ids = ids("a", None);
        let jti = ids.jti(session(1).id, 1);
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        assert_eq!(ids.standing(&jti, &session(1), at(999)), Standing::Current);
        assert_eq!(ids.standing(&jti, &session(2), at(30)), Standing::JustTurned);
        assert_eq!(ids.standing(&jti, &session(2), at(31)), Standing::Reused);
        assert_eq!(ids.standing(&jti, &session(3), at(0)), Standing::Reused);
        assert_eq!(ids.standing("garbage", &session(1), at(0)), Standing::Reused);
    }

    #[test]
    fn tokens_survive_the_turning_of_the_secret() {
        let jti = ids("old", None).jti(session(1).id, 1);
        assert_eq!(
            ids("new", Some("old")).standing(&jti, &session(1), Timestamp::from_millis(0)),
            Standing::Current
        );
        assert_eq!(
            ids("new", None).standing(&jti, &session(1), Timestamp::from_millis(0)),
            Standing::Reused
        );
    }
}
