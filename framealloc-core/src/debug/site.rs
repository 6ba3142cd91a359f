//! Where in the program memory was asked for.

use core::fmt;
use core::panic::Location;
use core::sync::atomic::{AtomicU8, Ordering};
use std::backtrace::Backtrace;
use std::sync::Arc;

use crate::raw::global::quiet::quietly;

/// The place in the program that asked for memory.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AllocSite {
    /// The call, for example of `frame_box`.
    pub location: &'static Location<'static>,
    /// The stack at that call, if [`capture_backtraces`] was on.
    pub backtrace: Option<Arc<Backtrace>>,
}

/// 0 until the environment was asked, then 1 for off and 2 for on.
static CAPTURE: AtomicU8 = AtomicU8::new(0);

/// Takes a backtrace with every site from now on, or no more. Slow: some microseconds for each allocation.
///
/// At first they are taken if the environment variable `FRAMEALLOC_BACKTRACE` is set to anything but `0`.
///
/// ```
/// use framealloc_core::{debug, pool};
///
/// debug::capture_backtraces(true);
/// let enemy = pool::boxed([1.0, 2.0]);
/// assert!(debug::pool_objects()[0].site.backtrace.is_some());
/// # drop(enemy);
/// ```
pub fn capture_backtraces(capture: bool) {
    CAPTURE.store(1 + u8::from(capture), Ordering::Relaxed);
}

fn captures() -> bool {
    match CAPTURE.load(Ordering::Relaxed) {
        0 => {
            let asked = std::env::var_os("FRAMEALLOC_BACKTRACE").is_some_and(|value| value != "0");
            // Whoever has set it meanwhile is right.
            let _ = CAPTURE.compare_exchange(0, 1 + u8::from(asked), Ordering::Relaxed, Ordering::Relaxed);
            captures()
        }
        known => known == 2,
    }
}

impl AllocSite {
    /// The caller of the outermost function with `track_caller`. `None` where this thread is taking one already.
    #[track_caller]
    pub(crate) fn here() -> Option<Self> {
        Self::at(Location::caller())
    }

    pub(crate) fn at(location: &'static Location<'static>) -> Option<Self> {
        quietly(|| Self { location, backtrace: captures().then(|| Arc::new(Backtrace::force_capture())) })
    }
}

/// Two sites are the same if they are the same call; the way there does not matter.
impl PartialEq for AllocSite {
    fn eq(&self, other: &Self) -> bool {
        self.location == other.location
    }
}

impl Eq for AllocSite {}

impl fmt::Display for AllocSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.location)?;
        match &self.backtrace {
            Some(backtrace) => write!(f, "\n{backtrace}"),
            None => Ok(()),
        }
    }
}
