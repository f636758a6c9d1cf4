//! Whom a list is shared with, version 2.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{PathId, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::v2::users::parse;
use crate::model::{Id, ListRole};
use crate::service::lists::Shared;

pub fn routes() -> Vec<Route> {
    rocket::routes![all, share, update, remove]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<ShareBody>(), reader::<UpdateBody>()]
}

#[derive(Serialize)]
struct MemberView<'a> {
    id: Id,
    name: &'a str,
    email: Option<&'a str>,
    role: &'static str,
}

impl<'a> From<&'a Shared> for MemberView<'a> {
    fn from(member: &'a Shared) -> Self {
        Self {
            id: member.id,
            name: &member.name,
            email: member.email.as_deref(),
            role: member.standing.name(),
        }
    }
}

#[derive(Serialize)]
struct AllView<'a> {
    items: Vec<MemberView<'a>>,
}

#[rocket::get("/lists/<id>/members")]
async fn all(edge: &State<Edge>, signed: Signed, id: PathId) -> V2Result<Reply> {
    let all = edge.services.lists.members(&signed.0, id.get()?).await?;
    Ok(Reply::json(&AllView {
        items: all.iter().map(MemberView::from).collect(),
    }))
}

#[derive(Deserialize)]
struct ShareBody {
    email: String,
    role: ListRole,
}

impl Schema for ShareBody {
    const NAME: &'static str = "list-share";
}

#[rocket::post("/lists/<id>/members", data = "<body>")]
async fn share(edge: &State<Edge>, signed: Signed, id: PathId, body: Body<ShareBody>) -> V2Result<Reply> {
    let id = id.get()?;
    let ShareBody { email, role } = body?.0;
    let lists = &edge.services.lists;
    let member = lists.share(&signed.0, id, &parse(&email)?, role).await?;
    Ok(Reply::json(&MemberView::from(&member)))
}

#[derive(Deserialize)]
struct UpdateBody {
    role: ListRole,
}

impl Schema for UpdateBody {
    const NAME: &'static str = "list-member-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

#[rocket::patch("/lists/<id>/members/<member>", data = "<body>")]
async fn update(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    member: PathId,
    body: Body<UpdateBody>,
) -> V2Result<Reply> {
    let (id, member) = (id.get()?, member.get()?);
    let role = body?.0.role;
    let changed = edge.services.lists.change_role(&signed.0, id, member, role);
    Ok(Reply::json(&MemberView::from(&changed.await?)))
}

#[rocket::delete("/lists/<id>/members/<member>")]
async fn remove(edge: &State<Edge>, signed: Signed, id: PathId, member: PathId) -> V2Result<Reply> {
    let lists = &edge.services.lists;
    lists.unshare(&signed.0, id.get()?, member.get()?).await?;
    Ok(Reply::empty())
}
