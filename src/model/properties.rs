//! How the property tests of this crate are run: a bounded number of cases from a seed that a failure tells.

use proptest::test_runner::{Config, RngSeed};

/// Cases from the seed `TEST_SEED`, or else from one of chance. It stands in the output of a test that fails,
/// beside the smallest case that fails.
pub fn settings() -> Config {
    let seed = match std::env::var("TEST_SEED") {
        Ok(text) => text.parse().expect("TEST_SEED is a whole number"),
        Err(_) => std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0),
    };
    println!("TEST_SEED={seed} makes the same cases again");
    Config {
        cases: 256,
        rng_seed: RngSeed::Fixed(seed),
        // A case that was found becomes a test of its own, not a line in a file.
        failure_persistence: None,
        ..Config::default()
    }
}
