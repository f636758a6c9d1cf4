//! Bearer tokens of outside issuers: providers whose access tokens are taken on the same routes as our own. JWTs are
//! verified by the issuer's keys, others by asking the issuer (RFC 7662). A token of a person acts as the person's account
//! here, one of a machine as a service that has scopes and no account.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openidconnect::HttpRequest;
use openidconnect::http::{HeaderValue, Method};
use quick_cache::sync::Cache;
use serde_json::Value;
use tokio::time::timeout;

use super::account::Linking;
use super::directory::Metadata;
use super::jwt;
use super::outgoing::NoAnswer;
use super::person::{self, Claims, Told, find, fulfils, strings};
use super::refused::Refused;
use super::{Ready, silent};
use crate::clock::Source;
use crate::config::{Provider, UnverifiedEmail};
use crate::error::{Error, Result, Unauthenticated};
use crate::model::{Id, Role, Scope, Scopes, User, provider_identity};
use crate::service::derived::id_of;
use crate::service::limits::{RateLimit, network_of_text};
use crate::service::sessions::Client;

/// So many tokens are remembered that are worth nothing, by what their issuer says.
const WORTHLESS: usize = 10_000;
/// That is good for so many seconds.
const KEEP_WORTHLESS: i64 = 30;
/// How far the issuer's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;
/// So much of a machine's name is logged, in characters.
const LONGEST_NAME: usize = 255;
/// An issuer is asked about so many tokens at once; others wait for so long.
pub(super) const AT_ONCE: usize = 16;
const WAIT: Duration = Duration::from_secs(1);

const FORM: &str = "application/x-www-form-urlencoded";

const BAD: Error = Error::Unauthenticated(Unauthenticated::BadToken);

/// A token of an outside issuer that is good. Times in seconds since 1970.
#[derive(Debug)]
pub struct Worth {
    pub holder: Holder,
    pub scopes: Scopes,
    pub client: String,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
}

/// Whom it is of.
#[derive(Debug)]
pub enum Holder {
    /// A person, with the role that the token gives if it gives any.
    Person { user: Box<User>, role: Option<Role> },
    /// A machine. The id is that of its issuer and its name there, and of no account.
    Machine(Id),
}

/// Whose token it seems to be, before anything of it is believed.
enum Seems<'a> {
    Jwt(&'a Ready),
    Opaque,
}

/// Why a token is worth nothing, and until when, in seconds since 1970.
#[derive(Clone)]
struct Verdict {
    error: Error,
    until: i64,
}

/// What verifies them.
pub struct Outside {
    known: Arc<[Ready]>,
    linking: Arc<Linking>,
    source: Arc<dyn Source>,
    /// By the hash of the token. Only what its issuer has vouched for or was asked about is in it: whoever makes tokens up
    /// fills nothing.
    worthless: Cache<[u8; 32], Verdict>,
    /// Bounds what an address has issuers asked about, as it bounds requests.
    limit: Arc<RateLimit>,
    unverified: UnverifiedEmail,
}

impl Outside {
    pub fn new(
        known: Arc<[Ready]>,
        linking: Arc<Linking>,
        source: Arc<dyn Source>,
        limit: Arc<RateLimit>,
        unverified: UnverifiedEmail,
    ) -> Self {
        Self {
            known,
            linking,
            source,
            worthless: Cache::new(WORTHLESS),
            limit,
            unverified,
        }
    }

    fn takers(&self) -> impl Iterator<Item = &Ready> {
        self.known
            .iter()
            .filter(|ready| ready.provider.token_audience.is_some())
    }

