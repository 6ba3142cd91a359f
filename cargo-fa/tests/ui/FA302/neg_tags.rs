//! The budget of a tag counts that tag: not the tags of what is called, nor those nested in it.
use framealloc::{Frame, SmartAlloc, alloc_tag, frame_system};

#[alloc_tag("maths")]
pub fn lerp(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u8>(600).len()
}

#[frame_system(tag = "physics")]
pub fn step(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u8>(800).len() + lerp(alloc) //~ FA606
}

#[frame_system(tag = "physics")]
pub fn nested(alloc: &SmartAlloc) -> usize {
    let contacts = alloc.with_tag("contacts", |frame| frame.frame_slice_zeroed::<u8>(800).len());
    alloc.frame_slice_zeroed::<u8>(800).len() + contacts
}

fn solve(frame: &Frame) -> usize {
    frame.tagged("solver").frame_slice_zeroed::<u8>(800).len()
}

#[frame_system(tag = "physics")]
pub fn nested_in_a_helper(alloc: &SmartAlloc) -> usize {
    alloc.frame_slice_zeroed::<u8>(800).len() + solve(alloc)
}
