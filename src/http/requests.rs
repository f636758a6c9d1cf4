//! Requests, counted by route, method and status. The handles of a route are found by its name, once it was
//! asked for; after that nothing is locked and nothing is formatted.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::time::Duration;

use prometheus::{Histogram, IntCounter, IntGauge};
use rocket::http::Method;
use rocket::{Build, Request, Rocket};

use crate::http::context::Context;
use crate::metrics::RequestMetrics;

/// What stands for a path that is no route of the API, and for a method that is none.
const NONE: &str = "-";

const METHODS: [&str; 10] = [
    "GET", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "PUT", "TRACE", "CONNECT", NONE,
];

/// Those that the service answers with, the frequent ones first. Another one is told by its class.
const STATUSES: [(u16, &str); 22] = [
    (200, "200"),
    (304, "304"),
    (201, "201"),
    (204, "204"),
    (401, "401"),
    (404, "404"),
    (400, "400"),
    (403, "403"),
    (405, "405"),
    (406, "406"),
    (408, "408"),
    (409, "409"),
    (410, "410"),
    (412, "412"),
    (413, "413"),
    (415, "415"),
    (422, "422"),
    (428, "428"),
    (429, "429"),
    (500, "500"),
    (501, "501"),
    (503, "503"),
];
const CLASSES: [&str; 6] = [NONE, "1xx", "2xx", "3xx", "4xx", "5xx"];

/// The handles of every route that was asked for.
pub struct Requests {
    metrics: RequestMetrics,
    routes: HashMap<String, ByMethod>,
    others: ByMethod,
}

type ByMethod = [OnceLock<Box<Handles>>; METHODS.len()];

struct Handles {
    seconds: Histogram,
    answers: [OnceLock<IntCounter>; STATUSES.len() + CLASSES.len()],
}

impl Requests {
    /// Of the routes that are mounted. Those without a name of their own, and those that are mounted later, count
    /// together.
    pub fn of(rocket: &Rocket<Build>, metrics: RequestMetrics) -> Self {
        let named = rocket.routes().filter_map(|route| route.name.as_deref());
        Self {
            metrics,
            routes: named.map(|name| (name.to_owned(), ByMethod::default())).collect(),
            others: ByMethod::default(),
        }
    }

    /// Counts an answer.
    pub fn add(&self, request: &Request<'_>, status: u16, took: Duration) {
        let name = request.route().and_then(|route| route.name.as_deref());
        let (route, by_method) = name
            .and_then(|name| self.routes.get_key_value(name))
            .map_or((NONE, &self.others), |(name, handles)| (name.as_str(), handles));
        // What Rocket could not read has no method that could be relied on.
        let method = if Context::of(request).has_passed_fairings() {
            place_of(request.method())
        } else {
            METHODS.len() - 1
        };
        let handles = by_method[method].get_or_init(|| {
            Box::new(Handles {
                seconds: self.metrics.seconds(route, METHODS[method]),
                answers: Default::default(),
            })
        });
        handles.seconds.observe(took.as_secs_f64());
        let known = STATUSES.iter().position(|(known, _)| *known == status);
        let class = || usize::from(status / 100) % CLASSES.len();
        let (place, text) = known.map_or_else(
            || (STATUSES.len() + class(), CLASSES[class()]),
            |place| (place, STATUSES[place].1),
        );
        handles.answers[place]
            .get_or_init(|| self.metrics.answers(route, METHODS[method], text))
            .inc();
    }

    /// One more request is being served, until what is answered here is dropped.
    pub fn begin(&self) -> InFlight {
        self.metrics.in_flight.inc();
        InFlight(self.metrics.in_flight.clone())
    }
}

/// A request that is being served.
pub struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

const fn place_of(method: Method) -> usize {
    match method {
        Method::Get => 0,
        Method::Post => 1,
        Method::Patch => 2,
        Method::Delete => 3,
        Method::Head => 4,
        Method::Options => 5,
        Method::Put => 6,
        Method::Trace => 7,
        Method::Connect => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_has_the_place_of_its_name() {
        for method in [
            Method::Get,
            Method::Post,
            Method::Patch,
            Method::Delete,
            Method::Head,
            Method::Options,
            Method::Put,
            Method::Trace,
            Method::Connect,
        ] {
            assert_eq!(METHODS[place_of(method)], method.as_str());
        }
        for (status, text) in STATUSES {
            assert_eq!(status.to_string(), text);
        }
    }
}
