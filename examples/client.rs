//! A client in Rust, with reqwest: registers, signs in, works with to-dos and signs out.
//!
//! ```text
//! cargo run --example client -- [ADDRESS]
//! ```
//!
//! ADDRESS is where the service is: without one `TODO_URL` of the environment, or <http://127.0.0.1:4000>.
//! `TODO_EMAIL` and `TODO_PASSWORD` are the account, which is made if there is none; without `TODO_EMAIL` a
//! random one is made. Of this repository it uses nothing: copied into a project of its own it needs reqwest
//! (with `json`, and `rustls` for https), serde, `serde_json`, thiserror, tokio, and aws-lc-rs for randomness.

use std::env;
use std::error::Error as _;
use std::process::ExitCode;
use std::time::Duration;

use reqwest::header::{ETAG, HeaderMap, IF_MATCH, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Value, json};

/// How long the service may ask us to wait. If it asks for more, the user should hear of it.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
    expires_in: u64,
}

#[derive(Deserialize)]
struct Todo {
    id: String,
    title: String,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Todo>,
    next: Option<String>,
}

/// What every error of the API says (RFC 9457).
#[derive(Debug, Deserialize)]
struct Problem {
    status: u16,
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    request_id: String,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("{}: {} (status {}, request {})", .0.title, .0.detail, .0.status, .0.request_id)]
    Refused(Problem),
    #[error("{0} cannot be reached: {1}")]
    Unreachable(String, String),
    #[error("{0}")]
    Usage(String),
}

/// The service, and who we are there.
struct Api {
    http: Client,
    base: String,
    access_token: Option<String>,
}

impl Api {
    fn new(base: &str) -> Result<Self, Failure> {
        Url::parse(base).map_err(|error| Failure::Usage(format!("{base:?} is no address: {error}")))?;
        let http = Client::builder()
            .user_agent("rondo-example-rust")
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| Failure::Usage(format!("no HTTP client can be made: {error}")))?;
        Ok(Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            access_token: None,
        })
    }

    /// A request under `/api/v2`.
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.authorised(self.http.request(method, self.address(path)))
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v2{path}", self.base)
    }

    /// The request with our access token, once there is one.
    fn authorised(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.access_token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends it. If the service is busy and says for how long, that is waited for, once.
    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let request = request.build().map_err(|error| self.unreachable(&error))?;
        let again = request.try_clone();
        let execute = async |request| {
            let sent = self.http.execute(request).await;
            sent.map_err(|error| self.unreachable(&error))
        };
        let mut response = execute(request).await?;
        if let Some((wait, again)) = wait_of(&response).zip(again) {
            println!("asked to wait {} s", wait.as_secs());
            tokio::time::sleep(wait).await;
            response = execute(again).await?;
        }
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, is_problem) = (response.status(), is_problem(response.headers()));
        match response.json().await {
            Ok(problem) if is_problem => Err(Failure::Refused(problem)),
            // Something in between answered: a proxy, or another service.
            _ => Err(Failure::Unreachable(
                self.base.clone(),
                format!("something else answers there, with status {status}"),
            )),
        }
    }

    /// The same, for an answer with a body.
    async fn json<T: serde::de::DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let response = self.send(request).await?;
        response.json().await.map_err(|error| self.unreachable(&error))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        // The innermost cause is the one that helps; the others tell the address once more.
        let mut cause = error.source();
        while let Some(deeper) = cause.and_then(|cause| cause.source()) {
            cause = Some(deeper);
        }
        let words = cause.map_or_else(|| error.to_string(), ToString::to_string);
        Failure::Unreachable(self.base.clone(), words)
    }

    /// Changes a to-do that has been read with this `ETag`, and answers its next one.
    async fn patch(&self, todo: &Todo, etag: &str, change: &Value) -> Result<String, Failure> {
        let request = self.request(Method::PATCH, &format!("/todos/{}", todo.id));
        let response = self.send(request.header(IF_MATCH, etag).json(change)).await?;
        Ok(etag_of(&response))
    }
}

fn is_problem(headers: &HeaderMap) -> bool {
    let media_type = headers.get("content-type").and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.starts_with("application/problem+json"))
}

/// How long the service asks us to wait, if it does and we have the time.
fn wait_of(response: &Response) -> Option<Duration> {
    let is_busy =
        [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&response.status());
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    let wait = Duration::from_secs(seconds);
    (is_busy && wait <= PATIENCE).then_some(wait)
}

fn etag_of(response: &Response) -> String {
    let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok());
    etag.unwrap_or("*").to_owned()
}

