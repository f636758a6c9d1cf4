//! Signing keys: rows of the store, sealed with a key that is derived from the secret.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::{digest, rsa, signature};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use crate::clock::Source;
use crate::config::TokenAlgorithm;
use crate::error::{Error, Result};
use crate::secret::{Purpose, Secret, Secrets};
use crate::store::{KeyRow, Store, StoreError};

/// A key that signs and verifies tokens.
pub struct SigningKey {
    pub kid: String,
    pub algorithm: Algorithm,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
    /// The public half as a JWK: no private member.
    pub public: serde_json::Value,
}

/// The keys of the installation.
pub struct KeyRing {
    /// By their number; the last one signs.
    keys: Vec<SigningKey>,
}

impl KeyRing {
    /// Opens the keys of the store, and makes one if none is sealed with the present secret. Of several
    /// instances that begin at once, one makes it and the others use it.
    ///
    /// After the secret was turned, the key of before verifies as long as the previous secret is given;
    /// without it, its row is passed over.
    ///
    /// # Errors
    /// `Internal` if a key cannot be made or read.
    pub async fn load(
        algorithm: TokenAlgorithm,
        secrets: &Secrets,
        store: &dyn Store,
        source: &dyn Source,
    ) -> Result<Self> {
        let mut rows = store.keys().await?;
        let signs = |row: &KeyRow| {
            row.algorithm == name_of(algorithm) && unseal(&secrets.current, &row.kid, &row.sealed).is_some()
        };
        if !rows.iter().any(signs) {
            let number = rows.last().map_or(1, |row| row.number + 1);
            // Making a key takes a while, and must not hold up the other tasks.
            let seal = secrets.current.clone();
            let made_at = source.now();
            let row = tokio::task::spawn_blocking(move || make(algorithm, number, &seal, made_at))
                .await
                .map_err(Error::internal)??;
            match store.create_key(&row).await {
                Ok(()) | Err(StoreError::Duplicate) => rows = store.keys().await?,
                Err(error) => return Err(error.into()),
            }
        }
        // A key of the algorithm that is configured signs; the others still verify.
        rows.sort_by_key(|row| (signs(row), row.number));
        let mut keys = Vec::new();
        for row in &rows {
            match open(row, secrets)? {
                Some(key) => keys.push(key),
                None => log::info!(
                    "the signing key {} is of an earlier secret; its tokens are not accepted any more",
                    row.kid
                ),
            }
        }
        if keys.is_empty() {
            return Err(Error::internal("no signing key could be opened"));
        }
        Ok(Self { keys })
    }

    /// The key that signs now.
    ///
    /// # Panics
    /// Never: a ring is made with a key.
    pub fn current(&self) -> &SigningKey {
        self.keys.last().expect("a ring has a key")
    }

    pub fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// The JWK set (RFC 7517) of all keys that verify, the one that signs first.
    pub fn jwks(&self) -> serde_json::Value {
        let keys: Vec<_> = self.keys.iter().rev().map(|key| &key.public).collect();
        serde_json::json!({ "keys": keys })
    }
}

const fn name_of(algorithm: TokenAlgorithm) -> &'static str {
    match algorithm {
        TokenAlgorithm::RS256 => "RS256",
        TokenAlgorithm::ES256 => "ES256",
    }
}

fn make(
    algorithm: TokenAlgorithm,
    number: i64,
    secret: &Secret,
    now: crate::model::Timestamp,
) -> Result<KeyRow> {
    let broken = |_| Error::internal("a signing key could not be made");
    let private = match algorithm {
        TokenAlgorithm::RS256 => {
            let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(broken)?;
            AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
                .map_err(broken)?
                .as_ref()
                .to_vec()
        }
        TokenAlgorithm::ES256 => {
            let pair = signature::EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING)
                .map_err(broken)?;
            pair.to_pkcs8v1().map_err(broken)?.as_ref().to_vec()
        }
    };
    let (encoding, algorithm) = encoding_key(name_of(algorithm), &private)?;
    let mut public =
        serde_json::to_value(Jwk::from_encoding_key(&encoding, algorithm).map_err(Error::internal)?)
            .map_err(Error::internal)?;
    let kid = thumbprint(&public);
    public["kid"] = kid.clone().into();
    public["use"] = "sig".into();
    Ok(KeyRow {
        number,
        algorithm: format!("{algorithm:?}"),
        sealed: seal(secret, &kid, private)?,
        public: public.to_string(),
        kid,
        created_at: now,
    })
}

