//! What the fuzz targets share.

pub mod properties;

/// Writes the inputs that a target begins with into the folder that `FUZZ_SEEDS` names.
///
/// # Panics
/// If they cannot be written.
pub fn write_seeds(seeds: &[Vec<u8>]) {
    let Some(folder) = std::env::var_os("FUZZ_SEEDS") else {
        return;
    };
    for (number, seed) in seeds.iter().enumerate() {
        let file = std::path::Path::new(&folder).join(format!("seed-{number:04}"));
        std::fs::write(file, seed).expect("FUZZ_SEEDS names a folder that can be written");
    }
}
