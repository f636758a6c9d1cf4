//! The real binary.
fn main() {}
