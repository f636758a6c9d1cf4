//! What a provider that lies, or somebody who meddles with a sign-in, gets: a page that says no, and no session.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::common::provider::{
    self, Answer as Told, CLIENT_SECRET, Key, Provider, sign_with_text, signed_part,
};
use crate::common::{Keeper, TestApp};
use crate::providers_support::{Browser, SESSION, SIGN_IN, on_each_store, scene};

on_each_store! {
    no_account_is_taken_over_by_its_address,
    both_sides_have_verified_the_address_or_nothing_is_linked,
}

const NOT_BELIEVED: &str = "The provider's answer cannot be used";
const NOT_BEGUN: &str = "This sign-in was not begun here";
const OTHER: &str = "This is the answer to another sign-in";
const DISCOVERY: &str = "/.well-known/openid-configuration";

async fn sqlite() -> (TestApp, Provider) {
    scene(Keeper::Sqlite, &[])
        .await
        .expect("SQLite is never left out")
}

/// Nobody has an account.
async fn nobody(app: &TestApp) {
    let page = app
        .services
        .store
        .users_page(None, 10)
        .await
        .expect("the store answers");
    assert!(page.is_empty(), "{page:?}");
}

/// SECURITY 16
#[tokio::test]
async fn a_callback_counts_in_the_browser_that_began_it_alone() {
    let (app, provider) = sqlite().await;
    let mut browser = Browser::new(&app);
    let location = browser.goes("/login/work").await;
    let brought = provider.lets_in(&location);
    Browser::new(&app)
        .comes_back(&brought)
        .await
        .turned_away(400, NOT_BEGUN);
    // Somebody who began one of their own, and has another one's browser finish it.
    let mut other = Browser::new(&app);
    other.goes("/login/work").await;
    other.comes_back(&brought).await.turned_away(400, OTHER);
    // What the browser has begun is not ended by that.
    assert!(other.cookies.contains_key(SIGN_IN));
    nobody(&app).await;
    // Nor has the code been spent.
    assert_eq!(browser.comes_back(&brought).await.status, 303);
    browser.comes_back(&brought).await.turned_away(400, NOT_BEGUN);
}

/// SECURITY 16
#[tokio::test]
async fn a_state_that_is_another_one_is_refused() {
    let (app, provider) = sqlite().await;
    let mut browser = Browser::new(&app);
    let location = browser.goes("/login/work").await;
    let brought = provider.lets_in(&location);
    let with = |name: &str, value: Option<&str>| {
        let mut query = brought.clone();
        match value {
            Some(value) => query.insert(name.into(), value.into()),
            None => query.remove(name),
        };
        query
    };
    for state in [None, Some(""), Some("x"), Some(&brought["state"][1..])] {
        browser
            .comes_back(&with("state", state))
            .await
            .turned_away(400, OTHER);
    }
    // What stands twice may mean two things.
    let twice = format!(
        "/callback/work?code=x&state={}&state={}",
        brought["state"], brought["state"]
    );
    browser.get(&twice).await.turned_away(400, OTHER);
    browser
        .get("/callback/work?state=%ff")
        .await
        .turned_away(400, OTHER);
    // At the address of another provider, or at that of all.
    let query = crate::providers_support::encoded(&brought);
    for path in ["/callback", "/callback/other", "/callback/work2"] {
        browser
            .get(&format!("{path}?{query}"))
            .await
            .turned_away(400, OTHER);
    }
    nobody(&app).await;
    assert_eq!(provider.times("/token"), 0);
    assert_eq!(browser.comes_back(&brought).await.status, 303);
}

/// SECURITY 16
#[tokio::test]
async fn a_sign_in_that_takes_too_long_or_was_meddled_with_is_none() {
    let (app, provider) = sqlite().await;
    let mut browser = Browser::new(&app);
    let brought = provider.lets_in(&browser.goes("/login/work").await);
    let kept = browser.cookies[SIGN_IN].clone();
    for cookie in [
        "",
        "x",
        &kept[1..],
        &format!("{kept}A"),
        &kept.replace(&kept[..1], "_"),
    ] {
        if cookie != kept {
            browser.cookies.insert(SIGN_IN.into(), cookie.to_owned());
            browser.comes_back(&brought).await.turned_away(400, NOT_BEGUN);
        }
    }
    browser.cookies.insert(SIGN_IN.into(), kept);
    app.clock.advance(601_000);
    browser.comes_back(&brought).await.turned_away(400, NOT_BEGUN);
    nobody(&app).await;
}

