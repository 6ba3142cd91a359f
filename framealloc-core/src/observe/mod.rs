//! What can be seen of memory: figures are derived from arena positions at the turn. Counted one by one are requests under the
//! feature `diagnostics`, and pool objects under `memory_filter` while a filter is enabled.

pub(crate) mod behavior;
pub(crate) mod diagnostics;
pub(crate) mod events;
pub(crate) mod findings;
pub(crate) mod heap_use;
pub(crate) mod phases;
pub(crate) mod record;
pub(crate) mod refusals;
pub(crate) mod snapshot;
pub(crate) mod stats;
#[cfg(feature = "tracy")]
pub(crate) mod tracy;
pub(crate) mod watch;

use std::panic::resume_unwind;

use crate::raw::registry::{FrameReport, SmartAlloc};
use crate::raw::retain::dispose;
use crate::raw::share::Payload;
#[cfg(feature = "memory_filter")]
use behavior::filter::Filter;
use events::Watcher;
use record::Recorder;
use refusals::Refusals;

/// Whoever looks at every frame. An allocator that nobody watches has none, and its turn asks one pointer.
#[derive(Default)]
pub(crate) struct Observers {
    pub(crate) recorder: Option<Recorder>,
    /// Collects what subscribers are told; they are called when no observer looks any more.
    watcher: Option<Watcher>,
    #[cfg(feature = "tracy")]
    tracy: Option<tracy::Tracy>,
    #[cfg(feature = "memory_filter")]
    pub(crate) behavior: Option<Box<Filter>>,
}

impl Observers {
    /// The frame has begun.
    pub(crate) fn begin(&mut self) {
        if let Some(recorder) = &mut self.recorder {
            recorder.begin();
        }
        #[cfg(feature = "tracy")]
        if let Some(tracy) = &mut self.tracy {
            tracy.begin();
        }
    }

    /// The frame has ended, and the figures of the allocator are those of this frame.
    pub(crate) fn end(&mut self, alloc: &SmartAlloc, report: FrameReport) {
        if let Some(recorder) = &mut self.recorder {
            recorder.end(alloc, report);
        }
        #[cfg(feature = "tracy")]
        if let Some(tracy) = &mut self.tracy {
            tracy.end(alloc, report);
        }
        #[cfg(feature = "memory_filter")]
        if let Some(filter) = &mut self.behavior {
            filter.end(alloc);
        }
    }

    fn is_empty(&self) -> bool {
        #[cfg(feature = "memory_filter")]
        if self.behavior.is_some() {
            return false;
        }
        #[cfg(feature = "tracy")]
        if self.tracy.is_some() {
            return false;
        }
        self.recorder.is_none() && self.watcher.is_none()
    }
}

impl SmartAlloc {
    /// Adds, changes or removes observers.
    pub(crate) fn change_observers<R>(&mut self, change: impl FnOnce(&mut Observers) -> R) -> R {
        let mut observers = self.set_observers(None).unwrap_or_default();
        let result = change(&mut observers);
        if !observers.is_empty() {
            self.set_observers(Some(observers));
        }
        result
    }

    /// Replaces what the last watcher knows by nothing: nobody watched for a while.
    fn reset_watcher(&mut self, refusals: Refusals) {
        self.change_observers(|observers| observers.watcher = Some(Watcher::new(refusals)));
    }

    /// Calls `visit` with the watcher, if there is one. It is our own code, but reads the allocator.
    fn with_watcher<R: Default>(&mut self, visit: impl FnOnce(&mut Watcher, &Self) -> R) -> R {
        let Some(mut observers) = self.set_observers(None) else { return R::default() };
        let result = observers.watcher.as_mut().map(|watcher| visit(watcher, self)).unwrap_or_default();
        self.set_observers(Some(observers));
        result
    }
}

/// Lets a panic of user code go on, unless another one is under way: two abort the program.
pub(crate) fn resume(panicked: Option<Payload>) {
    match panicked {
        Some(payload) if !std::thread::panicking() => resume_unwind(payload),
        Some(payload) => dispose(payload),
        None => {}
    }
}
