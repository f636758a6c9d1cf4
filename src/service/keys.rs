//! What a signing key is: a row of the store, sealed with a key that is derived from the secret; and the
//! ring of those that verify. Which there are, and when they change, is in `signing`.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::{digest, rsa, signature};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use crate::config::TokenAlgorithm;
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::secret::{Purpose, Secret, Secrets};
use crate::service::seal;
use crate::store::KeyRow;

/// A key that signs and verifies tokens.
#[derive(Clone)]
pub struct SigningKey {
    pub number: i64,
    pub kid: String,
    /// When it begins to sign.
    pub signs_from: Timestamp,
    pub algorithm: Algorithm,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
    /// The public half as a JWK: no private member.
    pub public: serde_json::Value,
}

/// The keys that verify at a moment, and the one that signs.
pub struct KeyRing {
    /// By their number, none twice; never empty.
    keys: Vec<SigningKey>,
    /// How long a token can live, in seconds: so long a key verifies after the next one took over.
    token_seconds: i64,
}

impl KeyRing {
    /// Opens these rows, which are in the order of their numbers. `known` are keys that were opened before,
    /// also those that the secret at hand would not open any more. What cannot be opened is passed over.
    ///
    /// # Errors
    /// `Internal` if a row that was opened cannot be read, or none can be opened.
    pub fn open(
        rows: &[KeyRow],
        known: &[SigningKey],
        secrets: &Secrets,
        token_seconds: i64,
    ) -> Result<Self> {
        let mut keys = Vec::new();
        for row in rows {
            let was_open = known
                .iter()
                .find(|key| key.number == row.number && key.kid == row.kid);
            match was_open
                .cloned()
                .map_or_else(|| open(row, secrets), |key| Ok(Some(key)))?
            {
                Some(key) => keys.push(key),
                None => log::info!(
                    "the signing key {} is of another secret; its tokens are not accepted here",
                    row.kid
                ),
            }
        }
        if keys.is_empty() {
            return Err(Error::internal("no signing key could be opened"));
        }
        Ok(Self { keys, token_seconds })
    }

    pub fn keys(&self) -> &[SigningKey] {
        &self.keys
    }

    /// The key that signs: the newest whose time has come.
    ///
    /// # Panics
    /// Never: a ring is made with a key.
    pub fn current(&self, now: Timestamp) -> &SigningKey {
        let begun = self.keys.iter().rev().find(|key| key.signs_from <= now);
        begun.or(self.keys.first()).expect("a ring has a key")
    }

    /// The key of this name, if it verifies now.
    pub fn find(&self, kid: &str, now: Timestamp) -> Option<&SigningKey> {
        self.keys
            .iter()
            .find(|key| key.kid == kid && self.lapses_at(key).is_none_or(|lapses| now < lapses))
    }

    /// When the last token of this key has ended; `None` while no other has taken over.
    pub fn lapses_at(&self, key: &SigningKey) -> Option<Timestamp> {
        let next = self.keys.iter().filter(|next| next.number > key.number);
        // Of several that follow, the first to sign.
        let taken_over = next.map(|next| next.signs_from).min()?;
        Some(taken_over.plus_seconds(self.token_seconds))
    }

    /// The JWK set (RFC 7517) of all keys that verify or soon will, the one that signs first.
    pub fn jwks(&self, now: Timestamp) -> serde_json::Value {
        let current = self.current(now);
        let others = self.keys.iter().rev().filter(|key| key.number != current.number);
        let keys: Vec<_> = std::iter::once(current)
            .chain(others.filter(|key| self.find(&key.kid, now).is_some()))
            .map(|key| &key.public)
            .collect();
        serde_json::json!({ "keys": keys })
    }
}

/// The name of an algorithm, as rows and headers have it.
pub const fn name_of(algorithm: TokenAlgorithm) -> &'static str {
    match algorithm {
        TokenAlgorithm::RS256 => "RS256",
        TokenAlgorithm::ES256 => "ES256",
    }
}

/// Makes a key.
///
/// # Errors
/// `Internal` if that fails.
pub fn make(
    algorithm: TokenAlgorithm,
    number: i64,
    secret: &Secret,
    signs_from: Timestamp,
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
    row_of(algorithm, private, number, secret, signs_from)
}

