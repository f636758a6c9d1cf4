//! The code flow with PKCE: the address that people are sent to, and what comes of the code that they bring back.

use std::borrow::Cow;
use std::sync::Arc;

use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreIdTokenVerifier,
    CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, JwsSigningAlgorithm as _, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, SignatureVerificationError,
    StandardErrorResponse, TokenResponse as _,
};
use url::Url;

use super::directory::{Directory, Metadata};
use super::flow::Flow;
use super::jwt;
use super::outgoing::NoAnswer;
use super::person::Told;
use super::refused::Refused;
use crate::config::Provider;
use crate::model::Timestamp;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// How far the provider's clock may be from ours, in seconds.
const LEEWAY: i64 = 60;

fn client(provider: &Provider, metadata: &Metadata, redirect: &str) -> Result<Client, NoAnswer> {
    let secret = provider.client_secret.clone().map(ClientSecret::new);
    let redirect = RedirectUrl::new(redirect.to_owned()).map_err(|error| NoAnswer(error.to_string()))?;
    let methods = metadata.token_endpoint_auth_methods_supported();
    // Without a word of it the header is what every provider takes.
    let takes_header =
        methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let auth_type = if takes_header {
        AuthType::BasicAuth
    } else {
        AuthType::RequestBody
    };
    let id = ClientId::new(provider.client_id.clone());
    let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret);
    Ok(client.set_redirect_uri(redirect).set_auth_type(auth_type))
}

/// Where the person is sent. `again`: and is asked there who it is, even if the provider knows.
///
/// # Errors
/// A sentence, if the provider's address is none for a browser.
pub fn address(
    provider: &Provider,
    metadata: &Metadata,
    redirect: &str,
    flow: &Flow,
    again: bool,
) -> Result<Url, NoAnswer> {
    let client = client(provider, metadata, redirect)?;
    let verifier = PkceCodeVerifier::new(flow.verifier.clone());
    let (state, nonce) = (flow.state.clone(), flow.nonce.clone());
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            || CsrfToken::new(state),
            || Nonce::new(nonce),
        )
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    // The library adds `openid` itself.
    for scope in provider.scopes.iter().filter(|scope| *scope != "openid") {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    if let Some(audience) = &provider.audience {
        request = request.add_extra_param("audience", audience.clone());
    }
    if provider.form_post {
        request = request.add_extra_param("response_mode", "form_post");
    }
    if again {
        // With an age, it has to say when it asked.
        request = request
            .add_extra_param("prompt", "login")
            .add_extra_param("max_age", "0");
    }
    let (url, _, _) = request.url();
    if !matches!(url.scheme(), "https" | "http") {
        return Err(NoAnswer(
            "its authorization endpoint is no address for a browser".into(),
        ));
    }
    Ok(url)
}

/// Fetches the tokens for a code, and verifies them.
///
/// # Errors
/// `NotBelieved` for whatever is not exactly as it must be, `NoAnswer` if the provider does not answer.
pub async fn redeem(
    provider: &Provider,
    directory: &Directory,
    redirect: &str,
    flow: &Flow,
    code: &str,
    now: Timestamp,
) -> Result<(Told, Arc<Metadata>), Refused> {
    let mut metadata = directory.known().await?;
    let tokens = exchange(provider, directory, &metadata, redirect, flow, code).await?;
    let verified = match verify(provider, &metadata, &tokens, flow, now) {
        // It may be signed by a key that is newer than what is known.
        Err(Doubt::Key(words)) => match directory.with_keys_anew(&metadata).await? {
            Some(newer) => {
                metadata = newer;
                verify(provider, &metadata, &tokens, flow, now)
            }
            None => Err(Doubt::Key(words)),
        },
        other => other,
    };
    let told = verified.map_err(|(Doubt::Key(words) | Doubt::Other(words))| Refused::NotBelieved(words))?;
    Ok((told, metadata))
}

