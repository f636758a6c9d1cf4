//! The table of docs/SECURITY.md: whatever it names as shown by a test is there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

#[test]
fn every_test_that_the_table_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for folder in ["api", "process", "store"] {
        for file in files_of(&root.join("tests").join(folder)) {
            let module = file
                .file_stem()
                .and_then(|name| name.to_str())
                .expect("a plain name")
                .to_owned();
            let text = std::fs::read_to_string(&file).expect("a test file can be read");
            let names = text.split("fn ").skip(1).map(|rest| {
                rest.chars()
                    .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                    .collect::<String>()
            });
            tests.entry(module).or_default().extend(names);
        }
    }
    let table = std::fs::read_to_string(root.join("docs/SECURITY.md")).expect("the table can be read");
    let mut module = String::new();
    let mut count = 0;
    // What stands between backquotes and has `::` in it; `…::x` is of the module before, `x::*` of any test in it.
    for named in table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| code.contains("::"))
    {
        let (of, test) = named.split_once("::").expect("it has ::");
        if of != "…" {
            of.clone_into(&mut module);
        }
        let known = tests
            .get(&module)
            .unwrap_or_else(|| panic!("there is no test file {module}"));
        let is_there = match test.strip_suffix('*') {
            Some(beginning) => known.iter().any(|name| name.starts_with(beginning)),
            None => known.contains(test),
        };
        assert!(
            is_there,
            "docs/SECURITY.md names {module}::{test}, which is not there"
        );
        count += 1;
    }
    assert!(
        count > 30,
        "the table names only {count} tests: is it still read rightly?"
    );
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().expect("a folder of tests can be listed");
    entries
        .map(|entry| entry.expect("a folder of tests can be listed").path())
        .collect()
}
