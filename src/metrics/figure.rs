//! One number that is read when somebody looks.

use prometheus::core::Collector as _;
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge};

/// A number with its name, and what it means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    pub name: &'static str,
    pub help: &'static str,
    pub kind: Kind,
    pub value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only ever rises while the process lives.
    Counter,
    Gauge,
}

impl Figure {
    pub const fn counter(name: &'static str, help: &'static str, value: f64) -> Self {
        Self {
            name,
            help,
            kind: Kind::Counter,
            value,
        }
    }

    pub const fn gauge(name: &'static str, help: &'static str, value: f64) -> Self {
        Self {
            name,
            help,
            kind: Kind::Gauge,
            value,
        }
    }

    /// As the encoder takes it.
    ///
    /// # Panics
    /// If the name is none of a metric's, which a test of the whole text would see.
    pub(super) fn family(&self) -> Vec<MetricFamily> {
        const SOUND: &str = "the names of figures are sound";
        match self.kind {
            Kind::Counter => {
                let counter = Counter::new(self.name, self.help).expect(SOUND);
                // A counter takes no negative number.
                counter.inc_by(self.value.max(0.0));
                counter.collect()
            }
            Kind::Gauge => {
                let gauge = Gauge::new(self.name, self.help).expect(SOUND);
                gauge.set(self.value);
                gauge.collect()
            }
        }
    }
}

/// A count as a metric has it; exact up to 2⁵³, which nothing here reaches.
#[expect(clippy::cast_precision_loss, reason = "a metric is a floating-point number")]
pub const fn number(count: u64) -> f64 {
    count as f64
}
