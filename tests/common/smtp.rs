//! A small SMTP server that keeps what it takes, and refuses what a test tells it to refuse.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The only account that may sign in, where one must: user and password.
pub const SENDER: (&str, &str) = ("todo@example.org", "hunter2-of-the-mail");

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub from: String,
    pub to: Vec<String>,
    /// As it came over the wire, without the dots that SMTP adds.
    pub text: String,
}

impl Taken {
    /// The value of a header, which must be there once and on one line.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let (head, _) = self.text.split_once("\r\n\r\n").expect("a head and a body");
        let mut values = head.split("\r\n").filter_map(|line| {
            let (found, value) = line.split_once(": ")?;
            (found == name).then_some(value)
        });
        let value = values.next().unwrap_or_else(|| panic!("no {name}: {head}"));
        assert_eq!(values.next(), None, "{name} stands twice");
        value
    }
}

#[derive(Default)]
struct State {
    taken: Mutex<Vec<Taken>>,
    /// What the next recipients are answered, in the place of being taken.
    refusals: Mutex<VecDeque<&'static str>>,
    wants_sign_in: bool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server that runs until the process ends.
pub struct SmtpServer {
    pub port: u16,
    state: Arc<State>,
}

impl SmtpServer {
    pub fn start() -> Self {
        Self::with(State::default())
    }

    /// One that takes mails from [`SENDER`] alone.
    pub fn start_with_sign_in() -> Self {
        Self::with(State {
            wants_sign_in: true,
            ..State::default()
        })
    }

    fn with(state: State) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a port").port();
        let state = Arc::new(state);
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A client that goes away ends its own conversation only.
                std::thread::spawn(move || drop(converse(stream, &state)));
            }
        });
        Self { port, state }
    }

    /// The address for `smtp_url`, without a user.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}?tls=none", self.port)
    }

    /// Answers the next recipients so, one after the other.
    pub fn refuse(&self, answers: &[&'static str]) {
        locked(&self.state.refusals).extend(answers);
    }

    pub fn taken(&self) -> Vec<Taken> {
        locked(&self.state.taken).clone()
    }

    /// How many of the refusals nobody has met yet.
    pub fn refusals_left(&self) -> usize {
        locked(&self.state.refusals).len()
    }
}

fn converse(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut say = move |text: &str| stream.write_all(format!("{text}\r\n").as_bytes());
    let mut is_signed_in = !state.wants_sign_in;
    let (mut from, mut to) = (String::new(), Vec::new());
    say("220 mail.test ESMTP")?;
    loop {
        let Some(line) = read_line(&mut lines)? else {
            return Ok(());
        };
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => say("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN")?,
            "AUTH" => {
                is_signed_in = line == format!("AUTH PLAIN {}", plain(SENDER));
                say(if is_signed_in {
                    "235 welcome"
                } else {
                    "535 5.7.8 go away"
                })?;
            }
            "MAIL" if !is_signed_in => say("530 5.7.0 sign in first")?,
            "MAIL" => {
                from = address(&line);
                to.clear();
                say("250 ok")?;
            }
            "RCPT" => match locked(&state.refusals).pop_front() {
                Some(refusal) => say(refusal)?,
                None => {
                    to.push(address(&line));
                    say("250 ok")?;
                }
            },
            "DATA" => {
                say("354 go on")?;
                let mut text = String::new();
                loop {
                    match read_line(&mut lines)? {
                        None => return Ok(()),
                        Some(line) if line == "." => break,
                        Some(line) => {
                            text.push_str(line.strip_prefix('.').unwrap_or(&line));
                            text.push_str("\r\n");
                        }
                    }
                }
                let (from, to) = (from.clone(), to.clone());
                locked(&state.taken).push(Taken { from, to, text });
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
}

fn read_line(lines: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let mut line = Vec::new();
    if lines.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    let line = String::from_utf8_lossy(&line);
    Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned()))
}

fn address(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map_or("", |(address, _)| address).to_owned()
}

/// What AUTH PLAIN says (RFC 4616), in base64.
fn plain((user, password): (&str, &str)) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes = format!("\0{user}\0{password}").into_bytes();
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[group >> (18 - 6 * place) & 63];
            text.push(if place <= chunk.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}
