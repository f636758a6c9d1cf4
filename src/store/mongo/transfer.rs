//! Whole collections, for moving an installation.

use std::time::Duration;

use async_trait::async_trait;
use bson::{Bson, Document, doc};
use futures_util::TryStreamExt;
use mongodb::Collection;
use mongodb::error::{Error as DriverError, ErrorKind, InsertManyError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::audit::EventDoc;
use super::documents::{CounterDoc, FactDoc, KeyDoc, TodoDoc, UserDoc, date, moment, object_id};
use super::idempotency::AttemptDoc;
use super::lists::ListDoc;
use super::mails::MailDoc;
use super::sessions::SessionDoc;
use super::stamps;
use super::tickets::TicketDoc;
use super::{Db, Mongo, limit_of};
use crate::model::{AuditEvent, Id, List, Mail, Session, State, Ticket, Todo, User};
use crate::store::transfer::{Counter, Fact, KeptTodo, Kind, Row, Transfer, parts};
use crate::store::{Attempt, KeyRow, Result, StoreError};

/// How long one call may take: nobody waits for a whole table at a time.
const LIMIT: Duration = Duration::from_secs(60);
/// How long the server may work on it.
const SERVER_LIMIT: Duration = Duration::from_secs(50);

impl From<CounterDoc> for Counter {
    fn from(document: CounterDoc) -> Self {
        Self {
            counter: document.counter,
            value: document.value,
            expires_at: moment(document.expires_at),
        }
    }
}

impl From<FactDoc> for Fact {
    fn from(document: FactDoc) -> Self {
        Self {
            name: document.name,
            value: document.value,
        }
    }
}

fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Users => "users",
        Kind::Sessions => "sessions",
        Kind::Lists => "lists",
        Kind::Todos => "todos",
        Kind::Attempts => "attempts",
        Kind::Keys => "keys",
        Kind::Facts => "facts",
        Kind::Counters => "counters",
        Kind::Mails => "mails",
        Kind::Tickets => "tickets",
        Kind::Audit => "audit",
    }
}

/// What lies behind a place. In the order of the `_id`, but for lists and to-dos, whose index begins with the owner.
fn behind(kind: Kind, after: Option<&str>) -> Result<Document> {
    let Some(place) = after else {
        return Ok(doc! {});
    };
    let unreadable = || StoreError::Fault(format!("{place:?} is no place among {}", kind.name()));
    let id = |text: &str| text.parse::<Id>().map(object_id).map_err(|_| unreadable());
    Ok(match kind {
        Kind::Users | Kind::Sessions | Kind::Mails | Kind::Audit => doc! { "_id": { "$gt": id(place)? } },
        Kind::Lists | Kind::Todos => {
            let (owner, own) = parts(after);
            let (owner, own) = (id(owner)?, id(own)?);
            doc! { "$or": [{ "owner": owner, "_id": { "$gt": own } }, { "owner": { "$gt": owner } }] }
        }
        Kind::Keys => doc! { "_id": { "$gt": place.parse::<i64>().map_err(|_| unreadable())? } },
        Kind::Attempts | Kind::Facts | Kind::Counters | Kind::Tickets => doc! { "_id": { "$gt": place } },
    })
}

async fn read<D>(
    from: &Collection<D>,
    kind: Kind,
    after: Option<&str>,
    limit: usize,
    row: impl Fn(D) -> Result<Row>,
) -> Result<Vec<Row>>
where
    D: DeserializeOwned + Send + Sync,
{
    if limit == 0 {
        return Ok(Vec::new());
    }
    let order = if matches!(kind, Kind::Lists | Kind::Todos) {
        doc! { "owner": 1, "_id": 1 }
    } else {
        doc! { "_id": 1 }
    };
    let find = from.find(behind(kind, after)?).sort(order).limit(limit_of(limit));
    let found: Vec<D> = find.max_time(SERVER_LIMIT).await?.try_collect().await?;
    found.into_iter().map(row).collect()
}

/// Removes what has the places of these; `id` is a document's `_id`.
async fn remove<D: Send + Sync, I: Into<Bson>>(
    from: &Collection<D>,
    documents: &[D],
    id: impl Fn(&D) -> I,
) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    let ids: Vec<Bson> = documents.iter().map(|document| id(document).into()).collect();
    from.delete_many(doc! { "_id": { "$in": ids } }).await?;
    Ok(())
}

