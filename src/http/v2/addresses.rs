//! Showing that mail to an address arrives, and setting a new password by it, version 2.

use rocket::{Route, State};
use serde::Deserialize;

use super::users::parse;
use crate::http::Edge;
use crate::http::body::{Body, Reader, Schema, reader};
use crate::http::guards::{From, Signed};
use crate::http::problems::V2Result;
use crate::http::reply::Reply;

pub fn routes() -> Vec<Route> {
    rocket::routes![ask_for_verification, verify, ask_for_reset, reset]
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    vec![
        reader::<VerificationBody>(),
        reader::<AskedBody>(),
        reader::<ResetBody>(),
    ]
}

#[rocket::post("/users/me/verification")]
async fn ask_for_verification(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    edge.services.addresses.ask_for_verification(&signed.0).await?;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
struct VerificationBody {
    token: String,
}

impl Schema for VerificationBody {
    const NAME: &'static str = "email-verification";
}

#[rocket::post("/email-verifications", data = "<body>")]
async fn verify(edge: &State<Edge>, from: From, body: Body<VerificationBody>) -> V2Result<Reply> {
    let addresses = &edge.services.addresses;
    addresses.verify(&body?.0.token, &from.0).await?;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
struct AskedBody {
    email: String,
}

impl Schema for AskedBody {
    const NAME: &'static str = "password-reset-request";
}

/// Answers alike whether or not there is an account.
#[rocket::post("/password-resets", data = "<body>")]
async fn ask_for_reset(edge: &State<Edge>, from: From, body: Body<AskedBody>) -> V2Result<Reply> {
    let email = parse(&body?.0.email)?;
    let addresses = &edge.services.addresses;
    addresses.ask_for_reset(&email, &from.0.address).await?;
    Ok(Reply::empty())
}

#[derive(Deserialize)]
struct ResetBody {
    token: String,
    new_password: String,
}

impl Schema for ResetBody {
    const NAME: &'static str = "password-reset";
}

/// Ends every session.
#[rocket::post("/password-resets/complete", data = "<body>")]
async fn reset(edge: &State<Edge>, from: From, body: Body<ResetBody>) -> V2Result<Reply> {
    let ResetBody { token, new_password } = body?.0;
    let addresses = &edge.services.addresses;
    addresses
        .reset(&token, new_password, "/new_password", &from.0)
        .await?;
    Ok(Reply::empty())
}
