//! Version 2: resources, standard status codes, `application/problem+json` for every error.

mod addresses;
mod administration;
mod audit;
mod batch;
mod calendar;
mod changes;
mod device;
mod factors;
mod invitations;
mod lists;
mod members;
mod operation;
mod passkeys;
mod providers;
mod sessions;
mod todos;
mod tokens;
mod transfer;
mod users;

use rocket::Route;

use crate::http::body::Reader;

pub(in crate::http) use sessions::asked_view;

pub fn routes() -> Vec<Route> {
    [
        addresses::routes(),
        administration::routes(),
        audit::routes(),
        batch::routes(),
        calendar::routes(),
        changes::routes(),
        device::routes(),
        invitations::routes(),
        factors::routes(),
        lists::routes(),
        members::routes(),
        passkeys::routes(),
        providers::routes(),
        sessions::routes(),
        todos::routes(),
        tokens::routes(),
        transfer::routes(),
        users::routes(),
    ]
    .concat()
}

/// For `http::fuzz`.
pub fn readers() -> Vec<Reader> {
    [
        addresses::readers(),
        device::readers(),
        invitations::readers(),
        factors::readers(),
        administration::readers(),
        lists::readers(),
        members::readers(),
        passkeys::readers(),
        sessions::readers(),
        todos::readers(),
        tokens::readers(),
        batch::readers(),
        transfer::readers(),
        users::readers(),
    ]
    .concat()
}
