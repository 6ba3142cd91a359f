//! Boxed values that are made and dropped within the frame.
use framealloc::{SmartAlloc, frame_system};

pub struct Job {
    number: u32,
}

#[frame_system]
pub fn boxed(alloc: &SmartAlloc) -> u32 {
    let job = Box::new(Job { number: 1 }); //~ FA401 FA552
    job.number + *alloc.frame_box(1)
}

#[frame_system]
pub fn on_our_heap(alloc: &SmartAlloc) -> u32 {
    let job = alloc.heap_box(Job { number: 1 }); //~ FA552
    job.number
}

pub fn between_begin_and_end(alloc: &mut SmartAlloc) -> u32 {
    alloc.begin_frame();
    let number = {
        let job = alloc.heap_box(Job { number: 1 }); //~ FA552
        job.number
    };
    alloc.end_frame();
    number
}

#[frame_system]
pub fn in_a_loop(alloc: &SmartAlloc, inputs: &[u32]) -> u32 {
    let mut sum = *alloc.frame_box(0);
    for input in inputs {
        let job = alloc.heap_box(Job { number: *input }); //~ FA552
        sum += job.number;
    }
    sum
}
