//! Loops without a known bound that allocate from a frame.
use std::collections::VecDeque;
use std::sync::mpsc::Receiver;

use framealloc::{SmartAlloc, frame_system};

fn more() -> bool {
    false
}

#[frame_system]
pub fn endless(alloc: &SmartAlloc) {
    loop {
        let _value = alloc.frame_box(1_u32); //~ FA301
        if more() {
            break;
        }
    }
}

#[frame_system]
pub fn condition(alloc: &SmartAlloc) {
    while more() {
        let _value = alloc.frame_box(1_u32); //~ FA301
    }
}

#[frame_system]
pub fn queue(alloc: &SmartAlloc, queue: &mut VecDeque<u32>) {
    while let Some(job) = queue.pop_front() {
        let _value = alloc.frame_box(job); //~ FA301
    }
}

#[frame_system]
pub fn channel(alloc: &SmartAlloc, jobs: &Receiver<u32>) {
    for job in jobs {
        let _value = alloc.frame_box(job); //~ FA301
    }
    while let Ok(job) = jobs.try_recv() {
        let _value = alloc.frame_box(job); //~ FA301
    }
}

#[frame_system]
pub fn open_range(alloc: &SmartAlloc) {
    for round in 0_u32.. {
        let _value = alloc.frame_box(round); //~ FA301
        if more() {
            break;
        }
    }
}

#[frame_system]
pub fn repeated(alloc: &SmartAlloc) {
    for round in std::iter::repeat(1_u32) {
        let _value = alloc.frame_box(round); //~ FA301
        if more() {
            break;
        }
    }
}

#[frame_system]
pub fn cycle(alloc: &SmartAlloc, inputs: &[u32]) {
    for input in inputs.iter().cycle() {
        let _value = alloc.frame_box(*input); //~ FA301
        if more() {
            break;
        }
    }
}

pub fn between_begin_and_end(alloc: &mut SmartAlloc) {
    alloc.begin_frame();
    while more() {
        let _values = alloc.frame_vec::<u32>(); //~ FA301
    }
    alloc.end_frame();
}
