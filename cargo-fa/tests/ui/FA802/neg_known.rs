//! Declared tags, parts of their paths, and tags that are not known here.
use framealloc::{SmartAlloc, Tag, alloc_tag, frame_system};

static PHYSICS: Tag = Tag::new("physics");

#[alloc_tag("physics")]
pub fn attribute(alloc: &SmartAlloc) {
    println!("{}", alloc.frame_number());
}

#[frame_system(tag = "ai")]
pub fn the_first_part(alloc: &SmartAlloc) {
    alloc.with_tag("pathfinding", |frame| println!("{}", frame.frame_number()));
}

pub fn whole_path(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("ai::pathfinding").frame_number());
}

pub fn constant(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged(&PHYSICS).frame_number());
}

pub fn given(alloc: &SmartAlloc, tag: &'static str) {
    println!("{}", alloc.tagged(tag).frame_number());
}

pub fn chosen(alloc: &SmartAlloc, on: bool) {
    let tag = if on { "physics" } else { "ai::pathfinding" };
    println!("{}", alloc.tagged(tag).frame_number());
}

pub struct Labels;

impl Labels {
    pub fn tagged(&self, tag: &str) -> usize {
        tag.len()
    }
}

pub fn another_type(labels: &Labels) -> usize {
    labels.tagged("phsyics")
}

pub fn only_a_word() -> &'static str {
    "phsyics"
}
