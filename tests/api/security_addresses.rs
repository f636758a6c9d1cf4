//! One person's e-mail address in its many spellings is one account; what is no address is none.

use reqwest::Method;
use serde_json::json;

use crate::common::TestApp;
use crate::common::app::PASSWORD;
use crate::support::{on_each_keeper, pointers, text};

on_each_keeper!(
    the_spellings_of_an_address_are_one_account,
    what_is_no_address_is_refused_everywhere,
);

/// The spelling that registers, and others of the same address.
const SPELLINGS: [(&str, &[&str]); 6] = [
    (
        "Person@Example.org",
        &[
            "person@example.org",
            "PERSON@EXAMPLE.ORG",
            "ｐｅｒｓｏｎ@example.org",
            "person@ｅｘａｍｐｌｅ.org",
            "person@example。org",
            "ⓟerson@example.org",
            " person@example.org ",
        ],
    ),
    (
        "jos\u{e9}@example.org",
        &[
            "jose\u{301}@example.org",
            "JOS\u{c9}@example.org",
            "JOSE\u{301}@example.org",
        ],
    ),
    (
        "someone@bücher.example",
        &[
            "someone@xn--bcher-kva.example",
            "SOMEONE@BÜCHER.EXAMPLE",
            "someone@bu\u{308}cher.example",
            "someone@XN--BCHER-KVA.example",
        ],
    ),
    (
        "οδος@example.org",
        &["ΟΔΟΣ@example.org", "οδοσ@example.org", "Οδος@example.org"],
    ),
    (
        "straße@example.org",
        &["straẞe@example.org", "STRAẞE@example.org", "STRASSE@example.org"],
    ),
    ("o'brien+tag@example.org", &["O'Brien+TAG@example.org"]),
];

/// SECURITY 27
async fn the_spellings_of_an_address_are_one_account(app: TestApp) {
    let admin = app.admin("admin@example.org").await;
    for (first, others) in SPELLINGS {
        let made = app.register(first).await;
        assert_eq!(made["email"], first);
        for other in others {
            let body = json!({ "email": other, "password": PASSWORD });
            app.anybody()
                .post("/api/v2/users", body.clone())
                .await
                .problem(409, "conflict");
            app.anybody()
                .post("/register", body.clone())
                .await
                .failure(409, "…");
            app.by(&admin).post("/user", body.clone()).await.failure(409, "…");
            let signed_in = app.anybody().post("/api/v2/sessions", body).await.expect(201);
            assert_eq!(signed_in["user"]["id"], made["id"], "{other}");
        }
        // The owner may write it in another way; somebody else may not take it in any.
        let owner = app.person_again(first).await;
        for other in others {
            let email = json!({ "email": other, "current_password": PASSWORD });
            let taken = app.by(&admin).patch("/api/v2/users/me", email.clone()).await;
            taken.problem(409, "conflict");
            app.by(&owner).patch("/api/v2/users/me", email).await.ok();
        }
        let found = app.by(&owner).get("/user").await.ok();
        assert_eq!(
            text(&found["data"]["email"]),
            others.last().expect("a spelling").trim()
        );
    }
}

/// SECURITY 27
async fn what_is_no_address_is_refused_everywhere(app: TestApp) {
    let person = app.person("person@example.org").await;
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long = format!(
        "{}@{}.example.org",
        "a".repeat(60),
        ["b".repeat(60), "c".repeat(60), "d".repeat(62)].join(".")
    );
    assert!(long.len() > 254, "{}", long.len());
    let growing = format!("{}@example.org", "ﷺ".repeat(20));
    let bad = [
        "",
        " ",
        "a",
        "@",
        "@b.co",
        "a@",
        "a@b",
        "a@b.",
        "a@.co",
        "a@b..co",
        "a@@b.co",
        "a@b@c.co",
        "Bob <a@b.co>",
        "<a@b.co>",
        "a@b.co, c@d.co",
        "a@b.co;c@d.co",
        "\"a b\"@b.co",
        "a b@b.co",
        "a@b .co",
        ".a@b.co",
        "a.@b.co",
        "a..b@b.co",
        "a@b.co\r\nBcc: c@d.co",
        "a\r\n@b.co",
        "a@b.co\n",
        "\ta@b.co",
        "a\0@b.co",
        "a@b\0.co",
        "a@\u{200b}b.co\u{85}",
        "a\u{1b}[31m@b.co",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "a@localhost",
        "a@-b.co",
        "a@b-.co",
        "a@b_c.co",
        "a@b.co/x",
        "a@b.co?x",
        "a@xn--a.co",
        "a(comment)@b.co",
        "mailto:a@b.co",
        "a\\@b.co",
        "$ne@\u{fffd}.co",
        &long_local,
        &long,
        &growing,
    ];
    for email in bad {
        let body = json!({ "email": email, "password": PASSWORD });
        let refused = app.anybody().post("/api/v2/users", body.clone()).await;
        let refused = refused.problem(422, "schema");
        let mut pointers = pointers(&refused);
        pointers.dedup();
        assert_eq!(pointers, ["/email"], "{email:?}");
        app.anybody()
            .post("/register", body.clone())
            .await
            .failure(400, "…");
        let change = json!({ "email": email, "current_password": PASSWORD });
        app.by(&person)
            .patch("/api/v2/users/me", change.clone())
            .await
            .problem(422, "schema");
        let v1 = json!({ "query": { "id": person.id }, "payload": change });
        app.by(&person).patch("/user", v1).await.failure(400, "…");
        let v1 = json!({ "email": email, "current_password": PASSWORD });
        app.by(&person)
            .send(Method::DELETE, "/user", &v1)
            .await
            .failure(400, "…");
        // To sign in with it is to be nobody.
        let signed_in = app.anybody().post("/api/v2/sessions", body).await.status;
        assert!(matches!(signed_in, 401 | 422), "{email:?}: {signed_in}");
    }
    app.by(&person).get("/api/v2/users/me").await.ok();
}
