//! More bytes of a tag than its budget; of a system more than its own, with what is under tags nested in its.
use framealloc::{Frame, SmartAlloc, frame_system};

fn solve(frame: &Frame) -> usize {
    frame.frame_slice_zeroed::<u8>(800).len()
}

#[frame_system(tag = "physics")]
pub fn in_a_helper(alloc: &SmartAlloc) -> usize { //~ FA302
    alloc.frame_slice_zeroed::<u8>(800).len() + solve(alloc)
}

#[frame_system(tag = "physics")]
pub fn under_the_same_tag(alloc: &SmartAlloc) -> usize { //~ FA302
    alloc.with_tag("physics", |frame| frame.frame_slice_zeroed::<u8>(800).len()) + solve(alloc)
}

#[frame_system(tag = "audio", budget = "1KiB")]
pub fn tags_are_of_the_system(alloc: &SmartAlloc) -> usize { //~ FA302
    alloc.with_tag("voices", |frame| frame.frame_slice_zeroed::<u8>(800).len()) + solve(alloc)
}
