//! The gate in front of every route of the table: query parameters, origin, rate limit, token, scope.
//! A handler behind it can rely on all that its line in the table says.

use rocket::http::{Method, Status};
use rocket::route::{Handler, Outcome};
use rocket::{Data, Request, Response, Route};

use crate::error::{Error, InvalidKind, Result, Unauthenticated};
use crate::http::context::{Context, edge};
use crate::http::guards::client_of;
use crate::http::problems::{INSUFFICIENT_SCOPE, error_response, keep_dialect_as};
use crate::http::query::Params;
use crate::http::routes::{Access, ENDPOINTS, Endpoint, Mount};
use crate::model::{Caller, Scope};
use crate::service::limits::network_of;

/// The routes of one mount, each behind the gate that its line in the table asks for.
///
/// # Errors
/// A sentence that names a route without a line, or a line without a route.
pub fn mounted(mount: Mount, routes: Vec<Route>) -> std::result::Result<Vec<Route>, String> {
    let lines: Vec<&Endpoint> = ENDPOINTS.iter().filter(|line| line.mount == mount).collect();
    for line in &lines {
        if !routes.iter().any(|route| is_of(line, route)) {
            return Err(format!(
                "{} {} stands in the table of routes, and has no handler",
                line.method, line.path
            ));
        }
    }
    routes
        .into_iter()
        .map(|mut route| {
            let line = lines.iter().find(|line| is_of(line, &route));
            let line = **line
                .ok_or_else(|| format!("{} {} is not in the table of routes", route.method, route.uri))?;
            route.name = Some(format!("{}{}", mount.bases().last().unwrap_or(&""), line.path).into());
            route.handler = Box::new(Gate {
                line,
                inner: route.handler,
            });
            Ok(route)
        })
        .collect()
}

fn is_of(line: &Endpoint, route: &Route) -> bool {
    route.method == line.method && route.uri.path() == line.path
}

#[derive(Clone)]
struct Gate {
    line: Endpoint,
    inner: Box<dyn Handler>,
}

#[rocket::async_trait]
impl Handler for Gate {
    async fn handle<'r>(&self, request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r> {
        match pass(&self.line, request).await {
            Ok(()) => self.inner.handle(request, data).await,
            Err(error) => Outcome::Success(refused(request, &error)),
        }
    }
}

fn refused(request: &Request<'_>, error: &Error) -> Response<'static> {
    let mut response = error_response(request, error);
    // Whoever is known by then has shown a good token.
    let lacks_scope = matches!(error, Error::Forbidden(_)) && Context::of(request).caller().is_some();
    if lacks_scope {
        response.set_raw_header("WWW-Authenticate", INSUFFICIENT_SCOPE);
    }
    response
}

async fn pass(line: &Endpoint, request: &Request<'_>) -> Result<()> {
    // Rocket takes `/sessions/` for `/sessions`. Who forgot the id must not end all of them.
    if request.uri().path().ends_with('/') {
        return Err(Error::NotFound);
    }
    if line.access == Access::Probe {
        return Params::of(request)?.check_names(line.query);
    }
    let (context, edge) = (Context::of(request), edge(request));
    let by_address = || edge.services.rate_limit.check(|| network_of(context.address));
    match line.access {
        Access::Metrics => {
            let token = edge.metrics_token.as_ref().ok_or(Error::NotFound)?;
            if let Err(error) = token.admit(request) {
                by_address()?;
                return Err(error);
            }
        }
        Access::Probe | Access::Open => by_address()?,
        Access::Scope(_) | Access::Both(..) | Access::Admin => {}
    }
    if !line.is_of_provider {
        check_origin(request)?;
    }
    if let Some(needed) = line.access.needs() {
        let caller = match authenticate(request).await {
            Ok(caller) => caller,
            Err(error) => {
                // Guessing tokens is limited by address; who has one is limited as a user.
                by_address()?;
                return Err(error);
            }
        };
        edge.services.rate_limit.check(|| caller.user_id.to_string())?;
        context.set_caller(caller.clone());
        if !caller.scopes.contains_all(needed) || (line.access == Access::Admin && !caller.is_admin()) {
            let awaits_factor =
                needed.contains(Scope::Admin) && edge.services.tokens.requires_second_factor(caller.role);
            return Err(Error::Forbidden(if awaits_factor {
                "this needs the scope admin, which an administrator has here only with a second factor: set one up, \
                 and refresh the token"
            } else {
                "this needs a scope or a role that the token does not have"
            }));
        }
    }
    if line.is_of_provider {
        return Ok(());
    }
    Params::of(request)?.check_names(line.query)
}

/// Who shows a valid access token as `Authorization: Bearer`.
async fn authenticate(request: &Request<'_>) -> Result<Caller> {
    let token = bearer(request)?.ok_or(Error::Unauthenticated(Unauthenticated::Missing))?;
    let tokens = &edge(request).services.tokens;
    tokens.authenticate(token, &client_of(request)).await
}

/// The token of the one `Authorization` header, if there is one.
///
/// # Errors
/// `Unauthenticated` for several headers, or a scheme other than Bearer.
pub fn bearer<'r>(request: &'r Request<'_>) -> Result<Option<&'r str>> {
    let mut headers = request.headers().get("Authorization");
    let Some(header) = headers.next() else {
        return Ok(None);
    };
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if headers.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(Error::Unauthenticated(Unauthenticated::BadToken));
    }
    Ok(Some(token.trim()))
}

/// Whose page makes a browser send a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginOf {
    /// No page says so: a program asks, or a page of the own origin reads.
    Nobody,
    /// The own origin or a configured one, exactly as it stands there.
    Listed,
    /// The own one by another name of this machine.
    ThisMachine,
    Foreign,
}

