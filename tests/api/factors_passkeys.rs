//! Passkeys: made, shown as a second factor and alone, each answer good once. The device is a real authenticator in
//! software; it stands for the browser, too.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use rondo::service::audit::By;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use webauthn_authenticator_rs::prelude::{Url, WebauthnAuthenticator as _};
use webauthn_authenticator_rs::softpasskey::SoftPasskey;

use crate::common::app::{PASSWORD, Person};
use crate::common::{Keeper, TestApp};
use crate::factors_support::{EMAIL, FACTORS, SECOND, codes_of, finish};
use crate::support::{Answer, As, NOBODY, ask, moment, on_each_keeper, pointers, text};

on_each_keeper!(
    a_passkey_is_made_renamed_and_taken_away with super::NAMED,
    a_passkey_is_the_second_step_of_a_sign_in with super::NAMED,
    a_passkey_alone_signs_in with super::NAMED,
    what_is_no_answer_opens_nothing with super::NAMED,
    a_passkey_passes_the_fresh_check_once with super::NAMED,
    of_many_answers_at_once_one_comes_in with super::NAMED,
    where_the_address_has_no_name_there_are_no_passkeys with [("RONDO_PUBLIC_URL", "http://127.0.0.1:4000")],
);

/// Passkeys are of a name, and browsers give them to safe places only.
pub const NAMED: [(&str, &str); 1] = [("RONDO_PUBLIC_URL", "https://rondo.test")];

pub const PASSKEYS: &str = "/api/v2/users/me/passkeys";
pub const OPTIONS: &str = "/api/v2/users/me/passkeys/options";
pub const CHALLENGE: &str = "/api/v2/users/me/passkeys/challenge";
pub const ALONE: &str = "/api/v2/sessions/passkey";
pub const ALONE_OPTIONS: &str = "/api/v2/sessions/passkey/options";

/// A device with a page of this service open in it.
pub struct Device {
    authenticator: SoftPasskey,
    origin: &'static str,
    /// Of the passkey that it made last.
    credential: String,
}

impl Device {
    pub fn new() -> Self {
        Self {
            authenticator: SoftPasskey::new(true),
            origin: "https://rondo.test",
            credential: String::new(),
        }
    }

    fn origin(&self) -> Url {
        self.origin.parse().expect("an address")
    }

    pub fn make(&mut self, options: &Value) -> String {
        let options = json!({ "publicKey": options });
        let options = serde_json::from_value(options).expect("options as a browser takes them");
        let made = self.authenticator.do_registration(self.origin(), options);
        let made = made.expect("the device makes one");
        self.credential.clone_from(&made.id);
        serde_json::to_string(&made).expect("JSON")
    }

    pub fn show(&mut self, options: &Value) -> String {
        let options = json!({ "publicKey": options });
        let options = serde_json::from_value(options).expect("options as a browser takes them");
        let shown = self.authenticator.do_authentication(self.origin(), options);
        serde_json::to_string(&shown.expect("the device has it")).expect("JSON")
    }

    /// As a device does that finds the passkey by itself, and says whose it is.
    pub fn show_alone(&mut self, options: &Value, user: &str) -> String {
        assert_eq!(options["allowCredentials"], json!([]));
        let mut options = options.clone();
        options["allowCredentials"] = json!([{ "type": "public-key", "id": self.credential }]);
        let mut shown: Value = serde_json::from_str(&self.show(&options)).expect("JSON");
        let id: rondo::model::Id = user.parse().expect("an id");
        let handle = [id.bytes().as_slice(), &[0; 4]].concat();
        shown["response"]["userHandle"] = URL_SAFE_NO_PAD.encode(handle).into();
        shown.to_string()
    }
}

/// Makes a passkey of somebody who has no second factor yet; what is answered.
async fn make(me: As<'_>, device: &mut Device) -> Value {
    let asked = me
        .post(OPTIONS, json!({ "current_password": PASSWORD }))
        .await
        .ok();
    let answer = device.make(&asked["options"]);
    let body = json!({ "ticket": asked["ticket"], "name": "My device", "answer": answer });
    me.post(PASSKEYS, body).await.expect(201)
}

async fn with_passkey(app: &TestApp) -> (Person, Device, Value) {
    let person = app.person(EMAIL).await;
    let mut device = Device::new();
    let made = make(app.by(&person), &mut device).await;
    (person, device, made)
}

/// What a right password is answered with.
async fn asked(app: &TestApp) -> Value {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let asked = app.anybody().post("/api/v2/sessions", body).await.expect(202);
    asked["second_factor"].clone()
}

/// Answers with this device what was asked.
pub fn proof(device: &mut Device, asked: &Value) -> Value {
    let answer = device.show(&asked["options"]);
    json!({ "passkey": { "ticket": asked["ticket"], "answer": answer } })
}

