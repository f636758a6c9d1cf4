//! Which security events are recorded, with whom and whence, and that the log never holds a secret.

use reqwest::Method;
use rondo::model::{Actor, AuditEvent, AuditFilter, AuditKind, AuditMethod, AuditReason, Id, Role};
use rondo::service::accounts::UserPatch;
use rondo::service::audit::By;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::{PASSWORD, Person};
use crate::device_support::Device;
use crate::factors_support::{CODES, TOTP, finish, guard, ticket};
use crate::support::{ask, on_each_keeper, text};

on_each_keeper! {
    each_thing_that_concerns_security_is_recorded_once_with_who_whom_and_whence,
    what_the_operator_and_the_service_do_is_recorded_as_theirs,
    no_event_holds_what_a_client_wrote,
    what_lets_in_beside_the_password_is_recorded,
}

const EMAIL: &str = "person@example.org";

/// All events, the oldest first.
pub async fn all(app: &TestApp) -> Vec<AuditEvent> {
    let everything = AuditFilter::default();
    let page = app.services.store.audit_page(&everything, None, 10_000).await;
    let mut events = page.expect("the store answers");
    events.reverse();
    events
}

/// Those that were recorded behind the first `known`.
pub async fn since(app: &TestApp, known: usize) -> Vec<AuditEvent> {
    all(app).await.split_off(known)
}

pub fn id_of(person: &Person) -> Id {
    person.id.parse().expect("an id")
}

pub fn kinds(events: &[AuditEvent]) -> Vec<AuditKind> {
    events.iter().map(|event| event.kind).collect()
}

