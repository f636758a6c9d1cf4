//! Passkeys (Web Authentication, level 3): what a challenge is, and whether an answer is one to it. User verification is
//! always asked for, so that a passkey is more than something that one has.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use webauthn_rs::prelude::{
    AuthenticationResult, DiscoverableAuthentication, Passkey as Credential, PasskeyAuthentication,
    PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid, Webauthn,
    WebauthnBuilder, WebauthnError,
};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::model::{Id, Passkey, Timestamp, User};

/// What a ticket holds until a challenge is answered.
#[derive(Serialize, Deserialize)]
pub enum Challenge {
    /// To make a passkey.
    Make(PasskeyRegistration),
    /// To show one of an account's passkeys.
    Show(PasskeyAuthentication),
    /// To sign in by whichever passkey the authenticator has for this place.
    SignIn(DiscoverableAuthentication),
}

/// This service, as authenticators know it: by the name in its public address.
pub struct RelyingParty {
    /// `None` where that has no name.
    webauthn: Option<Webauthn>,
}

const NOT_HERE: Error = Error::Conflict(
    "passkeys belong to a name: the public address of this installation has none, only numbers",
);

impl RelyingParty {
    /// # Errors
    /// `Internal` if the public address cannot be one of a relying party.
    pub fn new(config: &Config) -> Result<Self> {
        let url = Url::parse(&config.public_url).map_err(Error::internal)?;
        let webauthn = url.domain().map(|name| {
            let builder = WebauthnBuilder::new(name, &url)?;
            builder.rp_name("Rondo").build()
        });
        Ok(Self {
            webauthn: webauthn.transpose().map_err(failed)?,
        })
    }

    /// Whether there can be passkeys.
    pub const fn is_here(&self) -> bool {
        self.webauthn.is_some()
    }

    fn webauthn(&self) -> Result<&Webauthn> {
        self.webauthn.as_ref().ok_or(NOT_HERE)
    }

    /// Asks for a new passkey of this user, on an authenticator that has none of theirs yet.
    ///
    /// # Errors
    /// `Conflict` where there can be none.
    pub fn ask_to_make(&self, user: &User) -> Result<(Value, Challenge)> {
        let known = user.factors.passkeys.iter().filter_map(credential);
        let known = known.map(|credential| credential.cred_id().clone()).collect();
        let email = user.email.as_ref().map_or("", |email| email.written());
        let shown = if user.name.is_empty() {
            email
        } else {
            user.name.as_str()
        };
        let (options, state) = self
            .webauthn()?
            .start_passkey_registration(handle(user.id), email, shown, Some(known))
            .map_err(failed)?;
        let mut options = serde_json::to_value(options.public_key).map_err(Error::internal)?;
        // One that the authenticator finds by itself, if it can keep such.
        options["authenticatorSelection"]["residentKey"] = "preferred".into();
        Ok((options, Challenge::Make(state)))
    }

