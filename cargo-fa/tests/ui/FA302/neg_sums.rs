//! Within the budget, or not known to be over it.
use framealloc::{SmartAlloc, frame_system};

#[frame_system(budget = "8KiB")]
pub fn one_value(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box([0_u8; 4096])[0]);
}

#[frame_system(budget = "1KiB")]
pub fn an_unknown_number(alloc: &SmartAlloc, bodies: usize) {
    println!("{}", alloc.frame_slice_fill_with(bodies, |_| 0_u64).len());
}

#[frame_system(budget = "8KiB")]
pub fn an_assumption(alloc: &SmartAlloc, entities: usize) {
    println!("{}", alloc.frame_slice_fill_with(entities, |_| 0_u64).len());
}

#[frame_system]
pub fn no_budget(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box([0_u8; 4096])[0]);
}

#[frame_system(budget = "1KiB")]
pub fn one_branch_or_the_other(alloc: &SmartAlloc, on: bool) {
    if on {
        println!("{}", alloc.frame_box([0_u8; 600])[0]);
    } else {
        println!("{}", alloc.frame_box([1_u8; 600])[0]);
    }
}

#[frame_system(budget = "1KiB")]
pub fn from_a_pool(alloc: &SmartAlloc) {
    println!("{}", alloc.pool_box([0_u8; 4096])[0]);
}

#[frame_system(budget = "1KiB")]
pub fn a_short_loop(alloc: &SmartAlloc) {
    for index in 0..4_u8 {
        println!("{}", alloc.frame_box([index; 100])[0]);
    }
}

#[frame_system(budget = "1KiB")]
pub fn on_the_stack(alloc: &SmartAlloc) {
    let buffer = [0_u8; 4096];
    println!("{} {}", buffer[0], alloc.frame_number());
}

#[frame_system(budget = "1KiB")]
pub fn copies_of_a_small_value(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_slice_fill_copy(512, 7_u8).len());
}
