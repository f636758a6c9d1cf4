//! The care of a store: whether it can be written to, has its indexes and is whole, and what its server
//! says of itself.

use rondo::clock::{Source as _, System};
use rondo::store::{Integrity, StoreError};

use crate::keepers::{Fresh, Kind, db_database};
use crate::values::{id, todo};

async fn a_probe_writes_and_leaves_nothing_behind(store: &Fresh) {
    for _ in 0..3 {
        store.probe_write().await.unwrap();
    }
    let counters = match (store.db_file(), store.address()) {
        (Some(file), _) => {
            let sql = "SELECT count(*) FROM counters";
            let connection = rusqlite::Connection::open(file).unwrap();
            connection
                .query_row(sql, [], |row| row.get::<_, u32>(0).map(u64::from))
                .unwrap()
        }
        (_, Some(address)) => {
            let database = db_database(address).await;
            let counters = database.collection::<bson::Document>("counters");
            let count = counters.count_documents(bson::doc! {}).await.unwrap();
            database.client().clone().shutdown().immediate(true).await;
            count
        }
        (None, None) => 0,
    };
    assert_eq!(counters, 0);
    assert_eq!(store.known_fact("probe").await.unwrap(), None);
}

async fn a_probe_of_what_was_never_migrated_is_an_error_and_makes_nothing(store: &Fresh) {
    let refused = store.probe_write().await;
    assert!(
        matches!(&refused, Err(StoreError::Fault(words)) if words.contains("migrat")),
        "{refused:?}"
    );
    assert_eq!(
        store.missing_indexes().await.unwrap(),
        [""; 0],
        "none was made, so none is missing"
    );
    let known = store.migrations().await.unwrap();
    assert!(known.iter().all(|migration| migration.applied_at.is_none()));
    if let Some(address) = store.address() {
        let database = db_database(address).await;
        assert_eq!(database.list_collection_names().await.unwrap(), [""; 0]);
        database.client().clone().shutdown().immediate(true).await;
    }
}

async fn after_migrating_every_index_is_there_and_the_data_is_whole(store: &Fresh) {
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    assert_eq!(store.missing_indexes().await.unwrap(), [""; 0]);
    assert_eq!(store.mend_indexes().await.unwrap(), 0);
    let expected = match store.kind() {
        Kind::Mongo => Integrity::OfTheServer,
        Kind::Memory | Kind::Sqlite => Integrity::Sound,
    };
    assert_eq!(store.integrity().await.unwrap(), expected);
}

async fn a_server_tells_its_time_and_a_file_has_none(store: &Fresh) {
    let clock = System::default();
    let before = clock.now();
    let server = store.server().await.unwrap();
    assert_eq!(server.is_some(), store.kind() == Kind::Mongo);
    if let Some(server) = server {
        // The server of the tests runs on this machine.
        let (earliest, latest) = (before.plus_seconds(-2), clock.now().plus_seconds(2));
        assert!((earliest..latest).contains(&server.time), "{server:?}");
        assert!(
            server.version.starts_with(|c: char| c.is_ascii_digit()),
            "{server:?}"
        );
    }
}

/// Drops two indexes, and puts another one in the place of a third; their names.
async fn db_spoil_indexes(store: &Fresh) -> Vec<&'static str> {
    if let Some(file) = store.db_file() {
        let connection = rusqlite::Connection::open(file).unwrap();
        let spoil = "DROP INDEX todos_by_title; DROP INDEX sessions_ended;";
        connection.execute_batch(spoil).unwrap();
        return vec!["sessions_ended", "todos_by_title"];
    }
    if let Some(address) = store.address() {
        let database = db_database(address).await;
        for (collection, index) in [("todos", "by_title"), ("users", "identities")] {
            let collection = database.collection::<bson::Document>(collection);
            collection.drop_index(index).await.unwrap();
        }
        database.client().clone().shutdown().immediate(true).await;
    }
    vec!["users.identities", "todos.by_title"]
}

