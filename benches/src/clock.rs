//! The clock of the measurements.

use std::time::Duration;

/// The time that this thread has spent running.
///
/// On a machine that others use as well, wall time counts their turns too; thread time counts only what their turns
/// left cold. It does not see time spent waiting, so workloads that wait measure themselves.
#[cfg(unix)]
fn thread_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    // Both parts are never negative.
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}

/// Where there is no clock of the thread, wall time has to do.
#[cfg(not(unix))]
fn thread_time() -> Duration {
    use std::sync::LazyLock;
    use std::time::Instant;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

/// Returns the nanoseconds of this thread that `body` takes.
pub(crate) fn thread_nanos(body: impl FnOnce()) -> f64 {
    let start = thread_time();
    body();
    thread_time().saturating_sub(start).as_secs_f64() * 1e9
}
