//! `rondo healthcheck`: asks a running service whether it is ready.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
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
    /// Where the service is, if elsewhere: http://HOST[:PORT][/PATH]; /readyz is asked for below it
    #[arg(long, value_parser = parse_url, conflicts_with = "port")]
    url: Option<Place>,
}

/// A place that is asked over plain HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    /// Host and port, as `Host` and the resolver take them.
    host: String,
    /// What stands before `/readyz`: empty, or a path without a slash at its end.
    path: String,
}

impl Healthcheck {
    pub fn run(self) -> Result<(), StartError> {
        let place = match self.url {
            Some(place) => place,
            None => {
                let config = read_config(&self.storage.flags())?;
                let address = loopback_of(config.address);
                Place {
                    host: SocketAddr::new(address, self.port.unwrap_or(config.port)).to_string(),
                    path: String::new(),
                }
            }
        };
        let status = place
            .ask()
            .map_err(|error| StartError(format!("{} does not answer: {error}", place.host)))?;
        if status == "200" {
            return say("ready");
        }
        Err(StartError(format!(
            "{} is not ready: {}/readyz answers {status}",
            place.host, place.path
        )))
    }
}

/// A service that listens everywhere listens on loopback too.
const fn loopback_of(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(any) if any.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(any) if any.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    }
}

impl Place {
    /// The status that `/readyz` answers with.
    fn ask(&self) -> io::Result<String> {
        let mut stream = self.connect()?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        write!(
            stream,
            "GET {}/readyz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.path, self.host
        )?;
        // The first line is all that matters: `HTTP/1.1 200 OK`.
        let mut beginning = [0; 12];
        stream.read_exact(&mut beginning)?;
        Ok(String::from_utf8_lossy(&beginning[9..]).into_owned())
    }

    /// To the first address of the name that takes a connection.
    fn connect(&self) -> io::Result<TcpStream> {
        let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in self.host.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, TIMEOUT) {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }
}

fn parse_url(text: &str) -> Result<Place, String> {
    let form = "write http://HOST[:PORT][/PATH]";
    if text.starts_with("https://") {
        return Err(format!(
            "this speaks plain HTTP; ask the instance itself, not the proxy in front: {form}"
        ));
    }
    let rest = text.strip_prefix("http://").ok_or(form)?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_plain = |c: char| c.is_ascii_graphic() && !"?#@\"<>\\".contains(c);
    if host.is_empty() || !rest.chars().all(is_plain) {
        return Err(form.into());
    }
    // The last colon of `[::1]` is no port's.
    let has_port = host
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok() && !host.ends_with(']'));
    Ok(Place {
        host: if has_port {
            host.into()
        } else {
            format!("{host}:80")
        },
        path: path.trim_end_matches('/').into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_host_port_and_a_path_that_readyz_is_put_behind() {
        for (text, host, path) in [
            ("http://127.0.0.1:4000", "127.0.0.1:4000", ""),
            ("http://rondo/", "rondo:80", ""),
            ("http://[::1]:4000/todo/", "[::1]:4000", "/todo"),
            ("http://[::1]", "[::1]:80", ""),
        ] {
            let place = parse_url(text).unwrap();
            assert_eq!((place.host.as_str(), place.path.as_str()), (host, path), "{text}");
        }
        for text in [
            "https://rondo",
            "rondo:4000",
            "http://",
            "http:///x",
            "http://a b",
            "http://u@a",
            "http://a/?x",
        ] {
            assert!(parse_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_listens_everywhere_is_asked_on_loopback_of_the_same_kind() {
        for (listens, asked) in [("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.1.2.3", "10.1.2.3")] {
            assert_eq!(loopback_of(listens.parse().unwrap()).to_string(), asked);
        }
    }
}
