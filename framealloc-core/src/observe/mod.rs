//! What can be seen of memory: figures are derived from arena positions at the turn, never counted per allocation.

pub(crate) mod heap_use;
pub(crate) mod phases;
pub(crate) mod record;
pub(crate) mod stats;

use crate::raw::registry::{FrameReport, SmartAlloc};
use record::Recorder;

/// Whoever looks at every frame. An allocator that nobody watches has none, and its turn asks one pointer.
#[derive(Default)]
pub(crate) struct Observers {
    pub(crate) recorder: Option<Recorder>,
}

impl Observers {
    /// The frame has begun.
    pub(crate) fn begin(&mut self, _: &SmartAlloc) {
        if let Some(recorder) = &mut self.recorder {
            recorder.begin();
        }
    }

    /// The frame has ended, and the figures of the allocator are those of this frame.
    pub(crate) fn end(&mut self, alloc: &SmartAlloc, report: FrameReport) {
        if let Some(recorder) = &mut self.recorder {
            recorder.end(alloc, report);
        }
    }

    fn is_empty(&self) -> bool {
        self.recorder.is_none()
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
}
