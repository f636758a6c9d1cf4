//! Signing in and refreshing, version 1.

use rocket::data::{self, FromData};
use rocket::http::Status;
use rocket::{Data, Request, Route, State};
use serde::Deserialize;
use serde_json::json;

use super::{V1Result, data};
use crate::error::{Error, Unauthenticated};
use crate::http::Edge;
use crate::http::body::{Body, Checked, Reader, Schema, reader};
use crate::http::gate::bearer;
use crate::http::guards::From;
use crate::http::reply::Reply;
use crate::model::OWN_CLIENT;
use crate::service::sessions::{SignIn, SignedIn};

pub fn routes() -> Vec<Route> {
    rocket::routes![auth, login, refresh]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<Credentials>(), reader::<RefreshBody>()]
}

#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
}

impl Schema for Credentials {
    const NAME: &'static str = "v1-auth";
}

#[rocket::post("/auth", data = "<body>")]
async fn auth(edge: &State<Edge>, from: From, body: Body<Credentials>) -> V1Result<Reply> {
    sign_in(edge, from, body).await
}

#[rocket::post("/login", data = "<body>")]
async fn login(edge: &State<Edge>, from: From, body: Body<Credentials>) -> V1Result<Reply> {
    sign_in(edge, from, body).await
}

async fn sign_in(edge: &Edge, from: From, body: Body<Credentials>) -> V1Result<Reply> {
    let credentials = body?.0;
    let sessions = &edge.services.sessions;
    let step = sessions
        .sign_in(&credentials.email, &credentials.password, false, &from.0)
        .await?;
    match step {
        SignIn::Done(signed_in) => Ok(data(&tokens(&signed_in))),
        // This version stays as it is, and has no place for it.
        SignIn::Asked(_) => Err(Error::Unauthenticated(Unauthenticated::SecondFactorNeeded).into()),
    }
}

fn tokens(signed_in: &SignedIn) -> serde_json::Value {
    let user = &signed_in.user;
    json!({
        "id": user.id,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "access_token": signed_in.access_token,
        "refresh_token": signed_in.refresh_token,
        "token_type": "Bearer",
        "expires_in": signed_in.expires_in,
    })
}

#[derive(Deserialize)]
struct RefreshBody {
    refresh_token: String,
}

impl Schema for RefreshBody {
    const NAME: &'static str = "v1-refresh";
}

/// A refresh token that comes as bearer, or else in the body. Who sends neither shows none.
struct RefreshToken(String);

#[rocket::async_trait]
impl<'r> FromData<'r> for RefreshToken {
    type Error = Error;

    async fn from_data(request: &'r Request<'_>, mut data: Data<'r>) -> data::Outcome<'r, Self> {
        match bearer(request) {
            Ok(Some(token)) => data::Outcome::Success(Self(token.to_owned())),
            Ok(None) if request.content_type().is_none() && data.peek(1).await.is_empty() => {
                let missing = Error::Unauthenticated(Unauthenticated::Missing);
                data::Outcome::Error((Status::Unauthorized, missing))
            }
            Ok(None) => Checked::<RefreshBody>::from_data(request, data)
                .await
                .map(|body| Self(body.0.refresh_token)),
            Err(error) => data::Outcome::Error((Status::Unauthorized, error)),
        }
    }
}

#[rocket::post("/refresh", data = "<token>")]
async fn refresh(
    edge: &State<Edge>,
    from: From,
    token: std::result::Result<RefreshToken, Error>,
) -> V1Result<Reply> {
    let signed_in = edge
        .services
        .sessions
        .refresh(&token?.0, OWN_CLIENT, false, &from.0)
        .await?;
    Ok(data(&tokens(&signed_in)))
}
