//! The one place that says where time comes from: std, or in a browser `performance.now()`, by way of `web-time`.
//!
//! `std::time::Instant::now` traps on wasm32-unknown-unknown, which says nothing about its host. Most hosts of it are browsers whose
//! programs are bound by wasm-bindgen, as Bevy's are; for the others (feature `web` off) time stands still: every duration is zero, and
//! everything else about phases, events and recordings holds.

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use std::time::Instant;

#[cfg(all(target_family = "wasm", target_os = "unknown", feature = "web"))]
pub(crate) use web_time::Instant;

#[cfg(all(target_family = "wasm", target_os = "unknown", not(feature = "web")))]
pub(crate) use stopped::Instant;

#[cfg(all(target_family = "wasm", target_os = "unknown", not(feature = "web")))]
mod stopped {
    use core::ops::Sub;
    use core::time::Duration;

    /// A moment where no clock is to be had: all moments are the same.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Instant;

    impl Instant {
        pub(crate) fn now() -> Self {
            Self
        }

        #[expect(clippy::unused_self, reason = "as in std")]
        pub(crate) fn elapsed(&self) -> Duration {
            Duration::ZERO
        }

        #[expect(clippy::unused_self, reason = "as in std")]
        pub(crate) fn checked_add(&self, _duration: Duration) -> Option<Self> {
            None
        }

        #[expect(clippy::unused_self, reason = "as in std")]
        pub(crate) fn saturating_duration_since(&self, _earlier: Self) -> Duration {
            Duration::ZERO
        }
    }

    impl Sub for Instant {
        type Output = Duration;

        fn sub(self, _earlier: Self) -> Duration {
            Duration::ZERO
        }
    }
}