async fn exchange(
    provider: &Provider,
    directory: &Directory,
    metadata: &Metadata,
    redirect: &str,
    flow: &Flow,
    code: &str,
) -> Result<CoreTokenResponse, Refused> {
    type Failure = RequestTokenError<NoAnswer, StandardErrorResponse<CoreErrorResponseType>>;
    let client = client(provider, metadata, redirect)?;
    let request = client
        .exchange_code(AuthorizationCode::new(code.to_owned()))
        .map_err(|_| NoAnswer("it names no token endpoint".into()))?
        .set_redirect_uri(Cow::Owned(
            RedirectUrl::new(redirect.to_owned()).map_err(|error| NoAnswer(error.to_string()))?,
        ))
        .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()));
    let answer: Result<_, Failure> = request.request_async(directory.outgoing()).await;
    answer.map_err(|error| match error {
        Failure::Request(failure) => failure.into(),
        // The name of the error alone: what else is in it may be anything.
        Failure::ServerResponse(response) => {
            Refused::NotBelieved(format!("it refuses the code: {}", response.error().as_ref()))
        }
        Failure::Parse(error, _) => Refused::NotBelieved(format!("its tokens cannot be read: {error}")),
        Failure::Other(words) => Refused::NotBelieved(words),
    })
}

/// Why an ID token is not believed.
enum Doubt {
    /// Its key is not among those that are known.
    Key(String),
    Other(String),
}

fn verify(
    provider: &Provider,
    metadata: &Metadata,
    tokens: &CoreTokenResponse,
    flow: &Flow,
    now: Timestamp,
) -> Result<Told, Doubt> {
    let other = |words: &str| Doubt::Other(words.to_owned());
    let id_token = tokens.id_token().ok_or_else(|| other("there is no ID token"))?;
    let verifier = verifier(provider, metadata, now);
    let claims = id_token
        .claims(&verifier, &Nonce::new(flow.nonce.clone()))
        .map_err(|error| match &error {
            ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey
                | SignatureVerificationError::AmbiguousKeyId(_)
                | SignatureVerificationError::CryptoError(_)
                | SignatureVerificationError::InvalidKey(_),
            ) => Doubt::Key(error.to_string()),
            _ => Doubt::Other(error.to_string()),
        })?;
    let is_for_other = claims
        .authorized_party()
        .is_some_and(|party| party.as_str() != provider.client_id);
    if is_for_other {
        return Err(other("the ID token was made for another client"));
    }
    if let Some(hash) = claims.access_token_hash() {
        let algorithm = id_token
            .signing_alg()
            .map_err(|error| Doubt::Other(error.to_string()))?;
        let key = id_token
            .signing_key(&verifier)
            .map_err(|error| Doubt::Other(error.to_string()))?;
        let own = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if own.map_err(|error| Doubt::Other(error.to_string()))? != *hash {
            return Err(other("the ID token belongs to another access token"));
        }
    }
    let payload = jwt::payload(&id_token.to_string()).ok_or_else(|| other("the ID token has no claims"))?;
    let scopes = tokens.scopes().into_iter().flatten();
    Ok(Told {
        subject: claims.subject().as_str().to_owned(),
        id_token: payload,
        access_token: tokens.access_token().secret().clone(),
        scopes: scopes.map(|scope| scope.as_str().to_owned()).collect(),
    })
}

/// Signed by a key of the provider with one of the algorithms that it names, of this issuer, for this client, in
/// time.
fn verifier(provider: &Provider, metadata: &Metadata, now: Timestamp) -> CoreIdTokenVerifier<'static> {
    let named = metadata.id_token_signing_alg_values_supported();
    let is_public = |algorithm: &&CoreJwsSigningAlgorithm| {
        **algorithm != CoreJwsSigningAlgorithm::None && !algorithm.uses_shared_secret()
    };
    let algorithms: Vec<_> = named.iter().filter(is_public).cloned().collect();
    let moment = |seconds: i64| {
        chrono::DateTime::from_timestamp_millis(now.plus_seconds(seconds).millis()).unwrap_or_default()
    };
    let (earliest_end, latest_issue) = (moment(-LEEWAY), moment(LEEWAY));
    CoreIdTokenVerifier::new_public_client(
        ClientId::new(provider.client_id.clone()),
        metadata.issuer().clone(),
        metadata.jwks().clone(),
    )
    .set_allowed_algs(algorithms)
    .set_time_fn(move || earliest_end)
    .set_issue_time_verifier_fn(move |issued| {
        if issued <= latest_issue {
            Ok(())
        } else {
            Err("it was issued in the future".into())
        }
    })
}