async fn each_thing_that_concerns_security_is_recorded_once_with_who_whom_and_whence(app: TestApp) {
    let known = all(&app).await.len();
    let registered = app.register(EMAIL).await;
    let id: Id = text(&registered["id"]).parse().expect("an id");
    let request = app
        .post(
            "/api/v2/sessions",
            &json!({ "email": EMAIL, "password": PASSWORD }),
        )
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        );
    let answer = ask(request).await;
    let request_id = answer.header("x-request-id").to_owned();
    let signed_in = answer.expect(201);
    let events = since(&app, known).await;
    assert_eq!(kinds(&events), [AuditKind::UserRegistered, AuditKind::SignedIn]);
    for event in &events {
        assert_eq!((event.actor, event.subject), (Actor::User(id), Some(id)));
        assert_eq!(event.address, "127.0.0.1");
    }
    let event = &events[1];
    assert_eq!(event.device, "Firefox on Linux");
    assert_eq!(event.request_id, request_id);
    assert_eq!(event.details.method, Some(AuditMethod::Password));
    let session = event.details.session.expect("a session").to_string();
    assert_eq!(session, text(&signed_in["session"]["id"]));

    let first = app.person_again(EMAIL).await;
    let second = app.person_again(EMAIL).await;
    let me = app.by(&first);
    let mut known = all(&app).await.len();
    let mut expect = async |expected: &[AuditKind]| {
        let events = since(&app, known).await;
        assert_eq!(kinds(&events), expected);
        known += events.len();
        for event in &events {
            assert_eq!(
                (event.actor, event.subject),
                (Actor::User(id), Some(id)),
                "{event:?}"
            );
            assert!(!event.request_id.is_empty(), "{event:?}");
        }
        events
    };
    let by_second = app.by(&second);
    by_second
        .delete("/api/v2/sessions/current")
        .await
        .expect_empty(204);
    expect(&[AuditKind::SignedOut]).await;
    let third = app.person_again(EMAIL).await;
    let sessions = app.by(&third).get("/api/v2/sessions").await.ok();
    let current = sessions["items"]
        .as_array()
        .expect("sessions")
        .iter()
        .find(|one| one["current"] == true);
    let third_id = text(&current.expect("its own")["id"]);
    expect(&[AuditKind::SignedIn]).await;
    me.delete(&format!("/api/v2/sessions/{third_id}"))
        .await
        .expect_empty(204);
    let ended = expect(&[AuditKind::SessionEnded]).await;
    assert_eq!(ended[0].details.session.map(|id| id.to_string()), Some(third_id));
    me.delete("/api/v2/sessions").await.expect_empty(204);
    expect(&[AuditKind::SessionsEnded]).await;

    me.patch("/api/v2/users/me", json!({ "name": "Another", "language": "de" }))
        .await
        .ok();
    expect(&[]).await;
    let email = json!({ "email": "new@example.org", "current_password": PASSWORD });
    me.patch("/api/v2/users/me", email).await.ok();
    expect(&[AuditKind::EmailChanged]).await;
    let wrong = json!({ "current_password": "wrong", "new_password": "another horse battery" });
    me.post("/api/v2/users/me/password", wrong)
        .await
        .problem(401, "credentials");
    let failed = expect(&[AuditKind::ConfirmationFailed]).await;
    assert_eq!(failed[0].details.reason, Some(AuditReason::WrongPassword));
    let right = json!({ "current_password": PASSWORD, "new_password": "another horse battery" });
    me.post("/api/v2/users/me/password", right)
        .await
        .expect_empty(204);
    expect(&[AuditKind::PasswordChanged]).await;

    // Taken back once; where nothing is, nothing is recorded.
    me.post("/api/v2/calendar", json!({})).await.expect(201);
    for _ in 0..2 {
        me.delete("/api/v2/calendar").await.expect_empty(204);
    }
    expect(&[AuditKind::CalendarAddressMade, AuditKind::CalendarAddressRemoved]).await;
    assert_eq!(me.get("/api/v2/export?format=csv").await.status, 200);
    expect(&[AuditKind::ExportMade]).await;

    // A refresh is none, a token that is used again is one, and once is enough.
    let refresh = json!({ "refresh_token": first.refresh_token });
    app.anybody()
        .post("/api/v2/sessions/refresh", refresh.clone())
        .await
        .ok();
    expect(&[]).await;
    app.clock.advance(40_000);
    for _ in 0..2 {
        app.anybody()
            .post("/api/v2/sessions/refresh", refresh.clone())
            .await
            .problem(401, "unauthenticated");
    }
    let events = since(&app, known).await;
    assert_eq!(kinds(&events), [AuditKind::RefreshTokenReused]);
    assert_eq!((events[0].actor, events[0].subject), (Actor::Nobody, Some(id)));
    assert!(events[0].details.session.is_some());

    let credentials = json!({ "email": "new@example.org", "password": "another horse battery" });
    let again = app.anybody().post("/auth", credentials).await.ok();
    let token = text(&again["data"]["access_token"]);
    let known = all(&app).await.len();
    let body = json!({ "id": id, "current_password": "another horse battery" });
    app.with_token(&token).delete_with("/user", body).await.ok();
    let events = since(&app, known).await;
    assert_eq!(kinds(&events), [AuditKind::UserDeleted]);
    assert_eq!((events[0].actor, events[0].subject), (Actor::User(id), Some(id)));
}

