//! Version 2: resources, standard status codes, `application/problem+json` for every error.

mod lists;
mod sessions;
mod todos;
mod users;

use rocket::Route;

use crate::http::body::Reader;

pub fn routes() -> Vec<Route> {
    [
        lists::routes(),
        sessions::routes(),
        todos::routes(),
        users::routes(),
    ]
    .concat()
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    [
        lists::readers(),
        sessions::readers(),
        todos::readers(),
        users::readers(),
    ]
    .concat()
}