/// Reads the private key (PKCS#8), for the library that signs.
fn encoding_key(algorithm: &str, private: &[u8]) -> Result<(EncodingKey, Algorithm)> {
    let body = base64::engine::general_purpose::STANDARD.encode(private);
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
    match algorithm {
        "RS256" => Ok((
            EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(Error::internal)?,
            Algorithm::RS256,
        )),
        "ES256" => Ok((
            EncodingKey::from_ec_pem(pem.as_bytes()).map_err(Error::internal)?,
            Algorithm::ES256,
        )),
        other => Err(Error::internal(format!(
            "the store has a signing key for {other:?}, which is not known"
        ))),
    }
}

/// `None` if it was sealed with a secret that is neither the present nor the previous one.
fn open(row: &KeyRow, secrets: &Secrets) -> Result<Option<SigningKey>> {
    let Some(private) = secrets
        .iter()
        .find_map(|secret| unseal(secret, &row.kid, &row.sealed))
    else {
        return Ok(None);
    };
    let (encoding, algorithm) = encoding_key(&row.algorithm, &private)?;
    let public: serde_json::Value = serde_json::from_str(&row.public).map_err(Error::internal)?;
    let jwk: Jwk = serde_json::from_value(public.clone()).map_err(Error::internal)?;
    let decoding = DecodingKey::from_jwk(&jwk).map_err(Error::internal)?;
    Ok(Some(SigningKey {
        kid: row.kid.clone(),
        algorithm,
        encoding,
        decoding,
        public,
    }))
}

/// The JWK thumbprint (RFC 7638): the same key always has the same name.
fn thumbprint(jwk: &serde_json::Value) -> String {
    let members: &[&str] = if jwk["kty"] == "RSA" {
        &["e", "kty", "n"]
    } else {
        &["crv", "kty", "x", "y"]
    };
    // The members in the order of their names; serde_json writes them without blanks.
    let required: std::collections::BTreeMap<_, _> =
        members.iter().map(|name| (*name, &jwk[*name])).collect();
    let text = serde_json::to_vec(&required).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &text))
}

/// AES-256-GCM, bound to the name of the key; the nonce stands in front.
fn seal(secret: &Secret, kid: &str, mut private: Vec<u8>) -> Result<Vec<u8>> {
    let broken = |_| Error::internal("a signing key could not be sealed");
    let key =
        RandomizedNonceKey::new(&AES_256_GCM, &secret.derive(Purpose::SealSigningKeys)).map_err(broken)?;
    let nonce = key
        .seal_in_place_append_tag(Aad::from(kid), &mut private)
        .map_err(broken)?;
    Ok([nonce.as_ref().as_slice(), &private].concat())
}

fn unseal(secret: &Secret, kid: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let key = RandomizedNonceKey::new(&AES_256_GCM, &secret.derive(Purpose::SealSigningKeys)).ok()?;
    let (nonce, rest) = sealed.split_at_checked(aws_lc_rs::aead::NONCE_LEN)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut private = rest.to_vec();
    Some(
        key.open_in_place(nonce, Aad::from(kid), &mut private)
            .ok()?
            .to_vec(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn secrets(current: &str, previous: Option<&str>) -> Secrets {
        Secrets {
            current: Secret::new(current),
            previous: previous.map(Secret::new),
        }
    }

    #[test]
    fn a_key_opens_with_the_secret_it_was_sealed_with_and_no_other() {
        for algorithm in [TokenAlgorithm::RS256, TokenAlgorithm::ES256] {
            let row = make(algorithm, 1, &Secret::new("first"), Timestamp::from_millis(0)).unwrap();
            assert!(open(&row, &secrets("first", None)).unwrap().is_some());
            assert!(open(&row, &secrets("second", Some("first"))).unwrap().is_some());
            assert!(open(&row, &secrets("second", None)).unwrap().is_none());
            let other_name = KeyRow {
                kid: "other".into(),
                ..row
            };
            assert!(open(&other_name, &secrets("first", None)).unwrap().is_none());
        }
    }

    #[test]
    fn the_public_half_has_no_private_member() {
        for algorithm in [TokenAlgorithm::RS256, TokenAlgorithm::ES256] {
            let row = make(algorithm, 1, &Secret::new("first"), Timestamp::from_millis(0)).unwrap();
            let public: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(&row.public).unwrap();
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(!public.contains_key(private), "{private}");
            }
            assert_eq!((&public["kid"], &public["use"]), (&row.kid.into(), &"sig".into()));
        }
    }
}