    fn seems(&self, token: &str) -> Option<Seems<'_>> {
        self.takers().next()?;
        match issuer_of(token) {
            Some(issuer) => {
                let ready = self.takers().find(|ready| ready.provider.issuer == issuer);
                ready.map(Seems::Jwt)
            }
            // What is a JWT and says no issuer is nobody's.
            None if token.split('.').count() == 3 && jwt::payload(token).is_some() => None,
            None => self
                .takers()
                .any(|ready| ready.provider.token_introspection)
                .then_some(Seems::Opaque),
        }
    }

    /// What a token is worth that seems to be of an outside issuer; `None` if it does not.
    ///
    /// # Errors
    /// `Unauthenticated` for one that is worth nothing, `Forbidden` for one of somebody who has no account and gets none,
    /// `Unavailable` if the issuer does not answer.
    pub async fn verify(&self, token: &str, hash: &[u8; 32], client: &Client) -> Result<Option<Worth>> {
        let Some(seems) = self.seems(token) else {
            return Ok(None);
        };
        if let Some(error) = self.remembered(hash) {
            return Err(error);
        }
        match seems {
            Seems::Jwt(ready) => {
                // Before anybody is asked for a key.
                let algorithm = jwt::algorithm(token).and_then(|it| serde_json::to_value(it).ok());
                let pinned = &ready.provider.token_algorithms;
                let is_pinned = algorithm.is_some_and(|it| pinned.iter().any(|name| it == name.as_str()));
                if !is_pinned {
                    return Err(BAD);
                }
                let (signed, metadata) = ready.signed(token).await?.map_err(|_| BAD)?;
                let is_access = matches!(signed.typ.as_deref(), None | Some("jwt" | "at+jwt"));
                // What an introspection may leave out, a token must not (RFC 9068).
                let is_whole = ["aud", "exp"]
                    .iter()
                    .all(|name| signed.claims.get(*name).is_some_and(|claim| !claim.is_null()));
                // Where ID tokens have the same audience, one says of itself that it is none.
                let provider = &ready.provider;
                let is_told_apart = provider.token_audience.as_ref() != Some(&provider.client_id)
                    || signed.typ.as_deref() == Some("at+jwt")
                    || ["scope", "scp"]
                        .iter()
                        .any(|name| signed.claims.contains_key(*name));
                if !is_access || !is_whole || !is_told_apart || is_other_kind(&signed.claims) {
                    return Err(BAD);
                }
                let worth = self.worth(ready, &metadata, token, &signed.claims, client).await;
                self.remember(hash, &worth);
                worth.map(Some)
            }
            Seems::Opaque => self.opaque(token, hash, client).await.map(Some),
        }
    }

    /// Why this token was worth nothing a moment ago.
    fn remembered(&self, hash: &[u8; 32]) -> Option<Error> {
        let verdict = self.worthless.get(hash)?;
        (self.source.now().seconds() < verdict.until).then_some(verdict.error)
    }

    /// Keeps a verdict. That somebody does not answer, or asks too often, is none.
    fn remember(&self, hash: &[u8; 32], worth: &Result<Worth>) {
        if let Err(error @ (Error::Unauthenticated(_) | Error::Forbidden(_))) = worth {
            let verdict = Verdict {
                error: error.clone(),
                until: self.source.now().seconds() + KEEP_WORTHLESS,
            };
            self.worthless.insert(*hash, verdict);
        }
    }

    /// Asks each issuer that is asked, until one knows the token.
    async fn opaque(&self, token: &str, hash: &[u8; 32], client: &Client) -> Result<Worth> {
        self.limit
            .check(|| format!("tokens:{}", network_of_text(&client.address)))?;
        let mut silence = None;
        for ready in self.takers().filter(|ready| ready.provider.token_introspection) {
            let metadata = match ready.directory.known().await {
                Ok(metadata) => metadata,
                Err(failure) => {
                    silence = Some(failure);
                    continue;
                }
            };
            match self.introspect(ready, &metadata, token).await {
                Ok(Some(claims)) => {
                    let worth = if is_other_kind(&claims) {
                        Err(BAD)
                    } else {
                        self.worth(ready, &metadata, token, &claims, client).await
                    };
                    self.remember(hash, &worth);
                    return worth;
                }
                Ok(None) => {}
                Err(failure) => silence = Some(failure),
            }
        }
        // One that was not asked may know it.
        if let Some(failure) = silence {
            return Err(silent(failure));
        }
        let worth = Err(BAD);
        self.remember(hash, &worth);
        worth
    }

    async fn introspect(
        &self,
        ready: &Ready,
        metadata: &Metadata,
        token: &str,
    ) -> std::result::Result<Option<Claims>, NoAnswer> {
        let provider = &ready.provider;
        let unusable = || NoAnswer(format!("{} names no introspection endpoint", provider.issuer));
        let endpoint = metadata.additional_metadata().introspection_endpoint.as_deref();
        let endpoint = endpoint.ok_or_else(unusable)?;
        let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let mut form = format!("token={}&token_type_hint=access_token", encoded(token));
        let id = encoded(&provider.client_id);
        let mut request = HttpRequest::new(Vec::new());
        let headers = request.headers_mut();
        if let Some(secret) = &provider.client_secret {
            // RFC 6749, section 2.3.1: both are encoded before they are put together.
            let basic = STANDARD.encode(format!("{id}:{}", encoded(secret)));
            let basic = format!("Basic {basic}").parse().map_err(|_| unusable())?;
            headers.insert("Authorization", basic);
        } else {
            form = format!("{form}&client_id={id}");
        }
        headers.insert("Accept", HeaderValue::from_static("application/json"));
        headers.insert("Content-Type", HeaderValue::from_static(FORM));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.parse().map_err(|_| unusable())?;
        *request.body_mut() = form.into_bytes();
        let place = timeout(WAIT, ready.places.acquire()).await;
        let _place = place.map_err(|_| {
            NoAnswer(format!(
                "{} is asked about {AT_ONCE} tokens already",
                provider.issuer
            ))
        })?;
        let answer = ready.directory.outgoing().ask(request).await?;
        if answer.status() != 200 {
            return Err(NoAnswer(format!("{endpoint} answers {}", answer.status())));
        }
        let claims: Claims = serde_json::from_slice(answer.body())
            .map_err(|_| NoAnswer(format!("{endpoint} answers with no JSON object")))?;
        let is_active = claims.get("active") == Some(&Value::Bool(true));
        Ok(is_active.then_some(claims))
    }

    /// What claims are worth that the issuer vouches for.
    async fn worth(
        &self,
        ready: &Ready,
        metadata: &Metadata,
        token: &str,
        claims: &Claims,
        client: &Client,
    ) -> Result<Worth> {
        let provider = &ready.provider;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        if text("iss").is_some_and(|issuer| issuer != provider.issuer) {
            return Err(BAD);
        }
        let given_to = ["client_id", "azp", "cid"]
            .into_iter()
            .find_map(text)
            .unwrap_or_default();
        if !is_for_us(provider, claims.get("aud"), given_to) {
            return Err(BAD);
        }
        let now = self.source.now().seconds();
        let time = |name: &str, otherwise| match claims.get(name) {
            None => Some(otherwise),
            Some(value) => value
                .as_i64()
                .or_else(|| value.as_f64().map(|seconds| seconds as i64)),
        };
        // One without an end is looked at again soon; a time that is none is no time.
        let (Some(exp), Some(nbf), Some(iat)) = (time("exp", i64::MAX), time("nbf", 0), time("iat", now))
        else {
            return Err(BAD);
        };
        if exp <= now - LEEWAY || nbf > now + LEEWAY || iat > now + LEEWAY {
            return Err(BAD);
        }
        let names = names_in(provider, claims);
        let roles = strings(find(claims, &provider.roles_claim));
        let has =
            |claim: &crate::config::RequiredClaim| fulfils(find(claims, &claim.name), claim.value.as_deref());
        let lacks_role = provider
            .required_role
            .as_ref()
            .is_some_and(|role| !roles.contains(role));
        if lacks_role || !provider.required_claim.as_ref().is_none_or(has) {
            return Err(Error::Forbidden(
                "the token lacks the role that this service asks for",
            ));
        }
        let is_admin = provider
            .admin_role
            .as_ref()
            .is_some_and(|role| roles.contains(role));
        let scopes = scopes_of(provider, &names);
        let scopes = if is_admin {
            scopes.with(Scope::Admin)
        } else {
            scopes
        };
        let subject = text("sub").unwrap_or_default();
        let is_machine = (subject.is_empty() || subject == given_to)
            || text("gty") == Some("client-credentials")
            || provider.machine_claim.as_ref().is_some_and(has);
        let holder = if is_machine {
            let name = if subject.is_empty() { given_to } else { subject };
            if name.is_empty() {
                return Err(BAD);
            }
            let id = id_of_machine(&provider.issuer, name);
            log::info!(machine = id.to_string(), issuer = provider.issuer.as_str(), name = on_one_line(name);
                "a machine's token was verified");
            Holder::Machine(id)
        } else {
            let told = Told {
                subject: subject.to_owned(),
                id_token: claims.clone(),
                access_token: token.to_owned(),
                scopes: names.clone(),
            };
            let user = self.account(ready, metadata, told, client).await?;
            let role = if is_admin { Role::Admin } else { Role::User };
            let role = provider.admin_role.as_ref().map(|_| role);
            Holder::Person {
                user: Box::new(user),
                role,
            }
        };
        Ok(Worth {
            holder,
            scopes,
            client: given_to.to_owned(),
            iat,
            nbf: nbf.saturating_sub(LEEWAY),
            exp: exp.saturating_add(LEEWAY),
        })
    }

    /// The account of a person, which is made if that is allowed.
    async fn account(&self, ready: &Ready, metadata: &Metadata, told: Told, client: &Client) -> Result<User> {
        let provider = &ready.provider;
        let identity = provider_identity(&provider.issuer, &told.subject);
        let known = self.linking.known(&identity).await?;
        let user = match known {
            Some(user) => user,
            None => {
                // Only now is it worth asking who it is, and not without end for tokens of many who have no account.
                self.limit
                    .check(|| format!("people:{}", network_of_text(&client.address)))?;
                let outgoing = ready.directory.outgoing();
                let found = person::holder(provider, metadata, outgoing, &told).await;
                let person = found.map_err(refusal)?;
                let made = self.linking.found_or_made(provider, &person, false, client).await;
                made.map_err(refusal)?
            }
        };
        if user.disabled {
            return Err(BAD);
        }
        if self.unverified == UnverifiedEmail::Refused && !user.email_verified {
            return Err(Error::Forbidden(
                "the e-mail address of the token's account is not verified",
            ));
        }
        Ok(user)
    }
}

