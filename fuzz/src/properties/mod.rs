//! What is asserted of any bytes. Each module has `check`, which takes them, and `seeds`, inputs to begin with.
//! `tests/api` runs the same over the seeds, so that the targets do not rot between two rounds of fuzzing.

pub mod bodies;
mod bytes;
pub mod cursors;
pub mod imports;
pub mod queries;
mod service;
pub mod tokens;
