//! What the service counts of itself, for Prometheus: the registry, and a handle for each subject.
//!
//! One registry for each service, not one for the process. Handles are counters that share memory, so that
//! counting is an atomic addition: labels are looked up when a handle is made, never at each request. No label
//! has a value that a client chooses; ids, addresses and paths never are one.
//!
//! What is not counted as it happens but read when somebody looks is a [`Figure`].

mod figure;
mod process;

use prometheus::core::Collector;
use prometheus::{
    Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder,
};

pub use figure::{Figure, Kind, number};

/// The media type of the text format.
pub const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Upper bounds in seconds. Of a request: what people wait for.
const REQUEST_BUCKETS: [f64; 13] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
];
/// Of a store operation, which ends within about three seconds.
const STORE_BUCKETS: [f64; 12] = [
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 3.0,
];
/// Of a hash, which is slow by intention.
const HASHING_BUCKETS: [f64; 9] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

/// Everything that is counted as it happens.
pub struct Metrics {
    registry: Registry,
    pub requests: RequestMetrics,
    pub store: StoreMetrics,
    pub hashing: HashingMetrics,
    pub sessions: SessionMetrics,
    pub tokens: TokenMetrics,
    /// Streams of events that are open.
    pub listeners: IntGauge,
    /// Requests that a limit refused.
    pub throttled: ThrottleMetrics,
    /// When it was all put together, in seconds since 1970. `/proc` tells it too, but a sandbox may hide that part of it.
    pub began: IntGauge,
}

/// Requests over HTTP.
#[derive(Clone)]
pub struct RequestMetrics {
    total: IntCounterVec,
    seconds: HistogramVec,
    pub in_flight: IntGauge,
}

impl RequestMetrics {
    /// The counter of the answers of one status to one route. `-` stands for what has no name here.
    pub fn answers(&self, route: &str, method: &str, status: &str) -> IntCounter {
        self.total.with_label_values(&[route, method, status])
    }

    /// How long the requests of one route take.
    pub fn seconds(&self, route: &str, method: &str) -> Histogram {
        self.seconds.with_label_values(&[route, method])
    }
}

/// Operations of the store.
#[derive(Clone)]
pub struct StoreMetrics {
    total: IntCounterVec,
    seconds: HistogramVec,
}

impl StoreMetrics {
    /// The counter of one operation's outcomes of one kind.
    pub fn outcomes(&self, operation: &str, outcome: &str) -> IntCounter {
        self.total.with_label_values(&[operation, outcome])
    }

    /// How long one operation takes.
    pub fn seconds(&self, operation: &str) -> Histogram {
        self.seconds.with_label_values(&[operation])
    }
}

/// The threads that hash passwords.
#[derive(Clone)]
pub struct HashingMetrics {
    pub waiting: IntGauge,
    pub running: IntGauge,
    pub refused: IntCounter,
    pub seconds: Histogram,
}

/// What happens to sessions, by this instance.
#[derive(Clone)]
pub struct SessionMetrics {
    pub begun: IntCounter,
    pub refreshed: IntCounter,
    pub ended: IntCounter,
    /// All sessions of an account at once.
    pub ended_of_account: IntCounter,
    /// A refresh token was used again.
    pub reused: IntCounter,
}

/// The verified access tokens that are remembered.
#[derive(Clone)]
pub struct TokenMetrics {
    pub hits: IntCounter,
    pub misses: IntCounter,
}

#[derive(Clone)]
pub struct ThrottleMetrics {
    /// By `rate_limit`.
    pub requests: IntCounter,
    /// By `sign_in_limit`.
    pub sign_ins: IntCounter,
}

