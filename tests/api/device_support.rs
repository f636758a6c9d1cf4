//! What the tests of the device flow share: a device that asks to be let in, and a person who answers it.

use reqwest::Method;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::Person;
use crate::support::{Answer, ask, text};

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const FORM: &str = "application/x-www-form-urlencoded";

/// Asks with a form, whose values need no escapes but for spaces.
pub async fn form(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace(' ', "+")))
        .collect();
    let request = app.request(Method::POST, path).header("content-type", FORM);
    ask(request
        .header("user-agent", "rondo on a laptop")
        .body(pairs.join("&")))
    .await
}

/// A device that asks to be let in.
pub struct Device {
    pub code: String,
    pub user_code: String,
}

impl Device {
    pub async fn begin(app: &TestApp) -> Self {
        Self::begin_with(app, &[("client_id", "rondo-cli")]).await
    }

    pub async fn begin_with(app: &TestApp, fields: &[(&str, &str)]) -> Self {
        let begun = form(app, "/oauth/device_authorization", fields).await.ok();
        Self {
            code: text(&begun["device_code"]),
            user_code: text(&begun["user_code"]),
        }
    }

    pub async fn ask(&self, app: &TestApp) -> Answer {
        self.ask_as(app, "rondo-cli").await
    }

    pub async fn ask_as(&self, app: &TestApp, client: &str) -> Answer {
        let fields = [
            ("grant_type", DEVICE_CODE),
            ("device_code", self.code.as_str()),
            ("client_id", client),
        ];
        form(app, "/oauth/token", &fields).await
    }

    pub async fn answer(&self, app: &TestApp, token: &str, allow: bool) -> Answer {
        let path = format!("/api/v2/device/{}", self.user_code);
        app.with_token(token).post(&path, json!({ "allow": allow })).await
    }

    pub async fn allow(&self, app: &TestApp, person: &Person) {
        self.answer(app, &person.access_token, true)
            .await
            .expect_empty(204);
    }
}

/// A refusal as RFC 6749 has it.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, code: &str) {
    let failure = answer.expect(status);
    assert_eq!(failure["error"], code, "{failure}");
    assert_eq!(answer.header("cache-control"), "no-store");
}
