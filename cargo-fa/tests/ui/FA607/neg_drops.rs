//! Nothing to drop, or it is dropped.
use framealloc::{FrameBox, SmartAlloc};

#[derive(Clone, Copy)]
pub struct Point {
    x: f32,
}

pub struct Named {
    name: String,
}

pub fn number(alloc: &SmartAlloc) -> u32 {
    *alloc.frame_ref(1_u32)
}

pub fn plain(alloc: &SmartAlloc) -> f32 {
    alloc.frame_ref(Point { x: 1.0 }).x
}

pub fn array(alloc: &SmartAlloc) -> u32 {
    alloc.frame_ref([1_u32; 4])[0]
}

pub fn boxed(alloc: &SmartAlloc, named: Named) -> usize {
    alloc.frame_box(named).name.len()
}

pub fn leaked_plain(alloc: &SmartAlloc) -> f32 {
    FrameBox::leak(alloc.frame_box(Point { x: 1.0 })).x
}

pub fn borrowed(alloc: &SmartAlloc, named: &Named) -> usize {
    alloc.frame_ref(named).name.len()
}

pub fn taken_out(alloc: &SmartAlloc, named: Named) -> usize {
    FrameBox::into_inner(alloc.frame_box(named)).name.len()
}

pub fn forgotten_plain(alloc: &SmartAlloc) {
    std::mem::forget(alloc.frame_box(1_u32));
}

pub fn list(alloc: &SmartAlloc) -> usize {
    let mut names = alloc.frame_vec();
    names.push(String::new());
    names.len()
}

pub fn leaked_at_once(alloc: &SmartAlloc) -> f32 {
    alloc.frame_leak(Point { x: 1.0 }).x
}

pub fn leaked_slice(alloc: &SmartAlloc, ids: Vec<u32>) -> usize {
    alloc.frame_leak_from_iter(ids).len()
}
