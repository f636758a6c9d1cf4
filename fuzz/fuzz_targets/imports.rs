//! Feeds any bytes to `rondo_fuzz::properties::imports`.

#![no_main]

use rondo_fuzz::properties::imports;
use rondo_fuzz::write_seeds;

libfuzzer_sys::fuzz_target!(
    init: write_seeds(&imports::seeds()),
    |data: &[u8]| imports::check(data)
);
