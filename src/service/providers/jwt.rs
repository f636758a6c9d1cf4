//! JWTs of a provider that the library has no type for: access tokens with roles in them, and logout tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey as _;
use openidconnect::JwsSigningAlgorithm as _;
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A longer one is not looked at.
const LONGEST: usize = 32 * 1024;

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
}

/// A JWT whose signature is one of the provider's.
pub struct Signed {
    /// In lower case, without `application/`.
    pub typ: Option<String>,
    pub claims: Map<String, Value>,
}

/// Why a JWT is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// It is none, or its algorithm is not one with a public key.
    Malformed,
    /// The key that it names is not known, or its signature is not of that key.
    OtherKey,
}

/// With what a JWT says that it is signed; nothing of it was verified.
pub fn algorithm(token: &str) -> Option<CoreJwsSigningAlgorithm> {
    let header: Header = decoded(token.split('.').next()?)?;
    Some(header.alg)
}

/// Reads a JWT that one of these keys has signed. Nothing of its claims is looked at.
///
/// # Errors
/// Why it is not believed.
pub fn read(token: &str, keys: &CoreJsonWebKeySet) -> Result<Signed, Unsigned> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        return Err(Unsigned::Malformed);
    };
    if token.len() > LONGEST {
        return Err(Unsigned::Malformed);
    }
    let header: Header = decoded(header).ok_or(Unsigned::Malformed)?;
    let is_public = header.alg != CoreJwsSigningAlgorithm::None && !header.alg.uses_shared_secret();
    if !is_public || header.crit.is_some() {
        return Err(Unsigned::Malformed);
    }
    let claims = decoded(payload).ok_or(Unsigned::Malformed)?;
    let signature = URL_SAFE_NO_PAD
        .decode(signature)
        .map_err(|_| Unsigned::Malformed)?;
    let signed = &token[..token.rfind('.').unwrap_or(0)];
    let mut named = keys.keys().iter().filter(|key| {
        let name = key.key_id().map(|name| name.as_str());
        header.kid.is_none() || name == header.kid.as_deref()
    });
    if !named.any(|key| {
        key.verify_signature(&header.alg, signed.as_bytes(), &signature)
            .is_ok()
    }) {
        return Err(Unsigned::OtherKey);
    }
    let typ = header.typ.map(|typ| typ.to_ascii_lowercase());
    Ok(Signed {
        typ: typ.map(|typ| typ.trim_start_matches("application/").to_owned()),
        claims,
    })
}

fn decoded<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// The claims of a JWT whose signature was verified before.
pub fn payload(token: &str) -> Option<Map<String, Value>> {
    decoded(token.split('.').nth(1)?)
}
