//! `rondo healthcheck`: asks a running service whether it is ready.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use clap::Args;

use super::{Storage, read_config, say};
use crate::app::StartError;

const TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Args)]
pub struct Healthcheck {
    #[command(flatten)]
    storage: Storage,
    /// The port of the service (default: the configured one)
    #[arg(long)]
    port: Option<u16>,
}

impl Healthcheck {
    pub fn run(self) -> Result<(), StartError> {
        let config = read_config(&self.storage.flags())?;
        // A service that listens everywhere listens on loopback too.
        let host = if config.address.is_unspecified() {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        } else {
            config.address
        };
        let address = SocketAddr::new(host, self.port.unwrap_or(config.port));
        let status =
            ask(address).map_err(|error| StartError(format!("{address} does not answer: {error}")))?;
        if status == "200" {
            say("ready")?;
            return Ok(());
        }
        Err(StartError(format!(
            "{address} is not ready: /readyz answers {status}"
        )))
    }
}

/// The status that `/readyz` answers with.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    // The first line is all that matters: `HTTP/1.1 200 OK`.
    let mut beginning = [0; 12];
    stream.read_exact(&mut beginning)?;
    Ok(String::from_utf8_lossy(&beginning[9..]).into_owned())
}