/// SECURITY 16
#[tokio::test]
async fn a_code_without_its_verifier_is_worth_nothing() {
    let (app, provider) = sqlite().await;
    // Somebody has the code of another one's sign-in, and brings it to one of their own.
    let (mut victim, mut thief) = (Browser::new(&app), Browser::new(&app));
    let stolen = provider.lets_in(&victim.goes("/login/work").await);
    let mut own = provider.lets_in(&thief.goes("/login/work").await);
    own.insert("code".into(), stolen["code"].clone());
    thief.comes_back(&own).await.turned_away(400, NOT_BELIEVED);
    // A code that is none, or that was used.
    for code in ["", "x", "code-of-nobody"] {
        let mut query = provider.lets_in(&thief.goes("/login/work").await);
        query.insert("code".into(), code.into());
        thief.comes_back(&query).await.turned_away(400, NOT_BELIEVED);
        assert!(thief.cookies.is_empty());
    }
    nobody(&app).await;
}

/// Signs in while the provider lies like this, and asserts that nothing comes of it.
async fn refused(what: &str, lie: impl Fn(&provider::Ready) -> Told + Send + Sync + 'static) {
    let (app, provider) = sqlite().await;
    provider.lies(lie);
    let mut browser = Browser::new(&app);
    let answer = browser.signs_in(&provider).await;
    println!("{what}: {}", answer.status);
    answer.turned_away(400, NOT_BELIEVED);
    assert!(!browser.cookies.contains_key(SESSION), "{what}");
    assert_eq!(provider.times("/token"), 1, "{what}");
    nobody(&app).await;
}

/// SECURITY 16
#[tokio::test]
async fn claims_of_an_id_token_that_are_other_ones_are_refused() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 19] = [
        ("another issuer", |claims| {
            claims["iss"] = "https://evil.example".into()
        }),
        ("the issuer with a slash", |claims| {
            claims["iss"] = format!("{}/", claims["iss"].as_str().unwrap()).into();
        }),
        ("issuers", |claims| claims["iss"] = json!([claims["iss"]])),
        ("no issuer", |claims| claims["iss"] = Value::Null),
        ("another audience", |claims| {
            claims["aud"] = "another client".into()
        }),
        ("no audience", |claims| claims["aud"] = json!([])),
        ("others in the audience", |claims| {
            claims["aud"] = json!([claims["aud"], "another client"])
        }),
        ("made for another client", |claims| {
            claims["azp"] = "another client".into()
        }),
        ("another nonce", |claims| claims["nonce"] = "another".into()),
        ("no nonce", |claims| claims["nonce"] = Value::Null),
        ("no subject", |claims| {
            claims.as_object_mut().unwrap().remove("sub");
        }),
        ("an empty subject", |claims| claims["sub"] = "".into()),
        ("a subject that is no text", |claims| claims["sub"] = 7.into()),
        ("a subject that is too long", |claims| {
            claims["sub"] = "x".repeat(256).into()
        }),
        ("a subject with a line break", |claims| {
            claims["sub"] = "a\nb".into()
        }),
        ("it has ended", |claims| {
            claims["exp"] = (claims["iat"].as_i64().unwrap() - 61).into()
        }),
        ("it never ends", |claims| {
            claims.as_object_mut().unwrap().remove("exp");
        }),
        ("of the future", |claims| {
            claims["iat"] = (claims["iat"].as_i64().unwrap() + 600).into()
        }),
        ("another access token", |claims| {
            claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA".into()
        }),
    ];
    for (what, change) in changes {
        refused(what, move |ready| ready.with(change)).await;
    }
}

