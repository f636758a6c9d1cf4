//! The MongoDB driver, and nothing around it: the service's query for a first page of 20 open to-dos, in a loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::options::{ClientOptions, CollectionOptions, ReadConcern, ReadPreference, SelectionCriteria};
use mongodb::{Client, Collection};

/// How many pages `tasks` tasks read in about `time`, of the first to-do's owner in the database that
/// the address names.
pub fn read(uri: &str, tasks: usize, time: Duration) -> (usize, Duration) {
    // As many threads as the service has.
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let todos = todos(uri).await;
        let first = todos.find_one(doc! {}).await.expect("it answers");
        let owner = first
            .expect("a to-do is there")
            .get_object_id("owner")
            .expect("an owner");
        let done = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let loops: Vec<_> = (0..tasks)
            .map(|_| {
                let (todos, done) = (todos.clone(), Arc::clone(&done));
                tokio::spawn(async move {
                    while begun.elapsed() < time {
                        assert_eq!(page(&todos, owner).await.len(), 21, "the page and one more");
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                })
            })
            .collect();
        for task in loops {
            task.await.expect("it reads");
        }
        (done.load(Ordering::Relaxed), begun.elapsed())
    })
}

/// With the options of `src/store/mongo/address.rs`.
async fn todos(uri: &str) -> Collection<Document> {
    let mut options = ClientOptions::parse(uri).await.expect("a sound address");
    options.max_pool_size.get_or_insert(32);
    options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
    let database = Client::with_options(options)
        .expect("sound options")
        .default_database()
        .expect("the address names a database");
    let greeting = database
        .run_command(doc! { "hello": 1 })
        .await
        .expect("it answers");
    let concern = if greeting.contains_key("setName") {
        ReadConcern::majority()
    } else {
        ReadConcern::local()
    };
    let options = CollectionOptions::builder().read_concern(concern).build();
    database.collection_with_options("todos", options)
}

/// As `src/store/mongo/pages.rs` asks.
async fn page(todos: &Collection<Document>, owner: bson::oid::ObjectId) -> Vec<Document> {
    let range = doc! { "owner": owner, "state": 0, "keys.position": { "$gte": "" } };
    let find = todos
        .find(range)
        .sort(doc! { "keys.position": 1, "_id": 1 })
        .limit(21)
        .batch_size(21)
        .max_time(Duration::from_millis(2500));
    let found = find.await.expect("it answers").try_collect().await;
    found.expect("it is read")
}
