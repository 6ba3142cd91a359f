//! Systems that fit, or whose need is not known.
use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = "8KiB")]
pub fn fits(alloc: &SmartAlloc) -> u8 {
    alloc.frame_box([0_u8; 4096])[0]
}

#[frame_system]
pub fn no_budget(alloc: &SmartAlloc) -> u8 {
    alloc.frame_box([0_u8; 4096])[0]
}

#[frame_system(budget = "1KiB")]
pub fn unknown_length(alloc: &SmartAlloc, inputs: &[u64]) -> usize {
    alloc.frame_slice_copy(inputs).len()
}

#[frame_system(budget = "1KiB")]
pub fn unknown_type<T: Copy>(alloc: &SmartAlloc, value: T) -> T {
    *alloc.frame_box(value)
}

#[frame_system(budget = "1KiB")]
pub fn empty_vec(alloc: &SmartAlloc) -> usize {
    alloc.frame_vec::<[u8; 4096]>().len()
}

#[frame_system(budget = "1KiB")]
pub fn in_a_pool(alloc: &SmartAlloc) -> u8 {
    alloc.pool_box([0_u8; 4096])[0]
}

#[frame_system(budget = "1KiB")]
pub fn small_rounds(alloc: &SmartAlloc) -> u32 {
    let mut sum = 0;
    for round in 0..10_u32 {
        sum += *alloc.frame_box(round);
    }
    sum
}

#[frame_system(budget = "4KiB")]
pub fn inner(alloc: &SmartAlloc) -> u8 {
    alloc.frame_box([0_u8; 2048])[0]
}

#[frame_system(budget = "1KiB")]
pub fn calls_a_system(alloc: &SmartAlloc) -> u8 {
    inner(alloc)
}