/// The row of a private key (PKCS#8).
fn row_of(
    algorithm: TokenAlgorithm,
    private: Vec<u8>,
    number: i64,
    secret: &Secret,
    signs_from: Timestamp,
) -> Result<KeyRow> {
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
        signs_from,
    })
}

/// Makes the row of a key that was made elsewhere: one private key in PEM (PKCS#8, PKCS#1 or SEC1).
///
/// # Errors
/// A sentence that says what the file has and what it should have.
pub fn import(
    text: &str,
    algorithm: TokenAlgorithm,
    number: i64,
    secret: &Secret,
    signs_from: Timestamp,
) -> std::result::Result<KeyRow, String> {
    let private = private_key(text, algorithm)?;
    row_of(algorithm, private, number, secret, signs_from)
        .map_err(|_| "the key cannot be used to sign".to_owned())
}

/// The one private key of a PEM file, as PKCS#8.
fn private_key(text: &str, algorithm: TokenAlgorithm) -> std::result::Result<Vec<u8>, String> {
    let blocks = pem::parse_many(text).map_err(|_| "it is not PEM".to_owned())?;
    if blocks
        .iter()
        .any(|block| block.tag().contains("ENCRYPTED") || block.headers().get("DEK-Info").is_some())
    {
        return Err("the key is encrypted; decrypt it first: openssl pkey -in FILE -out PLAIN".into());
    }
    // `openssl ecparam` writes the curve in front of the key.
    let mut keys = blocks.iter().filter(|block| block.tag() != "EC PARAMETERS");
    let (Some(block), None) = (keys.next(), keys.next()) else {
        return Err(format!(
            "it has {} PEM blocks; it should have one private key",
            blocks.len()
        ));
    };
    if !block.tag().ends_with("PRIVATE KEY") {
        return Err(format!("it has a {}; it should have a private key", block.tag()));
    }
    let der = block.contents();
    let is_rsa = rsa::KeyPair::from_pkcs8(der).or_else(|_| rsa::KeyPair::from_der(der));
    let curve = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let is_curve = signature::EcdsaKeyPair::from_private_key_der(curve, der);
    match (algorithm, is_rsa, is_curve) {
        (TokenAlgorithm::RS256, Ok(pair), _) => AsDer::<Pkcs8V1Der<'_>>::as_der(&pair)
            .map(|der| der.as_ref().to_vec())
            .map_err(|_| "the key cannot be used to sign".to_owned()),
        (TokenAlgorithm::ES256, _, Ok(pair)) => pair
            .to_pkcs8v1()
            .map(|der| der.as_ref().to_vec())
            .map_err(|_| "the key cannot be used to sign".to_owned()),
        (TokenAlgorithm::RS256, _, Ok(_)) => Err(
            "it has a key for ES256, and token_algorithm is RS256; set RONDO_TOKEN_ALGORITHM=ES256".into(),
        ),
        (TokenAlgorithm::ES256, Ok(_), _) => Err(
            "it has a key for RS256, and token_algorithm is ES256; set RONDO_TOKEN_ALGORITHM=RS256".into(),
        ),
        (TokenAlgorithm::RS256, ..) => {
            Err("it should have an RSA key of 2048 to 8192 bits, whole and sound".into())
        }
        (TokenAlgorithm::ES256, ..) => Err("it should have a key on the curve P-256, whole and sound".into()),
    }
}

/// The row with its key sealed anew, if the present secret does not open it and the previous one does.
///
/// # Errors
/// `Internal` if it cannot be sealed.
pub fn sealed_anew(row: &KeyRow, secrets: &Secrets) -> Result<Option<Vec<u8>>> {
    if opens(row, &secrets.current) {
        return Ok(None);
    }
    let private = secrets
        .previous
        .as_ref()
        .and_then(|previous| unseal(previous, &row.kid, &row.sealed));
    private
        .map(|private| seal(&secrets.current, &row.kid, private))
        .transpose()
}

/// Whether this secret opens the row.
pub fn opens(row: &KeyRow, secret: &Secret) -> bool {
    unseal(secret, &row.kid, &row.sealed).is_some()
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
        number: row.number,
        signs_from: row.signs_from,
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

fn seal(secret: &Secret, kid: &str, private: Vec<u8>) -> Result<Vec<u8>> {
    seal::seal(secret, Purpose::SealSigningKeys, kid, private)
}

fn unseal(secret: &Secret, kid: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    seal::unseal(secret, Purpose::SealSigningKeys, kid, sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

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
