//! The notice of a sign-in on a new device: when it comes, when it does not, and what stands in it.

use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::mailed::{DEVICE, Mail, mails_to, the_mail, until_all_is_sent, wait_for};
use crate::support::{ask, on_each_keeper};

on_each_keeper! {
    a_sign_in_on_a_new_device_is_told_and_the_first_of_all_is_not with super::BEHIND_A_PROXY,
    signing_out_in_between_makes_no_device_new with super::BEHIND_A_PROXY,
    a_device_that_was_not_used_for_long_is_a_new_one with super::BEHIND_A_PROXY,
    many_devices_make_few_mails with super::BEHIND_A_PROXY,
    a_failed_sign_in_tells_nobody with super::BEHIND_A_PROXY,
}

/// A test comes from any address.
const BEHIND_A_PROXY: [(&str, &str); 1] = [("RONDO_TRUSTED_PROXIES", "127.0.0.1")];

const EMAIL: &str = "person@example.org";
const HOME: &str = "203.0.113.7";
const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";
const DAY: i64 = 86_400_000;

/// Signs in with this password from there; the access token, if it was right.
async fn sign_in_with(app: &TestApp, password: &str, device: &str, address: &str) -> Option<String> {
    let body = json!({ "email": EMAIL, "password": password });
    let request = app
        .post("/api/v2/sessions", &body)
        .header("User-Agent", device)
        .header("X-Forwarded-For", address);
    let answer = ask(request).await;
    (answer.status == 201).then(|| {
        answer.json()["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    })
}

async fn sign_in(app: &TestApp, device: &str, address: &str) -> String {
    sign_in_with(app, PASSWORD, device, address)
        .await
        .expect("they come in")
}

/// The notices, once all that waited is sent.
async fn notices(app: &TestApp) -> Vec<Mail> {
    until_all_is_sent(app).await;
    let mut mails = mails_to(app, EMAIL).await;
    mails.retain(|mail| mail.subject() == DEVICE);
    mails
}

async fn a_sign_in_on_a_new_device_is_told_and_the_first_of_all_is_not(app: TestApp) {
    app.register(EMAIL).await;
    sign_in(&app, BROWSER, HOME).await;
    sign_in(&app, BROWSER, HOME).await;
    // An update, and another address of the same provider.
    sign_in(&app, &BROWSER.replace("150", "151"), "203.0.7.113").await;
    assert_eq!(notices(&app).await.len(), 0);
    let evil = "curl/8.5.0 https://evil.example Bcc: victim@example.org";
    sign_in(&app, evil, HOME).await;
    let mail = the_mail(&app, EMAIL, DEVICE).await;
    for part in [
        "Address: 203.0.113.7\r\n",
        "(UTC)\r\n",
        "http://rondo.test/reset-password\r\n",
    ] {
        assert!(mail.0.contains(part), "{part}: {}", mail.0);
    }
    assert!(
        mail.0
            .contains("Device: curl/8.5.0 https/evil.example Bcc victimexample.org\r\n"),
        "{}",
        mail.0
    );
    // Known by now; and the same one elsewhere is new.
    sign_in(&app, evil, HOME).await;
    assert_eq!(notices(&app).await.len(), 1);
    sign_in(&app, BROWSER, "2001:db8::1").await;
    assert_eq!(wait_for(&app, EMAIL, DEVICE, 2).await.len(), 2);
}

async fn signing_out_in_between_makes_no_device_new(app: TestApp) {
    app.register(EMAIL).await;
    for (number, device) in [BROWSER, "curl/8.5.0", BROWSER, "curl/8.5.0", BROWSER]
        .into_iter()
        .enumerate()
    {
        let token = sign_in(&app, device, HOME).await;
        app.with_token(&token)
            .delete("/api/v2/sessions/current")
            .await
            .expect_empty(204);
        if number == 1 {
            // Signing out at once keeps nobody from being told.
            assert_eq!(wait_for(&app, EMAIL, DEVICE, 1).await.len(), 1);
        }
        app.clock.advance(DAY);
        app.services.clean_once(900).await.expect("it is cleaned");
    }
    assert_eq!(notices(&app).await.len(), 1);
}

async fn a_device_that_was_not_used_for_long_is_a_new_one(app: TestApp) {
    app.register(EMAIL).await;
    sign_in(&app, BROWSER, HOME).await;
    app.clock.advance(91 * DAY);
    app.services.clean_once(900).await.expect("it is cleaned");
    sign_in(&app, BROWSER, HOME).await;
    the_mail(&app, EMAIL, DEVICE).await;
}

async fn many_devices_make_few_mails(app: TestApp) {
    app.register(EMAIL).await;
    let left = 3600 - app.services.source.now().seconds().rem_euclid(3600);
    app.clock.advance(left * 1000);
    for letter in 'a'..='j' {
        sign_in(&app, &format!("Program {letter}"), HOME).await;
    }
    wait_for(&app, EMAIL, DEVICE, 5).await;
    assert_eq!(notices(&app).await.len(), 5);
}

async fn a_failed_sign_in_tells_nobody(app: TestApp) {
    app.register(EMAIL).await;
    sign_in(&app, BROWSER, HOME).await;
    let refused = sign_in_with(&app, "not the password", "curl/8.5.0", "198.51.100.1").await;
    assert_eq!(refused, None);
    assert_eq!(notices(&app).await.len(), 0);
    // Nor is the device known by it.
    sign_in(&app, "curl/8.5.0", "198.51.100.1").await;
    the_mail(&app, EMAIL, DEVICE).await;
}
