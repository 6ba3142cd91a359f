//! Helpers that take the frame, do not allocate, or are meant to use the whole frame.
use framealloc::{Frame, FrameBox, SmartAlloc, frame_system};

fn boxed(frame: &Frame) -> FrameBox<'_, u32> {
    frame.frame_box(1)
}

fn whole(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.frame_box(1)
}

fn number(alloc: &SmartAlloc) -> u64 {
    alloc.frame_number()
}

fn pooled(alloc: &SmartAlloc) -> u32 {
    *alloc.pool_box(1)
}

#[frame_system]
pub fn inner(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_box(1)
}

#[frame_system]
pub fn takes_frame(alloc: &SmartAlloc) -> u32 {
    *boxed(alloc)
}

#[frame_system]
pub fn only_looks(alloc: &SmartAlloc) -> u64 {
    number(alloc) + u64::from(*alloc.frame_box(1_u32))
}

#[frame_system]
pub fn uses_pool(alloc: &SmartAlloc) -> u32 {
    pooled(alloc) + *alloc.frame_box(1_u32)
}

#[frame_system]
pub fn calls_system(alloc: &SmartAlloc) -> u32 {
    inner(alloc)
}

#[frame_system]
pub fn says_so(alloc: &SmartAlloc) -> u32 {
    *whole(alloc.whole())
}

pub fn outside_of_a_scope(alloc: &SmartAlloc) -> u32 {
    *whole(alloc)
}

pub fn in_a_frame(alloc: &mut SmartAlloc) -> u32 {
    alloc.whole_frame(|alloc| *whole(alloc))
}

#[frame_system]
pub fn brackets(alloc: &mut SmartAlloc) -> u32 {
    *whole(alloc)
}
