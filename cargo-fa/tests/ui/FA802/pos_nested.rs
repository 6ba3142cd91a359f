//! A text nests under the tag that is open: what comes out is not declared, although its parts are.
use framealloc::{Frame, SmartAlloc, alloc_tag, frame_system};

pub fn by_hand(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| frame.with_tag("audio", |frame| println!("{}", frame.frame_box(1_u32)))); //~ FA802
}

#[frame_system(tag = "physics")]
pub fn system(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("audio").frame_box(1_u32)); //~ FA802
}

#[alloc_tag("audio")]
pub fn attribute(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| println!("{}", frame.frame_box(1_u32))); //~ FA802
}

fn helper(frame: &Frame) {
    println!("{}", frame.tagged("audio").frame_box(1_u32)); //~ FA802
}

pub fn calls(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| helper(frame));
}

pub fn in_a_scope(alloc: &SmartAlloc) {
    let physics = alloc.tagged("physics");
    physics.scoped(|frame| println!("{}", frame.tagged("audio").frame_box(1_u32))); //~ FA802
}
