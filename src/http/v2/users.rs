//! Accounts, version 2.

use rocket::{Route, State};
use serde::Deserialize;

use super::factors::{Given, ProofBody};
use crate::error::{Error, Result};
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, maybe_null, reader};
use crate::http::guards::{From, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::views::FullUserView;
use crate::model::{Email, Role, TimeOfDay, User, WeekStart, Zone};
use crate::service::accounts::{NewUser, UserPatch, Who};

pub fn routes() -> Vec<Route> {
    rocket::routes![create, me, update, delete, change_password]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<CreateBody>(),
        reader::<UpdateBody>(),
        reader::<DeleteBody>(),
        reader::<PasswordBody>(),
    ]
}

const ME: &str = "/api/v2/users/me";

#[derive(Deserialize)]
struct CreateBody {
    #[serde(default)]
    name: String,
    email: String,
    password: String,
    /// The secret of an invitation.
    invitation: Option<String>,
}

impl Schema for CreateBody {
    const NAME: &'static str = "user-create";
}

#[rocket::post("/users", data = "<body>")]
async fn create(edge: &State<Edge>, from: From, body: Body<CreateBody>) -> V2Result<Reply> {
    let CreateBody {
        name,
        email,
        password,
        invitation,
    } = body?.0;
    let new = NewUser {
        name,
        email: parse(&email)?,
        password,
        role: Role::User,
    };
    let user = match invitation {
        Some(secret) => edge.services.invitations.join(&from.0, new, &secret).await?,
        None => edge.services.accounts.register(&from.0, new).await?,
    };
    Ok(show(&user).created(ME.to_owned()))
}

#[rocket::get("/users/me")]
async fn me(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    Ok(show(&edge.services.accounts.me(&signed.0).await?))
}

/// A merge patch: `null` takes a setting away.
#[derive(Deserialize)]
struct UpdateBody {
    name: Option<String>,
    email: Option<String>,
    #[serde(default, deserialize_with = "maybe_null")]
    time_zone: Option<Option<Zone>>,
    #[serde(default, deserialize_with = "maybe_null")]
    language: Option<Option<String>>,
    week_start: Option<WeekStart>,
    #[serde(default, deserialize_with = "maybe_null")]
    digest: Option<Option<TimeOfDay>>,
    current_password: Option<String>,
    second_factor: Option<ProofBody>,
}

impl Schema for UpdateBody {
    const NAME: &'static str = "user-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

const NEW_PASSWORD: &str = "/new_password";

#[rocket::patch("/users/me", data = "<body>")]
async fn update(edge: &State<Edge>, signed: Signed, from: From, body: Body<UpdateBody>) -> V2Result<Reply> {
    let body = body?.0;
    let patch = UserPatch {
        name: body.name,
        email: body.email.map(|email| parse(&email)).transpose()?,
        time_zone: body.time_zone,
        language: body.language,
        week_start: body.week_start,
        digest: body.digest,
        ..UserPatch::default()
    };
    let given = Given::new(body.current_password, body.second_factor, from);
    let me = Who::Id(signed.0.user_id);
    let user = edge
        .services
        .accounts
        .change(&signed.0, &me, patch, &given.shown(), NEW_PASSWORD)
        .await?;
    Ok(show(&user))
}

#[derive(Deserialize)]
struct DeleteBody {
    current_password: Option<String>,
    second_factor: Option<ProofBody>,
}

impl Schema for DeleteBody {
    const NAME: &'static str = "user-delete";
}

#[rocket::delete("/users/me", data = "<body>")]
async fn delete(edge: &State<Edge>, signed: Signed, from: From, body: Body<DeleteBody>) -> V2Result<Reply> {
    let DeleteBody {
        current_password,
        second_factor,
    } = body?.0;
    let given = Given::new(current_password, second_factor, from);
    let me = Who::Id(signed.0.user_id);
    let accounts = &edge.services.accounts;
    accounts.delete(&signed.0, &me, &given.shown()).await?;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
struct PasswordBody {
    current_password: Option<String>,
    new_password: String,
    second_factor: Option<ProofBody>,
}

impl Schema for PasswordBody {
    const NAME: &'static str = "password-change";
}

/// Ends every other session.
#[rocket::post("/users/me/password", data = "<body>")]
async fn change_password(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    body: Body<PasswordBody>,
) -> V2Result<Reply> {
    let PasswordBody {
        current_password,
        new_password,
        second_factor,
    } = body?.0;
    let given = Given::new(current_password, second_factor, from);
    let patch = UserPatch {
        password: Some(new_password),
        ..UserPatch::default()
    };
    let me = Who::Id(signed.0.user_id);
    let accounts = &edge.services.accounts;
    accounts
        .change(&signed.0, &me, patch, &given.shown(), NEW_PASSWORD)
        .await?;
    Ok(Reply::empty())
}

fn show(user: &User) -> Reply {
    Reply::json(&FullUserView::from(user))
}

pub(super) fn parse(email: &str) -> Result<Email> {
    email
        .parse()
        .map_err(|error: crate::model::EmailError| Error::rule("/email", "format", error.to_string()))
}
