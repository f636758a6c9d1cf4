//! What administrators do with the accounts of others, version 2.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::Result;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, IfMatch, PathId, Query, Signed};
use crate::http::page_query::{limit, terms};
use crate::http::problems::V2Result;
use crate::http::query::Params;
use crate::http::reply::Reply;
use crate::http::views::{SessionView, UserAdminView};
use crate::model::{Id, Role, UserFilter};
use crate::service::administration::{Change, Seen, UserRequest};

pub fn routes() -> Vec<Route> {
    rocket::routes![list, get, update, delete, sessions, end_sessions, end_session]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<UpdateBody>()]
}

const PATH: &str = "/api/v2/users";

#[derive(Serialize)]
struct PageView<'a> {
    items: Vec<UserAdminView<'a>>,
    next: Option<&'a str>,
}

#[rocket::get("/users")]
async fn list(edge: &State<Edge>, signed: Signed, query: Query) -> V2Result<Reply> {
    let request = user_request(&query.0)?;
    let page = edge.services.administration.users(&signed.0, request).await?;
    let next = page.next.as_deref();
    let items = page.items.iter().map(UserAdminView::from).collect();
    Ok(Reply::json(&PageView { items, next }).linked(PATH, &query.0, next))
}

/// A query that is an id means whom it names.
fn user_request(params: &Params) -> Result<UserRequest> {
    let id: Option<Id> = params.one("q")?.and_then(|q| q.trim().parse().ok());
    Ok(UserRequest {
        filter: UserFilter {
            terms: if id.is_some() { Vec::new() } else { terms(params)? },
            role: params.parsed("role", "role is user or admin", |text| text.parse::<Role>().ok())?,
            disabled: params.parsed("disabled", "disabled is true or false", |text| text.parse().ok())?,
        },
        id,
        limit: limit(params)?,
        cursor: params.one("cursor")?.map(str::to_owned),
    })
}

#[rocket::get("/users/<id>", rank = 2)]
async fn get(edge: &State<Edge>, signed: Signed, id: PathId) -> V2Result<Reply> {
    Ok(show(
        &edge.services.administration.user(&signed.0, id.get()?).await?,
    ))
}

/// A merge patch.
#[derive(Deserialize)]
struct UpdateBody {
    name: Option<String>,
    role: Option<Role>,
    disabled: Option<bool>,
}

impl Schema for UpdateBody {
    const NAME: &'static str = "user-admin-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

#[rocket::patch("/users/<id>", rank = 2, data = "<body>")]
async fn update(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    id: PathId,
    condition: IfMatch,
    body: Body<UpdateBody>,
) -> V2Result<Reply> {
    let UpdateBody { name, role, disabled } = body?.0;
    let change = Change { name, role, disabled };
    let administration = &edge.services.administration;
    let changed = administration.change(&signed.0, id.get()?, change, condition.0?, &from.0);
    Ok(show(&changed.await?))
}

#[rocket::delete("/users/<id>", rank = 2)]
async fn delete(edge: &State<Edge>, signed: Signed, from: From, id: PathId) -> V2Result<Reply> {
    let administration = &edge.services.administration;
    administration.delete(&signed.0, id.get()?, &from.0).await?;
    Ok(Reply::empty())
}

#[rocket::get("/users/<id>/sessions")]
async fn sessions(edge: &State<Edge>, signed: Signed, id: PathId) -> V2Result<Reply> {
    let sessions = edge
        .services
        .administration
        .sessions(&signed.0, id.get()?)
        .await?;
    let items: Vec<_> = sessions
        .iter()
        .map(|session| SessionView::new(session, signed.0.session_id))
        .collect();
    Ok(Reply::json(&json!({ "items": items })))
}

#[rocket::delete("/users/<id>/sessions")]
async fn end_sessions(edge: &State<Edge>, signed: Signed, from: From, id: PathId) -> V2Result<Reply> {
    let administration = &edge.services.administration;
    administration.end_sessions(&signed.0, id.get()?, &from.0).await?;
    Ok(Reply::empty())
}

#[rocket::delete("/users/<id>/sessions/<session>")]
async fn end_session(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    id: PathId,
    session: PathId,
) -> V2Result<Reply> {
    let administration = &edge.services.administration;
    administration
        .end_session(&signed.0, id.get()?, session.get()?, &from.0)
        .await?;
    Ok(Reply::empty())
}

fn show(seen: &Seen) -> Reply {
    Reply::json(&UserAdminView::from(seen))
        .tagged(seen.user.version)
        .0
}
