//! Feeds any bytes to `rondo_fuzz::properties::queries`.

#![no_main]

use rondo_fuzz::properties::queries;
use rondo_fuzz::write_seeds;

libfuzzer_sys::fuzz_target!(
    init: write_seeds(&queries::seeds()),
    |data: &[u8]| queries::check(data)
);
