//! How far something is: one line that moves, for somebody at a terminal; nothing for anybody else.

use std::io::{IsTerminal as _, Write as _};

/// A line on standard error. It goes away with this.
pub struct Progress {
    what: String,
    is_seen: bool,
    shown: Option<u64>,
}

impl Progress {
    pub fn of(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            is_seen: std::io::stderr().is_terminal(),
            shown: None,
        }
    }

    /// So many of so many are done. Nothing is written unless the line changes.
    pub fn tell(&mut self, done: u64, all: u64) {
        let percent = (done.saturating_mul(100))
            .checked_div(all)
            .unwrap_or(100)
            .min(100);
        if self.is_seen && self.shown != Some(percent) {
            self.shown = Some(percent);
            // Whoever sees nothing of it has lost nothing.
            let _ = write!(std::io::stderr(), "\r{}: {percent} %", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown.is_some() {
            let _ = write!(
                std::io::stderr(),
                "\r{:width$}\r",
                "",
                width = self.what.chars().count() + 7
            );
        }
    }
}

/// A size for people: `312 bytes`, `4.2 MB`.
#[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut number = bytes as f64 / 1000.0;
    let mut units = UNITS.into_iter();
    let mut unit = units.next().unwrap_or_default();
    for next in units {
        if number < 999.95 {
            break;
        }
        number /= 1000.0;
        unit = next;
    }
    format!("{number:.1} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_the_unit_that_people_would_choose() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_951, "1.0 MB"),
            (4_234_567, "4.2 MB"),
            (12_345_678_901, "12.3 GB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }
}
