//! Accounts, version 1.

use rocket::{Route, State};
use serde::Deserialize;

use super::{V1Result, data, message, message_and_data};
use crate::error::{Error, Result};
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, Query, Signed};
use crate::http::query::refused;
use crate::http::reply::Reply;
use crate::http::views::UserView;
use crate::model::{Caller, Email, Id, Role};
use crate::service::accounts::{NewUser, UserPatch, Who};
use crate::service::audit::By;
use crate::service::fresh::{Places, Shown};

pub fn routes() -> Vec<Route> {
    rocket::routes![register, user, create, update, delete]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<RegisterBody>(),
        reader::<CreateBody>(),
        reader::<UpdateBody>(),
        reader::<DeleteBody>(),
    ]
}

const CREATED: &str = "User created successfully!";

#[derive(Deserialize)]
struct RegisterBody {
    #[serde(default)]
    name: String,
    email: String,
    password: String,
}

impl Schema for RegisterBody {
    const NAME: &'static str = "v1-register";
}

#[derive(Deserialize)]
struct CreateBody {
    #[serde(default)]
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    role: Role,
}

impl Schema for CreateBody {
    const NAME: &'static str = "v1-user-create";
}

#[rocket::post("/register", data = "<body>")]
async fn register(edge: &State<Edge>, from: From, body: Body<RegisterBody>) -> V1Result<Reply> {
    let RegisterBody {
        name,
        email,
        password,
    } = body?.0;
    let new = NewUser {
        name,
        email: parse(&email, "/email")?,
        password,
        role: Role::User,
    };
    let user = edge.services.accounts.register(&from.0, new).await?;
    Ok(message_and_data(CREATED, &UserView::from(&user)))
}

#[rocket::post("/user", data = "<body>")]
async fn create(edge: &State<Edge>, signed: Signed, from: From, body: Body<CreateBody>) -> V1Result<Reply> {
    let CreateBody {
        name,
        email,
        password,
        role,
    } = body?.0;
    let new = NewUser {
        name,
        email: parse(&email, "/email")?,
        password,
        role,
    };
    let by = By::user(signed.0.user_id, &from.0);
    let user = edge.services.accounts.create(by, new, "/password").await?;
    Ok(message_and_data(CREATED, &UserView::from(&user)))
}

#[rocket::get("/user")]
async fn user(edge: &State<Edge>, signed: Signed, query: Query) -> V1Result<Reply> {
    let params = &query.0;
    let (id, email) = (params.one("id")?, params.one("email")?);
    let who = match (id, email) {
        (None, None) => Who::Id(signed.0.user_id),
        (Some(id), None) => Who::Id(
            id.parse()
                .map_err(|_| refused("id", "format", "an id has 24 hexadecimal digits"))?,
        ),
        (None, Some(email)) => Who::Email(
            email
                .parse()
                .map_err(|_| refused("email", "format", "this is no e-mail address"))?,
        ),
        (Some(_), Some(_)) => {
            return Err(refused("id", "contradiction", "name an id or an email, not both").into());
        }
    };
    let user = edge.services.accounts.find(&signed.0, &who).await?;
    Ok(data(&UserView::from(&user)))
}

/// Whose account a body names: exactly one of the two, by the schema.
#[derive(Deserialize)]
struct Named {
    id: Option<Id>,
    email: Option<String>,
}

impl Named {
    fn who(&self, pointer: &str) -> Result<Who> {
        match (self.id, &self.email) {
            (Some(id), _) => Ok(Who::Id(id)),
            (None, Some(email)) => Ok(Who::Email(parse(email, pointer)?)),
            (None, None) => Err(Error::rule(pointer, "required", "name an id or an email")),
        }
    }
}

#[derive(Deserialize)]
struct UpdateBody {
    query: Named,
    payload: UpdatePayload,
}

#[derive(Deserialize)]
struct UpdatePayload {
    name: Option<String>,
    email: Option<String>,
    password: Option<String>,
    current_password: Option<String>,
}

impl Schema for UpdateBody {
    const NAME: &'static str = "v1-user-update";
}

#[rocket::patch("/user", data = "<body>")]
async fn update(edge: &State<Edge>, signed: Signed, from: From, body: Body<UpdateBody>) -> V1Result<Reply> {
    let UpdateBody { query, payload } = body?.0;
    let email = payload
        .email
        .map(|email| parse(&email, "/payload/email"))
        .transpose()?;
    let patch = UserPatch {
        name: payload.name,
        email,
        password: payload.password,
        ..UserPatch::default()
    };
    let who = query.who("/query/email")?;
    let current = payload.current_password.as_deref();
    let shown = shown(current, &from, "/payload/current_password");
    let changed = edge
        .services
        .accounts
        .change(&signed.0, &who, patch, &shown, "/payload/password")
        .await;
    answer(&signed.0, changed, "record updated")
}

#[derive(Deserialize)]
struct DeleteBody {
    #[serde(flatten)]
    named: Named,
    current_password: Option<String>,
}

impl Schema for DeleteBody {
    const NAME: &'static str = "v1-user-delete";
}

#[rocket::delete("/user", data = "<body>")]
async fn delete(edge: &State<Edge>, signed: Signed, from: From, body: Body<DeleteBody>) -> V1Result<Reply> {
    let DeleteBody {
        named,
        current_password,
    } = body?.0;
    let who = named.who("/email")?;
    let current = current_password.as_deref();
    let shown = shown(current, &from, "/current_password");
    let deleted = edge.services.accounts.delete(&signed.0, &who, &shown).await;
    answer(&signed.0, deleted, "record deleted")
}

/// What this version shows of the fresh check: it has no place for a second factor.
fn shown<'a>(password: Option<&'a str>, from: &'a From, place: &'static str) -> Shown<'a> {
    Shown {
        password,
        proof: None,
        client: &from.0,
        places: Places {
            password: place,
            proof: None,
        },
    }
}

/// An administrator who names nobody is told so with 200: the original service did.
fn answer<T>(caller: &Caller, done: Result<T>, words: &str) -> V1Result<Reply> {
    match done {
        Ok(_) => Ok(message(words)),
        Err(Error::NotFound) if caller.is_admin() => Ok(message("no record found")),
        Err(error) => Err(error.into()),
    }
}

fn parse(email: &str, pointer: &str) -> Result<Email> {
    email
        .parse()
        .map_err(|error: crate::model::EmailError| Error::rule(pointer, "format", error.to_string()))
}
