//! The HTTP contract, both versions on both keepers, over real sockets.

#[path = "../common/mod.rs"]
mod common;
mod documents;
mod errors;
mod failures;
mod keys;
mod revocation;
mod rooms;
mod route_table;
mod support;
mod todos;
mod todos_conditional;
mod todos_filters;
mod todos_pages;
mod v1_accounts;
mod v1_todos;
mod v2_refresh;
mod v2_sessions;
mod v2_users;
mod web_app;
