//! Feeds any bytes to `rondo_fuzz::properties::cursors`.

#![no_main]

use std::sync::LazyLock;

use rondo_fuzz::properties::cursors::Lists;
use rondo_fuzz::write_seeds;

static WORLD: LazyLock<Lists> = LazyLock::new(Lists::new);

libfuzzer_sys::fuzz_target!(
    init: write_seeds(&WORLD.seeds()),
    |data: &[u8]| WORLD.check(data)
);
