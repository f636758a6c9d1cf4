//! What the contract tests share: a test on each keeper, requests as somebody, and answers that are
//! read whole. What holds of every answer (its request id) is checked whenever one is read.

use reqwest::{Method, RequestBuilder};
pub use rondo::http::problems::NAMES as PROBLEMS;
use rondo::model::Timestamp;
use serde_json::{Value, json};

use crate::common::TestApp;
pub use crate::common::app::Answer;
use crate::common::app::Person;

/// Makes a test on each keeper of each scenario, an `async fn` that takes a service on a fresh database;
/// `with` gives that service settings.
macro_rules! on_each_keeper {
    ($($scenario:ident $(with $settings:expr)?),+ $(,)?) => {
        mod sqlite {
            $crate::support::on_each_keeper!(@ Sqlite $($scenario $(with $settings)?),+);
        }
        mod mongo {
            $crate::support::on_each_keeper!(@ Mongo $($scenario $(with $settings)?),+);
        }
    };
    (@ $keeper:ident $($scenario:ident $(with $settings:expr)?),+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                let settings: Vec<(&str, &str)> = [].into_iter()$(.chain($settings))?.collect();
                let keeper = $crate::common::Keeper::$keeper;
                if let Some(app) = $crate::common::TestApp::spawn_with(keeper, &settings).await {
                    super::$scenario(app).await;
                }
            }
        )+
    };
}
pub(crate) use on_each_keeper;

/// The members of a user, as version 1 shows one.
pub const V1_USER_MEMBERS: [&str; 10] = [
    "created_at",
    "email",
    "email_verified",
    "id",
    "language",
    "name",
    "role",
    "time_zone",
    "updated_at",
    "week_start",
];

/// The members of a to-do, as either version shows one.
pub const V1_TODO_MEMBERS: [&str; 13] = [
    "completed_at",
    "created_at",
    "done",
    "due",
    "id",
    "notes",
    "position",
    "priority",
    "tags",
    "time_zone",
    "title",
    "updated_at",
    "version",
];

/// What lets a program read the metrics, where a test sets it.
pub const METRICS_TOKEN: &str = "m8VtY2qLr0ZkX5nBw1sHd7uJc4fGe9Pa";

/// The id of nothing and nobody.
pub const NOBODY: &str = "000000000000000000000000";

/// Somebody who asks, or anybody.
#[derive(Clone, Copy)]
pub struct As<'a> {
    app: &'a TestApp,
    token: Option<&'a str>,
}

impl TestApp {
    pub fn anybody(&self) -> As<'_> {
        As {
            app: self,
            token: None,
        }
    }

    pub fn by<'a>(&'a self, person: &'a Person) -> As<'a> {
        self.with_token(&person.access_token)
    }

    pub fn with_token<'a>(&'a self, token: &'a str) -> As<'a> {
        As {
            app: self,
            token: Some(token),
        }
    }

    /// The titles of a page of to-dos.
    pub async fn titles(&self, person: &Person, query: &str) -> Vec<String> {
        let page = self.by(person).get(&format!("/api/v2/todos?{query}")).await.ok();
        let items = page["items"].as_array().expect("a page has items");
        items.iter().map(|item| text(&item["title"])).collect()
    }
}

/// The API token of another service, which may introspect.
pub async fn service(app: &TestApp, admin: &Person) -> String {
    let body = json!({ "name": "Another service", "scopes": ["introspect"] });
    text(&app.by(admin).post("/api/v2/tokens", body).await.expect(201)["token"])
}

impl As<'_> {
    /// A request to which more may be added before it is asked.
    pub fn request(self, method: Method, path: &str) -> RequestBuilder {
        let request = self.app.request(method, path);
        match self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn get(self, path: &str) -> Answer {
        ask(self.request(Method::GET, path)).await
    }

    pub async fn delete(self, path: &str) -> Answer {
        ask(self.request(Method::DELETE, path)).await
    }

    pub async fn send(self, method: Method, path: &str, body: &Value) -> Answer {
        ask(self.request(method, path).json(body)).await
    }

    pub async fn post(self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &body).await
    }

    /// Sends a form.
    pub async fn form(self, path: &str, fields: &[(&str, &str)]) -> Answer {
        ask(self.request(Method::POST, path).form(fields)).await
    }

    pub async fn patch(self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &body).await
    }

    /// A DELETE with a body, as version 1 has them.
    pub async fn delete_with(self, path: &str, body: Value) -> Answer {
        self.send(Method::DELETE, path, &body).await
    }
}

/// Completes the present occurrence of a to-do, and no other.
pub async fn complete(app: &TestApp, person: &Person, todo: &Value) -> Value {
    let path = format!("/api/v2/todos/{}", text(&todo["id"]));
    let me = app.by(person);
    let tag = me.get(&path).await.header("etag").to_owned();
    let request = me.request(Method::PATCH, &path).header("if-match", tag);
    ask(request.json(&json!({ "done": true }))).await.ok()
}

/// Asks, and reads the answer.
pub async fn ask(request: RequestBuilder) -> Answer {
    let answer = crate::common::app::ask(request).await;
    assert!(answer.has("x-request-id"), "no request id: {answer:?}");
    answer
}

