//! The providers that people can sign in through, and those that they do, version 2. The sign-in itself is a matter of
//! pages: `http::provider`.

use rocket::{Route, State};
use serde_json::json;

use super::factors::FreshBody;
use crate::http::Edge;
use crate::http::body::Body;
use crate::http::guards::{From, PathId, Query, Signed};
use crate::http::problems::V2Result;
use crate::http::provider::{begun_cookie, problem_of, return_to};
use crate::http::reply::Reply;

pub fn routes() -> Vec<Route> {
    rocket::routes![list, link, linked, unlink]
}

#[rocket::get("/providers")]
fn list(edge: &State<Edge>) -> Reply {
    let offered = edge.services.providers.offered();
    let items: Vec<_> = offered
        .map(|provider| {
            json!({
                "name": provider.name,
                "display_name": provider.display_name,
                "login_path": format!("/login/{}", provider.name),
            })
        })
        .collect();
    Reply::json(&json!({ "items": items }))
}

/// Begins a sign-in that is added to the caller's account: the browser opens the address that is answered.
#[rocket::post("/providers/<provider>/link")]
async fn link(edge: &State<Edge>, signed: Signed, provider: &str, query: Query) -> V2Result<Reply> {
    let return_to = return_to(&query)?;
    let begun = edge
        .services
        .providers
        .begin_link(provider, &signed.0, return_to.as_deref());
    let begun = begun.await.map_err(problem_of)?;
    Ok(Reply::json(&json!({ "location": begun.location })).header("Set-Cookie", begun_cookie(&begun)))
}

#[rocket::get("/users/me/providers")]
async fn linked(edge: &State<Edge>, signed: Signed) -> V2Result<Reply> {
    let linked = edge.services.providers.linked(&signed.0).await?;
    let items: Vec<_> = linked
        .iter()
        .map(|link| {
            json!({
                "id": link.id,
                "name": link.name,
                "display_name": link.display_name,
                "issuer": link.issuer,
                "subject": link.subject,
            })
        })
        .collect();
    Ok(Reply::json(&json!({ "items": items })))
}

#[rocket::delete("/users/me/providers/<id>", data = "<body>")]
async fn unlink(
    edge: &State<Edge>,
    signed: Signed,
    from: From,
    id: PathId,
    body: Body<FreshBody>,
) -> V2Result<Reply> {
    let given = body?.0.given(from);
    let (id, providers) = (id.get()?, &edge.services.providers);
    providers.unlink(&signed.0, id, &given.shown()).await?;
    Ok(Reply::empty())
}
