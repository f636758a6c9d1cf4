//! Passkeys, version 2: making and removing them, and signing in by one alone.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::factors::FreshBody;
use super::sessions::{Transport, begun};
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, PathId, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::{Id, Passkey, Timestamp};
use crate::service::factors::passkeys::{Asked, LIFETIME};

pub fn routes() -> Vec<Route> {
    rocket::routes![begin, make, challenge, rename, remove, begin_sign_in, sign_in]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<MakeBody>(),
        reader::<RenameBody>(),
        reader::<SignInBody>(),
    ]
}

/// A passkey as its owner sees it.
#[derive(Serialize)]
pub(super) struct PasskeyView<'a> {
    id: Id,
    name: &'a str,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl<'a> std::convert::From<&'a Passkey> for PasskeyView<'a> {
    fn from(passkey: &'a Passkey) -> Self {
        Self {
            id: passkey.id,
            name: &passkey.name,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}

/// What an authenticator is to be asked.
pub(super) fn show(asked: &Asked) -> serde_json::Value {
    json!({ "ticket": asked.ticket, "options": asked.options, "expires_in": LIFETIME })
}

#[rocket::post("/users/me/passkeys/options", data = "<body>")]
async fn begin(edge: &State<Edge>, signed: Signed, from: From, body: Body<FreshBody>) -> V2Result<Reply> {
    let given = body?.0.given(from);
    let asked = edge.services.passkeys.begin(&signed.0, &given.shown()).await?;
    Ok(Reply::json(&show(&asked)))
}

#[derive(Deserialize)]
struct MakeBody {
    ticket: String,
    name: String,
    answer: String,
}

impl Schema for MakeBody {
    const NAME: &'static str = "passkey-create";
}

/// With the recovery codes, if these were made with it: this once.
#[derive(Serialize)]
struct MadeView<'a> {
    #[serde(flatten)]
    plain: PasskeyView<'a>,
    recovery_codes: Option<Vec<String>>,
}

#[rocket::post("/users/me/passkeys", data = "<body>")]
async fn make(edge: &State<Edge>, signed: Signed, from: From, body: Body<MakeBody>) -> V2Result<Reply> {
    let MakeBody { ticket, name, answer } = body?.0;
    let passkeys = &edge.services.passkeys;
    let made = passkeys
        .finish(&signed.0, &ticket, name, &answer, &from.0)
        .await?;
    let (passkey, recovery_codes) = made;
    let made = MadeView {
        plain: PasskeyView::from(&passkey),
        recovery_codes,
    };
    Ok(Reply::json(&made).created(format!("/api/v2/users/me/passkeys/{}", passkey.id)))
}

#[rocket::post("/users/me/passkeys/challenge")]
async fn challenge(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let asked = edge.services.passkeys.challenge(&signed.0).await?;
    Ok(Reply::json(&show(&asked)))
}

#[derive(Deserialize)]
struct RenameBody {
    name: String,
}

impl Schema for RenameBody {
    const NAME: &'static str = "passkey-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

#[rocket::patch("/users/me/passkeys/<id>", data = "<body>", rank = 2)]
async fn rename(edge: &State<Edge>, signed: Signed, id: PathId, body: Body<RenameBody>) -> V2Result<Reply> {
    let name = body?.0.name;
    let passkey = edge.services.passkeys.rename(&signed.0, id.get()?, &name).await?;
    Ok(Reply::json(&PasskeyView::from(&passkey)))
}

#[rocket::delete("/users/me/passkeys/<id>", data = "<body>", rank = 2)]
async fn remove(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    id: PathId,
    body: Body<FreshBody>,
) -> V2Result<Reply> {
    let given = body?.0.given(from);
    let (id, passkeys) = (id.get()?, &edge.services.passkeys);
    passkeys.remove(&signed.0, id, &given.shown()).await?;
    Ok(Reply::empty())
}

#[rocket::post("/sessions/passkey/options")]
async fn begin_sign_in(edge: &State<Edge>) -> V2Result<Reply> {
    Ok(Reply::json(&show(&edge.services.passkeys.begin_sign_in().await?)))
}

#[derive(Deserialize)]
struct SignInBody {
    ticket: String,
    answer: String,
    #[serde(default)]
    transport: Transport,
}

impl Schema for SignInBody {
    const NAME: &'static str = "session-passkey";
}

#[rocket::post("/sessions/passkey", data = "<body>")]
async fn sign_in(edge: &State<Edge>, from: From, body: Body<SignInBody>) -> V2Result<Reply> {
    let SignInBody {
        ticket,
        answer,
        transport,
    } = body?.0;
    let in_cookie = transport == Transport::Cookie;
    let passkeys = &edge.services.passkeys;
    let signed_in = passkeys
        .finish_sign_in(&ticket, &answer, in_cookie, &from.0)
        .await?;
    Ok(begun(edge, &signed_in))
}