impl Metrics {
    /// Everything at zero.
    ///
    /// # Panics
    /// Never: the names below are sound, and each stands once.
    pub fn new() -> Self {
        let new = New(Registry::new());
        new.gauges(
            "rondo_build_info",
            "What is running: always 1.",
            &["version", "commit"],
        )
        .with_label_values(&[env!("CARGO_PKG_VERSION"), env!("BUILD_COMMIT")])
        .set(1);
        let requests = RequestMetrics {
            total: new.counters(
                "rondo_http_requests_total",
                "Requests that were answered.",
                &["route", "method", "status"],
            ),
            seconds: new.histograms(
                "rondo_http_request_duration_seconds",
                "From the first look at a request to its answer, without the sending of the body.",
                &["route", "method"],
                &REQUEST_BUCKETS,
            ),
            in_flight: new.gauge(
                "rondo_http_requests_in_flight",
                "Requests that are being served now.",
            ),
        };
        let store = StoreMetrics {
            total: new.counters(
                "rondo_store_operations_total",
                "Operations that the store was asked for.",
                &["operation", "outcome"],
            ),
            seconds: new.histograms(
                "rondo_store_operation_duration_seconds",
                "How long operations of the store took, waiting included.",
                &["operation"],
                &STORE_BUCKETS,
            ),
        };
        let hashing = HashingMetrics {
            waiting: new.gauge("rondo_hashing_waiting", "Passwords that wait to be hashed."),
            running: new.gauge("rondo_hashing_running", "Passwords that are being hashed now."),
            refused: new.counter(
                "rondo_hashing_refused_total",
                "Passwords that were not taken because too many waited.",
            ),
            seconds: new.histogram(
                "rondo_hashing_duration_seconds",
                "How long the hashing or comparing of a password took, without the waiting.",
                &HASHING_BUCKETS,
            ),
        };
        let events = new.counters(
            "rondo_session_events_total",
            "What this instance did to sessions.",
            &["event"],
        );
        let event = |name| events.with_label_values(&[name]);
        let looks = new.counters(
            "rondo_token_cache_lookups_total",
            "Access tokens that were looked for among the verified ones.",
            &["outcome"],
        );
        let refused = new.counters(
            "rondo_throttled_total",
            "What was refused because there was too much of it.",
            &["limit"],
        );
        Self {
            requests,
            store,
            hashing,
            sessions: SessionMetrics {
                begun: event("begun"),
                refreshed: event("refreshed"),
                ended: event("ended"),
                ended_of_account: event("ended_of_account"),
                reused: event("reused"),
            },
            listeners: new.gauge("rondo_event_listeners", "Streams of events that are open now."),
            tokens: TokenMetrics {
                hits: looks.with_label_values(&["hit"]),
                misses: looks.with_label_values(&["miss"]),
            },
            throttled: ThrottleMetrics {
                requests: refused.with_label_values(&["requests"]),
                sign_ins: refused.with_label_values(&["sign_ins"]),
            },
            began: new.gauge(
                "process_start_time_seconds",
                "When the process began to serve, in seconds since 1970.",
            ),
            registry: new.0,
        }
    }

    /// All of it as Prometheus reads it, with these figures and those of the process.
    pub fn text(&self, figures: &[Figure]) -> String {
        let mut families = self.registry.gather();
        for figure in process::figures().iter().chain(figures) {
            families.extend(figure.family());
        }
        let mut text = String::with_capacity(32 * 1024);
        // A family can be refused for having no name or no value; none is so.
        if let Err(error) = TextEncoder::new().encode_utf8(&families, &mut text) {
            log::error!("the metrics cannot be written: {error}");
        }
        text
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// What is new in a registry.
struct New(Registry);

impl New {
    fn register<C: Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> C {
        const SOUND: &str = "the names of metrics are sound, and each stands once";
        let made = made.expect(SOUND);
        self.0.register(Box::new(made.clone())).expect(SOUND);
        made
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.register(IntCounterVec::new(Opts::new(name, help), labels))
    }

    fn counter(&self, name: &str, help: &str) -> IntCounter {
        self.register(IntCounter::new(name, help))
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        self.register(IntGaugeVec::new(Opts::new(name, help), labels))
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.register(IntGauge::new(name, help))
    }

    fn histograms(&self, name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.register(HistogramVec::new(options, labels))
    }

    fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Histogram {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.register(Histogram::with_opts(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_registry_counts_for_itself() {
        let (one, other) = (Metrics::new(), Metrics::new());
        one.sessions.begun.inc();
        let line = |metrics: &Metrics| {
            let text = metrics.text(&[]);
            let found = text.lines().find(|line| line.contains("event=\"begun\""));
            found.map(str::to_owned)
        };
        assert_eq!(
            line(&one).as_deref(),
            Some("rondo_session_events_total{event=\"begun\"} 1")
        );
        assert_eq!(
            line(&other).as_deref(),
            Some("rondo_session_events_total{event=\"begun\"} 0")
        );
    }

    #[test]
    fn figures_stand_beside_what_is_counted() {
        let text = Metrics::new().text(&[
            Figure::counter("rondo_things_total", "Things.", 3.0),
            Figure::gauge("rondo_age_seconds", "An age.", 0.25),
        ]);
        for line in [
            "# TYPE rondo_things_total counter",
            "rondo_things_total 3",
            "# TYPE rondo_age_seconds gauge",
            "rondo_age_seconds 0.25",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
    }
}
