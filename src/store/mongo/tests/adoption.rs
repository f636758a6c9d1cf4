//! Accounts of the older Flask service.

use bson::oid::ObjectId;
use bson::spec::BinarySubtype;
use bson::{Binary, Bson, Document, doc};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;

use super::{STEPS, Trial, at, fault, on_database};
use crate::model::{Id, Role, Timestamp, User};
use crate::store::{Upkeep, Users};

const HASH: &str = "$2b$12$abcdefghijklmnopqrstuuQ9vVx8sW0yq5q9bYw1q2w3e4r5t6y7u";

fn object_id(hex: &str) -> ObjectId {
    ObjectId::parse_str(hex).unwrap()
}

fn legacy(id: impl Into<Bson>, email: &str) -> Document {
    doc! { "_id": id, "name": "A name", "email": email, "password": HASH }
}

async fn user_by(keeper: &impl Users, identity: &str) -> User {
    keeper
        .user_by_identity(identity)
        .await
        .unwrap()
        .unwrap_or_else(|| panic!("{identity} is an account"))
}

/// Indexes as the older service may have made them.
async fn db_legacy_indexes(trial: &Trial) {
    let named = |name: &str| IndexOptions::builder().name(name.to_owned());
    let index = |keys, options| IndexModel::builder().keys(keys).options(options).build();
    let month = std::time::Duration::from_secs(30 * 86_400);
    let indexes = [
        index(doc! { "email": 1 }, named("email_1").unique(true).build()),
        index(
            doc! { "created_at": 1 },
            named("created_at_1").expire_after(month).build(),
        ),
        index(doc! { "name": 1 }, named("name_1").build()),
    ];
    trial
        .database
        .collection::<Document>("users")
        .create_indexes(indexes)
        .await
        .unwrap();
}

async fn db_index_names(trial: &Trial) -> Vec<String> {
    trial
        .database
        .collection::<Document>("users")
        .list_index_names()
        .await
        .unwrap()
}

#[tokio::test]
async fn each_shape_of_account_is_adopted_as_it_was() {
    on_database("each_shape_of_account_is_adopted_as_it_was", async |trial| {
        let first = "65f0a1b2c3d4e5f60718293a";
        let bytes = Binary {
            subtype: BinarySubtype::Generic,
            bytes: HASH.as_bytes().to_vec(),
        };
        let mut in_bytes = legacy(object_id("65f0a1b2c3d4e5f60718293b"), "bytes@example.org");
        in_bytes.insert("password", bytes);
        let mut more = legacy(object_id(first), " First@Example.ORG ");
        more.insert("phone", "123");
        let bare = doc! { "_id": object_id("65f0a1b2c3d4e5f60718293c") };
        trial.db_insert("users", [more, in_bytes, bare]).await;
        db_legacy_indexes(trial).await;
        let text_ids = [
            legacy("9d3f-uuid", "uuid@example.org"),
            legacy("65f0a1b2c3d4e5f60718293d", "hex@example.org"),
        ];
        trial.db_insert("users", text_ids).await;
        trial.db_insert("users", [legacy(7, "No Address At All")]).await;

        let keeper = trial.connect().await;
        assert_eq!(keeper.migrate(at(5)).await.unwrap(), STEPS);

        let user = user_by(&keeper, "email:first@example.org").await;
        let email = user.email.clone().unwrap();
        assert_eq!(
            (user.id.to_string().as_str(), user.name.as_str(), email.written()),
            (first, "A name", "First@Example.ORG")
        );
        assert_eq!(
            user.created_at,
            Timestamp::from_millis(0x65f0_a1b2 * 1000),
            "the id's own time"
        );
        assert_eq!(
            (user.role, user.epoch, user.version, user.email_verified),
            (Role::User, 0, 1, false)
        );
        assert_eq!(user.password.as_deref(), Some(HASH));
        assert_eq!(
            user_by(&keeper, "email:bytes@example.org")
                .await
                .password
                .as_deref(),
            Some(HASH)
        );
        let hex = user_by(&keeper, "email:hex@example.org").await;
        assert_eq!(hex.id.to_string(), "65f0a1b2c3d4e5f60718293d");
        let uuid = user_by(&keeper, "email:uuid@example.org").await;
        assert_eq!((uuid.created_at, uuid.password.as_deref()), (at(5), Some(HASH)));
        let odd = user_by(&keeper, "email:no address at all").await;
        assert_eq!((odd.email, odd.name.as_str()), (None, "A name"));
        let bare = keeper
            .user("65f0a1b2c3d4e5f60718293c".parse::<Id>().unwrap())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((bare.identities.len(), bare.password), (0, None));
        assert_eq!(keeper.users_page(None, 10).await.unwrap().len(), 6);

        let kept = trial.db_all("users").await;
        let with =
            |name: &str, value: Bson| kept.iter().filter(|user| user.get(name) == Some(&value)).count();
        assert_eq!(with("phone", "123".into()), 1, "what else was there is kept");
        assert_eq!(
            (with("legacy_id", "9d3f-uuid".into()), with("legacy_id", 7.into())),
            (1, 1)
        );
        assert_eq!(with("legacy_email", "No Address At All".into()), 1);

        let indexes = db_index_names(trial).await;
        let has = |name: &str| indexes.iter().any(|index| index == name);
        assert!(
            has("name_1") && has("identities") && !has("email_1") && !has("created_at_1"),
            "{indexes:?}"
        );

        // The old unique index over addresses would let only one account be erased.
        for user in [user, hex] {
            let mut gone = User { version: 2, ..user };
            gone.erase(at(6));
            assert!(keeper.replace_user(&gone, 1).await.unwrap());
        }
        let kept = trial.db_all("users").await;
        assert!(
            !kept.iter().any(|user| user.contains_key("phone")),
            "nothing is left of an erased account"
        );
    })
    .await;
}

