//! Tokens made by hand: any header, any claims, any key.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::crypto::sign;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use rondo::service::keys::SigningKey;
use serde_json::{Value, json};

use crate::common::TestApp;

/// Base64url, as the parts of a token are written.
pub fn part(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of these texts, with the signature of this key.
pub fn token(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let signature = sign(message.as_bytes(), key, algorithm).expect("a signature");
    format!("{message}.{signature}")
}

/// What stands in a token's part: 0 is the header, 1 the claims.
pub fn read(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).expect("the part is there");
    let text = URL_SAFE_NO_PAD.decode(part).expect("base64url");
    serde_json::from_slice(&text).expect("JSON")
}

/// With the key that the service signs with: what only it can make, but for what is wrong with it.
pub struct Mint {
    key: SigningKey,
}

impl Mint {
    pub fn of(app: &TestApp) -> Self {
        Self {
            key: app.services.tokens.signing().current(),
        }
    }

    pub fn key(&self) -> &EncodingKey {
        &self.key.encoding
    }

    pub fn kid(&self) -> &str {
        &self.key.kid
    }

    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm
    }

    /// The header of a sound token of this type.
    pub fn header(&self, typ: &str) -> Value {
        json!({ "alg": format!("{:?}", self.algorithm()), "typ": typ, "kid": self.kid() })
    }

    /// Signs as the service does, whatever the texts say.
    pub fn signed(&self, header: impl ToString, claims: impl ToString) -> String {
        token(
            &header.to_string(),
            &claims.to_string(),
            self.key(),
            self.algorithm(),
        )
    }

    /// The public key as anybody can have it, in all the forms that a confused verifier may take for the
    /// secret of an HMAC.
    pub fn public_forms(&self) -> Vec<Vec<u8>> {
        let jwk = &self.key.public;
        let mut forms = vec![jwk.to_string().into_bytes(), self.kid().into()];
        for member in ["n", "x", "y"] {
            if let Some(text) = jwk[member].as_str() {
                forms.push(text.into());
                forms.push(URL_SAFE_NO_PAD.decode(text).expect("base64url"));
            }
        }
        if self.algorithm() == Algorithm::RS256 {
            let pair = KeyPair::from_der(self.key().as_bytes()).expect("an RSA key");
            forms.push(pair.public_key().as_ref().to_vec());
            let der = public_der(&pair);
            let pem = format!(
                "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----",
                in_lines(&STANDARD.encode(&der))
            );
            forms.extend([der, pem.clone().into_bytes(), format!("{pem}\n").into_bytes()]);
        }
        forms
    }
}

fn public_der(pair: &KeyPair) -> Vec<u8> {
    let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a public key");
    der.as_ref().to_vec()
}

fn in_lines(text: &str) -> String {
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
    lines.collect::<Vec<_>>().join("\n")
}

/// A key of somebody else, who would like it to be believed.
pub struct Attacker {
    pub key: EncodingKey,
    pub jwk: Value,
    /// What stands in place of a certificate.
    pub der: String,
}

impl Attacker {
    pub fn new() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private: Pkcs8V1Der<'_> = pair.as_der().expect("a private key");
        let body = in_lines(&STANDARD.encode(private.as_ref()));
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n");
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).expect("a key");
        let jwk = Jwk::from_encoding_key(&key, Algorithm::RS256).expect("a JWK");
        Self {
            jwk: serde_json::to_value(jwk).expect("JSON"),
            der: STANDARD.encode(public_der(&pair)),
            key,
        }
    }
}
