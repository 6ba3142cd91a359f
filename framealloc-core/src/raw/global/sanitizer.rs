//! RealtimeSanitizer looks away while the allocator itself grows, as a `HeapGuard` does.

/// Until it is dropped, the sanitizer objects to nothing that this thread does.
pub(super) struct LooksAway;

#[cfg(sanitize = "realtime")]
mod interface {
    // SAFETY: the sanitizer's header declares both without arguments and results, and asks nothing of their callers.
    unsafe extern "C" {
        pub(super) safe fn __rtsan_disable();
        pub(super) safe fn __rtsan_enable();
    }
}

impl LooksAway {
    pub(super) fn begin() -> Self {
        #[cfg(sanitize = "realtime")]
        interface::__rtsan_disable();
        Self
    }
}

impl Drop for LooksAway {
    fn drop(&mut self) {
        #[cfg(sanitize = "realtime")]
        interface::__rtsan_enable();
    }
}
