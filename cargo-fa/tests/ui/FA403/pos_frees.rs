//! Heap memory is given back on the frame path.
use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn list(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    let old = std::mem::take(names); //~ FA403
    old.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn dropped(alloc: &SmartAlloc, names: &mut Vec<String>) -> usize {
    let old = std::mem::take(names);
    drop(old); //~ FA403
    *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn parameter(alloc: &SmartAlloc, names: Vec<String>) -> usize { //~ FA403
    names.len() + *alloc.frame_box(1_usize)
}

pub fn between_begin_and_end(alloc: &mut SmartAlloc, text: &mut String) -> usize {
    alloc.begin_frame();
    let length = {
        let old = std::mem::take(text); //~ FA403
        old.len()
    };
    alloc.end_frame();
    length
}
