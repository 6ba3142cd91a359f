//! Nothing of the heap is dropped on the frame path.
use framealloc::{SmartAlloc, frame_system};

#[frame_system]
pub fn borrowed(alloc: &SmartAlloc, names: &[String]) -> usize {
    names.len() + *alloc.frame_box(1_usize)
}

#[frame_system]
pub fn handed_back(alloc: &SmartAlloc, names: &mut Vec<String>) -> Vec<String> {
    let old = std::mem::take(names);
    println!("{}", *alloc.frame_box(1));
    old
}

#[frame_system]
pub fn in_frame_memory(alloc: &SmartAlloc) -> usize {
    let list = alloc.frame_vec::<u32>();
    list.len()
}

pub fn outside(alloc: &mut SmartAlloc, names: Vec<String>) -> usize {
    let count = names.len();
    drop(names);
    alloc.begin_frame();
    let value = *alloc.frame_box(count);
    alloc.end_frame();
    value
}
