//! To-dos and their steps.
//!
//! The to-do is written first and then its steps, one document after the other. Before both, what is about to
//! be done is noted in `families`, and the note is taken away at the end: so a family that a process left
//! half changed is found, and finished. A note says nothing that the to-do does not bear out: whoever writes
//! steps looks at the to-do once more at the end, and if it was changed meanwhile, has them follow again.

use std::time::{Duration, Instant};

use async_trait::async_trait;
use bson::oid::ObjectId;
use bson::{Bson, DateTime, Document, doc};
use futures_util::TryStreamExt;
use mongodb::Collection;
use serde::{Deserialize, Serialize};

use super::documents::{TodoDoc, date, id_of, moment, object_id};
use super::stamps::Stamp;
use super::todos::replace;
use super::{Db, Mongo, READ_LIMIT};
use crate::model::{FamilyChange, Id, Progress, State, Timestamp, Todo};
use crate::store::{Families, Result, StoreError};

/// How many steps are written before the time that an operation may take begins anew.
const WRITTEN_AT_ONCE: usize = 20;
/// After so long, too: a slow server does not get through as many.
pub(super) const WRITING_LIMIT: Duration = Duration::from_secs(1);
/// How many notes are looked at in one go.
const NOTES_AT_ONCE: i64 = 100;

/// A document of `families`: a change of a to-do that its steps have to follow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct NoteDoc {
    #[serde(rename = "_id")]
    id: ObjectId,
    owner: ObjectId,
    todo: ObjectId,
    begun_at: DateTime,
    /// When the to-do was completed, if it was.
    completes: Option<DateTime>,
    /// When it went on to its next occurrence, if it did.
    reopens: Option<DateTime>,
    /// When it went into the trash, if it did.
    trashes: Option<DateTime>,
    restores: Option<DateTime>,
    moves: bool,
}

impl NoteDoc {
    fn of(todo: &Todo, change: &FamilyChange) -> Self {
        Self {
            id: ObjectId::new(),
            owner: object_id(todo.owner),
            todo: object_id(todo.id),
            begun_at: date(todo.updated_at),
            completes: todo.completed_at.filter(|_| change.completes).map(date),
            reopens: change.reopens.map(date),
            trashes: todo.deleted_at.filter(|_| change.trashes).map(date),
            restores: change.restores.map(date),
            moves: change.moves,
        }
    }

    /// What of it still holds, now that the to-do is this. Where it went into the trash and was taken out since, or
    /// the other way round, the steps follow to where it is: those that had followed late are beside it again.
    fn holds(&self, todo: &Todo) -> FamilyChange {
        let goes = self.trashes.or(self.restores);
        FamilyChange {
            completes: self.completes.is_some() && self.completes == todo.completed_at.map(date),
            // Also if it has gone on once more since: that is behind it, too.
            reopens: self.reopens.map(moment).filter(|at| {
                let last = todo.recurrence.as_ref().and_then(|series| series.completed_at);
                last.is_some_and(|last| last >= *at)
            }),
            trashes: goes.is_some() && todo.deleted_at.is_some(),
            restores: goes.map(moment),
            moves: self.moves,
        }
    }
}

fn notes(db: &Db) -> Collection<NoteDoc> {
    db.database.collection("families")
}

fn steps_of(owner: ObjectId, parent: ObjectId) -> Document {
    doc! { "owner": owner, "parent_id": parent, "state": { "$lt": State::Gone.number() } }
}

/// The ids of the first steps that are not gone.
pub(super) async fn step_ids(
    db: &Db,
    owner: ObjectId,
    parent: ObjectId,
    limit: i64,
) -> Result<Vec<ObjectId>> {
    let todos = db.raw("todos");
    let find = todos.find(steps_of(owner, parent));
    let find = find
        .sort(doc! { "_id": 1 })
        .projection(doc! { "_id": 1 })
        .limit(limit);
    let found: Vec<Document> = find.max_time(READ_LIMIT).await?.try_collect().await?;
    let unreadable = |_| StoreError::Fault("the id of a to-do cannot be read".into());
    let ids = found
        .iter()
        .map(|step| step.get_object_id("_id").map_err(unreadable));
    ids.collect()
}

