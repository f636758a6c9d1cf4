//! Feeds any bytes to `rondo_fuzz::properties::bodies`.

#![no_main]

use rondo_fuzz::properties::bodies;
use rondo_fuzz::write_seeds;

libfuzzer_sys::fuzz_target!(
    init: write_seeds(&bodies::seeds()),
    |data: &[u8]| bodies::check(data)
);
