//! Forms, as the paths of OAuth take them: everything else is refused in OAuth's own words.

use reqwest::Method;
use serde_json::json;

use crate::common::TestApp;
use crate::security_support::raw;
use crate::support::{Answer, As, ask, on_each_keeper};

on_each_keeper! {
    a_form_is_decoded_strictly_and_a_field_stands_once,
    a_form_over_the_limit_or_of_another_kind_is_refused,
    what_is_offered_is_said_and_no_password_is_taken,
}

const PATHS: [&str; 3] = ["/oauth/revoke", "/oauth/token", "/oauth/device_authorization"];
const FORM: &str = "application/x-www-form-urlencoded";

async fn send(somebody: As<'_>, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = somebody.request(Method::POST, path).body(body);
    ask(request.header("content-type", media_type)).await
}

/// SECURITY 26
async fn a_form_is_decoded_strictly_and_a_field_stands_once(app: TestApp) {
    for path in PATHS {
        for body in [
            &b"token=%"[..],
            b"token=%zz",
            b"token=%ff",
            b"token=%00",
            b"token=a%0d%0aSet-Cookie:x",
            b"\xff\xfe=1",
            b"token=a&token=b&client_id=rondo",
            b"grant_type=refresh_token&grant_type=refresh_token",
            b"client_id=rondo-cli&client_id=rondo",
            b"",
            b"&&&",
            b"token=&grant_type=&client_id=",
            b"token[$ne]=1&client_id[$ne]=1&grant_type[$ne]=1",
            b"{\"token\":{\"$ne\":1}}",
        ] {
            send(app.anybody(), path, FORM, body.to_vec())
                .await
                .oauth(400, "invalid_request");
        }
    }
    // A charset may be said, and what is not known is passed over (RFC 6749, section 3.2).
    let charset = format!("{FORM}; charset=UTF-8");
    let answer = send(
        app.anybody(),
        "/oauth/revoke",
        &charset,
        "token=x&unknown=1&empty=",
    )
    .await;
    answer.expect_empty(200);
}

/// SECURITY 26
async fn a_form_over_the_limit_or_of_another_kind_is_refused(app: TestApp) {
    for path in PATHS {
        let long = format!("token={}", "x".repeat(70_000));
        send(app.anybody(), path, FORM, long)
            .await
            .oauth(413, "invalid_request");
        let longer_than_a_field = format!("token={0}&client_id={0}&grant_type={0}", "x".repeat(9_000));
        send(app.anybody(), path, FORM, longer_than_a_field)
            .await
            .oauth(400, "invalid_request");
        for media_type in [
            "application/json",
            "text/plain",
            "multipart/form-data; boundary=x",
            "application/x-www-form-urlencoded; charset=latin1",
        ] {
            send(app.anybody(), path, media_type, "token=x")
                .await
                .oauth(415, "invalid_request");
        }
        let answer = app.anybody().post(path, json!({ "token": "x" })).await;
        answer.oauth(415, "invalid_request");
        // Neither by GET, where tokens would stand in logs.
        app.anybody()
            .get(&format!("{path}?token=x"))
            .await
            .oauth(405, "invalid_request");
        // Rocket lets a form name another method: an API takes none of that.
        send(
            app.anybody(),
            path,
            FORM,
            "_method=GET&token=x&client_id=nobody&grant_type=x",
        )
        .await;
        let chunks = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {FORM}\r\n\
             Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
            66_000,
            "x".repeat(66_000)
        );
        let answer = raw(&app, chunks.as_bytes()).await.expect("an answer");
        assert_eq!(answer.status, 413, "{path}: {}", answer.text());
    }
    app.anybody().get("/healthz").await.ok();
}

/// SECURITY 15
async fn what_is_offered_is_said_and_no_password_is_taken(app: TestApp) {
    let answer = app.anybody().get("/.well-known/oauth-authorization-server").await;
    let metadata = answer.ok();
    assert_eq!(metadata["issuer"], "http://rondo.test");
    for (name, path) in [
        ("jwks_uri", "/.well-known/jwks.json"),
        ("token_endpoint", "/oauth/token"),
        ("device_authorization_endpoint", "/oauth/device_authorization"),
        ("introspection_endpoint", "/oauth/introspect"),
        ("revocation_endpoint", "/oauth/revoke"),
    ] {
        assert_eq!(metadata[name], format!("http://rondo.test{path}"), "{name}");
    }
    assert_eq!(
        metadata["grant_types_supported"],
        json!(["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"])
    );
    let person = app.person("person@example.org").await;
    for grant in [
        "password",
        "client_credentials",
        "authorization_code",
        "implicit",
        "x",
    ] {
        let fields = [
            ("grant_type", grant),
            ("username", person.email.as_str()),
            ("password", crate::common::app::PASSWORD),
            ("client_id", "rondo"),
        ];
        let answer = app.anybody().form("/oauth/token", &fields).await;
        answer.oauth(400, "unsupported_grant_type");
    }
}