async fn a_passkey_is_made_renamed_and_taken_away(app: TestApp) {
    let person = app.person(EMAIL).await;
    let me = app.by(&person);
    let refusal = me.post(OPTIONS, json!({})).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/current_password"]);
    me.post(CHALLENGE, json!({})).await.problem(409, "conflict");
    let mut device = Device::new();
    let asked = me
        .post(OPTIONS, json!({ "current_password": PASSWORD }))
        .await
        .ok();
    assert_eq!(
        asked["options"]["rp"],
        json!({ "name": "Rondo", "id": "rondo.test" })
    );
    assert_eq!(asked["options"]["user"]["name"], EMAIL);
    let selection = &asked["options"]["authenticatorSelection"];
    assert_eq!(
        (&selection["userVerification"], &selection["residentKey"]),
        (&json!("required"), &json!("preferred"))
    );
    let answer = device.make(&asked["options"]);
    let body =
        |name: &str, answer: &str| json!({ "ticket": asked["ticket"], "name": name, "answer": answer });
    for wrong in ["{}", "no JSON", "null"] {
        let refusal = me
            .post(PASSKEYS, body("My device", wrong))
            .await
            .problem(422, "schema");
        assert_eq!(pointers(&refusal), ["/answer"]);
    }
    // It is its owner's challenge.
    let other = app.person("other@example.org").await;
    app.by(&other)
        .post(PASSKEYS, body("Mine", &answer))
        .await
        .problem(409, "conflict");
    let made = me.post(PASSKEYS, body("My device", &answer)).await;
    let id = text(&made.expect(201)["id"]);
    assert_eq!(made.header("location"), format!("{PASSKEYS}/{id}"));
    assert_eq!(codes_of(&made.json()).len(), 10);
    // The same answer again.
    me.post(PASSKEYS, body("My device", &answer))
        .await
        .problem(409, "conflict");

    let factors = me.get(FACTORS).await.ok();
    let shown = &factors["passkeys"][0];
    moment(&shown["created_at"]);
    assert_eq!(
        (&shown["name"], &shown["last_used_at"]),
        (&json!("My device"), &Value::Null)
    );
    assert_eq!(
        (&factors["recovery_codes_left"], &factors["totp"]),
        (&json!(10), &Value::Null)
    );
    // A second one comes with no new codes, and the authenticator is told which it has.
    let challenge = me.post(CHALLENGE, json!({})).await.ok();
    let fresh = json!({ "current_password": PASSWORD, "second_factor": proof(&mut device, &challenge) });
    let again = me.post(OPTIONS, fresh).await.ok();
    assert_eq!(again["options"]["excludeCredentials"][0]["id"], device.credential);
    let mut another = Device::new();
    let answer = another.make(&again["options"]);
    let second = json!({ "ticket": again["ticket"], "name": "Another", "answer": answer });
    assert_eq!(
        me.post(PASSKEYS, second).await.expect(201)["recovery_codes"],
        Value::Null
    );

    let path = format!("{PASSKEYS}/{id}");
    let renamed = me.patch(&path, json!({ "name": "My telephone" })).await.ok();
    assert_eq!(renamed["name"], "My telephone");
    let nobodys = format!("{PASSKEYS}/{NOBODY}");
    me.patch(&nobodys, json!({ "name": "x" }))
        .await
        .problem(404, "not-found");
    app.by(&other)
        .patch(&path, json!({ "name": "x" }))
        .await
        .problem(404, "not-found");
    let bare = json!({ "current_password": PASSWORD });
    app.by(&other)
        .delete_with(&path, bare.clone())
        .await
        .problem(404, "not-found");
    let refusal = me.delete_with(&path, bare).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/second_factor"]);
    // The one that is left takes the other one away, and then itself, with the codes.
    let left = text(&me.get(FACTORS).await.ok()["passkeys"][1]["id"]);
    for gone in [id, left] {
        let challenge = me.post(CHALLENGE, json!({})).await.ok();
        let fresh = json!({ "current_password": PASSWORD, "second_factor": proof(&mut another, &challenge) });
        me.delete_with(&format!("{PASSKEYS}/{gone}"), fresh)
            .await
            .expect_empty(204);
    }
    let factors = me.get(FACTORS).await.ok();
    assert_eq!(
        (&factors["passkeys"], &factors["recovery_codes_left"]),
        (&json!([]), &json!(0))
    );
    app.sign_in(EMAIL).await;
}

