//! What the documents tell to type works. A fenced block with the line `<!-- run -->` right above its fence
//! (nobody sees it on the rendered page) is run here, in its order, in one shell and a fresh folder.
//!
//! Two things are other than for a reader. `cargo run` is the binary that is built already, in a folder that
//! has nothing but the repository's `Rocket.toml`; and it listens on a port of its own, which takes the place
//! of 4000 in addresses. An answer that is an error ends the run.

use std::fs;
use std::path::Path;

use serde_json::{Deserializer, Value};

use crate::first_run::free_port;
use crate::installation::{Ended, Installation};
use crate::server::Server;

const MARK: &str = "<!-- run -->";
const ADDRESS: &str = "http://127.0.0.1:4000";

/// A fenced block of a document.
#[derive(Debug)]
struct Block {
    is_marked: bool,
    is_shell: bool,
    text: String,
}

fn document(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn blocks(document: &str) -> Vec<Block> {
    let (mut blocks, mut above, mut lines) = (Vec::new(), "", document.lines());
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let text = lines.by_ref().take_while(|line| *line != "```");
            blocks.push(Block {
                is_marked: above == MARK,
                is_shell: language == "sh",
                text: text.collect::<Vec<_>>().join("\n"),
            });
        }
        above = line;
    }
    blocks
}

/// The line without its comment.
fn code(line: &str) -> &str {
    line.split(" #").next().unwrap_or(line).trim()
}

/// The service as `cargo run` starts it, but for its port.
fn cargo_run() -> (Installation, Server) {
    let mut site = Installation::empty();
    for quick in [
        "RONDO_BCRYPT_COST",
        "RONDO_TOKEN_ALGORITHM",
        "RONDO_SIGN_IN_LIMIT",
        "RONDO_RATE_LIMIT",
    ] {
        site.unset(quick);
    }
    site.write("Rocket.toml", &document("Rocket.toml"));
    site.set("PORT", &free_port().to_string());
    let server = site.serve_with(&[]);
    (site, server)
}

/// Runs the text in a shell that ends at the first error, be it one that the service answers. A shell need not
/// know of failures inside a pipe, so that curl's are written down.
fn shell(site: &Installation, server: &Server, text: &str) -> Ended {
    let address = format!("http://127.0.0.1:{}", server.port);
    let script = format!(
        "set -eu
         curl() {{
             command curl --no-progress-meter --fail-with-body \"$@\" || {{ echo \"$*\" >> failed; return 1; }}
         }}
         {}
         test ! -e failed",
        text.replace(ADDRESS, &address)
    );
    site.run_command(site.command_of("sh", &["-c", &script]), "")
}

#[test]
fn the_blocks_of_the_readme_that_are_marked_run() {
    let marked: Vec<Block> = blocks(&document("README.md"))
        .into_iter()
        .filter(|block| block.is_marked)
        .collect();
    assert!(marked.iter().all(|block| block.is_shell), "{marked:?}");
    let [start, rest @ ..] = &marked[..] else {
        panic!("no block of README.md has {MARK} above it");
    };
    assert_eq!(
        code(&start.text),
        "cargo run",
        "the first block starts the service"
    );
    assert!(!rest.is_empty(), "a block that uses the service is marked");

    let (site, server) = cargo_run();
    let text: Vec<&str> = rest.iter().map(|block| block.text.as_str()).collect();
    let ended = shell(&site, &server, &text.join("\n"));
    let answers: Result<Vec<Value>, _> = Deserializer::from_str(ended.succeeded()).into_iter().collect();
    let answers = answers.unwrap_or_else(|error| panic!("{error}: {ended:?}"));
    // The last one is the list that has what was added.
    let items = answers.last().map(|list| &list["items"]);
    assert_eq!(
        items.map(|items| &items[0]["title"]),
        Some(&Value::from("Buy milk")),
        "{ended:?}"
    );
    assert!(site.path("data/rondo.db").is_file() && site.path("data/secret").is_file());
    server.stop();
}

#[test]
fn a_marked_block_that_does_not_work_would_be_found() {
    let (site, server) = cargo_run();
    for broken in [
        format!("curl {ADDRESS}/api/v2/todos | cat"),
        format!("T=$(curl -s {ADDRESS}/api/v2/nothing | cat); echo done"),
        "echo $UNSET".to_owned(),
        "no-such-program\necho done".to_owned(),
    ] {
        let ended = shell(&site, &server, &broken);
        assert_ne!(ended.code, Some(0), "{broken}: {ended:?}");
        // Each case on its own.
        let _ = fs::remove_file(site.path("failed"));
    }
    assert_eq!(
        shell(&site, &server, &format!("curl {ADDRESS}/healthz")).code,
        Some(0)
    );
    server.stop();
}

#[test]
fn every_shell_block_of_the_readme_is_marked() {
    // One that cannot be run here is indented, not fenced.
    for block in blocks(&document("README.md")) {
        assert_eq!(block.is_marked, block.is_shell, "{block:?}");
    }
}

/// What stands as code in a document: in blocks, indented lines and between backticks.
fn pieces_of_code(document: &str) -> Vec<String> {
    let mut pieces: Vec<String> = blocks(document)
        .iter()
        .flat_map(|block| {
            block
                .text
                .lines()
                .map(|line| code(line).to_owned())
                .collect::<Vec<_>>()
        })
        .collect();
    for line in document.lines() {
        if line.starts_with("    ") {
            pieces.push(code(line).to_owned());
        } else {
            pieces.extend(line.split('`').skip(1).step_by(2).map(ToOwned::to_owned));
        }
    }
    pieces
}

/// The targets that a piece of code calls: `X` and `Y` of `TEST_SKIP=mongo make X Y`.
fn targets_called(piece: &str) -> Vec<&str> {
    let is_target =
        |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let mut words = piece.split_whitespace();
    words.by_ref().find(|word| *word == "make");
    words.take_while(is_target).collect()
}

#[test]
fn every_make_that_the_documents_show_is_a_target() {
    let makefile = document("Makefile");
    let targets: Vec<&str> = makefile
        .lines()
        .filter(|line| !line.starts_with(['\t', '.', '#']))
        .filter_map(|line| line.split_once(':').map(|(target, _)| target))
        .collect();
    let names = ["README.md", "CONTRIBUTING.md", "examples/README.md"];
    let docs = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap();
    let docs = docs.map(|entry| format!("docs/{}", entry.unwrap().file_name().display()));
    let documents = names
        .map(ToOwned::to_owned)
        .into_iter()
        .chain(docs.filter(|name| name.ends_with(".md")));
    let mut found = 0;
    for name in documents {
        for piece in pieces_of_code(&document(&name)) {
            for target in targets_called(&piece) {
                assert!(
                    targets.contains(&target),
                    "{name} has `make {target}`, which the Makefile has not"
                );
                found += 1;
            }
        }
    }
    assert!(found >= 5, "only {found} were found: they are read no more");
}

#[test]
fn calls_of_make_are_read_out_of_a_document() {
    let text = "To make a start, `A=b make test` and:\n\n    make check bench  # make haste\n\n```sh\nmake run\n```\n";
    let pieces = pieces_of_code(text);
    let mut called: Vec<&str> = pieces.iter().flat_map(|piece| targets_called(piece)).collect();
    called.sort_unstable();
    assert_eq!(called, ["bench", "check", "run", "test"]);
}
