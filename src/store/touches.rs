//! Telling whose things were written to whoever listens in this process.

use tokio::sync::broadcast::{self, Receiver, Sender};

use super::Touched;

/// How many are kept for a listener that is slow; one that lags behind is told so, and looks at everything.
const KEPT: usize = 1024;

/// One end of the telling; clones are the same one.
#[derive(Debug, Clone)]
pub struct Touches(Sender<Touched>);

impl Default for Touches {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl Touches {
    /// Nothing happens if nobody listens.
    pub fn tell(&self, touched: Touched) {
        let _ = self.0.send(touched);
    }

    pub fn listen(&self) -> Receiver<Touched> {
        self.0.subscribe()
    }
}