    /// The passkey that this answer makes; `None` if it is none to this challenge.
    pub fn made(&self, state: &PasskeyRegistration, answer: &str) -> Option<Credential> {
        let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).ok()?;
        let webauthn = self.webauthn.as_ref()?;
        webauthn.finish_passkey_registration(&answer, state).ok()
    }

    /// Asks for one of these passkeys.
    ///
    /// # Errors
    /// `Conflict` where there can be none.
    pub fn ask_to_show(&self, passkeys: &[Passkey]) -> Result<(Value, Challenge)> {
        let credentials: Vec<Credential> = passkeys.iter().filter_map(credential).collect();
        let (options, state) = self
            .webauthn()?
            .start_passkey_authentication(&credentials)
            .map_err(failed)?;
        let options = serde_json::to_value(options.public_key).map_err(Error::internal)?;
        Ok((options, Challenge::Show(state)))
    }

    /// What the answer shows; `None` if it is none to this challenge.
    pub fn shown(&self, state: &PasskeyAuthentication, answer: &str) -> Option<AuthenticationResult> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let webauthn = self.webauthn.as_ref()?;
        let result = webauthn.finish_passkey_authentication(&answer, state).ok()?;
        Some(result).filter(AuthenticationResult::user_verified)
    }

    /// Asks for any passkey of this place.
    ///
    /// # Errors
    /// `Conflict` where there can be none.
    pub fn ask_to_sign_in(&self) -> Result<(Value, Challenge)> {
        let (options, state) = self
            .webauthn()?
            .start_discoverable_authentication()
            .map_err(failed)?;
        let options = serde_json::to_value(options.public_key).map_err(Error::internal)?;
        Ok((options, Challenge::SignIn(state)))
    }

    /// Whose passkey an answer says to be of: nothing is proved by that.
    pub fn claimed(&self, answer: &str) -> Option<Id> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let webauthn = self.webauthn.as_ref()?;
        let (handle, _) = webauthn.identify_discoverable_authentication(&answer).ok()?;
        user_of(handle)
    }

    /// What the answer shows of this user; `None` if it is none to this challenge, or by no passkey of theirs.
    pub fn signed_in(
        &self,
        state: DiscoverableAuthentication,
        answer: &str,
        user: &User,
    ) -> Option<AuthenticationResult> {
        let answer: PublicKeyCredential = serde_json::from_str(answer).ok()?;
        let mut credentials = user.factors.passkeys.iter().filter_map(credential);
        let used = credentials.find(|known| *known.cred_id() == answer.get_credential_id())?;
        let webauthn = self.webauthn.as_ref()?;
        let result = webauthn.finish_discoverable_authentication_v2(&answer, state, &used);
        result.ok().filter(AuthenticationResult::user_verified)
    }
}

/// The cause of what the library refuses is ours alone.
fn failed(error: WebauthnError) -> Error {
    Error::internal(error)
}

/// What is kept of a passkey.
fn credential(passkey: &Passkey) -> Option<Credential> {
    serde_json::from_str(&passkey.credential).ok()
}

/// Whether a passkey is this one.
pub fn is_same(passkey: &Passkey, made: &Credential) -> bool {
    credential(passkey).is_some_and(|known| known == *made)
}

/// The passkey as it is kept after it was used; `None` if it is another one. Its counter goes on.
pub fn used(passkey: &Passkey, result: &AuthenticationResult, now: Timestamp) -> Option<Passkey> {
    let mut known = credential(passkey)?;
    known.update_credential(result)?;
    Some(Passkey {
        credential: serde_json::to_string(&known).ok()?,
        last_used_at: Some(now),
        ..passkey.clone()
    })
}

/// By what authenticators know a user: the id, and nothing of the person.
fn handle(id: Id) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..12].copy_from_slice(&id.bytes());
    Uuid::from_bytes(bytes)
}

fn user_of(handle: Uuid) -> Option<Id> {
    let (id, rest) = handle.as_bytes().split_first_chunk::<12>()?;
    (*rest == [0; 4]).then(|| Id::from_bytes(*id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, Layers};

    fn party(public_url: &str) -> RelyingParty {
        let variables = [("RONDO_PUBLIC_URL", public_url)];
        let config = Layers::of_variables(&variables)
            .config(&Flags::default())
            .unwrap();
        RelyingParty::new(&config).unwrap()
    }

    #[test]
    fn passkeys_are_of_a_name_and_not_of_an_address() {
        assert!(party("https://todo.example.org").is_here());
        assert!(party("http://localhost:4000").is_here());
        for address in ["http://127.0.0.1:4000", "http://[::1]:4000"] {
            let party = party(address);
            assert!(!party.is_here());
            assert!(matches!(party.ask_to_sign_in(), Err(Error::Conflict(_))));
        }
    }

    #[test]
    fn a_user_is_known_by_their_id() {
        let id = Id::from_bytes([7; 12]);
        assert_eq!(user_of(handle(id)), Some(id));
        assert_eq!(user_of(Uuid::from_bytes([7; 16])), None);
    }
}
