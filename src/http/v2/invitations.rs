//! Invitations, version 2: for administrators. Whoever is invited makes the account by `POST /users`.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use super::users::parse;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, PathId, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Id, Role, Timestamp};
use crate::service::audit::By;
use crate::service::invitations::Invitation;

pub fn routes() -> Vec<Route> {
    rocket::routes![list, invite, withdraw]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<CreateBody>()]
}

#[derive(Serialize)]
struct InvitationView<'a> {
    id: Id,
    email: &'a str,
    role: Role,
    invited_by: Option<Id>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl<'a> std::convert::From<&'a Invitation> for InvitationView<'a> {
    fn from(invitation: &'a Invitation) -> Self {
        Self {
            id: invitation.id,
            email: invitation.email.written(),
            role: invitation.role,
            invited_by: invitation.invited_by,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
        }
    }
}

#[derive(Serialize)]
struct AllView<'a> {
    items: Vec<InvitationView<'a>>,
}

#[rocket::get("/invitations")]
async fn list(edge: &State<Edge>, _signed: Signed) -> V2Result<Reply> {
    let invitations = edge.services.invitations.list().await?;
    Ok(Reply::json(&AllView {
        items: invitations.iter().map(InvitationView::from).collect(),
    }))
}

#[derive(Deserialize)]
struct CreateBody {
    email: String,
    #[serde(default)]
    role: Role,
}

impl Schema for CreateBody {
    const NAME: &'static str = "invitation-create";
}

#[rocket::post("/invitations", data = "<body>")]
async fn invite(edge: &State<Edge>, signed: Signed, from: From, body: Body<CreateBody>) -> V2Result<Reply> {
    let CreateBody { email, role } = body?.0;
    let invitations = &edge.services.invitations;
    let invitation = invitations
        .invite(By::user(signed.0.user_id, &from.0), parse(&email)?, role)
        .await?;
    let location = format!("/api/v2/invitations/{}", invitation.id);
    Ok(Reply::json(&InvitationView::from(&invitation)).created(location))
}

#[rocket::delete("/invitations/<id>")]
async fn withdraw(edge: &State<Edge>, signed: Signed, from: From, id: PathId) -> V2Result<Reply> {
    edge.services
        .invitations
        .withdraw(By::user(signed.0.user_id, &from.0), id.get()?)
        .await?;
    Ok(Reply::empty())
}
