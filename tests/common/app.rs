//! A whole service in this process, on a port of its own, with a client to ask it.

use std::sync::Arc;

use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Method, RequestBuilder};
use rondo::app::{self, Stopper};
use rondo::clock::{Shifted, Source};
use rondo::config::{Config, Flags, Layers};
use rondo::service::Services;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::contract::{self, Exchange};
use super::{Database, Keeper};

/// The password of every account that tests make, unless they say otherwise.
pub const PASSWORD: &str = "correct horse battery";

/// The public address that tokens name; nothing listens there.
pub const PUBLIC_URL: &str = "http://rondo.test";

/// A running service. It stops when it is dropped.
pub struct TestApp {
    /// Where it listens: `http://127.0.0.1:<port>`.
    pub base: String,
    pub client: reqwest::Client,
    /// The services themselves, to run jobs and to count what they did.
    pub services: Arc<Services>,
    /// Its clock, which can be moved.
    pub clock: Arc<Shifted>,
    pub database: Arc<Database>,
    stopper: Option<Stopper>,
    served: Option<JoinHandle<()>>,
}

/// An account that is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub access_token: String,
    pub refresh_token: String,
}

impl TestApp {
    /// A service on a fresh database of this kind, or `None` if the kind was left out on purpose.
    pub async fn spawn(keeper: Keeper) -> Option<Self> {
        Self::spawn_with(keeper, &[]).await
    }

    /// The same, with further settings, as variables of the environment are written.
    pub async fn spawn_with(keeper: Keeper, settings: &[(&str, &str)]) -> Option<Self> {
        let database = Arc::new(Database::fresh(keeper)?);
        Some(Self::start(database, Arc::new(Shifted::default()), settings).await)
    }

    /// A service on this database, which may be reached in a roundabout way.
    pub async fn spawn_on(database: Database, settings: &[(&str, &str)]) -> Self {
        Self::start(Arc::new(database), Arc::new(Shifted::default()), settings).await
    }

    /// A second instance on the same database (MongoDB only: an embedded one is served once).
    pub async fn spawn_beside(&self, settings: &[(&str, &str)]) -> Self {
        Self::start(Arc::clone(&self.database), Arc::clone(&self.clock), settings).await
    }

    async fn start(database: Arc<Database>, clock: Arc<Shifted>, settings: &[(&str, &str)]) -> Self {
        let config = test_config(&database, settings);
        let source: Arc<dyn Source> = clock.clone();
        let app = app::build(&config, source)
            .await
            .unwrap_or_else(|error| panic!("the service starts: {error}"));
        let stopper = app.stopper(&config);
        let (services, lock) = (Arc::clone(&app.services), app.lock);
        let (rocket, listening, ended) = (app.rocket, app.listening, app.ended);
        let served = tokio::spawn({
            let services = Arc::clone(&services);
            async move {
                app::launch(rocket, ended, services)
                    .await
                    .expect("the service serves");
                drop(lock);
            }
        });
        let port = listening.await.expect("the service listens");
        Self {
            base: format!("http://127.0.0.1:{port}"),
            client: client(),
            services,
            clock,
            database,
            stopper: Some(stopper),
            served: Some(served),
        }
    }

    /// Tells it that a stop is coming, as the signal does; it goes on serving.
    pub async fn drain(&self) {
        self.stopper.as_ref().expect("it runs").drain().await;
    }

