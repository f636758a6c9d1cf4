//! `rondo doctor` on the OpenID providers: well, and wrong in each way that one is set up wrongly.

use serde_json::{Value, json};

use crate::common::provider::{Answer, Provider};
use crate::doctor::examine;
use crate::installation::Installation;

const CHECK: &str = "provider work";
const DISCOVERY: &str = "/.well-known/openid-configuration";

/// An installation that knows this provider. It is asked from another process, so that this one may wait for it.
fn site(provider: &Provider) -> Installation {
    let mut site = Installation::sqlite();
    for (name, value) in provider.settings("work") {
        site.set(&name, &value);
    }
    site.set("RONDO_PUBLIC_URL", "http://127.0.0.1:4000");
    site
}

/// What is said of the provider: the state, the words and the cure.
fn told(site: &Installation) -> (String, String, String) {
    let findings = tokio::task::block_in_place(|| examine(site));
    let check = findings.check(CHECK);
    let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
    (text("state"), text("says"), text("cure"))
}

/// What an honest provider says of itself, changed.
fn document(provider: &Provider, change: impl FnOnce(&mut Value)) -> Answer {
    let at = |path: &str| format!("{}{path}", provider.issuer);
    let mut document = json!({
        "issuer": provider.issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"], "scopes_supported": ["openid", "email", "profile"],
        "backchannel_logout_supported": true, "end_session_endpoint": at("/logout"),
    });
    change(&mut document);
    Answer::json(&document)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_is_set_up_rightly_is_well() {
    let provider = Provider::spawn().await;
    let back = Answer::redirect("http://127.0.0.1:4000/callback/work?error=login_required");
    provider.answers("/authorize", back);
    provider.answers(DISCOVERY, document(&provider, |_| {}));
    let site = site(&provider);
    let (state, says, _) = told(&site);
    assert_eq!(state, "ok", "{says}");
    assert!(
        says.contains("answers with 1 keys") && says.contains("http://127.0.0.1:4000/callback/work"),
        "{says}"
    );
    assert!(says.contains("ends sessions on both sides"), "{says}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_a_provider_is_to_be_asked_about_need_a_place_to_ask() {
    let provider = Provider::spawn().await;
    let back = Answer::redirect("http://127.0.0.1:4000/callback/work?error=login_required");
    provider.answers("/authorize", back);
    provider.answers(DISCOVERY, document(&provider, |_| {}));
    let mut site = site(&provider);
    site.set("RONDO_PROVIDER_WORK_TOKEN_AUDIENCE", "https://todo.example");
    site.set("RONDO_PROVIDER_WORK_TOKEN_INTROSPECTION", "true");
    let (state, says, cure) = told(&site);
    assert_eq!(state, "failed", "{says}");
    assert!(
        says.contains("introspection endpoint") && cure.contains("token_introspection"),
        "{cure}"
    );
    let named =
        |it: &mut Value| it["introspection_endpoint"] = format!("{}/introspect", provider.issuer).into();
    provider.answers(DISCOVERY, document(&provider, named));
    assert_eq!(told(&site).0, "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_provider_is_told_with_what_to_do() {
    let provider = Provider::spawn().await;
    let site = site(&provider);
    let back = || Answer::redirect("http://127.0.0.1:4000/callback/work?error=login_required");
    let day = |answer: Answer, date: &str| Answer {
        headers: [answer.headers, vec![("Date".into(), date.into())]].concat(),
        ..answer
    };
    let cases: [(&str, Answer, &str, &str, &str); 10] = [
        (
            DISCOVERY,
            document(&provider, |document| {
                document["issuer"] = "https://other.example".into()
            }),
            "failed",
            "https://other.example",
            "providers.work.issuer",
        ),
        (
            DISCOVERY,
            Answer::failure(404, "x"),
            "failed",
            "404",
            "providers.work.issuer",
        ),
        (
            DISCOVERY,
            Answer::redirect("https://other.example"),
            "failed",
            "redirect",
            "providers.work.issuer",
        ),
        (
            "/keys",
            Answer::json(&json!({ "keys": [] })),
            "failed",
            "no key",
            "RS256",
        ),
        (
            "/authorize",
            Answer::failure(400, "invalid_redirect_uri"),
            "failed",
            "/callback/work",
            "callback (redirect)",
        ),
        (
            "/authorize",
            Answer::failure(502, "bad gateway"),
            "failed",
            "answers 502",
            "a fault of the provider's",
        ),
        (
            "/authorize",
            Answer::redirect("https://other.example/callback/work"),
            "warning",
            "could not be seen",
            "http://127.0.0.1:4000/callback/work",
        ),
        (
            "/authorize",
            Answer::json(&json!({})),
            "warning",
            "could not be seen",
            "sign in once",
        ),
        (
            "/authorize",
            day(back(), "Sun, 22 Nov 2020 09:30:00 GMT"),
            "warning",
            "its clock is",
            "NTP",
        ),
        (
            DISCOVERY,
            document(&provider, |document| {
                document["scopes_supported"] = json!(["openid"])
            }),
            "warning",
            "profile, email",
            "providers.work.scopes",
        ),
    ];
    for (path, answer, state, says, cure) in cases {
        provider.is_honest();
        provider.answers("/authorize", back());
        provider.answers(path, answer);
        let found = told(&site);
        assert_eq!(found.0, state, "{path} {found:?}");
        assert!(found.1.contains(says) && found.2.contains(cure), "{found:?}");
    }
    drop(provider);
    let (state, says, cure) = told(&site);
    assert_eq!(state, "failed", "{says}");
    assert!(cure.contains("providers.work.issuer"), "{cure}");
}
