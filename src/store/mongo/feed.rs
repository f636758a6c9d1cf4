//! The feed of changes: what was written, in the order of the stamps, and who is to be told.
//!
//! A stamp is given when a write begins, and the write can be read a little later: then one with a later stamp may
//! have been read before. So nothing counts as settled until it is [`OVERLAP`] old, by the server's own clock,
//! from which all stamps come.
//!
//! Who is to be told comes from one change stream of this process. A server that stands alone has none; then only
//! the writes of this process are told, by itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, Document, doc};
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::options::FullDocumentType;
use serde::de::DeserializeOwned;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use super::documents::{TodoDoc, id_of, object_id};
use super::lists::{ListDoc, shared_with};
use super::run::{cause_of, has_no_change_streams};
use super::{Db, Mongo, READ_LIMIT, limit_of, stamps};
use crate::model::{Change, ChangeKind, ChangePage, ChangePlace, Gone, Id, List, State, Todo};
use crate::store::{Feed, Result, StoreError, Touched, Touches};

/// How much later than others a write may appear: longer than any operation is waited for, with as much again for
/// a server that is busy and for the clocks of a cluster.
const OVERLAP: Duration = Duration::from_secs(10);

/// A place that lies so far ahead is none that was ever reached here.
const AHEAD: Duration = Duration::from_secs(120);

/// The first pause after a change stream broke off, and the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The collections whose documents have an owner and a stamp.
const COLLECTIONS: [&str; 2] = ["todos", "lists"];

/// The telling of who is touched.
pub(super) struct Telling {
    touches: Touches,
    /// The change stream tells of all writes, also of this process.
    streams: AtomicBool,
    closing: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Default for Telling {
    fn default() -> Self {
        Self {
            touches: Touches::default(),
            streams: AtomicBool::new(false),
            closing: watch::Sender::new(false),
            task: Mutex::default(),
        }
    }
}

impl Telling {
    /// Something of this user, or that is shared with him, was written by this process.
    pub fn wrote(&self, user: ObjectId) {
        if !self.streams.load(Ordering::SeqCst) {
            self.touches.tell(Touched::Owner(id_of(user)));
        }
    }

    /// Begins to read the change stream, at the first call.
    fn begin(self: &Arc<Self>, db: &Arc<Db>) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_none() {
            let (telling, db) = (Arc::clone(self), Arc::clone(db));
            let mut closing = self.closing.subscribe();
            *task = Some(tokio::spawn(async move {
                tokio::select! {
                    () = telling.follow(&db) => {}
                    _ = closing.wait_for(|closing| *closing) => {}
                }
            }));
        }
    }