pub fn origin_of(request: &Request<'_>) -> OriginOf {
    let edge = edge(request);
    let mut origins = request.headers().get("Origin");
    match (origins.next(), origins.next()) {
        (None, _) => OriginOf::Nobody,
        (Some(origin), None) if edge.origins.iter().any(|allowed| allowed == origin) => OriginOf::Listed,
        (Some(origin), None) if edge.trusts_loopback && is_this_machine(request, origin) => {
            OriginOf::ThisMachine
        }
        (Some(_), _) => OriginOf::Foreign,
    }
}

/// What is said to a page of another origin.
pub const FOREIGN: Error = Error::Forbidden("requests from pages of this origin are not allowed");

/// Refuses what a page of another origin makes a browser send. Programs send no `Origin`.
fn check_origin(request: &Request<'_>) -> Result<()> {
    if matches!(request.method(), Method::Get | Method::Head | Method::Options) {
        return Ok(());
    }
    match origin_of(request) {
        OriginOf::Nobody if request.headers().get_one("Sec-Fetch-Site") == Some("cross-site") => Err(FOREIGN),
        OriginOf::Nobody | OriginOf::Listed | OriginOf::ThisMachine => Ok(()),
        OriginOf::Foreign => Err(FOREIGN),
    }
}

/// Whether the page is of this very server, reached by another name of this machine (`localhost`).
fn is_this_machine(request: &Request<'_>, origin: &str) -> bool {
    let Some(authority) = origin.strip_prefix("http://") else {
        return false;
    };
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let is_loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    is_loopback && request.headers().get_one("Host") == Some(authority)
}

/// For each path of the table, the methods that it does not have: 405 with `Allow`, and 204 for OPTIONS.
/// Rocket alone would answer 404.
pub fn other_methods() -> Vec<Route> {
    const METHODS: [Method; 8] = [
        Method::Get,
        Method::Head,
        Method::Put,
        Method::Post,
        Method::Delete,
        Method::Options,
        Method::Trace,
        Method::Patch,
    ];
    let mut routes = Vec::new();
    for path in paths() {
        let taken = methods_of(&path);
        let may_be_page = may_be_page(&path);
        for method in METHODS {
            let is_answered =
                taken.contains(&method) || (method == Method::Head && taken.contains(&Method::Get));
            let is_page = may_be_page && matches!(method, Method::Get | Method::Head);
            if !is_answered && !is_page {
                // In front of the routes with a variable (rank 2) at a path that names the same segment; at a
                // path with a variable, behind them.
                let rank = if path.contains('<') { 50 } else { 1 };
                let handler = OtherMethod {
                    allow: allow(&taken, may_be_page),
                };
                let mut route = Route::ranked(rank, method, &path, handler);
                route.name = Some(path.clone().into());
                routes.push(route);
            }
        }
    }
    routes
}

/// The answer to a method that Rocket does not know, at a path of the table: one more that the path does not
/// have. Rocket asks no route, and gives the catcher the request as a GET that it could not read.
pub fn unknown_method(request: &Request<'_>) -> Option<Response<'static>> {
    let asked: Vec<&str> = request.uri().path().segments().collect();
    let fits = |path: &String| {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let is_same = |(part, segment): (&&str, &&str)| part == segment || part.starts_with('<');
        parts.len() == asked.len() && parts.iter().zip(&asked).all(is_same)
    };
    // A path without a variable stands before one with it.
    let path = paths()
        .into_iter()
        .filter(fits)
        .min_by_key(|path| path.matches('<').count())?;
    keep_dialect_as(request, Method::Post);
    Some(refused_method(
        request,
        &allow(&methods_of(&path), may_be_page(&path)),
    ))
}

/// Every path of the table, as Rocket writes it, once.
fn paths() -> Vec<String> {
    let mut paths: Vec<String> = ENDPOINTS
        .iter()
        .flat_map(|line| {
            line.mount
                .bases()
                .iter()
                .map(|base| format!("{base}{}", line.path))
        })
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

fn methods_of(path: &str) -> Vec<Method> {
    let lines = ENDPOINTS.iter().filter(|line| stands_at(line, path));
    lines.map(|line| line.method).collect()
}

/// A GET of these is a page of the web app, or the end of a provider's sign-in.
fn may_be_page(path: &str) -> bool {
    super::routes::V1_ROOT_POST.contains(&path.trim_start_matches('/'))
}

fn stands_at(line: &Endpoint, path: &str) -> bool {
    line.mount
        .bases()
        .iter()
        .any(|base| path.strip_prefix(base) == Some(line.path))
}

fn allow(taken: &[Method], is_page: bool) -> String {
    let mut names: Vec<&str> = taken.iter().map(|method| method.as_str()).collect();
    if is_page || taken.contains(&Method::Get) {
        names.extend(["GET", "HEAD"]);
    }
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

#[derive(Clone)]
struct OtherMethod {
    allow: String,
}

#[rocket::async_trait]
impl Handler for OtherMethod {
    async fn handle<'r>(&self, request: &'r Request<'_>, _: Data<'r>) -> Outcome<'r> {
        Outcome::Success(if request.method() == Method::Options {
            let mut response = Response::build();
            response.status(Status::NoContent);
            response.raw_header("Allow", self.allow.clone()).finalize()
        } else {
            refused_method(request, &self.allow)
        })
    }
}

fn refused_method(request: &Request<'_>, allow: &str) -> Response<'static> {
    let detail = format!("this path takes {allow}");
    let error = Error::invalid(InvalidKind::Method, "", "method", detail);
    let mut response = error_response(request, &error);
    response.set_raw_header("Allow", allow.to_owned());
    response
}
