//! Version 2: resources, standard status codes, `application/problem+json` for every error.

mod sessions;
mod todos;
mod users;

use rocket::Route;

pub fn routes() -> Vec<Route> {
    [sessions::routes(), todos::routes(), users::routes()].concat()
}
