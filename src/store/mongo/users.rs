//! Accounts.

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use futures_util::TryStreamExt;

use super::documents::{UserDoc, date, fields_of, id_of, object_id};
use super::indexes::EARLIEST;
use super::run::is_duplicate;
use super::{Mongo, READ_LIMIT, exists, limit_of, read_all};
use crate::model::{Id, Timestamp, User, UserFilter};
use crate::store::{Result, StoreError, Users};

#[async_trait]
impl Users for Mongo {
    async fn create_user(&self, user: &User) -> Result<()> {
        let document = UserDoc::from(user);
        self.run("create_user", |db| async move {
            match db.users.insert_one(&document).await {
                Err(error) if is_duplicate(&error) => {
                    // A create that is repeated meets itself, whatever became of it since.
                    let is_repeated = exists(&db.users, doc! { "_id": document.id }).await?;
                    if is_repeated {
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

    async fn user(&self, id: Id) -> Result<Option<User>> {
        self.live("user", doc! { "_id": object_id(id) }).await
    }

    async fn user_by_identity(&self, identity: &str) -> Result<Option<User>> {
        self.live("user_by_identity", doc! { "identities": identity })
            .await
    }

    async fn replace_user(&self, user: &User, expected: i64) -> Result<bool> {
        let document = UserDoc::from(user);
        self.run("replace_user", |db| async move {
            let filter = doc! { "_id": document.id, "version": expected };
            let replaced = if document.deleted_at.is_some() {
                // Of a deleted account nothing is kept that this program does not know of either.
                db.users.replace_one(filter, &document).await?
            } else {
                // What a newer program, or the service before this one, keeps beside is not lost.
                db.users
                    .update_one(filter, doc! { "$set": fields_of(&document, &["_id"])? })
                    .await?
            };
            Ok(replaced.matched_count == 1)
        })
        .await
    }

    async fn users_page(&self, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.run("users_page", move |db| async move {
            let mut filter = doc! { "deleted_at": Bson::Null };
            if let Some(after) = after {
                filter.insert("_id", doc! { "$gt": object_id(after) });
            }
            let find = db
                .users
                .find(filter)
                .sort(doc! { "_id": 1 })
                .limit(limit_of(limit));
            read_all(find.max_time(READ_LIMIT).await?).await
        })
        .await
    }

    async fn find_users(&self, filter: &UserFilter, after: Option<Id>, limit: usize) -> Result<Vec<User>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let filter = found_by(filter, after);
        self.run("find_users", move |db| async move {
            let find = db
                .users
                .find(filter)
                .sort(doc! { "_id": 1 })
                .limit(limit_of(limit));
            read_all(find.max_time(READ_LIMIT).await?).await
        })
        .await
    }

    async fn deleted_users(&self, before: Timestamp, limit: usize) -> Result<Vec<Id>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.run("deleted_users", move |db| async move {
            let filter = doc! { "deleted_at": { "$gte": EARLIEST, "$lt": date(before) } };
            let users = db.users.clone_with_type::<Document>();
            let find = users
                .find(filter)
                .sort(doc! { "deleted_at": 1 })
                .limit(limit_of(limit));
            let found = find.projection(doc! { "_id": 1 }).max_time(READ_LIMIT).await?;
            let unreadable = |_| StoreError::Fault("the id of a user cannot be read".into());
            let id = |user: Document| async move { user.get_object_id("_id").map(id_of).map_err(unreadable) };
            found.map_err(StoreError::from).and_then(id).try_collect().await
        })
        .await
    }

    async fn remove_user(&self, id: Id) -> Result<()> {
        self.run("remove_user", move |db| async move {
            let filter = doc! { "_id": object_id(id), "deleted_at": { "$gte": EARLIEST } };
            db.users.delete_one(filter).await?;
            Ok(())
        })
        .await
    }
}

/// What the accounts have that are meant. Where role or state are named, both are, so that an index leads to them in
/// their order.
fn found_by(filter: &UserFilter, after: Option<Id>) -> Document {
    let mut wanted = Document::new();
    match (filter.role, filter.disabled) {
        (None, None) => {}
        (role, disabled) => {
            wanted.insert(
                "role",
                match role {
                    Some(role) => Bson::from(role.name()),
                    None => doc! { "$in": ["user", "admin"] }.into(),
                },
            );
            wanted.insert(
                "disabled",
                match disabled {
                    Some(disabled) => Bson::from(disabled),
                    None => doc! { "$in": [false, true] }.into(),
                },
            );
        }
    }
    if let Some(after) = after {
        wanted.insert("_id", doc! { "$gt": object_id(after) });
    }
    wanted.insert("deleted_at", Bson::Null);
    if !filter.terms.is_empty() {
        // No regular expression: what is looked for is text, whatever stands in it.
        let occurs =
            |term: &String| doc! { "$gte": [ { "$indexOfBytes": [ "$search", { "$literal": term } ] }, 0 ] };
        let all: Vec<Document> = filter.terms.iter().map(occurs).collect();
        wanted.insert("$and", vec![doc! { "$expr": { "$and": all } }]);
    }
    wanted
}

impl Mongo {
    /// The account that a unique index leads to, unless it was deleted.
    async fn live(&self, what: &str, filter: Document) -> Result<Option<User>> {
        self.run(what, |db| async move {
            let found = db.users.find_one(filter).max_time(READ_LIMIT).await?;
            found
                .filter(|user| user.deleted_at.is_none())
                .map(User::try_from)
                .transpose()
        })
        .await
    }
}
