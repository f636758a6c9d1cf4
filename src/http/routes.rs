//! The table of routes: for each, what it takes, what it answers and who may call it. What it says is kept
//! by `gate`, compared with the routes themselves when the service starts, and shown by `openapi`.

use rocket::http::Method::{self, Delete, Get, Patch, Post};

use super::endpoint::{empty, json, oauth, ok, other, other_with, root, v1, v2};
use crate::model::Scope;

pub use super::endpoint::{Access, Answer, Content, Endpoint, Mount};

const NO_CONTENT: &[Answer] = &[empty(204, &[])];

const OPEN: Access = Access::Open;
const READ: Access = Access::Scope(Scope::TodoRead);
const WRITE: Access = Access::Scope(Scope::TodoWrite);
const PROFILE: Access = Access::Scope(Scope::Profile);
/// Where whoever may do the one gets the other by it.
const READ_PROFILE: Access = Access::Both(Scope::TodoRead, Scope::Profile);
const INTROSPECT: Access = Access::Scope(Scope::Introspect);

/// A browser is sent on.
const SENT: &[Answer] = &[empty(303, &["Location", "Set-Cookie"])];
/// Whoever signs in through a provider and is let in by nobody sees a page.
const TURNED_AWAY: &[u16] = &[400, 403, 409, 429, 500, 503];
/// What a provider says when it sends a person back.
const BROUGHT: &[&str] = &["state", "code", "iss", "error"];

