//! Whether people can sign in through the configured providers: each is asked what it says of itself and for its keys,
//! and what it says is compared with what this service needs. Nobody is signed in.

use super::{Finding, in_time};
use crate::clock::Source;
use crate::config::{Config, Provider};
use crate::service::providers::{Returns, examine as look_at};

/// So far may a clock be off, in seconds.
const CLOCKS: i64 = 30;

pub(super) async fn examine(config: &Config, source: &dyn Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for provider in &config.providers {
        findings.push(one(config, provider, source).await);
    }
    findings
}

async fn one(config: &Config, provider: &Provider, source: &dyn Source) -> Finding {
    let (name, issuer) = (&provider.name, &provider.issuer);
    let check = format!("provider {name}");
    let seen = match in_time(look_at(provider, &config.public_url, source))
        .await
        .flatten()
    {
        Ok(seen) => seen,
        Err(words) => {
            return Finding::failed(
                check,
                words,
                format!(
                    "look at providers.{name}.issuer, which is {issuer}: exactly what stands as \"issuer\" in its \
                     document /.well-known/openid-configuration"
                ),
            );
        }
    };
    let fail = |words: String, cure: String| Finding::failed(check.clone(), words, cure);
    if seen.keys == 0 {
        return fail(
            "it publishes no key that signs ID tokens".into(),
            "have it sign them with RS256, ES256 or another algorithm with a public key".into(),
        );
    }
    if !seen.takes_code {
        return fail(
            "it does not offer the code flow".into(),
            "allow the response type code there".into(),
        );
    }
    if seen.returns == Returns::Refused {
        return fail(
            format!(
                "it does not take the address that people come back to, {}",
                seen.redirect
            ),
            format!(
                "enter {} there among the allowed callback (redirect) addresses of {}",
                seen.redirect, provider.client_id
            ),
        );
    }
    if let Returns::Failed(status) = seen.returns {
        return fail(
            format!("its authorization endpoint answers {status}, and nobody can sign in"),
            "look there for what is wrong: it is a fault of the provider's, or of what stands in front of it"
                .into(),
        );
    }
    if provider.token_introspection && !seen.has_introspection {
        return fail(
            "it names no introspection endpoint, and so its tokens that are no JWTs cannot be taken".into(),
            format!("unset providers.{name}.token_introspection, or have it give JWTs"),
        );
    }
    if let Some(off) = seen.clock_off.filter(|off| off.abs() > CLOCKS) {
        return Finding::warning(
            check,
            format!(
                "its clock is {} s {} ours",
                off.abs(),
                if off > 0 { "before" } else { "behind" }
            ),
            "set the clock of this machine by NTP: tokens seem to have ended, or not to have begun",
        );
    }
    if !seen.lacking_scopes.is_empty() {
        return Finding::warning(
            check,
            format!("it does not know the scopes {}", seen.lacking_scopes.join(", ")),
            format!("look at providers.{name}.scopes"),
        );
    }
    if provider.client_secret.is_none() && !seen.takes_public_clients {
        return Finding::warning(
            check,
            "it says that clients need a secret, and there is none",
            format!("set providers.{name}.client_secret_file"),
        );
    }
    if seen.returns == Returns::Unseen {
        return Finding::warning(
            check,
            format!(
                "whether it takes the address that people come back to, {}, could not be seen",
                seen.redirect
            ),
            format!(
                "sign in once, and if it shows an error enter {} there among the allowed callback (redirect) \
                 addresses of {}",
                seen.redirect, provider.client_id
            ),
        );
    }
    let ends = match (
        provider.logout_url.is_some() || seen.has_end_session,
        seen.tells_ends,
    ) {
        (true, true) => "ends sessions on both sides",
        (true, false) => "ends its session when ours ends, and does not tell when it ends one",
        (false, true) => "tells when it ends a session; set logout_url for its session to end with ours",
        (false, false) => "keeps its session when ours ends; set logout_url if it has such a page",
    };
    Finding::ok(
        check,
        format!(
            "{issuer} answers with {} keys, takes {}, {ends}",
            seen.keys, seen.redirect
        ),
    )
}
