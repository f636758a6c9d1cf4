//! The device flow, as the person sees it who lets a device in: version 2. The page `/device` of the web app asks this.

use rocket::{Route, State};
use serde::{Deserialize, Serialize};

use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;
use crate::model::Timestamp;

pub fn routes() -> Vec<Route> {
    rocket::routes![show, answer]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![reader::<AnswerBody>()]
}

#[derive(Serialize)]
struct RequestView<'a> {
    client: &'a str,
    scopes: Vec<&'a str>,
    device: &'a str,
    address: &'a str,
    asked_at: Timestamp,
}

#[rocket::get("/device/<code>")]
async fn show(edge: &State<Edge>, signed: Signed, from: From, code: &str) -> V2Result<Reply> {
    let devices = &edge.services.devices;
    let request = devices.request(&signed.0, code, &from.0.address).await?;
    Ok(Reply::json(&RequestView {
        client: &request.client,
        scopes: request.scopes.split(' ').collect(),
        device: &request.device,
        address: &request.address,
        asked_at: request.asked_at,
    }))
}

#[derive(Deserialize)]
struct AnswerBody {
    allow: bool,
}

impl Schema for AnswerBody {
    const NAME: &'static str = "device-answer";
}

#[rocket::post("/device/<code>", data = "<body>")]
async fn answer(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    code: &str,
    body: Body<AnswerBody>,
) -> V2Result<Reply> {
    let AnswerBody { allow } = body?.0;
    let devices = &edge.services.devices;
    devices.answer(&signed.0, code, allow, &from.0).await?;
    Ok(Reply::empty())
}
