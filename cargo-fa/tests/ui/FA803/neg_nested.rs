//! What nests in a tag is its own, and what nests in one that may be used may be.
use framealloc::{Frame, SmartAlloc, alloc_tag};

fn contacts(frame: &Frame) {
    frame.with_tag("contacts", |frame| println!("{}", frame.frame_box(1_u32)));
}

pub fn its_own(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| contacts(frame));
}

#[alloc_tag("maths::matrices")]
pub fn invert(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

#[alloc_tag("physics")]
pub fn below_one_that_may_be_used(alloc: &SmartAlloc) {
    invert(alloc);
}

pub fn under_a_nested_tag(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| frame.with_tag("contacts", |frame| invert(frame)));
}
