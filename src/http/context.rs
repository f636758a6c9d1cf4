//! What is known of a request from outside its body: its id, where it came from, who asks; and the
//! one record that is logged of it.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rocket::fairing::{Fairing, Info, Kind};
use rocket::http::{Header, Method};
use rocket::{Data, Request, Response};

use crate::http::Edge;
use crate::http::problems::ask_another;
use crate::http::requests::InFlight;
use crate::logging::REQUESTS;
use crate::model::Caller;

/// Set when the process is about to stop: `/readyz` says so, and connections are closed.
#[derive(Debug, Default)]
pub struct Draining {
    is_on: AtomicBool,
    /// Since when requests are handed over, and when the last one came.
    handing_over: Mutex<Option<Instant>>,
}

/// By this header a proxy says that it asks another instance if the answer is 504. Only nginx sets it.
const OFFERS_ANOTHER: &str = "X-Another-Instance";

/// A moment in which no proxy sends anything: then the port may be closed.
const QUIET: Duration = Duration::from_millis(400);
/// How long such a moment is waited for.
const HAND_OVER: Duration = Duration::from_secs(3);

impl Draining {
    pub fn begin(&self) {
        self.is_on.store(true, Ordering::SeqCst);
    }

    pub fn is_on(&self) -> bool {
        self.is_on.load(Ordering::SeqCst)
    }

    /// The end of the drain. What waits in the port's queue when it is closed is lost, and a proxy may not send
    /// a POST twice; so the proxy has to turn away first. Reads are answered with 504: it repeats them elsewhere,
    /// and after some of them sends nothing here for a while. Ends in that silence.
    pub async fn hand_over(&self) {
        let began = Instant::now();
        self.note(began);
        loop {
            tokio::time::sleep(QUIET / 8).await;
            let last = self.last_handed_over().unwrap_or(began);
            if last.elapsed() >= QUIET || began.elapsed() >= HAND_OVER {
                return;
            }
        }
    }

    fn note(&self, now: Instant) {
        *self.handing_over.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    fn last_handed_over(&self) -> Option<Instant> {
        *self.handing_over.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of one request.
pub struct Context {
    pub request_id: String,
    pub address: IpAddr,
    /// A trusted proxy asks, and has another instance to ask.
    offers_another: bool,
    began: Instant,
    /// Set by the gate, once the token was verified.
    caller: Mutex<Option<Caller>>,
    /// Set when the fairings see the request.
    passed_fairings: AtomicBool,
    /// Counts the request as being served, until it is dropped.
    _in_flight: InFlight,
}

impl Context {
    /// That of this request; made at the first look.
    pub fn of<'r>(request: &'r Request<'_>) -> &'r Self {
        request.local_cache(|| {
            let edge = edge(request);
            let peer = request
                .remote()
                .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
            let is_trusted = |address: &IpAddr| {
                edge.trusted_proxies
                    .iter()
                    .any(|network| network.contains(address))
            };
            let given_id = request
                .headers()
                .get_one("X-Request-Id")
                .filter(|id| is_trusted(&peer) && is_request_id(id));
            Self {
                request_id: given_id.map_or_else(|| new_request_id(edge), str::to_owned),
                offers_another: is_trusted(&peer) && request.headers().contains(OFFERS_ANOTHER),
                address: client_address(request, peer, is_trusted),
                began: Instant::now(),
                caller: Mutex::new(None),
                passed_fairings: AtomicBool::new(false),
                _in_flight: edge.requests.begin(),
            }
        })
    }

    /// Whether the fairings saw the request, and will see its answer.
    pub fn has_passed_fairings(&self) -> bool {
        self.passed_fairings.load(Ordering::Relaxed)
    }

    pub fn set_caller(&self, caller: Caller) {
        *self.caller.lock().unwrap_or_else(PoisonError::into_inner) = Some(caller);
    }

    pub fn caller(&self) -> Option<Caller> {
        self.caller.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the routes share.
///
/// # Panics
/// Never: `http::mount` manages it.
pub fn edge<'r>(request: &'r Request<'_>) -> &'r Edge {
    request
        .rocket()
        .state::<Edge>()
        .expect("http::mount manages the edge")
}

/// The address of whoever asks: the peer, or, behind proxies that are trusted, the last address of
/// `X-Forwarded-For` that is not one of theirs.
fn client_address(request: &Request<'_>, peer: IpAddr, is_trusted: impl Fn(&IpAddr) -> bool) -> IpAddr {
    if !is_trusted(&peer) {
        return peer;
    }
    let lines: Vec<&str> = request.headers().get("X-Forwarded-For").collect();
    let mut nearest = peer;
    for hop in lines.join(",").rsplit(',') {
        // What is no address was not written by a proxy of ours; nothing before it can be believed.
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address.to_canonical();
        if !is_trusted(&nearest) {
            break;
        }
    }
    nearest
}

fn is_request_id(text: &str) -> bool {
    (8..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn new_request_id(edge: &Edge) -> String {
    let mut random = [0; 12];
    edge.services.source.fill(&mut random);
    URL_SAFE_NO_PAD.encode(random)
}

/// Gives each answer its request id, counts it, and logs one record of it.
pub struct Records;

#[rocket::async_trait]
impl Fairing for Records {
    fn info(&self) -> Info {
        Info {
            name: "request ids and records",
            kind: Kind::Request | Kind::Response,
        }
    }

    async fn on_request(&self, request: &mut Request<'_>, _: &mut Data<'_>) {
        // The duration counts from here.
        let context = Context::of(request);
        context.passed_fairings.store(true, Ordering::Relaxed);
        let draining = &edge(request).draining;
        if context.offers_another && draining.is_on() && draining.last_handed_over().is_some() {
            draining.note(Instant::now());
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let context = Context::of(request);
        let edge = edge(request);
        let draining = &edge.draining;
        let is_read = matches!(request.method(), Method::Get | Method::Head);
        if is_read && context.offers_another && draining.last_handed_over().is_some() {
            *response = ask_another(request);
        }
        response.set_header(Header::new("X-Request-Id", context.request_id.clone()));
        if draining.is_on() {
            response.set_header(Header::new("Connection", "close"));
        }
        let took = context.began.elapsed();
        edge.requests.add(request, response.status().code, took);
        if !log::log_enabled!(target: REQUESTS, log::Level::Info) {
            return;
        }
        // The route, not the path: ids and whatever else a client writes there are not for logs.
        let route = request
            .route()
            .and_then(|route| route.name.as_deref())
            .unwrap_or("-");
        let user = context
            .caller()
            .map_or_else(|| "-".to_owned(), |caller| caller.user_id.to_string());
        let milliseconds = took.as_secs_f64() * 1000.0;
        log::info!(
            target: REQUESTS,
            id = context.request_id.as_str(),
            method = request.method().as_str(),
            route,
            status = response.status().code,
            ms = (milliseconds * 100.0).round() / 100.0,
            user = user.as_str(),
            address:% = context.address;
            "request"
        );
    }
}
