//! What the security tests share: requests byte for byte, every route of the table as a request, and
//! what is written past the service (those helpers are named `db_…`).

use std::collections::BTreeSet;

use reqwest::Method;
use rondo::http::routes::{ENDPOINTS, Endpoint, Mount};
use rondo::model::{Email, User, email_identity};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::support::{Answer, As, NOBODY, ask, text};

/// An answer as it came over the socket.
#[derive(Debug)]
pub struct Raw {
    pub status: u16,
    /// The status line and the headers, in lower case.
    pub head: String,
    pub body: Vec<u8>,
}

impl Raw {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let beginning = format!("{name}: ");
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(beginning.as_str()))
    }
}

/// Sends these bytes and reads what is answered until the service closes the connection. `None` if it
/// closed without a word.
pub async fn raw(app: &TestApp, request: &[u8]) -> Option<Raw> {
    let address = app.base.strip_prefix("http://").expect("the base has a scheme");
    let (mut from, mut to) = TcpStream::connect(address)
        .await
        .expect("a connection")
        .into_split();
    let mut answer = Vec::new();
    // A service that has refused need not read the rest: what is then lost of the request, or of the
    // connection behind the answer, does not matter.
    let (_, _) = tokio::join!(to.write_all(request), from.read_to_end(&mut answer));
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Some(Raw {
        status: status.unwrap_or_else(|| panic!("no status: {head}")),
        body: answer[end + 4..].to_vec(),
        head,
    })
}

/// A request of a target exactly as it is written, with further header lines.
pub async fn raw_request(app: &TestApp, method: &str, target: &str, headers: &str) -> Option<Raw> {
    let host = app.base.strip_prefix("http://").expect("the base has a scheme");
    let text = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n");
    raw(app, text.as_bytes()).await
}

/// What a request names: ids and an address, its own or a victim's.
#[derive(Debug, Clone)]
pub struct Names {
    pub user: String,
    pub email: String,
    pub todo: String,
    pub session: String,
    pub list: String,
    /// Somebody whom the list is shared with.
    pub member: String,
}

impl Names {
    /// Names of what does not exist.
    pub fn of_nothing() -> Self {
        Self {
            user: NOBODY.into(),
            email: "nobody@example.org".into(),
            todo: NOBODY.into(),
            session: NOBODY.into(),
            list: NOBODY.into(),
            member: NOBODY.into(),
        }
    }
}

/// The address of whom the lists of these tests are shared with.
const MEMBER: &str = "member@example.org";

/// Shares the list with somebody else; who that is.
pub async fn add_member(app: &TestApp, owner: &Person, list: &Value) -> String {
    let account = json!({ "name": "Member", "email": MEMBER, "password": PASSWORD });
    // There may be one already.
    ask(app.post("/api/v2/users", &account)).await;
    let path = format!("/api/v2/lists/{}/members", text(&list["id"]));
    let body = json!({ "email": MEMBER, "role": "viewer" });
    let member = app.by(owner).post(&path, body).await.ok();
    text(&member["id"])
}

/// One request of a route of the table, under one of its mounts.
#[derive(Debug, Clone)]
pub struct Asked {
    pub line: Endpoint,
    pub path: String,
    pub body: Option<Value>,
}

impl Asked {
    pub async fn by(&self, somebody: As<'_>) -> Answer {
        self.with(somebody, self.body.as_ref()).await
    }

