//! What Rocket itself refuses, in the format of the path that was asked for.

use rocket::Request;
use rocket::fairing::Fairing as _;
use rocket::http::Status;
use rocket::response::Response;

use crate::http::context::{Context, Records};
use crate::http::headers::SecurityHeaders;
use crate::http::problems::{error_of_status, error_response};

/// The one catcher; the format is told by the path, not by where a catcher is registered.
pub fn catchers() -> Vec<rocket::Catcher> {
    rocket::catchers![any]
}

#[rocket::catch(default)]
async fn any<'r>(status: Status, request: &'r Request<'_>) -> Caught<'r> {
    let mut response = error_response(request, &error_of_status(status));
    // Rocket runs no fairings for a request that it could not read (an unknown method, say).
    if !Context::of(request).has_passed_fairings() {
        SecurityHeaders.on_response(request, &mut response).await;
        Records.on_response(request, &mut response).await;
    }
    Caught(response)
}

struct Caught<'r>(Response<'r>);

impl<'r> rocket::response::Responder<'r, 'r> for Caught<'r> {
    fn respond_to(self, _: &'r Request<'_>) -> rocket::response::Result<'r> {
        Ok(self.0)
    }
}
