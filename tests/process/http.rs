//! A plain HTTP/1.1 client over a blocking socket: a test sees, and says, every byte.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::common::contract::{self, Exchange};

/// Longer than any answer may take; a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// A request that is well formed unless a test makes it otherwise.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: vec![("Host".into(), "127.0.0.1".into())],
            body: Vec::new(),
        }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A JSON body.
    pub fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", path).json(body)
    }

    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Any body at all.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Another host than that of the tests.
    pub fn host(mut self, name: &str) -> Self {
        self.headers[0].1 = name.to_owned();
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// What goes over the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.path);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !self.body.is_empty() {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The JSON body, if the status is this one; anything else ends the test.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}

/// What goes over a socket: the bytes themselves, or TLS.
pub trait Wire: io::Read + io::Write + Send {}

impl<T: io::Read + io::Write + Send> Wire for T {}

/// One connection to a port of this machine.
pub struct Connection {
    wire: BufReader<Box<dyn Wire>>,
    socket: TcpStream,
}

impl Connection {
    pub fn open(port: u16) -> io::Result<Self> {
        Self::over(TcpStream::connect(("127.0.0.1", port))?, |socket| {
            Ok(Box::new(socket))
        })
    }

    /// A connection over this socket, by what is laid on it.
    pub fn over(
        socket: TcpStream,
        lay: impl FnOnce(TcpStream) -> io::Result<Box<dyn Wire>>,
    ) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let wire = BufReader::new(lay(socket.try_clone()?)?);
        Ok(Self { wire, socket })
    }

    /// What lies under it.
    pub fn socket(&self) -> &TcpStream {
        &self.socket
    }

    /// Waits until the service reads the body of a request that said `Expect: 100-continue`.
    pub fn is_told_to_go_on(&mut self) -> io::Result<()> {
        for expected in ["HTTP/1.1 100 Continue\r\n", "\r\n"] {
            let mut line = String::new();
            self.wire.read_line(&mut line)?;
            if line != expected {
                return Err(io::Error::new(io::ErrorKind::InvalidData, line));
            }
        }
        Ok(())
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wire.get_mut().write_all(bytes)?;
        self.wire.get_mut().flush()
    }

    /// Asks, and compares both request and answer with the contract, which says nothing of what nginx answers
    /// in the service's place.
    pub fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        self.send(&request.bytes())?;
        let answer = self.answer()?;
        // The service names no server, and sets the other one on each of its answers.
        if answer.header("Server") == Some("nginx") && answer.header("Permissions-Policy").is_none() {
            return Ok(answer);
        }
        let header = |name: &str| answer.header(name).map(str::to_owned);
        let request_type = request.headers.iter().find(|(name, _)| name == "Content-Type");
        contract::check(&Exchange {
            method: request.method,
            target: &request.path,
            request_type: request_type.map(|(_, value)| value.as_str()),
            request_body: Some(&request.body),
            status: answer.status,
            header: &header,
            body: &answer.body,
        });
        Ok(answer)
    }

    /// Says that nothing more will be sent.
    pub fn finish(&mut self) {
        // A peer that has closed the connection already needs not be told.
        let _ = self.socket.shutdown(Shutdown::Write);
    }

    /// Reads one answer; those before the final one (100) are passed over.
    pub fn answer(&mut self) -> io::Result<Answer> {
        loop {
            let answer = self.any_answer()?;
            if answer.status >= 200 {
                return Ok(answer);
            }
        }
    }

    /// Asks for what has no end, and reads the head of the answer.
    pub fn begin(&mut self, request: &Request) -> io::Result<Answer> {
        self.send(&request.bytes())?;
        self.head()
    }

    /// The next chunk of what [`Connection::begin`] began; `None` at its end.
    pub fn chunk(&mut self) -> io::Result<Option<Vec<u8>>> {
        let line = self.line()?;
        let length = usize::from_str_radix(line.trim(), 16).map_err(|_| malformed(&line))?;
        let chunk = self.exactly(length)?;
        self.line()?;
        Ok((length > 0).then_some(chunk))
    }

    /// Reads one answer, be it only `100 Continue`.
    pub fn any_answer(&mut self) -> io::Result<Answer> {
        let mut answer = self.head()?;
        let length = answer.header("Content-Length").map(str::parse::<usize>);
        answer.body = match (answer.status, length) {
            (100..=199 | 204 | 304, _) => Vec::new(),
            (_, Some(length)) => self.exactly(length.map_err(|_| malformed("Content-Length"))?)?,
            (_, None) if answer.header("Transfer-Encoding").is_some() => self.chunks()?,
            (_, None) => self.rest()?,
        };
        Ok(answer)
    }

    /// Reads the first line of an answer and its headers.
    fn head(&mut self) -> io::Result<Answer> {
        let line = self.line()?;
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status: u16 = status.ok_or_else(|| malformed(&line))?;
        let mut answer = Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            answer.headers.push((name.to_owned(), value.trim().to_owned()));
        }
        Ok(answer)
    }

    /// Everything until the other side closes.
    pub fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = Vec::new();
        self.wire.read_to_end(&mut rest)?;
        Ok(rest)
    }

    fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut body = vec![0; length];
        self.wire.read_exact(&mut body)?;
        Ok(body)
    }

    fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk()? {
            body.extend(chunk);
        }
        Ok(body)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.wire.read_line(&mut line)? == 0 {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the connection was closed",
            ));
        }
        Ok(line.trim_end().to_owned())
    }
}

fn malformed(line: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not an answer: {line:?}"))
}
