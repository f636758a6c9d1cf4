//! Lists, and what concerns all to-dos of one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, Timestamp as BsonTimestamp, doc};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::documents::{date, fields_of, id_of, moment, object_id};
use super::indexes::EARLIEST;
use super::run::is_duplicate;
use super::stamps::{self, Stamp};
use super::{Db, Mongo, READ_LIMIT, exists, limit_of, read_all};
use crate::model::{Fate, Id, List, ListRole, Member, State, Timestamp};
use crate::store::{Lists, Result, StoreError};

/// How many to-dos are moved before the time that an operation may take begins anew.
const MOVED_AT_ONCE: i64 = 8;

/// A document of `lists`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ListDoc {
    #[serde(rename = "_id")]
    pub(super) id: ObjectId,
    owner: ObjectId,
    name: String,
    color: Option<String>,
    archived: bool,
    position: String,
    /// Absent in what was written before lists were shared.
    #[serde(default)]
    members: Vec<MemberDoc>,
    /// The same.
    #[serde(default)]
    left: Vec<ObjectId>,
    created_at: DateTime,
    updated_at: DateTime,
    deleted_at: Option<DateTime>,
    fate: Option<String>,
    version: i64,
    /// See [`stamps`]. At the top level, or MongoDB does not fill it in.
    pub(super) stamp: BsonTimestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct MemberDoc {
    user_id: ObjectId,
    role: ListRole,
}

impl From<&Member> for MemberDoc {
    fn from(member: &Member) -> Self {
        Self {
            user_id: object_id(member.user_id),
            role: member.role,
        }
    }
}

impl From<MemberDoc> for Member {
    fn from(document: MemberDoc) -> Self {
        Self {
            user_id: id_of(document.user_id),
            role: document.role,
        }
    }
}

impl ListDoc {
    /// Whom it concerns what is written of it: its owner, those it is shared with, and those it was.
    fn concerned(&self) -> impl Iterator<Item = ObjectId> {
        let members = self.members.iter().map(|member| member.user_id);
        std::iter::once(self.owner)
            .chain(members)
            .chain(self.left.iter().copied())
    }

    pub(super) fn new(list: &List) -> Self {
        Self {
            id: object_id(list.id),
            owner: object_id(list.owner),
            name: list.name.clone(),
            color: list.color.map(String::from),
            archived: list.archived,
            position: list.position.clone(),
            members: list.members.iter().map(MemberDoc::from).collect(),
            left: list.left.iter().copied().map(object_id).collect(),
            created_at: date(list.created_at),
            updated_at: date(list.updated_at),
            deleted_at: list.deleted_at.map(date),
            fate: list.fate.map(|fate| fate.name().to_owned()),
            version: list.version,
            stamp: Stamp::Server.inserted(),
        }
    }
}

impl TryFrom<ListDoc> for List {
    type Error = StoreError;

    fn try_from(document: ListDoc) -> Result<Self> {
        let unreadable =
            |what| move || StoreError::Fault(format!("the {what} of list {} cannot be read", document.id));
        let color = document
            .color
            .map(|text| text.parse().map_err(|_| unreadable("colour")()));
        let fate = document
            .fate
            .map(|name| Fate::from_name(&name).ok_or_else(unreadable("fate")));
        Ok(Self {
            color: color.transpose()?,
            fate: fate.transpose()?,
            id: id_of(document.id),
            owner: id_of(document.owner),
            name: document.name,
            archived: document.archived,
            position: document.position,
            members: document.members.into_iter().map(Member::from).collect(),
            left: document.left.into_iter().map(id_of).collect(),
            created_at: moment(document.created_at),
            updated_at: moment(document.updated_at),
            deleted_at: document.deleted_at.map(moment),
            version: document.version,
            stamp: stamps::number(document.stamp),
        })
    }
}

/// See [`Lists::lists_shared_with`].
pub(super) async fn shared_with(db: &Db, user: ObjectId) -> Result<Vec<List>> {
    let find = db
        .lists
        .find(doc! { "members.user_id": user, "deleted_at": Bson::Null })
        .sort(doc! { "owner": 1, "position": 1, "_id": 1 });
    read_all(find.max_time(READ_LIMIT).await?).await
}

