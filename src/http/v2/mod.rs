//! Version 2: resources, standard status codes, `application/problem+json` for every error.

mod batch;
mod changes;
mod lists;
mod operation;
mod sessions;
mod todos;
mod users;

use rocket::Route;

use crate::http::body::Reader;

pub fn routes() -> Vec<Route> {
    [
        changes::routes(),
        lists::routes(),
        sessions::routes(),
        todos::routes(),
        batch::routes(),
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
        batch::readers(),
        users::readers(),
    ]
    .concat()
}