    /// Ends the reading; nobody is told anything afterwards.
    pub async fn end(&self, limit: Duration) {
        self.closing.send_replace(true);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            // What has not ended by now ends with the process.
            let _ = tokio::time::timeout(limit, task).await;
        }
    }

    /// Reads the change stream, and begins another one when it breaks off, for ever; ends only at a server that has
    /// none. (The driver itself resumes where the connection was lost.) None needs the place where the one before
    /// broke off: whoever listens knows his own, and is told to look.
    async fn follow(&self, db: &Db) {
        let mut pause = FIRST_PAUSE;
        loop {
            let broke_off = self.stream(db, &mut pause).await;
            self.streams.store(false, Ordering::SeqCst);
            // Between the last event and now anything may have been written, by others too.
            self.touches.tell(Touched::Everybody);
            if let Err(error) = broke_off {
                if has_no_change_streams(&error) {
                    log::warn!(
                        "the MongoDB server stands alone and has no change streams: an instance tells its \
                         listeners at once of its own writes alone, and of those of other instances within \
                         half a minute"
                    );
                    return;
                }
                log::warn!(
                    "the change stream broke off, and begins anew: {}",
                    cause_of(&error)
                );
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// One change stream, until it breaks off.
    async fn stream(&self, db: &Db, pause: &mut Duration) -> std::result::Result<(), mongodb::error::Error> {
        let pipeline = [
            doc! { "$match": {
                "ns.coll": { "$in": COLLECTIONS.as_slice() },
                "operationType": { "$in": ["insert", "update", "replace"] },
            } },
            doc! { "$project": {
                "operationType": 1, "ns": 1, "documentKey": 1, "fullDocument.owner": 1,
                "fullDocument.members.user_id": 1, "fullDocument.left": 1,
            } },
        ];
        let mut changes = db
            .database
            .watch()
            .pipeline(pipeline)
            .full_document(FullDocumentType::UpdateLookup)
            .await?
            .with_type::<Document>();
        self.streams.store(true, Ordering::SeqCst);
        *pause = FIRST_PAUSE;
        // What was written before it began.
        self.touches.tell(Touched::Everybody);
        while let Some(event) = changes.try_next().await? {
            // Of one that was removed since there is nothing to tell.
            let Ok(document) = event.get_document("fullDocument") else {
                continue;
            };
            for user in concerned(document) {
                self.touches.tell(Touched::Owner(id_of(user)));
            }
        }
        Ok(())
    }
}

/// Whom it concerns that a document was written: its owner; of a list, also those it is shared with, and was.
fn concerned(document: &Document) -> Vec<ObjectId> {
    let array = |name| document.get_array(name).into_iter().flatten();
    let members = array("members").filter_map(Bson::as_document);
    let members = members.filter_map(|member| member.get_object_id("user_id").ok());
    let left = array("left").filter_map(Bson::as_object_id);
    let owner = document.get_object_id("owner").ok();
    owner.into_iter().chain(members).chain(left).collect()
}

#[async_trait]
impl Feed for Mongo {
    async fn changes(&self, user: Id, after: ChangePlace, limit: usize) -> Result<ChangePage> {
        self.run(
            "changes",
            move |db| async move { page(&db, user, after, limit).await },
        )
        .await
    }

    fn watch(&self) -> broadcast::Receiver<Touched> {
        let listener = self.db.telling.touches.listen();
        self.db.telling.begin(&self.db);
        listener
    }
}

async fn page(db: &Db, user: Id, after: ChangePlace, limit: usize) -> Result<ChangePage> {
    // Before the reading: what appears in between is not settled.
    let settled = settled(db).await?;
    let wanted = limit.saturating_add(1);
    let own = doc! { "owner": object_id(user) };
    let todos: Vec<TodoDoc> = read(&db.todos, order(), &own, after, wanted).await?;
    let mut items = todos.into_iter().map(change).collect::<Result<Vec<_>>>()?;
    for which in [own, of_others(object_id(user))] {
        let lists: Vec<ListDoc> = read(&db.lists, order_of_lists(), &which, after, wanted).await?;
        for list in lists {
            items.push(Change::of_list(List::try_from(list)?, user));
        }
    }
    let shared = shared_with(db, object_id(user)).await?;
    let mut sharers = Vec::new();
    for (owner, of_one) in List::by_owner(&shared) {
        let seen: Vec<Id> = of_one.iter().map(|list| list.id).collect();
        let which = in_lists(owner, &seen);
        let todos: Vec<TodoDoc> = read(&db.todos, order(), &which, after, wanted).await?;
        for todo in todos {
            items.push(change(todo)?.within(&seen));
        }
        sharers.push(owner);
    }
    let rewound = after.stamp > settled.saturating_add(stamps::at_second(AHEAD.as_secs()));
    Ok(ChangePage::of(items, limit, settled, rewound, sharers))
}

/// The lists of others that are shared with a user, or were.
fn of_others(user: ObjectId) -> Document {
    doc! { "$or": [{ "members.user_id": user }, { "left": user }] }
}

/// The to-dos of an owner that are in some lists, or were.
fn in_lists(owner: Id, lists: &[Id]) -> Document {
    let lists: Vec<ObjectId> = lists.iter().copied().map(object_id).collect();
    let among = doc! { "$in": lists };
    doc! { "owner": object_id(owner), "$or": [{ "list_id": &among }, { "left_lists": &among }] }
}

/// Of `which`, those with the very stamp of the place, which two shards can give; then those behind it. In each the
/// index has the order.
pub(super) fn ranges(which: &Document, after: ChangePlace) -> Vec<Document> {
    let stamp = stamps::timestamp(after.stamp);
    let with = |range: Document| {
        let mut filter = which.clone();
        filter.extend(range);
        filter
    };
    let mut ranges = Vec::new();
    if after.id != ChangePlace::END.id {
        let id = doc! { "$gt": object_id(after.id) };
        ranges.push(with(doc! { "stamp": stamp, "_id": id }));
    }
    ranges.push(with(doc! { "stamp": { "$gt": stamp } }));
    ranges
}

/// The order of changes.
pub(super) fn order() -> Document {
    doc! { "stamp": 1, "_id": 1 }
}

/// The same among lists: they are not sharded, so that no two of them have one stamp, and their index has no ids.
pub(super) fn order_of_lists() -> Document {
    doc! { "stamp": 1 }
}

/// The first of these documents behind a place.
async fn read<T>(
    collection: &Collection<T>,
    order: Document,
    which: &Document,
    after: ChangePlace,
    wanted: usize,
) -> Result<Vec<T>>
where
    T: DeserializeOwned + Send + Sync,
{
    let mut found = Vec::new();
    for range in ranges(which, after) {
        if found.len() < wanted {
            let find = collection
                .find(range)
                .sort(order.clone())
                .limit(limit_of(wanted - found.len()))
                .max_time(READ_LIMIT);
            found.extend(find.await?.try_collect::<Vec<T>>().await?);
        }
    }
    Ok(found)
}

/// The last stamp that is [`OVERLAP`] old.
async fn settled(db: &Db) -> Result<u64> {
    let greeting = db.database.run_command(doc! { "hello": 1 }).await?;
    let seconds = all_is_seen_at(&greeting)?;
    Ok(stamps::at_second(seconds.saturating_sub(OVERLAP.as_secs())))
}

/// The second up to which nothing is missing in what is read, by a server's answer to `hello`: its time, or that of
/// the last write that a majority has, since reads show no later ones. (A router tells its time alone.)
fn all_is_seen_at(greeting: &Document) -> Result<u64> {
    let time = greeting
        .get_datetime("localTime")
        .map_err(|_| StoreError::Fault("the server does not tell its time".into()))?;
    let majority = greeting
        .get_document("lastWrite")
        .and_then(|last| last.get_datetime("majorityWriteDate"));
    let time = majority.map_or(*time, |majority| (*time).min(*majority));
    Ok(u64::try_from(time.timestamp_millis() / 1000).unwrap_or_default())
}

fn change(document: TodoDoc) -> Result<Change> {
    if document.state == State::Gone.number() {
        return Ok(Change::Gone(Gone {
            kind: ChangeKind::Todo,
            id: id_of(document.id),
            list_id: document.list_id.map(id_of),
            version: document.version,
            stamp: stamps::number(document.stamp),
        }));
    }
    Ok(Change::Todo(Box::new(Todo::try_from(document)?)))
}

#[cfg(test)]
mod tests {
    use bson::DateTime;

    use super::*;

    #[test]
    fn what_a_majority_does_not_have_yet_is_not_taken_for_seen() {
        let at = |seconds: i64| DateTime::from_millis(seconds * 1000);
        let seen = |greeting: Document| all_is_seen_at(&greeting).unwrap();
        assert_eq!(seen(doc! { "localTime": at(500) }), 500);
        for (majority, expected) in [(440, 440), (500, 500), (510, 500)] {
            let last = doc! { "lastWriteDate": at(499), "majorityWriteDate": at(majority) };
            assert_eq!(seen(doc! { "localTime": at(500), "lastWrite": last }), expected);
        }
        assert!(all_is_seen_at(&doc! { "ok": 1 }).is_err());
    }
}
