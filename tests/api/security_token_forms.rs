//! What is shown as a token: cut, joined, in another header, or in the place of the other kind.

use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::common::TestApp;
use crate::security_jwt::{Attacker, Mint, part, read, token};
use crate::security_tokens::{
    assert_challenged, assert_refused, mint, of_other_types, refuse_refresh, with, without,
};
use crate::support::{ask, on_each_keeper};

on_each_keeper!(
    what_is_no_whole_token_is_refused,
    the_header_authorization_is_one_and_a_bearers,
    refresh_tokens_are_as_strict,
);

const EMAIL: &str = "person@example.org";

/// SECURITY 7
async fn what_is_no_whole_token_is_refused(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = mint(&app, &person).await;
    let good = &person.access_token;
    let parts: Vec<&str> = good.split('.').collect();
    let [h, c, s] = parts[..] else {
        panic!("three parts")
    };
    // The last character of a signature of 256 bytes has bits to spare: another one that is read alike.
    let last = good.chars().last().expect("a character");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).expect("base64url");
    let spare = &alphabet[place ^ 1..=place ^ 1];
    let long = with(&claims, json!({ "more": "x".repeat(9 * 1024) }));
    let other = app.person_again(EMAIL).await.access_token;
    let other = other.rsplit('.').next().expect("a signature").to_owned();
    let bad = [
        good[..good.len() - 1].to_owned(),
        format!("{}{spare}", &good[..good.len() - 1]),
        format!("{good}="),
        format!("{good}A"),
        format!("{good}."),
        format!("{good}.{s}"),
        format!("{good}.."),
        format!(".{good}"),
        format!("{h}.{c}"),
        format!("{h}.{c}."),
        format!("{h}..{s}"),
        format!(".{c}.{s}"),
        format!("{h}.{c}.{other}"),
        format!("{h}.{c} .{s}"),
        format!("{h}. {c}.{s}"),
        format!("{h} {c} {s}"),
        format!("{h}.{c}.{s} {s}"),
        format!("{h}=.{c}.{s}"),
        format!("\"{good}\""),
        format!("{good},{good}"),
        format!("Bearer {good}"),
        good.replace('.', "%2e"),
        good.replace('.', "․"),
        good.to_lowercase(),
        "..".into(),
        "x".into(),
        "null".into(),
        mint.signed(&header, long),
    ];
    assert_refused(&app, bad.map(|token| (token.chars().take(99).collect(), token))).await;
}

/// SECURITY 7
async fn the_header_authorization_is_one_and_a_bearers(app: TestApp) {
    let person = app.person(EMAIL).await;
    let good = &person.access_token;
    for path in ["/api/v2/users/me", "/user"] {
        for scheme in ["Bearer", "bearer", "BEARER"] {
            let value = format!("{scheme} {good}");
            ask(app.get(path).header("Authorization", value)).await.ok();
        }
        for bad in [
            format!("Basic {good}"),
            "Basic cGVyc29uQGV4YW1wbGUub3JnOng=".into(),
            "Bearer".into(),
            "Bearer ".into(),
            good.clone(),
            format!("Bearer\t{good}"),
            format!("Bearer={good}"),
            format!("Bearer: {good}"),
            format!("Bearer token=\"{good}\""),
            format!("DPoP {good}"),
            String::new(),
        ] {
            let answer = ask(app.get(path).header("Authorization", &bad)).await;
            assert_eq!(answer.status, 401, "{bad}");
            assert_challenged(&answer, path);
        }
        for second in [format!("Bearer {good}"), "Bearer x".into(), "Basic x".into()] {
            let twice = app.get(path).bearer_auth(good).header("Authorization", second);
            assert_challenged(&ask(twice).await, path);
        }
        // In no other place is a token looked for.
        let cookie = app.get(path).header("Cookie", format!("access_token={good}"));
        let elsewhere = app.get(path).header("X-Access-Token", good);
        for request in [app.get(path), cookie, elsewhere] {
            let answer = ask(request).await;
            answer.refused(path, 401, "unauthenticated");
            assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"rondo\"");
        }
        let in_query = app.anybody().get(&format!("{path}?access_token={good}")).await;
        in_query.refused(path, 401, "unauthenticated");
    }
}

/// SECURITY 7
async fn refresh_tokens_are_as_strict(app: TestApp) {
    let person = app.person(EMAIL).await;
    let (mint, header, claims) = (
        Mint::of(&app),
        read(&person.refresh_token, 0),
        read(&person.refresh_token, 1),
    );
    let (attacker, now) = (Attacker::new(), app.services.source.now().seconds());
    let mut bad = vec![
        mint.signed(with(&header, json!({ "typ": "at+jwt" })), &claims),
        mint.signed(with(&header, json!({ "typ": "JWT" })), &claims),
        mint.signed(with(&header, json!({ "jwk": attacker.jwk })), &claims),
        token(
            &header.to_string(),
            &claims.to_string(),
            &attacker.key,
            Algorithm::RS256,
        ),
        format!(
            "{}.{}.",
            part(with(&header, json!({ "alg": "none" })).to_string()),
            part(claims.to_string())
        ),
        mint.signed(&header, with(&claims, json!({ "exp": now }))),
        mint.signed(&header, with(&claims, json!({ "iss": "http://evil.example" }))),
        mint.signed(&header, with(&claims, json!({ "aud": "http://evil.example" }))),
        mint.signed(
            &header,
            with(&claims, json!({ "sid": "000000000000000000000000" })),
        ),
        mint.signed(
            &header,
            with(&claims, json!({ "sub": "000000000000000000000000" })),
        ),
    ];
    for (name, value) in claims.as_object().expect("an object") {
        bad.push(mint.signed(&header, without(&claims, name)));
        // An empty jti is one that was never given out: the session would end, and rightly.
        let others = of_other_types(value)
            .into_iter()
            .filter(|other| other != "" && name != "iat");
        bad.extend(others.map(|other| mint.signed(&header, with(&claims, json!({ name: other })))));
    }
    for token in &bad {
        refuse_refresh(&app, token, token).await;
    }
    let body = json!({ "refresh_token": person.refresh_token });
    app.anybody().post("/api/v2/sessions/refresh", body).await.ok();
}
