//! The address of one's calendar, version 2. What is read there is in `http::calendar`.

use rocket::http::Status;
use rocket::{Route, State};
use serde::Serialize;

use crate::http::Edge;
use crate::http::guards::{From, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::Timestamp;

pub fn routes() -> Vec<Route> {
    rocket::routes![make, show, revoke]
}

/// Shown once: nobody can tell it afterwards.
#[derive(Serialize)]
struct AddressView {
    url: String,
    since: Timestamp,
}

#[derive(Serialize)]
struct CalendarView {
    active: bool,
    since: Option<Timestamp>,
}

#[rocket::post("/calendar")]
async fn make(edge: &State<Edge>, signed: Signed, from: From) -> V2Result<Reply> {
    let (address, since) = edge.services.calendars.make(&signed.0, &from.0).await?;
    let url = format!("{}/calendar/{address}.ics", edge.public_url);
    Ok(Reply::json(&AddressView { url, since }).status(Status::Created))
}

#[rocket::get("/calendar")]
async fn show(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let since = edge.services.calendars.since(&signed.0).await?;
    Ok(Reply::json(&CalendarView {
        active: since.is_some(),
        since,
    }))
}

#[rocket::delete("/calendar")]
async fn revoke(edge: &State<Edge>, signed: Signed, from: From) -> V2Result<Reply> {
    edge.services.calendars.revoke(&signed.0, &from.0).await?;
    Ok(Reply::empty())
}