/// SECURITY 16
#[tokio::test]
async fn id_tokens_that_the_provider_has_not_signed_are_refused() {
    for none in ["none", "None", "NONE", ""] {
        refused("no algorithm", move |ready| {
            let header = json!({ "alg": none, "typ": "JWT" });
            ready.answer(format!("{}.", signed_part(&header, &ready.claims)))
        })
        .await;
    }
    refused("the public key as a password", |ready| {
        let header = json!({ "alg": "HS256", "typ": "JWT", "kid": ready.key.name });
        ready.answer(sign_with_text(&header, &ready.claims, &ready.key.public_pem))
    })
    .await;
    // The client's secret is known to the client: it is no signature of the provider's here.
    refused("the client's secret", |ready| {
        let header = json!({ "alg": "HS256", "typ": "JWT" });
        ready.answer(sign_with_text(&header, &ready.claims, CLIENT_SECRET))
    })
    .await;
    refused("another key of the same name", |ready| {
        let other = Key::new(&ready.key.name);
        ready.answer(other.sign(&ready.header, &ready.claims))
    })
    .await;
    refused("a key that it brings along", |ready| {
        let other = Key::new("brought");
        let mut header = json!({ "alg": "RS256", "kid": "brought" });
        header["jwk"] = json!({ "kty": "RSA", "kid": "brought" });
        ready.answer(other.sign(&header, &ready.claims))
    })
    .await;
    refused("a header that must be understood", |ready| {
        let mut header = ready.header.clone();
        header["crit"] = json!(["x"]);
        ready.answer(ready.key.sign(&header, &ready.claims))
    })
    .await;
    refused("another claim than what was signed", |ready| {
        let token = ready.key.sign(&ready.header, &ready.claims);
        let mut claims = ready.claims.clone();
        claims["sub"] = "somebody else".into();
        let signature = token.rsplit_once('.').unwrap().1;
        ready.answer(format!("{}.{signature}", signed_part(&ready.header, &claims)))
    })
    .await;
    refused("no ID token", |_| {
        Told::json(&json!({ "access_token": "x", "token_type": "Bearer" }))
    })
    .await;
    refused("no JSON", |_| Told {
        body: "<html>".into(),
        ..Told::json(&json!({}))
    })
    .await;
    refused("an error", |_| Told::failure(400, "invalid_grant")).await;
}

#[tokio::test]
async fn user_info_of_somebody_else_is_refused() {
    let (app, provider) = sqlite().await;
    provider.signs_in(json!({ "sub": "person-1" }));
    provider
        .tells_at_user_info(json!({ "sub": "person-1", "email": "a@example.org", "email_verified": true }));
    let mut browser = Browser::new(&app);
    assert_eq!(browser.signs_in(&provider).await.status, 303);
    assert_eq!(browser.user().await["email"], "a@example.org");
    for claims in [
        json!({ "sub": "person-2", "email": "b@example.org" }),
        json!({ "email": "b@example.org" }),
    ] {
        provider.signs_in(json!({ "sub": "person-3" }));
        provider.tells_at_user_info(claims);
        Browser::new(&app)
            .signs_in(&provider)
            .await
            .turned_away(400, NOT_BELIEVED);
    }
}

/// Who sends somebody back says who it is (RFC 9207).
#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    let (app, provider) = sqlite().await;
    let mut browser = Browser::new(&app);
    for (issuer, is_let_in) in [("https://evil.example", false), (provider.issuer.as_str(), true)] {
        let mut brought = provider.lets_in(&browser.goes("/login/work").await);
        brought.insert("iss".into(), issuer.to_owned());
        let answer = browser.comes_back(&brought).await;
        if is_let_in {
            assert_eq!(answer.status, 303);
        } else {
            answer.turned_away(400, NOT_BELIEVED);
        }
    }
    let location = browser.goes("/login/work").await;
    let state = provider.lets_in(&location)["state"].clone();
    let declined = BTreeMap::from([
        ("error".to_owned(), "access_denied".to_owned()),
        ("state".to_owned(), state),
    ]);
    browser
        .comes_back(&declined)
        .await
        .turned_away(403, "You were not signed in");
}

/// SECURITY 16
async fn no_account_is_taken_over_by_its_address(keeper: Keeper) {
    // Even where addresses may link: the account's own address is not verified.
    let Some((app, provider)) = scene(keeper, &[("LINK_BY_EMAIL", "true")]).await else {
        return;
    };
    app.register("person@example.org").await;
    let victim = crate::security_support::db_user(&app, "person@example.org").await;
    for verified in [json!(true), json!(false), Value::Null] {
        provider
            .signs_in(json!({ "sub": "thief", "email": "PERSON@example.org", "email_verified": verified }));
        let answer = Browser::new(&app).signs_in(&provider).await;
        answer.turned_away(409, "There is an account with your e-mail address");
    }
    assert_eq!(
        crate::security_support::db_user(&app, "person@example.org").await,
        victim
    );
}