/// The stages that count the open to-dos of each list. The order is that of the index `in_list`, which has all
/// that is asked for: no to-do is read.
pub(super) fn counting(owner: Id) -> Vec<Document> {
    vec![
        doc! { "$match": {
            "owner": object_id(owner), "list_id": { "$gte": Bson::MinKey }, "state": State::Open.number(),
        } },
        doc! { "$sort": { "owner": 1, "list_id": 1 } },
        doc! { "$group": { "_id": "$list_id", "open": { "$sum": 1_i64 } } },
    ]
}

fn counted(group: &Document) -> Result<(Option<Id>, u64)> {
    let unreadable = || StoreError::Fault("the count of a list cannot be read".into());
    let list = match group.get("_id") {
        None | Some(Bson::Null) => None,
        Some(Bson::ObjectId(id)) => Some(id_of(*id)),
        Some(_) => return Err(unreadable()),
    };
    let open = match group.get("open") {
        Some(Bson::Int64(open)) => u64::try_from(*open).ok(),
        Some(Bson::Int32(open)) => u64::try_from(*open).ok(),
        _ => None,
    };
    Ok((list, open.ok_or_else(unreadable)?))
}

/// Moves a to-do out of a list, if it stands there still as it stood.
async fn take_out(
    db: &Db,
    owner: ObjectId,
    list: ObjectId,
    todo: &Document,
    fate: Fate,
    at: Timestamp,
) -> Result<()> {
    let unreadable = |_| StoreError::Fault("a to-do of a list cannot be read".into());
    let id = todo.get_object_id("_id").map_err(unreadable)?;
    let state = todo.get_i32("state").map_err(unreadable)?;
    let changed = todo.get_datetime("updated_at").map_err(unreadable)?;
    let changed = moment(*changed).max(at);
    let mut fields = doc! {
        "list_id": Bson::Null, "updated_at": date(changed), "keys.updated": changed.to_string(),
    };
    if fate == Fate::Trash && state < State::Trashed.number() {
        let trashed =
            doc! { "state": State::Trashed.number(), "deleted_at": date(at), "remind_at": Bson::Null };
        fields.extend(trashed);
    }
    let mut update = db.next_stamp().await?.update(fields);
    update.insert("$inc", doc! { "version": 1_i64 });
    let version = todo.get_i64("version").map_err(unreadable)?;
    let there = doc! { "owner": owner, "_id": id, "list_id": list, "version": version };
    if db.todos.update_one(there, update).await?.matched_count == 1 {
        db.telling.wrote(owner);
    }
    Ok(())
}

#[async_trait]
impl Lists for Mongo {
    async fn create_list(&self, list: &List) -> Result<()> {
        let mut document = ListDoc::new(list);
        self.run("create_list", |db| async move {
            document.stamp = db.next_stamp().await?.inserted();
            match db.lists.insert_one(&document).await {
                Err(error) if is_duplicate(&error) => {
                    // A create that is repeated meets itself, whatever became of it since.
                    let own = doc! { "owner": document.owner, "_id": document.id };
                    if exists(&db.lists, own).await? {
                        Ok(())
                    } else {
                        Err(StoreError::Duplicate)
                    }
                }
                outcome => {
                    outcome?;
                    document.concerned().for_each(|user| db.telling.wrote(user));
                    Ok(())
                }
            }
        })
        .await
    }

    async fn list(&self, owner: Id, id: Id) -> Result<Option<List>> {
        self.run("list", move |db| async move {
            let filter = doc! { "owner": object_id(owner), "_id": object_id(id), "deleted_at": Bson::Null };
            let found = db.lists.find_one(filter).max_time(READ_LIMIT).await?;
            found.map(List::try_from).transpose()
        })
        .await
    }

    async fn replace_list(&self, list: &List, expected: i64) -> Result<bool> {
        let document = ListDoc::new(list);
        self.run("replace_list", move |db| async move {
            let filter = doc! {
                "owner": document.owner, "_id": document.id, "version": expected, "deleted_at": Bson::Null,
            };
            let fields = fields_of(&document, &["_id", "owner", "stamp"])?;
            let update = db.next_stamp().await?.update(fields);
            let is_replaced = db.lists.update_one(filter, update).await?.matched_count == 1;
            if is_replaced {
                document.concerned().for_each(|user| db.telling.wrote(user));
            }
            Ok(is_replaced)
        })
        .await
    }