impl Answer {
    pub fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }

    /// The value of a header that stands once.
    pub fn header(&self, name: &str) -> &str {
        let mut values = self.headers.get_all(name).iter();
        let value = values
            .next()
            .unwrap_or_else(|| panic!("no {name}: {}", self.text()));
        assert!(values.next().is_none(), "{name} stands twice");
        value.to_str().expect("a header is ASCII")
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body of an answer of this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/json");
        self.json()
    }

    /// The body of a 200.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.expect(200)
    }

    /// Asserts that this is an answer without a body.
    #[track_caller]
    pub fn expect_empty(&self, status: u16) {
        assert_eq!(self.status, status, "{}", self.text());
        assert!(self.body.is_empty() && !self.has("content-type"), "{self:?}");
    }

    /// The problem that this is, of version 2 or of a path of no version. Its members are exactly those
    /// of the contract.
    #[track_caller]
    pub fn problem(&self, status: u16, name: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        let mut expected = vec!["detail", "request_id", "status", "title", "type"];
        if problem.get("errors").is_some() {
            expected.push("errors");
            check_violations(&problem["errors"]);
        }
        expected.sort_unstable();
        assert_eq!(members(&problem), expected);
        assert_eq!(problem["type"], format!("/problems/{name}"), "{problem}");
        assert!(PROBLEMS.contains(&name), "{name}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        assert!(!text(&problem["title"]).is_empty() && !text(&problem["detail"]).is_empty());
        self.check_error_headers();
        problem
    }

    /// The failure in the envelope of version 1, with this message; one that ends in `…` is a beginning.
    #[track_caller]
    pub fn failure(&self, status: u16, message: &str) -> Value {
        let failure = self.expect(status);
        assert_eq!(failure["ok"], false);
        let found = text(&failure["message"]);
        match message.strip_suffix('…') {
            Some(beginning) => assert!(found.starts_with(beginning), "{found}"),
            None => assert_eq!(found, message),
        }
        let expected: &[&str] = if status == 404 {
            assert_eq!(failure["error"], "Not found");
            &["error", "message", "ok"]
        } else if failure.get("errors").is_some() {
            check_violations(&failure["errors"]);
            &["errors", "message", "ok"]
        } else {
            &["message", "ok"]
        };
        assert_eq!(members(&failure), expected);
        self.check_error_headers();
        failure
    }

    /// Asserts that this is an error of OAuth 2.0 with this code.
    #[track_caller]
    pub fn oauth(&self, status: u16, code: &str) {
        let error = self.expect(status);
        assert_eq!(members(&error), ["error", "error_description"], "{error}");
        assert_eq!(error["error"], code, "{error}");
        assert!(!text(&error["error_description"]).is_empty());
        self.check_error_headers();
    }

    /// Asserts that this is a refusal of this status, in the format of the version that owns `path`.
    #[track_caller]
    pub fn refused(&self, path: &str, status: u16, problem: &str) {
        if path.starts_with("/oauth") {
            self.oauth(status, oauth_code(problem));
        } else if path.starts_with("/api/v2") {
            self.problem(status, problem);
        } else {
            self.failure(status, "…");
        }
    }

    #[track_caller]
    fn check_error_headers(&self) {
        if self.status == 401 {
            assert!(
                self.header("www-authenticate")
                    .starts_with("Bearer realm=\"rondo\"")
            );
        }
        if matches!(self.status, 429 | 503) {
            let seconds: u32 = self.header("retry-after").parse().expect("whole seconds");
            assert!((1..=60).contains(&seconds), "{seconds}");
        }
        if self.status == 405 {
            assert!(self.has("allow"));
        }
        assert_eq!(self.header("cache-control"), "no-store");
    }
}

/// The code of OAuth 2.0 for a problem of version 2.
fn oauth_code(problem: &str) -> &'static str {
    match problem {
        "unauthenticated" => "invalid_client",
        "forbidden" => "insufficient_scope",
        "rate-limited" | "unavailable" => "temporarily_unavailable",
        "internal" => "server_error",
        _ => "invalid_request",
    }
}

/// Every violation says where and what; the schema is named where one was broken.
#[track_caller]
fn check_violations(errors: &Value) {
    let errors = errors.as_array().expect("errors is a list");
    assert!(!errors.is_empty());
    for error in errors {
        let mut names = members(error);
        names.retain(|name| *name != "schema");
        assert_eq!(names, ["detail", "keyword", "pointer"], "{error}");
    }
}

/// Where the violations of a refusal are; each place once.
pub fn pointers(refusal: &Value) -> Vec<String> {
    let errors = refusal["errors"].as_array().map_or(&[][..], Vec::as_slice);
    let mut pointers: Vec<String> = errors.iter().map(|error| text(&error["pointer"])).collect();
    pointers.sort_unstable();
    pointers.dedup();
    pointers
}

/// The names of an object's members, sorted.
#[track_caller]
pub fn members(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    let mut names: Vec<&str> = object.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[track_caller]
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// A moment, which must be written as the contract says: UTC, milliseconds, `Z`.
#[track_caller]
pub fn moment(value: &Value) -> Timestamp {
    let written = text(value);
    let moment: Timestamp = written.parse().expect("a moment");
    assert_eq!(moment.to_string(), written);
    moment
}

/// Asserts that a user is shown whole, as either version shows one, and as one that was just made.
#[track_caller]
pub fn check_new_user(user: &Value, name: &str, email: &str, role: &str) {
    assert_eq!(moment(&user["created_at"]), moment(&user["updated_at"]));
    assert!(text(&user["id"]).parse::<rondo::model::Id>().is_ok());
    let mut expected = json!({
        "id": user["id"], "name": name, "email": email, "email_verified": false, "role": role,
        "time_zone": null, "language": null, "week_start": "monday",
        "created_at": user["created_at"], "updated_at": user["updated_at"],
    });
    if members(user) != V1_USER_MEMBERS {
        expected["digest"] = Value::Null;
    }
    assert_eq!(*user, expected);
}
