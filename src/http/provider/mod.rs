//! Sign-in through providers, as a browser goes through it: `/login`, `/callback`, `/logout`. Whoever comes here is a
//! person in front of a page, so that a refusal is a page, too.

mod answer;
mod cookie;
mod pages;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::http::{Method, Status};
use rocket::{Request, Route, State};

use crate::http::Edge;
use crate::http::guards::{From, Query, RequestId};
use crate::http::problems::V2Result;
use crate::http::query::Params;
use crate::http::reply::Reply;
use crate::http::session_cookie;
use crate::http::v2;
use crate::service::factors::steps::Asked;
use crate::service::providers::{Begun, Brought, HOME, Refused, return_path};
use crate::service::sessions::SignIn;

use answer::{Form, ProviderQuery};
use cookie::SignInCookie;
use pages::Turned;

pub use cookie::begun as begun_cookie;
pub use pages::problem_of;

/// Whether pages of providers send their forms here.
pub fn takes_form(request: &Request<'_>) -> bool {
    let first = request.uri().path().segments().next();
    request.method() == Method::Post && first == Some("callback")
}

pub fn routes() -> Vec<Route> {
    rocket::routes![
        login,
        login_at,
        callback,
        callback_at,
        callback_by_form,
        callback_by_form_at,
        logout,
        ended
    ]
}

/// The page that somebody wants to return to. Whether it is one is told by the service.
///
/// # Errors
/// `Invalid` if it stands twice, or is too long for any page.
pub fn return_to(query: &Query) -> crate::error::Result<Option<String>> {
    const LONGEST: usize = 8192;
    let short = |text: &str| (text.len() <= LONGEST).then(|| text.to_owned());
    query.0.parsed("return_to", "at most 8192 bytes", short)
}

/// Whether the provider is to ask who it is, even if it knows.
fn again(query: &Query) -> crate::error::Result<bool> {
    let read = |text: &str| text.parse().ok();
    Ok(query.0.parsed("again", "true or false", read)?.unwrap_or(false))
}

/// Sends the browser on.
fn to(location: impl Into<String>) -> Reply {
    Reply::empty()
        .status(Status::SeeOther)
        .header("Location", location.into())
}

/// The sign-in page, which leads back to where the person was headed.
fn sign_in_page(return_to: Option<&str>) -> String {
    let path = return_path(return_to);
    if path == HOME {
        return "/signin".into();
    }
    let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("/signin?next={path}")
}

fn sent(begun: &Begun) -> Reply {
    to(begun.location.clone()).header("Set-Cookie", cookie::begun(begun))
}

#[rocket::get("/login")]
async fn login(edge: &State<Edge>, id: RequestId, query: Query) -> V2Result<Result<Reply, Turned>> {
    let (return_to, again) = (return_to(&query)?, again(&query)?);
    let mut offered = edge.services.providers.offered();
    let (Some(only), None) = (offered.next(), offered.next()) else {
        return Ok(Ok(to(sign_in_page(return_to.as_deref()))));
    };
    begin(edge, id, &only.name, return_to.as_deref(), again).await
}

#[rocket::get("/login/<provider>")]
async fn login_at(
    edge: &State<Edge>,
    id: RequestId,
    provider: &str,
    query: Query,
) -> V2Result<Result<Reply, Turned>> {
    begin(edge, id, provider, return_to(&query)?.as_deref(), again(&query)?).await
}

async fn begin(
    edge: &Edge,
    id: RequestId,
    provider: &str,
    return_to: Option<&str>,
    again: bool,
) -> V2Result<Result<Reply, Turned>> {
    match edge.services.providers.begin(provider, return_to, again).await {
        Ok(begun) => Ok(Ok(sent(&begun))),
        Err(Refused::Failed(error)) => Err(error.into()),
        Err(refused) => Ok(Err(Turned::new(id.0, refused))),
    }
}

#[rocket::get("/callback")]
async fn callback(
    edge: &State<Edge>,
    id: RequestId,
    from: From,
    cookie: SignInCookie,
    query: ProviderQuery,
) -> Result<Reply, Turned> {
    finish(edge, id, from, cookie, "/callback".into(), query.0).await
}