    async fn lists_of(&self, owner: Id) -> Result<Vec<List>> {
        self.run("lists_of", move |db| async move {
            let find = db
                .lists
                .find(doc! { "owner": object_id(owner), "deleted_at": Bson::Null })
                .sort(doc! { "position": 1, "_id": 1 });
            read_all(find.max_time(READ_LIMIT).await?).await
        })
        .await
    }

    async fn lists_shared_with(&self, user: Id) -> Result<Vec<List>> {
        self.run("lists_shared_with", move |db| async move {
            shared_with(&db, object_id(user)).await
        })
        .await
    }

    async fn forget_left(&self, user: Id) -> Result<()> {
        self.run("forget_left", move |db| async move {
            let user = object_id(user);
            db.lists
                .update_many(doc! { "left": user }, doc! { "$pull": { "left": user } })
                .await?;
            Ok(())
        })
        .await
    }

    async fn open_counts(&self, owner: Id) -> Result<BTreeMap<Option<Id>, u64>> {
        self.run("open_counts", move |db| async move {
            let todos = db.raw("todos");
            let counting = todos.aggregate(counting(owner)).max_time(READ_LIMIT);
            let groups: Vec<Document> = counting.await?.try_collect().await?;
            groups.iter().map(counted).collect()
        })
        .await
    }

    async fn move_todos_of_list(&self, owner: Id, list: Id, fate: Fate, at: Timestamp) -> Result<()> {
        let (owner, list) = (object_id(owner), object_id(list));
        loop {
            let found = self.run("move_todos_of_list", move |db| async move {
                let inside =
                    doc! { "owner": owner, "list_id": list, "state": { "$lt": State::Gone.number() } };
                let todos = db.raw("todos");
                let find = todos
                    .find(inside)
                    .projection(doc! { "state": 1, "updated_at": 1, "version": 1 })
                    .limit(MOVED_AT_ONCE);
                let found: Vec<Document> = find.max_time(READ_LIMIT).await?.try_collect().await?;
                for todo in &found {
                    take_out(&db, owner, list, todo, fate, at).await?;
                }
                Ok(found.len())
            });
            // Not only until fewer are found: one of them may have been changed meanwhile, and stayed.
            if found.await? == 0 {
                return Ok(());
            }
        }
    }

    async fn leaving_lists(&self, limit: usize) -> Result<Vec<List>> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.run("leaving_lists", move |db| async move {
            let find = db
                .lists
                .find(doc! { "fate": { "$gte": "" }, "deleted_at": { "$gte": EARLIEST } })
                .sort(doc! { "deleted_at": 1, "owner": 1, "_id": 1 })
                .limit(limit_of(limit));
            read_all(find.max_time(READ_LIMIT).await?).await
        })
        .await
    }

    async fn settle_list(&self, owner: Id, id: Id) -> Result<()> {
        self.run("settle_list", move |db| async move {
            let deleted =
                doc! { "owner": object_id(owner), "_id": object_id(id), "deleted_at": { "$gte": EARLIEST } };
            let settled = doc! { "$set": { "fate": Bson::Null } };
            db.lists.update_one(deleted, settled).await?;
            Ok(())
        })
        .await
    }

    async fn remove_gone_lists(&self, before: Timestamp) -> Result<()> {
        self.run("remove_gone_lists", move |db| async move {
            let gone = doc! {
                "deleted_at": { "$gte": EARLIEST, "$lt": date(before) }, "fate": Bson::Null,
            };
            db.lists.delete_many(gone).await?;
            Ok(())
        })
        .await
    }

    async fn remove_lists_of(&self, owner: Id) -> Result<()> {
        self.run("remove_lists_of", move |db| async move {
            db.lists.delete_many(doc! { "owner": object_id(owner) }).await?;
            Ok(())
        })
        .await
    }
}