async fn a_passkey_is_the_second_step_of_a_sign_in(app: TestApp) {
    let (person, mut device, made) = with_passkey(&app).await;
    let asked = asked(&app).await;
    assert_eq!(asked["methods"], json!(["passkey", "recovery_code"]));
    let ticket = text(&asked["ticket"]);
    let shown = proof(&mut device, &asked["passkey"]);
    // The code of an authenticator that is not there is none.
    finish(&app, &ticket, json!({ "code": "000000" }))
        .await
        .problem(401, "credentials");
    let signed_in = finish(&app, &ticket, shown.clone()).await.expect(201);
    assert_eq!(signed_in["user"]["id"], person.id);
    let factors = app.by(&person).get(FACTORS).await.ok();
    assert_eq!(factors["passkeys"][0]["id"], made["id"]);
    moment(&factors["passkeys"][0]["last_used_at"]);
    // Neither the ticket nor, with another ticket, the answer is good again.
    finish(&app, &ticket, shown.clone())
        .await
        .problem(401, "credentials");
    let next = self::asked(&app).await;
    finish(&app, &text(&next["ticket"]), shown)
        .await
        .problem(401, "credentials");
    let code = json!({ "recovery_code": made["recovery_codes"][0] });
    finish(&app, &text(&next["ticket"]), code).await.expect(201);
}

async fn alone(app: &TestApp, asked: &Value, answer: &str) -> Answer {
    let body = json!({ "ticket": asked["ticket"], "answer": answer });
    app.anybody().post(ALONE, body).await
}

async fn a_passkey_alone_signs_in(app: TestApp) {
    let (person, mut device, _) = with_passkey(&app).await;
    let ask = async || app.anybody().post(ALONE_OPTIONS, json!({})).await.ok();
    let asked = ask().await;
    assert_eq!(asked["options"]["userVerification"], "required");
    let answer = device.show_alone(&asked["options"], &person.id);
    let signed_in = alone(&app, &asked, &answer).await.expect(201);
    assert_eq!(signed_in["user"]["id"], person.id);
    app.with_token(&text(&signed_in["access_token"]))
        .get(FACTORS)
        .await
        .ok();
    alone(&app, &asked, &answer).await.problem(401, "credentials");

    let asked = ask().await;
    let answer = device.show_alone(&asked["options"], &person.id);
    let body = json!({ "ticket": asked["ticket"], "answer": answer, "transport": "cookie" });
    let in_cookie = app.anybody().post(ALONE, body).await;
    assert!(
        in_cookie
            .header("set-cookie")
            .starts_with("__Host-rondo_refresh=")
    );

    // Not after its time, and not for an account that is disabled or without it.
    let late = ask().await;
    app.clock.advance(300_000);
    let answer = device.show_alone(&late["options"], &person.id);
    alone(&app, &late, &answer).await.problem(401, "credentials");
    let id = person.id.parse().expect("an id");
    let patch = |disabled| rondo::service::accounts::UserPatch {
        disabled: Some(disabled),
        ..Default::default()
    };
    let accounts = &app.services.accounts;
    accounts
        .apply(By::operator(), id, patch(true), None, "")
        .await
        .expect("it is done");
    let asked = ask().await;
    let answer = device.show_alone(&asked["options"], &person.id);
    alone(&app, &asked, &answer).await.problem(401, "credentials");
    accounts
        .apply(By::operator(), id, patch(false), None, "")
        .await
        .expect("it is done");
    app.services.factors.reset(id).await.expect("it is done");
    alone(&app, &asked, &answer).await.problem(401, "credentials");
    app.sign_in(EMAIL).await;
}

async fn what_is_no_answer_opens_nothing(app: TestApp) {
    let (person, mut device, _) = with_passkey(&app).await;
    let other = app.person("other@example.org").await;
    let mut others = Device::new();
    make(app.by(&other), &mut others).await;
    let first = asked(&app).await;
    let ticket = text(&first["ticket"]);
    let challenge = &first["passkey"];
    let good = text(&proof(&mut device, challenge)["passkey"]["answer"]);
    let next = asked(&app).await;
    let mut refused = Vec::new();
    // Of another challenge.
    refused.push((text(&next["passkey"]["ticket"]), good.clone()));
    // Of the page of another origin.
    device.origin = "https://evil.rondo.test";
    refused.push((
        text(&challenge["ticket"]),
        text(&proof(&mut device, challenge)["passkey"]["answer"]),
    ));
    device.origin = "https://rondo.test";
    // Without looking who is there.
    let mut careless = challenge["options"].clone();
    careless["userVerification"] = "discouraged".into();
    refused.push((text(&challenge["ticket"]), device.show(&careless)));
    // By somebody else's passkey.
    let mut theirs = challenge["options"].clone();
    theirs["allowCredentials"] = json!([{ "type": "public-key", "id": others.credential }]);
    refused.push((text(&challenge["ticket"]), others.show(&theirs)));
    // Changed, or none at all.
    let mut changed: Value = serde_json::from_str(&good).expect("JSON");
    changed["response"]["signature"] = "AAAA".into();
    refused.push((text(&challenge["ticket"]), changed.to_string()));
    refused.push((text(&challenge["ticket"]), "{}".into()));
    refused.push(("nothing that was given out".into(), good.clone()));
    for (held, answer) in refused {
        let proof = json!({ "passkey": { "ticket": held, "answer": answer } });
        finish(&app, &ticket, proof).await.problem(401, "credentials");
    }
    // Alone: in somebody else's name, and by the challenge of a second step.
    let alone_asked = app.anybody().post(ALONE_OPTIONS, json!({})).await.ok();
    let in_their_name = others.show_alone(&alone_asked["options"], &person.id);
    alone(&app, &alone_asked, &in_their_name)
        .await
        .problem(401, "credentials");
    let second = json!({ "ticket": challenge["ticket"], "options": challenge["options"] });
    alone(&app, &second, &good).await.problem(401, "credentials");
    // None of all that has used the challenge up.
    let proof = json!({ "passkey": { "ticket": challenge["ticket"], "answer": good } });
    finish(&app, &ticket, proof).await.expect(201);
}