/// Writes some of the steps that have to follow; says whether all have. One that somebody else writes at the
/// same time is looked at again.
async fn follow_some(
    db: &Db,
    parent: &Todo,
    change: &FamilyChange,
    unless_after: Option<DateTime>,
) -> Result<bool> {
    let mut filter = steps_of(object_id(parent.owner), object_id(parent.id));
    if !change.moves {
        let states = [
            (change.completes || change.trashes, State::Open),
            (change.trashes || change.reopens.is_some(), State::Done),
            (change.restores.is_some(), State::Trashed),
        ];
        let states = states.iter().filter(|(is_meant, _)| *is_meant);
        let states: Vec<i32> = states.map(|(_, state)| state.number()).collect();
        filter.insert("state", doc! { "$in": states });
    }
    let find = db.todos.find(filter).sort(doc! { "_id": 1 }).max_time(READ_LIMIT);
    let steps: Vec<TodoDoc> = find.await?.try_collect().await?;
    let (begun, mut written) = (Instant::now(), 0);
    let mut has_missed = false;
    for step in steps {
        let step = Todo::try_from(step)?;
        let completes = change.completes && unless_after.is_none_or(|last| date(step.updated_at) <= last);
        let change = FamilyChange {
            completes,
            ..change.clone()
        };
        let Some(next) = change.of_step(parent, &step) else {
            continue;
        };
        if written == WRITTEN_AT_ONCE || (written > 0 && begun.elapsed() > WRITING_LIMIT) {
            return Ok(false);
        }
        let document = TodoDoc::new(&next, Stamp::Server.inserted());
        has_missed |= !replace(db, &document, step.version).await?;
        written += 1;
    }
    Ok(!has_missed)
}

impl Mongo {
    /// Notes the change and writes the to-do: the first half.
    pub(super) async fn begin_family(
        &self,
        todo: &Todo,
        expected: i64,
        change: &FamilyChange,
    ) -> Result<Option<NoteDoc>> {
        let (note, document) = (
            NoteDoc::of(todo, change),
            TodoDoc::new(todo, Stamp::Server.inserted()),
        );
        self.run("replace_family", move |db| async move {
            notes(&db).insert_one(&note).await?;
            if replace(&db, &document, expected).await? {
                return Ok(Some(note));
            }
            notes(&db).delete_one(doc! { "_id": note.id }).await?;
            Ok(None)
        })
        .await
    }

    /// Has the steps follow, and takes the note away: the second half.
    pub(super) async fn finish_family(
        &self,
        note: &NoteDoc,
        mut parent: Todo,
        mut change: FamilyChange,
        unless_after: Option<DateTime>,
    ) -> Result<()> {
        loop {
            let (written, meant) = (parent.clone(), change);
            let followed = self.run("replace_family", move |db| async move {
                follow_some(&db, &written, &meant, unless_after).await
            });
            let have_all = followed.await?;
            let Some(present) = self.noted_parent(note).await? else {
                break;
            };
            if have_all && present.version == parent.version {
                break;
            }
            change = note.holds(&present);
            parent = present;
        }
        self.drop_note(note.id).await
    }

    /// The to-do that the note is about, unless it is gone.
    async fn noted_parent(&self, note: &NoteDoc) -> Result<Option<Todo>> {
        let (owner, id) = (note.owner, note.todo);
        self.run("replace_family", move |db| async move {
            let filter = doc! { "owner": owner, "_id": id, "state": { "$lt": State::Gone.number() } };
            let found = db.todos.find_one(filter).max_time(READ_LIMIT).await?;
            found.map(Todo::try_from).transpose()
        })
        .await
    }

    async fn drop_note(&self, id: ObjectId) -> Result<()> {
        self.run("replace_family", move |db| async move {
            notes(&db).delete_one(doc! { "_id": id }).await?;
            Ok(())
        })
        .await
    }
}

#[async_trait]
impl Families for Mongo {
    async fn mark_parent(&self, owner: Id, id: Id) -> Result<bool> {
        self.run("mark_parent", move |db| async move {
            let filter = doc! {
                "owner": object_id(owner), "_id": object_id(id), "parent_id": Bson::Null,
                "state": { "$lt": State::Trashed.number() },
            };
            let mark = doc! { "$set": { "has_children": true } };
            Ok(db.todos.update_one(filter, mark).await?.matched_count == 1)
        })
        .await
    }

