//! The HTTP contract, both versions on both keepers, over real sockets.

#[path = "../common/mod.rs"]
mod common;

mod smoke;