#[tokio::test]
async fn an_adoption_that_died_half_way_goes_on() {
    on_database("an_adoption_that_died_half_way_goes_on", async |trial| {
        trial
            .db_insert(
                "users",
                [legacy("old-1", "a@example.org"), legacy("old-2", "b@example.org")],
            )
            .await;
        let third = legacy(object_id("65f0a1b2c3d4e5f60718293a"), "c@example.org");
        trial.db_insert("users", [third.clone()]).await;
        let keeper = trial.connect().await;
        keeper.migrate(at(5)).await.unwrap();
        let whole = trial.db_all("users").await;

        // As if the process had died when one was written again and not yet removed, and one not begun.
        let users = trial.database.collection::<Document>("users");
        users
            .delete_one(doc! { "_id": third.get_object_id("_id").unwrap() })
            .await
            .unwrap();
        users.delete_one(doc! { "legacy_id": "old-2" }).await.unwrap();
        trial
            .db_insert(
                "users",
                [
                    third,
                    legacy("old-1", "a@example.org"),
                    legacy("old-2", "b@example.org"),
                ],
            )
            .await;
        trial
            .database
            .collection::<Document>("migrations")
            .delete_one(doc! { "_id": 2_i64 })
            .await
            .unwrap();
        assert_eq!(keeper.migrate(at(5)).await.unwrap(), 1);
        let mut again = trial.db_all("users").await;
        assert_eq!(again.len(), whole.len());
        again.retain(|user| !whole.contains(user));
        assert!(again.is_empty(), "{again:?}");
    })
    .await;
}

#[tokio::test]
async fn two_accounts_with_one_address_are_named_and_nothing_is_changed() {
    on_database("two_accounts_with_one_address_are_named", async |trial| {
        let (a, b) = ("65f0a1b2c3d4e5f60718293a", "65f0a1b2c3d4e5f60718293b");
        trial
            .db_insert(
                "users",
                [
                    legacy(object_id(a), "One@example.org"),
                    legacy(object_id(b), "one@EXAMPLE.org"),
                ],
            )
            .await;
        trial
            .db_insert("users", [legacy("other", "other@example.org")])
            .await;
        db_legacy_indexes(trial).await;
        let before = trial.db_all("users").await;
        let keeper = trial.connect().await;
        let sentence = fault(keeper.migrate(at(5)).await);
        assert!(sentence.contains(a) && sentence.contains(b), "{sentence}");
        assert!(!sentence.contains("example.org"), "{sentence}");
        assert_eq!(trial.db_all("users").await, before);
        assert!(db_index_names(trial).await.contains(&"email_1".to_owned()));

        let users = trial.database.collection::<Document>("users");
        users
            .update_one(
                doc! { "_id": object_id(b) },
                doc! { "$set": { "email": "two@example.org" } },
            )
            .await
            .unwrap();
        assert_eq!(keeper.migrate(at(6)).await.unwrap(), STEPS - 1);
        assert_eq!(keeper.users_page(None, 10).await.unwrap().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn an_account_whose_address_is_already_ours_is_named() {
    on_database(
        "an_account_whose_address_is_already_ours_is_named",
        async |trial| {
            let keeper = trial.ready().await;
            keeper.create_user(&super::user(1)).await.unwrap();
            trial
                .db_insert("users", [legacy("old", "PERSON1@example.org")])
                .await;
            trial
                .database
                .collection::<Document>("migrations")
                .delete_one(doc! { "_id": 2_i64 })
                .await
                .unwrap();
            let sentence = fault(keeper.migrate(at(5)).await);
            assert!(
                sentence.contains(&super::id(1).to_string()) && sentence.contains("\"old\""),
                "{sentence}"
            );
            assert_eq!(trial.db_all("users").await.len(), 2);
        },
    )
    .await;
}