/// The parameters of a page of to-dos.
const PAGE: &[&str] = &[
    "done",
    "list",
    "parent",
    "deleted",
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
/// Those that version 1 has, which stay what they were.
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

/// The parameters of a page of the audit log.
const EVENTS: &[&str] = &["actor", "subject", "kind", "since", "until", "limit", "cursor"];

/// Every route of the API.
pub const ENDPOINTS: &[Endpoint] = &[
    root(Get, "/healthz", Access::Probe, "Whether the process lives").answers(&[ok("health")]),
    root(
        Get,
        "/readyz",
        Access::Probe,
        "Whether requests should be sent here",
    )
    .answers(&[ok("readiness"), json(503, "readiness", &[])]),
    root(Get, "/metrics", Access::Metrics, "What Prometheus reads")
        .answers(&[other("text/plain; version=0.0.4; charset=utf-8", None)])
        .refuses(&[401, 404]),
    root(
        Get,
        "/.well-known/jwks.json",
        OPEN,
        "The public keys that verify tokens",
    )
    .answers(&[other("application/jwk-set+json", Some("jwk-set"))]),
    root(Get, "/schemas/<schema>", OPEN, "A JSON Schema of the API")
        .answers(&[other("application/schema+json", None)]),
    root(Get, "/problems/<problem>", OPEN, "What a kind of problem means").answers(&[other(HTML, None)]),
    root(Get, "/api/openapi.json", OPEN, "This document").answers(&[other("application/json", None)]),
    root(Get, "/docs", OPEN, "A page that shows this document").answers(&[other(HTML, None)]),
    root(Get, "/docs/<file>", OPEN, "A file of that page").answers(&[other("*/*", None)]),
    root(
        Get,
        "/calendar/<address>",
        OPEN,
        "The to-dos of whoever has this secret address, as iCalendar",
    )
    .headers(&["If-None-Match"])
    .answers(&[
        other_with("text/calendar; charset=utf-8", None, &["ETag"]),
        empty(304, &["ETag"]),
    ]),
    root(
        Get,
        "/.well-known/oauth-authorization-server",
        OPEN,
        "What of OAuth 2.0 is offered, and where (RFC 8414)",
    )
    .answers(&[ok("oauth-metadata")]),
    // OAuth 2.0.
    oauth(
        Post,
        "/oauth/device_authorization",
        OPEN,
        "Begin to let a device in (RFC 8628)",
    )
    .takes("oauth-device")
    .answers(&[ok("oauth-device-begun")])
    .refuses(&[401]),
    oauth(
        Post,
        "/oauth/token",
        OPEN,
        "Tokens for a device that was let in, or for a refresh token",
    )
    .takes("oauth-token")
    .answers(&[ok("oauth-tokens")])
    .refuses(&[401]),
    oauth(
        Post,
        "/oauth/introspect",
        INTROSPECT,
        "What a token is worth (RFC 7662)",
    )
    .takes("oauth-introspect")
    .answers(&[ok("oauth-worth")]),
    oauth(
        Post,
        "/oauth/revoke",
        OPEN,
        "Make a token worthless, with all of its session (RFC 7009)",
    )
    .takes("oauth-revoke")
    .answers(&[empty(200, &[])])
    .refuses(&[401]),
    // Signing in through a provider, as a browser goes through it.
    root(
        Get,
        "/login",
        OPEN,
        "Begin to sign in at the one provider, or go to the page where one is chosen",
    )
    .query(&["return_to", "again"])
    .answers(SENT)
    .turns_away(&[503]),
    root(Get, "/login/<provider>", OPEN, "Begin to sign in at a provider")
        .query(&["return_to", "again"])
        .answers(SENT)
        .turns_away(&[503]),
    root(Get, "/callback", OPEN, "Finish to sign in at a provider")
        .query(BROUGHT)
        .of_provider()
        .answers(SENT)
        .turns_away(TURNED_AWAY),
    root(
        Get,
        "/callback/<provider>",
        OPEN,
        "Finish to sign in at this provider",
    )
    .query(BROUGHT)
    .of_provider()
    .answers(SENT)
    .turns_away(TURNED_AWAY),
    root(
        Post,
        "/callback",
        OPEN,
        "Finish to sign in at a provider that sends a form",
    )
    .form(BROUGHT)
    .of_provider()
    .answers(SENT)
    .turns_away(TURNED_AWAY),
    root(
        Post,
        "/callback/<provider>",
        OPEN,
        "Finish to sign in at this provider, which sends a form",
    )
    .form(BROUGHT)
    .of_provider()
    .answers(SENT)
    .turns_away(TURNED_AWAY),
    root(
        Get,
        "/logout",
        OPEN,
        "End the session of this browser, here and at the provider that it began at",
    )
    .answers(SENT),
    root(
        Post,
        "/logout/<provider>",
        OPEN,
        "Tell, as this provider, that a session ended there (back-channel logout)",
    )
    .form(&["logout_token"])
    .of_provider()
    .answers(NO_CONTENT),
    // Version 1.
    v1(Post, "/register", OPEN, "Make an account")
        .takes("v1-register")
        .answers(&[ok("v1-user-created")])
        .refuses(&[409]),
    v1(Post, "/auth", OPEN, "Sign in")
        .takes("v1-auth")
        .answers(&[ok("v1-tokens")])
        .refuses(&[401]),
    v1(Post, "/login", OPEN, "Sign in")
        .takes("v1-auth")
        .answers(&[ok("v1-tokens")])
        .refuses(&[401]),
    v1(
        Post,
        "/refresh",
        OPEN,
        "Turn a refresh token, given as bearer or in the body",
    )
    .may_take("v1-refresh")
    .answers(&[ok("v1-tokens")])
    .refuses(&[401]),
    v1(Get, "/user", PROFILE, "Show an account; without a name one's own")
        .query(&["id", "email"])
        .answers(&[ok("v1-user")])
        .refuses(&[404]),
    v1(Post, "/user", Access::Admin, "Make an account for somebody")
        .takes("v1-user-create")
        .answers(&[ok("v1-user-created")])
        .refuses(&[409]),
    v1(Patch, "/user", PROFILE, "Change an account")
        .takes("v1-user-update")
        .answers(&[ok("v1-changed")])
        .refuses(&[404, 409]),
    v1(Delete, "/user", PROFILE, "Delete an account")
        .takes("v1-user-delete")
        .answers(&[ok("v1-changed")])
        .refuses(&[404, 409]),
    v1(Get, "/todo", READ, "A page of to-dos, or the one that is named")
        .query(PAGE_OR_ID)
        .answers(&[ok("v1-todos")])
        .refuses(&[404]),
    v1(Post, "/todo", WRITE, "Make a to-do")
        .takes("v1-todo-create")
        .answers(&[ok("v1-todo-created")]),
    v1(Patch, "/todo", WRITE, "Change a to-do")
        .takes("v1-todo-update")
        .answers(&[ok("v1-changed")])
        .refuses(&[404]),
    v1(Delete, "/todo", WRITE, "Delete a to-do")
        .takes("v1-todo-delete")
        .answers(&[ok("v1-changed")])
        .refuses(&[404]),
    v1(Get, "/public-key", OPEN, "The key that signs now").answers(&[ok("v1-public-key")]),
    // Version 2: accounts and sessions.
    v2(Post, "/users", OPEN, "Make an account")
        .takes("user-create")
        .answers(&[json(201, "user", &["Location"])])
        .refuses(&[409]),
    v2(Get, "/users/me", PROFILE, "Show one's own account").answers(&[ok("user")]),
    v2(Patch, "/users/me", PROFILE, "Change one's own account")
        .takes("user-update")
        .answers(&[ok("user")])
        .refuses(&[409]),
    v2(Delete, "/users/me", PROFILE, "Delete one's own account")
        .takes("user-delete")
        .answers(NO_CONTENT)
        .refuses(&[409]),
    v2(
        Post,
        "/users/me/password",
        PROFILE,
        "Change one's own password; every other session ends",
    )
    .takes("password-change")
    .answers(NO_CONTENT),
    v2(
        Post,
        "/users/me/verification",
        PROFILE,
        "Be sent the mail by which one's own e-mail address is verified",
    )
    .answers(NO_CONTENT)
    .refuses(&[409]),
    v2(
        Post,
        "/email-verifications",
        OPEN,
        "Verify an e-mail address by what came in a mail",
    )
    .takes("email-verification")
    .answers(NO_CONTENT),
    v2(
        Post,
        "/password-resets",
        OPEN,
        "Ask for the mail by which a new password is set; the answer is the same whether or not there is an account",
    )
    .takes("password-reset-request")
    .answers(NO_CONTENT),
    v2(
        Post,
        "/password-resets/complete",
        OPEN,
        "Set a new password by what came in a mail; every session ends",
    )
    .takes("password-reset")
    .answers(NO_CONTENT),
    v2(Get, "/invitations", Access::Admin, "The invitations that are open, newest first")
        .answers(&[ok("invitation-list")]),
    v2(
        Post,
        "/invitations",
        Access::Admin,
        "Invite whoever has an address to make an account, by a mail",
    )
    .takes("invitation-create")
    .answers(&[json(201, "invitation", &["Location"])])
    .refuses(&[409]),
    v2(
        Delete,
        "/invitations/<id>",
        Access::Admin,
        "Withdraw an invitation",
    )
    .answers(NO_CONTENT),
    v2(Get, "/users/me/factors", PROFILE, "One's own second factors").answers(&[ok("factors")]),
    v2(
        Post,
        "/users/me/factors/totp",
        PROFILE,
        "Make the secret of an authenticator, which is shown this once",
    )
    .takes("fresh-check")
    .answers(&[ok("totp-made")])
    .refuses(&[409]),
    v2(
        Post,
        "/users/me/factors/totp/confirm",
        PROFILE,
        "Confirm the authenticator by its first code; recovery codes are shown this once",
    )
    .takes("totp-confirm")
    .answers(&[ok("recovery-codes")])
    .refuses(&[409]),
    v2(
        Delete,
        "/users/me/factors/totp",
        PROFILE,
        "Take the authenticator away",
    )
    .takes("fresh-check")
    .answers(NO_CONTENT)
    .refuses(&[404]),
    v2(
        Post,
        "/users/me/factors/recovery-codes",
        PROFILE,
        "Make recovery codes in the place of the old ones; they are shown this once",
    )
    .takes("fresh-check")
    .answers(&[ok("recovery-codes")])
    .refuses(&[409]),
    v2(
        Post,
        "/users/me/passkeys/options",
        PROFILE,
        "What an authenticator is to be asked, to make a passkey",
    )
    .takes("fresh-check")
    .answers(&[ok("passkey-options")])
    .refuses(&[409]),
    v2(
        Post,
        "/users/me/passkeys",
        PROFILE,
        "Keep the passkey that was made; recovery codes that come with it are shown this once",
    )
    .takes("passkey-create")
    .answers(&[json(201, "passkey-made", &["Location"])])
    .refuses(&[409]),
    v2(
        Post,
        "/users/me/passkeys/challenge",
        PROFILE,
        "What a passkey is to be asked, for the fresh check",
    )
    .answers(&[ok("passkey-options")])
    .refuses(&[409]),
    v2(
        Patch,
        "/users/me/passkeys/<id>",
        PROFILE,
        "Call a passkey something else",
    )
    .takes("passkey-update")
    .answers(&[ok("passkey")]),
    v2(Delete, "/users/me/passkeys/<id>", PROFILE, "Take a passkey away")
        .takes("fresh-check")
        .answers(NO_CONTENT)
        .refuses(&[409]),
    v2(
        Get,
        "/users/me/providers",
        PROFILE,
        "The providers that one's own account is linked to",
    )
    .answers(&[ok("linked-provider-list")]),
    v2(
        Delete,
        "/users/me/providers/<id>",
        PROFILE,
        "Take a provider away from one's own account; the sessions that began there end",
    )
    .takes("fresh-check")
    .answers(NO_CONTENT)
    .refuses(&[409]),
    v2(
        Get,
        "/users/me/audit",
        PROFILE,
        "What happened to one's own account, the newest first",
    )
    .query(&["limit", "cursor"])
    .answers(&[json(200, "audit-page", &["Link"])]),
    // Version 2: administration.
    v2(Get, "/users", Access::Admin, "A page of accounts")
        .query(&["q", "role", "disabled", "limit", "cursor"])
        .answers(&[json(200, "user-page", &["Link"])]),
    v2(Get, "/users/<id>", Access::Admin, "Show an account").answers(&[json(200, "user-admin", &["ETag"])]),
    v2(
        Patch,
        "/users/<id>",
        Access::Admin,
        "Change an account; whoever is lowered or disabled is signed out everywhere",
    )
    .takes("user-admin-update")
    .headers(&["If-Match"])
    .answers(&[json(200, "user-admin", &["ETag"])])
    .refuses(&[409, 412]),
    v2(
        Delete,
        "/users/<id>",
        Access::Admin,
        "Delete somebody else's account",
    )
    .answers(NO_CONTENT)
    .refuses(&[409]),
    v2(
        Get,
        "/users/<id>/sessions",
        Access::Admin,
        "Somebody's sessions, newest first",
    )
    .answers(&[ok("session-list")]),
    v2(
        Delete,
        "/users/<id>/sessions",
        Access::Admin,
        "End all of somebody's sessions",
    )
    .answers(NO_CONTENT),
    v2(
        Delete,
        "/users/<id>/sessions/<session>",
        Access::Admin,
        "End one of somebody's sessions",
    )
    .answers(NO_CONTENT),
    v2(
        Get,
        "/audit",
        Access::Admin,
        "A page of the audit log, the newest first",
    )
    .query(EVENTS)
    .answers(&[json(200, "audit-page", &["Link"])]),
    v2(Post, "/sessions", OPEN, "Sign in")
        .takes("session-create")
        .answers(&[
            json(201, "signed-in", &["Location", "Set-Cookie"]),
            json(202, "second-factor-asked", &[]),
        ])
        .refuses(&[401]),
    v2(
        Post,
        "/sessions/second-factor",
        OPEN,
        "End a sign-in that was answered with a ticket, by a second factor",
    )
    .takes("session-second-factor")
    .answers(&[json(201, "signed-in", &["Location", "Set-Cookie"])])
    .refuses(&[401]),
    v2(
        Post,
        "/sessions/passkey/options",
        OPEN,
        "What a passkey is to be asked, to sign in with it alone",
    )
    .answers(&[ok("passkey-options")])
    .refuses(&[409]),
    v2(Post, "/sessions/passkey", OPEN, "Sign in with a passkey alone")
        .takes("session-passkey")
        .answers(&[json(201, "signed-in", &["Location", "Set-Cookie"])])
        .refuses(&[401]),
    v2(
        Post,
        "/sessions/refresh",
        OPEN,
        "Turn a refresh token, given in the body or as cookie",
    )
    .takes("session-refresh")
    .answers(&[json(200, "signed-in", &["Set-Cookie"])])
    .refuses(&[401]),
    v2(Get, "/sessions", PROFILE, "One's own sessions, newest first").answers(&[ok("session-list")]),
    v2(Delete, "/sessions", PROFILE, "End all sessions but this one").answers(NO_CONTENT),
    v2(Delete, "/sessions/current", PROFILE, "Sign out; an API token that asks is revoked").answers(&[empty(204, &["Set-Cookie"])]),
    v2(Delete, "/sessions/<id>", PROFILE, "End one of one's own sessions").answers(NO_CONTENT),
    v2(
        Get,
        "/providers",
        OPEN,
        "The providers that people can sign in through",
    )
    .answers(&[ok("provider-list")]),
    v2(
        Post,
        "/providers/<provider>/link",
        PROFILE,
        "Add a way to sign in to one's own account",
    )
    .query(&["return_to"])
    .answers(&[json(200, "provider-link", &["Set-Cookie"])]),
    v2(
        Get,
        "/device/<code>",
        PROFILE,
        "What a device asks for that shows this code",
    )
    .answers(&[ok("device-request")]),
    v2(
        Post,
        "/device/<code>",
        PROFILE,
        "Let the device in that shows this code, or refuse it",
    )
    .takes("device-answer")
    .answers(NO_CONTENT),
    v2(Get, "/tokens", PROFILE, "One's own API tokens, newest first").answers(&[ok("api-token-list")]),
    v2(
        Post,
        "/tokens",
        PROFILE,
        "Make an API token, which is shown this once",
    )
    .takes("api-token-create")
    .answers(&[json(201, "api-token-made", &["Location"])])
    .refuses(&[409]),
    v2(
        Delete,
        "/tokens/<id>",
        PROFILE,
        "Revoke one of one's own API tokens",
    )
    .answers(NO_CONTENT),
    // Version 2: taking data along.
    v2(Get, "/export", READ_PROFILE, "All of one's own as a file")
        .query(&["format"])
        .answers(&[
            json(200, "export", &["Content-Disposition"]),
            other_with("text/csv; charset=utf-8", None, &["Content-Disposition"]),
        ]),
    v2(Post, "/import", WRITE, "Make to-dos of a file")
        .takes("import")
        .or_files(&["text/csv"])
        .query(&["format", "dry_run", "skip_refused"])
        .answers(&[ok("import-report")]),
    v2(
        Post,
        "/calendar",
        READ_PROFILE,
        "Make the calendar's secret address, in the place of the one before",
    )
    .answers(&[json(201, "calendar-address", &[])]),
    v2(Get, "/calendar", PROFILE, "Whether the calendar has an address").answers(&[ok("calendar")]),
    v2(Delete, "/calendar", PROFILE, "Take the calendar's address back").answers(NO_CONTENT),
    // Version 2: to-dos.
    v2(Get, "/todos", READ, "A page of to-dos")
        .query(PAGE)
        .answers(&[json(200, "todo-page", &["Link"])]),
    v2(Post, "/todos", WRITE, "Make a to-do")
        .takes("todo-create")
        .headers(&["Idempotency-Key"])
        .answers(&[json(201, "todo", &["Location", "ETag", "Idempotency-Replayed"])])
        .refuses(&[409]),
    v2(
        Post,
        "/todos/batch",
        WRITE,
        "Do several things with to-dos, each on its own",
    )
    .takes("todo-batch")
    .headers(&["Idempotency-Key"])
    .answers(&[json(200, "todo-batch-result", &["Idempotency-Replayed"])])
    .refuses(&[409]),
    v2(Get, "/todos/<id>", READ, "Show a to-do")
        .headers(&["If-None-Match"])
        .answers(&[json(200, "todo", &["ETag"]), empty(304, &["ETag"])]),
    v2(Patch, "/todos/<id>", WRITE, "Change a to-do")
        .takes("todo-update")
        .headers(&["If-Match"])
        .answers(&[json(200, "todo", &["ETag"])])
        .refuses(&[412]),
    v2(
        Post,
        "/todos/<id>/move",
        WRITE,
        "Move a to-do beside another one, or into another list",
    )
    .takes("todo-move")
    .headers(&["If-Match"])
    .answers(&[json(200, "todo", &["ETag"])])
    .refuses(&[412]),
    v2(
        Delete,
        "/todos/<id>",
        WRITE,
        "Put a to-do and its steps into the trash, or with `purge` delete them for good",
    )
    .query(&["purge"])
    .headers(&["If-Match"])
    .answers(NO_CONTENT)
    .refuses(&[412]),
    v2(
        Post,
        "/todos/<id>/restore",
        WRITE,
        "Take a to-do out of the trash, with the steps that went there with it",
    )
    .headers(&["If-Match"])
    .answers(&[json(200, "todo", &["ETag"])])
    .refuses(&[409, 412]),
    v2(Delete, "/trash", WRITE, "Delete for good what is in the trash").answers(NO_CONTENT),
    // Version 2: lists.
    v2(Get, "/lists", READ, "All lists, in their order").answers(&[ok("list-page")]),
    v2(Post, "/lists", WRITE, "Make a list")
        .takes("list-create")
        .headers(&["Idempotency-Key"])
        .answers(&[json(201, "list", &["Location", "ETag", "Idempotency-Replayed"])])
        .refuses(&[409]),
    v2(Get, "/lists/<id>", READ, "Show a list")
        .headers(&["If-None-Match"])
        .answers(&[json(200, "list", &["ETag"]), empty(304, &["ETag"])]),
    v2(Patch, "/lists/<id>", WRITE, "Change a list")
        .takes("list-update")
        .headers(&["If-Match"])
        .answers(&[json(200, "list", &["ETag"])])
        .refuses(&[412]),
    v2(
        Delete,
        "/lists/<id>",
        WRITE,
        "Delete a list; its to-dos go into the inbox, or into the trash",
    )
    .query(&["todos"])
    .headers(&["If-Match"])
    .answers(NO_CONTENT)
    .refuses(&[412]),
    v2(Post, "/lists/<id>/move", WRITE, "Put a list beside another one")
        .takes("list-move")
        .headers(&["If-Match"])
        .answers(&[json(200, "list", &["ETag"])])
        .refuses(&[409, 412]),
    v2(Get, "/lists/<id>/members", READ, "Show who sees a list").answers(&[ok("list-member-page")]),
    v2(
        Post,
        "/lists/<id>/members",
        WRITE,
        "Share a list with somebody, or change what they may do",
    )
    .takes("list-share")
    .answers(&[ok("list-member")])
    .refuses(&[409]),
    v2(
        Patch,
        "/lists/<id>/members/<member>",
        WRITE,
        "Change what a member of a list may do",
    )
    .takes("list-member-update")
    .answers(&[ok("list-member")]),
    v2(
        Delete,
        "/lists/<id>/members/<member>",
        WRITE,
        "Take a list from a member; or leave it",
    )
    .answers(NO_CONTENT),
    // Version 2: what has changed.
    v2(
        Get,
        "/changes",
        READ,
        "What has changed since; without a cursor all that there is",
    )
    .query(&["since", "limit"])
    .answers(&[ok("change-page")])
    .refuses(&[410]),
    v2(
        Get,
        "/events",
        READ,
        "What changes, as it happens (server-sent events)",
    )
    .query(&["since"])
    .headers(&["Last-Event-ID"])
    .answers(&[other("text/event-stream", None)]),
];

const HTML: &str = "text/html; charset=utf-8";

/// The first segments of paths that are the service's and never a page of the web app.
pub const SERVICE_PREFIXES: [&str; 10] = [
    "api",
    "calendar",
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
    /// That of RFC 6749.
    OAuth,
}

/// The format of errors for a path. Told by its segments: `//api//v1/x` is `/api/v1/x`.
pub fn dialect(method: Method, segments: &[&str]) -> Dialect {
    match segments {
        ["api", "v1", ..] => Dialect::V1,
        ["oauth", ..] => Dialect::OAuth,
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
        assert_eq!(dialect(Post, &["oauth", "nothing"]), Dialect::OAuth);
    }
}
