//! Who may import whom (docs/ARCHITECTURE.md), kept by reading the paths that the source names.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room with the rooms whose names it may speak. `app` is the wiring and may speak all but `cli`;
/// `main` calls `cli`.
const ROOMS: [(&str, &[&str]); 18] = [
    ("model", &[]),
    ("error", &[]),
    ("config", &["model"]),
    ("fingerprint", &[]),
    ("metrics", &[]),
    ("clock", &["model"]),
    ("secret", &["clock", "config", "fingerprint"]),
    ("logging", &["clock", "config"]),
    ("store", &["model", "error", "metrics"]),
    (
        "service",
        &[
            "model",
            "error",
            "clock",
            "config",
            "fingerprint",
            "metrics",
            "secret",
            "store",
        ],
    ),
    ("jobs", &["service"]),
    (
        "http",
        &[
            "service",
            "model",
            "error",
            "clock",
            "config",
            "fingerprint",
            "logging",
            "metrics",
        ],
    ),
    (
        "cli",
        &[
            "app", "client", "service", "model", "error", "clock", "config", "secret", "logging",
        ],
    ),
    ("client", &["model", "clock", "logging"]),
    (
        "app",
        &[
            "model", "error", "config", "clock", "secret", "logging", "metrics", "store", "service", "jobs",
            "http",
        ],
    ),
    ("main", &["cli"]),
    ("lib", &[]),
    ("tests", &[]),
];

/// A file of the source: the path of its module, and its text without comments and strings.
struct Source {
    file: PathBuf,
    module: Vec<String>,
    code: String,
}

impl Source {
    fn room(&self) -> &str {
        self.module.first().map_or("lib", String::as_str)
    }

    /// Every path within the crate that the file names, from the crate's root.
    fn paths(&self) -> Vec<Vec<String>> {
        let mut paths = Vec::new();
        for root in ["crate", "rondo", "super"] {
            for (at, _) in self.code.match_indices(root) {
                let before = self.code[..at].chars().next_back();
                let is_word = before.is_none_or(|c| !is_name(c) && c != ':');
                let Some(mut rest) = self.code[at..].strip_prefix(root).filter(|_| is_word) else {
                    continue;
                };
                let mut base = Vec::new();
                if root == "super" {
                    // One `super` of a module `a::b` is `a`; of a module inside the file it is less, and then
                    // what follows names no room.
                    let mut up = 1;
                    while let Some(further) = separated(rest).and_then(|rest| rest.strip_prefix("super")) {
                        rest = further;
                        up += 1;
                    }
                    base = self.module[..self.module.len().saturating_sub(up)].to_vec();
                }
                if let Some(tree) = separated(rest) {
                    read_tree(tree, &base, &mut paths);
                }
            }
        }
        paths
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows `::`.
fn separated(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix("::").map(str::trim_start)
}

/// Reads `a::b::{c, d::e}` behind `base`, and answers what follows.
fn read_tree<'t>(text: &'t str, base: &[String], paths: &mut Vec<Vec<String>>) -> &'t str {
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            // Behind the last comma there may be nothing more.
            if let Some(behind) = rest.trim_start().strip_prefix('}') {
                return behind;
            }
            rest = read_tree(rest.trim_start(), base, paths).trim_start();
            match rest.strip_prefix(',') {
                Some(further) => rest = further.trim_start(),
                None => return rest.strip_prefix('}').unwrap_or(rest),
            }
        }
    }
    let end = text.find(|c: char| !is_name(c) && c != '*').unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let path = [base, &[name.to_owned()]].concat();
    match separated(rest) {
        Some(further) if !name.is_empty() => read_tree(further, &path, paths),
        _ => {
            if !name.is_empty() && name != "self" {
                paths.push(path);
            } else if !base.is_empty() {
                paths.push(base.to_vec());
            }
            // Another name may be given: `a::b as c`.
            let rest = rest.trim_start();
            rest.strip_prefix("as ").map_or(rest, |rest| {
                let rest = rest.trim_start();
                &rest[rest.find(|c: char| !is_name(c)).unwrap_or(rest.len())..]
            })
        }
    }
}

