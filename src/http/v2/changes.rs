//! What has changed, version 2: pages of it, and events.

use std::sync::Arc;

use futures_util::stream;
use rocket::http::ContentType;
use rocket::response::stream::ByteStream;
use rocket::response::{self, Responder, Response};
use rocket::{Request, Route, Shutdown, State};
use serde::Serialize;

use crate::error::Result;
use crate::http::Edge;
use crate::http::guards::{AccessToken, LastEventId, Query, Signed};
use crate::http::page_query::limit;
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::http::views::{FullTodoView, ListView};
use crate::model::{Change, Id, List};
use crate::service::Services;
use crate::service::access::Standing;
use crate::service::changes::{Listener, Named, Told};
use crate::service::todos::Shown;

pub fn routes() -> Vec<Route> {
    rocket::routes![changes, events]
}

/// How much goes out at a time: a buffer of this size waits with each listener. Most blocks fit.
const CHUNK: usize = 1024;

/// A change, with what is shown of the thing if it is there.
struct Item {
    kind: &'static str,
    id: Id,
    version: i64,
    todo: Option<Shown>,
    list: Option<(Box<List>, Standing)>,
}

/// A change as it is shown, in a page and in an event.
#[derive(Serialize)]
struct ItemView<'a> {
    kind: &'static str,
    id: Id,
    version: i64,
    /// Nothing is left of it.
    deleted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<FullTodoView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    list: Option<ListView<'a>>,
}

impl<'a> From<&'a Item> for ItemView<'a> {
    fn from(item: &'a Item) -> Self {
        Self {
            kind: item.kind,
            id: item.id,
            version: item.version,
            deleted: item.todo.is_none() && item.list.is_none(),
            todo: item.todo.as_ref().map(FullTodoView::from),
            list: item
                .list
                .as_ref()
                .map(|(list, standing)| ListView::of(list, *standing)),
        }
    }
}

/// The changes with what is shown with them to this user.
async fn shown(services: &Services, user: Id, changes: Vec<Change>) -> Result<Vec<Item>> {
    let (mut items, mut todos) = (Vec::new(), Vec::new());
    for change in changes {
        let mut item = Item {
            kind: change.kind().name(),
            id: change.id(),
            version: change.version(),
            todo: None,
            list: None,
        };
        match change {
            Change::Todo(todo) => todos.push(*todo),
            Change::List(list) => item.list = Standing::of(user, &list).map(|standing| (list, standing)),
            Change::Gone(_) => {}
        }
        items.push(item);
    }
    let mut all = services.todos.show_all(todos).await?.into_iter().peekable();
    for item in &mut items {
        // They come in the order in which they were given.
        item.todo = all.next_if(|shown| shown.todo.id == item.id);
    }
    Ok(items)
}

#[derive(Serialize)]
struct PageView<'a> {
    items: Vec<ItemView<'a>>,
    cursor: &'a str,
    more: bool,
}

#[rocket::get("/changes")]
async fn changes(edge: &State<Edge>, signed: Signed, query: Query) -> V2Result<Reply> {
    let (since, limit) = (query.0.one("since")?, limit(&query.0)?);
    let page = edge.services.changes.page(&signed.0, since, limit).await?;
    let items = shown(&edge.services, signed.0.user_id, page.items).await?;
    Ok(Reply::json(&PageView {
        items: items.iter().map(ItemView::from).collect(),
        cursor: &page.cursor,
        more: page.more,
    }))
}

#[rocket::get("/events")]
async fn events(
    edge: &State<Edge>,
    token: AccessToken,
    query: Query,
    last: LastEventId,
    shutdown: Shutdown,
) -> V2Result<Events> {
    let since = query.0.one("since")?.map(|cursor| (cursor, Named::Since));
    let last = last.0.as_deref().map(|cursor| (cursor, Named::LastEventId));
    let listener = edge.services.changes.listen(&token.0, last.or(since)).await?;
    Ok(Events {
        services: Arc::clone(&edge.services),
        listener,
        shutdown,
    })
}

/// A stream of events, until the listener's end or the service's.
struct Events {
    services: Arc<Services>,
    listener: Listener,
    shutdown: Shutdown,
}

impl<'r> Responder<'r, 'r> for Events {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'r> {
        let blocks = stream::unfold(self, |mut events| async {
            let block = tokio::select! {
                block = next(&events.services, &mut events.listener) => block?,
                () = &mut events.shutdown => return None,
            };
            Some((block, events))
        });
        Response::build_from(ByteStream(blocks).respond_to(request)?)
            .header(ContentType::EventStream)
            .raw_header("Cache-Control", "no-store")
            // To nginx: what is held back until there is more of it comes too late.
            .raw_header("X-Accel-Buffering", "no")
            .max_chunk_size(CHUNK)
            .ok()
    }
}

/// What goes over the wire next; `None` at the end. Cursors and JSON have no line ends in them.
async fn next(services: &Services, listener: &mut Listener) -> Option<String> {
    Some(match listener.next().await? {
        Told::Change(change, cursor) => {
            // Whoever cannot be told of this one comes again for it, with the cursor before.
            let items = shown(services, listener.user(), vec![*change]).await.ok()?;
            let item = items.first()?;
            // Strings and numbers: writing them cannot fail.
            let data = serde_json::to_string(&ItemView::from(item)).unwrap_or_default();
            format!("id: {cursor}\nevent: change\ndata: {data}\n\n")
        }
        Told::Reset(cursor) => format!("id: {cursor}\nevent: reset\ndata: {{}}\n\n"),
        // Without data it is no event, but the id counts.
        Told::Nothing(cursor) => format!(": nothing new\nid: {cursor}\n\n"),
    })
}