async fn indexes_that_were_dropped_are_named_and_made_again(store: &Fresh) {
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    let names = db_spoil_indexes(store).await;
    assert_eq!(store.missing_indexes().await.unwrap(), names);
    assert_eq!(store.mend_indexes().await.unwrap(), 2);
    assert_eq!(store.missing_indexes().await.unwrap(), [""; 0]);
    assert!(store.todo(id(1), id(10)).await.unwrap().is_some());
}

/// Puts a plain index in the place of a unique one (MongoDB), or of one with a condition (SQLite).
async fn db_change_an_index(store: &Fresh) {
    if let Some(file) = store.db_file() {
        let connection = rusqlite::Connection::open(file).unwrap();
        let change = "DROP INDEX todos_by_due; CREATE INDEX todos_by_due ON todos (owner, key_due, id);";
        connection.execute_batch(change).unwrap();
    }
    if let Some(address) = store.address() {
        let database = db_database(address).await;
        let users = database.collection::<bson::Document>("users");
        users.drop_index("identities").await.unwrap();
        let options = mongodb::options::IndexOptions::builder()
            .name("identities".to_owned())
            .build();
        let plain = mongodb::IndexModel::builder()
            .keys(bson::doc! { "identities": 1 })
            .options(options)
            .build();
        users.create_index(plain).await.unwrap();
        database.client().clone().shutdown().immediate(true).await;
    }
}

async fn an_index_of_the_same_name_that_is_another_one_is_told_and_not_replaced(store: &Fresh) {
    db_change_an_index(store).await;
    let changed = store.missing_indexes().await.unwrap();
    assert_eq!(changed.len(), 1, "{changed:?}");
    let refused = store.mend_indexes().await;
    assert!(
        matches!(&refused, Err(StoreError::Fault(words)) if words.contains("index")),
        "{refused:?}"
    );
    assert_eq!(store.missing_indexes().await.unwrap(), changed);
}

async fn a_fact_is_known_once_it_is_kept_and_asking_keeps_nothing(store: &Fresh) {
    assert_eq!(store.known_fact("name").await.unwrap(), None);
    assert_eq!(store.fact("name", "value").await.unwrap(), "value");
    assert_eq!(store.known_fact("name").await.unwrap().as_deref(), Some("value"));
    assert_eq!(store.known_fact("Name").await.unwrap(), None);
    assert!(store.replace_fact("name", "value", "other").await.unwrap());
    assert_eq!(store.known_fact("name").await.unwrap().as_deref(), Some("other"));
}

async fn a_store_is_looked_after_while_it_is_written_to(store: &Fresh) {
    let other = store.open_again().await;
    let (written, probed, looked) = tokio::join!(
        async {
            for number in 0..50 {
                store.create_todo(&todo(id(1), number)).await?;
            }
            rondo::store::Result::Ok(())
        },
        async {
            for _ in 0..10 {
                other.probe_write().await?;
            }
            rondo::store::Result::Ok(())
        },
        other.integrity(),
    );
    written.unwrap();
    probed.unwrap();
    assert!(matches!(
        looked.unwrap(),
        Integrity::Sound | Integrity::OfTheServer
    ));
    other.close().await;
}

on_each_keeper!(migrated:
    a_probe_writes_and_leaves_nothing_behind,
    after_migrating_every_index_is_there_and_the_data_is_whole,
    a_server_tells_its_time_and_a_file_has_none,
    a_fact_is_known_once_it_is_kept_and_asking_keeps_nothing,
    a_store_is_looked_after_while_it_is_written_to,
);

mod unmigrated {
    use super::*;

    on_each_keeper!(unmigrated: a_probe_of_what_was_never_migrated_is_an_error_and_makes_nothing);
}

mod with_a_database {
    use super::*;

    on_each_keeper!(sqlite, mongo; migrated:
        indexes_that_were_dropped_are_named_and_made_again,
        an_index_of_the_same_name_that_is_another_one_is_told_and_not_replaced,
    );
}
