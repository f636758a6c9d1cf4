//! The table of routes: for each, what it takes and who may call it. What it says is kept by `gate`,
//! and compared with the routes themselves when the service starts.

use rocket::http::Method::{self, Delete, Get, Patch, Post};

use crate::model::Scope;

/// Where a route is mounted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mount {
    /// At the root only: belongs to no version.
    Root,
    /// Version 1: at the root and under `/api/v1`.
    V1,
    /// Version 2: under `/api/v2`.
    V2,
}

impl Mount {
    /// The beginnings of the paths.
    pub const fn bases(self) -> &'static [&'static str] {
        match self {
            Self::Root => &[""],
            Self::V1 => &["", "/api/v1"],
            Self::V2 => &["/api/v2"],
        }
    }
}

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, as often as they like: probes.
    Probe,
    /// Everybody.
    Open,
    /// Whoever shows an access token with this scope.
    Scope(Scope),
    /// An administrator.
    Admin,
}

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    pub mount: Mount,
    pub method: Method,
    /// As Rocket writes it: `<id>` stands for one segment.
    pub path: &'static str,
    /// The schema of the body, without `.json`; `None` if it takes none.
    pub body: Option<&'static str>,
    /// The query parameters that it knows.
    pub query: &'static [&'static str],
    pub access: Access,
}

const NO_QUERY: &[&str] = &[];

/// The parameters of a page of to-dos.
const PAGE: &[&str] = &[
    "done",
    "tag",
    "priority",
    "due",
    "due_before",
    "due_after",
    "q",
    "sort",
    "limit",
    "cursor",
];
const PAGE_OR_ID: &[&str] = &[
    "id",
    "done",
    "tag",
    "priority",
    "due",
    "due_before",
    "due_after",
    "q",
    "sort",
    "limit",
    "cursor",
];

const fn root(method: Method, path: &'static str, access: Access) -> Endpoint {
    under(Mount::Root, method, path, None, NO_QUERY, access)
}

const fn v1(
    method: Method,
    path: &'static str,
    body: Option<&'static str>,
    query: &'static [&'static str],
    access: Access,
) -> Endpoint {
    under(Mount::V1, method, path, body, query, access)
}

const fn v2(
    method: Method,
    path: &'static str,
    body: Option<&'static str>,
    query: &'static [&'static str],
    access: Access,
) -> Endpoint {
    under(Mount::V2, method, path, body, query, access)
}

const fn under(
    mount: Mount,
    method: Method,
    path: &'static str,
    body: Option<&'static str>,
    query: &'static [&'static str],
    access: Access,
) -> Endpoint {
    Endpoint {
        mount,
        method,
        path,
        body,
        query,
        access,
    }
}

const READ: Access = Access::Scope(Scope::TodoRead);
const WRITE: Access = Access::Scope(Scope::TodoWrite);
const PROFILE: Access = Access::Scope(Scope::Profile);

/// Every route of the API.
pub const ENDPOINTS: &[Endpoint] = &[
    root(Get, "/healthz", Access::Probe),
    root(Get, "/readyz", Access::Probe),
    root(Get, "/.well-known/jwks.json", Access::Open),
    root(Get, "/schemas/<name>", Access::Open),
    root(Get, "/problems/<name>", Access::Open),
    // Version 1.
    v1(Post, "/register", Some("v1-register"), NO_QUERY, Access::Open),
    v1(Post, "/auth", Some("v1-auth"), NO_QUERY, Access::Open),
    v1(Post, "/login", Some("v1-auth"), NO_QUERY, Access::Open),
    v1(Post, "/refresh", Some("v1-refresh"), NO_QUERY, Access::Open),
    v1(Get, "/user", None, &["id", "email"], PROFILE),
    v1(Post, "/user", Some("v1-user-create"), NO_QUERY, Access::Admin),
    v1(Patch, "/user", Some("v1-user-update"), NO_QUERY, PROFILE),
    v1(Delete, "/user", Some("v1-user-delete"), NO_QUERY, PROFILE),
    v1(Get, "/todo", None, PAGE_OR_ID, READ),
    v1(Post, "/todo", Some("v1-todo-create"), NO_QUERY, WRITE),
    v1(Patch, "/todo", Some("v1-todo-update"), NO_QUERY, WRITE),
    v1(Delete, "/todo", Some("v1-todo-delete"), NO_QUERY, WRITE),
    v1(Get, "/public-key", None, NO_QUERY, Access::Open),
    // Version 2: accounts and sessions.
    v2(Post, "/users", Some("user-create"), NO_QUERY, Access::Open),
    v2(Get, "/users/me", None, NO_QUERY, PROFILE),
    v2(Patch, "/users/me", Some("user-update"), NO_QUERY, PROFILE),
    v2(Delete, "/users/me", Some("user-delete"), NO_QUERY, PROFILE),
    v2(
        Post,
        "/users/me/password",
        Some("password-change"),
        NO_QUERY,
        PROFILE,
    ),
    v2(Post, "/sessions", Some("session-create"), NO_QUERY, Access::Open),
    v2(
        Post,
        "/sessions/refresh",
        Some("session-refresh"),
        NO_QUERY,
        Access::Open,
    ),
    v2(Get, "/sessions", None, NO_QUERY, PROFILE),
    v2(Delete, "/sessions", None, NO_QUERY, PROFILE),
    v2(Delete, "/sessions/current", None, NO_QUERY, PROFILE),
    v2(Delete, "/sessions/<id>", None, NO_QUERY, PROFILE),
    // Version 2: to-dos.
    v2(Get, "/todos", None, PAGE, READ),
    v2(Post, "/todos", Some("todo-create"), NO_QUERY, WRITE),
    v2(Get, "/todos/<id>", None, NO_QUERY, READ),
    v2(Patch, "/todos/<id>", Some("todo-update"), NO_QUERY, WRITE),
    v2(Delete, "/todos/<id>", None, NO_QUERY, WRITE),
];

/// The first segments of paths that are the service's and never a page of the web app.
pub const SERVICE_PREFIXES: [&str; 9] = [
    "api",
    "oauth",
    "schemas",
    ".well-known",
    "problems",
    "healthz",
    "readyz",
    "metrics",
    "docs",
];

/// The single segments at the root that are version 1's for all methods.
pub const V1_ROOT: [&str; 3] = ["user", "todo", "public-key"];

/// The single segments at the root that are version 1's for POST only; a GET may be a page.
pub const V1_ROOT_POST: [&str; 4] = ["register", "auth", "login", "refresh"];

/// Which of the error formats a path has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    V1,
    V2,
}

/// The format of errors for a path. Told by its segments: `//api//v1/x` is `/api/v1/x`.
pub fn dialect(method: Method, segments: &[&str]) -> Dialect {
    match segments {
        ["api", "v1", ..] => Dialect::V1,
        [only] if V1_ROOT.contains(only) || (V1_ROOT_POST.contains(only) && method != Get) => Dialect::V1,
        _ => Dialect::V2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_is_that_of_the_owner_of_the_path() {
        assert_eq!(dialect(Get, &["api", "v1", "nothing"]), Dialect::V1);
        assert_eq!(dialect(Get, &["user"]), Dialect::V1);
        assert_eq!(dialect(Post, &["register"]), Dialect::V1);
        assert_eq!(dialect(Get, &["register"]), Dialect::V2);
        assert_eq!(dialect(Get, &["api", "v2", "user"]), Dialect::V2);
        assert_eq!(dialect(Get, &["user", "x"]), Dialect::V2);
    }
}
