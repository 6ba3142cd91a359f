//! Nothing is declared: names that are meant to differ.
use framealloc::{SmartAlloc, alloc_tag};

pub fn numbers(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("layer1").frame_box(1_u32));
    println!("{}", alloc.tagged("layer1").frame_box(1_u32));
    println!("{}", alloc.tagged("layer2").frame_box(1_u32));
    println!("{}", alloc.tagged("layer12").frame_box(1_u32));
    println!("{}", alloc.tagged("layer21").frame_box(1_u32));
}

pub fn short(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("ui").frame_box(1_u32));
    println!("{}", alloc.tagged("ai").frame_box(1_u32));
    println!("{}", alloc.tagged("ai").frame_box(1_u32));
}

pub fn one_letter_and_as_often(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("hunt").frame_box(1_u32));
    println!("{}", alloc.tagged("hurt").frame_box(1_u32));
}

#[alloc_tag("physics")]
pub fn the_same_under_another(alloc: &SmartAlloc) {
    println!("{}", alloc.tagged("scratch").frame_box(1_u32));
    println!("{}", alloc.tagged("physics").frame_box(1_u32));
}
