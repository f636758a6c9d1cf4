//! One address is one account, however many ask for it at once. (SECURITY 38)

use std::sync::Barrier;

use serde_json::json;

use crate::common::Keeper;
use crate::http::Request;
use crate::installation::{Installation, SECRET};
use crate::server::{PASSWORD, Server};

const AT_ONCE: usize = 50;

/// Asks the servers in turn for one and the same account, all at the same moment; the statuses.
fn register_at_once(servers: &[Server]) -> Vec<u16> {
    let barrier = Barrier::new(AT_ONCE);
    std::thread::scope(|scope| {
        let ask = |number: usize| {
            // In another spelling each time: the address is one.
            let email = if number.is_multiple_of(3) {
                "Person@Example.ORG"
            } else {
                "person@example.org"
            };
            let request = Request::post("/api/v2/users", &json!({ "email": email, "password": PASSWORD }));
            let mut connection = servers[number % servers.len()].connect();
            barrier.wait();
            connection.ask(&request).expect("it answers").status
        };
        let asking: Vec<_> = (0..AT_ONCE)
            .map(|number| scope.spawn(move || ask(number)))
            .collect();
        asking
            .into_iter()
            .map(|one| one.join().expect("an answer"))
            .collect()
    })
}

#[track_caller]
fn exactly_one_was_made(site: &Installation, servers: &[Server]) {
    let statuses = register_at_once(servers);
    let count = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(201), count(409)), (1, AT_ONCE - 1), "{statuses:?}");
    let listed = site.run(&["user", "list"]);
    assert_eq!(listed.succeeded().lines().count(), 1, "{listed:?}");
    for server in servers {
        server.sign_in("person@example.org");
    }
}

/// Enough threads that nobody is told to come back later: all fifty passwords wait at once.
const HASH_THREADS: &str = "4";

#[test]
fn fifty_registrations_of_one_address_make_one_account_in_sqlite() {
    let mut site = Installation::sqlite();
    site.set("RONDO_HASH_THREADS", HASH_THREADS);
    let servers = [site.serve()];
    exactly_one_was_made(&site, &servers);
}

#[test]
fn fifty_registrations_of_one_address_over_two_instances_make_one_account_in_mongodb() {
    let Some(mut site) = Installation::on(Keeper::Mongo) else {
        return;
    };
    site.set("SECRET", SECRET);
    site.set("RONDO_HASH_THREADS", HASH_THREADS);
    let servers = [site.serve(), site.serve()];
    exactly_one_was_made(&site, &servers);
}
