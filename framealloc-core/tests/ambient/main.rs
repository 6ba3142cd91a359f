//! Zones in which the heap is bumped: what is promised of them, and random programs of them with threads that come and go.

#![allow(clippy::cast_possible_truncation, reason = "numbers here are small")]

mod escapes;
mod faults;
mod figures;
mod std_torture;
mod torture;
mod zones;

#[path = "../support/again.rs"]
mod again;
#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../support/random.rs"]
mod random;

use std::sync::Once;

use framealloc_core::{AmbientAlloc, CountingAlloc, SmartAlloc, Tag};

/// What is passed on is counted by thread, and may be refused.
#[global_allocator]
static GLOBAL: AmbientAlloc<CountingAlloc<allocator::Watching>> =
    AmbientAlloc::new(CountingAlloc::new(allocator::Watching::new())).with_region_bytes(8 << 20);

/// Bytes of a chunk.
const CHUNK: usize = 16 << 10;

/// How many times `body` asks the allocator inside for memory, on this thread.
fn passed_on<R>(body: impl FnOnce() -> R) -> (R, u64) {
    let before = CountingAlloc::thread_calls();
    let result = body();
    (result, (CountingAlloc::thread_calls() - before).allocations)
}

/// Calls `body` in a zone of a tag, which is served as long as the region has chunks.
fn zone<R>(alloc: &SmartAlloc, tag: &'static Tag, body: impl FnOnce() -> R) -> R {
    static WARM: Once = Once::new();
    WARM.call_once(|| warm(alloc));
    alloc.tagged(tag).ambient(body)
}

/// The region is there, so that its request is not counted in what follows.
fn warm(alloc: &SmartAlloc) {
    // While another thread makes it, zones are served by the allocator inside.
    while AmbientAlloc::stats().region_bytes == 0 {
        alloc.ambient(|| drop(std::hint::black_box(Box::new(0_u8))));
    }
}
