//! Sessions, version 2. The refresh token travels in the body, or in a cookie that scripts cannot read.

use rocket::http::Status;
use rocket::{Route, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::factors::ProofBody;
use super::passkeys;
use crate::error::{Error, Unauthenticated};
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, PathId, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::session_cookie::{self, SessionCookie};
use crate::http::views::{FullUserView, SessionView};
use crate::model::OWN_CLIENT;
use crate::service::factors::Proof;
use crate::service::factors::steps::{Asked, LIFETIME};
use crate::service::sessions::{SignIn, SignedIn};

pub fn routes() -> Vec<Route> {
    rocket::routes![create, finish, refresh, list, end_current, end, end_others]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<CreateBody>(),
        reader::<FinishBody>(),
        reader::<RefreshBody>(),
    ]
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Transport {
    #[default]
    Body,
    Cookie,
}

#[derive(Deserialize)]
struct CreateBody {
    email: String,
    password: String,
    #[serde(default)]
    transport: Transport,
}

impl Schema for CreateBody {
    const NAME: &'static str = "session-create";
}

#[rocket::post("/sessions", data = "<body>")]
async fn create(edge: &State<Edge>, from: From, body: Body<CreateBody>) -> V2Result<Reply> {
    let CreateBody {
        email,
        password,
        transport,
    } = body?.0;
    let in_cookie = transport == Transport::Cookie;
    let sessions = &edge.services.sessions;
    match sessions.sign_in(&email, &password, in_cookie, &from.0).await? {
        SignIn::Done(signed_in) => Ok(begun(edge, &signed_in)),
        SignIn::Asked(asked) => Ok(ask(&asked)),
    }
}

/// What is asked for, before there is a session.
fn ask(asked: &Asked) -> Reply {
    Reply::json(&json!({ "second_factor": asked_view(asked) })).status(Status::Accepted)
}

/// The same for the page that asks.
pub(in crate::http) fn asked_view(asked: &Asked) -> Value {
    json!({
        "ticket": asked.ticket,
        "methods": asked.methods,
        "expires_in": LIFETIME,
        "passkey": asked.passkey.as_ref().map(passkeys::show),
    })
}

#[derive(Deserialize)]
struct FinishBody {
    ticket: String,
    second_factor: ProofBody,
    #[serde(default)]
    transport: Transport,
}

impl Schema for FinishBody {
    const NAME: &'static str = "session-second-factor";
}

#[rocket::post("/sessions/second-factor", data = "<body>")]
async fn finish(edge: &State<Edge>, from: From, body: Body<FinishBody>) -> V2Result<Reply> {
    let FinishBody {
        ticket,
        second_factor,
        transport,
    } = body?.0;
    let proof: Proof = second_factor.into();
    let in_cookie = transport == Transport::Cookie;
    let sessions = &edge.services.sessions;
    let signed_in = sessions.finish(&ticket, &proof, in_cookie, &from.0).await?;
    Ok(begun(edge, &signed_in))
}

pub(super) fn begun(edge: &Edge, signed_in: &SignedIn) -> Reply {
    let location = format!("/api/v2/sessions/{}", signed_in.session.id);
    show(edge, signed_in).created(location)
}

#[derive(Deserialize)]
struct RefreshBody {
    refresh_token: Option<String>,
}

impl Schema for RefreshBody {
    const NAME: &'static str = "session-refresh";
}

/// With a token in the body that one counts, else the one of the cookie.
#[rocket::post("/sessions/refresh", data = "<body>")]
async fn refresh(
    edge: &State<Edge>,
    from: From,
    cookie: SessionCookie,
    body: Body<RefreshBody>,
) -> V2Result<Reply> {
    let (token, in_cookie) = match (body?.0.refresh_token, cookie.0) {
        (Some(token), _) => (token, false),
        (None, Some(token)) => (token, true),
        (None, None) => return Err(Error::Unauthenticated(Unauthenticated::Missing).into()),
    };
    let refreshed = edge
        .services
        .sessions
        .refresh(&token, OWN_CLIENT, in_cookie, &from.0)
        .await?;
    Ok(show(edge, &refreshed))
}

/// What a sign-in and a refresh answer.
fn show(edge: &Edge, signed_in: &SignedIn) -> Reply {
    let session = &signed_in.session;
    let mut body = json!({
        "access_token": signed_in.access_token,
        "token_type": "Bearer",
        "expires_in": signed_in.expires_in,
        "session": SessionView::new(session, session.id),
        "user": FullUserView::from(&signed_in.user),
    });
    if session.in_cookie {
        let left = signed_in.refresh_ends.seconds() - edge.services.source.now().seconds();
        return Reply::json(&body).header("Set-Cookie", session_cookie::set(&signed_in.refresh_token, left));
    }
    body["refresh_token"] = Value::from(signed_in.refresh_token.as_str());
    Reply::json(&body)
}

#[rocket::get("/sessions")]
async fn list(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let sessions = edge.services.sessions.list(&signed.0).await?;
    let items: Vec<_> = sessions
        .iter()
        .map(|session| SessionView::new(session, signed.0.session_id))
        .collect();
    Ok(Reply::json(&json!({ "items": items })))
}

#[rocket::delete("/sessions/current")]
async fn end_current(edge: &State<Edge>, signed: Signed, from: From) -> V2Result<Reply> {
    edge.services.sessions.end_current(&signed.0, &from.0).await?;
    Ok(Reply::empty().header("Set-Cookie", session_cookie::set("", 0)))
}

#[rocket::delete("/sessions/<id>", rank = 2)]
async fn end(edge: &State<Edge>, signed: Signed, from: From, id: PathId) -> V2Result<Reply> {
    edge.services.sessions.end(&signed.0, id.get()?, &from.0).await?;
    Ok(Reply::empty())
}

#[rocket::delete("/sessions")]
async fn end_others(edge: &State<Edge>, signed: Signed, from: From) -> V2Result<Reply> {
    edge.services.sessions.end_others(&signed.0, &from.0).await?;
    Ok(Reply::empty())
}
