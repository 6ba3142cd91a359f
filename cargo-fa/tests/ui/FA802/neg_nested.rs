//! What is opened under a tag is declared as it nests, or names its whole path.
use framealloc::{Frame, SmartAlloc, Tag, alloc_tag, frame_system};

static AUDIO: Tag = Tag::new("audio");

#[frame_system(tag = "physics")]
pub fn system(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("contacts").frame_box(1_u32));
    println!("{}", alloc.tagged(&AUDIO).frame_box(1_u32));
}

pub fn outside_again(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |_| alloc.with_tag("audio", |frame| println!("{}", frame.frame_box(1_u32))));
}

#[alloc_tag("audio")]
pub fn attributes_do_not_nest(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

pub fn calls_one(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| attributes_do_not_nest(frame));
}

fn helper(frame: &Frame) {
    println!("{}", frame.tagged("contacts").frame_box(1_u32));
}

pub fn under_one(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| helper(frame));
}

pub fn under_none(alloc: &SmartAlloc) {
    helper(alloc.frame());
}

pub fn nobody_calls(frame: &Frame) {
    println!("{}", frame.tagged("contacts").frame_box(1_u32));
}

pub fn whole_frame(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| println!("{}", frame.whole().tagged("audio").frame_box(1_u32)));
}
