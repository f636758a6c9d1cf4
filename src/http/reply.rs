//! Answers: a status, a body that is already written, and headers.

use std::io::Cursor;

use rocket::Request;
use rocket::http::{Header, Status};
use rocket::response::{self, Responder, Response};
use serde::Serialize;

/// An answer.
pub struct Reply {
    status: Status,
    media_type: &'static str,
    body: Vec<u8>,
    headers: Vec<Header<'static>>,
}

impl Reply {
    /// 200 with a JSON body.
    pub fn json(body: &impl Serialize) -> Self {
        // The views are structs of strings and numbers: writing them cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default();
        Self {
            status: Status::Ok,
            media_type: "application/json",
            body,
            headers: Vec::new(),
        }
    }

    /// 200 with a body of another kind.
    pub fn text(media_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: Status::Ok,
            media_type,
            body: body.into(),
            headers: Vec::new(),
        }
    }

    /// 204.
    pub const fn empty() -> Self {
        Self {
            status: Status::NoContent,
            media_type: "",
            body: Vec::new(),
            headers: Vec::new(),
        }
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
