//! Frame data is returned past the end of its frame.
//@ compile-fail
use framealloc::{FrameBox, FrameVec, SmartAlloc, frame_system};

#[frame_system]
pub fn tail(alloc: &SmartAlloc) -> FrameBox<'_, u32> {
    alloc.frame_box(1) //~ FA601
}

#[frame_system]
pub fn explicit(alloc: &SmartAlloc, early: bool) -> Option<FrameBox<'_, u32>> {
    if early {
        return Some(alloc.frame_box(1)); //~ FA601
    }
    None
}

#[frame_system]
pub fn wrapped(alloc: &SmartAlloc) -> Result<FrameBox<'_, u32>, String> {
    let value = alloc.frame_box(1);
    Ok(value) //~ FA601
}

pub fn from_closure(alloc: &SmartAlloc) -> u32 {
    let value = alloc.scoped(|frame| frame.frame_box(1_u32)); //~ FA601
    *value
}

pub struct View<'f> {
    values: FrameVec<'f, u32>,
}

#[frame_system]
pub fn in_struct(alloc: &SmartAlloc) -> View<'_> {
    let mut values = alloc.frame_vec();
    values.push(1);
    View { values } //~ FA601
}

#[frame_system]
pub fn slice(alloc: &SmartAlloc) -> &[u32] {
    let values = alloc.frame_slice_from_iter([1_u32, 2, 3]);
    FrameBox::leak(values) //~ FA601
}

#[frame_system]
pub fn chain(alloc: &SmartAlloc) -> impl Iterator<Item = &u32> {
    let values = FrameBox::leak(alloc.frame_slice_from_iter([1_u32, 2, 3]));
    values.iter().filter(|value| **value > 1) //~ FA601
}

pub fn own_allocator<'a>() -> FrameBox<'a, u32> {
    let alloc = SmartAlloc::default();
    alloc.frame_box(1) //~ FA601
}
