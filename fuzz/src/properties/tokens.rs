//! Tokens: only what the service issued opens anything, and it is what it was issued as.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use rondo::error::{Error, Unauthenticated};
use rondo::model::{Caller, Role};
use rondo::service::Tokens;
use rondo::service::sessions::Client;
use rondo::service::tokens::RefreshClaims;
use serde_json::{Value, json};

use super::bytes::{Bytes, bend};
use super::service::World;

/// What a token is good for.
#[derive(Debug, Clone, PartialEq)]
enum Use {
    Access(Caller),
    Refresh(RefreshClaims),
}

/// A token as it was issued.
struct Issued {
    text: String,
    good_for: Use,
}

/// A service with a key of each algorithm, and tokens of both.
pub struct Issuer {
    world: World,
    tokens: std::sync::Arc<Tokens>,
    issued: Vec<Issued>,
}

impl Issuer {
    pub fn new() -> Self {
        let world = World::new();
        let mut signed_in = Vec::new();
        let mut tokens = None;
        for (algorithm, role) in [("RS256", Role::User), ("ES256", Role::Admin)] {
            let services = world.services(algorithm);
            signed_in.push(world.person(&services, &format!("{algorithm}@example.org"), role));
            tokens = Some(std::sync::Arc::clone(&services.tokens));
        }
        let tokens = tokens.expect("services");
        let mut issued = Vec::new();
        for (session, caller) in signed_in {
            let claims = world
                .runtime
                .block_on(tokens.refresh_claims(&session.refresh_token));
            let claims = claims.expect("it counts");
            issued.push(Issued {
                text: session.access_token,
                good_for: Use::Access(caller),
            });
            issued.push(Issued {
                text: session.refresh_token,
                good_for: Use::Refresh(claims),
            });
        }
        Self {
            world,
            tokens,
            issued,
        }
    }

    /// Any text, or (beginning with an odd byte) an issued token that is bent.
    pub fn check(&self, data: &[u8]) {
        let mut input = Bytes(data);
        if input.byte() & 1 == 0 {
            return self.present(&String::from_utf8_lossy(input.0));
        }
        let token = self.bent(&mut input);
        self.present(&String::from_utf8_lossy(&token));
    }

    fn present(&self, token: &str) {
        let access = self
            .world
            .runtime
            .block_on(self.tokens.authenticate(token, &Client::default()));
        self.judge(token, access.map(Use::Access), true);
        let refresh = self.world.runtime.block_on(self.tokens.refresh_claims(token));
        self.judge(token, refresh.map(Use::Refresh), false);
    }

    /// An ES256 signature has a second form that counts: of those what is signed must be the same, of the
    /// others every byte.
    fn judge(&self, token: &str, answer: Result<Use, Error>, as_access: bool) {
        let is_of_kind = |issued: &&Issued| matches!(issued.good_for, Use::Access(_)) == as_access;
        let mut of_kind = self.issued.iter().filter(is_of_kind);
        match answer {
            Ok(good_for) => {
                let known = of_kind.find(|issued| {
                    let is_es256 = part(&issued.text, 0)["alg"] == "ES256";
                    issued.text == token || (is_es256 && signed(&issued.text) == signed(token))
                });
                let known = known.unwrap_or_else(|| panic!("nobody issued this: {token}"));
                assert_eq!(known.good_for, good_for, "it is good for something else: {token}");
            }
            Err(Error::Unauthenticated(Unauthenticated::BadToken)) => {
                assert!(
                    of_kind.all(|issued| issued.text != token),
                    "an issued token is refused: {token}"
                );
            }
            Err(other) => panic!("{other}: {token}"),
        }
    }

    fn bent(&self, input: &mut Bytes<'_>) -> Vec<u8> {
        let mut parts: Vec<String> = input
            .one_of(&self.issued)
            .text
            .split('.')
            .map(str::to_owned)
            .collect();
        let mut text = None;
        while !input.is_empty() && text.is_none() {
            let at = input.below(parts.len());
            match input.byte() % 6 {
                0 => {
                    let mut inner = URL_SAFE_NO_PAD.decode(&parts[at]).unwrap_or_default();
                    bend(&mut inner, input);
                    parts[at] = URL_SAFE_NO_PAD.encode(inner);
                }
                1 => {
                    let mut other = input.one_of(&self.issued).text.split('.');
                    parts[at] = other.nth(at).unwrap_or_default().to_owned();
                }
                2 => {
                    let inner = URL_SAFE_NO_PAD.decode(&parts[at]).unwrap_or_default();
                    parts[at] = match input.byte() % 3 {
                        0 => URL_SAFE.encode(inner),
                        1 => STANDARD.encode(inner),
                        _ => format!("{}=", parts[at]),
                    };
                }
                3 => {
                    let Ok(mut object) = serde_json::from_value::<serde_json::Map<_, _>>(part(&parts[at], 0))
                    else {
                        continue;
                    };
                    let names = [
                        "alg",
                        "typ",
                        "kid",
                        "crit",
                        "jwk",
                        "iss",
                        "aud",
                        "sub",
                        "exp",
                        "nbf",
                        "iat",
                        "jti",
                        "sid",
                        "scope",
                        "role",
                        "epoch",
                        "client_id",
                    ];
                    let name = *input.one_of(&names);
                    match input.byte() % 3 {
                        0 => drop(object.remove(name)),
                        1 => drop(object.insert(name.into(), input.one_of(&values()).clone())),
                        _ => {
                            let words = String::from_utf8_lossy(input.some()).into_owned();
                            object.insert(name.into(), words.into());
                        }
                    }
                    parts[at] = URL_SAFE_NO_PAD.encode(Value::from(object).to_string());
                }
                4 => parts.truncate(at + 1),
                _ => {
                    let mut whole = parts.join(".").into_bytes();
                    bend(&mut whole, input);
                    text = Some(whole);
                }
            }
        }
        text.unwrap_or_else(|| parts.join(".").into_bytes())
    }

    /// The issued tokens, beginnings of bent ones, and unsigned ones.
    pub fn seeds(&self) -> Vec<Vec<u8>> {
        let mut seeds = Vec::new();
        for (number, issued) in (0_u8..).zip(&self.issued) {
            seeds.push([b"\0", issued.text.as_bytes()].concat());
            for way in 0..6 {
                seeds.push(vec![1, 0, number, 0, 1, way, 0, 3, 1, 2, 3, 4, 5]);
            }
            let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
            let claims = issued.text.split('.').nth(1).unwrap_or_default();
            seeds.push(format!("\0{unsigned}.{claims}.").into_bytes());
        }
        seeds
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self::new()
    }
}

fn values() -> [Value; 12] {
    [
        json!("none"),
        json!("HS256"),
        json!("RS256"),
        json!("ES256"),
        json!("at+jwt"),
        json!("rt+jwt"),
        json!("admin"),
        json!(["http://rondo.test"]),
        json!(9_999_999_999_i64),
        json!(-1),
        json!(1.5),
        Value::Null,
    ]
}

/// One part of a token as JSON; `null` if it is none.
fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// Header and claims, as they are signed.
fn signed(token: &str) -> &str {
    token.rsplit_once('.').map_or("", |(signed, _)| signed)
}
