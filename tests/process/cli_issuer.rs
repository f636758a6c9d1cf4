//! `rondo login --issuer`: the device flow at a certified OpenID provider (tests/provider/device.mjs), in a process of
//! its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rondo::client::oauth::{Begun, Provider, Tokens, Wish};
use rondo::client::{Address, Failure, Wire};
use rondo::model::Timestamp;

use crate::at_the_command_line::{Desk, SIGN_IN, ended_with};
use crate::common::database::skip;
use crate::installation::Installation;

/// The provider. It ends when it is dropped.
struct Issuer {
    address: String,
    process: Child,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Issuer {
    /// `None` if it was left out on purpose.
    fn spawn() -> Option<Self> {
        let node = std::env::var("TEST_PROVIDER_NODE").unwrap_or_default();
        if node.is_empty() {
            let skipped = std::env::var("TEST_SKIP").unwrap_or_default();
            assert!(
                skipped.split(',').any(|part| part.trim() == "provider"),
                "TEST_PROVIDER_NODE is not set: run `make test`, or skip on purpose with TEST_SKIP=provider"
            );
            skip("the OpenID provider is left out by TEST_SKIP");
            return None;
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider/device.mjs");
        let mut process = Command::new(node)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("TEST_PROVIDER_NODE runs");
        let mut line = String::new();
        let mut out = BufReader::new(process.stdout.take().expect("it is piped"));
        out.read_line(&mut line).expect("it prints its address");
        let address = line.trim().to_owned();
        assert!(
            address.starts_with("http://127.0.0.1:"),
            "{address}: `npm ci` in tests/provider"
        );
        Some(Self { address, process })
    }

    async fn answer(&self, code: &str, allow: bool) {
        let address = format!("{}/control/answer?user_code={code}&allow={allow}", self.address);
        let answered = reqwest::Client::new().post(address).send().await;
        assert_eq!(answered.expect("an answer").status(), 200);
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

/// What a command line does at the provider.
struct Program {
    wire: Wire,
    provider: Provider,
}

impl Program {
    async fn at(issuer: &Issuer) -> Self {
        let address: Address = issuer.address.parse().expect("an address");
        let wire = Wire::new(address.url(), false).expect("it can ask");
        let provider = Provider::discover(&wire, &address, "rondo-cli", false).await;
        let provider = provider.unwrap_or_else(|failure| panic!("{failure:?}"));
        Self { wire, provider }
    }

    async fn begin(&self) -> Begun {
        let wish = Wish {
            scope: Some("openid offline_access".into()),
            ..Wish::default()
        };
        let begun = self.provider.begin(&self.wire, &wish).await;
        begun.unwrap_or_else(|failure| panic!("{failure:?}"))
    }

    async fn wait(&self, begun: &Begun) -> Result<Tokens, Failure> {
        self.provider.wait(&self.wire, begun).await
    }
}

#[test]
fn a_program_is_let_in_refreshes_and_signs_out_at_a_real_provider() {
    let Some(issuer) = Issuer::spawn() else { return };
    runtime().block_on(async {
        let program = Program::at(&issuer).await;
        let begun = program.begin().await;
        assert!(begun.verification_uri.starts_with(&issuer.address));
        issuer.answer(&begun.user_code, true).await;
        let tokens = program.wait(&begun).await;
        let tokens = tokens.unwrap_or_else(|failure| panic!("{failure:?}"));
        let now = Timestamp::from_millis(0);
        let first = program.provider.entry(tokens, now, None);
        assert_eq!(first.scope, "openid offline_access");
        assert_eq!(first.expires_at, Some(now.plus_seconds(3600)));
        // As another command finds it later.
        let server = Address::usual();
        let kept = Provider::of_entry(&server, &first).expect("what is kept is sound");
        let refresh_token = first.refresh_token.as_deref().expect("a refresh token");
        let tokens = kept.refresh(&program.wire, refresh_token).await;
        let tokens = tokens.unwrap_or_else(|failure| panic!("{failure:?}"));
        let second = kept.entry(tokens, now, Some(&first));
        assert_ne!(second.access_token, first.access_token);
        assert_eq!(second.issuer, first.issuer);
        kept.revoke(&program.wire, &second).await.expect("it is revoked");
        let last = second.refresh_token.as_deref().expect("a refresh token");
        let ended = kept.refresh(&program.wire, last).await;
        assert!(matches!(ended, Err(Failure::NotSignedIn(_))));

        let begun = program.begin().await;
        issuer.answer(&begun.user_code, false).await;
        let refused = program.wait(&begun).await;
        assert!(matches!(refused, Err(Failure::Failed(words)) if words.contains("refused")));
    });
}

/// The arguments for a sign-in at the provider, as this client of it.
fn login_at<'a>(issuer: &'a Issuer, desk: &'a Desk<'_>, client: &'a str) -> [&'a str; 7] {
    [
        "login",
        "--server",
        &desk.address,
        "--issuer",
        &issuer.address,
        "--client-id",
        client,
    ]
}

#[test]
fn tokens_that_the_service_does_not_take_are_not_kept() {
    let Some(issuer) = Issuer::spawn() else { return };
    let site = Installation::sqlite();
    let server = site.serve();
    let desk = Desk::new(&site, &server, "home");
    ended_with(
        &desk.run(&login_at(&issuer, &desk, "nobody")),
        1,
        &["does not know the client", "nobody"],
    );
    let mut login = desk.begin(&login_at(&issuer, &desk, "rondo-cli"));
    let code = login.code();
    let shown = login.process.log();
    assert!(shown.contains(&format!("{}/device", issuer.address)), "{shown}");
    runtime().block_on(issuer.answer(&code, true));
    let status = login.process.end(SIGN_IN);
    let said = login.process.log();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(said.contains("does not take the tokens of this issuer"), "{said}");
    assert!(!desk.credentials().exists());
}

/// An installation that takes the tokens of the provider's client for programs.
fn site_that_takes_tokens(issuer: &Issuer, registration: &str) -> Installation {
    let mut site = Installation::sqlite();
    for (setting, value) in [
        ("ISSUER", issuer.address.as_str()),
        ("CLIENT_ID", "rondo-cli"),
        ("PRIVATE_ADDRESSES", "true"),
        ("TOKEN_AUDIENCE", "https://todo.example"),
        ("TOKEN_INTROSPECTION", "true"),
        ("REGISTRATION", registration),
    ] {
        site.set(&format!("RONDO_PROVIDER_WORK_{setting}"), value);
    }
    site
}

/// Signs in at the provider, with no scope of ours; the status and what was said.
fn signs_in_at(issuer: &Issuer, desk: &Desk<'_>) -> (Option<i32>, String) {
    let at_provider = login_at(issuer, desk, "rondo-cli");
    let mut login = desk.begin(&[&at_provider[..], &["--scope", "openid"]].concat());
    let code = login.code();
    runtime().block_on(issuer.answer(&code, true));
    let status = login.process.end(SIGN_IN);
    (status.code(), login.process.log())
}

#[test]
fn somebody_who_has_no_account_and_gets_none_is_not_signed_in_and_loses_nothing() {
    let Some(issuer) = Issuer::spawn() else { return };
    let site = site_that_takes_tokens(&issuer, "closed");
    let server = site.serve();
    let person = server.person("person@example.org");
    let desk = Desk::signed_in(&site, &server, &person.access_token);
    let before = desk.entry();
    let (code, said) = signs_in_at(&issuer, &desk);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("there is no account for this token") && said.contains("nobody is signed in"),
        "{said}"
    );
    assert_eq!(desk.entry(), before);
    let kept = before["access_token"].as_str().expect("a token");
    assert_eq!(server.me(kept).status, 200, "the session of before goes on");
}

#[test]
fn somebody_whose_profile_is_not_to_be_known_is_signed_in() {
    let Some(issuer) = Issuer::spawn() else { return };
    let site = site_that_takes_tokens(&issuer, "open");
    let server = site.serve();
    let desk = Desk::new(&site, &server, "home");
    let (code, said) = signs_in_at(&issuer, &desk);
    assert_eq!(code, Some(0), "{said}");
    let kept = desk.entry()["access_token"].as_str().expect("a token").to_owned();
    let refused = server.me(&kept);
    assert_eq!(refused.status, 403);
    let challenge = refused.header("WWW-Authenticate").expect("a challenge");
    assert!(challenge.contains("insufficient_scope"), "{challenge}");
}

#[test]
fn an_issuer_that_calls_itself_otherwise_is_not_asked() {
    let Some(issuer) = Issuer::spawn() else { return };
    let site = Installation::empty();
    let named = issuer.address.replace("127.0.0.1", "localhost");
    let ended = site.run(&[
        "login",
        "--config",
        "mine.json",
        "--issuer",
        &named,
        "--client-id",
        "rondo-cli",
    ]);
    ended_with(&ended, 1, &["calls itself", &issuer.address]);
    assert!(ended.took < Duration::from_secs(30), "{ended:?}");
}
