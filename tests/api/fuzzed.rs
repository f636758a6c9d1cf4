//! What the fuzz targets of `fuzz/` assert, over the inputs that they begin with and some that are bent.

use crate::fuzz_properties::cursors::Lists;
use crate::fuzz_properties::tokens::Issuer;
use crate::fuzz_properties::{bodies, imports, queries};

/// Each seed, and the same with a byte changed or taken out, at a few places.
fn near(seeds: Vec<Vec<u8>>) -> impl Iterator<Item = Vec<u8>> {
    assert!(seeds.len() > 10);
    seeds.into_iter().flat_map(|seed| {
        let places = (0..seed.len()).step_by(seed.len().div_ceil(8).max(1));
        let mut inputs = Vec::new();
        for at in places {
            for byte in [0, b'"', 0xff] {
                let mut other = seed.clone();
                other[at] = byte;
                inputs.push(other);
            }
            let mut shorter = seed.clone();
            shorter.remove(at);
            inputs.push(shorter);
        }
        inputs.push(seed);
        inputs
    })
}

/// SECURITY 26
#[test]
fn bodies_near_sound_ones_mean_one_thing_or_are_refused() {
    near(bodies::seeds()).for_each(|input| bodies::check(&input));
}

/// SECURITY 23
#[test]
fn queries_near_sound_ones_mean_one_thing_or_are_refused() {
    near(queries::seeds()).for_each(|input| queries::check(&input));
}

#[test]
fn tables_near_sound_ones_are_taken_whole_or_told_with_their_lines() {
    near(imports::seeds()).for_each(|input| imports::check(&input));
}

/// SECURITY 7
#[test]
fn tokens_near_issued_ones_open_nothing() {
    let issuer = Issuer::new();
    near(issuer.seeds()).for_each(|input| issuer.check(&input));
}

#[test]
fn cursors_near_sound_ones_are_refused() {
    let lists = Lists::new();
    near(lists.seeds()).for_each(|input| lists.check(&input));
}
