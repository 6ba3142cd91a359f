//! Runs random programs, from a seed that is printed.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};

use crate::random::seed_or;

/// What runs `cases` programs, and the seed that repeats them (`FRAMEALLOC_SEED`).
pub(crate) fn runner(cases: u32) -> (TestRunner, u64) {
    let seed = seed_or(|| RandomState::new().hash_one(()));
    let config = Config {
        cases,
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    (TestRunner::new(config), seed)
}
