//! Answers: a status, a body that is already written, and headers.

use std::io::Cursor;

use rocket::Request;
use rocket::http::{Header, Status};
use rocket::response::{self, Responder, Response};
use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;
use crate::http::query::Params;

const JSON: &str = "application/json";

/// What is kept of an answer beside its body.
#[derive(Serialize, Deserialize)]
struct Head {
    status: u16,
    headers: Vec<(String, String)>,
}

/// An answer.
pub struct Reply {
    status: Status,
    media_type: &'static str,
    body: Vec<u8>,
    headers: Vec<Header<'static>>,
    is_final: bool,
}

impl Reply {
    /// 200 with a JSON body.
    pub fn json(body: &impl Serialize) -> Self {
        // The views are structs of strings and numbers: writing them cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self {
            status: Status::Ok,
            media_type: JSON,
            body,
            headers: Vec::new(),
            is_final: true,
        }
    }

    /// 200 with a body of another kind.
    pub fn text(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: Status::Ok,
            media_type,
            body: body.into(),
            headers: Vec::new(),
            is_final: true,
        }
    }

    /// 204.
    pub const fn empty() -> Self {
        Self {
            status: Status::NoContent,
            media_type: "",
            body: Vec::new(),
            headers: Vec::new(),
            is_final: true,
        }
    }

    /// With an `ETag` of this version and the whole representation, `"<version>-<hash>"`, and that tag.
    pub fn tagged(self, version: i64) -> (Self, String) {
        let tag = format!("\"{version}-{}\"", fingerprint(&self.body, 8));
        let reply = self
            .header("ETag", tag.clone())
            .header("Cache-Control", "private, no-cache");
        (reply, tag)
    }

    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// 201 with the address of what was made.
    #[must_use]
    pub fn created(self, location: String) -> Self {
        self.status(Status::Created).header("Location", location)
    }

    /// An answer that is given and, if the request has a key, not kept for when it is sent again.
    #[must_use]
    pub const fn provisional(mut self) -> Self {
        self.is_final = false;
        self
    }

    pub const fn is_final(&self) -> bool {
        self.is_final
    }

    #[must_use]
    pub fn media_type(mut self, media_type: &'static str) -> Self {
        self.media_type = media_type;
        self
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push(Header::new(name, value.into()));
        self
    }

    /// With a `Link` to the next page of what was asked for at this path, if there is one.
    ///
    /// Relative (RFC 8288 allows it): nothing is built from the request's Host, nor from its path, which may be
    /// `//api//v2/todos` and as a link leads to a host of that name.
    #[must_use]
    pub fn linked(self, path: &str, query: &Params, next: Option<&str>) -> Self {
        match next {
            Some(next) => {
                let query = query.without("cursor");
                self.header("Link", format!("<{path}?{query}cursor={next}>; rel=\"next\""))
            }
            None => self,
        }
    }

    pub const fn code(&self) -> u16 {
        self.status.code
    }

    /// The value of a header that it has once.
    pub fn value_of(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|header| header.name() == name);
        header.map(Header::value)
    }

    /// The body as it will be sent.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The same without its body, as a cache that has it needs it.
    #[must_use]
    pub fn not_modified(mut self) -> Self {
        self.body.clear();
        self.media_type = "";
        self.status(Status::NotModified)
    }

    /// The answer as bytes, from which [`Reply::of_record`] makes it again.
    pub fn record(&self) -> Vec<u8> {
        let headers = self.headers.iter();
        let head = Head {
            status: self.status.code,
            headers: headers
                .map(|header| (header.name().to_string(), header.value().to_owned()))
                .collect(),
        };
        // Strings and a number: writing them cannot fail.
        let mut record = serde_json::to_vec(&head).unwrap_or_default();
        record.push(b'\n');
        record.extend_from_slice(&self.body);
        record
    }

    /// The answer, JSON or without a body, that [`Reply::record`] made these bytes of; `None` if it did not.
    pub fn of_record(record: &[u8]) -> Option<Self> {
        let end = record.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&record[..end]).ok()?;
        let body = record[end + 1..].to_vec();
        Some(Self {
            status: Status::new(head.status),
            media_type: if body.is_empty() { "" } else { JSON },
            body,
            headers: head
                .headers
                .into_iter()
                .map(|(name, value)| Header::new(name, value))
                .collect(),
            is_final: true,
        })
    }

    pub fn into_response(self) -> Response<'static> {
        let mut response = Response::build();
        response.status(self.status);
        if !self.media_type.is_empty() {
            response.raw_header("Content-Type", self.media_type);
            response.sized_body(self.body.len(), Cursor::new(self.body));
        }
        for header in self.headers {
            response.header_adjoin(header);
        }
        response.finalize()
    }
}

impl<'r> Responder<'r, 'static> for Reply {
    fn respond_to(self, _: &'r Request<'_>) -> response::Result<'static> {
        Ok(self.into_response())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_made_again_from_its_record() {
        let made = Reply::json(&serde_json::json!({ "title": "a\nb" }))
            .header("ETag", "\"1-ab\"")
            .created("/api/v2/todos/1".into());
        let again = Reply::of_record(&made.record()).unwrap();
        assert_eq!(again.record(), made.record());
        assert_eq!(
            (again.status, again.media_type, again.body()),
            (Status::Created, JSON, made.body())
        );
        assert_eq!(again.headers, made.headers);
        let empty = Reply::of_record(&Reply::empty().record()).unwrap();
        assert_eq!((empty.status, empty.media_type), (Status::NoContent, ""));
        assert!(Reply::of_record(b"").is_none() && Reply::of_record(b"{}\n").is_none());
    }
}
