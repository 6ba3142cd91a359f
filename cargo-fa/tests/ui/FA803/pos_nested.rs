//! Code under a nested tag belongs to the layer of the tag around it.
use framealloc::{Frame, SmartAlloc, alloc_tag};

#[alloc_tag("audio")]
pub fn mix(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_box(1_u32));
}

pub fn under_a_nested_tag(alloc: &SmartAlloc) {
    alloc.with_tag("physics", |frame| frame.with_tag("contacts", |frame| mix(frame))); //~ FA803
}

fn plays(frame: &Frame) {
    frame.with_tag("voices", |frame| println!("{}", frame.frame_box(1_u32)));
}

#[alloc_tag("physics")]
pub fn into_a_nested_tag(alloc: &SmartAlloc) {
    plays(alloc.whole().tagged(&AUDIO)); //~ FA803
}

static AUDIO: framealloc::Tag = framealloc::Tag::new("audio");
