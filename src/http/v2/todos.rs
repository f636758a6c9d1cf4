//! To-dos, version 2, one at a time. What changes them is done by `operation`, several at once by `batch`.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, maybe_null, reader};
use crate::http::guards::{IfMatch, IfNoneMatch, PathId, Query, Signed};
use crate::http::idempotency::KeyedBody;
use crate::http::page_query::page_request;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::todo_body::{DraftBody, PatchBody};
use crate::http::v2::operation::{Change, Operation};
use crate::http::views::FullTodoView;
use crate::model::{Id, Todo};
use crate::service::todos::Move;
use crate::service::{Beside, Services};

pub fn routes() -> Vec<Route> {
    rocket::routes![list, create, get, update, relocate, delete, restore, empty_trash]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<CreateBody>(),
        reader::<UpdateBody>(),
        reader::<MoveBody>(),
    ]
}

/// Where to-dos are.
pub(super) const PATH: &str = "/api/v2/todos";

#[derive(Serialize)]
struct PageView<'a> {
    items: Vec<FullTodoView<'a>>,
    next: Option<&'a str>,
}

#[rocket::get("/todos")]
async fn list(edge: &State<Edge>, signed: Signed, query: Query) -> V2Result<Reply> {
    let page = edge
        .services
        .todos
        .page(&signed.0, page_request(&query.0)?)
        .await?;
    let shown = edge.services.todos.show_all(page.items).await?;
    let items: Vec<FullTodoView<'_>> = shown.iter().map(FullTodoView::from).collect();
    let next = page.next.as_deref();
    Ok(Reply::json(&PageView { items, next }).linked(PATH, &query.0, next))
}

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct CreateBody(pub DraftBody);

impl Schema for CreateBody {
    const NAME: &'static str = "todo-create";
}

#[rocket::post("/todos", data = "<body>")]
async fn create(edge: &State<Edge>, signed: Signed, body: KeyedBody<CreateBody>) -> V2Result<Reply> {
    let created = body?.once(edge, signed.0, |services, caller, body, id| async move {
        let operation = Operation::Create(Box::new(body.0.into()), id);
        operation.perform(&services, &caller).await
    });
    Ok(created.await?)
}

#[rocket::get("/todos/<id>", rank = 2)]
async fn get(edge: &State<Edge>, signed: Signed, id: PathId, known: IfNoneMatch) -> V2Result<Reply> {
    let todo = edge.services.todos.get(&signed.0, id.get()?).await?;
    let (reply, tag) = show(&edge.services, todo).await?;
    Ok(if known.has(&tag)? {
        reply.not_modified()
    } else {
        reply
    })
}

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct UpdateBody(pub PatchBody);

impl Schema for UpdateBody {
    const NAME: &'static str = "todo-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

#[rocket::patch("/todos/<id>", rank = 2, data = "<body>")]
async fn update(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    condition: IfMatch,
    body: Body<UpdateBody>,
) -> V2Result<Reply> {
    let change = Change::Patch(Box::new(body?.0.0.into()));
    on_one(edge, &signed, &id, condition, change).await
}

#[derive(Deserialize)]
pub(super) struct MoveBody {
    after: Option<Id>,
    before: Option<Id>,
    #[serde(default, deserialize_with = "maybe_null")]
    list_id: Option<Option<Id>>,
}

impl Schema for MoveBody {
    const NAME: &'static str = "todo-move";
}

impl From<MoveBody> for Move {
    fn from(body: MoveBody) -> Self {
        // The schema lets through one of the two at most.
        let beside = body.after.map(Beside::After);
        Self {
            list: body.list_id,
            beside: beside.or(body.before.map(Beside::Before)),
        }
    }
}

#[rocket::post("/todos/<id>/move", data = "<body>")]
async fn relocate(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    condition: IfMatch,
    body: Body<MoveBody>,
) -> V2Result<Reply> {
    let change = Change::Move(body?.0.into());
    on_one(edge, &signed, &id, condition, change).await
}

#[rocket::delete("/todos/<id>", rank = 2)]
async fn delete(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    query: Query,
    condition: IfMatch,
) -> V2Result<Reply> {
    let purges = query
        .0
        .parsed("purge", "purge is true or false", |text| text.parse().ok())?;
    let change = if purges == Some(true) {
        Change::Purge
    } else {
        Change::Delete
    };
    on_one(edge, &signed, &id, condition, change).await
}

#[rocket::post("/todos/<id>/restore")]
async fn restore(edge: &State<Edge>, signed: Signed, id: PathId, condition: IfMatch) -> V2Result<Reply> {
    on_one(edge, &signed, &id, condition, Change::Restore).await
}

#[rocket::delete("/trash")]
async fn empty_trash(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    edge.services.todos.empty_trash(&signed.0).await?;
    Ok(Reply::empty())
}

/// Does something with the to-do of the path, under the condition of the header.
async fn on_one(
    edge: &Edge,
    signed: &Signed,
    id: &PathId,
    condition: IfMatch,
    change: Change,
) -> V2Result<Reply> {
    let operation = Operation::Change(id.get()?, condition.0?, change);
    Ok(operation.perform(&edge.services, &signed.0).await?)
}

/// A to-do with its `ETag`, and the tag.
pub(super) async fn show(services: &Services, todo: Todo) -> Result<(Reply, String)> {
    let shown = services.todos.show(todo).await?;
    Ok(Reply::json(&FullTodoView::from(&shown)).tagged(shown.todo.version))
}
