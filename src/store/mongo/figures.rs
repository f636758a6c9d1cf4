//! What this keeper tells of itself: the driver's pool of connections, by the events that it emits (CMAP).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mongodb::event::EventHandler;
use mongodb::event::cmap::CmapEvent;

use crate::metrics::{Figure, number};

/// How often each event came, over the pools of all servers of the deployment.
#[derive(Default)]
pub(super) struct Pool {
    created: AtomicU64,
    closed: AtomicU64,
    asked_for: AtomicU64,
    refused: AtomicU64,
    taken: AtomicU64,
    given_back: AtomicU64,
    cleared: AtomicU64,
}

impl Pool {
    /// What the driver is to tell its events to.
    pub(super) fn handler(self: &Arc<Self>) -> EventHandler<CmapEvent> {
        let pool = Arc::clone(self);
        EventHandler::callback(move |event| pool.add(&event))
    }

    fn add(&self, event: &CmapEvent) {
        let number = match event {
            CmapEvent::ConnectionCreated(_) => &self.created,
            CmapEvent::ConnectionClosed(_) => &self.closed,
            CmapEvent::ConnectionCheckoutStarted(_) => &self.asked_for,
            CmapEvent::ConnectionCheckoutFailed(_) => &self.refused,
            CmapEvent::ConnectionCheckedOut(_) => &self.taken,
            CmapEvent::ConnectionCheckedIn(_) => &self.given_back,
            CmapEvent::PoolCleared(_) => &self.cleared,
            // Nothing that is counted here.
            _ => return,
        };
        number.fetch_add(1, Ordering::Relaxed);
    }

    /// The events are counted one by one: what is computed of two numbers may be off by what happens between.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let (closed, given_back) = (of(&self.closed), of(&self.given_back));
        let (taken, refused) = (of(&self.taken), of(&self.refused));
        let (created, asked_for) = (of(&self.created), of(&self.asked_for));
        let in_use = taken.saturating_sub(given_back);
        vec![
            Figure::gauge(
                "rondo_mongodb_connections_in_use",
                "Connections that an operation has taken out of the pool.",
                number(in_use),
            ),
            Figure::gauge(
                "rondo_mongodb_connections_idle",
                "Connections that are open, or being opened, and not in use.",
                number(created.saturating_sub(closed).saturating_sub(in_use)),
            ),
            Figure::gauge(
                "rondo_mongodb_connections_awaited",
                "Operations that wait for a connection.",
                number(asked_for.saturating_sub(taken + refused)),
            ),
            Figure::counter(
                "rondo_mongodb_connections_created_total",
                "Connections that were opened.",
                number(created),
            ),
            Figure::counter(
                "rondo_mongodb_connections_closed_total",
                "Connections that were closed.",
                number(closed),
            ),
            Figure::counter(
                "rondo_mongodb_connections_refused_total",
                "Operations that got no connection.",
                number(refused),
            ),
            Figure::counter(
                "rondo_mongodb_pools_cleared_total",
                "Times that a server's connections were given up at once, after a failure.",
                number(of(&self.cleared)),
            ),
        ]
    }
}
