//! Second factors, as their owner sets them up and takes them away, and the fresh check that they are part of.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::factors_support::{
    Authenticator, CODES, CONFIRM, EMAIL, FACTORS, Guarded, TOTP, codes_of, finish, guarded, sign_in, ticket,
};
use crate::support::{Answer, moment, on_each_keeper, pointers, text};

on_each_keeper! {
    an_authenticator_counts_from_its_first_code_on,
    an_authenticator_that_was_never_confirmed_counts_for_nothing,
    recovery_codes_are_shown_once_and_new_ones_replace_them,
    an_authenticator_is_taken_away_with_its_codes,
    what_an_account_is_taken_over_by_needs_both,
    version_1_refuses_in_words,
    the_operator_takes_lost_factors_away,
    no_answer_shows_what_is_kept,
    an_administrator_without_one_administers_nothing with [("RONDO_REQUIRE_SECOND_FACTOR", "admin")],
}

const ME: &str = "/api/v2/users/me";

fn fresh(proof: Value) -> Value {
    json!({ "current_password": PASSWORD, "second_factor": proof })
}

async fn an_authenticator_counts_from_its_first_code_on(app: TestApp) {
    let person = app.person(EMAIL).await;
    let me = app.by(&person);
    let nothing = json!({ "totp": null, "passkeys": [], "recovery_codes_left": 0, "required": false });
    assert_eq!(me.get(FACTORS).await.ok(), nothing);

    let refusal = me.post(TOTP, json!({})).await.problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/current_password"]);
    let wrong = json!({ "current_password": "not the password" });
    me.post(TOTP, wrong).await.problem(401, "credentials");
    let made = me.post(TOTP, json!({ "current_password": PASSWORD })).await;
    assert_eq!(made.header("cache-control"), "no-store");
    let made = made.ok();
    let secret = text(&made["secret"]);
    assert_eq!(
        made["uri"],
        format!(
            "otpauth://totp/Rondo%20%28rondo.test%29:person%40example.org?secret={secret}\
             &issuer=Rondo%20%28rondo.test%29&algorithm=SHA1&digits=6&period=30"
        )
    );
    // It counts for nothing yet.
    assert_eq!(me.get(FACTORS).await.ok(), nothing);
    app.sign_in(EMAIL).await;

    let authenticator = Authenticator::of(&secret);
    let wrong = json!({ "code": authenticator.wrong_code(&app) });
    let refusal = me.post(CONFIRM, wrong).await.problem(401, "credentials");
    assert_eq!(
        refusal["detail"],
        "the second factor is wrong, or was used before"
    );
    for unsound in [
        json!({}),
        json!({ "code": "12345" }),
        json!({ "code": 123_456 }),
        json!({ "code": "abcdef" }),
    ] {
        let refusal = me.post(CONFIRM, unsound).await.problem(422, "schema");
        assert_eq!(pointers(&refusal), ["/code"]);
    }
    let right = json!({ "code": authenticator.code(&app, 0) });
    let codes = codes_of(&me.post(CONFIRM, right.clone()).await.ok());
    assert_eq!(codes.len(), 10);
    let factors = me.get(FACTORS).await.ok();
    assert_eq!(factors["recovery_codes_left"], 10);
    moment(&factors["totp"]["confirmed_at"]);
    me.post(CONFIRM, right).await.problem(409, "conflict");
    me.post(TOTP, json!({ "current_password": PASSWORD }))
        .await
        .problem(409, "conflict");
    ticket(&app, EMAIL).await;
}

async fn an_authenticator_that_was_never_confirmed_counts_for_nothing(app: TestApp) {
    let person = app.person(EMAIL).await;
    let me = app.by(&person);
    me.post(CONFIRM, json!({ "code": "000000" }))
        .await
        .problem(409, "conflict");
    let begin = async || {
        let made = me.post(TOTP, json!({ "current_password": PASSWORD })).await.ok();
        Authenticator::of(&text(&made["secret"]))
    };
    let (first, second) = (begin().await, begin().await);
    // The second has taken the place of the first.
    let code = json!({ "code": first.code(&app, 0) });
    if first.code(&app, 0) != second.code(&app, 0) {
        me.post(CONFIRM, code).await.problem(401, "credentials");
    }
    me.delete_with(TOTP, json!({ "current_password": PASSWORD }))
        .await
        .expect_empty(204);
    me.delete_with(TOTP, json!({ "current_password": PASSWORD }))
        .await
        .problem(404, "not-found");
    let code = json!({ "code": second.code(&app, 0) });
    me.post(CONFIRM, code).await.problem(409, "conflict");
    app.sign_in(EMAIL).await;
}