async fn what_lets_in_beside_the_password_is_recorded(app: TestApp) {
    let person = app.person(EMAIL).await;
    let id = id_of(&person);
    let known = all(&app).await.len();
    let guarded = guard(&app, person).await;
    let me = app.by(&guarded.person);
    let token = json!({ "name": "A script", "scopes": ["todo:read"] });
    let token = me.post("/api/v2/tokens", token).await.expect(201);
    let path = format!("/api/v2/tokens/{}", text(&token["id"]));
    me.delete(&path).await.expect_empty(204);
    for allow in [true, false] {
        let device = Device::begin(&app).await;
        let path = format!("/api/v2/device/{}", device.user_code);
        me.post(&path, json!({ "allow": allow })).await.expect_empty(204);
    }
    let fresh = |code: String| json!({ "current_password": PASSWORD, "second_factor": { "code": code } });
    let code = guarded.authenticator.next_code(&app);
    me.post(CODES, fresh(code)).await.ok();
    let asked = ticket(&app, EMAIL).await;
    let wrong = json!({ "code": guarded.authenticator.wrong_code(&app) });
    finish(&app, &asked, wrong).await.problem(401, "credentials");
    let right = json!({ "code": guarded.authenticator.next_code(&app) });
    finish(&app, &asked, right).await.expect(201);
    let code = guarded.authenticator.next_code(&app);
    me.delete_with(TOTP, fresh(code)).await.expect_empty(204);
    app.services.factors.reset(id).await.expect("an account");

    let events = since(&app, known).await;
    let expected = [
        AuditKind::AuthenticatorAdded,
        AuditKind::ApiTokenMade,
        AuditKind::ApiTokenRevoked,
        AuditKind::DeviceAllowed,
        AuditKind::DeviceRefused,
        AuditKind::RecoveryCodesRenewed,
        AuditKind::SecondFactorAsked,
        AuditKind::SignInFailed,
        AuditKind::SignedIn,
        AuditKind::AuthenticatorRemoved,
        AuditKind::FactorsReset,
    ];
    assert_eq!(kinds(&events), expected);
    assert!(events.iter().all(|event| event.subject == Some(id)), "{events:?}");
    for event in &events[1..3] {
        let session = event.details.session.expect("the token").to_string();
        assert_eq!(session, text(&token["id"]));
    }
    let failed = &events[7];
    assert_eq!(
        (failed.actor, failed.details.method),
        (Actor::Nobody, Some(AuditMethod::SecondFactor))
    );
    assert_eq!(failed.details.reason, Some(AuditReason::WrongSecondFactor));
    assert_eq!(events[8].details.method, Some(AuditMethod::SecondFactor));
    assert_eq!(events[10].actor, Actor::Operator);
}

async fn what_the_operator_and_the_service_do_is_recorded_as_theirs(app: TestApp) {
    // The first signing key was made by the service.
    let events = all(&app).await;
    assert_eq!(kinds(&events), [AuditKind::KeyRotated]);
    assert_eq!((events[0].actor, events[0].subject), (Actor::Service, None));
    let signing = app.services.tokens.signing();
    let first = signing.current().kid;
    assert_eq!(events[0].details.key.as_ref(), Some(&first));
    assert_eq!((events[0].address.as_str(), events[0].device.as_str()), ("", ""));

    let second = signing.rotate(By::operator()).await.expect("a key");
    signing.retire(By::operator(), &first).await.expect("it is there");
    let admin = app.admin("admin@example.org").await;
    let person = app.person(EMAIL).await;
    let known = all(&app).await;
    let of_operator: Vec<&AuditEvent> = known
        .iter()
        .filter(|event| event.actor == Actor::Operator)
        .collect();
    assert_eq!(
        of_operator.iter().map(|event| event.kind).collect::<Vec<_>>(),
        [
            AuditKind::KeyRotated,
            AuditKind::KeyRetired,
            AuditKind::UserCreated
        ]
    );
    assert_eq!(of_operator[0].details.key.as_ref(), Some(&second));
    assert_eq!(of_operator[1].details.key.as_ref(), Some(&first));
    assert_eq!(of_operator[2].details.role, Some(Role::Admin));
    assert_eq!(of_operator[2].subject, Some(id_of(&admin)));

    let accounts = &app.services.accounts;
    let patch = UserPatch {
        role: Some(Role::Admin),
        disabled: Some(true),
        password: Some("another horse battery".into()),
        ..UserPatch::default()
    };
    for _ in 0..2 {
        // The second time it is so already, but for the password.
        let patch = patch.clone();
        let applied = accounts
            .apply(By::operator(), id_of(&person), patch, None, "")
            .await;
        applied.expect("it is applied");
    }
    let enabled = UserPatch {
        disabled: Some(false),
        ..UserPatch::default()
    };
    accounts
        .apply(By::operator(), id_of(&person), enabled, None, "")
        .await
        .expect("it is applied");
    accounts
        .erase(By::operator(), id_of(&person))
        .await
        .expect("it is there");
    let events = since(&app, known.len()).await;
    assert_eq!(
        kinds(&events),
        [
            AuditKind::PasswordChanged,
            AuditKind::RoleChanged,
            AuditKind::UserDisabled,
            AuditKind::PasswordChanged,
            AuditKind::UserEnabled,
            AuditKind::UserDeleted,
        ]
    );
    assert_eq!(events[1].details.role, Some(Role::Admin));
    for event in &events {
        assert_eq!(
            (event.actor, event.subject),
            (Actor::Operator, Some(id_of(&person)))
        );
        assert_eq!((event.address.as_str(), event.request_id.as_str()), ("", ""));
    }

    // An administrator, in version 1.
    let known = known.len() + events.len();
    let new = json!({ "email": "made@example.org", "password": PASSWORD, "role": "admin" });
    let made = app.by(&admin).post("/user", new).await.ok();
    let events = since(&app, known).await;
    assert_eq!(kinds(&events), [AuditKind::UserCreated]);
    assert_eq!(events[0].actor, Actor::User(id_of(&admin)));
    assert_eq!(
        events[0].subject.map(|id| id.to_string()),
        Some(text(&made["data"]["id"]))
    );
    assert_eq!(events[0].details.role, Some(Role::Admin));
}

