//! What the tests of sign-in through providers share: a service that knows one, and a browser that goes there and
//! comes back.

use std::collections::BTreeMap;

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::provider::Provider;
use crate::common::{Keeper, TestApp};
use crate::support::{Answer, ask, text};

/// Makes a test on each keeper of each scenario, an `async fn` that takes the kind of keeper.
macro_rules! on_each_store {
    ($($scenario:ident),+ $(,)?) => {
        mod sqlite {
            $crate::providers_support::on_each_store!(@ Sqlite $($scenario),+);
        }
        mod mongo {
            $crate::providers_support::on_each_store!(@ Mongo $($scenario),+);
        }
    };
    (@ $keeper:ident $($scenario:ident),+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                super::$scenario($crate::common::Keeper::$keeper).await;
            }
        )+
    };
}
pub(crate) use on_each_store;

/// The name under which the service knows the provider.
pub const NAME: &str = "work";
/// The cookie of a sign-in that was begun.
pub const SIGN_IN: &str = "__Host-rondo_sign_in";
/// The cookie of a session.
pub const SESSION: &str = "__Host-rondo_refresh";

/// A service that knows one provider, with further settings of it (`ADMIN_ROLE`), or of the service if they begin
/// with `RONDO_`.
pub async fn scene(keeper: Keeper, more: &[(&str, &str)]) -> Option<(TestApp, Provider)> {
    let provider = Provider::spawn().await;
    let mut settings = provider.settings(NAME);
    settings.extend(more.iter().map(|(name, value)| {
        let name = if name.starts_with("RONDO_") {
            (*name).to_owned()
        } else {
            format!("RONDO_PROVIDER_WORK_{name}")
        };
        (name, (*value).to_owned())
    }));
    let settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let app = TestApp::spawn_with(keeper, &settings).await?;
    Some((app, provider))
}

/// A browser: keeps cookies, and goes where it is told to go on only when a test says so.
pub struct Browser<'a> {
    app: &'a TestApp,
    pub cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            cookies: BTreeMap::new(),
        }
    }

    /// Asks with the cookies, and keeps those of the answer.
    pub async fn ask(&mut self, request: RequestBuilder) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if cookies.is_empty() {
            request
        } else {
            request.header("cookie", cookies.join("; "))
        };
        let answer = ask(request).await;
        for line in answer.headers.get_all("set-cookie") {
            let line = line.to_str().expect("ASCII");
            let (pair, attributes) = line.split_once("; ").expect("attributes");
            let (name, value) = pair.split_once('=').expect("a value");
            assert!(
                name.starts_with("__Host-") && attributes.starts_with("Path=/; "),
                "{line}"
            );
            assert!(attributes.contains("Secure; HttpOnly; SameSite="), "{line}");
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.ask(self.app.get(path)).await
    }

    /// Begins to sign in, and answers where the provider is.
    pub async fn goes(&mut self, path: &str) -> String {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 303, "{}", answer.text());
        answer.header("location").to_owned()
    }

    /// Comes back with what the provider says.
    pub async fn comes_back(&mut self, query: &BTreeMap<String, String>) -> Answer {
        self.get(&format!("/callback/{NAME}?{}", encoded(query))).await
    }

    /// Signs in at the provider, from the beginning to the end.
    pub async fn signs_in(&mut self, provider: &Provider) -> Answer {
        let location = self.goes(&format!("/login/{NAME}")).await;
        self.comes_back(&provider.lets_in(&location)).await
    }

    /// What the web app does then: the session of the cookie.
    pub async fn session(&mut self) -> Value {
        let request = self
            .app
            .request(Method::POST, "/api/v2/sessions/refresh")
            .json(&json!({}));
        self.ask(request).await.ok()
    }

    /// The account that is signed in.
    pub async fn user(&mut self) -> Value {
        self.session().await["user"].clone()
    }

    /// The access token of the session.
    pub async fn token(&mut self) -> String {
        text(&self.session().await["access_token"])
    }
}

pub fn encoded(query: &BTreeMap<String, String>) -> String {
    let mut address = reqwest::Url::parse("http://query.test/").expect("an address");
    address.query_pairs_mut().extend_pairs(query);
    address.query().unwrap_or_default().to_owned()
}

impl Answer {
    /// Asserts that this is a page that turns somebody away, and that nobody is signed in by it.
    #[track_caller]
    pub fn turned_away(&self, status: u16, title: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        assert!(
            self.text().contains(&format!("<h1>{title}</h1>")),
            "{}",
            self.text()
        );
        assert_eq!(self.header("cache-control"), "no-store");
        let cookies = self.headers.get_all("set-cookie").iter();
        for cookie in cookies {
            assert!(
                !cookie.to_str().expect("ASCII").starts_with(SESSION),
                "{cookie:?}"
            );
        }
        assert!(!self.has("location"));
    }
}
