//! To-dos, version 2.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::fingerprint::fingerprint;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{IfMatch, IfNoneMatch, PathId, Query, Signed};
use crate::http::idempotency::KeyedBody;
use crate::http::page_query::page_request;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::todo_body::{DraftBody, PatchBody};
use crate::http::views::FullTodoView;
use crate::model::Todo;
use crate::service::Services;

pub fn routes() -> Vec<Route> {
    rocket::routes![list, create, get, update, delete, restore, empty_trash]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<CreateBody>(), reader::<UpdateBody>()]
}

/// Where to-dos are.
const PATH: &str = "/api/v2/todos";

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
    let reply = Reply::json(&PageView {
        items,
        next: page.next.as_deref(),
    });
    Ok(match &page.next {
        // Relative (RFC 8288 allows it): nothing is built from the request's Host, nor from its path, which
        // may be `//api//v2/todos` and as a link leads to a host of that name.
        Some(next) => reply.header(
            "Link",
            format!(
                "<{PATH}?{}cursor={next}>; rel=\"next\"",
                query.0.without("cursor")
            ),
        ),
        None => reply,
    })
}

#[derive(Deserialize)]
#[serde(transparent)]
struct CreateBody(DraftBody);

impl Schema for CreateBody {
    const NAME: &'static str = "todo-create";
}

#[rocket::post("/todos", data = "<body>")]
async fn create(edge: &State<Edge>, signed: Signed, body: KeyedBody<CreateBody>) -> V2Result<Reply> {
    let created = body?.once(edge, signed.0, |services, caller, body, id| async move {
        let todo = services.todos.create(&caller, body.0.into(), id).await?;
        let id = todo.id;
        Ok(show(&services, todo).await?.0.created(format!("{PATH}/{id}")))
    });
    Ok(created.await?)
}

#[rocket::get("/todos/<id>")]
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
struct UpdateBody(PatchBody);

impl Schema for UpdateBody {
    const NAME: &'static str = "todo-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

#[rocket::patch("/todos/<id>", data = "<body>")]
async fn update(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    condition: IfMatch,
    body: Body<UpdateBody>,
) -> V2Result<Reply> {
    let patch = body?.0.0.into();
    let todo = edge
        .services
        .todos
        .patch(&signed.0, id.get()?, &patch, &condition.0?)
        .await?;
    Ok(show(&edge.services, todo).await?.0)
}

#[rocket::delete("/todos/<id>")]
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
    let (todos, id, condition) = (&edge.services.todos, id.get()?, condition.0?);
    if purges == Some(true) {
        todos.purge(&signed.0, id, &condition).await?;
    } else {
        todos.delete(&signed.0, id, &condition).await?;
    }
    Ok(Reply::empty())
}

#[rocket::post("/todos/<id>/restore")]
async fn restore(edge: &State<Edge>, signed: Signed, id: PathId, condition: IfMatch) -> V2Result<Reply> {
    let todo = edge
        .services
        .todos
        .restore(&signed.0, id.get()?, &condition.0?)
        .await?;
    Ok(show(&edge.services, todo).await?.0)
}

#[rocket::delete("/trash")]
async fn empty_trash(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    edge.services.todos.empty_trash(&signed.0).await?;
    Ok(Reply::empty())
}

/// A to-do with its `ETag`, and the tag: `"<version>-<hash of the representation>"`.
async fn show(services: &Services, todo: Todo) -> Result<(Reply, String)> {
    let shown = services.todos.show(todo).await?;
    let reply = Reply::json(&FullTodoView::from(&shown));
    let hash = fingerprint(reply.body(), 8);
    let tag = format!("\"{}-{hash}\"", shown.todo.version);
    let reply = reply
        .header("ETag", tag.clone())
        .header("Cache-Control", "private, no-cache");
    Ok((reply, tag))
}
