//! The audit log, version 2: all of it for administrators, and of everybody what happened to them.

use rocket::{Route, State};
use serde::Serialize;

use crate::error::Result;
use crate::http::Edge;
use crate::http::guards::{Query, Signed};
use crate::http::page_query::limit;
use crate::http::problems::V2Result;
use crate::http::query::{Params, refused};
use crate::http::reply::Reply;
use crate::http::views::AuditEventView;
use crate::model::{AuditEvent, AuditFilter, AuditKind, Timestamp};
use crate::service::audit::{AuditPage, AuditRequest};

pub fn routes() -> Vec<Route> {
    rocket::routes![all, own]
}

#[derive(Serialize)]
struct PageView<'a> {
    items: Vec<AuditEventView<'a>>,
    next: Option<&'a str>,
}

#[rocket::get("/audit")]
async fn all(edge: &State<Edge>, signed: Signed, query: Query) -> V2Result<Reply> {
    let page = edge
        .services
        .audit
        .page(&signed.0, audit_request(&query.0)?)
        .await?;
    Ok(show("/api/v2/audit", &query.0, &page, AuditEventView::from))
}

#[rocket::get("/users/me/audit")]
async fn own(edge: &State<Edge>, signed: Signed, query: Query) -> V2Result<Reply> {
    let cursor = query.0.one("cursor")?.map(str::to_owned);
    let page = edge
        .services
        .audit
        .own_page(&signed.0, limit(&query.0)?, cursor)
        .await?;
    let view = |event| AuditEventView::to_subject(event, signed.0.user_id);
    Ok(show("/api/v2/users/me/audit", &query.0, &page, view))
}

fn show<'a>(
    path: &str,
    query: &Params,
    page: &'a AuditPage,
    view: impl Fn(&'a AuditEvent) -> AuditEventView<'a>,
) -> Reply {
    let next = page.next.as_deref();
    let items = page.items.iter().map(view).collect();
    Reply::json(&PageView { items, next }).linked(path, query, next)
}

fn audit_request(params: &Params) -> Result<AuditRequest> {
    let moment = |name| {
        let rule = format!("{name} is a moment: RFC 3339 with an offset");
        params.parsed(name, &rule, |text| text.parse::<Timestamp>().ok())
    };
    Ok(AuditRequest {
        filter: AuditFilter {
            actor: params.parsed("actor", "actor is an id, operator, service or nobody", |text| {
                text.parse().ok()
            })?,
            subject: params.parsed("subject", "subject is an id", |text| text.parse().ok())?,
            kinds: kinds(params)?,
            since: moment("since")?,
            until: moment("until")?,
        },
        limit: limit(params)?,
        cursor: params.one("cursor")?.map(str::to_owned),
    })
}

fn kinds(params: &Params) -> Result<Vec<AuditKind>> {
    let kind = |text| {
        AuditKind::from_name(text).ok_or_else(|| {
            let known: Vec<&str> = AuditKind::ALL.iter().map(|kind| kind.name()).collect();
            refused("kind", "format", format!("kind is one of {}", known.join(", ")))
        })
    };
    params.all("kind").map(kind).collect()
}