    async fn replace_family(&self, todo: &Todo, expected: i64, change: &FamilyChange) -> Result<bool> {
        if !todo.has_children {
            let document = TodoDoc::new(todo, Stamp::Server.inserted());
            let replaced = self.run("replace_family", move |db| async move {
                replace(&db, &document, expected).await
            });
            return replaced.await;
        }
        let Some(note) = self.begin_family(todo, expected, change).await? else {
            return Ok(false);
        };
        self.finish_family(&note, todo.clone(), change.clone(), None)
            .await?;
        Ok(true)
    }

    async fn resume_families(&self, before: Timestamp) -> Result<()> {
        let begun = self.run("resume_families", move |db| async move {
            let notes = notes(&db);
            let find = notes.find(doc! { "begun_at": { "$lt": date(before) } });
            let find = find.sort(doc! { "begun_at": 1 }).limit(NOTES_AT_ONCE);
            let begun: Vec<NoteDoc> = find.max_time(READ_LIMIT).await?.try_collect().await?;
            Ok(begun)
        });
        for note in begun.await? {
            match self.noted_parent(&note).await? {
                Some(parent) => {
                    let change = note.holds(&parent);
                    self.finish_family(&note, parent, change, Some(note.begun_at))
                        .await?;
                }
                None => self.drop_note(note.id).await?,
            }
        }
        Ok(())
    }

    async fn titles(&self, owner: Id, ids: &[Id]) -> Result<Vec<(Id, String)>> {
        let ids: Vec<ObjectId> = ids.iter().copied().map(object_id).collect();
        self.run("titles", move |db| async move {
            let filter = doc! {
                "owner": object_id(owner), "_id": { "$in": ids }, "state": { "$lt": State::Gone.number() },
            };
            let todos = db.raw("todos");
            let find = todos.find(filter).projection(doc! { "title": 1 });
            let found: Vec<Document> = find.max_time(READ_LIMIT).await?.try_collect().await?;
            let read = |todo: &Document| {
                let id = todo.get_object_id("_id").ok()?;
                Some((id_of(id), todo.get_str("title").ok()?.to_owned()))
            };
            let titles: Option<Vec<_>> = found.iter().map(read).collect();
            titles.ok_or_else(|| StoreError::Fault("the title of a to-do cannot be read".into()))
        })
        .await
    }

    async fn progress(&self, owner: Id, parents: &[Id]) -> Result<Vec<(Id, Progress)>> {
        let parents: Vec<ObjectId> = parents.iter().copied().map(object_id).collect();
        self.run("progress", move |db| async move {
            let states = [State::Open.number(), State::Done.number()];
            let is_done = doc! { "$eq": ["$state", State::Done.number()] };
            let pipeline = [
                doc! { "$match": {
                    "owner": object_id(owner), "parent_id": { "$in": parents }, "state": { "$in": states.to_vec() },
                } },
                doc! { "$group": {
                    "_id": "$parent_id",
                    "done": { "$sum": { "$cond": [is_done, 1_i64, 0_i64] } },
                    "total": { "$sum": 1_i64 },
                } },
            ];
            let todos = db.raw("todos");
            let counts = todos.aggregate(pipeline).max_time(READ_LIMIT);
            let counts: Vec<Document> = counts.await?.try_collect().await?;
            let read = |count: &Document| {
                // A server that only speaks the protocol may answer in the smaller of the two.
                let number = |name| match count.get(name)? {
                    Bson::Int32(number) => u64::try_from(*number).ok(),
                    Bson::Int64(number) => u64::try_from(*number).ok(),
                    _ => None,
                };
                let progress = Progress { done: number("done")?, total: number("total")? };
                Some((id_of(count.get_object_id("_id").ok()?), progress))
            };
            let progress: Option<Vec<_>> = counts.iter().map(read).collect();
            progress.ok_or_else(|| StoreError::Fault("the steps of a to-do cannot be counted".into()))
        })
        .await
    }
}
