//! First memory for every thread of the compute pool, before the first frame needs it.

use core::alloc::Layout;
use core::time::Duration;
use std::sync::{Condvar, Mutex, PoisonError};

use bevy_platform::time::Instant;
use bevy_tasks::ComputeTaskPool;
use framealloc_core::{SmartAlloc, TagId};

use crate::AllocResource;

/// How long the threads wait for each other. One that is busy so long with something else is left out.
const PATIENCE: Duration = Duration::from_millis(100);

/// Warms the threads up if they are `cold`.
pub(crate) fn prewarm_once<M: Send + Sync + 'static>(cold: &mut bool, alloc: &AllocResource<M>) {
    if core::mem::take(cold) {
        prewarm(alloc, alloc.declared_tags());
    }
}

/// Has the calling thread and each thread of the compute pool take its first memory for the frame, a scope and `tags`.
///
/// The pool cannot be told which thread runs a task, so each task waits until all of them are running: then they are on
/// as many threads.
fn prewarm(alloc: &SmartAlloc, tags: &[TagId]) {
    // Else Bevy runs tasks on the calling thread, one after the other: they cannot wait for each other.
    if !bevy_tasks::cfg::multi_threaded!() {
        return touch(alloc, tags);
    }
    let Some(pool) = ComputeTaskPool::try_get() else { return touch(alloc, tags) };
    let meeting = Meeting { expected: pool.thread_num() + 1, arrived: Mutex::new(0), all: Condvar::new() };
    pool.scope(|scope| {
        for _ in 0..meeting.expected {
            scope.spawn(async {
                touch(alloc, tags);
                meeting.wait();
            });
        }
    });
}

fn touch(alloc: &SmartAlloc, tags: &[TagId]) {
    let one = Layout::new::<u64>();
    alloc.frame_bytes(one);
    alloc.scoped(|frame| {
        frame.frame_bytes(one);
    });
    for tag in tags {
        alloc.tagged(*tag).frame_bytes(one);
    }
}

struct Meeting {
    expected: usize,
    arrived: Mutex<usize>,
    all: Condvar,
}

impl Meeting {
    fn wait(&self) {
        let deadline = Instant::now() + PATIENCE;
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        *arrived += 1;
        self.all.notify_all();
        while *arrived < self.expected {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            arrived = self.all.wait_timeout(arrived, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}
