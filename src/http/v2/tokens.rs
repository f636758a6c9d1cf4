//! API tokens, version 2.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, PathId, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Id, Scope, Scopes, Session, Timestamp};
use crate::service::api_tokens::{NEVER, NewApiToken};

pub fn routes() -> Vec<Route> {
    rocket::routes![list, make, revoke]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<CreateBody>()]
}

/// An API token as its owner sees it: never what is shown to use it.
#[derive(Serialize)]
struct TokenView<'a> {
    id: Id,
    name: &'a str,
    scopes: Vec<&'static str>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    /// To within a minute.
    last_used_at: Option<Timestamp>,
    last_address: Option<&'a str>,
}

impl<'a> std::convert::From<&'a Session> for TokenView<'a> {
    fn from(session: &'a Session) -> Self {
        // The first generation is the one that was made; each use begins another.
        let was_used = session.generation > 1;
        Self {
            id: session.id,
            name: session.token.as_ref().map_or("", |token| &token.name),
            scopes: session
                .scopes
                .iter()
                .flat_map(|scopes| scopes.iter())
                .map(Scope::name)
                .collect(),
            created_at: session.created_at,
            expires_at: (session.expires_at < NEVER).then_some(session.expires_at),
            last_used_at: was_used.then_some(session.turned_at),
            last_address: was_used.then_some(session.address.as_str()),
        }
    }
}

/// With what is shown to use it: this once.
#[derive(Serialize)]
struct MadeView<'a> {
    #[serde(flatten)]
    plain: TokenView<'a>,
    token: String,
}

#[derive(Serialize)]
struct AllView<'a> {
    items: Vec<TokenView<'a>>,
}

#[rocket::get("/tokens")]
async fn list(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let tokens = edge.services.api_tokens.list(&signed.0).await?;
    Ok(Reply::json(&AllView {
        items: tokens.iter().map(TokenView::from).collect(),
    }))
}

#[derive(Deserialize)]
struct CreateBody {
    name: String,
    scopes: Vec<String>,
    expires_at: Option<String>,
}

impl Schema for CreateBody {
    const NAME: &'static str = "api-token-create";
}

#[rocket::post("/tokens", data = "<body>")]
async fn make(edge: &State<Edge>, signed: Signed, from: From, body: Body<CreateBody>) -> V2Result<Reply> {
    let body = body?.0;
    let scopes = body.scopes.iter().filter_map(|name| Scope::from_name(name));
    let expires_at = body.expires_at.map(|text| {
        let unreadable = || Error::rule("/expires_at", "format", "expires_at is RFC 3339 with an offset");
        text.parse::<Timestamp>().map_err(|_| unreadable())
    });
    let new = NewApiToken {
        name: body.name,
        scopes: scopes.fold(Scopes::default(), Scopes::with),
        expires_at: expires_at.transpose()?,
    };
    let (session, token) = edge.services.api_tokens.make(&signed.0, new, &from.0).await?;
    let made = MadeView {
        plain: TokenView::from(&session),
        token,
    };
    Ok(Reply::json(&made).created(format!("/api/v2/tokens/{}", session.id)))
}

#[rocket::delete("/tokens/<id>")]
async fn revoke(edge: &State<Edge>, signed: Signed, from: From, id: PathId) -> V2Result<Reply> {
    edge.services
        .api_tokens
        .revoke(&signed.0, id.get()?, &from.0)
        .await?;
    Ok(Reply::empty())
}
