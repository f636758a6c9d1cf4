//! The public edge: three instances on one database behind the nginx of `deploy/nginx`, with TLS.
//!
//! Its configuration is taken as it is, but for what differs from machine to machine: the addresses of the
//! instances, the ports, the place of the pid file, and a certificate as `deploy/make-cert.sh` makes it.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::Value;

use crate::common::{Keeper, database};
use crate::http::{Answer, Connection, Request};
use crate::installation::{Installation, read};
use crate::server::{Server, eventually, wait_for_end};

/// How long nginx may take to begin on a machine that has much else to do.
const START: Duration = Duration::from_secs(30);

/// nginx, which is ended with it.
pub struct Nginx {
    child: Child,
    folder: tempfile::TempDir,
    https: u16,
    http: u16,
    tls: Arc<rustls::ClientConfig>,
}

impl Nginx {
    /// nginx before instances on these ports.
    fn before(instances: &[u16]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sources = root().join("deploy/nginx");
        for entry in sources.read_dir().expect("deploy/nginx can be listed") {
            let source = entry.expect("deploy/nginx can be listed").path();
            let target = folder.path().join(source.file_name().expect("a name"));
            fs::copy(source, target).expect("a file can be copied");
        }
        let certs = folder.path().join("certs");
        let made = Command::new(root().join("deploy/make-cert.sh"))
            .arg("--out")
            .arg(&certs)
            .args(["localhost", "127.0.0.1"])
            .output()
            .expect("deploy/make-cert.sh runs");
        assert!(made.status.success(), "{made:?}");

        let [https, http, health] = [free_port(), free_port(), free_port()];
        let pid = folder.path().join("nginx.pid").display().to_string();
        rewrite(folder.path(), "nginx.conf", &[("/tmp/nginx.pid", pid)]);
        let ports = [
            ("listen 8443 ", format!("listen 127.0.0.1:{https} ")),
            ("listen 8080 ", format!("listen 127.0.0.1:{http} ")),
            ("listen 127.0.0.1:8081;", format!("listen 127.0.0.1:{health};")),
        ];
        rewrite(folder.path(), "rondo.conf", &ports);
        let names: Vec<String> = (1..=instances.len()).map(|n| format!("rondo{n}:4000 ")).collect();
        let upstream: Vec<(&str, String)> = std::iter::zip(&names, instances)
            .map(|(name, port)| (name.as_str(), format!("127.0.0.1:{port} ")))
            .collect();
        rewrite(folder.path(), "upstream.conf", &upstream);

        let output = |name: &str| File::create(folder.path().join(name)).expect("a file can be made");
        let child = Command::new(program())
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(folder.path().join("nginx.conf"))
            .args(["-e", "stderr", "-g", "daemon off;"])
            .stdin(Stdio::null())
            .stdout(output("access.log"))
            .stderr(output("error.log"))
            .spawn()
            .expect("nginx starts");
        let mut nginx = Self {
            child,
            https,
            http,
            tls: trusting(&certs.join("tls.crt")),
            folder,
        };
        eventually(START, "nginx listens", || {
            let ended = nginx.child.try_wait().expect("a child can be asked after");
            assert!(
                ended.is_none(),
                "nginx ended instead: {}",
                read(&nginx.folder.path().join("error.log"))
            );
            TcpStream::connect(("127.0.0.1", nginx.https)).ok()
        });
        nginx
    }

    /// A TLS connection from 127.0.0.1.
    pub fn connect(&self) -> Connection {
        self.connect_from(Ipv4Addr::LOCALHOST)
    }

    /// A TLS connection from this address of the loopback network.
    pub fn connect_from(&self, address: Ipv4Addr) -> Connection {
        let name = ServerName::try_from("localhost").expect("a name");
        let client = rustls::ClientConnection::new(Arc::clone(&self.tls), name).expect("a client");
        let lay = |socket| Ok(Box::new(rustls::StreamOwned::new(client, socket)) as _);
        Connection::over(self.socket_from(address), lay).expect("a connection")
    }

