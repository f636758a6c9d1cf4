//! To-dos, but for their pages, which are in `pages`.

use std::collections::BTreeSet;
use std::time::Instant;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Document, doc};
use futures_util::TryStreamExt;
use mongodb::options::ReadConcern;

use super::documents::{TodoDoc, date, fields_of, id_of, object_id};
use super::indexes::EARLIEST;
use super::run::{duplicates_of, is_duplicate};
use super::stamps::Stamp;
use super::{Db, Mongo, READ_LIMIT, exists, families, pages};
use crate::model::{Id, State, Timestamp, Todo, TodoPage, TodoQuery, Zone};
use crate::store::{Result, StoreError, Todos, Users};

/// How many are purged before the time that an operation may take begins anew.
const PURGED_AT_ONCE: i64 = 8;

/// How many are created before the time that an operation may take begins anew.
const CREATED_AT_ONCE: usize = 100;
/// How many are looked up by their ids at once.
const LOOKED_UP_AT_ONCE: usize = 500;

/// Which of these are the ids of the owner's to-dos, whatever became of them.
async fn ids_of(db: &Db, owner: ObjectId, ids: Vec<ObjectId>) -> Result<Vec<ObjectId>> {
    let todos = db.raw("todos");
    let find = todos.find(doc! { "owner": owner, "_id": { "$in": ids } });
    let find = find
        .projection(doc! { "_id": 1 })
        .read_concern(ReadConcern::local());
    let found: Vec<Document> = find.max_time(READ_LIMIT).await?.try_collect().await?;
    let unreadable = |_| StoreError::Fault("the id of a to-do cannot be read".into());
    let id = |todo: &Document| todo.get_object_id("_id").map_err(unreadable);
    found.iter().map(id).collect()
}

/// Leaves nothing of a to-do in the trash, nor of its steps, but their ids; says whether there was one, or `None`
/// if there are more steps than are purged at once. The to-do comes last: if it breaks off, it is there to begin
/// again.
async fn purge_some(db: &Db, owner: ObjectId, id: ObjectId, at: Timestamp) -> Result<Option<bool>> {
    let trashed = doc! { "owner": owner, "_id": id, "state": State::Trashed.number() };
    let todos = db.raw("todos");
    let find = todos.find_one(trashed.clone());
    let find = find.projection(doc! { "has_children": 1 });
    let Some(found) = find.max_time(READ_LIMIT).await? else {
        return Ok(Some(false));
    };
    if is_parent(&found) && purge_steps(db, owner, id, at).await? == PURGED_AT_ONCE {
        return Ok(None);
    }
    erase(db, owner, trashed, at).await.map(Some)
}

fn is_parent(todo: &Document) -> bool {
    todo.get_bool("has_children").unwrap_or_default()
}

/// Purges some of the steps, in the trash or not, and says how many.
async fn purge_steps(db: &Db, owner: ObjectId, id: ObjectId, at: Timestamp) -> Result<i64> {
    let mut purged = 0;
    for step in families::step_ids(db, owner, id, PURGED_AT_ONCE).await? {
        let step = doc! { "owner": owner, "_id": step, "state": { "$lt": State::Gone.number() } };
        erase(db, owner, step, at).await?;
        purged += 1;
    }
    Ok(purged)
}

/// Leaves nothing of the to-do that is meant but its id.
async fn erase(db: &Db, owner: ObjectId, which: Document, at: Timestamp) -> Result<bool> {
    let fields = fields_of(
        &TodoDoc::gone(at),
        &["_id", "owner", "list_id", "left_lists", "version", "stamp"],
    )?;
    let mut update = db.next_stamp().await?.update(fields);
    update.insert("$inc", doc! { "version": 1_i64 });
    let is_erased = db.todos.update_one(which, update).await?.matched_count == 1;
    if is_erased {
        db.telling.wrote(owner);
    }
    Ok(is_erased)
}

/// Puts the document in the place of the one with its id, if that is as expected; says whether it was.
pub(super) async fn replace(db: &Db, document: &TodoDoc, expected: i64) -> Result<bool> {
    let filter = doc! {
        "owner": document.owner, "_id": document.id, "version": expected,
        "has_children": document.has_children, "state": { "$lt": State::Gone.number() },
    };
    let fields = fields_of(document, &["_id", "owner", "has_children", "stamp"])?;
    let update = db.next_stamp().await?.update(fields);
    let is_replaced = db.todos.update_one(filter, update).await?.matched_count == 1;
    if is_replaced {
        db.telling.wrote(document.owner);
    }
    Ok(is_replaced)
}

#[async_trait]
impl Todos for Mongo {
    async fn create_todo(&self, todo: &Todo) -> Result<()> {
        let mut document = TodoDoc::new(todo, Stamp::Server.inserted());
        self.run("create_todo", |db| async move {
            document.stamp = db.next_stamp().await?.inserted();
            match db.todos.insert_one(&document).await {
                Err(error) if is_duplicate(&error) => {
                    // A create that is repeated meets itself, whatever became of it since.
                    let own = doc! { "owner": document.owner, "_id": document.id };
                    if exists(&db.todos, own).await? {
                        Ok(())
                    } else {
                        Err(StoreError::Duplicate)
                    }
                }
                outcome => {
                    outcome?;
                    db.telling.wrote(document.owner);
                    Ok(())
                }
            }
        })
        .await
    }

    async fn create_todo_in_zone_of_owner(&self, todo: &Todo) -> Result<Option<Zone>> {
        let time_zone = self.user(todo.owner).await?.and_then(|user| user.time_zone);
        let todo = todo.clone();
        self.create_todo(&Todo { time_zone, ..todo }).await?;
        Ok(time_zone)
    }