/// SECURITY 16
async fn both_sides_have_verified_the_address_or_nothing_is_linked(keeper: Keeper) {
    for (links, at_provider, here, is_linked) in [
        ("true", json!(true), true, true),
        ("true", json!(false), true, false),
        ("true", Value::Null, true, false),
        ("true", json!(true), false, false),
        ("false", json!(true), true, false),
    ] {
        let Some((app, provider)) = scene(keeper, &[("LINK_BY_EMAIL", links)]).await else {
            return;
        };
        app.register("person@example.org").await;
        let old = crate::security_support::db_user(&app, "person@example.org").await;
        let new = rondo::model::User {
            email_verified: here,
            version: old.version + 1,
            ..old.clone()
        };
        assert!(
            app.services
                .store
                .replace_user(&new, old.version)
                .await
                .expect("the store answers")
        );
        let mut claims = json!({ "sub": "person-1", "email": "Person@example.org" });
        if !at_provider.is_null() {
            claims["email_verified"] = at_provider.clone();
        }
        provider.signs_in(claims);
        let mut browser = Browser::new(&app);
        let answer = browser.signs_in(&provider).await;
        if is_linked {
            assert_eq!(answer.status, 303, "{}", answer.text());
            assert_eq!(browser.user().await["id"], old.id.to_string());
            // And so it stays when the address is another one.
            provider.signs_in(json!({ "sub": "person-1", "email": "other@example.org" }));
            browser.signs_in(&provider).await;
            assert_eq!(browser.user().await["id"], old.id.to_string());
        } else {
            answer.turned_away(409, "There is an account with your e-mail address");
        }
    }
}

/// SECURITY 17
#[tokio::test]
async fn return_addresses_that_lead_elsewhere_become_the_beginning() {
    let (app, provider) = sqlite().await;
    let mut browser = Browser::new(&app);
    for address in [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "@evil.example",
        "evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/logout",
        "/login/work",
    ] {
        let query = crate::providers_support::encoded(&BTreeMap::from([(
            "return_to".to_owned(),
            address.to_owned(),
        )]));
        let location = browser.goes(&format!("/login/work?{query}")).await;
        let answer = browser.comes_back(&provider.lets_in(&location)).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/"),
            "{address}"
        );
    }
    // What a header could be split with does not even begin.
    for address in [
        "/%0d%0aLocation:%20https://evil.example",
        "/%09/evil.example",
        "%00//evil.example",
    ] {
        let answer = browser.get(&format!("/login/work?return_to={address}")).await;
        answer.problem(400, "query");
    }
    // Nor is it taken from what the provider sends back.
    let brought = provider.lets_in(&browser.goes("/login/work").await);
    let query = crate::providers_support::encoded(&brought);
    let cookie = format!("{SIGN_IN}={}", browser.cookies[SIGN_IN]);
    let path = format!("/callback/work?{query}&return_to=https%3A%2F%2Fevil.example");
    let answer = app
        .get(&path)
        .header("cookie", cookie)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/");
}

/// SECURITY 18
#[tokio::test]
async fn addresses_that_redirect_are_not_followed() {
    let away = Provider::spawn().await;
    for path in [DISCOVERY, "/keys"] {
        for status in [301, 302, 303, 307, 308] {
            let (app, provider) = sqlite().await;
            let to = format!("{}{path}", away.issuer);
            provider.answers(
                path,
                Told {
                    status,
                    ..Told::redirect(&to)
                },
            );
            let answer = app.anybody().get("/login/work").await;
            answer.turned_away(503, "The provider does not answer");
            assert_eq!(away.times(path), 0);
            assert_eq!(provider.times(path), 1);
        }
    }
    for path in ["/token", "/userinfo"] {
        let (app, provider) = sqlite().await;
        provider.signs_in(json!({ "sub": "person-1" }));
        provider.tells_at_user_info(json!({ "sub": "person-1" }));
        provider.answers(
            path,
            Told {
                status: 307,
                ..Told::redirect(&format!("{}{path}", away.issuer))
            },
        );
        let answer = Browser::new(&app).signs_in(&provider).await;
        answer.turned_away(503, "The provider does not answer");
        assert_eq!(away.times(path), 0, "{path}");
        nobody(&app).await;
    }
}

