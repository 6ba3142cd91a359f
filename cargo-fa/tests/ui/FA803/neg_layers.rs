//! Calls down the layers, calls inside one, and calls that have no tag.
use framealloc::{SmartAlloc, alloc_tag};

#[alloc_tag("game")]
pub fn rules(alloc: &SmartAlloc) {
    step(alloc);
}

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) {
    length(alloc);
    collide(alloc);
}

#[alloc_tag("physics")]
pub fn collide(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

#[alloc_tag("math")]
pub fn length(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

pub fn no_tag(alloc: &SmartAlloc) {
    rules(alloc);
    step(alloc);
    length(alloc);
}

fn plain(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

#[alloc_tag("math")]
pub fn into_no_tag(alloc: &SmartAlloc) {
    plain(alloc);
}

pub fn one_after_the_other(alloc: &SmartAlloc) {
    alloc.with_tag("math", |frame| println!("{}", frame.frame_box(1_u32)));
    alloc.with_tag("physics", |frame| println!("{}", frame.frame_box(1_u32)));
}

#[alloc_tag("math")]
pub fn a_reference_is_no_call(alloc: &SmartAlloc) -> fn(&SmartAlloc) {
    println!("{}", alloc.frame_number());
    step
}
