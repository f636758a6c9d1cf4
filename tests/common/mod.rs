//! What all test binaries share: fresh databases, and what is said when one cannot be had.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod app;
pub mod authenticator;
pub mod contract;
pub mod database;
pub mod provider;
pub mod proxy;
pub mod real_provider;
pub mod smtp;

pub use app::TestApp;
pub use authenticator::Authenticator;
pub use database::{Database, Keeper};
