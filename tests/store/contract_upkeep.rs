//! `Upkeep`: migrations, closing and opening, and what is refused in words.

use rondo::model::User;
use rondo::store::mongo::Mongo;
use rondo::store::sqlite::Sqlite;
use rondo::store::{KeyRow, Store, StoreError, Upkeep as _};

use crate::keepers::{Fresh, db_database};
use crate::values::{at, at_once, everything, id, next_todo, session, todo, turn, user};

async fn the_database_answers(store: &Fresh) {
    store.ping().await.unwrap();
    store.migrate(at(5)).await.unwrap();
    store.ping().await.unwrap();
}

async fn migrating_applies_what_is_missing_once(store: &Fresh) {
    let known = store.migrations().await.unwrap();
    assert!(!known.is_empty());
    assert!(
        known.iter().all(|migration| migration.applied_at.is_none()),
        "{known:?}"
    );
    assert!(
        known.windows(2).all(|pair| pair[0].number < pair[1].number),
        "in order"
    );
    assert_eq!(store.migrate(at(5)).await.unwrap(), known.len());
    let applied = store.migrations().await.unwrap();
    assert!(
        applied
            .iter()
            .all(|migration| migration.applied_at == Some(at(5))),
        "{applied:?}"
    );
    let names =
        |list: &[rondo::store::Migration]| list.iter().map(|m| (m.number, m.name)).collect::<Vec<_>>();
    assert_eq!(names(&applied), names(&known));
    assert_eq!(store.migrate(at(6)).await.unwrap(), 0);
    assert_eq!(
        store.migrations().await.unwrap(),
        applied,
        "the first moment stays"
    );
}

async fn of_five_that_migrate_at_once_one_works(store: &Fresh) {
    let mut five = vec![store.share()];
    for _ in 0..4 {
        five.push(store.open_again().await);
    }
    let answers = at_once(5, |number| {
        let store = five[number as usize].clone();
        async move {
            let applied = store.migrate(at(number.into())).await?;
            // Whoever has waited finds all of it done.
            store.create_user(&user(number)).await?;
            rondo::store::Result::Ok(applied)
        }
    })
    .await;
    let known = store.migrations().await.unwrap();
    let applied: usize = answers
        .into_iter()
        .map(|answer| answer.expect("it waits for its turn"))
        .sum();
    assert_eq!(applied, known.len());
    assert!(known.iter().all(|migration| migration.applied_at.is_some()));
    assert_eq!(store.users_page(None, 10).await.unwrap().len(), 5);
    for keeper in &five[1..] {
        keeper.close().await;
    }
}

async fn migrating_again_leaves_the_data_alone(store: &Fresh) {
    store.migrate(at(0)).await.unwrap();
    store.create_user(&user(1)).await.unwrap();
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    let again = store.open_again().await;
    assert_eq!(again.migrate(at(5)).await.unwrap(), 0);
    assert_eq!(again.user(id(1)).await.unwrap(), Some(user(1)));
    assert!(again.todo(id(1), id(10)).await.unwrap().is_some());
    again.close().await;
}

/// Writes one of everything, and answers the key that was among it.
async fn write_one_of_each(store: &dyn Store) -> KeyRow {
    let key = KeyRow {
        number: 1,
        kid: "kid".into(),
        algorithm: "RS256".into(),
        sealed: vec![0, 255],
        public: "{}".into(),
        signs_from: at(1),
    };
    store.create_user(&user(1)).await.unwrap();
    assert!(
        store
            .replace_user(
                &User {
                    version: 2,
                    ..user(1)
                },
                1
            )
            .await
            .unwrap()
    );
    store.create_session(&session(id(1), 1)).await.unwrap();
    assert!(store.turn_session(id(1), 1, &turn(1)).await.unwrap());
    store.create_todo(&todo(id(1), 10)).await.unwrap();
    let next = next_todo(&todo(id(1), 10), |todo| todo.done = true);
    assert!(store.replace_todo(&next, 1).await.unwrap());
    store.create_key(&key).await.unwrap();
    store.fact("name", "value").await.unwrap();
    store.count("counter", 5, at(60)).await.unwrap();
    key
}