#[rocket::get("/callback/<provider>")]
async fn callback_at(
    edge: &State<Edge>,
    id: RequestId,
    from: From,
    cookie: SignInCookie,
    provider: &str,
    query: ProviderQuery,
) -> Result<Reply, Turned> {
    finish(edge, id, from, cookie, format!("/callback/{provider}"), query.0).await
}

#[rocket::post("/callback", data = "<form>")]
async fn callback_by_form(
    edge: &State<Edge>,
    id: RequestId,
    from: From,
    cookie: SignInCookie,
    form: Result<Form, crate::error::Error>,
) -> V2Result<Result<Reply, Turned>> {
    let brought = brought(&form?.0);
    Ok(finish(edge, id, from, cookie, "/callback".into(), brought).await)
}

#[rocket::post("/callback/<provider>", data = "<form>")]
async fn callback_by_form_at(
    edge: &State<Edge>,
    id: RequestId,
    from: From,
    cookie: SignInCookie,
    provider: &str,
    form: Result<Form, crate::error::Error>,
) -> V2Result<Result<Reply, Turned>> {
    let brought = brought(&form?.0);
    Ok(finish(edge, id, from, cookie, format!("/callback/{provider}"), brought).await)
}

/// What stands in a query or a form of a provider. What stands twice is not there: it may mean two things.
fn brought(params: &Params) -> Option<Brought> {
    let one = |name| params.one(name).map(|value| value.map(str::to_owned)).ok();
    Some(Brought {
        state: one("state")?,
        code: one("code")?,
        error: one("error")?,
        issuer: one("iss")?,
    })
}

async fn finish(
    edge: &Edge,
    id: RequestId,
    from: From,
    cookie: SignInCookie,
    path: String,
    brought: Option<Brought>,
) -> Result<Reply, Turned> {
    let brought = brought.unwrap_or_default();
    let providers = &edge.services.providers;
    let done = providers
        .finish(&path, &brought, cookie.0.as_deref(), &from.0)
        .await;
    let done = done.map_err(|refused| Turned::new(id.0, refused))?;
    let reply = match done.sign_in {
        Some(SignIn::Done(signed_in)) => {
            let left = signed_in.refresh_ends.seconds() - edge.services.source.now().seconds();
            let cookie = session_cookie::set(&signed_in.refresh_token, left);
            to(done.return_to).header("Set-Cookie", cookie)
        }
        Some(SignIn::Asked(asked)) => to(second_step(&done.return_to, &asked)),
        None => to(done.return_to),
    };
    Ok(reply.header("Set-Cookie", cookie::none()))
}

/// Where the sign-in page asks for the second factor. What it needs to know stands behind `#`, which is sent nowhere.
fn second_step(return_to: &str, asked: &Asked) -> String {
    let asked = URL_SAFE_NO_PAD.encode(v2::asked_view(asked).to_string());
    format!("{}#second_factor={asked}", sign_in_page(Some(return_to)))
}

/// Ends the session of this browser. No other site can have it ended: its pages do not make the cookie come along.
#[rocket::get("/logout")]
async fn logout(edge: &State<Edge>, from: From, cookie: session_cookie::SessionCookie) -> V2Result<Reply> {
    let Some(token) = &cookie.0 else {
        return Ok(to(HOME));
    };
    let ended = edge
        .services
        .sessions
        .end_by_refresh_token(token, &from.0)
        .await?;
    let there = match ended.and_then(|session| session.provider) {
        Some(session) => edge.services.providers.end_address(&session).await,
        None => None,
    };
    let reply = to(there.unwrap_or_else(|| HOME.to_owned()));
    Ok(reply.header("Set-Cookie", session_cookie::set("", 0)))
}

/// A provider tells that a session ended there (back-channel logout).
#[rocket::post("/logout/<provider>", data = "<form>")]
async fn ended(
    edge: &State<Edge>,
    from: From,
    provider: &str,
    form: Result<Form, crate::error::Error>,
) -> V2Result<Reply> {
    let form = form?.0;
    let token = form.one("logout_token").ok().flatten().unwrap_or_default();
    edge.services
        .providers
        .end_there(provider, token, &from.0)
        .await?;
    Ok(Reply::empty())
}