/// Writes the documents into the places of those that have theirs; `id` is a document's `_id`.
async fn put<D: Serialize + Send + Sync, I: Into<Bson>>(
    into: &Collection<D>,
    documents: Vec<D>,
    id: impl Fn(&D) -> I,
) -> Result<()> {
    if documents.is_empty() {
        return Ok(());
    }
    match into.insert_many(&documents).ordered(false).await {
        // Some are there already, of the time before: all of them go first, since one by one takes long.
        Err(error) if matches!(*error.kind, ErrorKind::InsertMany(_)) => {
            remove(into, &documents, id).await?;
            let again = into.insert_many(&documents).ordered(false).await;
            again.map(drop).map_err(of_many)
        }
        outcome => outcome.map(drop).map_err(StoreError::from),
    }
}

/// What an error of many writes means. Its words may quote documents, and are not told.
fn of_many(error: DriverError) -> StoreError {
    let ErrorKind::InsertMany(InsertManyError { write_errors, .. }) = &*error.kind else {
        return error.into();
    };
    let codes: Vec<i32> = write_errors.iter().flatten().map(|error| error.code).collect();
    match codes.first() {
        Some(11_000) => StoreError::Duplicate,
        Some(code) => StoreError::Fault(format!("the server refused a document (code {code})")),
        None => StoreError::Unavailable("the write concern could not be met".into()),
    }
}

fn kept_todo(document: TodoDoc) -> Result<Row> {
    let is_gone = document.state == State::Gone.number();
    let todo = Todo::try_from(document)?;
    Ok(Row::Todo(Box::new(KeptTodo { todo, is_gone })))
}

fn todo_doc(kept: &KeptTodo) -> TodoDoc {
    let whole = TodoDoc::new(&kept.todo, stamps::timestamp(kept.todo.stamp));
    if !kept.is_gone {
        return whole;
    }
    let at = kept.todo.deleted_at.unwrap_or(kept.todo.updated_at);
    TodoDoc {
        id: whole.id,
        owner: whole.owner,
        list_id: whole.list_id,
        left_lists: whole.left_lists,
        version: whole.version,
        stamp: whole.stamp,
        ..TodoDoc::gone(at)
    }
}

/// The rows of a call, by kind.
#[derive(Default)]
struct Sorted {
    users: Vec<UserDoc>,
    sessions: Vec<SessionDoc>,
    lists: Vec<ListDoc>,
    todos: Vec<TodoDoc>,
    attempts: Vec<AttemptDoc>,
    keys: Vec<KeyDoc>,
    facts: Vec<FactDoc>,
    counters: Vec<CounterDoc>,
    mails: Vec<MailDoc>,
    tickets: Vec<TicketDoc>,
    events: Vec<EventDoc>,
    last_stamp: Option<u64>,
}

impl Sorted {
    fn of(rows: &[Row]) -> Self {
        let mut sorted = Self::default();
        for row in rows {
            match row {
                Row::User(user) => sorted.users.push((&**user).into()),
                Row::Session(session) => sorted.sessions.push((&**session).into()),
                Row::List(list) => {
                    sorted.last_stamp = sorted.last_stamp.max(Some(list.stamp));
                    let mut document = ListDoc::new(list);
                    document.stamp = stamps::timestamp(list.stamp);
                    sorted.lists.push(document);
                }
                Row::Todo(kept) => {
                    sorted.last_stamp = sorted.last_stamp.max(Some(kept.todo.stamp));
                    sorted.todos.push(todo_doc(kept));
                }
                Row::Attempt(attempt) => sorted.attempts.push((&**attempt).into()),
                Row::Key(key) => sorted.keys.push((&**key).into()),
                Row::Fact(fact) => sorted.facts.push(FactDoc {
                    name: fact.name.clone(),
                    value: fact.value.clone(),
                }),
                Row::Counter(counter) => sorted.counters.push(CounterDoc {
                    counter: counter.counter.clone(),
                    value: counter.value,
                    expires_at: date(counter.expires_at),
                }),
                Row::Mail(mail) => sorted.mails.push((&**mail).into()),
                Row::Ticket(ticket) => sorted.tickets.push((&**ticket).into()),
                Row::Event(event) => sorted.events.push((&**event).into()),
            }
        }
        sorted
    }

