//! The HTTP contract, and what it withstands, both versions on both keepers, over real sockets.

#[path = "../common/mod.rs"]
mod common;

mod documents;
mod errors;
mod failures;
#[path = "../../fuzz/src/properties/mod.rs"]
mod fuzz_properties;
mod fuzzed;
mod idempotency;
mod idempotency_kept;
mod idempotency_service;
mod key_rotation;
mod keys;
mod lists;
mod metrics;
mod metrics_access;
mod openapi;
mod revocation;
mod rooms;
mod route_table;
mod security_addresses;
mod security_bodies;
mod security_browser;
mod security_failures;
mod security_headers;
mod security_hiding;
mod security_injection;
mod security_jwt;
mod security_passwords;
mod security_paths;
mod security_permissions;
mod security_proxies;
mod security_queries;
mod security_revocation;
mod security_sessions;
mod security_support;
mod security_table;
mod security_throttling;
mod security_token_forms;
mod security_tokens;
mod support;
mod todos;
mod todos_conditional;
mod todos_due;
mod todos_filters;
mod todos_pages;
mod todos_recurring;
mod todos_steps;
mod todos_trash;
mod v1_accounts;
mod v1_todos;
mod v2_refresh;
mod v2_sessions;
mod v2_users;
mod web_app;