async fn recovery_codes_are_shown_once_and_new_ones_replace_them(app: TestApp) {
    let person = app.person(EMAIL).await;
    let me = app.by(&person);
    me.post(CODES, json!({ "current_password": PASSWORD }))
        .await
        .problem(409, "conflict");
    let guarded = crate::factors_support::guard(&app, person.clone()).await;
    let refusal = me
        .post(CODES, json!({ "current_password": PASSWORD }))
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/second_factor"]);
    // One of them opens the door to new ones.
    let body = fresh(json!({ "recovery_code": guarded.codes[0] }));
    let renewed = codes_of(&me.post(CODES, body).await.ok());
    assert_eq!(me.get(FACTORS).await.ok()["recovery_codes_left"], 10);
    assert!(renewed.iter().all(|code| !guarded.codes.contains(code)));
    let held = ticket(&app, EMAIL).await;
    let old = json!({ "recovery_code": guarded.codes[1] });
    finish(&app, &held, old).await.problem(401, "credentials");
    let new = json!({ "recovery_code": renewed[1] });
    finish(&app, &held, new).await.expect(201);
    assert_eq!(me.get(FACTORS).await.ok()["recovery_codes_left"], 9);
}

async fn an_authenticator_is_taken_away_with_its_codes(app: TestApp) {
    let Guarded {
        person,
        authenticator,
        codes,
        ..
    } = guarded(&app).await;
    let me = app.by(&person);
    let refusal = me
        .delete_with(TOTP, json!({ "current_password": PASSWORD }))
        .await
        .problem(422, "schema");
    assert_eq!(pointers(&refusal), ["/second_factor"]);
    let both = json!({ "code": "123456", "recovery_code": codes[0] });
    for unsound in [json!({}), json!(null), both, json!({ "password": PASSWORD })] {
        let refused = me.delete_with(TOTP, fresh(unsound)).await;
        refused.problem(422, "schema");
    }
    let code = authenticator.next_code(&app);
    me.delete_with(TOTP, fresh(json!({ "code": code })))
        .await
        .expect_empty(204);
    let nothing = json!({ "totp": null, "passkeys": [], "recovery_codes_left": 0, "required": false });
    assert_eq!(me.get(FACTORS).await.ok(), nothing);
    app.sign_in(EMAIL).await;
}

async fn what_an_account_is_taken_over_by_needs_both(app: TestApp) {
    let guarded = guarded(&app).await;
    let me = app.by(&guarded.person);
    let ask = async |method: Method, path: &str, mut body: Value, proof: Option<Value>| -> Answer {
        body["current_password"] = PASSWORD.into();
        if let Some(proof) = proof {
            body["second_factor"] = proof;
        }
        me.send(method, path, &body).await
    };
    let doors = [
        (
            Method::POST,
            "/api/v2/users/me/password",
            json!({ "new_password": "another horse battery" }),
        ),
        (Method::PATCH, ME, json!({ "email": "new@example.org" })),
        (Method::POST, CODES, json!({})),
        (Method::DELETE, TOTP, json!({})),
        (Method::DELETE, ME, json!({})),
    ];
    let spent = json!({ "code": guarded.authenticator.next_code(&app) });
    let held = ticket(&app, EMAIL).await;
    finish(&app, &held, spent.clone()).await.expect(201);
    for (method, path, body) in doors {
        let missing = ask(method.clone(), path, body.clone(), None).await;
        assert_eq!(pointers(&missing.problem(422, "schema")), ["/second_factor"]);
        let wrong = json!({ "code": guarded.authenticator.wrong_code(&app) });
        for proof in [wrong, spent.clone(), json!({ "recovery_code": "abcd" })] {
            let refused = ask(method.clone(), path, body.clone(), Some(proof)).await;
            refused.problem(401, "credentials");
        }
        // A wrong password uses no code up.
        let code = json!({ "code": guarded.authenticator.next_code(&app) });
        let mut with_wrong_password = body.clone();
        with_wrong_password["current_password"] = "not the password".into();
        with_wrong_password["second_factor"] = code.clone();
        let refused = me.send(method.clone(), path, &with_wrong_password).await;
        assert_eq!(
            refused.problem(401, "credentials")["detail"],
            "the current password is wrong"
        );
        if path == ME && method == Method::PATCH {
            let changed = ask(method, path, body, Some(code)).await.ok();
            assert_eq!(changed["email"], "new@example.org");
        }
    }
    // What takes nothing over needs neither.
    me.patch(ME, json!({ "name": "Another name" })).await.ok();
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    let new = json!({ "new_password": "another horse battery" });
    ask(Method::POST, "/api/v2/users/me/password", new, Some(code))
        .await
        .expect_empty(204);
    let last = json!({ "current_password": "another horse battery",
        "second_factor": { "recovery_code": guarded.codes[3] } });
    me.delete_with(ME, last).await.expect_empty(204);
}

