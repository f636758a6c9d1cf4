//! Another service, as far as it verifies the access tokens of Rondo, with jsonwebtoken: by the public keys, asking
//! nobody.
//!
//! ```text
//! cargo run --example verify -- ISSUER SCOPE
//! ```
//!
//! ISSUER is the public address of the service, exactly as it is configured there; SCOPE is what a token must allow.
//! Tokens are read from standard input, one a line; for each a line tells whose it is, or why it is refused. Of this
//! repository it uses nothing: a project of its own needs jsonwebtoken (with a crypto backend, such as `aws_lc_rs`),
//! reqwest (with `json`, and `rustls` for https), serde, and tokio.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use reqwest::header::CACHE_CONTROL;
use serde::Deserialize;

/// How far two clocks may differ, in seconds.
const LEEWAY: u64 = 5;
/// For names of keys that are not known the keys are read again, but no more often than this.
const COOL_DOWN: Duration = Duration::from_secs(2);

/// What this service asks of a token; those that [`verify`] requires are checked by the library.
#[derive(Debug, Clone, Deserialize)]
struct Claims {
    sub: String,
    scope: String,
}

/// The public keys of the issuer, as long as it says that they may be kept.
struct Keys {
    http: reqwest::Client,
    address: String,
    keys: HashMap<String, (Algorithm, DecodingKey)>,
    read_at: Option<Instant>,
    fresh_for: Duration,
}

impl Keys {
    fn new(issuer: &str) -> reqwest::Result<Self> {
        Ok(Self {
            http: reqwest::Client::builder()
                .timeout(Duration::from_secs(5))
                .build()?,
            address: format!("{issuer}/.well-known/jwks.json"),
            keys: HashMap::new(),
            read_at: None,
            fresh_for: Duration::ZERO,
        })
    }

    async fn find(&mut self, kid: &str) -> Option<(Algorithm, DecodingKey)> {
        let is_within = |span: Duration| self.read_at.is_some_and(|at| at.elapsed() < span);
        let is_known = self.keys.contains_key(kid) && is_within(self.fresh_for);
        if !is_known && !is_within(COOL_DOWN) {
            self.read_at = Some(Instant::now());
            // At a failure the keys that are known stay: a service that restarts must not stop this one.
            if let Err(error) = self.read().await {
                eprintln!("verify: the keys cannot be read: {error}");
            }
        }
        self.keys.get(kid).cloned()
    }

    async fn read(&mut self) -> reqwest::Result<()> {
        let answer = self.http.get(&self.address).send().await?.error_for_status()?;
        let cache = answer
            .headers()
            .get(CACHE_CONTROL)
            .and_then(|value| value.to_str().ok());
        let ages = cache.unwrap_or_default().split(',').map(str::trim);
        let age = ages
            .filter_map(|part| part.strip_prefix("max-age=")?.parse().ok())
            .next();
        self.fresh_for = Duration::from_secs(age.unwrap_or(0));
        let set: JwkSet = answer.json().await?;
        let usable = set.keys.iter().filter_map(|key| {
            // The algorithms that Rondo signs with. Never those that a token names.
            let algorithm = match key.common.key_algorithm? {
                KeyAlgorithm::RS256 => Algorithm::RS256,
                KeyAlgorithm::ES256 => Algorithm::ES256,
                _ => return None,
            };
            let kid = key.common.key_id.clone()?;
            Some((kid, (algorithm, DecodingKey::from_jwk(key).ok()?)))
        });
        self.keys = usable.collect();
        Ok(())
    }
}

/// Whose access token of this issuer this is, which allows this; or why it is refused.
async fn verify(token: &str, issuer: &str, scope: &str, keys: &mut Keys) -> Result<String, String> {
    let header = decode_header(token).map_err(|error| error.to_string())?;
    // A refresh token is signed by the same keys, and lets nobody in.
    if header.typ.as_deref() != Some("at+jwt") {
        return Err("no access token".into());
    }
    let kid = header.kid.unwrap_or_default();
    let (algorithm, key) = keys.find(&kid).await.ok_or("no such key")?;
    let mut wanted = Validation::new(algorithm);
    wanted.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
    wanted.set_issuer(&[issuer]);
    wanted.set_audience(&[issuer]);
    wanted.validate_nbf = true;
    wanted.leeway = LEEWAY;
    let claims = decode::<Claims>(token, &key, &wanted)
        .map_err(|error| error.to_string())?
        .claims;
    if !claims.scope.split(' ').any(|allowed| allowed == scope) {
        return Err(format!("it does not allow {scope}"));
    }
    Ok(claims.sub)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [issuer, scope] = arguments.as_slice() else {
        eprintln!("usage: verify ISSUER SCOPE");
        return ExitCode::from(2);
    };
    let mut keys = match Keys::new(issuer) {
        Ok(keys) => keys,
        Err(error) => {
            eprintln!("verify: no HTTP client can be made: {error}");
            return ExitCode::FAILURE;
        }
    };
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let told = match verify(line.trim(), issuer, scope, &mut keys).await {
            Ok(user) => format!("user {user}"),
            Err(why) => format!("refused: {why}"),
        };
        println!("{told}");
        if std::io::stdout().flush().is_err() {
            break;
        }
    }
    ExitCode::SUCCESS
}
