//! Rondo: accounts and to-dos, as a JSON API with a web app, over SQLite or MongoDB.
//!
//! The rooms, and who may import whom (kept by `tests/api/rooms.rs`):
//!
//! - [`model`]: what things are. Parsed values, no I/O. Imports no other room.
//! - [`error`]: the one error of the domain.
//! - [`clock`]: time, ids and randomness, injectable.
//! - [`store`]: the contract of the keepers, and the two of them. Imports `model`, `error`.
//! - [`service`]: what may be done, and by whom. Imports `model`, `error`, `clock`, the contract.

#![forbid(unsafe_code)]

pub mod clock;
pub mod config;
pub mod error;
pub mod logging;
pub mod model;
pub mod secret;
pub mod service;
pub mod store;
