//! Boxes that stay, and values that are not boxed.
use framealloc::{HeapBox, PoolBox, SmartAlloc, frame_system};

pub struct Job {
    number: u32,
}

#[frame_system]
pub fn kept(alloc: &SmartAlloc) -> HeapBox<Job> {
    let job = alloc.heap_box(Job { number: 1 });
    job
}

#[frame_system]
pub fn stored(alloc: &SmartAlloc, slot: &mut Option<HeapBox<Job>>) {
    let job = alloc.heap_box(Job { number: 1 });
    *slot = Some(job);
}

#[frame_system]
pub fn pooled(alloc: &SmartAlloc) -> PoolBox<Job> {
    alloc.pool_box(Job { number: 1 })
}

#[frame_system]
pub fn in_the_frame(alloc: &SmartAlloc) -> u32 {
    let job = alloc.frame_box(Job { number: 1 });
    job.number
}

#[frame_system]
pub fn plain(alloc: &SmartAlloc) -> u32 {
    let job = Job { number: *alloc.frame_box(1) };
    job.number
}

pub fn outside(alloc: &SmartAlloc) -> u32 {
    let job = alloc.heap_box(Job { number: 1 });
    job.number
}