    /// A socket to the TLS port, over which nothing was said yet.
    pub fn socket_from(&self, address: Ipv4Addr) -> TcpStream {
        // The standard library has no way to choose the address that a connection comes from.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let stream = runtime.expect("a runtime").block_on(async {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind((address, 0).into())?;
            let stream = socket.connect(SocketAddr::from(([127, 0, 0, 1], self.https)));
            stream.await?.into_std()
        });
        let stream = stream.expect("it takes connections");
        stream.set_nonblocking(false).expect("a socket can be changed");
        stream
    }

    /// A connection to the port of plain HTTP.
    pub fn plain(&self) -> Connection {
        Connection::open(self.http).expect("it takes connections")
    }

    /// Asks over a connection of its own.
    #[track_caller]
    pub fn ask(&self, request: &Request) -> Answer {
        self.connect().ask(request).expect("it answers")
    }

    /// Its records so far.
    pub fn records(&self) -> Vec<Value> {
        use crate::logs_records::{complete, records};
        records(complete(&read(&self.folder.path().join("access.log"))))
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        wait_for_end(&mut self.child, Duration::from_secs(20));
    }
}

/// Three instances on one database, and nginx before them.
pub struct Edge {
    // First, so that it is ended first.
    pub nginx: Nginx,
    pub instances: Vec<Server>,
    pub site: Installation,
}

impl Edge {
    /// Three instances of a production with these further settings; `None` if nginx or MongoDB was left
    /// out on purpose.
    pub fn with(settings: &[(&str, &str)]) -> Option<Self> {
        if std::env::var("TEST_SKIP")
            .is_ok_and(|skipped| skipped.split(',').any(|part| part.trim() == "nginx"))
        {
            database::skip("nginx is left out by TEST_SKIP");
            return None;
        }
        let mut site = Installation::on(Keeper::Mongo)?;
        site.make_production();
        site.set("RONDO_TRUSTED_PROXIES", "127.0.0.1");
        for (name, value) in settings {
            site.set(name, value);
        }
        // Not port 0: an instance that is started again must find its port as it left it.
        let instances: Vec<Server> = (0..3).map(|number| start(&site, number, free_port())).collect();
        let ports: Vec<u16> = instances.iter().map(|instance| instance.port).collect();
        Some(Self {
            nginx: Nginx::before(&ports),
            instances,
            site,
        })
    }
}

/// An instance on this port that is ready. Its log files are its own.
pub fn start(site: &Installation, number: usize, port: u16) -> Server {
    let mut command = site.command(&["serve"]);
    command.env("PORT", port.to_string());
    command.env("ROOT_PATH", site.path(&format!("logs-{number}")));
    let server = site.start(command).until_it_listens();
    eventually(START, "it is ready", || {
        (server.get("/readyz").status == 200).then_some(())
    });
    server
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Replaces texts in a file, each of which must be there.
#[track_caller]
fn rewrite(folder: &Path, name: &str, replacements: &[(&str, String)]) {
    let path = folder.join(name);
    let mut text = fs::read_to_string(&path).expect("a file can be read");
    for (old, new) in replacements {
        assert!(text.contains(old), "{name} has no {old:?}");
        text = text.replace(old, new);
    }
    fs::write(path, text).expect("a file can be written");
}

/// The program; /usr/sbin is not on every PATH.
fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let more = [PathBuf::from("/usr/sbin"), PathBuf::from("/usr/local/sbin")];
    let found = std::env::split_paths(&path)
        .chain(more)
        .map(|folder| folder.join("nginx"))
        .find(|program| program.is_file());
    found.expect("nginx is there: run `make test`, or leave it out on purpose with TEST_SKIP=nginx")
}

/// A port that nothing takes by chance: below those that the system gives to whoever asks for any.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    loop {
        // Runs beside each other begin at different places.
        let offset = std::process::id() * 64 + u32::from(NEXT.fetch_add(1, Ordering::SeqCst));
        let port = u16::try_from(12_000 + offset % 16_000).expect("a port");
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A client that trusts this certificate alone.
fn trusting(certificate: &Path) -> Arc<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_file(certificate).expect("a certificate");
    roots.add(certificate).expect("a certificate that can be trusted");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(client)
}
