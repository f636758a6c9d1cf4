//! Feeds any bytes to `rondo_fuzz::properties::tokens`.

#![no_main]

use std::sync::LazyLock;

use rondo_fuzz::properties::tokens::Issuer;
use rondo_fuzz::write_seeds;

static WORLD: LazyLock<Issuer> = LazyLock::new(Issuer::new);

libfuzzer_sys::fuzz_target!(
    init: write_seeds(&WORLD.seeds()),
    |data: &[u8]| WORLD.check(data)
);
