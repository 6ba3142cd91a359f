//! Tags that are named in many ways, none of which is a use: with_tag("comment", …).
use framealloc::{SmartAlloc, Tag, alloc_tag};

/// Nobody enters it.
pub static STATIC: Tag = Tag::new("static");

#[alloc_tag("physics")]
pub fn step(alloc: &SmartAlloc) -> u32 {
    let text = "text";
    println!("{text} {}", "printed");
    *alloc.frame_box(1)
}

pub fn with_tag(name: &str) -> usize {
    name.len()
}

pub fn of_another_function() -> usize {
    with_tag("other")
}

#[doc = "documented"]
pub mod module_name {}