async fn no_event_holds_what_a_client_wrote(app: TestApp) {
    const CANARY: &str = "c4n4ryh1dd3n";
    let email = format!("{CANARY}@example.org");
    let password = format!("{CANARY} horse battery");
    let agent = format!("{CANARY}/1.0 (Linux)");
    let post = |path: &str, body: serde_json::Value| {
        let request = app.post(path, &body).header("user-agent", &agent);
        // Nobody trusts this client: neither its address nor its id is believed.
        request
            .header("x-forwarded-for", CANARY)
            .header("x-request-id", CANARY)
    };
    ask(post(
        "/api/v2/users",
        json!({ "name": CANARY, "email": email, "password": password }),
    ))
    .await
    .expect(201);
    let wrong = json!({ "email": email, "password": CANARY });
    ask(post("/api/v2/sessions", wrong))
        .await
        .problem(401, "credentials");
    let unknown = json!({ "email": CANARY, "password": CANARY });
    ask(post("/api/v2/sessions", unknown))
        .await
        .problem(401, "credentials");
    let signed_in = ask(post(
        "/api/v2/sessions",
        json!({ "email": email, "password": password }),
    ))
    .await
    .expect(201);
    let token = text(&signed_in["access_token"]);
    let me = app.with_token(&token);
    let change = json!({ "current_password": password, "new_password": format!("{password} {password}") });
    let request = me
        .request(Method::POST, "/api/v2/users/me/password")
        .header("user-agent", &agent);
    ask(request.json(&change)).await.expect_empty(204);
    let calendar = me.post("/api/v2/calendar", json!({})).await.expect(201);
    let secret = text(&calendar["url"])
        .rsplit('/')
        .next()
        .expect("a secret")
        .replace(".ics", "");
    // As a client may write it that is no browser: the line break cannot be sent, its encoded form can.
    let forged = me.request(Method::DELETE, "/api/v2/sessions/current");
    let forged = forged.header("user-agent", "x%0d%0aforged: 1\t\u{85}".as_bytes());
    ask(forged).await.expect_empty(204);

    let events = all(&app).await;
    assert!(events.len() >= 7, "{events:?}");
    let written = format!("{events:?}");
    let refresh = text(&signed_in["refresh_token"]);
    for secret in [
        CANARY, &password, &token, &refresh, &secret, "forged", "\\r", "%0d",
    ] {
        assert!(!written.contains(secret), "{secret}: {written}");
    }
    for event in &events {
        let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        assert!(
            is_plain(&event.device) && is_plain(&event.address) && is_plain(&event.request_id),
            "{event:?}"
        );
    }
    assert_eq!(events.last().map(|event| event.device.as_str()), Some("another"));
}
