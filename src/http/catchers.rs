//! What Rocket itself refuses, in the format of the path that was asked for.

use rocket::Request;
use rocket::fairing::Fairing as _;
use rocket::http::Status;
use rocket::response::Response;

use crate::error::Error;
use crate::http::context::{Context, Records};
use crate::http::gate::{FOREIGN, OriginOf, origin_of, unknown_method};
use crate::http::headers::{REFUSED_BY_CORS, SecurityHeaders};
use crate::http::problems::{error_of_status, error_response};

/// The one catcher; the format is told by the path, not by where a catcher is registered.
pub fn catchers() -> Vec<rocket::Catcher> {
    rocket::catchers![any]
}

#[rocket::catch(default)]
async fn any<'r>(status: Status, request: &'r Request<'_>) -> Caught<'r> {
    // Whatever else cannot be read has no path.
    let is_unknown_method = status == Status::BadRequest && !Context::of(request).has_passed_fairings();
    let mut response = is_unknown_method
        .then(|| unknown_method(request))
        .flatten()
        .unwrap_or_else(|| error_response(request, &error_of(status, request)));
    // Rocket runs no fairings for a request that it could not read (an unknown method, say).
    if !Context::of(request).has_passed_fairings() {
        SecurityHeaders.on_response(request, &mut response).await;
        Records.on_response(request, &mut response).await;
    }
    Caught(response)
}

fn error_of(status: Status, request: &Request<'_>) -> Error {
    let is_of_cors = |route: &rocket::Route| route.uri.base() == REFUSED_BY_CORS;
    if !request.route().is_some_and(is_of_cors) {
        return error_of_status(status);
    }
    // Whoever asks for that path itself finds nothing.
    match origin_of(request) {
        OriginOf::Nobody => Error::NotFound,
        OriginOf::Listed | OriginOf::ThisMachine | OriginOf::Foreign => FOREIGN,
    }
}

struct Caught<'r>(Response<'r>);

impl<'r> rocket::response::Responder<'r, 'r> for Caught<'r> {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'r> {
        Ok(self.0)
    }
}