async fn assert_each_is_there(store: &dyn Store, key: &KeyRow) {
    assert_eq!(store.user(id(1)).await.unwrap().map(|user| user.version), Some(2));
    assert_eq!(
        store
            .session(id(1))
            .await
            .unwrap()
            .map(|session| session.generation),
        Some(2)
    );
    let page = store.todo_page(id(1), &everything()).await.unwrap();
    assert_eq!(
        page.items
            .iter()
            .map(|todo| (todo.id, todo.done))
            .collect::<Vec<_>>(),
        [(id(10), true)]
    );
    assert_eq!(&store.keys().await.unwrap(), std::slice::from_ref(key));
    assert_eq!(store.fact("name", "other").await.unwrap(), "value");
    assert_eq!(store.count("counter", 1, at(60)).await.unwrap(), 6);
}

async fn what_was_written_is_there_after_closing_and_opening(store: &Fresh) {
    let first = store.open_again().await;
    let key = write_one_of_each(&*first).await;
    first.close().await;
    drop(first);
    let second = store.open_again().await;
    assert_each_is_there(&*second, &key).await;
    second.close().await;
}

async fn what_was_answered_is_there_after_the_death_of_the_process(store: &Fresh) {
    let key = write_one_of_each(&**store).await;
    let (survivor, _folder) = store.after_death().await;
    assert_each_is_there(&*survivor, &key).await;
    survivor
        .create_todo(&todo(id(1), 11))
        .await
        .expect("the survivor can be written to");
    survivor.close().await;
}

async fn a_stamp_grows_over_closing_and_opening(store: &Fresh) {
    let first = store.open_again().await;
    first.create_todo(&todo(id(1), 10)).await.unwrap();
    let before = first.todo(id(1), id(10)).await.unwrap().unwrap().stamp;
    first.remove_todos_of(id(1)).await.unwrap();
    first.close().await;
    let second = store.open_again().await;
    second.create_todo(&todo(id(1), 11)).await.unwrap();
    let after = second.todo(id(1), id(11)).await.unwrap().unwrap().stamp;
    assert!(after > before, "{after} after {before}");
    second.close().await;
}

async fn what_is_no_database_is_not_opened(store: &Fresh) {
    let refused = match store.db_file() {
        Some(file) => {
            let text = file.with_file_name("text");
            std::fs::write(&text, "This is a text and no database at all. ".repeat(100)).unwrap();
            match Sqlite::open(&text) {
                Ok(keeper) => keeper.migrate(at(0)).await.map(|_| ()),
                Err(error) => Err(error),
            }
        }
        None => Mongo::connect("no address").await.map(|_| ()),
    };
    assert!(matches!(refused, Err(StoreError::Fault(_))), "{refused:?}");
}

/// Notes a migration that no program knows yet, as a newer one would.
async fn db_note_a_newer_migration(store: &Fresh) {
    if let Some(file) = store.db_file() {
        let row = "INSERT INTO migrations (number, name, applied_at) VALUES (4711, 'of tomorrow', 0)";
        rusqlite::Connection::open(file)
            .unwrap()
            .execute(row, [])
            .unwrap();
    }
    if let Some(address) = store.address() {
        let database = db_database(address).await;
        let row = bson::doc! { "_id": 4711_i64, "name": "of tomorrow", "applied_at": bson::DateTime::from_millis(0) };
        database.collection("migrations").insert_one(row).await.unwrap();
        database.client().clone().shutdown().immediate(true).await;
    }
}

async fn what_a_newer_program_wrote_is_refused_in_words(store: &Fresh) {
    db_note_a_newer_migration(store).await;
    let again = store.open_again().await;
    for refused in [
        again.migrations().await.map(|_| ()),
        again.migrate(at(5)).await.map(|_| ()),
    ] {
        let Err(StoreError::Fault(words)) = refused else {
            panic!("{refused:?}")
        };
        assert!(
            words.contains("newer program") && words.contains("4711"),
            "{words}"
        );
    }
    again.close().await;
}

on_each_keeper!(unmigrated:
    the_database_answers,
    migrating_applies_what_is_missing_once,
    of_five_that_migrate_at_once_one_works,
    migrating_again_leaves_the_data_alone,
);

mod ready {
    use super::*;

    on_each_keeper!(migrated:
        what_was_written_is_there_after_closing_and_opening,
        what_was_answered_is_there_after_the_death_of_the_process,
        a_stamp_grows_over_closing_and_opening,
    );
}

mod with_a_database {
    use super::*;

    on_each_keeper!(sqlite, mongo; migrated:
        what_is_no_database_is_not_opened,
        what_a_newer_program_wrote_is_refused_in_words,
    );
}
