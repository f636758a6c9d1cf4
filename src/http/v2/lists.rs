//! Lists, version 2.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, maybe_null, reader};
use crate::http::guards::{IfMatch, IfNoneMatch, PathId, Query, Signed};
use crate::http::idempotency::KeyedBody;
use crate::http::problems::V2Result;
use crate::http::query::{Params, refused};
use crate::http::reply::Reply;
use crate::http::views::ListView;
use crate::model::{Color, Fate, Id};
use crate::service::Beside;
use crate::service::lists::{Counted, ListDraft, ListPatch};

pub fn routes() -> Vec<Route> {
    rocket::routes![all, create, get, update, delete, put]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<CreateBody>(),
        reader::<UpdateBody>(),
        reader::<MoveBody>(),
    ]
}

/// Where lists are.
const PATH: &str = "/api/v2/lists";

#[derive(Serialize)]
struct AllView<'a> {
    items: Vec<ListView<'a>>,
    inbox: InboxView,
}

#[derive(Serialize)]
struct InboxView {
    open: u64,
}

#[rocket::get("/lists")]
async fn all(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let all = edge.services.lists.all(&signed.0).await?;
    Ok(Reply::json(&AllView {
        items: all.lists.iter().map(ListView::from).collect(),
        inbox: InboxView { open: all.inbox },
    }))
}

#[derive(Deserialize)]
struct CreateBody {
    name: String,
    color: Option<Color>,
}

impl Schema for CreateBody {
    const NAME: &'static str = "list-create";
}

#[rocket::post("/lists", data = "<body>")]
async fn create(edge: &State<Edge>, signed: Signed, body: KeyedBody<CreateBody>) -> V2Result<Reply> {
    let created = body?.once(edge, signed.0, |services, caller, body, id| async move {
        let draft = ListDraft {
            name: body.name,
            color: body.color,
        };
        let made = services.lists.create(&caller, draft, id).await?;
        let path = format!("{PATH}/{}", made.list.id);
        Ok(show(&made).0.created(path))
    });
    Ok(created.await?)
}

#[rocket::get("/lists/<id>")]
async fn get(edge: &State<Edge>, signed: Signed, id: PathId, known: IfNoneMatch) -> V2Result<Reply> {
    let (reply, tag) = show(&edge.services.lists.get(&signed.0, id.get()?).await?);
    Ok(if known.has(&tag)? {
        reply.not_modified()
    } else {
        reply
    })
}

/// A merge patch (RFC 7396): what is absent stays, `null` goes back to the default.
#[derive(Deserialize)]
struct UpdateBody {
    name: Option<String>,
    #[serde(default, deserialize_with = "maybe_null")]
    color: Option<Option<Color>>,
    archived: Option<bool>,
}

impl Schema for UpdateBody {
    const NAME: &'static str = "list-update";
    const ALSO: &'static [&'static str] = &["application/merge-patch+json"];
}

#[rocket::patch("/lists/<id>", data = "<body>")]
async fn update(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    condition: IfMatch,
    body: Body<UpdateBody>,
) -> V2Result<Reply> {
    let id = id.get()?;
    let UpdateBody {
        name,
        color,
        archived,
    } = body?.0;
    let patch = ListPatch {
        name,
        color,
        archived,
    };
    let lists = &edge.services.lists;
    let list = lists.patch(&signed.0, id, &patch, &condition.0?).await?;
    Ok(show(&list).0)
}

#[rocket::delete("/lists/<id>")]
async fn delete(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    query: Query,
    condition: IfMatch,
) -> V2Result<Reply> {
    let (id, fate) = (id.get()?, fate(&query.0)?);
    let lists = &edge.services.lists;
    lists.delete(&signed.0, id, fate, &condition.0?).await?;
    Ok(Reply::empty())
}

/// What is to become of the to-dos: the client says it, nobody guesses.
fn fate(params: &Params) -> Result<Fate> {
    let rule = "todos is inbox or trash";
    params.parsed("todos", rule, Fate::from_name)?.ok_or_else(|| {
        let detail = "say what becomes of the list's to-dos: todos=inbox, or todos=trash";
        refused("todos", "required", detail)
    })
}

#[derive(Deserialize)]
struct MoveBody {
    after: Option<Id>,
    before: Option<Id>,
}

impl Schema for MoveBody {
    const NAME: &'static str = "list-move";
}

#[rocket::post("/lists/<id>/move", data = "<body>")]
async fn put(
    edge: &State<Edge>,
    signed: Signed,
    id: PathId,
    condition: IfMatch,
    body: Body<MoveBody>,
) -> V2Result<Reply> {
    let (id, condition) = (id.get()?, condition.0?);
    let beside = match body?.0 {
        MoveBody {
            after: Some(after), ..
        } => Beside::After(after),
        MoveBody {
            before: Some(before), ..
        } => Beside::Before(before),
        // The schema has it that there is one. Beside itself it stays where it is.
        MoveBody {
            after: None,
            before: None,
        } => Beside::After(id),
    };
    let lists = &edge.services.lists;
    let list = lists.put(&signed.0, id, beside, &condition).await?;
    Ok(show(&list).0)
}

/// A list with its `ETag`, and the tag.
fn show(list: &Counted) -> (Reply, String) {
    Reply::json(&ListView::from(list)).tagged(list.list.version)
}
