//! Version 2: resources, standard status codes, `application/problem+json` for every error.

mod batch;
mod calendar;
mod changes;
mod lists;
mod members;
mod operation;
mod sessions;
mod todos;
mod transfer;
mod users;

use rocket::Route;

use crate::http::body::Reader;

pub fn routes() -> Vec<Route> {
    [
        batch::routes(),
        calendar::routes(),
        changes::routes(),
        lists::routes(),
        members::routes(),
        sessions::routes(),
        todos::routes(),
        transfer::routes(),
        users::routes(),
    ]
    .concat()
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    [
        lists::readers(),
        members::readers(),
        sessions::readers(),
        todos::readers(),
        batch::readers(),
        transfer::readers(),
        users::readers(),
    ]
    .concat()
}