/// The text without comments, and with nothing in its strings.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = rest.strip_prefix("r#\"") {
            raw.find("\"#").map_or(rest.len(), |end| end + 5)
        } else if rest.starts_with("'\"'") || rest.starts_with("b'\"'") {
            rest.find("\"'").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            let mut is_escaped = false;
            let end = rest[1..].find(|c| {
                let is_end = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                is_end
            });
            end.map_or(rest.len(), |end| end + 2)
        } else {
            code.push(c);
            c.len_utf8()
        };
        rest = &rest[skipped..];
    }
    code
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 50, "{found:?}");
    let source = |file: PathBuf| {
        let path = file
            .strip_prefix(&root)
            .expect("a file of src/")
            .with_extension("");
        let names = path.iter().map(|name| name.to_string_lossy().into_owned());
        let module = names
            .filter(|name| !matches!(name.as_str(), "mod" | "lib"))
            .collect();
        let code = code_of(&fs::read_to_string(&file).expect("a file of src/ can be read"));
        Source { file, module, code }
    };
    found.into_iter().map(source).collect()
}

/// Collects what breaks a rule, so that all of it is told at once.
fn broken(mut rule: impl FnMut(&Source, &[String]) -> bool) -> Vec<String> {
    let mut broken = Vec::new();
    for source in sources() {
        for path in source.paths() {
            if !rule(&source, &path) {
                broken.push(format!("{}: {}", source.file.display(), path.join("::")));
            }
        }
    }
    broken
}

#[test]
fn rooms_import_only_the_rooms_they_may() {
    let is_room = |name: &str| ROOMS.iter().any(|(room, _)| *room == name);
    let broken = broken(|source, path| {
        let (_, allowed) = ROOMS
            .iter()
            .find(|(room, _)| *room == source.room())
            .unwrap_or_else(|| panic!("{} is in no room that is known here", source.file.display()));
        let named = path[0].as_str();
        !is_room(named) || named == source.room() || allowed.contains(&named)
    });
    assert_eq!(broken, [""; 0]);
}

#[test]
fn only_the_wiring_names_a_keeper_and_services_see_the_contract_alone() {
    let contract = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/mod.rs"));
    let contract = contract.expect("src/store/mod.rs can be read");
    let names: Vec<&str> = contract
        .lines()
        .filter_map(|line| line.strip_prefix("pub "))
        .filter_map(|line| line.split_once(' '))
        .filter(|(kind, _)| matches!(*kind, "trait" | "struct" | "enum" | "type"))
        .filter_map(|(_, rest)| rest.split(|c| !is_name(c)).next())
        .collect();
    assert!(
        names.contains(&"Store") && names.contains(&"StoreError"),
        "{names:?}"
    );
    let broken = broken(
        |source, path| match (source.room(), path.first().map(String::as_str)) {
            ("app", _) => true,
            // One keeper does not know the other.
            ("store", Some("store")) => {
                let keeper = source.module.get(1);
                let named = path
                    .get(1)
                    .filter(|name| matches!(name.as_str(), "sqlite" | "mongo"));
                named.is_none() || named == keeper
            }
            (_, Some("store")) => path.get(1).is_some_and(|name| names.contains(&name.as_str())),
            _ => true,
        },
    );
    assert_eq!(broken, [""; 0]);
}

#[test]
fn the_versions_of_the_api_do_not_import_each_other() {
    let broken = broken(|source, path| {
        let version = |module: &[String]| {
            let is_http = module.first().is_some_and(|room| room == "http");
            let version = module.get(1).filter(|name| matches!(name.as_str(), "v1" | "v2"));
            version.filter(|_| is_http).cloned()
        };
        match (version(&source.module), version(path)) {
            (Some(own), Some(named)) => own == named,
            _ => true,
        }
    });
    assert_eq!(broken, [""; 0]);
}

#[test]
fn every_file_opens_by_saying_what_belongs_there() {
    let mut found = Vec::new();
    for folder in ["src", "tests"] {
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut found);
    }
    let silent = |file: &PathBuf| !fs::read_to_string(file).is_ok_and(|text| text.starts_with("//! "));
    found.retain(|file| silent(file));
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn the_reader_of_paths_sees_what_a_compiler_would() {
    let text = r#"
        //! crate::comment
        use crate::{error::{Error, Result as R}, model, store::{self, Store,}};
        use super::super::service::Todos; /* crate::comment */
        fn f() -> rondo::app::App { "crate::string \" crate::string"; supercrate::x; crate::cli::run::<u8>() }
    "#;
    let source = Source {
        file: PathBuf::new(),
        module: vec!["http".into(), "gate".into()],
        code: code_of(text),
    };
    let paths: Vec<String> = source.paths().iter().map(|path| path.join("::")).collect();
    let expected = [
        "error::Error",
        "error::Result",
        "model",
        "store",
        "store::Store",
        "cli::run",
        "app::App",
        "service::Todos",
    ];
    assert_eq!(paths, expected);
}
