//! To-dos, version 1.

use rocket::{Route, State};
use serde::Deserialize;

use super::{V1Result, data, message, message_and_data, page as envelope};
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{Query, Signed};
use crate::http::page_query::page_request;
use crate::http::query::refused;
use crate::http::reply::Reply;
use crate::http::todo_body::{DraftBody, PatchBody};
use crate::http::views::TodoView;
use crate::model::Id;
use crate::service::todos::Precondition;

pub fn routes() -> Vec<Route> {
    rocket::routes![list, create, update, delete]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<CreateBody>(),
        reader::<UpdateBody>(),
        reader::<DeleteBody>(),
    ]
}

#[rocket::get("/todo")]
async fn list(edge: &State<Edge>, signed: Signed, query: Query) -> V1Result<Reply> {
    let todos = &edge.services.todos;
    if let Some(id) = query.0.one("id")? {
        if query.0.len() > 1 {
            return Err(refused("id", "contradiction", "id names one to-do; filters go without it").into());
        }
        let id = id
            .parse()
            .map_err(|_| refused("id", "format", "an id has 24 hexadecimal digits"))?;
        return Ok(data(&TodoView::from(&todos.get(&signed.0, id).await?)));
    }
    let request = page_request(&query.0)?;
    if request.due_within.is_some() {
        let rule = "due is none; for dates there are due_after and due_before";
        return Err(refused("due", "format", rule).into());
    }
    let page = todos.page(&signed.0, request).await?;
    let items: Vec<TodoView<'_>> = page.items.iter().map(TodoView::from).collect();
    Ok(envelope(&items, page.next.as_deref()))
}

#[derive(Deserialize)]
#[serde(transparent)]
struct CreateBody(DraftBody);

impl Schema for CreateBody {
    const NAME: &'static str = "v1-todo-create";
}

#[rocket::post("/todo", data = "<body>")]
async fn create(edge: &State<Edge>, signed: Signed, body: Body<CreateBody>) -> V1Result<Reply> {
    let todo = edge
        .services
        .todos
        .create(&signed.0, body?.0.0.into(), None)
        .await?;
    Ok(message_and_data("record created", &TodoView::from(&todo)))
}

/// Which to-do is meant.
#[derive(Deserialize)]
struct Named {
    id: Id,
}

#[derive(Deserialize)]
struct UpdateBody {
    query: Named,
    payload: PatchBody,
}

impl Schema for UpdateBody {
    const NAME: &'static str = "v1-todo-update";
}

#[rocket::patch("/todo", data = "<body>")]
async fn update(edge: &State<Edge>, signed: Signed, body: Body<UpdateBody>) -> V1Result<Reply> {
    let UpdateBody { query, payload } = body?.0;
    edge.services
        .todos
        .patch(&signed.0, query.id, &payload.into(), &Precondition::None)
        .await?;
    Ok(message("record updated"))
}

#[derive(Deserialize)]
struct DeleteBody {
    id: Id,
}

impl Schema for DeleteBody {
    const NAME: &'static str = "v1-todo-delete";
}

#[rocket::delete("/todo", data = "<body>")]
async fn delete(edge: &State<Edge>, signed: Signed, body: Body<DeleteBody>) -> V1Result<Reply> {
    edge.services
        .todos
        .delete(&signed.0, body?.0.id, &Precondition::None)
        .await?;
    Ok(message("record deleted"))
}