/// So many random bytes, in hexadecimal digits.
fn random(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    aws_lc_rs::rand::fill(&mut random).expect("the system has randomness");
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The account to use: that of the environment, or a new one.
fn account() -> Result<(String, String), Failure> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    match (variable("TODO_EMAIL"), variable("TODO_PASSWORD")) {
        (Some(email), Some(password)) => Ok((email, password)),
        (Some(_), None) => Err(Failure::Usage(
            "TODO_EMAIL is set and TODO_PASSWORD is not".into(),
        )),
        (None, password) => {
            let email = format!("example-{}@example.org", random(6));
            Ok((email, password.unwrap_or_else(|| random(16))))
        }
    }
}

async fn run() -> Result<(), Failure> {
    let base = env::args().nth(1).or_else(|| env::var("TODO_URL").ok());
    let mut api = Api::new(base.as_deref().unwrap_or("http://127.0.0.1:4000"))?;
    let (email, password) = account()?;
    let credentials = json!({ "email": email, "password": password });

    match api
        .send(api.request(Method::POST, "/users").json(&credentials))
        .await
    {
        Ok(_) => println!("registered {email}"),
        Err(Failure::Refused(problem)) if problem.status == 409 => println!("{email} has an account already"),
        Err(failure) => return Err(failure),
    }
    let tokens: Tokens = api
        .json(api.request(Method::POST, "/sessions").json(&credentials))
        .await?;
    println!("signed in; the access token lives {} s", tokens.expires_in);

    // What a client does before those seconds are over. Each refresh token is for one use.
    let refresh = json!({ "refresh_token": tokens.refresh_token });
    let tokens: Tokens = api
        .json(api.request(Method::POST, "/sessions/refresh").json(&refresh))
        .await?;
    println!("refreshed the tokens");
    api.access_token = Some(tokens.access_token);

    work_with_todos(&api).await?;

    api.send(api.request(Method::DELETE, "/sessions/current")).await?;
    println!("signed out");
    Ok(())
}

async fn work_with_todos(api: &Api) -> Result<(), Failure> {
    let tag = format!("example-{}", random(4));
    let mut todos = Vec::new();
    for title in ["Buy milk", "Call the bank", "Water the plants"] {
        // One key for one to-do, however often it must be sent.
        let request = api
            .request(Method::POST, "/todos")
            .header("Idempotency-Key", random(16));
        let response = api
            .send(request.json(&json!({ "title": title, "tags": [&tag] })))
            .await?;
        let etag = etag_of(&response);
        let todo: Todo = response.json().await.map_err(|error| api.unreachable(&error))?;
        println!("created {:?}", todo.title);
        todos.push((todo, etag));
    }
    let [(milk, etag), _, (plants, _)] = &todos[..] else {
        unreachable!("three were made");
    };

    let (mut number, mut next) = (0, None);
    loop {
        let mut query = vec![
            ("tag", tag.clone()),
            ("done", "false".into()),
            ("sort", "title".into()),
            ("limit", "2".into()),
        ];
        query.extend(next.map(|cursor| ("cursor", cursor)));
        let address = Url::parse_with_params(&api.address("/todos"), query).expect("it was sound without");
        let page: Page = api.json(api.authorised(api.http.get(address))).await?;
        number += 1;
        let titles: Vec<String> = page
            .items
            .iter()
            .map(|todo| format!("{:?}", todo.title))
            .collect();
        println!("page {number}: {}", titles.join(", "));
        next = page.next;
        if next.is_none() {
            break;
        }
    }

    api.patch(milk, etag, &json!({ "priority": "high" })).await?;
    println!("changed {:?}: priority high", milk.title);
    // Another client would still have the ETag from before.
    let notes = json!({ "notes": "two bottles" });
    let etag = match api.patch(milk, etag, &notes).await {
        Err(Failure::Refused(problem)) if problem.status == 412 => {
            println!("{:?} has changed meanwhile (412): reading it again", milk.title);
            let present = api
                .send(api.request(Method::GET, &format!("/todos/{}", milk.id)))
                .await?;
            // Here a client looks whether its change still makes sense.
            api.patch(milk, &etag_of(&present), &notes).await?
        }
        other => other?,
    };
    println!("changed {:?}: notes", milk.title);
    api.patch(milk, &etag, &json!({ "done": true })).await?;
    println!("completed {:?}", milk.title);

    api.send(api.request(Method::DELETE, &format!("/todos/{}", plants.id)))
        .await?;
    println!("deleted {:?}", plants.title);
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("client: {failure}");
            ExitCode::FAILURE
        }
    }
}