async fn version_1_refuses_in_words(app: TestApp) {
    let guarded = guarded(&app).await;
    let credentials = json!({ "email": EMAIL, "password": PASSWORD });
    for path in ["/auth", "/login", "/api/v1/auth"] {
        let refused = app.anybody().post(path, credentials.clone()).await;
        refused.failure(
            401,
            "this account has a second factor: sign in by version 2 of the API",
        );
        let wrong = json!({ "email": EMAIL, "password": "not the password" });
        let refused = app.anybody().post(path, wrong).await;
        refused.failure(401, "invalid username or password");
    }
    let me = app.by(&guarded.person);
    let words = "this account has a second factor: change this by version 2 of the API";
    let payload = json!({ "password": "another horse battery", "current_password": PASSWORD });
    let body = json!({ "query": { "email": EMAIL }, "payload": payload });
    me.patch("/user", body).await.failure(403, words);
    let body = json!({ "email": EMAIL, "current_password": PASSWORD });
    me.delete_with("/user", body).await.failure(403, words);
    let body = json!({ "query": { "email": EMAIL }, "payload": { "name": "Another name" } });
    me.patch("/user", body).await.ok();
}

async fn the_operator_takes_lost_factors_away(app: TestApp) {
    let guarded = guarded(&app).await;
    let held = ticket(&app, EMAIL).await;
    let id = guarded.person.id.parse().expect("an id");
    app.services.factors.reset(id).await.expect("it is done");
    app.sign_in(EMAIL).await;
    // A sign-in that was under way shows what is no more.
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    finish(&app, &held, code).await.problem(401, "credentials");
    let nobody = "000000000000000000000000".parse().expect("an id");
    let refused = app.services.factors.reset(nobody).await;
    assert!(matches!(refused, Err(rondo::error::Error::NotFound)));
}

async fn an_administrator_without_one_administers_nothing(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    let user = app.person(EMAIL).await;
    let make = json!({ "email": "new@example.org", "password": PASSWORD });
    let words = "this needs the scope admin, which an administrator has here only with a second factor: set one up, \
                 and refresh the token";
    let others = "only an administrator may name another account";
    let me = app.by(&admin);
    me.post("/user", make.clone()).await.failure(403, words);
    me.get(&format!("/user?id={}", user.id))
        .await
        .failure(403, others);
    let token = json!({ "name": "A script", "scopes": ["admin", "profile"] });
    me.post("/api/v2/tokens", token.clone())
        .await
        .problem(403, "forbidden");
    assert_eq!(me.get(FACTORS).await.ok()["required"], true);
    // All else is as ever, for users too.
    app.todo(&admin, &json!({ "title": "Set one up" })).await;
    assert_eq!(app.by(&user).get(FACTORS).await.ok()["required"], false);
    let plain = "this needs a scope or a role that the token does not have";
    app.by(&user)
        .post("/user", make.clone())
        .await
        .failure(403, plain);

    let guarded = crate::factors_support::guard(&app, admin.clone()).await;
    // The token of before says what it said.
    me.post("/user", make.clone()).await.failure(403, words);
    let refresh = json!({ "refresh_token": admin.refresh_token });
    let refreshed = app.anybody().post("/api/v2/sessions/refresh", refresh).await.ok();
    let access = text(&refreshed["access_token"]);
    app.with_token(&access).post("/user", make).await.ok();
    let made = app
        .with_token(&access)
        .post("/api/v2/tokens", token)
        .await
        .expect(201);
    let again = sign_in(&app, &guarded).await;
    let path = format!("/user?id={}", user.id);
    app.by(&again).get(&path).await.ok();
    let api_token = text(&made["token"]);
    app.with_token(&api_token).get(&path).await.ok();

    // Who takes it away gives administration away: an API token is looked at again within a minute.
    let code = json!({ "code": guarded.authenticator.next_code(&app) });
    app.by(&again)
        .delete_with(TOTP, fresh(code))
        .await
        .expect_empty(204);
    app.clock.advance(61_000);
    app.with_token(&api_token).get(&path).await.failure(403, others);
    let signed_in = app.person_again("admin@example.org").await;
    app.by(&signed_in).get(&path).await.failure(403, others);
}

async fn no_answer_shows_what_is_kept(app: TestApp) {
    let guarded = guarded(&app).await;
    let again = sign_in(&app, &guarded).await;
    let user = crate::security_support::db_user(&app, EMAIL).await;
    let sealed = user.factors.totp.expect("it is kept").sealed;
    let hashes = user.factors.recovery;
    assert_eq!(hashes.len(), 10);
    let me = app.by(&again);
    for path in [
        ME,
        FACTORS,
        "/api/v2/sessions",
        "/api/v2/export?format=json",
        "/user",
    ] {
        let shown = me.get(path).await.text();
        assert!(!shown.contains(&sealed), "{path}");
        assert!(hashes.iter().all(|hash| !shown.contains(hash)), "{path}");
        assert!(guarded.codes.iter().all(|code| !shown.contains(code)), "{path}");
    }
    // Nor does what is kept hold what is shown.
    let kept = format!("{sealed} {hashes:?}");
    assert!(guarded.codes.iter().all(|code| !kept.contains(code)));
}