    /// The same with another body.
    pub async fn with(&self, somebody: As<'_>, body: Option<&Value>) -> Answer {
        let request = somebody.request(self.method(), &self.path);
        ask(match body {
            Some(body) if self.is_form() => request.form(body),
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Whether its body is a form, whose fields are texts.
    pub fn is_form(&self) -> bool {
        self.line.mount == Mount::OAuth
    }

    pub fn method(&self) -> Method {
        self.line.method.as_str().parse().expect("a method")
    }
}

/// Every route of the table, under each of its mounts, as a request that is sound but for whom it names.
pub fn every_request(names: &Names) -> Vec<Asked> {
    let mut all = Vec::new();
    for line in ENDPOINTS {
        for base in line.mount.bases() {
            let path = format!("{base}{}", line.path)
                .replace("/problems/<problem>", "/problems/schema")
                .replace("/schemas/<schema>", "/schemas/common.json")
                .replace("/docs/<file>", "/docs/swagger-ui.css")
                .replace("/me/providers/<id>", &format!("/me/providers/{NOBODY}"))
                .replace("<provider>", "nobody")
                .replace("<address>", &format!("{}-wrong.ics", names.user))
                .replace("/todos/<id>", &format!("/todos/{}", names.todo))
                .replace("/lists/<id>", &format!("/lists/{}", names.list))
                .replace("/members/<member>", &format!("/members/{}", names.member))
                .replace("/device/<code>", "/device/BCDF-GHJK")
                // An API token is told by the id of a session.
                .replace("/tokens/<id>", &format!("/tokens/{}", names.session))
                .replace("/invitations/<id>", &format!("/invitations/{NOBODY}"))
                .replace("/passkeys/<id>", &format!("/passkeys/{}", names.list))
                .replace("/sessions/<id>", &format!("/sessions/{}", names.session))
                .replace("/users/<id>", &format!("/users/{}", names.user))
                .replace("/sessions/<session>", &format!("/sessions/{}", names.session));
            // What must be said there is said.
            let path = if line.query == ["todos"] {
                format!("{path}?todos=trash")
            } else {
                path
            };
            assert!(
                !path.contains('<'),
                "{path}: what stands there is to be said here"
            );
            all.push(Asked {
                line: *line,
                path,
                body: line.body.map(|schema| sound_body(schema, names)),
            });
        }
    }
    all
}

/// A body that fulfils the schema.
pub fn sound_body(schema: &str, names: &Names) -> Value {
    let todo = json!({ "title": "Changed", "notes": "Changed", "done": true, "due": "2026-11-22",
        "time_zone": "Europe/Berlin", "priority": "high", "tags": ["changed"] });
    match schema {
        "user-create" | "v1-register" => {
            json!({ "name": "New", "email": "new@example.org", "password": PASSWORD })
        }
        "v1-user-create" => {
            json!({ "name": "New", "email": "new@example.org", "password": PASSWORD, "role": "user" })
        }
        "v1-auth" => json!({ "email": names.email, "password": "not the password" }),
        "session-create" => {
            json!({ "email": names.email, "password": "not the password", "transport": "body" })
        }
        "session-second-factor" => {
            json!({ "ticket": "none", "second_factor": { "code": "000000" }, "transport": "body" })
        }
        "fresh-check" => json!({ "current_password": PASSWORD }),
        "passkey-create" => json!({ "ticket": "none", "name": "New", "answer": "{}" }),
        "passkey-update" => json!({ "name": "Changed" }),
        "session-passkey" => json!({ "ticket": "none", "answer": "{}", "transport": "body" }),
        "totp-confirm" => json!({ "code": "000000" }),
        "session-refresh" | "v1-refresh" => json!({ "refresh_token": "no.refresh.token" }),
        "user-update" => {
            json!({ "name": "Changed", "email": "changed@example.org", "time_zone": "Asia/Tokyo",
            "language": "de", "week_start": "sunday", "current_password": PASSWORD })
        }
        "invitation-create" => json!({ "email": "guest@example.org", "role": "user" }),
        "email-verification" => json!({ "token": "no token" }),
        "password-reset-request" => json!({ "email": "new@example.org" }),
        "password-reset" => json!({ "token": "no token", "new_password": "another horse battery" }),
        "user-admin-update" => json!({ "name": "Changed", "role": "admin", "disabled": true }),
        "user-delete" => json!({ "current_password": PASSWORD }),
        "password-change" => json!({ "current_password": PASSWORD, "new_password": "another horse battery" }),
        "v1-user-update" => json!({ "query": { "id": names.user }, "payload": { "name": "Changed",
            "email": "changed@example.org", "password": "another horse battery",
            "current_password": PASSWORD } }),
        "v1-user-delete" => json!({ "id": names.user, "current_password": PASSWORD }),
        "api-token-create" => json!({ "name": "New", "scopes": ["todo:read"] }),
        "device-answer" => json!({ "allow": false }),
        "oauth-device" => json!({ "client_id": "rondo-cli", "scope": "todo:read" }),
        "oauth-introspect" | "oauth-revoke" => json!({ "token": "no.such.token" }),
        "oauth-token" => json!({ "grant_type": "refresh_token", "refresh_token": "no.refresh.token" }),
        "list-create" => json!({ "name": "New", "color": "#0a1b2c" }),
        "list-update" => json!({ "name": "Changed", "color": "#0a1b2c", "archived": true }),
        "list-share" => json!({ "email": MEMBER, "role": "editor" }),
        "list-member-update" => json!({ "role": "viewer" }),
        "list-move" => json!({ "after": names.list }),
        "todo-create" | "todo-update" | "v1-todo-create" => todo,
        "todo-move" => json!({ "list_id": null }),
        "todo-batch" => json!({ "operations": [
            { "op": "patch", "id": names.todo, "body": todo }, { "op": "complete", "id": names.todo },
            { "op": "move", "id": names.todo, "body": { "list_id": null } },
            { "op": "delete", "id": names.todo }, { "op": "restore", "id": names.todo },
        ] }),
        "v1-todo-update" => json!({ "query": { "id": names.todo }, "payload": todo }),
        "import" => json!({ "format": "rondo", "version": 1, "todos": [] }),
        "v1-todo-delete" => json!({ "id": names.todo }),
        other => panic!("{other}: a sound body of it is to be said here"),
    }
}

/// The schemas of all bodies of the table.
pub fn body_schemas() -> BTreeSet<&'static str> {
    ENDPOINTS.iter().filter_map(|line| line.body).collect()
}

/// A schema, as the service has it.
pub fn schema(name: &str) -> Value {
    let files = rondo::http::schemas::FILES;
    let (_, text) = files
        .iter()
        .find(|(known, _)| *known == name)
        .unwrap_or_else(|| panic!("no schema {name}"));
    serde_json::from_str(text).expect("a schema is JSON")
}

/// The account of this address, as it is kept.
pub async fn db_user(app: &TestApp, email: &str) -> User {
    let email: Email = email.parse().expect("an address");
    let identity = email_identity(&email);
    let user = app.services.store.user_by_identity(&identity).await;
    user.expect("the store answers").expect("an account")
}

/// Puts a hash in the place of an account's, as if an older service had written it.
pub async fn db_set_hash(app: &TestApp, email: &str, hash: &str) {
    let old = db_user(app, email).await;
    let new = User {
        password: Some(hash.to_owned()),
        version: old.version + 1,
        ..old.clone()
    };
    let replaced = app.services.store.replace_user(&new, old.version).await;
    assert!(
        replaced.expect("the store answers"),
        "somebody else wrote the account"
    );
}

/// Moves the clock to the beginning of a minute: what is counted by the minute is counted in one.
pub fn begin_minute(app: &TestApp) {
    let millis = app.services.source.now().millis().rem_euclid(60_000);
    app.clock.advance(60_000 - millis);
}
