//! `rondo healthcheck`, by which a container is known to be well.

use std::net::TcpListener;

use rustix::process::Signal;

use crate::installation::{FIVE_SECONDS, Installation};
use crate::server::eventually;

#[test]
fn a_service_that_is_ready_is_well_and_one_that_is_stopping_is_not() {
    let mut site = Installation::empty();
    site.set("RONDO_DRAIN_SECONDS", "60");
    let mut server = site.serve();
    let port = server.port.to_string();
    let ask = ["healthcheck", "--port", &port];
    assert_eq!(site.run(&ask).succeeded(), "ready\n");
    server.signal(Signal::TERM);
    let refused = eventually(FIVE_SECONDS, "it says that it stops", || {
        let ended = site.run(&ask);
        (ended.code != Some(0)).then_some(ended)
    });
    refused.refuses_with(&["127.0.0.1", &port, "is not ready", "/readyz answers 503"]);
    server.signal(Signal::TERM);
    assert!(server.end(FIVE_SECONDS).success());
    site.run(&ask)
        .refuses_with(&["127.0.0.1", &port, "does not answer"]);
}

#[test]
fn the_configured_port_is_asked_wherever_the_service_listens() {
    let mut site = Installation::empty();
    site.set("RONDO_ADDRESS", "0.0.0.0");
    let server = site.start(site.command(&["serve"]));
    let port = eventually(FIVE_SECONDS, "it listens", || {
        let log = server.log();
        let (_, rest) = log.split_once("listening on http://0.0.0.0:")?;
        rest.split(' ').next()?.parse::<u16>().ok()
    });
    site.set("PORT", &port.to_string());
    assert_eq!(site.run(&["healthcheck"]).succeeded(), "ready\n");
}

#[test]
fn a_listener_that_never_answers_or_talks_nonsense_is_not_well() {
    let site = Installation::empty();
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = silent.local_addr().unwrap().port().to_string();
    site.run(&["healthcheck", "--port", &port])
        .refuses_with(&[&port, "does not answer"]);

    let babbling = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = babbling.local_addr().unwrap().port().to_string();
    let babble = std::thread::spawn(move || {
        use std::io::{BufRead as _, BufReader, Write as _};
        let (mut stream, _) = babbling.accept().unwrap();
        // Read to its end, or closing would break the connection off.
        let request = BufReader::new(stream.try_clone().unwrap()).lines();
        request
            .map_while(Result::ok)
            .find(|line| line.is_empty())
            .unwrap();
        stream
            .write_all(b"220 mail.example.org ESMTP\x1b[31m 200 200\r\n")
            .unwrap();
    });
    site.run(&["healthcheck", "--port", &port])
        .refuses_with(&[&port, "is not ready"]);
    babble.join().unwrap();
}
