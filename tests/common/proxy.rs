//! A stretch of network that can fall silent: connections stay open and nothing comes through, as when
//! a machine vanishes.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// Forwards connections on a port of its own, until it is told to be silent.
pub struct Proxy {
    pub address: SocketAddr,
    gate: Arc<Gate>,
}

#[derive(Default)]
struct Gate {
    is_silent: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn wait(&self) {
        let is_silent = self.is_silent.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(is_silent, |is_silent| *is_silent));
    }

    fn set(&self, silent: bool) {
        *self.is_silent.lock().unwrap_or_else(PoisonError::into_inner) = silent;
        self.changed.notify_all();
    }
}

impl Proxy {
    /// A proxy in front of `host:port`. Its threads end with the connections, the one that listens with
    /// the process.
    pub fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("it listens");
        let gate = Arc::new(Gate::default());
        let (server, gate_of_all) = (server.to_owned(), Arc::clone(&gate));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                gate_of_all.wait();
                let Ok(server) = TcpStream::connect(&server) else {
                    continue;
                };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let streams = from.try_clone().and_then(|from| Ok((from, to.try_clone()?)));
                    let (Ok((from, to)), gate) = (streams, Arc::clone(&gate_of_all)) else {
                        continue;
                    };
                    thread::spawn(move || forward(from, to, &gate));
                }
            }
        });
        Self { address, gate }
    }

    pub fn fall_silent(&self) {
        self.gate.set(true);
    }

    /// Forwards again, what has come meanwhile first.
    pub fn speak(&self) {
        self.gate.set(false);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.speak();
    }
}

fn forward(mut from: TcpStream, mut to: TcpStream, gate: &Gate) {
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        gate.wait();
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
}
