//! Helpers that take the allocator and are called from a scope.
use framealloc::{FrameBox, SmartAlloc, frame_system};

fn boxed(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.frame_box(1)
}

fn sum(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    alloc.frame_slice_copy(inputs).iter().sum()
}

fn indirect(alloc: &SmartAlloc) -> u32 {
    *boxed(alloc)
}

#[frame_system]
pub fn system(alloc: &SmartAlloc) -> u32 {
    *boxed(alloc) //~ FA606
}

#[frame_system]
pub fn argument(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    sum(alloc, inputs) //~ FA606
}

#[frame_system]
pub fn transitive(alloc: &SmartAlloc) -> u32 {
    indirect(alloc) //~ FA606
}

pub fn scoped(alloc: &SmartAlloc) -> u32 {
    alloc.scoped(|frame| *boxed(frame)) //~ FA606
}

pub fn guard(alloc: &SmartAlloc) -> u32 {
    let scope = alloc.frame_scope();
    *boxed(&scope) //~ FA606
}

pub struct Tools;

impl Tools {
    fn measure(&self, alloc: &SmartAlloc) -> u32 {
        *alloc.frame_box(1)
    }
}

#[frame_system]
pub fn method(alloc: &SmartAlloc, tools: &Tools) -> u32 {
    tools.measure(alloc) //~ FA606
}

#[frame_system]
pub fn nested(alloc: &SmartAlloc) -> u32 {
    alloc.scoped(|inner| {
        let value = boxed(inner); //~ FA606
        *value
    })
}

#[frame_system]
pub fn in_a_branch(alloc: &SmartAlloc, on: bool) -> u32 {
    if on { *boxed(alloc) } else { 0 } //~ FA606
}