    async fn todo(&self, owner: Id, id: Id) -> Result<Option<Todo>> {
        self.run("todo", move |db| async move {
            let filter = doc! {
                "owner": object_id(owner), "_id": object_id(id), "state": { "$lt": State::Gone.number() },
            };
            let found = db.todos.find_one(filter).max_time(READ_LIMIT).await?;
            found.map(Todo::try_from).transpose()
        })
        .await
    }

    async fn create_todos(&self, todos: &[Todo]) -> Result<()> {
        for some in todos.chunks(CREATED_AT_ONCE) {
            let some = some.to_vec();
            let prepared = tokio::task::spawn_blocking(move || {
                let document = |todo| TodoDoc::new(todo, Stamp::Server.inserted());
                some.iter().map(document).collect::<Vec<_>>()
            });
            let mut documents = prepared
                .await
                .map_err(|error| StoreError::Fault(format!("preparing to-dos broke off: {error}")))?;
            self.run("create_todos", |db| async move {
                let stamps = db.next_stamps(documents.len()).await?;
                for (document, stamp) in documents.iter_mut().zip(stamps) {
                    document.stamp = stamp.inserted();
                }
                let outcome = db.todos.insert_many(&documents).ordered(false).await;
                // Whatever was answered, some may have been written.
                if let Some(first) = documents.first() {
                    db.telling.wrote(first.owner);
                }
                match outcome {
                    Err(error) => {
                        let refused = duplicates_of(&error).ok_or(error)?;
                        // What is created again meets itself; what meets somebody else's is a mistake.
                        let refused = refused.iter().filter_map(|place| documents.get(*place));
                        let ids: BTreeSet<ObjectId> = refused.map(|document| document.id).collect();
                        let Some(TodoDoc { owner, .. }) = documents.first() else {
                            return Ok(());
                        };
                        let own = ids_of(&db, *owner, ids.iter().copied().collect()).await?;
                        if own.len() == ids.len() {
                            Ok(())
                        } else {
                            Err(StoreError::Duplicate)
                        }
                    }
                    Ok(_) => Ok(()),
                }
            })
            .await?;
        }
        Ok(())
    }

    async fn known_todos(&self, owner: Id, ids: &[Id]) -> Result<Vec<Id>> {
        let mut known = Vec::new();
        for some in ids.chunks(LOOKED_UP_AT_ONCE) {
            let some = some.iter().copied().map(object_id).collect();
            let found = self.run("known_todos", move |db| async move {
                ids_of(&db, object_id(owner), some).await
            });
            known.extend(found.await?.into_iter().map(id_of));
        }
        Ok(known)
    }

    async fn replace_todo(&self, todo: &Todo, expected: i64) -> Result<bool> {
        let document = TodoDoc::new(todo, Stamp::Server.inserted());
        self.run("replace_todo", move |db| async move {
            replace(&db, &document, expected).await
        })
        .await
    }

    async fn todo_page(&self, owner: Id, query: &TodoQuery) -> Result<TodoPage> {
        let query = query.clone();
        self.run("todo_page", move |db| async move {
            pages::read(&db.todos, owner, &query).await
        })
        .await
    }

    async fn purge_todo(&self, owner: Id, id: Id, at: Timestamp) -> Result<bool> {
        loop {
            let some = self.run("purge_todo", move |db| async move {
                purge_some(&db, object_id(owner), object_id(id), at).await
            });
            if let Some(is_purged) = some.await? {
                return Ok(is_purged);
            }
        }
    }

    async fn purge_trash(&self, owner: Option<Id>, before: Timestamp, at: Timestamp) -> Result<()> {
        loop {
            let purged = self.run("purge_trash", move |db| async move {
                let mut trashed = doc! {
                    "state": State::Trashed.number(), "deleted_at": { "$gte": EARLIEST, "$lt": date(before) },
                };
                if let Some(owner) = owner {
                    trashed.insert("owner", object_id(owner));
                }
                let todos = db.raw("todos");
                let find = todos
                    .find(trashed)
                    .projection(doc! { "owner": 1, "has_children": 1 })
                    .limit(PURGED_AT_ONCE);
                let found: Vec<Document> = find.max_time(READ_LIMIT).await?.try_collect().await?;
                let (begun, mut purged) = (Instant::now(), 0);
                for todo in &found {
                    let unreadable = |_| StoreError::Fault("the id of a to-do cannot be read".into());
                    let owner = todo.get_object_id("owner").map_err(unreadable)?;
                    let id = todo.get_object_id("_id").map_err(unreadable)?;
                    if is_parent(todo) {
                        purged += purge_steps(&db, owner, id, at).await?;
                        if purged >= PURGED_AT_ONCE {
                            return Ok(purged);
                        }
                    }
                    let trashed = doc! { "owner": owner, "_id": id, "state": State::Trashed.number() };
                    erase(&db, owner, trashed, at).await?;
                    purged += 1;
                    if begun.elapsed() > families::WRITING_LIMIT {
                        return Ok(PURGED_AT_ONCE);
                    }
                }
                Ok(purged)
            });
            if purged.await? < PURGED_AT_ONCE {
                return Ok(());
            }
        }
    }

    async fn remove_gone_todos(&self, before: Timestamp) -> Result<()> {
        self.run("remove_gone_todos", move |db| async move {
            let gone = doc! {
                "state": State::Gone.number(), "deleted_at": { "$gte": EARLIEST, "$lt": date(before) },
            };
            db.todos.delete_many(gone).await?;
            Ok(())
        })
        .await
    }

    async fn remove_todos_of(&self, owner: Id) -> Result<()> {
        self.run("remove_todos_of", move |db| async move {
            db.todos.delete_many(doc! { "owner": object_id(owner) }).await?;
            Ok(())
        })
        .await
    }
}