/// The issuer that a JWT names.
fn issuer_of(token: &str) -> Option<String> {
    let claims = jwt::payload(token)?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// Whether it is meant for this service; of an issuer that says nothing of audiences, whether it was given to our own
/// client.
fn is_for_us(provider: &Provider, aud: Option<&Value>, given_to: &str) -> bool {
    let ours = provider.token_audience.as_deref();
    match aud {
        Some(Value::String(one)) => Some(one.as_str()) == ours,
        Some(Value::Array(all)) => all
            .iter()
            .any(|one| one.as_str().is_some_and(|one| Some(one) == ours)),
        None | Some(Value::Null) => given_to == provider.client_id,
        Some(_) => false,
    }
}

/// Whether claims are those of an ID token, a logout token or a refresh token: of the same issuer and signed alike.
fn is_other_kind(claims: &Claims) -> bool {
    let marks = ["nonce", "at_hash", "c_hash", "s_hash", "events"];
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let kind = text("typ");
    // As some say at introspection.
    let is_refresh = ["token_use", "token_type"]
        .into_iter()
        .filter_map(text)
        .any(|kind| kind.to_ascii_lowercase().contains("refresh"));
    is_refresh
        || text("token_use").is_some_and(|usage| usage == "id" || usage == "id_token")
        || marks.iter().any(|mark| claims.contains_key(*mark))
        || kind
            .is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer") && !kind.eq_ignore_ascii_case("at+jwt"))
}

/// The scopes and the roles of a token, by the names that the issuer has for them.
fn names_in(provider: &Provider, claims: &Claims) -> Vec<String> {
    let places = ["scope", "scp", provider.roles_claim.as_str()];
    let mut names: Vec<String> = places
        .into_iter()
        .flat_map(|place| strings(find(claims, place)))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn scopes_of(provider: &Provider, names: &[String]) -> Scopes {
    let ours = |name: &String| {
        if provider.token_scopes.is_empty() {
            return Scope::from_name(name).into_iter().collect::<Vec<_>>();
        }
        let pairs = provider.token_scopes.iter();
        pairs
            .filter(|(theirs, _)| theirs == name)
            .map(|(_, ours)| *ours)
            .collect()
    };
    names.iter().flat_map(ours).fold(Scopes::NONE, Scopes::with)
}

/// A name as it may stand in the log.
fn on_one_line(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect()
}

/// Nothing but this id is kept of a machine; the log says whose it is.
fn id_of_machine(issuer: &str, name: &str) -> Id {
    id_of(format!("machine|{issuer}|{name}").as_bytes())
}

/// Why somebody has no account, for a program.
fn refusal(refused: Refused) -> Error {
    match refused {
        Refused::Failed(error) => error,
        Refused::NoAnswer(cause) => silent(NoAnswer(cause)),
        Refused::Disabled | Refused::NotBelieved(_) => BAD,
        Refused::EmailTaken => Error::Forbidden(
            "there is an account with the token's e-mail address; sign in to it, and add this provider to it",
        ),
        Refused::NoEmail => {
            Error::Forbidden("there is no account for this token, and it tells no e-mail address")
        }
        _ => Error::Forbidden("there is no account for this token, and none is made"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_machine_is_logged_on_one_line() {
        assert_eq!(on_one_line("robot@clients"), "robot@clients");
        assert_eq!(on_one_line("a\nb\u{1b}[31m\u{0}\u{85}c"), "ab[31mc");
        assert_eq!(on_one_line(&"é".repeat(300)).chars().count(), LONGEST_NAME);
    }

    #[test]
    fn the_id_of_a_machine_is_what_the_documents_say() {
        // printf %s 'machine|https://id.example.org|robot' | sha256sum | cut -c 1-24
        assert_eq!(
            id_of_machine("https://id.example.org", "robot").to_string(),
            "520ecc57f395a19bb3c8591e"
        );
    }
}
