//! The process, as Linux tells of it. Elsewhere, or where `/proc` is hidden, there is nothing of this.

use super::Figure;

/// Under the names that all Prometheus clients give them.
#[cfg(target_os = "linux")]
pub(super) fn figures() -> Vec<Figure> {
    use procfs::process::{LimitValue, Process};

    use super::number;

    let Ok(process) = Process::myself() else {
        return Vec::new();
    };
    let mut figures = Vec::new();
    if let Ok(stat) = process.stat() {
        let ticks = number(procfs::ticks_per_second());
        let cpu = number(stat.utime + stat.stime) / ticks;
        figures.push(Figure::counter(
            "process_cpu_seconds_total",
            "Processor time that was used, of the user and of the system.",
            cpu,
        ));
        figures.push(Figure::gauge(
            "process_resident_memory_bytes",
            "Resident memory.",
            number(stat.rss * procfs::page_size()),
        ));
    }
    if let Ok(count) = process.fd_count() {
        figures.push(Figure::gauge(
            "process_open_fds",
            "Open file descriptors.",
            number(count as u64),
        ));
    }
    if let Ok(limits) = process.limits()
        && let LimitValue::Value(most) = limits.max_open_files.soft_limit
    {
        figures.push(Figure::gauge(
            "process_max_fds",
            "How many file descriptors may be open.",
            number(most),
        ));
    }
    figures
}

#[cfg(not(target_os = "linux"))]
pub(super) const fn figures() -> Vec<Figure> {
    Vec::new()
}