async fn a_passkey_passes_the_fresh_check_once(app: TestApp) {
    let (person, mut device, _) = with_passkey(&app).await;
    let me = app.by(&person);
    let challenge = me.post(CHALLENGE, json!({})).await.ok();
    let shown = proof(&mut device, &challenge);
    let change =
        |email: &str| json!({ "email": email, "current_password": PASSWORD, "second_factor": shown });
    me.patch("/api/v2/users/me", change("new@example.org")).await.ok();
    me.patch("/api/v2/users/me", change("newer@example.org"))
        .await
        .problem(401, "credentials");
    // A challenge is its owner's.
    let challenge = me.post(CHALLENGE, json!({})).await.ok();
    let shown = proof(&mut device, &challenge);
    let other = app.person("other@example.org").await;
    let mut others = Device::new();
    make(app.by(&other), &mut others).await;
    let body = json!({ "current_password": PASSWORD, "second_factor": shown });
    app.by(&other)
        .delete_with("/api/v2/users/me", body.clone())
        .await
        .problem(401, "credentials");
    me.delete_with("/api/v2/users/me", body).await.expect_empty(204);
}

/// Sends all of these at once, at these instances in turn, and answers how many came in.
async fn came_in(instances: &[&TestApp], path: &str, bodies: &[Value]) -> usize {
    let mut running = JoinSet::new();
    for (number, body) in bodies.iter().enumerate() {
        let app = instances[number % instances.len()];
        running.spawn(ask(app.request(Method::POST, path).json(body)));
    }
    let mut count = 0;
    while let Some(answer) = running.join_next().await {
        let answer = answer.expect("no panic");
        if answer.status == 201 {
            count += 1;
        } else {
            answer.problem(401, "credentials");
        }
    }
    count
}

async fn at_once(instances: &[&TestApp]) {
    const MANY: usize = 12;
    let app = instances[0];
    let (person, mut device, _) = with_passkey(app).await;
    // One answer, with many tickets of sign-ins.
    let shown = proof(&mut device, &asked(app).await["passkey"]);
    let mut bodies = Vec::new();
    for _ in 0..MANY {
        let ticket = asked(app).await["ticket"].clone();
        bodies.push(json!({ "ticket": ticket, "second_factor": shown }));
    }
    assert_eq!(came_in(instances, SECOND, &bodies).await, 1);
    let alone_asked = app.anybody().post(ALONE_OPTIONS, json!({})).await.ok();
    let answer = device.show_alone(&alone_asked["options"], &person.id);
    let body = json!({ "ticket": alone_asked["ticket"], "answer": answer });
    assert_eq!(came_in(instances, ALONE, &vec![body; MANY]).await, 1);
}

async fn of_many_answers_at_once_one_comes_in(app: TestApp) {
    at_once(&[&app]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_answers_at_once_at_two_instances_one_comes_in() {
    let Some(one) = TestApp::spawn_with(Keeper::Mongo, &NAMED).await else {
        return;
    };
    let other = one.spawn_beside(&NAMED).await;
    at_once(&[&one, &other]).await;
}

async fn where_the_address_has_no_name_there_are_no_passkeys(app: TestApp) {
    let person = app.person(EMAIL).await;
    let words = "passkeys belong to a name: the public address of this installation has none, only numbers";
    let body = json!({ "current_password": PASSWORD });
    let refusal = app.by(&person).post(OPTIONS, body).await.problem(409, "conflict");
    assert_eq!(refusal["detail"], words);
    let refusal = app
        .anybody()
        .post(ALONE_OPTIONS, json!({}))
        .await
        .problem(409, "conflict");
    assert_eq!(refusal["detail"], words);
}
