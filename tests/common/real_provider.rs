//! A certified OpenID provider (tests/provider) in a process of its own, and a browser that goes through its pages.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::Url;

use super::database::skip;

/// The provider. It ends when it is dropped.
pub struct RealProvider {
    pub issuer: String,
    process: Child,
}

impl Drop for RealProvider {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl RealProvider {
    /// One that sends people back to `redirect`, and to `after` when they have signed out; `None` if it was left out
    /// on purpose.
    pub async fn spawn(redirect: &str, after: &str) -> Option<Self> {
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
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/provider/provider.mjs");
        let mut process = Command::new(node)
            .arg(script)
            .args([redirect, after])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("TEST_PROVIDER_NODE runs");
        let out = process.stdout.take().expect("it is piped");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(out)
                .read_line(&mut line)
                .expect("it prints its address");
            line
        });
        let issuer = line.await.expect("it prints its address").trim().to_owned();
        assert!(
            issuer.starts_with("http://127.0.0.1:"),
            "{issuer}: `npm ci` in tests/provider"
        );
        Some(Self { issuer, process })
    }

    async fn control(&self, what: &str) {
        let asked = reqwest::Client::new()
            .post(format!("{}/control/{what}", self.issuer))
            .send();
        assert_eq!(asked.await.expect("an answer").status(), 200);
    }

    /// It signs with a new key from now on.
    pub async fn rotates(&self) {
        self.control("rotate").await;
    }

    /// A token of the client `robot` of its own, for this resource and these scopes.
    pub async fn robot(&self, resource: &str, scope: &str) -> String {
        let form = [
            ("grant_type", "client_credentials"),
            ("resource", resource),
            ("scope", scope),
        ];
        let asked = reqwest::Client::new()
            .post(format!("{}/token", self.issuer))
            .basic_auth("robot", Some(super::provider::CLIENT_SECRET))
            .form(&form)
            .send();
        let answer = asked.await.expect("an answer");
        let (status, told) = (
            answer.status(),
            answer.json::<serde_json::Value>().await.expect("JSON"),
        );
        assert_eq!(status, 200, "{told}");
        told["access_token"].as_str().expect("a token").to_owned()
    }

    /// It sends its logout tokens there.
    pub async fn tells(&self, address: &str) {
        let address: String = address.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.control(&format!("forward?to={address}")).await;
    }
}

/// A browser, as far as it is at the provider.
pub struct Visitor {
    client: reqwest::Client,
}

impl Default for Visitor {
    fn default() -> Self {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true);
        Self {
            client: client.build().expect("a client"),
        }
    }
}

impl Visitor {
    /// Opens the address, answers every page as the person of this name, and says where it ends: the first address
    /// that is not the provider's.
    pub async fn goes(&self, address: &str, name: &str) -> Url {
        let mut url: Url = address.parse().expect("an address");
        let home = url.origin();
        let mut request = self.client.get(url.clone());
        for _ in 0..12 {
            let answer = request.send().await.expect("an answer");
            if let Some(location) = answer.headers().get("location") {
                url = url.join(location.to_str().expect("ASCII")).expect("an address");
                if url.origin() != home {
                    return url;
                }
                request = self.client.get(url.clone());
                continue;
            }
            let page = answer.text().await.expect("a page");
            let action = attribute(&page, "action=\"").unwrap_or_else(|| panic!("no form: {page}"));
            let mut form = BTreeMap::new();
            if page.contains("name=\"login\"") {
                form.extend([("prompt", "login"), ("login", name), ("password", "any")]);
            } else if let Some(secret) = attribute(&page, "name=\"xsrf\" value=\"") {
                form.extend([("xsrf", secret), ("logout", "yes")]);
            } else {
                form.insert("prompt", "consent");
            }
            url = url.join(&action.replace("&amp;", "&")).expect("an address");
            let mut body = Url::parse("http://form.test/").expect("an address");
            body.query_pairs_mut().extend_pairs(&form);
            request = self
                .client
                .post(url.clone())
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body.query().unwrap_or_default().to_owned());
        }
        panic!("the provider goes round in circles at {url}");
    }
}

fn attribute<'p>(page: &'p str, beginning: &str) -> Option<&'p str> {
    page.split(beginning).nth(1)?.split('"').next()
}