    /// The services of another process on the same database, such as the command line: no job of theirs
    /// runs, and they serve nothing.
    pub async fn services_beside(&self) -> Arc<Services> {
        let config = test_config(&self.database, &[]);
        let store = app::open_store(&config)
            .await
            .expect("the database can be opened");
        let source: Arc<dyn Source> = self.clock.clone();
        app::build_services(&config, store, source)
            .await
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Stops it and waits until it has stopped; the database stays for another one.
    pub async fn stop(mut self) -> Arc<Database> {
        self.stopper.take().expect("it runs").stop();
        self.served.take().expect("it runs").await.expect("it stops");
        Arc::clone(&self.database)
    }

    /// A service on the database of one that was stopped.
    pub async fn restart(database: Arc<Database>, settings: &[(&str, &str)]) -> Self {
        Self::start(database, Arc::new(Shifted::default()), settings).await
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    /// A request with a JSON body.
    pub fn send(&self, method: Method, path: &str, body: &Value) -> RequestBuilder {
        self.request(method, path).json(body)
    }

    pub fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        self.send(Method::POST, path, body)
    }

    /// Makes an account.
    pub async fn register(&self, email: &str) -> Value {
        let body = json!({ "name": "Somebody", "email": email, "password": PASSWORD });
        ask(self.post("/api/v2/users", &body)).await.json_of(201)
    }

    /// Signs in; the answer of `POST /api/v2/sessions`.
    pub async fn sign_in(&self, email: &str) -> Value {
        let body = json!({ "email": email, "password": PASSWORD });
        ask(self.post("/api/v2/sessions", &body)).await.json_of(201)
    }

    /// Makes an account and signs it in.
    pub async fn person(&self, email: &str) -> Person {
        self.register(email).await;
        self.person_again(email).await
    }

    /// Signs an account in once more: another session.
    pub async fn person_again(&self, email: &str) -> Person {
        let answer = self.sign_in(email).await;
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Person {
            id: text(&answer["user"]["id"]),
            email: email.to_owned(),
            access_token: text(&answer["access_token"]),
            refresh_token: text(&answer["refresh_token"]),
        }
    }

    /// An administrator, made as the operator makes one, and signed in.
    pub async fn admin(&self, email: &str) -> Person {
        let new = rondo::service::accounts::NewUser {
            name: "Administrator".into(),
            email: email.parse().expect("an address"),
            password: PASSWORD.into(),
            role: rondo::model::Role::Admin,
        };
        self.services
            .accounts
            .create(rondo::service::audit::By::operator(), new, "/password")
            .await
            .expect("an account");
        self.person_again(email).await
    }

    /// Makes a to-do; the answer of `POST /api/v2/todos`.
    pub async fn todo(&self, person: &Person, body: &Value) -> Value {
        let request = self.post("/api/v2/todos", body).bearer_auth(&person.access_token);
        ask(request).await.json_of(201)
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if let Some(stopper) = self.stopper.take() {
            stopper.stop();
        }
    }
}

/// A client that follows no redirects and keeps no cookies.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client")
}

/// The settings of a test: no limits, cheap hashes, any port.
pub fn test_config(database: &Database, settings: &[(&str, &str)]) -> Config {
    let data_dir = database.data_dir.to_str().expect("a plain path").to_owned();
    let mut variables = vec![
        ("ENV", "test"),
        ("DB", database.address.as_str()),
        ("RONDO_DATA_DIR", data_dir.as_str()),
        ("PORT", "0"),
        ("RONDO_PUBLIC_URL", PUBLIC_URL),
        ("RONDO_BCRYPT_COST", "10"),
        ("RONDO_SIGN_IN_LIMIT", "0"),
        ("RONDO_RATE_LIMIT", "0"),
        ("RONDO_WORKERS", "2"),
    ];
    variables.extend_from_slice(settings);
    Layers::of_variables(&variables)
        .config(&Flags::default())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The JSON body, if the status is this one; anything else ends the test.
    #[track_caller]
    pub fn json_of(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "{text}");
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {text}"))
    }
}

/// Asks, reads the answer whole, and compares both with the contract.
pub async fn ask(request: RequestBuilder) -> Answer {
    let asked = request.try_clone().and_then(|request| request.build().ok());
    let mut response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let is_endless = headers
        .get("content-type")
        .is_some_and(|media_type| media_type == "text/event-stream");
    let body = if is_endless {
        // Its beginning stands for it.
        let first = response.chunk().await.expect("the beginning of a body");
        first.unwrap_or_default().to_vec()
    } else {
        response.bytes().await.expect("a whole body").to_vec()
    };
    if let Some(asked) = asked {
        let address = asked.url();
        let query = address
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let target = format!("{}{query}", address.path());
        let text = |value: &HeaderValue| value.to_str().map(str::to_owned).ok();
        contract::check(&Exchange {
            method: asked.method().as_str(),
            target: &target,
            request_type: asked.headers().get("content-type").and_then(text).as_deref(),
            request_body: asked.body().map_or(Some(&[]), |body| body.as_bytes()),
            status,
            header: &|name| headers.get(name).and_then(text),
            body: &body,
        });
    }
    Answer {
        status,
        headers,
        body,
    }
}
