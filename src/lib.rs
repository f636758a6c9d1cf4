//! Rondo: accounts and to-dos, as a JSON API with a web app, over SQLite or MongoDB.
//!
//! The rooms, and who may import whom (kept by `tests/api/rooms.rs`):
//!
//! - [`model`]: what things are. Parsed values, no I/O. Imports no other room.
//! - [`error`]: the one error of the domain. Imports no other room.
//! - [`store`]: the contract of the keepers, and the two of them. Imports `model`, `error`, `metrics`.
//! - [`service`]: what may be done, and by whom. Imports the above, but of `store` the contract only.
//! - [`http`]: what a client sees. Imports `service`, `model`, `error`.
//! - [`client`]: a service elsewhere, as a program asks it. Imports `model`.
//! - [`cli`]: what is typed. Imports what `http` does, and `app` and `client`.
//! - [`app`]: the only wiring, and the only place that names a keeper.
//!
//! Beside them: [`config`], [`secret`], [`clock`], [`logging`], [`metrics`], [`fingerprint`], and [`jobs`], the
//! background loops.

#![forbid(unsafe_code)]

pub mod app;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod error;
pub mod fingerprint;
pub mod http;
pub mod jobs;
pub mod logging;
pub mod metrics;
pub mod model;
pub mod secret;
pub mod service;
pub mod store;
