//! What Rocket itself refuses, in the format of the path that was asked for.

use rocket::Request;
use rocket::http::Status;
use rocket::response::Response;

use crate::http::problems::{error_of_status, error_response, unreadable};

/// The one catcher; the format is told by the path, not by where a catcher is registered.
pub fn catchers() -> Vec<rocket::Catcher> {
    rocket::catchers![any]
}

#[rocket::catch(default)]
fn any(status: Status, request: &Request<'_>) -> Caught {
    Caught(match error_of_status(status) {
        Some(error) => error_response(request, &error),
        None => unreadable(request).into_response(),
    })
}

struct Caught(Response<'static>);

impl<'r> rocket::response::Responder<'r, 'static> for Caught {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'static> {
        Ok(self.0)
    }
}