/// SECURITY 18
#[tokio::test]
async fn link_local_addresses_are_not_asked() {
    // Whatever private addresses are let through.
    for address in [
        "http://169.254.169.254",
        "http://[fe80::1]",
        "http://[::ffff:169.254.169.254]",
        "http://0.0.0.0",
    ] {
        let settings = [
            ("RONDO_PROVIDER_WORK_ISSUER", address),
            ("RONDO_PROVIDER_WORK_CLIENT_ID", "x"),
            ("RONDO_PROVIDER_WORK_PRIVATE_ADDRESSES", "true"),
        ];
        let app = TestApp::spawn_with(Keeper::Sqlite, &settings)
            .await
            .expect("SQLite is never left out");
        let began = std::time::Instant::now();
        let answer = app.anybody().get("/login/work").await;
        answer.turned_away(503, "The provider does not answer");
        // Nothing was waited for.
        assert!(began.elapsed().as_millis() < 900, "{address}");
    }
    let (_, honest) = sqlite().await;
    for name in ["jwks_uri", "token_endpoint", "userinfo_endpoint"] {
        let (app, provider) = sqlite().await;
        provider.signs_in(json!({ "sub": "person-1" }));
        let endpoint = |path: &str| format!("{}{path}", provider.issuer);
        let mut document = json!({
            "issuer": provider.issuer, "authorization_endpoint": endpoint("/authorize"),
            "token_endpoint": endpoint("/token"), "jwks_uri": endpoint("/keys"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        document[name] = "http://169.254.169.254/latest/meta-data".into();
        provider.answers(DISCOVERY, Told::json(&document));
        let mut browser = Browser::new(&app);
        let answer = browser.get("/login/work").await;
        let answer = if answer.status == 303 {
            browser
                .comes_back(&provider.lets_in(answer.header("location")))
                .await
        } else {
            answer
        };
        answer.turned_away(503, "The provider does not answer");
        nobody(&app).await;
    }
    drop(honest);
}

/// SECURITY 18
#[tokio::test]
async fn this_machine_is_not_asked_where_that_is_not_set() {
    let provider = Provider::spawn().await;
    // By its name, too, which an attacker's name server may give to any address.
    let port = provider.issuer.rsplit_once(':').expect("a port").1.to_owned();
    for issuer in [
        format!("https://127.0.0.1:{port}"),
        format!("https://localhost:{port}"),
    ] {
        let settings = [
            ("RONDO_PROVIDER_WORK_ISSUER", issuer.as_str()),
            ("RONDO_PROVIDER_WORK_CLIENT_ID", "x"),
        ];
        let app = TestApp::spawn_with(Keeper::Sqlite, &settings)
            .await
            .expect("SQLite is never left out");
        let answer = app.anybody().get("/login/work").await;
        answer.turned_away(503, "The provider does not answer");
    }
    assert_eq!(provider.times(""), 0);
}

#[tokio::test]
async fn what_a_provider_says_of_itself_is_bounded_and_its_own() {
    let long = Told {
        body: " ".repeat(300 * 1024),
        ..Told::json(&json!({}))
    };
    let other = Provider::spawn().await;
    for answer in [
        long,
        Told::json(&json!({})),
        Told {
            body: "x".into(),
            ..Told::json(&json!({}))
        },
    ] {
        let (app, provider) = sqlite().await;
        provider.answers(DISCOVERY, answer);
        app.anybody()
            .get("/login/work")
            .await
            .turned_away(503, "The provider does not answer");
    }
    // The document of another issuer.
    let (app, provider) = sqlite().await;
    let document = reqwest::get(format!("{}{DISCOVERY}", other.issuer))
        .await
        .expect("an answer");
    let document: Value = document.json().await.expect("JSON");
    provider.answers(DISCOVERY, Told::json(&document));
    app.anybody()
        .get("/login/work")
        .await
        .turned_away(503, "The provider does not answer");
}

/// SECURITY 8
#[tokio::test]
async fn a_flood_of_unknown_keys_costs_one_reading_a_cool_down() {
    let (app, provider) = sqlite().await;
    assert_eq!(Browser::new(&app).signs_in(&provider).await.status, 303);
    assert_eq!(provider.times("/keys"), 1);
    provider.lies(|ready| {
        let other = Key::new("unknown");
        ready.answer(other.sign(&json!({ "alg": "RS256", "kid": "unknown" }), &ready.claims))
    });
    for _ in 0..5 {
        Browser::new(&app)
            .signs_in(&provider)
            .await
            .turned_away(400, NOT_BELIEVED);
    }
    assert_eq!(provider.times("/keys"), 2);
    // A new key is found after it, and at once if nobody has asked for another one before.
    provider.is_honest();
    provider.rotates();
    Browser::new(&app)
        .signs_in(&provider)
        .await
        .turned_away(400, NOT_BELIEVED);
    app.clock.advance(61_000);
    assert_eq!(Browser::new(&app).signs_in(&provider).await.status, 303);
    assert_eq!(provider.times("/keys"), 3);
}
