//! Migrations: once, however many instances begin at once.

use std::time::{Duration, Instant};

use bson::{DateTime, Document, doc};
use mongodb::IndexModel;
use mongodb::options::IndexOptions;
use tokio::join;

use super::{STEPS, Trial, at, fault, id, on_database, todo};
use crate::model::{Sort, TodoFilter, TodoQuery};
use crate::store::mongo::documents::object_id;
use crate::store::mongo::lease::Lease;
use crate::store::{Result, StoreError, Todos, Upkeep};

async fn db_lock_for(trial: &Trial, millis: i64) {
    let hello = trial.database.run_command(doc! { "hello": 1 }).await.unwrap();
    let now = hello.get_datetime("localTime").unwrap().timestamp_millis();
    let until = DateTime::from_millis(now + millis);
    trial
        .db_insert(
            "locks",
            [doc! { "_id": "migrate", "holder": "somebody", "until": until }],
        )
        .await;
}

#[tokio::test]
async fn a_second_run_finds_nothing_to_do() {
    on_database("a_second_run_finds_nothing_to_do", async |trial| {
        let keeper = trial.connect().await;
        assert!(
            keeper
                .migrations()
                .await
                .unwrap()
                .iter()
                .all(|migration| migration.applied_at.is_none())
        );
        assert_eq!(keeper.migrate(at(1)).await.unwrap(), STEPS);
        assert_eq!(keeper.migrate(at(2)).await.unwrap(), 0);
        let applied = keeper.migrations().await.unwrap();
        assert!(
            applied
                .iter()
                .all(|migration| migration.applied_at == Some(at(1))),
            "{applied:?}"
        );
        assert!(trial.db_all("locks").await.is_empty(), "the lock is given back");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_instances_that_begin_at_once_one_works_and_the_others_wait() {
    on_database("of_several_instances_that_begin_at_once", async |trial| {
        let legacy = |number: i32| doc! { "_id": number, "email": format!("person{number}@example.org") };
        trial.db_insert("users", (0..50).map(legacy)).await;
        let (a, b, c) = join!(trial.connect(), trial.connect(), trial.connect());
        let (a, b, c) = join!(a.migrate(at(1)), b.migrate(at(1)), c.migrate(at(1)));
        let mut applied = [a.unwrap(), b.unwrap(), c.unwrap()];
        applied.sort_unstable();
        assert_eq!(applied, [0, 0, STEPS]);
        assert_eq!(trial.db_all("migrations").await.len(), STEPS);
        assert_eq!(trial.db_all("users").await.len(), 50);
    })
    .await;
}

#[tokio::test]
async fn what_died_half_way_is_done_again() {
    on_database("what_died_half_way_is_done_again", async |trial| {
        let keeper = trial.ready().await;
        trial
            .database
            .collection::<Document>("migrations")
            .delete_many(doc! {})
            .await
            .unwrap();
        assert_eq!(keeper.migrate(at(2)).await.unwrap(), STEPS);
    })
    .await;
}

#[tokio::test]
async fn the_lock_of_an_instance_that_died_lapses() {
    on_database("the_lock_of_an_instance_that_died_lapses", async |trial| {
        db_lock_for(trial, 1500).await;
        let begun = Instant::now();
        assert_eq!(trial.connect().await.migrate(at(1)).await.unwrap(), STEPS);
        assert!(begun.elapsed() > Duration::from_millis(1000), "it was waited for");
        assert!(begun.elapsed() < Duration::from_secs(10));
    })
    .await;
}

#[tokio::test]
async fn who_loses_the_lock_stops() {
    on_database("who_loses_the_lock_stops", async |trial| {
        let keeper = trial.connect().await;
        let lease = Lease::take(&keeper).await.unwrap().expect("nobody holds it");
        assert!(Lease::take(&keeper).await.unwrap().is_none(), "it is held");
        assert_eq!(lease.keep_during(async { Ok(1) }).await.unwrap(), 1);
        trial
            .database
            .collection::<Document>("locks")
            .delete_many(doc! {})
            .await
            .unwrap();
        let outcome = lease.keep_during(std::future::pending::<Result<()>>()).await;
        assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn to_dos_of_an_earlier_shape_get_their_state_and_its_indexes() {
    on_database("to_dos_of_an_earlier_shape_get_their_state", async |trial| {
        let keeper = trial.ready().await;
        for (number, done, deleted) in [(1, false, false), (2, true, false), (3, true, true)] {
            let mut old = todo(id(9), number);
            old.set_done(done, at(3));
            old.deleted_at = deleted.then(|| at(4));
            keeper.create_todo(&old).await.unwrap();
            let earlier = doc! {
                "$set": { "deleted": deleted },
                "$unset": { "state": "", "list_id": "", "parent_id": "", "has_children": "" },
            };
            let todos = trial.database.collection::<Document>("todos");
            todos
                .update_one(doc! { "_id": object_id(old.id) }, earlier)
                .await
                .unwrap();
        }
        let todos = trial.database.collection::<Document>("todos");
        todos.drop_index("by_due").await.unwrap();
        let keys = doc! { "owner": 1, "deleted": 1, "keys.due": 1, "_id": 1 };
        let options = IndexOptions::builder().name("by_due".to_owned()).build();
        let earlier = IndexModel::builder().keys(keys).options(options).build();
        todos.create_index(earlier).await.unwrap();
        let applied = trial.database.collection::<Document>("migrations");
        applied.delete_one(doc! { "_id": 4_i64 }).await.unwrap();

        assert_eq!(keeper.migrate(at(5)).await.unwrap(), 1);
        let shown = async |done: Option<bool>, trashed| {
            let filter = TodoFilter {
                done,
                trashed,
                ..TodoFilter::default()
            };
            let query = TodoQuery {
                filter,
                sort: Sort::Due,
                descending: false,
                after: None,
                limit: 9,
            };
            let page = keeper.todo_page(id(9), &query).await.unwrap();
            page.items.iter().map(|todo| todo.id).collect::<Vec<_>>()
        };
        assert_eq!(shown(Some(false), false).await, [id(1)]);
        assert_eq!(shown(Some(true), false).await, [id(2)]);
        assert_eq!(shown(None, true).await, [id(3)]);
        assert!(keeper.missing_indexes().await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused_in_words() {
    on_database(
        "a_database_of_a_newer_program_is_refused_in_words",
        async |trial| {
            let keeper = trial.ready().await;
            let next = STEPS as i64 + 1;
            trial
                .db_insert(
                    "migrations",
                    [doc! { "_id": next, "name": "split lists", "applied_at": DateTime::from_millis(0) }],
                )
                .await;
            for sentence in [
                fault(keeper.migrations().await),
                fault(keeper.migrate(at(2)).await),
            ] {
                let (unknown, known) = (format!("migration {next}"), format!("up to {STEPS}"));
                for part in [&unknown, "split lists", &known, "newer program", "backup"] {
                    assert!(sentence.contains(part), "{sentence}");
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn accounts_that_share_an_identity_are_named_by_their_ids() {
    on_database(
        "accounts_that_share_an_identity_are_named_by_their_ids",
        async |trial| {
            let account =
                |id: &str, identities: [&str; 2]| doc! { "_id": id, "identities": identities.to_vec() };
            let (a, b, c) = (["x", "shared"], ["shared", "y"], ["z", "own"]);
            trial
                .db_insert("users", [account("a", a), account("b", b), account("c", c)])
                .await;
            let keeper = trial.connect().await;
            let sentence = fault(keeper.migrate(at(1)).await);
            assert!(
                sentence.contains("\"a\" and \"b\"") || sentence.contains("\"b\" and \"a\""),
                "{sentence}"
            );
            assert!(
                !sentence.contains("shared:") && !sentence.contains("\"c\""),
                "{sentence}"
            );
            assert!(trial.db_all("migrations").await.is_empty());
            assert!(
                trial.db_all("locks").await.is_empty(),
                "the lock is given back after a fault too"
            );
        },
    )
    .await;
}
