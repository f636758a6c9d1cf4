//! What the tests of second factors share: an authenticator, and an account that has one.

use serde_json::{Value, json};

pub use crate::common::Authenticator;
use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::support::{Answer, text};

pub const FACTORS: &str = "/api/v2/users/me/factors";
pub const TOTP: &str = "/api/v2/users/me/factors/totp";
pub const CONFIRM: &str = "/api/v2/users/me/factors/totp/confirm";
pub const CODES: &str = "/api/v2/users/me/factors/recovery-codes";
pub const SECOND: &str = "/api/v2/sessions/second-factor";

pub const EMAIL: &str = "person@example.org";

impl Authenticator {
    /// What it shows, so many steps of thirty seconds from now.
    pub fn code(&self, app: &TestApp, steps: i64) -> String {
        self.code_at(app.services.source.now().plus_seconds(30 * steps))
    }

    /// A code that nobody has used: the clock goes on until there is one.
    pub fn next_code(&self, app: &TestApp) -> String {
        app.clock.advance(60_000);
        self.code(app, 0)
    }

    /// Six digits that are none of its codes.
    pub fn wrong_code(&self, app: &TestApp) -> String {
        let right: Vec<String> = (-2..=2).map(|steps| self.code(app, steps)).collect();
        let mut all = (0..).map(|number| format!("{number:06}"));
        all.find(|code| !right.contains(code))
            .expect("there are more than five")
    }
}

/// Somebody who is signed in and has an authenticator and recovery codes.
pub struct Guarded {
    pub person: Person,
    pub authenticator: Authenticator,
    pub codes: Vec<String>,
    /// The code that it was confirmed by.
    pub confirmed_by: String,
}

/// Moves the clock to the beginning of a step, so that it does not end meanwhile.
pub fn begin_step(app: &TestApp) {
    let millis = app.services.source.now().millis().rem_euclid(30_000);
    app.clock.advance(30_000 - millis);
}

/// Sets an authenticator up for somebody who has none.
pub async fn guard(app: &TestApp, person: Person) -> Guarded {
    let me = app.by(&person);
    let made = me.post(TOTP, json!({ "current_password": PASSWORD })).await.ok();
    let authenticator = Authenticator::of(&text(&made["secret"]));
    let confirmed_by = authenticator.code(app, 0);
    let answer = me.post(CONFIRM, json!({ "code": confirmed_by })).await.ok();
    let codes = codes_of(&answer);
    Guarded {
        confirmed_by,
        person,
        authenticator,
        codes,
    }
}

pub async fn guarded(app: &TestApp) -> Guarded {
    let person = app.person(EMAIL).await;
    guard(app, person).await
}

pub fn codes_of(answer: &Value) -> Vec<String> {
    let codes = answer["recovery_codes"].as_array().expect("codes");
    codes.iter().map(text).collect()
}

/// The ticket that a right password is answered with.
pub async fn ticket(app: &TestApp, email: &str) -> String {
    let body = json!({ "email": email, "password": PASSWORD });
    let asked = app.anybody().post("/api/v2/sessions", body).await.expect(202);
    text(&asked["second_factor"]["ticket"])
}

/// Goes on with a ticket.
pub async fn finish(app: &TestApp, ticket: &str, proof: Value) -> Answer {
    let body = json!({ "ticket": ticket, "second_factor": proof });
    app.anybody().post(SECOND, body).await
}

/// Signs in whole.
pub async fn sign_in(app: &TestApp, guarded: &Guarded) -> Person {
    let ticket = ticket(app, &guarded.person.email).await;
    let code = json!({ "code": guarded.authenticator.next_code(app) });
    let answer = finish(app, &ticket, code).await.expect(201);
    Person {
        access_token: text(&answer["access_token"]),
        refresh_token: text(&answer["refresh_token"]),
        ..guarded.person.clone()
    }
}