    async fn put(self, db: &Db) -> Result<()> {
        if let Some(last) = self.last_stamp {
            db.stamps_go_beyond(last).await?;
        }
        put(&db.users, self.users, |user| user.id).await?;
        put(&db.sessions, self.sessions, |session| session.id).await?;
        put(&db.lists, self.lists, |list| list.id).await?;
        put(&db.todos, self.todos, |todo| todo.id).await?;
        put(&db.attempts, self.attempts, |attempt| attempt.place.clone()).await?;
        put(&db.keys, self.keys, |key| key.number).await?;
        put(&db.facts, self.facts, |fact| fact.name.clone()).await?;
        put(&db.counters, self.counters, |counter| counter.counter.clone()).await?;
        put(&db.mails, self.mails, |mail| mail.id).await?;
        put(&db.tickets, self.tickets, |ticket| ticket.hash.clone()).await?;
        put(&db.audit, self.events, |event| event.id).await
    }

    async fn remove(self, db: &Db) -> Result<()> {
        remove(&db.users, &self.users, |user| user.id).await?;
        remove(&db.sessions, &self.sessions, |session| session.id).await?;
        remove(&db.lists, &self.lists, |list| list.id).await?;
        remove(&db.todos, &self.todos, |todo| todo.id).await?;
        remove(&db.attempts, &self.attempts, |attempt| attempt.place.clone()).await?;
        remove(&db.keys, &self.keys, |key| key.number).await?;
        remove(&db.facts, &self.facts, |fact| fact.name.clone()).await?;
        remove(&db.counters, &self.counters, |counter| counter.counter.clone()).await?;
        remove(&db.mails, &self.mails, |mail| mail.id).await?;
        remove(&db.tickets, &self.tickets, |ticket| ticket.hash.clone()).await?;
        remove(&db.audit, &self.events, |event| event.id).await
    }
}

#[async_trait]
impl Transfer for Mongo {
    async fn rows(&self, kind: Kind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        let after = after.map(str::to_owned);
        self.run_for("rows", LIMIT, move |db| async move {
            let after = after.as_deref();
            match kind {
                Kind::Users => {
                    let row = |user| Ok(Row::User(Box::new(User::try_from(user)?)));
                    read(&db.users, kind, after, limit, row).await
                }
                Kind::Sessions => {
                    let row = |session| Ok(Row::Session(Box::new(Session::try_from(session)?)));
                    read(&db.sessions, kind, after, limit, row).await
                }
                Kind::Lists => {
                    let row = |list| Ok(Row::List(Box::new(List::try_from(list)?)));
                    read(&db.lists, kind, after, limit, row).await
                }
                Kind::Todos => read(&db.todos, kind, after, limit, kept_todo).await,
                Kind::Attempts => {
                    let row = |attempt| Ok(Row::Attempt(Box::new(Attempt::from(attempt))));
                    read(&db.attempts, kind, after, limit, row).await
                }
                Kind::Keys => {
                    let row = |key| Ok(Row::Key(Box::new(KeyRow::try_from(key)?)));
                    read(&db.keys, kind, after, limit, row).await
                }
                Kind::Facts => read(&db.facts, kind, after, limit, |fact| Ok(Row::Fact(fact.into()))).await,
                Kind::Counters => {
                    let row = |counter: CounterDoc| Ok(Row::Counter(counter.into()));
                    read(&db.counters, kind, after, limit, row).await
                }
                Kind::Mails => {
                    let row = |mail| Ok(Row::Mail(Box::new(Mail::try_from(mail)?)));
                    read(&db.mails, kind, after, limit, row).await
                }
                Kind::Tickets => {
                    let row = |ticket| Ok(Row::Ticket(Box::new(Ticket::try_from(ticket)?)));
                    read(&db.tickets, kind, after, limit, row).await
                }
                Kind::Audit => {
                    let row = |event| Ok(Row::Event(Box::new(AuditEvent::try_from(event)?)));
                    read(&db.audit, kind, after, limit, row).await
                }
            }
        })
        .await
    }

    async fn put_rows(&self, rows: Vec<Row>) -> Result<()> {
        self.run_for("put_rows", LIMIT, move |db| async move {
            Sorted::of(&rows).put(&db).await
        })
        .await
    }

    async fn remove_rows(&self, rows: Vec<Row>) -> Result<()> {
        self.run_for("remove_rows", LIMIT, move |db| async move {
            Sorted::of(&rows).remove(&db).await
        })
        .await
    }

    async fn count_rows(&self, kind: Kind) -> Result<u64> {
        self.run_for("count_rows", LIMIT, move |db| async move {
            let documents = db.raw(collection(kind));
            Ok(documents.count_documents(doc! {}).max_time(SERVER_LIMIT).await?)
        })
        .await
    }

    async fn forget_fact(&self, name: &str) -> Result<()> {
        let filter = doc! { "_id": name };
        self.run("forget_fact", |db| async move {
            db.facts.delete_one(filter).await?;
            Ok(())
        })
        .await
    }
}
