//! To-dos, but for their pages, which are in `pages`.

use async_trait::async_trait;
use bson::{Bson, doc};

use super::documents::{TodoDoc, date, fields_of, object_id};
use super::indexes::EARLIEST;
use super::run::is_duplicate;
use super::stamps::Stamp;
use super::{Mongo, READ_LIMIT, exists, pages};
use crate::model::{Id, Timestamp, Todo, TodoPage, TodoQuery, Zone};
use crate::store::{Result, StoreError, Todos, Users};

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
                outcome => outcome.map(drop).map_err(StoreError::from),
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
            let filter = doc! { "owner": object_id(owner), "_id": object_id(id), "deleted_at": Bson::Null };
            let found = db.todos.find_one(filter).max_time(READ_LIMIT).await?;
            found.map(Todo::try_from).transpose()
        })
        .await
    }

    async fn replace_todo(&self, todo: &Todo, expected: i64) -> Result<bool> {
        let document = TodoDoc::new(todo, Stamp::Server.inserted());
        self.run("replace_todo", move |db| async move {
            let filter = doc! {
                "owner": document.owner, "_id": document.id, "version": expected, "deleted_at": Bson::Null,
            };
            let fields = fields_of(&document, &["_id", "owner", "stamp"])?;
            let update = db.next_stamp().await?.update(fields);
            Ok(db.todos.update_one(filter, update).await?.matched_count == 1)
        })
        .await
    }

    async fn todo_page(&self, owner: Id, query: &TodoQuery) -> Result<TodoPage> {
        let (ranges, sort) = (pages::ranges(owner, query), pages::sort(query));
        let limit = query.limit;
        self.run("todo_page", move |db| async move {
            pages::read(&db.todos, ranges, sort, limit).await
        })
        .await
    }

    async fn remove_deleted_todos(&self, before: Timestamp) -> Result<()> {
        self.run("remove_deleted_todos", move |db| async move {
            db.todos
                .delete_many(doc! { "deleted_at": { "$gte": EARLIEST, "$lt": date(before) } })
                .await?;
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
