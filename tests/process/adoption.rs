//! A MongoDB database of the older Flask service: its people sign in with the passwords they had.

use bson::{Binary, Document, doc, oid::ObjectId, spec::BinarySubtype};
use serde_json::json;

use crate::common::Keeper;
use crate::installation::Installation;
use crate::migrations::db_mongo;
use crate::server::PASSWORD;

/// A hash as the older service made them, but quicker.
fn hash(password: &str) -> String {
    let hash = bcrypt::hash_with_salt(password, 4, *b"salt of the test").expect("a hash");
    hash.format_for_version(bcrypt::Version::TwoB)
}

fn db_insert(site: &Installation, people: Vec<Document>) {
    db_mongo(site, async |database| {
        let users = database.collection::<Document>("users");
        users.insert_many(people).await.expect("documents");
    });
}

fn db_users(site: &Installation) -> Vec<Document> {
    db_mongo(site, async |database| {
        let users = database.collection::<Document>("users");
        let mut cursor = users.find(doc! {}).await.expect("a cursor");
        let mut found = Vec::new();
        while cursor.advance().await.expect("a document") {
            found.push(cursor.deserialize_current().expect("a document"));
        }
        found
    })
}

#[test]
fn the_people_of_the_older_service_sign_in_with_their_passwords() {
    let Some(site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    let id = ObjectId::new();
    let as_bytes = Binary {
        subtype: BinarySubtype::Generic,
        bytes: hash("a password of bytes").into_bytes(),
    };
    db_insert(
        &site,
        vec![
            doc! { "_id": id, "name": "A person", "email": "Person@Example.org", "password": hash(PASSWORD) },
            doc! { "name": "Bytes", "email": "bytes@example.org", "password": as_bytes },
            doc! { "name": "Nobody", "email": "no-password@example.org" },
            doc! { "name": "Broken", "email": "broken@example.org", "password": "no hash at all" },
        ],
    );
    let server = site.serve();
    let answer = server.try_sign_in("person@example.org", PASSWORD).expect(201);
    let me = server.me(answer["access_token"].as_str().unwrap()).expect(200);
    assert_eq!(
        (&me["id"], &me["name"]),
        (&json!(id.to_hex()), &json!("A person"))
    );
    assert_eq!(
        (&me["role"], &me["email"]),
        (&json!("user"), &json!("Person@Example.org"))
    );
    server
        .try_sign_in("bytes@example.org", "a password of bytes")
        .expect(201);
    // A hash of the older kind is upgraded by a right sign-in, and still verifies.
    server.try_sign_in("person@example.org", PASSWORD).expect(201);
    for (email, password) in [
        ("person@example.org", "wrong horse battery"),
        ("no-password@example.org", PASSWORD),
        ("broken@example.org", PASSWORD),
    ] {
        assert_eq!(server.try_sign_in(email, password).status, 401, "{email}");
    }
    let taken = json!({ "email": "PERSON@example.org", "password": PASSWORD });
    assert_eq!(server.post("/api/v2/users", &taken).status, 409);
    // Version 1 is the surface that these people know.
    let auth = json!({ "email": "Person@Example.org", "password": PASSWORD });
    assert_eq!(
        server.post("/auth", &auth).expect(200)["data"]["id"],
        json!(id.to_hex())
    );
    server.stop();

    let upgraded = db_users(&site)
        .into_iter()
        .find(|user| user.get_object_id("_id").is_ok_and(|found| found == id))
        .unwrap();
    let stored = upgraded.get_str("password").unwrap();
    assert!(!stored.starts_with("$2b$04$"), "it was upgraded: {stored}");
    // A second start adopts nothing twice.
    let server = site.serve();
    server.sign_in("person@example.org");
    assert_eq!(site.run(&["user", "list"]).succeeded().lines().count(), 4);
    server.stop();
}

#[test]
fn two_older_accounts_of_one_address_stop_the_start_in_words_and_nothing_is_changed() {
    let Some(site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    let (one, other) = (ObjectId::new(), ObjectId::new());
    let person = |id, email| doc! { "_id": id, "name": "", "email": email, "password": hash("hunter2") };
    let people = vec![
        person(one, "person@example.org"),
        person(other, "Person@Example.org"),
    ];
    db_insert(&site, people.clone());
    for arguments in [&["serve"][..], &["migrate"]] {
        let refused = site.run(arguments);
        refused.refuses_with(&[
            "have the same e-mail address",
            &one.to_hex(),
            &other.to_hex(),
            "`users`",
            "then migrate again",
        ]);
        assert!(!refused.stderr.contains('$'), "{refused:?}");
    }
    assert_eq!(db_users(&site), people);

    db_mongo(&site, async |database| {
        let users = database.collection::<Document>("users");
        users.delete_one(doc! { "_id": other }).await.expect("one less");
    });
    let server = site.serve();
    assert_eq!(server.try_sign_in("person@example.org", "hunter2").status, 201);
    server.stop();
}

#[test]
fn a_unique_index_that_cannot_be_built_stops_the_start_in_words() {
    let Some(site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    let (one, other) = (ObjectId::new(), ObjectId::new());
    let person = |id: ObjectId| doc! { "_id": id, "identities": ["email:person@example.org"] };
    db_insert(&site, vec![person(one), person(other)]);
    site.run(&["serve"]).refuses_with(&[
        "share an identity",
        &one.to_hex(),
        &other.to_hex(),
        "then migrate again",
    ]);
}
