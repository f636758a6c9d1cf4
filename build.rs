//! Puts the commit, the date and the built web app into the binary.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

fn main() {
    stamp("BUILD_COMMIT", &["rev-parse", "--short=12", "HEAD"]);
    stamp("BUILD_DATE", &["log", "-1", "--format=%cs"]);
    // A path that is not there makes every build a new one, and in a work tree beside `.git` is a file.
    if let Some(log) = of_git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    println!("cargo::rerun-if-changed=static");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("assets.rs"), assets(&out)).expect("OUT_DIR can be written");
}

/// A fact about the source: from the environment (image builds have no repository), or from git. Its name
/// does not begin with `RONDO_`: `cargo run` hands it to the program, which would take it for a setting.
fn stamp(name: &str, arguments: &[&str]) {
    println!("cargo::rerun-if-env-changed={name}");
    let given = env::var(name).ok().filter(|text| !text.trim().is_empty());
    let text = given.or_else(|| of_git(arguments));
    println!(
        "cargo::rustc-env={name}={}",
        text.as_deref().map_or("unknown", str::trim)
    );
}

/// What git says, if it says something.
fn of_git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// The files of `static/` as Rust: path, bytes, and in release builds the bytes compressed.
fn assets(out: &Path) -> String {
    let root =
        Path::new(&env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR")).join("static");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let mut table = String::from("&[\n");
    for (number, file) in files.iter().enumerate() {
        let path = file
            .strip_prefix(&root)
            .expect("a file of static/")
            .to_str()
            .expect("a plain name");
        let bytes = fs::read(file).expect("a file of static/ can be read");
        let compressed = is_release
            .then(|| compress(&bytes))
            .filter(|small| small.len() < bytes.len());
        let gzip = compressed.map_or_else(
            || "None".to_owned(),
            |small| {
                let target = out.join(format!("asset-{number}.gz"));
                fs::write(&target, small).expect("OUT_DIR can be written");
                format!("Some(include_bytes!({target:?}))")
            },
        );
        writeln!(
            table,
            "    Asset {{ path: {path:?}, plain: include_bytes!({file:?}), gzip: {gzip} }},"
        )
        .expect("a string can be written to");
    }
    table.push(']');
    table
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    // Without a built web app the service is an API alone.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("static/ can be listed").path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn compress(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::GzBuilder::new().write(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory can be written to");
    encoder.finish().expect("memory can be written to")
}
