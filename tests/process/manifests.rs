//! The binary in the environment that the manifests of `deploy/` and the image give it: it listens where the platform
//! says, keeps nothing, and logs to the console.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::common::Keeper;
use crate::edge::free_port;
use crate::installation::{Installation, OTHER_SECRET, SECRET};
use crate::logs_records::request_records;
use crate::server::{Server, eventually};

/// Where the manifests mount the secrets.
const MOUNTED: &str = "/run/secrets/rondo";
/// Where a process may not write, whoever it is: even an administrator makes no file there.
const READ_ONLY: &str = "/proc";

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A variable of a manifest: its value, or the key of the secret that holds it.
#[derive(Debug, PartialEq)]
enum Given {
    Value(String),
    SecretKey(String),
    /// The same, of a key that need not be there.
    OptionalKey(String),
}

/// What stands under `env:`. `make check` sees to it that the manifest is sound as a whole.
fn variables_of(manifest: &str) -> BTreeMap<String, Given> {
    let (_, rest) = manifest.split_once(" env:\n").expect("an environment");
    let (lines, _) = rest.split_once(" volumeMounts:").expect("mounts behind it");
    let plain = |text: &str| text.trim_matches([' ', '"', '{', '}']).to_owned();
    let mut found = BTreeMap::new();
    let mut name = String::new();
    for line in lines.lines().map(str::trim) {
        if let Some(pair) = line.strip_prefix("- { name: ") {
            let (name, value) = pair.split_once(", value: ").expect("a value");
            found.insert(plain(name), Given::Value(plain(value)));
        } else if let Some(begun) = line.strip_prefix("- name: ") {
            name = plain(begun);
        } else if let Some(reference) = line.strip_prefix("secretKeyRef: ") {
            let (_, key) = reference.split_once("key: ").expect("a key");
            let given = match key.split_once(", optional: true") {
                Some((key, _)) => Given::OptionalKey(plain(key)),
                None => Given::SecretKey(plain(key)),
            };
            found.insert(name.clone(), given);
        } else {
            assert!(
                line.is_empty() || line.starts_with('#') || line == "valueFrom:",
                "{line:?}"
            );
        }
    }
    found
}

/// What the image sets by itself.
fn variables_of_image() -> BTreeMap<String, String> {
    let dockerfile = read("Dockerfile").replace("\\\n", " ");
    let (_, last_stage) = dockerfile.rsplit_once("\nFROM ").expect("stages");
    let lines = last_stage.lines().filter_map(|line| line.strip_prefix("ENV "));
    let pairs = lines
        .flat_map(str::split_whitespace)
        .map(|pair| pair.split_once('=').expect("a pair"));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Runs it with the image's environment, the manifest's, and what the platform adds; then once more, while the secret
/// is being turned.
#[track_caller]
fn runs_with(manifest: &str, platform: &[(&str, &str)]) {
    let Some(site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    let kept_before = fs::exists("/data").expect("it can be asked");
    let address = site.address();
    let secrets = BTreeMap::from([("secret", SECRET), ("db", address)]);
    let server = ready_with(&site, manifest, &secrets, platform);
    let me = server.person("person@example.org");
    server.create_todo(&me.access_token, "Milk");
    assert_eq!(server.titles(&me.access_token), ["Milk"]);
    ends_and_leaves_nothing(&site, server);

    let secrets = BTreeMap::from([
        ("secret", OTHER_SECRET),
        ("secret_previous", SECRET),
        ("db", address),
    ]);
    let server = ready_with(&site, manifest, &secrets, platform);
    assert_eq!(server.titles(&me.access_token), ["Milk"]);
    server.sign_in("person@example.org");
    server.create_todo(&me.access_token, "Bread");
    ends_and_leaves_nothing(&site, server);
    assert_eq!(fs::exists("/data").expect("it can be asked"), kept_before);
}

#[track_caller]
fn ready_with(
    site: &Installation,
    manifest: &str,
    secrets: &BTreeMap<&str, &str>,
    platform: &[(&str, &str)],
) -> Server {
    for (key, value) in secrets {
        site.write(&format!("secrets/{key}"), &format!("{value}\n"));
    }
    let port = free_port();
    let mut command = site.command(&["serve"]);
    command
        .env_clear()
        .current_dir(READ_ONLY)
        .envs(variables_of_image());
    let mut names = Vec::new();
    for (name, given) in variables_of(&read(manifest)) {
        let value = match given {
            Given::Value(value) => value.replace(MOUNTED, &site.path("secrets").display().to_string()),
            Given::SecretKey(key) => secrets[key.as_str()].to_owned(),
            Given::OptionalKey(key) => match secrets.get(key.as_str()) {
                Some(value) => (*value).to_owned(),
                None => continue,
            },
        };
        command.env(&name, value);
        names.push(name);
    }
    // Each of the two in one way or the other.
    for secret in ["SECRET", "DB"] {
        let ways = [secret.to_owned(), format!("{secret}_FILE")];
        assert_eq!(
            names.iter().filter(|name| ways.contains(name)).count(),
            1,
            "{secret}"
        );
    }
    command
        .envs(platform.iter().copied())
        .env("PORT", port.to_string());
    let mut server = site.start(command);
    server.port = port;
    eventually(Duration::from_secs(60), "it is ready", || {
        assert!(server.is_alive(), "it ended instead: {}", server.log());
        std::net::TcpStream::connect(("127.0.0.1", port)).ok()?;
        (server.get("/readyz").status == 200).then_some(())
    });
    assert!(server.log().contains("in production"), "{}", server.log());
    server
}

#[track_caller]
fn ends_and_leaves_nothing(site: &Installation, mut server: Server) {
    server.signal(Signal::TERM);
    let status = server.end(Duration::from_secs(60));
    assert!(status.success(), "{status}: {}", server.log());
    // All that it has to say is on the console, and nothing was left anywhere.
    assert!(request_records(&server.log()).len() > 3);
    let left: Vec<_> = fs::read_dir(site.path(""))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(
        left.iter().all(|name| name == "secrets" || name == ".outputs"),
        "{left:?}"
    );
}

#[test]
fn it_runs_with_the_environment_of_the_knative_manifest() {
    let of_knative = [
        ("K_SERVICE", "rondo"),
        ("K_CONFIGURATION", "rondo"),
        ("K_REVISION", "rondo-00001"),
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
        ("KUBERNETES_PORT", "tcp://10.96.0.1:443"),
    ];
    runs_with("deploy/knative/service.yaml", &of_knative);
}

#[test]
fn it_runs_with_the_environment_of_the_kubernetes_manifest_and_of_a_service_of_its_name() {
    // What Kubernetes adds for a Service called rondo where enableServiceLinks was left on.
    let of_links = [
        ("RONDO_SERVICE_HOST", "10.96.12.7"),
        ("RONDO_SERVICE_PORT", "80"),
        ("RONDO_SERVICE_PORT_HTTP", "80"),
        ("RONDO_PORT", "tcp://10.96.12.7:80"),
        ("RONDO_PORT_80_TCP", "tcp://10.96.12.7:80"),
        ("RONDO_PORT_80_TCP_PORT", "80"),
    ];
    runs_with("deploy/kubernetes/deployment.yaml", &of_links);
}

#[test]
fn without_a_folder_for_logs_production_writes_no_file() {
    let mut site = Installation::production();
    site.unset("ROOT_PATH");
    site.set("RONDO_LOG_DIR", "none");
    let server = site.serve();
    server.get("/healthz").expect(200);
    assert_eq!(request_records(&server.log()).len(), 1);
    server.stop();
    assert!(!site.path("none").exists() && !site.path("logs").exists());
}
